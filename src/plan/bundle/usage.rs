//! Which plans somebody uses, as far as a usage report tells. In: a user, the columns of the report. Out: whether the services of a
//! plan were used. Never: a claim about a service of which the report is silent, or about somebody who is not in it.

use chrono::NaiveDate;

use crate::calendar;
use crate::directory::{Attribute, UserIndex, Users, ValueRef};

/// A service without activity for longer is not used.
pub const IDLE_DAYS: u32 = 90;

/// The services of the report: beginnings of the names of their plans, and the columns of which any tells that they are used.
const SERVICES: [(&[&str], &[Attribute]); 4] = [
    (&["EXCHANGE_S_", "EXCHANGE_B_", "EXCHANGE_L_"], &[Attribute::ExchangeLastActivityDate]),
    (
        &["SHAREPOINTDESKLESS", "SHAREPOINTSTANDARD", "SHAREPOINTENTERPRISE", "SHAREPOINTLITE", "ONEDRIVE"],
        &[Attribute::SharePointLastActivityDate, Attribute::OneDriveLastActivityDate],
    ),
    (&["TEAMS1", "MCOSTANDARD", "MCOIMP"], &[Attribute::TeamsLastActivityDate]),
    (&["YAMMER_"], &[Attribute::YammerLastActivityDate]),
];

/// Whether the report says that the user has not used the service of a plan. Blank in a row of the report is never.
pub fn is_unused(users: &Users, user: UserIndex, plan: &str, today: NaiveDate) -> bool {
    let Some((_, columns)) = SERVICES.iter().find(|(names, _)| names.iter().any(|name| plan.starts_with(name))) else {
        return false;
    };
    columns.iter().all(|column| match users.value(user, column) {
        ValueRef::Null => true,
        ValueRef::Instant(last) => calendar::days_between(last.date_naive(), today) > IDLE_DAYS,
        _ => false,
    })
}
