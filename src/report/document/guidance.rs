//! How to read the report. In: a language. Out: the meaning of its terms. Never: a number.

use super::{Block, Level, Section};
use crate::report::words::Words;

const TERMS: [&str; 6] = ["demand", "capacity", "percentiles", "chance", "waiting", "cost"];

pub fn reading(words: &Words) -> Section {
    let term = |term: &str| {
        let name = words.say(&format!("reading.{term}.name"));
        words.phrase(&format!("reading.{term}.text"), &[("name", name)], &["name"])
    };
    let blocks = TERMS.iter().map(|name| Block::Paragraph(term(name))).collect();
    Section { id: "reading", title: words.say("reading.title"), level: Level::Appendix, blocks }
}
