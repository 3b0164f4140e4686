//! What another order of grants would change. In: a forecast's status. Out: tables of SKUs and orders that give another answer.
//! Never: silent where people wait; that no order changes anything is said.

use super::{Block, Cell, Column, Level, Phrase, Row, Section, Table};
use crate::forecast::{Forecast, OrderSpread, OrderSpreadAhead};
use crate::report::words::Words;

pub fn orders(forecast: &Forecast, words: &Words) -> Section {
    let status = &forecast.status;
    let mut blocks = Vec::new();
    if !status.order_spread.is_empty() {
        blocks.push(Block::Table(today(&status.order_spread, words)));
    }
    if !status.order_spread_ahead.is_empty() {
        blocks.push(Block::Table(ahead(&status.order_spread_ahead, words)));
    }
    let waiting = status.skus.iter().any(|sku| sku.waiting > 0);
    if blocks.is_empty() && waiting {
        blocks.push(Block::Paragraph(Phrase::plain(words.say("orders.none"))));
    }
    Section { id: "orders", title: words.say("orders.title"), level: Level::Full, blocks }
}

fn order_name(order: &str, draws: u32, words: &Words) -> Cell {
    let name = words.find(&format!("orders.{order}")).unwrap_or(order);
    Cell::Text(if draws > 1 { format!("{name} ×{draws}") } else { name.to_owned() })
}

fn today(rows: &[OrderSpread], words: &Words) -> Table {
    let users = || words.say("unit.users.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.order")),
        Column::number(words.say("column.seated"), words.say("unit.seats.header")),
        Column::number(words.say("column.waiting"), users()),
        Column::number(words.say("column.blocked"), users()).dispensable(1),
        Column::number(words.say("column.otherwise"), users()),
        Column::number(words.say("column.moved"), users()),
    ];
    let pair = |(low, high): (u32, u32)| if low == high { Cell::Count(low) } else { Cell::Range { low, high } };
    let row = |row: &OrderSpread| {
        Row::of(vec![
            Cell::name(&row.sku),
            order_name(&row.order, row.draws, words),
            pair(row.assigned),
            pair(row.waiting),
            pair(row.blocked),
            Cell::Count(row.served_otherwise),
            Cell::Count(row.moved_in_line),
        ])
    };
    Table {
        id: "orders".to_owned(),
        caption: words.say("orders.caption"),
        columns,
        rows: rows.iter().map(row).collect(),
        notes: vec![words.say("orders.note")],
    }
}

fn ahead(rows: &[OrderSpreadAhead], words: &Words) -> Table {
    let users = || words.say("unit.users.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.order")),
        Column::number(words.say("column.differing"), String::new()),
        Column::number(words.say("column.fewer-waiting"), users()),
        Column::number(words.say("column.more-waiting"), users()),
    ];
    let row = |row: &OrderSpreadAhead| {
        Row::of(vec![
            Cell::name(&row.sku),
            order_name(&row.order, 1, words),
            Cell::Share { count: row.differing, of: row.replications },
            Cell::Count(row.fewer_waiting),
            Cell::Count(row.more_waiting),
        ])
    };
    Table {
        id: "orders-ahead".to_owned(),
        caption: words.say("orders.caption-ahead"),
        columns,
        rows: rows.iter().map(row).collect(),
        notes: vec![words.say("orders.note-ahead")],
    }
}
