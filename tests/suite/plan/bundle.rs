//! The cheapest mix against every mix, and nobody loses a plan.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use seatcast::catalog::{Catalog, SkuId};
use seatcast::directory::{SkuIndex, UserIndex};
use seatcast::forecast::{Bundle, BundleBasis, BundleKeptReason};
use seatcast::ingest;
use seatcast::licensing::Policy;
use seatcast::money::Currency;
use seatcast::plan::bundle::{BundleOptions, Candidate, Fit, Ladders, Need, Unbundled, bundle, cheapest_cover};
use seatcast::scenario::Baseline;
use seatcast::simulate;
use seatcast::supply::{Price, PriceBook};

use super::promise::BASELINE;

fn made(baseline: &Baseline, options: &BundleOptions) -> Result<Bundle, Unbundled> {
    let today = simulate::today(baseline, Catalog::embedded()).value.unwrap();
    bundle(baseline, &today, Catalog::embedded(), options)
}

fn entitled() -> BundleOptions {
    BundleOptions { basis: BundleBasis::Entitled, spared: Vec::new() }
}

/// The baseline with one price a SKU, by part number, in force today.
fn priced(prices: &[(&str, i64)], currency: &str) -> Baseline {
    let price = |(part, minor): &(&str, i64)| Price {
        sku_id: Catalog::embedded().find(part).first().unwrap().sku_id.clone(),
        list_minor: Some(*minor),
        contracted_minor: None,
        currency: Currency::parse(currency).unwrap(),
        valid_from: BASELINE.today,
    };
    Baseline { prices: PriceBook::new(prices.iter().map(price).collect()), ..BASELINE.clone() }
}

const SUITES: &[(&str, i64)] = &[
    ("SPE_E3", 3900),
    ("SPE_E5", 6000),
    ("SPE_F1", 1000),
    ("EMSPREMIUM", 1800),
    ("MCOEV", 1000),
    ("AAD_PREMIUM", 700),
    ("AAD_PREMIUM_P2", 1000),
    ("POWER_BI_PRO", 1400),
    ("Microsoft_365_Copilot", 3000),
    ("VISIOCLIENT", 1500),
    ("PROJECTPROFESSIONAL", 3000),
];

/// The names of all plans of some SKUs.
fn plans_of_skus(skus: &BTreeSet<SkuId>) -> BTreeSet<String> {
    let skus = skus.iter().filter_map(|sku| Catalog::embedded().sku(sku));
    skus.flat_map(|sku| &sku.service_plans).map(|plan| plan.name.to_string()).collect()
}

/// What each user has or waits for.
fn held(baseline: &Baseline) -> BTreeMap<String, BTreeSet<SkuId>> {
    let today = simulate::today(baseline, Catalog::embedded()).value.unwrap();
    let users = &baseline.snapshot.users;
    let skus = |user: UserIndex| today.ledger.paths(user.0).iter().map(|path| sku_id(baseline, path.sku)).collect();
    users.indexes().map(|user| (users.id(user).to_owned(), skus(user))).collect()
}

fn sku_id(baseline: &Baseline, sku: SkuIndex) -> SkuId {
    baseline.snapshot.sku(sku).sku_id.clone()
}

/// The plan rules by hand: of calling plans one, calling plans need Phone System, Office for the web needs SharePoint.
const CALLING: [&str; 3] = ["MCOPSTN1", "MCOPSTN2", "MCOPSTN5"];

