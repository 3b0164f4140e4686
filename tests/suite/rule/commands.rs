//! The subcommands of `seatcast rule` on the demo tenant.

use std::process::{Command, Output};

use serde_json::Value as Json;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast")).arg("rule").args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Json {
    let output = run(&[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {output:?}"))
}

#[test]
fn check_tells_what_is_wrong_with_a_rule_and_where() {
    let output = run(&["check", "user.depatment -eq \"Sales\""]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("error[R203]: `user.depatment` is not a user attribute of rules"), "{text}");
    assert!(text.contains("    ^^^^^^^^^^^^^^ not found"), "{text}");
    assert!(text.contains("did you mean `department`?"), "{text}");
    let valid = json(&["check", "user.department -eq \"Sales\""]);
    assert_eq!(valid["valid"], true);
}

#[test]
fn check_counts_members_and_what_hangs_on_readings_for_every_group() {
    let answer = json(&["check", DEMO]);
    let groups = answer["groups"].as_array().unwrap();
    assert!(groups.len() >= 15);
    let union = answer["users_in_dynamic_groups"].as_u64().unwrap();
    for group in groups {
        let members = group["members"].as_u64().unwrap();
        assert!(group["null_sensitive"].as_u64().unwrap() <= members.max(1) && members <= union, "{group}");
    }
    let all = groups.iter().find(|group| group["membershipRule"] == "user.objectId -ne null").unwrap();
    assert_eq!(all["members"].as_u64(), Some(union));
    assert!(all["guests"].as_u64().unwrap() > 0);
    assert!(groups.iter().any(|group| group["null_sensitive"].as_u64().unwrap() > 0));
}

#[test]
fn explain_agrees_with_check() {
    let pairs = run(&["sample", DEMO, "--each", "2"]);
    let text = String::from_utf8(pairs.stdout).unwrap();
    let mut asked = 0;
    for line in text.lines().step_by(9) {
        let pair: Json = serde_json::from_str(line).unwrap();
        let rule = pair["request"]["membershipRule"].as_str().unwrap();
        let user = pair["request"]["memberId"].as_str().unwrap();
        let answer = json(&["explain", rule, DEMO, "--user", user]);
        assert_eq!(answer["member"], pair["member"], "{pair}");
        asked += 1;
    }
    assert!(asked > 5);
    let step = json(&["explain", "user.city -eq \"a\"", "--user", "{\"city\":\"A\"}"]);
    assert_eq!(step["step"]["value"], "\"A\"");
}

#[test]
fn answers_of_the_service_are_read_back() {
    let pairs = String::from_utf8(run(&["sample", DEMO]).stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.jsonl");
    let mut answers: Vec<String> = Vec::new();
    for line in pairs.lines() {
        let pair: Json = serde_json::from_str(line).unwrap();
        answers.push(format!("{{\"id\":{},\"membershipRuleEvaluationResult\":{}}}", pair["id"], pair["member"]));
    }
    std::fs::write(&file, answers.join("\n")).unwrap();
    let agreed = run(&["sample", DEMO, "--answers", file.to_str().unwrap()]);
    assert_eq!(agreed.status.code(), Some(0), "{agreed:?}");
    let first = &answers[0];
    answers[0] = if first.contains("true") { first.replace("true", "false") } else { first.replace("false", "true") };
    std::fs::write(&file, answers.join("\n")).unwrap();
    let disagreed = run(&["sample", DEMO, "--answers", file.to_str().unwrap()]);
    assert_eq!(disagreed.status.code(), Some(1));
    assert!(String::from_utf8(disagreed.stdout).unwrap().contains("1 disagree"));
}

#[test]
fn tests_of_others_decide_the_exit_code_and_write_junit() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("junit.xml");
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules-corpus.jsonl");
    let passed = run(&["test", corpus, "--junit", junit.to_str().unwrap()]);
    assert_eq!(passed.status.code(), Some(0), "{passed:?}");
    let report = std::fs::read_to_string(&junit).unwrap();
    assert!(report.contains("tests=\"62\"") && report.contains("failures=\"0\""), "{report}");
    let wrong = folder.path().join("wrong.jsonl");
    std::fs::write(&wrong, "{\"rule\":\"user.city -eq null\",\"expect\":[{\"user\":{},\"member\":false}]}").unwrap();
    assert_eq!(run(&["test", wrong.to_str().unwrap()]).status.code(), Some(1));
    let empty = folder.path().join("empty.jsonl");
    std::fs::write(&empty, "").unwrap();
    assert_eq!(run(&["test", empty.to_str().unwrap()]).status.code(), Some(1));
}

#[test]
fn diff_shows_who_joins_and_leaves_and_what_it_costs() {
    let answer = json(&["check", DEMO]);
    let groups = answer["groups"].as_array().unwrap();
    let licensed =
        groups.iter().find(|group| group["displayName"].as_str().unwrap().starts_with("SG-LIC-M365-E5")).unwrap();
    let (id, members) = (licensed["id"].as_str().unwrap(), licensed["members"].as_u64().unwrap());
    let same = json(&["diff", id, licensed["membershipRule"].as_str().unwrap(), DEMO]);
    assert_eq!(same["joining"].as_array().unwrap().len() + same["leaving"].as_array().unwrap().len(), 0);
    assert!(same["skus"].as_array().unwrap().is_empty());
    let nobody = json(&["diff", id, "user.city -eq \"Atlantis\"", DEMO]);
    assert_eq!(nobody["leaving"].as_array().unwrap().len() as u64, members);
    let freed = nobody["skus"].as_array().unwrap();
    let sku = freed.iter().find(|sku| sku["seated_after"].as_u64() < sku["seated_before"].as_u64()).unwrap();
    assert!(sku["monthly_change"]["minor"].as_i64().is_none_or(|minor| minor < 0));
    assert!(nobody["staying"].as_array().unwrap().is_empty());
    let everybody = json(&["diff", id, "user.objectId -ne null", DEMO]);
    assert_eq!(everybody["staying"].as_array().unwrap().len() as u64, members);
    let emptied = json(&["diff", id, "user.objectId -ne null", DEMO, "--other", "A25"]);
    assert_eq!(emptied["leaving"].as_array().unwrap().len() as u64, members, "all leave before all join");
    assert!(emptied["joining"].as_array().unwrap().len() > everybody["joining"].as_array().unwrap().len());
    assert_eq!(emptied["skus"], everybody["skus"], "what is settled in the end is the same");
    assert!(everybody["guests_joining"].as_u64().unwrap() > 0);
    assert!(
        everybody["skus"].as_array().unwrap().iter().any(|sku| !sku["newly_waiting"].as_array().unwrap().is_empty())
    );
    let unknown = run(&["diff", "no such group", "user.city -eq \"x\"", DEMO]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn diff_names_the_clause_that_makes_people_join_or_leave() {
    let answer = json(&["check", DEMO]);
    let groups = answer["groups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["displayName"] == "SG-LIC-M365-E5").unwrap();
    let id = group["id"].as_str().unwrap();
    let diff = json(&["diff", id, "user.objectId -ne null", DEMO]);
    let causes = diff["causes"].as_array().unwrap();
    let counted: u64 = causes.iter().map(|cause| cause["count"].as_u64().unwrap()).sum();
    assert_eq!(counted as usize, diff["joining"].as_array().unwrap().len() + diff["leaving"].as_array().unwrap().len());
    for cause in causes {
        assert!(cause["cause"].as_str().unwrap().contains("no longer required"), "{cause}");
        assert!(cause["count"].as_u64() >= cause["values"][0]["users"].as_u64(), "{cause}");
    }
    let text = String::from_utf8(run(&["diff", id, "user.city -eq \"Atlantis\"", DEMO]).stdout).unwrap();
    assert!(text.contains("`user.city -eq \"Atlantis\"` is required now") && text.contains("city = "), "{text}");
}
