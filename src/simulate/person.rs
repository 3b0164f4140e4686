//! People as numbers. In: exported users, rules, groups. Out: for each, a profile and what they are meant to have. Never: changes
//! a person; a replication works on a copy.

use super::direct::DirectLists;
use super::entitlements::Entitlements;
use super::event::Slot;
use super::profile::{Kinds, ProfileId, Profiles};
use super::rows::FutureUsers;
use crate::licensing::{Ledger, Target};
use crate::rule::RuleSet;

/// One person at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub profile: ProfileId,
    /// Bundles by assigned groups and by rules that are not simulated.
    pub assigned: Target,
    /// Bundles by rules that look at the clock.
    pub clock: Target,
    /// All bundles.
    pub target: Target,
    /// Which of the lists of SKUs assigned directly.
    pub direct: u32,
}

/// Everybody, and the codes of the attributes that rules compare with the clock.
#[derive(Clone, Debug, Default)]
pub struct Persons {
    people: Vec<Person>,
    codes: Vec<u32>,
    /// The slots whose codes are kept, ascending.
    slots: Vec<usize>,
    /// Bundles of groups that are processed no more, whose members are those of the last day on which they were; empty where no
    /// plan pauses a group.
    kept: Vec<Target>,
    keeps: bool,
    /// Bundles by rules that read service plans; empty where no rule does.
    plans: Vec<Target>,
    reads_plans: bool,
}

impl Persons {
    /// Takes the first `count` people of `source`, and nobody else.
    pub fn restart(&mut self, source: &Self, count: usize) {
        self.slots.clone_from(&source.slots);
        self.people.clear();
        self.people.extend_from_slice(&source.people[..count]);
        self.codes.clear();
        self.codes.extend_from_slice(&source.codes[..count * source.slots.len()]);
        self.keeps = source.keeps;
        self.kept.clear();
        self.kept.extend_from_slice(&source.kept[..count.min(source.kept.len())]);
        self.reads_plans = source.reads_plans;
        self.plans.clear();
        self.plans.extend_from_slice(&source.plans[..count.min(source.plans.len())]);
    }

    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Makes place for what people keep of paused groups.
    pub fn keep(&mut self) {
        self.keeps = true;
        self.kept.resize(self.people.len(), Target::NOTHING);
    }

    pub fn kept(&self, slot: Slot) -> Target {
        self.kept.get(slot as usize).copied().unwrap_or(Target::NOTHING)
    }

    pub fn set_kept(&mut self, slot: Slot, kept: Target) {
        if let Some(own) = self.kept.get_mut(slot as usize) {
            *own = kept;
        }
    }

    pub fn plans(&self, slot: Slot) -> Target {
        self.plans.get(slot as usize).copied().unwrap_or(Target::NOTHING)
    }

    pub fn set_plans(&mut self, slot: Slot, plans: Target) {
        if let Some(own) = self.plans.get_mut(slot as usize) {
            *own = plans;
        }
    }

    /// What somebody has beside assigned groups and rules over attributes.
    pub fn beside(&self, slot: Slot) -> [Target; 2] {
        [self.kept(slot), self.plans(slot)]
    }

    /// Whether somebody is, but for days that passed, as another one is among `others`.
    pub fn is_like(&self, slot: Slot, others: &Self) -> bool {
        let (own, other) = (self.get(slot), others.get(slot));
        (own.profile, own.assigned, own.direct) == (other.profile, other.assigned, other.direct)
            && self.beside(slot) == others.beside(slot)
            && self.own_codes(slot) == others.own_codes(slot)
    }

    fn own_codes(&self, slot: Slot) -> &[u32] {
        let width = self.slots.len();
        &self.codes[slot as usize * width..(slot as usize + 1) * width]
    }

    pub fn get(&self, slot: Slot) -> Person {
        self.people[slot as usize]
    }

    pub fn set(&mut self, slot: Slot, person: Person) {
        self.people[slot as usize] = person;
    }

    /// Room for people who join, who are nobody yet.
    pub fn grow(&mut self, count: usize) {
        const NOBODY: Person = Person {
            profile: 0,
            assigned: Target::NOTHING,
            clock: Target::NOTHING,
            target: Target::NOTHING,
            direct: 0,
        };
        self.people.resize(count, NOBODY);
        self.codes.resize(count * self.slots.len(), 0);
        if self.keeps {
            self.kept.resize(count, Target::NOTHING);
        }
        if self.reads_plans {
            self.plans.resize(count, Target::NOTHING);
        }
    }

    /// Slots with the codes of a person, for rules that look at the clock.
    pub fn codes(&self, slot: Slot) -> impl Iterator<Item = (usize, u32)> {
        let width = self.slots.len();
        self.slots.iter().copied().zip(self.codes[slot as usize * width..][..width].iter().copied())
    }

    /// Gives `slot` the codes that `like` has among `models`.
    pub fn take_codes(&mut self, slot: Slot, like: Slot, models: &Self) {
        let width = self.slots.len();
        self.codes[slot as usize * width..(slot as usize + 1) * width].copy_from_slice(models.own_codes(like));
    }

    pub fn set_code(&mut self, slot: Slot, attribute: usize, code: u32) {
        if let Ok(at) = self.slots.binary_search(&attribute) {
            let width = self.slots.len();
            self.codes[slot as usize * width + at] = code;
        }
    }
}

/// The exported users, and the newcomers of a plan behind them, as people. Of newcomers nobody has asked the rules yet.
pub fn persons(
    (rules, kinds, future): (&RuleSet<'_>, &Kinds, &FutureUsers),
    entitlements: &Entitlements,
    profiles: &mut Profiles,
    ledger: &mut Ledger,
    direct_lists: &mut DirectLists,
) -> Persons {
    let reads_plans = entitlements.reads_plans;
    let mut persons = Persons { slots: rules.clock_slots(), reads_plans, ..Persons::default() };
    for user in future.exported() {
        let row = rules.row(user);
        let assigned = ledger.target(entitlements.assigned.of(user.0));
        let (profile, still) = if user.0 < entitlements.exported {
            let still = ledger.target(entitlements.still.of(user.0));
            (profiles.exported(kinds, &row, still), still)
        } else {
            let profile = profiles.of_row((kinds, rules), &row, ledger);
            (profile, profiles.target(profile, (kinds, rules), ledger))
        };
        let clock = ledger.target(entitlements.clocked.of(user.0));
        let by_attributes = ledger.union(still, clock);
        let plans = ledger.target(entitlements.by_plans.of(user.0));
        if reads_plans {
            persons.plans.push(plans);
        }
        let by_rules = ledger.union(by_attributes, plans);
        persons.codes.extend(persons.slots.iter().map(|slot| row[*slot]));
        persons.people.push(Person {
            profile,
            assigned,
            clock,
            target: ledger.union(by_rules, assigned),
            direct: direct_lists.number(entitlements.direct.of(user.0)),
        });
    }
    persons
}
