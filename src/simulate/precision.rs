//! As many replications as it takes. In: settings, and a way to run a range of replications. Out: their tally, and how tight it is.
//! Never: a number that depends on how fast the machine is, or on how many threads it has.

use std::ops::Range;

use super::settings::{REPLICATIONS_MAX, Settings};
use super::tally::{SkuTally, Tally};
use crate::directory::SkuIndex;
use crate::forecast::{Chance, Precision};

/// The most batches: each is as large as the settings' number of replications.
const BATCHES: u32 = 64;

/// Runs the replications that were asked for; with a precision, as many batches of them as it takes.
pub fn run(
    settings: &Settings,
    planned: &[SkuIndex],
    tally: impl Fn(Range<u32>) -> Tally,
) -> (Tally, Option<Precision>) {
    let batch = settings.replications();
    let mut all = tally(0..batch);
    let Some(asked) = settings.precision() else { return (all, None) };
    for number in 1..BATCHES {
        let first = batch * number;
        if tightness(&all, planned, asked).reached || first.saturating_add(batch) > REPLICATIONS_MAX {
            break;
        }
        all = all.merge(tally(first..first + batch));
    }
    let reached = tightness(&all, planned, asked);
    (all, Some(reached))
}

fn tightness(tally: &Tally, planned: &[SkuIndex], asked: u32) -> Precision {
    let largest = |of: &dyn Fn(&SkuTally) -> f64| {
        let all = planned.iter().filter_map(|sku| tally.skus.get(sku.get())).map(of).fold(0.0, f64::max);
        (all * 10_000.0).ceil() as u32
    };
    let chance = |sku: &SkuTally| {
        let chance = Chance { count: sku.first_short.total(), of: tally.replications };
        chance.standard_error().unwrap_or(1.0)
    };
    let (chance_error, p90_error) = (largest(&chance), largest(&p90_error));
    Precision { asked, chance_error, p90_error, reached: chance_error.max(p90_error) <= asked }
}

/// The standard error of P90 of demand at the horizon as a share of it: half the distance between the values whose ranks are one
/// standard error below and above that of P90.
fn p90_error(sku: &SkuTally) -> f64 {
    let Some(point) = sku.points.last() else { return 0.0 };
    let n = f64::from(point.demand.total());
    let rank = |errors: f64| ((0.9 * n + errors * (0.09 * n).sqrt()).round().clamp(1.0, n.max(1.0))) as u32;
    let at = |errors: f64| f64::from(point.demand.ranked(rank(errors)).unwrap_or(0));
    (at(1.0) - at(-1.0)) / 2.0 / at(0.0).max(1.0)
}
