//! A file of users as typed columns. In: a table of a known source. Out: a column for each attribute it can give, existing
//! licences, the day it speaks of. Never: an attribute that the file does not hold, not even as null.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::code;
use super::column::{self, Coded, Faults, NULL};
use super::convert::Converter;
use super::date;
use super::field::{Field, field};
use super::product::{self, Separator};
use super::report::FileReport;
use super::source::{Kind, Source};
use super::table::{LISTED, Table};
use super::value;
use crate::catalog::SkuId;
use crate::diagnostic::Diagnostic;
use crate::directory::{Attribute, AttributeKind, Value};

/// One attribute of one file.
#[derive(Debug)]
pub(super) enum Data {
    /// The cells as they stand; blank is null and `""` is empty text.
    Raw(usize),
    Coded(Coded<Value>),
}

/// By which way an assignment came, as `licenseAssignmentPaths` writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Path {
    Direct,
    Group(String),
}

/// A file of users, or of their activity.
#[derive(Debug)]
pub(super) struct UserTable {
    pub table: Table,
    pub source: Source,
    pub columns: BTreeMap<Attribute, Data>,
    pub licenses: Option<Coded<Vec<SkuId>>>,
    pub paths: Option<Coded<Vec<(SkuId, Path)>>>,
    /// Rows that are no users, or that lenient reading leaves out.
    pub skipped: BTreeSet<u32>,
    pub exported_on: Option<NaiveDate>,
}

impl UserTable {
    pub fn is_activity(&self) -> bool {
        self.source.kind() == Kind::Activity
    }

    /// The text of an attribute in a row; `None` for null, unknown and attributes that are no text.
    pub fn text(&self, attribute: &Attribute, row: usize) -> Option<std::borrow::Cow<'_, str>> {
        match self.columns.get(attribute)? {
            Data::Raw(column) => self.table.cell(row, *column),
            Data::Coded(coded) => match coded.get(row)? {
                Value::Text(text) => Some((&**text).into()),
                _ => None,
            },
        }
    }
}

struct Column {
    index: usize,
    field: Field,
}

