//! `seatcast rule`: the membership-rule language on its own. In: arguments. Out: the answer of a subcommand. Never: forecasts.

mod check;
mod diff;
mod eval;
mod explain;
mod sample;
mod test;

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::{Exit, Failure};
use crate::diagnostic::Diagnostic;
use crate::rule::{Choice, Options};

/// The dynamic membership rule language on its own: check, evaluate, explain, test
#[derive(Debug, Args)]
pub struct RuleArgs {
    #[command(subcommand)]
    command: RuleCommand,
}

#[derive(Debug, Subcommand)]
enum RuleCommand {
    Check(check::CheckArgs),
    Diff(diff::DiffArgs),
    Eval(eval::EvalArgs),
    Explain(explain::ExplainArgs),
    Sample(sample::SampleArgs),
    Test(test::TestArgs),
}

/// Which of two readings is taken where the documentation is open.
#[derive(Debug, Args)]
pub struct ReadingsArgs {
    /// Read an open question of the language the other way, by its number (`A5`); may be repeated
    #[arg(long = "other", value_name = "A<N>", help_heading = "Readings")]
    others: Vec<String>,
}

impl ReadingsArgs {
    fn options(&self) -> Result<Options, Failure> {
        self.beside(&Options::default())
    }

    /// The readings of a tenant's settings, and those that were typed.
    fn beside(&self, told: &Options) -> Result<Options, Failure> {
        self.others.iter().try_fold(told.clone(), |options, id| match Choice::from_id(id) {
            Some(choice) => Ok(options.with_other(choice)),
            None => {
                let known: Vec<&str> = Choice::ALL.iter().map(|choice| choice.id()).collect();
                Err(Failure::Other(format!("`{id}` is no open question; known are {}", known.join(", "))))
            }
        })
    }
}

pub fn run(args: &RuleArgs) -> Result<Exit, Failure> {
    match &args.command {
        RuleCommand::Check(args) => check::run(args),
        RuleCommand::Diff(args) => diff::run(args),
        RuleCommand::Eval(args) => eval::run(args),
        RuleCommand::Explain(args) => explain::run(args),
        RuleCommand::Sample(args) => sample::run(args),
        RuleCommand::Test(args) => test::run(args),
    }
}

/// Prints on stdout; a reader that has gone away is no error.
fn put(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "stdout".into(), source })
        }
        _ => Ok(()),
    }
}

fn read(path: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::Read { path: path.to_owned(), source })
}

/// The first instant of a day: what `system.now` is when a day is all that is known.
fn instant(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn finding_json(finding: &Diagnostic) -> Json {
    let label = finding.labels.first();
    json!({
        "severity": finding.severity,
        "code": finding.code.0,
        "message": finding.message,
        "offset": label.map_or(0, |label| label.span.start),
        "length": label.map_or(0, |label| label.span.len()),
        "file": label.map(|label| label.origin.file.to_string()),
        "line": label.and_then(|label| label.origin.line),
        "help": finding.help,
    })
}
