//! The state after a day as it is written. In: a ledger and names. Out: plain rows in a fixed order. Never: a number that the
//! ledger does not hold.

use std::collections::BTreeMap;

use serde::Serialize;

/// One SKU after a day. Holders are in byte order of ids, those who wait in the order of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkuRow {
    pub enabled: u32,
    pub warning: u32,
    pub suspended: u32,
    pub assigned: u32,
    /// `enabled + warning - assigned`, never clamped.
    pub available: i64,
    pub holders: Vec<String>,
    pub waiting: Vec<String>,
}

/// A path that is not `Active`. `source` is the id of a group, or `direct`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PathRow {
    pub user: String,
    pub sku: String,
    pub source: String,
    pub state: &'static str,
    pub error: Option<&'static str>,
}

/// An event of the day that the service does not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    #[serde(rename = "do")]
    pub event: &'static str,
    pub code: String,
    pub message: String,
}

/// Everything after one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    pub day: u32,
    pub skus: BTreeMap<String, SkuRow>,
    pub paths: Vec<PathRow>,
    pub refused: Vec<Refused>,
}
