//! Users as rows of codes, with the values that the future brings added to their columns. In: users, a horizon. Out: users
//! that a rule set can be compiled on, and codes for new values. Never: decides a membership.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::calendar;
use crate::directory::{Attribute, Column, ColumnBuilder, UserIndex, Users, ValueRef};

/// The exported users, followed by rows that nobody is: one a day from today to the horizon, whose only values are those
/// that an event of that day gives (`employeeHireDate` and `accountEnabled`).
#[derive(Clone, Debug)]
pub struct FutureUsers {
    pub users: Users,
    exported: u32,
}

/// Midnight UTC: what a date without a time means in a rule (register A20 of the rule reference).
pub fn instant(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl FutureUsers {
    /// `attributes` are those that some simulated rule names; other columns are left out.
    pub fn new(exported: &Users, attributes: &[Attribute], today: NaiveDate, horizon_days: u32) -> Self {
        let extra = horizon_days + 2;
        let mut columns = BTreeMap::new();
        for attribute in attributes {
            let mut builder = ColumnBuilder::with_capacity(attribute.kind(), exported.len() + extra as usize);
            match exported.column(attribute) {
                Some(column) => column.codes().iter().for_each(|code| builder.push(column.decode(*code))),
                None => (0..exported.len()).for_each(|_| builder.push_not_in_file()),
            }
            for number in 0..extra {
                match attribute {
                    Attribute::EmployeeHireDate => {
                        builder.push(ValueRef::Instant(instant(calendar::after(today, number))));
                    }
                    Attribute::AccountEnabled => builder.push(ValueRef::Boolean(number % 2 == 1)),
                    _ => builder.push_null(),
                }
            }
            columns.insert(attribute.clone(), builder.finish());
        }
        Self { users: Users::new(exported.len() + extra as usize, columns), exported: exported.len() as u32 }
    }

    fn code(&self, attribute: &Attribute, row: u32) -> u32 {
        let column = self.users.column(attribute);
        column.map_or(Column::NOT_IN_FILE, |column| column.codes()[(self.exported + row) as usize])
    }

    /// The code of an `employeeHireDate` that many days from today. Days past the horizon get the last one.
    pub fn hired_on(&self, day: u32) -> u32 {
        let last = self.users.len() as u32 - self.exported - 1;
        self.code(&Attribute::EmployeeHireDate, day.min(last))
    }

    pub fn enabled(&self, enabled: bool) -> u32 {
        self.code(&Attribute::AccountEnabled, u32::from(enabled))
    }

    pub fn exported(&self) -> impl Iterator<Item = UserIndex> + use<> {
        (0..self.exported).map(UserIndex)
    }
}
