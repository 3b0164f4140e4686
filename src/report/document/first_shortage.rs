//! When each SKU first runs short, over all simulated futures. In: a forecast. Out: a table of dates, and of shares by date. Never: a
//! SKU that runs short in none.

use super::{Block, Cell, Column, Level, Row, Section, Table, in_order};
use crate::forecast::{Forecast, SkuForecast};
use crate::report::words::Words;

/// See the head of this file.
pub fn first_shortages(forecast: &Forecast, words: &Words) -> Section {
    let of = forecast.provenance.replications;
    let short = |sku: &&SkuForecast| sku.first_shortage.replications_short > 0;
    let skus: Vec<&SkuForecast> = in_order(forecast).into_iter().filter(short).collect();
    let shown = shown_points(skus.first().map_or(0, |sku| sku.points.len()));
    let day = |at: &usize| skus.first().and_then(|sku| sku.points.get(*at)).map(|point| point.day);
    let mut columns = vec![Column::text(words.say("column.sku"))];
    columns.extend(["P10", "P50", "P90"].map(|percentile| Column::number(percentile.to_owned(), String::new())));
    let by = shown.iter().filter_map(day).enumerate();
    columns.extend(by.map(|(number, day)| {
        let column = Column::number(words.tell("first-shortage.by", &[("day", words.day(day))]), "%".to_owned());
        // The horizon is the one date that has to be there.
        if number + 1 < shown.len() { column.dispensable(1 + number as u8) } else { column }
    }));
    let row = |sku: &&SkuForecast| {
        let first = &sku.first_shortage;
        let mut cells = vec![Cell::name(&sku.sku_part_number)];
        cells.extend([first.p10, first.p50, first.p90].map(Cell::date));
        let by = shown.iter().filter_map(|at| sku.points.get(*at));
        cells.extend(by.map(|point| Cell::Share { count: point.replications_short_by, of }));
        Row::of(cells)
    };
    let table = Table {
        id: "first-shortages".to_owned(),
        caption: words.say("first-shortage.caption"),
        columns,
        rows: skus.iter().map(row).collect(),
        notes: vec![words.say("first-shortage.note")],
    };
    let blocks: Vec<Block> = table.unless_empty();
    Section { id: "first-shortages", title: words.say("first-shortage.title"), level: Level::Full, blocks }
}

/// A quarter, a half and the whole of the way, of so many points of which the first is today.
fn shown_points(points: usize) -> Vec<usize> {
    let last = points.saturating_sub(1);
    let mut shown: Vec<usize> =
        [1, 2, 4].map(|quarters| last * quarters / 4).into_iter().filter(|at| *at > 0).collect();
    shown.dedup();
    shown
}
