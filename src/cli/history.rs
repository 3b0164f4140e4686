//! `seatcast history`: keep dated snapshots, and learn rates from them. In: a tenant folder, a store, or an HR record. Out: a
//! Parquet file, or a table for `seatcast.toml`. Never: keeps names or addresses.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Subcommand;

use super::inputs::TenantArgs;
use super::settings::Format;
use super::{Exit, Failure, outputs, render};
use crate::diagnostic::Diagnosed;
use crate::directory::Attribute;
use crate::history::{self, Record};

/// Keep dated snapshots of a tenant, and learn rates from them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep who is there today as one Parquet file: ids, dates and attributes that make cohorts, no names
    Add {
        #[command(flatten)]
        tenant: TenantArgs,
        /// Where snapshots are kept [default: `history` in the tenant folder]
        #[arg(long, value_name = "FOLDER")]
        store: Option<PathBuf>,
        /// Attributes that can make cohorts [default: department, companyName, country, usageLocation and employeeType]
        #[arg(long, value_delimiter = ',', value_name = "ATTRIBUTES")]
        cohort: Vec<String>,
    },
    Compare(super::hindsight::Args),
    /// Learn joiners, movers, leavers, seasons and tenure, of the whole and by cohort, and print them as a rates.toml
    Calibrate {
        #[command(flatten)]
        past: PastArgs,
        /// Write rates.toml into this tenant folder, where `forecast` finds it
        #[arg(long, value_name = "FOLDER")]
        write: Option<PathBuf>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

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

pub fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Add { tenant, store, cohort } => add(tenant, store.as_deref(), cohort),
        Command::Compare(args) => super::hindsight::run(args),
        Command::Calibrate { past, write, seed, format } => calibrate(past, write.as_deref(), *seed, *format),
    }
}

/// Attributes by their names.
fn attributes(names: &[String]) -> Result<Vec<Attribute>, Failure> {
    let known = || Attribute::known().map(|attribute| attribute.graph_name());
    let find = |name: &String| {
        let found = Attribute::known().find(|attribute| attribute.graph_name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            let near = crate::diagnostic::did_you_mean(name, known().collect::<Vec<_>>().iter().map(String::as_str));
            Failure::Other(format!("`{name}` is no attribute; {}", near.unwrap_or_default()))
        })
    };
    names.iter().map(find).collect()
}

fn add(tenant: &TenantArgs, store: Option<&Path>, cohort: &[String]) -> Result<Exit, Failure> {
    let attributes = if cohort.is_empty() { history::ATTRIBUTES.to_vec() } else { attributes(cohort)? };
    let loaded = tenant.load()?;
    render::warnings(&loaded.findings);
    let bytes = history::snapshot(&loaded.baseline.snapshot, &attributes);
    let bytes = bytes.map_err(|error| Failure::Other(error.to_string()))?;
    let store = store.map_or_else(|| tenant.folder.join("history"), Path::to_owned);
    let path = store.join(history::file_name(loaded.baseline.today));
    outputs::write(&path, &bytes)?;
    println!("kept {}", path.display());
    Ok(Exit::Done)
}

impl PastArgs {
    pub fn load(&self) -> Result<Record, Failure> {
        let read = |path: &Path| std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source });
        let record = if self.past.is_dir() {
            let names = std::fs::read_dir(&self.past);
            let names = names.map_err(|source| Failure::Read { path: self.past.clone(), source })?;
            let mut paths: Vec<PathBuf> = names.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort();
            let mut files = Vec::new();
            for path in paths {
                let day = path.file_stem().and_then(|name| name.to_str()?.parse::<NaiveDate>().ok());
                if let (Some(day), Some("parquet")) = (day, path.extension().and_then(|end| end.to_str())) {
                    files.push((day, path.display().to_string(), read(&path)?));
                }
            }
            history::snapshot_record(&files, &self.cohort)
        } else {
            let name = self.past.display().to_string();
            history::employment_record(&name, &read(&self.past)?, &self.cohort, self.since, self.until)
        };
        let mut record = settled(record)?;
        record.since = self.since.unwrap_or(record.since);
        Ok(record)
    }
}

/// The value, or the findings as a failure.
pub fn settled<T>(diagnosed: Diagnosed<Option<T>>) -> Result<T, Failure> {
    let Diagnosed { value, diagnostics } = diagnosed;
    value.ok_or(Failure::Findings(diagnostics))
}

fn calibrate(past: &PastArgs, write: Option<&Path>, seed: u64, format: Format) -> Result<Exit, Failure> {
    // `forecast` looks for these names among the attributes of users.
    let by: Vec<String> = match write {
        Some(_) => attributes(&past.cohort)?.iter().map(Attribute::graph_name).collect(),
        None => past.cohort.clone(),
    };
    let calibration = settled(history::calibrate(&past.load()?, seed))?;
    let settings = calibration.settings(&by);
    if let Some(folder) = write {
        let path = folder.join("rates.toml");
        outputs::write(&path, settings.as_bytes())?;
        eprintln!("wrote {}", path.display());
    }
    match format {
        Format::Json => {
            let json = serde_json::json!({ "version": 1, "calibration": calibration });
            println!("{json:#}");
        }
        Format::Text => print!("{settings}"),
    }
    Ok(Exit::Done)
}
