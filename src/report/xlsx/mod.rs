//! A report as a workbook. In: a forecast and its document. Out: XLSX whose totals are formulas over an assumptions sheet,
//! with native charts. Never: a cell text that runs as a formula, or a date of the clock.
//!
//! The engine's numbers stand in as values; every price, reserve and growth rate that a reader may change stands once, on the
//! assumptions sheet, and all that depends on it is a formula. Unchanged, the formulas give the engine's numbers.

mod assumptions;
mod charts;
mod compare;
mod cost;
mod demand;
mod month;
mod sheet;
mod summary;
mod tables;

use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::RenderError;
use super::document::Document;
use super::words::Words;
use crate::forecast::{Comparison, Forecast};
use crate::money::Money;

use self::assumptions::Tinted;
use self::sheet::Formats;

pub fn render(forecast: &Forecast, document: &Document) -> Result<Vec<u8>, RenderError> {
    let words = Words::of(document.language);
    build(forecast, document, words).map_err(|error| RenderError::Xlsx(error.to_string()))
}

/// The workbook of a comparison.
pub fn comparison(comparison: &Comparison, document: &Document) -> Result<Vec<u8>, RenderError> {
    let words = Words::of(document.language);
    compare::build(comparison, document, words).map_err(|error| RenderError::Xlsx(error.to_string()))
}

/// A workbook of a document's tables alone, one sheet a section.
pub fn tables_of(document: &Document) -> Result<Vec<u8>, RenderError> {
    let words = Words::of(document.language);
    let made = || {
        let mut workbook = Workbook::new();
        workbook.set_properties(&properties(document)?);
        let formats = Formats::new();
        let mut taken: Vec<String> = Vec::new();
        for section in &document.sections {
            if let Some(sheet) = tables::sheet(section, words, &formats, &mut taken)? {
                workbook.push_worksheet(sheet);
            }
        }
        workbook.save_to_buffer()
    };
    made().map_err(|error: XlsxError| RenderError::Xlsx(error.to_string()))
}

/// The only date that a workbook stores is that of the forecast.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let properties = DocProperties::new().set_title(&document.title).set_author(&document.creator);
    Ok(properties.set_creation_datetime(&excel_day(document.today)?))
}

fn build(forecast: &Forecast, document: &Document, words: &Words) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document)?);
    let formats = Formats::new();
    let mut taken: Vec<String> = Vec::new();
    // Order of making and order of sheets are the same: a formula may name a sheet that comes later.
    workbook.push_worksheet(summary::sheet(forecast, document, words, &formats, &mut taken)?);
    workbook.push_worksheet(assumptions::sheet(forecast, Tinted::All, words, &formats, &mut taken)?);
    workbook.push_worksheet(demand::sheet(forecast, words, &formats, &mut taken)?);
    workbook.push_worksheet(cost::sheet(forecast, words, &formats, &mut taken)?);
    if !forecast.skus.is_empty() {
        workbook.push_worksheet(charts::sheet(forecast, words, &mut taken)?);
    }
    for section in &document.sections {
        if let Some(sheet) = tables::sheet(section, words, &formats, &mut taken)? {
            workbook.push_worksheet(sheet);
        }
    }
    workbook.save_to_buffer()
}

/// A day as Excel counts it; it knows the years 1900 to 9999.
fn excel_day(day: chrono::NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let part = |value: u32| u8::try_from(value).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(0), part(day.month()), part(day.day()))
}

/// An amount as Excel holds it. Exact to the minor digit up to 9 quadrillion minor units.
fn amount(money: Money) -> f64 {
    money.minor as f64 / f64::from(10u32.pow(money.currency.minor_digits()))
}

/// The row on the demand sheet on which the months of SKU number `sku` begin, from 0. Every SKU has as many as it has points.
fn first_row(forecast: &Forecast, sku: usize) -> u32 {
    let before: usize = forecast.skus.iter().take(sku).map(|sku| sku.points.len()).sum();
    demand::HEADER_ROW + 1 + u32::try_from(before).unwrap_or(u32::MAX / 2)
}
