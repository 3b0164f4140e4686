//! Groups whose rules read `assignedPlans`: who is a member decides who has which plans, and plans decide who is a member. In:
//! licensing today with those groups as exported. Out: the same, settled stage by stage until no group changes. Never: goes
//! round a circle for ever; groups that stages turn on and off keep their exported members, and a finding names them.
//!
//! A stage gives every user the plans that follow from settled licences, evaluates the rules on them, and settles again. Plans
//! that a user lost stay on the account as `Deleted` for a while, of which no export tells: only plans that are there count.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ledger::Holding;
use super::{BundleIndex, EvaluatedRule, KeptReason, Ledger, PlanSource, Policy, Today};
use crate::diagnostic::{Code, Diagnostic};
use crate::directory::{
    AssignedPlan, Attribute, AttributeKind, Column, ColumnBuilder, GroupIndex, PrepaidUnits, Snapshot, UserIndex,
    Users, ValueRef,
};
use crate::rule::{Checked, RuleSet};

/// Rules that read plans and the licences that follow from them go round in a circle.
const CIRCLE: Code = Code("P204");

/// Stages after which groups that still change count as a circle.
pub const STAGES_MAX: usize = 50;

/// States of a plan, best first.
const STATES: [&str; 4] = ["Enabled", "Warning", "Suspended", "LockedOut"];

/// The members of each staged group, in the order of its rules.
type State = Vec<Vec<UserIndex>>;

/// See the head of this file.
pub(super) fn settle(snapshot: &Snapshot, policy: &Policy, today: &mut Today, findings: &mut Vec<Diagnostic>) {
    let exported = |rule: &EvaluatedRule| snapshot.group(rule.group).members_exported;
    let asked = policy.assigned_plans == PlanSource::Stages;
    let rules = today.memberships.by_plans().iter().filter(|rule| asked || !exported(rule));
    let mut rules: Vec<EvaluatedRule> = rules.cloned().collect();
    // Each turn of this loop but the last takes at least one rule out.
    while !rules.is_empty() {
        let circling = until_settled(snapshot, today, &rules);
        if circling.is_empty() {
            break;
        }
        findings.push(told(snapshot, &circling));
        rules.retain(|rule| circling.iter().all(|(group, _)| *group != rule.group));
        let stand = |(group, known): (GroupIndex, Vec<UserIndex>)| {
            let group_of = snapshot.group(group);
            let members = if group_of.members_exported { group_of.members.clone() } else { known };
            (group, members, KeptReason::Circle)
        };
        apply(today, circling.into_iter().map(stand).collect());
    }
}

fn told(snapshot: &Snapshot, circling: &[(GroupIndex, Vec<UserIndex>)]) -> Diagnostic {
    let names: Vec<&str> = circling.iter().map(|(group, _)| &*snapshot.group(*group).display_name).collect();
    let message = format!("rules that read service plans turn each other on and off: `{}`", names.join("`, `"));
    let licensed = |group: &GroupIndex| !snapshot.group(*group).licenses.is_empty();
    let unknown = |group: &GroupIndex| !snapshot.group(*group).members_exported && licensed(group);
    let origin = circling.first().map(|(group, _)| snapshot.group(*group).origin.clone()).unwrap_or_default();
    if circling.iter().any(|(group, _)| unknown(group)) {
        let help = "export the members of these groups, or let no rule ask for a plan that its own group gives";
        return Diagnostic::error(CIRCLE, format!("{message}, and no file lists their members")).at(&origin).help(help);
    }
    let help = "they keep their exported members; let no rule ask for a plan that its own group gives or takes away";
    Diagnostic::warning(CIRCLE, message).at(&origin).help(help)
}

/// Stages until no group changes. Out: the groups that go round in a circle, each with the members it has in all of it.
fn until_settled(snapshot: &Snapshot, today: &mut Today, rules: &[EvaluatedRule]) -> Vec<(GroupIndex, Vec<UserIndex>)> {
    let now = today.memberships.now();
    let checked: Vec<Checked> = rules.iter().map(|rule| rule.rule.clone()).collect();
    let mut seen: Vec<State> = vec![rules.iter().map(|rule| today.memberships.members(rule.group).to_vec()).collect()];
    for stage in 1..=STAGES_MAX {
        let users = with_plans(&snapshot.users, &checked, &today.ledger, &today.units);
        let state: State = RuleSet::compile(&users, &checked).members(now);
        let staged = KeptReason::Staged { stages: stage as u32 };
        let changes = rules.iter().zip(&state).map(|(rule, members)| (rule.group, members.clone(), staged.clone()));
        apply(today, changes.collect());
        if seen.last() == Some(&state) {
            return Vec::new();
        }
        let before = seen.iter().position(|earlier| *earlier == state);
        seen.push(state);
        if let Some(first) = before {
            return differing(rules, &seen[first + 1..]);
        }
    }
    differing(rules, &seen[STAGES_MAX / 2..])
}

