//! A comparison as a workbook. In: a comparison and its document. Out: XLSX whose costs and differences are formulas over an
//! assumptions sheet. Never: a sum of two currencies, or a scenario told from another by its words alone.

mod charts;
mod cost;
mod series;
mod summary;

use std::collections::BTreeSet;

use rust_xlsxwriter::{Workbook, XlsxError};

use super::assumptions::{self, Tinted};
use super::sheet::Formats;
use super::{properties, tables};
use crate::forecast::{Comparison, Forecast};
use crate::money::Currency;
use crate::report::clean;
use crate::report::document::Document;
use crate::report::words::Words;

/// What stands in the sheets: the baseline is number 0.
struct Cases<'a> {
    /// Names that are told apart, and forecasts.
    all: Vec<(String, &'a Forecast)>,
    /// Every SKU of any of them once, for the sheet of assumptions.
    skus: Forecast,
    currencies: Vec<Currency>,
}

impl<'a> Cases<'a> {
    fn of(comparison: &'a Comparison, words: &Words) -> Cases<'a> {
        let mut all = vec![(words.say("compare.baseline"), &comparison.baseline)];
        for case in &comparison.scenarios {
            let title = if case.title.is_empty() { &case.name } else { &case.title };
            let base = clean::cell(title);
            let taken = |name: &String| all.iter().any(|(known, _)| known == name);
            let numbered = (2..).map(|n| format!("{base} {n}"));
            let name = std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(base.clone());
            all.push((name, &case.forecast));
        }
        let mut skus = comparison.baseline.clone();
        for case in &comparison.scenarios {
            for sku in &case.forecast.skus {
                if skus.skus.iter().all(|known| known.sku_id != sku.sku_id) {
                    skus.skus.push(sku.clone());
                }
            }
        }
        let costs = all.iter().flat_map(|(_, forecast)| &forecast.skus).flat_map(|sku| &sku.points);
        let currencies: BTreeSet<Currency> = costs.filter_map(|point| point.cost).map(|cost| cost.currency).collect();
        Cases { all, skus, currencies: currencies.into_iter().collect() }
    }

    /// The number of a SKU on the sheet of assumptions.
    fn sku(&self, sku_id: &str) -> usize {
        self.skus.skus.iter().position(|sku| sku.sku_id == sku_id).unwrap_or(0)
    }

    /// The months whose cost is reckoned with: the last point of a forecast is its horizon, and its month lies beyond.
    fn months(&self) -> Vec<chrono::NaiveDate> {
        let points = self.all.first().and_then(|(_, forecast)| forecast.skus.first()).map(|sku| sku.points.as_slice());
        let days: Vec<_> = points.unwrap_or(&[]).iter().map(|point| point.day).collect();
        let whole = days.len().saturating_sub(1).max(1);
        days.into_iter().take(whole).collect()
    }
}

pub fn build(comparison: &Comparison, document: &Document, words: &Words) -> Result<Vec<u8>, XlsxError> {
    let cases = Cases::of(comparison, words);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document)?);
    let formats = Formats::new();
    let mut taken: Vec<String> = Vec::new();
    workbook.push_worksheet(summary::sheet(&cases, document, words, &formats, &mut taken)?);
    workbook.push_worksheet(assumptions::sheet(&cases.skus, Tinted::Prices, words, &formats, &mut taken)?);
    workbook.push_worksheet(series::sheet(&cases, words, &formats, &mut taken)?);
    workbook.push_worksheet(cost::sheet(&cases, words, &formats, &mut taken)?);
    workbook.push_worksheet(charts::sheet(comparison, &cases, words, &mut taken)?);
    // What the sheets above hold as formulas is not given once more as values.
    for section in document.sections.iter().filter(|section| !matches!(section.id, "costs" | "seats")) {
        if let Some(sheet) = tables::sheet(section, words, &formats, &mut taken)? {
            workbook.push_worksheet(sheet);
        }
    }
    workbook.save_to_buffer()
}
