//! The future of a tenant, day by day and user by user: every rule of every group is evaluated for everybody on every day, and
//! seats are assigned by the literal engine. In: a baseline and the happenings of a replication. Out: readings of every day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, GroupIndex, LicenseSource, SkuIndex, User, UserIndex, Value};
use seatcast::licensing::{self, Country, LicenseError, OrderPolicy, PlanRules, Rank, SeatPolicy, Seeker, SkuTerms};
use seatcast::rule;
use seatcast::scenario::Baseline;
use seatcast::simulate::{Happening, Observed, Population, Reading};

use crate::licensing::naive::Naive;

struct Person {
    record: User,
    assigned: BTreeSet<usize>,
    gone: bool,
}

pub struct Future<'a> {
    baseline: &'a Baseline,
    people: BTreeMap<u32, Person>,
    naive: Naive,
    /// Licensed groups, in order, and the rule of the dynamic ones.
    groups: Vec<(GroupIndex, Option<rule::Checked>)>,
    pending: Vec<Vec<u32>>,
    refused: Vec<Vec<u32>>,
    /// Groups that people join by themselves, as positions in `groups`.
    eligible: Vec<usize>,
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl<'a> Future<'a> {
    pub fn new(baseline: &'a Baseline, observed: &Observed) -> Self {
        let snapshot = &baseline.snapshot;
        let licensed = snapshot.group_indexes().filter(|group| !snapshot.group(*group).licenses.is_empty());
        let compiled = |group: GroupIndex| {
            snapshot.group(group).rule().map(|text| rule::compile(&text.text, &Origin::default()).value.unwrap())
        };
        let groups: Vec<_> = licensed.map(|group| (group, compiled(group))).collect();
        let skus = vec![SkuTerms::default(); snapshot.skus.len()];
        let mut naive = Naive::new(&skus, groups.len(), &PlanRules::default(), SeatPolicy::from(&baseline.policy));
        for (number, (group, _)) in groups.iter().enumerate() {
            let licenses: Vec<_> =
                snapshot.group(*group).licenses.iter().map(|license| (license.sku.0, Vec::new())).collect();
            naive.replace_bundle(number as u32, &licenses);
        }
        let eligible = observed
            .eligible
            .iter()
            .map(|group| groups.iter().position(|(index, _)| index.get() == *group).unwrap())
            .collect();
        let mut future = Self {
            baseline,
            people: BTreeMap::new(),
            naive,
            groups,
            pending: vec![Vec::new(); snapshot.skus.len()],
            refused: vec![Vec::new(); snapshot.skus.len()],
            eligible,
        };
        future.begin(observed);
        future
    }

    fn begin(&mut self, observed: &Observed) {
        let snapshot = &self.baseline.snapshot;
        let ranks = licensing::ranks(&snapshot.users, &self.baseline.policy.order);
        for user in snapshot.users.indexes() {
            self.naive.add_user(self.seeker(user, ranks[user.get()]));
            let is_member = |(_, (group, rule)): &(usize, &(GroupIndex, Option<rule::Checked>))| {
                rule.is_none() && snapshot.group(*group).members.contains(&user)
            };
            let assigned = self.groups.iter().enumerate().filter(is_member).map(|(number, _)| number).collect();
            self.people.insert(user.0, Person { record: snapshot.users.record(user), assigned, gone: false });
        }
        for (number, like) in observed.population.joined.iter().enumerate() {
            let place = (snapshot.users.len() + number) as u32;
            self.naive.add_user(self.seeker(UserIndex(*like), Rank { place, ..ranks[*like as usize] }));
        }
        for sku in 0..snapshot.skus.len() as u32 {
            self.naive.set_capacity(sku, u32::MAX);
        }
        for license in snapshot.assigned.iter().filter(|license| license.source == LicenseSource::Direct) {
            self.naive.direct_assign(license.user.0, license.sku.0).unwrap();
        }
        self.supply(self.baseline.today);
        self.memberships(self.baseline.today);
        self.naive.settle(0);
        for (slot, place) in observed.places.iter().enumerate() {
            self.naive.set_rank(slot as u32, Rank { class: 0, place: *place });
        }
    }

    fn seeker(&self, user: UserIndex, rank: Rank) -> Seeker {
        let users = &self.baseline.snapshot.users;
        let location = users.text(user, &Attribute::UsageLocation).and_then(Country::parse);
        Seeker { location, guest: users.is_guest(user), rank }
    }

    fn supply(&mut self, day: NaiveDate) {
        for (sku, supply) in self.baseline.supplies.iter().enumerate() {
            self.naive.set_capacity(sku as u32, supply.units_on(day).capacity());
        }
    }

    fn memberships(&mut self, day: NaiveDate) {
        let now = midnight(day);
        for (slot, person) in self.people.iter().filter(|(_, person)| !person.gone) {
            let belongs = |(number, (_, rule)): &(usize, &(GroupIndex, Option<rule::Checked>))| match rule {
                Some(rule) => rule.holds(&person.record, now),
                None => person.assigned.contains(number),
            };
            let groups: Vec<u32> =
                self.groups.iter().enumerate().filter(belongs).map(|(number, _)| number as u32).collect();
            self.naive.set_bundles(*slot, &groups);
        }
    }

    /// One day: units, happenings, memberships, seats.
    pub fn day(&mut self, number: u32, population: &Population) -> Vec<Reading> {
        let day = self.baseline.today + Days::new(u64::from(number));
        self.supply(day);
        for event in population.events.iter().filter(|event| event.day == number) {
            self.happen(event.happening, number, day);
        }
        self.memberships(day);
        self.naive.settle(number);
        let before: usize = self.pending.iter().map(Vec::len).sum();
        for sku in 0..self.pending.len() {
            self.retry(sku);
        }
        if self.pending.iter().map(Vec::len).sum::<usize>() < before {
            self.naive.settle(number);
        }
        self.read(day)
    }

    fn retry(&mut self, sku: usize) {
        let waiting = std::mem::take(&mut self.pending[sku]);
        for slot in waiting {
            let there = !self.people[&slot].gone;
            if there && self.naive.direct_assign(slot, sku as u32).is_err() {
                self.pending[sku].push(slot);
            }
        }
    }

    fn happen(&mut self, happening: Happening, number: u32, day: NaiveDate) {
        let set = |person: &mut Person, attribute, value| person.record.set(attribute, value);
        match happening {
            Happening::Delete { slot } => {
                self.people.get_mut(&slot).unwrap().gone = true;
                self.naive.delete(slot, number, false);
            }
            Happening::Disable { slot } => {
                set(self.people.get_mut(&slot).unwrap(), Attribute::AccountEnabled, Value::Boolean(false));
            }
            Happening::Enable { slot } => {
                set(self.people.get_mut(&slot).unwrap(), Attribute::AccountEnabled, Value::Boolean(true));
            }
            Happening::Move { slot, like } => {
                let model = self.baseline.snapshot.users.record(UserIndex(like));
                for attribute in &self.baseline.assumptions.movers_change {
                    let value = model.value(attribute).to_value();
                    set(self.people.get_mut(&slot).unwrap(), attribute.clone(), value);
                }
                if let OrderPolicy::Priority { attribute, values } = &self.baseline.policy.order {
                    let attribute = Attribute::from_graph_name(attribute).unwrap();
                    let class = licensing::class_of(self.people[&slot].record.value(&attribute), values);
                    self.naive.set_class(slot, class);
                }
            }
            Happening::LeaveGroup { slot, eligible } => {
                self.people.get_mut(&slot).unwrap().assigned.remove(&self.eligible[eligible as usize]);
            }
            Happening::JoinGroup { slot, eligible } => {
                self.people.get_mut(&slot).unwrap().assigned.insert(self.eligible[eligible as usize]);
            }
            Happening::Join { slot, like } => self.join(slot, like, day),
        }
    }

    fn join(&mut self, slot: u32, like: u32, day: NaiveDate) {
        let snapshot = &self.baseline.snapshot;
        let mut record = snapshot.users.record(UserIndex(like));
        record.set(Attribute::EmployeeHireDate, Value::Instant(midnight(day)));
        record.set(Attribute::AccountEnabled, Value::Boolean(true));
        let model = UserIndex(like);
        let is_member = |(number, (group, rule)): &(usize, &(GroupIndex, Option<rule::Checked>))| {
            rule.is_none() && !self.eligible.contains(number) && snapshot.group(*group).members.contains(&model)
        };
        let assigned = self.groups.iter().enumerate().filter(is_member).map(|(number, _)| number).collect();
        self.people.insert(slot, Person { record, assigned, gone: false });
        let direct =
            snapshot.assigned.iter().filter(|license| license.user == model && license.source == LicenseSource::Direct);
        for sku in direct.map(|license| license.sku) {
            match self.naive.direct_assign(slot, sku.0) {
                Ok(()) => {}
                Err(Some(LicenseError::CountViolation)) => self.pending[sku.get()].push(slot),
                Err(_) => self.refused[sku.get()].push(slot),
            }
        }
    }

    pub fn read(&self, day: NaiveDate) -> Vec<Reading> {
        // Who is meant to have the SKU by a group is counted by the engine already.
        let by_group = |slot: u32, sku: u32| {
            self.naive.paths(slot).iter().any(|(path, source, ..)| *path == sku && source.is_some())
        };
        let there = |slots: &[Vec<u32>], sku: SkuIndex| {
            let alone = |slot: &&u32| !self.people[slot].gone && !by_group(**slot, sku.0);
            slots[sku.get()].iter().filter(alone).count() as u32
        };
        let skus = (0..self.pending.len()).map(|sku| SkuIndex(sku as u32));
        skus.map(|sku| Reading {
            assigned: self.naive.assigned(sku.0),
            waiting: self.naive.waiting(sku.0) + there(&self.pending, sku),
            blocked: self.naive.blocked(sku.0) + there(&self.refused, sku),
            capacity: self.baseline.supplies[sku.get()].units_on(day).capacity(),
        })
        .collect()
    }
}
