//! Users as rows of codes, with the values that the future brings added to their columns. In: users, a horizon. Out: users
//! that a rule set can be compiled on, and codes for new values. Never: decides a membership.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::calendar;
use crate::directory::{Attribute, Column, ColumnBuilder, UserIndex, Users, Value, ValueRef};

/// The exported users and newcomers of a plan, whom others may be like, followed by rows that nobody is: one a day from today to
/// the horizon, whose only values are those that an event of that day gives (`employeeHireDate` and `accountEnabled`), and one
/// for each value that a plan gives.
#[derive(Clone, Debug)]
pub struct FutureUsers {
    pub users: Users,
    models: u32,
    days: u32,
}

/// Midnight UTC: what a date without a time means in a rule (register A20 of the rule reference).
pub fn instant(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl FutureUsers {
    /// `attributes` are those that some rule names; other columns are left out. `models` are the exported users and then
    /// newcomers of a plan, `values` those that it gives.
    pub fn new(
        models: &[&Users],
        attributes: &[Attribute],
        today: NaiveDate,
        horizon_days: u32,
        values: &[(Attribute, Value)],
    ) -> Self {
        let days = horizon_days + 2;
        let count: usize = models.iter().map(|users| users.len()).sum();
        let total = count + days as usize + values.len();
        let mut columns = BTreeMap::new();
        for attribute in attributes {
            let mut builder = ColumnBuilder::with_capacity(attribute.kind(), total);
            for users in models {
                match users.column(attribute) {
                    Some(column) => column.codes().iter().for_each(|code| builder.push(column.decode(*code))),
                    None => (0..users.len()).for_each(|_| builder.push_not_in_file()),
                }
            }
            for number in 0..days {
                match attribute {
                    Attribute::EmployeeHireDate => {
                        builder.push(ValueRef::Instant(instant(calendar::after(today, number))));
                    }
                    Attribute::AccountEnabled => builder.push(ValueRef::Boolean(number % 2 == 1)),
                    _ => builder.push_null(),
                }
            }
            for (other, value) in values {
                match other == attribute {
                    true => builder.push(value.as_ref()),
                    false => builder.push_null(),
                }
            }
            columns.insert(attribute.clone(), builder.finish());
        }
        Self { users: Users::new(total, columns), models: count as u32, days }
    }

    fn code(&self, attribute: &Attribute, row: u32) -> u32 {
        let column = self.users.column(attribute);
        column.map_or(Column::NOT_IN_FILE, |column| column.codes()[(self.models + row) as usize])
    }

    /// The code of the planned value of this number, of its own attribute.
    pub fn value(&self, attribute: &Attribute, number: usize) -> u32 {
        self.code(attribute, self.days + number as u32)
    }

    /// The code of an `employeeHireDate` that many days from today. Days past the horizon get the last one.
    pub fn hired_on(&self, day: u32) -> u32 {
        self.code(&Attribute::EmployeeHireDate, day.min(self.days - 1))
    }

    pub fn enabled(&self, enabled: bool) -> u32 {
        self.code(&Attribute::AccountEnabled, u32::from(enabled))
    }

    /// The exported users; with a plan, newcomers too.
    pub fn exported(&self) -> impl Iterator<Item = UserIndex> + use<> {
        (0..self.models).map(UserIndex)
    }
}
