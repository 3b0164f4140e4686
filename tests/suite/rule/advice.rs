//! Lint, explanations, and what hangs on open readings.

use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, User, Users, Value};
use seatcast::rule::{self, Checked, Choice, Grouped, Options};

use super::sentences::{self, Dice};

fn compile(text: &str) -> Checked {
    rule::compile(text, &Origin::file("test")).value.unwrap_or_else(|| panic!("{text}"))
}

fn lints(text: &str, codes: &[&str]) {
    let ignored = ["R604", "R605"];
    let found: Vec<&str> = rule::lint(&compile(text))
        .iter()
        .map(|finding| finding.code.0)
        .filter(|code| !ignored.contains(code))
        .collect();
    assert_eq!(found, codes, "{text}");
}

fn people(text: &str, codes: &[&str]) {
    let found: Vec<&str> = rule::lint(&compile(text))
        .iter()
        .map(|finding| finding.code.0)
        .filter(|code| *code == "R604" || *code == "R605")
        .collect();
    assert_eq!(found, codes, "{text}");
}

#[test]
fn shapes_that_authors_often_get_wrong_are_told() {
    lints("user.city -eq \"a\" -and user.state -eq \"b\" -or user.city -eq \"c\"", &["R601"]);
    lints("(user.city -eq \"a\" -and user.state -eq \"b\") -or user.city -eq \"c\"", &[]);
    lints("-not (user.mail -eq null)", &["R613"]);
    lints("user.city -eq \" Graz\"", &["R615"]);
    lints("user.mail -match \"@contoso.com$\"", &["R612"]);
    lints("user.mail -match \"@contoso\\.com$\"", &[]);
    lints("user.mobile -startsWith \"+43\"", &["R606"]);
    lints("user.assignedPlans -any (assignedPlan.service -eq \"SCO\")", &["R607"]);
    lints("user.assignedPlans -all (assignedPlan.servicePlanId -eq null)", &[]);
    lints(
        "user.assignedPlans -all (assignedPlan.service -ne \"SCO\" -and assignedPlan.capabilityStatus -ne \"Enabled\")",
        &["R614"],
    );
    lints("user.memberOf -any (group.objectId -in ['a'])", &["R609"]);
}

#[test]
fn rules_that_decide_nothing_are_told() {
    lints("user.city -eq \"a\" -and user.city -eq \"b\"", &["R603"]);
    lints("user.city -ne \"a\" -or user.city -ne \"b\"", &["R602"]);
    lints("user.city -eq null -and user.city -startsWith \"a\"", &["R603"]);
    lints("user.accountEnabled -eq true -and user.accountEnabled -eq false", &["R603"]);
    lints("user.accountEnabled -eq null", &["R603"]);
    lints("user.city -startsWith \"a\" -and user.city -endsWith \"b\"", &[]);
    lints("user.city -eq \"abc\" -and user.city -notStartsWith \"a\"", &["R603"]);
    lints("user.objectId -ne null", &[]);
    lints("user.department -eq \"\"", &["R603"]);
}

#[test]
fn guests_and_disabled_accounts_that_come_in_are_told() {
    people("user.department -eq \"a\"", &["R604", "R605"]);
    people("user.accountEnabled -eq true -and user.userType -eq \"Member\"", &[]);
    people("user.accountEnabled -eq true -and user.userType -ne \"Guest\"", &[]);
    people("user.userType -eq \"Guest\" -and user.accountEnabled -eq true", &[]);
    people("user.accountEnabled -eq false", &["R604"]);
    people("user.userPrincipalName -notContains \"#EXT#\"", &["R605"]);
}

/// What lint proves of a rule is true of every random user.
#[test]
fn always_and_never_are_proofs() {
    let mut dice = Dice::new(21);
    let mut proofs = 0;
    for _ in 0..1500 {
        let checked = compile(&sentences::rule(&mut dice));
        let codes: Vec<&str> = rule::lint(&checked).iter().map(|finding| finding.code.0).collect();
        let (never, always) = (codes.contains(&"R603"), codes.contains(&"R602"));
        if !never && !always {
            continue;
        }
        proofs += 1;
        for _ in 0..40 {
            let mut user = sentences::user(&mut dice);
            for attribute in
                [Attribute::Id, Attribute::UserPrincipalName, Attribute::MailNickname, Attribute::AccountEnabled]
            {
                let missing = seatcast::directory::ValueRef::Null == user.value(&attribute)
                    || matches!(
                        user.value(&attribute),
                        seatcast::directory::ValueRef::NotInFile | seatcast::directory::ValueRef::Text("")
                    );
                if missing && attribute == Attribute::AccountEnabled {
                    user.set(attribute, Value::Boolean(true));
                } else if missing {
                    user.set(attribute, Value::text("x"));
                }
            }
            assert_eq!(checked.decide(&user, sentences::now()), Some(always), "{}", checked.text());
        }
    }
    assert!(proofs > 20, "{proofs}");
}

#[test]
fn an_explanation_never_disagrees() {
    let mut dice = Dice::new(22);
    for _ in 0..400 {
        let checked = compile(&sentences::rule(&mut dice));
        for _ in 0..10 {
            let user = sentences::user(&mut dice);
            let step = checked.explain(&user, sentences::now());
            assert_eq!(step.holds, checked.decide(&user, sentences::now()), "{}", checked.text());
        }
    }
}

