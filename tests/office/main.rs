//! The workbook in LibreOffice and the page in Chromium: `cargo test --test office`. Not part of the suite, because it needs
//! both programs (`soffice`, `chromium`), and `python3` to change a cell.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

#[path = "../suite/report/fixture.rs"]
mod fixture;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use seatcast::report::{Options, files};

fn written(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let made = files(&fixture::forecast(), &Options::default()).unwrap();
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
    let path = folder.join(format!("report-{name}.csv"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn number(cell: &str) -> f64 {
    cell.replace(',', "").parse().unwrap_or_else(|_| panic!("`{cell}` is no number"))
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
    // The price of Microsoft 365 E3 stands in E5 of the second sheet: doubled, its cost comes on top once more.
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
    run(Command::new("python3").args(["-c", change]).arg(&book).arg(folder.path().join("changed.xlsx")));
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
    let html = fs::read_to_string(&page).unwrap().replace("</body>", probe);
    fs::write(&page, html).unwrap();
    let output = run(Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", page.display())));
    assert!(!output.contains("CONSOLE"), "{output}");
    let found = output.split("id=\"probe\">").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap_or(&output);
    let found: serde_json::Value = serde_json::from_str(&found.replace("&nbsp;", " ")).unwrap();
    assert_eq!(found["first"], "POWER_BI_PRO");
    assert_eq!(found["up"], "Microsoft_Teams_Rooms_Pro");
    assert_eq!(found["down"], "SPE_E3 *");
    assert_eq!(found["filtered"], serde_json::json!(["VISIOCLIENT"]));
    assert_eq!(found["reading"], "24 November 2028: demand 272 seats (P10 to P90: 247 to 297), capacity 190.");
    assert_eq!(found["theme"], true);
}