/// The groups whose members are not the same in all of `states`, and the members that they have in each.
fn differing(rules: &[EvaluatedRule], states: &[State]) -> Vec<(GroupIndex, Vec<UserIndex>)> {
    let mut circling = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let mut members = states.iter().map(|state| &state[at]);
        let Some(first) = members.next() else { continue };
        if members.clone().all(|other| other == first) {
            continue;
        }
        let always = |user: &UserIndex| members.clone().all(|other| other.binary_search(user).is_ok());
        circling.push((rule.group, first.iter().copied().filter(always).collect()));
    }
    circling
}

/// Gives groups other members, and settles what follows.
fn apply(today: &mut Today, changes: Vec<(GroupIndex, Vec<UserIndex>, KeptReason)>) {
    let mut intents: BTreeMap<UserIndex, BTreeSet<BundleIndex>> = BTreeMap::new();
    for (group, members, reason) in changes {
        let after: BTreeSet<UserIndex> = members.iter().copied().collect();
        let before: BTreeSet<UserIndex> = today.memberships.members(group).iter().copied().collect();
        if let Some(bundle) = today.bundle_of(group) {
            for user in before.symmetric_difference(&after) {
                let settled = || today.ledger.bundles_of(user.0).into_iter().collect();
                let bundles = intents.entry(*user).or_insert_with(settled);
                if after.contains(user) {
                    bundles.insert(bundle)
                } else {
                    bundles.remove(&bundle)
                };
            }
        }
        today.memberships.replace(group, members, &reason);
    }
    if intents.is_empty() {
        return;
    }
    for (user, bundles) in intents {
        today.ledger.set_bundles(user.0, &bundles.into_iter().collect::<Vec<_>>());
    }
    // The rounds of a settlement are bounded; what is left then shows in the next stage.
    let _ = today.ledger.settle(0);
}

/// The users with the columns that `rules` name, and the plans of the ledger as `assignedPlans`.
fn with_plans(users: &Users, rules: &[Checked], ledger: &Ledger, units: &[PrepaidUnits]) -> Users {
    let named: BTreeSet<&Attribute> = rules.iter().flat_map(|rule| rule.attributes()).collect();
    let mut columns: BTreeMap<Attribute, Column> = BTreeMap::new();
    for attribute in named.into_iter().filter(|attribute| **attribute != Attribute::AssignedPlans) {
        if let Some(column) = users.column(attribute) {
            columns.insert(attribute.clone(), column.clone());
        }
    }
    let mut builder = ColumnBuilder::with_capacity(AttributeKind::Plans, users.len());
    let mut known: HashMap<Holding, u32> = HashMap::new();
    for user in users.indexes() {
        // Most users hold one of few sets of sources, whose plans are looked up once.
        let code = match ledger.whole(user.0) {
            Some(set) => *known
                .entry(set)
                .or_insert_with(|| builder.code(ValueRef::Plans(&assigned_plans(ledger, user.0, units)))),
            None => builder.code(ValueRef::Plans(&assigned_plans(ledger, user.0, units))),
        };
        builder.push_code(code);
    }
    columns.insert(Attribute::AssignedPlans, builder.finish());
    Users::new(users.len(), columns)
}

/// What `assignedPlans` of a user would hold: each plan once, in the best state that a SKU of the user gives it.
pub fn assigned_plans(ledger: &Ledger, user: u32, units: &[PrepaidUnits]) -> Vec<AssignedPlan> {
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for (sku, plan) in ledger.plans_by_sku_of(user) {
        let status = units.get(sku.get()).map_or(STATES[0], PrepaidUnits::capability_status);
        let state = STATES.iter().position(|state| *state == status).unwrap_or(0);
        states.entry(plan).and_modify(|best| *best = state.min(*best)).or_insert(state);
    }
    let plan = |(plan, state): (&str, usize)| AssignedPlan {
        service_plan_id: Some(plan.into()),
        service: None,
        capability_status: Some(STATES[state].into()),
    };
    states.into_iter().map(plan).collect()
}
