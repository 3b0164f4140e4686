//! Files in, tables and a baseline out.

mod check;
mod code_pages;
mod dates;
mod hand_written;
mod laws;
mod refusals;
mod samples;
mod tolerated;
mod traps;

use std::path::{Path, PathBuf};

use seatcast::diagnostic::{Diagnosed, Diagnostic};
use seatcast::ingest::{self, Options, SourceFile, Tables};
use seatcast::scenario::Baseline;

pub fn sample(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder)
}

pub fn files(folder: &str) -> Vec<SourceFile> {
    ingest::read_folder(&sample(folder)).unwrap()
}

pub fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

pub fn options() -> Options {
    Options { tenant: "test".to_owned(), clock: chrono::NaiveDate::from_ymd_opt(2026, 11, 20), ..Options::default() }
}

pub fn tables(files: Vec<SourceFile>) -> Tables {
    ingest::tables(files, &options())
}

pub fn load(files: Vec<SourceFile>) -> Diagnosed<Option<Baseline>> {
    ingest::baseline(&tables(files), &options())
}

/// One finding as `severity code file:line column: message`.
pub fn shown(finding: &Diagnostic) -> String {
    let place = finding.labels.first().map(|label| label.origin.to_string()).unwrap_or_default();
    let severity = if finding.is_error() { "error" } else { "warning" };
    format!("{severity} {} {place}: {}", finding.code, finding.message)
}

pub fn all(findings: &[Diagnostic]) -> String {
    findings.iter().map(shown).collect::<Vec<_>>().join("\n")
}
