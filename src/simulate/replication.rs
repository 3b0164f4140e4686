//! One replication: events in, seats out. In: a world, a number. Out: a trajectory. Never: shares anything with another
//! replication but memory and answers that are the same for all.

use super::bridge::{Bridge, Reason};
use super::event::{Event, Happening, Slot};
use super::person::{Joiner, Person};
use super::planned::{self, Stage};
use super::profile::PatternId;
use super::scratch::Scratch;
use super::tally::{Reading, SkuTrajectory, Trajectory};
use super::workforce::Population;
use super::world::World;
use crate::directory::SkuIndex;
use crate::licensing::{BundleIndex, Deletion, LicenseError, Rank, Refusal, Target};

pub(super) struct Run<'w, 's> {
    pub(super) world: &'w World<'w>,
    population: &'s Population,
    pub(super) scratch: &'s mut Scratch,
    /// What holds now, and its number.
    pub(super) stage: &'w Stage,
    pub(super) number: usize,
    /// Whether rules that read service plans turned each other on and off on any day.
    circling: bool,
    pub(super) bridge: Bridge,
    skus: Vec<SkuTrajectory>,
    /// Points that are not reached yet.
    points: &'w [u32],
}

/// Runs one replication.
pub fn replicate(world: &World<'_>, scratch: &mut Scratch, replication: u32) -> Trajectory {
    follow(world, scratch, replication, &mut |_, _| {})
}

/// The same, showing `watch` every day, today first.
pub fn follow(
    world: &World<'_>,
    scratch: &mut Scratch,
    replication: u32,
    watch: &mut dyn FnMut(u32, &Scratch),
) -> Trajectory {
    let population = planned::population(world, scratch, replication);
    scratch.begin(world, &population, replication);
    let skus = world.sku_count();
    let mut run = Run {
        world,
        population: &population,
        scratch,
        stage: &world.plan.stages[0],
        number: 0,
        circling: false,
        bridge: Bridge::new(skus),
        skus: vec![SkuTrajectory::default(); skus],
        points: &world.points,
    };
    run.live(watch);
    let circling = run.circling;
    let mut skus = run.skus;
    for (sku, flow) in skus.iter_mut().zip(run.bridge.into_flows()) {
        sku.flow = flow;
    }
    let (headcount, luck) = (population.headcount.clone(), population.luck.clone());
    scratch.drawing.give_back(population);
    Trajectory { skus, headcount, luck, circling }
}

/// How many of some events, which are in order, are over at the end of a day.
fn until(events: &[Event], day: u32) -> usize {
    events.iter().position(|event| event.day > day).unwrap_or(events.len())
}

