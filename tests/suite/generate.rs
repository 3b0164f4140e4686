//! The generator: the same bytes for the same seed, and tenants that hang together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use seatcast::catalog::Catalog;
use seatcast::generate::{self, DAY, Options};
use seatcast::scenario::Baseline;
use seatcast::{ingest, licensing};

fn files(options: &Options) -> BTreeMap<String, Vec<u8>> {
    generate::tenant(options).into_iter().collect()
}

fn rows(bytes: &[u8]) -> Vec<HashMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(|row| row.unwrap()).collect()
}

fn split(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').filter(|part| !part.is_empty())
}

#[test]
fn the_demo_folder_is_what_the_generator_makes() {
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
    for (name, bytes) in generate::tenant(&Options::new(2000, 1)) {
        let kept = std::fs::read(demo.join(&name)).unwrap();
        assert!(kept == bytes, "data/demo/{name} differs: run `seatcast generate --out data/demo`");
    }
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let options = Options { groups: 90, dynamic: 50, licensed: 30, skus: 20, ..Options::new(5000, 7) };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| generate::tenant(&options))
    };
    assert!(on(1) == on(5));
}

#[test]
fn another_seed_is_another_tenant() {
    assert_ne!(files(&Options::new(30, 1))["users.csv"], files(&Options::new(30, 2))["users.csv"]);
}

#[test]
fn keys_are_unique_and_references_exist() {
    for users in [1, 3, 40, 6000] {
        let files = files(&Options { groups: 120, dynamic: 60, ..Options::new(users, 11) });
        let people = rows(&files["users.csv"]);
        assert_eq!(people.len(), users as usize);
        let ids: BTreeSet<&str> = people.iter().map(|user| user["id"].as_str()).collect();
        let names: BTreeSet<String> = people.iter().map(|user| user["userPrincipalName"].to_lowercase()).collect();
        assert_eq!((ids.len(), names.len()), (people.len(), people.len()));
        for user in &people {
            assert!(user["manager"].is_empty() || names.contains(&user["manager"]), "{user:?}");
        }
        let groups = rows(&files["groups.csv"]);
        let group_ids: BTreeSet<&str> = groups.iter().map(|group| group["id"].as_str()).collect();
        assert_eq!(group_ids.len(), 120);
        assert_eq!(groups.iter().filter(|group| group["membershipKind"] == "Dynamic").count(), 60);
        for row in rows(&files["memberships.csv"]) {
            let known = if row["memberType"] == "group" { &group_ids } else { &ids };
            assert!(group_ids.contains(&*row["groupId"]) && known.contains(&*row["memberId"]), "{row:?}");
        }
    }
}

/// Seats, counters, lots and memberships say the same, and nobody waits while a seat is free.
#[test]
fn seats_are_where_group_licensing_puts_them() {
    for (users, groups) in [(900, 40), (2000, 40), (3000, 150)] {
        let files = files(&Options { groups, licensed: groups / 3, skus: 18, ..Options::new(users, 5) });
        let people = rows(&files["users.csv"]);
        let mut holders: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        let mut paths = BTreeSet::new();
        for user in &people {
            for sku in split(&user["assignedLicenses"]) {
                assert!(holders.entry(sku).or_default().insert(&user["id"]), "{sku} twice on one user");
            }
            paths.extend(split(&user["licenseAssignmentPaths"]).map(|path| (user["id"].as_str(), path)));
        }
        let skus = rows(&files["skus.csv"]);
        let capacity = |sku: &HashMap<String, String>| {
            sku["enabled"].parse::<usize>().unwrap() + sku["warning"].parse::<usize>().unwrap()
        };
        let held = |sku: &str, user: &str| holders.get(sku).is_some_and(|users| users.contains(user));
        let mut free = HashMap::new();
        let mut lots: HashMap<String, usize> = HashMap::new();
        for lot in rows(&files["subscriptions.csv"]) {
            *lots.entry(lot["skuId"].clone()).or_default() += lot["quantity"].parse::<usize>().unwrap();
        }
        for sku in &skus {
            let count = holders.get(&*sku["skuId"]).map_or(0, BTreeSet::len);
            assert_eq!(sku["consumedUnits"], count.to_string(), "{}", sku["skuPartNumber"]);
            assert!(count <= capacity(sku));
            free.insert(sku["skuId"].clone(), capacity(sku) - count);
            let free_sku = sku["skuPartNumber"] == "FLOW_FREE";
            assert!(free_sku || lots[&sku["skuId"]] == capacity(sku), "{}", sku["skuPartNumber"]);
        }
        let mut members: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows(&files["memberships.csv"]).into_iter().filter(|row| row["memberType"] == "user") {
            members.entry(row["groupId"].clone()).or_default().push(row["memberId"].clone());
        }
        let mut waiting = 0;
        for group in rows(&files["groups.csv"]).iter().filter(|group| !group["assignedLicenses"].is_empty()) {
            assert_eq!(group["securityEnabled"], "true", "{}", group["displayName"]);
            let licenses: Vec<&str> = split(&group["assignedLicenses"]).collect();
            for user in members.get(&group["id"]).into_iter().flatten() {
                let active =
                    |sku: &&str| paths.contains(&(user.as_str(), format!("{sku}=group:{}", group["id"]).as_str()));
                let given = licenses.iter().filter(|sku| active(sku)).count();
                assert!(given == 0 || given == licenses.len(), "all or nothing");
                if given == 0 {
                    waiting += 1;
                    let blocked = licenses.iter().any(|sku| !held(sku, user) && free[*sku] == 0);
                    assert!(blocked, "{user} waits for {} though there are seats", group["displayName"]);
                }
            }
        }
        assert!(waiting > 0, "one SKU is short");
        let short = |sku: &&HashMap<String, String>| free[&sku["skuId"]] == 0;
        let names: Vec<&str> = skus.iter().filter(short).map(|sku| sku["skuPartNumber"].as_str()).collect();
        assert_eq!(names, ["POWER_BI_PRO"]);
    }
}

