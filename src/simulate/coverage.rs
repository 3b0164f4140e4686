//! What a forecast does not cover. In: a baseline, licensing today. Out: counts and names. Never: leaves out a zero.

use super::summary;
use super::tally::Tally;
use super::world::World;
use crate::directory::{Attribute, SkuIndex, UserIndex, Users, ValueRef};
use crate::forecast::{Coverage, UnsimulatedRule};
use crate::licensing::Today;
use crate::scenario::{Baseline, Departure};

pub fn coverage(baseline: &Baseline, today: &Today) -> Coverage {
    let snapshot = &baseline.snapshot;
    let names = |wanted: &dyn Fn(SkuIndex) -> bool| -> Vec<String> {
        let found = snapshot.sku_indexes().filter(|sku| wanted(*sku));
        found.map(|sku| snapshot.sku(sku).sku_part_number.to_string()).collect()
    };
    let planned = summary::planned(baseline);
    let priced = |sku: SkuIndex| baseline.prices.on(&snapshot.sku(sku).sku_id, baseline.today).is_some();
    let kept = today.memberships.kept().iter().map(|kept| UnsimulatedRule {
        group: snapshot.group(kept.group).display_name.to_string(),
        reason: kept.reason.text(),
        members_kept: kept.members_kept,
    });
    let departures = departures(baseline);
    Coverage {
        past_leave: departures.len() as u32,
        past_leave_overdue: departures.iter().filter(|departure| departure.overdue).count() as u32,
        past_leave_gone_by: departures.iter().map(|departure| departure.deleted_on).max(),
        rules_simulated: today.memberships.rules().len() as u32,
        rules_not_simulated: kept.collect(),
        users: snapshot.users.len() as u32,
        users_without_usage_location: without(&snapshot.users, &Attribute::UsageLocation),
        users_without_department: without(&snapshot.users, &Attribute::Department),
        skus_without_price: names(&|sku| planned.contains(&sku) && !priced(sku)),
        skus_without_renewal_date: names(&|sku| {
            planned.contains(&sku) && baseline.supplies[sku.get()].lacks_renewal_date()
        }),
        skus_not_planned: names(&|sku| !planned.contains(&sku)),
    }
}

/// What becomes of those whose last day has passed.
fn departures(baseline: &Baseline) -> Vec<Departure> {
    let users = &baseline.snapshot.users;
    let day = |user: UserIndex, attribute: &Attribute| match users.value(user, attribute) {
        ValueRef::Instant(at) => Some(at.date_naive()),
        _ => None,
    };
    let there = |user: &UserIndex| !users.is_guest(*user) && day(*user, &Attribute::DeletedDateTime).is_none();
    let of = |user: UserIndex| {
        let enabled = users.boolean(user, &Attribute::AccountEnabled) != Some(false);
        let last_day = day(user, &Attribute::EmployeeLeaveDateTime)?;
        Departure::of(last_day, enabled, baseline.today, &baseline.assumptions)
    };
    users.indexes().filter(there).filter_map(of).collect()
}

/// The same of a forecast: rules over service plans that follow licences day by day count as simulated, unless they went round
/// in a circle in any future.
pub fn ahead(world: &World<'_>, today: &Today, tally: &Tally) -> Coverage {
    let mut coverage = coverage(world.baseline, today);
    let live = |group| world.by_plans.rules.iter().any(|(rule, _)| rule.group == group);
    // One line a kept group, in their order.
    let mut lines = today.memberships.kept().iter().map(|kept| live(kept.group));
    let mut is_live = || lines.next().unwrap_or(false);
    if tally.circling == 0 {
        coverage.rules_simulated += world.by_plans.rules.len() as u32;
        coverage.rules_not_simulated.retain(|_| !is_live());
        return coverage;
    }
    for kept in &mut coverage.rules_not_simulated {
        if is_live() {
            let (some, all) = (tally.circling, tally.replications);
            kept.reason = format!("rules over service plans turn each other on and off in {some} of {all} futures");
        }
    }
    coverage
}

/// Users without a text, or with a blank one.
fn without(users: &Users, attribute: &Attribute) -> u32 {
    let blank = users.indexes().filter(|user| users.text(*user, attribute).is_none_or(|text| text.trim().is_empty()));
    blank.count() as u32
}
