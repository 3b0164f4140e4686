//! Accounts whose last day has passed. In: users, assumptions, today. Out: a finding where any should be gone by now. Never: about
//! those who are only within the days that a deletion takes.

use chrono::NaiveDate;

use super::code;
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::{Attribute, UserIndex, Users, ValueRef};
use crate::scenario::{Assumptions, Departure};

/// `origin` is where users come from.
pub(super) fn overdue(
    users: &Users,
    assumptions: &Assumptions,
    today: NaiveDate,
    origin: &Origin,
) -> Option<Diagnostic> {
    let day = |user: UserIndex, attribute: &Attribute| match users.value(user, attribute) {
        ValueRef::Instant(at) => Some(at.date_naive()),
        _ => None,
    };
    let departure = |user: UserIndex| {
        let stays = users.is_guest(user) || day(user, &Attribute::DeletedDateTime).is_some();
        let enabled = users.boolean(user, &Attribute::AccountEnabled) != Some(false);
        let last = day(user, &Attribute::EmployeeLeaveDateTime).filter(|_| !stays)?;
        Departure::of(last, enabled, today, assumptions).filter(|departure| departure.overdue)
    };
    let overdue: Vec<Departure> = users.indexes().filter_map(departure).collect();
    let gone = overdue.iter().map(|departure| departure.deleted_on).max()?;
    let enabled = overdue.iter().filter(|departure| departure.disabled_on.is_some()).count();
    let message = format!(
        "{} accounts should be gone by their employeeLeaveDateTime; {enabled} of them are still enabled",
        overdue.len()
    );
    let help = format!(
        "they are taken to leave now, the last by {gone}; `workforce.past-leave-dates = \"keep\"` lets such accounts stay"
    );
    Some(Diagnostic::warning(code::PAST_LEAVE, message).at(origin).help(help))
}
