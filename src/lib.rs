//! Forecasts Microsoft 365 licence seats from exported CSV files.
//!
//! ```text
//! data/*.csv ─▶ ingest ─▶ directory ┐
//!               tables    supply    ├▶ scenario ─▶ simulate ─▶ forecast ─▶ report ─▶ reports/
//!                         policy    ┘  baseline    replications  results    pages
//! ```
//!
//! Data flows from left to right, once. Each stage is a function that takes the value of the stage before it and returns
//! the next one. In reading order:
//!
//! - the floor: [`diagnostic`] (findings), [`calendar`], [`catalog`] (SKUs and plans), [`money`], [`digest`], [`cell`],
//!   [`parquet`];
//! - [`directory`]: what a tenant's export says, by column;
//! - [`rule`]: the membership rule language over one user, and over all of them at once;
//! - [`supply`]: units owned on a day, and what they cost;
//! - [`licensing`]: who is entitled, who gets a seat, who waits;
//! - [`scenario`]: the baseline with its assumptions;
//! - [`ingest`]: files to tables to a baseline; [`generate`] makes such files;
//! - [`simulate`]: a baseline in, a [`forecast`] out; [`history`] learns the rates from the past;
//! - [`plan`]: the cheapest purchases and renewals that keep a promise;
//! - [`report`]: a forecast to a document to bytes;
//! - [`cli`]: the only room that prints, reads the clock and writes files.
//!
//! The whole line, on a small synthetic tenant:
//!
//! ```
//! use seatcast::{catalog::Catalog, generate, ingest, report, simulate};
//!
//! let files = generate::tenant(&generate::Options::new(300, 1)).into_iter();
//! let files = files.map(|(name, bytes)| ingest::SourceFile { name, bytes }).collect();
//! let options = ingest::Options::default();
//! let tables = ingest::tables(files, &options);                                  // files → tables
//! let baseline = ingest::baseline(&tables, &options).value.expect("no errors");  // tables → baseline
//! let settings = simulate::Settings::new(baseline.today, 3, 5, 1).expect("a short horizon");
//! let progress = simulate::Progress::default();
//! let forecast = simulate::run(&baseline, Catalog::embedded(), &settings, &progress); // replications → results
//! let forecast = forecast.value.expect("every member is known");
//! let document = report::document(&forecast, report::Language::English);         // results → pages
//! assert!(report::text(&document, &report::Screen::default()).contains("SPE_E3"));
//! ```

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
mod lists;
pub mod money;
pub mod parquet;
pub mod plan;
pub mod report;
pub mod rule;
pub mod scenario;
pub mod simulate;
pub mod supply;
