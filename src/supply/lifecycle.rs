//! What becomes of units after the end of a term. In: a channel and a term. Out: day counts. Never: a date.
//!
//! Source: the durations table of the group-licensing reference (4.2).

/// How the subscription was bought, which decides its grace and its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Web direct and MCA: 30 days of grace, 90 disabled.
    #[default]
    Direct,
    /// Cloud Solution Provider, new commerce. Terms that end after 4 May 2026 have no free grace.
    Csp,
    /// Volume licensing, Enterprise Agreement: 90 days of grace, 60 disabled.
    Ea,
}

/// Days that units stay in `warning` and then in `suspended` after a term that was not renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    pub warning_days: u32,
    pub suspended_days: u32,
}
