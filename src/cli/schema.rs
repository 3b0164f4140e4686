//! `seatcast schema`: the file formats. In: topics. Out: text. Never: reads a file.

use super::{Exit, Failure, outputs};
use crate::ingest::{self, SCHEMA_TOPICS};
use crate::rule::Choice;

/// The topic that no file is about.
const READINGS: &str = "readings";

/// Print the canonical file formats and the commands that export them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to print [default: everything]
    #[arg(value_name = "TOPIC", value_parser = clap::builder::PossibleValuesParser::new(topics()))]
    topics: Vec<String>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let all: Vec<String> = topics().map(str::to_owned).collect();
    let topics = if args.topics.is_empty() { &all } else { &args.topics };
    let text = |topic: &String| if topic == READINGS { Some(readings()) } else { ingest::schema(topic) };
    let texts: Vec<String> = topics.iter().filter_map(text).collect();
    outputs::print(&texts.join("\n"))?;
    Ok(Exit::Done)
}

fn topics() -> impl Iterator<Item = &'static str> {
    SCHEMA_TOPICS.into_iter().chain([READINGS])
}

/// The open questions of the rule language, each with the reading taken and the other.
fn readings() -> String {
    let mut text =
        "Open questions of the rule language: the documentation is silent or contradicts itself\n\n".to_owned();
    for choice in Choice::ALL {
        let (id, code) = (choice.id(), choice.code());
        text.push_str(&format!("  {id:<4}{code}  {}\n             else: {}\n", choice.taken(), choice.other()));
    }
    text.push_str(
        "\n`seatcast rule check DIR` counts the members who hang on each; `--other A5` reads a question the other way, and\n\
         `other-readings = [\"A5\"]` under [policy] in seatcast.toml does so in every forecast.\n",
    );
    text
}
