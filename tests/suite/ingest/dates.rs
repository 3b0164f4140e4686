//! Dates of one column: every form that exports write, and an order that is proved or asked for.

use super::{file, options};
use seatcast::directory::{Attribute, Value};
use seatcast::ingest::{self, DateOrder, Options};

/// What the dates of a column are read as; an error code where they are refused.
fn read(dates: &[&str], order: Option<DateOrder>) -> Result<Vec<String>, String> {
    let mut text = "Id,UserPrincipalName,CreatedDateTime\n".to_owned();
    for (row, date) in dates.iter().enumerate() {
        text.push_str(&format!("{row:08}-1111-4111-8111-111111111111,u{row}@x.example,{date}\n"));
    }
    let options = Options { date_order: order, ..options() };
    let tables = ingest::tables(vec![file("u.csv", &text)], &options);
    if let Some(error) = tables.reports[0].diagnostics.iter().find(|finding| finding.is_error()) {
        return Err(error.code.to_string());
    }
    let users = ingest::baseline(&tables, &options).value.unwrap().snapshot.users;
    let shown = users.indexes().map(|user| match users.value(user, &Attribute::CreatedDateTime).to_value() {
        Value::Instant(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        Value::Null => "null".to_owned(),
        other => format!("{other:?}"),
    });
    Ok(shown.collect())
}

fn check(date: &str, expected: &str) {
    assert_eq!(read(&[date], None), Ok(vec![expected.to_owned()]), "{date}");
}

#[test]
fn forms() {
    check("2021-08-19T13:25:31Z", "2021-08-19 13:25:31");
    check("2021-08-19T13:25:31.1234567Z", "2021-08-19 13:25:31");
    check("2021-08-19T13:25:31+02:00", "2021-08-19 11:25:31");
    check("2021-08-19T13:25:31.5-0530", "2021-08-19 18:55:31");
    check("2021-08-19 13:25:31Z", "2021-08-19 13:25:31");
    check("2021-08-19 13:25:31", "2021-08-19 13:25:31");
    check("2021-08-19", "2021-08-19 00:00:00");
    check("8/19/2021 1:25:31 PM", "2021-08-19 13:25:31");
    check("8/9/2021 12:25:31 AM", "2021-08-09 00:25:31");
    check("19/08/2021 13:25:31", "2021-08-19 13:25:31");
    check("19.08.2021 13:25:31", "2021-08-19 13:25:31");
    check("19-8-2021 13:25:31", "2021-08-19 13:25:31");
    check("19-08-2021 13:25", "2021-08-19 13:25:00");
    check("20181017204552.0Z", "2018-10-17 20:45:52");
    check("134326944000000000", "2026-09-01 00:00:00");
}

#[test]
fn no_date() {
    for date in ["", "1/1/0001 12:00:00 AM", "1601-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9223372036854775807"] {
        assert_eq!(read(&[date, "2021-08-19"], None).unwrap()[0], "null", "{date}");
    }
}

#[test]
fn the_order_is_proved_by_the_column_or_asked_for_and_never_guessed() {
    let iso = |dates: &[&str]| Ok(dates.iter().map(|day| format!("{day} 00:00:00")).collect::<Vec<_>>());
    assert_eq!(read(&["03/04/2026", "13/04/2026"], None), iso(&["2026-04-03", "2026-04-13"]));
    assert_eq!(read(&["03/04/2026", "04/13/2026"], None), iso(&["2026-03-04", "2026-04-13"]));
    assert_eq!(read(&["03/04/2026", "04/05/2026"], None), Err("D402".to_owned()));
    assert_eq!(
        read(&["05/05/2026", "07/07/2026"], None),
        iso(&["2026-05-05", "2026-07-07"]),
        "the same day either way"
    );
    assert_eq!(read(&["03/04/2026"], Some(DateOrder::DayFirst)), iso(&["2026-04-03"]));
    assert_eq!(read(&["03/04/2026"], Some(DateOrder::MonthFirst)), iso(&["2026-03-04"]));
    assert_eq!(read(&["13/04/2026", "04/13/2026"], None), Err("D401".to_owned()), "one column has one order");
}

#[test]
fn what_is_no_date() {
    for date in
        ["30.02.2026", "2026-13-01", "yesterday", "12/2026", "1/2/26", "2026/1-2", "25:00", "8/19/2021 13:25 PM"]
    {
        assert_eq!(read(&[date], None), Err("D401".to_owned()), "{date}");
    }
}
