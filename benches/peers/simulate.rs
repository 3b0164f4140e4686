//! A hundred thousand people over three years: seatcast's side of the comparison with other simulators. In: sizes. Out: times and
//! percentiles as one line of JSON. Never: times the reading of the data, or leaves licensing out.
//!
//! `cargo bench --bench peers_simulate -- --users 100000 --replications 1000 --threads 2`
//! `cargo bench --bench peers_simulate -- --curve reports/gallery` measures how cost and memory grow.
//!
//! Everybody is in one of 20 departments, each with a licence of its own, so that demand for it is the department's headcount:
//! what other engines can count. Beside these, 180 rules over six attributes give ten more SKUs, in bundles of up to two, and
//! half of them have too few units for everybody: rules are evaluated again for everybody who joins, moves or leaves, and people wait.

mod dice;
mod growth;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use dice::Dice;
use growth::Measured;
use mimalloc::MiMalloc;
use seatcast::catalog::Catalog;
use seatcast::forecast::Forecast;
use seatcast::ingest::{self, SourceFile};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Progress, Settings};
use serde_json::{Value as Json, json};

/// As in the program.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

const DEPARTMENTS: usize = 20;
const SHARED: usize = 10;
const RULES: usize = 200;
const MONTHS: u32 = 36;

const HEADER: &str = "id,userPrincipalName,displayName,userType,accountEnabled,department,jobTitle,country,city,companyName,\
state,usageLocation\n";

fn users(count: usize) -> String {
    let mut dice = Dice(11);
    let mut text = HEADER.to_owned();
    for number in 0..count {
        let department = number % DEPARTMENTS;
        let (title, country, city) = (dice.roll(40), dice.roll(12), dice.roll(60));
        let (company, kind) = (dice.roll(5), dice.roll(3));
        let _ = writeln!(
            text,
            "00000000-0000-4000-8000-{number:012x},u{number}@example.test,U {number},Member,true,D{department:02},\
             T{title:02},C{country:02},Y{city:02},O{company},K{kind},NL"
        );
    }
    text
}

fn sku_id(sku: usize) -> String {
    format!("10000000-0000-4000-8000-{sku:012x}")
}

/// 20 groups that stand for departments, then rules of three or four comparisons: everybody is in a handful of groups.
fn groups() -> String {
    let mut dice = Dice(23);
    let mut text =
        "id,displayName,securityEnabled,groupTypes,membershipRule,membershipRuleProcessingState,assignedLicenses\n"
            .to_owned();
    for number in 0..RULES {
        let (rule, skus) = if number < DEPARTMENTS {
            (format!("user.department -eq \"\"D{number:02}\"\""), vec![number])
        } else {
            let mut comparisons = vec![format!("(user.country -eq \"\"C{:02}\"\")", dice.roll(12))];
            comparisons.extend((0..1 + dice.roll(2)).map(|_| match dice.roll(5) {
                0 => format!("(user.department -in [\"\"D{:02}\"\",\"\"D{:02}\"\"])", dice.roll(20), dice.roll(20)),
                1 => format!("(user.jobTitle -startsWith \"\"T{}\"\")", dice.roll(4)),
                2 => format!("(user.city -contains \"\"{}\"\")", dice.roll(10)),
                3 => format!("(user.companyName -ne \"\"O{}\"\")", dice.roll(5)),
                _ => format!("(user.state -eq \"\"K{}\"\")", dice.roll(3)),
            }));
            let first = DEPARTMENTS + dice.roll(SHARED);
            let second = DEPARTMENTS + dice.roll(SHARED);
            let skus = if dice.roll(3) == 0 && first != second { vec![first, second] } else { vec![first] };
            (format!("(user.accountEnabled -eq true) -and {}", comparisons.join(" -and ")), skus)
        };
        let licences: Vec<String> = skus.into_iter().map(sku_id).collect();
        let _ = writeln!(
            text,
            "20000000-0000-4000-8000-{number:012x},G{number:03},true,DynamicMembership,\"{rule}\",On,{}",
            licences.join(";")
        );
    }
    text
}

/// Units: plenty for departments; of the shared SKUs, every other one for 98 of a hundred who want it.
fn skus(wanted: &[u32]) -> String {
    let mut text = "skuId,skuPartNumber,productName,enabled,warning,suspended,lockedOut,consumedUnits\n".to_owned();
    for (sku, wanted) in wanted.iter().enumerate() {
        let scarce = sku >= DEPARTMENTS && sku % 2 == 0;
        let units = if scarce { wanted / 100 * 98 } else { wanted * 3 + 10 };
        let _ = writeln!(text, "{},SKU{sku:02},SKU {sku:02},{units},0,0,0,0", sku_id(sku));
    }
    text
}

const SETTINGS: &str = "[tenant]\nname = \"peers\"\ncountry = \"NL\"\nexported-on = 2026-11-20\n\
[policy]\nmissing-usage-location = \"tenant\"\n\
[workforce]\njoiners = \"0.8%/month\"\nleavers = \"0.8%/month\"\nmovers = \"0.5%/month\"\ndeletion-lag-days = 0\n\
[guests]\ninvited = \"0/month\"\nremoved = \"0/month\"\n[self-service]\njoins = \"0/month\"\nleaves = \"0/month\"\n";

