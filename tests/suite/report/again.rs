//! Reports made once more from what a forecast saved: the same bytes, and no file that breaks the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use seatcast::forecast::{Whole, WholeError};
use seatcast::report::{Kind, Language, Options, comparison, document, files_of, markdown, scenario, text};
use serde_json::Value;

use super::fixture;

fn wholes(months: u32) -> [Whole; 3] {
    let compared = fixture::comparison_over(months);
    let case = compared.scenarios[0].clone();
    [
        Whole::Forecast(fixture::forecast_of(&fixture::plans()[..2], months)),
        Whole::Scenario {
            title: case.title,
            forecast: Box::new(case.forecast),
            baseline: Box::new(compared.baseline.clone()),
        },
        Whole::Comparison(compared),
    ]
}

#[test]
fn what_was_saved_is_read_back_whole() {
    for whole in wholes(6) {
        let again = Whole::parse(&whole.bytes().unwrap()).unwrap();
        assert_eq!(again, whole);
        assert_eq!(again.bytes().unwrap(), whole.bytes().unwrap());
    }
}

#[test]
fn only_the_kinds_that_were_asked_for_are_made() {
    let options = Options { only: vec![Kind::Csv, Kind::Markdown], ..Options::default() };
    let made = files_of(&wholes(3)[0], &options).unwrap();
    let names: Vec<&str> =
        made.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("star/")).collect();
    assert_eq!(names, ["report.md", "series.csv", "focus.csv", "saved.json"]);
    assert!(made.iter().all(|(name, _)| !name.ends_with(".parquet")));
}

#[test]
fn a_scenario_is_named_on_page_one_in_json_and_in_the_cost_rows() {
    let [_, whole, _] = wholes(3);
    let options = Options { only: vec![Kind::Json, Kind::Csv, Kind::Html], ..Options::default() };
    let made = files_of(&whole, &options).unwrap();
    let text =
        |name: &str| String::from_utf8_lossy(&made.iter().find(|(known, _)| known == name).unwrap().1).into_owned();
    let json: Value = serde_json::from_str(&text("forecast.json")).unwrap();
    assert_eq!(json["scenario"], "Faster growth");
    assert!(text("focus.csv").lines().skip(1).all(|line| line.contains(",Faster growth,")));
    let page = text("report.html");
    for part in ["id=\"case-0\" checked", "id=\"case-1\">", "Scenario “Faster growth” · 24"] {
        assert!(page.contains(part), "{part}");
    }
    // No id stands twice on a page that holds two documents.
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

fn seatcast(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).current_dir(folder).output().unwrap()
}

fn all_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            files.extend(all_files(&entry).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.push((name, fs::read(&entry).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn the_command_makes_the_bytes_of_the_forecast_and_then_another_language() {
    let room = tempfile::tempdir().unwrap();
    let at = room.path();
    assert!(seatcast(at, &["generate", "--out", "small", "--users", "60"]).status.success());
    // What takes long (PDF, PNG) is the same for the same results, and these are held against each other above.
    let only = ["--only", "html,md,xlsx,json,csv,parquet,svg"];
    let run = ["forecast", "small", "--months", "3", "--replications", "10"];
    let made = seatcast(at, &[&run[..], &only].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = seatcast(at, &[&["report", "reports/small", "--out", "again"][..], &only].concat());
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    let screen = |output: &Output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.rsplit_once(" files in ").unwrap().0.to_owned()
    };
    assert_eq!(screen(&made), screen(&again));
    assert!(all_files(&at.join("reports/small")) == all_files(&at.join("again")));

    // By the name of the tenant folder, in Dutch, with fewer files, and without names beside those that have them.
    let dutch = seatcast(at, &["report", "small", "--language", "nl", "--only", "md", "--pseudonymise", "salt"]);
    assert!(dutch.status.success(), "{}", String::from_utf8_lossy(&dutch.stderr));
    let folder = at.join("reports/small/pseudonymised");
    let names: Vec<String> = all_files(&folder).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["report.md", "saved.json"]);
    assert!(fs::read_to_string(folder.join("report.md")).unwrap().contains("## Vraag en aanbod"));
    assert!(String::from_utf8_lossy(&dutch.stdout).contains("Vraag en aanbod"));

    let nothing = seatcast(at, &["report", "elsewhere"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("no forecast is saved in `elsewhere`"));
}

#[test]
fn a_file_that_is_something_else_is_refused_with_the_reason() {
    let [whole, ..] = wholes(2);
    let good: Value = serde_json::from_slice(&whole.bytes().unwrap()).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        Whole::parse(value.to_string().as_bytes())
    };
    assert!(with(&|_| {}).is_ok());
    assert!(matches!(Whole::parse(b"{}"), Err(WholeError::NotSaved(_))));
    assert!(matches!(with(&|value| value["version"] = 9.into()), Err(WholeError::Newer(9))));
    assert!(matches!(with(&|value| value["kind"] = "seatcast-forecast".into()), Err(WholeError::NotSaved(_))));
    let broken: [&dyn Fn(&mut Value); 5] = [
        &|value| value["of"]["forecast"]["skus"][0]["points"][1]["capacity"] = 4_000_000_000_u32.into(),
        &|value| value["of"]["forecast"]["skus"][0]["points"][1]["day"] = "2024-01-01".into(),
        &|value| value["of"]["forecast"]["skus"][0]["points"][0]["demand"]["p90"] = 0.into(),
        &|value| value["of"]["forecast"]["provenance"]["today"] = "-0044-03-15".into(),
        &|value| value["of"]["forecast"]["skus"][1]["points"] = Value::Array(Vec::new()),
    ];
    for change in broken {
        assert!(matches!(with(change), Err(WholeError::Broken(_))));
    }
}

/// Every place of a value, as a pointer.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), all)),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(n, value)| places(value, &format!("{at}/{n}"), all));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_file_breaks_a_report(which in 0..3usize, place in any::<prop::sample::Index>(), new in prop_oneof![
        Just(Value::Null),
        Just(Value::from(0)),
        Just(Value::from(-7)),
        Just(Value::from(49_999_999)),
        Just(Value::from(999_999_999_999_999_i64)),
        Just(Value::from("")),
        Just(Value::from("2100-02-28")),
        Just(Value::Array(Vec::new())),
        Just(Value::Object(serde_json::Map::new())),
    ]) {
        let whole = Vec::from(wholes(2)).swap_remove(which);
        let mut value: Value = serde_json::from_slice(&whole.bytes().unwrap()).unwrap();
        let mut all = Vec::new();
        places(&value, "", &mut all);
        let chosen: &String = place.get(&all);
        *value.pointer_mut(chosen).unwrap() = new;
        let Ok(read) = Whole::parse(value.to_string().as_bytes()) else { return Ok(()) };
        let made = match &read {
            Whole::Forecast(forecast) => document(forecast, Language::English),
            Whole::Scenario { title, forecast, .. } => scenario(forecast, title, Language::Dutch),
            Whole::Comparison(both) => comparison(both, Language::English),
        };
        prop_assert!(!text(&made, &seatcast::report::Screen::default()).is_empty());
        prop_assert!(!markdown(&made, seatcast::report::Level::Appendix).is_empty());
        let options = Options { only: vec![Kind::Csv, Kind::Json, Kind::Xlsx, Kind::Html], ..Options::default() };
        prop_assert!(files_of(&read, &options).is_ok());
    }
}
