//! Which SKUs would give everybody the same plans for less. In: mixes from `plan`. Out: what reports show. Never: decides anything.

use chrono::NaiveDate;

use crate::digest::InputDigest;
use crate::money::Money;

/// Which service plans a user has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BundleBasis {
    /// All that the user is entitled to.
    Entitled,
    /// The same, but nothing for an account that cannot sign in or has been idle by the usage report.
    InUse,
    /// The same, and nobody keeps plans of a service that they have not used by the usage report.
    UsedServices,
}

/// One SKU in the mix of today and in the cheapest one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BundleSku {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    /// A seat and month.
    pub price: Money,
    /// Users who are entitled to it.
    pub seats_now: u32,
    pub seats_then: u32,
    /// The first day on which fewer units can be paid for; `None` where no renewal date is known.
    pub reducible_from: Option<NaiveDate>,
}

/// Users who would change from some SKUs to others; SKUs that stay are in neither list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BundleMove {
    /// Part numbers.
    pub gives_up: Vec<String>,
    pub gets: Vec<String>,
    /// What it saves for one user and month.
    pub saves: Money,
    /// Ids of users, ascending.
    pub users: Vec<String>,
}

/// A SKU that is left as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BundleKept {
    pub sku_part_number: String,
    pub product_name: String,
    pub seats: u32,
    pub reason: BundleKeptReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BundleKeptReason {
    /// No price today: it is in no amount.
    NoPrice,
    /// The catalogue does not know its plans.
    UnknownPlans,
}

/// The cheapest mix of SKUs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Bundle {
    pub tenant: String,
    pub today: NaiveDate,
    pub basis: BundleBasis,
    /// Names of plans that nobody has to keep.
    pub spared: Vec<String>,
    pub users: u32,
    /// Distinct sets of SKUs held and plans to keep.
    pub profiles: u32,
    /// Accounts that need nothing, as the basis says.
    pub idle: u32,
    /// Users who let go of a plan because its service is not used, as the basis says.
    pub unused: u32,
    /// A month, for the seats of all users entitled.
    pub cost_now: Money,
    pub cost_then: Money,
    /// No mix costs less than this.
    pub bound: Money,
    pub skus: Vec<BundleSku>,
    pub moves: Vec<BundleMove>,
    pub kept: Vec<BundleKept>,
    pub inputs: Vec<InputDigest>,
}
