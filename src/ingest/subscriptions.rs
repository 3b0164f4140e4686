//! `subscriptions.csv`: lots of units, written by hand. In: a table. Out: lots with their SKU resolved. Never: a default for a
//! quantity or a date; an unknown column is a finding.

use chrono::NaiveDate;

use super::code;
use super::column::Faults;
use super::convert::Reader;
use super::date;
use super::product::{self, Found, Products};
use super::report::FileReport;
use super::table::Table;
use super::value;
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::supply::{BillingPlan, Channel, Renewal, Subscription, Term};

/// The columns of the file, in the order in which it is documented.
pub const COLUMNS: [&str; 14] = [
    "subscriptionId",
    "skuId",
    "skuPartNumber",
    "quantity",
    "startDate",
    "term",
    "renewalDate",
    "autoRenew",
    "endOfTerm",
    "scheduledQuantity",
    "billingPlan",
    "channel",
    "trial",
    "reserved",
];

#[derive(Clone, Copy)]
enum End {
    Renew,
    Expire,
    Cancel,
    Extend,
}

pub(super) fn subscriptions(
    table: &Table,
    products: &Products<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Vec<Subscription> {
    unknown_columns(table, &COLUMNS, report);
    let mut reader = Reader::new(table, false);
    let [id, sku, part, quantity, start, term, renewal, auto, end, scheduled, billing, channel, trial, reserved] =
        COLUMNS.map(|name| reader.column(&[&name.to_lowercase()]));
    report.columns(table, &reader.used);
    let mut lots = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let before = faults.rows.len();
        let sku_id = resolve(&reader, row, [sku, part], products, report, faults);
        let count = reader.count(row, quantity, faults);
        if count.is_none() && reader.text(row, quantity).is_none() {
            faults.error(row, Diagnostic::error(code::LOT, "a lot without a quantity").at(&table.at(row)));
        }
        let terms = [("P1M", Term::P1M), ("P1Y", Term::P1Y), ("P3Y", Term::P3Y)];
        let term = reader.word(row, term, &terms, faults).unwrap_or(Term::P1Y);
        let term_end = reader.day(row, renewal, faults);
        let began = reader.day(row, start, faults);
        let auto = reader.boolean(row, auto, faults);
        let ends = [("renew", End::Renew), ("expire", End::Expire), ("cancel", End::Cancel), ("extend", End::Extend)];
        let end = reader.word(row, end, &ends, faults);
        let scheduled = reader.count(row, scheduled, faults);
        let plans =
            [("monthly", BillingPlan::Monthly), ("annual", BillingPlan::Annual), ("triennial", BillingPlan::Triennial)];
        let billing = reader.word(row, billing, &plans, faults);
        let channels = [("direct", Channel::Direct), ("csp", Channel::Csp), ("ea", Channel::Ea)];
        let channel = reader.word(row, channel, &channels, faults).unwrap_or_default();
        let trial = reader.boolean(row, trial, faults).unwrap_or(false);
        let reserved = reader.boolean(row, reserved, faults).unwrap_or(false);
        if reserved && let Some(message) = unreserved(channel, trial, term, began, term_end) {
            let help = "a reservation needs channel ea, startDate (the day of use) and renewalDate (the next true-up)";
            faults.error(row, Diagnostic::error(code::LOT, message).at(&table.at(row)).help(help));
        }
        let (Some(sku_id), Some(quantity)) = (sku_id, count) else { continue };
        // The term in force began one term before it ends; without either date it began before anything that is counted.
        let start =
            began.or_else(|| term_end.and_then(|end| end.checked_sub_months(chrono::Months::new(term.months()))));
        if let (Some(start), Some(end)) = (start, term_end)
            && end <= start
        {
            let mut finding = Diagnostic::error(code::LOT, "a lot ends on or before the day it starts");
            if end < start {
                finding = finding.help(format!("did you mean startDate {end} and renewalDate {start}?"));
            }
            faults.error(row, finding.at(&table.at(row)));
        }
        if faults.rows.len() > before {
            continue;
        }
        lots.push(Subscription {
            id: reader.text(row, id).map_or_else(|| format!("line {}", table.line(row)), Into::into).into(),
            sku_id,
            quantity,
            start: start.unwrap_or(date::LONG_AGO),
            term,
            term_end,
            renewal: match (end, auto) {
                (Some(End::Expire), _) | (None, Some(false)) => Renewal::Expire,
                (Some(End::Cancel), _) => Renewal::Cancel,
                (Some(End::Extend), _) => Renewal::ExtendedServiceTerm,
                (Some(End::Renew), _) | (None, _) => Renewal::Renew { quantity: scheduled.unwrap_or(quantity) },
            },
            billing: billing.unwrap_or(match term {
                Term::P1M => BillingPlan::Monthly,
                Term::P1Y => BillingPlan::Annual,
                Term::P3Y => BillingPlan::Triennial,
            }),
            channel,
            trial,
            reserved,
            origin: table.at(row),
        });
    }
    lots
}

