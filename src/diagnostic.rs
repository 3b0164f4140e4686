//! Findings about inputs. In: what a reader of files or rules noticed. Out: values that can be collected, ordered and shown.
//! Never: prints, stops the program, or knows how a finding is rendered.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// How bad a finding is. An error means that a file, a row or a rule was left out; a warning means that it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A stable name of one kind of finding: a letter (`D` data, `R` rule, `S` supply, `P` policy) and a number, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Where a text came from: a file, and where known the physical line (from 1) and the header of the column.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    pub file: Arc<str>,
    pub line: Option<u64>,
    pub column: Option<Arc<str>>,
}

impl Origin {
    pub fn file(name: impl Into<Arc<str>>) -> Self {
        Self { file: name.into(), line: None, column: None }
    }

    /// The same file, at a physical line counted from 1.
    pub fn at_line(&self, line: u64) -> Self {
        Self { line: Some(line), ..self.clone() }
    }

    pub fn in_column(&self, column: impl Into<Arc<str>>) -> Self {
        Self { column: Some(column.into()), ..self.clone() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// One place a finding points at. `span` is a byte range in `text`, the unescaped text of the cell (not of the file: CSV
/// quoting makes offsets into the file wrong for cells). Both are empty where the finding is about a whole file or line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub origin: Origin,
    pub text: Arc<str>,
    pub span: Range<usize>,
    pub note: String,
}

/// One finding: a clause in lower case without a final stop, the places it is about, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: Code,
    pub message: String,
    pub labels: Vec<Label>,
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), labels: Vec::new(), help: None }
    }

    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds a place without text: a file, a line or a cell.
    pub fn at(self, origin: &Origin) -> Self {
        self.pointing(origin, "", 0..0, "")
    }

    /// Adds a place inside a text, with a few words beside it.
    pub fn pointing(
        mut self,
        origin: &Origin,
        text: impl Into<Arc<str>>,
        span: Range<usize>,
        note: impl Into<String>,
    ) -> Self {
        self.labels.push(Label { origin: origin.clone(), text: text.into(), span, note: note.into() });
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn place(&self) -> Option<(&Origin, usize)> {
        self.labels.first().map(|label| (&label.origin, label.span.start))
    }
}

/// Orders findings by source, then place in it, then code: the order in which a person would mend them.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| match (a.place(), b.place()) {
        (Some(x), Some(y)) => x.cmp(&y).then(a.code.cmp(&b.code)),
        (None, None) => a.code.cmp(&b.code),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
    });
}

/// A value, and all there is to say about how it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosed<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Diagnosed<T> {
    pub fn new(value: T, diagnostics: Vec<Diagnostic>) -> Self {
        Self { value, diagnostics }
    }

    pub fn clean(value: T) -> Self {
        Self { value, diagnostics: Vec::new() }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Diagnosed<U> {
        Diagnosed { value: change(self.value), diagnostics: self.diagnostics }
    }

    /// The next step, with the findings of both.
    pub fn and_then<U>(mut self, next: impl FnOnce(T) -> Diagnosed<U>) -> Diagnosed<U> {
        let value = next(self.value).into_value(&mut self.diagnostics);
        Diagnosed { value, diagnostics: self.diagnostics }
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Moves the findings into `findings` and hands on the value.
    pub fn into_value(self, findings: &mut Vec<Diagnostic>) -> T {
        findings.extend(self.diagnostics);
        self.value
    }
}

/// “did you mean `x`?” for the nearest of `candidates`, or the first five of them when none is near.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let folded = name.to_lowercase();
    let mut all: Vec<&str> = candidates.into_iter().collect();
    // A distance is never less than the difference of lengths, and nobody mistypes a name of hundreds of letters.
    let length = folded.chars().count();
    let alike = |candidate: &&&str| {
        let other = candidate.chars().count();
        length <= 120 && length.abs_diff(other) <= 1 + other / 4
    };
    let near = all
        .iter()
        .filter(alike)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min();
    if let Some((_, candidate)) = near {
        return Some(format!("did you mean `{candidate}`?"));
    }
    if all.is_empty() {
        return None;
    }
    let more = all.len() > 5;
    all.truncate(5);
    let list = all.iter().map(|candidate| format!("`{candidate}`")).collect::<Vec<_>>().join(", ");
    Some(format!("known are {list}{}", if more { ", …" } else { "" }))
}
