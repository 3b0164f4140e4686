//! Seats today and to the horizon. In: a forecast. Out: the outlook, today's table, the bridge and the monthly tables.
//! Never: leaves out a SKU.

use super::{Block, Cell, Chart, Column, Level, Phrase, Picture, Row, Section, Table, Tone, certainty, in_order};
use crate::forecast::{Forecast, MonthPoint, Percentiles, SkuForecast};
use crate::report::clean;
use crate::report::words::Words;

/// At most this many marks in a sparkline, so that the table fits 80 columns.
const SPARK_MARKS: usize = 12;

/// A table of months has at most so many rows.
const MONTHS_SHOWN: usize = 61;

/// Demand against supply, SKU by SKU.
pub fn outlook(forecast: &Forecast, words: &Words, charts: &[Chart]) -> Section {
    let seats = || words.say("unit.seats.header");
    let span = forecast.skus.iter().map(months_a_mark).max().unwrap_or(1);
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.product")).dispensable(5),
        Column::number(words.say("column.demand-today"), seats()),
        Column::number(words.say("column.capacity-today"), seats()),
        Column::number(words.say("column.demand-end"), seats()).dispensable(3),
        Column::number(words.say("column.band-end"), seats()).dispensable(4),
        Column::number(words.say("column.capacity-end"), seats()).dispensable(2),
        Column::number(words.say("column.runs-short"), words.say("unit.middle")),
        Column::number(words.say("column.chance"), "%".to_owned()),
        Column::text(words.say("column.spark")),
    ];
    let mut notes = vec![words.say("outlook.note-runs-short")];
    if forecast.skus.iter().any(|sku| sku.important) {
        notes.push(words.say("outlook.note-important"));
    }
    notes.extend(certainty::error_notes(forecast, words));
    let rows = in_order(forecast).into_iter().map(|sku| outlook_row(forecast, sku, words)).collect();
    let table = Table { id: "outlook".to_owned(), caption: words.say("outlook.caption"), columns, rows, notes };
    let months = words.plural("unit.months", span as u64);
    let key = Block::SparkKey(words.tell("outlook.note-spark", &[("months", months)]));
    let mut blocks = vec![Block::Table(table), key];
    let shown = |picture: &Picture| matches!(picture, Picture::Runway(_) | Picture::Heat(_));
    blocks.extend(charts.iter().filter(|chart| shown(&chart.picture)).map(|chart| Block::Chart(chart.id.clone())));
    let fans = charts.iter().filter(|chart| matches!(chart.picture, Picture::Fan(_)));
    blocks.extend(fans.map(|chart| Block::Chart(chart.id.clone())));
    if forecast.skus.is_empty() {
        blocks = vec![Block::Paragraph(Phrase::plain(words.say("verdict.no-skus")))];
    }
    Section { id: "outlook", title: words.say("outlook.title"), level: Level::Summary, blocks }
}

fn outlook_row(forecast: &Forecast, sku: &SkuForecast, words: &Words) -> Row {
    let first = sku.points.first();
    let last = sku.points.last();
    let count = |value: Option<u32>| value.map_or(Cell::Nothing, Cell::Count);
    let important = if sku.important { " *" } else { "" };
    let short_today = first.is_some_and(|point| point.demand.p50 > point.capacity);
    let runs_short = match sku.first_shortage.p50 {
        _ if short_today => Cell::Text(words.say("outlook.now")),
        Some(day) => Cell::Date(day),
        None => Cell::Nothing,
    };
    let tone = match &sku.first_shortage {
        _ if short_today => Tone::Alarm,
        shortage if shortage.p50.is_some() => Tone::Alarm,
        shortage if shortage.p10.is_some() => Tone::Warning,
        _ => Tone::Plain,
    };
    Row::of(vec![
        Cell::name(&format!("{}{important}", sku.sku_part_number)),
        Cell::name(&sku.product_name),
        count(first.map(|point| point.demand.p50)),
        count(first.map(|point| point.capacity)),
        count(last.map(|point| point.demand.p50)),
        last.map_or(Cell::Nothing, |point| Cell::Range { low: point.demand.p10, high: point.demand.p90 }),
        count(last.map(|point| point.capacity)),
        runs_short,
        Cell::Share { count: sku.first_shortage.replications_short, of: forecast.provenance.replications },
        Cell::Spark(spark(sku)),
    ])
    .tone(tone)
}

fn months_a_mark(sku: &SkuForecast) -> usize {
    sku.points.len().saturating_sub(1).div_ceil(SPARK_MARKS).max(1)
}

