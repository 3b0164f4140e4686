//! Forecasts from past origins against what happened. In: a record, origins, a horizon. Out: errors and coverage of the own
//! forecast, of seasonal-naive and of ETS. Never: shows a method anything after its origin.

use rayon::prelude::*;

use super::baseline::{self, Band};
use super::spell::{Month, Panel, Record};
use super::workforce::Workforce;

/// An origin that knows fewer months than this is left out.
const FEWEST_MONTHS: usize = 12;

#[derive(Clone, Debug)]
pub struct Options {
    /// Forecasts are made at the ends of these months.
    pub origins: Vec<Month>,
    pub months: usize,
    pub replications: u32,
    pub seed: u64,
    /// Whether everybody is a series, too. SKUs are not added up.
    pub whole: bool,
    /// Cohorts of at least this many people at the origin are scored.
    pub smallest_cohort: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    Seatcast,
    SeasonalNaive,
    Ets,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Seatcast, Method::SeasonalNaive, Method::Ets];

    pub fn name(self) -> &'static str {
        match self {
            Method::Seatcast => "seatcast",
            Method::SeasonalNaive => "seasonal-naive",
            Method::Ets => "ETS",
        }
    }
}

/// One method on one series from one origin.
#[derive(Clone, Debug)]
pub struct Run {
    pub origin: Month,
    /// `None` is everybody.
    pub cohort: Option<Box<str>>,
    pub method: Method,
    pub bands: Vec<Band>,
    pub actual: Vec<f64>,
    /// Mean absolute year-on-year change of the known months: the unit of MASE.
    pub scale: f64,
}

/// Means over runs.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    pub points: usize,
    pub mae: f64,
    pub mase: f64,
    /// Mean of the losses at P10, P50 and P90, in people.
    pub pinball: f64,
    /// Share of months inside P10 to P90.
    pub coverage: f64,
}

/// Runs every method on every series from every origin, in the order of origins, series and methods.
pub fn backtest(record: &Record, options: &Options) -> Vec<Run> {
    options.origins.iter().flat_map(|origin| from_origin(record, *origin, options)).collect()
}

fn from_origin(record: &Record, origin: Month, options: &Options) -> Vec<Run> {
    let known = Panel::new(record, origin);
    if known.months() < FEWEST_MONTHS {
        return Vec::new();
    }
    let whole = Panel::new(record, Month(origin.0 + options.months as i32));
    let workforce = Workforce::learn(&known);
    let paths: Vec<Vec<Vec<u32>>> = (0..u64::from(options.replications))
        .into_par_iter()
        .map(|replication| workforce.replication(options.months, options.seed, replication))
        .collect();
    let scored = (0..known.cohorts.len()).filter(|cohort| known.last[*cohort] >= options.smallest_cohort).map(Some);
    let mut runs = Vec::new();
    for cohort in options.whole.then_some(None).into_iter().chain(scored) {
        let name = cohort.map(|cohort| known.cohorts[cohort].clone());
        let later = name.as_ref().and_then(|name| whole.cohorts.iter().position(|other| other == name));
        let history: Vec<f64> = known.headcount(cohort).into_iter().map(f64::from).collect();
        let actual: Vec<f64> = whole.headcount(later).into_iter().skip(history.len()).map(f64::from).collect();
        runs.extend(beside((origin, name), &bands(&paths, cohort, options.months), &history, &actual));
    }
    runs
}

/// A forecast of one series from one origin, and those of the other methods from the same past. All are scored, or none is.
pub fn beside((origin, cohort): (Month, Option<Box<str>>), own: &[Band], history: &[f64], actual: &[f64]) -> Vec<Run> {
    let changes: Vec<f64> = history.iter().zip(history.iter().skip(12)).map(|(a, b)| (b - a).abs()).collect();
    let scale = changes.iter().sum::<f64>() / changes.len().max(1) as f64;
    let months = own.len();
    let bands = |method: Method| match method {
        Method::Seatcast => Some(own.to_vec()),
        Method::SeasonalNaive => baseline::seasonal_naive(history, months),
        Method::Ets => baseline::ets(history, months),
    };
    let all: Option<Vec<Vec<Band>>> = Method::ALL.into_iter().map(bands).collect();
    let run = |(method, bands)| Run { origin, cohort: cohort.clone(), method, bands, actual: actual.to_vec(), scale };
    Method::ALL.into_iter().zip(all.into_iter().flatten()).map(run).collect()
}

/// Nearest-rank percentiles over replications, month by month.
fn bands(paths: &[Vec<Vec<u32>>], cohort: Option<usize>, months: usize) -> Vec<Band> {
    let people = |row: &Vec<u32>| cohort.map_or_else(|| row.iter().sum(), |cohort| row[cohort]);
    let month = |month: usize| {
        let mut values: Vec<u32> = paths.iter().map(|path| people(&path[month])).collect();
        values.sort_unstable();
        let rank =
            |share: f64| f64::from(values[((share * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1]);
        Band { p10: rank(0.1), p50: rank(0.5), p90: rank(0.9) }
    };
    if paths.is_empty() { Vec::new() } else { (0..months).map(month).collect() }
}

fn pinball(quantile: f64, forecast: f64, actual: f64) -> f64 {
    let miss = actual - forecast;
    if miss >= 0.0 { quantile * miss } else { (quantile - 1.0) * miss }
}

/// The means over all months of these runs; `None` where there is none.
pub fn score<'a>(runs: impl Iterator<Item = &'a Run>) -> Option<Score> {
    mean(runs.flat_map(|run| run.bands.iter().zip(&run.actual).map(move |point| (run, point))))
}

/// The same over the month `ahead` months after each origin, the first of them 1.
pub fn score_ahead<'a>(runs: impl Iterator<Item = &'a Run>, ahead: usize) -> Option<Score> {
    let point = |run: &'a Run| Some((run, run.bands.iter().zip(&run.actual).nth(ahead.checked_sub(1)?)?));
    mean(runs.filter_map(point))
}

fn mean<'a>(points: impl Iterator<Item = (&'a Run, (&'a Band, &'a f64))>) -> Option<Score> {
    let mut sum = Score { points: 0, mae: 0.0, mase: 0.0, pinball: 0.0, coverage: 0.0 };
    for (run, (band, actual)) in points {
        let miss = (actual - band.p50).abs();
        sum.points += 1;
        sum.mae += miss;
        sum.mase += if run.scale > 0.0 { miss / run.scale } else { 0.0 };
        let losses = [(0.1, band.p10), (0.5, band.p50), (0.9, band.p90)].map(|(q, at)| pinball(q, at, *actual));
        sum.pinball += losses.iter().sum::<f64>() / 3.0;
        sum.coverage += if (band.p10..=band.p90).contains(actual) { 1.0 } else { 0.0 };
    }
    let points = sum.points as f64;
    let mean = Score {
        mae: sum.mae / points,
        mase: sum.mase / points,
        pinball: sum.pinball / points,
        coverage: sum.coverage / points,
        ..sum
    };
    (sum.points > 0).then_some(mean)
}