/// Why a mix cannot be assigned, looked at user by user and plan by plan. `on` are the plans of each SKU of the mix, and whether the
/// user has it today.
fn misfit(on: &[(BTreeSet<String>, bool)], lacking_today: &dyn Fn(&str) -> bool) -> bool {
    let has = |plan: &str| on.iter().any(|(plans, _)| plans.contains(plan));
    let calling =
        |plans: &BTreeSet<String>| CALLING.into_iter().filter(|plan| plans.contains(*plan)).collect::<Vec<_>>();
    for (at, (plans, held)) in on.iter().enumerate() {
        for (theirs, theirs_held) in &on[at + 1..] {
            let clash = calling(plans).iter().any(|one| calling(theirs).iter().any(|other| one != other));
            if clash && !(*held && *theirs_held) {
                return true;
            }
        }
        let phone = calling(plans).is_empty() || has("MCOEV") || *held && lacking_today("MCOEV");
        let sharepoint = [
            "SHAREPOINTENTERPRISE",
            "SHAREPOINTDESKLESS",
            "SHAREPOINTSTANDARD",
            "ONEDRIVEENTERPRISE",
            "ONEDRIVESTANDARD",
            "ONEDRIVE_BASIC",
            "ONEDRIVE_BASIC_P2",
        ];
        let without_files = plans.contains("SHAREPOINTWAC")
            && !sharepoint.into_iter().any(has)
            && !(*held && sharepoint.into_iter().all(lacking_today));
        if !phone || without_files {
            return true;
        }
    }
    false
}

/// The least cost of any set of candidates that holds every plan wanted and can be assigned.
fn every_mix(need: &Need, candidates: &[Candidate], ladders: &Ladders) -> Option<i64> {
    let brings = |at: usize| match need.held.contains(&at) {
        true => candidates[at].plans.intersection(&need.on).cloned().collect(),
        false => candidates[at].plans.clone(),
    };
    let chosen = |mask: u32| (0..candidates.len()).filter(move |at| mask >> at & 1 == 1);
    let covers = |plan: &String| -> u32 {
        let holders =
            candidates.iter().enumerate().filter(|(_, one)| one.plans.iter().any(|given| ladders.covers(given, plan)));
        holders.map(|(at, _)| 1 << at).sum()
    };
    let holders: Vec<u32> = need.wanted.iter().map(covers).collect();
    let fits = |mask: u32| {
        let mut on: Vec<(BTreeSet<String>, bool)> =
            chosen(mask).map(|at| (brings(at), need.held.contains(&at))).collect();
        // What stays is held.
        on.push((need.given.clone(), true));
        !misfit(&on, &|plan| !need.on.contains(plan))
    };
    let cost = |mask: u32| -> i64 { chosen(mask).map(|at| candidates[at].price).sum() };
    let masks = (0..1u32 << candidates.len()).filter(|mask| holders.iter().all(|some| some & mask != 0));
    masks.filter(|mask| fits(*mask)).map(cost).min()
}

const PLANS: &[&str] = &[
    "EXCHANGE_S_DESKLESS",
    "EXCHANGE_S_STANDARD",
    "EXCHANGE_S_ENTERPRISE",
    "AAD_PREMIUM",
    "MCOEV",
    "MCOPSTN1",
    "MCOPSTN2",
    "MCOPSTN5",
    "SHAREPOINTWAC",
    "SHAREPOINTENTERPRISE",
    "SHAREPOINTDESKLESS",
    "SWAY",
];

fn fit() -> Fit {
    Fit::of_policy(Catalog::embedded(), &Policy::default())
}

fn named(plans: BTreeSet<&str>) -> BTreeSet<String> {
    plans.into_iter().map(str::to_owned).collect()
}

