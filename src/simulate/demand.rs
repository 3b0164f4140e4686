//! Demand by day. In: a baseline, settings. Out: what people are entitled to on every day of every replication. Never: a
//! percentile.

use rayon::prelude::*;

use super::planned::Script;
use super::replication::follow;
use super::run::{Progress, today};
use super::scratch::Scratch;
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

/// The same world with units enough of every SKU: a group gives all its SKUs or none, so with too few of one the demand for the
/// others would look smaller than it is.
pub fn with_ample_units(baseline: &Baseline) -> Baseline {
    let units = PrepaidUnits { enabled: AMPLE, ..PrepaidUnits::default() };
    let supplies = vec![Supply { lots: Vec::new(), unexplained: units }; baseline.supplies.len()];
    Baseline { supplies, ..baseline.clone() }
}

/// Demand for `skus` with the units of the baseline.
pub fn demand(
    baseline: &Baseline,
    skus: &[SkuIndex],
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Demand>> {
    let Diagnosed { value, diagnostics } = today(baseline, catalog);
    let Some(today) = value else { return Diagnosed::new(None, diagnostics) };
    let script = Script::default();
    let future = future_users(baseline, &today, settings, &script);
    let world = World::new(baseline, &today, &future, settings, &script);
    Diagnosed::new(Some(gather(&world, skus, progress)), diagnostics)
}

/// Follows every replication of a world.
pub fn gather(world: &World<'_>, skus: &[SkuIndex], progress: &Progress) -> Demand {
    let settings = world.settings();
    let days = settings.horizon_days() as usize + 1;
    // One list a replication: the days of the first SKU, then those of the next. Gathered by number of replication.
    let followed: Vec<Vec<u32>> = (0..settings.replications())
        .into_par_iter()
        .map_init(
            || Scratch::new(world),
            |scratch, replication| {
                let mut demand = vec![0u32; skus.len() * days];
                follow(world, scratch, replication, &mut |day, scratch| {
                    for (place, sku) in skus.iter().enumerate() {
                        demand[place * days + day as usize] = scratch.readings()[sku.get()].demand();
                    }
                });
                progress.count();
                demand
            },
        )
        .collect();
    let sku = |(place, sku): (usize, &SkuIndex)| {
        let day = |day: usize| followed.iter().map(|demand| demand[place * days + day]).collect();
        let sku_id = world.baseline.snapshot.sku(*sku).sku_id.to_string();
        SkuDemand::new(sku_id, (0..days).map(day).collect())
    };
    Demand { provenance: summary::provenance(world), skus: skus.iter().enumerate().map(sku).collect() }
}
