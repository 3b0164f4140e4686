//! What can be typed. In: arguments. Out: the same, typed. Never: opens a file or decides a default that matters.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

use super::{
    Exit, Failure, backtest, check, compare, explain, forecast, generate, guard, headroom, history, plan, replay,
    report, rule, schema, shell, status,
};

/// Forecasts Microsoft 365 licence seats from exported CSV files.
#[derive(Debug, Parser)]
#[command(name = "seatcast", version, about, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Backtest(backtest::Args),
    Forecast(forecast::Args),
    Check(check::Args),
    Compare(compare::Args),
    Generate(generate::Args),
    Guard(guard::Args),
    History(history::Args),
    Plan(plan::Args),
    Rule(rule::RuleArgs),
    Replay(replay::Args),
    Report(report::Args),
    Schema(schema::Args),
    Status(status::Args),
    Explain(explain::Args),
    Headroom(headroom::Args),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// Parses; help, version and wrong usage are printed here and end the run.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Args, Exit> {
    Args::try_parse_from(arguments).map_err(|error| {
        let _ = error.print();
        if error.use_stderr() { Exit::Usage } else { Exit::Done }
    })
}

impl Args {
    pub fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Backtest(args) => backtest::run(&args),
            Command::Forecast(args) => forecast::run(&args),
            Command::Check(args) => check::run(&args),
            Command::Compare(args) => compare::run(&args),
            Command::Generate(args) => generate::run(&args),
            Command::Guard(args) => guard::run(&args),
            Command::History(args) => history::run(&args),
            Command::Plan(args) => plan::run(&args),
            Command::Rule(args) => rule::run(&args),
            Command::Replay(args) => replay::run(&args),
            Command::Report(args) => report::run(&args),
            Command::Schema(args) => schema::run(&args),
            Command::Status(args) => status::run(&args),
            Command::Explain(args) => explain::run(&args),
            Command::Headroom(args) => headroom::run(&args),
            Command::Completions(args) => shell::completions(&args, Args::command()),
            Command::Man(_) => shell::man(Args::command()),
        }
    }
}
