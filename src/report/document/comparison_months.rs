//! Month by month, the baseline and each scenario with its difference. In: a comparison. Out: tables of cost and of seats. Never:
//! adds two currencies.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::comparison::title;
use super::comparison_pictures::changed;
use super::{Block, Cell, Chart, Column, Level, Row, Section, Table};
use crate::forecast::{Comparison, Forecast, SkuForecast};
use crate::money::{Currency, Money};
use crate::report::clean;
use crate::report::words::Words;

/// A column of the baseline, then two for each scenario: its value, and the difference.
fn columns(comparison: &Comparison, unit: &str, words: &Words) -> Vec<Column> {
    let mut columns = vec![
        Column::number(words.say("column.month-from"), String::new()),
        Column::number(words.say("compare.baseline"), unit.to_owned()),
    ];
    for case in &comparison.scenarios {
        columns.push(Column::number(title(case), unit.to_owned()));
        columns.push(Column::number(format!("± {}", clean::text(&case.name)), unit.to_owned()).dispensable(1));
    }
    columns
}

pub fn costs(comparison: &Comparison, words: &Words, charts: &[Chart]) -> Section {
    let months = |forecast: &Forecast, currency: Currency| -> BTreeMap<NaiveDate, i64> {
        let own = forecast.costs.iter().filter(|cost| cost.currency == currency);
        own.map(|cost| (cost.day, cost.minor)).collect()
    };
    let forecasts = std::iter::once(&comparison.baseline).chain(comparison.scenarios.iter().map(|case| &case.forecast));
    let mut currencies: Vec<Currency> =
        forecasts.flat_map(|forecast| &forecast.costs).map(|cost| cost.currency).collect();
    currencies.sort();
    currencies.dedup();
    let table = |currency: &Currency| {
        let before = months(&comparison.baseline, *currency);
        let others: Vec<_> = comparison.scenarios.iter().map(|case| months(&case.forecast, *currency)).collect();
        let mut days: Vec<NaiveDate> = before.keys().chain(others.iter().flat_map(BTreeMap::keys)).copied().collect();
        days.sort_unstable();
        days.dedup();
        let money = |minor: i64| Cell::Money(Money { minor, currency: *currency });
        let rows = days.iter().map(|day| {
            let base = before.get(day).copied().unwrap_or(0);
            let mut cells = vec![Cell::Date(*day), money(base)];
            for other in &others {
                let amount = other.get(day).copied().unwrap_or(0);
                cells.extend([money(amount), money(amount - base)]);
            }
            Row::of(cells)
        });
        Block::Table(Table {
            id: format!("costs-{currency}"),
            caption: words.tell("compare.costs-caption", &[("currency", currency.to_string())]),
            columns: columns(comparison, currency.code(), words),
            rows: rows.collect(),
            notes: Vec::new(),
        })
    };
    let pictures = |currency: &Currency| picture(format!("compare-costs-{currency}"), charts);
    let blocks = currencies.iter().flat_map(|currency| pictures(currency).into_iter().chain([table(currency)]));
    let blocks = blocks.collect();
    Section { id: "costs", title: words.say("compare.costs"), level: Level::Full, blocks }
}

/// Demand (P50) of each SKU that any scenario changes.
pub fn seats(comparison: &Comparison, words: &Words, charts: &[Chart]) -> Section {
    let days: Vec<NaiveDate> =
        comparison.baseline.skus.first().map_or(Vec::new(), |sku| sku.points.iter().map(|point| point.day).collect());
    let demand = |forecast: &Forecast, sku_id: &str| -> Vec<u32> {
        let sku = forecast.skus.iter().find(|sku| sku.sku_id == sku_id);
        sku.map_or(vec![0; days.len()], |sku| sku.points.iter().map(|point| point.demand.p50).collect())
    };
    let table = |sku: &SkuForecast| {
        let (sku_id, name) = (sku.sku_id.as_str(), sku.product_name.as_str());
        let before = demand(&comparison.baseline, sku_id);
        let others: Vec<_> = comparison.scenarios.iter().map(|case| demand(&case.forecast, sku_id)).collect();
        let rows = days.iter().zip(&before).enumerate().map(|(at, (day, base))| {
            let mut cells = vec![Cell::Date(*day), Cell::Count(*base)];
            for other in &others {
                let seats = other.get(at).copied().unwrap_or(0);
                cells.extend([Cell::Count(seats), Cell::Signed(i64::from(seats) - i64::from(*base))]);
            }
            Row::of(cells)
        });
        Block::Table(Table {
            id: format!("seats-{sku_id}"),
            caption: words.tell("compare.seats-caption", &[("product", clean::text(name))]),
            columns: columns(comparison, &words.say("unit.seats.header"), words),
            rows: rows.collect(),
            notes: Vec::new(),
        })
    };
    let blocks = changed(comparison)
        .into_iter()
        .flat_map(|(sku, id)| picture(id, charts).into_iter().chain([table(sku)]))
        .collect();
    Section { id: "seats", title: words.say("compare.seats"), level: Level::Full, blocks }
}

fn picture(id: String, charts: &[Chart]) -> Option<Block> {
    charts.iter().any(|chart| chart.id == id).then_some(Block::Chart(id))
}
