//! The series with what follows from the assumptions. In: a forecast. Out: a sheet, one row a SKU and month. Never: a number
//! of the engine as a formula.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::assumptions::{Input, reference};
use super::first_row;
use super::month::MonthColumns;
use super::sheet::{Formats, HEADER_HEIGHT, header, named, names_width, near};
use crate::forecast::{Forecast, MonthPoint};
use crate::report::words::Words;

pub const HEADER_ROW: u32 = 0;

/// Columns of the sheet, from 0.
#[derive(Clone, Copy)]
pub enum Series {
    Sku = 0,
    Day = 1,
    Month = 2,
    Capacity = 3,
    P10 = 4,
    P50 = 5,
    P90 = 6,
    Chance = 7,
    GrownP50 = 8,
    GrownP90 = 9,
    ShortP50 = 10,
    ShortP90 = 11,
    EngineCost = 12,
    Currency = 13,
    Cost = 14,
}

const MONTH: MonthColumns = MonthColumns {
    sku: Series::Sku as u16,
    day: Series::Day as u16,
    capacity: Series::Capacity as u16,
    demand: [Series::P10 as u16, Series::P50 as u16, Series::P90 as u16],
    chance: Series::Chance as u16,
    cost: Series::EngineCost as u16,
    currency: Series::Currency as u16,
};

pub fn sheet(
    forecast: &Forecast,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.demand"), taken)?;
    let headers = [
        (words.say("column.sku"), names_width(forecast.skus.iter().map(|sku| sku.sku_part_number.as_str()))),
        (words.say("column.day"), 13.0),
        (words.say("xlsx.month"), 9.0),
        (words.say("xlsx.capacity"), 12.0),
        (words.say("xlsx.demand-p10"), 12.0),
        (words.say("xlsx.demand-p50"), 12.0),
        (words.say("xlsx.demand-p90"), 12.0),
        (words.say("column.chance"), 10.0),
        (words.say("xlsx.grown-p50"), 15.0),
        (words.say("xlsx.grown-p90"), 15.0),
        (words.say("xlsx.short-p50"), 15.0),
        (words.say("xlsx.short-p90"), 15.0),
        (words.say("xlsx.engine-cost"), 16.0),
        (words.say("column.currency"), 10.0),
        (words.say("xlsx.cost"), 16.0),
    ];
    sheet.set_row_height(HEADER_ROW, HEADER_HEIGHT)?;
    header(&mut sheet, HEADER_ROW, &headers, &[0], formats)?;
    for (number, sku) in forecast.skus.iter().enumerate() {
        for (month, (row, point)) in (first_row(forecast, number)..).zip(&sku.points).enumerate() {
            let month = u32::try_from(month).unwrap_or(u32::MAX);
            sheet.write_number_with_format(row, Series::Month as u16, month, &formats.count)?;
            MONTH.write(&mut sheet, row, (forecast, sku, point), formats)?;
            formulas(&mut sheet, words, number, point, row, formats)?;
        }
    }
    let last = first_row(forecast, forecast.skus.len()) - 1;
    if last > HEADER_ROW {
        sheet.autofilter(HEADER_ROW, 0, last, Series::Cost as u16)?;
    }
    sheet.set_freeze_panes(HEADER_ROW + 1, 2)?;
    Ok(sheet)
}

/// Growth on top of the forecast, the shortage that follows, and the cost at the price of the assumptions sheet.
fn formulas(
    sheet: &mut Worksheet,
    words: &Words,
    sku: usize,
    point: &MonthPoint,
    row: u32,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let at = |column: Series| near(row, column as u16);
    let growth = reference(words, sku, Input::Growth);
    let reserve = reference(words, sku, Input::Reserve);
    let (month, capacity) = (at(Series::Month), at(Series::Capacity));
    // ROUNDUP of a product can land a hair above a whole number: six decimals are taken off first.
    let grown = |of: Series| format!("=ROUNDUP(ROUND({}*(1+{growth})^{month},6),0)", at(of));
    let cells = [
        (Series::GrownP50, grown(Series::P50), point.demand.p50),
        (Series::GrownP90, grown(Series::P90), point.demand.p90),
        (
            Series::ShortP50,
            format!("=MAX(0,{}+{reserve}-{capacity})", at(Series::GrownP50)),
            point.demand.p50.saturating_sub(point.capacity),
        ),
        (
            Series::ShortP90,
            format!("=MAX(0,{}+{reserve}-{capacity})", at(Series::GrownP90)),
            point.demand.p90.saturating_sub(point.capacity),
        ),
    ];
    for (column, formula, result) in cells {
        let formula = Formula::new(formula).set_result(result.to_string());
        sheet.write_formula_with_format(row, column as u16, formula, &formats.count)?;
    }
    if let Some(cost) = point.cost {
        let (price, engine) = (reference(words, sku, Input::Price), reference(words, sku, Input::EnginePrice));
        // In proportion to the price, so that terms, lots and billing plans stay as the engine reckoned them.
        let formula = format!(
            "=IF(N({engine})=0,{0},ROUND({0}*{price}/{engine},{1}))",
            at(Series::EngineCost),
            cost.currency.minor_digits()
        );
        let formula = Formula::new(formula).set_result(cost.decimal());
        sheet.write_formula_with_format(row, Series::Cost as u16, formula, &formats.money(cost.currency))?;
    }
    Ok(())
}
