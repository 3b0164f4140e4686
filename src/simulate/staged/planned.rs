//! What a plan does to the people of one replication: newcomers, hires, freezes, lay-offs, purges. In: a world, a replication.
//! Out: the population that chance alone would bring, and what the plan makes of it. Never: another draw for anybody whom the
//! plan leaves alone, so that plans meet the same luck.
//!
//! Whoever joins by plan takes a number behind all others, and is drawn by the key of the change, not by its place in a list.

use super::epoch::Person;
use super::script::{PeopleAct, Who};
use super::stage::{Newcomers, PlannedAct};
use super::world::Staged;
use crate::scenario::{self, Size};
use crate::simulate::event::{Event, Happening, Slot};
use crate::simulate::people::{NEVER, leaving};
use crate::simulate::rates::Rates;
use crate::simulate::workforce::{self, Population};

/// The population of a replication.
pub fn population(world: &Staged<'_>, replication: u32) -> Population {
    let settings = world.settings();
    let drawn = workforce::draw(world.people(), &world.baseline().assumptions, settings.seed(), replication);
    if world.people_acts.is_empty() {
        return drawn;
    }
    let mut crowd = Crowd::new(world, drawn, replication);
    for act in &world.people_acts {
        crowd.enact(act);
    }
    crowd.into_population()
}

/// Everybody of one replication while plans are worked in.
struct Crowd<'w> {
    world: &'w Staged<'w>,
    replication: u32,
    population: Population,
    /// The day on which somebody is there for the first time, and on which they are not any more, by slot.
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Moves, in order of days, and whether a slot has any.
    moves: Vec<(Slot, u32, Slot)>,
    moved: Vec<bool>,
    /// The day from which on a slot's events are void, of those that were drawn or added before the end was known.
    cut: Vec<(u32, usize)>,
    added: Vec<Event>,
    /// Who joined by plan: a freeze is about hiring by chance.
    planned_from: Slot,
}

impl<'w> Crowd<'w> {
    fn new(world: &'w Staged<'w>, population: Population, replication: u32) -> Self {
        let slots = world.exported() as usize + population.joined.len();
        let mut starts = vec![0; world.exported() as usize];
        starts.resize(slots, NEVER);
        let mut crowd = Self {
            world,
            replication,
            starts,
            ends: vec![NEVER; slots],
            moves: Vec::new(),
            moved: vec![false; slots],
            cut: vec![(NEVER, 0); slots],
            added: Vec::new(),
            planned_from: slots as Slot,
            population,
        };
        let events = std::mem::take(&mut crowd.population.events);
        events.iter().for_each(|event| crowd.note(event));
        crowd.population.events = events;
        crowd
    }

    /// Reads the start, the end and the moves of a slot off an event. Events come in order of days.
    fn note(&mut self, event: &Event) {
        match event.happening {
            Happening::Join { slot, .. } => self.starts[slot as usize] = event.day,
            Happening::Enable { slot } => self.starts[slot as usize] = event.day,
            Happening::Disable { slot } | Happening::Delete { slot } => {
                let end = &mut self.ends[slot as usize];
                *end = (*end).min(event.day);
            }
            Happening::Move { slot, like } => {
                self.moves.push((slot, event.day, like));
                self.moved[slot as usize] = true;
            }
            Happening::LeaveGroup { .. } | Happening::JoinGroup { .. } => {}
        }
    }

    fn model(&self, slot: Slot) -> Slot {
        slot.checked_sub(self.world.exported()).map_or(slot, |joined| self.population.joined[joined as usize])
    }

    fn is_guest(&self, slot: Slot) -> bool {
        self.world.seeker(self.model(slot)).guest
    }

    /// Whether somebody is there at the start of a day: who begins on it comes after whoever goes.
    fn is_there(&self, slot: Slot, day: u32) -> bool {
        self.starts[slot as usize] < day && self.ends[slot as usize] > day
    }

