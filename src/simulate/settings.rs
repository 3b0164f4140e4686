//! How a simulation runs. In: what the command line or a test says. Out: the same, checked. Never: reads the clock.

use crate::calendar::{self, OutOfCalendar};
use chrono::NaiveDate;

/// The longest horizon: 20 years of months.
pub const HORIZON_MONTHS_MAX: u32 = 240;
/// The most replications of one run.
pub const REPLICATIONS_MAX: u32 = 1_000_000;

/// What a run can be asked for. Invariant: `1 <= horizon_months <= HORIZON_MONTHS_MAX`, `1 <= replications <=
/// REPLICATIONS_MAX`, and every point lies in the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    seed: u64,
    replications: u32,
    precision: Option<u32>,
    points: Vec<NaiveDate>,
}

/// Settings that cannot be simulated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("the horizon is between 1 and {HORIZON_MONTHS_MAX} months, not {0}")]
    Horizon(u32),
    #[error("replications are between 1 and {REPLICATIONS_MAX}, not {0}")]
    Replications(u32),
    #[error(transparent)]
    OutOfCalendar(#[from] OutOfCalendar),
}

impl Settings {
    pub fn new(today: NaiveDate, horizon_months: u32, replications: u32, seed: u64) -> Result<Self, SettingsError> {
        if !(1..=HORIZON_MONTHS_MAX).contains(&horizon_months) {
            return Err(SettingsError::Horizon(horizon_months));
        }
        if !(1..=REPLICATIONS_MAX).contains(&replications) {
            return Err(SettingsError::Replications(replications));
        }
        Ok(Self { seed, replications, precision: None, points: calendar::points(today, horizon_months)? })
    }

    /// Replications are batches, run until chances and percentiles are as exact as that, in hundredths of a percent.
    #[must_use]
    pub fn with_precision(self, precision: Option<u32>) -> Self {
        Self { precision, ..self }
    }

    pub fn precision(&self) -> Option<u32> {
        self.precision
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn replications(&self) -> u32 {
        self.replications
    }

    /// Today, then the same day of each month to the horizon.
    pub fn points(&self) -> &[NaiveDate] {
        &self.points
    }

    pub fn today(&self) -> NaiveDate {
        self.points[0]
    }

    pub fn horizon_months(&self) -> u32 {
        self.points.len() as u32 - 1
    }

    /// Days from today to the last point.
    pub fn horizon_days(&self) -> u32 {
        calendar::days_between(self.today(), self.points[self.points.len() - 1])
    }
}
