//! Joins of groups that people join by themselves: as many as the members who are there bring, and each group by a luck of its own.

use seatcast::catalog::Catalog;
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Happening, Settings};

const SKU: &str = "10000000-0000-4000-8000-000000000001";
const MEMBERS: u32 = 40;
const LEAVING: u32 = 30;
const REPLICATIONS: u32 = 60;

fn id_of(group: u32) -> String {
    format!("20000000-0000-4000-8000-{group:012}")
}

/// Forty members of each of some groups that anybody may join, thirty of whom leave within the first week, and a thousand others.
fn tenant(groups: &[u32]) -> Baseline {
    let mut users =
        "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,employeeLeaveDateTime\n".to_owned();
    let mut members = "groupId,memberId\n".to_owned();
    for number in 0..1000 + MEMBERS {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let last = if number < LEAVING { "2026-11-25T00:00:00Z" } else { "" };
        users += &format!("{id},u{number}@b.example,U {number},true,Member,NL,{last}\n");
        for group in groups.iter().filter(|_| number < MEMBERS) {
            members += &format!("{},{id}\n", id_of(*group));
        }
    }
    let mut named = "id,displayName,securityEnabled,groupTypes,assignedLicenses\n".to_owned();
    let mut open = String::new();
    for group in groups {
        named += &format!("{},Open {group},true,,{SKU}\n", id_of(*group));
        open += &format!("[groups.\"Open {group}\"]\nself-service = \"open\"\n");
    }
    let skus = format!(
        "skuId,skuPartNumber,productName,enabled,warning,suspended,lockedOut,consumedUnits\n{SKU},A,A,900,0,0,0,40\n"
    );
    let toml = "[tenant]\ncountry = \"NL\"\nexported-on = 2026-11-20\n[workforce]\njoiners = \"0/month\"\nleavers = \"0/month\"\n\
                movers = \"0/month\"\ndeletion-lag-days = 0\n[guests]\ninvited = \"0/month\"\nremoved = \"0/month\"\n\
                [self-service]\njoins = \"50%/month\"\nleaves = \"0/month\"\n";
    let file = |name: &str, text: String| SourceFile { name: name.to_owned(), bytes: text.into_bytes() };
    let files = vec![
        file("users.csv", users),
        file("groups.csv", named),
        file("memberships.csv", members),
        file("skus.csv", skus),
        file("seatcast.toml", toml.to_owned() + &open),
    ];
    let options = Options::default();
    let read = ingest::baseline(&ingest::tables(files, &options), &options);
    read.value.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
}

#[test]
fn members_whose_accounts_are_gone_bring_nobody() {
    let baseline = tenant(&[1]);
    let settings = Settings::new(baseline.today, 2, REPLICATIONS, 5).unwrap();
    let (mut first, mut second) = (0_u32, 0_u32);
    for number in 0..REPLICATIONS {
        let observed = simulate::observe(&baseline, Catalog::embedded(), &settings, number).value.unwrap();
        for event in &observed.population.events {
            if matches!(event.happening, Happening::JoinGroup { .. }) {
                *(if event.day <= 30 { &mut first } else { &mut second }) += 1;
            }
        }
    }
    // Half of the ten who stayed and of those who joined in the first month; all forty and those would be twice as many.
    let stayed = (MEMBERS - LEAVING) * REPLICATIONS;
    let expected = f64::from(stayed + first) / 2.0;
    assert!(first > 15 * REPLICATIONS, "{first} joined while forty were there");
    assert!((f64::from(second) - expected).abs() < 0.15 * expected, "{second} joined, {expected} were expected");
}

/// Who joins each group, and when, in the first future.
fn joins(groups: &[u32]) -> Vec<Vec<(u32, u32)>> {
    let baseline = tenant(groups);
    let settings = Settings::new(baseline.today, 2, 1, 5).unwrap();
    let observed = simulate::observe(&baseline, Catalog::embedded(), &settings, 0).value.unwrap();
    let mut joins = vec![Vec::new(); groups.len()];
    for event in &observed.population.events {
        if let Happening::JoinGroup { slot, eligible } = event.happening {
            joins[eligible as usize].push((slot, event.day));
        }
    }
    joins
}

#[test]
fn no_two_of_many_groups_share_their_luck() {
    let groups: Vec<u32> = (1..=200).collect();
    let mut joins = joins(&groups);
    assert!(joins.iter().all(|of_one| of_one.len() >= 10), "people join every group");
    joins.sort();
    assert!(
        joins.windows(2).all(|pair| pair[0] != pair[1]),
        "two groups are joined by the same people on the same days"
    );
}

#[test]
fn another_group_leaves_the_luck_of_a_group_as_it_is() {
    assert_eq!(joins(&[1, 2])[1], joins(&[2])[0]);
}
