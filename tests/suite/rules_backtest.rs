//! Past forecasts of seats by the engine: from dated exports, with the rules of each day and what was known by it.

use std::fs;
use std::path::Path;

use chrono::{Months, NaiveDate};

use crate::{json, seatcast};

const A: &str = "10000000-0000-4000-8000-000000000001";
const B: &str = "10000000-0000-4000-8000-000000000002";

fn day(month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + Months::new(month)
}

/// The exports of a month: sixty people and more, of whom two go and three come each month; every third is in Sales, which has A by a
/// rule, and who is there less than ninety days has B by one. From month `odd` on everybody is in Sales.
fn exports(folder: &Path, month: u32, odd: u32) {
    fs::create_dir_all(folder).unwrap();
    let mut users =
        "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,department,employeeHireDate\n"
            .to_owned();
    for number in month * 2..60 + month * 3 {
        let department = if number % 3 == 0 || month >= odd { "Sales" } else { "IT" };
        let hired = number.checked_sub(60).map_or(day(0) - Months::new(40), |later| day(later / 3));
        users += &format!(
            "00000000-0000-4000-8000-{number:012},u{number}@b.example,U {number},true,Member,NL,{department},\
             {hired}T00:00:00Z\n"
        );
    }
    let group = |number: u32, rule: &str, sku: &str| {
        format!("20000000-0000-4000-8000-{number:012},G{number},true,DynamicMembership,\"{rule}\",On,{sku}\n")
    };
    let head =
        "id,displayName,securityEnabled,groupTypes,membershipRule,membershipRuleProcessingState,assignedLicenses\n";
    let sales = group(1, "user.department -eq \"\"Sales\"\"", A);
    let new = group(2, "user.employeeHireDate -ge (system.now -minus P90D)", B);
    let skus = format!(
        "skuId,skuPartNumber,productName,enabled,warning,suspended,lockedOut,consumedUnits\n\
         {A},A,A,300,0,0,0,0\n{B},B,B,300,0,0,0,0\n"
    );
    for (name, text) in [
        ("users.csv", users),
        ("groups.csv", format!("{head}{sales}{new}")),
        ("skus.csv", skus),
        ("seatcast.toml", "[tenant]\ncountry = \"NL\"\n".to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn store(folder: &Path, months: u32, odd: u32) {
    (0..months).for_each(|month| exports(&folder.join(day(month).to_string()), month, odd));
}

/// Origin: the end of month 24, at 1 February 2024; it knows twenty-six exports.
const ORIGIN: u32 = 25;

#[test]
fn an_origin_forecasts_as_it_would_have_done_on_its_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    store(&path("past"), ORIGIN + 4, u32::MAX);
    store(&path("odd"), ORIGIN + 4, ORIGIN + 1);
    let backtest = |past: &str| {
        let common = ["backtest", past, "--origins", "2024-01", "--months", "3", "--replications", "40"];
        json(&[&common[..], &["--format", "json"]].concat())
    };
    let (plain, odd) = (backtest(&text("past")), backtest(&text("odd")));
    // What the day itself would have said: rates by what was known, and a forecast of its exports.
    store(&path("known"), ORIGIN + 1, u32::MAX);
    exports(&path("tenant"), ORIGIN, u32::MAX);
    let learned = seatcast(&["history", "calibrate", &text("known"), "--write", &text("tenant")]);
    assert!(learned.status.success(), "{}", String::from_utf8_lossy(&learned.stderr));
    let today = day(ORIGIN).to_string();
    let tenant = text("tenant");
    let common = ["forecast", &tenant, "--today", &today, "--months", "3", "--replications", "40", "--seed", "1"];
    let out = text("out");
    let forecast = json(&[&common[..], &["--format", "json", "--out", &out]].concat());
    let mut compared = 0;
    for (number, sku) in plain["skusByRules"].as_array().unwrap().iter().enumerate() {
        let of = |sku: &serde_json::Value| sku["forecasts"].as_array().unwrap().clone();
        let [run] = of(sku).try_into().unwrap();
        assert_eq!(run["origin"], "2024-01");
        let [later] = of(&odd["skusByRules"][number]).try_into().unwrap();
        assert_eq!(run["bands"], later["bands"], "what came later is not known");
        assert_eq!(sku["methods"].as_array().unwrap().len(), 3);
        let skus = forecast["forecast"]["skus"].as_array().or(forecast["skus"].as_array()).unwrap();
        let told = skus.iter().find(|one| one["sku_part_number"] == sku["sku"]).unwrap();
        for (band, month) in run["bands"].as_array().unwrap().iter().zip(&told["months"].as_array().unwrap()[1..]) {
            for (percentile, key) in [("p10", "demand_p10"), ("p50", "demand_p50"), ("p90", "demand_p90")] {
                assert_eq!(band[percentile].as_f64(), month[key].as_f64(), "{sku}");
                compared += 1;
            }
        }
        if sku["sku"] == "A" {
            assert_ne!(run["actual"], later["actual"], "what happened is what the later exports say");
            let grown: Vec<f64> = run["actual"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
            // Sixty and one each month, of whom a third is in Sales.
            assert!(grown.iter().all(|seats| (27.0..=31.0).contains(seats)), "{grown:?}");
        } else {
            // Nobody but a rule that asks for the last ninety days knows that newcomers give seats back: eight or nine have one.
            let last = &run["bands"].as_array().unwrap()[2];
            assert!(last["p50"].as_f64().unwrap() < 14.0, "{run}");
        }
    }
    assert_eq!(compared, 2 * 3 * 3);
}

#[test]
fn exports_that_history_keeps_are_evaluated_like_any() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for month in 0..ORIGIN + 3 {
        exports(&folder.path().join("tenant"), month, u32::MAX);
        let (tenant, store, today) = (path("tenant"), path("store"), day(month).to_string());
        let kept = seatcast(&["history", "add", &tenant, "--store", &store, "--today", &today, "--exports"]);
        assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
    }
    store(&folder.path().join("past"), ORIGIN + 3, u32::MAX);
    let backtest = |past: &str| {
        let shown = seatcast(&["backtest", past, "--months", "2", "--replications", "20"]);
        assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
        String::from_utf8(shown.stdout).unwrap()
    };
    let (kept, dated) = (backtest(&path("store")), backtest(&path("past")));
    assert_eq!(kept, dated);
    assert!(kept.contains("all SKUs, by rules"), "{kept}");
}
