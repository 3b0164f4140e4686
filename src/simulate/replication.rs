//! One replication: events in, seats out. In: a world, a number. Out: a trajectory. Never: shares anything with another
//! replication but memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::event::{Event, Happening, Slot};
use super::rows;
use super::tally::{Flow, Reading, SkuTrajectory, Trajectory};
use super::workforce::{self, Population};
use super::world::World;
use crate::calendar;
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Deletion, Ledger, LicenseError, Rank, Refusal, Seeker};

/// A person whose attributes or groups are no longer those of an exported user.
struct Changed {
    row: Box<[u32]>,
    assigned: Vec<BundleIndex>,
    dynamic: Vec<BundleIndex>,
}

/// The SKUs that somebody is meant to have, as bits.
type SkuBits = Vec<u64>;

/// Which side of the bridge a change counts on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Joiner,
    Mover,
    Leaver,
}

struct Run<'w, 'l> {
    world: &'w World<'w>,
    ledger: &'l mut Ledger,
    changed: HashMap<Slot, Changed>,
    /// Days on which a joiner's rules with `system.now` are looked at again.
    clock: BTreeMap<u32, BTreeSet<Slot>>,
    /// Direct licences of joiners that found no unit: an administrator tries again each day, first come first served.
    pending: Vec<VecDeque<Slot>>,
    /// Direct licences of joiners that were refused for another reason than units.
    refused: Vec<Vec<Slot>>,
    gone: HashSet<Slot>,
    direct: HashMap<Slot, Vec<SkuIndex>>,
    flows: Vec<Flow>,
    skus: Vec<SkuTrajectory>,
    before: SkuBits,
    after: SkuBits,
}

/// Runs one replication on a ledger whose memory is used again.
pub fn replicate(world: &World<'_>, ledger: &mut Ledger, replication: u32) -> Trajectory {
    follow(world, ledger, replication, &mut |_, _| {})
}

/// The same, telling `watch` the readings of every day, today first: for the oracle.
pub fn follow(
    world: &World<'_>,
    ledger: &mut Ledger,
    replication: u32,
    watch: &mut dyn FnMut(u32, &[Reading]),
) -> Trajectory {
    ledger.clone_from(&world.ledger);
    let settings = world.settings();
    let population = workforce::draw(&world.people, &world.baseline.assumptions, settings.seed(), replication);
    let skus = world.sku_count();
    for (slot, like) in (world.exported()..).zip(&population.joined) {
        let seeker = world.ledger.seeker(*like);
        let added = ledger.add_user(Seeker { rank: Rank { place: slot, ..seeker.rank }, ..seeker });
        debug_assert_eq!(added, slot, "the ledger numbers users as they are added");
    }
    let mut run = Run {
        world,
        ledger,
        changed: HashMap::new(),
        clock: BTreeMap::new(),
        pending: vec![VecDeque::new(); skus],
        refused: vec![Vec::new(); skus],
        gone: HashSet::new(),
        direct: HashMap::new(),
        flows: vec![Flow::default(); skus],
        skus: vec![SkuTrajectory::default(); skus],
        before: vec![0; skus.div_ceil(64)],
        after: vec![0; skus.div_ceil(64)],
    };
    run.live(&population, watch);
    let mut trajectory = Trajectory { skus: run.skus, headcount: population.headcount };
    for (sku, flow) in trajectory.skus.iter_mut().zip(run.flows) {
        sku.flow = flow;
    }
    trajectory
}

