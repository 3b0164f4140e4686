//! The licensing engine as a sandbox: dated events in, exact states out. In: JSON lines. Out: one state for each day on which
//! something happens. Never: chance; two runs of one file give the same bytes.

mod event;
mod fields;
mod lots;
mod run;
mod state;

/// What `seatcast schema replay` prints: the events, and a worked scenario state by state.
pub const GUIDE: &str = include_str!("guide.md");

pub use event::{Dated, Event, LicenseRow, read};
pub use run::{Replayed, run};
pub use state::{Day, PathRow, Refused, SkuRow};