impl<'w> Run<'w, '_> {
    fn live(&mut self, watch: &mut dyn FnMut(u32, &Scratch)) {
        let world = self.world;
        let mut events = self.population.events.as_slice();
        let mut exported_clock = world.clock.as_slice();
        let mut capacity = world.capacity_changes.as_slice();
        self.read(0);
        watch(0, self.scratch);
        for day in 1..=world.settings().horizon_days() {
            let mut touched = world.by_plans.every_day;
            while let Some((change, rest)) = capacity.split_first().filter(|(change, _)| change.day <= day) {
                self.scratch.ledger.set_capacity(change.sku, change.units);
                (capacity, touched) = (rest, true);
            }
            while world.plan.steps.get(self.number).is_some_and(|step| step.day <= day) {
                self.step(self.number);
                touched = true;
            }
            let (soon, later) = events.split_at(until(events, day));
            self.scratch.prefetch((self.stage, self.joiners()), &later[..until(later, day + 1)]);
            self.scratch.prepare(world, (self.stage, self.joiners()), soon);
            let today = |event: &Event| event.day <= day && !matches!(event.happening, Happening::Request { .. });
            while let Some((event, rest)) = events.split_first().filter(|(event, _)| today(event)) {
                self.apply(event);
                (events, touched) = (rest, true);
            }
            while let Some(((_, slot), rest)) = exported_clock.split_first().filter(|((at, _), _)| *at <= day) {
                self.tick(*slot, day);
                (exported_clock, touched) = (rest, true);
            }
            let ticks = std::mem::take(&mut self.scratch.ticks[day as usize]);
            for slot in &ticks {
                self.tick(*slot, day);
                touched = true;
            }
            self.scratch.ticks[day as usize] = ticks;
            // Requests are the last of a day's events.
            while let Some((event, rest)) = events.split_first().filter(|(event, _)| event.day <= day) {
                self.apply(event);
                (events, touched) = (rest, true);
            }
            // Delayed retries are the ledger's own: it has to be asked on days on which nothing else happens too.
            if touched || self.scratch.ledger.next_retry().is_some_and(|at| at <= day) {
                self.circling |= self.settle_in_stages(day);
                self.read(day);
            } else {
                self.book_readings(day);
            }
            watch(day, self.scratch);
        }
    }

    pub(super) fn settle(&mut self, day: u32) {
        let Scratch { ledger, pending, gone, .. } = &mut *self.scratch;
        // The rounds of a tick are bounded (R2); what has not settled by then stays as it is, which only a contradiction in
        // the plan data can bring about.
        let _ = ledger.settle(day);
        // A unit that went to a direct licence is one that those who wait by groups no longer see.
        if pending.retry(ledger, gone) {
            let _ = ledger.settle(day);
        }
    }

    fn apply(&mut self, event: &Event) {
        let world = self.world;
        match event.happening {
            Happening::Delete { slot } => self.delete(slot, event.day),
            Happening::Disable { slot } => self.set_enabled(slot, false, event.day),
            Happening::RemoveLicenses { slot } => self.remove_licenses(slot),
            Happening::Enable { slot } => self.set_enabled(slot, true, event.day),
            Happening::Move { slot, like } => self.relocate(slot, like, event.day),
            Happening::LeaveGroup { slot, eligible } => self.regroup(slot, world.eligible[eligible as usize], false),
            Happening::JoinGroup { slot, eligible } => self.regroup(slot, world.eligible[eligible as usize], true),
            Happening::Join { slot, like } => self.join(slot, like, event.day),
            Happening::Request { sku, by } => self.request(sku, by),
        }
    }

    /// The first of those who ask and have not got a SKU is assigned it directly, or waits for it.
    fn request(&mut self, sku: SkuIndex, by: u32) {
        let population = self.population;
        let scratch = &mut *self.scratch;
        let has = |slot: &Slot| {
            let person = scratch.persons.get(*slot);
            scratch.ledger.gives(person.target, sku) || scratch.direct.list(person.direct).contains(&sku)
        };
        let asks = |slot: &&Slot| !scratch.gone[**slot as usize] && !has(slot);
        let Some(slot) = population.asked[by as usize].iter().find(asks).copied() else { return };
        let person = scratch.persons.get(slot);
        scratch.persons.set(slot, Person { direct: scratch.direct.edit(person.direct, sku, true), ..person });
        scratch.learn_direct(self.world);
        self.bridge.request(sku);
        self.give(slot, sku);
    }

    /// Puts somebody's new state in the place of the old, tells the ledger, and books the difference.
    pub(super) fn put(&mut self, slot: Slot, mut person: Person, reason: Option<Reason>) {
        let scratch = &mut *self.scratch;
        let of = (&self.world.kinds, &self.world.rules);
        let still = scratch.profiles.target(person.profile, of, &mut scratch.ledger);
        let by_rules = scratch.ledger.union(still, person.clock);
        person.target = scratch.ledger.union(by_rules, person.assigned);
        for beside in scratch.persons.beside(slot) {
            person.target = scratch.ledger.union(person.target, beside);
        }
        self.put_whole(slot, person, reason);
    }

    /// The same with all bundles known.
    fn put_whole(&mut self, slot: Slot, person: Person, reason: Option<Reason>) {
        let scratch = &mut *self.scratch;
        let before = scratch.persons.get(slot).target;
        scratch.persons.set(slot, person);
        if person.target == before {
            return;
        }
        scratch.ledger.set_target(slot, person.target);
        scratch.learn_direct(self.world);
        let words = self.world.words;
        let (old, new) = (scratch.ledger.skus_of_target(before), scratch.ledger.skus_of_target(person.target));
        for word in 0..reason.map_or(0, |_| words) {
            let direct = scratch.direct_bits[person.direct as usize * words + word];
            let (old, new) = (old[word] | direct, new[word] | direct);
            reason.iter().for_each(|reason| self.bridge.book(word, old, new, *reason));
        }
        let Scratch { ledger, pending, .. } = scratch;
        pending.regrouped(slot, |sku| (ledger.gives(before, sku), ledger.gives(person.target, sku)));
    }

    /// Somebody after a change of attributes; `clock` where rules that look at the clock have to be asked too.
    fn changed(&mut self, slot: Slot, pattern: PatternId, clock: bool, day: u32) -> Person {
        let world = self.world;
        let scratch = &mut *self.scratch;
        let mut person = scratch.persons.get(slot);
        let rules = (&world.kinds, &world.rules);
        person.profile = scratch.profiles.apply(person.profile, pattern, rules, &mut scratch.ledger);
        if clock {
            person.clock = self.by_clock(slot, &person, day);
        }
        person
    }

    /// The bundles by rules that look at the clock.
    fn by_clock(&mut self, slot: Slot, person: &Person, day: u32) -> Target {
        if self.stage.clocked.is_empty() {
            return Target::NOTHING;
        }
        let world = self.world;
        let now = world.midnight(day);
        let scratch = &mut *self.scratch;
        scratch.profiles.row(&world.kinds, person.profile, &mut scratch.row);
        scratch.persons.codes(slot).for_each(|(attribute, code)| scratch.row[attribute] = code);
        let holds = |(rule, _): &&(usize, BundleIndex)| world.rules.holds_row(*rule, &scratch.row, now);
        scratch.bundles.clear();
        scratch.bundles.extend(self.stage.clocked.iter().filter(holds).map(|(_, bundle)| *bundle));
        scratch.bundles.sort_unstable();
        scratch.bundles.dedup();
        scratch.ledger.target(&scratch.bundles)
    }

    /// Codes that stand for somebody.
    pub(super) fn row(&mut self, slot: Slot) -> Vec<u32> {
        let mut row = Vec::new();
        self.scratch.profiles.row(&self.world.kinds, self.scratch.persons.get(slot).profile, &mut row);
        self.scratch.persons.codes(slot).for_each(|(attribute, code)| row[attribute] = code);
        row
    }

    /// Codes that stand for a model as the plan has made it.
    fn row_of_model(&mut self, model: Slot) -> Vec<u32> {
        let mut row = Vec::new();
        let models = &self.stage.models;
        self.scratch.profiles.row(&self.world.kinds, models.get(model).profile, &mut row);
        models.codes(model).for_each(|(attribute, code)| row[attribute] = code);
        row
    }

    fn set_enabled(&mut self, slot: Slot, enabled: bool, day: u32) {
        let Some(patterns) = self.world.enabling else { return };
        let reason = if enabled { Reason::Joiner } else { Reason::Leaver };
        let person = self.changed(slot, patterns[usize::from(enabled)], self.world.clock_reads_enabled, day);
        self.put(slot, person, Some(reason));
    }

    fn relocate(&mut self, slot: Slot, like: Slot, day: u32) {
        let world = self.world;
        if world.moves_clock {
            let row = self.row_of_model(like);
            world.moved_slots.iter().for_each(|moved| self.scratch.persons.set_code(slot, *moved, row[*moved]));
            self.schedule(slot, &row, day);
        }
        let person = self.changed(slot, self.stage.moving[like as usize], world.clock_reads_moved, day);
        self.put(slot, person, Some(Reason::Mover));
        if world.moves_class {
            let ledger = &mut self.scratch.ledger;
            let class = world.seeker(like).rank.class;
            ledger.set_rank(slot, Rank { class, ..ledger.seeker(slot).rank });
        }
    }

    pub(super) fn schedule(&mut self, slot: Slot, row: &[u32], day: u32) {
        for at in self.world.clock_days(row, day) {
            self.scratch.ticks[at as usize].push(slot);
        }
    }

    fn regroup(&mut self, slot: Slot, bundle: BundleIndex, join: bool) {
        let scratch = &mut *self.scratch;
        let mut person = scratch.persons.get(slot);
        scratch.bundles.clear();
        scratch.bundles.extend_from_slice(scratch.ledger.bundles_in(person.assigned));
        match (scratch.bundles.binary_search(&bundle), join) {
            (Err(at), true) => scratch.bundles.insert(at, bundle),
            (Ok(at), false) => drop(scratch.bundles.remove(at)),
            _ => {}
        }
        person.assigned = scratch.ledger.target(&scratch.bundles);
        self.put(slot, person, Some(Reason::Mover));
    }

    fn tick(&mut self, slot: Slot, day: u32) {
        if !self.scratch.gone[slot as usize] {
            let mut person = self.scratch.persons.get(slot);
            person.clock = self.by_clock(slot, &person, day);
            self.put(slot, person, Some(Reason::Mover));
        }
    }

    fn delete(&mut self, slot: Slot, day: u32) {
        let scratch = &mut *self.scratch;
        // A step of a plan may have made lists that nobody has looked at yet.
        scratch.learn_direct(self.world);
        let person = scratch.persons.get(slot);
        let words = self.world.words;
        for word in 0..words {
            let direct = scratch.direct_bits[person.direct as usize * words + word];
            let old = scratch.ledger.skus_of_target(person.target)[word] | direct;
            self.bridge.book(word, old, 0, Reason::Leaver);
        }
        scratch.gone[slot as usize] = true;
        scratch.pending.left(slot);
        scratch.ledger.delete(slot, day, Deletion::Final);
    }

    fn join(&mut self, slot: Slot, like: Slot, day: u32) {
        let world = self.world;
        self.scratch.here[slot as usize] = true;
        if let Some(Joiner { person, seeker }) = self.joiners().get(like as usize).copied() {
            self.scratch.ledger.welcome(slot, seeker);
            self.book_direct(person, Reason::Joiner);
            self.put_whole(slot, person, Some(Reason::Joiner));
            return world.direct_lists.list(person.direct).iter().for_each(|sku| self.give(slot, *sku));
        }
        let scratch = &mut *self.scratch;
        scratch.ledger.welcome(slot, world.seeker(like));
        let model = self.stage.models.get(like);
        scratch.persons.take_codes(slot, like, &self.stage.models);
        if let Some(hired) = world.hire_slot {
            scratch.persons.set_code(slot, hired, world.future.hired_on(day));
        }
        // Nobody yet: nothing by groups, and what is assigned directly counts as joined below.
        scratch
            .persons
            .set(slot, Person { target: Target::NOTHING, assigned: world.joiner_assigned(model.assigned), ..model });
        let person = self.changed(slot, world.joining[day as usize], true, day);
        self.schedule_joiner(slot, like, day);
        self.book_direct(person, Reason::Joiner);
        self.put(slot, person, Some(Reason::Joiner));
        world.direct_lists.list(person.direct).iter().for_each(|sku| self.give(slot, *sku));
    }

    /// What everybody is like who joins like a model; empty where that depends on the day.
    fn joiners(&self) -> &'w [Joiner] {
        if self.number == 0 { &self.world.joiners } else { &[] }
    }

    /// Assigns a SKU directly; what is refused waits for another try.
    pub(super) fn give(&mut self, slot: Slot, sku: SkuIndex) {
        let scratch = &mut *self.scratch;
        if let Err(refusal) = scratch.ledger.direct_assign(slot, sku) {
            let entitled = scratch.ledger.gives(scratch.persons.get(slot).target, sku);
            // A seat that a group gave may be kept until another one is granted in its place.
            let by_group = entitled || scratch.ledger.holds(slot, sku);
            let short = refusal == Refusal::License(LicenseError::CountViolation);
            scratch.pending.add(slot, sku, short, by_group);
        }
    }

    fn schedule_joiner(&mut self, slot: Slot, like: Slot, day: u32) {
        let world = self.world;
        if world.clocked.is_empty() {
            return;
        }
        if let Some(ticks) = &world.joiner_ticks {
            ticks[day as usize].iter().for_each(|at| self.scratch.ticks[*at as usize].push(slot));
            return;
        }
        let mut row = self.row_of_model(like);
        if let Some(hired) = world.hire_slot {
            row[hired] = world.future.hired_on(day);
        }
        self.schedule(slot, &row, day);
    }

    fn book_direct(&mut self, person: Person, reason: Reason) {
        let words = self.world.words;
        for word in 0..words {
            let direct = self.scratch.direct_bits[person.direct as usize * words + word];
            self.bridge.book(word, 0, direct, reason);
        }
    }

    /// Reads every SKU's counts and books them for the day.
    fn read(&mut self, day: u32) {
        let Scratch { ledger, pending, readings, persons, gone, .. } = &mut *self.scratch;
        let only_direct = |slot: Slot, sku: SkuIndex| {
            let by_group = ledger.gives(persons.get(slot).target, sku) || ledger.holds(slot, sku);
            !gone[slot as usize] && !by_group
        };
        pending.count(only_direct);
        readings.clear();
        readings.extend((0..self.skus.len()).map(|index| {
            let sku = SkuIndex(index as u32);
            let (waiting, refused) = pending.counts(sku);
            Reading {
                assigned: ledger.assigned(sku),
                waiting: ledger.waiting(sku) + waiting,
                blocked: ledger.blocked(sku) + refused,
                capacity: ledger.capacity(sku),
            }
        }));
        self.book_readings(day);
    }

    fn book_readings(&mut self, day: u32) {
        let is_point = self.points.first() == Some(&day);
        if is_point {
            self.points = &self.points[1..];
        }
        for (sku, reading) in self.skus.iter_mut().zip(&self.scratch.readings) {
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
