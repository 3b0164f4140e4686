//! The sandbox: the worked scenario state by state, refusals, lifecycle days, and lines that are no events.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use seatcast::diagnostic::Origin;
use seatcast::licensing::replay::{self, Day, PathRow};

const EVENTS: &str = include_str!("../../samples/worked-scenario/events.jsonl");
const STATES: &str = include_str!("../../samples/worked-scenario/states.csv");
const PATHS: &str = include_str!("../../samples/worked-scenario/paths.csv");

pub fn play(events: &str) -> Vec<Day> {
    let read = replay::read(events, &Origin::file("events.jsonl"));
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let played = replay::run(&read.value);
    assert!(played.diagnostics.is_empty(), "{:?}", played.diagnostics);
    assert_eq!(played.value.unsettled, None);
    played.value.days
}

fn list(cell: &str) -> Vec<String> {
    cell.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn the_worked_scenario_holds_state_by_state() {
    let days = play(EVENTS);
    assert_eq!(days.iter().map(|day| day.day).collect::<Vec<_>>(), (0..=15).collect::<Vec<_>>());
    let mut rows = csv::Reader::from_reader(STATES.as_bytes());
    let mut checked = 0;
    for row in rows.records().map(|row| row.unwrap()) {
        let day = &days[row[0].parse::<usize>().unwrap()];
        let sku = &day.skus[&row[1]];
        let numbers: Vec<i64> = (2..7).map(|column| row[column].parse().unwrap()).collect();
        let found =
            [sku.enabled, sku.warning, sku.suspended, sku.assigned].map(i64::from).into_iter().chain([sku.available]);
        assert_eq!(found.collect::<Vec<_>>(), numbers, "step {} {}", &row[0], &row[1]);
        assert_eq!(sku.holders, list(&row[7]), "holders, step {} {}", &row[0], &row[1]);
        assert_eq!(sku.waiting, list(&row[8]), "waiting, step {} {}", &row[0], &row[1]);
        checked += 1;
    }
    assert_eq!(checked, 48);
}

#[test]
fn the_worked_scenario_has_these_paths_in_error_and_no_others() {
    let mut expected: BTreeMap<u32, Vec<[String; 5]>> = BTreeMap::new();
    let mut rows = csv::Reader::from_reader(PATHS.as_bytes());
    for row in rows.records().map(|row| row.unwrap()) {
        let cells = [1, 2, 3, 4, 5].map(|column| row[column].to_owned());
        expected.entry(row[0].parse().unwrap()).or_default().push(cells);
    }
    for day in play(EVENTS) {
        let cells = |path: &PathRow| {
            let error = path.error.unwrap_or("").to_owned();
            [path.user.clone(), path.sku.clone(), path.source.clone(), path.state.to_owned(), error]
        };
        let found: Vec<_> = day.paths.iter().map(cells).collect();
        assert_eq!(found, expected.remove(&day.day).unwrap_or_default(), "step {}", day.day);
    }
}

#[test]
fn the_worked_scenario_refuses_to_delete_a_licensed_group() {
    let days = play(EVENTS);
    let refused: Vec<_> =
        days.iter().flat_map(|day| day.refused.iter().map(|r| (day.day, r.event, &*r.code))).collect();
    assert_eq!(refused, [(14, "group-delete", "GroupHasLicenses")]);
}

#[test]
fn without_automatic_retry_freed_seats_stay_idle_until_a_reprocess() {
    let manual = EVENTS.replace(r#""reprocess": "auto""#, r#""reprocess": "manual""#);
    let until_9: String =
        manual.lines().take_while(|line| !line.contains(r#""day": 10"#)).map(|l| format!("{l}\n")).collect();
    let days = play(&format!("{until_9}{}\n", r#"{"day": 10, "do": "reprocess"}"#));
    let [.., nine, ten] = &days[..] else { panic!() };
    assert_eq!((nine.skus["E3"].assigned, nine.skus["E3"].available), (3, 1));
    assert_eq!(nine.skus["E3"].holders, ["u2", "u3", "u4"]);
    assert_eq!(nine.skus["PBI"].assigned, 0);
    let in_error: Vec<&str> = nine.paths.iter().map(|path| &*path.user).collect();
    assert_eq!(in_error, ["u2", "u2", "u5", "u8"]);
    assert_eq!(ten.skus["E3"].holders, ["u2", "u3", "u4", "u5"]);
    assert_eq!(ten.skus["PBI"].holders, ["u2"]);
    assert_eq!(ten.skus["E3"].waiting, ["u8"]);
}

#[test]
fn lifecycle_days_are_lines_of_their_own() {
    let days = play(
        r#"{"day": 0, "do": "sku", "sku": "E3"}
           {"day": 0, "do": "subscription", "id": "s", "sku": "E3", "quantity": 10, "termEnd": 5, "renew": false}"#,
    );
    let units: Vec<_> = days
        .iter()
        .map(|day| (day.day, day.skus["E3"].enabled, day.skus["E3"].warning, day.skus["E3"].suspended))
        .collect();
    assert_eq!(units, [(0, 10, 0, 0), (5, 0, 10, 0), (35, 0, 0, 10), (125, 0, 0, 0)]);
}

#[test]
fn a_seat_that_appears_is_given_after_the_delay() {
    let days = play(
        r#"{"day": 0, "do": "setting", "reprocess": {"auto_delayed": 3}}
           {"day": 0, "do": "sku", "sku": "E3"}
           {"day": 0, "do": "subscription", "id": "s", "sku": "E3", "quantity": 1, "termEnd": null, "renew": true}
           {"day": 0, "do": "group", "group": "G", "licenses": [{"sku": "E3"}]}
           {"day": 0, "do": "user", "user": "a", "usageLocation": "US"}
           {"day": 0, "do": "user", "user": "b", "usageLocation": "US"}
           {"day": 1, "do": "member-add", "group": "G", "users": ["a", "b"]}
           {"day": 4, "do": "member-remove", "group": "G", "users": ["a"]}"#,
    );
    let holders: Vec<_> = days.iter().map(|day| (day.day, day.skus["E3"].holders.join(" "))).collect();
    let expected = [(0, ""), (1, "a"), (4, ""), (7, "b")].map(|(day, holders)| (day, holders.to_owned()));
    assert_eq!(holders, expected);
}

#[test]
fn what_the_service_refuses_is_listed_and_changes_nothing() {
    let days = play(
        r#"{"day": 0, "do": "sku", "sku": "E3"}
           {"day": 0, "do": "user", "user": "a", "usageLocation": "US"}
           {"day": 0, "do": "user", "user": "b"}
           {"day": 1, "do": "direct-add", "user": "a", "sku": "E3"}
           {"day": 1, "do": "direct-add", "user": "b", "sku": "E3"}
           {"day": 1, "do": "direct-remove", "user": "a", "sku": "E3"}
           {"day": 2, "do": "user-restore", "user": "a"}
           {"day": 3, "do": "user-delete", "user": "a"}
           {"day": 4, "do": "user-delete", "user": "a"}
           {"day": 34, "do": "user-restore", "user": "a"}"#,
    );
    let codes: Vec<_> =
        days.iter().flat_map(|day| day.refused.iter().map(|r| (day.day, r.event, r.code.clone()))).collect();
    let expected = [
        (1, "direct-add", "CountViolation"),
        (1, "direct-add", "ProhibitedInUsageLocationViolation"),
        (1, "direct-remove", "NotAssigned"),
        (2, "user-restore", "UserNotDeleted"),
        (4, "user-delete", "UserDeleted"),
        (34, "user-restore", "DeletedTooLongAgo"),
    ];
    assert_eq!(codes, expected.map(|(day, event, code)| (day, event, code.to_owned())));
}

fn faults(text: &str) -> Vec<(u64, String, Option<String>)> {
    let read = replay::read(text, &Origin::file("events.jsonl"));
    let mut found = read.diagnostics;
    if found.is_empty() {
        found = replay::run(&read.value).diagnostics;
    }
    found.into_iter().map(|f| (f.labels[0].origin.line.unwrap(), f.message, f.help)).collect()
}

#[test]
fn a_line_that_is_no_event_is_refused_with_its_number() {
    let mean = |text: &str| Some(format!("did you mean `{text}`?"));
    let sku = r#"{"day": 0, "do": "sku", "sku": "E3"}"#;
    assert_eq!(faults("{\"day\": 0,").first().map(|fault| fault.0), Some(1));
    assert_eq!(faults(&format!("{sku}\n\n[1]")), [(3, "the line is not a JSON object".to_owned(), None)]);
    assert_eq!(
        faults(r#"{"day": 0, "do": "member-ad"}"#),
        [(1, "there is no event `member-ad`".to_owned(), mean("member-add"))]
    );
    assert_eq!(
        faults(r#"{"day": 0, "do": "sku", "sku": "E3", "plan": []}"#),
        [(1, "this event has no field `plan`".to_owned(), mean("plans"))]
    );
    assert_eq!(
        faults(&format!("{sku}\n{}", r#"{"day": 1, "do": "group", "group": "G", "licenses": [{"sku": "E33"}]}"#)),
        [(2, "no event declares the SKU `E33`".to_owned(), mean("E3"))]
    );
    assert_eq!(
        faults(
            r#"{"day": 2, "do": "reprocess"}
{"day": 1, "do": "reprocess"}"#
        ),
        [(2, "day 1 comes after day 2: days have to ascend".to_owned(), None)]
    );
    assert_eq!(
        faults(r#"{"day": -1, "do": "reprocess"}"#),
        [(1, "`day` is not a whole number of 0 or more".to_owned(), None)]
    );
}

fn seatcast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[test]
fn the_command_prints_a_json_object_a_day() {
    let output = seatcast(&["replay", "tests/samples/worked-scenario/events.jsonl", "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 16);
    let ninth = text.lines().nth(8).unwrap();
    assert_eq!(
        ninth,
        concat!(
            r#"{"day":8,"skus":{"E3":{"enabled":4,"warning":0,"suspended":0,"assigned":4,"available":0,"holders":["u1","u2","u3","u4"],"waiting":["u5","u8"]},"#,
            r#""PBI":{"enabled":1,"warning":0,"suspended":0,"assigned":1,"available":0,"holders":["u1"],"waiting":["u2"]},"#,
            r#""VISIO":{"enabled":2,"warning":0,"suspended":0,"assigned":2,"available":0,"holders":["u6","u7"],"waiting":[]}},"#,
            r#""paths":[{"user":"u2","sku":"E3","source":"G-BUNDLE","state":"Error","error":"Other"},"#,
            r#"{"user":"u2","sku":"PBI","source":"G-BUNDLE","state":"Error","error":"CountViolation"},"#,
            r#"{"user":"u5","sku":"E3","source":"G-ALL","state":"Error","error":"CountViolation"},"#,
            r#"{"user":"u8","sku":"E3","source":"G-PARENT","state":"Error","error":"CountViolation"}],"refused":[]}"#,
        )
    );
}

#[test]
fn the_command_refuses_a_file_with_a_bad_line_and_prints_no_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, "{\"day\": 0, \"do\": \"sku\", \"sku\": \"E3\"}\n{\"day\": 0, \"do\": \"skuu\"}\n").unwrap();
    let output = seatcast(&["replay", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("events.jsonl, line 2") && text.contains("did you mean `sku`?"), "{text}");
}

/// The guide's scenario is the one of the tests, and every cell of its table is what the engine says.
#[test]
fn the_worked_scenario_of_the_guide_is_what_the_engine_says() {
    let guide = replay::GUIDE;
    let events = guide.split("```jsonl\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(events, EVENTS);
    let days = play(events);
    let table = guide.split("| Day | What happens").nth(1).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), days.len());
    for (row, day) in rows.iter().zip(&days) {
        assert_eq!(row[0], day.day.to_string());
        for (cell, name) in row[2..5].iter().zip(["E3", "VISIO", "PBI"]) {
            let sku = &day.skus[name];
            let capacity = sku.enabled + sku.warning;
            let expected = format!("{capacity}/{}/{} {{{}}}", sku.assigned, sku.available, sku.holders.join(" "));
            assert_eq!(*cell, expected, "day {}, {name}", day.day);
        }
        let waiting = ["E3", "VISIO", "PBI"].map(|name| (name, day.skus[name].waiting.join(" ")));
        let waiting: Vec<String> =
            waiting.iter().filter(|(_, who)| !who.is_empty()).map(|(name, who)| format!("{name}: {who}")).collect();
        let expected = if waiting.is_empty() { "–".to_owned() } else { waiting.join("; ") };
        assert_eq!(row[5], expected, "who waits on day {}", day.day);
    }
    // Every event has a line in the table of events.
    for line in EVENTS.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = format!("`{}`", event["do"].as_str().unwrap());
        assert!(guide.lines().any(|line| line.starts_with('|') && line.contains(&name)), "{name}");
    }
}
