//! Whether guardrails hold. In: nothing. Out: verdicts as plain data. Never: a verdict without its reason.

/// One guardrail and one thing that it looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// The kind of guardrail as its file writes it.
    pub guard: String,
    pub holds: bool,
    /// A warning does not fail a pipeline.
    pub warning: bool,
    /// One clause: what is so, and what was asked for.
    pub message: String,
    /// Where the reason stands: a file, and a line from 1 where there is one.
    pub file: String,
    pub line: Option<u64>,
}

impl Verdict {
    pub fn fails(&self) -> bool {
        !self.holds && !self.warning
    }
}
