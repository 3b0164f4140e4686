//! Who there is at the start of a run. In: a snapshot. Out: people who can join, move and leave, and what is known of their
//! future. Never: draws a number.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::cohorts::Membership;
use super::draws;
use super::event::{Event, Happening, Slot};
use crate::calendar;
use crate::catalog::SkuId;
use crate::directory::{Attribute, Column, Group, GroupIndex, SelfService, SkuIndex, Snapshot, UserIndex, ValueRef};
use crate::scenario::{Assumptions, Departure};

/// No day: later than every day of a run.
pub const NEVER: u32 = u32::MAX;

/// No SKU of the tenant.
pub const NO_SKU: SkuIndex = SkuIndex(u32::MAX);

/// A licensed group that people can join by themselves.
#[derive(Clone, Debug)]
pub struct Eligible {
    /// Position among the snapshot's groups.
    pub group: usize,
    /// Exported direct members, ascending.
    pub members: Vec<Slot>,
    pub needs_approval: bool,
    /// What its streams of chance are known by, whatever other groups there are.
    pub key: usize,
}

/// What is asked of somebody whom a draw hits.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The day after whose end it is gone, counted from today; [`NEVER`] while nobody knows.
    pub gone: u32,
    /// The code of the department, which a move changes.
    pub department: u32,
}

/// One month of a run: the days after `start` up to and including `start + length`.
#[derive(Clone, Copy, Debug)]
pub struct Month {
    pub number: u32,
    pub start: u32,
    pub length: u32,
    /// January is 0.
    pub of_year: usize,
}

/// Who there is at the start. Slots below `count` are the exported users in their order.
#[derive(Clone, Debug)]
pub struct People {
    pub count: u32,
    /// Accounts that come and go: enabled, no guests.
    pub members: Vec<Slot>,
    pub guests: Vec<Slot>,
    /// Days on which guests expire, of those who do.
    pub guests_due: BTreeMap<Slot, u32>,
    /// By slot, as the export knows them.
    pub accounts: Vec<Account>,
    /// Leavers and starters whose dates the export holds.
    pub known: Vec<Event>,
    /// Days on which accounts that wait for their first day are enabled.
    starts: BTreeMap<Slot, u32>,
    /// Enabled members today.
    pub enabled: u32,
    /// Starters less leavers with known dates, by month.
    pub known_change: Vec<i32>,
    pub cohorts: Membership,
    pub eligible: Vec<Eligible>,
    pub months: Vec<Month>,
    /// SKUs that people ask for by themselves, in the order of [`Assumptions::requests`], and the numbers of their streams.
    pub requested: Vec<(SkuIndex, usize)>,
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
            guests_due: BTreeMap::new(),
            accounts: accounts(snapshot),
            known: Vec::new(),
            starts: BTreeMap::new(),
            enabled: 0,
            known_change: vec![0; points.len() - 1],
            cohorts: Membership::new(snapshot, assumptions, today, points.len() - 1),
            eligible: eligible(snapshot),
            months: months(points),
            requested: requested(snapshot, assumptions),
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
                let made = day_of(user, &Attribute::CreatedDateTime);
                let due = made.zip(assumptions.guests_expire_after_days).and_then(|(made, days)| {
                    made.checked_add_days(Days::new(u64::from(days))).filter(|due| *due > today)
                });
                people.guests_due.extend(due.map(|due| (user.0, calendar::days_between(today, due))));
                continue;
            }
            let enabled = users.boolean(user, &Attribute::AccountEnabled) != Some(false);
            let hired = day_of(user, &Attribute::EmployeeHireDate).filter(|day| *day > today);
            if let (false, Some(day)) = (enabled, hired) {
                let day = calendar::days_between(today, day);
                if day <= horizon {
                    people.change(user.0, day, 1);
                    people.starts.insert(user.0, day);
                    people.known.push(Event { day, happening: Happening::Enable { slot: user.0 } });
                    people.members.push(user.0);
                }
                continue;
            }
            let last_day = day_of(user, &Attribute::EmployeeLeaveDateTime);
            let past = last_day.and_then(|day| Departure::of(day, enabled, today, assumptions));
            if let Some(departure) = past {
                people.depart(user.0, departure, today, horizon);
            }
            if !enabled {
                continue;
            }
            people.members.push(user.0);
            people.enabled += 1;
            let cohort = people.cohorts.of_exported(user.0);
            people.cohorts.enabled[cohort] += 1;
            if let Some(day) = last_day.filter(|day| *day > today) {
                let day = calendar::days_between(today, day);
                people.accounts[user.get()].gone = day;
                people.change(user.0, day, -1);
                add_leaving(&mut people.known, user.0, day, assumptions, horizon);
            }
        }
        people.cohorts.count(&people.members);
        people
    }

    /// Notes what becomes of an account whose last day has passed.
    fn depart(&mut self, slot: Slot, departure: Departure, today: NaiveDate, horizon: u32) {
        let day = |day: NaiveDate| calendar::days_between(today, day);
        if let Some(off) = departure.disabled_on.map(day) {
            self.accounts[slot as usize].gone = off;
            self.change(slot, off, -1);
            self.known.push(Event { day: off, happening: Happening::Disable { slot } });
        }
        let unlicensed = departure.unlicensed_on.map(day);
        self.known.extend(unlicensed.map(|day| Event { day, happening: Happening::RemoveLicenses { slot } }));
        self.known.push(Event { day: day(departure.deleted_on), happening: Happening::Delete { slot } });
        self.known.retain(|event| event.day <= horizon);
    }

    /// Books a known start or end in its month; later than the horizon it changes nothing.
    fn change(&mut self, slot: Slot, day: u32, by: i32) {
        let month = self.months.iter().position(|month| day > month.start && day <= month.start + month.length);
        if let Some(month) = month {
            self.known_change[month] += by;
            let cohort = self.cohorts.of_exported(slot);
            self.cohorts.known_change[month][cohort] += by;
        }
    }

    pub fn has_started(&self, slot: Slot, day: u32) -> bool {
        self.starts.get(&slot).is_none_or(|start| *start < day)
    }

    pub fn horizon(&self) -> u32 {
        self.months.last().map_or(0, |month| month.start + month.length)
    }
}

