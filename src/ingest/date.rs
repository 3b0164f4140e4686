//! Dates and times of one column. In: the distinct texts of a column, and an order when the user names one. Out: instants in
//! UTC, or the first text that is none, or the news that day and month cannot be told apart. Never: guesses the order.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// Which of two numbers comes first in `03/04/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
}

impl std::str::FromStr for DateOrder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "day-first" => Ok(DateOrder::DayFirst),
            "month-first" => Ok(DateOrder::MonthFirst),
            _ => Err("write `day-first` or `month-first`".to_owned()),
        }
    }
}

/// A moment; `None` for the ways in which tools write “no date”: year 1, 1601 or 9999, `accountExpires` 0 and never.
pub(super) type Moment = Option<DateTime<Utc>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DateFault {
    /// The text is no date.
    NotADate(String),
    /// Nothing in the column proves the order, and this text means two different days.
    Unproved(String),
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Fixed(Moment),
    /// Two numbers of which one is the day, the year, the time of day, and whether AM or PM stands behind it.
    Open {
        first: u32,
        second: u32,
        year: i32,
        time: NaiveTime,
        american: bool,
    },
}

/// Reads all distinct texts of a column in one order.
pub(super) fn column<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    told: Option<DateOrder>,
) -> Result<Vec<Moment>, DateFault> {
    let forms = texts.clone().map(|text| form(text).ok_or_else(|| DateFault::NotADate(text.to_owned())));
    let forms: Vec<Form> = forms.collect::<Result<_, _>>()?;
    let proof = |form: &Form| match *form {
        Form::Open { american: true, .. } => Some(DateOrder::MonthFirst),
        Form::Open { first, .. } if first > 12 => Some(DateOrder::DayFirst),
        Form::Open { second, .. } if second > 12 => Some(DateOrder::MonthFirst),
        _ => None,
    };
    let order = forms.iter().find_map(proof).or(told);
    let moments = forms.iter().zip(texts).map(|(form, text)| match *form {
        Form::Fixed(moment) => Ok(moment),
        Form::Open { first, second, year, time, .. } => {
            let (day, month) = match order {
                Some(DateOrder::DayFirst) => (first, second),
                Some(DateOrder::MonthFirst) => (second, first),
                None if first == second => (first, second),
                None => return Err(DateFault::Unproved(text.to_owned())),
            };
            let date = NaiveDate::from_ymd_opt(year, month, day);
            date.map(|date| moment(date.and_time(time))).ok_or_else(|| DateFault::NotADate(text.to_owned()))
        }
    });
    moments.collect()
}

/// One date that stands alone, in a form that needs no proof: ISO and its neighbours.
pub(super) fn alone(text: &str) -> Option<NaiveDate> {
    match form(text)? {
        Form::Fixed(moment) => moment.map(|moment| moment.date_naive()),
        Form::Open { .. } => None,
    }
}

/// Whether a text says its own zone or is a day without a time, so that nothing is assumed about it.
pub(super) fn says_zone(text: &str) -> bool {
    let text = text.trim();
    let time = text.find([' ', 'T']).map_or("", |at| &text[at + 1..]);
    time.is_empty() || time.ends_with('Z') || time.contains('+') || time.contains('-') || text.ends_with(".0Z")
}

fn moment(at: NaiveDateTime) -> Moment {
    use chrono::Datelike;
    let none = matches!(at.year(), i32::MIN..=1 | 1601 | 9999..);
    (!none).then(|| at.and_utc())
}

fn form(text: &str) -> Option<Form> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() != 8 {
        return filetime(text).map(Form::Fixed);
    }
    if let Some(at) = generalized(text) {
        return Some(Form::Fixed(moment(at)));
    }
    let (date, rest) = match text.find([' ', 'T', '\u{202f}', '\u{a0}']) {
        Some(at) => (&text[..at], text[at..].trim_start_matches(['T', ' ', '\u{202f}', '\u{a0}'])),
        None => (text.trim_end_matches('Z'), ""),
    };
    let (time, offset, american) = clock(rest)?;
    let mut parts = date.split(['-', '/', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?.trim_end_matches('.'));
    let separators: Vec<char> = date.chars().filter(|c| !c.is_ascii_digit()).collect();
    if parts.any(|part| !part.is_empty()) || separators.first() != separators.get(1) {
        return None;
    }
    let number = |text: &str, longest: usize| {
        let digits = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok()).flatten()
    };
    if a.len() == 4 {
        let date = NaiveDate::from_ymd_opt(number(a, 4)? as i32, number(b, 2)?, number(c, 2)?)?;
        return Some(Form::Fixed(moment(date.and_time(time).checked_sub_signed(offset)?)));
    }
    if c.len() != 4 || offset != TimeDelta::zero() {
        return None;
    }
    let (first, second, year) = (number(a, 2)?, number(b, 2)?, number(c, 4)? as i32);
    Some(Form::Open { first, second, year, time, american })
}

