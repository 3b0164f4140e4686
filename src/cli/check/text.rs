//! What `check` tells a person. In: what was read. Out: a page of text. Never: a control character of a cell.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Checked;
use crate::cli::render;
use crate::diagnostic::{Diagnostic, Severity};
use crate::ingest::{FileReport, Gap};
use crate::report::clean::columns;

pub fn text(checked: &Checked, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    if checked.tables.reports.is_empty() {
        page.line(0, "No file to read here.");
        page.blank();
    }
    for report in &checked.tables.reports {
        file(report, &mut page);
    }
    if !checked.findings.is_empty() {
        page.line(0, "The files together");
        page.findings(&checked.findings);
        page.blank();
    }
    coverage(checked, &mut page);
    if !checked.gaps.is_empty() {
        page.line(0, "What would close the gaps");
        gaps(&checked.gaps, &mut page);
    }
    page.text
}

/// Each way out once, behind all that it closes.
fn gaps(gaps: &[Gap], page: &mut Page) {
    let mut remedies: Vec<&str> = gaps.iter().map(|gap| gap.remedy.as_str()).collect();
    let mut seen = BTreeSet::new();
    remedies.retain(|remedy| seen.insert(*remedy));
    for remedy in remedies {
        for gap in gaps.iter().filter(|gap| gap.remedy == remedy) {
            page.line(2, &format!("{}: {}", gap.missing, gap.consequence));
        }
        // A command is copied as it stands; words are wrapped.
        match remedy.contains('\n') {
            true => remedy.lines().for_each(|line| page.raw(4, line)),
            false => page.line(4, remedy),
        }
        page.blank();
    }
}

/// Text for a terminal of some width.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// One line as it stands, without what would steer a terminal.
    fn raw(&mut self, indent: usize, line: &str) {
        let _ = writeln!(self.text, "{:indent$}{}", "", clean(line));
    }

    /// Words, wrapped, what follows the first line two places further in.
    fn line(&mut self, indent: usize, words: &str) {
        let mut line = String::new();
        let mut further = indent;
        for word in clean(words).split(' ') {
            let length = further + columns(&line) + 1 + columns(word);
            if !line.is_empty() && length > self.width {
                let _ = writeln!(self.text, "{:further$}{line}", "");
                line.clear();
                further = indent + 2;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(self.text, "{:further$}{line}", "");
    }

    fn list(&mut self, indent: usize, title: &str, names: &[String]) {
        if !names.is_empty() {
            let shown: Vec<String> = names.iter().take(12).cloned().collect();
            let more = if names.len() > 12 { format!(" and {} more", names.len() - 12) } else { String::new() };
            self.line(indent, &format!("{title}: {}{more}", shown.join(", ")));
        }
    }

    fn findings(&mut self, findings: &[Diagnostic]) {
        for line in render::findings(findings, false, self.width).lines() {
            let words = line.trim_start();
            let indent = 2 + line.len() - words.len();
            // Text of a cell with the mark below it keeps its places.
            if line.starts_with("    ") { self.raw(2, line) } else { self.line(indent, words) }
        }
    }
}

fn file(report: &FileReport, page: &mut Page) {
    page.raw(0, &report.path);
    if report.kind == crate::ingest::Kind::Settings && !report.refused {
        page.line(2, "read: settings");
        page.findings(&report.diagnostics);
        return page.blank();
    }
    let source = report.source.map_or("unknown source", |source| source.id());
    let verdict = if report.refused { "REFUSED" } else { "read" };
    let (encoding, delimiter, confidence) = (&report.encoding, delimiter(report), report.confidence);
    page.line(2, &format!("{verdict}: {source}, {encoding}{delimiter}, confidence {confidence} %"));
    let (read, rejected) = (report.rows_read, report.rows_rejected);
    let (used, ignored) = (report.columns_used.len(), report.columns_ignored.len());
    page.line(2, &format!("{read} rows read, {rejected} rejected; {used} columns used, {ignored} ignored"));
    page.list(2, "ignored", &report.columns_ignored);
    page.list(2, "blank throughout, taken as not asked for", &report.not_asked_for);
    page.list(2, "not in this file", &in_runs(&report.not_available));
    page.list(2, "note", &report.notes);
    page.findings(&grouped(&report.diagnostics));
    page.blank();
}

/// Numbered names that follow each other as one: `extensionAttribute3 to 15`.
fn in_runs(names: &[String]) -> Vec<String> {
    const STEM: &str = "extensionAttribute";
    let number = |name: &String| name.strip_prefix(STEM)?.parse::<u32>().ok();
    let mut runs: Vec<(String, Option<(u32, u32)>)> = Vec::new();
    for name in names {
        let number = number(name);
        match (runs.last_mut(), number) {
            (Some((_, Some((_, last)))), Some(number)) if *last + 1 == number => *last = number,
            _ => runs.push((name.clone(), number.map(|number| (number, number)))),
        }
    }
    let shown = |(name, run): (String, Option<(u32, u32)>)| match run {
        Some((first, last)) if first < last => format!("{STEM}{first} to {last}"),
        _ => name,
    };
    runs.into_iter().map(shown).collect()
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

fn coverage(checked: &Checked, page: &mut Page) {
    let coverage = &checked.coverage;
    if checked.baseline.is_none() {
        page.line(0, "Nothing can be simulated from these files as they are.");
        return page.blank();
    }
    page.line(0, "What can be simulated");
    page.line(2, &format!("{} users", coverage.users));
    if coverage.users_without_usage_location > 0 {
        let count = coverage.users_without_usage_location;
        let words = "without usageLocation: licensed by the tenant's country, or blocked where the policy says so";
        page.line(4, &format!("{count} {words}"));
    }
    if coverage.users_without_department > 0 {
        let count = coverage.users_without_department;
        page.line(4, &format!("{count} without department: their cost is shown as unassigned"));
    }
    let evaluated = coverage.rules - coverage.rules_not_evaluated.len();
    page.line(2, &format!("{} groups, {evaluated} of {} rules evaluated", coverage.groups, coverage.rules));
    for rule in &coverage.rules_not_evaluated {
        page.line(4, &format!("{} keeps its {} exported members: {}", rule.group, rule.members_kept, rule.reason));
    }
    page.list(
        4,
        "licensed groups whose members no file holds, so that nobody is licensed by them",
        &coverage.groups_without_members,
    );
    page.line(2, &format!("{} SKUs", coverage.skus));
    page.list(4, "without a count of units, so that no shortage of them is seen", &coverage.skus_without_units);
    page.list(4, "free or of the whole tenant, so that they enter no total", &coverage.skus_not_planned);
    page.list(4, "without a price, so that they enter no cost", &coverage.skus_without_price);
    page.list(
        4,
        "without a renewal date, so that their units are held as they are",
        &coverage.skus_without_renewal_date,
    );
    page.blank();
}

/// Control, bidirectional and escape characters of a file must not reach a terminal.
fn clean(text: &str) -> String {
    let harmless = |c: char| {
        !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if harmless(c) { c } else { '\u{fffd}' }).collect()
}
