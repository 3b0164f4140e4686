//! Everything that is the same in every replication. In: a baseline, and licensing as it stands today. Out: rows, lists and
//! dated supply that a replication reads. Never: changes after it was made.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Slot;
use super::people::People;
use super::person::{Entitlements, Persons, persons};
use super::profile::{Kinds, PatternId, Profiles};
use super::rows::{self, FutureUsers};
use super::settings::Settings;
use crate::calendar;
use crate::directory::{Attribute, Column, GroupIndex, SkuIndex, Snapshot, UserIndex};
use crate::licensing::{BundleIndex, EvaluatedRule, Ledger, OrderPolicy, Source, Target, Today};
use crate::rule::RuleSet;
use crate::scenario::Baseline;

const NANOSECONDS_A_DAY: i64 = 86_400_000_000_000;

/// Lists of small numbers, one for each exported user, end to end.
#[derive(Clone, Debug, Default)]
pub struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Ord> Lists<T> {
    /// From (user, item) pairs in any order; each list is ascending and distinct.
    fn new(users: usize, mut pairs: Vec<(u32, T)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut ends = vec![0u32; users];
        pairs.iter().for_each(|(user, _)| ends[*user as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        Self { ends, items: pairs.into_iter().map(|(_, item)| item).collect() }
    }

    pub fn of(&self, user: Slot) -> &[T] {
        let start = if user == 0 { 0 } else { self.ends[user as usize - 1] };
        &self.items[start as usize..self.ends[user as usize] as usize]
    }
}

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
    pub people: People,
    /// Licensing today, settled.
    pub ledger: Ledger,
    /// The rules of licensed dynamic groups.
    pub rules: RuleSet<'a>,
    pub future: &'a FutureUsers,
    pub kinds: Kinds,
    pub profiles: Profiles,
    /// The exported users, in their order.
    pub persons: Persons,
    /// SKUs assigned directly, by user.
    pub direct: Lists<SkuIndex>,
    /// The distinct lists of them, by their numbers.
    pub direct_lists: Vec<Vec<SkuIndex>>,
    /// The bundle of each group that people join by themselves, in the order of `people.eligible`.
    pub eligible: Vec<BundleIndex>,
    /// What becoming disabled or enabled changes, where any rule asks.
    pub enabling: Option<[PatternId; 2]>,
    /// What differs between somebody who joins on a day and the exported user they are like, by day.
    pub joining: Vec<PatternId>,
    /// What a mover takes from an exported user, by user.
    pub moving: Vec<PatternId>,
    pub moved_slots: Vec<usize>,
    /// Whether a move changes an attribute that rules compare with the clock.
    pub moves_clock: bool,
    /// Whether a rule that looks at the clock names an attribute that a move changes, and `accountEnabled`.
    pub clock_reads_moved: bool,
    pub clock_reads_enabled: bool,
    pub hire_slot: Option<usize>,
    joiner_assigned: BTreeMap<Target, Target>,
    /// Rules with `system.now`, with the bundle of each.
    pub clocked: Vec<(usize, BundleIndex)>,
    /// The days on which such a rule may change its answer for somebody who joins on a day, by day; `None` where that depends
    /// on more than the day.
    pub joiner_ticks: Option<Vec<Box<[u32]>>>,
    /// The SKUs of each bundle as bits, `words` a bundle.
    bundle_bits: Vec<u64>,
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
}

/// The rules of licensed groups, which decide about seats, with their bundles.
fn simulated(today: &Today) -> impl Iterator<Item = (&EvaluatedRule, BundleIndex)> {
    today.memberships.rules().iter().filter_map(|rule| Some((rule, today.bundle_of(rule.group)?)))
}

/// The users that a world of this baseline evaluates rules on.
pub fn future_users(baseline: &Baseline, today: &Today, settings: &Settings) -> FutureUsers {
    let attributes: BTreeSet<Attribute> =
        simulated(today).flat_map(|(rule, _)| rule.rule.attributes().iter().cloned()).collect();
    let attributes: Vec<Attribute> = attributes.into_iter().collect();
    FutureUsers::new(&baseline.snapshot.users, &attributes, settings.today(), settings.horizon_days())
}

impl<'a> World<'a> {
    /// `future` are the users of the baseline for the same licensing and settings.
    pub fn new(baseline: &'a Baseline, today: &Today, future: &'a FutureUsers, settings: &'a Settings) -> Self {
        let snapshot = &baseline.snapshot;
        let bundle = |group: GroupIndex| today.bundle_of(group);
        let simulated: Vec<(&EvaluatedRule, BundleIndex)> = simulated(today).collect();
        let checked: Vec<_> = simulated.iter().map(|(rule, _)| rule.rule.clone()).collect();
        let rules = RuleSet::compile(&future.users, &checked);
        let slot = |attribute: &Attribute| rules.slots().iter().position(|slot| slot == attribute);
        let enabled_slot = slot(&Attribute::AccountEnabled);
        let moved_slots: Vec<usize> = baseline.assumptions.movers_change.iter().filter_map(slot).collect();
        let rule_bundles: Vec<BundleIndex> = simulated.iter().map(|(_, bundle)| *bundle).collect();
        let clocked: Vec<(usize, BundleIndex)> =
            rule_bundles.iter().copied().enumerate().filter(|(rule, _)| rules.uses_clock(*rule)).collect();
        let entitlements = entitlements(snapshot, today, &simulated, &clocked);
        let people = People::new(snapshot, &baseline.assumptions, settings.points());
        let eligible = people.eligible.iter().filter_map(|group| bundle(GroupIndex(group.group as u32))).collect();
        let mut kinds = Kinds::new(&rules, &rule_bundles);
        let mut ledger = today.ledger.clone();
        let mut profiles = Profiles::new(rules.slots().len());
        let (persons, direct_lists) = persons((&rules, &kinds, future), &entitlements, &mut profiles, &mut ledger);
        profiles.share();
        let enabling =
            enabled_slot.map(|slot| [false, true].map(|enabled| kinds.pattern([(slot, future.enabled(enabled))])));
        let hire_slot = slot(&Attribute::EmployeeHireDate);
        let joining = (0..=settings.horizon_days())
            .map(|day| {
                let hired = hire_slot.map(|slot| (slot, future.hired_on(day)));
                kinds.pattern(hired.into_iter().chain(enabled_slot.map(|slot| (slot, future.enabled(true)))))
            })
            .collect();
        let moving = future
            .exported()
            .map(|user| {
                let row = rules.row(user);
                kinds.pattern(moved_slots.iter().map(|slot| (*slot, row[*slot])))
            })
            .collect();
        let clock_reads = |slot: &usize| rules.rules_naming(*slot).iter().any(|rule| rules.uses_clock(*rule));
        let mut world = World {
            baseline,
            settings,
            ledger,
            kinds,
            profiles,
            persons,
            enabling,
            joining,
            moving,
            hire_slot,
            moves_clock: rules.clock_slots().iter().any(|slot| moved_slots.contains(slot)),
            clock_reads_moved: moved_slots.iter().any(clock_reads),
            clock_reads_enabled: enabled_slot.iter().any(clock_reads),
            moved_slots,
            clocked,
            joiner_ticks: None,
            bundle_bits: bundle_bits(today, snapshot.skus.len().div_ceil(64)),
            words: snapshot.skus.len().div_ceil(64),
            random_order: today.order == OrderPolicy::Random,
            moves_class: moves_class(baseline, &today.order),
            joiner_assigned: BTreeMap::new(),
            direct: entitlements.direct,
            direct_lists,
            eligible,
            people,
            rules,
            future,
            clock: Vec::new(),
            capacity_changes: capacity_changes(baseline, settings),
            points: settings.points().iter().map(|day| calendar::days_between(settings.today(), *day)).collect(),
        };
        world.joiner_assigned = world.without_eligible();
        world.joiner_ticks = world.ticks_of_joiners();
        world.clock = world.clock_of_exported();
        world.ledger.share();
        world
    }

    /// What somebody who joins has of each list of assigned groups: groups that people join by themselves are joined by events
    /// of their own.
    fn without_eligible(&mut self) -> BTreeMap<Target, Target> {
        let assigned: BTreeSet<Target> = (0..self.exported()).map(|user| self.persons.get(user).assigned).collect();
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

    /// The SKUs that a bundle gives, as bits.
    pub fn bundle_bits(&self, bundle: BundleIndex) -> &[u64] {
        &self.bundle_bits[bundle.get() * self.words..(bundle.get() + 1) * self.words]
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
        let mut clock: Vec<(u32, Slot)> = self.future.exported().flat_map(days).collect();
        clock.sort_unstable();
        clock
    }
}

/// Who is in which licensed group, and what is assigned directly.
fn entitlements(
    snapshot: &Snapshot,
    today: &Today,
    simulated: &[(&EvaluatedRule, BundleIndex)],
    clocked: &[(usize, BundleIndex)],
) -> Entitlements {
    let users = snapshot.users.len();
    let by_rule: BTreeMap<GroupIndex, BundleIndex> = simulated.iter().map(|(rule, b)| (rule.group, *b)).collect();
    let clocked: BTreeSet<BundleIndex> = clocked.iter().map(|(_, bundle)| *bundle).collect();
    let [mut assigned, mut still, mut by_clock] = [const { Vec::new() }; 3];
    for group in snapshot.group_indexes() {
        let Some(bundle) = today.bundle_of(group) else { continue };
        let list = match by_rule.contains_key(&group) {
            true if clocked.contains(&bundle) => &mut by_clock,
            true => &mut still,
            false => &mut assigned,
        };
        list.extend(today.memberships.members(group).iter().map(|user| (user.0, bundle)));
    }
    Entitlements {
        assigned: Lists::new(users, assigned),
        still: Lists::new(users, still),
        clocked: Lists::new(users, by_clock),
        direct: Lists::new(users, directly_held(today, users as u32)),
    }
}

fn moves_class(baseline: &Baseline, order: &OrderPolicy) -> bool {
    let OrderPolicy::Priority { attribute, .. } = order else { return false };
    baseline.assumptions.movers_change.iter().any(|moved| moved.graph_name() == *attribute)
}

fn bundle_bits(today: &Today, words: usize) -> Vec<u64> {
    let mut bits = vec![0u64; today.terms.bundle_count() * words];
    for number in 0..today.terms.bundle_count() {
        for sku in today.terms.bundle_skus(BundleIndex(number as u32)) {
            bits[number * words + sku.get() / 64] |= 1 << (sku.get() % 64);
        }
    }
    bits
}

/// SKUs that users hold by direct assignment, by what the export says or what no group explains.
fn directly_held(today: &Today, users: u32) -> Vec<(u32, SkuIndex)> {
    let paths = (0..users).flat_map(|user| today.ledger.paths(user).into_iter().map(move |path| (user, path)));
    paths.filter(|(_, path)| path.source == Source::Direct).map(|(user, path)| (user, path.sku)).collect()
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
