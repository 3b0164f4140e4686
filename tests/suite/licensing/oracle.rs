//! The engine agrees with the naive one on random histories: every path, count and queue after every tick.

use proptest::prelude::*;
use seatcast::directory::SkuIndex;
use seatcast::licensing::{Country, Ledger, PlanRules, Rank, Reprocess, SeatPolicy, Seeker, SkuTerms, Source};

use super::naive::Naive;
use super::worlds::{Change, GROUPS, SKUS, USERS, World, apply, history, open_world, world};

pub fn apply_naive(naive: &mut Naive, day: u32, change: &Change) -> bool {
    match change {
        Change::Groups(user, groups) => naive.set_bundles(*user, groups),
        Change::DirectAssign(user, sku) => return naive.direct_assign(*user, *sku).is_ok(),
        Change::DirectRemove(user, sku) => return naive.direct_remove(*user, *sku),
        Change::Delete(user, admin_center) => naive.delete(*user, day, *admin_center),
        Change::Restore(user) => return naive.restore(*user, day),
        Change::Licenses(group, licenses) => naive.replace_bundle(*group, licenses),
        Change::Capacity(sku, units) => naive.set_capacity(*sku, *units),
        Change::Location(user, place) => naive.set_location(*user, *place),
        Change::Reprocess => naive.reprocess(),
        Change::Policy(policy) => naive.set_policy(*policy),
    }
    true
}

pub fn agree(ledger: &Ledger, naive: &Naive) -> Result<(), TestCaseError> {
    for user in 0..USERS {
        let source = |source| match source {
            Source::Direct => None,
            Source::Bundle(bundle) => Some(bundle.0),
        };
        let mut paths: Vec<_> =
            ledger.paths(user).iter().map(|p| (p.sku.0, source(p.source), p.state, p.error)).collect();
        paths.sort();
        prop_assert_eq!(paths, naive.paths(user), "paths of user {}", user);
    }
    for sku in 0..ledger.terms().sku_count() as u32 {
        let index = SkuIndex(sku);
        prop_assert_eq!(ledger.assigned(index), naive.assigned(sku), "assigned, SKU {}", sku);
        prop_assert_eq!(ledger.waiting(index), naive.waiting(sku), "waiting, SKU {}", sku);
        prop_assert_eq!(ledger.blocked(index), naive.blocked(sku), "blocked, SKU {}", sku);
        prop_assert_eq!(ledger.queue(index), naive.queue(sku), "queue, SKU {}", sku);
        let holders: Vec<u32> = (0..USERS).filter(|user| naive.holds(*user, sku)).collect();
        prop_assert_eq!(ledger.holders(index), holders, "holders, SKU {}", sku);
    }
    Ok(())
}

fn run_both(world: &World, history: &[(u32, Vec<Change>)]) -> Result<(), TestCaseError> {
    let mut ledger = world.ledger();
    let mut naive = Naive::new(&world.skus, GROUPS as usize, &world.rules, world.policy);
    world.seekers.iter().for_each(|seeker| naive.add_user(*seeker));
    let mut day = 0;
    for (number, (gap, changes)) in history.iter().enumerate() {
        day += gap;
        for change in changes {
            let taken = apply(&mut ledger, day, change);
            prop_assert_eq!(taken, apply_naive(&mut naive, day, change), "{:?} on day {}", change, day);
        }
        ledger.settle(day).unwrap();
        naive.settle(day);
        agree(&ledger, &naive)?;
        // A clone, a ledger that shares what it knows, and one that was elsewhere before, go on in the same way.
        match number % 5 {
            1 => {
                ledger.share();
                ledger = ledger.clone();
            }
            3 => {
                let mut used = ledger.clone();
                for (_, changes) in history.iter().rev() {
                    changes.iter().for_each(|change| {
                        apply(&mut used, day, change);
                    });
                    used.settle(day).unwrap();
                }
                used.clone_from(&ledger);
                ledger = used;
            }
            _ => {}
        }
    }
    Ok(())
}

/// A direct licence of the same tick does not mend the error that a bundle had when retries are turned off.
#[test]
fn an_error_stays_as_it_was_when_retries_end_in_the_tick_of_a_direct_licence() {
    let world = World {
        skus: vec![SkuTerms::default(); SKUS as usize],
        rules: PlanRules::default(),
        policy: SeatPolicy::default(),
        seekers: (0..USERS).map(seeker).collect(),
    };
    let manual = SeatPolicy { reprocess: Reprocess::Manual, ..SeatPolicy::default() };
    let history = [
        (0, vec![Change::Licenses(2, vec![(1, Vec::new())])]),
        (0, vec![Change::Groups(4, vec![2])]),
        (0, vec![Change::Capacity(1, 1), Change::DirectAssign(4, 1), Change::Policy(manual)]),
    ];
    run_both(&world, &history).unwrap();
}

fn seeker(place: u32) -> Seeker {
    Seeker { location: Country::parse("US"), guest: false, rank: Rank { class: 0, place } }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn engine_and_naive_engine_agree(world in world(), history in history()) {
        run_both(&world, &history)?;
    }
    /// Where nobody is refused for a place or waits for a retry, most users are regular, plan rules or not.
    #[test]
    fn engines_agree_on_users_who_only_lack_units(world in open_world(), history in history()) {
        run_both(&world, &history)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A set of more than 64 SKUs takes more than one word.
    #[test]
    fn engines_agree_on_tenants_with_many_skus(world in prop_oneof![world(), open_world()], history in history()) {
        let spread = |changes: Vec<Change>| changes.into_iter().map(Change::spread).collect();
        let history: Vec<_> = history.into_iter().map(|(gap, changes)| (gap, spread(changes))).collect();
        run_both(&world.spread(), &history)?;
    }
}
