//! The workbook in LibreOffice and the page in Chromium: `cargo test --test office`. Not part of the suite, because it needs
//! both programs (`soffice`, `chromium`), `python3` to change a cell and to open a workbook, and `pdftotext`.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

#[path = "../suite/report/fixture.rs"]
mod fixture;
#[path = "../suite/report/names.rs"]
mod names;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use seatcast::forecast::Whole;
use seatcast::report::{Kind, Options, files_of};

fn written(name: &str) -> (tempfile::TempDir, PathBuf) {
    written_of(&Whole::Forecast(fixture::forecast()), name)
}

fn written_of(whole: &Whole, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let kind = Kind::parse(name.rsplit('.').next().unwrap()).unwrap();
    let made = files_of(whole, &Options { only: vec![kind], ..Options::default() }).unwrap();
    let (_, bytes) = made.iter().find(|(known, _)| known == name).unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Every sheet as CSV, all formulas reckoned anew: `<book>-<sheet>.csv`.
fn recalculated(folder: &Path, book: &Path) {
    let profile = folder.join("profile");
    fs::create_dir_all(profile.join("user")).unwrap();
    let always = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"#;
    fs::write(profile.join("user/registrymodifications.xcu"), always).unwrap();
    run(Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args([
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1",
        ])
        .arg("--outdir")
        .arg(folder)
        .arg(book));
}

fn sheet(folder: &Path, name: &str) -> Vec<Vec<String>> {
    sheet_of(folder, "report", name)
}

fn sheet_of(folder: &Path, book: &str, name: &str) -> Vec<Vec<String>> {
    let path = folder.join(format!("{book}-{name}.csv"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn number(cell: &str) -> f64 {
    cell.replace(',', "").parse().unwrap_or_else(|_| panic!("`{cell}` is no number"))
}

/// The price of Microsoft 365 E3 stands in E5 of the second sheet.
fn double_the_price_of_e3(folder: &Path, book: &Path) {
    let change = r#"
import re, shutil, sys, zipfile
source, target = sys.argv[1:]
with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
    for name in old.namelist():
        data = old.read(name)
        if name == "xl/worksheets/sheet2.xml":
            data, n = re.subn(rb'(<c r="E5"[^>]*><v>)34(</v>)', rb'\g<1>68\g<2>', data)
            assert n == 1, n
        new.writestr(name, data)
shutil.move(target, source)
"#;
    run(Command::new("python3").args(["-c", change]).arg(book).arg(folder.join("changed.xlsx")));
}

/// What the engine says that 24 months of euros cost.
fn engine_total() -> f64 {
    let forecast = fixture::forecast();
    let euros = forecast.costs.iter().filter(|cost| cost.currency.code() == "EUR");
    let last = forecast.skus[0].points.last().unwrap().day;
    euros.filter(|cost| cost.day < last).map(|cost| cost.minor).sum::<i64>() as f64 / 100.0
}

#[test]
fn the_workbook_reckons_what_the_engine_reckoned_and_follows_a_changed_price() {
    let (folder, book) = written("report.xlsx");
    recalculated(folder.path(), &book);
    let total = |rows: Vec<Vec<String>>| number(&rows.iter().find(|row| row[0].starts_with("Sum of")).unwrap()[1]);
    assert!((total(sheet(folder.path(), "Cost")) - engine_total()).abs() < 0.005);
    let summary = sheet(folder.path(), "Summary");
    let short = |name: &str| -> Vec<f64> {
        let row = summary.iter().find(|row| row[0] == name).unwrap();
        row[4..6].iter().map(|cell| number(cell)).collect()
    };
    assert_eq!(short("SPE_E3"), [58.0, 114.0]);
    for (name, rows) in ["Summary", "Assumptions", "Demand", "Cost"].map(|name| (name, sheet(folder.path(), name))) {
        let wrong = rows.iter().flatten().find(|cell| cell.starts_with('#') || cell.starts_with("Err:"));
        assert!(wrong.is_none(), "{name}: {wrong:?}");
    }
    double_the_price_of_e3(folder.path(), &book);
    recalculated(folder.path(), &book);
    let forecast = fixture::forecast();
    let months = forecast.skus[0].points.iter().take(24);
    let e3 = months.filter_map(|point| point.cost).map(|cost| cost.minor).sum::<i64>() as f64 / 100.0;
    assert!((total(sheet(folder.path(), "Cost")) - engine_total() - e3).abs() < 0.005);
}

#[test]
fn the_page_sorts_filters_reads_values_and_complains_of_nothing() {
    let (folder, page) = written("report.html");
    let probe = r##"<script>
    const sheet = [...document.querySelectorAll(".sheet")].find((sheet) => sheet.querySelector("input"));
    const names = () => [...sheet.querySelectorAll("tbody tr")].filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
    const first = names();
    sheet.querySelectorAll("thead button")[2].click();
    const up = names();
    sheet.querySelectorAll("thead button")[2].click();
    const down = names();
    const input = sheet.querySelector("input");
    input.value = "visio";
    input.dispatchEvent(new Event("input"));
    const figure = document.querySelector("figure[data-readings]");
    figure.focus();
    figure.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
    document.getElementById("theme").click();
    document.body.innerHTML = "<pre id=\"probe\">" + JSON.stringify({
      first: first[0], up: up[0], down: down[0], filtered: names(),
      reading: figure.querySelector("figcaption").textContent,
      theme: document.documentElement.dataset.theme !== undefined,

    }) + "</pre>";
    </script></body>"##;
    probed(&page, probe);
    let found = in_browser(folder.path(), &page);
    assert_eq!(found["first"], "POWER_BI_PRO");
    assert_eq!(found["up"], "Microsoft_Teams_Rooms_Pro");
    assert_eq!(found["down"], "SPE_E3 *");
    assert_eq!(found["filtered"], serde_json::json!(["VISIOCLIENT"]));
    assert_eq!(found["reading"], "24 November 2028: demand 272 seats (P10 to P90: 247 to 297), capacity 190.");
    assert_eq!(found["theme"], true);
}

fn probed(page: &Path, probe: &str) {
    let html = fs::read_to_string(page).unwrap().replace("</body>", probe);
    fs::write(page, html).unwrap();
}

/// What the probe of a page found, once the browser has run it without a complaint.
fn in_browser(folder: &Path, page: &Path) -> serde_json::Value {
    in_browser_so_wide(folder, page, 1280)
}

fn in_browser_so_wide(folder: &Path, page: &Path, width: u32) -> serde_json::Value {
    let output = run(Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .arg(format!("--window-size={width},1000"))
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", page.display())));
    assert!(!output.contains("CONSOLE"), "{output}");
    let found = output.split("id=\"probe\">").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap_or(&output);
    serde_json::from_str(&found.replace("&nbsp;", " ")).unwrap_or_else(|error| panic!("{error}: {found}"))
}

#[test]
fn the_workbook_of_a_comparison_reckons_what_the_engine_reckoned_and_follows_a_changed_price() {
    let compared = fixture::comparison_over(24);
    let last = compared.baseline.skus[0].points.last().unwrap().day;
    let total = |forecast: &seatcast::forecast::Forecast| {
        let euros = forecast.costs.iter().filter(|cost| cost.currency.code() == "EUR" && cost.day < last);
        euros.map(|cost| cost.minor).sum::<i64>() as f64 / 100.0
    };
    let (before, after) = (total(&compared.baseline), total(&compared.scenarios[0].forecast));
    assert!(after > before, "the scenario buys seats");
    let e3 = compared.baseline.skus[0].points.iter().filter(|point| point.day < last);
    let e3 = e3.filter_map(|point| point.cost).map(|cost| cost.minor).sum::<i64>() as f64 / 100.0;

    let (folder, book) = written_of(&Whole::Comparison(compared), "compare.xlsx");
    let close = |cell: &str, value: f64| assert!((number(cell) - value).abs() < 0.005, "{cell} is not {value}");
    let check = |before: f64, after: f64| {
        recalculated(folder.path(), &book);
        let sheet = |name: &str| sheet_of(folder.path(), "compare", name);
        let sums = sheet("Cost").into_iter().find(|row| row[0].starts_with("Sum of")).unwrap();
        close(&sums[1], before);
        close(&sums[2], after);
        close(&sums[3], after - before);
        let summary = sheet("Summary");
        let of = |name: &str| summary.iter().find(|row| row[0] == name && row[2] == "EUR").unwrap();
        close(&of("Baseline")[3], before);
        close(&of("Faster growth")[4], after - before);
        // Five seats a month more for two years.
        let demand = sheet("Demand");
        let end = demand.iter().rfind(|row| row[0] == "1" && row[2] == "SPE_E3").unwrap();
        assert_eq!(number(&end[8]), 120.0);
        for name in ["Summary", "Assumptions", "Demand", "Cost"] {
            let rows = sheet(name);
            let wrong = rows.iter().flatten().find(|cell| cell.starts_with('#') || cell.starts_with("Err:"));
            assert!(wrong.is_none(), "{name}: {wrong:?}");
        }
    };
    check(before, after);
    double_the_price_of_e3(folder.path(), &book);
    check(before + e3, after + e3);
}

/// Radio buttons of one name: the browser itself lets the arrow keys choose among them. What is not chosen is not there, on screen
/// and on paper.
#[test]
fn the_page_of_a_scenario_switches_to_the_baseline_and_that_of_a_comparison_to_each_scenario() {
    let compared = fixture::comparison_over(12);
    let case = compared.scenarios[0].clone();
    let (forecast, baseline) = (Box::new(case.forecast), Box::new(compared.baseline.clone()));
    let scenario = Whole::Scenario { title: case.title, forecast, baseline };
    let probe = r##"<script>
    const choices = [...document.querySelectorAll("input[type=radio][name=case]")];
    const seen = () => [...document.querySelectorAll("main > div")].map((part) => part.offsetHeight > 0);
    const links = () => [...document.querySelectorAll("nav ul")].map((list) => list.offsetHeight > 0);
    const rounds = choices.map((choice) => { choice.click(); return [seen(), links()]; });
    choices[1].focus();
    const focused = document.activeElement === choices[1];
    const targets = [...document.querySelectorAll("nav ul a")].every((link) => document.querySelector(link.hash) !== null);
    document.body.innerHTML = "<pre id=\"probe\">" + JSON.stringify({
      names: choices.map((choice) => choice.parentElement.textContent.trim()), rounds, focused, targets,
    }) + "</pre>";
    </script></body>"##;
    let wanted: [(Whole, &str, &[&str]); 2] = [
        (scenario, "report.html", &["Faster growth", "Baseline"]),
        (Whole::Comparison(compared), "compare.html", &["Side by side", "Baseline", "Faster growth"]),
    ];
    for (whole, name, names) in wanted {
        let (folder, page) = written_of(&whole, name);
        probed(&page, probe);
        let found = in_browser(folder.path(), &page);
        assert_eq!(found["names"], serde_json::json!(names));
        for chosen in 0..names.len() {
            let only: Vec<bool> = (0..names.len()).map(|place| place == chosen).collect();
            assert_eq!(found["rounds"][chosen], serde_json::json!([only, only]), "{name}, {chosen}");
        }
        assert_eq!(found["focused"], true);
        assert_eq!(found["targets"], true);
    }
}

/// The suite looks into every other kind of file.
#[test]
fn workbooks_and_pages_without_names_hold_none() {
    let names = names::Names::of_the_demo();
    let unpacked = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as book:
    for name in book.namelist():
        print(name, book.read(name).decode())
"#;
    let runs: [(&[&str], &str); 2] = [
        (&["forecast", "data/demo"], "report"),
        (&["compare", "data/demo", "--scenario", "copilot", "--scenario", "lay-off"], "compare"),
    ];
    for (arguments, stem) in runs {
        let out = tempfile::tempdir().unwrap();
        run(Command::new(env!("CARGO_BIN_EXE_seatcast"))
            .args(arguments)
            .args(["--months", "3", "--replications", "3", "--pseudonymise", "a salt", "--only", "pdf,xlsx", "--quiet"])
            .arg("--out")
            .arg(out.path())
            .current_dir(env!("CARGO_MANIFEST_DIR")));
        let pages = run(Command::new("pdftotext").arg(out.path().join(format!("{stem}.pdf"))).arg("-"));
        let book = out.path().join(format!("{stem}.xlsx"));
        let cells = run(Command::new("python3").args(["-c", unpacked]).arg(book));
        for (kind, text) in [("PDF", pages), ("XLSX", cells)] {
            assert!(text.contains("tenant-"), "{kind} of {stem} was not opened");
            let text = text.replace("&amp;", "&").replace("&apos;", "'").replace('\u{a0}', " ");
            assert_eq!(names.in_text(&text), None, "{kind} of {stem}");
        }
    }
}

/// Names that no column can hold, on a desk and on a phone: nothing but tables and charts that scroll on their own is wider than the
/// page, and no cell is narrower than what stands in it.
#[test]
fn nothing_on_the_page_is_cut_off_or_wider_than_it() {
    let mut forecast = fixture::forecast();
    let long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2);
    forecast.provenance.tenant = format!("{long} · شركة · 株式会社");
    for (n, sku) in forecast.skus.iter_mut().enumerate() {
        sku.product_name = format!("{long} {n}");
        sku.sku_part_number = format!("{}_{n}", long.to_uppercase());
    }
    forecast.departments[0].department = long.clone();
    forecast.status.guest_groups[0].group = "מיקרוסופט 365 לארגונים עם אבטחה מתקדמת ".repeat(5);
    let probe = r##"<script>
    const scrolls = (element) => element.closest(".rows, svg, figure > div, nav") !== null;
    const name = (element) => element.tagName + " " + element.className + " " + element.textContent.slice(0, 40);
    const outside = [...document.querySelectorAll("main *")]
      .filter((element) => !scrolls(element) && element.getBoundingClientRect().right > innerWidth + 1).map(name);
    const cut = [...document.querySelectorAll("td, th, p, li, h1, h2, label, button, footer, figcaption, nav a")]
      .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1).map(name);
    const page = Math.max(0, document.documentElement.scrollWidth - innerWidth);
    document.body.innerHTML = "<pre id=\"probe\">" + JSON.stringify({ outside, cut, page }) + "</pre>";
    </script></body>"##;
    let (folder, page) = written_of(&Whole::Forecast(forecast), "report.html");
    probed(&page, probe);
    for width in [1280, 500] {
        let found = in_browser_so_wide(folder.path(), &page, width);
        assert_eq!(found, serde_json::json!({ "outside": [], "cut": [], "page": 0 }), "{width} wide");
    }
}

/// What LibreOffice prints of a workbook of long names: each name stands there to its end, and no cell is filled with signs for want
/// of room.
#[test]
fn no_sheet_cuts_off_a_name() {
    let mut forecast = fixture::forecast();
    for (n, sku) in forecast.skus.iter_mut().enumerate() {
        sku.product_name =
            format!("Microsoft 365 for companies with many branches and a very long name of a product {n} end{n}");
        sku.sku_part_number = format!("MICROSOFT_365_FOR_COMPANIES_WITH_MANY_BRANCHES_{n}");
    }
    let (folder, book) = written_of(&Whole::Forecast(forecast), "report.xlsx");
    run(Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .arg(&book));
    let text = run(Command::new("pdftotext").arg("-layout").arg(folder.path().join("report.pdf")).arg("-"));
    assert!(!text.contains("###"), "a number has no room");
    for n in 0..7 {
        assert!(text.contains(&format!("end{n}")), "product {n} is cut off");
        assert!(text.contains(&format!("BRANCHES_{n}")), "part number {n} is cut off");
    }
}
