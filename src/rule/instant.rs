//! Dates, durations and `system.now`. In: the spellings of the rule language. Out: instants in UTC. Never: reads the clock
//! or a time zone.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// A date as written, in UTC, and whether it said its time and its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    pub instant: DateTime<Utc>,
    pub complete: bool,
}

/// Reads `2026-03-01T08:00:00Z`, the same with an offset or a fraction, without offset (UTC), or a date (midnight UTC).
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let plain = |c: u8| c.is_ascii_digit() || matches!(c, b'-' | b':' | b'.' | b'+' | b'T' | b't' | b'Z' | b'z');
    if !text.bytes().all(plain) || text.len() > 40 {
        return None;
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (text.len() == 10)
            .then(|| Timestamp { instant: date.and_time(NaiveTime::MIN).and_utc(), complete: false });
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp { instant: instant.to_utc(), complete: true });
    }
    for format in ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%.f%z"] {
        if let Ok(instant) = DateTime::parse_from_str(text, format) {
            return Some(Timestamp { instant: instant.to_utc(), complete: true });
        }
    }
    if let Some(shorter) = text.strip_suffix(['Z', 'z'])
        && let Ok(instant) = NaiveDateTime::parse_from_str(shorter, "%Y-%m-%dT%H:%M")
    {
        return Some(Timestamp { instant: instant.and_utc(), complete: true });
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(instant) = NaiveDateTime::parse_from_str(text, format) {
            return Some(Timestamp { instant: instant.and_utc(), complete: false });
        }
    }
    None
}

/// Reads `P30D`, `P7DT3H`, `pt90m`. Years, months and weeks are refused: they have no fixed length, or no documentation.
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    let lower = text.to_ascii_lowercase();
    let Some(mut rest) = lower.strip_prefix('p') else { return Err(format!("`{text}` is not a duration")) };
    let mut total = TimeDelta::zero();
    let mut in_time = false;
    let mut last = 0;
    let mut parts = 0;
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('t').filter(|_| !in_time) {
            in_time = true;
            rest = time;
            parts = 0;
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = rest[digits..].chars().next();
        let (rank, seconds) = match (in_time, unit) {
            (false, Some('d')) => (1, 86_400),
            (true, Some('h')) => (2, 3_600),
            (true, Some('m')) => (3, 60),
            (true, Some('s')) => (4, 1),
            (false, Some('y' | 'm' | 'w')) => return Err(format!("`{text}` holds years, months or weeks")),
            _ => return Err(format!("`{text}` is not a duration")),
        };
        let count: i64 = rest[..digits].parse().map_err(|_| format!("`{text}` is not a duration"))?;
        if rank <= last {
            return Err(format!("`{text}` is not a duration"));
        }
        last = rank;
        parts += 1;
        let step = count.checked_mul(seconds).and_then(TimeDelta::try_seconds);
        let sum = step.and_then(|step| total.checked_add(&step));
        total = sum.ok_or_else(|| format!("`{text}` is longer than any calendar"))?;
        rest = &rest[digits + 1..];
    }
    // `P`, and `P1DT` without a time after its `T`.
    if parts == 0 { Err(format!("`{text}` is not a duration")) } else { Ok(total) }
}

/// The instant a date is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    Fixed(DateTime<Utc>),
    /// `system.now` and a signed duration.
    Now(TimeDelta),
}

impl Moment {
    /// The instant at `now`; the end of the calendar where the sum leaves it.
    pub fn at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Moment::Fixed(instant) => instant,
            Moment::Now(step) => now.checked_add_signed(step).unwrap_or(match step < TimeDelta::zero() {
                true => DateTime::<Utc>::MIN_UTC,
                false => DateTime::<Utc>::MAX_UTC,
            }),
        }
    }
}
