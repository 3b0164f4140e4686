//! Joiners, movers, leavers, guests and self-service joins of one replication. In: people, rates, a replication number.
//! Out: dated events. Never: looks at a licence, so that scarcity cannot change who joins or leaves.

use prefetch_index::prefetch_index;
use rand::{Rng, RngExt};

use super::draws::{self, Cause};
use super::event::{Event, Happening, Slot};
use super::parts::Parts;
use super::people::{Account, Month, NEVER, NO_SKU, People, add_leaving, day_in};
use super::rates::Rates;
use super::self_service::SelfServiceGroup;
use crate::scenario::Assumptions;

/// Of so many people drawn for a request, somebody has not got the SKU, unless nearly everybody has.
const ASKED: usize = 24;

/// Of so many destinations drawn for a mover, one is in another department, unless nearly everybody is in the same.
const DESTINATIONS: usize = 8;

/// What one replication brings: events in order, and for each joined slot the exported user it is like.
#[derive(Clone, Debug, Default)]
pub struct Population {
    pub events: Vec<Event>,
    /// `joined[i]` is the model of slot `count + i`.
    pub joined: Vec<Slot>,
    /// Who asks for a SKU, request by request: people in the order in which the first who has not got it is taken.
    pub asked: Vec<Vec<Slot>>,
    /// Enabled members at each point, today first.
    pub headcount: Vec<u32>,
    /// What the rates of this replication were drawn by, input by input.
    pub luck: Vec<u16>,
}

/// Memory for the people and events of one replication, used again for the next.
#[derive(Debug, Default)]
pub struct Memory {
    unordered: Vec<Event>,
    events: Vec<Event>,
    joined: Vec<Slot>,
    accounts: Vec<Account>,
    members: Vec<Slot>,
    parts: Parts,
}

impl Memory {
    /// Takes that of a population back which is needed no more.
    pub fn give_back(&mut self, Population { events, joined, .. }: Population) {
        (self.events, self.joined) = (events, joined);
    }
}

/// A copy of a list, in memory that was used before.
fn copy_in<T: Copy>(memory: &mut Vec<T>, list: &[T]) -> Vec<T> {
    let mut own = std::mem::take(memory);
    own.clear();
    own.extend_from_slice(list);
    own
}

/// The state of one replication while its events are drawn.
struct Drawing<'a> {
    people: &'a People,
    assumptions: &'a Assumptions,
    rates: Rates,
    seed: u64,
    replication: u32,
    /// By slot.
    accounts: Vec<Account>,
    /// Members and guests, and those who joined since, in order of joining: hits never depend on who comes later.
    members: Vec<Slot>,
    guests: Vec<Slot>,
    groups: Vec<SelfServiceGroup<'a>>,
    enabled: u32,
    parts: Parts,
    guests_there: u32,
    population: Population,
}

/// Draws everything that happens to people in one replication.
pub fn draw(
    people: &People,
    assumptions: &Assumptions,
    (seed, replication): (u64, u32),
    memory: &mut Memory,
) -> Population {
    let rates = Rates::new(assumptions, &people.cohorts.enabled, seed, replication);
    let mut parts = std::mem::take(&mut memory.parts);
    parts.restart(people);
    let mut drawing = Drawing {
        people,
        assumptions,
        seed,
        replication,
        accounts: copy_in(&mut memory.accounts, &people.accounts),
        members: copy_in(&mut memory.members, &people.members),
        guests: people.guests.clone(),
        groups: people.eligible.iter().map(|eligible| SelfServiceGroup::new(&eligible.members)).collect(),
        enabled: people.enabled,
        parts,
        guests_there: people.guests.len() as u32,
        population: Population {
            events: copy_in(&mut memory.unordered, &people.known),
            joined: copy_in(&mut memory.joined, &[]),
            luck: rates.luck.clone(),
            ..Population::default()
        },
        rates,
    };
    drawing.population.headcount.push(drawing.enabled);
    for month in &people.months {
        let expected = drawing.expected_joiners(*month);
        // Known starts come first: whoever leaves by chance later in the month is counted by then.
        drawing.enabled = drawing.enabled.saturating_add_signed(people.known_change[month.number as usize]);
        drawing.parts.known_change(&people.cohorts.known_change[month.number as usize]);
        drawing.leavers(*month);
        drawing.movers(*month);
        drawing.guests_expired(*month);
        drawing.guests_removed(*month);
        drawing.self_service(*month);
        drawing.joiners(*month, &expected);
        drawing.guests_invited(*month);
        drawing.requests(*month);
        drawing.population.headcount.push(drawing.enabled);
    }
    let Drawing { mut population, accounts, members, parts, .. } = drawing;
    let mut ordered = std::mem::take(&mut memory.events);
    in_order(&population.events, people.horizon(), &mut ordered);
    let unordered = std::mem::replace(&mut population.events, ordered);
    *memory = Memory { unordered, accounts, members, parts, ..Memory::default() };
    population
}

