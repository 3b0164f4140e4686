//! Many SKUs in trouble, none at all, and several currencies: page one stays one page, and nothing is lost.

use seatcast::forecast::{DepartmentCost, Forecast};
use seatcast::money::Currency;
use seatcast::report::{Cell, Language, Level, Screen, Theme, clean, document, html, markdown, shorten, svg, text};

use super::fixture;

/// The same trouble as often as asked for, each under a name of its own.
fn in_trouble(times: usize) -> Forecast {
    let mut forecast = fixture::forecast_of(&fixture::plans()[..2], 6);
    let one = forecast.trouble[0].clone();
    forecast.trouble = (0..times)
        .map(|n| {
            let mut trouble = one.clone();
            trouble.product_name = format!("Product {n:02}");
            trouble
        })
        .collect();
    forecast
}

#[test]
fn a_screen_shows_the_first_sentences_and_says_how_many_follow_where() {
    let count = |shown: &str| (0..50).filter(|n| shown.contains(&format!("Product {n:02} "))).count();
    let screen = |forecast: &Forecast, level| {
        let shown = Screen { columns: 100, colour: false, level };
        text(&document(forecast, Language::English), &shown).replace('\u{a0}', " ")
    };
    let many = in_trouble(50);
    let summary = screen(&many, Level::Summary);
    assert_eq!(count(&summary), 7);
    assert!(summary.contains("43 more: report.pdf, report.html and report.md have them all."));
    assert_eq!(count(&screen(&many, Level::Full)), 50);
    assert_eq!(count(&screen(&in_trouble(8), Level::Summary)), 8, "eight fit on page one");

    let document = document(&many, Language::English);
    for whole in [String::from_utf8(html(&document, &[])).unwrap(), markdown(&document, Level::Full)] {
        let whole = whole.replace("<strong><bdi>", "").replace("</bdi></strong>", "").replace("**", "");
        assert_eq!(count(&whole), 50);
        let (first, folded) = whole.split_once("<details><summary>43 more</summary>").unwrap();
        assert_eq!((count(first), count(folded)), (7, 43));
    }
}

#[test]
fn a_forecast_of_nothing_still_ends_at_its_horizon() {
    let empty = document(&fixture::forecast_of(&[], 12), Language::English);
    let subtitle = empty.subtitle.replace('\u{a0}', " ");
    assert!(subtitle.starts_with("24 November 2026 to 24 November 2027 "), "{subtitle}");
}

#[test]
fn amounts_of_a_department_stand_by_currency() {
    let mut forecast = fixture::forecast_of(&fixture::plans()[..2], 2);
    let line = |name: &str, code: &str, minor| DepartmentCost {
        department: name.to_owned(),
        seats: 1,
        currency: Currency::parse(code).unwrap(),
        minor,
    };
    forecast.departments =
        vec![line("A", "USD", 900), line("B", "EUR", 800), line("C", "JPY", 700), line("D", "EUR", 600)];
    let document = document(&forecast, Language::English);
    let (_, table) = document.tables().find(|(section, _)| section.id == "departments").unwrap();
    let codes: Vec<&Cell> = table.rows.iter().map(|row| &row.cells[3]).collect();
    // The sum of euros follows them.
    let wanted = ["EUR", "EUR", "EUR", "JPY", "USD"].map(|code| Cell::Text(code.to_owned()));
    assert_eq!(codes, wanted.iter().collect::<Vec<_>>());
}

/// One label for each name; those of different names differ, and none is wider than asked.
fn check_apart(names: &[&str], columns: usize) -> Vec<String> {
    let labels = shorten::apart_on_columns(names.iter().copied(), columns);
    assert_eq!(labels.len(), names.len());
    for (name, label) in names.iter().zip(&labels) {
        assert!(clean::columns(label) <= columns, "{label} is wider than {columns}");
        for (other, same) in names.iter().zip(&labels) {
            assert_eq!(name == other, label == same, "{name} and {other} are {label} and {same}");
        }
    }
    labels
}

#[test]
fn names_that_differ_only_at_the_end_or_in_the_middle_stay_apart_when_shortened() {
    let ends =
        ["Microsoft 365 E5 without Teams, for Europe (North)", "Microsoft 365 E5 without Teams, for Europe (South)"];
    assert_eq!(check_apart(&ends, 24), ["Microsoft 365…e (North)", "Microsoft 365…e (South)"]);
    let middles: Vec<String> =
        (0..30).map(|n| format!("Microsoft Security and Compliance add-on {n:02} for Microsoft 365")).collect();
    let middles: Vec<&str> = middles.iter().map(String::as_str).collect();
    let labels = check_apart(&middles, 30);
    assert!(labels[7].contains("07"), "{labels:?}");
    // Twice the same name is the same label; nothing but a number tells the last two apart.
    let long = "x".repeat(200);
    let (one, other) = (format!("{long}a{long}b{long}"), format!("{long}b{long}b{long}"));
    check_apart(&[&one, "short", &other, &one], 12);
    check_apart(
        &["李雷李雷李雷李雷李雷甲", "李雷李雷李雷李雷李雷乙", "مايكروسوفت للمؤسسات الشرق", "مايكروسوفت للمؤسسات الغرب"],
        12,
    );
}

