//! Where a result came from. In: settings and inputs. Out: what every report prints last. Never: a machine's name or path.

use chrono::NaiveDate;

use crate::digest::InputDigest;

/// Enough to make the same bytes again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Provenance {
    pub version: String,
    pub tenant: String,
    pub today: NaiveDate,
    pub seed: u64,
    pub replications: u32,
    pub horizon_months: u32,
    pub inputs: Vec<InputDigest>,
}
