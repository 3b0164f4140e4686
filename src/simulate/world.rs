//! Everything that is the same in every replication. In: a baseline, licensing as it stands today, a plan. Out: people, lists,
//! dated supply and stages that a replication reads. Never: changes after it was made.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::by_plans::{self, ByPlans};
use super::direct::DirectLists;
use super::entitlements::{Entitlements, bundle_bits};
use super::event::Slot;
use super::people::People;
use super::person::{Joiner, Person, persons};
use super::planned::{self, Plan, Script, Stage};
use super::profile::{Kinds, PatternId, Profiles};
use super::rows::{self, FutureUsers};
use super::settings::Settings;
use crate::calendar;
use crate::directory::{Attribute, Column, GroupIndex, SkuIndex, UserIndex};
use crate::licensing::{BundleIndex, EvaluatedRule, Ledger, OrderPolicy, Seeker, Target, Today};
use crate::lists::Ragged;
use crate::rule::{Checked, RuleSet};
use crate::scenario::Baseline;

const NANOSECONDS_A_DAY: i64 = 86_400_000_000_000;

/// The units of a SKU that can be assigned from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapacityChange {
    pub day: u32,
    pub sku: SkuIndex,
    pub units: u32,
}

/// See the head of this file.
pub struct World<'a> {
    pub baseline: &'a Baseline,
    settings: &'a Settings,
    pub script: &'a Script,
    pub people: People,
    /// Licensing today, settled.
    pub ledger: Ledger,
    /// The rules of followed groups, today's and planned ones, then those that only say whom a change is about.
    pub rules: RuleSet<'a>,
    pub future: &'a FutureUsers,
    pub kinds: Kinds,
    pub profiles: Profiles,
    /// The rules that read service plans, and follow licences within a replication.
    pub by_plans: ByPlans,
    /// SKUs assigned directly today, by user, and the distinct lists of them.
    pub direct: Ragged<SkuIndex>,
    pub direct_lists: DirectLists,
    /// The bundle of each group that people join by themselves, in the order of `people.eligible`.
    pub eligible: Vec<BundleIndex>,
    /// What becoming disabled or enabled changes, where any rule asks.
    pub enabling: Option<[PatternId; 2]>,
    /// What differs between somebody who joins on a day and whoever they are like, by day.
    pub joining: Vec<PatternId>,
    pub moved_slots: Vec<usize>,
    /// Whether a move changes an attribute that rules compare with the clock.
    pub moves_clock: bool,
    /// Whether a rule that looks at the clock names an attribute that a move changes, and `accountEnabled`.
    pub clock_reads_moved: bool,
    pub clock_reads_enabled: bool,
    pub hire_slot: Option<usize>,
    joiner_assigned: BTreeMap<Target, Target>,
    /// What everybody is like who joins like a model, until a plan changes something; empty where that depends on the day.
    pub joiners: Vec<Joiner>,
    /// Whether members come and go by a rule, by bundle: nobody can take them out.
    pub dynamic: Vec<bool>,
    /// Rules with `system.now`, of today and of every stage, with the bundle of each.
    pub clocked: Vec<(usize, BundleIndex)>,
    /// The days on which such a rule may change its answer for somebody who joins on a day, by day; `None` where that depends
    /// on more than the day.
    pub joiner_ticks: Option<Vec<Box<[u32]>>>,
    pub words: usize,
    /// Whether the order of grants is drawn anew in each replication, and whether a move may change somebody's class in it.
    pub random_order: bool,
    pub moves_class: bool,
    /// Days on which a rule with `system.now` may change its answer for an exported user; ascending.
    pub clock: Vec<(u32, Slot)>,
    /// Ascending; none on day 0, whose units the ledger has.
    pub capacity_changes: Vec<CapacityChange>,
    /// Days of the points from today, ascending; the first is 0.
    pub points: Vec<u32>,
    /// Today, and what planned changes make of it.
    pub plan: Plan,
}

/// The rules of followed groups, which decide about seats, with their bundles.
fn simulated(today: &Today) -> impl Iterator<Item = (&EvaluatedRule, BundleIndex)> {
    today.memberships.rules().iter().filter_map(|rule| Some((rule, today.bundle_of(rule.group)?)))
}

