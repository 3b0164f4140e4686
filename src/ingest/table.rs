//! One file as a table of cells. In: text. Out: a header and records with their physical lines, or findings. Never: knows what
//! a column means, copies a cell that needs no unescaping.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::bytes::{line_ends, position};
use super::code;
use super::record::{self, Ends, FIELD_LIMIT, Fault, Marks};
use crate::cell;
use crate::diagnostic::{Diagnostic, Origin};

/// The widest export known has about 130 columns.
pub(super) const COLUMN_LIMIT: usize = 4096;
/// Findings of one kind that are listed one by one before the rest is counted.
pub(super) const LISTED: usize = 100;

/// One column's header, as written and folded for matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub name: Arc<str>,
    pub folded: String,
}

/// A file's cells. Invariant: `ends` holds `width` ends for each of `starts`.
#[derive(Debug)]
pub(super) struct Table {
    pub origin: Origin,
    pub header: Vec<Heading>,
    pub delimiter: char,
    pub rejected: u32,
    /// Whether cells may carry the apostrophe that `cell::neutral` puts before a formula.
    pub neutral: bool,
    pub marks: Marks,
    text: Arc<String>,
    width: usize,
    starts: Vec<u32>,
    ends: Ends,
    lines: OnceLock<Vec<u32>>,
}

