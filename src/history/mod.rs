//! What a tenant's past teaches. In: dated snapshots, or an HR record of hire and leave dates. Out: rates, and how well they would
//! have forecast. Never: forecasts seats; its rates enter through the assumptions.
//!
//! A record becomes a [`Panel`] of months as known at an origin; [`Workforce`] learns from it who joins and who leaves, by
//! cohort, tenure and season, and runs on from there with the uncertainty of what it learned.

mod backtest;
mod baseline;
mod calibration;
mod code;
mod employment;
mod flow;
mod groups;
mod life;
mod picture;
mod removal;
mod requests;
mod seats;
mod self_service;
mod spell;
mod store;
mod workforce;

pub use backtest::{Method, Options, Run, Score, backtest, beside, score, score_ahead};
pub use baseline::Band;
pub use calibration::{Calibration, Cohort, Range, calibrate, last_month, parse_month, whole_months};
pub use employment::record as employment_record;
pub use flow::Flow;
pub use groups::{
    JoinableGroup, JoinableGroups, day_of_name as groups_day, days as groups_by_day, file_name as groups_name,
    parquet as groups_parquet,
};
pub use life::{Accounts, Life, life};
pub use picture::picture;
pub use requests::{Requested, requests};
pub use seats::{
    Holder, SkuSeats, day_of_name as seats_day, days as seats_by_day, file_name as seats_name,
    parquet as seats_parquet, read as read_seats, record as seats_record,
};
pub use self_service::{SelfServiceRates, self_service};
pub use spell::{Month, Move, Panel, Record, Spell};
pub use store::{ATTRIBUTES, Account, StoreError, Stored, accounts, file_name, record as snapshot_record, snapshot};
pub use workforce::Workforce;