/// The users that a world of this baseline evaluates rules on.
pub fn future_users(baseline: &Baseline, today: &Today, settings: &Settings, script: &Script) -> FutureUsers {
    let own = simulated(today).flat_map(|(rule, _)| rule.rule.attributes());
    let planned = script.rules.iter().map(|(rule, _)| rule).chain(&script.cohorts);
    let staged = by_plans::staged(today, script);
    let by_plans = staged.iter().flat_map(|(rule, _)| rule.rule.attributes());
    let named = own.chain(planned.flat_map(Checked::attributes)).chain(by_plans);
    let attributes: BTreeSet<Attribute> = named.cloned().collect();
    let attributes: Vec<Attribute> = attributes.into_iter().collect();
    let mut models = vec![&baseline.snapshot.users];
    models.extend(script.newcomers.iter().map(|newcomers| &newcomers.users));
    FutureUsers::new(&models, &attributes, settings.today(), settings.horizon_days(), &script.values)
}

impl<'a> World<'a> {
    /// `future` are the users of the baseline for the same licensing, settings and script.
    pub fn new(
        baseline: &'a Baseline,
        today: &Today,
        future: &'a FutureUsers,
        settings: &'a Settings,
        script: &'a Script,
    ) -> Self {
        let snapshot = &baseline.snapshot;
        let simulated: Vec<(&EvaluatedRule, BundleIndex)> = simulated(today).collect();
        let mut checked: Vec<Checked> = simulated.iter().map(|(rule, _)| rule.rule.clone()).collect();
        checked.extend(script.rules.iter().map(|(rule, _)| rule).chain(&script.cohorts).cloned());
        // They are asked by other means, of people whose profile tells their attributes apart.
        let staged_rules = by_plans::staged(today, script);
        checked.extend(staged_rules.iter().map(|(rule, _)| rule.rule.clone()));
        let rules = RuleSet::compile(&future.users, &checked);
        let slot = |attribute: &Attribute| rules.slots().iter().position(|slot| slot == attribute);
        let moved_slots: Vec<usize> = baseline.assumptions.movers_change.iter().filter_map(slot).collect();
        let own: Vec<BundleIndex> = simulated.iter().map(|(_, bundle)| *bundle).collect();
        let all = own.iter().copied().chain(script.rules.iter().map(|(_, bundle)| *bundle));
        let clocked: Vec<(usize, BundleIndex)> = all.enumerate().filter(|(rule, _)| rules.uses_clock(*rule)).collect();
        let clocked_today: Vec<(usize, BundleIndex)> =
            clocked.iter().copied().filter(|(rule, _)| *rule < own.len()).collect();
        let by_clock = clocked_today.iter().map(|(_, bundle)| *bundle).collect();
        let by_plans = staged_rules.iter().map(|(_, bundle)| *bundle).collect();
        let entitlements = Entitlements::new(snapshot, today, &simulated, &by_clock, &by_plans, script);
        let mut kinds = Kinds::new(&rules, &own);
        let mut ledger = today.ledger.clone();
        let mut profiles = Profiles::default();
        let mut direct_lists = DirectLists::default();
        let parts = (&rules, &kinds, future);
        let persons = persons(parts, &entitlements, &mut profiles, &mut ledger, &mut direct_lists);
        let (enabling, joining) = starts(&rules, &mut kinds, future, settings);
        let people = People::new(snapshot, &baseline.assumptions, settings.points());
        let eligible = people.eligible.iter();
        let eligible = eligible.filter_map(|group| today.bundle_of(GroupIndex(group.group as u32))).collect();
        let clock_reads = |slot: &usize| rules.rules_naming(*slot).iter().any(|rule| rules.uses_clock(*rule));
        let words = snapshot.skus.len().div_ceil(64);
        let bundles = 0..today.terms.bundle_count();
        let mut world = World {
            baseline,
            settings,
            script,
            ledger,
            kinds,
            profiles,
            by_plans: ByPlans::new(&staged_rules, baseline, settings.horizon_days()),
            enabling,
            joining,
            hire_slot: slot(&Attribute::EmployeeHireDate),
            moves_clock: rules.clock_slots().iter().any(|slot| moved_slots.contains(slot)),
            clock_reads_moved: moved_slots.iter().any(clock_reads),
            clock_reads_enabled: slot(&Attribute::AccountEnabled).iter().any(clock_reads),
            moved_slots,
            clocked,
            joiner_ticks: None,
            words,
            random_order: today.order == OrderPolicy::Random,
            moves_class: moves_class(baseline, &today.order),
            joiner_assigned: BTreeMap::new(),
            joiners: Vec::new(),
            dynamic: bundles
                .map(|bundle| snapshot.group(today.group_of(BundleIndex(bundle as u32))).is_dynamic())
                .collect(),
            direct: entitlements.direct,
            direct_lists,
            eligible,
            people,
            rules,
            future,
            clock: Vec::new(),
            capacity_changes: capacity_changes(baseline, settings),
            points: settings.points().iter().map(|day| calendar::days_between(settings.today(), *day)).collect(),
            plan: Plan::new(Stage::first(persons, clocked_today), bundle_bits(today, words), words),
        };
        planned::lay_out(&mut world, today, own.len());
        world.joiner_assigned = world.without_eligible();
        world.joiners = world.learn_joiners();
        world.profiles.share();
        world.joiner_ticks = world.ticks_of_joiners();
        world.clock = world.clock_of_exported();
        world.ledger.share();
        world
    }

