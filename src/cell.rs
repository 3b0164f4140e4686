//! A cell of a file we write. In: any text. Out: the same text, made safe for a spreadsheet that opens the file, and back.
//! Never: changes what is held inside the program or written as JSON; never touches a true number.
//!
//! A spreadsheet runs a cell that starts with `=`, `+`, `-`, `@`, a tab or a line end as a formula. Such cells get an
//! apostrophe in front. So that nothing is lost, a text that already starts with apostrophes before such a character gets
//! one more, and [`original`] takes exactly one away.

use std::borrow::Cow;

const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// `text` as it may be written into CSV, a workbook or HTML that is opened as one.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if starts_formula(text) && !is_number(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`neutral`] made `cell` from.
pub fn original(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if starts_formula(rest) => rest,
        _ => cell,
    }
}

fn starts_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A sign, digits, a point with digits, an exponent: nothing a spreadsheet would run.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let numeric = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    numeric && digits.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()
}