fn requested(snapshot: &Snapshot, assumptions: &Assumptions) -> Vec<(SkuIndex, usize)> {
    let known = |sku: &SkuId| snapshot.skus.binary_search_by(|own| own.sku_id.cmp(sku)).ok();
    // A setting of a SKU that the tenant does not have is a finding of its own.
    let index = |sku: &SkuId| known(sku).map_or(NO_SKU, |at| SkuIndex(at as u32));
    assumptions.requests().map(|(sku, ..)| (index(sku), draws::key_of(sku.as_str()))).collect()
}

fn accounts(snapshot: &Snapshot) -> Vec<Account> {
    let account = |department: u32| Account { gone: NEVER, department };
    match snapshot.users.column(&Attribute::Department) {
        Some(column) => column.codes().iter().map(|code| account(*code)).collect(),
        None => vec![account(Column::NOT_IN_FILE); snapshot.users.len()],
    }
}

/// Groups that carry licences and that people can join without an administrator.
pub fn self_service_groups(snapshot: &Snapshot) -> Vec<GroupIndex> {
    let open = |service| matches!(service, SelfService::Open | SelfService::Approval);
    let is_eligible = |group: &Group| {
        open(group.self_service)
            && !group.licenses.is_empty()
            && !group.is_dynamic()
            && group.is_licensable() != Some(false)
    };
    snapshot.group_indexes().filter(|index| is_eligible(snapshot.group(*index))).collect()
}

fn eligible(snapshot: &Snapshot) -> Vec<Eligible> {
    let of = |index: GroupIndex| {
        let group = snapshot.group(index);
        Eligible {
            group: index.get(),
            members: group.members.iter().map(|user| user.0).collect(),
            needs_approval: group.self_service == SelfService::Approval,
            key: draws::key_of(&group.id),
        }
    };
    self_service_groups(snapshot).into_iter().map(of).collect()
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

/// Adds the events of an account that ends: disabled, without licences and deleted each after its lag, as far as the horizon
/// reaches.
pub fn add_leaving(events: &mut Vec<Event>, slot: Slot, day: u32, assumptions: &Assumptions, horizon: u32) {
    let mut add = |day: u32, happening: Happening| {
        if day <= horizon {
            events.push(Event { day, happening });
        }
    };
    let disabled = day.saturating_add(assumptions.disabling_lag_days);
    let deleted = disabled.saturating_add(assumptions.deletion_lag_days);
    // An account that is deleted at once has no day on which it is disabled.
    if disabled < deleted {
        add(disabled, Happening::Disable { slot });
    }
    let unlicensed = assumptions.license_removal_lag_days.map(|lag| disabled.saturating_add(lag));
    if let Some(day) = unlicensed.filter(|day| *day < deleted) {
        add(day, Happening::RemoveLicenses { slot });
    }
    add(deleted, Happening::Delete { slot });
}

/// The day of a month that a number in `[0, 1)` falls on.
pub fn day_in(month: Month, fraction: f64) -> u32 {
    month.start + 1 + ((fraction * f64::from(month.length)) as u32).min(month.length - 1)
}
