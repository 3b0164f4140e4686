//! What a plan does to the people of one replication: newcomers, hires, freezes, lay-offs, purges. In: a world, a replication.
//! Out: the population that chance alone would bring, and what the plan makes of it. Never: another draw for anybody whom the
//! plan leaves alone, so that plans meet the same luck.
//!
//! Whoever joins by plan takes a number behind all others, and is drawn by the key of the change, not by its place in a list.

use super::live::Someone;
use super::script::{PeopleAct, Who};
use super::stage::PlannedAct;
use crate::scenario::{self, Size};
use crate::simulate::event::{Event, Happening, Slot};
use crate::simulate::people::{NEVER, add_leaving};
use crate::simulate::scratch::Scratch;
use crate::simulate::workforce::{self, Population};
use crate::simulate::world::World;

/// The population of a replication. The thread's memory only serves to ask rules.
pub fn population(world: &World<'_>, scratch: &mut Scratch, replication: u32) -> Population {
    let settings = world.settings();
    let luck = (settings.seed(), replication);
    let drawn = workforce::draw(&world.people, &world.baseline.assumptions, luck, &mut scratch.drawing);
    if world.plan.people_acts.is_empty() {
        return drawn;
    }
    let mut crowd = Crowd::new(world, scratch, drawn, replication);
    for act in &world.plan.people_acts {
        crowd.enact(act);
    }
    crowd.into_population()
}

/// What waves are drawn by of the person who joined as number `joined`, from 0.
pub fn joined_name(joined: u32) -> u64 {
    scenario::key(&format!("joined {joined}"))
}

/// Everybody of one replication while plans are worked in.
pub(super) struct Crowd<'w, 's> {
    pub(super) world: &'w World<'w>,
    pub(super) scratch: &'s mut Scratch,
    pub(super) replication: u32,
    pub(super) population: Population,
    /// The day on which somebody is there for the first time, and on which they are not any more, by slot.
    pub(super) starts: Vec<u32>,
    pub(super) ends: Vec<u32>,
    /// Moves, in order of slots and days, and whether a slot has any.
    pub(super) moves: Vec<(Slot, u32, Slot)>,
    pub(super) moved: Vec<bool>,
    /// The day from which on a slot's events are void, of those that were drawn or added before the end was known.
    pub(super) cut: Vec<(u32, usize)>,
    pub(super) added: Vec<Event>,
    /// Who joined by plan: a freeze is about hiring by chance.
    pub(super) planned_from: Slot,
}

