//! `seatcast plan` as people run it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn plan(folder: &Path, out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["plan", folder.to_str().unwrap(), "--out", out.to_str().unwrap()];
    for (option, value) in [("--months", "6"), ("--replications", "20")] {
        if !more.iter().any(|given| given.starts_with(option)) {
            arguments.extend([option, value]);
        }
    }
    arguments.extend(more);
    Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).current_dir(root()).output().unwrap()
}

/// The demo without the files named.
fn demo_without(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("data/demo")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        if entry.is_file() && !names.contains(&&*name) {
            fs::copy(&entry, folder.path().join(name)).unwrap();
        }
    }
    folder
}

fn refused(folder: &Path, more: &[&str], said: &[&str]) {
    let out = folder.join("out");
    let output = plan(folder, &out, more);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    said.iter().for_each(|said| assert!(stderr.contains(said), "`{said}` is not in:\n{stderr}"));
    assert!(!out.exists(), "a refused plan leaves nothing behind");
}

#[test]
fn the_demo_gets_a_plan_with_dates_costs_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let output = plan(&root().join("data/demo"), folder.path(), &["--format", "json"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("AAD_PREMIUM_P2` is not planned"), "a SKU without a price is said: {stderr}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["unplanned"][0]["reason"], "no-price");
    for sku in json["skus"].as_array().unwrap() {
        assert_eq!(sku["proof"]["gap"]["minor"], 0, "{sku}");
        let minor = |field: &str| sku[field]["minor"].as_i64().unwrap();
        assert!(minor("cost") <= minor("cost_of_peak"), "{sku}");
        let allowed = 1;
        assert!(sku["planned"]["replications_short"].as_u64().unwrap() <= allowed, "5 % of 20: {sku}");
        let lines: i64 =
            sku["lines"].as_array().unwrap().iter().map(|line| line["cost"]["minor"].as_i64().unwrap()).sum();
        assert!(lines <= minor("cost") + 50, "lines cost no more than the plan: {sku}");
    }
    let total = &json["totals"][0];
    let sum: i64 = json["skus"].as_array().unwrap().iter().map(|sku| sku["cost"]["minor"].as_i64().unwrap()).sum();
    assert_eq!(total["cost"]["minor"].as_i64().unwrap(), sum);
    let mut costs = json["curve"].as_array().unwrap().iter().map(|point| point["cost"]["minor"].as_i64().unwrap());
    let first = costs.next().unwrap();
    assert!(
        costs.try_fold(first, |before, cost| (cost <= before).then_some(cost)).is_some(),
        "more risk costs no more"
    );
    for name in
        ["plan.pdf", "plan.html", "plan.md", "plan.json", "plan.csv", "plan.xlsx", "risk-cost.svg", "risk-cost.png"]
    {
        assert!(fs::metadata(folder.path().join(name)).unwrap().len() > 500, "{name}");
    }
}

#[test]
fn without_prices_or_subscriptions_there_is_no_plan() {
    refused(demo_without(&["prices.csv"]).path(), &[], &["P401", "prices.csv"]);
    refused(demo_without(&["subscriptions.csv"]).path(), &[], &["P402", "subscriptions.csv"]);
    refused(demo_without(&[]).path(), &["--sku", "SPE_E4"], &["P403", "SPE_E4", "SPE_E3"]);
}

#[test]
fn a_plan_that_is_too_large_is_refused() {
    refused(&root().join("data/demo"), &["--months=61"], &["P407", "60 months"]);
    refused(&root().join("data/demo"), &["--months=60", "--replications=50000"], &["P407", "--sku"]);
}

#[test]
fn a_risk_that_is_no_chance_is_wrong_usage() {
    for wrong in ["5", "-1%", "101%", "0.005%", "a%", "%"] {
        let out = tempfile::tempdir().unwrap();
        let risk = format!("--risk={wrong}");
        let output = plan(&root().join("data/demo"), out.path(), &[&risk]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn the_demo_gets_a_mix_that_says_who_would_change() {
    let folder = tempfile::tempdir().unwrap();
    let output = plan(&root().join("data/demo"), folder.path(), &["--bundle", "--format", "json"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("P406") && stderr.contains("AAD_PREMIUM_P2"), "a SKU without a price is said: {stderr}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["version"], 1);
    let moved: usize = json["moves"].as_array().unwrap().iter().map(|one| one["users"].as_array().unwrap().len()).sum();
    let csv = fs::read_to_string(folder.path().join("bundle.csv")).unwrap();
    assert_eq!(csv.lines().count(), moved + 1);
    for name in ["bundle.pdf", "bundle.html", "bundle.md", "bundle.json", "bundle.xlsx"] {
        assert!(fs::metadata(folder.path().join(name)).unwrap().len() > 500, "{name}");
    }
    refused(demo_without(&["prices.csv"]).path(), &["--bundle"], &["P405", "prices.csv"]);
    refused(&root().join("data/demo"), &["--bundle", "--spare", "SWAI"], &["P405", "SWAY"]);
}

#[test]
fn a_precision_is_of_a_forecast_and_wrong_usage_of_a_plan() {
    for more in [&["--precision=1%"][..], &["--bundle", "--precision=1%"]] {
        let out = tempfile::tempdir().unwrap();
        let output = plan(&root().join("data/demo"), out.path(), more);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("--replications"), "{stderr}");
    }
}

/// Bytes of a name in every file that is not packed.
#[test]
fn pseudonyms_stand_in_every_table_of_a_plan_and_of_a_mix() {
    let demo = root().join("data/demo");
    let read = |file: &str, column: usize| -> Vec<String> {
        let mut reader = csv::Reader::from_path(demo.join(file)).unwrap();
        reader.records().map(|record| record.unwrap()[column].to_owned()).collect()
    };
    let mut names: Vec<String> = read("users.csv", 0);
    names.extend(read("users.csv", 1));
    names.extend(read("subscriptions.csv", 0));
    names.push("Ostermoor".to_owned());
    let out = tempfile::tempdir().unwrap();
    let more = ["--pseudonymise", "salt", "--unchecked", "--sku", "SPE_E5", "--sku", "POWER_BI_PRO"];
    for (more, table) in [(&more[..], "plan.csv"), (&["--bundle", "--pseudonymise", "salt"][..], "bundle.csv")] {
        let output = plan(&demo, out.path(), more);
        let mut said = output.stdout.clone();
        said.extend(output.stderr.clone());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&said));
        let stem = table.split_once('.').unwrap().0;
        for kind in ["csv", "json", "md", "html"] {
            said.extend(fs::read(out.path().join(format!("{stem}.{kind}"))).unwrap());
        }
        let said = String::from_utf8_lossy(&said);
        let found = names.iter().find(|name| said.contains(name.as_str()));
        assert!(found.is_none(), "{table}: {found:?}");
        let kind = if stem == "plan" { "subscription-" } else { "user-" };
        assert!(fs::read_to_string(out.path().join(table)).unwrap().contains(kind));
    }
}

#[test]
fn a_plan_follows_a_scenario() {
    let planned = |more: &[&str]| -> serde_json::Value {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["--format", "json", "--unchecked", "--sku", "SPE_E5", "--sku", "SPE_E3"];
        arguments.extend(more);
        let output = plan(&root().join("data/demo"), folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let peak = |json: &serde_json::Value, part: &str| {
        let skus = json["skus"].as_array().unwrap();
        let sku = skus.iter().find(|sku| sku["sku_part_number"] == part).unwrap();
        let last = sku["levels"].as_array().unwrap().last().unwrap()["needed"].as_u64().unwrap();
        (sku["units_peak"].as_u64().unwrap(), last)
    };
    let (plain, swapped) = (planned(&[]), planned(&["--scenario", "e3-to-e5"]));
    assert!(peak(&swapped, "SPE_E5").0 > peak(&plain, "SPE_E5").0, "more E5 is bought");
    assert!(peak(&swapped, "SPE_E3").1 < peak(&plain, "SPE_E3").1, "fewer E3 are needed in the end");
    refused(&root().join("data/demo"), &["--scenario", "e3-to-e6"], &["e3-to-e6"]);
}
