//! All lots of a tenant, and the units they make on a day. In: lots, counters. Out: `PrepaidUnits`, steps. Never: a seat.

use chrono::NaiveDate;

use super::Subscription;
use crate::directory::PrepaidUnits;

/// The units of one SKU from `day` on, until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupplyStep {
    pub day: NaiveDate,
    pub units: PrepaidUnits,
}

/// The supply of one SKU. `unexplained` are units that the SKU export counts and no lot explains: held as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    pub lots: Vec<Subscription>,
    pub unexplained: PrepaidUnits,
}
