//! Everything that is the same in every replication. In: a baseline, and licensing as it stands today. Out: rows, lists and
//! dated supply that a replication reads. Never: changes after it was made.

use std::collections::BTreeSet;

use super::event::Slot;
use super::people::People;
use super::rows::{self, FutureUsers};
use super::settings::Settings;
use crate::calendar;
use crate::directory::{Attribute, GroupIndex, SkuIndex, UserIndex};
use crate::licensing::{BundleIndex, EvaluatedRule, Ledger, OrderPolicy, Source, Today};
use crate::rule::RuleSet;
use crate::scenario::Baseline;

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
    /// The rules of licensed dynamic groups, and the bundle that each one's members get.
    pub rules: RuleSet<'a>,
    pub rule_bundles: Vec<BundleIndex>,
    pub future: &'a FutureUsers,
    /// The codes of each exported user, `width` a user, in the order of the rule set's slots.
    rows: Vec<u32>,
    width: usize,
    /// Bundles by assigned groups and by rules that are not simulated, by user.
    pub assigned: Lists<BundleIndex>,
    /// Bundles by simulated rules, by user.
    pub dynamic: Lists<BundleIndex>,
    /// SKUs assigned directly, by user.
    pub direct: Lists<SkuIndex>,
    /// The bundle of each group that people join by themselves, in the order of `people.eligible`.
    pub eligible: Vec<BundleIndex>,
    pub hire_slot: Option<usize>,
    pub enabled_slot: Option<usize>,
    /// What differs between somebody who joins and the exported user they are like.
    pub renewed_slots: Vec<usize>,
    /// Whether any rule of a licensed group has `system.now` in it.
    pub has_clock: bool,
    /// The SKUs of each bundle as bits, `words` a bundle.
    bundle_bits: Vec<u64>,
    words: usize,
    /// What a mover takes from somebody else.
    pub moved_slots: Vec<usize>,
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
        let users = snapshot.users.len();
        let bundle = |group: GroupIndex| today.bundle_of(group);
        let simulated: Vec<(&EvaluatedRule, BundleIndex)> = simulated(today).collect();
        let checked: Vec<_> = simulated.iter().map(|(rule, _)| rule.rule.clone()).collect();
        let rules = RuleSet::compile(&future.users, &checked);
        let slot = |attribute: &Attribute| rules.slots().iter().position(|slot| slot == attribute);
        let rule_groups: BTreeSet<GroupIndex> = simulated.iter().map(|(rule, _)| rule.group).collect();
        let mut assigned = Vec::new();
        let mut dynamic = Vec::new();
        for group in snapshot.group_indexes() {
            let Some(bundle) = bundle(group) else { continue };
            let list = if rule_groups.contains(&group) { &mut dynamic } else { &mut assigned };
            list.extend(today.memberships.members(group).iter().map(|user| (user.0, bundle)));
        }
        let direct = directly_held(today, users as u32);
        let people = People::new(snapshot, &baseline.assumptions, settings.points());
        let eligible = people.eligible.iter().filter_map(|group| bundle(GroupIndex(group.group as u32))).collect();
        let width = rules.slots().len();
        let mut world = World {
            baseline,
            settings,
            ledger: today.ledger.clone(),
            rule_bundles: simulated.iter().map(|(_, bundle)| *bundle).collect(),
            hire_slot: slot(&Attribute::EmployeeHireDate),
            enabled_slot: slot(&Attribute::AccountEnabled),
            renewed_slots: [Attribute::EmployeeHireDate, Attribute::AccountEnabled].iter().filter_map(slot).collect(),
            has_clock: (0..simulated.len()).any(|rule| rules.uses_clock(rule)),
            bundle_bits: bundle_bits(today, snapshot.skus.len().div_ceil(64)),
            words: snapshot.skus.len().div_ceil(64),
            moved_slots: baseline.assumptions.movers_change.iter().filter_map(slot).collect(),
            random_order: baseline.policy.order == OrderPolicy::Random,
            moves_class: moves_class(baseline),
            rows: future.exported().flat_map(|user| rules.row(user)).collect(),
            width,
            assigned: Lists::new(users, assigned),
            dynamic: Lists::new(users, dynamic),
            direct: Lists::new(users, direct),
            eligible,
            people,
            rules,
            future,
            clock: Vec::new(),
            capacity_changes: capacity_changes(baseline, settings),
            points: settings.points().iter().map(|day| calendar::days_between(settings.today(), *day)).collect(),
        };
        world.clock = world.clock_of_exported();
        world.ledger.share();
        world
    }

    pub fn settings(&self) -> &Settings {
        self.settings
    }

    pub fn row(&self, user: Slot) -> &[u32] {
        &self.rows[user as usize * self.width..(user as usize + 1) * self.width]
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
        let clocked = (0..self.rule_bundles.len()).filter(|rule| self.rules.uses_clock(*rule));
        let mut days = BTreeSet::new();
        for change in clocked.flat_map(|rule| self.rules.clock_changes(rule, row)) {
            // A day is evaluated at its midnight: a change shows on the first midnight at or after it, or, where its own
            // instant still belongs to the old answer, on the midnight after that.
            let seconds = (change - rows::instant(today)).num_seconds();
            let first = seconds.max(0).div_euclid(86_400) + i64::from(seconds.max(0).rem_euclid(86_400) > 0);
            let shown = (first..=first + 1).filter_map(|day| u32::try_from(day).ok());
            days.extend(shown.filter(|day| *day > after && *day <= horizon));
        }
        days
    }

    fn clock_of_exported(&self) -> Vec<(u32, Slot)> {
        if !self.has_clock {
            return Vec::new();
        }
        let users = self.baseline.snapshot.users.indexes();
        let mut clock: Vec<(u32, Slot)> = users
            .flat_map(|UserIndex(user)| self.clock_days(self.row(user), 0).into_iter().map(move |day| (day, user)))
            .collect();
        clock.sort_unstable();
        clock
    }
}

fn moves_class(baseline: &Baseline) -> bool {
    let OrderPolicy::Priority { attribute, .. } = &baseline.policy.order else { return false };
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
