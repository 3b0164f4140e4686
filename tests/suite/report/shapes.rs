//! Files that programs read: JSON, CSV, Parquet, and the list of files.

use std::io::Cursor;

use polars::prelude::{DataType, ParquetReader, SerReader};
use seatcast::report::{Options, Picture, csv, files, json, parquet, pseudonymise};

use super::{FILES, FORECAST, file, fixture, text_of};

#[test]
fn a_report_is_these_files() {
    let names: Vec<&str> = FILES.iter().map(|(name, _)| name.as_str()).collect();
    let fixed = [
        "report.pdf",
        "report.html",
        "report.md",
        "report.xlsx",
        "forecast.json",
        "series.csv",
        "series.parquet",
        "focus.csv",
        "star/README.md",
    ];
    assert_eq!(names[..9], fixed);
    let mut pictures: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".svg")).collect();
    assert_eq!(names.iter().filter(|name| name.ends_with(".png")).count(), pictures.len());
    assert_eq!(pictures[..2], ["overview", "POWER_BI_PRO"], "those in trouble first");
    for wanted in ["runway", "shortage-chance", "renewals", "costs-EUR", "costs-USD", "SPE_E3-bridge", "SPE_F1"] {
        assert!(pictures.contains(&wanted), "{wanted}: {pictures:?}");
    }
    pictures.sort_unstable();
    pictures.dedup();
    assert_eq!(
        pictures.len() * 2,
        names.len() - 10 - 12,
        "every name once, beside two files for each table of the star, and what all are made of"
    );
}

#[test]
fn the_same_forecast_gives_the_same_bytes_on_any_number_of_threads() {
    let small = fixture::forecast_of(&fixture::plans()[1..3], 4);
    let [one, four] = [1, 4].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| files(&small, &Options::default()).unwrap())
    });
    assert_eq!(one.len(), four.len());
    for ((name, first), (_, second)) in one.iter().zip(&four) {
        assert!(first == second, "{name} differs");
    }
}

#[test]
fn file_names_are_safe_and_distinct() {
    let plan = |part_number| fixture::Plan { part_number, ..fixture::plans().remove(0) };
    let names = ["A/B", "a_b", "../../etc/passwd", "CON", "", "overview", "表"];
    let forecast = fixture::forecast_of(&names.map(plan), 3);
    let charts = seatcast::report::document(&forecast, Default::default()).charts;
    let ids: Vec<&str> = charts
        .iter()
        .filter(|chart| matches!(chart.picture, Picture::Fan(_) | Picture::Overview(_)))
        .map(|chart| chart.id.as_str())
        .collect();
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
    assert_eq!(names.len(), 22, "{names:?}");
    assert!(made.iter().all(|(_, bytes)| !bytes.is_empty()));
    assert!(json::render(&empty).is_ok());
    let frame = ParquetReader::new(Cursor::new(parquet(&empty).unwrap())).finish().unwrap();
    assert_eq!((frame.height(), frame.width()), (0, 26), "the schema does not depend on the values");
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

#[test]
fn focus_rows_are_months_of_skus_and_say_that_they_are_forecast() {
    let mut reader = ::csv::Reader::from_reader(file("focus.csv"));
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), FORECAST.skus.len() * 24, "the month after the horizon is not forecast");
    assert!(rows.iter().all(|row| &row[at("x_IsForecast")] == "true"));
    assert_eq!(&rows[0][at("BilledCost")], "51680.00");
    assert_eq!(&rows[0][at("ChargePeriodEnd")], "2026-12-24T00:00:00Z");
    assert_eq!(&rows[5 * 24][at("BilledCost")], "", "no price is no cost of zero");
    assert_eq!((&rows[5 * 24][at("SkuPriceId")], &rows[5 * 24][at("ListUnitPrice")]), ("", ""));
    assert_eq!((&rows[0][at("ListUnitPrice")], &rows[0][at("ListCost")]), ("36.00", ""));
    assert!(rows[0][at("SkuPriceId")].ends_with(":EUR:34.00"));
    // E3 renews on 1 July 2027: after it nothing of it is known.
    let renewal = |row: usize| &rows[row][at("x_RenewalDate")];
    assert_eq!((renewal(0), renewal(7), renewal(8)), ("2027-07-01", "2027-07-01", ""));
    for row in &rows {
        let tags: serde_json::Value = serde_json::from_str(&row[at("Tags")]).unwrap();
        assert_eq!(tags["scenario"], "baseline");
    }
    // No row is counted twice: months and currencies add up to what the engine says.
    for cost in FORECAST.costs.iter().filter(|cost| cost.day < FORECAST.skus[0].points[24].day) {
        let (day, code) = (format!("{}T00:00:00Z", cost.day), cost.currency.code());
        let own = rows.iter().filter(|row| row[at("ChargePeriodStart")] == day && &row[at("BillingCurrency")] == code);
        let minor = |row: &::csv::StringRecord| row[at("BilledCost")].replace('.', "").parse::<i64>().unwrap_or(0);
        assert_eq!(own.map(minor).sum::<i64>(), cost.minor, "{day} {code}");
    }
}

