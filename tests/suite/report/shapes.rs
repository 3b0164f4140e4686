//! Files that programs read: JSON, CSV, Parquet, and the list of files.

use std::io::Cursor;

use polars::prelude::{DataType, ParquetReader, SerReader};
use seatcast::report::{Options, csv, files, json, parquet};

use super::{FILES, FORECAST, file, fixture, text_of};

#[test]
fn a_report_is_these_files() {
    let names: Vec<&str> = FILES.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["report.pdf", "report.html", "report.md"]);
    assert_eq!(names[3..7], ["report.xlsx", "forecast.json", "series.csv", "series.parquet"]);
    assert_eq!(names[7..11], ["overview.svg", "overview.png", "POWER_BI_PRO.svg", "POWER_BI_PRO.png"]);
    assert_eq!(names.len(), 7 + 2 * (1 + FORECAST.skus.len()));
}

#[test]
fn the_same_forecast_gives_the_same_bytes() {
    // Another thread pool of another size: the order of work must not show.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = one.install(|| files(&FORECAST, &Options::default()).unwrap());
    for ((name, first), (_, second)) in FILES.iter().zip(&again) {
        assert!(first == second, "{name} differs");
    }
}

#[test]
fn file_names_are_safe_and_distinct() {
    let plan = |part_number| fixture::Plan { part_number, ..fixture::plans().remove(0) };
    let names = ["A/B", "a_b", "../../etc/passwd", "CON", "", "overview", "表"];
    let forecast = fixture::forecast_of(&names.map(plan), 3);
    let charts = seatcast::report::document(&forecast, Default::default()).charts;
    let ids: Vec<&str> = charts.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(ids, ["overview", "A_B", "a_b-2", "______etc_passwd", "sku-CON", "sku", "overview-2", "_"]);
}

#[test]
fn json_keeps_its_contract() {
    let value: serde_json::Value = serde_json::from_slice(file("forecast.json")).unwrap();
    assert_eq!(value["version"], 1);
    let sku = &value["skus"][1];
    assert_eq!(sku["sku_part_number"], "POWER_BI_PRO");
    let month = &sku["months"][3];
    for field in ["enabled", "warning", "demand_p10", "demand_p50", "demand_p90", "waiting_p50"] {
        assert!(month[field].is_u64(), "{field}: {month}");
    }
    assert_eq!(month["shortfall_probability"], 1.0);
    assert_eq!(month["cost"]["currency"], "EUR");
    assert_eq!(month["cost"]["minor"], 940 * 190);
    assert!(value["skus"][5]["months"][0]["cost"].is_null(), "no price is null, not zero");
    assert_eq!(value["provenance"]["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(value["flags"]["short_today"][0], "POWER_BI_PRO");
    assert_eq!(value["shortages"][0]["sku"], "POWER_BI_PRO");
}

#[test]
fn csv_has_a_row_for_each_sku_and_day() {
    let mut reader = ::csv::Reader::from_reader(file("series.csv"));
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), FORECAST.skus.len() * 25);
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    assert_eq!(&rows[0][at("cost")], "51680.00");
    assert_eq!(&rows[5 * 25][at("cost")], "");
    assert!(text_of("series.csv").is_ascii());
}

#[test]
fn csv_cells_do_not_run_in_a_spreadsheet() {
    let plan = fixture::Plan { product: "=HYPERLINK(\"http://x\",\"y\")", ..fixture::plans().remove(0) };
    let forecast = fixture::forecast_of(&[plan], 1);
    let bytes = csv(&forecast).unwrap();
    let shown = std::str::from_utf8(&bytes).unwrap();
    assert!(shown.contains("\"'=HYPERLINK("), "{shown}");
}

#[test]
fn parquet_holds_the_rows_of_the_csv_with_types() {
    let frame = ParquetReader::new(Cursor::new(file("series.parquet"))).finish().unwrap();
    assert_eq!(frame.height(), FORECAST.skus.len() * 25);
    assert_eq!(*frame.column("day").unwrap().dtype(), DataType::Date);
    assert_eq!(*frame.column("demand_p50").unwrap().dtype(), DataType::UInt32);
    assert_eq!(*frame.column("cost_minor").unwrap().dtype(), DataType::Int64);
    let short: u64 = frame.column("shortfall_p90").unwrap().u32().unwrap().iter().flatten().map(u64::from).sum();
    let expected: u64 =
        FORECAST.skus.iter().flat_map(|sku| &sku.points).map(|point| u64::from(point.shortfall.p90)).sum();
    assert_eq!(short, expected);
}

#[test]
fn a_forecast_of_nothing_still_makes_every_file() {
    let empty = fixture::forecast_of(&[], 0);
    let made = files(&empty, &Options::default()).unwrap();
    let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 7, "{names:?}");
    assert!(made.iter().all(|(_, bytes)| !bytes.is_empty()));
    assert!(json::render(&empty).is_ok());
    let frame = ParquetReader::new(Cursor::new(parquet(&empty).unwrap())).finish().unwrap();
    assert_eq!((frame.height(), frame.width()), (0, 25), "the schema does not depend on the values");
    assert_eq!(*frame.column("cost_minor").unwrap().dtype(), DataType::Int64);
}

#[test]
fn markdown_names_are_no_markup() {
    let plan = fixture::Plan { part_number: "@all|*x*", product: "[a](http://b) <img>", ..fixture::plans().remove(1) };
    let forecast = fixture::forecast_of(&[plan], 2);
    let shown = seatcast::report::markdown(
        &seatcast::report::document(&forecast, Default::default()),
        seatcast::report::Level::Appendix,
    );
    for wrong in ["@all", "*x*", "](", "<img"] {
        assert!(!shown.contains(wrong), "{wrong}");
    }
}