    /// What becomes of everybody as a joiner, where that does not depend on the day: every thread would ask. Where it depends on the
    /// day by rules that look at the clock only, profiles are learnt all the same.
    fn learn_joiners(&mut self) -> Vec<Joiner> {
        let models = self.plan.stages[0].models.clone();
        let pattern = self.joining.first().copied().filter(|first| self.joining.iter().all(|other| other == first));
        let Some(pattern) = pattern else { return Vec::new() };
        let mut joiners = Vec::with_capacity(models.len());
        for like in 0..models.len() as Slot {
            let model = models.get(like);
            let of = (&self.kinds, &self.rules);
            let profile = self.profiles.apply(model.profile, pattern, of, &mut self.ledger);
            let by_rules = self.profiles.target(profile, of, &mut self.ledger);
            let assigned = self.joiner_assigned(model.assigned);
            let target = self.ledger.union(by_rules, assigned);
            let person = Person { profile, assigned, target, ..model };
            joiners.push(Joiner { person, seeker: self.seeker(like) });
        }
        // The day of hire is somebody's own where any rule compares it with the clock, be it only to say whom a change is about.
        let by_day = !self.clocked.is_empty() || !self.rules.clock_slots().is_empty();
        if by_day { Vec::new() } else { joiners }
    }

    /// What somebody who joins has of each list of assigned groups: groups that people join by themselves are joined by events
    /// of their own.
    fn without_eligible(&mut self) -> BTreeMap<Target, Target> {
        let assigned: BTreeSet<Target> = self.plan.stages.iter().flat_map(Stage::assigned).collect();
        let mut left = BTreeMap::new();
        for target in assigned {
            let own = |bundle: &BundleIndex| !self.eligible.contains(bundle);
            let bundles: Vec<BundleIndex> = self.ledger.bundles_in(target).iter().copied().filter(own).collect();
            left.insert(target, self.ledger.target(&bundles));
        }
        left
    }

    fn ticks_of_joiners(&self) -> Option<Vec<Box<[u32]>>> {
        let depends = self.rules.clock_slots().iter().any(|slot| Some(*slot) != self.hire_slot);
        let hire_slot = self.hire_slot.filter(|_| !depends)?;
        let mut row = vec![Column::NULL; self.rules.slots().len()];
        let ticks = |day: u32| {
            row[hire_slot] = self.future.hired_on(day);
            self.clock_days(&row, day).into_iter().collect()
        };
        Some((0..=self.settings.horizon_days()).map(ticks).collect())
    }

    pub fn settings(&self) -> &Settings {
        self.settings
    }