/// Columns are documented where readers look for them, and nothing is documented that is not there.
#[test]
fn columns_of_focus_and_of_the_star_are_those_of_their_documentation() {
    let focus = include_str!("../../../data/README.md").split("## What `focus.csv` holds").nth(1).unwrap();
    for column in ::csv::Reader::from_reader(file("focus.csv")).headers().unwrap() {
        assert!(focus.contains(&format!("`{column}`")), "data/README.md says nothing of {column}");
    }
    let star = text_of("star/README.md").split("## Columns").nth(1).unwrap();
    let mut tables = 0;
    for line in star.lines().filter(|line| line.starts_with("| `")) {
        let (table, columns) = line.trim_matches('|').split_once('|').unwrap();
        let table = table.trim().trim_matches('`');
        let mut reader = ::csv::Reader::from_reader(file(&format!("star/{table}.csv")));
        let real: Vec<&str> = reader.headers().unwrap().iter().collect();
        // What stands in brackets explains.
        let bare: String = columns.split('(').map(|part| part.split_once(')').map_or(part, |(_, rest)| rest)).collect();
        let told: Vec<&str> = bare.split('`').skip(1).step_by(2).collect();
        assert_eq!(told, real, "{table}");
        tables += 1;
    }
    assert_eq!(tables, FILES.iter().filter(|(name, _)| name.starts_with("star/") && name.ends_with(".csv")).count());
}

#[test]
fn every_fact_of_the_star_has_its_dimensions() {
    let column = |table: &str, name: &str| -> Vec<String> {
        let mut reader = ::csv::Reader::from_reader(file(&format!("star/{table}.csv")));
        let at = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
        reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
    };
    let (skus, days) = (column("dim_sku", "sku_id"), column("dim_date", "day"));
    for fact in ["fact_seats", "fact_renewals"] {
        assert!(column(fact, "sku_id").iter().all(|sku| skus.contains(sku)), "{fact}");
    }
    for fact in ["fact_seats", "fact_renewals", "fact_departments", "fact_cost_centres"] {
        assert!(column(fact, "day").iter().all(|day| days.contains(day)), "{fact}");
        assert!(!column(fact, "day").is_empty(), "{fact}");
    }
    let frame = ParquetReader::new(Cursor::new(file("star/fact_renewals.parquet"))).finish().unwrap();
    assert_eq!(frame.height(), column("fact_renewals", "day").len());
}

/// Every name of a person, group, department or organisation in the fixture.
const NAMES: [&str; 10] = [
    "CC-4101",
    "Brindlewick",
    "Demo User",
    "user-",
    "SG-",
    "sub-",
    "Manufacturing",
    "Logistics",
    "SG-LIC-Example",
    "users.csv",
];

#[test]
fn pseudonyms_leave_no_name_and_every_number() {
    let hidden = pseudonymise(&FORECAST, "salt");
    let text = String::from_utf8(json::render(&hidden).unwrap()).unwrap().replace("\"user-", "\"");
    let document = seatcast::report::document(&hidden, Default::default());
    let shown = seatcast::report::text(
        &document,
        &seatcast::report::Screen { columns: 200, colour: false, level: seatcast::report::Level::Appendix },
    );
    for name in NAMES {
        assert!(!text.contains(name), "{name} in the JSON");
        assert!(name == "user-" || !shown.contains(name), "{name} on the screen");
    }
    assert_eq!(hidden.skus[0].points, FORECAST.skus[0].points);
    assert_eq!(hidden, pseudonymise(&FORECAST, "salt"), "stable");
    assert_ne!(hidden, pseudonymise(&FORECAST, "pepper"), "the salt counts");
    let (waits, source) = (&hidden.status.waiting[0].source, &hidden.skus[0].sources[0].0);
    assert!(waits.starts_with("group-") && source.starts_with("group-"), "{waits}, {source}");
    assert_eq!(hidden.status.waiting[20].source, "direct");
}

#[test]
fn html_is_one_file_and_names_are_no_markup() {
    let page = text_of("report.html");
    for wrong in ["src=\"http", "href=\"http", "@import", "url("] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    let mut evil = fixture::forecast_of(&fixture::plans()[1..2], 2);
    evil.provenance.tenant = "</title><script>alert(1)</script>".to_owned();
    evil.skus[0].product_name = "\"><img src=x onerror=alert(1)>".to_owned();
    let document = seatcast::report::document(&evil, Default::default());
    let page = String::from_utf8(seatcast::report::html(&document, &[])).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    assert!(!page.contains("<img"));
}
