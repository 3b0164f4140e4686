//! Many SKUs in trouble, none at all, and several currencies: page one stays one page, and nothing is lost.

use seatcast::forecast::{DepartmentCost, Forecast};
use seatcast::money::Currency;
use seatcast::report::{Cell, Language, Level, Screen, document, html, markdown, text};

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
    let wanted = ["EUR", "EUR", "JPY", "USD"].map(|code| Cell::Text(code.to_owned()));
    assert_eq!(codes, wanted.iter().collect::<Vec<_>>());
}
