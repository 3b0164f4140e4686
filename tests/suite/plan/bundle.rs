//! The cheapest mix against every mix, and nobody loses a plan.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use seatcast::catalog::{Catalog, SkuId};
use seatcast::directory::{SkuIndex, UserIndex};
use seatcast::forecast::{Bundle, BundleBasis, BundleKeptReason};
use seatcast::money::Currency;
use seatcast::plan::bundle::{BundleOptions, Candidate, Ladders, Unbundled, bundle, cheapest_cover};
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

/// The least cost of any set of candidates that holds every plan of `wanted`.
fn every_mix(wanted: &BTreeSet<String>, candidates: &[Candidate], ladders: &Ladders) -> Option<i64> {
    let holds = |mask: u32, plan: &String| {
        let chosen = candidates.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
        chosen.into_iter().any(|(_, one)| one.plans.iter().any(|given| ladders.covers(given, plan)))
    };
    let cost = |mask: u32| -> i64 {
        candidates.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, one)| one.price).sum()
    };
    (0..1u32 << candidates.len()).filter(|mask| wanted.iter().all(|plan| holds(*mask, plan))).map(cost).min()
}

const PLANS: &[&str] = &[
    "EXCHANGE_S_DESKLESS",
    "EXCHANGE_S_STANDARD",
    "EXCHANGE_S_ENTERPRISE",
    "AAD_PREMIUM",
    "AAD_PREMIUM_P2",
    "MCOEV",
    "TEAMS1",
    "SWAY",
];

proptest! {
    #[test]
    fn no_set_of_skus_is_cheaper_than_the_cover(
        wanted in prop::collection::btree_set(prop::sample::select(PLANS), 0..6),
        candidates in prop::collection::vec((1i64..60, prop::collection::btree_set(prop::sample::select(PLANS), 0..5)), 0..8),
        held in prop::collection::btree_set(0usize..8, 0..4),
    ) {
        let ladders = Ladders::embedded();
        let wanted: BTreeSet<String> = wanted.into_iter().map(str::to_owned).collect();
        let candidates: Vec<Candidate> = candidates
            .into_iter()
            .map(|(price, plans)| Candidate { price, plans: plans.into_iter().map(str::to_owned).collect() })
            .collect();
        let best = every_mix(&wanted, &candidates, &ladders);
        let found = cheapest_cover(&wanted, &candidates, &held, &ladders).ok();
        prop_assert_eq!(best.is_some(), found.is_some());
        let Some((chosen, bound)) = found else { return Ok(()) };
        let cost: i64 = chosen.iter().map(|at| candidates[*at].price).sum();
        prop_assert_eq!(Some(cost), best);
        prop_assert_eq!(bound, cost);
        for plan in &wanted {
            let has = |at: &usize| candidates[*at].plans.iter().any(|given| ladders.covers(given, plan));
            prop_assert!(chosen.iter().any(has), "{plan} is lost");
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
