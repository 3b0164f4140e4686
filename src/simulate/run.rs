//! All replications. In: a world. Out: a tally. Never: lets the number of threads change a byte.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use super::planned::{self, Script};
use super::replication::{follow, replicate};
use super::rows;
use super::scratch::Scratch;
use super::settings::Settings;
use super::tally::{Reading, Tally, of_replications};
use super::workforce::Population;
use super::world::{World, future_users};
use super::{coverage, draws, precision, spread, status, summary, waits};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnosed, Diagnostic};
use crate::directory::{GroupIndex, PrepaidUnits};
use crate::forecast::Forecast;
use crate::licensing::{self, Memberships, Opening, Today};
use crate::scenario::Baseline;

/// A licensed dynamic group has neither a rule that can be evaluated nor exported members.
const UNKNOWN_MEMBERS: Code = Code("P301");

/// How many replications are done: a number that whoever shows progress reads from another thread.
#[derive(Debug, Default)]
pub struct Progress(AtomicU32);

impl Progress {
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn done(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs replications on the threads of the current pool. Counts are exact integers and merging is commutative.
fn tally(world: &World<'_>, replications: Range<u32>, progress: &Progress) -> Tally {
    let scratch = || Scratch::new(world);
    of_replications(replications, scratch, |scratch, replication| {
        let trajectory = replicate(world, scratch, replication);
        progress.count();
        trajectory
    })
}

/// Licensing on the day of the baseline. `None` where the members of a licensed group are unknown, which would make its
/// numbers wrong.
pub fn today(baseline: &Baseline, catalog: &Catalog) -> Diagnosed<Option<Today>> {
    today_following(baseline, catalog, &[])
}

/// The same, with bundles for groups that a plan is about.
pub fn today_following(baseline: &Baseline, catalog: &Catalog, followed: &[GroupIndex]) -> Diagnosed<Option<Today>> {
    let mut findings = Vec::new();
    let memberships = memberships(baseline).into_value(&mut findings);
    let today = memberships.and_then(|known| licensed(baseline, known, catalog, followed).into_value(&mut findings));
    Diagnosed::new(today, findings)
}

/// The first half of [`today`]: every rule evaluated.
pub fn memberships(baseline: &Baseline) -> Diagnosed<Option<Memberships>> {
    let mut findings = Vec::new();
    let (now, readings) = (rows::instant(baseline.today), &baseline.policy.readings);
    let resolved = licensing::resolve_with(&baseline.snapshot, now, readings).into_value(&mut findings);
    findings.extend(unknown_members(baseline, &resolved));
    let usable = !findings.iter().any(|finding| finding.code == UNKNOWN_MEMBERS);
    Diagnosed::new(usable.then_some(resolved), findings)
}

/// The second half of [`today`]: who holds what, settled.
pub fn licensed(
    baseline: &Baseline,
    memberships: Memberships,
    catalog: &Catalog,
    followed: &[GroupIndex],
) -> Diagnosed<Option<Today>> {
    let snapshot = &baseline.snapshot;
    let mut findings = Vec::new();
    let units: Vec<PrepaidUnits> = baseline.supplies.iter().map(|supply| supply.units_on(baseline.today)).collect();
    let opening = Opening::new(snapshot, memberships, &baseline.policy, &units, catalog, followed);
    let settled = opening.and_then(|opening| opening.settled_in_own_order(snapshot, &baseline.policy));
    let usable = !settled.has_errors();
    let today = settled.into_value(&mut findings);
    Diagnosed::new(usable.then_some(today), findings)
}

fn unknown_members(baseline: &Baseline, memberships: &Memberships) -> Vec<Diagnostic> {
    let groups = memberships.kept().iter().map(|kept| (kept, baseline.snapshot.group(kept.group)));
    let unknown = groups.filter(|(kept, group)| {
        // Rules that read plans give members when licences are settled.
        let staged = memberships.by_plans().iter().any(|rule| rule.group == kept.group);
        !group.members_exported
            && !group.licenses.is_empty()
            && !memberships.inferred().contains(&kept.group)
            && !staged
    });
    let finding = |(kept, group): (&licensing::KeptGroup, &crate::directory::Group)| {
        let message =
            format!("the members of the licensed group `{}` are unknown: {}", group.display_name, kept.reason.text());
        let help = "export the members of the group, or mend its rule; without either its seats cannot be counted";
        Diagnostic::error(UNKNOWN_MEMBERS, message).at(&group.origin).help(help)
    };
    unknown.map(finding).collect()
}

/// The forecast of a baseline. `None` where a number would be wrong; the findings say why.
pub fn run(
    baseline: &Baseline,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Forecast>> {
    let Diagnosed { value, diagnostics } = today(baseline, catalog);
    let forecast = value.map(|today| run_from(baseline, &today, catalog, settings, progress));
    Diagnosed::new(forecast, diagnostics)
}

/// The forecast from licensing as it stands today.
pub fn run_from(
    baseline: &Baseline,
    today: &Today,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Forecast {
    let script = Script::default();
    let future = future_users(baseline, today, settings, &script);
    forecast_of(&World::new(baseline, today, &future, settings, &script), today, catalog, progress)
}

/// The forecast of a world, planned changes and all.
pub fn forecast_of(world: &World<'_>, today: &Today, catalog: &Catalog, progress: &Progress) -> Forecast {
    let (baseline, settings) = (world.baseline, world.settings());
    let planned = summary::planned(baseline);
    // Side by side, so that no thread idles while another looks at today, or at waiting times.
    let ((tally, precision), mut status) = rayon::join(
        || precision::run(settings, &planned, |range| tally(world, range, progress)),
        || status::status(baseline, today, catalog),
    );
    let (spread, (coverage, times)) = rayon::join(
        || spread::ahead(today, catalog, world, &tally),
        || rayon::join(|| coverage::ahead(world, today, &tally), || waits::ahead(world, &tally)),
    );
    status.order_spread_ahead = spread;
    let mut forecast = summary::forecast(world, today, &tally, status, coverage);
    for (sku, index) in forecast.skus.iter_mut().zip(&planned) {
        sku.waits.times = times[index.get()];
    }
    forecast.certainty.precision = precision;
    forecast
}

/// One replication in full: for checking the engine, and for seeing how a number came about.
#[derive(Clone, Debug)]
pub struct Observed {
    pub population: Population,
    /// Positions of the groups that people join by themselves, in the order in which events name them.
    pub eligible: Vec<usize>,
    /// The place of each slot in the order of grants, where that is left to chance.
    pub places: Vec<u32>,
    /// The readings of every SKU on every day, today first.
    pub days: Vec<Vec<Reading>>,
}

/// Follows one replication day by day.
pub fn observe(
    baseline: &Baseline,
    catalog: &Catalog,
    settings: &Settings,
    replication: u32,
) -> Diagnosed<Option<Observed>> {
    let Diagnosed { value, diagnostics } = today(baseline, catalog);
    let Some(today) = value else { return Diagnosed::new(None, diagnostics) };
    let script = Script::default();
    let future = future_users(baseline, &today, settings, &script);
    let world = World::new(baseline, &today, &future, settings, &script);
    Diagnosed::new(Some(observe_world(&world, replication)), diagnostics)
}

/// The same of a world, planned changes and all.
pub fn observe_world(world: &World<'_>, replication: u32) -> Observed {
    let mut days = Vec::new();
    let mut scratch = Scratch::new(world);
    follow(world, &mut scratch, replication, &mut |_, scratch| days.push(scratch.readings().to_vec()));
    let population = planned::population(world, &mut scratch, replication);
    let eligible = world.people.eligible.iter().map(|eligible| eligible.group).collect();
    let slots = if world.random_order { world.exported() as usize + population.joined.len() } else { 0 };
    let places = draws::places(world.settings().seed(), replication).take(slots).collect();
    Observed { population, eligible, places, days }
}
