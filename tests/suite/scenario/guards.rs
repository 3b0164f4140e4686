//! Guardrails: what is refused in their file, what they say of a tenant, and the forms for pipelines.

use std::path::Path;
use std::process::Command;

use seatcast::catalog::Catalog;
use seatcast::diagnostic::Diagnosed;
use seatcast::forecast::{Service, Verdict};
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::report;
use seatcast::scenario::Guard;
use seatcast::simulate::{self, Progress};

use super::{TENANT, errors, settings};

fn read(text: &str) -> Diagnosed<Option<Vec<Guard>>> {
    let file = SourceFile { name: "guardrails.toml".to_owned(), bytes: text.as_bytes().to_vec() };
    ingest::guards(&file, &TENANT, &Options::default())
}

#[track_caller]
fn refused(text: &str, code: &str, line: u64, help: &str) {
    let read = read(text);
    assert!(read.value.is_none(), "accepted:\n{text}");
    let found = read.diagnostics.iter().find(|f| f.code.0 == code && f.labels[0].origin.line == Some(line));
    let Some(found) = found else { panic!("no {code} at line {line}:\n{}", errors(&read.diagnostics)) };
    let said = found.help.clone().unwrap_or_default();
    assert!(said.contains(help), "`{help}` is not in `{said}`");
}

#[test]
fn mistakes_are_refused_with_their_line_and_what_was_meant() {
    refused("[[guard]]\nrequire = \"reserv\"\n", "P501", 2, "did you mean `reserve`?");
    refused("[[guard]]\nrequire = \"waiting\"\nmoost = 3\n", "P501", 3, "did you mean `most`?");
    refused("[[guard]]\nrequire = \"waiting\"\n", "P503", 2, "");
    refused("[[guard]]\nmost = 3\n", "P503", 1, "");
    refused("[[guard]]\nrequire = \"reserve\"\nsku = \"SPE_E33\"\nkeep = 3\n", "P504", 3, "did you mean `SPE_E3`?");
    refused("[[guard]]\nrequire = \"no-guests\"\nexcept = [\"Visoi\"]\n", "P504", 3, "did you mean `Visio`?");
    refused("[[guard]]\nrequire = \"no-rule-over\"\nattribute = \"assignedPlan\"\n", "P504", 3, "assignedPlans");
    refused("[[guard]]\nrequire = \"reserve\"\nsku = \"SPE_E3\"\nkeep = \"lots\"\n", "P502", 4, "");
    refused("[[gaurd]]\nrequire = \"waiting\"\nmost = 1\n", "P501", 1, "did you mean `guard`?");
    refused("[[guard]\n", "P500", 1, "");
}

fn verdicts(text: &str) -> Vec<Verdict> {
    let read = read(text);
    let guards = read.value.unwrap_or_else(|| panic!("{}", errors(&read.diagnostics)));
    let forecast = simulate::run(&TENANT, Catalog::embedded(), &settings(), &Progress::default()).value.unwrap();
    simulate::verdicts(&TENANT, &forecast, &[], &guards)
}

#[test]
fn each_kind_holds_or_says_why_not() {
    let one = |lines: &str| {
        let verdicts = verdicts(&format!("[[guard]]\n{lines}\n"));
        assert_eq!(verdicts.len(), 1, "{verdicts:?}");
        (verdicts[0].holds, verdicts[0].message.clone())
    };
    assert!(one("require = \"reserve\"\nsku = \"SPE_E3\"\nkeep = 1").0);
    let (holds, message) = one("require = \"reserve\"\nsku = \"SPE_E3\"\nkeep = \"30%\"");
    assert!(!holds && message.contains("1 free units, wanted are 2"), "{message}");
    let (holds, message) = one("require = \"no-guests\"");
    assert!(!holds && message.contains("`Everybody` holds 1 B2B guests"), "{message}");
    assert!(one("require = \"no-guests\"\nexcept = \"Everybody\"").0);
    assert!(one("require = \"no-rule-over\"\nattribute = \"assignedPlans\"").0);
    let (holds, message) = one("require = \"no-rule-over\"\nattribute = \"user.department\"");
    assert!(!holds && message.contains("`Sales rule` names `department`"), "{message}");
    assert!(one("require = \"rules-simulated\"").0);
    assert!(one("require = \"no-shortage\"\nwithin-months = 3\nchance = \"0%\"").0);
    assert!(one("require = \"waiting\"\nmost = 0").0);
    assert!(one("require = \"blocked\"\nmost = 0").0);
}

