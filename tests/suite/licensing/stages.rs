//! Groups whose rules read `assignedPlans`: stages, a cascade, a circle, and what stands where nobody asks for stages.

use seatcast::catalog::Catalog;
use seatcast::directory::SkuIndex;
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::licensing::{KeptReason, Today};
use seatcast::scenario::Baseline;
use seatcast::simulate;

const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const VISIO: &str = "c5928f49-12ba-48f7-ada3-0d743a3601d5";
const PBI: &str = "f8a1db68-be16-40ed-86d5-cb42ce701560";

/// Plans that only one of these SKUs has.
fn plan_of(sku: &str, others: &[&str]) -> String {
    let plans = |id: &str| {
        let sku = Catalog::embedded().skus().find(|sku| sku.sku_id.as_str() == id).unwrap();
        sku.service_plans.iter().map(|plan| plan.id.to_string()).collect::<Vec<_>>()
    };
    let elsewhere: Vec<String> = others.iter().flat_map(|other| plans(other)).collect();
    plans(sku).into_iter().find(|plan| !elsewhere.contains(plan)).unwrap()
}

fn guid(number: u32) -> String {
    format!("{number:08}-1111-4111-8111-111111111111")
}

/// Three users in Sales; groups as (name, rule or none for all users as exported members, SKU); units by SKU.
fn tenant(
    policy: &str,
    groups: &[(&str, Option<String>, &str)],
    members: bool,
    units: &[(&str, u32)],
) -> Vec<SourceFile> {
    let mut users = "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,department,assignedLicenses,employeeType\n".to_owned();
    for number in 1..=3 {
        users.push_str(&format!("{},u{number}@x.example,User {number},true,Member,NL,Sales,,\n", guid(number)));
    }
    let mut table = "id,displayName,groupKind,securityEnabled,membershipKind,membershipRule,membershipRuleProcessingState,assignedLicenses\n".to_owned();
    let mut list = "groupId,memberId,memberType\n".to_owned();
    for (number, (name, rule, sku)) in groups.iter().enumerate() {
        let id = guid(100 + number as u32);
        let kind = if rule.is_some() { "Dynamic" } else { "Assigned" };
        let rule = rule.clone().unwrap_or_default().replace('"', "\"\"");
        table.push_str(&format!("{id},{name},Security,true,{kind},\"{rule}\",On,{sku}\n"));
        if members {
            (1..=3).for_each(|user| list.push_str(&format!("{id},{},user\n", guid(user))));
        }
    }
    let mut skus = "skuId,skuPartNumber,appliesTo,enabled,warning,suspended,lockedOut,consumedUnits\n".to_owned();
    for (sku, units) in units {
        let known = Catalog::embedded().skus().find(|known| known.sku_id.as_str() == *sku).unwrap();
        skus.push_str(&format!("{sku},{},User,{units},0,0,0,0\n", known.sku_part_number));
    }
    let mut files = vec![("users.csv", users), ("groups.csv", table), ("skus.csv", skus)];
    if !policy.is_empty() {
        files.push(("seatcast.toml", policy.to_owned()));
    }
    if members {
        files.push(("memberships.csv", list));
    }
    files.into_iter().map(|(name, text)| SourceFile { name: name.to_owned(), bytes: text.into_bytes() }).collect()
}

fn settled(files: Vec<SourceFile>) -> (Baseline, Option<Today>, String) {
    let clock = chrono::NaiveDate::from_ymd_opt(2026, 11, 20);
    let options = Options { clock, ..Options::default() };
    let tables = ingest::tables(files, &options);
    let read = ingest::baseline(&tables, &options);
    let shown: Vec<String> =
        read.diagnostics.iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    let baseline = read.value.unwrap_or_else(|| panic!("{shown:#?}"));
    let today = simulate::today(&baseline, Catalog::embedded());
    let found: Vec<String> =
        today.diagnostics.iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    (baseline, today.value, found.join("\n"))
}

fn assigned(baseline: &Baseline, today: &Today) -> Vec<(String, u32)> {
    let named = |sku: SkuIndex| (baseline.snapshot.sku(sku).sku_part_number.to_string(), today.ledger.assigned(sku));
    let mut counts: Vec<_> = baseline.snapshot.sku_indexes().map(named).collect();
    counts.sort();
    counts
}

fn has(plan: &str) -> Option<String> {
    Some(format!(
        r#"user.assignedPlans -any (assignedPlan.servicePlanId -eq "{plan}" -and assignedPlan.capabilityStatus -eq "Enabled")"#
    ))
}

fn lacks(plan: &str) -> Option<String> {
    Some(format!(
        r#"-not (user.assignedPlans -any (assignedPlan.servicePlanId -eq "{plan}" -and assignedPlan.capabilityStatus -eq "Enabled"))"#
    ))
}

