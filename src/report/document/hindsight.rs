//! A saved forecast and what happened, as a document. In: the file, outcomes. Out: one table, and how many bands held. Never: a
//! verdict on a SKU that the forecast did not know.

use super::{Block, Cell, Column, Document, Level, Phrase, Row, Section, Table, Tone};
use crate::forecast::{Outcome, Saved};
use crate::report::clean;
use crate::report::words::{Language, Words};

/// The document of `outcomes` in `language`.
pub fn hindsight(saved: &Saved, outcomes: &[Outcome], language: Language) -> Document {
    let words = Words::of(language);
    let tenant = clean::text(&saved.tenant);
    let today = words.date(saved.today);
    let days: std::collections::BTreeSet<_> = outcomes.iter().map(|outcome| outcome.day).collect();
    let values = [
        ("today", today.clone()),
        ("replications", words.count(u64::from(saved.replications))),
        ("days", days.iter().map(|day| words.date(*day)).collect::<Vec<_>>().join(", ")),
    ];
    Document {
        language,
        title: words.tell("hindsight.title", &[("tenant", tenant.clone())]),
        subtitle: words.tell("hindsight.subtitle", &values),
        verdict: verdict(outcomes, words),
        money: Phrase::default(),
        troubles: Vec::new(),
        footer: words.tell("footer", &[("tenant", tenant.clone()), ("today", today)]),
        creator: clean::text(&saved.made_by),
        today: saved.today,
        tenant,
        sections: vec![table(outcomes, words)],
        charts: Vec::new(),
    }
}

fn verdict(outcomes: &[Outcome], words: &Words) -> Phrase {
    let judged = outcomes.iter().filter(|outcome| outcome.covered.is_some()).count();
    let held = outcomes.iter().filter(|outcome| outcome.covered == Some(true)).count();
    let values = [("held", words.count(held as u64)), ("judged", words.count(judged as u64))];
    words.phrase("hindsight.verdict", &values, &["held", "judged"])
}

fn table(outcomes: &[Outcome], words: &Words) -> Section {
    let seats = || words.say("unit.seats.header");
    let columns = vec![
        Column::number(words.say("column.day"), String::new()).dispensable(5),
        Column::text(words.say("column.sku")),
        Column::number(words.say("hindsight.column-band"), seats()),
        Column::number(words.say("hindsight.column-middle"), seats()).dispensable(2),
        Column::number(words.say("hindsight.column-came"), seats()),
        Column::number(words.say("hindsight.column-error"), seats()).dispensable(1),
        Column::text(words.say("hindsight.column-held")),
        Column::number(words.say("hindsight.column-units-foreseen"), seats()).dispensable(4),
        Column::number(words.say("hindsight.column-units"), seats()).dispensable(3),
    ];
    let row = |outcome: &Outcome| {
        let held = match (outcome.covered, outcome.foreseen, outcome.demand) {
            (Some(true), ..) => "hindsight.held",
            (Some(false), ..) => "hindsight.not-held",
            (None, None, _) => "hindsight.not-foreseen",
            (None, Some(_), _) => "hindsight.gone",
        };
        let count = |value: Option<u32>| value.map_or(Cell::Nothing, Cell::Count);
        let band = outcome.foreseen.map_or(Cell::Nothing, |band| Cell::Range { low: band.p10, high: band.p90 });
        Row::of(vec![
            Cell::Date(outcome.day),
            Cell::name(&outcome.sku_part_number),
            band,
            count(outcome.foreseen.map(|band| band.p50)),
            count(outcome.demand),
            outcome.error.map_or(Cell::Nothing, Cell::Signed),
            Cell::Text(words.say(held)),
            count(outcome.capacity_foreseen),
            count(outcome.capacity),
        ])
        .tone(if outcome.covered == Some(false) { Tone::Warning } else { Tone::Plain })
    };
    let title = words.say("hindsight.table");
    let table = Table {
        id: "hindsight".to_owned(),
        caption: title.clone(),
        columns,
        rows: outcomes.iter().map(row).collect(),
        notes: vec![words.say("hindsight.note")],
    };
    Section { id: "hindsight", title, level: Level::Summary, blocks: vec![Block::Table(table)] }
}
