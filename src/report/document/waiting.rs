//! People and groups that need a hand. In: a forecast's status. Out: who waits and why, groups with guests, nested groups,
//! and seats to give back. Never: a name of a person where a count says enough.

use std::collections::BTreeMap;

use super::{Block, Cell, Column, Level, Phrase, Row, Section, Table, Tone, certainty};
use crate::forecast::{Forecast, ReclaimCause, Reclaimable};
use crate::report::clean;
use crate::report::words::Words;

/// Users without a seat by SKU, cause and source.
pub fn waiting(forecast: &Forecast, words: &Words) -> Section {
    // Key: SKU, error, source. Causes that the status only counts have no source.
    let mut by_cause: BTreeMap<(String, String, String), u32> = BTreeMap::new();
    for user in &forecast.status.waiting {
        let key = (user.sku.clone(), user.error.clone(), user.source.clone());
        *by_cause.entry(key).or_default() += 1;
    }
    for blocked in &forecast.status.blocked {
        let named =
            forecast.status.waiting.iter().filter(|user| user.sku == blocked.sku && user.error == blocked.error);
        let unnamed = blocked.users.saturating_sub(u32::try_from(named.count()).unwrap_or(u32::MAX));
        if unnamed > 0 {
            *by_cause.entry((blocked.sku.clone(), blocked.error.clone(), String::new())).or_default() += unnamed;
        }
    }
    let mut lines: Vec<_> = by_cause.into_iter().collect();
    lines.sort_by(|(a, users_a), (b, users_b)| (users_b, a).cmp(&(users_a, b)));
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.cause")),
        Column::text(words.say("column.error")).dispensable(2),
        Column::text(words.say("column.source")).dispensable(1),
        Column::number(words.say("column.users"), String::new()),
    ];
    let rows: Vec<Row> = lines
        .into_iter()
        .map(|((sku, error, source), users)| {
            let cells = vec![
                Cell::name(&sku),
                cause(&error, words),
                Cell::name(&error),
                source_cell(&source, words),
                Cell::Count(users),
            ];
            Row::of(cells)
        })
        .collect();
    let table = Table {
        id: "waiting".to_owned(),
        caption: words.say("waiting.caption"),
        columns,
        rows,
        notes: vec![words.say("waiting.note")],
    };
    let mut blocks = match table.rows.is_empty() {
        true => vec![Block::Paragraph(Phrase::plain(words.say("waiting.none")))],
        false => vec![Block::Table(table)],
    };
    blocks.extend(certainty::waits(forecast, words).map(Block::Table));
    Section { id: "waiting", title: words.say("waiting.title"), level: Level::Summary, blocks }
}

/// What Graph's name of an error means.
fn cause(error: &str, words: &Words) -> Cell {
    let meaning = words.find(&format!("errors.{error}"));
    meaning.map_or_else(|| Cell::name(error), |meaning| Cell::Text(meaning.to_owned()))
}

fn source_cell(source: &str, words: &Words) -> Cell {
    match source {
        "direct" => Cell::Text(words.say("waiting.direct")),
        source => Cell::name(source),
    }
}

