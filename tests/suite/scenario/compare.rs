//! Scenarios beside the baseline: nothing for nothing, people and their causes, data at risk, and every format.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::forecast::{Comparison, Service, Sign};
use seatcast::report::{self, Language};
use seatcast::scenario::{self, Planned, Scenario};
use seatcast::simulate::{self, Progress, Settings};

use super::{TENANT, planned, settings};
use crate::simulate::worlds;

fn compare(plans: &[Planned]) -> Comparison {
    let made = simulate::compare(&TENANT, plans, Catalog::embedded(), &settings(), &Progress::default());
    made.value.unwrap_or_else(|| panic!("{:?}", made.diagnostics))
}

fn change(lines: &str) -> String {
    format!("[[change]]\non = 2027-01-05\n{lines}\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn an_empty_scenario_differs_nowhere(baseline in worlds::baseline(), seed in 0u64..1000) {
        let settings = Settings::new(baseline.today, 2, 8, seed).unwrap();
        let empty = scenario::apply(&baseline, &Scenario::default(), Catalog::embedded());
        let made = simulate::compare(&baseline, &[empty], Catalog::embedded(), &settings, &Progress::default());
        let comparison = made.value.unwrap();
        let case = &comparison.scenarios[0];
        prop_assert_eq!(&case.forecast, &comparison.baseline);
        for sku in &case.skus {
            prop_assert_eq!(sku.sign, Sign::Same);
            prop_assert_eq!((sku.demand.difference(), sku.capacity.difference(), sku.waiting.difference()), (0, 0, 0));
            prop_assert_eq!(sku.replications_short.difference(), 0);
            prop_assert!(sku.cost.baseline == sku.cost.scenario && sku.causes.is_empty());
        }
        prop_assert!(case.people.is_empty() && case.at_risk.is_empty());
    }
}

/// Who loses what, on which day, by which change, and whose mailbox goes with it.
#[test]
fn people_and_what_they_lose_have_a_cause() {
    let lines = "do = \"remove-license\"\ngroup = \"Sales rule\"\nsku = \"SPE_E3\"\nnote = \"E3 goes\"";
    let comparison = compare(&[planned(&change(lines))]);
    let case = &comparison.scenarios[0];
    let names: Vec<&str> = case.people.iter().map(|person| person.user.as_str()).collect();
    assert_eq!(names, ["Ada", "Bea", "Cas"]);
    for person in &case.people {
        assert_eq!((person.day.to_string().as_str(), person.gains.len(), person.loses.len()), ("2027-01-05", 0, 1));
        assert_eq!(person.causes, ["E3 goes"]);
    }
    let mailboxes: Vec<_> = case.at_risk.iter().filter(|risk| risk.service == Service::Mailbox).collect();
    assert_eq!(mailboxes.len(), 3);
    assert_eq!(mailboxes[0].causes, ["E3 goes"]);
    let e3 = case.skus.iter().find(|sku| sku.sku_part_number == "SPE_E3").unwrap();
    assert_eq!((e3.sign, e3.demand.difference(), e3.causes.as_slice()), (Sign::Fewer, -3, &["E3 goes".to_owned()][..]));
    let others = case.skus.iter().filter(|sku| sku.sku_part_number != "SPE_E3");
    assert!(others.into_iter().all(|sku| sku.sign == Sign::Same));
}

/// The clause of an edited rule stands with the change, and what each person has there.
#[test]
fn an_edited_rule_names_the_clause_that_moves_each_person() {
    let lines =
        "do = \"edit-rule\"\ngroup = \"Sales rule\"\nrule = 'user.jobTitle -eq \"Lead\"'\nnote = \"leads only\"";
    let plans = [planned(&change(lines))];
    let mut comparison = compare(&plans);
    simulate::with_clauses(&mut comparison, &plans);
    let cause = "leads only: `user.jobTitle -eq \"Lead\"` is required now, in place of `user.department -eq \"Sales\"` \
                 (department = \"Sales\", jobTitle = \"Clerk\")";
    let case = &comparison.scenarios[0];
    let told: Vec<(&str, &str)> =
        case.people.iter().map(|person| (person.user.as_str(), person.causes[0].as_str())).collect();
    // Of two attributes only the one that keeps somebody out is named.
    let short = "leads only: `user.jobTitle -eq \"Lead\"` is required now (jobTitle = \"Clerk\")";
    assert_eq!(told, [("Ada", short), ("Bea", short)], "not {cause}");
    assert!(case.at_risk.iter().all(|risk| risk.causes == [short]));
}