#[test]
fn data_at_risk_is_bounded_by_service_or_in_all() {
    let held = |lines: &str| {
        let guards = read(&format!("[[guard]]\nrequire = \"data-at-risk\"\n{lines}\n")).value.unwrap();
        let forecast = simulate::run(&TENANT, Catalog::embedded(), &settings(), &Progress::default()).value.unwrap();
        let at_risk = [(Service::Mailbox, 3), (Service::PowerBi, 1)];
        let verdicts = simulate::verdicts(&TENANT, &forecast, &at_risk, &guards);
        verdicts.iter().map(|verdict| (verdict.holds, verdict.message.clone())).collect::<Vec<_>>()
    };
    let lost = |people: u32, service: &str, most: u32| {
        (false, format!("{people} people lose the last plan of `{service}`, at most {most} may"))
    };
    assert_eq!(held("most = 0"), [lost(3, "mailbox", 0), lost(1, "power-bi", 0)]);
    assert_eq!(held("most = 1"), [lost(3, "mailbox", 1)]);
    assert_eq!(held("most = 0\nservice = \"power-bi\""), [lost(1, "power-bi", 0)]);
    assert!(held("most = 3")[0].0 && held("most = 0\nservice = \"files\"")[0].0);
    refused("[[guard]]\nrequire = \"data-at-risk\"\nmost = 0\nservice = \"mailbx\"\n", "P502", 4, "mailbox");
}

#[test]
fn pipelines_get_sarif_junit_and_a_comment() {
    let all = "[[guard]]\nrequire = \"no-guests\"\n[[guard]]\nrequire = \"no-rule-over\"\nattribute = \"department\"\n\
               severity = \"warning\"\n[[guard]]\nrequire = \"waiting\"\nmost = 0\n";
    let verdicts = verdicts(all);
    let provenance =
        simulate::run(&TENANT, Catalog::embedded(), &settings(), &Progress::default()).value.unwrap().provenance;
    let sarif: serde_json::Value =
        serde_json::from_slice(&report::guard_sarif(&verdicts, &provenance).unwrap()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!((results[0]["ruleId"].as_str(), results[0]["level"].as_str()), (Some("no-guests"), Some("error")));
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"].as_str(), Some("groups.csv"));
    assert_eq!(place["region"]["startLine"].as_u64(), Some(5));
    assert_eq!(results[1]["level"].as_str(), Some("warning"));
    let junit = String::from_utf8(report::guard_junit(&verdicts, &provenance).unwrap()).unwrap();
    assert!(junit.contains("tests=\"3\" skipped=\"1\"") && junit.contains("failures=\"1\""), "{junit}");
    let comment = report::guard_comment(&verdicts, &provenance);
    let first = comment.lines().next().unwrap();
    assert!(first.starts_with("🔴 **1 to mend**"), "{first}");
    assert!(comment.contains("<details><summary>") && comment.contains("| ▲ no-guests |"), "{comment}");
}

#[test]
fn the_command_fails_a_pipeline_by_exit_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let sarif = folder.path().join("out.sarif");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatcast"));
        command.args(["guard", "data/demo", "--replications", "4", "--months", "12"]).args(arguments);
        command.current_dir(root).output().unwrap()
    };
    let output = run(&["--sarif", sarif.to_str().unwrap()]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        stdout.contains("✓ reserve") && stdout.contains("▲ no-guests") && stdout.contains("● rules-simulated"),
        "{stdout}"
    );
    assert!(sarif.exists());
    let policy = folder.path().join("data.toml");
    std::fs::write(&policy, "[[guard]]\nrequire = \"data-at-risk\"\nservice = \"mailbox\"\nmost = 10\n").unwrap();
    let output = run(&["--policy", policy.to_str().unwrap(), "--scenario", "lay-off"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{stdout}");
    assert!(stdout.contains("people lose the last plan of `mailbox`, at most 10 may"), "{stdout}");
    assert_eq!(run(&["--policy", policy.to_str().unwrap()]).status.code(), Some(0), "nothing changes, nobody loses");
    assert_eq!(run(&["--policy", "data/README.md"]).status.code(), Some(1), "a file that is no policy");
}
