//! The memory of a thread, used again for every replication. In: a world, a population. Out: everybody as they are today, and what
//! is learnt of targets, profiles and lists. Never: an event.

use prefetch_index::prefetch_index;

use super::by_plans::Asked;
use super::direct::DirectLists;
use super::draws;
use super::event::{Event, Happening, Slot};
use super::pending::Pending;
use super::person::{Joiner, Person, Persons};
use super::planned::{self, Lens, Stage};
use super::profile::Profiles;
use super::tally::Reading;
use super::workforce::{Memory, Population};
use super::world::World;
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Ledger, Rank};

/// The profiles and the lists of groups and sources that a thread may add and keep for the next replication: where there are more,
/// few of them are met again, and memory that is small is near.
const LEARNT_MAX: usize = 8_000;

/// See the head of this file.
pub struct Scratch {
    pub(super) ledger: Ledger,
    pub(super) profiles: Profiles,
    pub(super) persons: Persons,
    pub(super) direct: DirectLists,
    pub(super) asked: Asked,
    pub(super) gone: Vec<bool>,
    /// Whether somebody who joins is there already, or was.
    pub(super) here: Vec<bool>,
    /// The SKUs of each list of direct licences as bits, `words` each.
    pub(super) direct_bits: Vec<u64>,
    /// People whose rules with `system.now` are looked at again, by day.
    pub(super) ticks: Vec<Vec<Slot>>,
    pub(super) pending: Pending,
    pub(super) readings: Vec<Reading>,
    pub(super) drawing: Memory,
    pub(super) row: Vec<u32>,
    pub(super) bundles: Vec<BundleIndex>,
    /// What waves are drawn by, of those who join.
    names: Vec<u64>,
}

impl Scratch {
    pub fn new(world: &World<'_>) -> Self {
        let skus = world.sku_count();
        Self {
            ledger: world.ledger.clone(),
            profiles: world.profiles.clone(),
            persons: Persons::default(),
            direct: world.direct_lists.clone(),
            asked: Asked::default(),
            gone: Vec::new(),
            here: Vec::new(),
            direct_bits: Vec::new(),
            ticks: vec![Vec::new(); world.settings().horizon_days() as usize + 1],
            pending: Pending::new(skus),
            readings: Vec::with_capacity(skus),
            drawing: Memory::default(),
            row: Vec::new(),
            bundles: Vec::new(),
            names: Vec::new(),
        }
    }

    /// The day's counts of every SKU.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Tells `person` everybody who waits for a unit, each once for every SKU: by groups, or for nothing but a direct licence.
    pub fn lines(&self, person: &mut dyn FnMut(SkuIndex, Slot)) {
        self.ledger.waiters(person);
        for sku in (0..self.readings.len() as u32).map(SkuIndex) {
            let by_group =
                |slot: Slot| self.ledger.gives(self.persons.get(slot).target, sku) || self.ledger.holds(slot, sku);
            let short = self.pending.short(sku).iter().copied();
            short.filter(|slot| !self.gone[*slot as usize] && !by_group(*slot)).for_each(|slot| person(sku, slot));
        }
    }

    pub(super) fn begin(&mut self, world: &World<'_>, population: &Population, replication: u32) {
        if self.ledger.learnt().max(self.profiles.learnt()) > LEARNT_MAX {
            self.ledger.forget();
            self.profiles.forget();
            self.asked.forget();
        }
        self.ledger.clone_from(&world.ledger);
        self.profiles.enter(0);
        self.learn_direct(world);
        self.persons.restart(&world.plan.stages[0].models, world.exported() as usize);
        debug_assert_eq!(self.ledger.user_count(), world.exported(), "joiners come after those who are exported");
        self.ledger.add_unknown(population.joined.len());
        let slots = world.exported() as usize + population.joined.len();
        self.persons.grow(slots);
        if world.random_order {
            let places = draws::places(world.settings().seed(), replication);
            for (slot, place) in (0..slots as u32).zip(places) {
                self.ledger.set_rank(slot, Rank { class: 0, place });
            }
        }
        if !world.by_plans.is_empty() {
            let replaces = world.plan.steps.iter().any(|step| !step.replaced.is_empty());
            self.asked.begin(slots, replaces);
        }
        self.gone.clear();
        self.gone.resize(slots, false);
        self.here.clear();
        self.here.resize(slots, false);
        self.ticks.iter_mut().for_each(Vec::clear);
        self.pending.clear();
    }

