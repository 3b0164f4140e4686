//! `seatcast history`: keep dated snapshots, and learn rates from them. In: a tenant folder, a store, or an HR record. Out: a
//! Parquet file, or a table for `seatcast.toml`. Never: keeps names or addresses.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::inputs::{Loaded, TenantArgs};
use super::past::{PastArgs, settled};
use super::settings::Format;
use super::{Exit, Failure, outputs, render};
use crate::directory::{Attribute, SkuIndex, UserIndex};
use crate::history::{self, Holder, SkuSeats};
use crate::licensing::{Source, Today};
use crate::scenario::Baseline;
use crate::simulate;

/// Keep dated snapshots of a tenant, and learn rates from them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep who is there today, and who has which seat, as two Parquet files: ids, dates and attributes that make cohorts, no names
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
    },
    Compare(super::hindsight::Args),
    /// Learn joiners, movers, leavers, seasons and tenure, of the whole and by cohort, and from snapshots also what a move changes,
    /// how long accounts of leavers last, guests and licence requests, and print them as a rates.toml
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
    let Loaded { baseline, catalog, mut findings } = tenant.load()?;
    let standing = simulate::today(&baseline, &catalog).into_value(&mut findings);
    render::warnings(&findings);
    let store = store.map_or_else(|| tenant.folder.join("history"), Path::to_owned);
    let keep = |name: String, bytes: Result<Vec<u8>, history::StoreError>| {
        let path = store.join(name);
        outputs::write(&path, &bytes.map_err(|error| Failure::Other(error.to_string()))?)?;
        outputs::print(&format!("kept {}\n", path.display()))
    };
    keep(history::file_name(baseline.today), history::snapshot(&baseline.snapshot, &attributes))?;
    match standing {
        Some(today) => keep(history::seats_name(baseline.today), history::seats_parquet(&seats(&baseline, &today)))?,
        None => eprintln!("who has which seat is not kept: see the findings above"),
    }
    Ok(Exit::Done)
}

/// Every SKU that is planned for, with those who have or await a seat.
fn seats(baseline: &Baseline, today: &Today) -> Vec<SkuSeats> {
    let snapshot = &baseline.snapshot;
    let of = |sku: SkuIndex| {
        let mut users = today.ledger.holders(sku);
        users.extend(today.ledger.queue(sku));
        users.sort_unstable();
        users.dedup();
        let holder = |user: u32| {
            let mut paths = today.ledger.paths(user).into_iter().filter(|path| path.sku == sku);
            Holder {
                id: snapshot.users.id(UserIndex(user)).into(),
                direct: paths.all(|path| path.source == Source::Direct),
            }
        };
        let units = today.units[sku.get()];
        let named = snapshot.sku(sku);
        SkuSeats {
            sku_part_number: named.sku_part_number.clone(),
            enabled: units.enabled,
            warning: units.warning,
            assigned: today.ledger.assigned(sku),
            consumed: named.consumed,
            holders: users.into_iter().map(holder).collect(),
        }
    };
    snapshot.sku_indexes().filter(|sku| snapshot.sku(*sku).is_planned()).map(of).collect()
}

fn calibrate(past: &PastArgs, write: Option<&Path>, seed: u64, format: Format) -> Result<Exit, Failure> {
    // `forecast` looks for these names among the attributes of users.
    let by: Vec<String> = match write {
        Some(_) => attributes(&past.cohort)?.iter().map(Attribute::graph_name).collect(),
        None => past.cohort.clone(),
    };
    let loaded = past.load()?;
    let mut calibration = settled(history::calibrate(&loaded.people, seed))?;
    calibration.life = history::life(&loaded.accounts, &loaded.seats, &past.cohort, seed);
    calibration.requests = history::requests(&loaded.seats, &loaded.accounts, seed);
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
