//! Rule tests that anybody can write. In: JSON lines, each a rule with the users who belong and those who do not. Out: what
//! agrees and what does not, also as JUnit. Never: stops at a line that it cannot read.

use chrono::{DateTime, Utc};
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
pub fn junit(suite: &str, outcomes: &[Outcome]) -> String {
    let failed = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (suite, tests) = (escaped(suite), outcomes.len());
    xml.push_str(&format!("<testsuites tests=\"{tests}\" failures=\"{failed}\">\n"));
    xml.push_str(&format!("  <testsuite name=\"{suite}\" tests=\"{tests}\" failures=\"{failed}\">\n"));
    for outcome in outcomes {
        let open = format!("    <testcase classname=\"{suite}\" name=\"{}\"", escaped(&outcome.id));
        if outcome.failures.is_empty() {
            xml.push_str(&format!("{open}/>\n"));
            continue;
        }
        let text = format!("{}\n{}", outcome.rule, outcome.failures.join("\n"));
        let first = outcome.failures.first().map(String::as_str).unwrap_or_default();
        xml.push_str(&format!(
            "{open}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
            escaped(first),
            escaped(&text)
        ));
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// Text for XML 1.0, which has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
