//! The cheapest purchases and renewals that keep a promise. In: demand by day, the lots and prices of a baseline, a target. Out: a
//! plan, and the units that it makes. Never: draws a random number, assumes a price, or looks at a clock while it searches.
//!
//! A plan chooses how many units of each *move* to make: a lot bought, units added to a lot, a lot renewed, reduced or left to
//! end, on the days of a documented [`grid`]. Each move makes units from one day to another, so the fewest units needed on each
//! day make rows of an integer program, one SKU at a time.

pub mod bundle;
mod commerce;
mod exact;
mod grid;
mod lines;
mod make;
mod owned;
mod program;
mod schedule;
mod sku;
mod target;

pub use commerce::Rules;
pub use make::{Made, Options, kept, make};
pub use program::{Program, Row, Solved, minimise};
pub use sku::{Planned, Subject, plan_sku};
