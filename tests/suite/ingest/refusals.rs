//! Hand-written files that are wrong: each is refused with file, line and what was meant.

use super::{file, files, load, tables};
use seatcast::catalog::Catalog;
use seatcast::licensing::{Country, PlanRuleStatus, PlanRules, Policy};

/// The file is refused, and one of its errors is this place and text, with this help in it.
fn refused(name: &str, text: &str, place: &str, help: &str) {
    let report = tables(vec![file(name, text)]).reports.remove(0);
    assert!(report.refused, "{:#?}", report.diagnostics);
    let shown: Vec<_> =
        report.diagnostics.iter().map(|finding| (super::shown(finding), finding.help.clone())).collect();
    let found = report.diagnostics.iter().find(|finding| super::shown(finding).contains(place));
    let found = found.unwrap_or_else(|| panic!("{shown:#?}"));
    assert!(found.is_error() && found.help.as_deref().is_some_and(|text| text.contains(help)), "{shown:#?}");
}

const LOTS: &str = "skuPartNumber,quantity,startDate,term,renewalDate,channel";

#[test]
fn a_lot_of_an_unknown_sku() {
    let place = "subscriptions.csv, line 3, column skuPartNumber: no catalogue and no file of the tenant knows the SKU `SPE_E33`";
    refused(
        "subscriptions.csv",
        &format!("{LOTS}\nSPE_E3,1,,P1Y,,\nSPE_E33,1,,P1Y,,\n"),
        place,
        "did you mean `SPE_E3`?",
    );
}

#[test]
fn a_lot_of_negative_units() {
    let place = "subscriptions.csv, line 2, column quantity: `-20` is not a whole number of units";
    refused("subscriptions.csv", &format!("{LOTS}\nSPE_E3,-20,,P1Y,,\n"), place, "did you mean `20`?");
}

#[test]
fn a_lot_that_renews_before_it_starts() {
    let place = "subscriptions.csv, line 2: a lot ends on or before the day it starts";
    let help = "did you mean startDate 2026-03-01 and renewalDate 2027-03-01?";
    refused("subscriptions.csv", &format!("{LOTS}\nSPE_E3,20,2027-03-01,P1Y,2026-03-01,\n"), place, help);
}

#[test]
fn a_lot_with_a_word_that_is_none() {
    let place = "subscriptions.csv, line 2, column channel: `cps` is not a word of this column";
    refused("subscriptions.csv", &format!("{LOTS}\nSPE_E3,20,,P1Y,,cps\n"), place, "did you mean `csp`?");
}

const PRICES: &str = "skuPartNumber,listPrice,currency,validFrom";

#[test]
fn a_price_of_an_unknown_sku() {
    let place =
        "prices.csv, line 2, column skuPartNumber: no catalogue and no file of the tenant knows the SKU `VISIOCLINT`";
    refused("prices.csv", &format!("{PRICES}\nVISIOCLINT,15,USD,2026-01-01\n"), place, "did you mean `VISIOCLIENT`?");
}

#[test]
fn a_price_in_a_currency_that_is_none() {
    let place = "prices.csv, line 2, column currency: `EUU` is not the code of a currency";
    refused("prices.csv", &format!("{PRICES}\nSPE_E3,36,EUU,2026-01-01\n"), place, "did you mean `EUR`?");
}

#[test]
fn a_price_in_another_currency_than_that_of_its_sku() {
    let place = "prices.csv, line 3, column currency: the price is in USD, an earlier one of the same SKU in EUR";
    let text = format!("{PRICES}\nSPE_E3,36,EUR,2026-01-01\nSPE_E3,39,USD,2026-07-01\n");
    refused("prices.csv", &text, place, "did you mean `EUR`?");
}

#[test]
fn a_negative_price() {
    let place = "prices.csv, line 2, column listPrice: `-36` is not an amount in EUR";
    refused("prices.csv", &format!("{PRICES}\nSPE_E3,-36,EUR,2026-01-01\n"), place, "write it with a decimal point");
}

#[test]
fn a_setting_that_is_none() {
    let place = "seatcast.toml, line 2: `deletion-lag-day` is no setting";
    refused("seatcast.toml", "[workforce]\ndeletion-lag-day = 30\n", place, "did you mean `deletion-lag-days`?");
}

#[test]
fn a_setting_of_a_word_that_is_none() {
    let place = "seatcast.toml, line 2: wanted is `\"consume\"` or `\"skip\"` or `\"flag\"`";
    refused("seatcast.toml", "[policy]\nguests = \"skipp\"\n", place, "did you mean `skip`?");
}

