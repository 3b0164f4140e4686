//! A file of SKU counters. In: a table of a known source. Out: names and units of each SKU. Never: a capacity that the file
//! does not hold, an id that nobody knows.

use super::code;
use super::column::Faults;
use super::convert::Reader;
use super::product::{self, Found, Products};
use super::report::FileReport;
use super::source::Source;
use super::table::Table;
use super::value;
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::PrepaidUnits;

/// What one file says of one SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SkuDraft {
    pub sku_id: SkuId,
    pub sku_part_number: Option<String>,
    pub product_name: Option<String>,
    pub company_wide: bool,
    pub prepaid: Option<PrepaidUnits>,
    pub consumed: Option<u32>,
    pub origin: Origin,
}

#[derive(Debug)]
pub(super) struct SkuTable {
    pub source: Source,
    pub drafts: Vec<SkuDraft>,
}

pub(super) fn skus(
    table: &Table,
    source: Source,
    products: &Products<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Option<SkuTable> {
    let mut reader = Reader::new(table, source.is_shell());
    let id = reader.column(&["skuid"]);
    let part = reader.column(&["skupartnumber", "accountskuid"]);
    let name = reader.column(&["productname", "producttitle", "productdisplayname"]);
    let applies = reader.column(&["appliesto"]);
    let enabled =
        reader.column(&["enabled", "activeunits", "prepaidunitsenabled", "totallicenses", "prepaidunits.enabled"]);
    let warning = reader.column(&["warning", "warningunits", "expiredlicenses", "prepaidunits.warning"]);
    let suspended = reader.column(&["suspended", "suspendedunits", "prepaidunits.suspended"]);
    let locked = reader.column(&["lockedout", "lockedoutunits", "prepaidunits.lockedout"]);
    let consumed = reader.column(&["consumedunits", "assignedlicenses"]);
    report.columns(table, &reader.used);
    let Some(enabled) = enabled else {
        let units = table.column(&["prepaidunits"]);
        let row = (0..table.rows()).next();
        let place = units.zip(row).map_or(table.origin.clone(), |(column, row)| table.at_cell(row, column));
        let message = "the file has no capacity: prepaid units are missing or the name of a type";
        let help = "export again with @{n='Enabled';e={$_.PrepaidUnits.Enabled}} and the same for Warning, Suspended and LockedOut (see `seatcast schema`)";
        report.refuse(Diagnostic::error(code::NO_CAPACITY, message).at(&place).help(help));
        return None;
    };
    let mut drafts = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let faults_before = faults.rows.len();
        let texts = [id, part, name].map(|column| reader.text(row, column));
        let Some(sku_id) = sku_id(&reader, row, id, &texts, products, report, faults) else { continue };
        let enabled_units = reader.count(row, Some(enabled), faults);
        let warning = reader.count(row, warning, faults).unwrap_or(0);
        let units = enabled_units.map(|total| PrepaidUnits {
            // The portal counts expired units in its total; a total below them cannot.
            enabled: if source == Source::M365Licenses && total >= warning { total - warning } else { total },
            warning,
            suspended: reader.count(row, suspended, faults).unwrap_or(0),
            locked_out: reader.count(row, locked, faults).unwrap_or(0),
        });
        if source == Source::M365Licenses && warning > 0 {
            let message = "the portal's total is taken to include expired units, which it does not say";
            let help = "the SKU export of Graph tells them apart (Get-MgSubscribedSku)";
            report.diagnostics.push(Diagnostic::warning(code::EXPIRED_IN_TOTAL, message).at(&table.at(row)).help(help));
        }
        drafts.push(SkuDraft {
            sku_id,
            sku_part_number: texts[1].as_deref().map(|part| part.rsplit(':').next().unwrap_or(part).trim().to_owned()),
            product_name: texts[2].as_deref().map(|name| name.trim().to_owned()),
            company_wide: reader.text(row, applies).is_some_and(|text| text.trim().eq_ignore_ascii_case("company")),
            prepaid: units,
            consumed: reader.count(row, consumed, faults),
            origin: table.at(row),
        });
        // Half of the counters of an SKU would be a wrong number.
        if faults.rows.len() > faults_before {
            drafts.pop();
        }
    }
    Some(SkuTable { source, drafts })
}

/// The id of a row: its own, else the one that its part number or product name stands for.
fn sku_id(
    reader: &Reader<'_>,
    row: usize,
    id: Option<usize>,
    texts: &[Option<std::borrow::Cow<'_, str>>; 3],
    products: &Products<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Option<SkuId> {
    if texts[0].is_some() {
        let sku_id = SkuId::new(&reader.guid(row, id, faults)?);
        if products.catalog().sku(&sku_id).is_none() {
            let name = texts[1].as_deref().or(texts[2].as_deref()).unwrap_or(sku_id.as_str());
            let message = format!("no catalogue knows the SKU `{name}`; it is kept by its id, without service plans");
            let finding = Diagnostic::warning(code::UNKNOWN_PRODUCT, message).at(&reader.table.at(row));
            report.diagnostics.push(finding.help("a newer catalogue is read with `--catalog FILE`"));
        }
        return Some(sku_id);
    }
    let Some(text) = texts[1].as_deref().or(texts[2].as_deref()) else {
        faults.error(
            row,
            Diagnostic::error(code::MISSING_KEY, "an SKU without id, part number and name").at(&reader.table.at(row)),
        );
        return None;
    };
    let found = products.find(text);
    match &found {
        Found::Known(_) => {}
        Found::Unknown(id) => {
            report.diagnostics.push(product::unknown(id.as_str(), None, products).at(&reader.table.at(row)));
        }
        Found::Ambiguous(id, several) => {
            report.diagnostics.push(product::unknown(id.as_str(), Some(several), products).at(&reader.table.at(row)));
        }
    }
    Some(found.sku_id().clone())
}

/// The column of ids and those of names; none where there are no ids.
pub(super) fn name_columns(table: &Table) -> Vec<usize> {
    let Some(id) = table.column(&["skuid", "guid"]) else { return Vec::new() };
    let names = ["skupartnumber", "stringid", "productname", "productdisplayname"];
    std::iter::once(id).chain(names.iter().filter_map(|name| table.column(&[name]))).collect()
}

/// What a file of SKU counters teaches of names before anything else is read: `(name, id)`.
pub(super) fn names(table: &Table) -> Vec<(String, SkuId)> {
    let Some((id, columns)) = name_columns(table).split_first().map(|(id, names)| (*id, names.to_vec())) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for row in 0..table.rows() {
        let Some(guid) = table.cell(row, id).and_then(|text| value::guid(&text)) else { continue };
        let sku_id = SkuId::new(&guid);
        for column in &columns {
            names.extend(table.cell(row, *column).map(|name| (name.into_owned(), sku_id.clone())));
        }
    }
    names
}
