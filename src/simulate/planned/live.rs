//! One person on one day of planned changes. In: a person, a step. Out: the person after it. Never: a seat, or chance.

use chrono::{DateTime, Utc};

use super::script::Who;
use super::stage::{Edit, Stage, Step};
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Ledger, Target};
use crate::rule::RuleSet;
use crate::scenario::{self, Wave};
use crate::simulate::direct::DirectLists;
use crate::simulate::event::Slot;
use crate::simulate::person::{Person, Persons};
use crate::simulate::profile::{Kinds, PatternId, Profiles};

/// A person as an edit sees them.
#[derive(Clone, Debug)]
pub struct Someone {
    pub person: Person,
    /// Bundles of paused groups.
    pub kept: Target,
    /// Bundles by rules that read service plans, which no change of the day asks.
    pub plans: Target,
    /// The codes of the attributes that rules compare with the clock, by slot.
    pub codes: Vec<(usize, u32)>,
    /// The number of an exported user; of nobody else.
    pub exported: Option<Slot>,
    /// What waves are drawn by; 0 where no wave is.
    pub name: u64,
}

impl Someone {
    pub fn of(persons: &Persons, slot: Slot) -> Self {
        Self {
            person: persons.get(slot),
            kept: persons.kept(slot),
            plans: persons.plans(slot),
            codes: persons.codes(slot).collect(),
            exported: None,
            name: 0,
        }
    }

    fn in_wave(&self, wave: &Wave) -> bool {
        if *wave == Wave::WHOLE {
            return true;
        }
        let lot = scenario::lot(wave.key, self.name);
        wave.from <= lot && lot < wave.to
    }
}

/// What it takes to know what a change makes of a person: rules, and the memory of a thread.
pub struct Lens<'l> {
    pub rules: &'l RuleSet<'l>,
    pub kinds: &'l Kinds,
    pub profiles: &'l mut Profiles,
    pub ledger: &'l mut Ledger,
    pub direct: &'l mut DirectLists,
    pub row: &'l mut Vec<u32>,
    /// The SKUs of each bundle as bits once the step is done.
    pub bits: &'l [u64],
    pub words: usize,
}

/// A list with an item more, or without it.
fn put(list: &mut Vec<BundleIndex>, item: BundleIndex, member: bool) {
    match (list.binary_search(&item), member) {
        (Err(at), true) => list.insert(at, item),
        (Ok(at), false) => drop(list.remove(at)),
        _ => {}
    }
}

