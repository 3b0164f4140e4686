//! The whole suite, one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod architecture;
mod cell;
mod commands;
mod commerce;
mod floor;
mod gallery;
mod generate;
mod hindsight;
mod history;
mod ingest;
mod interrupt;
mod licensing;
mod plan;
mod report;
mod rule;
mod rules_backtest;
mod scenario;
mod self_service;
mod simulate;
mod snapshots;
mod supply;
