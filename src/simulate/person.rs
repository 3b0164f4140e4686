//! People as numbers. In: exported users, rules, groups. Out: for each, a profile and what they are meant to have. Never: changes
//! a person; a replication works on a copy.

use prefetch_index::prefetch_index;

use super::direct::DirectLists;
use super::entitlements::Entitlements;
use super::event::Slot;
use super::profile::{Kinds, ProfileId, Profiles};
use super::rows::FutureUsers;
use crate::licensing::{Ledger, Seeker, Target};
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

/// Somebody who joins, and what licensing knows of them; never in two lines of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub struct Joiner {
    pub person: Person,
    pub seeker: Seeker,
}

/// What nearly every event looks at, never in two lines of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
struct Core {
    profile: ProfileId,
    assigned: Target,
    target: Target,
    direct: u32,
}

const _: () = assert!(size_of::<Core>() == 16, "four people share a line of the cache");
const _: () = assert!(size_of::<Joiner>() == 32, "two joiners share a line of the cache");

/// Nobody yet.
const NOBODY: Core = Core { profile: 0, assigned: Target::NOTHING, target: Target::NOTHING, direct: 0 };

/// Everybody, and the codes of the attributes that rules compare with the clock.
#[derive(Clone, Debug, Default)]
pub struct Persons {
    people: Vec<Core>,
    /// Bundles by rules that look at the clock; empty where nobody has any.
    clocks: Vec<Target>,
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
        self.clocks.clear();
        self.clocks.extend_from_slice(&source.clocks[..count.min(source.clocks.len())]);
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
        let Core { profile, assigned, target, direct } = self.people[slot as usize];
        let clock = self.clocks.get(slot as usize).copied().unwrap_or(Target::NOTHING);
        Person { profile, assigned, clock, target, direct }
    }

    /// Hints that a person will be looked at soon.
    pub fn prefetch(&self, slot: Slot) {
        prefetch_index(&self.people, slot as usize);
    }

    #[inline]
    pub fn set(&mut self, slot: Slot, Person { profile, assigned, clock, target, direct }: Person) {
        self.people[slot as usize] = Core { profile, assigned, target, direct };
        if clock != Target::NOTHING && self.clocks.is_empty() {
            self.clocks.resize(self.people.len(), Target::NOTHING);
        }
        if let Some(own) = self.clocks.get_mut(slot as usize) {
            *own = clock;
        }
    }

    /// Room for people who join, who are nobody yet.
    pub fn grow(&mut self, count: usize) {
        self.people.resize(count, NOBODY);
        if !self.clocks.is_empty() {
            self.clocks.resize(count, Target::NOTHING);
        }
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
    let slots = rules.clock_slots();
    let mut persons = Persons { slots: slots.clone(), reads_plans, ..Persons::default() };
    persons.grow(future.exported().count());
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
        persons.set_plans(user.0, plans);
        let by_rules = ledger.union(by_attributes, plans);
        slots.iter().for_each(|slot| persons.set_code(user.0, *slot, row[*slot]));
        let target = ledger.union(by_rules, assigned);
        let direct = direct_lists.number(entitlements.direct.of(user.0));
        persons.set(user.0, Person { profile, assigned, clock, target, direct });
    }
    persons
}
