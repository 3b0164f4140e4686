//! Whose data goes when people go: a lay-off, or a purge of guests. In: a comparison, the plans it was made of, licences today. Out:
//! for each such change how many of those who go leave the last plan of a service. Never: a name, because luck picks them.
//!
//! Of a lay-off it is the expected number: those of whom it picks, as they are today, by the share of them who have the service.

use super::planned::{NO_DATA, SERVICES};
use super::rows;
use super::run::today;
use crate::catalog::Catalog;
use crate::directory::{Attribute, UserIndex, Users};
use crate::forecast::{Comparison, LeaversAtRisk};
use crate::licensing::{Source, Today};
use crate::rule::{self, RuleSet};
use crate::scenario::{Baseline, Deed, Planned, Size, Who};

/// Fills in who leaves data behind. `comparison.scenarios[i]` was made of `plans[i]`, upon `baseline`.
pub fn with_leavers_at_risk(comparison: &mut Comparison, baseline: &Baseline, plans: &[Planned], catalog: &Catalog) {
    let leaving = |deed: &Deed| matches!(deed, Deed::LayOff { .. } | Deed::PurgeGuests { .. });
    if !plans.iter().any(|planned| planned.changes.iter().any(|change| leaving(&change.deed))) {
        return;
    }
    let Some(today) = today(baseline, catalog).value else { return };
    let services = services(baseline, &today, catalog);
    for (case, planned) in comparison.scenarios.iter_mut().zip(plans) {
        for change in &planned.changes {
            let users = &baseline.snapshot.users;
            let employed = |user: &UserIndex| {
                !users.is_guest(*user) && users.boolean(*user, &Attribute::AccountEnabled) != Some(false)
            };
            let (cohort, size) = match &change.deed {
                Deed::LayOff { who, size } => (chosen(baseline, &today, who, &employed), *size),
                Deed::PurgeGuests { who } => {
                    (chosen(baseline, &today, who, &|user| users.is_guest(*user)), Size::Share(1.0))
                }
                _ => continue,
            };
            let picked = match size {
                Size::People(people) => (people as usize).min(cohort.len()),
                Size::Share(share) => (share * cohort.len() as f64).round() as usize,
            };
            for (at, (service, _)) in SERVICES.iter().enumerate() {
                let having = cohort.iter().filter(|user| services[user.get()] >> at & 1 == 1).count();
                let expected = (picked * having + cohort.len() / 2).checked_div(cohort.len()).unwrap_or(0);
                if expected > 0 {
                    case.leavers_at_risk.push(LeaversAtRisk {
                        service: *service,
                        day: change.day,
                        people: picked as u32,
                        at_risk: expected as u32,
                        cause: change.label.to_string(),
                    });
                }
            }
        }
    }
}

/// Whom of today a change is about, ascending.
fn chosen(baseline: &Baseline, today: &Today, who: &Who, fits: &dyn Fn(&UserIndex) -> bool) -> Vec<UserIndex> {
    let snapshot = &baseline.snapshot;
    let mut users: Vec<UserIndex> = match who {
        Who::Everybody => snapshot.users.indexes().collect(),
        Who::Users(users) => users.clone(),
        Who::MembersOf(group) if group.get() < snapshot.groups.len() => today.memberships.members(*group).to_vec(),
        // A group that the scenario makes is empty today.
        Who::MembersOf(_) => Vec::new(),
        Who::Rule(text) => by_rule(&snapshot.users, baseline, text),
    };
    users.retain(|user| user.get() < snapshot.users.len() && fits(user));
    users
}

fn by_rule(users: &Users, baseline: &Baseline, text: &crate::directory::RuleText) -> Vec<UserIndex> {
    let compiled = rule::compile_with(&text.text, &text.origin, &baseline.policy.readings).value;
    let Some(checked) = compiled else { return Vec::new() };
    RuleSet::compile(users, &[checked]).members(rows::instant(baseline.today)).pop().unwrap_or_default()
}

/// The services of which each user has a plan today, as bits in the order of `SERVICES`.
fn services(baseline: &Baseline, today: &Today, catalog: &Catalog) -> Vec<u8> {
    let snapshot = &baseline.snapshot;
    let bits = |sku: crate::directory::SkuIndex, disabled: &[Box<str>]| -> u8 {
        let plans = catalog.sku(&snapshot.sku(sku).sku_id).map_or(&[][..], |sku| &sku.service_plans[..]);
        let on = plans.iter().filter(|plan| !disabled.iter().any(|id| id.eq_ignore_ascii_case(&plan.id)));
        let mut bits = 0;
        for plan in on.filter(|plan| !NO_DATA.contains(&&*plan.name)) {
            for (at, (_, beginnings)) in SERVICES.iter().enumerate() {
                bits |= u8::from(beginnings.iter().any(|beginning| plan.name.starts_with(beginning))) << at;
            }
        }
        bits
    };
    let whole: Vec<u8> = snapshot.sku_indexes().map(|sku| bits(sku, &[])).collect();
    let of_path = |path: &crate::licensing::Path| match path.source {
        _ if !path.state.holds_seat() => 0,
        Source::Direct => whole[path.sku.get()],
        Source::Bundle(bundle) => {
            let licenses = &snapshot.group(today.group_of(bundle)).licenses;
            let given = licenses.iter().filter(|license| license.sku == path.sku);
            given.fold(0, |all, license| {
                let own = if license.disabled_plans.is_empty() {
                    whole[path.sku.get()]
                } else {
                    bits(path.sku, &license.disabled_plans)
                };
                all | own
            })
        }
    };
    let of_user = |user: UserIndex| today.ledger.paths(user.0).iter().fold(0, |all, path| all | of_path(path));
    snapshot.users.indexes().map(of_user).collect()
}
