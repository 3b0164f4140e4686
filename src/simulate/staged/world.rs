//! A world in which an administrator changes something. In: a plain world, a script. Out: its rules beside those of today, the
//! tables that hold between one step and the next, acts on people. Never: changes after it was made.

use std::collections::BTreeSet;

use super::epoch::{Rules, Step, Tables};
use super::script::Script;
use super::stage::{self, Newcomers, PlannedAct};
use crate::calendar;
use crate::directory::{Attribute, UserIndex};
use crate::licensing::{BundleIndex, EvaluatedRule, Ledger, Seeker, Today};
use crate::rule::{Checked, RuleSet};
use crate::scenario::{self, Baseline};
use crate::simulate::event::Slot;
use crate::simulate::people::People;
use crate::simulate::rows::{self, FutureUsers};
use crate::simulate::settings::Settings;
use crate::simulate::world::World;

/// See the head of this file.
pub struct Staged<'a> {
    /// The same tenant without steps: its people, units and settings.
    pub plain: &'a World<'a>,
    /// Licensing today, settled.
    pub ledger: Ledger,
    /// Rules of followed groups, today's and planned ones, then those that only name a cohort.
    pub rules: RuleSet<'a>,
    /// The bundle of each rule that is a group's.
    pub rule_bundles: Vec<BundleIndex>,
    pub future: &'a FutureUsers,
    pub hire_slot: Option<usize>,
    pub enabled_slot: Option<usize>,
    /// What differs between somebody who joins and the exported user they are like.
    pub renewed_slots: Vec<usize>,
    /// Rules with `system.now`.
    pub clocked: Vec<usize>,
    /// What a mover takes from somebody else.
    pub moved_slots: Vec<usize>,
    /// What holds today, and after each of `steps`.
    pub tables: Vec<Tables>,
    pub steps: Vec<Step>,
    /// What happens to people by plan, in order of days.
    pub people_acts: Vec<PlannedAct>,
    pub newcomers: Vec<Newcomers>,
    /// Of each newcomer, in order.
    seekers: Vec<Seeker>,
    /// What waves are drawn by, of each model.
    pub names: Vec<u64>,
    /// Days on which a rule with `system.now` may change its answer for an exported user; ascending.
    pub clock: Vec<(u32, Slot)>,
}

/// The rules of followed groups that decide today, with their bundles.
fn simulated(today: &Today) -> impl Iterator<Item = (&EvaluatedRule, BundleIndex)> {
    today.memberships.rules().iter().filter_map(|rule| Some((rule, today.bundle_of(rule.group)?)))
}

/// The users that a staged world evaluates rules on.
pub fn staged_users(baseline: &Baseline, script: &Script, today: &Today, settings: &Settings) -> FutureUsers {
    let own = simulated(today).flat_map(|(rule, _)| rule.rule.attributes());
    let planned = script.rules.iter().map(|(rule, _)| rule).chain(&script.cohorts);
    let attributes: BTreeSet<Attribute> = own.chain(planned.flat_map(Checked::attributes)).cloned().collect();
    let attributes: Vec<Attribute> = attributes.into_iter().collect();
    let mut models = vec![&baseline.snapshot.users];
    models.extend(script.newcomers.iter().map(|newcomers| &newcomers.users));
    FutureUsers::planned(&models, &attributes, settings.today(), settings.horizon_days(), &script.values)
}