    /// Hints at those whom the events of a later day are about. People are all over memory, which answers many questions at once
    /// when none waits for the answer of another.
    pub(super) fn prefetch(&self, (stage, joiners): (&Stage, &[Joiner]), events: &[Event]) {
        for event in events {
            let (slot, _) = event.happening.people();
            self.persons.prefetch(slot);
            self.ledger.prefetch(slot);
            match event.happening {
                Happening::Join { like, .. } if !joiners.is_empty() => prefetch_index(joiners, like as usize),
                Happening::Join { like, .. } => stage.models.prefetch(like),
                Happening::Move { like, .. } => prefetch_index(stage.moving.as_slice(), like as usize),
                _ => {}
            }
        }
    }

    /// Hints at what today's events will look at of these people, and has the changes of those who move decided.
    pub(super) fn prepare(&mut self, world: &World<'_>, (stage, joiners): (&Stage, &[Joiner]), events: &[Event]) {
        let person = |event: &Event| match event.happening {
            Happening::Join { like, .. } => {
                joiners.get(like as usize).map_or_else(|| stage.models.get(like), |joiner| joiner.person)
            }
            other => self.persons.get(other.people().0),
        };
        let moving = |like: Slot| stage.moving.get(like as usize).copied().unwrap_or(0);
        for event in events {
            let Person { target, profile, .. } = person(event);
            self.ledger.prefetch_target(target);
            match event.happening {
                Happening::Delete { .. } => {}
                Happening::Join { .. } if !joiners.is_empty() => {}
                Happening::Move { like, .. } => {
                    self.profiles.prefetch(profile);
                    world.kinds.prefetch_pattern(moving(like));
                }
                _ => self.profiles.prefetch(profile),
            }
        }
        for event in events.iter().filter(|event| !matches!(event.happening, Happening::Delete { .. })) {
            let Person { target, profile, .. } = person(event);
            self.ledger.prefetch_bundles(target);
            if matches!(event.happening, Happening::Move { .. }) {
                self.profiles.prefetch_classes(profile);
            }
        }
        let changes = events.iter().filter_map(|event| match event.happening {
            Happening::Move { slot, like } => Some((self.persons.get(slot).profile, moving(like))),
            _ => None,
        });
        self.profiles.prepare(changes, (&world.kinds, &world.rules), &mut self.ledger);
    }

    /// Writes down the SKUs of lists of direct licences that are new.
    #[inline]
    pub(super) fn learn_direct(&mut self, world: &World<'_>) {
        if self.direct_bits.len() < self.direct.len() * world.words {
            self.write_down_direct(world.words);
        }
    }

    fn write_down_direct(&mut self, words: usize) {
        for number in self.direct_bits.len() / words.max(1)..self.direct.len() {
            self.direct_bits.resize((number + 1) * words, 0);
            let bits = &mut self.direct_bits[number * words..];
            self.direct.list(number as u32).iter().for_each(|sku| bits[sku.get() / 64] |= 1 << (sku.get() % 64));
        }
    }

    /// What it takes to change a person. `bits` say what groups give.
    pub(super) fn lens<'l>(&'l mut self, world: &'l World<'_>, bits: &'l [u64]) -> Lens<'l> {
        Lens {
            rules: &world.rules,
            kinds: &world.kinds,
            profiles: &mut self.profiles,
            ledger: &mut self.ledger,
            direct: &mut self.direct,
            row: &mut self.row,
            bits,
            words: world.words,
        }
    }

    /// What waves are drawn by: the id of an exported user; who joined later has none, and goes by the number of the slot.
    pub(super) fn name_of(&mut self, world: &World<'_>, slot: Slot) -> u64 {
        let Some(joined) = slot.checked_sub(world.exported()) else { return world.plan.names[slot as usize] };
        while self.names.len() <= joined as usize {
            self.names.push(planned::joined_name(self.names.len() as u32));
        }
        self.names[joined as usize]
    }
}
