//! The files that people write by hand: subscriptions, prices, settings.

use super::{all, file, files, load, shown, tables};
use seatcast::directory::SelfService;
use seatcast::ingest::SourceFile;
use seatcast::licensing::{GuestPolicy, OrderPolicy, Reprocess};
use seatcast::scenario::{Baseline, Rate, Spread};
use seatcast::supply::{Channel, Renewal, Term};

fn with(extra: Vec<SourceFile>) -> (Option<Baseline>, String) {
    let mut all_files = files("canonical");
    all_files.extend(extra);
    let read = load(all_files);
    (read.value, all(&read.diagnostics))
}

/// The first finding about `name` with this text is `expected`.
fn finding(name: &str, text: &str, expected: &str) {
    let report = tables(vec![file(name, text)]).reports.remove(0);
    let lines: Vec<String> = report.diagnostics.iter().map(shown).collect();
    assert!(lines.iter().any(|line| line == expected), "{lines:#?}");
}

#[test]
fn lots_explain_units_and_the_rest_is_held() {
    let text = "subscriptionId,skuId,skuPartNumber,quantity,startDate,term,renewalDate,autoRenew,endOfTerm,scheduledQuantity,channel\n\
        a,,SPE_E3,10,2026-03-01,P1Y,2027-03-01,true,,12,csp\n\
        b,,Microsoft 365 E5,8,2025-01-31,P3Y,2028-01-31,true,cancel,,ea\n\
        c,f8a1db68-be16-40ed-86d5-cb42ce701560,,9,,P1M,,false,,,\n";
    let (baseline, findings) = with(vec![file("subscriptions.csv", text)]);
    let baseline = baseline.unwrap_or_else(|| panic!("{findings}"));
    let supply = |part: &str| {
        let at = baseline.snapshot.skus.iter().position(|sku| &*sku.sku_part_number == part).unwrap();
        &baseline.supplies[at]
    };
    let e3 = supply("SPE_E3");
    assert_eq!((e3.lots[0].quantity, e3.unexplained.enabled), (10, 8));
    assert_eq!(
        (e3.lots[0].renewal, e3.lots[0].channel, e3.lots[0].term),
        (Renewal::Renew { quantity: 12 }, Channel::Csp, Term::P1Y)
    );
    assert_eq!((supply("SPE_E5").lots[0].renewal, supply("SPE_E5").unexplained.enabled), (Renewal::Cancel, 0));
    assert_eq!(supply("POWER_BI_PRO").lots[0].renewal, Renewal::Expire);
    assert_eq!(supply("VISIOCLIENT").unexplained.warning, 5, "no lot, all as counted");
    assert!(
        findings.contains("counts 18 enabled units of `SPE_E3`, the lots in force 10; 8 are held as they are"),
        "{findings}"
    );
    assert!(findings.contains("`POWER_BI_PRO` have 9 units, the SKU export counts only 7"), "{findings}");
}

#[test]
fn faults_in_subscriptions_are_named() {
    let name = "subscriptions.csv";
    let head = "skuPartNumber,quantity,startDate,term,renewalDate,autoRenew";
    finding(
        name,
        &format!("{head}\nSPE_E3,ten,2026-01-01,P1Y,,\n"),
        "error D403 subscriptions.csv, line 2, column quantity: `ten` is not a whole number of units",
    );
    finding(
        name,
        &format!("{head}\nSPE_E3,,2026-01-01,P1Y,,\n"),
        "error S102 subscriptions.csv, line 2: a lot without a quantity",
    );
    finding(
        name,
        &format!("{head}\nSPE_E3,1,1/2/2026,P1Y,,\n"),
        "error D401 subscriptions.csv, line 2, column startDate: `1/2/2026` is not a date",
    );
    finding(
        name,
        &format!("{head}\nSPE_E3,1,2026-01-01,P2Y,,\n"),
        "error D409 subscriptions.csv, line 2, column term: `P2Y` is not a word of this column",
    );
    finding(
        name,
        &format!("{head}\nSPE_E3,1,2026-01-01,P1Y,2025-01-01,\n"),
        "error S102 subscriptions.csv, line 2: a lot ends on or before the day it starts",
    );
    finding(
        name,
        &format!("{head}\nVisio Plan 2,1,2026-01-01,P1Y,,\n"),
        "error D407 subscriptions.csv, line 2, column skuPartNumber: `Visio Plan 2` stands for several SKUs and is kept by its name",
    );
    finding(
        name,
        &format!("{head},renwal\nSPE_E3,1,2026-01-01,P1Y,,,x\n"),
        "warning P101 subscriptions.csv, column renwal: column `renwal` means nothing here and is ignored",
    );
}

