//! The memory of a thread, used again for every replication. In: a world, a population. Out: everybody as they are today, and what
//! is learnt of targets, profiles and lists. Never: an event.

use super::by_plans::Asked;
use super::direct::DirectLists;
use super::draws;
use super::event::{Event, Happening, Slot};
use super::pending::Pending;
use super::person::Persons;
use super::planned::{self, Lens, Stage};
use super::profile::{Kinds, Profiles};
use super::tally::Reading;
use super::workforce::Population;
use super::world::World;
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Ledger, Rank, Seeker, Target};

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
    /// The SKUs of each target, by the version of what groups give that holds, and of each list of direct licences as bits,
    /// `words` each.
    version: usize,
    pub(super) target_bits: Vec<u64>,
    pub(super) direct_bits: Vec<u64>,
    /// People whose rules with `system.now` are looked at again, by day.
    pub(super) ticks: Vec<Vec<Slot>>,
    pub(super) pending: Pending,
    pub(super) readings: Vec<Reading>,
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
            version: 0,
            target_bits: Vec::new(),
            direct_bits: Vec::new(),
            ticks: vec![Vec::new(); world.settings().horizon_days() as usize + 1],
            pending: Pending::new(skus),
            readings: Vec::with_capacity(skus),
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
    pub fn lines(&self, words: usize, person: &mut dyn FnMut(SkuIndex, Slot)) {
        self.ledger.waiters(person);
        for sku in (0..self.readings.len() as u32).map(SkuIndex) {
            let by_group = |slot: Slot| {
                let bits = &self.target_bits[self.persons.get(slot).target.get() * words..];
                bits[sku.get() / 64] >> (sku.get() % 64) & 1 == 1 || self.ledger.holds(slot, sku)
            };
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
        self.target_bits.truncate(self.ledger.target_count() * world.words);
        self.see(world, 0);
        self.persons.restart(&world.plan.stages[0].models, world.exported() as usize);
        for (slot, like) in (world.exported()..).zip(&population.joined) {
            let seeker = world.seeker(*like);
            let added = self.ledger.add_user(Seeker { rank: Rank { place: slot, ..seeker.rank }, ..seeker });
            debug_assert_eq!(added, slot, "the ledger numbers users as they are added");
        }
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
        self.pending.clear(slots);
    }

    /// Reads what a day's events will look at, and drops it. People are all over memory, which answers many questions at once
    /// when none waits for the answer of another.
    pub(super) fn glance(&self, kinds: &Kinds, stage: &Stage, events: &[Event]) {
        let models = &stage.models;
        let moving = |like: Slot| stage.moving.get(like as usize).copied().unwrap_or(0);
        let mut seen = 0;
        for event in events {
            let (slot, like) = event.happening.people();
            let own = self.persons.get(slot).profile ^ self.ledger.glance(slot) ^ u32::from(self.gone[slot as usize]);
            seen ^= own ^ like.map_or(0, |like| models.get(like).profile ^ moving(like));
        }
        for event in events {
            let (slot, like) = event.happening.people();
            let person = match event.happening {
                Happening::Join { .. } => like.map_or_else(|| self.persons.get(slot), |like| models.get(like)),
                _ => self.persons.get(slot),
            };
            seen ^= self.target_bits.get(person.target.get()).map_or(0, |bits| *bits as u32);
            seen ^= match event.happening {
                Happening::Delete { .. } => 0,
                Happening::Move { .. } => {
                    let classes = self.profiles.classes(person.profile);
                    self.ledger.glance_target(person.target) ^ classes.first().copied().unwrap_or(0)
                }
                _ => self.ledger.glance_target(person.target) ^ self.profiles.glance(person.profile),
            };
        }
        for event in events {
            if let Happening::Move { slot, like } = event.happening {
                seen ^= self.profiles.glance_change(self.persons.get(slot).profile, moving(like), kinds);
            }
        }
        std::hint::black_box(seen);
    }

    /// What groups give is another version from now on.
    pub(super) fn see(&mut self, world: &World<'_>, version: usize) {
        if self.version != version {
            self.version = version;
            self.target_bits.clear();
        }
        self.learn_targets(world);
    }

    /// Writes down the SKUs of targets and lists that are new.
    #[inline]
    pub(super) fn learn_targets(&mut self, world: &World<'_>) {
        let known = (self.target_bits.len(), self.direct_bits.len());
        if known != (self.ledger.target_count() * world.words, self.direct.len() * world.words) {
            self.write_down_targets(world);
        }
    }

    fn write_down_targets(&mut self, world: &World<'_>) {
        let words = world.words;
        for number in self.target_bits.len() / words.max(1)..self.ledger.target_count() {
            self.target_bits.resize((number + 1) * words, 0);
            let bits = &mut self.target_bits[number * words..];
            for bundle in self.ledger.bundles_in(Target::from_number(number)) {
                let more = world.plan.bundle_bits(self.version, *bundle);
                bits.iter_mut().zip(more).for_each(|(bits, more)| *bits |= more);
            }
        }
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
