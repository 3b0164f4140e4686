//! `seatcast history`: keep dated snapshots, and learn rates from them. In: a tenant folder, a store, or an HR record. Out: a
//! Parquet files, or a table for `seatcast.toml`. Never: keeps names or addresses unless exports are to be kept whole.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::inputs::TenantArgs;
use super::past::PastArgs;
use super::settings::Format;
use super::snapshot::{self, Snapshot};
use super::{Exit, Failure, outputs, render};
use crate::directory::Attribute;
use crate::history;
use crate::ingest;

/// Keep dated snapshots of a tenant, and learn rates from them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep who is there today, who has which seat, and members of groups that people join by themselves, as Parquet files: ids,
    /// dates and attributes that make cohorts, no names
    Add {
        #[command(flatten)]
        tenant: TenantArgs,
        /// Where snapshots are kept [default: `history` in the tenant folder]
        #[arg(long, value_name = "FOLDER")]
        store: Option<PathBuf>,
        /// Attributes that can make cohorts [default: department, jobTitle, companyName, country, city,
        /// state, officeLocation, usageLocation and employeeType]
        #[arg(long, value_delimiter = ',', value_name = "ATTRIBUTES")]
        cohort: Vec<String>,
        /// Keep the exports themselves, too, names and all, in a folder of the day: `backtest` then evaluates the rules of that day
        #[arg(long)]
        exports: bool,
    },
    Compare(super::hindsight::Args),
    /// Learn joiners, movers, leavers, seasons and tenure, of the whole and by cohort, and from snapshots also what a move changes,
    /// how long accounts of leavers last and keep licences, guests, licence requests, joins and leaves of self-service groups, and
    /// print them as a rates.toml. How long owners take to approve is not learned: no export says when somebody asked
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

pub fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Add { tenant, store, cohort, exports } => add(tenant, store.as_deref(), cohort, *exports),
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

fn add(tenant: &TenantArgs, store: Option<&Path>, cohort: &[String], exports: bool) -> Result<Exit, Failure> {
    let attributes = if cohort.is_empty() { history::ATTRIBUTES.to_vec() } else { attributes(cohort)? };
    let loaded = tenant.load()?;
    let day = loaded.baseline.today;
    let (Snapshot { people, seats, groups }, findings) = snapshot::take(loaded, &attributes)?;
    render::warnings(&findings);
    let store = store.map_or_else(|| tenant.folder.join("history"), Path::to_owned);
    let keep = |name: String, bytes: &[u8]| {
        let path = store.join(name);
        outputs::write(&path, bytes)?;
        outputs::print(&format!("kept {}\n", path.display()))
    };
    let failed = |error: history::StoreError| Failure::Other(error.to_string());
    keep(history::file_name(day), &people)?;
    match seats {
        Some(seats) => keep(history::seats_name(day), &history::seats_parquet(&seats).map_err(failed)?)?,
        None => eprintln!("who has which seat is not kept: see the findings above"),
    }
    if !groups.is_empty() {
        keep(history::groups_name(day), &history::groups_parquet(&groups).map_err(failed)?)?;
    }
    if exports {
        for name in ingest::list_folder(&tenant.folder).map_err(|error| Failure::Other(error.to_string()))? {
            let file = ingest::read_file(&tenant.folder.join(&name), &name);
            let file = file.map_err(|error| Failure::Other(error.to_string()))?;
            keep(format!("{day}/{name}"), &file.bytes)?;
        }
    }
    Ok(Exit::Done)
}

fn calibrate(past: &PastArgs, write: Option<&Path>, seed: u64, format: Format) -> Result<Exit, Failure> {
    // `forecast` looks for these names among the attributes of users.
    let by: Vec<String> = match write {
        Some(_) => attributes(&past.cohort)?.iter().map(Attribute::graph_name).collect(),
        None => past.cohort.clone(),
    };
    let loaded = past.load()?;
    let calibration = loaded.calibrate(&past.cohort, seed)?;
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
