//! Every sample is read with the rows, source and values that its README states.

use super::{all, files, tables};
use seatcast::diagnostic::Diagnostic;

/// A sample folder, and for each file its source, rows and whether it is refused.
fn check(folder: &str, expected: &[(&str, &str, u32, bool)]) {
    let tables = tables(files(folder));
    let found: Vec<_> = tables
        .reports
        .iter()
        .map(|report| {
            (report.path.as_str(), report.source.map_or("", |source| source.id()), report.rows_read, report.refused)
        })
        .collect();
    let findings: Vec<Diagnostic> = tables.reports.iter().flat_map(|report| report.diagnostics.clone()).collect();
    assert_eq!(found, expected, "{folder}\n{}", all(&findings));
}

#[test]
fn canonical() {
    check(
        "canonical",
        &[
            ("groups.csv", "canonical-groups", 13, false),
            ("memberships.csv", "canonical-memberships", 64, false),
            ("skus.csv", "canonical-skus", 8, false),
            ("users.csv", "canonical-users", 44, false),
        ],
    );
}
