//! All replications of a plan. In: a planned world. Out: a forecast. Never: other luck than without the plan.

use super::effects::{Effects, effects};
use super::script::{self, Script};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnosed, Diagnostic};
use crate::directory::SkuIndex;
use crate::forecast::{Demand, Forecast};
use crate::licensing::{Memberships, Today};
use crate::scenario::Planned;
use crate::simulate::demand;
use crate::simulate::run::{Observed, Progress, forecast_of, licensed, memberships, observe_world};
use crate::simulate::settings::Settings;
use crate::simulate::world::{World, future_users};

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
    let future = future_users(&planned.baseline, &today, settings, &script);
    let world = World::new(&planned.baseline, &today, &future, settings, &script);
    let effects = effects(&world, &today, catalog);
    let forecast = forecast_of(&world, &today, catalog, progress);
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

/// Licensing today and the script of a plan.
fn begun(
    planned: &Planned,
    catalog: &Catalog,
    settings: &Settings,
    findings: &mut Vec<Diagnostic>,
) -> Option<(Today, Script)> {
    let members = memberships(&planned.baseline).into_value(findings)?;
    begin(planned, members, catalog, settings, findings)
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
    let Some((today, script)) = begun(planned, catalog, settings, &mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let future = future_users(&planned.baseline, &today, settings, &script);
    let world = World::new(&planned.baseline, &today, &future, settings, &script);
    Diagnosed::new(Some(demand::gather(&world, skus, progress)), findings)
}

/// Follows one replication of a plan day by day.
pub fn observe_planned(
    planned: &Planned,
    catalog: &Catalog,
    settings: &Settings,
    replication: u32,
) -> Diagnosed<Option<Observed>> {
    let mut findings = Vec::new();
    let Some((today, script)) = begun(planned, catalog, settings, &mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let future = future_users(&planned.baseline, &today, settings, &script);
    let world = World::new(&planned.baseline, &today, &future, settings, &script);
    Diagnosed::new(Some(observe_world(&world, replication)), findings)
}
