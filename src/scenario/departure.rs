//! When an account goes whose last day has passed. In: that day, today, lags. Out: days to come. Never: a day that has passed: what
//! should have happened long ago is taken to begin now.

use chrono::{Days, NaiveDate};

use super::Assumptions;

/// What becomes of an account whose `employeeLeaveDateTime` is today or earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Of an account that is still enabled.
    pub disabled_on: Option<NaiveDate>,
    /// Of an account that loses its licences before it is deleted.
    pub unlicensed_on: Option<NaiveDate>,
    /// The day on which the account goes, and its seats are free at the latest.
    pub deleted_on: NaiveDate,
    /// A step of it should have happened by today.
    pub overdue: bool,
}

impl Departure {
    /// `None` where the last day is still to come, or such accounts are to stay.
    pub fn of(last_day: NaiveDate, enabled: bool, today: NaiveDate, assumptions: &Assumptions) -> Option<Departure> {
        if last_day > today || assumptions.past_leave_dates == PastLeaveDates::Keep {
            return None;
        }
        let after = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(u64::from(days))).unwrap_or(day);
        let tomorrow = after(today, 1);
        let lag = assumptions.deletion_lag_days;
        let off = after(last_day, assumptions.disabling_lag_days);
        // Licences that should have gone long ago go as many days from now as they should have gone from then.
        let unlicensed = |off: NaiveDate, deleted_on: NaiveDate| {
            let lag = assumptions.license_removal_lag_days?;
            let due = after(off, lag);
            let day = if due <= today { after(today, lag.max(1)) } else { due };
            Some(day).filter(|day| *day < deleted_on)
        };
        if enabled {
            let disabled_on = off.max(tomorrow);
            let deleted_on = after(disabled_on, lag);
            let unlicensed_on = unlicensed(disabled_on, deleted_on);
            return Some(Departure {
                disabled_on: Some(disabled_on),
                unlicensed_on,
                deleted_on,
                overdue: off <= today,
            });
        }
        let due = after(off, lag);
        let overdue = due <= today;
        let deleted_on = if overdue { after(today, lag.max(1)) } else { due };
        Some(Departure { disabled_on: None, unlicensed_on: unlicensed(off, deleted_on), deleted_on, overdue })
    }
}

/// What an `employeeLeaveDateTime` that has passed means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PastLeaveDates {
    /// The account goes, if late.
    #[default]
    Leave,
    /// Nothing: the account stays as it is.
    Keep,
}

impl PastLeaveDates {
    pub fn name(self) -> &'static str {
        match self {
            PastLeaveDates::Leave => "leave",
            PastLeaveDates::Keep => "keep",
        }
    }
}
