//! The sheet that a reader changes: price, reserve and growth of each SKU. In: a forecast. Out: a sheet. Never: a formula.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::amount;
use super::sheet::{Formats, HEADER_HEIGHT, LINE, lines, named, names_width, on};
use crate::forecast::Forecast;
use crate::report::clean;
use crate::report::words::Words;

const HEADER_ROW: u32 = 3;

/// Columns of the sheet, from 0.
#[derive(Clone, Copy)]
pub enum Input {
    /// What the engine reckoned with: not to be changed.
    EnginePrice = 3,
    Price = 4,
    Reserve = 5,
    Growth = 6,
}

/// Which cells a reader may change: those that formulas of the workbook read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tinted {
    All,
    Prices,
}

/// Width of the column of products and values, in characters.
const VALUES: f64 = 44.0;

/// The reference to an input of SKU number `sku`.
pub fn reference(words: &Words, sku: usize, input: Input) -> String {
    let row = HEADER_ROW + 1 + u32::try_from(sku).unwrap_or(u32::MAX / 2);
    on(&words.say("xlsx.assumptions"), row, input as u16)
}

pub fn sheet(
    forecast: &Forecast,
    tinted: Tinted,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.assumptions"), taken)?;
    sheet.write_string_with_format(0, 0, words.say("xlsx.assumptions"), &formats.title)?;
    sheet.write_string_with_format(1, 0, words.say("xlsx.assumptions-note"), &formats.note)?;
    let headers = [
        words.say("column.sku"),
        words.say("column.product"),
        words.say("column.currency"),
        words.say("xlsx.engine-price"),
        words.say("xlsx.price"),
        words.say("xlsx.reserve"),
        words.say("xlsx.growth"),
    ];
    let shown = if tinted == Tinted::All { headers.len() } else { headers.len() - 2 };
    sheet.set_row_height(HEADER_ROW, HEADER_HEIGHT)?;
    for (column, header) in (0..).zip(&headers[..shown]) {
        let format = if column < 3 { &formats.header } else { &formats.number_header };
        sheet.write_string_with_format(HEADER_ROW, column, header, format)?;
    }
    for (row, sku) in (HEADER_ROW + 1..).zip(&forecast.skus) {
        sheet.set_row_height(row, LINE * f64::from(lines(&sku.product_name, VALUES)))?;
        sheet.write_string_with_format(row, 0, clean::cell(&sku.sku_part_number), &formats.wrap)?;
        sheet.write_string_with_format(row, 1, clean::cell(&sku.product_name), &formats.wrap)?;
        match sku.price {
            Some(price) => {
                sheet.write_string_with_format(row, 2, price.currency.code(), &formats.text)?;
                let money = formats.money(price.currency);
                sheet.write_number_with_format(row, Input::EnginePrice as u16, amount(price), &money)?;
                let input = formats.input_money(price.currency);
                sheet.write_number_with_format(row, Input::Price as u16, amount(price), &input)?;
            }
            None => {
                let absent = words.say("money.no-price");
                sheet.write_string_with_format(row, Input::EnginePrice as u16, absent, &formats.absent)?;
            }
        }
        if tinted == Tinted::All {
            sheet.write_number_with_format(row, Input::Reserve as u16, 0, &formats.input_count)?;
            sheet.write_number_with_format(row, Input::Growth as u16, 0, &formats.input_rate)?;
        }
    }
    let mut row = HEADER_ROW + 3 + u32::try_from(forecast.skus.len()).unwrap_or(0);
    sheet.write_string_with_format(row, 0, words.say("assumptions.caption"), &formats.title)?;
    row += 1;
    let headers = [words.say("column.assumption"), words.say("column.value"), words.say("column.origin")];
    for (column, header) in (0..).zip(&headers) {
        sheet.write_string_with_format(row, column, header, &formats.header)?;
    }
    for line in &forecast.assumptions {
        row += 1;
        let origin = if line.given { words.say("assumptions.given") } else { words.say("assumptions.default") };
        sheet.set_row_height(row, LINE * f64::from(lines(&line.value, VALUES)))?;
        sheet.write_string_with_format(row, 0, clean::cell(&line.name), &formats.wrap)?;
        sheet.write_string_with_format(row, 1, clean::cell(&line.value), &formats.wrap)?;
        sheet.write_string_with_format(row, 2, origin, &formats.text)?;
    }
    let names = names_width(forecast.skus.iter().map(|sku| sku.sku_part_number.as_str())).max(34.0);
    for (column, width) in [(0, names), (1, VALUES), (2, 16.0), (3, 22.0), (4, 14.0), (5, 14.0), (6, 16.0)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(HEADER_ROW + 1, 1)?;
    Ok(sheet)
}
