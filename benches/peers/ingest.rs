//! Reading a large export, beside Polars' own reader. In: a number of users. Out: a Markdown table of times, ratios and peak
//! memory. Never: times the making of the files, lets one reader's memory count for another: each reads in a process of its own.
//!
//! `benches/peers/run ingest` sets up Python and calls this. By itself: `PYTHON=… cargo bench --bench peers_ingest -- --users 1000000`
//!
//! Two layouts of 30 columns: `graph` as the command of `seatcast schema commands` writes it (everything quoted), and `entra`
//! as the portal's user export is (hardly anything quoted).

mod dice;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dice::Dice;
use mimalloc::MiMalloc;
use seatcast::ingest::{self, Options};
use serde_json::{Value as Json, json};

/// As in the program.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// Rounds, each with every reader in turn; the fastest of a reader counts.
const ROUNDS: usize = 3;
const LAYOUTS: [&str; 2] = ["graph", "entra"];

fn name(dice: &mut Dice, syllables: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "an", "be", "cor", "da", "el", "fi", "gu", "ha", "is", "jo", "ka", "lu", "mir", "no", "ol", "pe", "ri", "sa",
        "to", "ü",
    ];
    (0..syllables).map(|_| SYLLABLES[dice.roll(SYLLABLES.len())]).collect()
}

fn id(index: usize) -> String {
    let mut dice = Dice(index as u64 ^ 0x5eed);
    let word = |dice: &mut Dice| dice.roll(1 << 32);
    let (a, b, c, d) = (word(&mut dice), word(&mut dice), word(&mut dice), word(&mut dice));
    format!("{a:08x}-{:04x}-4{:03x}-8{:03x}-{:04x}{d:08x}", b >> 16, b & 0xfff, c & 0xfff, c >> 16)
}

const GRAPH: &str = "Id,UserPrincipalName,DisplayName,GivenName,Surname,Mail,AccountEnabled,UserType,UsageLocation,Department,JobTitle,CompanyName,Country,State,City,OfficeLocation,PostalCode,EmployeeId,EmployeeType,EmployeeHireDate,CreatedDateTime,CreationType,ExternalUserState,OnPremisesSyncEnabled,OnPremisesImmutableId,ExtensionAttribute1,ExtensionAttribute2,Manager,MobilePhone,AssignedLicenses";
const ENTRA: &str = "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,invitationState,identityIssuer,createdDateTime,employeeId";

/// One user as the cells of either layout.
fn cell(column: &str, user: usize, users: usize, person: &[String; 2], dice: &mut Dice) -> String {
    let [first, last] = person;
    let place = user % 40;
    match column.to_lowercase().as_str() {
        "id" => id(user),
        "userprincipalname" | "mail" => format!("{first}.{last}{user}@ostermoor.example"),
        "displayname" => format!("{first} {last} {}", user % 97),
        "givenname" => first.clone(),
        "surname" => last.clone(),
        "accountenabled" => if user.is_multiple_of(11) { "False" } else { "True" }.to_owned(),
        "usertype" => if user.is_multiple_of(17) { "Guest" } else { "Member" }.to_owned(),
        "usagelocation" => ["NL", "DE", "PL", "JP"][user % 4].to_owned(),
        "department" => format!("Department {}", dice.roll(300)),
        "jobtitle" => format!("Title of kind {}", dice.roll(800)),
        "companyname" => format!("Ostermoor {}", place % 6),
        "country" => ["Netherlands", "Germany", "Poland", "Japan"][user % 4].to_owned(),
        "state" => format!("State {place}"),
        "city" => format!("City {}", dice.roll(200)),
        "officelocation" => format!("City {place} office"),
        "postalcode" => format!("{:04} AB", dice.roll(10_000)),
        "streetaddress" => format!("Street {}", dice.roll(5000)),
        "employeeid" => format!("{user:07}"),
        "employeetype" => ["Employee", "Contractor"][usize::from(user.is_multiple_of(8))].to_owned(),
        "employeehiredate" | "createddatetime" if column.starts_with('c') => {
            format!("{}/{}/{} 1:25:31 PM", 1 + dice.roll(12), 1 + dice.roll(28), 2005 + dice.roll(20))
        }
        "employeehiredate" => {
            format!("{}-{:02}-{:02}T00:00:00Z", 2005 + dice.roll(20), 1 + dice.roll(12), 1 + dice.roll(28))
        }
        "createddatetime" => {
            let (hour, minute) = (dice.roll(24), dice.roll(60));
            format!(
                "{}-{:02}-{:02}T{hour:02}:{minute:02}:{:02}Z",
                2005 + dice.roll(20),
                1 + dice.roll(12),
                1 + dice.roll(28),
                dice.roll(60)
            )
        }
        "onpremisessyncenabled" | "directorysynced" => if user.is_multiple_of(3) { "" } else { "True" }.to_owned(),
        "onpremisesimmutableid" => format!("{:022X}==", id(user).len() * 7919 + user * 1_000_003),
        "extensionattribute1" => format!("CC-{}", dice.roll(900)),
        "extensionattribute2" => ["Hybrid", "Office", ""][user % 3].to_owned(),
        "manager" => id(dice.roll(users.div_ceil(12))),
        "mobilephone" | "telephonenumber" => format!("+31 6 {:08}", dice.roll(100_000_000)),
        "assignedlicenses" => "05e9a617-0261-4cee-bb44-138d3ef5d965".to_owned(),
        _ => String::new(),
    }
}

