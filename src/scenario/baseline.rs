//! The world as read: a tenant on one day with its supply, prices, policy and assumptions. In: values from `ingest` or
//! `generate`. Out: the same, bound together. Never: a partial world; what could not be read is a finding beside it.

use chrono::NaiveDate;

use super::Assumptions;
use crate::digest::InputDigest;
use crate::directory::Snapshot;
use crate::licensing::Policy;
use crate::supply::{PriceBook, Supply};

/// Everything that a simulation starts from. Invariant: `supplies` has one entry for each SKU of the snapshot, in its order.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The name of the tenant folder, as reports show it.
    pub tenant: String,
    pub today: NaiveDate,
    pub snapshot: Snapshot,
    pub supplies: Vec<Supply>,
    pub prices: PriceBook,
    pub policy: Policy,
    pub assumptions: Assumptions,
    pub inputs: Vec<InputDigest>,
}
