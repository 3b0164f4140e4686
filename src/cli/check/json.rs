//! The machine contract of `check`. In: what was read. Out: JSON with a version. Never: a key without a meaning in the design.

use serde_json::{Value, json};

use super::Checked;
use crate::diagnostic::Diagnostic;
use crate::ingest::FileReport;

pub fn json(checked: &Checked) -> String {
    let files: Vec<Value> = checked.tables.reports.iter().map(file).collect();
    let findings: Vec<Value> = checked.findings.iter().map(|finding| diagnostic(finding, true)).collect();
    let mut answer = json!({
        "version": 1,
        "files": files,
        "tenant": {
            "can_simulate": checked.baseline.is_some(),
            "today": checked.baseline.as_ref().map(|baseline| baseline.today.to_string()),
            "coverage": checked.coverage,
            "gaps": checked.gaps,
            "diagnostics": findings,
        },
    })
    .to_string();
    answer.push('\n');
    answer
}

fn file(report: &FileReport) -> Value {
    let source = report.source.map(|source| source.id());
    let settings = (report.kind == crate::ingest::Kind::Settings).then_some("settings");
    json!({
        "path": report.path,
        "source": source.or(settings),
        "kind": report.kind,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "confidence": report.confidence,
        "rows_read": report.rows_read,
        "rows_rejected": report.rows_rejected,
        "refused": report.refused,
        "columns_used": report.columns_used,
        "columns_ignored": report.columns_ignored,
        "columns_not_asked_for": report.not_asked_for,
        "attributes_not_available": report.not_available,
        "notes": report.notes,
        "diagnostics": report.diagnostics.iter().map(|finding| diagnostic(finding, false)).collect::<Vec<_>>(),
    })
}

fn diagnostic(finding: &Diagnostic, with_file: bool) -> Value {
    let origin = finding.labels.first().map(|label| &label.origin);
    let mut value = json!({
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
        "line": origin.and_then(|origin| origin.line),
        "column": origin.and_then(|origin| origin.column.as_deref()),
        "help": finding.help,
    });
    if with_file && let Some(object) = value.as_object_mut() {
        object.insert("file".to_owned(), json!(origin.map(|origin| &*origin.file)));
    }
    value
}