/// Converts a table of users. Faults in cells go to `faults`.
pub(super) fn users(
    table: Table,
    source: Source,
    with: &Converter<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> UserTable {
    let columns = chosen(&table, source, report);
    let mut built = UserTable {
        table,
        source,
        columns: BTreeMap::new(),
        licenses: None,
        paths: None,
        skipped: BTreeSet::new(),
        exported_on: None,
    };
    let read = |column: &Column| {
        let mut faults = Faults::default();
        let mut notes = Vec::new();
        let part = part(&built.table, source, column, with, &mut faults, &mut notes);
        (column.index, part, faults, notes)
    };
    let parts: Vec<_> = columns.par_iter().map(read).collect();
    let mut activity: Vec<Coded<date::Moment>> = Vec::new();
    for (index, part, found, notes) in parts {
        faults.rows.extend(found.rows);
        faults.findings.extend(found.findings);
        faults.zoneless |= found.zoneless;
        report.diagnostics.extend(notes);
        let column = columns.iter().find(|column| column.index == index);
        match (part, column.map(|column| &column.field)) {
            (Part::Nothing, _) | (_, None) => report.ignore(&built.table, index),
            (Part::Data(data), Some(field)) => {
                let attribute = match field {
                    Field::Attribute(attribute) => attribute.clone(),
                    Field::BlockCredential | Field::AccountControl => Attribute::AccountEnabled,
                    Field::ObjectGuid => Attribute::OnPremisesImmutableId,
                    Field::AccountExpires => Attribute::EmployeeLeaveDateTime,
                    _ => continue,
                };
                built.columns.entry(attribute).or_insert(data);
            }
            (Part::Licenses(coded), _) => built.licenses = Some(coded),
            (Part::Paths(coded), _) => built.paths = Some(coded),
            (Part::Activity(coded), _) => {
                if let Some(service) = of_service(&built.table.header[index].folded) {
                    let one = latest(std::slice::from_ref(&coded), built.table.rows());
                    built.columns.insert(service, Data::Coded(one));
                }
                activity.push(coded);
            }
            (Part::Day(day), _) => built.exported_on = built.exported_on.max(day),
            (Part::Skip(rows), _) => built.skipped.extend(rows),
        }
    }
    if !activity.is_empty() {
        built.columns.insert(Attribute::LastActivityDate, Data::Coded(latest(&activity, built.table.rows())));
    }
    lost_letters(&built, report);
    shortened_numbers(&built, report);
    built
}

/// The service whose last activity a column of a usage report holds.
fn of_service(folded: &str) -> Option<Attribute> {
    let service = folded.strip_suffix("lastactivitydate")?;
    Some(match service {
        "exchange" => Attribute::ExchangeLastActivityDate,
        "onedrive" => Attribute::OneDriveLastActivityDate,
        "sharepoint" => Attribute::SharePointLastActivityDate,
        "teams" => Attribute::TeamsLastActivityDate,
        "yammer" => Attribute::YammerLastActivityDate,
        _ => return None,
    })
}

/// The columns that are read: one for each field; a second column for the same field is ignored and listed.
fn chosen(table: &Table, source: Source, report: &mut FileReport) -> Vec<Column> {
    let mut chosen: Vec<Column> = Vec::new();
    // A column of ids beats part numbers and names when several hold licences, a display name beats a common name.
    let order = |column: &Column| match table.header[column.index].folded.as_str() {
        "assignedlicenses" => 0,
        "licenses" | "assignedproducts" => 1,
        "skuid" | "accountskuid" | "name" | "cn" => 2,
        "skupartnumber" | "licensestype" | "licjoined" => 3,
        _ => 0,
    };
    let mut columns: Vec<Column> = table
        .header
        .iter()
        .enumerate()
        .filter_map(|(index, heading)| Some(Column { index, field: field(source, heading)? }))
        .collect();
    columns.sort_by_key(|column| (order(column), column.index));
    for column in columns {
        let several = matches!(column.field, Field::Activity | Field::ExportedOn | Field::IsDeleted);
        if several || chosen.iter().all(|other| other.field != column.field) {
            chosen.push(column);
        }
    }
    let blank_is_unknown = source.is_shell();
    chosen.retain(|column| {
        let unknown = blank_is_unknown && table.rows() > 0 && table.is_blank(column.index);
        if unknown {
            report.not_asked_for.push(table.header[column.index].name.to_string());
        }
        !unknown
    });
    chosen.sort_by_key(|column| column.index);
    for (index, _) in table.header.iter().enumerate() {
        if chosen.iter().any(|column| column.index == index) {
            report.columns_used.push(table.header[index].name.to_string());
        } else if !report.not_asked_for.contains(&table.header[index].name.to_string()) {
            report.columns_ignored.push(table.header[index].name.to_string());
        }
    }
    chosen
}

enum Part {
    Nothing,
    Data(Data),
    Licenses(Coded<Vec<SkuId>>),
    Paths(Coded<Vec<(SkuId, Path)>>),
    Activity(Coded<date::Moment>),
    Day(Option<NaiveDate>),
    Skip(Vec<u32>),
}

fn part(
    table: &Table,
    source: Source,
    column: &Column,
    with: &Converter<'_>,
    faults: &mut Faults,
    notes: &mut Vec<Diagnostic>,
) -> Part {
    let index = column.index;
    let unknown_rows = match if table.marks.placeholder { first_placeholder(table, index) } else { None } {
        Some((first, all)) => {
            notes.push(placeholder(table, index, first));
            if all {
                return Part::Nothing;
            }
            true
        }
        None => false,
    };
    let boolean = |negated: bool, faults: &mut Faults| {
        mapped(column::booleans(table, index, faults), |value| Value::Boolean(value != negated))
    };
    match &column.field {
        Field::Attribute(Attribute::Id) => Part::Data(ids(table, index, faults)),
        Field::Attribute(attribute) => match attribute.kind() {
            AttributeKind::Boolean => Part::Data(boolean(false, faults)),
            AttributeKind::Instant => {
                Part::Data(moments(column::instants(table, index, with.date_order, faults), |at| at))
            }
            AttributeKind::Texts => Part::Data(mapped(
                column::convert(table, index, faults, (code::WORD, "a list", ""), |text| Some(addresses(text))),
                Value::Texts,
            )),
            _ if source == Source::Csvde || unknown_rows => Part::Data(decoded(table, index)),
            _ if *attribute == Attribute::Manager && table.marks.empty_text => Part::Data(reference(table, index)),
            _ => Part::Data(Data::Raw(index)),
        },
        Field::BlockCredential => Part::Data(boolean(true, faults)),
        Field::AccountControl => {
            let refuse = (code::NUMBER, "a number of account flags", "");
            let coded = column::convert(table, index, faults, refuse, |text| text.trim().parse::<u32>().ok());
            Part::Data(mapped(coded, |flags| Value::Boolean(flags & 2 == 0)))
        }
        Field::ObjectGuid => {
            let refuse = (code::GUID, "a GUID", "");
            let coded = column::convert(table, index, faults, refuse, value::immutable_id);
            Part::Data(mapped(coded, |text| Value::Text(text.into())))
        }
        Field::AccountExpires => {
            Part::Data(moments(column::instants(table, index, with.date_order, faults), date::last_day))
        }
        Field::Licenses => Part::Licenses(licenses(table, index, with, notes)),
        Field::LicensePaths => Part::Paths(paths(table, index, with, faults)),
        Field::Activity => Part::Activity(column::instants(table, index, with.date_order, faults)),
        Field::ExportedOn => {
            // A day that cannot be read is no loss here: it only dates the export.
            let coded = column::instants(table, index, with.date_order, &mut Faults::default());
            Part::Day(coded.values.iter().flatten().map(chrono::DateTime::date_naive).max())
        }
        Field::IsDeleted => {
            let coded = column::booleans(table, index, faults);
            Part::Skip(rows_where(&coded, |deleted| *deleted))
        }
        Field::ObjectClass => {
            let coded = column::convert(table, index, faults, (code::WORD, "a class", ""), |text| {
                Some(text.rsplit(';').next().unwrap_or(text).trim().eq_ignore_ascii_case("user"))
            });
            Part::Skip(rows_where(&coded, |user| !*user))
        }
    }
}

fn rows_where<T>(coded: &Coded<T>, holds: impl Fn(&T) -> bool) -> Vec<u32> {
    (0..coded.codes.len()).filter(|row| coded.get(*row).is_some_and(&holds)).map(|row| row as u32).collect()
}

fn mapped<T>(coded: Coded<T>, change: impl Fn(T) -> Value) -> Data {
    Data::Coded(Coded {
        codes: coded.codes,
        values: coded.values.into_iter().map(change).collect(),
        distinct: coded.distinct,
    })
}

fn moments(
    coded: Coded<date::Moment>,
    change: impl Fn(chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc>,
) -> Data {
    mapped(coded, |moment| moment.map_or(Value::Null, |at| Value::Instant(change(at))))
}

/// The first row with a placeholder, and whether every row that holds anything holds one.
fn first_placeholder(table: &Table, column: usize) -> Option<(usize, bool)> {
    let marked = |row: usize| {
        let raw = table.raw(row, column);
        let raw = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        value::is_placeholder(raw)
    };
    let first = (0..table.rows()).find(|row| marked(*row))?;
    let all = (0..table.rows()).all(|row| marked(row) || table.raw(row, column).trim_matches('"').is_empty());
    Some((first, all))
}

fn placeholder(table: &Table, column: usize, row: usize) -> Diagnostic {
    let name = &table.header[column].name;
    let text: String = table.cell(row, column).unwrap_or_default().into();
    let message = format!("column {name} holds the name of a type in place of data; its values are unknown");
    let help = format!("flatten it in the export: @{{n='{name}';e={{$_.{name} -join ';'}}}} (see `seatcast schema`)");
    let length = text.len();
    Diagnostic::warning(code::PLACEHOLDER, message)
        .pointing(&table.at_cell(row, column), text, 0..length, "")
        .help(help)
}

/// Ids in canonical form. A column that is canonical already is not copied.
fn ids(table: &Table, column: usize, faults: &mut Faults) -> Data {
    let plain = |row: usize| {
        let raw = table.raw(row, column);
        value::is_canonical_guid(raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw))
    };
    if (0..table.rows()).into_par_iter().all(plain) {
        return Data::Raw(column);
    }
    for row in (0..table.rows()).filter(|row| table.raw(*row, column).trim_matches('"').trim().is_empty()) {
        let message = "a user without an id";
        faults.error(row, Diagnostic::error(code::MISSING_KEY, message).at(&table.at_cell(row, column)));
    }
    let refuse = (code::GUID, "a GUID", "ids are GUIDs in every export");
    let stands = |text: &str| table.neutral && (text.contains('@') || text.starts_with("s-1-") || text.contains('='));
    let coded = column::convert(table, column, faults, refuse, |text| value::id(text, stands(text)));
    mapped(coded, |id| Value::Text(id.into()))
}

/// Text cells that may be csvde's `X'..'` or placeholders.
fn decoded(table: &Table, column: usize) -> Data {
    let texts = column::distinct(table, column);
    let text = |text: &str| match value::hex_bytes(text).and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(decoded) => Value::Text(decoded.into()),
        None => Value::text(text),
    };
    Data::Coded(Coded {
        values: texts.values.iter().map(|value| text(value)).collect(),
        codes: texts.codes,
        distinct: false,
    })
}

