//! What to buy, renew and reduce, and when. In: schedules from `plan`. Out: what reports show. Never: decides anything.

use chrono::NaiveDate;

use super::{Provenance, Risk};
use crate::money::Money;

/// What a plan has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanTarget {
    /// On every day the chance that demand is above the units is at most this, in hundredths of a percent.
    Risk(Risk),
    /// The expected sum over all days of users without a seat is at most this, for each SKU.
    WaitingSeatDays(u32),
}

/// What to do with units on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanAction {
    /// A lot of its own.
    Buy,
    /// More units in a lot that runs, to the end of its term.
    Add,
    /// The lot renews for the term given, with the quantity given.
    Renew,
    /// The lot does not renew: cancelled for the end of its term.
    End,
    /// Fewer units within the seven days after they were bought.
    Return,
    /// Fewer units of an Enterprise Agreement on its anniversary.
    ReduceAtAnniversary,
    /// The lot goes into the extended service term, whole, until a day.
    Extend,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlanLine {
    pub last_day_to_act: NaiveDate,
    /// The day from which the units count.
    pub day: NaiveDate,
    pub action: PlanAction,
    /// The lot: its id, or what the plan calls a lot that it buys.
    pub subscription: String,
    /// `P1M`, `P1Y` or `P3Y`; of a renewal the term from then on.
    pub term: Option<&'static str>,
    pub units_before: u32,
    pub units_after: u32,
    /// The first day on which the units of this line are no longer paid for.
    pub until: NaiveDate,
    /// What this line costs up to the horizon.
    pub cost: Money,
    /// Whether the subscription is set to do so already: there is nothing to do but not to change it.
    pub already_set: bool,
}

/// Units needed and units planned from `day` on, until the next level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlanLevel {
    pub day: NaiveDate,
    /// What the target asks for: the most of any day until the next level. `None` where the target is a sum over all days.
    pub needed: Option<u32>,
    pub planned: u32,
}

/// How sure it is that no schedule is cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Proof {
    /// No schedule that keeps the target costs less than this.
    pub bound: Money,
    /// The cost of the schedule less the bound.
    pub gap: Money,
    /// Programmes solved: one, and one more for each branch.
    pub nodes: u32,
    /// Whether the search was ended by its limit of nodes.
    pub stopped: bool,
}

/// What is left of the promise: the worst day of a set of replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    pub worst_day: NaiveDate,
    /// Replications in which demand is above the units on that day.
    pub replications_short: u32,
    pub replications: u32,
    /// The mean over replications of the users without a seat, summed over all days, in tenths.
    pub waiting_seat_days_tenths: u64,
}

/// The cost of keeping another target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RiskCost {
    pub risk: Risk,
    pub cost: Money,
}

/// The plan of one SKU.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SkuPlan {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    pub units_today: u32,
    /// The most units that the target asks for on any day.
    pub units_peak: u32,
    pub lines: Vec<PlanLine>,
    pub levels: Vec<PlanLevel>,
    pub cost: Money,
    /// What the subscriptions cost as they are set today.
    pub cost_of_nothing: Money,
    /// What it costs to buy the peak today and to keep everything to the horizon.
    pub cost_of_peak: Money,
    /// What the schedule has committed to after the horizon.
    pub committed_after: Money,
    pub proof: Proof,
    /// The worst day if nothing is done, and with the plan, in the replications that the plan was made on.
    pub nothing: Kept,
    pub planned: Kept,
    /// The same with fresh luck.
    pub fresh: Option<Kept>,
    pub curve: Vec<RiskCost>,
    /// Units that the plan holds as they are because the end of their term is not known.
    pub units_of_unknown_end: u32,
}

/// A SKU for which there is no plan, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unplanned {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    pub reason: UnplannedReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnplannedReason {
    /// `prices.csv` has no price that is in force on some day that the plan may pay for.
    NoPrice,
    /// Its prices are in two currencies.
    TwoCurrencies,
    /// No move that the rules allow keeps the target.
    NotPossible,
}

/// Sums in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlanTotal {
    pub cost: Money,
    pub cost_of_nothing: Money,
    pub cost_of_peak: Money,
    pub committed_after: Money,
}

/// The rules that the plan keeps to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlanRules {
    pub terms: Vec<&'static str>,
    /// `annual` or `monthly`.
    pub billing: &'static str,
    pub ea_reductions: bool,
}

/// A plan for all SKUs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    pub provenance: Provenance,
    /// The first day after the plan.
    pub horizon: NaiveDate,
    pub target: PlanTarget,
    pub rules: PlanRules,
    /// The seed of the fresh luck.
    pub fresh_seed: Option<u64>,
    pub totals: Vec<PlanTotal>,
    pub skus: Vec<SkuPlan>,
    pub unplanned: Vec<Unplanned>,
    /// The cost of all planned SKUs by accepted risk, where there is one currency.
    pub curve: Vec<RiskCost>,
}
