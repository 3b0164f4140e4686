//! What becomes of units after the end of a term. In: a channel and a date. Out: day counts. Never: a quantity.
//!
//! Source: the durations table and the 2026 end-of-term rules of the group-licensing reference (4.2, 4.4).

use chrono::NaiveDate;

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

/// From this day on a CSP term that is neither renewed nor cancelled goes into the paid extended service term.
pub fn extended_service_begins() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 4).unwrap_or_default()
}

/// What was bought or renewed before this day has no extended service term.
pub fn extended_service_eligible() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 4, 1).unwrap_or_default()
}

impl Lifecycle {
    /// After a term that was left to expire.
    pub fn of_expiry(channel: Channel, trial: bool) -> Lifecycle {
        match (trial, channel) {
            (true, _) => Lifecycle { warning_days: 30, suspended_days: 0 },
            (false, Channel::Direct | Channel::Csp) => Lifecycle { warning_days: 30, suspended_days: 90 },
            (false, Channel::Ea) => Lifecycle { warning_days: 90, suspended_days: 60 },
        }
    }

    /// After a cancellation at the end of the term: access ends at once, data stays for the disabled period. The units count as
    /// `lockedOut`, which Graph describes as cancelled by the customer and nothing else documents.
    pub fn of_cancellation() -> Lifecycle {
        Lifecycle { warning_days: 0, suspended_days: 90 }
    }
}
