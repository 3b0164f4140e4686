//! Verdicts for pipelines. In: verdicts of guardrails. Out: SARIF, JUnit, JSON, a comment in Markdown. Never: decides whether a
//! pipeline fails.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};
use serde_sarif::sarif::Sarif;

use super::{RenderError, clean, markdown};
use crate::forecast::{Provenance, Verdict};

/// Changes when a field goes or changes its meaning; new fields do not change it.
const VERSION: u32 = 1;

pub fn guard_json(verdicts: &[Verdict], provenance: &Provenance) -> Result<Vec<u8>, RenderError> {
    let value = json!({ "version": VERSION, "verdicts": verdicts, "provenance": provenance });
    let mut bytes = serde_json::to_vec_pretty(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What does not hold, as static-analysis results; every guardrail is a rule.
pub fn guard_sarif(verdicts: &[Verdict], provenance: &Provenance) -> Result<Vec<u8>, RenderError> {
    let mut kinds: Vec<&str> = verdicts.iter().map(|verdict| verdict.guard.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let results: Vec<Value> = verdicts.iter().filter(|verdict| !verdict.holds).map(sarif_result).collect();
    let value = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "seatcast",
                "version": provenance.version,
                "rules": kinds.iter().map(|kind| json!({ "id": kind })).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    // Through the types of the format, so that nothing is written that it does not know.
    let sarif: Sarif = serde_json::from_value(value)?;
    let mut bytes = serde_json::to_vec_pretty(&sarif)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn sarif_result(verdict: &Verdict) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": verdict.file.replace(' ', "%20") } });
    if let Some(line) = verdict.line {
        place["region"] = json!({ "startLine": line });
    }
    json!({
        "ruleId": verdict.guard,
        "level": if verdict.warning { "warning" } else { "error" },
        "message": { "text": clean::text(&verdict.message) },
        "locations": [{ "physicalLocation": place }],
    })
}

/// One test case for each verdict; a warning is skipped, not failed.
pub fn guard_junit(verdicts: &[Verdict], provenance: &Provenance) -> Result<Vec<u8>, RenderError> {
    let mut suite = TestSuite::new(clean::text(&provenance.tenant));
    for verdict in verdicts {
        let mut status = match (verdict.holds, verdict.warning) {
            (true, _) => TestCaseStatus::success(),
            (false, true) => TestCaseStatus::skipped(),
            (false, false) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        };
        if !verdict.holds {
            status.set_message(verdict.message.as_str());
        }
        let place = verdict.line.map_or(verdict.file.clone(), |line| format!("{}, line {line}", verdict.file));
        let mut case = TestCase::new(format!("{} ({place})", verdict.guard), status);
        case.set_classname("guardrails");
        suite.add_test_case(case);
    }
    let mut report = Report::new("seatcast guard");
    report.add_test_suite(suite);
    let text = report.to_string().map_err(|error| RenderError::JUnit(error.to_string()))?;
    Ok(text.into_bytes())
}

/// One sentence, a small table of what does not hold, and everything else folded.
pub fn guard_comment(verdicts: &[Verdict], provenance: &Provenance) -> String {
    let failing = verdicts.iter().filter(|verdict| verdict.fails()).count();
    let warnings = verdicts.iter().filter(|verdict| !verdict.holds && verdict.warning).count();
    let mark = if failing > 0 { "🔴" } else { "🟢" };
    let tenant = markdown::escape(&clean::text(&provenance.tenant));
    let mut text = match (failing, warnings) {
        (0, 0) => format!("{mark} **Every guardrail holds** for {tenant}.\n"),
        (0, n) => format!("{mark} **Every guardrail holds** for {tenant}, with {n} to look at.\n"),
        (n, _) => format!("{mark} **{n} to mend** before {tenant} keeps its guardrails.\n"),
    };
    let cell = |text: &str| markdown::escape(&clean::text(text));
    if verdicts.iter().any(|verdict| !verdict.holds) {
        text.push_str("\n| guardrail | what is so |\n| --- | --- |\n");
    }
    for verdict in verdicts.iter().filter(|verdict| !verdict.holds) {
        let sign = if verdict.warning { "●" } else { "▲" };
        text.push_str(&format!("| {sign} {} | {} |\n", cell(&verdict.guard), cell(&verdict.message)));
    }
    text.push_str("\n<details><summary>All guardrails, and what they rest on</summary>\n\n");
    for verdict in verdicts {
        let sign = if verdict.holds { "✓" } else { "✗" };
        let line = verdict.line.map_or(String::new(), |line| format!(", line {line}"));
        let (guard, message, file) = (cell(&verdict.guard), cell(&verdict.message), cell(&verdict.file));
        text.push_str(&format!("- {sign} {guard}: {message} ({file}{line})\n"));
    }
    text.push_str(&format!(
        "\nseatcast {}, as of {}, seed {}, {} simulated futures over {} months.\n\n</details>\n",
        cell(&provenance.version),
        provenance.today,
        provenance.seed,
        provenance.replications,
        provenance.horizon_months
    ));
    text
}
