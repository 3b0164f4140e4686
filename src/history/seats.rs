//! Dated counts of seats, one Parquet file each. In: the seats of a tenant on a day, or such files. Out: bytes, or a `Record` whose
//! spells are seats. Never: a name; who has a seat is an id that the snapshot of the same day knows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom, ParquetReader, SerReader, Series};

use super::code;
use super::life::Accounts;
use super::spell::{Record, Spell};
use super::store::{StoreError, Stored, between};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin};
use crate::parquet;

/// Somebody who has a seat or waits for one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    pub id: Box<str>,
    /// No group gives it.
    pub direct: bool,
    /// An administrator gave it, directly or by a group without a rule. Files of earlier versions tell it of direct ones only.
    pub given: bool,
}

/// One SKU on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuSeats {
    pub sku_part_number: Box<str>,
    pub enabled: u32,
    pub warning: u32,
    /// Seats held.
    pub assigned: u32,
    /// As the tenant's own export counts them.
    pub consumed: Option<u32>,
    /// Everybody who has a seat or waits for one: the demand. By id.
    pub holders: Vec<Holder>,
}

/// The name of a day's file. Whoever knows of people only passes it by: its stem is no date.
pub fn file_name(day: NaiveDate) -> String {
    format!("{day}.seats.parquet")
}

/// The day of a file with such a name.
pub fn day_of_name(name: &str) -> Option<NaiveDate> {
    name.strip_suffix(".seats.parquet")?.parse().ok()
}

/// A row for each SKU with its counts, and one for each of its holders.
pub fn parquet(seats: &[SkuSeats]) -> Result<Vec<u8>, StoreError> {
    let (mut skus, mut ids, mut direct, mut given) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut counts: [Vec<Option<u32>>; 4] = std::array::from_fn(|_| Vec::new());
    for sku in seats {
        let own = [Some(sku.enabled), Some(sku.warning), Some(sku.assigned), sku.consumed];
        let rows = std::iter::once((None, None, None, own));
        let holders = sku.holders.iter();
        let holders = holders.map(|one| (Some(&*one.id), Some(one.direct), Some(one.given), [None; 4]));
        for (id, by_itself, by_hand, own) in rows.chain(holders) {
            skus.push(&*sku.sku_part_number);
            ids.push(id);
            direct.push(by_itself);
            given.push(by_hand);
            counts.iter_mut().zip(own).for_each(|(column, value)| column.push(value));
        }
    }
    let height = skus.len();
    let mut columns: Vec<Column> = vec![
        Series::new("sku".into(), skus).into(),
        Series::new("id".into(), ids).into(),
        Series::new("direct".into(), direct).into(),
        Series::new("given".into(), given).into(),
    ];
    for (name, counts) in COUNTS.iter().zip(counts) {
        columns.push(Series::new((*name).into(), counts).into());
    }
    Ok(parquet::bytes(DataFrame::new(height, columns)?)?)
}

const COUNTS: [&str; 4] = ["enabled", "warning", "assigned", "consumed"];

/// What [`parquet`] was given, SKUs in byte order.
pub fn read(bytes: &[u8]) -> Result<Vec<SkuSeats>, polars::error::PolarsError> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let (skus, ids) = (frame.column("sku")?.str()?, frame.column("id")?.str()?);
    let direct = frame.column("direct")?.bool()?;
    let given = match frame.column("given") {
        Ok(given) => given.bool()?,
        Err(_) => direct,
    };
    let mut columns = Vec::new();
    for name in COUNTS {
        columns.push(frame.column(name)?.cast(&DataType::UInt32)?);
    }
    let counts = columns.iter().map(|column| column.u32()).collect::<Result<Vec<_>, _>>()?;
    let mut found: BTreeMap<&str, SkuSeats> = BTreeMap::new();
    let holders = ids.iter().zip(direct.iter().zip(given.iter()));
    for (row, (sku, (id, (direct, given)))) in skus.iter().zip(holders).enumerate() {
        let Some(sku) = sku else { continue };
        let seats = found.entry(sku).or_insert_with(|| SkuSeats {
            sku_part_number: sku.into(),
            enabled: 0,
            warning: 0,
            assigned: 0,
            consumed: None,
            holders: Vec::new(),
        });
        if let Some(id) = id {
            let (direct, given) = (direct == Some(true), given == Some(true));
            seats.holders.push(Holder { id: id.into(), direct, given });
            continue;
        }
        let of = |column: usize| counts.get(column).and_then(|counts| counts.get(row));
        (seats.enabled, seats.warning) = (of(0).unwrap_or(0), of(1).unwrap_or(0));
        (seats.assigned, seats.consumed) = (of(2).unwrap_or(0), of(3));
    }
    Ok(found.into_values().collect())
}

/// The seats of a store, by day. A day without a file of seats, as older stores have, is not there.
pub fn days(files: &[Stored]) -> Diagnosed<Option<BTreeMap<NaiveDate, Vec<SkuSeats>>>> {
    let mut findings = Vec::new();
    let mut days = BTreeMap::new();
    for Stored { day, name, bytes } in files {
        match read(bytes) {
            Ok(seats) => drop(days.insert(*day, seats)),
            Err(error) => {
                let message = format!("the seats cannot be read: {error}").replace('\n', " ");
                findings.push(Diagnostic::error(code::SNAPSHOT, message).at(&Origin::file(name.as_str())));
            }
        }
    }
    let sound = findings.is_empty();
    Diagnosed::new(sound.then_some(days), findings)
}

/// Seats as spells, one cohort a SKU. A seat that one day shows and the one before does not began half way between them; so ended
/// one that is there no more. Seats of the first day were there before it: their accounts may say since when.
/// `None` where fewer than two days are known.
pub fn record(days: &BTreeMap<NaiveDate, Vec<SkuSeats>>, accounts: &Accounts) -> Option<Record> {
    let started = started(accounts);
    let (first, last) = (*days.keys().next()?, *days.keys().next_back()?);
    if first == last {
        return None;
    }
    let earlier = first.pred_opt().unwrap_or(first);
    let mut before = None;
    let mut open: BTreeMap<(&str, &str), NaiveDate> = BTreeMap::new();
    let mut spells = Vec::new();
    for (day, skus) in days {
        let mut gone = std::mem::take(&mut open);
        let held: BTreeSet<(&str, &str)> =
            skus.iter().flat_map(|sku| sku.holders.iter().map(|holder| (&*sku.sku_part_number, &*holder.id))).collect();
        for seat in held {
            let new = || match before {
                Some(_) => between(before, *day),
                None => started.get(seat.1).map_or(earlier, |started| earlier.min(*started)),
            };
            open.insert(seat, gone.remove(&seat).unwrap_or_else(new));
        }
        let end = Some(between(before, *day));
        let ended = |((sku, _), start): ((&str, _), NaiveDate)| Spell { start, end, cohort: sku.into() };
        spells.extend(gone.into_iter().map(ended));
        before = Some(*day);
    }
    spells.extend(open.into_iter().map(|((sku, _), start)| Spell { start, end: None, cohort: sku.into() }));
    spells.sort_unstable();
    Some(Record { spells, moves: None, since: first, until: last })
}

/// Since when the accounts of the first day are there, by id.
fn started(days: &Accounts) -> BTreeMap<&str, NaiveDate> {
    let first = days.values().next().into_iter().flatten();
    first.filter_map(|(id, account)| Some((id.as_str(), account.started?))).collect()
}
