//! Scenarios side by side. In: a baseline and plans upon it. Out: a comparison. Never: other luck for one than for another.

use super::effects::{Effects, causes_by_sku};
use super::run::forecast_and_effects;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnosed;
use crate::forecast::{Case, Comparison, Forecast, Pair, PlannedChange, Sign, SkuDifference, SkuForecast};
use crate::money::Money;
use crate::scenario::{Baseline, Deed, Planned};
use crate::simulate::run::{Progress, licensed, memberships, run_from};
use crate::simulate::settings::Settings;

/// Compares plans upon one baseline. Rules are evaluated once for all of them. `None` where a number would be wrong.
pub fn compare(
    baseline: &Baseline,
    plans: &[Planned],
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
) -> Diagnosed<Option<Comparison>> {
    let mut findings = Vec::new();
    let Some(members) = memberships(baseline).into_value(&mut findings) else {
        return Diagnosed::new(None, findings);
    };
    let today = licensed(baseline, members.clone(), catalog, &[]).into_value(&mut findings);
    let Some(today) = today else { return Diagnosed::new(None, findings) };
    let without = run_from(baseline, &today, catalog, settings, progress);
    drop(today);
    let mut scenarios = Vec::new();
    for planned in plans {
        let made = forecast_and_effects(planned, members.clone(), catalog, settings, progress);
        let Some((forecast, effects)) = made.into_value(&mut findings) else {
            return Diagnosed::new(None, findings);
        };
        scenarios.push(case(planned, &without, forecast, effects));
    }
    Diagnosed::new(Some(Comparison { baseline: without, scenarios }), findings)
}

fn case(planned: &Planned, without: &Forecast, forecast: Forecast, effects: Effects) -> Case {
    let changes = planned.changes.iter().map(|change| PlannedChange {
        day: change.day,
        what: change.label.to_string(),
        place: change.origin.to_string(),
    });
    // One line of a file may stand for several deeds.
    let mut told: Vec<PlannedChange> = Vec::new();
    for change in changes {
        if !told.contains(&change) {
            told.push(change);
        }
    }
    let skus = forecast.skus.iter().map(|sku| difference(planned, without, sku, &effects)).collect();
    let Effects { people, at_risk } = effects;
    Case {
        name: planned.name.clone(),
        title: planned.title.clone(),
        changes: told,
        skus,
        people,
        at_risk,
        leavers_at_risk: Vec::new(),
        forecast,
    }
}

fn difference(planned: &Planned, without: &Forecast, sku: &SkuForecast, effects: &Effects) -> SkuDifference {
    let old = without.skus.iter().find(|old| old.sku_id == sku.sku_id);
    let last = |sku: Option<&SkuForecast>, pick: fn(&crate::forecast::MonthPoint) -> u32| {
        sku.and_then(|sku| sku.points.last()).map_or(0, pick)
    };
    let pair = |pick: fn(&crate::forecast::MonthPoint) -> u32| Pair {
        baseline: last(old, pick),
        scenario: last(Some(sku), pick),
    };
    let worst = |sku: Option<&SkuForecast>| {
        sku.and_then(|sku| sku.points.iter().map(|point| point.waiting.p90).max()).unwrap_or(0)
    };
    let short = |sku: Option<&SkuForecast>| sku.map(|sku| sku.first_shortage).unwrap_or_default();
    let demand = pair(|point| point.demand.p50);
    let sign = match (demand.difference(), old) {
        (1.., _) => Sign::More,
        (..0, _) => Sign::Fewer,
        (0, Some(old)) if old.points == sku.points && old.first_shortage == sku.first_shortage => Sign::Same,
        (0, _) => Sign::Other,
    };
    let causes = if sign == Sign::Same { Vec::new() } else { causes(planned, sku, effects) };
    SkuDifference {
        sku_id: sku.sku_id.clone(),
        sku_part_number: sku.sku_part_number.clone(),
        product_name: sku.product_name.clone(),
        sign,
        demand,
        capacity: pair(|point| point.capacity),
        first_shortage: Pair { baseline: short(old).p50, scenario: short(Some(sku)).p50 },
        replications_short: Pair {
            baseline: short(old).replications_short,
            scenario: short(Some(sku)).replications_short,
        },
        waiting: Pair { baseline: worst(old), scenario: worst(Some(sku)) },
        cost: Pair { baseline: old.and_then(cost), scenario: cost(sku) },
        causes,
    }
}

/// The sum over the horizon; `None` where a month has no price.
fn cost(sku: &SkuForecast) -> Option<Money> {
    let months = sku.points.split_last()?.1;
    let mut sum: Option<Money> = None;
    for point in months {
        let cost = point.cost?;
        let minor = sum.map_or(0, |sum| sum.minor).checked_add(cost.minor)?;
        sum = Some(Money { minor, currency: cost.currency });
    }
    sum
}

/// Changes that name the SKU, those that change who of today is meant to have it, and those of people, whom chance picks.
fn causes(planned: &Planned, sku: &SkuForecast, effects: &Effects) -> Vec<String> {
    let of_people = causes_by_sku(&effects.people);
    let mut causes: Vec<(u8, String)> = Vec::new();
    for change in &planned.changes {
        let named = change.deed.skus().iter().any(|id| id.as_str() == sku.sku_id);
        let people = matches!(
            change.deed,
            Deed::Acquire(_) | Deed::Freeze { .. } | Deed::Hire { .. } | Deed::LayOff { .. } | Deed::PurgeGuests { .. }
        );
        let lot = match &change.deed {
            Deed::Cancel { subscription }
            | Deed::RenewWith { subscription, .. }
            | Deed::ChangeTerm { subscription, .. } => {
                let lots = planned.baseline.supplies.iter().flat_map(|supply| &supply.lots);
                lots.into_iter().any(|lot| lot.id == *subscription && lot.sku_id.as_str() == sku.sku_id)
            }
            _ => false,
        };
        let moved = of_people.get(sku.product_name.as_str()).is_some_and(|known| known.contains(&&*change.label));
        // What changes demand comes before what changes units.
        let rank = if moved { 0 } else { u8::from(!people) + 1 };
        if (named || people || lot || moved) && !causes.iter().any(|(_, cause)| **cause == *change.label) {
            causes.push((rank, change.label.to_string()));
        }
    }
    causes.sort_by_key(|(rank, _)| *rank);
    causes.into_iter().map(|(_, cause)| cause).collect()
}
