//! The cheapest SKU mix that gives every user the plans to keep. In: licensing today, prices, a catalogue. Out: a mix, and who would
//! change. Never: a SKU without a price counted as free, a plan that a user loses.
//!
//! Users with the same SKUs and the same plans to keep are one profile; the seats of one user cost nothing less because of
//! another's, so the cheapest mix of all is the cheapest cover of each profile, an integer program of a few rows.

mod cover;
mod fit;
mod ladder;
mod mix;
mod profile;
mod usage;

pub use cover::{Candidate, Need, cheapest_cover};
pub use fit::Fit;
pub use ladder::Ladders;
pub use mix::{BundleOptions, Unbundled, bundle};
