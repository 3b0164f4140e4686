//! The command line: the only room that prints, reads the clock, or writes files. In: what was typed. Out: an exit code.
//! Never: computes a number that a report shows.

mod args;
mod backtest;
mod bundle;
mod check;
mod compare;
mod exit;
mod explain;
mod fit;
mod forecast;
mod generate;
mod guard;
mod headroom;
mod hindsight;
mod history;
mod inputs;
mod outputs;
mod past;
mod plan;
mod planning;
mod progress;
mod reading;
mod render;
mod replay;
mod report;
mod reporting;
mod rule;
mod scenarios;
mod schema;
mod settings;
mod shell;
mod snapshot;
mod status;
mod timings;

use std::ffi::OsString;

pub use exit::{Exit, Failure};

/// Runs the program on `arguments` (the first is its own name) and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match args::parse(arguments) {
        Ok(args) => args,
        Err(exit) => return exit.code(),
    };
    outputs::clean_up_when_interrupted();
    match args.run() {
        Ok(exit) => exit.code(),
        Err(failure) => {
            render::failure(&failure);
            failure.exit().code()
        }
    }
}
