//! The program as people run it: the main job on the demo, and folders that cannot be forecast.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn seatcast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).current_dir(root()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the files of the canonical sample, changed by `edit`, in a place of its own.
fn tenant(edit: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["users.csv", "groups.csv", "memberships.csv", "skus.csv"] {
        fs::copy(root().join("tests/samples/canonical").join(name), folder.path().join(name)).unwrap();
    }
    edit(folder.path());
    folder
}

fn forecast(folder: &Path, more: &[&str]) -> Output {
    let out = folder.join("out");
    let mut arguments =
        vec!["forecast", folder.to_str().unwrap(), "--today", "2026-11-20", "--out", out.to_str().unwrap()];
    arguments.extend(["--months", "2", "--replications", "5"]);
    arguments.extend(more);
    seatcast(&arguments)
}

/// Asserts that the run stops with exit code 1, says every one of `said`, and leaves no file.
fn refused(folder: &Path, said: &[&str]) {
    let output = forecast(folder, &[]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    said.iter().for_each(|said| assert!(stderr.contains(said), "`{said}` is not in:\n{stderr}"));
    assert!(!folder.join("out").exists(), "a refused run leaves nothing behind");
}

#[test]
fn the_main_job_on_the_demo_prints_the_dates_and_leaves_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let arguments = ["forecast", "data/demo", "--replications", "30", "--months", "12", "--out", out];
    let output = seatcast(&arguments);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stdout.contains('\u{1b}'), "no colour when stdout is no terminal");
    for said in ["20 November 2026 to 20 November 2027", "Power BI Pro is short by 18 seats today", "1 December 2026"] {
        assert!(stdout.contains(said), "`{said}` is not in:\n{stdout}");
    }
    assert!(stdout.lines().all(|line| line.chars().count() <= 100), "tables fit the width of no terminal");
    let pdf = fs::read(folder.path().join("report.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let skus = ["SPE_E3", "SPE_E5", "SPE_F1", "POWER_BI_PRO", "VISIOCLIENT", "Microsoft_365_Copilot"];
    for chart in skus.iter().chain(&["overview"]) {
        let png = fs::read(folder.path().join(format!("{chart}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG"), "{chart}");
        assert!(folder.path().join(format!("{chart}.svg")).exists(), "{chart}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("forecast.json")).unwrap()).unwrap();
    assert_eq!(json["version"], 1);
    let sum = |lines: &serde_json::Value| -> i64 {
        lines.as_array().unwrap().iter().map(|line| line["minor"].as_i64().unwrap()).sum()
    };
    assert!(json["cost_centres"].as_array().unwrap().iter().any(|line| line["cost_centre"] == "CC-4107"));
    assert_eq!(sum(&json["cost_centres"]), sum(&json["departments"]), "the same money, told apart another way");
    let list = |name: &str| json[name].as_array().unwrap().clone();
    let falls: Vec<_> =
        list("shortages").into_iter().filter(|short| short["cause"]["kind"] == "supply-falls").collect();
    assert!(!falls.is_empty());
    for short in falls {
        let (cause, act) = (&short["cause"], &short["last_day_to_act"]);
        let in_calendar = list("renewals").into_iter().any(|event| {
            (&event["day"], &event["subscription"], &event["last_day_to_act"])
                == (&cause["day"], &cause["subscription"], act)
        });
        assert!(in_calendar, "page one decides by {act} and the calendar of renewals does not know the day");
    }
    let parquet = fs::read(folder.path().join("series.parquet")).unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}

#[test]
fn an_empty_folder_and_one_without_users_are_refused() {
    let empty = tempfile::tempdir().unwrap();
    refused(empty.path(), &["error"]);
    refused(tenant(|folder| fs::remove_file(folder.join("users.csv")).unwrap()).path(), &["users"]);
}

#[test]
fn a_csv_that_was_cut_off_is_refused_with_its_line() {
    let cut = tenant(|folder| {
        let users = fs::read(folder.join("users.csv")).unwrap();
        fs::write(folder.join("users.csv"), &users[..users.len() - 200]).unwrap();
    });
    refused(cut.path(), &["users.csv, line 46", "cut off"]);
}

#[test]
fn a_pdf_named_users_csv_is_refused_by_name() {
    let pdf = tenant(|folder| fs::write(folder.join("users.csv"), b"%PDF-1.7\n1 0 obj\n").unwrap());
    refused(pdf.path(), &["users.csv", "PDF"]);
}

/// The members of the group were exported, so its number is right today: the run says so and goes on.
#[test]
fn a_rule_that_cannot_be_parsed_is_a_finding_with_its_line_and_the_exported_members_stand() {
    let broken = tenant(|folder| {
        let groups = fs::read_to_string(folder.join("groups.csv")).unwrap();
        let rule = "user.department -eq \"\"Warehouse\"\" -and user.accountEnabled -eq true";
        assert!(groups.contains(rule));
        fs::write(folder.join("groups.csv"), groups.replace(rule, "user.department -equals \"\"Warehouse\"\""))
            .unwrap();
    });
    let output = forecast(broken.path(), &["--format", "json"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("groups.csv, line 6, column membershipRule"), "{stderr}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kept = json["coverage"]["rules_not_simulated"].as_array().unwrap();
    assert!(kept.iter().any(|kept| kept["group"] == "SG-LIC-M365-F3"), "{kept:?}");
}

/// Neither a rule nor members: any number of its SKU would be wrong.
#[test]
fn a_licensed_group_without_rule_and_members_stops_the_run() {
    let unknown = tenant(|folder| {
        let groups = fs::read_to_string(folder.join("groups.csv")).unwrap();
        let rule = "user.department -eq \"\"Warehouse\"\" -and user.accountEnabled -eq true";
        fs::write(folder.join("groups.csv"), groups.replace(rule, "user.department -equals \"\"Warehouse\"\""))
            .unwrap();
        fs::remove_file(folder.join("memberships.csv")).unwrap();
        let users = fs::read_to_string(folder.join("users.csv")).unwrap();
        // Without the paths of licences the members cannot be read off their holders either.
        let users = users.replace("assignedLicenses,licenseAssignmentPaths", "ignoredOne,ignoredTwo");
        fs::write(folder.join("users.csv"), users).unwrap();
    });
    refused(unknown.path(), &["SG-LIC-M365-F3", "unknown"]);
}

#[test]
fn a_sku_that_no_catalogue_knows_is_a_warning_and_is_counted() {
    let unknown = tenant(|folder| {
        let skus = fs::read_to_string(folder.join("skus.csv")).unwrap();
        let row = "aaaaaaaa-0000-4000-8000-000000000001,CONTOSO_SPECIAL,Contoso Special,User,Enabled,7,0,0,0,0\n";
        fs::write(folder.join("skus.csv"), skus + row).unwrap();
    });
    let output = forecast(unknown.path(), &["--format", "json"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("CONTOSO_SPECIAL"), "{stderr}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let skus = json["skus"].as_array().unwrap();
    assert!(skus.iter().any(|sku| text(sku.to_string().as_bytes()).contains("CONTOSO_SPECIAL")), "{skus:?}");
}

#[test]
fn a_condition_that_holds_ends_with_3_and_wrong_usage_with_2() {
    let folder = tenant(|_| {});
    assert_eq!(forecast(folder.path(), &["--fail-on", "b2b"]).status.code(), Some(3));
    assert_eq!(forecast(folder.path(), &["--fail-on", "weather"]).status.code(), Some(2));
    assert_eq!(seatcast(&["forecast"]).status.code(), Some(2));
    let impossible = forecast(folder.path(), &["--replications", "0"]);
    assert_eq!((impossible.status.code(), text(&impossible.stderr).contains("replications")), (Some(2), true));
}

#[test]
fn a_shell_gets_its_script_and_a_reader_the_manual() {
    let script = seatcast(&["completions", "bash"]);
    assert_eq!(script.status.code(), Some(0));
    assert!(text(&script.stdout).contains("forecast"));
    let page = seatcast(&["man"]);
    assert!(text(&page.stdout).starts_with(".ie"), "{}", text(&page.stdout));
    assert!(text(&page.stdout).contains("headroom"));
}

/// What a past teaches is written where a forecast finds it, in a form that it reads.
#[test]
fn learned_rates_are_written_where_a_forecast_finds_them() {
    let folder = tenant(|_| ());
    let past = "tests/workforce/employees.csv";
    let path = folder.path().to_str().unwrap();
    let wrote = seatcast(&["history", "calibrate", past, "--until", "2012-12-31", "--write", path]);
    assert!(wrote.status.success(), "{}", text(&wrote.stderr));
    let json: serde_json::Value =
        serde_json::from_slice(&forecast(folder.path(), &["--format", "json"]).stdout).unwrap();
    let stated = json["assumptions"].as_array().unwrap();
    let of = |name: &str| stated.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{stated:?}"));
    assert!(of("workforce.leavers")["value"].as_str().unwrap().starts_with("p10 "));
    assert!(of("cohorts")["value"].as_str().unwrap().contains("by department"));
    assert_eq!(of("cohorts")["given"], true);
}

/// Every file of a forecast, byte for byte.
#[test]
fn one_two_and_sixteen_threads_leave_the_same_files() {
    let folder = tenant(|_| ());
    let written = |threads: &str| {
        let output = forecast(folder.path(), &["--threads", threads]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let out = folder.path().join("out");
        let files = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let mut files: Vec<(PathBuf, Vec<u8>)> = files.map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
        files.sort();
        fs::remove_dir_all(&out).unwrap();
        files
    };
    let one = written("1");
    assert!(one.len() > 5, "{} files", one.len());
    assert!(one == written("2") && one == written("16"), "the number of threads shows");
}