/// Letter case, blanks, `_`, `/` and `-` do not count in a header; a mark or a zero-width character glued to it neither.
pub(super) fn fold(name: &str) -> String {
    let dropped = |c: char| {
        c.is_whitespace() || matches!(c, '_' | '/' | '-' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{a0}')
    };
    name.chars().filter(|c| !dropped(*c)).flat_map(char::to_lowercase).collect()
}

impl Table {
    /// Reads `text`. With findings of severity error the table still holds the records that were well formed.
    pub fn read(origin: Origin, text: Arc<String>, findings: &mut Vec<Diagnostic>, lenient: bool) -> Option<Table> {
        let (type_name, told, start) = preamble(&text);
        if type_name.as_deref().is_some_and(|name| name.contains("PowerShell.Commands.Internal.Format")) {
            let message = "this is a console table that was exported, not the objects behind it";
            let help = "drop `Format-Table` (or `ft`) from the command and pipe the objects to Export-Csv";
            findings.push(Diagnostic::error(code::CONSOLE_TABLE, message).at(&origin.at_line(1)).help(help));
            return None;
        }
        let delimiter = told.unwrap_or_else(|| delimiter(text[start..].as_bytes()));
        let header_line = position(text.as_bytes(), start).0;
        let (header, width, body) = match heading(&origin.at_line(header_line), &text, start, delimiter) {
            Ok(read) => read,
            Err(finding) => {
                findings.push(finding);
                return None;
            }
        };
        let records = record::records(text.as_bytes(), body, delimiter as u8, width);
        let mut table = Table {
            origin,
            header,
            delimiter,
            rejected: records.faults.len() as u32,
            neutral: false,
            marks: records.marks,
            text,
            width,
            starts: records.starts,
            ends: records.ends,
            lines: OnceLock::new(),
        };
        table.report_faults(&records.faults, findings, lenient);
        table.drop_nameless_columns(findings);
        table.find_second_export(findings);
        Some(table)
    }

    pub fn rows(&self) -> usize {
        self.starts.len()
    }

    /// A cell; `None` where nothing at all stands. `""` is empty text, which is something.
    pub fn cell(&self, row: usize, column: usize) -> Option<Cow<'_, str>> {
        let raw = self.raw(row, column);
        if raw.is_empty() {
            return None;
        }
        let text = match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
            Some(inner) => Cow::Borrowed(inner),
            None => Cow::Borrowed(raw),
        };
        Some(match text {
            Cow::Borrowed(text) if self.neutral => Cow::Borrowed(cell::original(text)),
            Cow::Owned(text) if self.neutral => Cow::Owned(cell::original(&text).to_owned()),
            text => text,
        })
    }

    /// The cell as it stands in the file, quotes included.
    pub fn raw(&self, row: usize, column: usize) -> &str {
        let (at, record) = (row * self.width + column, self.starts[row] as usize);
        let start = if column == 0 { record } else { record + self.ends.get(at - 1) + 1 };
        &self.text[start..record + self.ends.get(at)]
    }

    /// The physical line on which a record starts, from 1.
    pub fn line(&self, row: usize) -> u64 {
        let lines = self.lines.get_or_init(|| {
            let (mut line, mut last) = (1, 0);
            let next = |start: &u32| {
                line += line_ends(&self.text.as_bytes()[last..*start as usize]) as u32;
                last = *start as usize;
                line
            };
            self.starts.iter().map(next).collect()
        });
        u64::from(lines[row])
    }

    pub fn at(&self, row: usize) -> Origin {
        self.origin.at_line(self.line(row))
    }

    pub fn at_cell(&self, row: usize, column: usize) -> Origin {
        self.at(row).in_column(self.header[column].name.clone())
    }

    /// The first of `names` (folded) that the header holds.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|heading| heading.folded == *name))
    }

    /// Whether nothing stands in any record of the column.
    pub fn is_blank(&self, column: usize) -> bool {
        (0..self.rows()).all(|row| self.raw(row, column).is_empty())
    }

    /// The place of the last value, where the file ends without the end of a line.
    pub fn without_last_line_end(&self) -> Option<Origin> {
        let last = self.rows().checked_sub(1)?;
        (!self.text.ends_with(['\n', '\r'])).then(|| self.at_cell(last, self.header.len() - 1))
    }

    /// The whole file.
    pub fn text(&self) -> &Arc<String> {
        &self.text
    }

    /// Where a text that was borrowed from the file stands in it; `None` for any other. No two texts that live share an
    /// address, so the place alone tells.
    pub fn place_of(&self, part: &str) -> Option<std::ops::Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (!part.is_empty() && end <= self.text.len()).then_some(start..end)
    }

    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    fn report_faults(&self, faults: &[Fault], findings: &mut Vec<Diagnostic>, lenient: bool) {
        let listed = if lenient { faults.len() } else { LISTED };
        let (mut line, mut counted) = (1, 0);
        for fault in faults.iter().take(listed) {
            // Faults come in the order of the file, so every line end is counted once.
            line += line_ends(&self.text.as_bytes()[counted..fault.at().max(counted)]);
            counted = fault.at().max(counted);
            let name = |column: usize| self.header.get(column).map(|heading| heading.name.clone());
            let here = |column: usize| match name(column) {
                Some(name) => self.origin.at_line(line).in_column(name),
                None => self.origin.at_line(line),
            };
            findings.push(match *fault {
                Fault::FieldCount { at, found } => {
                    let message = format!("found {found} fields, header has {}", self.width);
                    let last = self.text.as_bytes()[at..].iter().all(|byte| !matches!(byte, b'\n' | b'\r'));
                    let help = if last && found < self.width {
                        "the file seems to be cut off here; export it again"
                    } else {
                        "a value holds the delimiter or a line end without quotes around it; export it again or mend the line"
                    };
                    Diagnostic::error(code::FIELD_COUNT, message).at(&here(usize::MAX)).help(help)
                }
                Fault::OpenQuote { .. } => {
                    let message = "a quote opened here is never closed";
                    let column = self.column_of(fault.at());
                    Diagnostic::error(code::OPEN_QUOTE, message).at(&here(column)).help("the file is cut off or damaged; export it again")
                }
                Fault::AfterQuote { column, .. } => {
                    let message = "text after a closing quote";
                    Diagnostic::error(code::AFTER_QUOTE, message).at(&here(column)).help("quotes inside a quoted value are doubled")
                }
                Fault::FieldTooLong { column, .. } => {
                    let message = format!("a field is longer than {FIELD_LIMIT} bytes");
                    let help = "no export writes such a value; a quote is probably not closed";
                    Diagnostic::error(code::FIELD_TOO_LONG, message).at(&here(column)).help(help)
                }
            });
        }
        if faults.len() > listed {
            let message = format!("{} more records are broken", faults.len() - listed);
            findings.push(Diagnostic::error(code::FIELD_COUNT, message).at(&self.origin));
        }
    }

    /// The column in which the field that starts at byte `at` stands.
    fn column_of(&self, at: usize) -> usize {
        let row = self.starts.partition_point(|start| (*start as usize) <= at);
        let (mut ends, mut faults) = (Vec::new(), Vec::new());
        // The broken record is the one after the last good record that starts before it.
        let mut start =
            row.checked_sub(1).map_or(0, |row| self.starts[row] as usize + self.ends.get((row + 1) * self.width - 1));
        while self.text.as_bytes().get(start).is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            start += 1;
        }
        record::record(
            self.text.as_bytes(),
            start,
            self.delimiter as u8,
            &mut ends,
            &mut faults,
            &mut Marks::default(),
        );
        ends.iter().filter(|end| (**end as usize) < at).count()
    }

    /// Excel leaves columns without a name and without a value at the right edge.
    fn drop_nameless_columns(&mut self, findings: &mut Vec<Diagnostic>) {
        while self.header.len() > 1 && self.header.last().is_some_and(|heading| heading.name.is_empty()) {
            if !self.is_blank(self.header.len() - 1) {
                let message = format!("column {} has values but no name", self.header.len());
                findings.push(Diagnostic::error(code::DUPLICATE_HEADER, message).at(&self.origin.at_line(1)));
                return;
            }
            self.header.pop();
        }
    }

    /// A header, a `#TYPE` line or a byte order mark further down means that two exports were put into one file.
    fn find_second_export(&self, findings: &mut Vec<Diagnostic>) {
        let again = |row: usize| {
            let first = self.raw(row, 0);
            if first.starts_with(['#', '\u{feff}']) || first.starts_with("\"#TYPE") {
                return first.trim_start_matches('"').starts_with("#TYPE ") || first.starts_with('\u{feff}');
            }
            let same =
                |(column, heading): (usize, &Heading)| self.raw(row, column).trim_matches('"').trim() == &*heading.name;
            self.header.len() > 1 && self.header.iter().enumerate().all(same)
        };
        if let Some(row) = (0..self.rows()).into_par_iter().find_first(|row| again(*row)) {
            let message = "a second export starts here";
            let help = "put each export into a file of its own (Export-Csv without -Append)";
            findings.push(Diagnostic::error(code::SECOND_EXPORT, message).at(&self.at(row)).help(help));
        }
    }
}

