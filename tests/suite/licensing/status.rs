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
    let status = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
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
    let status = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
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

#[test]
fn the_answers_of_other_orders_are_shown_where_they_differ() {
    let mut baseline = baseline("data/demo");
    let status = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    // Nobody is given anything today, so that every order leaves the same holders and only the line differs.
    assert!(status.order_spread.iter().any(|row| row.order == "random" && row.moved_in_line > 0));
    for row in &status.order_spread {
        assert_eq!((row.sku.as_str(), row.served_otherwise), ("Power BI Pro", 0));
        assert_eq!((row.assigned, row.waiting), ((249, 249), (18, 18)));
    }
    // Three units more, and who gets them is a matter of the order.
    let sku = baseline.snapshot.skus.iter().position(|sku| &*sku.sku_part_number == "POWER_BI_PRO").unwrap();
    baseline.supplies[sku].unexplained.enabled += 3;
    let status = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    let random = status.order_spread.iter().find(|row| row.sku == "Power BI Pro" && row.order == "random").unwrap();
    assert_eq!((random.assigned, random.draws), ((252, 252), 5));
    assert!((1..=3).contains(&random.served_otherwise), "{random:?}");
}

#[test]
fn a_sku_that_may_not_be_used_somewhere_blocks_who_is_there() {
    use seatcast::licensing::Country;
    let mut baseline = baseline("data/demo");
    let before = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    let sku = baseline.snapshot.skus.iter().find(|sku| &*sku.sku_part_number == "SPE_E3").unwrap().sku_id.clone();
    baseline.policy.prohibited.insert(sku, vec![Country::parse("NL").unwrap()]);
    let status = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    let blocked = |status: &seatcast::forecast::Status| {
        let of = |row: &&seatcast::forecast::BlockedCause| row.error == "ProhibitedInUsageLocationViolation";
        status.blocked.iter().filter(of).map(|row| row.users).sum::<u32>()
    };
    assert_eq!(blocked(&before), 0);
    // Seats that are held stay; whoever is entitled anew is refused.
    let seats = |status: &seatcast::forecast::Status| {
        status.skus.iter().find(|sku| sku.sku_part_number == "SPE_E3").unwrap().assigned
    };
    assert_eq!(seats(&before), seats(&status));
}

#[test]
fn guests_hold_seats_and_people_with_two_suites_are_found() {
    let baseline = baseline("data/demo");
    let status = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    let guests = |part: &str| status.skus.iter().find(|sku| sku.sku_part_number == part).unwrap().guests;
    assert!(guests("SPE_F1") >= 12 && guests("AAD_PREMIUM") >= 40);
    assert!(status.group_licensing_needed > 0 && status.group_licensing_needed <= status.entra_p1_needed);
    assert!(status.group_licensing_owned >= status.entra_p1_owned);
    // Units in grace are not paid for.
    let grace = status.reclaimable.iter().filter(|row| row.sku == "Visio Plan 2");
    assert!(grace.clone().count() > 0 && grace.clone().all(|row| row.monthly.is_none_or(|money| money.minor == 0)));
}

#[test]
fn timings_are_told_on_stderr_and_nowhere_else() {
    let output = seatcast(&["status", "data/demo", "--quiet", "--timings"]);
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let parts: Vec<&str> = stderr.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(parts, ["ingest", "rules", "licensing", "status", "reports", "total"]);
    assert!(!stdout.contains("timing"));
    assert_eq!(stdout.as_bytes(), seatcast(&["status", "data/demo", "--quiet"]).stdout);
}

#[test]
fn inv_45_company_wide_and_free_skus_enter_no_total() {
    let mut baseline = baseline("data/demo");
    let count = |baseline: &seatcast::scenario::Baseline| {
        simulate::status(baseline, &today(baseline), Catalog::embedded()).skus.len()
    };
    let before = count(&baseline);
    let free = baseline.snapshot.skus.iter().filter(|sku| sku.is_free_sentinel()).count();
    assert_eq!((free, before + free), (1, baseline.snapshot.skus.len()));
    baseline.snapshot.skus[0].company_wide = true;
    assert_eq!(count(&baseline), before - 1);
}

