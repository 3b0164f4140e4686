//! One replication: events in, seats out. In: a world, a number. Out: a trajectory. Never: shares anything with another
//! replication but memory.

use std::collections::{BTreeMap, BTreeSet};

use super::epoch::Tables;
use super::planned;
use super::world::Staged;
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Deletion, Ledger, Rank, Seeker};
use crate::simulate::draws;
use crate::simulate::event::{Event, Happening, Slot};
use crate::simulate::tally::{Flow, Reading, Reason, SkuTrajectory, Trajectory, book};
use crate::simulate::workforce::Population;

/// A person whose attributes or groups are no longer those of an exported user.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) row: Vec<u32>,
    pub(super) assigned: Vec<BundleIndex>,
    pub(super) dynamic: Vec<BundleIndex>,
    pub(super) direct: Vec<SkuIndex>,
}

/// The memory of a thread, used again for every replication.
pub struct Scratch {
    pub(super) ledger: Ledger,
    pub(super) changed: Vec<Changed>,
    /// How many of `changed` are in use.
    used: usize,
    /// For each slot, its position in `changed` and one; 0 for who is as exported.
    pub(super) index: Vec<u32>,
    pub(super) gone: Vec<bool>,
    before: Vec<u64>,
    after: Vec<u64>,
    pub(super) bundles: Vec<BundleIndex>,
    rules: Vec<usize>,
}

impl Scratch {
    pub fn new(world: &Staged<'_>) -> Self {
        let words = world.plain.sku_count().div_ceil(64);
        Self {
            ledger: world.ledger.clone(),
            changed: Vec::new(),
            used: 0,
            index: Vec::new(),
            gone: Vec::new(),
            before: vec![0; words],
            after: vec![0; words],
            bundles: Vec::new(),
            rules: Vec::new(),
        }
    }

    fn begin(&mut self, world: &Staged<'_>, population: &Population, replication: u32) {
        self.ledger.clone_from(&world.ledger);
        for (slot, like) in (world.exported()..).zip(&population.joined) {
            let seeker = world.seeker(*like);
            let added = self.ledger.add_user(Seeker { rank: Rank { place: slot, ..seeker.rank }, ..seeker });
            debug_assert_eq!(added, slot, "the ledger numbers users as they are added");
        }
        let slots = world.exported() as usize + population.joined.len();
        if world.plain.random_order {
            let places = draws::places(world.settings().seed(), replication);
            for (slot, place) in (0..slots as u32).zip(places) {
                self.ledger.set_rank(slot, Rank { class: 0, place });
            }
        }
        self.used = 0;
        self.index.clear();
        self.index.resize(slots, 0);
        self.gone.clear();
        self.gone.resize(slots, false);
    }

    /// Takes one entry into use, whose lists keep their memory and are to be filled.
    fn take(&mut self, slot: Slot) -> &mut Changed {
        if self.used == self.changed.len() {
            self.changed.push(Changed::default());
        }
        self.used += 1;
        self.index[slot as usize] = self.used as u32;
        let changed = &mut self.changed[self.used - 1];
        changed.row.clear();
        changed.assigned.clear();
        changed.dynamic.clear();
        changed.direct.clear();
        changed
    }

    fn get(&self, slot: Slot) -> Option<&Changed> {
        let at = (self.index[slot as usize] as usize).checked_sub(1)?;
        Some(&self.changed[at])
    }
}

pub(super) struct Run<'w, 's> {
    pub(super) world: &'w Staged<'w>,
    /// What holds now: the tables after the steps that are done.
    pub(super) tables: &'w Tables,
    population: &'s Population,
    pub(super) scratch: &'s mut Scratch,
    /// Days on which a joiner's rules with `system.now` are looked at again.
    clock: BTreeMap<u32, BTreeSet<Slot>>,
    /// Direct licences of joiners that found no unit: an administrator tries again each day, first come first served.
    pub(super) pending: Vec<Vec<Slot>>,
    /// Direct licences of joiners that were refused for another reason than units.
    pub(super) refused: Vec<Vec<Slot>>,
    flows: Vec<Flow>,
    skus: Vec<SkuTrajectory>,
}

/// Runs one replication.
pub fn replicate(world: &Staged<'_>, scratch: &mut Scratch, replication: u32) -> Trajectory {
    follow(world, scratch, replication, &mut |_, _| {})
}