/// The tightest month of each run of months after today: demand at P50 as a share of capacity, 8 where it is above.
fn spark(sku: &SkuForecast) -> Vec<u8> {
    let level = |point: &MonthPoint| match (point.demand.p50, point.capacity) {
        (demand, capacity) if demand > capacity => 8,
        (_, 0) => 0,
        (demand, capacity) => u8::try_from(u64::from(demand) * 7 / u64::from(capacity)).unwrap_or(7),
    };
    let months = sku.points.get(1..).unwrap_or(&[]);
    months.chunks(months_a_mark(sku)).map(|run| run.iter().map(level).max().unwrap_or(0)).collect()
}

/// The counters of today, with what an export says beside what the rules give.
pub fn today(forecast: &Forecast, words: &Words) -> Section {
    let seats = || words.say("unit.seats.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("column.enabled"), seats()),
        Column::number(words.say("column.warning"), seats()).dispensable(3),
        Column::number(words.say("column.suspended"), seats()).dispensable(5),
        Column::number(words.say("column.seated"), seats()),
        Column::number(words.say("column.guests"), seats()).dispensable(6),
        Column::number(words.say("column.consumed-exported"), seats()).dispensable(2),
        Column::number(words.say("column.waiting"), words.say("unit.users.header")),
        Column::number(words.say("column.blocked"), words.say("unit.users.header")).dispensable(1),
        Column::number(words.say("column.demand-today"), seats()).dispensable(3),
        Column::number(words.say("column.free"), seats()),
        Column::number(words.say("column.shortfall"), seats()).dispensable(4),
    ];
    let rows = forecast.status.skus.iter().map(|sku| {
        let row = Row::of(vec![
            Cell::name(&sku.sku_part_number),
            Cell::Count(sku.enabled),
            Cell::Count(sku.warning),
            Cell::Count(sku.suspended),
            Cell::Count(sku.assigned),
            Cell::Count(sku.guests),
            sku.consumed_exported.map_or(Cell::Nothing, Cell::Count),
            Cell::Count(sku.waiting),
            Cell::Count(sku.blocked),
            Cell::Count(sku.demand),
            Cell::Signed(sku.available),
            Cell::Count(sku.shortfall),
        ]);
        row.tone(if sku.shortfall > 0 || sku.available < 0 { Tone::Alarm } else { Tone::Plain })
    });
    let rows: Vec<Row> = rows.collect();
    let mut notes = vec![words.say("today.note")];
    for sku in &forecast.status.skus {
        let Some(deadline) = sku.overage_deadline else { continue };
        let over = words.count(sku.available.min(0).unsigned_abs());
        let names = [("sku", clean::text(&sku.sku_part_number)), ("over", over), ("deadline", words.date(deadline))];
        notes.push(words.tell("today.overage", &names));
    }
    let overlap: u32 = forecast.status.skus.iter().map(|sku| sku.overlap).sum();
    if overlap > 0 {
        notes.push(words.tell("today.overlap", &[("overlap", words.count(u64::from(overlap)))]));
    }
    let table = Table { id: "today".to_owned(), caption: words.say("today.caption"), columns, rows, notes };
    let blocks = table.unless_empty();
    Section { id: "today", title: words.say("today.title"), level: Level::Full, blocks }
}

/// From today's demand to the horizon's.
pub fn bridge(forecast: &Forecast, words: &Words, charts: &[Chart]) -> Section {
    let asked = requests(forecast);
    let mut parts = vec![
        words.say("bridge.opening"),
        words.say("bridge.joiners"),
        words.say("bridge.moved-in"),
        words.say("bridge.moved-out"),
        words.say("bridge.leavers"),
        words.say("bridge.changes"),
        words.say("bridge.closing"),
    ];
    if asked {
        parts.insert(2, words.say("bridge.requested"));
    }
    let mut columns = vec![Column::text(words.say("column.sku"))];
    columns.extend(parts.into_iter().map(|part| Column::number(part, String::new())));
    let rows: Vec<Row> = in_order(forecast).into_iter().map(|sku| bridge_row(sku, asked)).collect();
    let table = Table {
        id: "bridge".to_owned(),
        caption: words.say("bridge.caption"),
        columns,
        rows,
        notes: vec![words.say(if asked { "bridge.note-requested" } else { "bridge.note" })],
    };
    let mut blocks = table.unless_empty();
    let bridges = charts.iter().filter(|chart| matches!(chart.picture, Picture::Bridge(_)));
    blocks.extend(bridges.map(|chart| Block::Chart(chart.id.clone())));
    Section { id: "bridge", title: words.say("bridge.title"), level: Level::Full, blocks }
}

