//! Results: plain data, no engine. In: counts from `simulate` and `licensing`. Out: what reports say. Never: simulates,
//! formats, rounds money.

mod bundle;
mod certainty;
mod compare;
mod coverage;
mod demand;
mod guard;
mod percentile;
mod plan;
mod provenance;
mod result;
mod saved;
mod skill;
mod status;
mod whole;

pub use bundle::{Bundle, BundleBasis, BundleKept, BundleKeptReason, BundleMove, BundleSku};
pub use certainty::{Certainty, Chance, Driver, Precision, WaitingTimes, Waits};
pub use compare::{
    Case, Comparison, LeaversAtRisk, Pair, PersonDifference, PlannedChange, Service, ServiceAtRisk, Sign, SkuDifference,
};
pub use coverage::{Coverage, UnsimulatedRule};
pub use demand::{Demand, Risk, SkuDemand};
pub use guard::Verdict;
pub use percentile::{Histogram, Percentiles};
pub use plan::{
    Kept, Plan, PlanAction, PlanLevel, PlanLine, PlanRules, PlanTarget, PlanTotal, Proof, RiskCost, SkuPlan, Unplanned,
    UnplannedReason,
};
pub use provenance::Provenance;
pub use result::{
    Bridge, Cost, DepartmentCost, Forecast, MonthPoint, RenewalEvent, RenewalOutcome, ShortageDate, SkuForecast,
    StatedAssumption, SupplyLevel, Trouble, TroubleCause,
};
pub use saved::{Happened, Outcome, Saved, SavedError, SavedPoint, SavedSku};
pub use skill::{Skill, SkillKind, SkillLine};
pub use status::{
    BlockedCause, Difference, DifferenceCause, GuestGroup, NestedGroup, OrderSpread, OrderSpreadAhead, ReclaimCause,
    Reclaimable, ReservedSeats, SeveralPaths, SkuStatus, Status, TrueUpDue, UserDifference, WaitingUser,
};
pub use whole::{Whole, WholeError};
