//! Groups that people join by themselves, as snapshots show them: who joins and leaves is learned, who goes for good is no leave.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use seatcast::directory::{Attribute, Snapshot, User, Users, Value};
use seatcast::history::{self, Accounts, JoinableGroup, JoinableGroups, Range, Stored};
use seatcast::ingest::{self, Options, SourceFile};

fn day(month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + Months::new(month)
}

fn id(person: u32) -> Box<str> {
    format!("p{person:04}").into()
}

/// Thirty months of five hundred people, of whom one goes each month. Two groups of a hundred to begin with: into each come four a
/// month, and one goes; who goes for good was in both.
fn past() -> (Accounts, JoinableGroups) {
    let (mut files, mut groups) = (Vec::new(), Vec::new());
    for month in 0..30 {
        let records: Vec<User> = (month..500)
            .map(|person| {
                User::default()
                    .with(Attribute::Id, Value::text(&id(person)))
                    .with(Attribute::AccountEnabled, Value::Boolean(true))
            })
            .collect();
        let snapshot = Snapshot { users: Users::from_records(&records), ..Snapshot::default() };
        let bytes = history::snapshot(&snapshot, &[]).unwrap();
        files.push(Stored { day: day(month), name: history::file_name(day(month)), bytes });
        let members = |first: u32| {
            let stay = (month..50).chain(first + month..first + 50 + month * 4);
            stay.map(id).collect::<Vec<_>>()
        };
        let own = [("a", false, members(100)), ("b", true, members(300))];
        let own = own.map(|(id, needs_approval, members)| JoinableGroup { id: id.into(), needs_approval, members });
        let bytes = history::groups_parquet(&own).unwrap();
        groups.push(Stored { day: day(month), name: history::groups_name(day(month)), bytes });
    }
    (history::accounts(&files), history::groups_by_day(&groups).value.unwrap())
}

#[test]
fn joins_and_leaves_are_learned_and_approvals_are_not() {
    let (accounts, groups) = past();
    assert_eq!(groups.len(), 30);
    assert_eq!(groups[&day(0)].iter().map(|group| group.members.len()).collect::<Vec<_>>(), [100, 100]);
    let learned = history::self_service(&groups, &accounts, 1);
    assert_eq!((learned.groups, learned.with_approval), (2, 1));
    assert_eq!((learned.joined, learned.left), (29 * 8, 29 * 2), "who goes for good does not leave");
    // Eight a month of two hundred to three hundred and sixteen.
    let within = |range: Range, low: f64, high: f64| {
        assert!(range.low <= range.middle && range.middle <= range.high, "{range:?}");
        assert!(low < range.middle && range.middle < high, "{range:?}");
    };
    within(learned.joins.unwrap(), 0.024, 0.042);
    within(learned.leaves.unwrap(), 0.005, 0.011);
}

#[test]
fn what_was_learned_is_read_and_says_what_cannot_be() {
    let (accounts, groups) = past();
    let record = history::employment_record(
        "people.csv",
        (0..40)
            .map(|person| {
                let month = person % 8 + 1;
                format!("2015-0{month}-01,202{}-0{month}-11,Sales\n", person % 3)
            })
            .fold("hireDate,leaveDate,department\n".to_owned(), |text, line| text + &line)
            .as_bytes(),
        &["department".to_owned()],
        None,
        None,
    );
    let mut calibration = history::calibrate(&record.value.expect("a record"), 1).value.unwrap();
    calibration.self_service = history::self_service(&groups, &accounts, 1);
    let rates = calibration.settings(&["department".to_owned()]);
    assert!(rates.contains("approval-delay-days is not learned"), "{rates}");
    let users = "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,department\n\
                 00000000-0000-4000-8000-000000000001,u@b.example,U,true,Member,NL,Sales\n";
    let read = |settings: &str| {
        let files = [("users.csv", users), ("rates.toml", &rates), ("seatcast.toml", settings)];
        let file = |(name, text): (&str, &str)| SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
        let tables = ingest::tables(files.into_iter().map(file).collect(), &Options::default());
        let read = ingest::baseline(&tables, &Options::default());
        let assumptions = read.value.unwrap_or_else(|| panic!("{:?} {rates}", read.diagnostics)).assumptions;
        let stated: BTreeMap<String, String> =
            assumptions.stated().into_iter().map(|(name, value, _)| (name, value)).collect();
        (stated["self-service.joins"].clone(), stated["self-service.leaves"].clone())
    };
    let (joins, leaves) = read("[tenant]\nexported-on = 2026-11-20\n");
    assert!(joins.starts_with("p10 ") && leaves.starts_with("p10 "), "{joins} {leaves}");
    let (joins, _) = read("[tenant]\nexported-on = 2026-11-20\n[self-service]\njoins = \"3%/month\"\n");
    assert_eq!(joins, "3%/month", "the hand is right");
}

#[test]
fn a_broken_file_of_groups_is_a_finding() {
    let broken = Stored { day: day(0), name: "2022-01-01.groups.parquet".to_owned(), bytes: b"no".to_vec() };
    assert!(history::groups_by_day(&[broken]).has_errors());
    assert_eq!(history::groups_day("2022-01-01.groups.parquet"), Some(day(0)));
    assert_eq!(history::groups_day("2022-01-01.parquet"), None);
}