fn read(users: &str, wanted: &[u32]) -> Baseline {
    let file = |name: &str, text: String| SourceFile { name: name.to_owned(), bytes: text.into_bytes() };
    let files = vec![
        file("users.csv", users.to_owned()),
        file("groups.csv", groups()),
        file("skus.csv", skus(wanted)),
        file("seatcast.toml", SETTINGS.to_owned()),
    ];
    let options = ingest::Options::default();
    let tables = ingest::tables(files, &options);
    let read = ingest::baseline(&tables, &options);
    read.value.unwrap_or_else(|| panic!("the tenant is not read: {:?}", read.diagnostics))
}

/// A tenant whose units are set by what its people want today.
fn tenant(count: usize) -> Baseline {
    let users = users(count);
    let many = vec![u32::MAX / 8; DEPARTMENTS + SHARED];
    let plenty = read(&users, &many);
    let today = simulate::today(&plenty, Catalog::embedded());
    let today = today.value.unwrap_or_else(|| panic!("the tenant cannot be settled: {:?}", today.diagnostics));
    let wanted: Vec<u32> = plenty.snapshot.sku_indexes().map(|sku| today.ledger.assigned(sku)).collect();
    read(&users, &wanted)
}

fn forecast(baseline: &Baseline, replications: u32, threads: usize) -> (Forecast, f64) {
    let settings = Settings::new(baseline.today, MONTHS, replications, 1).expect("valid settings");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let started = Instant::now();
    let run = pool.install(|| simulate::run(baseline, Catalog::embedded(), &settings, &Progress::default()));
    (run.value.expect("a forecast"), started.elapsed().as_secs_f64())
}

fn percentiles(forecast: &Forecast) -> Json {
    let of = |sku: &seatcast::forecast::SkuForecast| {
        let last = sku.points.last().expect("a point").demand;
        json!([last.p10, last.p50, last.p90])
    };
    let by_sku = forecast.skus.iter().filter(|sku| sku.sku_part_number.as_str() < "SKU20");
    Json::Object(by_sku.map(|sku| (sku.sku_part_number.replace("SKU", "D"), of(sku))).collect())
}

/// Peak memory of this process so far, in MB; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// The users whose memory is drawn against replications.
const MEMORY_OF: usize = 100_000;
const SIZES: [(usize, u32); 7] =
    [(10_000, 50), (30_000, 50), (100_000, 10), (100_000, 50), (100_000, 200), (300_000, 40), (1_000_000, 30)];

/// Turns that each size is measured in.
const TURNS: usize = 3;

/// Sizes in ascending order, up to `largest` users; where that is below the size whose memory is drawn, its own is.
fn curve(folder: &Path, largest: usize) {
    let mut measured = Vec::new();
    for (users, replications) in SIZES.into_iter().filter(|(users, _)| *users <= largest) {
        let baseline = tenant(users);
        // Whatever else the machine does only ever adds: the least of a few turns is what the work takes.
        let least =
            |replications: u32| (0..TURNS).map(|_| forecast(&baseline, replications, 1).1).fold(f64::MAX, f64::min);
        let (one, many) = (least(1), least(replications + 1));
        let (forecast, _) = forecast(&baseline, replications + 1, 1);
        let moved = |sku: &seatcast::forecast::SkuForecast| {
            let bridge = &sku.bridge;
            bridge.joiners_tenths + bridge.leavers_tenths + bridge.moved_in_tenths + bridge.moved_out_tenths
        };
        let tenths: i64 = forecast.skus.iter().map(moved).sum();
        let events = tenths as f64 / 10.0;
        let seconds = ((many - one) / f64::from(replications)).max(1e-6);
        eprintln!("{users} users, {replications} replications: {seconds:.4} s each, {events:.0} events");
        measured.push(Measured { users, replications, events, seconds, peak_mb: peak_mb() });
    }
    let memory_of = measured.iter().map(|one| one.users).filter(|users| *users <= MEMORY_OF).max();
    growth::write(folder, &measured, memory_of.expect("a size is measured"));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after =
        |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, default: usize| after(name).and_then(|value| value.parse().ok()).unwrap_or(default);
    if let Some(folder) = after("--curve") {
        return curve(Path::new(folder), number("--users", 1_000_000));
    }
    let (users, replications, threads) =
        (number("--users", 100_000), number("--replications", 1000) as u32, number("--threads", 2));
    let baseline = tenant(users);
    let (_, setup) = forecast(&baseline, 1, threads);
    let (forecast, seconds) = forecast(&baseline, replications, threads);
    let waiting: u32 = forecast.skus.iter().filter_map(|sku| Some(sku.points.last()?.waiting.p50)).sum();
    println!(
        "{}",
        json!({
            "users": users, "months": MONTHS, "replications": replications, "threads": threads, "rules": RULES,
            "seconds": seconds, "setup": setup, "waiting": waiting, "peakMB": peak_mb(), "demand": percentiles(&forecast),
        })
    );
}
