//! What was read from one file. In: facts of its reading. Out: the lines of `check`. Never: a verdict on the whole tenant.

use super::source::{Kind, Source};
use super::table::Table;
use crate::diagnostic::Diagnostic;

/// One file, how it was read and what is wrong with it.
#[derive(Clone, Debug)]
pub struct FileReport {
    pub path: String,
    /// `None` where nothing tells which program wrote the file.
    pub source: Option<Source>,
    pub kind: Kind,
    pub encoding: String,
    pub delimiter: Option<char>,
    /// The share of its columns that the source is known to have, from 0 to 100.
    pub confidence: u32,
    pub rows_read: u32,
    pub rows_rejected: u32,
    pub columns_used: Vec<String>,
    pub columns_ignored: Vec<String>,
    /// Columns that are blank in every row, which a shell writes for a property that was not asked for.
    pub not_asked_for: Vec<String>,
    /// What this source never says, and what is missing without it.
    pub not_available: Vec<String>,
    /// What was assumed, once a file.
    pub notes: Vec<String>,
    /// Whether the file was left out. A file goes in whole or not at all, unless reading is lenient.
    pub refused: bool,
    pub diagnostics: Vec<Diagnostic>,
}

impl FileReport {
    pub(super) fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            source: None,
            kind: Kind::Unknown,
            encoding: "unknown".to_owned(),
            delimiter: None,
            confidence: 0,
            rows_read: 0,
            rows_rejected: 0,
            columns_used: Vec::new(),
            columns_ignored: Vec::new(),
            not_asked_for: Vec::new(),
            not_available: Vec::new(),
            notes: Vec::new(),
            refused: false,
            diagnostics: Vec::new(),
        }
    }

    /// Moves a column from the used to the ignored ones.
    pub(super) fn ignore(&mut self, table: &Table, column: usize) {
        let name = table.header[column].name.to_string();
        self.columns_used.retain(|used| *used != name);
        self.columns_ignored.push(name);
    }

    /// Lists the columns that `used` names (by position) and ignores the rest.
    pub(super) fn columns(&mut self, table: &Table, used: &[usize]) {
        for (index, heading) in table.header.iter().enumerate() {
            let list = if used.contains(&index) { &mut self.columns_used } else { &mut self.columns_ignored };
            list.push(heading.name.to_string());
        }
    }

    pub(super) fn refuse(&mut self, finding: Diagnostic) {
        self.refused = true;
        self.diagnostics.push(finding);
    }
}