fn some_plans(most: usize) -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set(prop::sample::select(PLANS), 0..most).prop_map(named)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_set_of_skus_that_can_be_assigned_is_cheaper_than_the_cover(
        wanted in some_plans(6),
        candidates in prop::collection::vec((1i64..60, some_plans(5)), 0..8),
        held in prop::collection::btree_set(0usize..8, 0..4),
        off in some_plans(2),
        given in some_plans(3),
    ) {
        let (ladders, fit) = (Ladders::embedded(), fit());
        let candidates: Vec<Candidate> =
            candidates.into_iter().map(|(price, plans)| Candidate { price, plans }).collect();
        let held: BTreeSet<usize> = held.into_iter().filter(|at| *at < candidates.len()).collect();
        let mut on: BTreeSet<String> = held.iter().flat_map(|at| candidates[*at].plans.difference(&off).cloned()).collect();
        on.extend(given.iter().cloned());
        let need = Need { wanted, held, on, given };
        let best = every_mix(&need, &candidates, &ladders);
        let found = cheapest_cover(&need, &candidates, &ladders, &fit).ok();
        prop_assert_eq!(best, found.as_ref().map(|(chosen, _)| chosen.iter().map(|at| candidates[*at].price).sum()), "{:?}", found);
        let Some((chosen, bound)) = found else { return Ok(()) };
        prop_assert_eq!(Some(bound), best);
        for plan in &need.wanted {
            let has = |at: &usize| candidates[*at].plans.iter().any(|given| ladders.covers(given, plan));
            prop_assert!(chosen.iter().any(has), "{plan} is lost");
        }
    }
}

/// A user in a group that gives the whole mix, played to the licensing engine: every path has to be active.
fn assignable(skus: &[String]) -> bool {
    let catalog = Catalog::embedded();
    let mut lines = String::new();
    let mut told = |line: serde_json::Value| lines.push_str(&format!("{line}\n"));
    for rule in seatcast::licensing::embedded_plan_rules() {
        use seatcast::licensing::PlanRuleStatus::{Directory, Hard};
        let family = rule.family.clone();
        match rule.status {
            Hard if rule.plan == "MCOPSTN1" || rule.plan == "INTUNE_A" || rule.plan == "YAMMER_ENTERPRISE" => {
                let plans: Vec<String> = seatcast::licensing::embedded_plan_rules()
                    .into_iter()
                    .filter(|other| other.family == family && other.status == Hard)
                    .map(|other| other.plan)
                    .collect();
                told(serde_json::json!({ "day": 0, "do": "exclusion", "plans": plans }));
            }
            Directory => {
                let needs: Vec<&str> = rule.needs_one_of.split(';').collect();
                told(serde_json::json!({ "day": 0, "do": "dependency", "plan": rule.plan, "needs": needs }));
            }
            _ => {}
        }
    }
    for part in skus {
        let plans: Vec<&str> = catalog.find(part)[0].service_plans.iter().map(|plan| &*plan.name).collect();
        told(serde_json::json!({ "day": 0, "do": "sku", "sku": part, "plans": plans }));
        told(
            serde_json::json!({ "day": 0, "do": "subscription", "id": part, "sku": part, "quantity": 5, "termEnd": null, "renew": true }),
        );
    }
    let licenses: Vec<_> = skus.iter().map(|part| serde_json::json!({ "sku": part, "disabledPlans": [] })).collect();
    told(
        serde_json::json!({ "day": 0, "do": "user", "user": "u", "usageLocation": "US", "userType": "Member", "accountEnabled": true }),
    );
    told(serde_json::json!({ "day": 0, "do": "group", "group": "g", "licenses": licenses }));
    told(serde_json::json!({ "day": 1, "do": "member-add", "group": "g", "users": ["u"] }));
    let origin = seatcast::diagnostic::Origin::file("mix");
    let events = seatcast::licensing::replay::read(&lines, &origin);
    assert!(!events.has_errors(), "{:?}", events.diagnostics);
    let played = seatcast::licensing::replay::run(&events.value).value;
    played.days.last().is_some_and(|day| day.paths.is_empty())
}

/// SKUs for small tenants: suites, parts of them, and add-ons that exclude or need each other.
const MARKET: &[&str] = &[
    "SPE_E3",
    "SPE_E5",
    "SPE_F1",
    "STANDARDPACK",
    "EXCHANGESTANDARD",
    "SHAREPOINTSTANDARD",
    "MCOEV",
    "MCOPSTN1",
    "MCOPSTN2",
    "AAD_PREMIUM",
];