#[test]
fn charts_tables_and_titles_tell_skus_of_one_family_apart() {
    let plan = |product, part_number| fixture::Plan { product, part_number, ..fixture::plans().remove(1) };
    let forecast = fixture::forecast_of(
        &[
            plan(
                "Microsoft 365 Enterprise E5 with advanced security and compliance for companies in Europe, North",
                "MICROSOFT_365_ENTERPRISE_E5_SECURITY_COMPLIANCE_EUROPE_NORTH",
            ),
            plan(
                "Microsoft 365 Enterprise E5 with advanced security and compliance for companies in Europe, South",
                "MICROSOFT_365_ENTERPRISE_E5_SECURITY_COMPLIANCE_EUROPE_SOUTH",
            ),
        ],
        6,
    );
    let document = document(&forecast, Language::English);
    let mut titles: Vec<&str> = document.charts.iter().map(|chart| chart.title.as_str()).collect();
    let all = titles.len();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), all - usize::from(document.charts.iter().any(|chart| chart.id == "overview-first")));
    for chart in document.charts.iter().filter(|chart| ["overview", "runway", "shortage-chance"].contains(&&*chart.id))
    {
        let drawn = svg(chart, Language::English, Theme::Light).unwrap();
        for end in ["North", "South"] {
            assert!(drawn.contains(end), "{} does not tell {end}", chart.id);
        }
    }
    let shown = text(&document, &Screen { columns: 80, colour: false, level: Level::Full });
    assert!(shown.contains("_NORTH ") && shown.contains("_SOUTH "), "{shown}");
}

#[test]
fn sums_below_amounts_are_those_of_their_rows_and_of_the_engine() {
    let forecast = fixture::forecast();
    let document = document(&forecast, Language::English);
    let minor = |cell: &Cell| match cell {
        Cell::Money(money) => money.minor,
        other => panic!("{other:?} is no amount"),
    };
    let (_, costs) = document.tables().find(|(_, table)| table.id == "costs").unwrap();
    let (sum, months) = costs.rows.split_last().unwrap();
    assert!(sum.apart && months.iter().all(|row| !row.apart));
    for (column, code) in [(1, "EUR"), (2, "USD")] {
        let engine: i64 =
            forecast.costs.iter().filter(|cost| cost.currency.code() == code).map(|cost| cost.minor).sum();
        assert_eq!(months.iter().map(|row| minor(&row.cells[column])).sum::<i64>(), engine, "{code}");
        assert_eq!(minor(&sum.cells[column]), engine, "{code}");
    }
}

/// Forty departments in each of three currencies: each currency has its dearest, the rest in one line, its own lines and a sum.
#[test]
fn each_currency_has_its_own_departments_and_its_own_sum() {
    let mut forecast = fixture::forecast_of(&fixture::plans()[..2], 2);
    let codes = ["EUR", "JPY", "USD"];
    forecast.departments = codes
        .iter()
        .flat_map(|code| {
            let currency = Currency::parse(code).unwrap();
            let line = move |n: u32| DepartmentCost {
                department: if n == 0 { "unassigned".to_owned() } else { format!("D{n:02}") },
                seats: n,
                currency,
                minor: 10_000 - i64::from(n),
            };
            (0..41).map(line)
        })
        .collect();
    let document = document(&forecast, Language::English);
    let (_, table) = document.tables().find(|(section, _)| section.id == "departments").unwrap();
    for code in codes {
        let rows: Vec<_> = table.rows.iter().filter(|row| row.cells[3] == Cell::Text(code.to_owned())).collect();
        assert_eq!(rows.len(), 10 + 3, "ten departments, all smaller ones, the unassigned, and the sum of {code}");
        let seats = |cell: &Cell| if let Cell::Count(n) = cell { *n } else { panic!("{cell:?}") };
        let (sum, parts) = rows.split_last().unwrap();
        assert_eq!(seats(&sum.cells[1]), parts.iter().map(|row| seats(&row.cells[1])).sum::<u32>());
        assert_eq!(seats(&sum.cells[1]), 820);
    }
}
