//! `seatcast rule test`: anyone's own rule tests. In: a corpus of JSON lines. Out: what agrees and what does not; exit code 1 when
//! anything does not. Never: stops at the first failure.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{ReadingsArgs, put, read};
use crate::cli::settings::Format;
use crate::cli::{Exit, Failure, outputs};
use crate::rule;

/// Run rule tests: JSON lines with a rule, users, and who of them belongs
#[derive(Debug, Args)]
#[command(
    after_help = "A line is {\"id\":…,\"rule\":…,\"now\":…,\"expect\":[{\"user\":{…},\"member\":true}]}, or for a rule that must \
be refused {\"id\":…,\"rule\":…,\"valid\":false,\"error_offset\":N}."
)]
pub struct TestArgs {
    /// Files of tests
    #[arg(value_name = "CORPUS.jsonl", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    readings: ReadingsArgs,
    /// Also write a JUnit report
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    junit: Option<PathBuf>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &TestArgs) -> Result<Exit, Failure> {
    let options = args.readings.options()?;
    let mut outcomes = Vec::new();
    for file in &args.files {
        outcomes.extend(rule::conformance(&read(file)?, &options));
    }
    let failed: Vec<&rule::Outcome> = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).collect();
    if let Some(path) = &args.junit {
        let names: Vec<String> = args.files.iter().map(|file| file.display().to_string()).collect();
        let report = rule::junit(&names.join(", "), &outcomes).map_err(|error| Failure::Other(error.to_string()))?;
        outputs::write(path, report.as_bytes())?;
    }
    let checks: u32 = outcomes.iter().map(|outcome| outcome.checks).sum();
    match args.format {
        Format::Json => {
            let passed = outcomes.len() - failed.len();
            let answer = json!({ "version": 1, "passed": passed, "failed": failed.len(), "checks": checks, "outcomes": outcomes });
            put(&format!("{answer}\n"))?;
        }
        Format::Text => {
            for outcome in &failed {
                put(&format!("{}: {}\n", outcome.id, outcome.rule))?;
                for failure in &outcome.failures {
                    put(&format!("  {failure}\n"))?;
                }
            }
            put(&format!("{} rules, {checks} checks, {} rules failed\n", outcomes.len(), failed.len()))?;
        }
    }
    // A corpus without a test proves nothing.
    let nothing = outcomes.is_empty();
    Ok(if failed.is_empty() && !nothing { Exit::Done } else { Exit::Failed })
}
