//! Today. In: counts from `licensing`. Out: the table of seats and the flags. Never: hides an over-assignment.

use chrono::NaiveDate;

use crate::money::Money;

/// Seats of one SKU today. `demand = assigned + waiting`; `blocked` is counted apart; `available` is signed, never clamped.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    /// Where more is assigned than owned: the day by which Microsoft wants it resolved, 90 days after units fell short, as far
    /// as the lots tell.
    pub overage_deadline: Option<NaiveDate>,
    /// Of `assigned`, the seats of B2B guests.
    pub guests: u32,
    /// Of `capacity`, units in grace that a renewal under another id has replaced: no plan may count on them.
    pub overlap: u32,
}

/// One user who waits for a SKU or is blocked from it, by the source that entitles.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BlockedCause {
    pub sku: String,
    pub error: String,
    pub users: u32,
}

/// A licensed group that holds B2B guests: Microsoft's deployment guidance advises against it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NestedGroup {
    pub group: String,
    pub nested: Vec<String>,
    /// Distinct users who are only in the nested groups.
    pub users_not_licensed: u32,
}

/// What the next true-up of an Enterprise Agreement asks for, as of today.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TrueUpDue {
    pub sku: String,
    /// The anniversary, and between which days the order, or a statement that nothing has changed, is due.
    pub day: NaiveDate,
    pub order_from: NaiveDate,
    pub order_by: NaiveDate,
    /// Units ordered under agreements and in force.
    pub agreed: u32,
    /// Units reserved up to the anniversary: invoiced whether or not they are used.
    pub reserved: u32,
    /// Seats assigned above all units there are, by whichever channel.
    pub beyond_paid: u32,
    /// `reserved + beyond_paid`.
    pub owed: u32,
    /// What is owed for the time until then, from the month of use on; for seats beyond what is paid, from this month on.
    pub until_then: Option<Money>,
    /// What the units owed cost in each year afterwards.
    pub each_year: Option<Money>,
}

/// Units reserved under an Enterprise Agreement that no true-up has invoiced yet.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReservedSeats {
    pub sku: String,
    pub subscription: String,
    pub units: u32,
    pub usage_date: NaiveDate,
    /// The last day on which it can be cancelled; `None` when that has passed.
    pub cancel_until: Option<NaiveDate>,
    /// Of the units, those that nobody needs today; `None` before the day of use.
    pub unused: Option<u32>,
    pub invoiced_on: NaiveDate,
    pub cost: Option<Money>,
}

/// Why a seat could be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
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
    /// Another suite of the user brings a mailbox too: two paid seats for one person.
    Duplicate,
}

/// Seats that could be given back, for one cause and SKU.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reclaimable {
    pub sku: String,
    pub cause: ReclaimCause,
    pub seats: u32,
    /// What the seats cost a month; `None` without a price.
    pub monthly: Option<Money>,
    /// The first day on which fewer units can be paid for; `None` where no renewal date is known.
    pub saves_from: Option<NaiveDate>,
}

/// Why what seatcast counts differs from what the exports count: a closed list, `Unexplained` last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceCause {
    /// The SKU export counts seats that no user of the users export holds, or fewer: other accounts, or another day.
    ExportsDiffer,
    /// Held in the export by a group that the user is no longer a member of: it goes at the next processing.
    LeavesGroup,
    /// Held by a guest, whom the policy leaves out.
    GuestSkipped,
    /// Entitled by a group and a unit is free, and not yet given in the export.
    NotYetProcessed,
    /// The user's plans or location no longer allow what the export shows.
    NotAllowed,
    /// No export says who holds what: the computed seats are those of everybody who is entitled by a group.
    AssignmentsNotExported,
    Unexplained,
}

/// One difference between the exported and the computed seats of a SKU. `seats` is computed minus exported; the differences of
/// a SKU add up to `assigned - consumed_exported` (or `assigned_exported` where that is not told).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    pub sku: String,
    pub cause: DifferenceCause,
    pub seats: i64,
    /// Up to five users, where the difference is about users.
    pub users: Vec<String>,
}

/// One user whose exported seat of a SKU is not among the computed ones (-1), or the other way round (+1).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UserDifference {
    pub user_id: String,
    pub user: String,
    pub sku: String,
    pub cause: DifferenceCause,
    pub seats: i64,
}

/// Users who hold one seat of a SKU by more than one way: directly and by a group, or by several groups.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SeveralPaths {
    pub sku: String,
    pub users: u32,
    /// Of them, those who hold it directly beside a group: the direct licence survives when they leave the group.
    pub direct_and_group: u32,
}

/// What another order of grants would change for one SKU today. Pairs are the least and the most over `draws` draws.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OrderSpread {
    pub sku: String,
    /// The order as `seatcast.toml` names it.
    pub order: String,
    pub draws: u32,
    pub assigned: (u32, u32),
    pub waiting: (u32, u32),
    pub blocked: (u32, u32),
    /// Users who would hold a seat and do not under the tenant's own order, at most.
    pub served_otherwise: u32,
    /// Places in line that somebody else would have, at most.
    pub moved_in_line: u32,
}

/// What another order of grants would change for one SKU in the future, on the same draws.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OrderSpreadAhead {
    pub sku: String,
    pub order: String,
    /// Replications that were held against each other, and those in which any count differs.
    pub replications: u32,
    pub differing: u32,
    /// Users fewer and more who wait at any point of any replication, at most.
    pub fewer_waiting: u32,
    pub more_waiting: u32,
}

/// Today, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Status {
    pub skus: Vec<SkuStatus>,
    pub waiting: Vec<WaitingUser>,
    pub blocked: Vec<BlockedCause>,
    pub guest_groups: Vec<GuestGroup>,
    pub nested_groups: Vec<NestedGroup>,
    pub reclaimable: Vec<Reclaimable>,
    /// By day, then by SKU.
    #[serde(default)]
    pub true_ups: Vec<TrueUpDue>,
    #[serde(default)]
    pub reservations: Vec<ReservedSeats>,
    pub users: u32,
    pub guests: u32,
    pub disabled_users: u32,
    /// Distinct members of all licensed and dynamic groups: that many Entra ID P1 capable licences have to be owned.
    pub entra_p1_needed: u32,
    /// Units owned of SKUs that include it.
    pub entra_p1_owned: u32,
    /// Distinct members of licensed groups, and the units owned of SKUs that group-based licensing accepts: those with Entra ID
    /// P1, and Office 365 E3 and higher.
    pub group_licensing_needed: u32,
    pub group_licensing_owned: u32,
    pub several_paths: Vec<SeveralPaths>,
    /// Empty where no export says what is held.
    pub reconciliation: Vec<Difference>,
    /// The same, user by user, in order of SKUs as above and users.
    pub user_differences: Vec<UserDifference>,
    /// SKUs and order policies that would give another answer; empty where the order changes nothing.
    pub order_spread: Vec<OrderSpread>,
    /// The same for the future: SKUs whose counts depend on the order; a forecast only.
    pub order_spread_ahead: Vec<OrderSpreadAhead>,
}
