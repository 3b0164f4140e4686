//! `--pseudonymise` on the demo: no output of any kind holds a name, an address or a number of a person, a group or the organisation.
//! Workbook and PDF are opened in `tests/office`.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use polars::prelude::{ParquetReader, SerReader};

use super::names::Names;

fn texts(folder: &Path, all: &mut Vec<(String, String)>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            texts(&path, all);
        } else if name.ends_with(".parquet") {
            let frame = ParquetReader::new(Cursor::new(fs::read(&path).unwrap())).finish().unwrap();
            let columns = frame.columns().iter().map(|column| {
                let series = column.as_materialized_series();
                (0..series.len()).map(|row| series.get(row).unwrap().to_string()).collect::<Vec<_>>().join("\n")
            });
            all.push((name, columns.collect::<Vec<_>>().join("\n")));
        } else {
            all.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn nameless(arguments: &[&str]) {
    let out = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(arguments)
        .args([
            "--months",
            "3",
            "--replications",
            "3",
            "--pseudonymise",
            "a salt",
            "--only",
            "html,md,json,csv,parquet,svg",
        ])
        .arg("--out")
        .arg(out.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut all = vec![
        ("stdout".to_owned(), String::from_utf8_lossy(&run.stdout).into_owned()),
        ("stderr".to_owned(), String::from_utf8_lossy(&run.stderr).into_owned()),
    ];
    texts(out.path(), &mut all);
    assert!(all.len() > 8, "{}", all.len());
    let names = Names::of_the_demo();
    for (file, text) in all {
        // Text of a page may stand in the language of the page: entities are read back.
        let text = text.replace("&#39;", "'").replace("&amp;", "&").replace("&#64;", "@").replace('\u{a0}', " ");
        assert_eq!(names.in_text(&file).or(names.in_text(&text)), None, "in {file}");
    }
}

#[test]
fn a_forecast_without_names_holds_none() {
    nameless(&["forecast", "data/demo"]);
}

#[test]
fn the_forecast_of_a_scenario_without_names_holds_none() {
    nameless(&["forecast", "data/demo", "--scenario", "acquisition", "--format", "json"]);
}

#[test]
fn a_comparison_without_names_holds_none() {
    nameless(&["compare", "data/demo", "--scenario", "copilot", "--scenario", "lay-off"]);
}

#[test]
fn a_status_without_names_holds_none() {
    let names = Names::of_the_demo();
    let run = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_seatcast"))
            .args(["status", "data/demo"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).replace('\u{a0}', " "))
    };
    for format in ["text", "json"] {
        assert!(names.in_text(&run(&["--format", format])[0]).is_some(), "{format} names nobody to begin with");
        for language in ["en", "nl"] {
            let shown = run(&["--format", format, "--language", language, "--pseudonymise", "a salt"]);
            for text in &shown {
                assert_eq!(names.in_text(text), None, "{format}, {language}");
            }
            assert!(shown[0].contains("tenant-") && shown[0].contains("group-"), "{format}, {language}");
        }
    }
}
