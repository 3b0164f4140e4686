//! What a rule change does today, before anybody saves it. In: a baseline, the groups whose rule changes, the new rule. Out:
//! who joins and leaves, and seats, waiting users and money by SKU, before and after. Never: looks past today.
//!
//! A person who satisfies both rules stays: no gap for an edit (register A25). How many that are is told, because under the
//! other reading they lose the group, and its licences, until the new rule is processed.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnosed;
use crate::directory::{GroupIndex, Membership, ProcessingState, RuleText, SkuIndex, UserIndex};
use crate::licensing::Today;
use crate::money::Money;
use crate::rule::{self, Checked};
use crate::scenario::Baseline;

use super::rows;
use super::run::today;

/// The effect of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// Users who become a member of at least one of the groups, and users who cease to be; ascending.
    pub joining: Vec<UserIndex>,
    pub leaving: Vec<UserIndex>,
    /// Members before and after: without the group for a time, if an edit empties it first.
    pub staying: Vec<UserIndex>,
    /// SKUs on which anything changes.
    pub skus: Vec<SkuChange>,
    /// Why, the most people first; nobody stands in two. Those whom no clause moved (an old rule that was not evaluated) come
    /// last, without one.
    pub causes: Vec<Cause>,
}

/// Users whom the same clauses make join, or leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub joins: bool,
    /// In a sentence; `None` where no rule decided before.
    pub clauses: Option<String>,
    /// Ascending.
    pub users: Vec<UserIndex>,
    /// What they have at these clauses, and how many of them; the most first.
    pub values: Vec<(String, u32)>,
}

/// One SKU, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuChange {
    pub sku: SkuIndex,
    pub seated: (u32, u32),
    pub waiting: (u32, u32),
    pub blocked: (u32, u32),
    /// Users who wait after the change and did not before.
    pub newly_waiting: Vec<UserIndex>,
    /// What the change of demand (seated and waiting) costs a month; `None` without a price.
    pub monthly: Option<Money>,
}

impl RuleChange {
    /// The other reading of A25: all members leave first, and those of the new rule join after that.
    pub fn empty_first(&mut self) {
        for users in [&mut self.joining, &mut self.leaving] {
            users.extend_from_slice(&self.staying);
            users.sort_unstable();
        }
        self.staying.clear();
    }
}

/// The same baseline with another rule on some groups.
pub fn with_rule(baseline: &Baseline, groups: &[GroupIndex], rule: &RuleText) -> Baseline {
    let mut changed = baseline.clone();
    for group in groups {
        changed.snapshot.groups[group.get()].membership =
            Membership::Dynamic { rule: Some(rule.clone()), state: ProcessingState::On };
    }
    changed
}

/// Settles today with the old rule and with the new one. `None` where today cannot be settled.
pub fn rule_change(
    baseline: &Baseline,
    catalog: &Catalog,
    groups: &[GroupIndex],
    rule: &RuleText,
) -> Diagnosed<Option<RuleChange>> {
    let mut findings = Vec::new();
    let before = today(baseline, catalog).into_value(&mut findings);
    let changed = with_rule(baseline, groups, rule);
    // The findings of the second run are those of the first, but for the rule itself, which the caller has checked.
    let after = today(&changed, catalog).value;
    let (Some(before), Some(after)) = (before, after) else { return Diagnosed::new(None, findings) };
    let (old, new) = (members(&before, groups), members(&after, groups));
    let skus = baseline.snapshot.sku_indexes().filter_map(|sku| sku_change(baseline, &before, &after, sku)).collect();
    let (joining, leaving) = (without(&new, &old), without(&old, &new));
    let staying = without(&old, &leaving);
    let causes = causes(baseline, groups, rule, [(&joining, true), (&leaving, false)]);
    Diagnosed::new(Some(RuleChange { joining, leaving, staying, skus, causes }), findings)
}

/// Whether people join, and by which clauses.
type Why = (bool, Option<String>);

fn causes(
    baseline: &Baseline,
    groups: &[GroupIndex],
    edited: &RuleText,
    moved: [(&Vec<UserIndex>, bool); 2],
) -> Vec<Cause> {
    let (users, now) = (&baseline.snapshot.users, rows::instant(baseline.today));
    let compiled = |text: &RuleText| rule::compile_with(&text.text, &text.origin, &baseline.policy.readings).value;
    let old: Vec<Checked> =
        groups.iter().filter_map(|group| compiled(baseline.snapshot.group(*group).rule()?)).collect();
    let Some(new) = compiled(edited) else { return Vec::new() };
    let mut found: BTreeMap<Why, (Vec<UserIndex>, BTreeMap<String, u32>)> = BTreeMap::new();
    for (moved, joins) in moved {
        for index in moved {
            let user = users.record(*index);
            let cause = old.iter().find_map(|old| {
                let found = rule::difference(old, &new, &user, now)?;
                (new.decide(&user, now) == Some(joins)).then_some(found)
            });
            let sentence = cause.as_ref().map(|cause| cause.sentence(joins));
            let (users, values) = found.entry((joins, sentence)).or_default();
            users.push(*index);
            if let Some(cause) = cause {
                *values.entry(cause.values()).or_default() += 1;
            }
        }
    }
    let mut causes: Vec<Cause> = Vec::with_capacity(found.len());
    for ((joins, clauses), (users, values)) in found {
        let mut values: Vec<(String, u32)> = values.into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        causes.push(Cause { joins, clauses, users, values });
    }
    let order = |cause: &Cause| (!cause.joins, cause.clauses.is_none(), std::cmp::Reverse(cause.users.len()));
    causes.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.clauses.cmp(&b.clauses)));
    causes
}

fn members(today: &Today, groups: &[GroupIndex]) -> Vec<UserIndex> {
    let mut members: Vec<UserIndex> =
        groups.iter().flat_map(|group| today.memberships.members(*group).iter().copied()).collect();
    members.sort_unstable();
    members.dedup();
    members
}

fn without(these: &[UserIndex], those: &[UserIndex]) -> Vec<UserIndex> {
    these.iter().filter(|user| those.binary_search(user).is_err()).copied().collect()
}

fn sku_change(baseline: &Baseline, before: &Today, after: &Today, sku: SkuIndex) -> Option<SkuChange> {
    let (old, new) = (&before.ledger, &after.ledger);
    let seated = (old.assigned(sku), new.assigned(sku));
    let waiting = (old.waiting(sku), new.waiting(sku));
    let blocked = (old.blocked(sku), new.blocked(sku));
    let mut queue = old.queue(sku);
    queue.sort_unstable();
    let newly = new.queue(sku).into_iter().filter(|user| queue.binary_search(user).is_err()).map(UserIndex);
    let newly_waiting: Vec<UserIndex> = newly.collect();
    if seated.0 == seated.1 && waiting.0 == waiting.1 && blocked.0 == blocked.1 && newly_waiting.is_empty() {
        return None;
    }
    let price = baseline.prices.on(&baseline.snapshot.sku(sku).sku_id, baseline.today);
    let demand = |pick: fn((u32, u32)) -> u32| i64::from(pick(seated)) + i64::from(pick(waiting));
    let more = demand(|pair| pair.1) - demand(|pair| pair.0);
    let monthly = price.and_then(|price| {
        let minor = price.effective_minor()?.checked_mul(more)?;
        Some(Money { minor, currency: price.currency })
    });
    Some(SkuChange { sku, seated, waiting, blocked, newly_waiting, monthly })
}
