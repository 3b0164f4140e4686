//! Forecasts Microsoft 365 licence seats from exported CSV files.
//!
//! ```text
//! data/*.csv ─▶ ingest ─▶ directory ┐
//!               tables    supply    ├▶ scenario ─▶ simulate ─▶ forecast ─▶ report ─▶ reports/
//!                         policy    ┘  baseline    replications  results    pages
//! ```
//!
//! Data flows from left to right, once. Each stage is a function that takes the value of the stage before it and returns
//! the next one.

pub mod calendar;
pub mod catalog;
pub mod cell;
pub mod cli;
pub mod diagnostic;
pub mod digest;
pub mod directory;
pub mod forecast;
pub mod generate;
pub mod history;
pub mod ingest;
pub mod licensing;
pub mod money;
pub mod report;
pub mod rule;
pub mod scenario;
pub mod simulate;
pub mod supply;