#[test]
fn prices_are_minor_units() {
    let text = "skuId,skuPartNumber,listPrice,contractedPrice,currency,validFrom\n,SPE_E3,36.5,31.05,EUR,2026-01-01\n,SPE_E5,4500,,JPY,2026-01-01\n";
    let (baseline, findings) = with(vec![file("prices.csv", text)]);
    let baseline = baseline.unwrap_or_else(|| panic!("{findings}"));
    let prices: Vec<_> = baseline
        .prices
        .prices()
        .iter()
        .map(|price| (price.list_minor, price.contracted_minor, price.currency.code().to_owned()))
        .collect();
    assert_eq!(prices, [(Some(3650), Some(3105), "EUR".to_owned()), (Some(4500), None, "JPY".to_owned())]);
    let head = "skuPartNumber,listPrice,currency,validFrom";
    finding(
        "prices.csv",
        &format!("{head}\nSPE_E3,36\u{2c}5,EUR,2026-01-01\n"),
        "error D200 prices.csv, line 2: found 5 fields, header has 4",
    );
    finding(
        "prices.csv",
        &format!("{head}\nSPE_E3,36.555,EUR,2026-01-01\n"),
        "error S103 prices.csv, line 2, column listPrice: `36.555` is not an amount in EUR",
    );
    finding(
        "prices.csv",
        &format!("{head}\nSPE_E3,-1,EUR,2026-01-01\n"),
        "error S103 prices.csv, line 2, column listPrice: `-1` is not an amount in EUR",
    );
    finding(
        "prices.csv",
        &format!("{head}\nSPE_E3,1,euro,2026-01-01\n"),
        "error S103 prices.csv, line 2, column currency: `euro` is not the code of a currency",
    );
}

#[test]
fn settings_are_read() {
    let text = r#"
[tenant]
name = "Brindlewick"
country = "nl"
exported-on = 2026-11-20

[policy]
guests = "flag"
reprocess = { auto-delayed = 3 }
order = { priority = { attribute = "department", values = ["IT", "Sales"] } }

[workforce]
joiners = "8..14/month"
leavers = "1.2%/month"
deletion-lag-days = 45
joiner-seasonality = [2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 0, 0]

[groups."SG-Copilot-Pilot"]
self-service = "approval"

[sku.SPE_E3]
important = true
reserve = "5%"
"#;
    let (baseline, findings) = with(vec![file("seatcast.toml", text)]);
    let baseline = baseline.unwrap_or_else(|| panic!("{findings}"));
    assert_eq!((baseline.tenant.as_str(), baseline.today.to_string().as_str()), ("Brindlewick", "2026-11-20"));
    assert_eq!(baseline.policy.tenant_country.as_deref(), Some("NL"));
    assert_eq!(
        (baseline.policy.guests, baseline.policy.reprocess),
        (GuestPolicy::Flag, Reprocess::AutoDelayed { days: 3 })
    );
    assert!(
        matches!(&baseline.policy.order, OrderPolicy::Priority { attribute, values } if attribute == "department" && values.len() == 2)
    );
    let assumptions = &baseline.assumptions;
    assert_eq!(assumptions.joiners, Rate::PeoplePerMonth(Spread::between(8.0, 14.0)));
    assert_eq!(assumptions.deletion_lag_days, 45);
    assert_eq!(assumptions.joiner_seasonality[0], 2.0);
    assert_eq!(
        assumptions.given,
        ["workforce.deletion-lag-days", "workforce.joiner-seasonality", "workforce.joiners", "workforce.leavers"]
    );
    let sku = assumptions.skus.values().next().unwrap();
    assert!(sku.important && sku.reserve_share == 0.05);
    let group = baseline.snapshot.groups.iter().find(|group| &*group.display_name == "SG-Copilot-Pilot").unwrap();
    assert_eq!(group.self_service, SelfService::Approval);
}

