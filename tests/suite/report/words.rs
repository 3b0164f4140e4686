//! What is said: page one, tables in a terminal, messages, names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use seatcast::forecast::{DepartmentCost, Forecast};
use seatcast::money::{Currency, Money};
use seatcast::report::{Cell, Language, Level, Screen, Words, clean, document, text};

use super::{DOCUMENT, FORECAST, fixture};

fn sentence(product: &str) -> String {
    let found = DOCUMENT.troubles.iter().map(|trouble| trouble.phrase.text()).find(|text| text.starts_with(product));
    found.unwrap().replace('\u{a0}', " ")
}

#[test]
fn page_one_says_amount_date_certainty_cause_and_last_day_to_act() {
    assert_eq!(DOCUMENT.verdict.text(), "Short of seats today: 1 of 7 SKUs. At risk within 24 months: 3 more.");
    for (product, said) in [
        (
            "Power BI Pro",
            "Power BI Pro is short by 22 seats today. The shortage peaks at 82 seats in the middle case (P50) and at \
             107 seats in a bad case (P90), around 24 November 2028. Most of the demand comes through the group \
             “SG-BI-Sales” (120 users). The last day to act in time has passed or is not known: decide now.",
        ),
        (
            "Visio Plan 2",
            "Visio Plan 2 runs out of seats on 24 August 2027. The shortage peaks at 46 seats in the middle case (P50) \
             and at 53 seats in a bad case (P90), around 24 November 2028. A shortage comes in 100% of the simulated \
             futures. Cause: units fall from 60 to 0 on 15 August 2027 (subscription sub-visioclient). Last day to act: \
             8 August 2027.",
        ),
        (
            "Microsoft 365 E3",
            "Microsoft 365 E3 is likely to run out of seats on 24 May 2027, possibly from 24 February 2027. The shortage \
             peaks at 58 seats in the middle case (P50) and at 114 seats in a bad case (P90), around 24 November 2028. A \
             shortage comes in 82% of the simulated futures. Cause: demand grows, most of it through the group \
             “SG-LIC-M365-E3” (1,301 users today). Last day to act: 24 June 2027.",
        ),
        (
            "Planner and Project Plan 3",
            "Planner and Project Plan 3 may run out of seats from 24 December 2027 on. In a bad case (P90) it is then \
             short by 6 seats, at most around 24 November 2028; in the middle case it is not short. A shortage comes in \
             35% of the simulated futures. Cause: demand grows, most of it through direct assignment (66 users today). \
             Last day to act: 23 November 2027.",
        ),
    ] {
        assert_eq!(sentence(product), said);
    }
}

#[test]
fn a_peak_of_the_middle_case_has_its_own_date() {
    let mut forecast = fixture::forecast();
    let visio = forecast.skus.iter_mut().find(|sku| sku.product_name == "Visio Plan 2").unwrap();
    let point = visio.points.iter_mut().find(|point| point.day.to_string() == "2027-12-24").unwrap();
    (point.shortfall.p50, point.shortfall.p90) = (50, 51);
    let trouble = forecast.trouble.iter_mut().find(|trouble| trouble.product_name == "Visio Plan 2").unwrap();
    trouble.shortfall_p50 = 50;
    for (language, said) in [
        (
            Language::English,
            "The shortage peaks at 50 seats in the middle case (P50), around 24 December 2027, and at 53 seats in a bad \
             case (P90), around 24 November 2028.",
        ),
        (
            Language::Dutch,
            "Het tekort is op zijn hoogst 50 licenties in het middelste geval (P50), rond 24 december 2027, en 53 \
             licenties in een slecht geval (P90), rond 24 november 2028.",
        ),
    ] {
        let troubles = document(&forecast, language).troubles;
        let sentence = troubles.iter().map(|trouble| trouble.phrase.text()).find(|text| text.starts_with("Visio"));
        let sentence = sentence.unwrap().replace('\u{a0}', " ");
        assert!(sentence.contains(said), "{sentence}");
    }
}

#[test]
fn a_forecast_without_trouble_says_so() {
    let calm = Forecast { trouble: Vec::new(), ..fixture::forecast() };
    let verdict = document(&calm, Language::English).verdict.text();
    assert!(verdict.starts_with("No shortage is in sight"), "{verdict}");
    let empty = document(&fixture::forecast_of(&[], 24), Language::English);
    assert!(empty.verdict.text().starts_with("There are no SKUs"));
    assert!(empty.charts.is_empty());
}

#[test]
fn every_row_has_a_cell_for_each_column() {
    for (section, table) in DOCUMENT.tables() {
        assert!(!section.title.is_empty());
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.id);
            for (cell, column) in row.cells.iter().zip(&table.columns) {
                assert!(column.numeric || !cell.is_number(), "{}: {cell:?} under `{}`", table.id, column.title);
            }
        }
    }
}

