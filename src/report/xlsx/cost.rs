//! Cost by month and currency as sums over the demand sheet. In: a forecast. Out: a sheet. Never: a sum of two currencies.

use chrono::NaiveDate;
use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::demand::{self, Series};
use super::sheet::{Formats, named, near, run};
use super::{excel_day, first_row};
use crate::forecast::Forecast;
use crate::money::{Currency, Money};
use crate::report::words::Words;

const HEADER_ROW: u32 = 2;

pub fn sheet(
    forecast: &Forecast,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.cost-sheet"), taken)?;
    sheet.write_string_with_format(0, 0, words.say("costs.caption"), &formats.title)?;
    let mut currencies: Vec<Currency> = costs(forecast).map(|(_, cost)| cost.currency).collect();
    currencies.sort();
    currencies.dedup();
    if currencies.is_empty() {
        sheet.write_string(HEADER_ROW, 0, words.say("costs.none"))?;
        return Ok(sheet);
    }
    sheet.write_string_with_format(HEADER_ROW, 0, words.say("column.month-from"), &formats.header)?;
    sheet.set_column_width(0, 22)?;
    let mut days: Vec<NaiveDate> =
        forecast.skus.first().map_or(Vec::new(), |sku| sku.points.iter().map(|point| point.day).collect());
    // The last point is the horizon itself: its month lies beyond.
    if days.len() > 1 {
        days.pop();
    }
    let first = HEADER_ROW + 1;
    for (row, day) in (first..).zip(&days) {
        sheet.write_datetime_with_format(row, 0, &excel_day(*day)?, &formats.day)?;
    }
    for (column, currency) in (1..).zip(&currencies) {
        sheet.write_string_with_format(HEADER_ROW, column, currency.code(), &formats.number_header)?;
        sheet.set_column_width(column, 18)?;
        month_sums(&mut sheet, forecast, words, (column, *currency), &days, formats)?;
    }
    let last = HEADER_ROW + u32::try_from(days.len()).unwrap_or(0);
    sheet.set_freeze_panes(first, 1)?;
    let summed = last.max(first);
    let months = words.plural("unit.months", u64::from(summed + 1 - first));
    sheet.write_string_with_format(last + 2, 0, words.tell("xlsx.sum", &[("months", months)]), &formats.strong)?;
    for (column, currency) in (1..).zip(&currencies) {
        let formula = format!("=SUM({}:{})", near(first, column), near(summed, column));
        let until = days.get(usize::try_from(summed - first).unwrap_or(0)).copied().unwrap_or_default();
        let formula = Formula::new(formula).set_result(total(forecast, *currency, &|day| day <= until).decimal());
        sheet.write_formula_with_format(last + 2, column, formula, &formats.money(*currency))?;
    }
    Ok(sheet)
}

fn month_sums(
    sheet: &mut Worksheet,
    forecast: &Forecast,
    words: &Words,
    (column, currency): (u16, Currency),
    days: &[NaiveDate],
    formats: &Formats,
) -> Result<(), XlsxError> {
    let name = words.say("xlsx.demand");
    let last = first_row(forecast, forecast.skus.len()) - 1;
    let range = |series: Series| run(&name, demand::HEADER_ROW + 1, last, series as u16);
    for (row, day) in (HEADER_ROW + 1..).zip(days) {
        let formula = format!(
            "=SUMIFS({},{},{},{},{})",
            range(Series::Cost),
            range(Series::Day),
            near(row, 0),
            range(Series::Currency),
            format_args!("{}${}", letters_of(column), HEADER_ROW + 1),
        );
        let result = total(forecast, currency, &|point| point == *day).decimal();
        let formula = Formula::new(formula).set_result(result);
        sheet.write_formula_with_format(row, column, formula, &formats.money(currency))?;
    }
    Ok(())
}

fn letters_of(column: u16) -> String {
    near(0, column).trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}

fn costs(forecast: &Forecast) -> impl Iterator<Item = (NaiveDate, Money)> {
    forecast.skus.iter().flat_map(|sku| &sku.points).filter_map(|point| point.cost.map(|cost| (point.day, cost)))
}

/// What the formula comes to, for readers that do not reckon it again.
fn total(forecast: &Forecast, currency: Currency, counts: &dyn Fn(NaiveDate) -> bool) -> Money {
    let minor =
        costs(forecast).filter(|(day, cost)| cost.currency == currency && counts(*day)).map(|(_, cost)| cost.minor);
    Money { minor: minor.sum(), currency }
}
