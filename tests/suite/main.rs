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

/// Runs the program.
fn seatcast(arguments: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).output().unwrap()
}

/// What the program prints as JSON, where it succeeds.
fn json(arguments: &[&str]) -> serde_json::Value {
    let output = seatcast(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