    /// A number in `[0, 1)` of a person under a change, another in each replication.
    fn lot(&self, key: u64, number: u64) -> f64 {
        scenario::lot(key ^ scenario::key(&format!("{} {}", self.world.settings().seed(), self.replication)), number)
    }

    /// The attributes of somebody on a day, as far as rules name them.
    fn person(&self, slot: Slot, day: u32) -> Person {
        let world = self.world;
        let model = self.model(slot);
        let since = if slot < world.exported() { 0 } else { self.starts[slot as usize] };
        let mut done = world.steps.partition_point(|step| step.day <= since);
        let tables = &world.tables[done];
        let mut person = Person {
            exported: Some(slot).filter(|slot| *slot < world.exported()),
            name: world.name_of(slot),
            row: tables.row(model).to_vec(),
            assigned: tables.assigned.of(model).to_vec(),
            dynamic: tables.dynamic.of(model).to_vec(),
            direct: Vec::new(),
        };
        let moves = if self.moved[slot as usize] { self.moves.as_slice() } else { &[] };
        let mut moves = moves.iter().filter(|(mover, at, _)| *mover == slot && *at <= day).peekable();
        loop {
            let tables = &world.tables[done];
            let step = world.steps.get(done).filter(|step| step.day <= day);
            match (moves.peek(), step) {
                (Some((_, at, like)), step) if step.is_none_or(|step| *at < step.day) => {
                    world.moved_slots.iter().for_each(|moved| person.row[*moved] = tables.row(*like)[*moved]);
                    person.decide(&world.moved_slots, tables, world.rules(), self.world.midnight(*at));
                    moves.next();
                }
                (_, Some(step)) => {
                    person.live_through(
                        &step.edits,
                        &world.tables[done + 1],
                        world.rules(),
                        self.world.midnight(step.day),
                    );
                    done += 1;
                }
                (_, None) => return person,
            }
        }
    }

    fn is(&self, slot: Slot, who: &Who, day: u32) -> bool {
        let world = self.world;
        match who {
            Who::Everybody => true,
            // Most people are as exported, and their row is in a table.
            Who::Rule(rule) if slot < world.exported() && !self.moved[slot as usize] => {
                let tables = &world.tables[world.steps.partition_point(|step| step.day <= day)];
                world.rules.holds_row(*rule, tables.row(slot), self.world.midnight(day))
            }
            who => self.person(slot, day).is(who, world.rules(), self.world.midnight(day)),
        }
    }

    fn enact(&mut self, planned: &PlannedAct) {
        let day = planned.day;
        match &planned.act {
            PeopleAct::Acquire(number) => self.acquire(&self.world.newcomers[*number], day, planned.key),
            PeopleAct::Freeze { who, until } => self.freeze(who, day, *until),
            PeopleAct::Hire { who, people, until } => self.hire(who, *people, day, *until, planned.key),
            PeopleAct::LayOff { who, size } => self.lay_off(who, *size, day, planned.key),
            PeopleAct::PurgeGuests { who } => {
                let guests = (0..self.starts.len() as Slot).filter(|slot| self.is_guest(*slot));
                let guests: Vec<Slot> =
                    guests.filter(|slot| self.is_there(*slot, day) && self.is(*slot, who, day)).collect();
                for slot in guests {
                    self.end(slot, day);
                    self.added.push(Event { day, happening: Happening::Delete { slot } });
                }
            }
        }
    }

    /// Everything that chance would bring somebody from the day on is void.
    fn end(&mut self, slot: Slot, day: u32) {
        self.cut[slot as usize] = (day, self.added.len());
        self.ends[slot as usize] = self.ends[slot as usize].min(day);
    }

    /// Counts somebody in or out at every point on which they would have been counted otherwise.
    fn count(&mut self, from: u32, to: u32, by: i32) {
        for (point, headcount) in self.world.plain.points.iter().zip(&mut self.population.headcount) {
            if (from..to).contains(point) {
                *headcount = headcount.saturating_add_signed(by);
            }
        }
    }

