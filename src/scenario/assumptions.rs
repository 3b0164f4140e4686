//! What the future is assumed to bring. In: `seatcast.toml`, or defaults. Out: rates, all printed in every output.
//! Never: silent; a default is a named number with its reason.

use std::collections::BTreeMap;

use crate::catalog::SkuId;

/// A number that is known only as a range: drawn uniformly from `low..=high`, once for each replication.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Spread {
    pub low: f64,
    pub high: f64,
}

impl Spread {
    pub fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The middle of the range.
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }
}

/// How often something happens in a month.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rate {
    /// People a month.
    PeoplePerMonth(Spread),
    /// A share (0.01 is 1 %) of the people there are, a month.
    SharePerMonth(Spread),
}

/// What a tenant wants for one SKU.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct SkuPolicy {
    /// Left out of every shortage, cost and plan.
    pub ignore: bool,
    pub important: bool,
    /// Units to keep free: a share of capacity.
    pub reserve_share: f64,
    pub reserve_units: u32,
}

/// Every assumption about people. Defaults are for an organisation that tells nothing: growth of about 3 % a year over an
/// annual turnover of about 10 %, both with a range wide enough to be honest.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Assumptions {
    pub joiners: Rate,
    pub leavers: Rate,
    pub movers: Rate,
    /// Weight of each calendar month for joiners, January first; the mean is 1.
    pub joiner_seasonality: [f64; 12],
    pub leaver_seasonality: [f64; 12],
    /// Days from a leaver's last day, on which the account is disabled, to its deletion, which frees every seat.
    pub deletion_lag_days: u32,
    /// New B2B guests a month, and the share of guests that is removed a month.
    pub guests_invited: Rate,
    pub guests_removed: Rate,
    /// Joins a month in each licensed group that people can join by themselves, as a share of its members.
    pub self_service_joins: Rate,
    pub self_service_leaves: Rate,
    /// Days an owner takes to approve a join.
    pub approval_delay_days: u32,
    pub skus: BTreeMap<SkuId, SkuPolicy>,
    /// Names of the settings above that came from `seatcast.toml`; all others are defaults.
    pub given: Vec<String>,
}

impl Default for Assumptions {
    fn default() -> Self {
        let share = |low: f64, high: f64| Rate::SharePerMonth(Spread { low, high });
        Self {
            joiners: share(0.008, 0.014),
            leavers: share(0.006, 0.011),
            movers: share(0.003, 0.007),
            joiner_seasonality: [1.0; 12],
            leaver_seasonality: [1.0; 12],
            deletion_lag_days: 30,
            guests_invited: share(0.01, 0.03),
            guests_removed: share(0.005, 0.02),
            self_service_joins: share(0.01, 0.03),
            self_service_leaves: share(0.002, 0.01),
            approval_delay_days: 2,
            skus: BTreeMap::new(),
            given: Vec::new(),
        }
    }
}
