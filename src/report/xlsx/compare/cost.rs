//! Cost by month of all scenarios, with the difference to the baseline, as sums over the series. In: cases. Out: a sheet. Never: a
//! sum of two currencies.

use chrono::NaiveDate;
use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::Cases;
use super::series::{self, Series};
use crate::money::{Currency, Money};
use crate::report::words::Words;
use crate::report::xlsx::excel_day;
use crate::report::xlsx::sheet::{Formats, named, near, on, run};

/// Where the table of a currency stands: its first month, the row of its sums, and how many months there are.
pub struct Place {
    pub first: u32,
    pub sums: u32,
}

/// Tables of the currencies, one below the other.
pub fn place(cases: &Cases<'_>, currency: usize) -> Place {
    let months = u32::try_from(cases.months().len()).unwrap_or(0);
    let first = 4 + u32::try_from(currency).unwrap_or(0) * (months + 5);
    Place { first, sums: first + months }
}

/// The column of a scenario's amounts; that of its difference follows.
pub fn column(case: usize) -> u16 {
    let case = u16::try_from(case).unwrap_or(u16::MAX / 4);
    if case == 0 { 1 } else { case * 2 }
}

/// The cell of what a scenario costs over the horizon.
pub fn total_cell(cases: &Cases<'_>, currency: usize, case: usize, words: &Words) -> String {
    on(&words.say("xlsx.cost-sheet"), place(cases, currency).sums, column(case))
}

pub fn total(cases: &Cases<'_>, currency: Currency, case: usize) -> Money {
    let minor = cases.months().iter().map(|day| on_day(cases, currency, case, *day).minor).sum();
    Money { minor, currency }
}

fn on_day(cases: &Cases<'_>, currency: Currency, case: usize, day: NaiveDate) -> Money {
    let skus = cases.all.get(case).map_or(&[][..], |(_, forecast)| &forecast.skus);
    let costs = skus.iter().flat_map(|sku| &sku.points).filter(|point| point.day == day).filter_map(|point| point.cost);
    Money { minor: costs.filter(|cost| cost.currency == currency).map(|cost| cost.minor).sum(), currency }
}

pub fn sheet(
    cases: &Cases<'_>,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.cost-sheet"), taken)?;
    sheet.write_string_with_format(0, 0, words.say("compare.costs"), &formats.title)?;
    if cases.currencies.is_empty() {
        sheet.write_string(2, 0, words.say("costs.none"))?;
        return Ok(sheet);
    }
    sheet.set_column_width(0, 22)?;
    for (number, currency) in cases.currencies.iter().enumerate() {
        table(&mut sheet, cases, (number, *currency), words, formats)?;
    }
    sheet.set_freeze_panes(0, 1)?;
    Ok(sheet)
}

fn table(
    sheet: &mut Worksheet,
    cases: &Cases<'_>,
    (number, currency): (usize, Currency),
    words: &Words,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let Place { first, sums } = place(cases, number);
    let caption = words.tell("compare.costs-caption", &[("currency", currency.to_string())]);
    sheet.write_string_with_format(first - 2, 0, caption, &formats.strong_line)?;
    sheet.write_string_with_format(first - 1, 0, words.say("column.month-from"), &formats.header)?;
    let months = cases.months();
    for (row, day) in (first..).zip(&months) {
        sheet.write_datetime_with_format(row, 0, &excel_day(*day)?, &formats.day)?;
    }
    let counted = words.plural("unit.months", months.len() as u64);
    sheet.write_string_with_format(sums, 0, words.tell("xlsx.sum", &[("months", counted)]), &formats.strong)?;
    let money = formats.money(currency);
    for (case, (name, _)) in cases.all.iter().enumerate() {
        let at = column(case);
        sheet.write_string_with_format(first - 1, at, name, &formats.number_header)?;
        sheet.set_column_width(at, 18)?;
        for (row, day) in (first..).zip(&months) {
            let amount = on_day(cases, currency, case, *day);
            let formula = Formula::new(sum(cases, case, row, currency, words)).set_result(amount.decimal());
            sheet.write_formula_with_format(row, at, formula, &money)?;
        }
        let all = total(cases, currency, case);
        let formula = format!("=SUM({}:{})", near(first, at), near(sums.saturating_sub(1).max(first), at));
        sheet.write_formula_with_format(sums, at, Formula::new(formula).set_result(all.decimal()), &money)?;
        if case == 0 {
            continue;
        }
        sheet.write_string_with_format(first - 1, at + 1, words.say("xlsx.difference"), &formats.number_header)?;
        sheet.set_column_width(at + 1, 16)?;
        for row in first..=sums {
            let day = months.get(usize::try_from(row - first).unwrap_or(usize::MAX));
            let minor =
                |case| day.map_or(total(cases, currency, case), |day| on_day(cases, currency, case, *day)).minor;
            let result = Money { minor: minor(case) - minor(0), currency };
            let formula = format!("={}-{}", near(row, at), near(row, column(0)));
            sheet.write_formula_with_format(row, at + 1, Formula::new(formula).set_result(result.decimal()), &money)?;
        }
    }
    Ok(())
}

/// The cost of one scenario in the month of `row`.
fn sum(cases: &Cases<'_>, case: usize, row: u32, currency: Currency, words: &Words) -> String {
    let name = words.say("xlsx.demand");
    let range = |series: Series| run(&name, series::FIRST_ROW, series::last_row(cases), series as u16);
    format!(
        "=SUMIFS({},{},{case},{},$A{},{},\"{currency}\")",
        range(Series::Cost),
        range(Series::Number),
        range(Series::Day),
        row + 1,
        range(Series::Currency),
    )
}