#[test]
fn users_without_a_department_and_seats_without_a_user_stand_last() {
    let (_, table) = DOCUMENT.tables().find(|(_, table)| table.id == "departments").unwrap();
    let apart: Vec<bool> = table.rows.iter().map(|row| row.apart).collect();
    // Below them stands the sum.
    assert_eq!(apart, [false, false, true, true, true]);
}

#[test]
fn a_hundred_cost_centres_are_thirty_lines_and_one_that_adds_the_rest() {
    let mut forecast = FORECAST.clone();
    let model = forecast.cost_centres[0].clone();
    let line = |number: i64| DepartmentCost {
        department: format!("CC-{number:03}"),
        seats: 2,
        minor: 1_000 - number,
        ..model.clone()
    };
    forecast.cost_centres.splice(0..1, (0..100).map(line));
    let all: i64 = forecast.cost_centres.iter().map(|line| line.minor).sum();
    let document = document(&forecast, Language::English);
    let (_, table) = document.tables().find(|(_, table)| table.id == "cost-centres").unwrap();
    assert_eq!(table.rows.len(), 30 + 1 + 2 + 1);
    let money = |row: &seatcast::report::Row| match &row.cells[2] {
        Cell::Money(money) => money.minor,
        other => panic!("{other:?}"),
    };
    let (sum, lines) = table.rows.split_last().unwrap();
    assert_eq!((lines.iter().map(money).sum::<i64>(), money(sum)), (all, all));
    assert_eq!(table.rows[30].cells[0], Cell::Text("all 70 smaller ones together".to_owned()));
}

