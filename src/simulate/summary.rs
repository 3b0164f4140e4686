//! From counts to a forecast. In: a world, a tally, today's status. Out: plain data with every number that a report shows.
//! Never: draws, formats, or leaves arithmetic to a report.

use chrono::NaiveDate;

use super::costs;
use super::rates;
use super::tally::{SkuTally, Tally};
use super::trouble;
use super::true_up;
use super::world::World;
use crate::calendar;
use crate::directory::{Attribute, PrepaidUnits, SkuIndex};
use crate::forecast::{
    Bridge, Certainty, Coverage, Driver, Forecast, MonthPoint, Provenance, RenewalEvent, RenewalOutcome, ShortageDate,
    SkuForecast, StatedAssumption, Status, SupplyLevel, Waits,
};
use crate::licensing::{Policy, Today};
use crate::scenario::Baseline;
use crate::supply::{SupplyStep, TermEnd};

/// The forecast of a tally.
pub fn forecast(world: &World<'_>, today: &Today, tally: &Tally, status: Status, coverage: Coverage) -> Forecast {
    let planned: Vec<SkuIndex> = planned(world.baseline);
    let skus: Vec<SkuForecast> = planned.iter().map(|sku| sku_forecast(world, today, tally, *sku)).collect();
    let renewals = renewals(world, &planned, &skus);
    Forecast {
        provenance: Provenance { replications: tally.replications, ..provenance(world) },
        trouble: trouble::find(world, &skus, tally.replications, &renewals, &status),
        status,
        costs: costs::by_month(&skus),
        departments: costs::by_attribute(world, today, &skus, &Attribute::Department),
        cost_centres: match &world.baseline.assumptions.cost_centre {
            Some(attribute) => costs::by_attribute(world, today, &skus, attribute),
            None => Vec::new(),
        },
        skus,
        renewals,
        coverage,
        assumptions: stated(world),
        certainty: Certainty { precision: None, drivers: drivers(world, tally, &planned) },
        headcount: tally.headcount.iter().map(|histogram| histogram.percentiles()).collect(),
    }
}

/// Whether any file says how many units there are.
pub fn has_units(baseline: &Baseline, sku: SkuIndex) -> bool {
    let supply = &baseline.supplies[sku.get()];
    baseline.snapshot.sku(sku).prepaid.is_some()
        || !supply.lots.is_empty()
        || supply.unexplained != PrepaidUnits::default()
}

/// SKUs that are forecast: seats are counted, somebody says how many units there are, and nobody asked to ignore them. By
/// product name.
pub fn planned(baseline: &Baseline) -> Vec<SkuIndex> {
    let snapshot = &baseline.snapshot;
    let ignored = |sku: SkuIndex| {
        let policy = baseline.assumptions.skus.get(&snapshot.sku(sku).sku_id);
        policy.is_some_and(|policy| policy.ignore)
    };
    let mut planned: Vec<SkuIndex> = snapshot
        .sku_indexes()
        .filter(|sku| snapshot.sku(*sku).is_planned() && !ignored(*sku) && has_units(baseline, *sku))
        .collect();
    planned.sort_by_key(|sku| (snapshot.sku(*sku).product_name.to_lowercase(), *sku));
    planned
}

pub fn provenance(world: &World<'_>) -> Provenance {
    let settings = world.settings();
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        tenant: world.baseline.tenant.clone(),
        today: settings.today(),
        seed: settings.seed(),
        replications: settings.replications(),
        horizon_months: settings.horizon_months(),
        inputs: world.baseline.inputs.clone(),
    }
}

fn sku_forecast(world: &World<'_>, today: &Today, tally: &Tally, sku: SkuIndex) -> SkuForecast {
    let baseline = world.baseline;
    let named = baseline.snapshot.sku(sku);
    let counts = &tally.skus[sku.get()];
    let important = baseline.assumptions.skus.get(&named.sku_id).is_some_and(|policy| policy.important);
    SkuForecast {
        sku_id: named.sku_id.to_string(),
        sku_part_number: named.sku_part_number.to_string(),
        product_name: named.product_name.to_string(),
        important,
        price: costs::seat_price(world, sku),
        list_price: costs::list_price(world, sku),
        points: points(world, counts, sku),
        supply: levels(world, sku),
        first_shortage: first_shortage(world, counts, tally.replications),
        bridge: bridge(counts, tally.replications),
        waits: Waits { seat_days_lost: counts.seat_days.percentiles(), times: None },
        sources: sources(world, today, sku),
    }
}