/// The same, telling `watch` the readings of every day, today first: for the oracle.
pub fn follow(
    world: &Staged<'_>,
    scratch: &mut Scratch,
    replication: u32,
    watch: &mut dyn FnMut(u32, &[Reading]),
) -> Trajectory {
    let population = planned::population(world, replication);
    scratch.begin(world, &population, replication);
    let skus = world.plain.sku_count();
    let mut run = Run {
        world,
        tables: world.first(),
        population: &population,
        scratch,
        clock: BTreeMap::new(),
        pending: vec![Vec::new(); skus],
        refused: vec![Vec::new(); skus],
        flows: vec![Flow::default(); skus],
        skus: vec![SkuTrajectory::default(); skus],
    };
    run.live(watch);
    let mut skus = run.skus;
    for (sku, flow) in skus.iter_mut().zip(run.flows) {
        sku.flow = flow;
    }
    Trajectory { skus, headcount: population.headcount, luck: population.luck }
}

impl<'w> Run<'w, '_> {
    fn live(&mut self, watch: &mut dyn FnMut(u32, &[Reading])) {
        let world = self.world;
        let mut events = self.population.events.as_slice();
        let mut exported_clock = world.clock.as_slice();
        let mut capacity = world.plain.capacity_changes.as_slice();
        let mut steps = world.steps.iter().zip(&world.tables[1..]);
        let mut next_step = steps.next();
        let horizon = world.settings().horizon_days();
        let mut readings = self.read(0);
        watch(0, &readings);
        for day in 1..=horizon {
            let mut touched = false;
            while let Some((change, rest)) = capacity.split_first().filter(|(change, _)| change.day <= day) {
                self.scratch.ledger.set_capacity(change.sku, change.units);
                (capacity, touched) = (rest, true);
            }
            while let Some((step, tables)) = next_step.filter(|(step, _)| step.day <= day) {
                self.step(step, tables);
                (next_step, touched) = (steps.next(), true);
            }
            while let Some((event, rest)) = events.split_first().filter(|(event, _)| event.day <= day) {
                self.apply(event);
                (events, touched) = (rest, true);
            }
            while let Some(((_, slot), rest)) = exported_clock.split_first().filter(|((at, _), _)| *at <= day) {
                self.tick(*slot, day);
                (exported_clock, touched) = (rest, true);
            }
            for slot in self.clock.remove(&day).unwrap_or_default() {
                self.tick(slot, day);
                touched = true;
            }
            // Delayed retries are the ledger's own: it has to be asked on days on which nothing else happens too.
            if touched || self.scratch.ledger.next_retry().is_some_and(|at| at <= day) {
                self.settle(day);
                readings = self.read(day);
            } else {
                self.repeat(day, &readings);
            }
            watch(day, &readings);
        }
    }

    fn settle(&mut self, day: u32) {
        // The rounds of a tick are bounded (R2); what has not settled by then stays as it is, which only a contradiction in
        // the plan data can bring about.
        let _ = self.scratch.ledger.settle(day);
        let before: usize = self.pending.iter().map(Vec::len).sum();
        for index in 0..self.pending.len() {
            self.retry_direct(SkuIndex(index as u32));
        }
        // A unit that went to a direct licence is one that those who wait by groups no longer see.
        if self.pending.iter().map(Vec::len).sum::<usize>() < before {
            let _ = self.scratch.ledger.settle(day);
        }
    }

    /// Tries the direct licences that found no unit again, in the order in which they were asked for. Who has got a seat by
    /// a group meanwhile needs no other.
    fn retry_direct(&mut self, sku: SkuIndex) {
        let scratch = &mut *self.scratch;
        self.pending[sku.get()].retain(|slot| {
            if scratch.gone[*slot as usize] {
                return false;
            }
            let worth_trying = scratch.ledger.available(sku) > 0 || scratch.ledger.holds(*slot, sku);
            !worth_trying || scratch.ledger.direct_assign(*slot, sku).is_err()
        });
    }

    /// How many of `slots` are there and are not counted for the SKU by a group already.
    fn only_direct(&self, slots: impl Iterator<Item = Slot>, sku: SkuIndex) -> u32 {
        let (word, bit) = (sku.get() / 64, sku.get() % 64);
        let by_group = |slot: Slot| {
            let (assigned, dynamic) = self.bundles_of(slot);
            assigned.iter().chain(dynamic).any(|bundle| self.tables.bundle_bits(*bundle)[word] >> bit & 1 == 1)
        };
        slots.filter(|slot| !self.scratch.gone[*slot as usize] && !by_group(*slot)).count() as u32
    }

    fn apply(&mut self, event: &Event) {
        match event.happening {
            Happening::Delete { slot } => self.delete(slot, event.day),
            Happening::Disable { slot } => self.set_enabled(slot, false, event.day),
            Happening::Enable { slot } => self.set_enabled(slot, true, event.day),
            Happening::Move { slot, like } => self.relocate(slot, like, event.day),
            Happening::LeaveGroup { slot, eligible } => self.regroup(slot, eligible, false),
            Happening::JoinGroup { slot, eligible } => self.regroup(slot, eligible, true),
            Happening::Join { slot, like } => self.join(slot, like, event.day),
        }
    }

    fn changed(&mut self, slot: Slot) -> &mut Changed {
        let at = self.scratch.index[slot as usize] as usize;
        if at > 0 {
            return &mut self.scratch.changed[at - 1];
        }
        let tables = self.tables;
        let changed = self.scratch.take(slot);
        changed.row.extend_from_slice(tables.row(slot));
        changed.assigned.extend_from_slice(tables.assigned.of(slot));
        changed.dynamic.extend_from_slice(tables.dynamic.of(slot));
        changed.direct.extend_from_slice(tables.direct.of(slot));
        changed
    }

    /// The SKUs that a person is meant to have, as bits.
    fn entitled(&self, slot: Slot, bits: &mut [u64]) {
        bits.fill(0);
        let (assigned, dynamic) = self.bundles_of(slot);
        for bundle in assigned.iter().chain(dynamic) {
            bits.iter_mut().zip(self.tables.bundle_bits(*bundle)).for_each(|(bits, more)| *bits |= more);
        }
        self.direct_of(slot).iter().for_each(|sku| bits[sku.get() / 64] |= 1 << (sku.get() % 64));
    }

    /// Somebody's bundles by assigned groups and by rules.
    fn bundles_of(&self, slot: Slot) -> (&[BundleIndex], &[BundleIndex]) {
        match self.scratch.get(slot) {
            Some(changed) => (&changed.assigned, &changed.dynamic),
            None if slot < self.world.exported() => (self.tables.assigned.of(slot), self.tables.dynamic.of(slot)),
            None => (&[], &[]),
        }
    }

    fn direct_of(&self, slot: Slot) -> &[SkuIndex] {
        match self.scratch.get(slot) {
            Some(changed) => &changed.direct,
            None if slot < self.world.exported() => self.tables.direct.of(slot),
            None => &[],
        }
    }

    /// Makes a change to somebody, hands the new groups to the ledger and books the difference. Somebody who joins had
    /// nothing before.
    fn change(&mut self, slot: Slot, reason: Reason, change: impl FnOnce(&mut Self)) {
        let mut before = std::mem::take(&mut self.scratch.before);
        let mut after = std::mem::take(&mut self.scratch.after);
        let joins = slot >= self.world.exported() && self.scratch.get(slot).is_none();
        match joins {
            true => before.fill(0),
            false => self.entitled(slot, &mut before),
        }
        change(self);
        self.entitled(slot, &mut after);
        book(&mut self.flows, &before, &after, reason);
        (self.scratch.before, self.scratch.after) = (before, after);
        self.hand_over(slot);
    }

    /// Tells the ledger the groups that somebody is in now.
    pub(super) fn hand_over(&mut self, slot: Slot) {
        let scratch = &mut *self.scratch;
        let at = scratch.index[slot as usize] as usize;
        let Some(changed) = at.checked_sub(1).map(|at| &scratch.changed[at]) else { return };
        scratch.bundles.clear();
        scratch.bundles.extend_from_slice(&changed.assigned);
        scratch.bundles.extend_from_slice(&changed.dynamic);
        scratch.bundles.sort_unstable();
        scratch.bundles.dedup();
        scratch.ledger.set_bundles(slot, &scratch.bundles);
    }

    /// Evaluates again, for one person, the rules that name one of `slots`, and those that look at the clock.
    fn reevaluate(&mut self, slot: Slot, slots: &[usize], day: u32) {
        let (world, tables) = (self.world, self.tables);
        let now = world.midnight(day);
        let mut rules = std::mem::take(&mut self.scratch.rules);
        rules.clear();
        slots.iter().for_each(|slot| rules.extend_from_slice(world.rules.rules_naming(*slot)));
        rules.extend_from_slice(&world.clocked);
        if slots.len() > 1 || !world.clocked.is_empty() {
            rules.sort_unstable();
            rules.dedup();
        }
        let changed = self.changed(slot);
        for rule in rules.iter().filter(|rule| tables.active[**rule]) {
            let bundle = world.rule_bundles[*rule];
            let member = world.rules.holds_row(*rule, &changed.row, now);
            match (changed.dynamic.binary_search(&bundle), member) {
                (Err(at), true) => changed.dynamic.insert(at, bundle),
                (Ok(at), false) => drop(changed.dynamic.remove(at)),
                _ => {}
            }
        }
        self.scratch.rules = rules;
    }

    fn set_enabled(&mut self, slot: Slot, enabled: bool, day: u32) {
        let Some(enabled_slot) = self.world.enabled_slot else { return };
        let reason = if enabled { Reason::Joiner } else { Reason::Leaver };
        let code = self.world.future.enabled(enabled);
        self.change(slot, reason, |run| {
            run.changed(slot).row[enabled_slot] = code;
            run.reevaluate(slot, &[enabled_slot], day);
        });
    }

    fn relocate(&mut self, slot: Slot, like: Slot, day: u32) {
        let (world, tables) = (self.world, self.tables);
        self.change(slot, Reason::Mover, |run| {
            let changed = run.changed(slot);
            world.moved_slots.iter().for_each(|moved| changed.row[*moved] = tables.row(like)[*moved]);
            run.reevaluate(slot, &world.moved_slots, day);
        });
        if world.plain.moves_class {
            let ledger = &mut self.scratch.ledger;
            let class = world.seeker(like).rank.class;
            ledger.set_rank(slot, Rank { class, ..ledger.seeker(slot).rank });
        }
    }

    fn regroup(&mut self, slot: Slot, eligible: u32, join: bool) {
        let bundle = self.world.plain.eligible[eligible as usize];
        self.change(slot, Reason::Mover, |run| {
            let assigned = &mut run.changed(slot).assigned;
            match (assigned.binary_search(&bundle), join) {
                (Err(at), true) => assigned.insert(at, bundle),
                (Ok(at), false) => drop(assigned.remove(at)),
                _ => {}
            }
        });
    }

    fn tick(&mut self, slot: Slot, day: u32) {
        let Some(hire_slot) = self.world.hire_slot else { return };
        if !self.scratch.gone[slot as usize] {
            self.change(slot, Reason::Mover, |run| run.reevaluate(slot, &[hire_slot], day));
        }
    }

    fn delete(&mut self, slot: Slot, day: u32) {
        let mut before = std::mem::take(&mut self.scratch.before);
        let mut after = std::mem::take(&mut self.scratch.after);
        self.entitled(slot, &mut before);
        after.fill(0);
        book(&mut self.flows, &before, &after, Reason::Leaver);
        (self.scratch.before, self.scratch.after) = (before, after);
        self.scratch.gone[slot as usize] = true;
        self.scratch.ledger.delete(slot, day, Deletion::Final);
    }

    fn join(&mut self, slot: Slot, like: Slot, day: u32) {
        let (world, tables) = (self.world, self.tables);
        self.change(slot, Reason::Joiner, |run| {
            let changed = run.scratch.take(slot);
            changed.row.extend_from_slice(tables.row(like));
            changed.direct.extend_from_slice(tables.direct.of(like));
            if let Some(hired) = world.hire_slot {
                changed.row[hired] = world.future.hired_on(day);
            }
            if let Some(enabled) = world.enabled_slot {
                changed.row[enabled] = world.future.enabled(true);
            }
            // Groups that people join by themselves are joined by an event of their own.
            let own = |bundle: &&BundleIndex| !world.plain.eligible.contains(*bundle);
            changed.assigned.extend(tables.assigned.of(like).iter().filter(own));
            // A group that is not processed takes nobody in.
            let decided = |bundle: &&BundleIndex| tables.decided[bundle.get()];
            changed.dynamic.extend(tables.dynamic.of(like).iter().filter(decided));
            if !world.clocked.is_empty() {
                let days = world.clock_days(&changed.row, day);
                for at in days {
                    run.clock.entry(at).or_default().insert(slot);
                }
            }
            run.reevaluate(slot, &world.renewed_slots, day);
        });
        tables.direct.of(like).iter().for_each(|sku| self.give(slot, *sku));
    }

    /// Reads every SKU's counts, books them for the day, and returns them.
    fn read(&mut self, day: u32) -> Vec<Reading> {
        let readings: Vec<Reading> = (0..self.skus.len())
            .map(|index| {
                let sku = SkuIndex(index as u32);
                let pending = self.only_direct(self.pending[index].iter().copied(), sku);
                let refused = self.only_direct(self.refused[index].iter().copied(), sku);
                Reading {
                    assigned: self.scratch.ledger.assigned(sku),
                    waiting: self.scratch.ledger.waiting(sku) + pending,
                    blocked: self.scratch.ledger.blocked(sku) + refused,
                    capacity: self.scratch.ledger.capacity(sku),
                }
            })
            .collect();
        self.repeat(day, &readings);
        readings
    }

    fn repeat(&mut self, day: u32, readings: &[Reading]) {
        let is_point = self.world.plain.points.binary_search(&day).is_ok();
        for (sku, reading) in self.skus.iter_mut().zip(readings) {
            if is_point {
                sku.readings.push(*reading);
            }
            if sku.first_short.is_none() && reading.shortfall() > 0 {
                sku.first_short = Some(day);
            }
            if day > 0 {
                sku.seat_days_waiting += u64::from(reading.waiting);
            }
        }
    }
}
