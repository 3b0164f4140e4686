//! The text of a rule and where it stood. In: a text and its origin. Out: findings that point into it. Never: a span that
//! leaves the text or splits a character.

use std::sync::Arc;

use super::Choice;
use super::token::Span;
use crate::diagnostic::{Code, Diagnostic, Origin};

#[derive(Clone, Debug)]
pub struct Source {
    pub text: Arc<str>,
    pub origin: Origin,
}

impl Source {
    pub fn new(text: &str, origin: &Origin) -> Self {
        Self { text: text.into(), origin: origin.clone() }
    }

    /// The text under a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    pub fn whole(&self) -> Span {
        Span::new(0, self.text.len())
    }

    pub fn error(&self, code: Code, span: Span, message: impl Into<String>, note: &str) -> Diagnostic {
        Diagnostic::error(code, message).pointing(&self.origin, Arc::clone(&self.text), span.range(), note)
    }

    pub fn warning(&self, code: Code, span: Span, message: impl Into<String>, note: &str) -> Diagnostic {
        Diagnostic::warning(code, message).pointing(&self.origin, Arc::clone(&self.text), span.range(), note)
    }

    /// The warning that a rule hangs on an open reading.
    pub fn reading(&self, choice: Choice, span: Span, message: impl Into<String>) -> Diagnostic {
        self.warning(choice.code(), span, message, "undocumented").help(format!(
            "seatcast reads: {} (register {})",
            choice.taken(),
            choice.id()
        ))
    }
}