/// Whether anybody asks for a licence by themselves.
pub fn requests(forecast: &Forecast) -> bool {
    forecast.skus.iter().any(|sku| sku.bridge.requested_tenths != 0)
}

fn bridge_row(sku: &SkuForecast, asked: bool) -> Row {
    let bridge = &sku.bridge;
    let minus = |tenths: i64| Cell::Tenths(tenths.saturating_neg());
    let mut cells = vec![
        Cell::name(&sku.sku_part_number),
        Cell::Tenths(bridge.opening_tenths),
        Cell::Tenths(bridge.joiners_tenths),
        Cell::Tenths(bridge.moved_in_tenths),
        minus(bridge.moved_out_tenths),
        minus(bridge.leavers_tenths),
        Cell::Tenths(bridge.changes_tenths),
        Cell::Tenths(bridge.closing_tenths),
    ];
    if asked {
        cells.insert(3, Cell::Tenths(bridge.requested_tenths));
    }
    Row::of(cells)
}

/// Every month of every SKU, one section for all, one table a SKU.
pub fn monthly(forecast: &Forecast, words: &Words) -> Option<Section> {
    let blocks: Vec<Block> =
        in_order(forecast).into_iter().map(|sku| Block::Table(monthly_table(forecast, sku, words))).collect();
    (!blocks.is_empty()).then(|| Section {
        id: "monthly",
        title: words.say("monthly.title"),
        level: Level::Appendix,
        blocks,
    })
}

fn monthly_table(forecast: &Forecast, sku: &SkuForecast, words: &Words) -> Table {
    let seats = || words.say("unit.seats.header");
    let currency = sku.points.iter().find_map(|point| point.cost).map(|money| money.currency);
    let mut columns = vec![
        Column::number(words.say("column.day"), String::new()),
        Column::number(words.say("column.enabled"), seats()),
        Column::number(words.say("column.warning"), seats()),
        Column::number("P10".to_owned(), words.say("column.demand-lower")),
        Column::number("P50".to_owned(), words.say("column.demand-lower")),
        Column::number("P90".to_owned(), words.say("column.demand-lower")),
        Column::number(words.say("column.waiting"), words.say("unit.middle")),
        Column::number(words.say("column.chance"), "%".to_owned()),
    ];
    if let Some(currency) = currency {
        columns.push(Column::number(words.say("column.cost"), currency.code().to_owned()));
    }
    let each = sku.points.len().div_ceil(MONTHS_SHOWN).max(1);
    let last = sku.points.last().map(|point| point.day);
    let rows = sku.points.iter().step_by(each).map(|point| {
        let mut row = monthly_row(point, forecast.provenance.replications);
        if currency.is_some() {
            // A price in another currency from some day on has no place in this column.
            let cost = point.cost.filter(|cost| Some(cost.currency) == currency);
            row.cells.push(match cost {
                Some(cost) => Cell::Money(cost),
                // The horizon ends here: no month follows whose cost could stand in this row.
                None if Some(point.day) == last => Cell::Nothing,
                None => Cell::Absent(words.say("money.no-price")),
            });
        }
        row
    });
    let name = clean::text(&sku.product_name);
    let values = [("product", name), ("sku", clean::text(&sku.sku_part_number))];
    let mut notes = if currency.is_none() { vec![words.say("money.no-price-note")] } else { Vec::new() };
    if each > 1 {
        notes.push(words.tell("monthly.thinned", &[("n", each.to_string())]));
    }
    Table {
        id: format!("monthly-{}", sku.sku_id),
        caption: words.tell("monthly.caption", &values),
        columns,
        rows: rows.collect(),
        notes,
    }
}

fn monthly_row(point: &MonthPoint, replications: u32) -> Row {
    let Percentiles { p10, p50, p90 } = point.demand;
    let tone = match point.capacity {
        capacity if p50 > capacity => Tone::Alarm,
        capacity if p90 > capacity => Tone::Warning,
        _ => Tone::Plain,
    };
    Row::of(vec![
        Cell::Date(point.day),
        Cell::Count(point.enabled),
        Cell::Count(point.warning),
        Cell::Count(p10),
        Cell::Count(p50),
        Cell::Count(p90),
        Cell::Count(point.waiting.p50),
        Cell::Share { count: point.replications_short, of: replications },
    ])
    .tone(tone)
}