/// What keeps a lot from being a reservation.
fn unreserved(
    channel: Channel,
    trial: bool,
    term: Term,
    start: Option<NaiveDate>,
    true_up: Option<NaiveDate>,
) -> Option<&'static str> {
    match (start, true_up) {
        _ if channel != Channel::Ea || trial || term == Term::P1M => {
            Some("units are reserved under a term of an Enterprise Agreement only")
        }
        (None, _) => Some("a reservation without a day of use"),
        (_, None) => Some("a reservation without the day of the true-up that invoices it"),
        _ => None,
    }
}

/// The SKU of a line: the first column that holds anything decides.
pub(super) fn resolve(
    reader: &Reader<'_>,
    row: usize,
    columns: [Option<usize>; 2],
    products: &Products<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Option<SkuId> {
    let Some((column, text)) = columns.iter().find_map(|column| Some((*column, reader.text(row, *column)?))) else {
        let message = "a line without skuId and skuPartNumber";
        faults.error(row, Diagnostic::error(code::MISSING_KEY, message).at(&reader.table.at(row)));
        return None;
    };
    let found = products.find(&text);
    match &found {
        Found::Known(_) => {}
        // An id may be newer than every catalogue.
        Found::Unknown(_) if value::guid(&text).is_some() => {
            let finding = product::unknown(&text, None, products);
            report
                .diagnostics
                .push(finding.at(&column.map_or(reader.table.at(row), |column| reader.table.at_cell(row, column))));
        }
        // Units under a name that stands for nothing would be missing where they belong.
        Found::Unknown(_) => {
            let mut finding = product::unknown(&text, None, products);
            finding.severity = crate::diagnostic::Severity::Error;
            finding.message = format!("no catalogue and no file of the tenant knows the SKU `{text}`");
            reader.fault(row, column, faults, finding);
            return None;
        }
        // Units or prices of one SKU must not be given to another.
        Found::Ambiguous(_, several) => {
            let mut finding = product::unknown(&text, Some(several), products);
            finding.severity = crate::diagnostic::Severity::Error;
            reader.fault(row, column, faults, finding);
            return None;
        }
    }
    Some(found.sku_id().clone())
}

/// People write these files, so a column nobody knows is worth a word.
pub(super) fn unknown_columns(table: &Table, known: &[&str], report: &mut FileReport) {
    for heading in &table.header {
        if !known.iter().any(|name| name.eq_ignore_ascii_case(&heading.folded)) {
            let message = format!("column `{}` means nothing here and is ignored", heading.name);
            let mut finding =
                Diagnostic::warning(code::UNKNOWN_SETTING, message).at(&table.origin.in_column(heading.name.clone()));
            finding.help = did_you_mean(&heading.name, known.iter().copied());
            report.diagnostics.push(finding);
        }
    }
}
