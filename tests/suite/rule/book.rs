//! Runs the rule book: every chapter teaches a part of the language, and every example in it is a test.
//!
//! A heading is the name of a test. Below it stands one rule in a block marked `rule`, then either a table of users in JSON
//! with `yes` or `no`, or a line `error[R203] at "user.depatment"`, or lines `warning[R504]`. `now: …` sets the clock.

use seatcast::diagnostic::Origin;
use seatcast::rule;
use serde_json::Value as Json;

struct Example {
    name: String,
    rule: Option<String>,
    now: Option<String>,
    users: Vec<(String, bool)>,
    errors: Vec<(String, String)>,
    warnings: Vec<String>,
}

fn examples(chapter: &str, text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            let (users, errors, warnings) = (Vec::new(), Vec::new(), Vec::new());
            examples.push(Example {
                name: format!("{chapter}: {heading}"),
                rule: None,
                now: None,
                users,
                errors,
                warnings,
            });
            continue;
        }
        let Some(example) = examples.last_mut() else { continue };
        if line == "```rule" {
            let rule: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            assert!(example.rule.is_none(), "{}: two rules under one heading", example.name);
            example.rule = Some(rule.join("\n"));
        } else if let Some(now) = line.strip_prefix("now: ") {
            example.now = Some(now.to_owned());
        } else if let Some(row) = line.strip_prefix("| `") {
            let (user, verdict) = row.split_once("` |").unwrap();
            let verdict = match verdict.trim().trim_end_matches('|').trim() {
                "yes" => true,
                "no" => false,
                other => panic!("{}: `{other}` is neither yes nor no", example.name),
            };
            example.users.push((user.to_owned(), verdict));
        } else if let Some(error) = line.strip_prefix("error[") {
            let (code, at) = error.split_once("] at \"").unwrap();
            example.errors.push((code.to_owned(), at.strip_suffix('"').unwrap_or(at).to_owned()));
        } else if let Some(code) = line.strip_prefix("warning[") {
            example.warnings.push(code.trim_end_matches(']').to_owned());
        }
    }
    examples
}

fn run(example: &Example) {
    let name = &example.name;
    let text = example.rule.as_ref().unwrap_or_else(|| panic!("{name}: no rule"));
    let expected = example.users.len() + example.errors.len() + example.warnings.len();
    assert!(expected > 0, "{name}: nothing is expected");
    let compiled = rule::compile(text, &Origin::file("book"));
    let errors: Vec<(String, String)> = compiled
        .diagnostics
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| (finding.code.0.to_owned(), finding.labels[0].text[finding.labels[0].span.clone()].to_owned()))
        .collect();
    assert_eq!(errors, example.errors, "{name}");
    let warnings: Vec<&str> =
        compiled.diagnostics.iter().filter(|finding| !finding.is_error()).map(|finding| finding.code.0).collect();
    assert_eq!(warnings, example.warnings, "{name}");
    let Some(checked) = compiled.value else { return };
    let now = example.now.as_deref().unwrap_or("2026-03-01T08:00:00Z").parse().unwrap();
    for (json, expected) in &example.users {
        let object: Json = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {json}: {error}"));
        let user = rule::record(object.as_object().unwrap());
        assert!(user.diagnostics.is_empty(), "{name}: {:?}", user.diagnostics);
        assert_eq!(checked.holds(&user.value, now), *expected, "{name}: {json}");
    }
}

#[test]
fn every_example_of_the_rule_book_is_true() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/rule_book");
    let mut chapters: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    chapters.sort();
    let mut count = 0;
    for path in chapters {
        let chapter = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for example in examples(&chapter, &text) {
            run(&example);
            count += 1;
        }
    }
    assert!(count >= 50, "{count} examples");
}
