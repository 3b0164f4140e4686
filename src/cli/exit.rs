//! How the program ends. In: what a command returned. Out: an exit code. Never: prints.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;

/// The ends of a run that are not failures of the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done: 0.
    Done,
    /// Could not do it, and said why: 1.
    Failed,
    /// Wrong usage: 2.
    Usage,
    /// Done, and a condition of `--fail-on` holds: 3.
    Condition,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Condition => 3,
        }
    }
}

/// What stops the program.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("cannot read `{path}`: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{path}`: {source}")]
    Write { path: PathBuf, source: std::io::Error },
    /// Findings that make a number wrong; they have not been shown yet.
    #[error("the inputs hold {} that would make a number wrong", count(.0))]
    Findings(Vec<Diagnostic>),
    /// Arguments that mean nothing together.
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Other(String),
}

impl Failure {
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Usage(_) => Exit::Usage,
            _ => Exit::Failed,
        }
    }
}

fn count(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count() {
        1 => "one error".to_owned(),
        n => format!("{n} errors"),
    }
}