/// Licensed groups that need a look: those with guests, and those with groups inside.
pub fn groups(forecast: &Forecast, words: &Words) -> Section {
    let mut blocks = Vec::new();
    let status = &forecast.status;
    if !status.guest_groups.is_empty() {
        let columns = vec![
            Column::text(words.say("column.group")),
            Column::text(words.say("column.kind")).dispensable(2),
            Column::number(words.say("column.members"), words.say("unit.users.header")),
            Column::number(words.say("column.guests"), words.say("unit.users.header")),
            Column::text(words.say("column.skus")).dispensable(1),
        ];
        let rows = status.guest_groups.iter().map(|group| {
            let kind = if group.dynamic { "groups.dynamic" } else { "groups.assigned" };
            let skus: Vec<String> = group.skus.iter().map(|sku| clean::text(sku)).collect();
            let cells = vec![
                Cell::name(&group.group),
                Cell::Text(words.say(kind)),
                Cell::Count(group.members),
                Cell::Count(group.guests),
                Cell::name(&skus.join(", ")),
            ];
            Row::of(cells).tone(Tone::Warning)
        });
        let rows = rows.collect();
        let notes = vec![words.say("groups.note-guests")];
        let caption = words.say("groups.caption-guests");
        blocks.push(Block::Table(Table { id: "guest-groups".to_owned(), caption, columns, rows, notes }));
    }
    if !status.nested_groups.is_empty() {
        let columns = vec![
            Column::text(words.say("column.group")),
            Column::text(words.say("column.nested")),
            Column::number(words.say("column.not-licensed"), words.say("unit.users.header")),
        ];
        let rows = status.nested_groups.iter().map(|group| {
            let nested: Vec<String> = group.nested.iter().map(|name| clean::text(name)).collect();
            Row::of(vec![
                Cell::name(&group.group),
                Cell::name(&nested.join(", ")),
                Cell::Count(group.users_not_licensed),
            ])
        });
        let rows = rows.collect();
        let notes = vec![words.say("groups.note-nested")];
        let caption = words.say("groups.caption-nested");
        blocks.push(Block::Table(Table { id: "nested-groups".to_owned(), caption, columns, rows, notes }));
    }
    let count = |n: u32| words.count(u64::from(n));
    let covered = status.entra_p1_owned >= status.entra_p1_needed
        && status.group_licensing_owned >= status.group_licensing_needed;
    let numbers = [
        ("needed", count(status.entra_p1_needed)),
        ("owned", count(status.entra_p1_owned)),
        ("group-needed", count(status.group_licensing_needed)),
        ("group-owned", count(status.group_licensing_owned)),
    ];
    let key = if covered { "groups.p1" } else { "groups.p1-short" };
    blocks.push(match covered {
        true => Block::Note(words.tell(key, &numbers)),
        false => Block::Paragraph(words.phrase(key, &numbers, &["needed", "owned", "group-needed", "group-owned"])),
    });
    Section { id: "groups", title: words.say("groups.title"), level: Level::Summary, blocks }
}

/// Seats to give back: those that save money now, and those that save it only from a renewal on.
pub fn reclaimable(forecast: &Forecast, words: &Words) -> Section {
    let today = forecast.provenance.today;
    let saves_now = |line: &&Reclaimable| line.saves_from.is_some_and(|day| day <= today);
    let (now, later): (Vec<_>, Vec<_>) = forecast.status.reclaimable.iter().partition(saves_now);
    let mut blocks = Vec::new();
    let parts = [("now", "reclaimable.caption-now", now), ("later", "reclaimable.caption-later", later)];
    for (part, caption, lines) in parts {
        if lines.is_empty() {
            continue;
        }
        let columns = vec![
            Column::text(words.say("column.sku")),
            Column::text(words.say("column.cause")),
            Column::number(words.say("column.seats"), String::new()),
            Column::number(words.say("column.saves"), words.say("unit.a-month")),
            Column::text(words.say("column.currency")),
            Column::number(words.say("column.saves-from"), String::new()),
        ];
        let rows = lines.into_iter().map(|line| reclaimable_row(line, words)).collect();
        let caption = words.say(caption);
        let notes = vec![words.say("reclaimable.note")];
        blocks.push(Block::Table(Table { id: format!("reclaimable-{part}"), caption, columns, rows, notes }));
    }
    if blocks.is_empty() {
        blocks.push(Block::Paragraph(Phrase::plain(words.say("reclaimable.none"))));
    }
    Section { id: "reclaimable", title: words.say("reclaimable.title"), level: Level::Full, blocks }
}

fn reclaimable_row(line: &Reclaimable, words: &Words) -> Row {
    let cause = match line.cause {
        ReclaimCause::Duplicate => "reclaimable.duplicate",
        ReclaimCause::Unassigned => "reclaimable.unassigned",
        ReclaimCause::Disabled => "reclaimable.disabled",
        ReclaimCause::Inactive => "reclaimable.inactive",
        ReclaimCause::Superseded => "reclaimable.superseded",
    };
    let no_price = || Cell::Absent(words.say("money.no-price"));
    Row::of(vec![
        Cell::name(&line.sku),
        Cell::Text(words.say(cause)),
        Cell::Count(line.seats),
        line.monthly.map_or_else(no_price, Cell::Money),
        line.monthly.map_or(Cell::Nothing, |money| Cell::Text(money.currency.code().to_owned())),
        line.saves_from.map_or_else(|| Cell::Absent(words.say("reclaimable.unknown")), Cell::Date),
    ])
}
