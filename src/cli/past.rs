//! A past, as typed and as read. In: a folder of snapshots, or a CSV of hire and leave dates. Out: records of people and of seats.
//! Never: learns anything from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::Failure;
use crate::diagnostic::Diagnosed;
use crate::history::{self, Accounts, Record, SkuSeats, Stored};

/// A past to learn from.
#[derive(Debug, clap::Args)]
pub struct PastArgs {
    /// A folder of snapshots, or a CSV of hire and leave dates
    #[arg(value_name = "PAST")]
    pub past: PathBuf,
    /// The attributes of the snapshots, or columns of the CSV, that make cohorts
    #[arg(long, default_value = "department", value_delimiter = ',', value_name = "ATTRIBUTES")]
    pub cohort: Vec<String>,
    /// The day from which the past holds everybody who left [default: the first snapshot, or the first leave date]
    #[arg(long, value_name = "DATE")]
    pub since: Option<NaiveDate>,
    /// The last day that the CSV speaks of [default: its last date]
    #[arg(long, value_name = "DATE")]
    pub until: Option<NaiveDate>,
}

/// What a past holds.
pub struct Past {
    pub people: Record,
    /// Accounts, and who had which seat, by day; empty where nothing tells.
    pub accounts: Accounts,
    pub seats: BTreeMap<NaiveDate, Vec<SkuSeats>>,
    /// Seats as spells, one cohort a SKU.
    pub seat_spells: Option<Record>,
}

/// The files of a store: people, and seats.
fn stored(folder: &Path) -> Result<(Vec<Stored>, Vec<Stored>), Failure> {
    let names = std::fs::read_dir(folder);
    let names = names.map_err(|source| Failure::Read { path: folder.to_owned(), source })?;
    let mut paths: Vec<PathBuf> = names.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let (mut people, mut seats) = (Vec::new(), Vec::new());
    for path in paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let of_people = name.strip_suffix(".parquet").and_then(|day| day.parse::<NaiveDate>().ok());
        let (list, day) = match (of_people, history::seats_day(name)) {
            (Some(day), _) => (&mut people, day),
            (None, Some(day)) => (&mut seats, day),
            (None, None) => continue,
        };
        list.push(Stored { day, name: path.display().to_string(), bytes: read(&path)? });
    }
    Ok((people, seats))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })
}

impl PastArgs {
    pub fn load(&self) -> Result<Past, Failure> {
        let mut past = if self.past.is_dir() {
            let (people, seats) = stored(&self.past)?;
            let seats = settled(history::seats_by_day(&seats))?;
            let accounts = history::accounts(&people);
            let seat_spells = history::seats_record(&seats, &accounts);
            let people = settled(history::snapshot_record(&people, &self.cohort))?;
            Past { people, accounts, seats, seat_spells }
        } else {
            let name = self.past.display().to_string();
            let bytes = read(&self.past)?;
            let record = history::employment_record(&name, &bytes, &self.cohort, self.since, self.until);
            Past { people: settled(record)?, accounts: Accounts::new(), seats: BTreeMap::new(), seat_spells: None }
        };
        past.people.since = self.since.unwrap_or(past.people.since);
        Ok(past)
    }
}

/// The value, or the findings as a failure.
pub fn settled<T>(diagnosed: Diagnosed<Option<T>>) -> Result<T, Failure> {
    let Diagnosed { value, diagnostics } = diagnosed;
    value.ok_or(Failure::Findings(diagnostics))
}
