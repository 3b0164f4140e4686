//! Joiners, movers, leavers, guests and self-service joins of one replication. In: people, rates, a replication number.
//! Out: dated events. Never: looks at a licence, so that scarcity cannot change who joins or leaves.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use rand::{Rng, RngExt};

use super::draws::{self, Cause};
use super::event::{Event, Happening, Slot};
use crate::calendar;
use crate::directory::{Attribute, Column, SelfService, Snapshot, UserIndex, ValueRef};
use crate::scenario::{Assumptions, Rate};

/// No day: later than every day of a run.
pub const NEVER: u32 = u32::MAX;

/// A licensed group that people can join by themselves.
#[derive(Clone, Debug)]
pub struct Eligible {
    /// Position among the snapshot's groups.
    pub group: usize,
    /// Exported direct members, ascending.
    pub members: Vec<Slot>,
    pub needs_approval: bool,
}

/// One month of a run: the days after `start` up to and including `start + length`.
#[derive(Clone, Copy, Debug)]
struct Month {
    number: u32,
    start: u32,
    length: u32,
    /// January is 0.
    of_year: usize,
}

/// Who there is at the start. Slots below `count` are the exported users in their order.
#[derive(Clone, Debug)]
pub struct People {
    count: u32,
    /// Accounts that come and go: enabled, no guests.
    members: Vec<Slot>,
    guests: Vec<Slot>,
    /// Day on which an account is known to go; `NEVER` for most.
    known_gone: Vec<u32>,
    /// Leavers and starters whose dates the export holds.
    known: Vec<Event>,
    /// Days on which accounts that wait for their first day are enabled.
    starts: BTreeMap<Slot, u32>,
    department: Vec<u32>,
    /// Enabled members today.
    enabled: u32,
    /// Starters less leavers with known dates, by month.
    known_change: Vec<i32>,
    pub eligible: Vec<Eligible>,
    months: Vec<Month>,
}

/// What one replication brings: events in order, and for each joined slot the exported user it is like.
#[derive(Clone, Debug, Default)]
pub struct Population {
    pub events: Vec<Event>,
    /// `joined[i]` is the model of slot `count + i`.
    pub joined: Vec<Slot>,
    /// Enabled members at each point, today first.
    pub headcount: Vec<u32>,
}

impl People {
    pub fn new(snapshot: &Snapshot, assumptions: &Assumptions, points: &[NaiveDate]) -> Self {
        let users = &snapshot.users;
        let today = points[0];
        let horizon = calendar::days_between(today, points[points.len() - 1]);
        let mut people = People {
            count: users.len() as u32,
            members: Vec::new(),
            guests: Vec::new(),
            known_gone: vec![NEVER; users.len()],
            known: Vec::new(),
            starts: BTreeMap::new(),
            department: departments(snapshot),
            enabled: 0,
            known_change: vec![0; points.len() - 1],
            eligible: eligible(snapshot),
            months: months(points),
        };
        let day_of = |user: UserIndex, attribute: &Attribute| match users.value(user, attribute) {
            ValueRef::Instant(instant) => Some(instant.date_naive()),
            _ => None,
        };
        for user in users.indexes() {
            if day_of(user, &Attribute::DeletedDateTime).is_some() {
                continue;
            }
            if users.is_guest(user) {
                people.guests.push(user.0);
                continue;
            }
            let enabled = users.boolean(user, &Attribute::AccountEnabled) != Some(false);
            let hired = day_of(user, &Attribute::EmployeeHireDate).filter(|day| *day > today);
            if let (false, Some(day)) = (enabled, hired) {
                let day = calendar::days_between(today, day);
                if day <= horizon {
                    people.change(day, 1);
                    people.starts.insert(user.0, day);
                    people.known.push(Event { day, happening: Happening::Enable { slot: user.0 } });
                    people.members.push(user.0);
                }
                continue;
            }
            if !enabled {
                continue;
            }
            people.members.push(user.0);
            people.enabled += 1;
            if let Some(day) = day_of(user, &Attribute::EmployeeLeaveDateTime).filter(|day| *day > today) {
                let day = calendar::days_between(today, day);
                people.known_gone[user.get()] = day;
                people.change(day, -1);
                people.known.extend(leaving(user.0, day, assumptions.deletion_lag_days, horizon));
            }
        }
        people
    }

    /// Books a known start or end in its month; later than the horizon it changes nothing.
    fn change(&mut self, day: u32, by: i32) {
        let month = self.months.iter().position(|month| day > month.start && day <= month.start + month.length);
        if let Some(month) = month {
            self.known_change[month] += by;
        }
    }

