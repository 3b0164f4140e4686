//! The world to simulate. In: what was read. Out: a baseline, and what-if edits of it. Never: draws a random number.

mod assumptions;
mod baseline;

pub use assumptions::{Assumptions, Rate, RateError, SkuPolicy, Spread};
pub use baseline::Baseline;
