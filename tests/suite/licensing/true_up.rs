//! What an Enterprise Agreement asks for: in `status`, in the renewal calendar, and what a file may say of reservations.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn seatcast(folder: &Path, command: &str, more: &[&str]) -> Output {
    let mut arguments = vec![command, folder.to_str().unwrap()];
    arguments.extend(more);
    Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).current_dir(root()).output().unwrap()
}

/// The demo with lines of two files replaced: `(file, what, by what)`.
fn demo(changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("data/demo")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
            let mut text = fs::read_to_string(&entry).unwrap();
            for (_, what, by) in changes.iter().filter(|(file, ..)| *file == name) {
                assert!(text.contains(what), "{name}: {what}");
                text = text.replace(what, by);
            }
            fs::write(folder.path().join(name), text).unwrap();
        }
    }
    folder
}

const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965,SPE_E3";
/// Of the direct lot of Microsoft 365 E3, 40 units are a reservation under the agreement instead.
const DIRECT: &str = "186,2026-03-15,P1Y,2027-03-15,true,,,annual,direct,false";
const HEAD: (&str, &str, &str) = ("subscriptions.csv", "channel,trial\n", "channel,trial,reserved\n");

fn reserved(start: &str) -> tempfile::TempDir {
    let line = format!(
        "146,2026-03-15,P1Y,2027-03-15,true,,,annual,direct,false,\nR-1,{E3},40,{start},P1Y,2027-07-01,true,,,annual,ea,false,true"
    );
    let text = fs::read_to_string(root().join("data/demo/subscriptions.csv")).unwrap();
    let lines = text.lines().skip(1).filter(|line| !line.contains(DIRECT));
    let changes: Vec<(String, String)> = lines.map(|line| (format!("{line}\n"), format!("{line},\n"))).collect();
    let mut all = vec![HEAD, ("subscriptions.csv", DIRECT, &*line)];
    all.extend(changes.iter().map(|(what, by)| ("subscriptions.csv", &**what, &**by)));
    demo(&all)
}

fn status(folder: &Path) -> serde_json::Value {
    let output = seatcast(folder, "status", &["--quiet", "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json["status"].clone()
}

#[test]
fn a_reservation_is_owed_in_full_back_to_its_month_of_use() {
    let folder = reserved("2026-09-10");
    let status = status(folder.path());
    let rows = status["true_ups"].as_array().unwrap();
    let row = rows.iter().find(|row| row["sku"] == "Microsoft 365 E3").unwrap();
    assert_eq!(
        (&row["day"], &row["order_from"], &row["order_by"]),
        (&"2027-07-01".into(), &"2027-05-02".into(), &"2027-06-01".into())
    );
    // 930 units, 903 seats: 27 of the 40 are not used, and all 40 are owed.
    assert_eq!(
        (&row["agreed"], &row["reserved"], &row["beyond_paid"], &row["owed"]),
        (&744.into(), &40.into(), &0.into(), &40.into())
    );
    let seat = price(&status, "SPE_E3");
    // September to June is ten months.
    assert_eq!(row["until_then"]["minor"], 40 * 10 * seat);
    let lines = status["reservations"].as_array().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["units"], &lines[0]["unused"], &lines[0]["cancel_until"]),
        (&40.into(), &27.into(), &serde_json::Value::Null)
    );
    let text = seatcast(folder.path(), "status", &["--quiet"]).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("Owed at the next true-up") && text.contains("Reserved seats"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

/// What a seat of the SKU costs a month on the demo's day, from the file.
fn price(_: &serde_json::Value, part_number: &str) -> i64 {
    let text = fs::read_to_string(root().join("data/demo/prices.csv")).unwrap();
    let lines = text.lines().filter(|line| line.contains(&format!(",{part_number},")));
    let current = lines.map(|line| line.split(',').collect::<Vec<_>>()).filter(|cells| cells[5] <= "2026-11-20");
    let latest = current.max_by_key(|cells| cells[5].to_owned()).unwrap();
    let amount = if latest[3].is_empty() { latest[2] } else { latest[3] };
    amount.replace('.', "").parse().unwrap()
}

#[test]
fn seats_beyond_what_is_paid_are_owed_from_this_month_on() {
    let folder = demo(&[
        ("subscriptions.csv", "SPE_E5,117,", "SPE_E5,72,"),
        ("skus.csv", "SPE_E5,Microsoft 365 E5,User,Enabled,195,", "SPE_E5,Microsoft 365 E5,User,Enabled,150,"),
    ]);
    let status = status(folder.path());
    let row = status["true_ups"].as_array().unwrap().iter().find(|row| row["sku"] == "Microsoft 365 E5").unwrap();
    assert_eq!((&row["beyond_paid"], &row["owed"]), (&15.into(), &15.into()));
    // November to June is eight months.
    assert_eq!(row["until_then"]["minor"], 15 * 8 * price(&status, "SPE_E5"));
    assert_eq!(row["each_year"]["minor"], 15 * 12 * price(&status, "SPE_E5"));
}

#[test]
fn the_renewal_calendar_has_every_anniversary_with_what_will_have_been_used() {
    let folder = reserved("2026-09-10");
    let out = folder.path().join("out");
    let more = ["--months", "24", "--replications", "20", "--format", "json", "--out", out.to_str().unwrap()];
    let output = seatcast(folder.path(), "forecast", &more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let events = json["renewals"].as_array().unwrap();
    let true_ups: Vec<_> =
        events.iter().filter(|event| event["outcome"] == "true-up" && event["sku"] == "Microsoft 365 E3").collect();
    let days: Vec<_> = true_ups.iter().map(|event| event["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2027-07-01", "2028-07-01"]);
    let count = |at: usize, field: &str| true_ups[at][field].as_u64().unwrap();
    assert_eq!((count(0, "quantity_before"), &true_ups[0]["last_day_to_act"]), (744, &"2027-06-01".into()));
    assert!(count(0, "quantity_after") >= 784, "what is reserved is ordered at least");
    assert!(count(1, "quantity_before") >= count(0, "quantity_after"), "what was ordered stays");
}

#[test]
fn a_reservation_that_cannot_be_is_refused_and_one_too_early_warned_about() {
    let check = |folder: &Path| {
        let output = seatcast(folder, "status", &[]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = check(reserved("2027-06-30").path());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("S105") && said.contains("2026-12-30"), "{said}");
    let direct = demo(&[HEAD, ("subscriptions.csv", "annual,direct,false\n", "annual,direct,false,true\n")]);
    let (code, said) = check(direct.path());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("S102") && said.contains("Enterprise Agreement"), "{said}");
}