impl<'w, 's> Crowd<'w, 's> {
    fn new(world: &'w World<'w>, scratch: &'s mut Scratch, population: Population, replication: u32) -> Self {
        let slots = world.exported() as usize + population.joined.len();
        let mut starts = vec![0; world.exported() as usize];
        starts.resize(slots, NEVER);
        let mut crowd = Self {
            world,
            scratch,
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
        crowd.moves.sort_unstable();
        crowd
    }

    /// Reads the start, the end and the moves of a slot off an event.
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
            Happening::RemoveLicenses { .. }
            | Happening::LeaveGroup { .. }
            | Happening::JoinGroup { .. }
            | Happening::Request { .. } => {}
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

    /// What people are drawn by under a change, another in each replication.
    pub(super) fn key(&self, key: u64) -> u64 {
        key ^ scenario::key(&format!("{} {}", self.world.settings().seed(), self.replication))
    }

    /// Somebody on a day, as far as rules and groups go.
    fn someone(&mut self, slot: Slot, day: u32) -> (Someone, usize) {
        let world = self.world;
        let plan = &world.plan;
        let joins = slot >= world.exported();
        let since = if joins { self.starts[slot as usize] } else { 0 };
        let mut done = plan.stage_on(since);
        let mut someone = Someone::of(&plan.stages[done].models, self.model(slot));
        someone.exported = Some(slot).filter(|_| !joins);
        someone.name = self.scratch.name_of(world, slot);
        let mut lens = self.scratch.lens(world, &[]);
        if joins {
            someone.person.assigned = world.joiner_assigned(someone.person.assigned);
            someone.kept = crate::licensing::Target::NOTHING;
            let hired = world.hire_slot.map(|slot| (slot, world.future.hired_on(since)));
            lens.rewrite(&mut someone, hired.as_slice(), world.joining[since as usize]);
        } else if (1..day).contains(&self.starts[slot as usize])
            && let Some([_, enabled]) = world.enabling
        {
            lens.rewrite(&mut someone, &[], enabled);
        }
        let of_slot = |moves: &[(Slot, u32, Slot)]| {
            let first = moves.partition_point(|(mover, ..)| *mover < slot);
            first..first + moves[first..].partition_point(|(mover, at, _)| *mover == slot && *at <= day)
        };
        let mut moves = self.moves[of_slot(&self.moves)].iter().peekable();
        loop {
            let stage = &plan.stages[done];
            let step = plan.steps.get(done).filter(|step| step.day <= day);
            match (moves.peek(), step) {
                (Some((_, at, like)), step) if step.is_none_or(|step| *at < step.day) => {
                    let taken = stage.models.codes(*like).filter(|(slot, _)| world.moved_slots.contains(slot));
                    lens.rewrite(&mut someone, &taken.collect::<Vec<_>>(), stage.moving[*like as usize]);
                    moves.next();
                }
                (_, Some(step)) => {
                    someone.person.clock = lens.clock(&stage.clocked, &someone, world.midnight(step.day - 1));
                    let after = &plan.stages[done + 1];
                    lens.bits = &plan.bits[after.version];
                    lens.live(&mut someone, step, (done, after), world.midnight(step.day));
                    done += 1;
                }
                (_, None) => {
                    someone.person.clock = lens.clock(&stage.clocked, &someone, world.midnight(day));
                    return (someone, done);
                }
            }
        }
    }

    fn is(&mut self, slot: Slot, who: &Who, day: u32) -> bool {
        let world = self.world;
        match who {
            Who::Everybody => true,
            // Most people are as exported.
            Who::Rule(_)
                if slot < world.exported() && !self.moved[slot as usize] && self.starts[slot as usize] == 0 =>
            {
                self.is_model(slot, who, day)
            }
            who => {
                let (someone, stage) = self.someone(slot, day);
                let mut lens = self.scratch.lens(world, &[]);
                let groups = lens.target(stage, &someone);
                lens.is(&someone, who, groups, world.midnight(day))
            }
        }
    }

    /// The same of a model, as the plan alone makes it.
    pub(super) fn is_model(&mut self, model: Slot, who: &Who, day: u32) -> bool {
        let world = self.world;
        let number = world.plan.stage_on(day);
        let stage = &world.plan.stages[number];
        let now = world.midnight(day);
        let mut someone = Someone::of(&stage.models, model);
        someone.exported = Some(model).filter(|model| *model < world.exported());
        let mut lens = self.scratch.lens(world, &[]);
        if let Who::Rule(_) = who {
            return lens.is(&someone, who, someone.person.target, now);
        }
        someone.person.clock = lens.clock(&stage.clocked, &someone, now);
        let groups = lens.target(number, &someone);
        lens.is(&someone, who, groups, now)
    }

    fn enact(&mut self, planned: &PlannedAct) {
        let day = planned.day;
        match &planned.act {
            PeopleAct::Acquire(number) => self.acquire(&self.world.plan.newcomers[*number], day, planned.key),
            PeopleAct::Freeze { who, until } => self.freeze(who, day, *until),
            PeopleAct::Hire { who, people, until } => self.hire(who, *people, day, *until, planned.key),
            PeopleAct::LayOff { who, size } => self.lay_off(who, *size, day, planned.key),
            PeopleAct::PurgeGuests { who } => {
                for slot in 0..self.starts.len() as Slot {
                    if self.is_there(slot, day) && self.is_guest(slot) && self.is(slot, who, day) {
                        self.end(slot, day);
                        self.added.push(Event { day, happening: Happening::Delete { slot } });
                    }
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
    pub(super) fn count(&mut self, from: u32, to: u32, by: i32) {
        for (point, headcount) in self.world.points.iter().zip(&mut self.population.headcount) {
            if (from..to).contains(point) {
                *headcount = headcount.saturating_add_signed(by);
            }
        }
    }

    fn freeze(&mut self, who: &Who, day: u32, until: u32) {
        for slot in self.world.exported()..self.planned_from {
            let (from, to) = (self.starts[slot as usize], self.ends[slot as usize]);
            if !(day..=until).contains(&from) || self.is_guest(slot) || !self.is(slot, who, from) {
                continue;
            }
            self.count(from, to, -1);
            self.starts[slot as usize] = NEVER;
            self.end(slot, 0);
        }
    }

    fn lay_off(&mut self, who: &Who, size: Size, day: u32, key: u64) {
        let key = self.key(key);
        let mut cohort: Vec<(f64, Slot)> = Vec::new();
        for slot in 0..self.starts.len() as Slot {
            let there = self.is_there(slot, day) && !self.is_guest(slot) && self.is_employed(slot);
            if there && self.is(slot, who, day) {
                cohort.push((scenario::lot(key, u64::from(slot)), slot));
            }
        }
        let count = match size {
            Size::People(people) => people as usize,
            Size::Share(share) => (share * cohort.len() as f64).round() as usize,
        };
        if count < cohort.len() {
            cohort.select_nth_unstable_by(count, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            cohort.truncate(count);
        }
        let assumptions = &self.world.baseline.assumptions;
        for (_, slot) in cohort {
            self.count(day, self.ends[slot as usize], -1);
            self.end(slot, day);
            add_leaving(&mut self.added, slot, day, assumptions, self.world.settings().horizon_days());
        }
    }

    /// Whether the account is one that comes and goes by chance, too: not one that is switched off today and stays so.
    fn is_employed(&self, slot: Slot) -> bool {
        slot >= self.world.exported() || self.world.people.members.binary_search(&slot).is_ok()
    }

    fn into_population(self) -> Population {
        let Crowd { world, mut population, cut, added, .. } = self;
        let stands = |at: usize, event: &Event| {
            let Some((day, known)) = slot_of(event).map(|slot| cut[slot as usize]) else { return true };
            event.day < day || at >= known
        };
        let is_void = |slot: Slot, day: u32| day >= cut[slot as usize].0;
        for event in &population.events {
            if let Happening::Request { by, .. } = event.happening {
                population.asked[by as usize].retain(|slot| !is_void(*slot, event.day));
            }
        }
        population.events.retain(|event| slot_of(event).is_none_or(|slot| !is_void(slot, event.day)));
        let added = added.iter().enumerate().filter(|(at, event)| stands(*at, event));
        population.events.extend(added.map(|(_, event)| *event));
        let mut ordered = Vec::new();
        workforce::in_order(&population.events, world.people.horizon(), &mut ordered);
        population.events = ordered;
        population
    }
}

/// Whose event it is; `None` where several people may be meant.
fn slot_of(event: &Event) -> Option<Slot> {
    match event.happening {
        Happening::Delete { slot }
        | Happening::Disable { slot }
        | Happening::RemoveLicenses { slot }
        | Happening::Enable { slot }
        | Happening::Move { slot, .. }
        | Happening::LeaveGroup { slot, .. }
        | Happening::Join { slot, .. }
        | Happening::JoinGroup { slot, .. } => Some(slot),
        Happening::Request { .. } => None,
    }
}
