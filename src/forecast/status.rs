//! Today. In: counts from `licensing`. Out: the table of seats and the flags. Never: hides an over-assignment.

use chrono::NaiveDate;

use crate::money::Money;

/// Seats of one SKU today. `demand = assigned + waiting`; `blocked` is counted apart; `available` is signed, never clamped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SkuStatus {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    pub enabled: u32,
    pub warning: u32,
    pub suspended: u32,
    pub locked_out: u32,
    /// `consumedUnits` of the SKU export.
    pub consumed_exported: Option<u32>,
    /// Users with this SKU in the users export.
    pub assigned_exported: Option<u32>,
    pub assigned: u32,
    pub waiting: u32,
    pub blocked: u32,
    pub demand: u32,
    pub headroom: u32,
    pub shortfall: u32,
    pub available: i64,
}

/// One user who waits for a SKU or is blocked from it, by the source that entitles.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WaitingUser {
    pub user_id: String,
    pub user: String,
    pub sku: String,
    /// The group's name, or `direct`.
    pub source: String,
    /// Graph's name of the error, for example `CountViolation`.
    pub error: String,
    pub waiting_since: Option<NaiveDate>,
}

/// Users without a seat for another reason than units, by SKU and error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BlockedCause {
    pub sku: String,
    pub error: String,
    pub users: u32,
}

/// A licensed group that holds B2B guests: Microsoft's deployment guidance advises against it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct GuestGroup {
    pub group_id: String,
    pub group: String,
    pub members: u32,
    pub guests: u32,
    pub skus: Vec<String>,
    /// Whether the group is dynamic, so that its rule lets the guests in.
    pub dynamic: bool,
}

/// A licensed group with groups inside it, whose members get nothing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NestedGroup {
    pub group: String,
    pub nested: Vec<String>,
    /// Distinct users who are only in the nested groups.
    pub users_not_licensed: u32,
}

/// Why a seat could be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReclaimCause {
    /// Units that nobody holds.
    Unassigned,
    /// Held by an account that cannot sign in.
    Disabled,
    /// Held by an account without activity for 90 days, by the usage report.
    Inactive,
    /// Another SKU of the user holds every plan of this one.
    Superseded,
}

/// Seats that could be given back, for one cause and SKU.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reclaimable {
    pub sku: String,
    pub cause: ReclaimCause,
    pub seats: u32,
    /// What the seats cost a month; `None` without a price.
    pub monthly: Option<Money>,
    /// The first day on which fewer units can be paid for; `None` where no renewal date is known.
    pub saves_from: Option<NaiveDate>,
}

/// Today, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    pub skus: Vec<SkuStatus>,
    pub waiting: Vec<WaitingUser>,
    pub blocked: Vec<BlockedCause>,
    pub guest_groups: Vec<GuestGroup>,
    pub nested_groups: Vec<NestedGroup>,
    pub reclaimable: Vec<Reclaimable>,
    pub users: u32,
    pub guests: u32,
    pub disabled_users: u32,
    /// Distinct members of all licensed and dynamic groups: that many Entra ID P1 capable licences have to be owned.
    pub entra_p1_needed: u32,
}