/// The time of day, its distance from UTC, and whether AM or PM was written.
fn clock(text: &str) -> Option<(NaiveTime, TimeDelta, bool)> {
    if text.is_empty() {
        return Some((NaiveTime::MIN, TimeDelta::zero(), false));
    }
    let upper = text.to_ascii_uppercase();
    let (body, afternoon) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(body), _) => (body, Some(false)),
        (_, Some(body)) => (body, Some(true)),
        _ => (upper.as_str(), None),
    };
    let body = body.trim_end_matches([' ', '\u{202f}', '\u{a0}']);
    let (body, offset) = match body.strip_suffix('Z') {
        Some(body) => (body.trim_end(), TimeDelta::zero()),
        None => match body.rfind(['+', '-']) {
            Some(at) => (body[..at].trim_end(), distance(&body[at..])?),
            None => (body, TimeDelta::zero()),
        },
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = whole.split(':').map(|part| (part.len() <= 2).then(|| part.parse::<u32>().ok()).flatten());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    if parts.next().is_some() {
        return None;
    }
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, offset, afternoon.is_some()))
}

/// `+01:00`, `-0530` or `+2`.
fn distance(text: &str) -> Option<TimeDelta> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse::<i64>().ok()?;
    let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    (hours <= 14 && minutes < 60).then(|| TimeDelta::minutes(sign * (hours * 60 + minutes)))
}

/// LDAP's generalized time, `20181017204552.0Z`, and a bare `20181017`.
fn generalized(text: &str) -> Option<NaiveDateTime> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let date = || NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(4, 6)?, number(6, 8)?);
    match (digits, text.get(digits..)?) {
        (8, "") => Some(date()?.and_time(NaiveTime::MIN)),
        (14, ".0Z" | "Z") => date()?.and_hms_opt(number(8, 10)?, number(10, 12)?, number(12, 14)?),
        _ => None,
    }
}

/// Hundreds of nanoseconds since 1601; 0 and the largest number mean never.
fn filetime(text: &str) -> Option<Moment> {
    let ticks: u64 = text.parse().ok()?;
    if ticks == 0 || ticks == i64::MAX as u64 {
        return Some(None);
    }
    if text.len() < 17 {
        return None;
    }
    let start = NaiveDate::from_ymd_opt(1601, 1, 1)?.and_time(NaiveTime::MIN);
    let at = start.checked_add_signed(TimeDelta::seconds((ticks / 10_000_000) as i64))?;
    Some(moment(at))
}

/// The last day of an account that expires at `at`: the expiry is the start of the day after.
pub(super) fn last_day(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_sub_days(Days::new(1)).unwrap_or(at)
}

/// The first day of what has no first day: a lot in force, a price that always held.
pub(super) const LONG_AGO: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Seconds since 1970 of `2021-08-19T13:25:31Z` or `2021-08-19`; `None` for any other form.
pub(super) fn iso_seconds(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    let number = |from: usize, to: usize| {
        b.get(from..to)?
            .iter()
            .try_fold(0u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let shaped = match b.len() {
        10 => b[4] == b'-' && b[7] == b'-',
        20 => b[4] == b'-' && b[7] == b'-' && b[10] == b'T' && b[13] == b':' && b[16] == b':' && b[19] == b'Z',
        _ => false,
    };
    if !shaped {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(5, 7)?, number(8, 10)?)?;
    let time = if b.len() == 10 {
        NaiveTime::MIN
    } else {
        NaiveTime::from_hms_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?)?
    };
    Some(date.and_time(time).and_utc().timestamp())
}

/// The moment of a second since 1970; `None` for the ways in which tools write “no date”.
pub(super) fn moment_of(second: i64) -> Moment {
    DateTime::from_timestamp(second, 0).and_then(|at| moment(at.naive_utc()))
}
