//! Joins of groups that people join by themselves: as many as the members who are there bring.

use seatcast::catalog::Catalog;
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Happening, Settings};

const SKU: &str = "10000000-0000-4000-8000-000000000001";
const GROUP: &str = "20000000-0000-4000-8000-000000000001";
const MEMBERS: u32 = 40;
const LEAVING: u32 = 30;
const REPLICATIONS: u32 = 60;

/// Forty members of a group that anybody may join, thirty of whom leave within the first week, and a thousand others.
fn tenant() -> Baseline {
    let mut users =
        "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,employeeLeaveDateTime\n".to_owned();
    let mut members = "groupId,memberId\n".to_owned();
    for number in 0..1000 + MEMBERS {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let last = if number < LEAVING { "2026-11-25T00:00:00Z" } else { "" };
        users += &format!("{id},u{number}@b.example,U {number},true,Member,NL,{last}\n");
        if number < MEMBERS {
            members += &format!("{GROUP},{id}\n");
        }
    }
    let groups = format!("id,displayName,securityEnabled,groupTypes,assignedLicenses\n{GROUP},Open,true,,{SKU}\n");
    let skus = format!(
        "skuId,skuPartNumber,productName,enabled,warning,suspended,lockedOut,consumedUnits\n{SKU},A,A,900,0,0,0,40\n"
    );
    let toml = "[tenant]\ncountry = \"NL\"\nexported-on = 2026-11-20\n[workforce]\njoiners = \"0/month\"\nleavers = \"0/month\"\n\
                movers = \"0/month\"\ndeletion-lag-days = 0\n[guests]\ninvited = \"0/month\"\nremoved = \"0/month\"\n\
                [self-service]\njoins = \"50%/month\"\nleaves = \"0/month\"\n[groups.\"Open\"]\nself-service = \"open\"\n";
    let file = |name: &str, text: String| SourceFile { name: name.to_owned(), bytes: text.into_bytes() };
    let files = vec![
        file("users.csv", users),
        file("groups.csv", groups),
        file("memberships.csv", members),
        file("skus.csv", skus),
        file("seatcast.toml", toml.to_owned()),
    ];
    let options = Options::default();
    let read = ingest::baseline(&ingest::tables(files, &options), &options);
    read.value.unwrap_or_else(|| panic!("{:?}", read.diagnostics))
}

#[test]
fn members_whose_accounts_are_gone_bring_nobody() {
    let baseline = tenant();
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
