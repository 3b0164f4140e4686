//! `seatcast rule`: the membership-rule language on its own. In: arguments. Out: the answer of a subcommand. Never: forecasts.

mod eval;

use clap::{Args, Subcommand};

use super::{Exit, Failure};

/// The dynamic membership rule language on its own.
#[derive(Debug, Args)]
pub struct RuleArgs {
    #[command(subcommand)]
    command: RuleCommand,
}

#[derive(Debug, Subcommand)]
enum RuleCommand {
    /// Evaluates rules over users: JSON lines on stdin, an answer a line.
    Eval(eval::EvalArgs),
}

pub fn run(args: &RuleArgs) -> Result<Exit, Failure> {
    match &args.command {
        RuleCommand::Eval(args) => eval::run(args),
    }
}
