//! Access to one typed file by column name. In: a table and the names a column may have. Out: cells, booleans, days, counts of
//! one row, with findings for what cannot be read. Never: a value for a cell that is wrong.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::code;
use super::column::{self, Coded, Faults};
use super::date::{self, DateOrder};
use super::product::Products;
use super::table::Table;
use super::value;
use crate::diagnostic::{Diagnostic, did_you_mean};

/// What all conversions need to know.
pub(super) struct Converter<'a> {
    pub products: &'a Products<'a>,
    pub date_order: Option<DateOrder>,
}

/// A table whose columns are looked up by name, and a note of which ones were used.
pub(super) struct Reader<'t> {
    pub table: &'t Table,
    pub used: Vec<usize>,
    /// Columns that were looked for, are there, and are blank in every row of a file that a shell wrote.
    blank_is_unknown: bool,
}

impl<'t> Reader<'t> {
    pub fn new(table: &'t Table, blank_is_unknown: bool) -> Self {
        Self { table, used: Vec::new(), blank_is_unknown }
    }

    /// The column with one of these folded names; `None` where the file has none or was not asked for it.
    pub fn column(&mut self, names: &[&str]) -> Option<usize> {
        let column = self.table.column(names)?;
        self.used.push(column);
        let unknown = self.blank_is_unknown && self.table.rows() > 0 && self.table.is_blank(column);
        (!unknown).then_some(column)
    }

    /// A cell that holds something; `None` for blank, empty and placeholders.
    pub fn text(&self, row: usize, column: Option<usize>) -> Option<Cow<'t, str>> {
        self.table.cell(row, column?).filter(|text| !text.trim().is_empty() && !value::is_placeholder(text))
    }

    pub fn boolean(&self, row: usize, column: Option<usize>, faults: &mut Faults) -> Option<bool> {
        let text = self.text(row, column)?;
        let read = value::boolean(&text);
        if read.is_none() {
            self.fault(row, column, faults, Diagnostic::error(code::BOOLEAN, format!("`{text}` is not true or false")));
        }
        read
    }

    pub fn count(&self, row: usize, column: Option<usize>, faults: &mut Faults) -> Option<u32> {
        let text = self.text(row, column)?;
        let read = value::count(&text);
        if read.is_none() {
            let message = format!("`{text}` is not a whole number of units");
            let digits = text.trim().strip_prefix(['-', '\u{2212}', '\u{2013}']).and_then(value::count);
            let help = match digits {
                Some(digits) => format!("did you mean `{digits}`? units are never negative"),
                None => "write digits only: separators of thousands can be read in two ways".to_owned(),
            };
            self.fault(row, column, faults, Diagnostic::error(code::NUMBER, message).help(help));
        }
        read
    }

    pub fn guid(&self, row: usize, column: Option<usize>, faults: &mut Faults) -> Option<String> {
        let text = self.text(row, column)?;
        let read = value::id(&text, self.table.neutral);
        if read.is_none() {
            self.fault(row, column, faults, Diagnostic::error(code::GUID, format!("`{text}` is not a GUID")));
        }
        read
    }

    /// One of the words of a list, in any letter case.
    pub fn word<T: Copy>(
        &self,
        row: usize,
        column: Option<usize>,
        words: &[(&str, T)],
        faults: &mut Faults,
    ) -> Option<T> {
        let text = self.text(row, column)?;
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        if found.is_none() {
            let list = words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let finding = Diagnostic::error(code::WORD, format!("`{text}` is not a word of this column"));
            let near = did_you_mean(text.trim(), words.iter().map(|(word, _)| *word));
            let near =
                near.filter(|near| near.starts_with("did you")).map(|near| format!("{near} ")).unwrap_or_default();
            self.fault(row, column, faults, finding.help(format!("{near}known are {list}")));
        }
        found.map(|(_, value)| *value)
    }

    pub fn moments(
        &self,
        column: Option<usize>,
        order: Option<DateOrder>,
        faults: &mut Faults,
    ) -> Option<Coded<date::Moment>> {
        column.map(|column| column::instants(self.table, column, order, faults))
    }

    /// A day that stands alone, in ISO form.
    pub fn day(&self, row: usize, column: Option<usize>, faults: &mut Faults) -> Option<NaiveDate> {
        let text = self.text(row, column)?;
        let read = date::alone(&text);
        if read.is_none() {
            let finding =
                Diagnostic::error(code::DATE, format!("`{text}` is not a date")).help("write it as 2026-11-20");
            self.fault(row, column, faults, finding);
        }
        read
    }

    /// Reports `finding` at a cell.
    pub fn fault(&self, row: usize, column: Option<usize>, faults: &mut Faults, finding: Diagnostic) {
        let Some(index) = column else { return };
        let text: String = self.table.cell(row, index).unwrap_or_default().into();
        let length = text.len();
        faults.error(row, finding.pointing(&self.table.at_cell(row, index), text, 0..length, ""));
    }
}
