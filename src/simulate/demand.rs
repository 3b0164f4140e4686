//! Demand by day. In: a baseline, settings. Out: what people are entitled to on every day of every replication. Never: a
//! percentile.

use rayon::prelude::*;

use super::replication::{Scratch, follow};
use super::run::{Progress, today};
use super::settings::Settings;
use super::summary;
use super::world::{World, future_users};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnosed;
use crate::directory::{PrepaidUnits, SkuIndex};
use crate::forecast::{Demand, SkuDemand};
use crate::scenario::Baseline;
use crate::supply::Supply;

/// More units than any tenant has users, and few enough to be counted with.
const AMPLE: u32 = 1_000_000_000;

/// Demand as it would be were there units enough of every SKU: a group gives all its SKUs or none, so with too few of one the
/// demand for the others would look smaller than it is.
pub fn ample_demand(
    baseline: &Baseline,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Demand>> {
    let planned = summary::planned(baseline);
    let mut ample = baseline.clone();
    let units = PrepaidUnits { enabled: AMPLE, ..PrepaidUnits::default() };
    ample.supplies = vec![Supply { lots: Vec::new(), unexplained: units }; baseline.supplies.len()];
    demand_of(&ample, &planned, catalog, settings, progress)
}

/// Demand as it is with the units of the baseline.
pub fn demand(
    baseline: &Baseline,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Demand>> {
    demand_of(baseline, &summary::planned(baseline), catalog, settings, progress)
}

fn demand_of(
    baseline: &Baseline,
    planned: &[SkuIndex],
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Demand>> {
    let Diagnosed { value, diagnostics } = today(baseline, catalog);
    let Some(today) = value else { return Diagnosed::new(None, diagnostics) };
    let future = future_users(baseline, &today, settings);
    let world = World::new(baseline, &today, &future, settings);
    let days = settings.horizon_days() as usize + 1;
    // One list a replication: the days of the first SKU, then those of the next. Gathered by number of replication.
    let followed: Vec<Vec<u32>> = (0..settings.replications())
        .into_par_iter()
        .map_init(
            || Scratch::new(&world),
            |scratch, replication| {
                let mut demand = vec![0u32; planned.len() * days];
                follow(&world, scratch, replication, &mut |day, readings| {
                    for (place, sku) in planned.iter().enumerate() {
                        demand[place * days + day as usize] = readings[sku.get()].demand();
                    }
                });
                progress.count();
                demand
            },
        )
        .collect();
    let sku = |(place, sku): (usize, &SkuIndex)| {
        let day = |day: usize| followed.iter().map(|demand| demand[place * days + day]).collect();
        SkuDemand::new(baseline.snapshot.sku(*sku).sku_id.to_string(), (0..days).map(day).collect())
    };
    let skus = planned.iter().enumerate().map(sku).collect();
    Diagnosed::new(Some(Demand { provenance: summary::provenance(&world), skus }), diagnostics)
}