/// A handful of users with direct licences, and prices for the whole market.
fn small(held: &[BTreeSet<usize>], prices: &[i64]) -> Baseline {
    let mut users = "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,assignedLicenses,licenseAssignmentPaths\n".to_owned();
    let id = |at: usize| Catalog::embedded().find(MARKET[at])[0].sku_id.to_string();
    for (user, skus) in held.iter().enumerate() {
        let ids: Vec<String> = skus.iter().map(|at| id(*at)).collect();
        let paths: Vec<String> = ids.iter().map(|id| format!("{id}=direct")).collect();
        users.push_str(&format!(
            "00000000-0000-0000-0000-{user:012},u{user}@x.example,User {user},true,Member,US,{},{}\n",
            ids.join(";"),
            paths.join(";")
        ));
    }
    let mut skus = "skuId,skuPartNumber,appliesTo,enabled,warning,suspended,lockedOut,consumedUnits\n".to_owned();
    let mut list = "skuPartNumber,listPrice,currency,validFrom\n".to_owned();
    for (at, part) in MARKET.iter().enumerate() {
        let consumed = held.iter().filter(|skus| skus.contains(&at)).count();
        skus.push_str(&format!("{},{part},User,50,0,0,0,{consumed}\n", id(at)));
        list.push_str(&format!("{part},{}.00,USD,2026-01-01\n", prices[at]));
    }
    let file = |name: &str, text: String| ingest::SourceFile { name: name.to_owned(), bytes: text.into_bytes() };
    let files = vec![file("users.csv", users), file("skus.csv", skus), file("prices.csv", list)];
    let clock = chrono::NaiveDate::from_ymd_opt(2026, 11, 20);
    let options = ingest::Options { clock, tenant: "small".to_owned(), ..ingest::Options::default() };
    let read = ingest::baseline(&ingest::tables(files, &options), &options);
    let findings = format!("{:?}", read.diagnostics);
    read.value.unwrap_or_else(|| panic!("{findings}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// On small tenants nothing cheaper can be assigned, and every mix that is proposed is taken by the licensing engine.
    #[test]
    fn every_proposed_mix_is_assigned_and_costs_what_trying_them_all_costs(
        held in prop::collection::vec(prop::collection::btree_set(0..MARKET.len(), 1..4), 1..4),
        prices in prop::collection::vec(1i64..40, MARKET.len()),
    ) {
        let baseline = small(&held, &prices);
        let made = made(&baseline, &entitled()).unwrap();
        let ladders = Ladders::embedded();
        // In order of ids, as the mix numbers them.
        let mut order: Vec<usize> = (0..MARKET.len()).collect();
        order.sort_by_key(|at| Catalog::embedded().find(MARKET[*at])[0].sku_id.clone());
        let plans_of = |at: usize| -> BTreeSet<String> {
            Catalog::embedded().find(MARKET[at])[0].service_plans.iter().map(|plan| plan.name.to_string()).collect()
        };
        let candidates: Vec<Candidate> =
            order.iter().map(|at| Candidate { price: prices[*at] * 100, plans: plans_of(*at) }).collect();
        let mut least = 0;
        for skus in &held {
            let on: BTreeSet<String> = skus.iter().flat_map(|at| plans_of(*at)).collect();
            let wanted = on.iter().filter(|plan| !ladders.is_technical(plan)).cloned().collect();
            let positions = (0..order.len()).filter(|at| skus.contains(&order[*at])).collect();
            let need = Need { wanted, held: positions, on, given: BTreeSet::new() };
            let now: i64 = need.held.iter().map(|at| candidates[*at].price).sum();
            least += every_mix(&need, &candidates, &ladders).map_or(now, |cost| cost.min(now));
        }
        prop_assert_eq!(made.cost_then.minor, least);
        for one in &made.moves {
            for user in &one.users {
                let number: usize = user[24..].parse().unwrap();
                let mut mix: Vec<String> = held[number].iter().map(|at| MARKET[*at].to_owned()).collect();
                let before = assignable(&mix);
                mix.retain(|part| !one.gives_up.contains(part));
                mix.extend(one.gets.iter().cloned());
                prop_assert!(assignable(&mix) || !before, "{mix:?}");
            }
        }
    }
}

#[test]
fn nobody_who_moves_loses_a_plan_and_every_move_saves() {
    let baseline = priced(SUITES, "USD");
    let ladders = Ladders::embedded();
    let made = made(&baseline, &entitled()).unwrap();
    assert!(!made.moves.is_empty(), "at list prices something can be saved");
    assert_eq!(made.bound, made.cost_then);
    let held = held(&baseline);
    let ids = |parts: &[String]| {
        parts.iter().map(|part| Catalog::embedded().find(part)[0].sku_id.clone()).collect::<Vec<_>>()
    };
    let mut saved = 0;
    for one in &made.moves {
        assert!(one.saves.minor > 0, "{one:?}");
        saved += one.saves.minor * one.users.len() as i64;
        for user in &one.users {
            let before = plans_of_skus(&held[user].iter().cloned().collect());
            let mut after: BTreeSet<SkuId> = held[user].clone();
            ids(&one.gives_up).iter().for_each(|sku| assert!(after.remove(sku), "{user} has it"));
            after.extend(ids(&one.gets));
            let after = plans_of_skus(&after);
            for plan in before.iter().filter(|plan| !ladders.is_technical(plan)) {
                // What a group turns off need not be kept.
                let kept = after.iter().any(|given| ladders.covers(given, plan));
                let off = baseline.snapshot.groups.iter().any(|group| {
                    group.licenses.iter().any(|license| license.disabled_plans.iter().any(|off| **off == **plan))
                });
                assert!(kept || off, "{user} loses {plan}: {one:?}");
            }
        }
    }
    assert_eq!(made.cost_now.minor - made.cost_then.minor, saved);
    let seats = |of: fn(&seatcast::forecast::BundleSku) -> u32| -> i64 {
        made.skus.iter().map(|sku| sku.price.minor * i64::from(of(sku))).sum()
    };
    assert_eq!(seats(|sku| sku.seats_now), made.cost_now.minor);
    assert_eq!(seats(|sku| sku.seats_then), made.cost_then.minor);
}

#[test]
fn a_suite_replaces_what_it_holds_when_it_is_cheap_enough() {
    // E5 for less than E3: everybody with E3 moves up, and nobody needs what E5 holds besides.
    let mut prices = SUITES.to_vec();
    prices[1].1 = 3800;
    let made = made(&priced(&prices, "USD"), &entitled()).unwrap();
    let seats = |part: &str| made.skus.iter().find(|sku| sku.sku_part_number == part).unwrap();
    assert_eq!(seats("SPE_E3").seats_then, 0);
    assert!(seats("SPE_E3").seats_now > 0 && seats("SPE_E5").seats_then >= seats("SPE_E3").seats_now);
}

#[test]
fn a_sku_without_a_price_is_said_and_never_free() {
    let without: Vec<(&str, i64)> = SUITES.iter().copied().filter(|(part, _)| *part != "SPE_E5").collect();
    let made = made(&priced(&without, "USD"), &entitled()).unwrap();
    let kept = made.kept.iter().find(|sku| sku.sku_part_number == "SPE_E5").unwrap();
    assert_eq!(kept.reason, BundleKeptReason::NoPrice);
    assert!(kept.seats > 0);
    let names = |list: &[String]| list.iter().any(|part| part == "SPE_E5");
    assert!(made.moves.iter().all(|one| !names(&one.gets) && !names(&one.gives_up)));
    assert!(made.skus.iter().all(|sku| sku.sku_part_number != "SPE_E5"));
}

#[test]
fn a_mix_needs_prices_in_one_currency_and_plans_that_exist() {
    assert_eq!(made(&priced(&[], "USD"), &entitled()), Err(Unbundled::NoPrice));
    let mut mixed = priced(&SUITES[..1], "USD").prices.prices().to_vec();
    mixed.extend(priced(&SUITES[1..2], "EUR").prices.prices().iter().cloned());
    let mixed = Baseline { prices: PriceBook::new(mixed), ..BASELINE.clone() };
    assert_eq!(made(&mixed, &entitled()), Err(Unbundled::Currencies("EUR, USD".to_owned())));
    let spared = BundleOptions { spared: vec!["TEAMS2".to_owned()], ..entitled() };
    let Err(Unbundled::UnknownPlan { plan, .. }) = made(&priced(SUITES, "USD"), &spared) else { panic!("refused") };
    assert_eq!(plan, "TEAMS2");
}

#[test]
fn plans_that_nobody_has_to_keep_make_the_mix_cheaper() {
    let baseline = priced(SUITES, "USD");
    let all = made(&baseline, &entitled()).unwrap();
    // Whoever needs Phone System from its own SKU only for that plan gives it up.
    let spared = made(&baseline, &BundleOptions { spared: vec!["mcoev".to_owned()], ..entitled() }).unwrap();
    assert_eq!(spared.spared, ["MCOEV"]);
    assert!(spared.cost_then.minor < all.cost_then.minor);
    let in_use = made(&baseline, &BundleOptions { basis: BundleBasis::InUse, ..entitled() }).unwrap();
    assert!(in_use.cost_then.minor <= all.cost_then.minor);
}

#[test]
fn plans_of_services_that_a_report_says_are_not_used_are_let_go() {
    let id = |n: u32| format!("00000000-0000-0000-0000-{n:012}");
    let sku = |part: &str| Catalog::embedded().find(part)[0].sku_id.to_string();
    let mut users = "id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,assignedLicenses,licenseAssignmentPaths\n".to_owned();
    for n in 1..=3 {
        let exchange = sku("EXCHANGESTANDARD");
        users.push_str(&format!("{},u{n}@x.example,User {n},true,Member,US,{exchange},{exchange}=direct\n", id(n)));
    }
    // The first reads mail, the second has never, the third is in no report.
    let usage = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Has Exchange License,Exchange Last Activity Date,Teams Last Activity Date,Assigned Products\n\
                 2026-11-18,u1@x.example,User 1,False,True,2026-11-10,,EXCHANGE ONLINE (PLAN 1)\n\
                 2026-11-18,u2@x.example,User 2,False,True,,2026-11-17,EXCHANGE ONLINE (PLAN 1)\n";
    let prices = "skuPartNumber,listPrice,currency,validFrom\nEXCHANGESTANDARD,4.00,USD,2026-01-01\n";
    let skus = format!(
        "skuId,skuPartNumber,appliesTo,enabled,warning,suspended,lockedOut,consumedUnits\n{},EXCHANGESTANDARD,User,5,0,0,0,3\n",
        sku("EXCHANGESTANDARD")
    );
    let file = |name: &str, text: &str| ingest::SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    let files =
        vec![file("users.csv", &users), file("usage.csv", usage), file("skus.csv", &skus), file("prices.csv", prices)];
    let clock = chrono::NaiveDate::from_ymd_opt(2026, 11, 20);
    let options = ingest::Options { clock, tenant: "small".to_owned(), ..ingest::Options::default() };
    let read = ingest::baseline(&ingest::tables(files, &options), &options);
    let baseline = read.value.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
    let movers = |basis: BundleBasis| {
        // What the SKU holds besides would keep it.
        let plans = &Catalog::embedded().find("EXCHANGESTANDARD")[0].service_plans;
        let besides = plans.iter().map(|plan| plan.name.to_string()).filter(|plan| plan != "EXCHANGE_S_STANDARD");
        let made = made(&baseline, &BundleOptions { basis, spared: besides.collect() }).unwrap();
        let users: Vec<String> = made.moves.iter().flat_map(|one| one.users.clone()).collect();
        (users, made.unused)
    };
    assert_eq!(movers(BundleBasis::InUse), (Vec::new(), 0), "each of them signs in somewhere");
    assert_eq!(movers(BundleBasis::UsedServices), (vec![id(2)], 1));
}