/// A reference to another account: empty text says that there is none.
fn reference(table: &Table, column: usize) -> Data {
    let texts = column::distinct(table, column);
    let values = texts.values.iter().map(|text| if text.is_empty() { Value::Null } else { Value::text(text) });
    Data::Coded(Coded { values: values.collect(), codes: texts.codes, distinct: false })
}

/// The latest moment of each row over several columns.
fn latest(columns: &[Coded<date::Moment>], rows: usize) -> Coded<Value> {
    let mut coded = Coded { codes: Vec::with_capacity(rows), values: Vec::new(), distinct: true };
    let mut known = BTreeMap::new();
    for row in 0..rows {
        let moment = columns.iter().filter_map(|column| column.get(row).copied().flatten()).max();
        coded.codes.push(match moment {
            None => NULL,
            Some(at) => *known.entry(at).or_insert_with(|| {
                coded.values.push(Value::Instant(at));
                column::FIRST + coded.values.len() as u32 - 1
            }),
        });
    }
    coded
}

/// Addresses of a multi-valued cell. A `+` may be part of an address, so a cell of proxies is cut only before a scheme.
fn addresses(cell: &str) -> Vec<Box<str>> {
    const SCHEMES: [&str; 7] = ["smtp:", "sip:", "x500:", "x400:", "spo:", "eum:", "eas:"];
    let lower = cell.to_ascii_lowercase();
    let scheme = |at: usize| SCHEMES.iter().any(|scheme| lower[at..].starts_with(scheme));
    let separators = [';', '+', ',', '|', ' '];
    let parts: Vec<&str> = if scheme(0) {
        let cuts = lower.char_indices().filter(|(at, c)| separators.contains(c) && scheme(at + 1)).map(|(at, _)| at);
        let mut start = 0;
        let mut parts: Vec<&str> = cuts.map(|cut| &cell[std::mem::replace(&mut start, cut + 1)..cut]).collect();
        parts.push(&cell[start..]);
        parts
    } else {
        cell.split([';', '|', ',']).collect()
    };
    parts
        .into_iter()
        .map(|part| part.trim_matches([';', ',', ' ', '|']))
        .filter(|part| !part.is_empty())
        .map(Into::into)
        .collect()
}

