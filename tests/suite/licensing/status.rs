//! Today as a table: on the demo tenant and on small tenants.

use std::process::{Command, Output};

use seatcast::catalog::Catalog;
use seatcast::forecast::{DifferenceCause, ReclaimCause};
use seatcast::simulate;

use super::demo::{baseline, today};

fn seatcast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[test]
fn the_demo_tenant_is_reconciled_and_its_numbers_add_up() {
    let baseline = baseline("data/demo");
    let status = simulate::status(&baseline, &today(&baseline));
    assert_eq!(status.reconciliation, []);
    for sku in &status.skus {
        assert_eq!(sku.demand, sku.assigned + sku.waiting, "{}", sku.sku_part_number);
        let capacity = sku.enabled + sku.warning;
        assert_eq!(i64::from(sku.headroom) - i64::from(sku.shortfall), i64::from(capacity) - i64::from(sku.demand));
        assert_eq!(sku.available, i64::from(capacity) - i64::from(sku.assigned));
        assert_eq!(Some(sku.assigned), sku.consumed_exported);
    }
    assert!(status.entra_p1_needed > 0 && status.entra_p1_owned > 0);
    assert!(status.reclaimable.iter().any(|row| row.cause == ReclaimCause::Disabled && row.monthly.is_some()));
}

#[test]
fn every_difference_to_the_exports_has_a_cause_and_they_add_up() {
    let mut baseline = baseline("data/demo");
    // A member of a licensed assigned group leaves it, another export counts one seat more, and a newcomer joins.
    let (group, sku, user) = baseline
        .snapshot
        .assigned
        .iter()
        .find_map(|license| match license.source {
            seatcast::directory::LicenseSource::Group(group) if !baseline.snapshot.group(group).is_dynamic() => {
                Some((group, license.sku, license.user))
            }
            _ => None,
        })
        .expect("somebody holds a seat by an assigned group");
    baseline.snapshot.groups[group.get()].members.retain(|member| *member != user);
    let consumed = baseline.snapshot.skus[sku.get()].consumed.unwrap();
    baseline.snapshot.skus[sku.get()].consumed = Some(consumed + 1);
    let status = simulate::status(&baseline, &today(&baseline));
    let name = &*baseline.snapshot.sku(sku).product_name;
    let causes: Vec<_> =
        status.reconciliation.iter().filter(|row| row.sku == name).map(|row| (row.cause, row.seats)).collect();
    assert!(causes.contains(&(DifferenceCause::ExportsDiffer, -1)), "{causes:?}");
    assert!(causes.contains(&(DifferenceCause::LeavesGroup, -1)), "{causes:?}");
    for sku in &status.skus {
        let rows = status.reconciliation.iter().filter(|row| row.sku == sku.product_name);
        let sum: i64 = rows.map(|row| row.seats).sum();
        assert_eq!(sum, i64::from(sku.assigned) - i64::from(sku.consumed_exported.unwrap()), "{}", sku.product_name);
    }
    assert!(status.reconciliation.iter().all(|row| row.cause != DifferenceCause::Unexplained));
}

#[test]
fn the_command_prints_tables_of_80_columns_and_json() {
    let output = seatcast(&["status", "data/demo", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("POWER_BI_PRO"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let output = seatcast(&["status", "data/demo", "--quiet", "--format", "json", "--fail-on", "shortage"]);
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["version"], 1);
    let skus = json["status"]["skus"].as_array().unwrap();
    let short: Vec<_> = skus.iter().filter(|sku| sku["shortfall"] != 0).map(|sku| &sku["sku_part_number"]).collect();
    assert_eq!(short, ["POWER_BI_PRO"]);
}

#[test]
fn the_data_of_plan_rules_binds_plans_of_the_catalogue() {
    use seatcast::licensing::{PlanRules, Policy, embedded_plan_rules};
    let rows = embedded_plan_rules();
    let hard = PlanRules::of(&rows, Catalog::embedded(), &Policy::default());
    let soft = PlanRules::of(&rows, Catalog::embedded(), &Policy { enforce_soft_conflicts: true, ..Policy::default() });
    assert_eq!((hard.exclusions.len(), soft.exclusions.len()), (5, 7));
    // A SKU never stands in the way of itself.
    assert!(hard.dependencies.iter().all(|dependency| !dependency.needs.is_empty()));
    for sku in Catalog::embedded().skus() {
        let has = |plan: &str| sku.service_plans.iter().any(|own| *own.id == *plan);
        for dependency in hard.dependencies.iter().filter(|dependency| has(&dependency.plan)) {
            assert!(dependency.needs.iter().any(|need| has(need)), "{}", sku.sku_part_number);
        }
    }
}