impl<'a> Staged<'a> {
    /// `future` are the staged users of the baseline of `plain`, for the same licensing and settings.
    pub fn new(plain: &'a World<'a>, script: &Script, today: &Today, future: &'a FutureUsers) -> Self {
        let baseline = plain.baseline;
        let simulated: Vec<(&EvaluatedRule, BundleIndex)> = simulated(today).collect();
        let mut checked: Vec<Checked> = simulated.iter().map(|(rule, _)| rule.rule.clone()).collect();
        checked.extend(script.rules.iter().map(|(rule, _)| rule).chain(&script.cohorts).cloned());
        let rules = RuleSet::compile(&future.users, &checked);
        let slot = |attribute: &Attribute| rules.slots().iter().position(|slot| slot == attribute);
        let mut rule_bundles: Vec<BundleIndex> = simulated.iter().map(|(_, bundle)| *bundle).collect();
        rule_bundles.extend(script.rules.iter().map(|(_, bundle)| *bundle));
        let mut staged = Staged {
            plain,
            ledger: today.ledger.clone(),
            hire_slot: slot(&Attribute::EmployeeHireDate),
            enabled_slot: slot(&Attribute::AccountEnabled),
            renewed_slots: [Attribute::EmployeeHireDate, Attribute::AccountEnabled].iter().filter_map(slot).collect(),
            clocked: (0..rule_bundles.len()).filter(|rule| rules.uses_clock(*rule)).collect(),
            moved_slots: baseline.assumptions.movers_change.iter().filter_map(slot).collect(),
            rule_bundles,
            tables: Vec::new(),
            steps: Vec::new(),
            people_acts: Vec::new(),
            newcomers: Vec::new(),
            names: Vec::new(),
            seekers: script.newcomers.iter().flat_map(|newcomers| stage::seekers(newcomers, baseline)).collect(),
            rules,
            future,
            clock: Vec::new(),
        };
        stage::set(&mut staged, script, today, simulated.len());
        staged.clock = staged.clock_of_exported();
        staged.ledger.share();
        staged
    }

    pub fn settings(&self) -> &Settings {
        self.plain.settings()
    }

    pub fn baseline(&self) -> &'a Baseline {
        self.plain.baseline
    }

    pub fn people(&self) -> &'a People {
        &self.plain.people
    }

    pub fn exported(&self) -> u32 {
        self.plain.exported()
    }

    /// What holds today.
    pub fn first(&self) -> &Tables {
        &self.tables[0]
    }

    /// What licensing knows of a model: an exported user or a newcomer.
    pub fn seeker(&self, model: Slot) -> Seeker {
        match model.checked_sub(self.exported()) {
            Some(newcomer) => self.seekers[newcomer as usize],
            None => self.ledger.seeker(model),
        }
    }

    /// What waves are drawn by: the id of an exported user; who joined later has none, and goes by the number of the slot.
    pub fn name_of(&self, slot: Slot) -> u64 {
        let named = self.names.get(slot as usize).filter(|_| slot < self.exported());
        named.copied().unwrap_or_else(|| joined_name(slot - self.exported()))
    }

    pub fn rules(&self) -> Rules<'_> {
        Rules { set: &self.rules, bundles: &self.rule_bundles }
    }

    /// Days in `after..=horizon` on which the rules with `system.now` may change their answer for a row.
    pub fn clock_days(&self, row: &[u32], after: u32) -> BTreeSet<u32> {
        let (today, horizon) = (self.settings().today(), self.settings().horizon_days());
        let mut days = BTreeSet::new();
        for change in self.clocked.iter().flat_map(|rule| self.rules.clock_changes(*rule, row)) {
            // A change shows on the first midnight at or after it, or, where its own instant still belongs to the old answer,
            // on the midnight after that.
            let seconds = (change - rows::instant(today)).num_seconds();
            let first = seconds.max(0).div_euclid(86_400) + i64::from(seconds.max(0).rem_euclid(86_400) > 0);
            let shown = (first..=first + 1).filter_map(|day| u32::try_from(day).ok());
            days.extend(shown.filter(|day| *day > after && *day <= horizon));
        }
        days
    }

    fn clock_of_exported(&self) -> Vec<(u32, Slot)> {
        if self.clocked.is_empty() {
            return Vec::new();
        }
        let users = self.baseline().snapshot.users.indexes();
        let days = |UserIndex(user)| self.clock_days(self.first().row(user), 0).into_iter().map(move |day| (day, user));
        let mut clock: Vec<(u32, Slot)> = users.flat_map(days).collect();
        clock.sort_unstable();
        clock
    }

    pub fn midnight(&self, day: u32) -> chrono::DateTime<chrono::Utc> {
        rows::instant(calendar::after(self.settings().today(), day))
    }
}

/// What waves are drawn by of the person who joined as number `joined`, from 0.
pub fn joined_name(joined: u32) -> u64 {
    scenario::key(&format!("joined {joined}"))
}