fn licenses(table: &Table, column: usize, with: &Converter<'_>, notes: &mut Vec<Diagnostic>) -> Coded<Vec<SkuId>> {
    let texts = column::distinct(table, column);
    let separator = Separator::of(with.products, texts.values.iter().map(AsRef::as_ref));
    let mut values = Vec::new();
    let mut unknown: BTreeMap<String, (u32, Option<Vec<String>>)> = BTreeMap::new();
    for (position, text) in texts.values.iter().enumerate() {
        let mut skus = Vec::new();
        if !text.trim().is_empty() && !text.trim().eq_ignore_ascii_case("unlicensed") {
            for found in product::split(with.products, separator, text) {
                let code = column::FIRST + position as u32;
                match &found {
                    product::Found::Known(_) => {}
                    product::Found::Unknown(id) => {
                        unknown.entry(id.to_string()).or_insert((code, None));
                    }
                    product::Found::Ambiguous(id, several) => {
                        unknown.entry(id.to_string()).or_insert((code, Some(several.clone())));
                    }
                }
                skus.push(found.sku_id().clone());
            }
        }
        skus.sort();
        skus.dedup();
        values.push(skus);
    }
    if unknown.len() > LISTED {
        let message = format!("{} more names are no known products", unknown.len() - LISTED);
        notes.push(Diagnostic::warning(code::UNKNOWN_PRODUCT, message).at(&table.origin));
    }
    for (name, (code, several)) in unknown.into_iter().take(LISTED) {
        let row = texts.codes.iter().position(|found| *found == code).unwrap_or(0);
        notes.push(product::unknown(&name, several.as_deref(), with.products).at(&table.at_cell(row, column)));
    }
    // Nothing at all means no licence where the source is a portal, which leaves such cells blank.
    Coded { codes: texts.codes, values, distinct: false }
}