/// Puts the events into `ordered`, whatever was there, in their total order: by day first, which there are few of, then within
/// each day.
pub fn in_order(events: &[Event], horizon: u32, ordered: &mut Vec<Event>) {
    // Every place is written below.
    ordered.truncate(events.len());
    ordered.extend_from_slice(&events[ordered.len()..]);
    let day = |event: &Event| event.day.min(horizon) as usize;
    let mut starts = vec![0_usize; horizon as usize + 2];
    events.iter().for_each(|event| starts[day(event) + 1] += 1);
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut next = starts.clone();
    for event in events {
        let at = &mut next[day(event)];
        ordered[*at] = *event;
        *at += 1;
    }
    starts.windows(2).for_each(|pair| ordered[pair[0]..pair[1]].sort_unstable());
}

impl<'a> Drawing<'a> {
    fn stream(&self, month: Month, cause: Cause) -> impl Rng + use<> {
        draws::stream(self.seed, self.replication, month.number, cause)
    }

    fn stream_of(&self, month: Month, cause: Cause, cohort: usize) -> impl Rng + use<> {
        draws::stream_of(self.seed, self.replication, month.number, cause, cohort)
    }

    /// What a month's luck multiplies all chances of it by; without a setting, 1 and no draw.
    fn scattered(&self, month: Month, cause: Cause, mean: f64, scatter: f64) -> f64 {
        if scatter <= 1.0 || mean <= 0.0 {
            1.0
        } else {
            draws::scattered(&mut self.stream(month, cause), mean, scatter)
        }
    }

    /// Everybody who ever was in a cohort, in an order that only grows.
    fn ever(&self, cohort: usize) -> usize {
        self.parts.ever(cohort).unwrap_or(self.members.len())
    }

    /// The person at a place of that order; `None` of somebody who has moved to another cohort since.
    fn at(&self, cohort: usize, index: usize) -> Option<Slot> {
        if self.parts.is_split() { self.parts.at(cohort, index) } else { Some(self.members[index]) }
    }

    /// Hints that somebody will be asked about who was hit.
    fn prefetch(&self, cohort: usize, hits: &[(usize, f64)]) {
        if !self.parts.is_split() {
            hits.iter().for_each(|(index, _)| prefetch_index(&self.members, *index));
        }
        let slots = hits.iter().filter_map(|(index, _)| self.at(cohort, *index));
        slots.for_each(|slot| prefetch_index(&self.accounts, slot as usize));
    }

