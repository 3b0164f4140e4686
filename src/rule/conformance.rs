//! Rule tests that anybody can write. In: JSON lines, each a rule with the users who belong and those who do not. Out: what
//! agrees and what does not, also as JUnit. Never: stops at a line that it cannot read.

use chrono::{DateTime, Utc};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Map, Value as Json};

use super::{Checked, Options, compile_with, record, timestamp};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin};

/// Characters between an expected and a found offset that count as near.
const NEAR: usize = 3;

/// What became of one line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    pub id: String,
    pub rule: String,
    /// Users asked, or 1 for a rule that must be refused.
    pub checks: u32,
    pub failures: Vec<String>,
}

/// Runs every line of a corpus; blank lines are no lines.
pub fn conformance(text: &str, options: &Options) -> Vec<Outcome> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| run(index + 1, line, options)).collect()
}

fn run(number: usize, line: &str, options: &Options) -> Outcome {
    let mut outcome = Outcome { id: format!("line {number}"), rule: String::new(), checks: 0, failures: Vec::new() };
    let object: Map<String, Json> = match serde_json::from_str(line.trim_start_matches('\u{feff}')) {
        Ok(object) => object,
        Err(error) => {
            outcome.failures.push(format!("not a JSON object: {error}"));
            return outcome;
        }
    };
    match object.get("id") {
        Some(Json::String(id)) => outcome.id.clone_from(id),
        Some(id) => outcome.id = id.to_string(),
        None => {}
    }
    let Some(Json::String(rule)) = object.get("rule") else {
        outcome.failures.push("no text under `rule`".to_owned());
        return outcome;
    };
    outcome.rule.clone_from(rule);
    let compiled = compile_with(rule, &Origin::file(outcome.id.as_str()), options);
    if object.get("valid") == Some(&Json::Bool(false)) {
        refused(&compiled, &object, &mut outcome);
    } else {
        expected(&compiled, &object, &mut outcome);
    }
    outcome
}

fn first_error(compiled: &Diagnosed<Option<Checked>>) -> Option<&Diagnostic> {
    compiled.diagnostics.iter().find(|finding| finding.is_error())
}

fn refused(compiled: &Diagnosed<Option<Checked>>, object: &Map<String, Json>, outcome: &mut Outcome) {
    outcome.checks = 1;
    let Some(error) = first_error(compiled) else {
        outcome.failures.push("the rule is accepted and should be refused".to_owned());
        return;
    };
    let wanted = object.get("error_offset").and_then(Json::as_u64).map(|offset| offset as usize);
    if let (Some(wanted), Some(label)) = (wanted, error.labels.first()) {
        let found = label.text.get(..label.span.start).map_or(0, |before| before.chars().count());
        if found.abs_diff(wanted) > NEAR {
            let message = &error.message;
            outcome.failures.push(format!("refused at character {found}, expected near {wanted}: {message}"));
        }
    }
}

fn expected(compiled: &Diagnosed<Option<Checked>>, object: &Map<String, Json>, outcome: &mut Outcome) {
    let Some(checked) = &compiled.value else {
        let why = first_error(compiled).map_or("unknown", |error| &error.message);
        outcome.failures.push(format!("the rule is refused: {why}"));
        return;
    };
    let now = match object.get("now").and_then(Json::as_str).map(timestamp) {
        Some(Some(read)) => read.instant,
        Some(None) => return outcome.failures.push("`now` is not a date as ISO 8601".to_owned()),
        None if checked.uses_clock() => {
            return outcome.failures.push("the rule uses `system.now`: give `now`".to_owned());
        }
        None => DateTime::UNIX_EPOCH,
    };
    let none = Vec::new();
    for case in object.get("expect").and_then(Json::as_array).unwrap_or(&none) {
        outcome.checks += 1;
        if let Err(failure) = user_case(checked, case, now) {
            outcome.failures.push(failure);
        }
    }
}

fn user_case(checked: &Checked, case: &Json, now: DateTime<Utc>) -> Result<(), String> {
    let (Some(Json::Object(user)), Some(Json::Bool(member))) = (case.get("user"), case.get("member")) else {
        return Err(format!("an expectation is {{\"user\": {{…}}, \"member\": true}}, not {case}"));
    };
    let read = record(user);
    if let Some(finding) = read.diagnostics.first() {
        return Err(format!("{}: {}", finding.message, Json::Object(user.clone())));
    }
    match checked.decide(&read.value, now) {
        Some(found) if found == *member => Ok(()),
        Some(found) => {
            let word = |member: bool| if member { "a member" } else { "no member" };
            Err(format!("{} is {}, expected {}", Json::Object(user.clone()), word(found), word(*member)))
        }
        None => Err(format!("{}: a regular expression took too many steps", Json::Object(user.clone()))),
    }
}

/// The outcomes as a JUnit report, one test case a line of the corpus.
pub fn junit(suite: &str, outcomes: &[Outcome]) -> Result<String, SerializeError> {
    let mut cases = TestSuite::new(suite);
    for outcome in outcomes {
        let mut status = TestCaseStatus::success();
        if let Some(first) = outcome.failures.first() {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(first.as_str());
            status.set_description(format!("{}\n{}", outcome.rule, outcome.failures.join("\n")));
        }
        let mut case = TestCase::new(outcome.id.as_str(), status);
        case.set_classname(suite);
        cases.add_test_case(case);
    }
    let mut report = Report::new("seatcast rule test");
    report.add_test_suite(cases);
    report.to_string()
}
