//! Who belongs to which cohort, and since when somebody is there. In: a snapshot, assumptions. Out: numbers for the draws of a
//! replication. Never: draws; cohort 0 is everybody who is in no listed one, and all there is where none is listed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::event::Slot;
use crate::directory::{Attribute, Column, Snapshot, UserIndex, ValueRef};
use crate::scenario::{Assumptions, Cohorts};

/// A hire date that nobody knows.
const UNKNOWN: i32 = i32::MIN;

/// Days in a year, on average.
const YEAR: f64 = 365.25;

#[derive(Clone, Debug)]
pub struct Membership {
    /// The cohort of each exported user; empty where no cohort is listed.
    of: Vec<u32>,
    /// The codes of the attributes that make cohorts, one row an attribute, and whether a move changes it.
    codes: Vec<(Vec<u32>, bool)>,
    by_codes: BTreeMap<Vec<u32>, u32>,
    /// Exported members of each cohort, ascending: where joiners take their attributes from. Empty where no cohort is listed.
    pub members: Vec<Vec<Slot>>,
    /// Enabled members of each cohort today.
    pub enabled: Vec<u32>,
    /// Starters less leavers with known dates, by month and cohort.
    pub known_change: Vec<Vec<i32>>,
    /// Where movers of each cohort go: cohorts, and weights that add up from one to the next.
    pub moves_to: Vec<Vec<(u32, f64)>>,
    /// Hire dates as days from today, where leaving depends on tenure.
    hired: Vec<i32>,
    by_tenure: Vec<f64>,
    tenure_most: f64,
}

impl Membership {
    pub fn new(snapshot: &Snapshot, assumptions: &Assumptions, today: NaiveDate, months: usize) -> Self {
        let users = &snapshot.users;
        let cohorts = &assumptions.cohorts;
        let count = cohorts.cohorts.len() + 1;
        let column = |attribute: &Attribute| match users.column(attribute) {
            Some(column) => column.codes().to_vec(),
            None => vec![Column::NOT_IN_FILE; users.len()],
        };
        let (mut of, mut codes, mut by_codes) = (Vec::new(), Vec::new(), BTreeMap::new());
        if !cohorts.is_empty() {
            let moved = |attribute: &Attribute| assumptions.movers_change.contains(attribute);
            codes = cohorts.by.iter().map(|attribute| (column(attribute), moved(attribute))).collect::<Vec<_>>();
            for (user, name) in Cohorts::names(&cohorts.by, users).enumerate() {
                let cohort = cohorts.position(&name).map_or(0, |at| at as u32 + 1);
                by_codes.insert(codes.iter().map(|(column, _)| column[user]).collect(), cohort);
                of.push(cohort);
            }
        }
        let by_tenure = assumptions.leavers_by_tenure.clone();
        let mut hired = Vec::new();
        if !by_tenure.is_empty() {
            let day = |user: UserIndex, attribute: &Attribute| match users.value(user, attribute) {
                ValueRef::Instant(at) => Some(at.date_naive().signed_duration_since(today).num_days() as i32),
                _ => None,
            };
            // As snapshots keep it: where nobody exports hire dates, accounts are as old as their people.
            hired.extend(users.indexes().map(|user| {
                let hired = day(user, &Attribute::EmployeeHireDate);
                hired.or_else(|| day(user, &Attribute::CreatedDateTime)).unwrap_or(UNKNOWN)
            }));
        }
        Membership {
            of,
            codes,
            by_codes,
            members: vec![Vec::new(); if cohorts.is_empty() { 0 } else { count }],
            enabled: vec![0; count],
            known_change: vec![vec![0; count]; months],
            moves_to: moves_to(cohorts),
            hired,
            tenure_most: by_tenure.iter().copied().fold(1.0, f64::max),
            by_tenure,
        }
    }

    /// Sorts the members of a tenant into cohorts.
    pub fn count(&mut self, members: &[Slot]) {
        if !self.members.is_empty() {
            members.iter().for_each(|slot| self.members[self.of[*slot as usize] as usize].push(*slot));
        }
    }

    pub fn is_split(&self) -> bool {
        !self.members.is_empty()
    }

    pub fn of_exported(&self, slot: Slot) -> usize {
        self.of.get(slot as usize).map_or(0, |cohort| *cohort as usize)
    }

    /// The cohort of somebody who was `model`, and whose moved attributes are now those of `like`. Values that nobody has
    /// together today are no listed cohort.
    pub fn after_move(&self, model: Slot, like: Slot) -> usize {
        let code = |(column, moved): &(Vec<u32>, bool)| column[if *moved { like } else { model } as usize];
        let codes: Vec<u32> = self.codes.iter().map(code).collect();
        self.by_codes.get(&codes).map_or(0, |cohort| *cohort as usize)
    }

    /// Whether leaving depends on tenure.
    pub fn knows_tenure(&self) -> bool {
        !self.by_tenure.is_empty()
    }

    /// The highest weight of any tenure, at least 1.
    pub fn tenure_most(&self) -> f64 {
        self.tenure_most
    }

    /// The weight of somebody's tenure on a day; `joined` is the first day of who came since. Who has no hire date is of average.
    pub fn tenure_weight(&self, slot: Slot, joined: Option<u32>, day: u32) -> f64 {
        let hired = joined.map_or_else(|| self.hired.get(slot as usize).copied().unwrap_or(UNKNOWN), |day| day as i32);
        if hired == UNKNOWN {
            return 1.0;
        }
        let years = ((f64::from(day) - f64::from(hired)) / YEAR).max(0.0) as usize;
        self.by_tenure.get(years).or(self.by_tenure.last()).copied().unwrap_or(1.0)
    }
}

/// Weights added up; cohorts that are not listed are left out.
fn moves_to(cohorts: &Cohorts) -> Vec<Vec<(u32, f64)>> {
    let of = |moves: &[(String, f64)]| {
        let mut sum = 0.0;
        let known = moves.iter().filter(|(_, weight)| *weight > 0.0).filter_map(|(name, weight)| {
            let at = cohorts.position(name)?;
            sum += weight;
            Some((at as u32 + 1, sum))
        });
        known.collect::<Vec<_>>()
    };
    let mut all = vec![Vec::new()];
    all.extend(cohorts.cohorts.iter().map(|cohort| of(&cohort.moves_to)));
    all
}
