//! Civil days, months and terms. In: `chrono` dates. Out: dates, checked. Never: reads the clock or a time zone.

use chrono::{Datelike, Days, Months, NaiveDate};

/// A date that no calendar holds: the arithmetic left the years that `chrono` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{months} months times {n} after {start} is outside the calendar")]
pub struct OutOfCalendar {
    pub start: NaiveDate,
    pub months: u32,
    pub n: u32,
}

/// The `n`th renewal of a term of `months` that began on `start`, counted from `start` and never from the renewal before:
/// chrono clamps 31 January + 1 month to 28 February, and stepping on from there would keep every later renewal on the 28th.
pub fn renewal(start: NaiveDate, months: u32, n: u32) -> Result<NaiveDate, OutOfCalendar> {
    let total = months.checked_mul(n).map(Months::new);
    total.and_then(|total| start.checked_add_months(total)).ok_or(OutOfCalendar { start, months, n })
}

/// The day `days` after `start`; the last day that exists where there is none.
pub fn after(start: NaiveDate, days: u32) -> NaiveDate {
    start.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// The day `days` before `end`; the first day that exists where there is none.
pub fn before(end: NaiveDate, days: u32) -> NaiveDate {
    end.checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN)
}

/// The first day of the month `n` months after the month of `day`.
pub fn month_start(day: NaiveDate, n: u32) -> Result<NaiveDate, OutOfCalendar> {
    let first = day.with_day(1).unwrap_or(day);
    renewal(first, 1, n)
}

/// The days of a forecast: `today`, then the same day of each month to the horizon (clamped to the month's length).
/// Point `i` of every monthly series stands at `points[i]`.
pub fn points(today: NaiveDate, months: u32) -> Result<Vec<NaiveDate>, OutOfCalendar> {
    (0..=months).map(|n| renewal(today, 1, n)).collect()
}

/// Days from `start` to `end`; 0 when `end` is not later.
pub fn days_between(start: NaiveDate, end: NaiveDate) -> u32 {
    u32::try_from((end - start).num_days()).unwrap_or(0)
}