/// The tenant as the program reads it; there must be nothing to say about its files.
fn read(options: &Options) -> Baseline {
    let files = generate::tenant(options).into_iter();
    let files = files.map(|(name, bytes)| ingest::SourceFile { name, bytes }).collect();
    let reading = ingest::Options { tenant: "generated".to_owned(), ..ingest::Options::default() };
    let tables = ingest::tables(files, &reading);
    for report in &tables.reports {
        assert!(!report.refused && report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    }
    let baseline = ingest::baseline(&tables, &reading);
    assert!(baseline.diagnostics.is_empty(), "{:?}", baseline.diagnostics);
    baseline.value.unwrap()
}

#[test]
fn dynamic_groups_hold_who_their_rules_give() {
    for (users, groups, dynamic) in [(2000, 40, 20), (500, 700, 600)] {
        let baseline = read(&Options { groups, dynamic, ..Options::new(users, 1) });
        assert_eq!(baseline.today, DAY);
        for hour in [0, 23] {
            let now = DAY.and_hms_opt(hour, 30, 0).unwrap().and_utc();
            let resolved = licensing::resolve(&baseline.snapshot, now);
            assert!(resolved.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", resolved.diagnostics);
            let paused = |kept: &licensing::KeptGroup| kept.reason == licensing::KeptReason::Paused;
            assert!(resolved.value.kept().iter().all(paused), "{:?}", resolved.value.kept());
            assert_eq!(resolved.value.rules().len() + resolved.value.kept().len(), dynamic as usize);
            for rule in resolved.value.rules() {
                let group = baseline.snapshot.group(rule.group);
                assert_eq!(resolved.value.members(rule.group), group.members, "{}", group.display_name);
            }
        }
    }
}

#[test]
fn exported_seats_are_the_engines_own() {
    let baseline = read(&Options::new(2000, 1));
    let (snapshot, catalog) = (&baseline.snapshot, Catalog::embedded());
    let memberships = licensing::resolve(snapshot, DAY.and_time(chrono::NaiveTime::MIN).and_utc()).value;
    let units: Vec<_> = baseline.supplies.iter().map(|supply| supply.units_on(DAY)).collect();
    let today = licensing::today(snapshot, memberships, &baseline.policy, &units, catalog);
    assert!(today.diagnostics.is_empty(), "{:?}", today.diagnostics);
    for index in snapshot.sku_indexes() {
        let sku = snapshot.sku(index);
        let ledger = &today.value.ledger;
        assert_eq!(Some(units[index.get()]), sku.prepaid, "{}", sku.sku_part_number);
        assert_eq!(Some(ledger.assigned(index)), sku.consumed, "{}", sku.sku_part_number);
        assert_eq!(ledger.waiting(index) > 0, &*sku.sku_part_number == "POWER_BI_PRO", "{}", sku.sku_part_number);
    }
}
