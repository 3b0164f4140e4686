//! One column of one file, value by distinct value. In: a table and a column. Out: a code a row and what each code stands for.
//! Never: converts the same text twice, holds a text that the file holds already.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::code;
use super::date::{self, DateFault, DateOrder};
use super::seen::Seen;
use super::table::{LISTED, Table};
use super::value;
use crate::diagnostic::{Code, Diagnostic};

/// The file holds the column, but the cell holds a type name in place of data.
pub(super) const UNKNOWN: u32 = 0;
pub(super) const NULL: u32 = 1;
pub(super) const FIRST: u32 = 2;

/// How a text starts that may have been neutralised, or be what a neutralised text stands for.
const MAY_BE_NEUTRAL: [char; 8] = ['\'', '=', '+', '-', '@', '\t', '\r', '\n'];

/// One code a row: [`UNKNOWN`], [`NULL`], or [`FIRST`] + the position in `values`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coded<T> {
    pub codes: Vec<u32>,
    pub values: Vec<T>,
    /// Whether no two of `values` are equal.
    pub distinct: bool,
}

impl<T> Coded<T> {
    /// The value of a row; `None` for null and unknown.
    pub fn get(&self, row: usize) -> Option<&T> {
        self.values.get(self.position(row)?)
    }

    /// Where the value of a row stands in `values`.
    pub fn position(&self, row: usize) -> Option<usize> {
        self.codes[row].checked_sub(FIRST).map(|code| code as usize)
    }
}

/// The distinct texts of a column in order of appearance. Placeholders are unknown, blank is null, `""` is empty text.
pub(super) fn distinct<'t>(table: &'t Table, column: usize) -> Coded<Cow<'t, str>> {
    let mut plain = Seen::new();
    // Texts with a quote in them, and those that are not in the file as they read: none of them is a plain one.
    let mut other: HashMap<String, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut values: Vec<Cow<'t, str>> = Vec::new();
    let mut codes = Vec::with_capacity(table.rows());
    let (mut last, mut last_code) = ("", NULL);
    let next = |values: &Vec<Cow<'_, str>>| FIRST + values.len() as u32;
    for row in 0..table.rows() {
        let raw = table.raw(row, column);
        if raw != last {
            last = raw;
            let bare = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
            last_code = if raw.is_empty() {
                NULL
            } else if table.marks.placeholder && value::is_placeholder(bare) {
                UNKNOWN
            } else if (table.neutral && bare.starts_with(MAY_BE_NEUTRAL))
                || memchr::memchr(b'"', bare.as_bytes()).is_some()
            {
                let text = table.cell(row, column).unwrap_or_default();
                let (code, known) = (next(&values), other.get(&*text).copied());
                known.unwrap_or_else(|| {
                    other.insert(text.to_string(), code);
                    values.push(text);
                    code
                })
            } else {
                let code = next(&values);
                let same = |code: u32| values[(code - FIRST) as usize] == bare;
                let found = plain.code(bare, same, || code);
                if found == code {
                    values.push(Cow::Borrowed(bare));
                }
                found
            };
        }
        codes.push(last_code);
    }
    Coded { codes, values, distinct: true }
}

/// What was found wrong in a file's cells: findings, and the rows they are in.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub findings: Vec<Diagnostic>,
    pub rows: Vec<u32>,
    /// A time of day was written without its zone.
    pub zoneless: bool,
}

impl Faults {
    /// Reports the rows of `column` that hold one of the `bad` codes, each with what is wrong with its value.
    fn report<T>(&mut self, table: &Table, column: usize, coded: &Coded<T>, bad: &HashMap<u32, Diagnostic>) {
        if bad.is_empty() {
            return;
        }
        let mut listed = 0;
        for (row, code) in coded.codes.iter().enumerate() {
            let Some(finding) = bad.get(code) else { continue };
            self.rows.push(row as u32);
            if listed < LISTED {
                let origin = table.at_cell(row, column);
                let text: &str = &table.cell(row, column).unwrap_or_default();
                self.findings.push(finding.clone().pointing(&origin, text, 0..text.len(), ""));
            }
            listed += 1;
        }
        if listed > LISTED {
            let name = &table.header[column].name;
            let message = format!("{} more cells of column {name} cannot be read", listed - LISTED);
            self.findings.push(Diagnostic::error(code::WORD, message).at(&table.origin.in_column(name.clone())));
        }
    }

    pub fn error(&mut self, row: usize, finding: Diagnostic) {
        self.rows.push(row as u32);
        if self.findings.len() < LISTED * 10 {
            self.findings.push(finding);
        }
    }
}

