//! Names that a spreadsheet would run: whole tenants of them, through every file that a person may open in one.

use std::collections::BTreeSet;

use seatcast::catalog::Catalog;
use seatcast::ingest::{self, SourceFile};
use seatcast::report::{self, Document, Language};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Progress, Settings};

const HOSTILE: [&str; 8] =
    ["=cmd|' /C calc'!A0", "+1+2", "-2+3", "@SUM(A1)", "\tTab", "=HYPERLINK(\"http://x.example\")", "-x", "'=1+1"];

/// The canonical sample with hostile names of the tenant, of users, departments, groups and products.
fn baseline() -> (ingest::Tables, Baseline) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/graph-powershell");
    let mut files = ingest::read_folder(&folder).unwrap();
    let name = |at: usize| HOSTILE[at % HOSTILE.len()];
    for file in &mut files {
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for (row, record) in reader.records().enumerate() {
            let record = record.unwrap();
            let cells = header.iter().zip(&record).map(|(column, cell)| match column {
                "DisplayName" | "GroupDisplayName" | "Department" | "SkuPartNumber" | "JobTitle" => {
                    name(row).to_owned()
                }
                _ => cell.to_owned(),
            });
            writer.write_record(cells.collect::<Vec<_>>()).unwrap();
        }
        file.bytes = writer.into_inner().unwrap();
    }
    files.push(SourceFile {
        name: "subscriptions.csv".to_owned(),
        bytes: b"subscriptionId,skuId,quantity,renewalDate\n=1+1,05e9a617-0261-4cee-bb44-138d3ef5d965,18,2027-03-01\n"
            .to_vec(),
    });
    let options = ingest::Options {
        tenant: HOSTILE[0].to_owned(),
        clock: chrono::NaiveDate::from_ymd_opt(2026, 11, 20),
        ..ingest::Options::default()
    };
    let tables = ingest::tables(files, &options);
    let read = ingest::baseline(&tables, &options);
    let findings = format!("{:?}", read.diagnostics);
    (tables, read.value.unwrap_or_else(|| panic!("{findings}")))
}

/// A cell that a spreadsheet would run. A true number is none.
fn runs(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<f64>().is_err()
}

fn check_csv(name: &str, bytes: &[u8]) -> usize {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut neutral = 0;
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!runs(cell), "{name} holds `{cell}`");
            neutral += usize::from(cell.strip_prefix('\'').is_some_and(runs));
        }
    }
    neutral
}

/// The texts of cells in the tables of a page.
fn cells(page: &str) -> Vec<String> {
    let texts = page.split("<bdi>").skip(1).filter_map(|rest| rest.split_once("</bdi></t").map(|(text, _)| text));
    let plain = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        text.replace("&amp;", "&")
    };
    texts.filter(|text| !text.contains('<')).map(plain).collect()
}

#[test]
fn no_output_holds_a_cell_that_a_spreadsheet_would_run() {
    let (tables, baseline) = baseline();
    for (name, bytes) in ingest::canonical(&tables, &baseline) {
        let neutral = check_csv(&name, &bytes);
        assert!(neutral > 0 || !["users.csv", "groups.csv", "skus.csv"].contains(&name.as_str()), "{name}");
    }
    let settings = Settings::new(baseline.today, 6, 4, 1).unwrap();
    let forecast = simulate::run(&baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
    let document: Document = report::document(&forecast, Language::English);
    assert!(check_csv("series.csv", &report::csv(&forecast).unwrap()) > 0);
    let files = report::files(&forecast, &report::Options::default()).unwrap();
    let mut tables = BTreeSet::new();
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".csv")) {
        check_csv(name, bytes);
        tables.insert(name.as_str());
    }
    assert!(tables.contains("focus.csv") && tables.len() > 4, "{tables:?}");
    let page = String::from_utf8(report::html(&document, &[])).unwrap();
    let cells = cells(&page);
    assert!(cells.iter().any(|cell| cell.starts_with("'=cmd|")), "{cells:?}");
    cells.iter().for_each(|cell| assert!(!runs(cell), "the page holds `{cell}`"));
    let (_, json) = files.iter().find(|(name, _)| name == "forecast.json").unwrap();
    assert!(String::from_utf8_lossy(json).contains("\"=cmd|' /C calc'!A0\""), "JSON keeps what was exported");
}

/// Every text of every sheet is a text there, and none that another program would run: what a workbook saved as CSV holds.
#[test]
fn cells_for_sheets_are_neutral() {
    let (_, baseline) = baseline();
    let settings = Settings::new(baseline.today, 6, 4, 1).unwrap();
    let forecast = simulate::run(&baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
    let document = report::document(&forecast, Language::English);
    let words = report::Words::of(Language::English);
    let mut neutral = 0;
    for table in document.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        report::Block::Table(table) => Some(table),
        _ => None,
    }) {
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            let text = cell.for_sheet(words);
            assert!(cell.is_number() || !runs(&text), "`{text}`");
            neutral += usize::from(text.strip_prefix('\'').is_some_and(runs));
        }
    }
    assert!(neutral > 0);
    assert!(!report::xlsx(&forecast, &document).unwrap().is_empty());
}