fn points(world: &World<'_>, counts: &SkuTally, sku: SkuIndex) -> Vec<MonthPoint> {
    let days = world.settings().points();
    let point = |(index, day): (usize, &NaiveDate)| {
        let units = world.baseline.supplies[sku.get()].units_on(*day);
        let (first, counts) = (&counts.first_short, &counts.points[index]);
        let next = days.get(index + 1).copied();
        MonthPoint {
            day: *day,
            enabled: units.enabled,
            warning: units.warning,
            suspended: units.suspended,
            capacity: units.capacity(),
            demand: counts.demand.percentiles(),
            assigned: counts.assigned.percentiles(),
            waiting: counts.waiting.percentiles(),
            blocked: counts.blocked.percentiles(),
            shortfall: counts.shortfall.percentiles(),
            replications_short: counts.shortfall.above(0),
            replications_short_by: first.total() - first.above(calendar::days_between(days[0], *day)),
            cost: costs::of_month(world, sku, *day, next),
        }
    };
    days.iter().enumerate().map(point).collect()
}

fn levels(world: &World<'_>, sku: SkuIndex) -> Vec<SupplyLevel> {
    let (from, to) = (world.settings().today(), *world.settings().points().last().unwrap_or(&NaiveDate::MAX));
    let steps = world.baseline.supplies[sku.get()].steps(from, to);
    let level = |step: &SupplyStep| SupplyLevel {
        day: step.day,
        enabled: step.units.enabled,
        warning: step.units.warning,
        capacity: step.units.capacity(),
    };
    steps.iter().map(level).collect()
}

/// Percentiles of the first day short over all replications: one that is never short is later than every day.
fn first_shortage(world: &World<'_>, counts: &SkuTally, replications: u32) -> ShortageDate {
    let at = |percent: u32| {
        let rank = (u64::from(percent) * u64::from(replications)).div_ceil(100).max(1);
        let day = counts.first_short.ranked(u32::try_from(rank).unwrap_or(u32::MAX))?;
        Some(calendar::after(world.settings().today(), day))
    };
    ShortageDate { p10: at(10), p50: at(50), p90: at(90), replications_short: counts.first_short.total() }
}

/// Means in tenths of a seat. What neither joiners, requests, movers nor leavers explain (users who are newly blocked, or no longer) is
/// `changes`, so that the parts always add up.
fn bridge(counts: &SkuTally, replications: u32) -> Bridge {
    let tenths = |sum: u64| -> i64 {
        let replications = u64::from(replications.max(1));
        i64::try_from((sum * 10 + replications / 2) / replications).unwrap_or(i64::MAX)
    };
    let flow = &counts.flow;
    let mut bridge = Bridge {
        opening_tenths: tenths(counts.opening),
        joiners_tenths: tenths(flow.joined),
        requested_tenths: tenths(flow.requested),
        moved_in_tenths: tenths(flow.moved_in),
        moved_out_tenths: tenths(flow.moved_out),
        leavers_tenths: tenths(flow.left),
        changes_tenths: 0,
        closing_tenths: tenths(counts.closing),
    };
    let explained = bridge.opening_tenths + bridge.joiners_tenths + bridge.requested_tenths + bridge.moved_in_tenths
        - bridge.moved_out_tenths
        - bridge.leavers_tenths;
    bridge.changes_tenths = bridge.closing_tenths - explained;
    bridge
}