    fn freeze(&mut self, who: &Who, day: u32, until: u32) {
        let hired = self.world.exported()..self.planned_from;
        let frozen: Vec<Slot> = hired
            .filter(|slot| (day..=until).contains(&self.starts[*slot as usize]) && !self.is_guest(*slot))
            .filter(|slot| self.is(*slot, who, self.starts[*slot as usize]))
            .collect();
        for slot in frozen {
            let (from, to) = (self.starts[slot as usize], self.ends[slot as usize]);
            self.count(from, to, -1);
            self.starts[slot as usize] = NEVER;
            self.end(slot, 0);
        }
    }

    fn lay_off(&mut self, who: &Who, size: Size, day: u32, key: u64) {
        let there = |slot: &Slot| self.is_there(*slot, day) && !self.is_guest(*slot) && self.is_employed(*slot);
        let mut cohort: Vec<(f64, Slot)> = (0..self.starts.len() as Slot)
            .filter(|slot| there(slot) && self.is(*slot, who, day))
            .map(|slot| (self.lot(key, u64::from(slot)), slot))
            .collect();
        cohort.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        cohort.truncate(match size {
            Size::People(people) => people as usize,
            Size::Share(share) => (share * cohort.len() as f64).round() as usize,
        });
        let lag = self.world.baseline().assumptions.deletion_lag_days;
        for (_, slot) in cohort {
            self.count(day, self.ends[slot as usize], -1);
            self.end(slot, day);
            self.added.extend(leaving(slot, day, lag, self.world.settings().horizon_days()));
        }
    }

    /// Whether the account is one that comes and goes by chance, too: not one that is switched off today and stays so.
    fn is_employed(&self, slot: Slot) -> bool {
        slot >= self.world.exported() || self.world.people().members.binary_search(&slot).is_ok()
    }

    fn join(&mut self, like: Slot, day: u32) -> Slot {
        let slot = self.starts.len() as Slot;
        self.population.joined.push(like);
        self.starts.push(day);
        self.ends.push(NEVER);
        self.cut.push((NEVER, 0));
        self.moved.push(false);
        self.added.push(Event { day, happening: Happening::Join { slot, like } });
        slot
    }

    fn hire(&mut self, who: &Who, people: u32, day: u32, until: u32, key: u64) {
        let tables = &self.world.tables[self.world.steps.partition_point(|step| step.day <= day)];
        let now = self.world.midnight(day);
        let fits = |model: &&Slot| match who {
            Who::Everybody => true,
            who => {
                let row = tables.row(**model).to_vec();
                let (assigned, dynamic) = (tables.assigned.of(**model).to_vec(), tables.dynamic.of(**model).to_vec());
                let person = Person { exported: Some(**model), row, assigned, dynamic, ..Person::default() };
                person.is(who, self.world.rules(), now)
            }
        };
        let models: Vec<Slot> = self.world.people().members.iter().filter(fits).copied().collect();
        if models.is_empty() {
            return;
        }
        let length = f64::from(until.saturating_sub(day).max(1));
        for number in 0..u64::from(people) {
            let like = models[(self.lot(key, 3 * number) * models.len() as f64) as usize];
            let joins = day + (self.lot(key, 3 * number + 1) * length) as u32;
            if joins > self.world.settings().horizon_days() {
                continue;
            }
            let slot = self.join(like, joins);
            let end = self.leaving_day(joins, key, 3 * number + 2);
            self.count(joins, end, 1);
            if end != NEVER {
                self.leave(slot, end);
            }
        }
    }

    fn leave(&mut self, slot: Slot, day: u32) {
        self.ends[slot as usize] = day;
        let lag = self.world.baseline().assumptions.deletion_lag_days;
        self.added.extend(leaving(slot, day, lag, self.world.settings().horizon_days()));
    }

