//! The first sheet of a comparison: what each scenario comes to, in words and as formulas. In: cases. Out: a sheet. Never: a total
//! over currencies.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError};

use super::{Cases, cost};
use crate::money::Money;
use crate::report::document::Document;
use crate::report::words::Words;
use crate::report::xlsx::sheet::{Formats, header, named, near, opening};

pub fn sheet(
    cases: &Cases<'_>,
    document: &Document,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.summary"), taken)?;
    // About 110 characters fit on a line of the five columns.
    let mut row = opening(&mut sheet, document, 4, 110, formats)?;
    row += 2;
    let headers = [
        (words.say("column.scenario"), 40.0),
        (words.say("compare.short"), 16.0),
        (words.say("column.currency"), 12.0),
        (words.say("compare.cost"), 24.0),
        (words.say("compare.difference"), 20.0),
    ];
    header(&mut sheet, row, &headers, &[0, 2], formats)?;
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