    fn has_started(&self, slot: Slot, day: u32) -> bool {
        self.starts.get(&slot).is_none_or(|start| *start < day)
    }

    fn horizon(&self) -> u32 {
        self.months.last().map_or(0, |month| month.start + month.length)
    }
}

fn departments(snapshot: &Snapshot) -> Vec<u32> {
    let column = snapshot.users.column(&Attribute::Department);
    column.map_or_else(|| vec![Column::NOT_IN_FILE; snapshot.users.len()], |column| column.codes().to_vec())
}

/// Groups that carry licences and that people can join without an administrator.
fn eligible(snapshot: &Snapshot) -> Vec<Eligible> {
    let open = |service| matches!(service, SelfService::Open | SelfService::Approval);
    let groups = snapshot.groups.iter().enumerate();
    let groups = groups.filter(|(_, group)| {
        open(group.self_service)
            && !group.licenses.is_empty()
            && !group.is_dynamic()
            && group.is_licensable() != Some(false)
    });
    groups
        .map(|(index, group)| Eligible {
            group: index,
            members: group.members.iter().map(|user| user.0).collect(),
            needs_approval: group.self_service == SelfService::Approval,
        })
        .collect()
}

fn months(points: &[NaiveDate]) -> Vec<Month> {
    let numbered = points.windows(2).enumerate();
    numbered
        .map(|(number, pair)| Month {
            number: number as u32,
            start: calendar::days_between(points[0], pair[0]),
            length: calendar::days_between(pair[0], pair[1]),
            of_year: pair[0].month0() as usize,
        })
        .collect()
}

/// The events of an account that ends: disabled on the day, deleted after the lag, as far as the horizon reaches.
fn leaving(slot: Slot, day: u32, lag: u32, horizon: u32) -> impl Iterator<Item = Event> {
    let deleted = day.saturating_add(lag);
    let events = [
        Event { day, happening: Happening::Disable { slot } },
        Event { day: deleted, happening: Happening::Delete { slot } },
    ];
    events.into_iter().filter(move |event| event.day <= horizon)
}

/// The rates of one replication: each range drawn once, so that not knowing the rate is part of the band.
struct Rates {
    joiners: Drawn,
    leavers: Drawn,
    movers: Drawn,
    guests_invited: Drawn,
    guests_removed: Drawn,
    joins: Drawn,
    leaves: Drawn,
}

#[derive(Clone, Copy)]
enum Drawn {
    People(f64),
    Share(f64),
}

impl Drawn {
    fn new(rate: Rate, rng: &mut impl Rng) -> Self {
        match rate {
            Rate::PeoplePerMonth(spread) => Drawn::People(draws::within(rng, spread)),
            Rate::SharePerMonth(spread) => Drawn::Share(draws::within(rng, spread)),
        }
    }

    /// People expected in a month among `there`.
    fn mean(self, there: usize) -> f64 {
        match self {
            Drawn::People(people) => people,
            Drawn::Share(share) => share * there as f64,
        }
    }

    /// The chance of one person a month, among `there`.
    fn chance(self, there: usize) -> f64 {
        match self {
            Drawn::People(people) => {
                if there == 0 {
                    0.0
                } else {
                    people / there as f64
                }
            }
            Drawn::Share(share) => share,
        }
    }
}

impl Rates {
    fn new(assumptions: &Assumptions, rng: &mut impl Rng) -> Self {
        // The order of the draws is part of the program's reproducibility.
        Self {
            joiners: Drawn::new(assumptions.joiners, rng),
            leavers: Drawn::new(assumptions.leavers, rng),
            movers: Drawn::new(assumptions.movers, rng),
            guests_invited: Drawn::new(assumptions.guests_invited, rng),
            guests_removed: Drawn::new(assumptions.guests_removed, rng),
            joins: Drawn::new(assumptions.self_service_joins, rng),
            leaves: Drawn::new(assumptions.self_service_leaves, rng),
        }
    }
}

/// The state of one replication while its events are drawn.
struct Drawing<'a> {
    people: &'a People,
    assumptions: &'a Assumptions,
    rates: Rates,
    seed: u64,
    replication: u32,
    /// The day after whose end an account is gone, by slot.
    gone: Vec<u32>,
    /// Members and guests, and those who joined since, in order of joining: hits never depend on who comes later.
    members: Vec<Slot>,
    guests: Vec<Slot>,
    groups: Vec<Joinable<'a>>,
    enabled: u32,
    guests_there: u32,
    moved: HashMap<Slot, Slot>,
    population: Population,
}

