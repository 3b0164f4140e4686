//! Licences that an administrator takes off leavers before their accounts go: by groups and directly, never by a rule.

use std::collections::BTreeSet;

use seatcast::catalog::Catalog;
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Happening, Progress, Settings};

const A: &str = "10000000-0000-4000-8000-000000000001";
const B: &str = "10000000-0000-4000-8000-000000000002";
const C: &str = "10000000-0000-4000-8000-000000000003";

/// A hundred people: all have A by an assigned group, B by a rule that asks nothing of `accountEnabled`, and C directly.
/// Twenty leave on known days.
fn tenant(settings: &str) -> Baseline {
    let person = |number: u32| format!("00000000-0000-4000-8000-{number:012}");
    let mut users = "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,employeeLeaveDateTime,\
                     assignedLicenses\n"
        .to_owned();
    let mut members = "groupId,memberId\n".to_owned();
    let group = |number: u32| format!("20000000-0000-4000-8000-{number:012}");
    for number in 0..100 {
        let last = if number < 20 { format!("2026-12-{:02}T00:00:00Z", number + 1) } else { String::new() };
        users += &format!("{},u{number}@b.example,U {number},true,Member,NL,{last},{C}\n", person(number));
        members += &format!("{},{}\n", group(1), person(number));
    }
    let groups = format!(
        "id,displayName,securityEnabled,groupTypes,membershipRule,membershipRuleProcessingState,assignedLicenses\n\
         {},Assigned,true,,,,{A}\n{},By rule,true,DynamicMembership,user.userType -eq \"\"Member\"\",On,{B}\n",
        group(1),
        group(2)
    )
    .replace("user.userType -eq \"\"Member\"\"", "\"user.userType -eq \"\"Member\"\"\"");
    let skus = format!(
        "skuId,skuPartNumber,productName,enabled,warning,suspended,lockedOut,consumedUnits\n\
         {A},A,A,100,0,0,0,100\n{B},B,B,100,0,0,0,100\n{C},C,C,100,0,0,0,100\n"
    );
    let toml = format!(
        "[tenant]\ncountry = \"NL\"\nexported-on = 2026-11-20\n[workforce]\njoiners = \"0/month\"\n\
         leavers = \"0/month\"\nmovers = \"0/month\"\ndeletion-lag-days = 90\n{settings}"
    );
    let files = [
        ("users.csv", users),
        ("groups.csv", groups),
        ("members.csv", members),
        ("skus.csv", skus),
        ("seatcast.toml", toml),
    ];
    let file = |(name, text): (&str, String)| SourceFile { name: name.to_owned(), bytes: text.into_bytes() };
    let options = Options::default();
    let tables = ingest::tables(files.into_iter().map(file).collect(), &options);
    let read = ingest::baseline(&tables, &options);
    read.value.unwrap_or_else(|| panic!("{:?} {:?}", read.diagnostics, tables.reports))
}

/// Demand for A, B and C at the ends of four months.
fn demand(baseline: &Baseline) -> Vec<[u32; 3]> {
    let settings = Settings::new(baseline.today, 4, 10, 3).unwrap();
    let forecast = simulate::run(baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
    for sku in &forecast.skus {
        assert_eq!(
            sku.bridge.leavers_tenths,
            (i64::from(sku.points[0].demand.p50) - 80) * 10,
            "{}",
            sku.sku_part_number
        );
        assert_eq!((sku.bridge.moved_out_tenths, sku.bridge.changes_tenths), (0, 0));
    }
    let of = |name: &str| forecast.skus.iter().find(|sku| sku.sku_part_number == name).unwrap();
    let months = of("A").points.len();
    (0..months).map(|month| ["A", "B", "C"].map(|name| of(name).points[month].demand.p50)).collect()
}

#[test]
fn licences_go_when_they_are_removed_and_a_rule_keeps_them_until_the_deletion() {
    // The last of them leaves on 20 December and is deleted on 20 March.
    let with_account = demand(&tenant(""));
    assert_eq!(with_account, [[100; 3], [100; 3], [100; 3], [100; 3], [80; 3]]);
    let removed = demand(&tenant("license-removal-lag-days = 5\n"));
    assert_eq!(removed, [[100; 3], [85, 100, 85], [80, 100, 80], [80, 100, 80], [80; 3]]);
    // At the deletion or later there is nothing left to remove.
    assert_eq!(demand(&tenant("license-removal-lag-days = 90\n")), with_account);
}

#[test]
fn whoever_is_disabled_today_loses_licences_on_the_day_that_is_due() {
    let mut baseline = tenant("license-removal-lag-days = 7\n");
    // Seen on 4 December, all are still enabled; those who left until then are late.
    baseline.today = chrono::NaiveDate::from_ymd_opt(2026, 12, 4).unwrap();
    let settings = Settings::new(baseline.today, 4, 2, 3).unwrap();
    let observed = simulate::observe(&baseline, Catalog::embedded(), &settings, 0).value.unwrap();
    let days: BTreeSet<(u32, u32)> = observed
        .population
        .events
        .iter()
        .filter_map(|event| match event.happening {
            Happening::RemoveLicenses { slot } if slot < 6 => Some((slot, event.day)),
            _ => None,
        })
        .collect();
    // Four are late and disabled tomorrow; the fifth leaves tomorrow, the sixth on the day after.
    assert_eq!(days, BTreeSet::from([(0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (5, 9)]));
}
