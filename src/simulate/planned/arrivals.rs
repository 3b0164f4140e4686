//! People who join by plan: hires, and the workforce of another tenant. In: a crowd, the day and key of a change. Out: joiners with
//! the days on which they leave again. Never: a place of somebody who joins by chance.

use super::crowd::Crowd;
use super::script::Who;
use super::stage::Newcomers;
use crate::scenario;
use crate::simulate::event::{Event, Happening, Slot};
use crate::simulate::people::{NEVER, add_leaving};
use crate::simulate::rates::Rates;
use crate::simulate::workforce;

impl Crowd<'_, '_> {
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

    pub(super) fn hire(&mut self, who: &Who, people: u32, day: u32, until: u32, key: u64) {
        let world = self.world;
        let mut models: Vec<Slot> = Vec::new();
        for model in &world.people.members {
            if *who == Who::Everybody || self.is_model(*model, who, day) {
                models.push(*model);
            }
        }
        if models.is_empty() {
            return;
        }
        let (key, chance) = (self.key(key), self.leaving_chance());
        let length = f64::from(until.saturating_sub(day).max(1));
        for number in 0..u64::from(people) {
            let like = models[(scenario::lot(key, 3 * number) * models.len() as f64) as usize];
            let joins = day + (scenario::lot(key, 3 * number + 1) * length) as u32;
            if joins > self.world.settings().horizon_days() {
                continue;
            }
            let slot = self.join(like, joins);
            let end = self.leaving_day(joins, chance, scenario::lot(key, 3 * number + 2));
            self.count(joins, end, 1);
            if end != NEVER {
                self.leave(slot, end);
            }
        }
    }

    fn leave(&mut self, slot: Slot, day: u32) {
        self.ends[slot as usize] = day;
        let assumptions = &self.world.baseline.assumptions;
        add_leaving(&mut self.added, slot, day, assumptions, self.world.settings().horizon_days());
    }

    /// How likely somebody leaves in a month without a season, by the rate of the replication.
    fn leaving_chance(&self) -> f64 {
        let world = self.world;
        let (assumptions, enabled) = (&world.baseline.assumptions, &world.people.cohorts.enabled);
        let rates = Rates::new(assumptions, enabled, world.settings().seed(), self.replication);
        rates.leavers.chance(world.people.enabled as usize)
    }

    /// The day on which somebody who joined by plan leaves again; `left` is a number in `[0, 1)`.
    fn leaving_day(&self, joins: u32, chance: f64, mut left: f64) -> u32 {
        let world = self.world;
        let assumptions = &world.baseline.assumptions;
        for month in world.people.months.iter().filter(|month| month.start >= joins) {
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
    pub(super) fn acquire(&mut self, newcomers: &Newcomers, day: u32, key: u64) {
        let world = self.world;
        let (people, first) = (&newcomers.people, newcomers.first);
        let luck = (world.settings().seed() ^ key, self.replication);
        let theirs = workforce::draw(people, &world.baseline.assumptions, luck, &mut workforce::Memory::default());
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
        self.moves.sort_unstable();
    }
}
