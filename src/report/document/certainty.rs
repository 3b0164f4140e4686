//! How sure the numbers are. In: a forecast. Out: how long people wait, what moves the answer, and the error of a chance. Never: a
//! chance without its error.

use super::{Cell, Column, Row, Table};
use crate::forecast::{Chance, Forecast, SkuForecast};
use crate::report::words::Words;

/// Days lost and waiting times of every SKU for which somebody may wait.
pub fn waits(forecast: &Forecast, words: &Words) -> Option<Table> {
    let lost = |sku: &&SkuForecast| sku.waits.seat_days_lost.p90 > 0 || sku.waits.times.is_some();
    let skus: Vec<&SkuForecast> = forecast.skus.iter().filter(lost).collect();
    let days = || words.say("unit.days.header");
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::number(words.say("column.seat-days-lost"), words.say("unit.middle")),
        Column::number(words.say("column.seat-days-band"), "P10 – P90".to_owned()),
        Column::number(words.say("column.users-waiting"), words.say("unit.users.header")),
        Column::number(words.say("column.wait-mean"), days()),
        Column::number(words.say("column.wait-p90"), days()),
    ];
    let row = |sku: &&SkuForecast| {
        let lost = sku.waits.seat_days_lost;
        let times = sku.waits.times;
        let tenths = |value: Option<u32>| value.map_or(Cell::Nothing, |tenths| Cell::Tenths(i64::from(tenths)));
        Row::of(vec![
            Cell::name(&sku.sku_part_number),
            Cell::Count(lost.p50),
            Cell::Range { low: lost.p10, high: lost.p90 },
            tenths(times.map(|times| times.users_tenths)),
            tenths(times.map(|times| times.days_mean_tenths)),
            times.map_or(Cell::Nothing, |times| Cell::Count(times.days_p90)),
        ])
    };
    let followed = skus.iter().filter_map(|sku| sku.waits.times).map(|times| times.replications).max();
    let note = followed
        .map(|followed| words.tell("certainty.waits-note", &[("replications", words.count(u64::from(followed)))]));
    let caption = words.say("certainty.waits-caption");
    let rows: Vec<Row> = skus.iter().map(row).collect();
    (!rows.is_empty()).then(|| Table {
        id: "waits".to_owned(),
        caption,
        columns,
        rows,
        notes: note.into_iter().collect(),
    })
}

/// What moves each SKU, of what is only known as a range.
pub fn drivers(forecast: &Forecast, words: &Words) -> Option<Table> {
    let columns = vec![
        Column::text(words.say("column.sku")),
        Column::text(words.say("column.assumption")),
        Column::number(words.say("column.swing"), words.say("unit.seats.header")),
        Column::number(words.say("column.explained"), "%".to_owned()),
    ];
    let rows: Vec<Row> = forecast
        .certainty
        .drivers
        .iter()
        .map(|driver| {
            Row::of(vec![
                Cell::name(&driver.sku_part_number),
                Cell::name(&driver.input),
                Cell::Tenths(driver.swing_tenths),
                Cell::Share { count: driver.explained_thousandths, of: 1000 },
            ])
        })
        .collect();
    let caption = words.say("certainty.drivers-caption");
    let notes = vec![words.say("certainty.drivers-note")];
    (!rows.is_empty()).then(|| Table { id: "drivers".to_owned(), caption, columns, rows, notes })
}

/// The largest standard error of a chance, and how many replications a precision took.
pub fn error_notes(forecast: &Forecast, words: &Words) -> Vec<String> {
    let of = forecast.provenance.replications;
    let error = |sku: &SkuForecast| Chance { count: sku.first_shortage.replications_short, of }.standard_error();
    let largest = forecast.skus.iter().filter_map(error).fold(0.0, f64::max);
    // Tenths of a percentage point, rounded up: an error is never smaller than it is said to be.
    let points = |share: f64| words.tenths((share * 1000.0).ceil() as i64);
    let replications = words.count(u64::from(of));
    let values = [("replications", replications), ("error", points(largest))];
    let mut notes = Vec::new();
    if of > 0 && !forecast.skus.is_empty() {
        notes.push(words.tell("certainty.error-note", &values));
    }
    if let Some(precision) = forecast.certainty.precision {
        let key = if precision.reached { "certainty.precision-reached" } else { "certainty.precision-missed" };
        let share = |hundredths: u32| points(f64::from(hundredths) / 10_000.0);
        let reached = precision.chance_error.max(precision.p90_error);
        let [replications, _] = values;
        notes.push(words.tell(key, &[replications, ("asked", share(precision.asked)), ("error", share(reached))]));
    }
    notes
}
