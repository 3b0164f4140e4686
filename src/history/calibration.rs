//! Rates for `seatcast.toml`, learned. In: a record. Out: ranges that hold the rate with four chances in five, seasons, and what
//! stands behind them. Never: fewer than a year of whole months.

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::code;
use super::spell::{Month, Panel, Record};
use super::workforce::Workforce;
use crate::diagnostic::{Diagnosed, Diagnostic};

/// The fewest whole months that teach anything.
const FEWEST_MONTHS: usize = 12;
const DRAWS: usize = 2000;

/// A rate a month as a share of the people there are: the range between P10 and P90.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

/// People of one cohort at the end of the record, and who came and went in its last twelve months.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cohort {
    pub name: Box<str>,
    pub people: u32,
    pub joined: u32,
    pub left: u32,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Calibration {
    pub first_month: String,
    pub last_month: String,
    pub people: u32,
    pub joiners: Range,
    pub leavers: Range,
    pub joiner_seasonality: [f64; 12],
    pub leaver_seasonality: [f64; 12],
    /// Completed years of tenure, and the share that leaves in a month.
    pub leaving_by_tenure: Vec<(usize, f64)>,
    pub cohorts: Vec<Cohort>,
}

/// The last month that the record knows whole.
pub fn last_month(record: &Record) -> Month {
    let next = record.until.checked_add_days(Days::new(1)).unwrap_or(record.until);
    Month(Month::of(next).0 - 1)
}

/// The record from its first whole month on.
pub fn whole_months(record: &Record) -> Record {
    let since = if record.since.day() == 1 {
        record.since
    } else {
        Month(Month::of(record.since).0 + 1).first_day().unwrap_or(record.since)
    };
    Record { since, ..record.clone() }
}

pub fn calibrate(record: &Record, seed: u64) -> Diagnosed<Option<Calibration>> {
    let record = whole_months(record);
    let last = last_month(&record);
    let months = Month::of(record.since).until(Month(last.0 + 1));
    if months < FEWEST_MONTHS {
        let message = format!("the past holds {months} whole months; {FEWEST_MONTHS} are needed to learn rates");
        return Diagnosed::new(None, vec![Diagnostic::error(code::TOO_SHORT, message)]);
    }
    let panel = Panel::new(&record, last);
    let workforce = Workforce::learn(&panel);
    let people: u32 = panel.last.iter().sum();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut range = |draw: &mut dyn FnMut(&mut ChaCha8Rng) -> f64| {
        let mut draws: Vec<f64> = (0..DRAWS).map(|_| draw(&mut rng)).collect();
        draws.sort_unstable_by(f64::total_cmp);
        Range { low: draws[DRAWS / 10], high: draws[DRAWS * 9 / 10] }
    };
    let heads = f64::from(people).max(1.0);
    let joining = workforce.joiners_expected() / heads;
    let leaving = workforce.leavers_expected() / heads;
    let joiners = range(&mut |rng| workforce.joiners.draw_rate(rng) * joining);
    let leavers = range(&mut |rng| workforce.leavers.draw_rate(rng) * leaving);
    let year = panel.months().saturating_sub(12)..panel.months();
    let cohort = |at: usize| Cohort {
        name: panel.cohorts[at].clone(),
        people: panel.last[at],
        joined: panel.joins[year.clone()].iter().map(|row| row[at]).sum(),
        left: panel.leaves[year.clone()].iter().map(|row| row[at]).sum(),
    };
    let cohorts = (0..panel.cohorts.len()).map(cohort).collect();
    Diagnosed::clean(Some(Calibration {
        first_month: panel.first.to_string(),
        last_month: last.to_string(),
        people,
        joiners,
        leavers,
        joiner_seasonality: workforce.joiner_seasons,
        leaver_seasonality: workforce.leaver_seasons,
        leaving_by_tenure: workforce.leaving_by_tenure(),
        cohorts,
    }))
}

impl Calibration {
    /// The table `[workforce]` of `seatcast.toml`, with a comment that says where it comes from.
    pub fn settings(&self) -> String {
        let share = |range: Range| format!("\"{:.2}..{:.2}%/month\"", range.low * 100.0, range.high * 100.0);
        let seasons =
            |weights: &[f64; 12]| weights.iter().map(|weight| format!("{weight:.2}")).collect::<Vec<_>>().join(", ");
        let mut text = String::new();
        let _ = writeln!(text, "# Learned from {} to {}: {} people.", self.first_month, self.last_month, self.people);
        let _ = writeln!(text, "[workforce]\njoiners = {}\nleavers = {}", share(self.joiners), share(self.leavers));
        let _ = writeln!(text, "joiner-seasonality = [{}]", seasons(&self.joiner_seasonality));
        let _ = writeln!(text, "leaver-seasonality = [{}]", seasons(&self.leaver_seasonality));
        text
    }
}

/// `2008-12` as a month.
pub fn parse_month(text: &str) -> Option<Month> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().map(Month::of)
}
