//! What a forecast rests on. In: a forecast. Out: assumptions, coverage and provenance. Never: silent about a gap.

use super::{Block, Cell, Column, Level, Phrase, Row, Section, Table, Tone, certainty};
use crate::forecast::{Coverage, Forecast};
use crate::report::clean;
use crate::report::words::Words;

pub fn assumptions(forecast: &Forecast, words: &Words) -> Section {
    let columns = vec![
        Column::text(words.say("column.assumption")),
        Column::text(words.say("column.value")),
        Column::text(words.say("column.origin")),
    ];
    let rows: Vec<Row> = forecast
        .assumptions
        .iter()
        .map(|line| {
            let origin = if line.given { "assumptions.given" } else { "assumptions.default" };
            Row::of(vec![Cell::name(&line.name), Cell::name(&line.value), Cell::Text(words.say(origin))])
        })
        .collect();
    let caption = words.say("assumptions.caption");
    let notes = vec![words.say("assumptions.note")];
    let table = Table { id: "assumptions".to_owned(), caption, columns, rows, notes };
    let mut blocks = table.unless_empty();
    blocks.extend(certainty::drivers(forecast, words).map(Block::Table));
    Section { id: "assumptions", title: words.say("assumptions.title"), level: Level::Summary, blocks }
}

/// What was simulated and what was not; lines stay when the count is zero, so that silence never means “not looked at”.
pub fn coverage(forecast: &Forecast, words: &Words) -> Section {
    let coverage = &forecast.coverage;
    let not_simulated = coverage.rules_not_simulated.len();
    let list = |names: &[String]| match names {
        [] => Cell::Text(words.say("coverage.none")),
        names => Cell::Name(names.iter().map(|name| clean::text(name)).collect::<Vec<_>>().join(", ")),
    };
    let count = |key: &str, n: u32, tone: Tone| {
        Row::of(vec![Cell::Text(words.say(key)), Cell::Text(words.count(u64::from(n)))]).tone(if n > 0 {
            tone
        } else {
            Tone::Plain
        })
    };
    let names = |key: &str, names: &[String]| Row::of(vec![Cell::Text(words.say(key)), list(names)]);
    let rows = vec![
        count("coverage.users", coverage.users, Tone::Plain),
        count("coverage.rules", coverage.rules_simulated, Tone::Plain),
        count("coverage.rules-not", u32::try_from(not_simulated).unwrap_or(u32::MAX), Tone::Warning),
        count("coverage.no-usage-location", coverage.users_without_usage_location, Tone::Warning),
        count("coverage.no-department", coverage.users_without_department, Tone::Warning),
        past_leave(coverage, words),
        names("coverage.no-price", &coverage.skus_without_price),
        names("coverage.no-renewal", &coverage.skus_without_renewal_date),
        names("coverage.not-planned", &coverage.skus_not_planned),
    ];
    let columns = vec![Column::text(words.say("column.subject")), Column::text(words.say("column.value"))];
    let caption = words.say("coverage.caption");
    let table = Table { id: "coverage".to_owned(), caption, columns, rows, notes: Vec::new() };
    let mut blocks = vec![Block::Table(table)];
    if not_simulated > 0 {
        let columns = vec![
            Column::text(words.say("column.group")),
            Column::text(words.say("column.reason")),
            Column::number(words.say("column.members-kept"), words.say("unit.users.header")),
        ];
        let rows = coverage.rules_not_simulated.iter().map(|rule| {
            Row::of(vec![Cell::name(&rule.group), Cell::name(&rule.reason), Cell::Count(rule.members_kept)])
        });
        let rows = rows.collect();
        let caption = words.say("coverage.caption-rules");
        let notes = vec![words.say("coverage.note-rules")];
        blocks.push(Block::Table(Table { id: "rules-not-simulated".to_owned(), caption, columns, rows, notes }));
    }
    Section { id: "coverage", title: words.say("coverage.title"), level: Level::Full, blocks }
}

/// Accounts whose last day has passed, and when they go.
fn past_leave(coverage: &Coverage, words: &Words) -> Row {
    let subject = Cell::Text(words.say("coverage.past-leave"));
    let Some(gone) = coverage.past_leave_gone_by else { return Row::of(vec![subject, Cell::Count(0)]) };
    let values = [
        ("n", words.count(u64::from(coverage.past_leave))),
        ("overdue", words.count(u64::from(coverage.past_leave_overdue))),
        ("date", words.day(gone)),
    ];
    let tone = if coverage.past_leave_overdue > 0 { Tone::Warning } else { Tone::Plain };
    Row::of(vec![subject, Cell::Text(words.tell("coverage.past-leave-value", &values))]).tone(tone)
}

pub fn provenance(forecast: &Forecast, words: &Words) -> Section {
    let provenance = &forecast.provenance;
    let values = [
        ("version", clean::text(&provenance.version)),
        ("today", words.date(provenance.today)),
        ("seed", provenance.seed.to_string()),
        ("replications", words.count(u64::from(provenance.replications))),
        ("horizon", words.plural("unit.months", u64::from(provenance.horizon_months))),
    ];
    let mut blocks = vec![Block::Paragraph(Phrase::plain(words.tell("provenance.line", &values)))];
    let rows: Vec<Row> = provenance
        .inputs
        .iter()
        .map(|input| Row::of(vec![Cell::name(&input.name), Cell::Text(input.sha256.clone())]))
        .collect();
    if !rows.is_empty() {
        let columns = vec![Column::text(words.say("column.file")), Column::text("SHA-256".to_owned())];
        let caption = words.say("provenance.caption");
        blocks.push(Block::Table(Table { id: "inputs".to_owned(), caption, columns, rows, notes: Vec::new() }));
    }
    Section { id: "provenance", title: words.say("provenance.title"), level: Level::Appendix, blocks }
}