#[test]
fn the_day_on_which_the_horizon_ends_has_no_month_to_cost_and_says_no_lack_of_a_price() {
    let mut forecast = FORECAST.clone();
    forecast.skus.iter_mut().for_each(|sku| sku.points.last_mut().unwrap().cost = None);
    let document = document(&forecast, Language::English);
    let tables = document.tables().filter(|(_, table)| table.id.starts_with("monthly-"));
    let with_cost = tables.filter(|(_, table)| table.rows[0].cells.len() == 9);
    let mut seen = 0;
    for (_, table) in with_cost {
        let last = table.rows.last().unwrap().cells.last().unwrap();
        assert!(!matches!(last, Cell::Absent(_)), "{}: {last:?}", table.id);
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn no_price_is_never_zero() {
    let (_, table) = DOCUMENT.tables().find(|(_, table)| table.id == "reclaimable-later").unwrap();
    assert!(table.rows.iter().flat_map(|row| &row.cells).any(|cell| *cell == Cell::Absent("no price".to_owned())));
    let shown = text(&DOCUMENT, &Screen { columns: 140, colour: false, level: Level::Appendix });
    assert!(!shown.lines().any(|line| line.contains("Teams_Rooms") && line.contains("0.00")));
}

#[test]
fn lines_fit_the_screen() {
    for language in Language::ALL {
        let document = document(&FORECAST, language);
        for (columns, level) in [(60, Level::Summary), (80, Level::Full), (100, Level::Full), (140, Level::Appendix)] {
            let shown = text(&document, &Screen { columns, colour: false, level });
            for line in shown.lines() {
                assert!(clean::columns(line) <= columns, "{} of {columns}: {line}", clean::columns(line));
            }
        }
    }
}

#[test]
fn colour_comes_only_when_asked_for() {
    let plain = text(&DOCUMENT, &Screen::default());
    let colour = text(&DOCUMENT, &Screen { colour: true, ..Screen::default() });
    assert!(!plain.contains('\u{1b}'));
    assert!(colour.contains('\u{1b}'));
    assert_eq!(clean_lines(&colour), clean_lines(&plain), "colour changes nothing else");
}

fn clean_lines(shown: &str) -> Vec<String> {
    shown.lines().map(clean::text).collect()
}

#[test]
fn names_cannot_steer_a_terminal() {
    for (name, shown) in [
        ("a\u{1b}[31mb\u{1b}[0m", "ab"),
        ("a\u{1b}]0;title\u{7}b", "ab"),
        ("a\u{1b}]8;;http://x\u{1b}\\b", "ab"),
        ("a\u{9b}2Jb", "ab"),
        ("in\nvoice\t\r\n1", "in voice 1"),
        ("\u{202e}gpj.exe\u{202c}", "gpj.exe"),
        ("zero\u{200b}width\u{feff}", "zerowidth"),
        ("李雷 \u{0627}\u{0628}", "李雷 \u{0627}\u{0628}"),
    ] {
        assert_eq!(clean::text(name), shown, "{name:?}");
    }
    assert_eq!(clean::shorten("Microsoft 365", 10), "Microsoft…");
    assert_eq!(clean::shorten("李雷李雷", 5), "李雷…");
}

proptest! {
    #[test]
    fn any_name_becomes_one_line_that_fits(name in any::<String>(), columns in 0usize..40) {
        let shown = clean::text(&name);
        prop_assert!(!shown.chars().any(char::is_control));
        prop_assert_eq!(&clean::text(&shown), &shown);
        prop_assert!(clean::columns(&clean::shorten(&shown, columns)) <= columns.max(clean::columns(&shown).min(columns)));
    }
}

#[test]
fn numbers_and_dates_follow_the_language() {
    let money = |minor, code| Money { minor, currency: Currency::parse(code).unwrap() };
    let (english, dutch) = (Words::of(Language::English), Words::of(Language::Dutch));
    assert_eq!(english.money(money(-123_456_705, "EUR")), "EUR\u{a0}−1,234,567.05");
    assert_eq!(dutch.money(money(123_456_705, "EUR")), "EUR\u{a0}1.234.567,05");
    assert_eq!(english.amount(money(1_234, "JPY")), "1,234");
    assert_eq!(dutch.date(fixture::day("2027-03-01")), "1\u{a0}maart\u{a0}2027");
    assert_eq!(english.day(fixture::day("2027-03-01")), "1\u{a0}Mar\u{a0}2027");
    for (count, of, shown) in
        [(0, 1000, "0%"), (1, 1000, "<1%"), (5, 1000, "1%"), (999, 1000, ">99%"), (1000, 1000, "100%"), (1, 0, "–")]
    {
        assert_eq!(english.share(count, of), shown);
    }
    assert_eq!(Language::parse("nl-BE"), Some(Language::Dutch));
    assert_eq!(Language::parse("fr"), None);
}

#[test]
fn every_language_has_every_message() {
    let [english, dutch] = Language::ALL.map(|language| Words::of(language).keys().collect::<BTreeSet<_>>());
    assert_eq!(english.symmetric_difference(&dutch).collect::<Vec<_>>(), Vec::<&&str>::new());
    let holes = |language: Language, key: &str| -> BTreeSet<String> {
        let message = Words::of(language).find(key).unwrap();
        message.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    };
    for key in english {
        assert_eq!(holes(Language::English, key), holes(Language::Dutch, key), "{key}");
        assert!(!Words::of(Language::Dutch).find(key).unwrap().is_empty(), "{key}");
    }
}

#[test]
fn every_message_that_the_code_asks_for_exists() {
    let words = Words::of(Language::English);
    let mut asked = 0;
    for_each_source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report"), &mut |source| {
        for call in ["say(\"", "tell(\"", "phrase(\"", "find(\""] {
            for key in source.split(call).skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key) {
                asked += 1;
                assert!(words.find(key).is_some(), "no message `{key}`");
            }
        }
        for key in source.split("plural(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key) {
            for form in ["one", "other"] {
                assert!(words.find(&format!("{key}.{form}")).is_some(), "no message `{key}.{form}`");
            }
        }
    });
    assert!(asked > 50, "the search for keys finds none: {asked}");
}

fn for_each_source(folder: &Path, visit: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            for_each_source(&entry, visit);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            visit(&fs::read_to_string(entry).unwrap());
        }
    }
}

/// Page one in money: the first month, all months, what nobody holds, and the next day to act; nothing of what is not known.
#[test]
fn page_one_says_what_seats_cost_and_when_the_next_decision_falls_due() {
    let shown = |forecast: &seatcast::forecast::Forecast| {
        document(forecast, Language::English).money.text().replace('\u{a0}', " ")
    };
    let euros: Vec<i64> =
        FORECAST.costs.iter().filter(|cost| cost.currency.code() == "EUR").map(|cost| cost.minor).collect();
    let words = seatcast::report::Words::of(Language::English);
    let money = |minor: i64| {
        words.money(seatcast::money::Money { minor, currency: FORECAST.costs[0].currency }).replace('\u{a0}', " ")
    };
    let said = shown(&FORECAST);
    for part in [
        format!("cost {}, USD ", money(euros[0])),
        format!(" and {}, USD ", money(euros.iter().sum())),
        "Of the first month, EUR 931.20 is for seats that nobody holds.".to_owned(),
        "The next decision falls due on 24 June 2027 (Microsoft 365 E3).".to_owned(),
    ] {
        assert!(said.contains(&part), "{said} lacks {part}");
    }
    assert_eq!(shown(&fixture::forecast_of(&[], 12)).find("cost"), None);
}
