//! Past forecasts of seats by the engine itself: rules evaluated, licences assigned. In: dated exports, what snapshots had told by each
//! of their days. Out: runs beside the baselines. Never: a file, a rate or a count of a later day in a forecast.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, Months, NaiveDate};

use super::Args;
use crate::calendar;
use crate::cli::Failure;
use crate::cli::past::{Past, Said};
use crate::directory::Attribute;
use crate::history::{self, Band, Month, Run};
use crate::simulate::{self, Progress, Settings};

/// A snapshot stands for a day that is no further from it.
const NEAR_DAYS: i64 = 15;
/// Months of seats that seasonal-naive needs, and nobody is scored without it.
const FEWEST_MONTHS: usize = 24;

/// A SKU and its demand, month by month.
type SkuBands = (Box<str>, Vec<Band>);
/// The demand of each SKU, by day.
type Demand = BTreeMap<NaiveDate, BTreeMap<Box<str>, u32>>;

/// From each origin that is asked for, or else from the last that can be scored and those whole years before it, at most three.
pub fn runs(args: &Args, past: &Past) -> Result<Vec<Run>, Failure> {
    let count = |sku: &history::SkuSeats| (sku.sku_part_number.clone(), sku.holders.len() as u32);
    let demand: Demand = past.seats.iter().map(|(day, skus)| (*day, skus.iter().map(count).collect())).collect();
    let (mut runs, mut said) = (Vec::new(), Said::default());
    for (origin, day) in origins(args, past, &demand) {
        let Some(folder) = past.exports.get(&day) else { continue };
        let forecast = forecast(args, past, (day, folder), &mut said)?;
        for (sku, own) in forecast {
            let then = before(&demand, day, &sku);
            let big = then.last().is_some_and(|seats| *seats >= f64::from(args.smallest_sku));
            if let Some(actual) = after(&demand, day, args.months, &sku).filter(|_| big) {
                runs.extend(history::beside((origin, Some(sku)), &own, &then, &actual));
            }
        }
    }
    Ok(runs)
}

/// The last month that was over by a day: forecasts are made at its end.
fn month_of(day: NaiveDate) -> Month {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    Month(Month::of(next).0 - 1)
}

fn origins(args: &Args, past: &Past, demand: &Demand) -> Vec<(Month, NaiveDate)> {
    let scored = |day: &NaiveDate| {
        let known = backward(demand, *day).len() >= FEWEST_MONTHS;
        known && forward(demand, *day, args.months).is_some()
    };
    // The first export after the end of a month stands for it.
    let mut origins: BTreeMap<Month, NaiveDate> = BTreeMap::new();
    for day in past.exports.keys().filter(|day| scored(day)) {
        origins.entry(month_of(*day)).or_insert(*day);
    }
    let Some(last) = origins.keys().next_back().copied() else { return Vec::new() };
    let wanted = |month: &Month| match args.origins.as_slice() {
        [] => [0, 12, 24].contains(&(last.0 - month.0)),
        given => given.contains(month),
    };
    origins.into_iter().filter(|(month, _)| wanted(month)).collect()
}

/// P10, P50 and P90 of each SKU's demand, month by month, by rates that were learned on the day itself.
fn forecast(
    args: &Args,
    past: &Past,
    (day, folder): (NaiveDate, &Path),
    said: &mut Said,
) -> Result<Vec<SkuBands>, Failure> {
    let by = &args.past.cohort;
    let named = |name: &String| {
        Attribute::known().map(|known| known.graph_name()).find(|known| known.eq_ignore_ascii_case(name))
    };
    let names: Vec<String> = by.iter().map(|name| named(name).unwrap_or_else(|| name.clone())).collect();
    let rates = past.until(day, by)?.calibrate(by, args.seed)?.settings(&names);
    let loaded = args.past.tenant(day, folder).load_with(Some(&rates))?;
    let settings = Settings::new(day, args.months, args.replications, args.seed);
    let settings = settings.map_err(|error| Failure::Other(error.to_string()))?;
    let read = simulate::run(&loaded.baseline, &loaded.catalog, &settings, &Progress::default());
    let Some(forecast) = read.value else { return Err(Failure::Findings(read.diagnostics)) };
    said.show(loaded.findings);
    let band = f64::from;
    let bands = |sku: &crate::forecast::SkuForecast| {
        let points = sku.points.iter().skip(1).map(|point| point.demand);
        let bands = points.map(|demand| Band { p10: band(demand.p10), p50: band(demand.p50), p90: band(demand.p90) });
        (sku.sku_part_number.as_str().into(), bands.collect())
    };
    Ok(forecast.skus.iter().map(bands).collect())
}

/// The snapshot nearest to a day, the earlier of two, of those until `last`.
fn near(demand: &Demand, day: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
    let distance = |other: &NaiveDate| (*other - day).num_days().abs();
    let known = demand.range(..=last).map(|(other, _)| *other).filter(|other| distance(other) <= NEAR_DAYS);
    known.min_by_key(|other| (distance(other), *other))
}

/// The snapshots of the day and of the same day of each month before it, as far back as there is one each; the earliest first.
fn backward(demand: &Demand, day: NaiveDate) -> Vec<NaiveDate> {
    let then = |months: u32| near(demand, day.checked_sub_months(Months::new(months))?, day);
    let mut days: Vec<NaiveDate> = (0..).map_while(then).collect();
    days.reverse();
    days
}

/// The snapshots of the months to come; `None` where one is missing.
fn forward(demand: &Demand, day: NaiveDate, months: u32) -> Option<Vec<NaiveDate>> {
    let points = calendar::points(day, months).ok()?;
    points.into_iter().skip(1).map(|point| near(demand, point, NaiveDate::MAX)).collect()
}

/// What was known by a day, month by month. Who is not counted has none.
fn before(demand: &Demand, day: NaiveDate, sku: &str) -> Vec<f64> {
    let seats = |day: NaiveDate| demand.get(&day).and_then(|skus| skus.get(sku)).copied().unwrap_or(0);
    backward(demand, day).into_iter().map(|day| f64::from(seats(day))).collect()
}

/// What happened; `None` of a SKU that a later snapshot does not have.
fn after(demand: &Demand, day: NaiveDate, months: u32, sku: &str) -> Option<Vec<f64>> {
    let seats = |day: NaiveDate| Some(f64::from(*demand.get(&day)?.get(sku)?));
    forward(demand, day, months)?.into_iter().map(seats).collect()
}