/// Converts a column's distinct texts with `read`; what it refuses is reported at every row, with `help`.
/// Empty text is null here: only text columns tell the two apart.
pub(super) fn convert<T>(
    table: &Table,
    column: usize,
    faults: &mut Faults,
    refuse: (Code, &str, &str),
    mut read: impl FnMut(&str) -> Option<T>,
) -> Coded<T> {
    let texts = distinct(table, column);
    let mut values = Vec::with_capacity(texts.values.len());
    let mut bad = HashMap::new();
    let mut renamed = vec![UNKNOWN, NULL];
    for (position, text) in texts.values.iter().enumerate() {
        let (code, what, help) = refuse;
        renamed.push(match read(text) {
            _ if text.is_empty() => NULL,
            Some(value) => {
                values.push(value);
                FIRST + values.len() as u32 - 1
            }
            None => {
                let shown: String = text.chars().take(60).collect();
                let finding = Diagnostic::error(code, format!("`{shown}` is not {what}")).help(help);
                bad.insert(FIRST + position as u32, finding);
                UNKNOWN
            }
        });
    }
    faults.report(table, column, &texts, &bad);
    let codes = texts.codes.iter().map(|code| renamed[*code as usize]).collect();
    Coded { codes, values, distinct: false }
}

pub(super) fn booleans(table: &Table, column: usize, faults: &mut Faults) -> Coded<bool> {
    let help = "true and false are written True/False, 1/0, Yes/No or as Excel translates them";
    convert(table, column, faults, (code::BOOLEAN, "true or false", help), value::boolean)
}

/// Instants of a column; `None` inside is a way of writing “no date”.
pub(super) fn instants(
    table: &Table,
    column: usize,
    order: Option<DateOrder>,
    faults: &mut Faults,
) -> Coded<date::Moment> {
    if let Some(coded) = iso_instants(table, column) {
        return coded;
    }
    let texts = distinct(table, column);
    let whole = texts.values.iter().map(Cow::as_ref).filter(|text| !text.trim().is_empty());
    faults.zoneless |= whole.clone().any(|text| !date::says_zone(text));
    let refused = match date::column(whole, order) {
        Ok(moments) => {
            let mut moments = moments.into_iter();
            let mut renamed = vec![UNKNOWN, NULL];
            let mut values = Vec::new();
            for text in &texts.values {
                let moment = if text.trim().is_empty() { None } else { moments.next().flatten() };
                renamed.push(match moment {
                    None => NULL,
                    moment => {
                        values.push(moment);
                        FIRST + values.len() as u32 - 1
                    }
                });
            }
            let codes = texts.codes.iter().map(|code| renamed[*code as usize]).collect();
            return Coded { codes, values, distinct: false };
        }
        Err(refused) => refused,
    };
    let (text, finding) = match refused {
        DateFault::NotADate(text) => {
            let shown: String = text.chars().take(60).collect();
            let help =
                "dates are ISO (2026-11-20) or as one locale writes them; a column keeps one order of day and month";
            (text, Diagnostic::error(code::DATE, format!("`{shown}` is not a date of this column's form")).help(help))
        }
        DateFault::Unproved(text) => {
            let message = format!("`{text}` is two different days, and nothing in this column says which");
            let help = "say it with `--date-order day-first` or `--date-order month-first`, or export dates as ISO";
            (text, Diagnostic::error(code::DATE_ORDER, message).help(help))
        }
    };
    let bad = texts.values.iter().position(|known| **known == text).map(|at| FIRST + at as u32);
    // One finding for a column: the fault is that of the column, and its first place is enough.
    if let Some(row) = bad.and_then(|bad| texts.codes.iter().position(|code| *code == bad)) {
        let origin = table.at_cell(row, column);
        faults.error(row, finding.pointing(&origin, text.as_str(), 0..text.len(), ""));
    }
    Coded { codes: vec![UNKNOWN; table.rows()], values: Vec::new(), distinct: true }
}

/// The same for a column that is ISO in UTC, or a day, throughout: the common case of a large file, read without a look at
/// any other form. `None` where one cell is anything else.
fn iso_instants(table: &Table, column: usize) -> Option<Coded<date::Moment>> {
    const BLANK: i64 = i64::MIN;
    let read = |row: usize| match table.raw(row, column) {
        "" | "\"\"" => Some(BLANK),
        raw => date::iso_seconds(raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw)),
    };
    let seconds: Vec<i64> = (0..table.rows()).into_par_iter().map(read).collect::<Option<_>>()?;
    let mut known: HashMap<i64, u32, foldhash::fast::FixedState> = HashMap::default();
    known.insert(BLANK, NULL);
    let mut values = Vec::new();
    let code = |second: &i64| {
        *known.entry(*second).or_insert_with(|| match date::moment_of(*second) {
            None => NULL,
            moment => {
                values.push(moment);
                FIRST + values.len() as u32 - 1
            }
        })
    };
    let codes = seconds.iter().map(code).collect();
    Some(Coded { codes, values, distinct: true })
}
