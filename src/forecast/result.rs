//! A forecast, whole. In: histograms and steps from `simulate`. Out: what every report shows. Never: a number that a report
//! would have to compute.

use chrono::NaiveDate;

use super::{Certainty, Coverage, Percentiles, Provenance, Status, Waits};
use crate::money::{Currency, Money};

/// One SKU at one monthly point. The first point is today.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MonthPoint {
    pub day: NaiveDate,
    pub enabled: u32,
    pub warning: u32,
    pub suspended: u32,
    /// `enabled + warning`.
    pub capacity: u32,
    pub demand: Percentiles,
    pub assigned: Percentiles,
    pub waiting: Percentiles,
    pub blocked: Percentiles,
    /// `demand - capacity` where positive.
    pub shortfall: Percentiles,
    /// Replications in which demand is above capacity on this day.
    pub replications_short: u32,
    /// Replications in which demand has been above capacity on this day or on any before it, today among them.
    #[serde(default)]
    pub replications_short_by: u32,
    /// What the units cost for the month that begins on this day; `None` without a price.
    pub cost: Option<Money>,
}

/// When a SKU first runs short: nearest-rank percentiles over *all* replications, where one that never runs short counts as
/// later than every date. So `p50 = None` says that fewer than half run short within the horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ShortageDate {
    pub p10: Option<NaiveDate>,
    pub p50: Option<NaiveDate>,
    pub p90: Option<NaiveDate>,
    /// Replications that run short at any day of the horizon.
    pub replications_short: u32,
}

/// From today's demand to the horizon's, as means over the replications in tenths of a seat, so that the parts add up:
/// `opening + joiners + requested + moved_in - moved_out - leavers + changes = closing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bridge {
    pub opening_tenths: i64,
    pub joiners_tenths: i64,
    /// Direct licences that people asked for by themselves.
    #[serde(default)]
    pub requested_tenths: i64,
    pub moved_in_tenths: i64,
    pub moved_out_tenths: i64,
    pub leavers_tenths: i64,
    pub changes_tenths: i64,
    pub closing_tenths: i64,
}

/// What happens to a lot at the end of a term, or of the grace after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenewalOutcome {
    Renews,
    Reduced,
    Increased,
    /// Grace begins, and units stay.
    Expires,
    /// Units of an expired term go.
    GraceEnds,
    Cancelled,
    ExtendedServiceTerm,
    /// The anniversary of an Enterprise Agreement: what was used and not ordered is ordered.
    TrueUp,
}

impl RenewalOutcome {
    /// As it is written in JSON, and the end of its key in the words of a report.
    pub fn name(self) -> &'static str {
        match self {
            RenewalOutcome::Renews => "renews",
            RenewalOutcome::Reduced => "reduced",
            RenewalOutcome::Increased => "increased",
            RenewalOutcome::Expires => "expires",
            RenewalOutcome::GraceEnds => "grace-ends",
            RenewalOutcome::Cancelled => "cancelled",
            RenewalOutcome::ExtendedServiceTerm => "extended-service-term",
            RenewalOutcome::TrueUp => "true-up",
        }
    }
}

/// A change of units on a day, with the last day on which it can still be changed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RenewalEvent {
    pub day: NaiveDate,
    pub subscription: String,
    pub sku: String,
    pub quantity_before: u32,
    pub quantity_after: u32,
    pub outcome: RenewalOutcome,
    /// The last day to change quantity or cancel, where the channel has one.
    pub last_day_to_act: Option<NaiveDate>,
}

/// Units of one SKU from `day` on, until the next level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SupplyLevel {
    pub day: NaiveDate,
    pub enabled: u32,
    pub warning: u32,
    /// `enabled + warning`.
    pub capacity: u32,
}

