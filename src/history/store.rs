//! Dated snapshots of who there is, one Parquet file each. In: a tenant on a day, or such files. Out: bytes, or a `Record`.
//! Never: keeps a name or an address; ids, dates and a few attributes that make cohorts are enough to learn from.

use std::collections::BTreeMap;
use std::io::Cursor;

use chrono::{DateTime, Days, NaiveDate};
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom, ParquetReader, SerReader, Series};

use super::code;
use super::spell::{Move, NO_COHORT, Record, Spell};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin};
use crate::directory::{Attribute, Snapshot, UserIndex, ValueRef};
use crate::parquet;

/// A snapshot that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot cannot be written: {0}")]
pub struct StoreError(#[from] polars::error::PolarsError);

/// What the first snapshots called the one attribute that they held.
const FIRST_NAME: &str = "cohort";
/// The attributes that make cohorts unless somebody asks for others.
pub const ATTRIBUTES: [Attribute; 9] = [
    Attribute::Department,
    Attribute::JobTitle,
    Attribute::CompanyName,
    Attribute::Country,
    Attribute::City,
    Attribute::State,
    Attribute::OfficeLocation,
    Attribute::UsageLocation,
    Attribute::EmployeeType,
];

fn epoch_day(day: NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

fn day_of(days: i32) -> Option<NaiveDate> {
    DateTime::from_timestamp(i64::from(days) * 86_400, 0).map(|instant| instant.date_naive())
}

/// A file of the store.
#[derive(Clone, Debug)]
pub struct Stored {
    pub day: NaiveDate,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The name of a day's file.
pub fn file_name(day: NaiveDate) -> String {
    format!("{day}.parquet")
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Enabled, and no guest: one of those who come, move and go.
    Member,
    Disabled,
    Guest,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Member => "member",
            State::Disabled => "disabled",
            State::Guest => "guest",
        }
    }
}

/// Accounts that are not deleted: id, what it is, hire date (else the day the account was made), leave date, and those of
/// `attributes` that the tenant's files hold.
pub fn snapshot(snapshot: &Snapshot, attributes: &[Attribute]) -> Result<Vec<u8>, StoreError> {
    let users = &snapshot.users;
    let day = |user: UserIndex, attribute: &Attribute| match users.value(user, attribute) {
        ValueRef::Instant(instant) => Some(epoch_day(instant.date_naive())),
        _ => None,
    };
    let state = |user: &UserIndex| match users.boolean(*user, &Attribute::AccountEnabled) {
        _ if users.is_guest(*user) => State::Guest,
        Some(false) => State::Disabled,
        _ => State::Member,
    };
    let there = |user: &UserIndex| day(*user, &Attribute::DeletedDateTime).is_none();
    let present: Vec<UserIndex> = users.indexes().filter(there).collect();
    let states: Vec<&str> = present.iter().map(|user| state(user).name()).collect();
    let ids: Vec<&str> = present.iter().map(|user| users.id(*user)).collect();
    let started =
        |user: &UserIndex| day(*user, &Attribute::EmployeeHireDate).or_else(|| day(*user, &Attribute::CreatedDateTime));
    let starts: Vec<Option<i32>> = present.iter().map(started).collect();
    let ends: Vec<Option<i32>> = present.iter().map(|user| day(*user, &Attribute::EmployeeLeaveDateTime)).collect();
    let mut columns: Vec<Column> = vec![
        Series::new("id".into(), ids).into(),
        Series::new("account".into(), states).into(),
        Series::new("started".into(), starts).cast(&DataType::Date)?.into(),
        Series::new("leaves".into(), ends).cast(&DataType::Date)?.into(),
    ];
    for attribute in attributes.iter().filter(|attribute| users.column(attribute).is_some()) {
        let values: Vec<Option<&str>> = present.iter().map(|user| users.text(*user, attribute)).collect();
        columns.push(Series::new(attribute.graph_name().as_str().into(), values).into());
    }
    Ok(parquet::bytes(DataFrame::new(present.len(), columns)?)?)
}

/// One account in one snapshot.
pub(super) struct Seen {
    pub id: String,
    pub state: State,
    pub cohort: String,
    pub started: Option<NaiveDate>,
    pub leaves: Option<NaiveDate>,
}

/// The accounts of one file. The first snapshots held members only, and said nothing of what they are.
pub(super) fn read(bytes: &[u8], by: &[String]) -> Result<Vec<Seen>, polars::error::PolarsError> {
    type Failed = polars::error::PolarsError;
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let texts = |name: &str| -> Result<Vec<Option<String>>, Failed> {
        Ok(frame.column(name)?.str()?.iter().map(|text| text.map(str::to_owned)).collect())
    };
    let days = |name: &str| -> Result<Vec<Option<NaiveDate>>, Failed> {
        let numbers = frame.column(name)?.cast(&DataType::Int32)?;
        Ok(numbers.i32()?.iter().map(|days| days.and_then(day_of)).collect())
    };
    let (ids, starts, ends) = (texts("id")?, days("started")?, days("leaves")?);
    let states = if frame.column("account").is_ok() { texts("account")? } else { vec![None; ids.len()] };
    let is_first = |name: &String| name == "department" && frame.column(name).is_err();
    let parts = by.iter().map(|name| texts(if is_first(name) { FIRST_NAME } else { name }));
    let parts = parts.collect::<Result<Vec<_>, Failed>>()?;
    let cohort = |row: usize| -> String {
        let values = parts.iter().map(|part| part.get(row).and_then(Option::as_deref).unwrap_or(NO_COHORT));
        values.collect::<Vec<_>>().join(" / ")
    };
    let state = |name: Option<String>| match name.as_deref() {
        Some("disabled") => State::Disabled,
        Some("guest") => State::Guest,
        _ => State::Member,
    };
    let rows = ids.into_iter().zip(states).zip(starts.into_iter().zip(ends)).enumerate();
    let seen = |(row, ((id, name), (started, leaves)))| {
        Some(Seen { id: id?, state: state(name), cohort: cohort(row), started, leaves })
    };
    Ok(rows.filter_map(seen).collect())
}

/// Every account of a store by day, in order of ids. A file that cannot be read is not there: `record` says so.
pub fn accounts(files: &[Stored]) -> BTreeMap<NaiveDate, BTreeMap<String, Account>> {
    let mut days = BTreeMap::new();
    for file in files {
        let Ok(rows) = read(&file.bytes, &[]) else { continue };
        let attributes = attributes(&file.bytes).unwrap_or_default();
        let mut accounts = BTreeMap::new();
        for (row, seen) in rows.into_iter().enumerate() {
            let values = attributes.iter().map(|(name, values)| (name.clone(), values.get(row).cloned().flatten()));
            let Seen { id, state, started, leaves, .. } = seen;
            accounts.insert(id, Account { state, started, leaves, values: values.collect() });
        }
        days.insert(file.day, accounts);
    }
    days
}

/// The attributes that a file holds, by name, with their values row by row.
type Columns = Vec<(Box<str>, Vec<Option<Box<str>>>)>;

fn attributes(bytes: &[u8]) -> Result<Columns, polars::error::PolarsError> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let mut columns = Columns::new();
    for attribute in Attribute::known() {
        let name = attribute.graph_name();
        let stored =
            if attribute == Attribute::Department && frame.column(&name).is_err() { FIRST_NAME } else { &name };
        if matches!(attribute, Attribute::Id) || frame.column(stored).is_err() {
            continue;
        }
        let values = frame.column(stored)?.str()?.iter().map(|text| text.map(Into::into)).collect();
        columns.push((name.into(), values));
    }
    Ok(columns)
}