    fn leavers(&mut self, month: Month) {
        let season = self.assumptions.leaver_seasonality[month.of_year];
        let chance = self.rates.leavers.chance(self.enabled as usize) * season;
        let scatter = self.assumptions.leaver_scatter;
        let chance = chance * self.scattered(month, Cause::LeaverScatter, chance * f64::from(self.enabled), scatter);
        let cohorts = &self.people.cohorts;
        // Where leaving depends on tenure, as many are hit as if everybody had the tenure of those who leave most, and of the
        // hits as large a share counts as somebody's own weight is of that; what is left of the number is uniform again.
        let most = if cohorts.knows_tenure() { cohorts.tenure_most() } else { 1.0 };
        for cohort in 0..self.rates.cohorts.len() {
            let chance = chance * self.rates.cohorts[cohort].leavers * most;
            let rng = self.stream_of(month, Cause::LeaverCount, cohort);
            let hits: Vec<(usize, f64)> = draws::hits(rng, self.ever(cohort), chance).collect();
            self.prefetch(cohort, &hits);
            for (index, mut fraction) in hits {
                let Some(slot) = self.at(cohort, index) else { continue };
                if cohorts.knows_tenure() {
                    let weight = cohorts.tenure_weight(slot, self.parts.joined(slot), month.start) / most;
                    if fraction >= weight {
                        continue;
                    }
                    fraction /= weight;
                }
                let day = day_in(month, fraction);
                // Somebody who is gone, or whose last day the export knows, does not leave by chance.
                if self.accounts[slot as usize].gone == NEVER && self.people.has_started(slot, day) {
                    self.leave(slot, day);
                    self.parts.leave(cohort);
                }
            }
        }
    }

    fn leave(&mut self, slot: Slot, day: u32) {
        self.accounts[slot as usize].gone = day;
        self.enabled -= 1;
        add_leaving(&mut self.population.events, slot, day, self.assumptions, self.people.horizon());
    }

    fn movers(&mut self, month: Month) {
        let chance = self.rates.movers.chance(self.enabled as usize);
        let mut moved: Vec<(Slot, Slot)> = Vec::new();
        for cohort in 0..self.rates.cohorts.len() {
            let rng = self.stream_of(month, Cause::Mover, cohort);
            let chance = chance * self.rates.cohorts[cohort].movers;
            let hits: Vec<(usize, f64)> = draws::hits(rng, self.ever(cohort), chance).collect();
            self.prefetch(cohort, &hits);
            // Destinations come from streams of their own, so that hits stay those of the month.
            let mut rng = self.stream_of(month, Cause::FirstDestination, cohort);
            let mut whither = self.stream_of(month, Cause::MoveTo, cohort);
            let mut drawn: Vec<(&[Slot], usize)> = Vec::with_capacity(hits.len());
            for _ in &hits {
                let from = self.destinations(cohort, &mut whither);
                let first = draws::below(&mut rng, from.len()).unwrap_or(0);
                prefetch_index(from, first);
                drawn.push((from, first));
            }
            let first = |(from, first): &(&[Slot], usize)| from.get(*first).copied();
            let likes = drawn.iter().filter_map(first);
            likes.for_each(|like| prefetch_index(&self.people.accounts, like as usize));
            for (number, ((index, fraction), (from, first))) in hits.into_iter().zip(drawn).enumerate() {
                let day = day_in(month, fraction);
                let Some(slot) = self.at(cohort, index) else { continue };
                if self.accounts[slot as usize].gone <= day || !self.people.has_started(slot, day) {
                    continue;
                }
                let now = self.accounts[slot as usize].department;
                // Where the past says into which cohorts people go, the cohort is enough of a change.
                let differs = |like: &Slot| {
                    from.len() < self.people.members.len() || self.people.accounts[*like as usize].department != now
                };
                // Nearly always the first is taken.
                let to = from.get(first).copied().filter(differs).or_else(|| {
                    let key = (self.seed, self.replication, month.number);
                    let mut rng = draws::part_of(key, Cause::OtherDestination, cohort, number);
                    let mut other = || from.get(draws::below(&mut rng, from.len())?).copied();
                    (1..DESTINATIONS).filter_map(|_| other()).find(differs)
                });
                if let Some(like) = to {
                    self.accounts[slot as usize].department = self.people.accounts[like as usize].department;
                    self.population.events.push(Event { day, happening: Happening::Move { slot, like } });
                    moved.push((slot, like));
                }
            }
        }
        // Whoever moves is hit by the chances of another cohort from now on.
        for (slot, like) in moved {
            let model = self.model_of(slot);
            self.parts.relocate(slot, model, like, &self.people.cohorts);
        }
    }