/// One SKU from today to the horizon.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SkuForecast {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    /// Listed as important in `seatcast.toml`.
    pub important: bool,
    /// What one seat costs a month today; `None` without a price.
    pub price: Option<Money>,
    /// What one seat lists for a month today, whatever was contracted.
    #[serde(default)]
    pub list_price: Option<Money>,
    pub points: Vec<MonthPoint>,
    /// Every day on which the units change, to the day: the first is today.
    pub supply: Vec<SupplyLevel>,
    pub first_shortage: ShortageDate,
    pub bridge: Bridge,
    pub waits: Waits,
    /// The groups (or `direct`) that entitle most users today, most first, with their users.
    pub sources: Vec<(String, u32)>,
}

impl SkuForecast {
    /// Whether `name` is this SKU's id, part number or product name: other parts of a forecast name a SKU by any of them.
    pub fn is_called(&self, name: &str) -> bool {
        [&self.sku_part_number, &self.sku_id, &self.product_name].into_iter().any(|own| own == name)
    }

    /// The day on which most seats are short at P50: `worst_day` where that is one, else the first; `None` where none ever is.
    pub fn worst_day_p50(&self, worst_day: NaiveDate) -> Option<NaiveDate> {
        let short = self.points.iter().filter(|point| point.shortfall.p50 > 0);
        let order = |day: NaiveDate| (day == worst_day, std::cmp::Reverse(day));
        short.max_by_key(|point| (point.shortfall.p50, order(point.day))).map(|point| point.day)
    }
}

/// What drives a shortage.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TroubleCause {
    /// Units fall on a day, and without the fall they would have been enough at P50.
    SupplyFalls { day: NaiveDate, units_before: u32, units_after: u32, subscription: String },
    /// Demand grows past the units; most of it comes from this source (a group, or `direct`).
    Growth { source: String, users: u32 },
    /// Demand is above the units today; most of it comes from this source.
    AlreadyShort { source: String, users: u32 },
}

/// One sentence of page one: a SKU in trouble. Numbers and dates, no prose: `report` words it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trouble {
    pub sku: String,
    pub product_name: String,
    /// Whether demand is above capacity today.
    pub already_short: bool,
    /// The most seats short at P50 and P90 over the horizon, and the day of the P90 maximum.
    pub shortfall_p50: u32,
    pub shortfall_p90: u32,
    pub worst_day: NaiveDate,
    pub first_shortage: ShortageDate,
    /// Replications in which the SKU runs short within the horizon, of all.
    pub replications_short: u32,
    pub cause: TroubleCause,
    /// The last day to order or to change a renewal before the P10 shortage; `None` when it is already past.
    pub last_day_to_act: Option<NaiveDate>,
}

/// Cost of all planned SKUs in one currency and month.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cost {
    pub day: NaiveDate,
    pub currency: Currency,
    pub minor: i64,
}

/// What the seats of a department, or of a cost centre, cost a month today. `unallocated` are users without the attribute, `unassigned` seats nobody
/// holds; both are lines of their own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DepartmentCost {
    pub department: String,
    pub seats: u32,
    pub currency: Currency,
    pub minor: i64,
}

/// One assumption as printed: its name in `seatcast.toml`, its value, and whether it was given or is a default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StatedAssumption {
    pub name: String,
    pub value: String,
    pub given: bool,
}

/// A forecast. `points` of every SKU stand at the same days.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Forecast {
    pub provenance: Provenance,
    pub status: Status,
    pub skus: Vec<SkuForecast>,
    pub trouble: Vec<Trouble>,
    pub renewals: Vec<RenewalEvent>,
    pub costs: Vec<Cost>,
    pub departments: Vec<DepartmentCost>,
    /// The same by cost centre, where the tenant says which attribute holds it.
    pub cost_centres: Vec<DepartmentCost>,
    pub coverage: Coverage,
    pub assumptions: Vec<StatedAssumption>,
    pub certainty: Certainty,
    /// Headcount of enabled members at each point.
    pub headcount: Vec<Percentiles>,
}