/// One account on one day.
#[derive(Clone, Debug)]
pub struct Account {
    pub(super) state: State,
    pub(super) started: Option<NaiveDate>,
    pub(super) leaves: Option<NaiveDate>,
    pub(super) values: Vec<(Box<str>, Option<Box<str>>)>,
}

impl Account {
    pub(super) fn value(&self, attribute: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| **name == *attribute)?.1.as_deref()
    }
}

/// The day on which something happened that only the second of two snapshots shows: half way between them. In the first
/// snapshot it is that day itself.
pub(super) fn between(before: Option<NaiveDate>, day: NaiveDate) -> NaiveDate {
    let days = before.map_or(0, |before| (day - before).num_days() / 2);
    day.checked_sub_days(Days::new(days.unsigned_abs())).unwrap_or(day)
}

/// Spells from snapshots in any order. Somebody who is in one and not in the next left on the leave date where it lies between
/// the two, else half way; somebody who is new came on the hire date where it lies between them, else half way. Cohorts are made
/// of the attributes `by`.
pub fn record(files: &[Stored], by: &[String]) -> Diagnosed<Option<Record>> {
    let mut findings = Vec::new();
    let mut snapshots: BTreeMap<NaiveDate, Vec<Seen>> = BTreeMap::new();
    for Stored { day, name, bytes } in files {
        match read(bytes, by) {
            Ok(rows) => {
                let members = rows.into_iter().filter(|seen| seen.state == State::Member);
                snapshots.insert(*day, members.collect());
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
    let (spells, moves) = spells(&snapshots);
    Diagnosed::new(Some(Record { spells, moves: Some(moves), since: first, until: last }), findings)
}

struct Open<'a> {
    start: NaiveDate,
    cohort: &'a str,
    leaves: Option<NaiveDate>,
}

fn spells(snapshots: &BTreeMap<NaiveDate, Vec<Seen>>) -> (Vec<Spell>, Vec<Move>) {
    let mut open: BTreeMap<&str, Open<'_>> = BTreeMap::new();
    let (mut spells, mut moves) = (Vec::new(), Vec::new());
    let mut before = None;
    let close = |open: Open<'_>, end: Option<NaiveDate>| Spell { start: open.start, end, cohort: open.cohort.into() };
    for (day, rows) in snapshots {
        let mut gone = std::mem::take(&mut open);
        for row in rows {
            let leaves = row.leaves;
            let started = row.started.filter(|start| start <= day);
            let known = gone.remove(row.id.as_str());
            if let Some(known) = known.as_ref().filter(|known| known.cohort != row.cohort) {
                moves.push(Move {
                    day: between(before, *day),
                    from: known.cohort.into(),
                    to: row.cohort.as_str().into(),
                });
            }
            let new = || {
                let known = started.filter(|start| before.is_none_or(|before| *start > before));
                known.unwrap_or_else(|| between(before, *day))
            };
            let start = known.map_or_else(new, |known| known.start);
            open.insert(&row.id, Open { start, cohort: &row.cohort, leaves });
        }
        for (_, person) in gone {
            let known = person.leaves.filter(|leaves| before.is_some_and(|before| *leaves > before) && leaves <= day);
            let end = known.unwrap_or_else(|| between(before, *day));
            spells.push(close(person, Some(end)));
        }
        before = Some(*day);
    }
    spells.extend(open.into_values().map(|person| close(person, None)));
    spells.sort_unstable();
    moves.sort_unstable();
    (spells, moves)
}
