//! The series of all scenarios. In: cases. Out: a sheet, one row a scenario, SKU and month. Never: a number of the engine as a
//! formula.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::Cases;
use crate::forecast::{MonthPoint, SkuForecast};
use crate::report::words::Words;
use crate::report::xlsx::assumptions::{Input, reference};
use crate::report::xlsx::month::MonthColumns;
use crate::report::xlsx::sheet::{Formats, HEADER_HEIGHT, header, named, near};

pub const FIRST_ROW: u32 = 1;

/// Columns of the sheet, from 0.
#[derive(Clone, Copy)]
pub enum Series {
    Number = 0,
    Scenario = 1,
    Sku = 2,
    Day = 3,
    Capacity = 4,
    P10 = 5,
    P50 = 6,
    P90 = 7,
    Difference = 8,
    Chance = 9,
    EngineCost = 10,
    Currency = 11,
    Cost = 12,
}

/// The row of the first month of a SKU in a scenario; `None` where the scenario does not have it.
pub fn first_row(cases: &Cases<'_>, case: usize, sku_id: &str) -> Option<u32> {
    let mut row = FIRST_ROW;
    for (number, (_, forecast)) in cases.all.iter().enumerate() {
        for sku in &forecast.skus {
            if number == case && sku.sku_id == sku_id {
                return Some(row);
            }
            row = row.saturating_add(u32::try_from(sku.points.len()).unwrap_or(0));
        }
    }
    None
}

pub fn last_row(cases: &Cases<'_>) -> u32 {
    let points: usize = cases.all.iter().flat_map(|(_, forecast)| &forecast.skus).map(|sku| sku.points.len()).sum();
    FIRST_ROW + u32::try_from(points).unwrap_or(u32::MAX / 2).saturating_sub(1)
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
    cases: &Cases<'_>,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.demand"), taken)?;
    let headers = [
        (words.say("xlsx.number"), 6.0),
        (words.say("column.scenario"), 28.0),
        (words.say("column.sku"), 30.0),
        (words.say("column.day"), 13.0),
        (words.say("xlsx.capacity"), 12.0),
        (words.say("xlsx.demand-p10"), 12.0),
        (words.say("xlsx.demand-p50"), 12.0),
        (words.say("xlsx.demand-p90"), 12.0),
        (words.say("xlsx.difference-p50"), 16.0),
        (words.say("column.chance"), 10.0),
        (words.say("xlsx.engine-cost"), 16.0),
        (words.say("column.currency"), 10.0),
        (words.say("xlsx.cost"), 16.0),
    ];
    sheet.set_row_height(0, HEADER_HEIGHT)?;
    header(&mut sheet, 0, &headers, &[1, 2], formats)?;
    let mut row = FIRST_ROW;
    for (case, (name, forecast)) in cases.all.iter().enumerate() {
        let number = u32::try_from(case).unwrap_or(u32::MAX);
        for sku in &forecast.skus {
            let baseline = (case > 0).then(|| first_row(cases, 0, &sku.sku_id));
            for (month, point) in (0..).zip(&sku.points) {
                sheet.write_number_with_format(row, Series::Number as u16, number, &formats.count)?;
                sheet.write_string(row, Series::Scenario as u16, name)?;
                MONTH.write(&mut sheet, row, (forecast, sku, point), formats)?;
                if let Some(first) = baseline {
                    difference(&mut sheet, cases, (sku, point), row, first.map(|first| first + month), formats)?;
                }
                cost(&mut sheet, cases.sku(&sku.sku_id), point, row, words, formats)?;
                row += 1;
            }
        }
    }
    if row > FIRST_ROW {
        sheet.autofilter(0, 0, row - 1, Series::Cost as u16)?;
    }
    sheet.set_freeze_panes(FIRST_ROW, 4)?;
    Ok(sheet)
}

/// Demand less that of the baseline, which is 0 where the baseline does not have the SKU.
fn difference(
    sheet: &mut Worksheet,
    cases: &Cases<'_>,
    (sku, point): (&SkuForecast, &MonthPoint),
    row: u32,
    baseline: Option<u32>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let own = near(row, Series::P50 as u16);
    let formula = match baseline {
        Some(other) => format!("={own}-{}", near(other, Series::P50 as u16)),
        None => format!("={own}"),
    };
    let before = cases.all.first().and_then(|(_, forecast)| forecast.skus.iter().find(|old| old.sku_id == sku.sku_id));
    let before =
        before.and_then(|old| old.points.iter().find(|old| old.day == point.day)).map_or(0, |old| old.demand.p50);
    let result = i64::from(point.demand.p50) - i64::from(before);
    let formula = Formula::new(formula).set_result(result.to_string());
    sheet.write_formula_with_format(row, Series::Difference as u16, formula, &formats.count)?;
    Ok(())
}

/// The cost at the price of the assumptions sheet.
fn cost(
    sheet: &mut Worksheet,
    sku: usize,
    point: &MonthPoint,
    row: u32,
    words: &Words,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let Some(cost) = point.cost else { return Ok(()) };
    let (price, engine) = (reference(words, sku, Input::Price), reference(words, sku, Input::EnginePrice));
    let formula = format!(
        "=IF(N({engine})=0,{0},ROUND({0}*{price}/{engine},{1}))",
        near(row, Series::EngineCost as u16),
        cost.currency.minor_digits()
    );
    let formula = Formula::new(formula).set_result(cost.decimal());
    sheet.write_formula_with_format(row, Series::Cost as u16, formula, &formats.money(cost.currency))?;
    Ok(())
}
