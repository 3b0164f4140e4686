//! One lot of units bought together. In: what `subscriptions.csv` says. Out: its renewals. Never: sums lots.

use chrono::NaiveDate;

use super::Channel;
use crate::catalog::SkuId;
use crate::diagnostic::Origin;

/// The length of one term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Term {
    P1M,
    P1Y,
    P3Y,
}

impl Term {
    pub fn months(self) -> u32 {
        match self {
            Term::P1M => 1,
            Term::P1Y => 12,
            Term::P3Y => 36,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BillingPlan {
    Monthly,
    Annual,
    Triennial,
}

/// What happens at the end of the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Renewal {
    /// Renews for another term with this quantity.
    Renew { quantity: u32 },
    /// Is not renewed: the units pass through their channel's lifecycle.
    Expire,
    /// Is cancelled at the end of the term: access ends at once (CSP).
    Cancel,
    /// Auto-renew off without an explicit cancel on an eligible CSP lot: extended service term, seats stay, price rises
    /// (reference 4.4, INV-43).
    ExtendedServiceTerm,
}

/// One lot. `term_end` is the first day on which the term is over; `start` of a lot in force may lie in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: Box<str>,
    pub sku_id: SkuId,
    pub quantity: u32,
    pub start: NaiveDate,
    pub term: Term,
    /// `None`: the end of the term is not known and the units are held as they are, which every report says.
    pub term_end: Option<NaiveDate>,
    pub renewal: Renewal,
    pub billing: BillingPlan,
    pub channel: Channel,
    pub trial: bool,
    pub origin: Origin,
}
