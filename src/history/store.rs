//! Dated snapshots of who there is, one Parquet file each. In: a tenant on a day, or such files. Out: bytes, or a `Record`.
//! Never: keeps a name or an address; ids, dates and a few attributes that make cohorts are enough to learn from.

use std::collections::BTreeMap;
use std::io::Cursor;

use chrono::{DateTime, NaiveDate};
use polars::frame::DataFrame;
use polars::prelude::{
    Column, DataType, NamedFrom, ParquetCompression, ParquetReader, ParquetWriter, SerReader, Series,
};

use super::code;
use super::spell::{Move, NO_COHORT, Record, Spell};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin};
use crate::directory::{Attribute, Snapshot, UserIndex, ValueRef};

/// A snapshot that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot cannot be written: {0}")]
pub struct StoreError(#[from] polars::error::PolarsError);

/// What the first snapshots called the one attribute that they held.
const FIRST_NAME: &str = "cohort";
/// The attributes that make cohorts unless somebody asks for others.
pub const ATTRIBUTES: [Attribute; 5] = [
    Attribute::Department,
    Attribute::CompanyName,
    Attribute::Country,
    Attribute::UsageLocation,
    Attribute::EmployeeType,
];

fn epoch_day(day: NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

fn day_of(days: i32) -> Option<NaiveDate> {
    DateTime::from_timestamp(i64::from(days) * 86_400, 0).map(|instant| instant.date_naive())
}

/// The name of a day's file.
pub fn file_name(day: NaiveDate) -> String {
    format!("{day}.parquet")
}

/// Enabled accounts that are no guests: id, hire date (else the day the account was made), leave date, and those of `attributes`
/// that the tenant's files hold.
pub fn snapshot(snapshot: &Snapshot, attributes: &[Attribute]) -> Result<Vec<u8>, StoreError> {
    let users = &snapshot.users;
    let day = |user: UserIndex, attribute: &Attribute| match users.value(user, attribute) {
        ValueRef::Instant(instant) => Some(epoch_day(instant.date_naive())),
        _ => None,
    };
    let counts = |user: &UserIndex| {
        let enabled = users.boolean(*user, &Attribute::AccountEnabled) != Some(false);
        enabled && !users.is_guest(*user) && day(*user, &Attribute::DeletedDateTime).is_none()
    };
    let present: Vec<UserIndex> = users.indexes().filter(counts).collect();
    let ids: Vec<&str> = present.iter().map(|user| users.id(*user)).collect();
    let started =
        |user: &UserIndex| day(*user, &Attribute::EmployeeHireDate).or_else(|| day(*user, &Attribute::CreatedDateTime));
    let starts: Vec<Option<i32>> = present.iter().map(started).collect();
    let ends: Vec<Option<i32>> = present.iter().map(|user| day(*user, &Attribute::EmployeeLeaveDateTime)).collect();
    let mut columns: Vec<Column> = vec![
        Series::new("id".into(), ids).into(),
        Series::new("started".into(), starts).cast(&DataType::Date)?.into(),
        Series::new("leaves".into(), ends).cast(&DataType::Date)?.into(),
    ];
    for attribute in attributes.iter().filter(|attribute| users.column(attribute).is_some()) {
        let values: Vec<Option<&str>> = present.iter().map(|user| users.text(*user, attribute)).collect();
        columns.push(Series::new(attribute.graph_name().as_str().into(), values).into());
    }
    let mut frame = DataFrame::new(present.len(), columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}

/// One person in one snapshot.
struct Seen {
    id: String,
    cohort: String,
    started: Option<i32>,
    leaves: Option<i32>,
}

fn read(bytes: &[u8], by: &[String]) -> Result<Vec<Seen>, polars::error::PolarsError> {
    type Failed = polars::error::PolarsError;
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let texts = |name: &str| -> Result<Vec<Option<String>>, Failed> {
        Ok(frame.column(name)?.str()?.iter().map(|text| text.map(str::to_owned)).collect())
    };
    let days = |name: &str| -> Result<Vec<Option<i32>>, Failed> {
        let numbers = frame.column(name)?.cast(&DataType::Int32)?;
        Ok(numbers.i32()?.iter().collect())
    };
    let (ids, starts, ends) = (texts("id")?, days("started")?, days("leaves")?);
    let is_first = |name: &String| name == "department" && frame.column(name).is_err();
    let parts = by.iter().map(|name| texts(if is_first(name) { FIRST_NAME } else { name }));
    let parts = parts.collect::<Result<Vec<_>, Failed>>()?;
    let cohort = |row: usize| -> String {
        let values = parts.iter().map(|part| part.get(row).and_then(Option::as_deref).unwrap_or(NO_COHORT));
        values.collect::<Vec<_>>().join(" / ")
    };
    let rows = ids.into_iter().zip(starts.into_iter().zip(ends)).enumerate();
    let seen = |(row, (id, (started, leaves)))| Some(Seen { id: id?, cohort: cohort(row), started, leaves });
    Ok(rows.filter_map(seen).collect())
}

/// Spells from snapshots in any order. Somebody who is in one and not in the next left on the leave date where it lies between
/// the two, else on the day of the next; somebody who is new came on the hire date where it lies between them, else on the
/// day of the snapshot that first shows them. Cohorts are made of the attributes `by`.
pub fn record(files: &[(NaiveDate, String, Vec<u8>)], by: &[String]) -> Diagnosed<Option<Record>> {
    let mut findings = Vec::new();
    let mut snapshots: BTreeMap<NaiveDate, Vec<Seen>> = BTreeMap::new();
    for (day, name, bytes) in files {
        match read(bytes, by) {
            Ok(rows) => {
                snapshots.insert(*day, rows);
            }
            Err(error) => {
                let message = format!("the snapshot cannot be read: {error}").replace('\n', " ");
                findings.push(Diagnostic::error(code::SNAPSHOT, message).at(&Origin::file(name.as_str())));
            }
        }
    }
    let (Some(first), Some(last)) = (snapshots.keys().next().copied(), snapshots.keys().next_back().copied()) else {
        let help = "keep one a month with `seatcast history add`";
        findings.push(Diagnostic::error(code::TOO_SHORT, "there is no snapshot to learn from").help(help));
        return Diagnosed::new(None, findings);
    };
    if findings.iter().any(Diagnostic::is_error) {
        return Diagnosed::new(None, findings);
    }
    let (spells, moves) = spells(&snapshots, first);
    Diagnosed::new(Some(Record { spells, moves: Some(moves), since: first, until: last }), findings)
}

struct Open<'a> {
    start: NaiveDate,
    cohort: &'a str,
    leaves: Option<NaiveDate>,
}

fn spells(snapshots: &BTreeMap<NaiveDate, Vec<Seen>>, first: NaiveDate) -> (Vec<Spell>, Vec<Move>) {
    let mut open: BTreeMap<&str, Open<'_>> = BTreeMap::new();
    let (mut spells, mut moves) = (Vec::new(), Vec::new());
    let mut before = NaiveDate::MIN;
    let close = |open: Open<'_>, end: Option<NaiveDate>| Spell { start: open.start, end, cohort: open.cohort.into() };
    for (day, rows) in snapshots {
        let mut gone = std::mem::take(&mut open);
        for row in rows {
            let leaves = row.leaves.and_then(day_of);
            let started = row.started.and_then(day_of).filter(|start| start <= day);
            let known = gone.remove(row.id.as_str());
            if let Some(known) = known.as_ref().filter(|known| known.cohort != row.cohort) {
                moves.push(Move { day: *day, from: known.cohort.into(), to: row.cohort.as_str().into() });
            }
            let new = || started.filter(|start| *start > before || *day == first).unwrap_or(*day);
            let start = known.map_or_else(new, |known| known.start);
            open.insert(&row.id, Open { start, cohort: &row.cohort, leaves });
        }
        for (_, person) in gone {
            let end = person.leaves.filter(|leaves| *leaves > before && leaves <= day).unwrap_or(*day);
            spells.push(close(person, Some(end)));
        }
        before = *day;
    }
    spells.extend(open.into_values().map(|person| close(person, None)));
    spells.sort_unstable();
    moves.sort_unstable();
    (spells, moves)
}
