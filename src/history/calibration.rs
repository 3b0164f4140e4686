//! Rates for `rates.toml`, learned. In: a record. Out: percentiles of each rate, weights of cohorts drawn towards the whole as far as
//! the past asks for, seasons, and what stands behind them. Never: fewer than a year of whole months.

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::code;
use super::flow::Flow;
use super::life::Life;
use super::requests::Requested;
use super::self_service::SelfServiceRates;
use super::spell::{Month, Panel, Record};
use super::workforce::Workforce;
use crate::diagnostic::{Diagnosed, Diagnostic};

/// The fewest whole months that teach anything.
const FEWEST_MONTHS: usize = 12;
const DRAWS: usize = 1000;
/// Rates are the mean of so many months to come.
const AHEAD: usize = 12;
/// A tenure that fewer person-months tell of than this is not listed.
const TENURE_MONTHS: f64 = 24.0;

/// Why one setting is never learned.
const APPROVALS: &str =
    "# self-service.approval-delay-days is not learned: no export says when somebody asked to join a group.\n";

/// P10, P50 and P90 of a rate or of a weight.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Range {
    pub low: f64,
    pub middle: f64,
    pub high: f64,
}

/// People of one cohort at the end of the record, who came and went in its last twelve months, and how much more often its
/// people come, leave and move than those of the whole.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Cohort {
    pub name: Box<str>,
    pub people: u32,
    pub joined: u32,
    pub left: u32,
    pub joiners: Range,
    pub leavers: Range,
    pub movers: Option<Range>,
    /// Where its movers went, in the whole record.
    pub moves_to: Vec<(Box<str>, u32)>,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Calibration {
    pub first_month: String,
    pub last_month: String,
    pub people: u32,
    pub joiners: Range,
    pub leavers: Range,
    /// `None` where the past does not tell who moved.
    pub movers: Option<Range>,
    /// How many times the variance of a month's count is that of chance alone.
    pub joiner_scatter: f64,
    pub leaver_scatter: f64,
    pub joiner_seasonality: [f64; 12],
    pub leaver_seasonality: [f64; 12],
    /// Completed years of tenure, and the share that leaves in a month.
    pub leaving_by_tenure: Vec<(usize, f64)>,
    /// The same beside the whole, for every year from 0 on.
    pub leavers_by_tenure: Vec<f64>,
    pub cohorts: Vec<Cohort>,
    /// What only snapshots tell.
    pub life: Life,
    pub requests: Vec<Requested>,
    pub self_service: SelfServiceRates,
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
    let heads = f64::from(people).max(1.0);
    let leaving = workforce.leavers_expected();
    let joiners = ahead(&workforce.joiners, &workforce.joiners_expected(), heads, seed, 0);
    let leavers = ahead(&workforce.leavers, &leaving, heads, seed, 1);
    let moving: Vec<f64> = panel.last.iter().copied().map(f64::from).collect();
    let movers = (!panel.moves.is_empty()).then(|| {
        let there: Vec<Vec<f64>> =
            panel.people.iter().map(|row| row.iter().copied().map(f64::from).collect()).collect();
        ahead(&Flow::fit(&panel.moves, &there), &moving, heads, seed, 2)
    });
    let year = panel.months().saturating_sub(12)..panel.months();
    let moves_to = |at: usize| {
        let moves = panel.moves_to.get(at).into_iter().flatten();
        moves.map(|(to, count)| (panel.cohorts[*to].clone(), *count)).collect()
    };
    let cohort = |at: usize| Cohort {
        name: panel.cohorts[at].clone(),
        people: panel.last[at],
        joined: panel.joins[year.clone()].iter().map(|row| row[at]).sum(),
        left: panel.leaves[year.clone()].iter().map(|row| row[at]).sum(),
        joiners: joiners.1[at],
        leavers: leavers.1[at],
        movers: movers.as_ref().map(|movers| movers.1[at]),
        moves_to: moves_to(at),
    };
    // Cohorts that nobody is in any more have nobody to come or go.
    let cohorts = (0..panel.cohorts.len()).filter(|at| panel.last[*at] > 0).map(cohort).collect();
    let mean = leaving.iter().sum::<f64>() / heads;
    Diagnosed::clean(Some(Calibration {
        first_month: panel.first.to_string(),
        last_month: last.to_string(),
        people,
        joiners: joiners.0,
        leavers: leavers.0,
        movers: movers.as_ref().map(|movers| movers.0),
        joiner_scatter: workforce.joiners.scatter(),
        leaver_scatter: workforce.leavers.scatter(),
        joiner_seasonality: workforce.joiner_seasons,
        leaver_seasonality: workforce.leaver_seasons,
        leaving_by_tenure: workforce.leaving_by_tenure(),
        leavers_by_tenure: workforce.leavers_by_tenure(TENURE_MONTHS).iter().map(|rate| rate / mean).collect(),
        cohorts,
        life: Life::default(),
        requests: Vec::new(),
        self_service: SelfServiceRates::default(),
    }))
}

