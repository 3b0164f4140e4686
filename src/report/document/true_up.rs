//! What an Enterprise Agreement asks for at its next true-up, and reserved seats. In: a status. Out: a section, empty without an
//! agreement. Never: money in two currencies added up.

use super::{Cell, Column, Level, Row, Section, Table, Tone};
use crate::forecast::{ReservedSeats, Status, TrueUpDue};
use crate::money::Money;
use crate::report::words::Words;

pub fn section(status: &Status, words: &Words) -> Section {
    let mut blocks = due(status, words).unless_empty();
    blocks.extend(reservations(status, words).unless_empty());
    Section { id: "true-up", title: words.say("true-up.title"), level: Level::Full, blocks }
}

/// The same where anything is owed or reserved: the calendar of renewals has the dates of the others.
pub fn where_owed(status: &Status, words: &Words) -> Section {
    let owed = status.true_ups.iter().any(|row| row.owed > 0) || !status.reservations.is_empty();
    if owed { section(status, words) } else { section(&Status { true_ups: Vec::new(), ..status.clone() }, words) }
}

fn due(status: &Status, words: &Words) -> Table {
    let seats = || words.say("unit.seats.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("column.true-up-day"), String::new()).dispensable(2),
        Column::number(words.say("column.order-from"), String::new()).dispensable(5),
        Column::number(words.say("column.act-by"), String::new()),
        Column::number(words.say("column.agreed"), seats()).dispensable(6),
        Column::number(words.say("column.reserved"), seats()).dispensable(8),
        Column::number(words.say("column.beyond-paid"), seats()).dispensable(7),
        Column::number(words.say("column.owed"), seats()),
        Column::number(words.say("column.until-then"), String::new()).dispensable(3),
        Column::number(words.say("column.each-year"), String::new()).dispensable(4),
        Column::text(words.say("column.currency")).dispensable(1),
    ];
    let row = |row: &TrueUpDue| {
        let cells = vec![
            Cell::name(&row.sku),
            Cell::Date(row.day),
            Cell::Date(row.order_from),
            Cell::Date(row.order_by),
            Cell::Count(row.agreed),
            Cell::Count(row.reserved),
            Cell::Count(row.beyond_paid),
            Cell::Count(row.owed),
            money(row.until_then, words),
            money(row.each_year, words),
            currency(row.until_then),
        ];
        Row::of(cells).tone(if row.beyond_paid > 0 { Tone::Warning } else { Tone::Plain })
    };
    Table {
        id: "true-up".to_owned(),
        caption: words.say("true-up.caption"),
        columns,
        rows: status.true_ups.iter().map(row).collect(),
        notes: vec![words.say("true-up.note")],
    }
}

fn reservations(status: &Status, words: &Words) -> Table {
    let seats = || words.say("unit.seats.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.subscription")).dispensable(5),
        Column::number(words.say("column.reserved"), seats()),
        Column::number(words.say("column.usage-date"), String::new()).dispensable(3),
        Column::number(words.say("column.cancel-until"), String::new()).dispensable(4),
        Column::number(words.say("column.unused"), seats()),
        Column::number(words.say("column.invoiced"), String::new()).dispensable(6),
        Column::number(words.say("column.cost"), String::new()).dispensable(2),
        Column::text(words.say("column.currency")).dispensable(1),
    ];
    let row = |row: &ReservedSeats| {
        let cells = vec![
            Cell::name(&row.sku),
            Cell::name(&row.subscription),
            Cell::Count(row.units),
            Cell::Date(row.usage_date),
            row.cancel_until.map_or_else(|| Cell::Absent(words.say("true-up.passed")), Cell::Date),
            row.unused.map_or_else(|| Cell::Absent(words.say("true-up.ahead")), Cell::Count),
            Cell::Date(row.invoiced_on),
            money(row.cost, words),
            currency(row.cost),
        ];
        Row::of(cells).tone(if row.unused.is_some_and(|unused| unused > 0) { Tone::Warning } else { Tone::Plain })
    };
    Table {
        id: "reservations".to_owned(),
        caption: words.say("true-up.reservations"),
        columns,
        rows: status.reservations.iter().map(row).collect(),
        notes: vec![words.say("true-up.reservations-note")],
    }
}

fn money(money: Option<Money>, words: &Words) -> Cell {
    money.map_or_else(|| Cell::Absent(words.say("money.no-price")), Cell::Money)
}

fn currency(money: Option<Money>) -> Cell {
    money.map_or(Cell::Nothing, |money| Cell::Text(money.currency.code().to_owned()))
}
