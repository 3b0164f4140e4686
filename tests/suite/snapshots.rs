//! Snapshots as people keep them: `history add` on a tenant, `backtest` on a store.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use seatcast::directory::{Attribute, Snapshot, User, Users, Value};
use seatcast::history::{self, Holder, Month, SkuSeats};

use crate::{json, seatcast};

/// What is kept of a tenant's seats is what `status` says of them, SKU by SKU.
#[test]
fn seats_are_kept_as_status_counts_them() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = folder.path().join("tenant");
    let path = tenant.to_str().unwrap();
    assert!(seatcast(&["generate", "--users", "300", "--seed", "3", "--out", path]).status.success());
    let kept = seatcast(&["history", "add", path, "--today", "2026-11-20"]);
    assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
    let bytes = fs::read(tenant.join("history/2026-11-20.seats.parquet")).unwrap();
    let seats = history::read_seats(&bytes).unwrap();
    let status = json(&["status", path, "--today", "2026-11-20", "--format", "json"]);
    let skus = status["status"]["skus"].as_array().unwrap();
    let mut compared = 0;
    for sku in seats {
        let of = |sku: &SkuSeats| skus.iter().find(|one| one["sku_part_number"] == *sku.sku_part_number).cloned();
        let Some(status) = of(&sku) else { continue };
        assert_eq!(status["assigned"], sku.assigned, "{}", sku.sku_part_number);
        let demand = status["assigned"].as_u64().unwrap() + status["waiting"].as_u64().unwrap();
        assert_eq!(sku.holders.len() as u64, demand, "{}", sku.sku_part_number);
        compared += 1;
    }
    assert!(compared >= 10, "{compared} SKUs");
    assert!(fs::read(tenant.join("history/2026-11-20.parquet")).is_ok());
}

/// Sixty people of whom two go and three come each month; who has an even number has a seat of A, and everybody one of B.
fn store(folder: &Path, months: u32) {
    let first = Month::of(NaiveDate::from_ymd_opt(2022, 1, 1).unwrap());
    for month in 0..months {
        let there: Vec<u32> = (month * 2..60 + month * 3).collect();
        let ids: Vec<String> = there.iter().map(|person| format!("{person:05}")).collect();
        let records: Vec<User> = ids
            .iter()
            .map(|id| {
                User::default()
                    .with(Attribute::Id, Value::text(id))
                    .with(Attribute::Department, Value::text("Sales"))
                    .with(Attribute::AccountEnabled, Value::Boolean(true))
            })
            .collect();
        let snapshot = Snapshot { users: Users::from_records(&records), ..Snapshot::default() };
        let today = Month(first.0 + month as i32).first_day().unwrap();
        let bytes = history::snapshot(&snapshot, &[Attribute::Department]).unwrap();
        fs::write(folder.join(history::file_name(today)), bytes).unwrap();
        let sku = |name: &str, of: &dyn Fn(u32) -> bool| {
            let holders = there.iter().zip(&ids).filter(|(person, _)| of(**person));
            SkuSeats {
                sku_part_number: name.into(),
                enabled: 200,
                warning: 0,
                assigned: 0,
                consumed: None,
                holders: holders
                    .map(|(_, id)| Holder { id: id.as_str().into(), direct: false, given: false })
                    .collect(),
            }
        };
        let seats = [sku("A", &|person| person % 2 == 0), sku("B", &|_| true)];
        fs::write(folder.join(history::seats_name(today)), history::seats_parquet(&seats).unwrap()).unwrap();
    }
}

#[test]
fn a_store_with_seats_is_backtested_by_sku_and_horizon() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), 40);
    let path = folder.path().to_str().unwrap();
    let pictures = ["skill.svg", "skill.png", "bands.svg"].map(|name| folder.path().join(name));
    let [svg, png, bands] = pictures.each_ref().map(|path| path.to_str().unwrap());
    let common = ["backtest", path, "--months", "6", "--replications", "40"];
    let scores = json(&[&common[..], &["--format", "json", "--picture", svg, "--bands", bands]].concat());
    let skus = scores["skus"].as_array().unwrap();
    assert_eq!(skus.iter().map(|sku| sku["sku"].as_str().unwrap()).collect::<Vec<_>>(), ["A", "B"]);
    for sku in skus {
        let methods = sku["methods"].as_array().unwrap();
        assert_eq!(methods.len(), 3);
        assert!(methods.iter().all(|method| method["ahead"].as_array().unwrap().len() == 6));
        // A grows by half a seat a month, B by one; last year's count lags by a year of that.
        let naive = methods[1]["score"]["mae"].as_f64().unwrap();
        let lag = if sku["sku"] == "A" { 6.0 } else { 12.0 };
        assert!((naive - lag).abs() < 0.6, "{sku}");
    }
    assert_eq!(scores["series"].as_array().unwrap().len(), 1, "sixty people are below the smallest cohort");
    let drawn = fs::read_to_string(svg).unwrap();
    assert!(drawn.contains("Seats by SKU, 2 series") && drawn.contains("Headcount, 1 series"), "{drawn}");
    assert!(fs::read_to_string(bands).unwrap().contains("<polygon"));
    let text = seatcast(&[&common[..], &["--picture", png]].concat());
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("all SKUs, 6 ahead") && text.contains("seasonal-naive"), "{text}");
    assert!(fs::read(png).unwrap().starts_with(b"\x89PNG"));
}