    /// The assigned groups of somebody who joins, like somebody with these.
    pub fn joiner_assigned(&self, assigned: Target) -> Target {
        self.joiner_assigned.get(&assigned).copied().unwrap_or(assigned)
    }

    /// What licensing knows of a model: an exported user or a newcomer.
    pub fn seeker(&self, model: Slot) -> Seeker {
        match model.checked_sub(self.exported()) {
            Some(newcomer) => self.plan.seekers[newcomer as usize],
            None => self.ledger.seeker(model),
        }
    }

    pub fn midnight(&self, day: u32) -> DateTime<Utc> {
        rows::instant(calendar::after(self.settings.today(), day))
    }

    pub fn exported(&self) -> u32 {
        self.baseline.snapshot.users.len() as u32
    }

    pub fn sku_count(&self) -> usize {
        self.baseline.snapshot.skus.len()
    }

    /// Days in `after..=horizon` on which the rules with `system.now` may change their answer for a row.
    pub fn clock_days(&self, row: &[u32], after: u32) -> BTreeSet<u32> {
        let (today, horizon) = (self.settings.today(), self.settings.horizon_days());
        let mut days = BTreeSet::new();
        for change in self.clocked.iter().flat_map(|(rule, _)| self.rules.clock_changes(*rule, row)) {
            // A day is evaluated at its midnight: a change shows on the first midnight at or after its instant.
            let Some(passed) = (change - rows::instant(today)).num_nanoseconds() else { continue };
            let day = passed.div_euclid(NANOSECONDS_A_DAY) + i64::from(passed.rem_euclid(NANOSECONDS_A_DAY) > 0);
            days.extend(u32::try_from(day).ok().filter(|day| *day > after && *day <= horizon));
        }
        days
    }

    fn clock_of_exported(&self) -> Vec<(u32, Slot)> {
        if self.clocked.is_empty() {
            return Vec::new();
        }
        let days =
            |user: UserIndex| self.clock_days(&self.rules.row(user), 0).into_iter().map(move |day| (day, user.0));
        let mut clock: Vec<(u32, Slot)> = self.baseline.snapshot.users.indexes().flat_map(days).collect();
        clock.sort_unstable();
        clock
    }
}

/// What becoming disabled or enabled changes, and what joining on a day does.
fn starts(
    rules: &RuleSet<'_>,
    kinds: &mut Kinds,
    future: &FutureUsers,
    settings: &Settings,
) -> (Option<[PatternId; 2]>, Vec<PatternId>) {
    let slot = |attribute: &Attribute| rules.slots().iter().position(|slot| slot == attribute);
    let (hire_slot, enabled_slot) = (slot(&Attribute::EmployeeHireDate), slot(&Attribute::AccountEnabled));
    let enabling =
        enabled_slot.map(|slot| [false, true].map(|enabled| kinds.pattern([(slot, future.enabled(enabled))])));
    let joining = (0..=settings.horizon_days())
        .map(|day| {
            let hired = hire_slot.map(|slot| (slot, future.hired_on(day)));
            kinds.pattern(hired.into_iter().chain(enabled_slot.map(|slot| (slot, future.enabled(true)))))
        })
        .collect();
    (enabling, joining)
}

fn moves_class(baseline: &Baseline, order: &OrderPolicy) -> bool {
    let OrderPolicy::Priority { attribute, .. } = order else { return false };
    baseline.assumptions.movers_change.iter().any(|moved| moved.graph_name() == *attribute)
}

fn capacity_changes(baseline: &Baseline, settings: &Settings) -> Vec<CapacityChange> {
    let end = calendar::after(settings.today(), settings.horizon_days());
    let mut changes = Vec::new();
    for (index, supply) in baseline.supplies.iter().enumerate() {
        let steps = supply.steps(settings.today(), end);
        changes.extend(steps.iter().filter(|step| step.day > settings.today()).map(|step| CapacityChange {
            day: calendar::days_between(settings.today(), step.day),
            sku: SkuIndex(index as u32),
            units: step.units.capacity(),
        }));
    }
    changes.sort_unstable();
    changes
}