impl Run<'_, '_> {
    fn live(&mut self, population: &Population, watch: &mut dyn FnMut(u32, &[Reading])) {
        let world = self.world;
        let mut events = population.events.as_slice();
        let mut exported_clock = world.clock.as_slice();
        let mut capacity = world.capacity_changes.as_slice();
        let horizon = world.settings().horizon_days();
        let mut readings = self.read(0);
        watch(0, &readings);
        for day in 1..=horizon {
            let mut touched = false;
            while let Some((change, rest)) = capacity.split_first().filter(|(change, _)| change.day <= day) {
                self.ledger.set_capacity(change.sku, change.units);
                (capacity, touched) = (rest, true);
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
            if touched || self.ledger.next_retry().is_some_and(|at| at <= day) {
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
        let _ = self.ledger.settle(day);
        for index in 0..self.pending.len() {
            let sku = SkuIndex(index as u32);
            while self.ledger.available(sku) > 0 {
                let Some(slot) = self.pending[index].pop_front() else { break };
                if !self.gone.contains(&slot) && self.ledger.direct_assign(slot, sku).is_err() {
                    self.pending[index].push_front(slot);
                    break;
                }
            }
        }
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
        let world = self.world;
        self.changed.entry(slot).or_insert_with(|| Changed {
            row: world.row(slot).into(),
            assigned: world.assigned.of(slot).to_vec(),
            dynamic: world.dynamic.of(slot).to_vec(),
        })
    }

    /// The SKUs a person is meant to have, as bits in `self.before` or `self.after`.
    fn entitled(&self, slot: Slot, bits: &mut SkuBits) {
        bits.fill(0);
        let mut set = |sku: SkuIndex| bits[sku.get() / 64] |= 1 << (sku.get() % 64);
        let (assigned, dynamic) = match self.changed.get(&slot) {
            Some(changed) => (changed.assigned.as_slice(), changed.dynamic.as_slice()),
            None if slot < self.world.exported() => (self.world.assigned.of(slot), self.world.dynamic.of(slot)),
            None => (&[][..], &[][..]),
        };
        for bundle in assigned.iter().chain(dynamic) {
            self.ledger.terms().bundle_skus(*bundle).for_each(&mut set);
        }
        self.direct_of(slot).iter().copied().for_each(set);
    }

    fn direct_of(&self, slot: Slot) -> &[SkuIndex] {
        if slot < self.world.exported() {
            return self.world.direct.of(slot);
        }
        self.direct.get(&slot).map_or(&[], Vec::as_slice)
    }

    /// Makes a change to somebody, hands the new groups to the ledger and books the difference.
    fn change(&mut self, slot: Slot, reason: Reason, change: impl FnOnce(&mut Self)) {
        let mut before = std::mem::take(&mut self.before);
        let mut after = std::mem::take(&mut self.after);
        self.entitled(slot, &mut before);
        change(self);
        self.entitled(slot, &mut after);
        for (word, (old, new)) in before.iter().zip(&after).enumerate() {
            let mut differing = old ^ new;
            while differing != 0 {
                let bit = differing.trailing_zeros() as usize;
                differing &= differing - 1;
                let flow = &mut self.flows[word * 64 + bit];
                match (new >> bit & 1 == 1, reason) {
                    (true, Reason::Joiner) => flow.joined += 1,
                    (true, _) => flow.moved_in += 1,
                    (false, Reason::Leaver) => flow.left += 1,
                    (false, _) => flow.moved_out += 1,
                }
            }
        }
        (self.before, self.after) = (before, after);
        if let Some(changed) = self.changed.get(&slot) {
            let mut bundles: Vec<BundleIndex> = changed.assigned.iter().chain(&changed.dynamic).copied().collect();
            bundles.sort_unstable();
            bundles.dedup();
            self.ledger.set_bundles(slot, &bundles);
        }
    }

    /// Evaluates again, for one person, the rules that name one of `slots`.
    fn reevaluate(&mut self, slot: Slot, slots: &[usize], day: u32) {
        let world = self.world;
        let now = rows::instant(calendar::after(world.settings().today(), day));
        let mut rules: Vec<usize> = slots.iter().flat_map(|slot| world.rules.rules_naming(*slot)).copied().collect();
        rules.sort_unstable();
        rules.dedup();
        let changed = self.changed(slot);
        for rule in rules {
            let bundle = world.rule_bundles[rule];
            let member = world.rules.holds_row(rule, &changed.row, now);
            match (changed.dynamic.binary_search(&bundle), member) {
                (Err(at), true) => changed.dynamic.insert(at, bundle),
                (Ok(at), false) => drop(changed.dynamic.remove(at)),
                _ => {}
            }
        }
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
        let world = self.world;
        self.change(slot, Reason::Mover, |run| {
            let changed = run.changed(slot);
            world.moved_slots.iter().for_each(|moved| changed.row[*moved] = world.row(like)[*moved]);
            run.reevaluate(slot, &world.moved_slots, day);
        });
    }

    fn regroup(&mut self, slot: Slot, eligible: u32, join: bool) {
        let bundle = self.world.eligible[eligible as usize];
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
        if !self.gone.contains(&slot) {
            self.change(slot, Reason::Mover, |run| run.reevaluate(slot, &[hire_slot], day));
        }
    }

    fn delete(&mut self, slot: Slot, day: u32) {
        self.change(slot, Reason::Leaver, |run| {
            let changed = run.changed(slot);
            changed.assigned.clear();
            changed.dynamic.clear();
        });
        // Direct licences are not in the lists of groups: they go with the account, and count as left.
        for index in 0..self.direct_of(slot).len() {
            let sku = self.direct_of(slot)[index];
            self.flows[sku.get()].left += 1;
        }
        self.gone.insert(slot);
        self.ledger.delete(slot, day, Deletion::Directory);
    }

    fn join(&mut self, slot: Slot, like: Slot, day: u32) {
        let world = self.world;
        self.change(slot, Reason::Joiner, |run| {
            let mut row: Box<[u32]> = world.row(like).into();
            let mut renewed = Vec::new();
            if let Some(hired) = world.hire_slot {
                row[hired] = world.future.hired_on(day);
                renewed.push(hired);
            }
            if let Some(enabled) = world.enabled_slot {
                row[enabled] = world.future.enabled(true);
                renewed.push(enabled);
            }
            // Groups that people join by themselves are joined by an event of their own.
            let own = |bundle: &&BundleIndex| !world.eligible.contains(*bundle);
            let assigned = world.assigned.of(like).iter().filter(own).copied().collect();
            if world.hire_slot.is_some() {
                for at in world.clock_days(&row, day) {
                    run.clock.entry(at).or_default().insert(slot);
                }
            }
            run.changed.insert(slot, Changed { row, assigned, dynamic: world.dynamic.of(like).to_vec() });
            run.reevaluate(slot, &renewed, day);
            run.direct.insert(slot, world.direct.of(like).to_vec());
        });
        for sku in world.direct.of(like) {
            match self.ledger.direct_assign(slot, *sku) {
                Ok(()) => {}
                Err(Refusal::License(LicenseError::CountViolation)) => self.pending[sku.get()].push_back(slot),
                Err(_) => self.refused[sku.get()].push(slot),
            }
        }
    }

    /// Reads every SKU's counts, books them for the day, and returns them.
    fn read(&mut self, day: u32) -> Vec<Reading> {
        let readings: Vec<Reading> = (0..self.skus.len())
            .map(|index| {
                let sku = SkuIndex(index as u32);
                let there = |slot: &&Slot| !self.gone.contains(*slot);
                let pending = self.pending[index].iter().filter(there).count() as u32;
                let refused = self.refused[index].iter().filter(there).count() as u32;
                Reading {
                    assigned: self.ledger.assigned(sku),
                    waiting: self.ledger.waiting(sku) + pending,
                    blocked: self.ledger.blocked(sku) + refused,
                    capacity: self.ledger.capacity(sku),
                }
            })
            .collect();
        self.repeat(day, &readings);
        readings
    }

    fn repeat(&mut self, day: u32, readings: &[Reading]) {
        let is_point = self.world.points.binary_search(&day).is_ok();
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
