//! `prices.csv`: what a seat costs, written by hand. In: a table. Out: prices in minor units. Never: a float, a rounded amount.

use super::code;
use super::column::Faults;
use super::convert::Reader;
use super::date;
use super::product::Products;
use super::report::FileReport;
use super::subscriptions::{resolve, unknown_columns};
use super::table::Table;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::money::{CURRENCIES, Currency};
use crate::supply::Price;

/// The columns of the file, in the order in which it is documented.
pub const COLUMNS: [&str; 6] = ["skuId", "skuPartNumber", "listPrice", "contractedPrice", "currency", "validFrom"];

pub(super) fn prices(
    table: &Table,
    products: &Products<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Vec<Price> {
    unknown_columns(table, &COLUMNS, report);
    let mut reader = Reader::new(table, false);
    let [sku, part, list, contracted, currency, valid] = COLUMNS.map(|name| reader.column(&[&name.to_lowercase()]));
    report.columns(table, &reader.used);
    let mut prices = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let before = faults.rows.len();
        let sku_id = resolve(&reader, row, [sku, part], products, report, faults);
        let valid_from = reader.day(row, valid, faults).unwrap_or(date::LONG_AGO);
        let code = reader.text(row, currency).unwrap_or_default();
        let Some(money) = Currency::parse(&code) else {
            let finding = Diagnostic::error(code::PRICE, format!("`{code}` is not the code of a currency"));
            let near = did_you_mean(&code, CURRENCIES).filter(|near| near.starts_with("did you"));
            let near = near.map(|near| format!("{near} ")).unwrap_or_default();
            let finding = finding.help(format!("{near}write its three letters, for example EUR"));
            match reader.text(row, currency) {
                Some(_) => reader.fault(row, currency, faults, finding),
                None => faults.error(row, finding.at(&table.at(row))),
            }
            continue;
        };
        let list_minor = amount(&reader, row, list, money, faults);
        let contracted_minor = amount(&reader, row, contracted, money, faults);
        if faults.rows.len() > before {
            continue;
        }
        if let Some(sku_id) = sku_id {
            // Amounts in two currencies are never added up, so that a SKU in two has no cost at all.
            if let Some(other) = prices.iter().find(|price: &&Price| price.sku_id == sku_id && price.currency != money)
            {
                let message = format!("the price is in {money}, an earlier one of the same SKU in {}", other.currency);
                let finding = Diagnostic::error(code::PRICE, message);
                reader.fault(row, currency, faults, finding.help(format!("did you mean `{}`?", other.currency)));
                continue;
            }
            prices.push(Price { sku_id, list_minor, contracted_minor, currency: money, valid_from });
        }
    }
    prices
}

fn amount(
    reader: &Reader<'_>,
    row: usize,
    column: Option<usize>,
    currency: Currency,
    faults: &mut Faults,
) -> Option<i64> {
    let text = reader.text(row, column)?;
    let read = minor_units(text.trim(), currency.minor_digits());
    if read.is_none() {
        let finding = Diagnostic::error(code::PRICE, format!("`{text}` is not an amount in {currency}"));
        let help = format!(
            "write it with a decimal point, at most {} digits after it, and no other separators",
            currency.minor_digits()
        );
        reader.fault(row, column, faults, finding.help(help));
    }
    read
}

/// `12.5` in a currency of two digits is 1250.
fn minor_units(text: &str, digits: u32) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = if fraction.len() > digits as usize { fraction.trim_end_matches('0') } else { fraction };
    if whole.is_empty()
        || !numeric(whole)
        || !numeric(fraction)
        || fraction.len() > digits as usize
        || text.ends_with('.')
    {
        return None;
    }
    let scale = 10i64.checked_pow(digits)?;
    let part =
        if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()? * 10i64.pow(digits - fraction.len() as u32) };
    whole.parse::<i64>().ok()?.checked_mul(scale)?.checked_add(part)
}