#[test]
fn a_setting_for_an_unknown_sku() {
    let mut all = files("canonical");
    all.push(file("seatcast.toml", "\n[sku.SPE_E33]\nimportant = true\n"));
    let read = load(all);
    let found = read.diagnostics.iter().find(|finding| finding.message == "the tenant has no SKU `SPE_E33`").unwrap();
    assert!(read.value.is_none() && found.is_error());
    assert_eq!(found.labels[0].origin.line, Some(2));
    assert_eq!(found.help.as_deref(), Some("did you mean `SPE_E3`?"));
}

const RULES: &str = "kind,family,plan,needsOneOf,status";

#[test]
fn a_plan_rule_that_cannot_be_meant() {
    let name = "plan-rules.csv";
    let place = "plan-rules.csv, line 2, column plan: no catalogue knows the service plan `MCOPSTN11`";
    refused(name, &format!("{RULES}\nexclusion,phone,MCOPSTN11,,hard\n"), place, "did you mean `MCOPSTN1`?");
    let place = "plan-rules.csv, line 2, column status: `hart` is not a word of this column";
    refused(name, &format!("{RULES}\nexclusion,phone,MCOPSTN1,,hart\n"), place, "did you mean `hard`?");
    let place = "plan-rules.csv, line 2, column status: `hard` is not a word of this column";
    refused(name, &format!("{RULES}\ndependency,phone,MCOPSTN1,MCOEV,hard\n"), place, "known are `directory`");
    let place = "plan-rules.csv, line 2: a dependency without the plans that it needs one of";
    refused(name, &format!("{RULES}\ndependency,phone,MCOPSTN1,,directory\n"), place, "needsOneOf");
    let place = "plan-rules.csv, line 3, column needsOneOf: no catalogue knows the service plan `MCOEW`";
    let text = format!("{RULES}\nexclusion,phone,MCOPSTN1,,stale\ndependency,phone,MCOPSTN1,MCOEV;MCOEW,directory\n");
    refused(name, &text, place, "did you mean `MCOEV`?");
}

#[test]
fn plan_rules_of_the_tenant_stand_beside_and_before_those_of_the_program() {
    let mut all = files("canonical");
    let text = format!(
        "{RULES}\nexclusion,Calling plans,MCOPSTN1,,stale\nexclusion,own,YAMMER_ENTERPRISE,,hard\nexclusion,own,MCOEV,,hard\ndependency,phone,MCOPSTN2,MCOEV,directory\n"
    );
    all.push(file("plan-rules.csv", &text));
    let baseline = load(all).value.expect("the rules are well formed");
    assert_eq!(baseline.policy.plan_rules.len(), 4);
    assert_eq!(baseline.policy.plan_rules[0].status, PlanRuleStatus::Stale);
    let catalog = Catalog::embedded();
    let usual = PlanRules::of_policy(catalog, &Policy::default());
    let own = PlanRules::of_policy(catalog, &baseline.policy);
    assert_eq!(own.exclusions.len(), usual.exclusions.len() + 1);
    assert_eq!(own.dependencies.len(), usual.dependencies.len() + 1);
    let pstn1 = catalog.skus().flat_map(|sku| &sku.service_plans).find(|plan| &*plan.name == "MCOPSTN1").unwrap();
    let excludes = |rules: &PlanRules| rules.exclusions.iter().any(|family| family.contains(&pstn1.id));
    assert!(excludes(&usual) && !excludes(&own));
}

#[test]
fn where_a_sku_may_not_be_used_is_told_in_the_settings() {
    let mut all = files("canonical");
    all.push(file("seatcast.toml", "[sku.SPE_E3]\nprohibited-locations = [\"in\", \"CN\"]\n"));
    let baseline = load(all).value.expect("the settings are well formed");
    let told: Vec<_> = baseline.policy.prohibited.values().cloned().collect();
    assert_eq!(told, [["IN", "CN"].map(|place| Country::parse(place).unwrap())]);
    let place = "seatcast.toml, line 2: wanted is a list of countries by their two letters";
    let text = "[sku.SPE_E3]\nprohibited-locations = [\"India\"]\n";
    let report = tables(vec![file("seatcast.toml", text)]).reports.remove(0);
    assert!(report.diagnostics.iter().any(|finding| super::shown(finding).contains(place)), "{:?}", report.diagnostics);
}

/// The table of open points names every switch of the policy with its default.
#[test]
fn every_policy_switch_stands_in_the_table_of_open_points() {
    let table = include_str!("../../../data/README.md");
    let (_, keys) = seatcast::ingest::SETTINGS_KEYS.iter().find(|(table, _)| *table == "policy").unwrap();
    for key in *keys {
        assert!(table.contains(&format!("`policy.{key}`")), "{key}");
    }
    for (name, value) in Policy::default().stated() {
        let told = table.lines().find(|line| line.contains(&format!("`{name}`")));
        let told =
            told.is_some_and(|line| line.contains(&format!("\"{value}\"")) || line.contains(&format!("`{value}`")));
        assert!(told || !name.starts_with("policy."), "{name} = {value}");
    }
}