/// The rate a head and month over the next year, and each cohort's weight beside it.
fn ahead(flow: &Flow, expected: &[f64], heads: f64, seed: u64, stream: u64) -> (Range, Vec<Range>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    let whole = expected.iter().sum::<f64>() / heads;
    let (mut rates, mut weights) = (Vec::new(), vec![Vec::new(); expected.len()]);
    for _ in 0..DRAWS {
        let (rate, cohorts) = flow.ahead(expected, AHEAD, &mut rng);
        rates.push(rate * whole);
        weights.iter_mut().zip(cohorts).for_each(|(all, weight)| all.push(weight));
    }
    (range(rates), weights.into_iter().map(range).collect())
}

pub(super) fn range(mut draws: Vec<f64>) -> Range {
    draws.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| draws.get(draws.len() * percent / 100).copied().unwrap_or(0.0);
    Range { low: at(10), middle: at(50), high: at(90) }
}

impl Calibration {
    /// The file `rates.toml`, with a comment that says where it comes from; `by` are the attributes that make cohorts.
    pub fn settings(&self, by: &[String]) -> String {
        let quoted = |name: &str| serde_json::Value::from(name).to_string().replace('\u{7f}', "\\u007F");
        let share = |range: &Range| {
            let Range { low, middle, high } = range;
            format!("\"p10 {:.3}, p50 {:.3}, p90 {:.3} %/month\"", low * 100.0, middle * 100.0, high * 100.0)
        };
        let weight =
            |range: &Range| format!("\"p10 {:.2}, p50 {:.2}, p90 {:.2}\"", range.low, range.middle, range.high);
        let list = |weights: &[f64]| weights.iter().map(|weight| format!("{weight:.2}")).collect::<Vec<_>>().join(", ");
        let mut text = String::new();
        let _ = writeln!(text, "# Learned from {} to {}: {} people.", self.first_month, self.last_month, self.people);
        let names: Vec<String> = by.iter().map(|name| quoted(name)).collect();
        let _ = writeln!(text, "by = [{}]\n", names.join(", "));
        let (joiners, leavers) = (share(&self.joiners), share(&self.leavers));
        let _ = writeln!(text, "[workforce]\njoiners = {joiners}\nleavers = {leavers}");
        if let Some(movers) = &self.movers {
            let _ = writeln!(text, "movers = {}", share(movers));
        }
        for (name, scatter) in [("joiner-scatter", self.joiner_scatter), ("leaver-scatter", self.leaver_scatter)] {
            let _ = writeln!(text, "{name} = {scatter:.2}");
        }
        let _ = writeln!(text, "joiner-seasonality = [{}]", list(&self.joiner_seasonality));
        let _ = writeln!(text, "leaver-seasonality = [{}]", list(&self.leaver_seasonality));
        let _ = writeln!(text, "leavers-by-tenure = [{}]", list(&self.leavers_by_tenure));
        let life = &self.life;
        let movers_change = &life.movers_change;
        if !movers_change.is_empty() {
            let names: Vec<String> = movers_change.iter().map(|name| quoted(name)).collect();
            let _ = writeln!(text, "movers-change = [{}]", names.join(", "));
        }
        let lags = [
            ("disabling-lag-days", life.disabling_lag_days),
            ("license-removal-lag-days", life.license_removal_lag_days),
            ("deletion-lag-days", life.deletion_lag_days),
        ];
        for (name, days) in lags {
            if let Some(days) = days {
                let _ = writeln!(text, "{name} = {days}");
            }
        }
        let Life { guests_invited, guests_removed, guests_expire_after_days: expire, .. } = &self.life;
        if guests_invited.is_some() || guests_removed.is_some() {
            text.push_str("\n[guests]\n");
        }
        for (name, rate) in [("invited", guests_invited), ("removed", guests_removed)] {
            if let Some(rate) = rate {
                let _ = writeln!(text, "{name} = {}", share(rate));
            }
        }
        if let Some(days) = expire {
            let _ = writeln!(text, "expire-after-days = {days}");
        }
        let SelfServiceRates { joins, leaves, with_approval, .. } = &self.self_service;
        if joins.is_some() || leaves.is_some() {
            text.push_str("\n[self-service]\n");
        }
        for (name, rate) in [("joins", joins), ("leaves", leaves)] {
            if let Some(rate) = rate {
                let _ = writeln!(text, "{name} = {}", share(rate));
            }
        }
        if *with_approval > 0 {
            text.push_str(APPROVALS);
        }
        for asked in &self.requests {
            let name = quoted(&asked.sku_part_number);
            let _ = writeln!(text, "\n[sku.{name}]\nrequests = {}", share(&asked.share));
        }
        for cohort in &self.cohorts {
            let _ = writeln!(text, "\n[cohort.{}]", quoted(&cohort.name));
            let _ = writeln!(text, "joiners = {}\nleavers = {}", weight(&cohort.joiners), weight(&cohort.leavers));
            if let Some(movers) = &cohort.movers {
                let _ = writeln!(text, "movers = {}", weight(movers));
            }
            let moves: Vec<String> =
                cohort.moves_to.iter().map(|(name, count)| format!("{} = {count}", quoted(name))).collect();
            if !moves.is_empty() {
                let _ = writeln!(text, "moves-to = {{ {} }}", moves.join(", "));
            }
        }
        text
    }
}

/// `2008-12` as a month.
pub fn parse_month(text: &str) -> Option<Month> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().map(Month::of)
}