    /// Whom a mover of a cohort may come to be like.
    fn destinations(&self, cohort: usize, rng: &mut impl Rng) -> &'a [Slot] {
        let people = self.people;
        let moves = people.cohorts.moves_to.get(cohort).map_or(&[][..], Vec::as_slice);
        let Some((_, whole)) = moves.last() else { return &people.members };
        let lot = rng.random::<f64>() * whole;
        let (to, _) = moves[moves.partition_point(|(_, sum)| *sum <= lot).min(moves.len() - 1)];
        &people.cohorts.members[to as usize]
    }

    /// The exported user whose profile somebody had at first.
    fn model_of(&self, slot: Slot) -> Slot {
        slot.checked_sub(self.people.count).map_or(slot, |joined| self.population.joined[joined as usize])
    }

    /// How many join in a month, on average, by cohort. Asked before anybody goes: rates are of the people at its start, as they
    /// are learned.
    fn expected_joiners(&self, month: Month) -> Vec<f64> {
        let season = self.assumptions.joiner_seasonality[month.of_year];
        let there = self.enabled as usize;
        let mean = self.rates.joiners.mean(there) * season;
        let scattered = self.scattered(month, Cause::JoinerScatter, mean, self.assumptions.joiner_scatter);
        if !self.parts.is_split() {
            return vec![mean * scattered; self.rates.cohorts.len()];
        }
        let chance = self.rates.joiners.chance(there) * season * scattered;
        let cohorts = self.rates.cohorts.iter().enumerate();
        cohorts.map(|(cohort, rates)| chance * f64::from(self.parts.enabled(cohort)) * rates.joiners).collect()
    }

    fn joiners(&mut self, month: Month, expected: &[f64]) {
        for (cohort, mean) in expected.iter().enumerate() {
            let from = self.people.cohorts.members.get(cohort).unwrap_or(&self.people.members);
            let count = draws::poisson(&mut self.stream_of(month, Cause::JoinerCount, cohort), *mean);
            let mut rng = self.stream_of(month, Cause::JoinerProfile, cohort);
            let mut drawn: Vec<(usize, u32)> = Vec::new();
            for _ in 0..count {
                let Some(at) = draws::below(&mut rng, from.len()) else { break };
                prefetch_index(from, at);
                drawn.push((at, day_in(month, rng.random::<f64>())));
            }
            drawn.iter().for_each(|(at, _)| prefetch_index(&self.people.accounts, from[*at] as usize));
            for (at, day) in drawn {
                let slot = self.join(from[at], day, Some(cohort));
                self.members.push(slot);
                self.enabled += 1;
            }
        }
    }

    fn guests_invited(&mut self, month: Month) {
        let mut rng = self.stream(month, Cause::GuestInvited);
        let count = draws::poisson(&mut rng, self.rates.guests_invited.mean(self.guests_there as usize));
        for _ in 0..count {
            let Some(at) = draws::below(&mut rng, self.people.guests.len()) else { return };
            let day = day_in(month, rng.random::<f64>());
            let slot = self.join(self.people.guests[at], day, None);
            self.guests.push(slot);
            self.guests_there += 1;
        }
    }

    /// A new account; a guest is of no cohort.
    fn join(&mut self, like: Slot, day: u32, cohort: Option<usize>) -> Slot {
        let slot = self.people.count + self.population.joined.len() as u32;
        self.population.joined.push(like);
        self.accounts.push(Account { gone: NEVER, department: self.people.accounts[like as usize].department });
        self.parts.join(slot, cohort, day);
        self.population.events.push(Event { day, happening: Happening::Join { slot, like } });
        slot
    }

    /// Who has got the SKU is not known here, so that scarcity cannot change who asks: a request names many people.
    fn requests(&mut self, month: Month) {
        for (number, (sku, key)) in self.people.requested.iter().enumerate().filter(|(_, (sku, _))| *sku != NO_SKU) {
            let mut rng = self.stream_of(month, Cause::Request, *key);
            let count = draws::poisson(&mut rng, self.rates.requests[number].mean(self.enabled as usize));
            for _ in 0..count {
                let day = day_in(month, rng.random::<f64>());
                let drawn: [Option<usize>; ASKED] = std::array::from_fn(|_| draws::below(&mut rng, self.members.len()));
                let there = |slot: &Slot| {
                    let joined = self.parts.joined(*slot).is_none_or(|joined| joined < day);
                    joined && self.accounts[*slot as usize].gone > day && self.people.has_started(*slot, day)
                };
                let people = drawn.into_iter().flatten().map(|at| self.members[at]).filter(there).collect();
                let happening = Happening::Request { sku: *sku, by: self.population.asked.len() as u32 };
                self.population.events.push(Event { day, happening });
                self.population.asked.push(people);
            }
        }
    }

    fn guests_expired(&mut self, month: Month) {
        let Some(after) = self.assumptions.guests_expire_after_days else { return };
        let end = month.start + month.length;
        for slot in self.guests.clone() {
            let known = self.people.guests_due.get(&slot).copied().unwrap_or(NEVER);
            let due = self.parts.joined(slot).map_or(known, |joined| joined.saturating_add(after));
            if due <= end && self.accounts[slot as usize].gone == NEVER {
                // Who was invited and expired within one month is seen in the next.
                let day = due.max(month.start + 1);
                self.accounts[slot as usize].gone = day;
                self.guests_there -= 1;
                self.population.events.push(Event { day, happening: Happening::Delete { slot } });
            }
        }
    }

    fn guests_removed(&mut self, month: Month) {
        let chance = self.rates.guests_removed.chance(self.guests_there as usize);
        let rng = self.stream(month, Cause::GuestRemoved);
        for (index, fraction) in draws::hits(rng, self.guests.len(), chance) {
            let (slot, day) = (self.guests[index], day_in(month, fraction));
            if self.accounts[slot as usize].gone == NEVER {
                self.accounts[slot as usize].gone = day;
                self.guests_there -= 1;
                self.population.events.push(Event { day, happening: Happening::Delete { slot } });
            }
        }
    }

    fn self_service(&mut self, month: Month) {
        for eligible in 0..self.groups.len() {
            let there = self.groups[eligible].there(&self.accounts, month.start);
            let left = self.self_service_leaves(month, eligible, there);
            self.self_service_joins(month, eligible, there - left);
        }
    }

    /// How many of those who are `there` leave in a month.
    fn self_service_leaves(&mut self, month: Month, eligible: usize, there: usize) -> usize {
        let rng = self.stream_of(month, Cause::SelfServiceLeave, self.people.eligible[eligible].key);
        let group = &mut self.groups[eligible];
        let chance = self.rates.leaves.chance(there);
        let mut count = 0;
        for (place, fraction) in draws::hits(rng, group.ever(), chance) {
            let (slot, day) = (group.at(place), day_in(month, fraction));
            if self.accounts[slot as usize].gone > day && group.leave(place) {
                let happening = Happening::LeaveGroup { slot, eligible: eligible as u32 };
                self.population.events.push(Event { day, happening });
                count += 1;
            }
        }
        count
    }

    fn self_service_joins(&mut self, month: Month, eligible: usize, there: usize) {
        let mut rng = self.stream_of(month, Cause::SelfServiceJoin, self.people.eligible[eligible].key);
        let group = &mut self.groups[eligible];
        let count = draws::poisson(&mut rng, self.rates.joins.mean(there));
        let delay =
            if self.people.eligible[eligible].needs_approval { self.assumptions.approval_delay_days } else { 0 };
        for _ in 0..count {
            let Some(at) = draws::below(&mut rng, self.members.len()) else { return };
            let (slot, day) = (self.members[at], day_in(month, rng.random::<f64>()).saturating_add(delay));
            let there = self.accounts[slot as usize].gone > day && !group.knows(slot);
            if there && day <= self.people.horizon() {
                group.join(slot);
                self.population
                    .events
                    .push(Event { day, happening: Happening::JoinGroup { slot, eligible: eligible as u32 } });
            }
        }
    }
}
