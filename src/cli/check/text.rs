//! What `check` tells a person. In: what was read. Out: a page of text. Never: a control character of a cell.

use std::fmt::Write;

use super::Checked;
use crate::cli::render;
use crate::diagnostic::{Diagnostic, Severity};
use crate::ingest::FileReport;

pub fn text(checked: &Checked) -> String {
    let mut page = String::new();
    if checked.tables.reports.is_empty() {
        page.push_str("No file to read here.\n\n");
    }
    for report in &checked.tables.reports {
        file(report, &mut page);
    }
    if !checked.findings.is_empty() {
        page.push_str("The files together\n");
        indented(&render::findings(&checked.findings, false, 100), &mut page);
        page.push('\n');
    }
    coverage(checked, &mut page);
    if !checked.gaps.is_empty() {
        page.push_str("What would close the gaps\n");
        let mut shown: Vec<&str> = Vec::new();
        for gap in &checked.gaps {
            let _ = writeln!(page, "  {}: {}", gap.missing, gap.consequence);
        }
        page.push('\n');
        for gap in &checked.gaps {
            if !shown.contains(&gap.remedy.as_str()) {
                shown.push(&gap.remedy);
                indented(&gap.remedy, &mut page);
            }
        }
    }
    page
}

fn file(report: &FileReport, page: &mut String) {
    if report.kind == crate::ingest::Kind::Settings && !report.refused {
        let _ = writeln!(page, "{}\n  read: settings", clean(&report.path));
        indented(&render::findings(&report.diagnostics, false, 100), page);
        page.push('\n');
        return;
    }
    let source = report.source.map_or("unknown source", |source| source.id());
    let verdict = if report.refused { "REFUSED" } else { "read" };
    let _ = writeln!(
        page,
        "{}\n  {verdict}: {source}, {}{}, confidence {} %",
        clean(&report.path),
        report.encoding,
        delimiter(report),
        report.confidence
    );
    let _ = writeln!(
        page,
        "  {} rows read, {} rejected; {} columns used, {} ignored",
        report.rows_read,
        report.rows_rejected,
        report.columns_used.len(),
        report.columns_ignored.len()
    );
    list("ignored", &report.columns_ignored, page);
    list("blank throughout, taken as not asked for", &report.not_asked_for, page);
    list("not in this file", &report.not_available, page);
    list("note", &report.notes, page);
    indented(&render::findings(&grouped(&report.diagnostics), false, 100), page);
    page.push('\n');
}

fn delimiter(report: &FileReport) -> String {
    match report.delimiter {
        Some('\t') => ", tab".to_owned(),
        Some(delimiter) => format!(", `{delimiter}`"),
        None => String::new(),
    }
}

/// Errors one by one; of each kind of warning the first three places.
fn grouped(findings: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut shown: Vec<Diagnostic> = Vec::new();
    let mut more: Vec<(&Diagnostic, u32)> = Vec::new();
    for finding in findings {
        let same =
            shown.iter().filter(|known| known.code == finding.code && known.severity == Severity::Warning).count();
        if finding.severity == Severity::Error || same < 3 {
            shown.push(finding.clone());
        } else if let Some((_, count)) = more.iter_mut().find(|(first, _)| first.code == finding.code) {
            *count += 1;
        } else {
            more.push((finding, 1));
        }
    }
    shown.extend(
        more.into_iter().map(|(first, count)| Diagnostic::warning(first.code, format!("{count} more like this"))),
    );
    shown
}

fn coverage(checked: &Checked, page: &mut String) {
    let coverage = &checked.coverage;
    if checked.baseline.is_none() {
        page.push_str("Nothing can be simulated from these files as they are.\n\n");
        return;
    }
    page.push_str("What can be simulated\n");
    let evaluated = coverage.rules - coverage.rules_not_evaluated.len();
    let _ = writeln!(
        page,
        "  {} users, {} without usageLocation, {} without department",
        coverage.users, coverage.users_without_usage_location, coverage.users_without_department
    );
    let _ = writeln!(page, "  {} groups, {evaluated} of {} rules evaluated", coverage.groups, coverage.rules);
    for rule in &coverage.rules_not_evaluated {
        let _ = writeln!(
            page,
            "    {} keeps its {} exported members: {}",
            clean(&rule.group),
            rule.members_kept,
            clean(&rule.reason)
        );
    }
    list("licensed groups whose members no file holds", &coverage.groups_without_members, page);
    let _ = writeln!(page, "  {} SKUs", coverage.skus);
    list("SKUs without a count of units", &coverage.skus_without_units, page);
    page.push('\n');
}

fn list(title: &str, names: &[String], page: &mut String) {
    if !names.is_empty() {
        let shown: Vec<String> = names.iter().take(12).map(|name| clean(name)).collect();
        let more = if names.len() > 12 { format!(" and {} more", names.len() - 12) } else { String::new() };
        let _ = writeln!(page, "  {title}: {}{more}", shown.join(", "));
    }
}

/// Control, bidirectional and escape characters of a file must not reach a terminal.
fn clean(text: &str) -> String {
    let harmless = |c: char| {
        !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if harmless(c) { c } else { '\u{fffd}' }).collect()
}

fn indented(text: &str, page: &mut String) {
    for line in text.lines() {
        let _ = writeln!(page, "  {}", clean(line));
    }
}