/// The members of one self-service group: the exported ones less those who left, and those who joined.
struct Joinable<'a> {
    exported: &'a [Slot],
    left: HashSet<Slot>,
    joined: Vec<Slot>,
    joined_set: HashSet<Slot>,
}

impl<'a> Joinable<'a> {
    fn new(exported: &'a [Slot]) -> Self {
        Self { exported, left: HashSet::new(), joined: Vec::new(), joined_set: HashSet::new() }
    }

    /// Everybody who ever was a member, in an order that only grows.
    fn ever(&self) -> usize {
        self.exported.len() + self.joined.len()
    }

    fn len(&self) -> usize {
        self.ever() - self.left.len()
    }

    fn at(&self, index: usize) -> Slot {
        let joined = index.checked_sub(self.exported.len());
        joined.map_or_else(|| self.exported[index], |joined| self.joined[joined])
    }

    /// Whether the slot is or was a member: who left does not come back within a run.
    fn knows(&self, slot: Slot) -> bool {
        self.exported.binary_search(&slot).is_ok() || self.joined_set.contains(&slot)
    }
}

/// Draws everything that happens to people in one replication.
pub fn draw(people: &People, assumptions: &Assumptions, seed: u64, replication: u32) -> Population {
    let rates = Rates::new(assumptions, &mut draws::stream(seed, replication, 0, Cause::Rates));
    let mut drawing = Drawing {
        people,
        assumptions,
        rates,
        seed,
        replication,
        gone: people.known_gone.clone(),
        members: people.members.clone(),
        guests: people.guests.clone(),
        groups: people.eligible.iter().map(|eligible| Joinable::new(&eligible.members)).collect(),
        enabled: people.enabled,
        guests_there: people.guests.len() as u32,
        moved: HashMap::new(),
        population: Population { events: people.known.clone(), ..Population::default() },
    };
    drawing.population.headcount.push(drawing.enabled);
    for month in &people.months {
        drawing.leavers(*month);
        drawing.movers(*month);
        drawing.guests_removed(*month);
        drawing.self_service(*month);
        drawing.joiners(*month);
        drawing.guests_invited(*month);
        drawing.enabled = drawing.enabled.saturating_add_signed(people.known_change[month.number as usize]);
        drawing.population.headcount.push(drawing.enabled);
    }
    let mut population = drawing.population;
    population.events.sort_unstable();
    population
}

