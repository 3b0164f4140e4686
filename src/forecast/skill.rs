//! How well forecasts of the past came out, by months ahead. In: nothing. Out: plain data. Never: a forecast.

/// One way to forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct SkillLine {
    pub method: String,
    /// The mean pinball loss at P10, P50 and P90, one for each month ahead.
    pub loss: Vec<f64>,
    /// The share of what happened that lay between P10 and P90, one for each month ahead.
    pub coverage: Vec<f64>,
}

/// What was forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkillKind {
    People,
    /// Seats by SKU, carried forward as people are.
    Seats,
    /// Seats by SKU, by the engine: rules evaluated, licences assigned.
    Rules,
}

/// All ways on the same series: the own one first, then those it is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Skill {
    pub kind: SkillKind,
    pub series: usize,
    pub origins: usize,
    pub lines: Vec<SkillLine>,
}
