//! What all sheets share: formats, names, references. In: names. Out: what Excel takes. Never: a name that it refuses.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::money::Currency;
use crate::report::clean;
use crate::report::document::Document;

pub struct Formats {
    pub title: Format,
    pub header: Format,
    pub number_header: Format,
    pub text: Format,
    pub wrap: Format,
    /// Words beside a number, which ends where they begin.
    pub beside: Format,
    /// Words below a table, over several columns.
    pub wrapped_note: Format,
    pub strong: Format,
    /// Strong on one line that may run over its neighbours.
    pub strong_line: Format,
    pub count: Format,
    pub tenths: Format,
    pub day: Format,
    pub share: Format,
    pub input_rate: Format,
    pub input_count: Format,
    pub note: Format,
    /// Words in a column of numbers.
    pub absent: Format,
}

/// Points that a header of two or three short lines takes: a program that opens the file need not find that out.
pub const HEADER_HEIGHT: f64 = 34.0;

const INPUT: Color = Color::RGB(0xFFF6DF);

impl Formats {
    pub fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let header = || Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Medium);
        let input = || Format::new().set_background_color(INPUT).set_border(FormatBorder::Thin);
        Formats {
            title: Format::new().set_bold().set_font_size(14),
            header: header(),
            number_header: header().set_align(FormatAlign::Right),
            text: top(),
            wrap: top().set_text_wrap(),
            beside: top().set_text_wrap().set_indent(1),
            wrapped_note: top().set_text_wrap().set_font_color(Color::RGB(0x595959)),
            strong: top().set_bold().set_text_wrap(),
            strong_line: top().set_bold(),
            count: top().set_num_format("#,##0"),
            tenths: top().set_num_format("#,##0.0"),
            day: top().set_num_format("d mmm yyyy"),
            share: top().set_num_format("0.0%"),
            input_rate: input().set_num_format("0.00%"),
            input_count: input().set_num_format("#,##0"),
            absent: top().set_align(FormatAlign::Right).set_font_color(Color::RGB(0x595959)),
            note: top().set_font_color(Color::RGB(0x595959)),
        }
    }

    /// Amounts with as many digits as the currency has.
    pub fn money(&self, currency: Currency) -> Format {
        self.count.clone().set_num_format(money_pattern(currency))
    }

    pub fn input_money(&self, currency: Currency) -> Format {
        self.input_count.clone().set_num_format(money_pattern(currency))
    }
}

fn money_pattern(currency: Currency) -> String {
    match currency.minor_digits() {
        0 => "#,##0".to_owned(),
        digits => format!("#,##0.{}", "0".repeat(digits as usize)),
    }
}

/// A sheet with a name that is legal, short and not taken (Excel compares without regard to case).
pub fn named(name: &str, taken: &mut Vec<String>) -> Result<Worksheet, XlsxError> {
    let legal: String = clean::text(name).chars().map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c }).collect();
    let short: String = legal.trim().chars().take(28).collect();
    let base = if short.is_empty() { "-".to_owned() } else { short };
    let free = |name: &String| !taken.contains(&name.to_lowercase());
    let numbered = (2..100).map(|n| format!("{base} {n}"));
    let name = std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base);
    taken.push(name.to_lowercase());
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?;
    // On paper: lying down, all columns on one page.
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(sheet)
}

/// Points that a line of text takes. Not every program that opens a file finds the height of a row by itself.
pub const LINE: f64 = 15.0;

/// Lines that a text takes in a column so many characters wide.
pub fn lines(text: &str, characters: f64) -> u32 {
    let lines = (clean::columns(text) as f64 / (characters * 0.92).max(1.0)).ceil();
    // Excel refuses rows of more than 409 points.
    (lines as u32).clamp(1, 25)
}

/// The width of a column of part numbers: a cut one may look like another.
pub fn names_width<'a>(names: impl Iterator<Item = &'a str>) -> f64 {
    (names.map(clean::columns).max().unwrap_or(0) + 3).clamp(30, 70) as f64
}

/// `$B$7` of a row and column counted from 0.
pub fn cell(row: u32, column: u16) -> String {
    format!("${}${}", letters(column), row + 1)
}

/// `B7`.
pub fn near(row: u32, column: u16) -> String {
    format!("{}{}", letters(column), row + 1)
}

/// `'Sheet'!$B$7`.
pub fn on(sheet: &str, row: u32, column: u16) -> String {
    format!("'{}'!{}", sheet.replace('\'', "''"), cell(row, column))
}

/// `'Sheet'!$B$7:$B$9` of one column.
pub fn run(sheet: &str, first: u32, last: u32, column: u16) -> String {
    format!("{}:{}", on(sheet, first, column), cell(last, column))
}

fn letters(column: u16) -> String {
    let mut rest = u32::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The header row of a sheet, with column widths in characters; `texts` are the columns that hold no numbers.
pub fn header(
    sheet: &mut Worksheet,
    row: u32,
    headers: &[(String, f64)],
    texts: &[u16],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, (header, width)) in (0..).zip(headers) {
        let format = if texts.contains(&column) { &formats.header } else { &formats.number_header };
        sheet.write_string_with_format(row, column, header, format)?;
        sheet.set_column_width(column, *width)?;
    }
    Ok(())
}

/// Title, verdict and troubles of a first sheet, over the columns up to `last`, of which a line holds so many characters. The row
/// of the last of them.
pub fn opening(
    sheet: &mut Worksheet,
    document: &Document,
    last: u16,
    characters: usize,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(0, 0, &document.title, &formats.title)?;
    sheet.write_string_with_format(1, 0, &document.subtitle, &formats.note)?;
    let mut row = 3;
    sheet.merge_range(row, 0, row, last, &document.verdict.text(), &formats.strong)?;
    let money = Some(&document.money).filter(|money| !money.0.is_empty());
    for phrase in money.into_iter().chain(document.troubles.iter().map(|trouble| &trouble.phrase)) {
        row += 1;
        let text = phrase.text();
        sheet.merge_range(row, 0, row, last, &text, &formats.wrap)?;
        let lines = 1 + text.chars().count() / characters;
        sheet.set_row_height(row, 16.0 * lines as f64)?;
    }
    Ok(row)
}
