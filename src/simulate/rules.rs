//! Rules over rows of codes. In: users by column, checked rules. Out: verdicts on any row of those codes. Never: the fast way;
//! it asks the evaluator of single users.

use chrono::{DateTime, TimeDelta, Utc};

use crate::directory::{Attribute, User, UserIndex, Users, ValueRef};
use crate::rule::Checked;

pub struct RuleSet {
    users: Users,
    rules: Vec<Checked>,
    slots: Vec<Attribute>,
    naming: Vec<Vec<usize>>,
}

impl RuleSet {
    pub fn compile(users: &Users, rules: &[Checked]) -> Self {
        let mut slots: Vec<Attribute> = rules.iter().flat_map(|rule| rule.attributes().iter().cloned()).collect();
        slots.sort();
        slots.dedup();
        let names =
            |slot: &Attribute| (0..rules.len()).filter(|rule| rules[*rule].attributes().contains(slot)).collect();
        let naming = slots.iter().map(names).collect();
        Self { users: users.clone(), rules: rules.to_vec(), slots, naming }
    }

    pub fn slots(&self) -> &[Attribute] {
        &self.slots
    }

    pub fn row(&self, user: UserIndex) -> Vec<u32> {
        let code = |slot| self.users.column(slot).map_or(0, |column| column.codes()[user.get()]);
        self.slots.iter().map(code).collect()
    }

    pub fn rules_naming(&self, slot: usize) -> &[usize] {
        &self.naming[slot]
    }

    pub fn holds_row(&self, rule: usize, row: &[u32], now: DateTime<Utc>) -> bool {
        let mut user = User::default();
        for (slot, code) in self.slots.iter().zip(row) {
            if let Some(column) = self.users.column(slot) {
                user.set(slot.clone(), column.decode(*code).to_value());
            }
        }
        self.rules[rule].holds(&user, now)
    }

    pub fn uses_clock(&self, rule: usize) -> bool {
        self.rules[rule].uses_clock()
    }

    pub fn clock_changes(&self, _rule: usize, row: &[u32]) -> Vec<DateTime<Utc>> {
        let hired = self.slots.iter().position(|slot| *slot == Attribute::EmployeeHireDate);
        let Some(column) = self.users.column(&Attribute::EmployeeHireDate) else { return Vec::new() };
        match hired.map(|slot| column.decode(row[slot])) {
            Some(ValueRef::Instant(at)) => (-400..400).map(|days| at + TimeDelta::days(days)).collect(),
            _ => Vec::new(),
        }
    }
}