#[test]
fn faults_in_settings_are_named_with_their_line() {
    let name = "seatcast.toml";
    finding(
        name,
        "[tenant]\nname = \n",
        "error P100 seatcast.toml, line 2: the file is not TOML: string values must be quoted, expected literal string",
    );
    finding(name, "[polcy]\n", "error P101 seatcast.toml, line 1: `polcy` is no setting");
    finding(name, "\n[policy]\nguest = \"skip\"\n", "error P101 seatcast.toml, line 3: `guest` is no setting");
    finding(
        name,
        "[policy]\nguests = \"ignore\"\n",
        "error P102 seatcast.toml, line 2: wanted is `\"consume\"` or `\"skip\"` or `\"flag\"`",
    );
    finding(
        name,
        "[workforce]\nleavers = \"-1/month\"\n",
        "error P102 seatcast.toml, line 2: wanted is a rate in quotes: `12/month`, `8..14/month`, `p10 8, p50 11, p90 16 /month`, `1.2%/month` or `0.8..1.4%/month`",
    );
    let report = tables(vec![file(name, "[policy]\nguest = \"skip\"\n")]).reports.remove(0);
    assert_eq!(report.diagnostics[0].help.as_deref(), Some("did you mean `guests`?"));
    let (baseline, findings) = with(vec![file(name, "[groups.\"No such group\"]\nself-service = \"open\"\n")]);
    assert!(
        baseline.is_none() && findings.contains("error D510 seatcast.toml, line 1: no group is named `No such group`"),
        "{findings}"
    );
    let (baseline, findings) = with(vec![file(name, "[groups.\"SG-Finance-All\"]\nself-service = \"open\"\n")]);
    assert!(baseline.is_none() && findings.contains("nobody can join"), "{findings}");
}

#[test]
fn an_empty_folder_and_one_without_users_cannot_be_simulated() {
    let read = load(Vec::new());
    assert!(read.value.is_none() && all(&read.diagnostics).contains("error D514"), "{}", all(&read.diagnostics));
    let groups: Vec<SourceFile> = files("canonical").into_iter().filter(|file| file.name != "users.csv").collect();
    let read = load(groups);
    assert!(read.value.is_none() && all(&read.diagnostics).contains("error D506"), "{}", all(&read.diagnostics));
}

#[test]
fn a_refused_users_file_stops_and_a_refused_duplicate_does_not() {
    let mut broken = files("canonical");
    for file in &mut broken {
        if file.name == "users.csv" {
            let half = file.bytes.len() / 2 - 100;
            file.bytes.truncate(half);
        }
    }
    assert!(load(broken).value.is_none());
    let read = load(files("graph-powershell"));
    assert!(read.value.is_some(), "{}", all(&read.diagnostics));
}

#[test]
fn lenient_reading_leaves_rows_out_and_lists_each() {
    let id = |at: u32| format!("{at:08}-1111-4111-8111-111111111111");
    let text = format!(
        "Id,UserPrincipalName,AccountEnabled\n{},a@x.example,True\n{},b@x.example,perhaps\n{},c@x.example\n{},d@x.example,False\n",
        id(1),
        id(2),
        id(3),
        id(4)
    );
    let strict = tables(vec![file("u.csv", &text)]);
    assert!(strict.has_refused());
    let options = seatcast::ingest::Options { lenient: true, ..super::options() };
    let lenient = seatcast::ingest::tables(vec![file("u.csv", &text)], &options);
    let report = &lenient.reports[0];
    assert_eq!((report.refused, report.rows_read, report.rows_rejected), (false, 2, 2), "{}", all(&report.diagnostics));
    assert_eq!(report.diagnostics.iter().filter(|finding| finding.is_error()).count(), 2);
    assert_eq!(seatcast::ingest::baseline(&lenient, &options).value.unwrap().snapshot.users.len(), 2);
}

