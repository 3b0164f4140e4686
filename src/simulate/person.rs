//! People as numbers. In: exported users, rules, groups. Out: for each, a profile and what they are meant to have. Never: changes
//! a person; a replication works on a copy.

use std::collections::BTreeMap;

use super::event::Slot;
use super::profile::{Kinds, ProfileId, Profiles};
use super::rows::FutureUsers;
use super::world::Lists;
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Ledger, Target};
use crate::rule::RuleSet;

/// One person at one time.
#[derive(Clone, Copy, Debug)]
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
#[derive(Debug, Default)]
pub struct Persons {
    people: Vec<Person>,
    codes: Vec<u32>,
    /// The slots whose codes are kept, ascending.
    slots: Vec<usize>,
}

impl Clone for Persons {
    fn clone(&self) -> Self {
        Self { people: self.people.clone(), codes: self.codes.clone(), slots: self.slots.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.people.clone_from(&source.people);
        self.codes.clone_from(&source.codes);
        self.slots.clone_from(&source.slots);
    }
}

impl Persons {
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
    }

    /// Slots with the codes of a person, for rules that look at the clock.
    pub fn codes(&self, slot: Slot) -> impl Iterator<Item = (usize, u32)> {
        let width = self.slots.len();
        self.slots.iter().copied().zip(self.codes[slot as usize * width..][..width].iter().copied())
    }

    /// Gives `slot` the codes of `like` where `taken` says so.
    pub fn take_codes(&mut self, slot: Slot, like: Slot, taken: impl Fn(usize) -> bool) {
        let width = self.slots.len();
        for at in 0..width {
            if taken(self.slots[at]) {
                self.codes[slot as usize * width + at] = self.codes[like as usize * width + at];
            }
        }
    }

    pub fn set_code(&mut self, slot: Slot, attribute: usize, code: u32) {
        if let Ok(at) = self.slots.binary_search(&attribute) {
            let width = self.slots.len();
            self.codes[slot as usize * width + at] = code;
        }
    }
}

/// The lists that people are made from, by exported user.
pub struct Entitlements {
    pub assigned: Lists<BundleIndex>,
    /// Bundles by rules that do not look at the clock, and by those that do.
    pub still: Lists<BundleIndex>,
    pub clocked: Lists<BundleIndex>,
    pub direct: Lists<SkuIndex>,
}

/// The exported users as people, and the distinct lists of SKUs assigned directly.
pub fn persons(
    (rules, kinds, future): (&RuleSet<'_>, &Kinds, &FutureUsers),
    entitlements: &Entitlements,
    profiles: &mut Profiles,
    ledger: &mut Ledger,
) -> (Persons, Vec<Vec<SkuIndex>>) {
    let mut persons = Persons { slots: rules.clock_slots(), ..Persons::default() };
    let mut numbers: BTreeMap<&[SkuIndex], u32> = BTreeMap::from([(&[][..], 0)]);
    let mut direct: Vec<Vec<SkuIndex>> = vec![Vec::new()];
    for user in future.exported() {
        let row = rules.row(user);
        let still = ledger.target(entitlements.still.of(user.0));
        let clock = ledger.target(entitlements.clocked.of(user.0));
        let assigned = ledger.target(entitlements.assigned.of(user.0));
        let by_rules = ledger.union(still, clock);
        let list = entitlements.direct.of(user.0);
        let direct = *numbers.entry(list).or_insert_with(|| {
            direct.push(list.to_vec());
            direct.len() as u32 - 1
        });
        persons.codes.extend(persons.slots.iter().map(|slot| row[*slot]));
        persons.people.push(Person {
            profile: profiles.exported(kinds, &row, still),
            assigned,
            clock,
            target: ledger.union(by_rules, assigned),
            direct,
        });
    }
    (persons, direct)
}
