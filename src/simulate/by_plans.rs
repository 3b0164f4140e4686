//! Groups whose rules read `assignedPlans`, within a replication: who has which plans decides who is a member, and members get
//! plans. In: settled licences of a day. Out: other groups for those whose plans changed. Never: goes round a circle for ever.
//!
//! Licensing today settles the same rules in stages; a day of a replication has such stages too, but only people whose profile
//! or licences changed are asked. Plans that somebody lost count as gone, as they do today.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use foldhash::fast::FixedState;

use super::bridge::Reason;
use super::event::Slot;
use super::planned::{Script, What};
use super::profile::ProfileId;
use super::replication::Run;
use super::world::World;
use crate::calendar;
use crate::directory::{Attribute, GroupIndex, PrepaidUnits, User, Value};
use crate::licensing::{self, BundleIndex, EvaluatedRule, Holding, KeptReason, Target, Today};
use crate::rule::RuleSet;
use crate::scenario::Baseline;

/// The rules, and what is the same in every replication.
#[derive(Clone, Debug, Default)]
pub struct ByPlans {
    pub rules: Vec<(EvaluatedRule, BundleIndex)>,
    /// A rule looks at the clock as well: everybody is asked every day.
    pub every_day: bool,
    /// The units of every SKU from a day on, of which plans take their state; ascending, the first from today.
    units: Vec<(u32, Vec<PrepaidUnits>)>,
}

/// The rules that were settled in stages today, but for groups that a plan gives another rule or pauses: those stand.
pub fn staged<'t>(today: &'t Today, script: &Script) -> Vec<(&'t EvaluatedRule, BundleIndex)> {
    let kept = today.memberships.kept();
    let settled = |group: GroupIndex| {
        kept.iter().any(|kept| kept.group == group && matches!(kept.reason, KeptReason::Staged { .. }))
    };
    let touched = |bundle: BundleIndex| {
        script.acts.iter().any(|act| match &act.what {
            What::Rule { bundle: other, .. } | What::Processing { bundle: other, .. } => *other == bundle,
            _ => false,
        })
    };
    let rules = today.memberships.by_plans().iter().filter(|rule| settled(rule.group));
    rules
        .filter_map(|rule| Some((rule, today.bundle_of(rule.group)?)))
        .filter(|(_, bundle)| !touched(*bundle))
        .collect()
}

impl ByPlans {
    pub fn new(rules: &[(&EvaluatedRule, BundleIndex)], baseline: &Baseline, horizon: u32) -> Self {
        if rules.is_empty() {
            return Self::default();
        }
        let end = calendar::after(baseline.today, horizon);
        let steps = baseline.supplies.iter().flat_map(|supply| supply.steps(baseline.today, end));
        let mut days: Vec<u32> = steps.map(|step| calendar::days_between(baseline.today, step.day)).collect();
        days.push(0);
        days.sort_unstable();
        days.dedup();
        let units = |day: u32| {
            let on = calendar::after(baseline.today, day);
            (day, baseline.supplies.iter().map(|supply| supply.units_on(on)).collect())
        };
        Self {
            rules: rules.iter().map(|(rule, bundle)| ((*rule).clone(), *bundle)).collect(),
            every_day: rules.iter().any(|(rule, _)| rule.rule.uses_clock()),
            units: days.into_iter().map(units).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Which units hold on a day.
    fn version(&self, day: u32) -> usize {
        self.units.partition_point(|(from, _)| *from <= day).saturating_sub(1)
    }
}

/// What somebody is to these rules: a profile, and what the person has.
type Key = (ProfileId, Holding, usize);

/// What a thread remembers.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    known: HashMap<Key, Target, FixedState>,
    /// For whom they were asked last, by slot.
    last: Vec<Option<Key>>,
}

impl Asked {
    /// Begins a replication. Numbers of sets hold as long as groups give what they give.
    pub fn begin(&mut self, slots: usize, forget: bool) {
        if forget {
            self.known.clear();
        }
        self.last.clear();
        self.last.resize(slots, None);
    }

    pub fn forget(&mut self) {
        self.known.clear();
    }
}

impl Run<'_, '_> {
    /// Settles a day; where rules read plans, stage by stage until nobody's groups change. True where they never do: whoever
    /// goes round in a circle stays where the last stage left them.
    pub(super) fn settle_in_stages(&mut self, day: u32) -> bool {
        self.settle(day);
        if self.world.by_plans.is_empty() {
            return false;
        }
        for _ in 0..licensing::STAGES_MAX {
            if !self.ask(day) {
                return false;
            }
            self.settle(day);
        }
        true
    }

    /// Asks the rules for everybody whose profile or licences are others than when they were asked last. True when somebody's
    /// groups change.
    fn ask(&mut self, day: u32) -> bool {
        let world = self.world;
        let version = world.by_plans.version(day);
        let mut changed = false;
        for slot in 0..self.scratch.gone.len() as Slot {
            let joined = slot >= world.exported();
            if self.scratch.gone[slot as usize] || (joined && !self.scratch.here[slot as usize]) {
                continue;
            }
            let person = self.scratch.persons.get(slot);
            let holding = self.scratch.ledger.holding(slot).filter(|_| !world.by_plans.every_day);
            let key = holding.map(|holding| (person.profile, holding, version));
            if key.is_some() && self.scratch.asked.last[slot as usize] == key {
                continue;
            }
            self.scratch.asked.last[slot as usize] = key;
            let known = key.and_then(|key| self.scratch.asked.known.get(&key).copied());
            let target = known.unwrap_or_else(|| self.by_plans(slot, version, day));
            if let Some(key) = key {
                self.scratch.asked.known.insert(key, target);
            }
            if self.scratch.persons.plans(slot) != target {
                self.scratch.persons.set_plans(slot, target);
                self.put(slot, person, Some(Reason::Mover));
                changed = true;
            }
        }
        changed
    }

    fn by_plans(&mut self, slot: Slot, version: usize, day: u32) -> Target {
        let world = self.world;
        let row = self.row(slot);
        let units = &world.by_plans.units[version].1;
        let plans = licensing::assigned_plans(&self.scratch.ledger, slot, units);
        let record = record(world, &row).with(Attribute::AssignedPlans, Value::Plans(plans));
        let now: DateTime<Utc> = world.midnight(day);
        let holds = world.by_plans.rules.iter().filter(|(rule, _)| rule.rule.holds(&record, now));
        let mut bundles: Vec<BundleIndex> = holds.map(|(_, bundle)| *bundle).collect();
        bundles.sort_unstable();
        self.scratch.ledger.target(&bundles)
    }
}

/// The attributes that a row of codes stands for.
fn record(world: &World<'_>, row: &[u32]) -> User {
    let rules: &RuleSet<'_> = &world.rules;
    let mut values: BTreeMap<Attribute, Value> = BTreeMap::new();
    for (attribute, code) in rules.slots().iter().zip(row) {
        if let Some(column) = world.future.users.column(attribute) {
            values.insert(attribute.clone(), column.decode(*code).to_value());
        }
    }
    values.into_iter().fold(User::default(), |user, (attribute, value)| user.with(attribute, value))
}
