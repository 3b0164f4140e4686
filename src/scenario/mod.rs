//! The world to simulate. In: what was read. Out: a baseline, and what-if edits of it. Never: draws a random number.

mod apply;
mod assumptions;
mod baseline;
mod change;
mod lot;

pub use apply::{Planned, apply};
pub use assumptions::{Assumptions, Rate, RateError, SkuPolicy, Spread};
pub use baseline::Baseline;
pub use change::{Acquisition, Change, Deed, LicenseEdit, NewGroup, PriceEdit, Scenario, Size, Wave, Who};
pub use lot::{key, lot};
