//! The first sheet of a comparison: what each scenario comes to, in words and as formulas. In: cases. Out: a sheet. Never: a total
//! over currencies.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::{Cases, cost};
use crate::money::Money;
use crate::report::document::Document;
use crate::report::words::Words;
use crate::report::xlsx::sheet::{Formats, named, near};

pub fn sheet(
    cases: &Cases<'_>,
    document: &Document,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.summary"), taken)?;
    sheet.write_string_with_format(0, 0, &document.title, &formats.title)?;
    sheet.write_string_with_format(1, 0, &document.subtitle, &formats.note)?;
    let mut row = 3;
    sheet.merge_range(row, 0, row, 4, &document.verdict.text(), &formats.strong)?;
    for trouble in &document.troubles {
        row += 1;
        sheet.merge_range(row, 0, row, 4, &trouble.phrase.text(), &formats.wrap)?;
        // About 110 characters fit on a line of the five columns.
        let lines = 1 + trouble.phrase.text().chars().count() / 110;
        sheet.set_row_height(row, 16.0 * lines as f64)?;
    }
    row += 2;
    let headers = [
        (words.say("column.scenario"), 40.0),
        (words.say("compare.short"), 16.0),
        (words.say("column.currency"), 12.0),
        (words.say("compare.cost"), 24.0),
        (words.say("compare.difference"), 20.0),
    ];
    for (column, (header, width)) in (0..).zip(&headers) {
        let format = if matches!(column, 0 | 2) { &formats.header } else { &formats.number_header };
        sheet.write_string_with_format(row, column, header, format)?;
        sheet.set_column_width(column, *width)?;
    }
    let header = row;
    for (number, currency) in cases.currencies.iter().enumerate() {
        let baseline = row + 1;
        for (case, (name, forecast)) in cases.all.iter().enumerate() {
            row += 1;
            let short = forecast.skus.iter().filter(|sku| sku.first_shortage.p50.is_some()).count();
            sheet.write_string(row, 0, name)?;
            sheet.write_number_with_format(row, 1, u32::try_from(short).unwrap_or(u32::MAX), &formats.count)?;
            sheet.write_string(row, 2, currency.code())?;
            let money = formats.money(*currency);
            let total = cost::total(cases, *currency, case);
            let formula = Formula::new(format!("={}", cost::total_cell(cases, number, case, words)));
            sheet.write_formula_with_format(row, 3, formula.set_result(total.decimal()), &money)?;
            if case > 0 {
                let minor = total.minor - cost::total(cases, *currency, 0).minor;
                let formula = Formula::new(format!("={}-{}", near(row, 3), near(baseline, 3)));
                let result = Money { minor, currency: *currency }.decimal();
                sheet.write_formula_with_format(row, 4, formula.set_result(result), &money)?;
            }
        }
    }
    if row > header {
        sheet.autofilter(header, 0, row, 4)?;
    }
    sheet.write_string_with_format(row + 1, 0, words.say("xlsx.compare-note"), &formats.note)?;
    Ok(sheet)
}