#[test]
fn the_extended_service_term_of_direct_lots_is_a_policy() {
    let lots = "skuPartNumber,quantity,startDate,term,renewalDate,autoRenew,channel\nSPE_E3,18,2026-03-01,P1Y,2027-03-01,false,direct\n";
    let renewal = |settings: &str| {
        let (baseline, findings) = with(vec![file("subscriptions.csv", lots), file("seatcast.toml", settings)]);
        let baseline = baseline.unwrap_or_else(|| panic!("{findings}"));
        baseline.supplies.iter().flat_map(|supply| &supply.lots).next().unwrap().renewal
    };
    assert_eq!(renewal("[policy]\nextended-service = \"csp\"\n"), Renewal::Expire);
    assert_eq!(renewal("[policy]\nextended-service = \"all\"\n"), Renewal::ExtendedServiceTerm);
}

#[test]
fn learned_rates_are_read_and_the_hand_overrules_them() {
    let rates = r#"
by = ["department"]

[workforce]
joiners = "p10 0.5, p50 0.8, p90 1.4 %/month"
leavers = "0.9%/month"
leavers-by-tenure = [2, 1.2, 0.8]

[cohort."Sales"]
leavers = "p10 0.8, p50 1.1, p90 1.5"
movers = 2
moves-to = { Audit = 3 }

[cohort.Audit]
joiners = "0.5..0.7"
"#;
    let hand = "[workforce]\nleavers = \"2%/month\"\n";
    let (baseline, findings) = with(vec![file("rates.toml", rates), file("seatcast.toml", hand)]);
    let assumptions = baseline.unwrap_or_else(|| panic!("{findings}")).assumptions;
    let percentiles = Spread::Percentiles { p10: 0.5, p50: 0.8, p90: 1.4 };
    assert_eq!(assumptions.joiners, Rate::SharePerMonth(percentiles.per_cent()));
    assert_eq!(assumptions.leavers, Rate::SharePerMonth(Spread::exactly(0.02)));
    assert_eq!(assumptions.leavers_by_tenure, [2.0, 1.2, 0.8]);
    assert!(
        findings.contains("P103") && findings.contains("`workforce.leavers` is in `seatcast.toml`, too"),
        "{findings}"
    );
    let [audit, sales] = assumptions.cohorts.cohorts.as_slice() else { panic!("two cohorts") };
    assert_eq!((audit.name.as_str(), audit.joiners), ("Audit", Spread::between(0.5, 0.7)));
    assert_eq!((sales.movers, sales.moves_to.as_slice()), (Spread::exactly(2.0), &[("Audit".to_owned(), 3.0)][..]));
}

#[test]
fn faults_in_learned_rates_are_named_with_their_line() {
    let name = "rates.toml";
    finding(
        name,
        "by = [\"team\"]\n",
        "error P102 rates.toml, line 1: wanted is a list of attributes of users, for example [\"department\", \"jobTitle\"]",
    );
    finding(name, "\n[cohorts.A]\n", "error P101 rates.toml, line 2: `cohorts` is no setting");
    finding(
        name,
        "by = [\"department\"]\n[cohort.A]\nleaver = 1\n",
        "error P101 rates.toml, line 3: `leaver` is no setting",
    );
    finding(
        name,
        "by = [\"department\"]\n[cohort.A]\nleavers = \"1%/month\"\n",
        "error P102 rates.toml, line 3: wanted is a weight beside the whole: `1.2`, `\"0.8..1.4\"` or `\"p10 0.8, p50 1.1, p90 1.4\"`",
    );
    finding(
        name,
        "[cohort.A]\nleavers = 1\n",
        "error P102 rates.toml, line 1: there are cohorts, but no attribute that makes them",
    );
}
