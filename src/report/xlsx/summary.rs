//! The first sheet: the verdict in words, and what to buy under the assumptions. In: a forecast and its document. Out: a sheet.
//! Never: a total over SKUs or currencies.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::assumptions::{Input, reference};
use super::demand::Series;
use super::first_row;
use super::sheet::{Formats, HEADER_HEIGHT, header, named, names_width, near, opening, run};
use crate::forecast::{Forecast, SkuForecast};
use crate::money::Money;
use crate::report::clean;
use crate::report::document::Document;
use crate::report::words::Words;

pub fn sheet(
    forecast: &Forecast,
    document: &Document,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.summary"), taken)?;
    // About 140 characters fit on a line of the eight columns.
    let mut row = opening(&mut sheet, document, 7, 140, formats)?;
    row += 2;
    let headers = [
        (words.say("column.sku"), names_width(forecast.skus.iter().map(|sku| sku.sku_part_number.as_str()))),
        (words.say("column.demand-today"), 14.0),
        (words.say("column.capacity-today"), 14.0),
        (words.say("column.runs-short"), 16.0),
        (words.say("xlsx.buy-p50"), 20.0),
        (words.say("xlsx.buy-p90"), 20.0),
        (words.say("xlsx.buy-cost"), 22.0),
        (words.say("column.currency"), 10.0),
    ];
    sheet.set_row_height(row, HEADER_HEIGHT)?;
    header(&mut sheet, row, &headers, &[0], formats)?;
    let header = row;
    for (number, sku) in forecast.skus.iter().enumerate() {
        row += 1;
        line(&mut sheet, forecast, number, sku, row, words, formats)?;
    }
    if row > header {
        sheet.autofilter(header, 0, row, 7)?;
    }
    sheet.write_string_with_format(row + 1, 0, words.say("xlsx.summary-note"), &formats.note)?;
    Ok(sheet)
}

fn line(
    sheet: &mut Worksheet,
    forecast: &Forecast,
    number: usize,
    sku: &SkuForecast,
    row: u32,
    words: &Words,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.write_string(row, 0, clean::cell(&sku.sku_part_number))?;
    if let Some(point) = sku.points.first() {
        sheet.write_number_with_format(row, 1, point.demand.p50, &formats.count)?;
        sheet.write_number_with_format(row, 2, point.capacity, &formats.count)?;
    }
    if let Some(day) = sku.first_shortage.p50 {
        sheet.write_datetime_with_format(row, 3, &super::excel_day(day)?, &formats.day)?;
    }
    let first = first_row(forecast, number);
    let last = first_row(forecast, number + 1).saturating_sub(1).max(first);
    let most = |value: &dyn Fn(&crate::forecast::MonthPoint) -> u32| sku.points.iter().map(value).max().unwrap_or(0);
    let p50 = most(&|point| point.demand.p50.saturating_sub(point.capacity));
    let p90 = most(&|point| point.demand.p90.saturating_sub(point.capacity));
    for (column, series, result) in [(4, Series::ShortP50, p50), (5, Series::ShortP90, p90)] {
        let formula = format!("=MAX({})", run(&words.say("xlsx.demand"), first, last, series as u16));
        let formula = Formula::new(formula).set_result(result.to_string());
        sheet.write_formula_with_format(row, column, formula, &formats.count)?;
    }
    if let Some(price) = sku.price {
        let formula = format!("={}*{}", near(row, 5), reference(words, number, Input::Price));
        let result = Money { minor: price.minor.saturating_mul(i64::from(p90)), ..price }.decimal();
        let formula = Formula::new(formula).set_result(result);
        sheet.write_formula_with_format(row, 6, formula, &formats.money(price.currency))?;
        sheet.write_string_with_format(row, 7, price.currency.code(), &formats.beside)?;
    } else {
        sheet.write_string_with_format(row, 6, words.say("money.no-price"), &formats.absent)?;
    }
    Ok(())
}
