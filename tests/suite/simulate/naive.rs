//! The future of a tenant, day by day and user by user: every rule of every group is evaluated for everybody on every day, and
//! seats are assigned by the literal engine. In: a baseline and the happenings of a replication. Out: readings of every day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use seatcast::catalog::Catalog;
use seatcast::diagnostic::Origin;
use seatcast::directory::{
    Attribute, GroupIndex, GroupLicense, LicenseSource, SkuIndex, TenantSku, User, UserIndex, Users, Value,
};
use seatcast::licensing::{self, Country, LicenseError, OrderPolicy, PlanRules, Rank, SeatPolicy, Seeker, SkuTerms};
use seatcast::rule;
use seatcast::scenario::{self, Acquisition, Baseline, Change, Deed, Planned};
use seatcast::simulate::{self, Happening, Observed, Population, Reading};

use super::by_plans;
use crate::licensing::naive::Naive;

/// Somebody, or somebody whom joiners are like. Groups are positions in the list of groups.
#[derive(Clone)]
pub struct Person {
    pub record: User,
    pub assigned: BTreeSet<usize>,
    /// Groups whose rule held when it was last looked at.
    pub by_rule: BTreeSet<usize>,
    /// Groups whose rule reads service plans, and held when it was last looked at.
    pub by_plan: BTreeSet<usize>,
    pub direct: BTreeSet<u32>,
    pub exported: Option<u32>,
    pub name: u64,
    pub gone: bool,
}

impl Person {
    pub fn groups(&self) -> impl Iterator<Item = usize> + '_ {
        self.assigned.iter().chain(&self.by_rule).chain(&self.by_plan).copied()
    }
}

/// A group that is licensed, or that a plan is about.
pub struct Followed {
    pub index: GroupIndex,
    pub rule: Option<rule::Checked>,
    /// A rule that reads service plans, which follow from licences.
    pub by_plan: Option<rule::Checked>,
    pub processed: bool,
    pub licenses: Vec<GroupLicense>,
}

pub struct Future<'a> {
    pub baseline: &'a Baseline,
    pub changes: &'a [Change],
    pub people: BTreeMap<u32, Person>,
    /// Exported users and newcomers as joiners are like them.
    pub models: Vec<Person>,
    pub naive: Naive,
    /// The class of each model in the order of grants.
    classes: Vec<u8>,
    /// In order.
    pub groups: Vec<Followed>,
    pub pending: Vec<Vec<u32>>,
    pub refused: Vec<Vec<u32>>,
    /// Groups that people join by themselves, as positions in `groups`.
    eligible: Vec<usize>,
    /// The plans of each SKU.
    pub plans: Vec<Vec<Box<str>>>,
    /// Rules that read plans went round in a circle on some day.
    pub circled: bool,
}

fn seeker(users: &Users, user: UserIndex, rank: Rank) -> Seeker {
    let location = users.text(user, &Attribute::UsageLocation).and_then(Country::parse);
    Seeker { location, guest: users.is_guest(user), rank }
}

pub fn licenses(licenses: &[GroupLicense]) -> Vec<(u32, Vec<String>)> {
    licenses.iter().map(|license| (license.sku.0, Vec::new())).collect()
}

/// Looks at every rule that is processed.
fn look(groups: &[Followed], person: &mut Person, now: DateTime<Utc>) {
    for (number, group) in groups.iter().enumerate().filter(|(_, group)| group.processed) {
        match group.rule.as_ref().is_some_and(|rule| rule.holds(&person.record, now)) {
            true => person.by_rule.insert(number),
            false => person.by_rule.remove(&number),
        };
    }
}

fn acquisition(change: &Change) -> Option<&Acquisition> {
    match &change.deed {
        Deed::Acquire(acquisition) => Some(acquisition),
        _ => None,
    }
}

pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl<'a> Future<'a> {
    pub fn new(planned: &'a Planned, observed: &Observed, catalog: &Catalog) -> Self {
        let baseline = &planned.baseline;
        let standing = by_plans::standing(planned);
        let snapshot = &baseline.snapshot;
        let about: BTreeSet<GroupIndex> = planned.changes.iter().flat_map(|change| change.deed.groups()).collect();
        let followed = |index: &GroupIndex| !snapshot.group(*index).licenses.is_empty() || about.contains(index);
        let group = |index: GroupIndex| {
            let group = snapshot.group(index);
            let rule = group.rule().map(|text| rule::compile(&text.text, &Origin::default()).value.unwrap());
            let (rule, by_plan) = match rule {
                Some(rule) if rule.attributes().contains(&Attribute::AssignedPlans) => (None, Some(rule)),
                rule => (rule, None),
            };
            Followed { index, rule, by_plan, processed: true, licenses: group.licenses.clone() }
        };
        let groups: Vec<Followed> = snapshot.group_indexes().filter(followed).map(group).collect();
        let plans = |sku: &TenantSku| {
            let plans = catalog.sku(&sku.sku_id).map_or(&[][..], |sku| &sku.service_plans[..]);
            SkuTerms { service_plans: plans.iter().map(|plan| plan.id.clone()).collect(), ..SkuTerms::default() }
        };
        let skus: Vec<SkuTerms> = snapshot.skus.iter().map(plans).collect();
        let mut naive = Naive::new(&skus, groups.len(), &PlanRules::default(), SeatPolicy::from(&baseline.policy));
        for (number, group) in groups.iter().enumerate() {
            naive.replace_bundle(number as u32, &licenses(&group.licenses));
        }
        let place = |group: &usize| groups.iter().position(|followed| followed.index.get() == *group).unwrap();
        let eligible = observed.eligible.iter().map(place).collect();
        let mut future = Self {
            baseline,
            changes: &planned.changes,
            people: BTreeMap::new(),
            models: Vec::new(),
            naive,
            classes: Vec::new(),
            groups,
            pending: vec![Vec::new(); snapshot.skus.len()],
            refused: vec![Vec::new(); snapshot.skus.len()],
            eligible,
            plans: skus.into_iter().map(|sku| sku.service_plans).collect(),
            circled: false,
        };
        future.begin(observed, &standing);
        future
    }

    fn begin(&mut self, observed: &Observed, standing: &BTreeSet<GroupIndex>) {
        let snapshot = &self.baseline.snapshot;
        let ranks = licensing::ranks(&snapshot.users, &self.baseline.policy.order);
        let mut seekers = Vec::new();
        for user in snapshot.users.indexes() {
            seekers.push(seeker(&snapshot.users, user, ranks[user.get()]));
            self.naive.add_user(seekers[user.get()]);
            let is_member = |(_, group): &(usize, &Followed)| {
                let members = &snapshot.group(group.index).members;
                group.rule.is_none() && group.by_plan.is_none() && members.contains(&user)
            };
            let assigned = self.groups.iter().enumerate().filter(is_member).map(|(number, _)| number).collect();
            let direct = snapshot.assigned.iter().filter(|license| license.user == user);
            let direct = direct.filter(|license| license.source == LicenseSource::Direct);
            let person = Person {
                record: snapshot.users.record(user),
                assigned,
                by_rule: BTreeSet::new(),
                by_plan: BTreeSet::new(),
                direct: direct.map(|license| license.sku.0).collect(),
                exported: Some(user.0),
                name: scenario::key(snapshot.users.id(user)),
                gone: false,
            };
            self.people.insert(user.0, person);
        }
        self.models = self.people.values().cloned().collect();
        for acquisition in self.changes.iter().filter_map(acquisition) {
            for user in acquisition.users.indexes() {
                let place =
                    |group: &GroupIndex| self.groups.iter().position(|followed| followed.index == *group).unwrap();
                self.models.push(Person {
                    record: acquisition.users.record(user),
                    assigned: acquisition.groups[user.get()].iter().map(place).collect(),
                    by_rule: BTreeSet::new(),
                    by_plan: BTreeSet::new(),
                    direct: acquisition.direct[user.get()]
                        .iter()
                        .map(|sku| snapshot.find_sku(sku).unwrap().0)
                        .collect(),
                    exported: None,
                    name: scenario::key(acquisition.users.id(user)),
                    gone: false,
                });
                seekers.push(seeker(&acquisition.users, user, self.newcomer_rank(&acquisition.users, user)));
            }
        }
        self.classes = seekers.iter().map(|seeker| seeker.rank.class).collect();
        for (number, like) in observed.population.joined.iter().enumerate() {
            let like = seekers[*like as usize];
            let place = (snapshot.users.len() + number) as u32;
            self.naive.add_user(Seeker { rank: Rank { place, ..like.rank }, ..like });
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
        while self.ask(self.baseline.today) {
            self.memberships(self.baseline.today);
            self.naive.settle(0);
        }
        self.stand(standing);
        for (slot, place) in observed.places.iter().enumerate() {
            *self.naive.rank_mut(slot as u32) = Rank { class: 0, place: *place };
        }
    }

    fn newcomer_rank(&self, users: &Users, user: UserIndex) -> Rank {
        // Their places are those of joiners; only the class is their own.
        let class = match &self.baseline.policy.order {
            OrderPolicy::Priority { .. } => licensing::ranks(users, &self.baseline.policy.order)[user.get()].class,
            _ => 0,
        };
        Rank { class, place: 0 }
    }

    fn supply(&mut self, day: NaiveDate) {
        for (sku, supply) in self.baseline.supplies.iter().enumerate() {
            self.naive.set_capacity(sku as u32, supply.units_on(day).capacity());
        }
    }

    fn memberships(&mut self, day: NaiveDate) {
        let now = midnight(day);
        self.models.iter_mut().for_each(|model| look(&self.groups, model, now));
        for (slot, person) in self.people.iter_mut().filter(|(_, person)| !person.gone) {
            look(&self.groups, person, now);
            let groups: BTreeSet<usize> = person.groups().collect();
            let groups: Vec<u32> = groups.into_iter().map(|group| group as u32).collect();
            self.naive.set_bundles(*slot, &groups);
        }
    }

    /// One day: units, happenings, memberships, seats.
    pub fn day(&mut self, number: u32, population: &Population) -> Vec<Reading> {
        let day = self.baseline.today + Days::new(u64::from(number));
        self.supply(day);
        self.plan(number, day);
        for event in population.events.iter().filter(|event| event.day == number) {
            match event.happening {
                Happening::Request { sku, by } => self.request(sku.0, &population.asked[by as usize], day),
                happening => self.happen(happening, number, day),
            }
        }
        self.memberships(day);
        self.settle(number);
        let mut stages = 0;
        while stages < licensing::STAGES_MAX && self.ask(day) {
            self.memberships(day);
            self.settle(number);
            stages += 1;
        }
        self.circled |= stages == licensing::STAGES_MAX;
        self.read(day)
    }

    fn settle(&mut self, number: u32) {
        self.naive.settle(number);
        let before: usize = self.pending.iter().map(Vec::len).sum();
        for sku in 0..self.pending.len() {
            self.retry(sku);
        }
        if self.pending.iter().map(Vec::len).sum::<usize>() < before {
            self.naive.settle(number);
        }
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
            Happening::RemoveLicenses { slot } => self.remove_licenses(slot),
            Happening::Enable { slot } => {
                set(self.people.get_mut(&slot).unwrap(), Attribute::AccountEnabled, Value::Boolean(true));
            }
            Happening::Move { slot, like } => {
                let model = self.models[like as usize].record.clone();
                for attribute in &self.baseline.assumptions.movers_change {
                    let value = model.value(attribute).to_value();
                    set(self.people.get_mut(&slot).unwrap(), attribute.clone(), value);
                }
                if let OrderPolicy::Priority { .. } = &self.baseline.policy.order {
                    self.naive.rank_mut(slot).class = self.classes[like as usize];
                }
            }
            Happening::LeaveGroup { slot, eligible } => {
                self.people.get_mut(&slot).unwrap().assigned.remove(&self.eligible[eligible as usize]);
            }
            Happening::JoinGroup { slot, eligible } => {
                self.people.get_mut(&slot).unwrap().assigned.insert(self.eligible[eligible as usize]);
            }
            Happening::Join { slot, like } => self.join(slot, like, day),
            Happening::Request { .. } => unreachable!("the whole day decides who asks"),
        }
    }

    /// The first of those who ask and are meant to have the SKU neither by a group nor directly.
    fn request(&mut self, sku: u32, asked: &[u32], day: NaiveDate) {
        let gives = |group: &usize| self.groups[*group].licenses.iter().any(|license| license.sku.0 == sku);
        let asks = |slot: &&u32| {
            let mut person = self.people[slot].clone();
            look(&self.groups, &mut person, midnight(day));
            let has = person.direct.contains(&sku) || person.groups().any(|group| gives(&group));
            !person.gone && !has
        };
        let Some(slot) = asked.iter().find(asks).copied() else { return };
        self.people.get_mut(&slot).unwrap().direct.insert(sku);
        self.give(slot, sku);
    }

    /// Everything that an administrator had given, at once; what rules give stays.
    fn remove_licenses(&mut self, slot: u32) {
        let is_dynamic = |group: &usize| self.baseline.snapshot.group(self.groups[*group].index).is_dynamic();
        let person = self.people.get_mut(&slot).unwrap();
        person.assigned.retain(is_dynamic);
        for sku in std::mem::take(&mut person.direct) {
            self.pending[sku as usize].retain(|other| *other != slot);
            self.refused[sku as usize].retain(|other| *other != slot);
            self.naive.direct_remove(slot, sku);
        }
    }

    fn join(&mut self, slot: u32, like: u32, day: NaiveDate) {
        let mut person = self.models[like as usize].clone();
        person.record.set(Attribute::EmployeeHireDate, Value::Instant(midnight(day)));
        person.record.set(Attribute::AccountEnabled, Value::Boolean(true));
        person.assigned.retain(|group| !self.eligible.contains(group));
        person.by_rule.clear();
        person.by_plan.clear();
        person.exported = None;
        person.name = simulate::joined_name(slot - self.baseline.snapshot.users.len() as u32);
        let direct: Vec<u32> = person.direct.iter().copied().collect();
        self.people.insert(slot, person);
        direct.into_iter().for_each(|sku| self.give(slot, sku));
    }

    pub fn give(&mut self, slot: u32, sku: u32) {
        match self.naive.direct_assign(slot, sku) {
            Ok(()) => {}
            Err(Some(LicenseError::CountViolation)) => self.pending[sku as usize].push(slot),
            Err(_) => self.refused[sku as usize].push(slot),
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