    /// The day on which somebody who joined by plan leaves again by the rate of the replication.
    fn leaving_day(&self, joins: u32, key: u64, number: u64) -> u32 {
        let world = self.world;
        let assumptions = &world.baseline().assumptions;
        let seed = world.settings().seed();
        let rates = Rates::new(assumptions, &world.people().cohorts.enabled, seed, self.replication);
        let chance = rates.leavers.chance(world.people().enabled as usize);
        let mut left = self.lot(key, number);
        for month in world.people().months.iter().filter(|month| month.start >= joins) {
            let chance = (chance * assumptions.leaver_seasonality[month.of_year]).clamp(0.0, 1.0);
            if left < chance {
                return month.start + 1 + ((left / chance * f64::from(month.length)) as u32).min(month.length - 1);
            }
            // What is left of the number is uniform again.
            left = (left - chance) / (1.0 - chance);
        }
        NEVER
    }

    /// The workforce of another tenant, as its own chance brings it, from the day on which it joins.
    fn acquire(&mut self, newcomers: &Newcomers, day: u32, key: u64) {
        let world = self.world;
        let (people, first) = (&newcomers.people, newcomers.first);
        let theirs =
            workforce::draw(people, &world.baseline().assumptions, world.settings().seed() ^ key, self.replication);
        let slots = people.count as usize + theirs.joined.len();
        let model = |slot: Slot| first + slot.checked_sub(people.count).map_or(slot, |j| theirs.joined[j as usize]);
        let (mut starts, mut ends) = (vec![NEVER; slots], vec![NEVER; slots]);
        people.members.iter().for_each(|slot| starts[*slot as usize] = 0);
        for event in &theirs.events {
            match event.happening {
                Happening::Join { slot, .. } | Happening::Enable { slot } => starts[slot as usize] = event.day,
                Happening::Disable { slot } | Happening::Delete { slot } => {
                    ends[slot as usize] = ends[slot as usize].min(event.day);
                }
                _ => {}
            }
        }
        let mut slot_of = vec![NEVER; slots];
        for slot in 0..slots as Slot {
            let (start, end) = (starts[slot as usize].max(day), ends[slot as usize]);
            // Their guests are not ours.
            if starts[slot as usize] == NEVER || end <= start || world.seeker(model(slot)).guest {
                continue;
            }
            let ours = self.join(model(slot), start);
            self.count(start, end, 1);
            slot_of[slot as usize] = ours;
            if end != NEVER {
                self.leave(ours, end);
            }
        }
        for event in &theirs.events {
            if let Happening::Move { slot, like } = event.happening {
                let ours = slot_of[slot as usize];
                if ours != NEVER && event.day > self.starts[ours as usize] {
                    let happening = Happening::Move { slot: ours, like: first + like };
                    self.moves.push((ours, event.day, first + like));
                    self.moved[ours as usize] = true;
                    self.added.push(Event { day: event.day, happening });
                }
            }
        }
    }

    fn into_population(self) -> Population {
        let Crowd { mut population, cut, added, .. } = self;
        let stands = |at: usize, event: &Event| {
            let (day, known) = cut[slot_of(event) as usize];
            event.day < day || at >= known
        };
        population.events.retain(|event| event.day < cut[slot_of(event) as usize].0);
        let added = added.iter().enumerate().filter(|(at, event)| stands(*at, event));
        population.events.extend(added.map(|(_, event)| *event));
        population.events.sort_unstable();
        population
    }
}

fn slot_of(event: &Event) -> Slot {
    match event.happening {
        Happening::Delete { slot }
        | Happening::Disable { slot }
        | Happening::Enable { slot }
        | Happening::Move { slot, .. }
        | Happening::LeaveGroup { slot, .. }
        | Happening::Join { slot, .. }
        | Happening::JoinGroup { slot, .. } => slot,
    }
}