impl Drawing<'_> {
    fn stream(&self, month: Month, cause: Cause) -> impl Rng + use<> {
        draws::stream(self.seed, self.replication, month.number, cause)
    }

    fn leavers(&mut self, month: Month) {
        let season = self.assumptions.leaver_seasonality[month.of_year];
        let chance = self.rates.leavers.chance(self.enabled as usize) * season;
        let rng = self.stream(month, Cause::LeaverCount);
        for (index, fraction) in draws::hits(rng, self.members.len(), chance) {
            let slot = self.members[index];
            let day = day_in(month, fraction);
            // Somebody who is gone, or whose last day the export knows, does not leave by chance.
            if self.gone[slot as usize] == NEVER && self.people.has_started(slot, day) {
                self.leave(slot, day);
            }
        }
    }

    fn leave(&mut self, slot: Slot, day: u32) {
        self.gone[slot as usize] = day;
        self.enabled -= 1;
        let events = leaving(slot, day, self.assumptions.deletion_lag_days, self.people.horizon());
        self.population.events.extend(events);
    }

    fn movers(&mut self, month: Month) {
        let chance = self.rates.movers.chance(self.enabled as usize);
        let rng = self.stream(month, Cause::Mover);
        let hits: Vec<(usize, f64)> = draws::hits(rng, self.members.len(), chance).collect();
        // Destinations come from a stream of their own, so that hits stay those of the month.
        let mut rng = draws::stream(self.seed, self.replication, month.number + 0x8000, Cause::Mover);
        for (index, fraction) in hits {
            let (slot, day) = (self.members[index], day_in(month, fraction));
            let candidates: [usize; 8] =
                std::array::from_fn(|_| draws::below(&mut rng, self.people.members.len()).unwrap_or(0));
            if self.gone[slot as usize] <= day || !self.people.has_started(slot, day) {
                continue;
            }
            let now = self.department_of(slot);
            let to = candidates
                .iter()
                .map(|at| self.people.members[*at])
                .find(|like| self.people.department[*like as usize] != now);
            if let Some(like) = to {
                self.moved.insert(slot, like);
                self.population.events.push(Event { day, happening: Happening::Move { slot, like } });
            }
        }
    }

    fn department_of(&self, slot: Slot) -> u32 {
        let like = self.moved.get(&slot).copied().unwrap_or_else(|| self.model_of(slot));
        self.people.department[like as usize]
    }

    fn model_of(&self, slot: Slot) -> Slot {
        slot.checked_sub(self.people.count).map_or(slot, |joined| self.population.joined[joined as usize])
    }

    fn joiners(&mut self, month: Month) {
        let season = self.assumptions.joiner_seasonality[month.of_year];
        let mean = self.rates.joiners.mean(self.enabled as usize) * season;
        let count = draws::poisson(&mut self.stream(month, Cause::JoinerCount), mean);
        let mut rng = self.stream(month, Cause::JoinerProfile);
        for _ in 0..count {
            let Some(at) = draws::below(&mut rng, self.people.members.len()) else { return };
            let day = day_in(month, rng.random::<f64>());
            let slot = self.join(self.people.members[at], day);
            self.members.push(slot);
            self.enabled += 1;
        }
    }

    fn guests_invited(&mut self, month: Month) {
        let mut rng = self.stream(month, Cause::GuestInvited);
        let count = draws::poisson(&mut rng, self.rates.guests_invited.mean(self.guests_there as usize));
        for _ in 0..count {
            let Some(at) = draws::below(&mut rng, self.people.guests.len()) else { return };
            let day = day_in(month, rng.random::<f64>());
            let slot = self.join(self.people.guests[at], day);
            self.guests.push(slot);
            self.guests_there += 1;
        }
    }

    fn join(&mut self, like: Slot, day: u32) -> Slot {
        let slot = self.people.count + self.population.joined.len() as u32;
        self.population.joined.push(like);
        self.gone.push(NEVER);
        self.population.events.push(Event { day, happening: Happening::Join { slot, like } });
        slot
    }

    fn guests_removed(&mut self, month: Month) {
        let chance = self.rates.guests_removed.chance(self.guests_there as usize);
        let rng = self.stream(month, Cause::GuestRemoved);
        for (index, fraction) in draws::hits(rng, self.guests.len(), chance) {
            let (slot, day) = (self.guests[index], day_in(month, fraction));
            if self.gone[slot as usize] == NEVER {
                self.gone[slot as usize] = day;
                self.guests_there -= 1;
                self.population.events.push(Event { day, happening: Happening::Delete { slot } });
            }
        }
    }

    fn self_service(&mut self, month: Month) {
        for eligible in 0..self.groups.len() {
            // Each group has streams of its own: the upper bits of the stream's month carry its number.
            let key = month.number + ((eligible as u32 & 0x3f) << 9);
            self.self_service_leaves(month, eligible, key);
            self.self_service_joins(month, eligible, key);
        }
    }

    fn self_service_leaves(&mut self, month: Month, eligible: usize, key: u32) {
        let group = &mut self.groups[eligible];
        let rng = draws::stream(self.seed, self.replication, key, Cause::SelfServiceLeave);
        let chance = self.rates.leaves.chance(group.len());
        for (index, fraction) in draws::hits(rng, group.ever(), chance) {
            let (slot, day) = (group.at(index), day_in(month, fraction));
            if self.gone[slot as usize] > day && group.left.insert(slot) {
                let happening = Happening::LeaveGroup { slot, eligible: eligible as u32 };
                self.population.events.push(Event { day, happening });
            }
        }
    }

    fn self_service_joins(&mut self, month: Month, eligible: usize, key: u32) {
        let group = &mut self.groups[eligible];
        let mut rng = draws::stream(self.seed, self.replication, key, Cause::SelfServiceJoin);
        let count = draws::poisson(&mut rng, self.rates.joins.mean(group.len()));
        let delay =
            if self.people.eligible[eligible].needs_approval { self.assumptions.approval_delay_days } else { 0 };
        for _ in 0..count {
            let Some(at) = draws::below(&mut rng, self.members.len()) else { return };
            let (slot, day) = (self.members[at], day_in(month, rng.random::<f64>()).saturating_add(delay));
            let there = self.gone[slot as usize] > day && !group.knows(slot);
            if there && day <= self.people.horizon() {
                group.joined.push(slot);
                group.joined_set.insert(slot);
                self.population
                    .events
                    .push(Event { day, happening: Happening::JoinGroup { slot, eligible: eligible as u32 } });
            }
        }
    }
}

/// The day of a month that a number in `[0, 1)` falls on.
fn day_in(month: Month, fraction: f64) -> u32 {
    month.start + 1 + ((fraction * f64::from(month.length)) as u32).min(month.length - 1)
}