/// What stands before the header: the type of `#TYPE`, the delimiter of `sep=`, and the first byte of the header.
fn preamble(text: &str) -> (Option<String>, Option<char>, usize) {
    let (mut type_name, mut told, mut start) = (None, None, 0);
    loop {
        start += text[start..].len() - text[start..].trim_start_matches(['\n', '\r', '\u{feff}']).len();
        let line = text[start..].split(['\n', '\r']).next().unwrap_or("");
        let bare = line.trim().trim_matches('"');
        if let Some(name) = bare.strip_prefix("#TYPE ") {
            type_name = Some(name.trim_end_matches([',', ';', '\t', '"']).to_owned());
        } else if let Some(delimiter) = bare.strip_prefix("sep=").filter(|rest| rest.len() <= 1) {
            told = delimiter.chars().next().filter(char::is_ascii).or(line.contains('\t').then_some('\t'));
        } else {
            return (type_name, told, start);
        }
        start += line.len();
    }
}

/// The delimiter that the header line holds most often outside quotes. Data lines may hold more of another.
pub(super) fn delimiter(text: &[u8]) -> char {
    let mut counts = [(0, ','), (0, ';'), (0, '\t'), (0, '|')];
    let mut inside = false;
    for byte in text {
        match byte {
            b'"' => inside = !inside,
            b'\n' | b'\r' if !inside => break,
            _ if inside => {}
            _ => {
                counts.iter_mut().filter(|(_, delimiter)| *delimiter as u8 == *byte).for_each(|(count, _)| *count += 1);
            }
        }
    }
    let most = counts.iter().map(|(count, _)| *count).max().unwrap_or(0);
    counts.iter().find(|(count, _)| *count == most).map_or(',', |(_, delimiter)| *delimiter)
}

/// The header, the number of fields a record has, and the first byte after the header.
fn heading(
    origin: &Origin,
    text: &str,
    start: usize,
    delimiter: char,
) -> Result<(Vec<Heading>, usize, usize), Diagnostic> {
    let line_end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[start..]).unwrap_or(text.len() - start);
    let too_wide =
        memchr::memchr_iter(delimiter as u8, &text.as_bytes()[start..start + line_end]).take(COLUMN_LIMIT).count();
    if too_wide >= COLUMN_LIMIT || line_end > FIELD_LIMIT {
        let message = format!("the header is longer than {COLUMN_LIMIT} columns or {FIELD_LIMIT} bytes");
        return Err(Diagnostic::error(code::TOO_MANY_COLUMNS, message)
            .at(origin)
            .help("this is no export of users, groups or SKUs"));
    }
    let (mut ends, mut faults) = (Vec::new(), Vec::new());
    let (body, _) =
        record::record(text.as_bytes(), start, delimiter as u8, &mut ends, &mut faults, &mut Marks::default());
    if !faults.is_empty() {
        return Err(Diagnostic::error(code::OPEN_QUOTE, "a quote in the header is never closed").at(origin));
    }
    let mut from = start;
    let mut header: Vec<Heading> = Vec::new();
    for end in ends {
        let raw = text.get(from..end as usize).unwrap_or("");
        let name = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw).replace("\"\"", "\"");
        let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
        let folded = fold(name);
        if !folded.is_empty() && header.iter().any(|heading| heading.folded == folded) {
            let message = format!("two columns are named `{name}`");
            return Err(Diagnostic::error(code::DUPLICATE_HEADER, message)
                .at(&origin.in_column(name))
                .help("remove one of them"));
        }
        header.push(Heading { name: name.into(), folded });
        from = end as usize + 1;
    }
    let width = header.len();
    Ok((header, width, body))
}