fn make(path: &Path, layout: &str, users: usize) -> std::io::Result<()> {
    let (header, quoted) = if layout == "graph" { (GRAPH, true) } else { (ENTRA, false) };
    let columns: Vec<&str> = header.split(',').collect();
    assert_eq!(columns.len(), 30);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice(3);
    write!(out, "{}", if quoted { "" } else { "\u{feff}" })?;
    let line = |cells: Vec<String>| {
        let cell = |cell: String| if quoted && !cell.is_empty() { format!("\"{cell}\"") } else { cell };
        cells.into_iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
    };
    out.write_all(line(columns.iter().map(|column| (*column).to_owned()).collect()).as_bytes())?;
    for user in 0..users {
        let person = [name(&mut dice, 2), name(&mut dice, 3)];
        let cells = columns.iter().map(|column| cell(column, user, users, &person, &mut dice)).collect();
        out.write_all(line(cells).as_bytes())?;
    }
    out.flush()
}

/// Reads as a command does; `through` says how far. Prints the seconds and the rows.
fn read(path: &Path, through: &str) {
    let options = Options { clock: chrono::NaiveDate::from_ymd_opt(2026, 11, 20), ..Options::default() };
    let started = Instant::now();
    let file = ingest::read_file(path, "users.csv").expect("the file is there");
    let tables = ingest::tables(vec![file], &options);
    let mut rows = tables.reports[0].rows_read as usize;
    assert!(!tables.has_refused(), "{:?}", tables.reports[0].diagnostics);
    let baseline = (through == "baseline").then(|| ingest::baseline(&tables, &options).value.expect("a baseline"));
    let seconds = started.elapsed().as_secs_f64();
    rows = baseline.as_ref().map_or(rows, |baseline| baseline.snapshot.users.len());
    println!("{}", json!({ "seconds": seconds, "rows": rows, "peak_kb": peak_kb() }));
    // Giving the memory back is no part of reading.
    std::mem::forget((tables, baseline));
}

/// The most memory that this process ever held, as Linux counts it; 0 elsewhere.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[derive(Clone, Copy, Debug)]
struct Best {
    seconds: f64,
    peak_kb: u64,
}

fn child(mut command: Command, rows: usize) -> Best {
    let output = command.output().expect("a reader starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let told: Json = serde_json::from_slice(&output.stdout).expect("a line of JSON");
    assert_eq!(told["rows"], rows, "{command:?} reads every row");
    Best { seconds: told["seconds"].as_f64().unwrap_or(f64::NAN), peak_kb: told["peak_kb"].as_u64().unwrap_or(0) }
}

fn compare(users: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/read_csv.py");
    let own = std::env::current_exe().expect("this program has a path");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{users} users, 30 columns, {threads} threads; the fastest of {ROUNDS} runs in turn, each in a process of its own.\n"
    );
    println!("| file | reader | seconds | times Polars | peak memory, MB | times the file |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for layout in LAYOUTS {
        let path = folder.path().join(format!("{layout}.csv"));
        make(&path, layout, users).expect("the file is written");
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let mut best: [Option<Best>; 3] = [None; 3];
        for _ in 0..ROUNDS {
            for (reader, best) in best.iter_mut().enumerate() {
                let mut command = Command::new(if reader == 0 { python.as_ref() } else { own.as_os_str() });
                match reader {
                    0 => command.arg(&script).arg(&path),
                    1 => command.arg("--read").arg(&path),
                    _ => command.arg("--baseline").arg(&path),
                };
                let run = child(command, users);
                let known = best.get_or_insert(run);
                known.seconds = known.seconds.min(run.seconds);
                known.peak_kb = known.peak_kb.min(run.peak_kb);
            }
        }
        let polars = best[0].map_or(f64::NAN, |best| best.seconds);
        let names =
            ["Polars read_csv, all columns as strings", "seatcast, read and checked", "seatcast, through the baseline"];
        for (name, best) in names.iter().zip(best.iter().flatten()) {
            let memory = best.peak_kb as f64 * 1024.0;
            println!(
                "| {layout}, {:.0} MB | {name} | {:.3} | {:.2} | {:.0} | {:.2} |",
                bytes as f64 / 1e6,
                best.seconds,
                best.seconds / polars,
                memory / 1e6,
                memory / bytes as f64
            );
        }
        fs::remove_file(&path).expect("the file goes");
    }
}

fn argument(name: &str) -> Option<String> {
    let arguments: Vec<String> = std::env::args().collect();
    arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1).cloned())
}

fn main() {
    let users = argument("--users").and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    if let Some(path) = argument("--make") {
        make(&PathBuf::from(path), &argument("--layout").unwrap_or_default(), users).expect("the file is written");
    } else if let Some(path) = argument("--read") {
        read(Path::new(&path), "tables");
    } else if let Some(path) = argument("--baseline") {
        read(Path::new(&path), "baseline");
    } else {
        compare(users);
    }
}