impl Lens<'_> {
    /// The bundles by rules that do not look at the clock, at a stage.
    pub fn still(&mut self, stage: usize, someone: &Someone) -> Target {
        self.profiles.target_at(stage, someone.person.profile, (self.kinds, self.rules), self.ledger)
    }

    pub fn rewrite(&mut self, someone: &mut Someone, set: &[(usize, u32)], pattern: PatternId) {
        let profile = someone.person.profile;
        someone.person.profile = self.profiles.apply(profile, pattern, (self.kinds, self.rules), self.ledger);
        for (slot, code) in &mut someone.codes {
            if let Some((_, new)) = set.iter().find(|(other, _)| other == slot) {
                *code = *new;
            }
        }
    }

    pub fn holds(&mut self, rule: usize, someone: &Someone, now: DateTime<Utc>) -> bool {
        if !self.rules.uses_clock(rule) {
            return self.profiles.holds(rule, someone.person.profile, (self.kinds, self.rules));
        }
        self.profiles.row(self.kinds, someone.person.profile, self.row);
        someone.codes.iter().for_each(|(slot, code)| self.row[*slot] = *code);
        self.rules.holds_row(rule, self.row, now)
    }

    /// The bundles by rules that look at the clock.
    pub fn clock(&mut self, clocked: &[(usize, BundleIndex)], someone: &Someone, now: DateTime<Utc>) -> Target {
        if clocked.is_empty() {
            return Target::NOTHING;
        }
        let mut bundles: Vec<BundleIndex> = Vec::new();
        for (rule, bundle) in clocked {
            if self.holds(*rule, someone, now) {
                bundles.push(*bundle);
            }
        }
        bundles.sort_unstable();
        bundles.dedup();
        self.ledger.target(&bundles)
    }

    /// All bundles that somebody has at a stage.
    pub fn target(&mut self, stage: usize, someone: &Someone) -> Target {
        let still = self.still(stage, someone);
        let by_rules = self.ledger.union(still, someone.person.clock);
        let by_rules = self.ledger.union(by_rules, someone.kept);
        let by_rules = self.ledger.union(by_rules, someone.plans);
        self.ledger.union(by_rules, someone.person.assigned)
    }

    /// `groups` are all that somebody is in.
    pub fn is(&mut self, someone: &Someone, who: &Who, groups: Target, now: DateTime<Utc>) -> bool {
        match who {
            Who::Everybody => true,
            Who::Users(users) => someone.exported.is_some_and(|slot| users.binary_search(&slot).is_ok()),
            Who::Rule(rule) => self.holds(*rule, someone, now),
            Who::MembersOf(bundle) => self.ledger.bundles_in(groups).binary_search(bundle).is_ok(),
        }
    }

    /// Lives through a step from stage `before` to `after`. Whoever looks at the clock was asked on the day before.
    pub fn live(&mut self, someone: &mut Someone, step: &Step, (before, after): (usize, &Stage), now: DateTime<Utc>) {
        let groups = self.target(before, someone);
        let mut kept = self.ledger.bundles_in(someone.kept).to_vec();
        for (bundle, rule) in &step.paused {
            let by_rule = match self.rules.uses_clock(*rule) {
                true => someone.person.clock,
                false => self.still(before, someone),
            };
            if self.ledger.bundles_in(by_rule).binary_search(bundle).is_ok() {
                put(&mut kept, *bundle, true);
            }
        }
        let mut rewritten: Vec<usize> = Vec::new();
        for edit in &step.edits {
            if let Edit::Rewrite { who, set, pattern } = edit
                && self.is(someone, who, groups, now)
            {
                self.rewrite(someone, set, *pattern);
                rewritten.extend(set.iter().map(|(slot, _)| *slot));
            }
        }
        self.begin(someone, step, &mut kept);
        someone.kept = self.ledger.target(&kept);
        self.look_at_clock(someone, step, after, &rewritten, now);
        self.join_and_leave(someone, step, before + 1, now);
    }

    /// Rules that begin to decide let those go whom nobody but an administrator had put in.
    fn begin(&mut self, someone: &mut Someone, step: &Step, kept: &mut Vec<BundleIndex>) {
        if step.begun.is_empty() {
            return;
        }
        let mut assigned = self.ledger.bundles_in(someone.person.assigned).to_vec();
        for begun in &step.begun {
            if begun.assigned {
                put(&mut assigned, begun.bundle, false);
            }
            if begun.decides {
                put(kept, begun.bundle, false);
            }
        }
        someone.person.assigned = self.ledger.target(&assigned);
    }

    /// Asks the rules with `system.now` that begin to decide or name what was rewritten; the others answer as on the day before.
    fn look_at_clock(
        &mut self,
        someone: &mut Someone,
        step: &Step,
        after: &Stage,
        rewritten: &[usize],
        now: DateTime<Utc>,
    ) {
        if after.clocked.is_empty() && step.unclocked.is_empty() {
            return;
        }
        let mut bundles = self.ledger.bundles_in(someone.person.clock).to_vec();
        step.unclocked.iter().for_each(|bundle| put(&mut bundles, *bundle, false));
        for (rule, bundle) in &after.clocked {
            let begun = step.begun.iter().any(|begun| begun.rule == *rule);
            let named = rewritten.iter().any(|slot| self.rules.rules_naming(*slot).binary_search(rule).is_ok());
            if begun || named {
                let member = self.holds(*rule, someone, now);
                put(&mut bundles, *bundle, member);
            }
        }
        someone.person.clock = self.ledger.target(&bundles);
    }

    fn join_and_leave(&mut self, someone: &mut Someone, step: &Step, stage: usize, now: DateTime<Utc>) {
        for edit in &step.edits {
            match edit {
                Edit::Members { bundle, who, wave, join } if someone.in_wave(wave) => {
                    let groups = self.target(stage, someone);
                    if self.is(someone, who, groups, now) {
                        let mut assigned = self.ledger.bundles_in(someone.person.assigned).to_vec();
                        put(&mut assigned, *bundle, *join);
                        someone.person.assigned = self.ledger.target(&assigned);
                    }
                }
                Edit::Direct { sku, who, wave, give, safely } if someone.in_wave(wave) => {
                    let groups = self.target(stage, someone);
                    if self.is(someone, who, groups, now) && (*give || !*safely || self.gives(groups, *sku)) {
                        someone.person.direct = self.direct.edit(someone.person.direct, *sku, *give);
                    }
                }
                _ => {}
            }
        }
        someone.person.target = self.target(stage, someone);
    }

    fn gives(&self, groups: Target, sku: SkuIndex) -> bool {
        let gives =
            |bundle: &BundleIndex| self.bits[bundle.get() * self.words + sku.get() / 64] >> (sku.get() % 64) & 1 == 1;
        self.ledger.bundles_in(groups).iter().any(gives)
    }
}
