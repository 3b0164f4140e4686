//! `seatcast schema`: the file formats. In: topics. Out: text. Never: reads a file.

use super::{Exit, Failure, outputs};
use crate::ingest::{self, SCHEMA_TOPICS};

/// Print the canonical file formats and the commands that export them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to print [default: everything]
    #[arg(value_name = "TOPIC", value_parser = clap::builder::PossibleValuesParser::new(SCHEMA_TOPICS))]
    topics: Vec<String>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let all = SCHEMA_TOPICS.map(str::to_owned);
    let topics: &[String] = if args.topics.is_empty() { &all } else { &args.topics };
    let texts: Vec<String> = topics.iter().filter_map(|topic| ingest::schema(topic)).collect();
    outputs::print(&texts.join("\n"))?;
    Ok(Exit::Done)
}
