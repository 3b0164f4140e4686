//! What a target asks of the units. In: demand by day, a grid. Out: the fewest units of each span, or what any number of units
//! leaves waiting in it. Never: a cost.

use chrono::NaiveDate;

use super::grid::Grid;
use crate::calendar;
use crate::forecast::{Kept, Risk, SkuDemand};
use crate::scenario::SkuPolicy;

/// The numbers of days, from today, in each span of the grid.
pub fn days_of(grid: &Grid) -> Vec<std::ops::Range<usize>> {
    let number = |day: NaiveDate| calendar::days_between(grid.today(), day) as usize;
    grid.spans().map(|(from, to)| number(from)..number(to)).collect()
}

/// The fewest units of each span with which, on every day of it, demand is above them in at most the accepted share of
/// replications, and the reserve of the SKU is free besides.
pub fn units_for(demand: &SkuDemand, grid: &Grid, risk: Risk, policy: Option<&SkuPolicy>) -> Vec<u32> {
    let most = |days: std::ops::Range<usize>| days.map(|day| demand.units_for(day, risk)).max().unwrap_or(0);
    days_of(grid).into_iter().map(|days| with_reserve(most(days), policy)).collect()
}

/// The fewest units of which, less the reserve, `units` are left.
fn with_reserve(units: u32, policy: Option<&SkuPolicy>) -> u32 {
    let Some(policy) = policy else { return units };
    let units = units.saturating_add(policy.reserve_units);
    if policy.reserve_share <= 0.0 || policy.reserve_share >= 1.0 {
        return units;
    }
    let kept = |all: u32| f64::from(all) * (1.0 - policy.reserve_share);
    let mut all = (f64::from(units) / (1.0 - policy.reserve_share)).floor() as u32;
    while kept(all) < f64::from(units) - 1e-9 {
        all += 1;
    }
    all
}

/// Users without a seat, summed over the days of a span and over replications, with `units` in it.
pub fn waiting(demand: &SkuDemand, days: std::ops::Range<usize>, units: u32) -> u64 {
    days.map(|day| demand.waiting(day, units)).sum()
}

/// The worst day before `days` with the units of each day, and what is left waiting in all.
pub fn kept(
    demand: &SkuDemand,
    today: NaiveDate,
    days: usize,
    replications: u32,
    units: impl Fn(NaiveDate) -> u32,
) -> Kept {
    let mut kept = Kept { worst_day: today, replications_short: 0, replications, waiting_seat_days_tenths: 0 };
    let mut waiting = 0u64;
    for number in 0..days.min(demand.days()) {
        let day = calendar::after(today, number as u32);
        let units = units(day);
        let above = demand.above(number, units);
        if above > kept.replications_short {
            (kept.replications_short, kept.worst_day) = (above, day);
        }
        waiting += demand.waiting(number, units);
    }
    let of = u64::from(replications.max(1));
    kept.waiting_seat_days_tenths = (waiting * 10 + of / 2) / of;
    kept
}