/// `department = Sales` gives E3, E3's plan gives Visio, Visio's plan gives Power BI: two stages after the first.
fn cascade(policy: &str, members: bool, units: &[(&str, u32)]) -> Vec<SourceFile> {
    let sales = Some(r#"user.department -eq "Sales""#.to_owned());
    let groups = [
        ("G-1-PBI", has(&plan_of(VISIO, &[E3, PBI])), PBI),
        ("G-2-VISIO", has(&plan_of(E3, &[VISIO, PBI])), VISIO),
        ("G-3-E3", sales, E3),
    ];
    tenant(policy, &groups, members, units)
}

const ENOUGH: [(&str, u32); 3] = [(E3, 3), (VISIO, 3), (PBI, 3)];

#[test]
fn a_cascade_settles_stage_by_stage() {
    let (baseline, today, found) = settled(cascade("", false, &ENOUGH));
    let today = today.unwrap_or_else(|| panic!("{found}"));
    let expected = [("POWER_BI_PRO", 3), ("SPE_E3", 3), ("VISIOCLIENT", 3)].map(|(sku, n)| (sku.to_owned(), n));
    assert_eq!(assigned(&baseline, &today), expected);
    let reasons: Vec<_> =
        today.memberships.kept().iter().map(|kept| (kept.reason.clone(), kept.members_kept)).collect();
    let staged = KeptReason::Staged { stages: 3 };
    assert_eq!(reasons, [(staged.clone(), 3), (staged, 3)]);
}

#[test]
fn a_shortage_cascades_too() {
    let (baseline, today, _) = settled(cascade("", false, &[(E3, 2), (VISIO, 1), (PBI, 3)]));
    let today = today.unwrap();
    let expected = [("POWER_BI_PRO", 1), ("SPE_E3", 2), ("VISIOCLIENT", 1)].map(|(sku, n)| (sku.to_owned(), n));
    assert_eq!(assigned(&baseline, &today), expected);
    let visio =
        baseline.snapshot.sku_indexes().find(|sku| baseline.snapshot.sku(*sku).sku_id.as_str() == VISIO).unwrap();
    assert_eq!(today.ledger.waiting(visio), 1, "only who has E3 is meant to have Visio");
}

#[test]
fn exported_members_stand_unless_the_policy_asks_for_stages() {
    // No units of E3: nobody has its plan, and yet the export lists all three in the group that asks for it.
    let units = [(E3, 0), (VISIO, 3), (PBI, 3)];
    let (baseline, today, _) = settled(cascade("", true, &units));
    let today = today.unwrap();
    assert_eq!(assigned(&baseline, &today)[2], ("VISIOCLIENT".to_owned(), 3));
    assert!(today.memberships.kept().iter().all(|kept| kept.reason == KeptReason::AssignedPlans));
    let (baseline, today, _) = settled(cascade("[policy]\nassigned-plans = \"stages\"\n", true, &units));
    let expected = [("POWER_BI_PRO", 0), ("SPE_E3", 0), ("VISIOCLIENT", 0)].map(|(sku, n)| (sku.to_owned(), n));
    assert_eq!(assigned(&baseline, &today.unwrap()), expected);
}

#[test]
fn a_circle_is_found_and_named_and_exported_members_stand() {
    // Whoever lacks a plan of Visio gets Visio, and with it the plan.
    let groups = [("G-CIRCLE", lacks(&plan_of(VISIO, &[E3])), VISIO), ("G-E3", None, E3)];
    let policy = "[policy]\nassigned-plans = \"stages\"\n";
    let (baseline, today, found) = settled(tenant(policy, &groups, true, &[(E3, 3), (VISIO, 3)]));
    assert!(found.contains("P204 rules that read service plans turn each other on and off: `G-CIRCLE`"), "{found}");
    let today = today.unwrap();
    assert_eq!(today.memberships.kept()[0].reason, KeptReason::Circle);
    assert_eq!(assigned(&baseline, &today), [("SPE_E3", 3), ("VISIOCLIENT", 3)].map(|(sku, n)| (sku.to_owned(), n)));
    let unknown = [("G-CIRCLE", lacks(&plan_of(VISIO, &[E3])), VISIO)];
    let (_, today, found) = settled(tenant("", &unknown, false, &[(VISIO, 3)]));
    assert!(today.is_none() && found.contains("and no file lists their members"), "{found}");
}

#[test]
fn a_rule_that_reads_names_of_services_keeps_its_members() {
    let rule = r#"user.assignedPlans -any (assignedPlan.service -eq "exchange" -and assignedPlan.capabilityStatus -eq "Enabled")"#;
    let groups = [("G", Some(rule.to_owned()), E3)];
    let (baseline, today, _) = settled(tenant("[policy]\nassigned-plans = \"stages\"\n", &groups, true, &[(E3, 3)]));
    let today = today.unwrap();
    assert_eq!(today.memberships.kept()[0].reason, KeptReason::PlanService);
    assert_eq!(assigned(&baseline, &today), [("SPE_E3".to_owned(), 3)]);
}