#[test]
fn an_explanation_shows_each_step_and_the_users_own_values() {
    let user = User::default()
        .with(Attribute::Department, Value::text("Sales"))
        .with(Attribute::OtherMails, Value::Texts(vec!["a@x".into(), "b@y".into()]));
    let rule = "user.department -eq \"sales\" -and -not (user.userType -ne \"Guest\") -or user.otherMails -any (_ -endsWith \"@y\")";
    let step = compile(rule).explain(&user, sentences::now());
    assert_eq!((step.text.as_str(), step.holds), ("any of", Some(true)));
    let all = &step.steps[0];
    assert_eq!(all.steps[0].value.as_deref(), Some("\"Sales\""));
    assert_eq!(all.steps[0].holds, Some(true));
    assert_eq!(all.steps[1].text, "not");
    assert!(all.steps[1].steps[0].note.as_ref().unwrap().contains("no value"));
    let elements: Vec<Option<bool>> = step.steps[1].steps.iter().map(|step| step.holds).collect();
    assert_eq!(elements, [Some(false), Some(true)]);
}

#[test]
fn members_on_open_readings_are_counted() {
    let users: Vec<User> = (0..10)
        .map(|index| {
            let user = User::default().with(Attribute::AccountEnabled, Value::Boolean(true));
            match index % 5 {
                0 => user.with(Attribute::UserType, Value::text("Guest")),
                1 => user.with(Attribute::UserType, Value::Null),
                _ => user.with(Attribute::UserType, Value::text("Member")),
            }
        })
        .collect();
    let users = Users::from_records(&users);
    let rules = [
        compile("user.userType -ne \"Guest\""),
        compile("user.userType -eq \"Guest\""),
        compile("user.accountEnabled -eq \"true\""),
    ];
    let findings: Vec<_> =
        rules.iter().map(|rule| rule::compile(rule.text(), &Origin::file("test")).diagnostics).collect();
    let found = rule::sensitivities(&users, &rules, &findings, &rule::Options::default(), sentences::now());
    assert_eq!(found[0].len(), 1);
    assert_eq!((found[0][0].choice, found[0][0].leaving, found[0][0].joining), (Choice::NegativeOnNull, 2, 0));
    assert!(found[1].is_empty());
    assert_eq!((found[2][0].choice, found[2][0].leaving, found[2][0].refused), (Choice::QuotedBoolean, 10, true));
}

#[test]
fn rules_of_a_tenant_are_compared_with_each_other() {
    let texts = [
        "user.city -eq \"a\" -and user.state -eq \"b\"",
        "(user.state -eq \"B\") and (user.city -eq \"A\")",
        "user.city -eq \"a\"",
        "user.assignedPlans -any (assignedPlan.service -eq \"SCO\" -and assignedPlan.capabilityStatus -eq \"Enabled\")",
    ];
    let rules: Vec<Checked> = texts
        .iter()
        .enumerate()
        .map(|(line, text)| rule::compile(text, &Origin::file("g").at_line(line as u64)).value.unwrap())
        .collect();
    let names = ["one", "two", "wide", "plans"];
    let groups: Vec<Grouped<'_>> =
        rules.iter().zip(names).map(|(rule, name)| Grouped { name, rule, licensed: name == "plans" }).collect();
    let found: Vec<String> =
        rule::lint_groups(&groups).iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    assert_eq!(
        found,
        [
            "R611 every member of `one` is a member of `wide`",
            "R610 `two` has the same rule as `one`",
            "R611 every member of `two` is a member of `wide`",
            "R608 `plans` gives licences to those whose plans its rule asks for",
        ]
    );
}

#[test]
fn rule_tests_of_others_run_and_report() {
    let corpus = include_str!("../../rules-corpus.jsonl");
    let outcomes = rule::conformance(corpus, &Options::default());
    assert_eq!(outcomes.len(), 62);
    assert!(outcomes.iter().all(|outcome| outcome.failures.is_empty()), "{outcomes:?}");
    let wrong = "{\"id\":\"<x>\",\"rule\":\"user.city -eq \\\"a\\\"\",\"expect\":[{\"user\":{\"city\":\"b\"},\"member\":true}]}\n\nnot json\n{\"id\":2,\"rule\":\"user.city -eq\",\"valid\":false,\"error_offset\":0}";
    let outcomes = rule::conformance(wrong, &Options::default());
    assert_eq!(outcomes.iter().map(|outcome| outcome.failures.len()).collect::<Vec<_>>(), [1, 1, 1]);
    let xml = rule::junit("mine", &outcomes).unwrap();
    assert!(xml.contains("<testsuite name=\"mine\" tests=\"3\" skipped=\"0\" errors=\"0\" failures=\"3\">"));
    assert!(xml.contains("name=\"&lt;x&gt;\"") && !xml.contains("<x>"));
}

#[test]
fn codes_are_distinct() {
    let mut codes: Vec<&str> = rule::code::ALL.iter().map(|(code, _)| code.0).collect();
    codes.extend(Choice::ALL.iter().map(|choice| choice.code().0));
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all);
}
