//! All replications of a plan. In: a planned world. Out: a forecast. Never: other luck than without the plan.

use std::ops::Range;

use super::effects::{Effects, effects};
use super::replication::{Scratch, follow, replicate};
use super::script::{self, Script};
use super::world::{Staged, staged_users};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnosed, Diagnostic};
use crate::directory::SkuIndex;
use crate::forecast::{Demand, Forecast};
use crate::licensing::{Memberships, Today};
use crate::scenario::Planned;
use crate::simulate::run::{Observed, Progress, licensed, memberships, run_from};
use crate::simulate::settings::Settings;
use crate::simulate::tally::{Reading, Tally, of_replications};
use crate::simulate::world::{World, future_users};
use crate::simulate::{coverage, demand, draws, precision, status, summary};

/// The forecast of a baseline with a plan. `None` where a number would be wrong; the findings say why.
pub fn run_planned(
    planned: &Planned,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Forecast>> {
    let mut findings = Vec::new();
    let Some(members) = memberships(&planned.baseline).into_value(&mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let made = forecast_and_effects(planned, members, catalog, settings, progress).into_value(&mut findings);
    Diagnosed::new(made.map(|(forecast, _)| forecast), findings)
}

/// The same from memberships that are known, with what it does to the people of today.
pub fn forecast_and_effects(
    planned: &Planned,
    members: Memberships,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<(Forecast, Effects)>> {
    let mut findings = Vec::new();
    let Some((today, script)) = begin(planned, members, catalog, settings, &mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let baseline = &planned.baseline;
    // Units and prices alone need no steps.
    if script.acts.is_empty() {
        let forecast = run_from(baseline, &today, catalog, settings, progress);
        return Diagnosed::new(Some((forecast, Effects::default())), findings);
    }
    let future = future_users(baseline, &today, settings);
    let plain = World::new(baseline, &today, &future, settings);
    let future = staged_users(baseline, &script, &today, settings);
    let world = Staged::new(&plain, &script, &today, &future);
    let effects = effects(&world, &script, &today, catalog);
    let planned = summary::planned(baseline);
    let (tally, precision) = precision::run(settings, &planned, |range| tally(&world, range, progress));
    let status = status::status(baseline, &today, catalog);
    let coverage = coverage::coverage(baseline, &today);
    let mut forecast = summary::forecast(&plain, &today, &tally, status, coverage);
    forecast.certainty.precision = precision;
    Diagnosed::new(Some((forecast, effects)), findings)
}

fn begin(
    planned: &Planned,
    members: Memberships,
    catalog: &Catalog,
    settings: &Settings,
    findings: &mut Vec<Diagnostic>,
) -> Option<(Today, Script)> {
    let followed = script::tracked(&planned.changes);
    let members = members.with_new_groups(planned.baseline.snapshot.groups.len());
    let today = licensed(&planned.baseline, members, catalog, &followed).into_value(findings)?;
    let script = script::script(&planned.baseline, &planned.changes, &today, settings).into_value(findings);
    Some((today, script))
}

fn tally(world: &Staged<'_>, replications: Range<u32>, progress: &Progress) -> Tally {
    let scratch = || Scratch::new(world);
    of_replications(replications, scratch, |scratch, replication| {
        let trajectory = replicate(world, scratch, replication);
        progress.count();
        trajectory
    })
}

/// Demand for `skus` as a plan makes it, with the units of its baseline.
pub fn demand_planned(
    planned: &Planned,
    skus: &[SkuIndex],
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Demand>> {
    let mut findings = Vec::new();
    let Some(members) = memberships(&planned.baseline).into_value(&mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let Some((today, script)) = begin(planned, members, catalog, settings, &mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let baseline = &planned.baseline;
    if script.acts.is_empty() {
        return demand::demand(baseline, skus, catalog, settings, progress);
    }
    let future = future_users(baseline, &today, settings);
    let plain = World::new(baseline, &today, &future, settings);
    let future = staged_users(baseline, &script, &today, settings);
    let world = Staged::new(&plain, &script, &today, &future);
    let follow = |scratch: &mut Scratch, replication: u32, watch: &mut dyn FnMut(u32, &[Reading])| {
        follow(&world, scratch, replication, watch);
    };
    let gathered = demand::gather(&plain, skus, progress, || Scratch::new(&world), follow);
    Diagnosed::new(Some(gathered), findings)
}

/// Follows one replication of a plan day by day.
pub fn observe_planned(planned: &Planned, settings: &Settings, replication: u32) -> Diagnosed<Option<Observed>> {
    let mut findings = Vec::new();
    let Some(members) = memberships(&planned.baseline).into_value(&mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let Some((today, script)) = begin(planned, members, Catalog::embedded(), settings, &mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let baseline = &planned.baseline;
    let future = future_users(baseline, &today, settings);
    let plain = World::new(baseline, &today, &future, settings);
    let future = staged_users(baseline, &script, &today, settings);
    let world = Staged::new(&plain, &script, &today, &future);
    let mut days = Vec::new();
    follow(&world, &mut Scratch::new(&world), replication, &mut |_, readings| days.push(readings.to_vec()));
    let population = super::population(&world, replication);
    let eligible = plain.people.eligible.iter().map(|eligible| eligible.group).collect();
    let slots = if plain.random_order { plain.exported() as usize + population.joined.len() } else { 0 };
    let places = draws::places(settings.seed(), replication).take(slots).collect();
    Diagnosed::new(Some(Observed { population, eligible, places, days }), findings)
}
