//! Every line of the corpus: valid rules give the expected members, invalid ones an error near the expected place.

use chrono::{DateTime, Utc};
use seatcast::diagnostic::{Diagnosed, Origin};
use seatcast::rule::{self, Checked, Form};
use serde_json::Value as Json;

/// Characters that the corpus allows between its offset and ours.
const NEAR: usize = 3;

fn lines() -> Vec<Json> {
    let text = include_str!("../../rules-corpus.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn compile(line: &Json) -> Diagnosed<Option<Checked>> {
    rule::compile(line["rule"].as_str().unwrap(), &Origin::file("corpus"))
}

fn now(line: &Json) -> DateTime<Utc> {
    line["now"].as_str().map_or(DateTime::UNIX_EPOCH, |text| text.parse().unwrap())
}

#[test]
fn valid_rules_give_the_expected_members() {
    let mut asked = 0;
    for line in lines().iter().filter(|line| line["valid"] == true) {
        let id = line["id"].as_str().unwrap();
        let compiled = compile(line);
        let checked = compiled.value.unwrap_or_else(|| panic!("{id}: {:?}", compiled.diagnostics));
        assert_eq!(checked.form() == Form::Device, line["target"] == "device", "{id}");
        assert_eq!(checked.uses_clock(), !line["now"].is_null(), "{id}");
        for expected in line["expect"].as_array().unwrap() {
            let user = rule::record(expected["user"].as_object().unwrap());
            assert!(user.diagnostics.is_empty(), "{id}: {:?}", user.diagnostics);
            assert_eq!(checked.holds(&user.value, now(line)), expected["member"] == true, "{id}: {}", expected["user"]);
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked} users asked");
}

#[test]
fn invalid_rules_are_refused_near_the_expected_place() {
    let invalid: Vec<Json> = lines().into_iter().filter(|line| line["valid"] == false).collect();
    assert_eq!(invalid.len(), 12);
    for line in invalid {
        let id = line["id"].as_str().unwrap();
        let compiled = compile(&line);
        assert!(compiled.value.is_none(), "{id} is accepted");
        let error = compiled.diagnostics.iter().find(|finding| finding.is_error()).unwrap();
        let label = &error.labels[0];
        let offset = label.text[..label.span.start].chars().count();
        let expected = line["error_offset"].as_u64().unwrap() as usize;
        assert!(offset.abs_diff(expected) <= NEAR, "{id}: at {offset}, expected {expected}: {}", error.message);
    }
}

/// No expectation of the corpus rests on an open reading, except the en dash.
#[test]
fn only_the_rule_with_an_en_dash_hangs_on_a_reading() {
    for line in lines().iter().filter(|line| line["valid"] == true) {
        let readings: Vec<&str> = compile(line).diagnostics.iter().map(|finding| finding.code.0).collect();
        let expected: &[&str] = if line["id"] == "dm-025" { &["R516"] } else { &[] };
        assert_eq!(readings, expected, "{}", line["id"]);
    }
}
