//! Laws of the language: any bytes, printing, and the equalities that the documentation states.

use proptest::prelude::*;
use seatcast::diagnostic::{Diagnosed, Diagnostic, Origin};
use seatcast::rule::{self, Checked};

use super::sentences::{self, Dice};

fn compile(text: &str) -> Diagnosed<Option<Checked>> {
    rule::compile(text, &Origin::file("test"))
}

fn spans_fit(text: &str, diagnostics: &[Diagnostic]) -> Result<(), TestCaseError> {
    for label in diagnostics.iter().flat_map(|finding| &finding.labels) {
        prop_assert_eq!(&*label.text, text);
        prop_assert!(text.get(label.span.clone()).is_some(), "{:?} in {:?}", label.span, text);
    }
    Ok(())
}

/// Words of the language in any order reach further into the parser than arbitrary characters.
fn salad() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "user.",
        "department",
        "device.x",
        "-eq",
        "-ne",
        "-any",
        "-all",
        "(",
        ")",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "`",
        "\\",
        "\\\"",
        "\"\"",
        "null",
        "$null",
        "true",
        "system.now",
        "-plus",
        "P1D",
        "Direct",
        "Reports",
        "for",
        "_",
        "assignedPlan.service",
        "group.objectId",
        "user.memberOf",
        "user.proxyAddresses",
        "-in",
        "-match",
        "\"(?=a)*\"",
        "\"[a-\"",
        "-not",
        "-and",
        "-or",
        "2026-01-01",
        "4100",
        "–",
        "“",
        "’",
        "\u{a0}",
        "\n",
        " ",
        "-",
        "ü",
        "\u{1F600}",
        "user.employeeHireDate",
        "-ge",
        "user.city",
    ]);
    prop::collection::vec((word, prop::bool::ANY), 0..30).prop_map(|words| {
        words.into_iter().map(|(word, blank)| format!("{word}{}", if blank { " " } else { "" })).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic_and_findings_stay_inside(text in prop_oneof![".*", salad(), "[ -~]{0,200}"]) {
        let compiled = compile(&text);
        spans_fit(&text, &compiled.diagnostics)?;
        prop_assert_eq!(compiled.value.is_none(), compiled.diagnostics.iter().any(Diagnostic::is_error));
        if let Some(checked) = compiled.value {
            let _ = checked.holds(&Default::default(), sentences::now());
        }
    }

    #[test]
    fn any_pattern_is_read_without_panic(pattern in "[ -~]{0,30}|[\\[\\](){}*+?|^$\\\\a-c<>=!:#'-]{0,16}") {
        let text = format!("user.city -match '{}'", pattern.replace('\'', "''"));
        let compiled = compile(&text);
        spans_fit(&text, &compiled.diagnostics)?;
        if let Some(checked) = compiled.value {
            let user = seatcast::directory::User::default()
                .with(seatcast::directory::Attribute::City, seatcast::directory::Value::text("abc a-b\n"));
            let _ = checked.decide(&user, sentences::now());
        }
    }

    #[test]
    fn any_bytes_are_answered(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let answer = rule::Sandbox::default().answer(&line);
        prop_assert!(answer.get("error").is_some() || answer.get("member").is_some());
    }
}

#[test]
fn a_printed_rule_is_the_same_rule() {
    let mut dice = Dice::new(1);
    for _ in 0..3000 {
        let text = sentences::rule(&mut dice);
        let tree = rule::parse(&text, &Origin::file("test")).value.unwrap_or_else(|| panic!("{text}"));
        let printed = tree.to_string();
        let again = rule::parse(&printed, &Origin::file("test")).value.unwrap_or_else(|| panic!("{printed}"));
        assert_eq!(tree, again, "{text}\n{printed}");
    }
}

#[test]
fn every_sentence_of_the_grammar_is_valid_and_keeps_its_meaning_when_printed() {
    let mut dice = Dice::new(2);
    for _ in 0..500 {
        let text = sentences::rule(&mut dice);
        let compiled = compile(&text);
        let checked = compiled.value.unwrap_or_else(|| panic!("{text}: {:?}", compiled.diagnostics));
        let printed = compile(&checked.expr().to_string()).value.unwrap();
        for _ in 0..10 {
            let user = sentences::user(&mut dice);
            assert_eq!(checked.decide(&user, sentences::now()), printed.decide(&user, sentences::now()), "{text}");
        }
    }
}

/// “A chain of `-ne` joined by `-and` is one `-notIn`, a chain of `-eq` joined by `-or` one `-in`.”
#[test]
fn chains_of_equality_are_lists() {
    let mut dice = Dice::new(3);
    let values = ["Sales", "Legal", "ZÜRICH", "4100"];
    for _ in 0..200 {
        let listed: Vec<&str> = (0..1 + dice.roll(4)).map(|_| dice.pick(&values)).collect();
        let chain = |operator: &str, connective: &str| {
            let clauses: Vec<String> = listed.iter().map(|value| format!("user.city {operator} \"{value}\"")).collect();
            compile(&clauses.join(connective)).value.unwrap()
        };
        let list = |operator: &str| {
            let quoted: Vec<String> = listed.iter().map(|value| format!("\"{value}\"")).collect();
            compile(&format!("user.city {operator} [{}]", quoted.join(","))).value.unwrap()
        };
        let pairs = [(chain("-eq", " -or "), list("-in")), (chain("-ne", " -and "), list("-notIn"))];
        for _ in 0..20 {
            let user = sentences::user(&mut dice);
            for (chain, list) in &pairs {
                assert_eq!(
                    chain.holds(&user, sentences::now()),
                    list.holds(&user, sentences::now()),
                    "{}",
                    list.text()
                );
            }
        }
    }
}

/// Folding agrees with the folding of regular expressions on every character that has another case.
#[test]
fn folding_is_unicodes_simple_case_folding() {
    let mut asked = 0;
    // The two tables may stem from different editions of Unicode.
    let unassigned = regex::Regex::new("\\p{Cn}").unwrap();
    for c in ('\0'..=char::MAX).filter(|c| c.to_lowercase().next() != Some(*c) || c.to_uppercase().next() != Some(*c)) {
        let folded = rule::fold(&c.to_string());
        if unassigned.is_match(&c.to_string()) || unassigned.is_match(&folded) {
            continue;
        }
        assert_eq!(folded.chars().count(), 1);
        let pattern = regex::Regex::new(&format!("^(?i:\\x{{{:x}}})$", u32::from(c))).unwrap();
        assert!(pattern.is_match(&folded), "{c:?} folds to {folded:?}");
        let upper: String = c.to_uppercase().collect();
        if upper.chars().count() == 1 && !unassigned.is_match(&upper) {
            assert_eq!(pattern.is_match(&upper), rule::fold(&upper) == folded, "{c:?} and {upper:?}");
        }
        asked += 1;
    }
    assert!(asked > 2000, "{asked}");
}