fn paths(table: &Table, column: usize, with: &Converter<'_>, faults: &mut Faults) -> Coded<Vec<(SkuId, Path)>> {
    let help = "paths are `skuId=direct` or `skuId=group:<group id>`, joined by `;`";
    column::convert(table, column, faults, (code::WORD, "a list of licence paths", help), |text| {
        let one = |path: &str| {
            let (sku, way) = path.split_once('=')?;
            let way = match way.trim().split_once(':') {
                None if way.trim().eq_ignore_ascii_case("direct") => Path::Direct,
                Some((kind, group)) if kind.eq_ignore_ascii_case("group") => Path::Group(value::guid(group)?),
                _ => return None,
            };
            Some((with.products.find(sku).sku_id().clone(), way))
        };
        text.split(';').map(str::trim).filter(|path| !path.is_empty()).map(one).collect()
    })
}

/// Windows PowerShell writes `?` for every letter that is not ASCII, and nothing brings the letter back.
fn lost_letters(users: &UserTable, report: &mut FileReport) {
    if !users.source.is_shell() || !users.table.is_ascii() {
        return;
    }
    let names =
        [Attribute::DisplayName, Attribute::GivenName, Attribute::Surname, Attribute::Department, Attribute::JobTitle];
    for attribute in names {
        let Some(Data::Raw(column)) = users.columns.get(&attribute) else { continue };
        let lost = |row: &usize| users.table.raw(*row, *column).contains('?');
        let Some(row) = (0..users.table.rows()).find(lost) else { continue };
        let count = (0..users.table.rows()).filter(lost).count();
        let message = format!("{count} values of {attribute} hold `?` where a letter was lost");
        let help = "Windows PowerShell writes ASCII unless told otherwise; export again with -Encoding UTF8";
        let text: String = users.table.cell(row, *column).unwrap_or_default().into();
        let at = text.find('?').unwrap_or(0);
        let finding = Diagnostic::warning(code::LOST_LETTERS, message);
        report.diagnostics.push(finding.pointing(&users.table.at_cell(row, *column), text, at..at + 1, "").help(help));
    }
}

/// `1.23E+11`, `1,23E+11`, `1E+05`: what spreadsheets make of long numbers, and nothing brings the digits back.
fn is_shortened(text: &str) -> bool {
    let Some((number, power)) = text.trim().split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole) && whole.len() == 1 && digits(fraction) && power.strip_prefix('+').is_some_and(digits)
}

/// Numbers that people are known by, passed through a spreadsheet.
fn shortened_numbers(users: &UserTable, report: &mut FileReport) {
    let numbers = [Attribute::EmployeeId, Attribute::MobilePhone, Attribute::BusinessPhones, Attribute::PostalCode];
    let extensions = (1..=15).map(Attribute::ExtensionAttribute);
    for attribute in numbers.into_iter().chain(extensions) {
        let Some(Data::Raw(column)) = users.columns.get(&attribute) else { continue };
        let shortened = |row: &usize| is_shortened(users.table.raw(*row, *column).trim_matches('"'));
        let Some(row) = (0..users.table.rows()).find(shortened) else { continue };
        let count = (row..users.table.rows()).filter(shortened).count();
        let message =
            format!("{count} values of {attribute} were shortened by a spreadsheet, and their digits are lost");
        let help = "export again and do not save the file in a spreadsheet, or import the column as text there";
        let text: String = users.table.cell(row, *column).unwrap_or_default().into();
        let length = text.len();
        let finding = Diagnostic::warning(code::SHORTENED_NUMBER, message);
        report.diagnostics.push(finding.pointing(&users.table.at_cell(row, *column), text, 0..length, "").help(help));
    }
}
