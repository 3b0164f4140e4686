//! The world to simulate. In: what was read. Out: a baseline, and what-if edits of it. Never: draws a random number.

mod apply;
mod assumptions;
mod baseline;
mod change;
mod cohorts;
mod departure;
mod guard;
mod lot;
mod spread;

pub use apply::{Planned, apply};
pub use assumptions::{Assumptions, RATE_FORMS, Rate, RateError, SkuPolicy};
pub use baseline::Baseline;
pub use change::{Acquisition, Change, Deed, LicenseEdit, NewGroup, PriceEdit, Scenario, Size, Wave, Who};
pub use cohorts::{Cohort, Cohorts, NO_VALUE};
pub use departure::{Departure, PastLeaveDates};
pub use guard::{Guard, Require};
pub use lot::{key, lot};
pub use spread::Spread;