/// What moves each SKU, of what is only known as a range.
fn drivers(world: &World<'_>, tally: &Tally, planned: &[SkuIndex]) -> Vec<Driver> {
    let names = rates::ranges(&world.baseline.assumptions);
    let of = |sku: &SkuIndex| {
        let part_number = &world.baseline.snapshot.sku(*sku).sku_part_number;
        tally.luck.drivers(sku.get(), part_number, &names, tally.replications)
    };
    planned.iter().flat_map(of).collect()
}

/// Who is entitled to a SKU today, by group and directly; most first, at most ten.
fn sources(world: &World<'_>, today: &Today, sku: SkuIndex) -> Vec<(String, u32)> {
    let snapshot = &world.baseline.snapshot;
    let giving = snapshot.group_indexes().filter(|group| {
        today.bundle_of(*group).is_some() && snapshot.group(*group).licenses.iter().any(|license| license.sku == sku)
    });
    let mut sources: Vec<(String, u32)> = giving
        .map(|group| (snapshot.group(group).display_name.to_string(), today.memberships.members(group).len() as u32))
        .collect();
    let direct = (0..world.exported()).filter(|user| world.direct.of(*user).contains(&sku)).count() as u32;
    sources.push(("direct".to_owned(), direct));
    sources.retain(|(_, users)| *users > 0);
    sources.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sources.truncate(10);
    sources
}

fn renewals(world: &World<'_>, planned: &[SkuIndex], skus: &[SkuForecast]) -> Vec<RenewalEvent> {
    let (from, to) = (world.settings().today(), *world.settings().points().last().unwrap_or(&NaiveDate::MAX));
    // On one day the order for the true-up comes before the renewal.
    let true_ups =
        planned.iter().zip(skus).flat_map(|(sku, forecast)| true_up::calendar(world.baseline, *sku, forecast));
    let renewing = planned.iter().flat_map(|sku| {
        let name = world.baseline.snapshot.sku(*sku).product_name.to_string();
        let renewals = world.baseline.supplies[sku.get()].renewals(from, to);
        renewals.into_iter().map(move |renewal| RenewalEvent {
            day: renewal.day,
            subscription: renewal.subscription.to_string(),
            sku: name.clone(),
            quantity_before: renewal.quantity_before,
            quantity_after: renewal.quantity_after,
            outcome: outcome(renewal.end),
            last_day_to_act: Some(renewal.last_day_to_act),
        })
    });
    let mut events: Vec<RenewalEvent> = true_ups.chain(renewing).collect();
    events.sort_by(|a, b| (a.day, &a.sku, &a.subscription).cmp(&(b.day, &b.sku, &b.subscription)));
    events
}

fn outcome(end: TermEnd) -> RenewalOutcome {
    match end {
        TermEnd::Renews => RenewalOutcome::Renews,
        TermEnd::Reduced => RenewalOutcome::Reduced,
        TermEnd::Increased => RenewalOutcome::Increased,
        TermEnd::Expires => RenewalOutcome::Expires,
        TermEnd::GraceEnds => RenewalOutcome::GraceEnds,
        TermEnd::Cancelled => RenewalOutcome::Cancelled,
        TermEnd::ExtendedServiceTerm => RenewalOutcome::ExtendedServiceTerm,
    }
}

/// Every assumption and every policy switch, in the words of `seatcast.toml`.
fn stated(world: &World<'_>) -> Vec<StatedAssumption> {
    let assumptions = &world.baseline.assumptions;
    // A switch that is not at its default was given; one that was given its default says the same either way.
    let default = Policy::default().stated();
    let given = |name: &str, value: &str| !default.iter().any(|(known, usual)| *known == name && usual == value);
    let people = assumptions.stated().into_iter();
    let policy = world.baseline.policy.stated().into_iter().map(|(name, value)| {
        let given = given(name, &value);
        (name.to_owned(), value, given)
    });
    let groups = world.by_plans.rules.len();
    let ahead = (groups > 0).then(|| {
        let value = format!("{groups} groups follow licences day by day");
        ("rules over assignedPlans".to_owned(), value, false)
    });
    people.chain(policy).chain(ahead).map(|(name, value, given)| StatedAssumption { name, value, given }).collect()
}