#[test]
fn inv_46_seats_of_people_who_are_gone_cost_until_the_quantity_is_reduced() {
    let mut baseline = baseline("data/demo");
    let sku = baseline.snapshot.skus.iter().position(|sku| &*sku.sku_part_number == "SPE_F1").unwrap();
    let cost = |baseline: &seatcast::scenario::Baseline| {
        let (from, to) = (baseline.today, baseline.today + chrono::Months::new(1));
        baseline.supplies[sku].cost(&baseline.prices, &baseline.snapshot.skus[sku].sku_id, from, to).unwrap()
    };
    let available = |baseline: &seatcast::scenario::Baseline| {
        let status = simulate::status(baseline, &today(baseline), Catalog::embedded());
        status.skus.iter().find(|sku| sku.sku_part_number == "SPE_F1").unwrap().available
    };
    let (cost_before, free_before) = (cost(&baseline), available(&baseline));
    // Five holders by a group leave it.
    let sku_index = seatcast::directory::SkuIndex(sku as u32);
    let standing = today(&baseline);
    let gone: Vec<u32> = standing.ledger.holders(sku_index).into_iter().take(5).collect();
    baseline.snapshot.assigned.retain(|license| !(license.sku == sku_index && gone.contains(&license.user.0)));
    for group in &mut baseline.snapshot.groups {
        group.members.retain(|user| !gone.contains(&user.0));
        if group.licenses.iter().any(|license| license.sku == sku_index) {
            group.membership = seatcast::directory::Membership::Assigned;
            group.members =
                standing.ledger.holders(sku_index).into_iter().skip(5).map(seatcast::directory::UserIndex).collect();
        }
    }
    assert_eq!((cost(&baseline), available(&baseline)), (cost_before, free_before + 5));
}

#[test]
fn inv_47_fewer_licences_than_members_of_licensed_groups_is_told_and_costs_no_seat() {
    let mut baseline = baseline("data/demo");
    let before = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    assert!(before.group_licensing_owned >= before.group_licensing_needed);
    for supply in &mut baseline.supplies {
        supply.lots.iter_mut().for_each(|lot| lot.quantity /= 2);
        supply.unexplained.enabled /= 2;
    }
    let after = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    assert!(after.group_licensing_owned < after.group_licensing_needed);
    let seats = |status: &seatcast::forecast::Status| status.skus.iter().map(|sku| sku.assigned).collect::<Vec<_>>();
    assert_eq!(seats(&before), seats(&after));
}

#[test]
fn a_forecast_says_which_counts_depend_on_the_order() {
    let baseline = baseline("data/demo");
    let settings = simulate::Settings::new(baseline.today, 4, 50, 1).unwrap();
    let progress = simulate::Progress::default();
    let forecast = simulate::run(&baseline, Catalog::embedded(), &settings, &progress).value.unwrap();
    let rows = &forecast.status.order_spread_ahead;
    // Power BI Pro runs short and comes in one bundle with Planner and Project Plan 3: only these two can depend on the order.
    assert!(!rows.is_empty());
    for row in rows {
        assert!(["Power BI Pro", "Planner and Project Plan 3"].contains(&row.sku.as_str()), "{row:?}");
        assert!(row.differing > 0 && row.differing <= row.replications && row.replications == 2);
        assert!(["created", "random"].contains(&row.order.as_str()));
    }
}

#[test]
fn seats_above_what_is_owned_are_shown_with_their_deadline_and_nobody_loses_one() {
    use seatcast::supply::Renewal;
    let mut baseline = baseline("data/demo");
    let sku = baseline.snapshot.skus.iter().position(|sku| &*sku.sku_part_number == "EMSPREMIUM").unwrap();
    let before = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    // Ten days ago the term ended and the renewal took all but a hundred units away.
    let lot = &mut baseline.supplies[sku].lots[0];
    lot.start = lot.start - chrono::Months::new(6);
    lot.term_end = Some(baseline.today - chrono::Days::new(10));
    lot.renewal = Renewal::Renew { quantity: 100 };
    let after = simulate::status(&baseline, &today(&baseline), Catalog::embedded());
    let row = |status: &seatcast::forecast::Status| {
        let row = status.skus.iter().find(|sku| sku.sku_part_number == "EMSPREMIUM").unwrap();
        (row.assigned, row.available, row.overage_deadline)
    };
    assert_eq!(row(&before), (114, 31, None));
    assert_eq!(row(&after), (114, -14, Some(baseline.today + chrono::Days::new(80))));
}
