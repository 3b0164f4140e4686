//! A past, as typed and as read. In: a folder of snapshots and dated exports, or a CSV of hire and leave dates. Out: records of people
//! and of seats. Never: a forecast.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::inputs::TenantArgs;
use super::reading::ReadingArgs;
use super::snapshot::{self, Snapshot};
use super::{Failure, render};
use crate::diagnostic::{Diagnosed, Diagnostic};
use crate::directory::Attribute;
use crate::history::{self, Accounts, Calibration, JoinableGroups, Record, SkuSeats, Stored};

/// A past to learn from.
#[derive(Debug, clap::Args)]
pub struct PastArgs {
    /// A folder of snapshots, or of earlier exports in folders named by their days (2026-11-20), or a CSV of hire and leave dates
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
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// What a past holds.
pub struct Past {
    pub people: Record,
    /// Accounts, who had which seat, and who was in which group that people join by themselves, by day; empty where nothing tells.
    pub accounts: Accounts,
    pub seats: BTreeMap<NaiveDate, Vec<SkuSeats>>,
    pub groups: JoinableGroups,
    /// Seats as spells, one cohort a SKU.
    pub seat_spells: Option<Record>,
    /// The Parquet files of people.
    files: Vec<Stored>,
    /// Folders of exports, by day.
    pub exports: BTreeMap<NaiveDate, PathBuf>,
}

/// The files of a store: people, seats and groups, and folders of exports.
#[derive(Default)]
struct Store {
    people: Vec<Stored>,
    seats: Vec<Stored>,
    groups: Vec<Stored>,
    exports: BTreeMap<NaiveDate, PathBuf>,
}

fn stored(folder: &Path) -> Result<Store, Failure> {
    let names = std::fs::read_dir(folder);
    let names = names.map_err(|source| Failure::Read { path: folder.to_owned(), source })?;
    let mut paths: Vec<PathBuf> = names.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut store = Store::default();
    for path in paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.is_dir() {
            let day = name.parse::<NaiveDate>().ok();
            store.exports.extend(day.map(|day| (day, path.clone())));
            continue;
        }
        let of_people = name.strip_suffix(".parquet").and_then(|day| day.parse::<NaiveDate>().ok());
        let (list, day) = match (of_people, history::seats_day(name), history::groups_day(name)) {
            (Some(day), ..) => (&mut store.people, day),
            (_, Some(day), _) => (&mut store.seats, day),
            (.., Some(day)) => (&mut store.groups, day),
            _ => continue,
        };
        list.push(Stored { day, name: path.display().to_string(), bytes: read(&path)? });
    }
    Ok(store)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })
}

impl PastArgs {
    pub fn load(&self) -> Result<Past, Failure> {
        if self.reading.today.is_some() {
            return Err(Failure::Other(
                "a past has many days; the names of its files and folders say which".to_owned(),
            ));
        }
        let mut past = if self.past.is_dir() { self.load_store()? } else { self.load_record()? };
        past.people.since = self.since.unwrap_or(past.people.since);
        Ok(past)
    }

    /// A folder of exports, read as of its day.
    pub fn tenant(&self, day: NaiveDate, folder: &Path) -> TenantArgs {
        let reading = ReadingArgs { today: Some(day), ..self.reading.clone() };
        TenantArgs { folder: folder.to_owned(), reading }
    }

    fn load_store(&self) -> Result<Past, Failure> {
        let Store { mut people, seats, groups, exports } = stored(&self.past)?;
        let mut seats = settled(history::seats_by_day(&seats))?;
        let mut groups = settled(history::groups_by_day(&groups))?;
        let (attributes, mut said) = (self.attributes(), Said::default());
        for (day, folder) in &exports {
            // What `history add` keeps beside the exports says the same.
            if people.iter().any(|file| file.day == *day) {
                continue;
            }
            let (snapshot, findings) = snapshot::take(self.tenant(*day, folder).load()?, &attributes)?;
            said.show(findings);
            let Snapshot { people: bytes, seats: held, groups: joinable } = snapshot;
            people.push(Stored { day: *day, name: folder.display().to_string(), bytes });
            seats.extend(held.map(|held| (*day, held)));
            groups.insert(*day, joinable);
        }
        people.sort_by_key(|file| file.day);
        let accounts = history::accounts(&people);
        let seat_spells = history::seats_record(&seats, &accounts);
        let record = settled(history::snapshot_record(&people, &self.cohort))?;
        Ok(Past { people: record, accounts, seats, groups, seat_spells, files: people, exports })
    }

    /// Those that a snapshot keeps anyway, and those that make cohorts here.
    fn attributes(&self) -> Vec<Attribute> {
        let mut attributes = history::ATTRIBUTES.to_vec();
        let asked = Attribute::known().filter(|attribute| self.cohort.contains(&attribute.graph_name()));
        for attribute in asked {
            if !attributes.contains(&attribute) {
                attributes.push(attribute);
            }
        }
        attributes
    }

    fn load_record(&self) -> Result<Past, Failure> {
        let name = self.past.display().to_string();
        let bytes = read(&self.past)?;
        let record = history::employment_record(&name, &bytes, &self.cohort, self.since, self.until);
        Ok(Past {
            people: settled(record)?,
            accounts: Accounts::new(),
            seats: BTreeMap::new(),
            groups: JoinableGroups::new(),
            seat_spells: None,
            files: Vec::new(),
            exports: BTreeMap::new(),
        })
    }
}

impl Past {
    /// Everything that can be learned.
    pub fn calibrate(&self, by: &[String], seed: u64) -> Result<Calibration, Failure> {
        let mut calibration = settled(history::calibrate(&self.people, seed))?;
        calibration.life = history::life(&self.accounts, &self.seats, by, seed);
        calibration.requests = history::requests(&self.seats, &self.accounts, seed);
        calibration.self_service = history::self_service(&self.groups, &self.accounts, seed);
        Ok(calibration)
    }

    /// What snapshots had told by the end of a day; nothing later is in it.
    pub fn until(&self, day: NaiveDate, by: &[String]) -> Result<Past, Failure> {
        let files: Vec<Stored> = self.files.iter().filter(|file| file.day <= day).cloned().collect();
        let mut people = settled(history::snapshot_record(&files, by))?;
        people.since = people.since.max(self.people.since);
        let accounts = history::accounts(&files);
        let seats: BTreeMap<_, _> = self.seats.range(..=day).map(|(day, seats)| (*day, seats.clone())).collect();
        let groups: JoinableGroups = self.groups.range(..=day).map(|(day, groups)| (*day, groups.clone())).collect();
        Ok(Past { people, accounts, seats, groups, seat_spells: None, files, exports: BTreeMap::new() })
    }
}

/// What was said already: dated exports have the same faults, and each is shown once.
#[derive(Default)]
pub struct Said(BTreeSet<String>);

impl Said {
    pub fn show(&mut self, mut findings: Vec<Diagnostic>) {
        findings.retain(|finding| self.0.insert(finding.message.clone()));
        render::warnings(&findings);
    }
}

/// The value, or the findings as a failure.
pub fn settled<T>(diagnosed: Diagnosed<Option<T>>) -> Result<T, Failure> {
    let Diagnosed { value, diagnostics } = diagnosed;
    value.ok_or(Failure::Findings(diagnostics))
}
