//! Shows findings and failures. In: values. Out: text on stderr. Never: decides whether a run goes on.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NarratableReportHandler};

use super::{Failure, settings};
use crate::diagnostic::{self, Code, Diagnostic, Severity};

/// A finding as the renderer wants it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
struct Shown(Diagnostic, Option<miette::NamedSource<String>>);

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.0.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.1.as_ref().map(|source| source as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.1.as_ref()?;
        let label = self.0.labels.first()?;
        let note = Some(label.note.clone()).filter(|note| !note.is_empty());
        let span = LabeledSpan::new(note, label.span.start, label.span.len());
        Some(Box::new(std::iter::once(span)))
    }
}

/// Text of findings for a person: in colour and with drawing characters only when `terminal`.
pub fn findings(diagnostics: &[Diagnostic], terminal: bool, width: usize) -> String {
    let mut sorted = diagnostics.to_vec();
    diagnostic::sort(&mut sorted);
    let mut text = String::new();
    for diagnostic in sorted {
        text.push_str(&finding(diagnostic, terminal, width));
    }
    text
}

fn finding(diagnostic: Diagnostic, terminal: bool, width: usize) -> String {
    let label = diagnostic.labels.first();
    let has_text = label.is_some_and(|label| !label.text.is_empty());
    if !terminal || !has_text {
        return plain(&diagnostic);
    }
    drawn(diagnostic, settings::may_colour(), width)
}

/// With the text around, for a terminal.
fn drawn(diagnostic: Diagnostic, colour: bool, width: usize) -> String {
    let label = diagnostic.labels.first();
    let source = label.map(|label| miette::NamedSource::new(label.origin.to_string(), label.text.to_string()));
    let mut text = String::new();
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(colour).with_width(width);
    let shown = Shown(diagnostic, source);
    if handler.render_report(&mut text, &shown).is_err() {
        text.clear();
        let _ = NarratableReportHandler::new().render_report(&mut text, &shown);
    }
    text
}

/// The form of `style.md` §6: message, place, text with a mark below it, help.
fn plain(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{severity}[{}]: {}\n", diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        text.push_str(&format!("  {}\n", label.origin));
        if label.text.is_empty() {
            continue;
        }
        let start = label.text[..label.span.start].rfind('\n').map_or(0, |at| at + 1);
        let line = label.text[start..].lines().next().unwrap_or("");
        let before = label.text[start..label.span.start].chars().count();
        let marked = label.text[label.span.clone()].lines().next().unwrap_or("").chars().count().max(1);
        text.push_str(&format!("    {line}\n    {}{} {}\n", " ".repeat(before), "^".repeat(marked), label.note));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text
}

/// Findings of one code that are shown before the rest are only counted.
const SHOWN_OF_A_CODE: usize = 3;

/// Prints findings that did not stop the run on stderr: the first of each code, and how many more there are.
pub fn warnings(diagnostics: &[Diagnostic]) {
    let terminal = std::io::stderr().is_terminal();
    let mut sorted = diagnostics.to_vec();
    diagnostic::sort(&mut sorted);
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    sorted.retain(|finding| {
        let count = seen.entry(finding.code).or_default();
        *count += 1;
        *count <= SHOWN_OF_A_CODE
    });
    let mut text = findings(&sorted, terminal, 100);
    for (code, count) in seen.iter().filter(|(_, count)| **count > SHOWN_OF_A_CODE) {
        text.push_str(&format!("{} more of {code}: `seatcast check` lists them all\n", count - SHOWN_OF_A_CODE));
    }
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Says how many findings there are, and nothing of what they say.
pub fn count(findings: usize) {
    if findings > 0 {
        let noun = if findings == 1 { "finding" } else { "findings" };
        let _ = writeln!(std::io::stderr().lock(), "{findings} {noun}: `seatcast check` lists them");
    }
}

/// Prints a failure and the findings it carries on stderr. A closed pipe is no reason to stop.
pub fn failure(failure: &Failure) {
    let mut stderr = std::io::stderr().lock();
    if let Failure::Findings(diagnostics) = failure {
        let _ = stderr.write_all(findings(diagnostics, false, 100).as_bytes());
    }
    let _ = writeln!(stderr, "error: {failure}");
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic, drawn};
    use crate::diagnostic::{Label, Origin};

    #[test]
    fn a_finding_without_colour_has_no_escape_code() {
        let label =
            Label { origin: Origin::default(), text: "user.departement".into(), span: 5..16, note: "unknown".into() };
        let mut finding =
            Diagnostic::error(Code("R101"), "no such attribute".to_owned()).help("did you mean `department`?");
        finding.labels.push(label);
        assert!(!drawn(finding.clone(), false, 80).contains('\u{1b}'));
        assert!(drawn(finding, true, 80).contains('\u{1b}'));
    }
}