/// Who is laid off has no name, and is counted: of six people employed and licensed, half go.
#[test]
fn a_lay_off_counts_whose_mailbox_goes() {
    let lines = "do = \"lay-off\"\ndepartment = \"Sales\"\npeople = 2\nnote = \"two go\"";
    let purge = "[[change]]\non = 2027-01-20\ndo = \"purge-guests\"\n";
    let plans = [planned(&format!("{}{purge}", change(lines)))];
    let mut comparison = compare(&plans);
    assert!(comparison.scenarios[0].at_risk.is_empty());
    simulate::with_leavers_at_risk(&mut comparison, &TENANT, &plans, Catalog::embedded());
    let case = &comparison.scenarios[0];
    let told: Vec<_> = case
        .leavers_at_risk
        .iter()
        .map(|risk| (risk.service, risk.people, risk.at_risk, risk.cause.as_str()))
        .collect();
    let go = |service| (service, 2, 2, "two go");
    // All of Sales has Microsoft 365 E3; the guest has no plan that holds data.
    assert_eq!(told, [go(Service::Mailbox), go(Service::Files), go(Service::Teams)]);
    assert_eq!(case.data_at_risk(), [(Service::Mailbox, 2), (Service::Files, 2), (Service::Teams, 2)]);
    let document = report::comparison(&comparison, Language::English);
    let text = report::text(&document, &report::Screen { columns: 100, colour: false, level: report::Level::Full });
    assert!(text.contains("Who go  With such data") && text.contains("two go"), "{text}");
}

/// Another SKU with the same service keeps the data.
#[test]
fn a_swap_puts_no_mailbox_at_risk() {
    let swap = "do = \"swap-license\"\ngroup = \"Sales rule\"\nfrom = \"SPE_E3\"\nto = \"SPE_E5\"";
    let comparison = compare(&[planned(&change(swap))]);
    let case = &comparison.scenarios[0];
    assert_eq!(case.people.len(), 3);
    assert!(case.people.iter().all(|person| person.gains.len() == 1 && person.loses.len() == 1));
    assert!(case.at_risk.is_empty(), "{:?}", case.at_risk);
    // The mailbox goes where its plan is off in what comes instead.
    let off = format!("{swap}\ndisabled-plans = \"EXCHANGE_S_ENTERPRISE\"");
    let comparison = compare(&[planned(&change(&off))]);
    let services: Vec<Service> = comparison.scenarios[0].at_risk.iter().map(|risk| risk.service).collect();
    assert_eq!(services, [Service::Mailbox; 3]);
}

#[test]
fn money_and_dates_stand_beside_those_of_the_baseline() {
    let buy = change("do = \"hire\"\npeople = 4\nuntil = 2027-01-10\ndepartment = \"Sales\"");
    let comparison = compare(&[planned(""), planned(&buy)]);
    let e3 = |case: usize| comparison.scenarios[case].skus.iter().find(|sku| sku.sku_part_number == "SPE_E3").unwrap();
    assert_eq!((e3(0).sign, e3(1).sign), (Sign::Same, Sign::More));
    assert_eq!(e3(1).first_shortage.baseline, None);
    assert!(e3(1).first_shortage.scenario.is_some() && e3(1).runs_short_sooner());
    assert_eq!((e3(1).waiting.baseline, e3(1).waiting.scenario), (0, 3));
    assert_eq!(e3(1).cost.baseline, e3(1).cost.scenario, "waiting costs nothing");
    assert_eq!(e3(1).causes, ["hiring plan: Sales"]);
}

#[test]
fn the_document_has_every_scenario_with_its_sign_in_both_languages() {
    let licence = change("do = \"add-license\"\ngroup = \"Plain\"\nsku = \"VISIOCLIENT\"");
    let mut plans = [planned(&licence), planned("")];
    (plans[0].title, plans[1].title) = ("Visio".to_owned(), "Nothing".to_owned());
    let comparison = compare(&plans);
    for (language, baseline) in [(Language::English, "Baseline"), (Language::Dutch, "Uitgangssituatie")] {
        let document = report::comparison(&comparison, language);
        let text = report::text(&document, &report::Screen { columns: 140, ..report::Screen::default() });
        for said in ["Visio", "Nothing", "VISIOCLIENT", baseline] {
            assert!(text.contains(said), "`{said}` is not in:\n{text}");
        }
        assert!(!text.contains("compare."), "every key is worded:\n{text}");
        let html = String::from_utf8(report::html(&document, &[])).unwrap();
        assert!(html.contains("<tr class=\"plain\" data-scenario=\"Visio\">"), "rows can be switched");
    }
    let hidden = report::pseudonymise_comparison(&comparison, "salt");
    let json = String::from_utf8(report::comparison_json(&hidden).unwrap()).unwrap();
    for name in ["Fay", "Visio\"", "Plain"] {
        assert!(!json.contains(name), "`{name}` is hidden");
    }
}

#[test]
fn the_command_writes_every_format_and_fails_on_request() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatcast"));
        command.args(["compare", "data/demo", "--replications", "4", "--months", "8", "--out", out]);
        command.args(more).current_dir(root).output().unwrap()
    };
    let output = run(&["--scenario", "copilot", "--scenario", "acquisition", "--fail-on", "shortage"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    for said in ["Copilot for Sales changes 1 SKU", "runs short on 1 March 2027", "Acquisition of Kestrel & Daughters"]
    {
        assert!(stdout.replace('\n', " ").replace("  ", " ").contains(said), "`{said}` is not in:\n{stdout}");
    }
    for name in ["compare.pdf", "compare.html", "compare.md", "compare.xlsx", "compare.json"] {
        assert!(folder.path().join(name).metadata().unwrap().len() > 1000, "{name}");
    }
    let json = std::fs::read_to_string(folder.path().join("compare.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["version"].as_u64(), json["scenarios"].as_array().unwrap().len()), (Some(1), 2));
    assert_eq!(run(&[]).status.code(), Some(1), "nothing to compare");
}
