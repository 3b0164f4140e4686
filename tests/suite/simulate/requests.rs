//! Licences that people ask for by themselves: as many as the rate says, in demand, on the waitlist and in the bridge.

use seatcast::catalog::Catalog;
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Happening, Progress, Settings};

/// Two hundred people, of whom forty have A by a group; nobody has B. Twenty units more of each than that.
fn tenant(settings: &str, rates: &str) -> Baseline {
    let mut users = "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,department\n".to_owned();
    for number in 0..200 {
        let department = if number < 40 { "Sales" } else { "IT" };
        users += &format!(
            "00000000-0000-4000-8000-{number:012},u{number}@b.example,U {number},true,Member,NL,{department}\n"
        );
    }
    let a = "10000000-0000-4000-8000-000000000001";
    let b = "10000000-0000-4000-8000-000000000002";
    let groups = format!(
        "id,displayName,securityEnabled,groupTypes,membershipRule,membershipRuleProcessingState,assignedLicenses\n\
         20000000-0000-4000-8000-000000000001,G,true,DynamicMembership,\"user.department -eq \"\"Sales\"\"\",On,{a}\n"
    );
    let skus = format!(
        "skuId,skuPartNumber,productName,enabled,warning,suspended,lockedOut,consumedUnits\n\
         {a},A,A,60,0,0,0,40\n{b},B,B,20,0,0,0,0\n"
    );
    let still = "[tenant]\ncountry = \"NL\"\nexported-on = 2026-11-20\n[workforce]\njoiners = \"0/month\"\n\
                 leavers = \"0/month\"\nmovers = \"0/month\"\n";
    let mut files = vec![
        ("users.csv", users),
        ("groups.csv", groups),
        ("skus.csv", skus),
        ("seatcast.toml", format!("{still}{settings}")),
    ];
    if !rates.is_empty() {
        files.push(("rates.toml", rates.to_owned()));
    }
    let file = |(name, text): (&str, String)| SourceFile { name: name.to_owned(), bytes: text.into_bytes() };
    let options = Options::default();
    let tables = ingest::tables(files.into_iter().map(file).collect(), &options);
    let read = ingest::baseline(&tables, &options);
    read.value.unwrap_or_else(|| panic!("{:?} {:?}", read.diagnostics, tables.reports))
}

#[test]
fn requests_join_demand_the_waitlist_and_the_bridge() {
    let baseline = tenant("[sku.B]\nrequests = \"5/month\"\n[sku.A]\nrequests = \"1.5..2.5%/month\"\n", "");
    let settings = Settings::new(baseline.today, 12, 300, 3).unwrap();
    let forecast = simulate::run(&baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
    let of = |name: &str| forecast.skus.iter().find(|sku| sku.sku_part_number == name).unwrap();
    let (a, b) = (of("A"), of("B"));
    let last = b.points.last().unwrap();
    // Sixty requests in a year, by Poisson's luck; twenty are served.
    assert!((56..=64).contains(&last.demand.p50), "{last:?}");
    assert!((36..=44).contains(&last.waiting.p50), "{last:?}");
    // Nothing else moves B, and the bridge has a step of its own for those who ask.
    assert!((b.bridge.requested_tenths - 600).abs() < 25 && b.bridge.closing_tenths == b.bridge.requested_tenths);
    assert_eq!((b.bridge.moved_in_tenths, b.bridge.changes_tenths), (0, 0));
    for bridge in forecast.skus.iter().map(|sku| sku.bridge) {
        let parts = bridge.opening_tenths + bridge.joiners_tenths + bridge.requested_tenths + bridge.moved_in_tenths
            - bridge.moved_out_tenths
            - bridge.leavers_tenths
            + bridge.changes_tenths;
        assert_eq!(parts, bridge.closing_tenths);
    }
    // A share is one of all members; who has it by the group does not ask.
    let last = a.points.last().unwrap();
    assert!((82..=94).contains(&last.demand.p50), "{last:?}");
    assert!(last.demand.p90 - last.demand.p10 > 12, "the range is part of the band: {last:?}");
    let stated = |name: &str| forecast.assumptions.iter().find(|one| one.name == name).map(|one| one.value.as_str());
    assert_eq!(stated("sku.B.requests"), Some("5/month"));
    assert!(forecast.certainty.drivers.iter().any(|driver| driver.input == "sku.A.requests"));
}

#[test]
fn nobody_asks_who_has_it_or_is_gone() {
    let baseline = tenant("deletion-lag-days = 5\n[sku.A]\nrequests = \"9/month\"\n", "");
    let leavers = seatcast::scenario::Rate::parse("20%/month").unwrap();
    let assumptions = seatcast::scenario::Assumptions { leavers, ..baseline.assumptions.clone() };
    let baseline = Baseline { assumptions, ..baseline };
    let settings = Settings::new(baseline.today, 12, 4, 3).unwrap();
    for replication in 0..4 {
        let observed =
            simulate::observe(&baseline, seatcast::catalog::Catalog::embedded(), &settings, replication).value.unwrap();
        let mut gone = std::collections::BTreeMap::new();
        for event in &observed.population.events {
            match event.happening {
                Happening::Disable { slot } => drop(gone.insert(slot, event.day)),
                Happening::Request { by, .. } => {
                    let asked = &observed.population.asked[by as usize];
                    assert!(asked.iter().all(|slot| !gone.contains_key(slot)), "{event:?}");
                }
                _ => {}
            }
        }
        assert!(gone.len() > 100);
    }
}

#[test]
fn learned_requests_are_taken_over_unless_given_by_hand() {
    let rates = "[sku.B]\nrequests = \"p10 0.1, p50 0.2, p90 0.4 %/month\"\n[sku.GONE]\nrequests = \"1/month\"\n";
    let rate = |baseline: &Baseline| {
        let mut asked = baseline.assumptions.requests();
        let (_, name, rate) = asked.next().unwrap();
        assert!(asked.next().is_none());
        (name, rate.to_string())
    };
    let learned = rate(&tenant("", rates));
    assert_eq!(learned, ("sku.B.requests".to_owned(), "p10 0.1, p50 0.2, p90 0.4 %/month".to_owned()));
    let given = rate(&tenant("[sku.B]\nrequests = \"3/month\"\n", rates));
    assert_eq!(given.1, "3/month");
}
