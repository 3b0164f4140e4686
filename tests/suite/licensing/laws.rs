//! The invariants of the group-licensing reference (INV-n) that concern licences, each as a law or as its example.

use proptest::prelude::*;
use seatcast::directory::SkuIndex;
use seatcast::licensing::{
    Country, Deletion, Ledger, LicenseError, MissingUsageLocation, PathState, PlanDependency, PlanRules, Rank, Refusal,
    Reprocess, SeatPolicy, Seeker, SkuTerms, Source, SwapPolicy, Terms,
};

use super::worlds::{Change, SKUS, USERS, apply, bundles, group_licenses, history, plain_world, world};

const E3: SkuIndex = SkuIndex(0);
const PBI: SkuIndex = SkuIndex(1);

/// Where a law is looked at: between two settlements.
struct Before {
    assigned: Vec<u32>,
    capacity: Vec<u32>,
}

fn counts(ledger: &Ledger) -> Before {
    let skus = || (0..SKUS).map(SkuIndex);
    Before {
        assigned: skus().map(|sku| ledger.assigned(sku)).collect(),
        capacity: skus().map(|sku| ledger.capacity(sku)).collect(),
    }
}

/// INV-1, 2, 3, 4, 8, 13, 31 and 32 at a settled state.
fn settled(ledger: &Ledger, before: &Before) -> Result<(), TestCaseError> {
    for sku in (0..SKUS).map(SkuIndex) {
        let (assigned, capacity) = (ledger.assigned(sku), ledger.capacity(sku));
        prop_assert_eq!(ledger.available(sku), i64::from(capacity) - i64::from(assigned), "INV-32");
        let rose = assigned > before.assigned[sku.get()];
        prop_assert!(!rose || assigned <= capacity, "INV-1 and INV-13: {} of {} assigned", assigned, capacity);
        let over = assigned > capacity;
        let was_over = before.assigned[sku.get()] > capacity;
        prop_assert!(!over || was_over || before.capacity[sku.get()] > capacity, "INV-2");
        prop_assert_eq!(ledger.holders(sku).len(), assigned as usize, "INV-3 and INV-4");
        let wanting = (0..USERS).filter(|user| ledger.paths(*user).iter().any(|path| path.sku == sku)).count();
        prop_assert_eq!(wanting as u32, assigned + ledger.waiting(sku) + ledger.blocked(sku), "INV-31");
        prop_assert_eq!(ledger.queue(sku).len() as u32, ledger.waiting(sku));
    }
    for user in 0..USERS {
        let paths = ledger.paths(user);
        for path in &paths {
            prop_assert_eq!(path.error.is_none(), path.state == PathState::Active);
            prop_assert!(!path.state.holds_seat() || ledger.holds(user, path.sku), "INV-4");
        }
        let sources = paths.iter().filter(|path| path.source != Source::Direct);
        for path in sources.filter(|path| path.state == PathState::Error) {
            let siblings = paths.iter().filter(|other| other.source == path.source);
            prop_assert!(siblings.clone().all(|other| other.state != PathState::Active), "INV-8");
        }
    }
    Ok(())
}

/// Everything that can be seen of a ledger.
fn seen(ledger: &Ledger) -> String {
    let paths: Vec<_> = (0..USERS).map(|user| ledger.paths(user)).collect();
    let counts: Vec<_> = (0..SKUS)
        .map(SkuIndex)
        .map(|sku| (ledger.assigned(sku), ledger.waiting(sku), ledger.blocked(sku), ledger.queue(sku)))
        .collect();
    format!("{paths:?} {counts:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn inv_01_02_03_04_08_13_31_32_settled_states_keep_the_counting_laws(world in world(), history in history()) {
        let mut ledger = world.ledger();
        let mut day = 0;
        for (gap, changes) in &history {
            day += gap;
            let mut before = counts(&ledger);
            for change in changes {
                // A synchronous assignment takes a unit before a later change of the same tick takes the unit away.
                let seats = counts(&ledger).assigned;
                apply(&mut ledger, day, change);
                for (old, (was, is)) in before.assigned.iter_mut().zip(seats.iter().zip(counts(&ledger).assigned)) {
                    *old += is.saturating_sub(*was);
                }
            }
            ledger.settle(day).unwrap();
            settled(&ledger, &before)?;
        }
    }

    /// INV-33: an empty tick, with or without a reprocess, changes nothing where waiting bundles are retried by themselves.
    #[test]
    fn inv_33_an_empty_tick_changes_nothing(world in world(), history in history()) {
        let mut world = world;
        world.policy.reprocess = Reprocess::Auto;
        let mut ledger = world.ledger();
        let mut day = 0;
        for (gap, changes) in &history {
            day += gap;
            let automatic = changes.iter().filter(|change| !matches!(change, Change::Policy(_)));
            automatic.for_each(|change| { apply(&mut ledger, day, change); });
            ledger.settle(day).unwrap();
            let before = seen(&ledger);
            ledger.settle(day + 1).unwrap();
            prop_assert_eq!(&seen(&ledger), &before);
            ledger.reprocess();
            ledger.settle(day + 1).unwrap();
            prop_assert_eq!(&seen(&ledger), &before);
            day += 1;
        }
    }

    /// INV-34: the order of group changes and capacities within a tick does not matter.
    #[test]
    fn inv_34_the_order_of_group_changes_within_a_tick_does_not_matter(
        world in world(),
        history in history(),
        joins in prop::collection::vec((0..USERS, prop::sample::subsequence(vec![0u32, 1, 2, 3], 0..=3)), 1..5),
        units in prop::collection::vec((0..SKUS, 0u32..4), 0..3),
    ) {
        let mut ledger = world.ledger();
        for (day, (_, changes)) in history.iter().enumerate() {
            changes.iter().for_each(|change| { apply(&mut ledger, day as u32, change); });
            ledger.settle(day as u32).unwrap();
        }
        // One change for each user and SKU, so that none overrides another.
        let mut changes: Vec<Change> = Vec::new();
        let joins: std::collections::BTreeMap<_, _> = joins.into_iter().collect();
        changes.extend(joins.into_iter().map(|(user, groups)| Change::Groups(user, groups)));
        let units: std::collections::BTreeMap<_, _> = units.into_iter().collect();
        changes.extend(units.into_iter().map(|(sku, units)| Change::Capacity(sku, units)));
        let mut backwards = ledger.clone();
        let day = history.len() as u32 + 1;
        changes.iter().for_each(|change| { apply(&mut ledger, day, change); });
        changes.iter().rev().for_each(|change| { apply(&mut backwards, day, change); });
        ledger.settle(day).unwrap();
        backwards.settle(day).unwrap();
        prop_assert_eq!(seen(&ledger), seen(&backwards));
    }

    /// INV-29: disabled plans never change a count where plans neither exclude nor need each other. The policy stays as it is:
    /// without automatic retries a group that changes is processed again, and one that is saved unchanged is not.
    #[test]
    fn inv_29_disabled_plans_change_no_count(world in plain_world(), history in history()) {
        let mut ledger = world.ledger();
        let mut plain = world.ledger();
        for (day, (_, changes)) in history.iter().enumerate() {
            for change in changes.iter().filter(|change| !matches!(change, Change::Policy(_))) {
                let bare = match change {
                    Change::Licenses(group, rows) => {
                        Change::Licenses(*group, rows.iter().map(|(sku, _)| (*sku, Vec::new())).collect())
                    }
                    other => other.clone(),
                };
                apply(&mut ledger, day as u32, change);
                apply(&mut plain, day as u32, &bare);
            }
            ledger.settle(day as u32).unwrap();
            plain.settle(day as u32).unwrap();
            for sku in (0..SKUS).map(SkuIndex) {
                prop_assert_eq!(ledger.assigned(sku), plain.assigned(sku));
                prop_assert_eq!(ledger.waiting(sku), plain.waiting(sku));
            }
        }
    }

    /// INV-36: with groups of one SKU each, more units raise the assigned seats by as many as wait, at most by as many as come.
    #[test]
    fn inv_36_with_single_sku_groups_more_units_serve_those_who_wait(
        world in plain_world(),
        members in prop::collection::vec(prop::sample::subsequence(vec![0u32, 1, 2, 3], 0..=4), USERS as usize),
        units in prop::collection::vec(0u32..6, SKUS as usize),
        sku in 0..SKUS,
        added in 0u32..6,
    ) {
        let mut ledger = world.ledger();
        for group in 0..4 {
            apply(&mut ledger, 0, &Change::Licenses(group, vec![(group, Vec::new())]));
        }
        for (sku, units) in units.iter().enumerate() {
            ledger.set_capacity(SkuIndex(sku as u32), *units);
        }
        for (user, groups) in members.iter().enumerate() {
            ledger.set_bundles(user as u32, &bundles(groups));
        }
        ledger.settle(0).unwrap();
        let sku = SkuIndex(sku);
        let (assigned, waiting) = (ledger.assigned(sku), ledger.waiting(sku));
        ledger.set_capacity(sku, ledger.capacity(sku) + added);
        ledger.settle(1).unwrap();
        prop_assert_eq!(ledger.assigned(sku), assigned + added.min(waiting));
    }

    /// INV-7: direct to group, step by step, at a constant count.
    #[test]
    fn inv_07_a_migration_from_direct_to_group_keeps_the_count(users in 1u32..5, spare in 0u32..3) {
        let mut ledger = small(&[&[0]], &PlanRules::default(), SeatPolicy::default(), users);
        ledger.set_capacity(E3, users + spare);
        for user in 0..users {
            ledger.direct_assign(user, E3).unwrap();
        }
        ledger.settle(0).unwrap();
        for user in 0..users {
            ledger.set_bundles(user, &bundles(&[0]));
            ledger.settle(1 + 2 * user).unwrap();
            prop_assert_eq!(ledger.assigned(E3), users);
            ledger.direct_remove(user, E3).unwrap();
            ledger.settle(2 + 2 * user).unwrap();
            prop_assert_eq!(ledger.assigned(E3), users);
        }
    }
}

/// Users in the US and groups of SKUs by number, over three SKUs: E3 with plans A and B, PBI with C, and a third with D.
fn small(groups: &[&[u32]], rules: &PlanRules, policy: SeatPolicy, users: u32) -> Ledger {
    let sku = |plans: &[&str], prohibited: &[&str]| SkuTerms {
        service_plans: plans.iter().map(|plan| (*plan).into()).collect(),
        prohibited_locations: prohibited.iter().filter_map(|place| Country::parse(place)).collect(),
    };
    let skus = vec![sku(&["A", "B"], &[]), sku(&["C"], &[]), sku(&["D"], &["IN"])];
    let rows = |skus: &&[u32]| group_licenses(&skus.iter().map(|sku| (*sku, Vec::new())).collect::<Vec<_>>());
    let bundles: Vec<_> = groups.iter().map(rows).collect();
    let policy = SeatPolicy { by_arrival: true, ..policy };
    let mut ledger = Ledger::new(std::sync::Arc::new(Terms::new(skus, &bundles, rules, policy)));
    for place in 0..users {
        ledger.add_user(Seeker { location: Country::parse("US"), guest: false, rank: Rank { class: 0, place } });
    }
    ledger
}

fn plain(groups: &[&[u32]], users: u32) -> Ledger {
    small(groups, &PlanRules::default(), SeatPolicy::default(), users)
}

fn states(ledger: &Ledger, user: u32) -> Vec<(u32, PathState, Option<LicenseError>)> {
    ledger.paths(user).iter().map(|path| (path.sku.0, path.state, path.error)).collect()
}

#[test]
fn one_seat_for_three_groups_and_a_direct_licence_and_the_last_source_frees_it() {
    let mut ledger = plain(&[&[0], &[0], &[0]], 1);
    ledger.set_capacity(E3, 5);
    ledger.direct_assign(0, E3).unwrap();
    ledger.set_bundles(0, &bundles(&[0, 1, 2]));
    ledger.settle(0).unwrap();
    assert_eq!(ledger.assigned(E3), 1, "INV-3");
    ledger.set_bundles(0, &[]);
    ledger.settle(1).unwrap();
    assert_eq!(ledger.assigned(E3), 1, "INV-5");
    ledger.direct_remove(0, E3).unwrap();
    ledger.settle(2).unwrap();
    assert_eq!(ledger.assigned(E3), 0, "INV-6");
}

#[test]
fn a_seat_is_not_lost_because_its_bundle_later_fails() {
    let mut ledger = plain(&[&[0]], 1);
    ledger.set_capacity(E3, 1);
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.settle(0).unwrap();
    ledger.replace_bundle(bundles(&[0])[0], &group_licenses(&[(0, vec![]), (1, vec![])]));
    ledger.settle(1).unwrap();
    let expected = [
        (0, PathState::ActiveWithError, Some(LicenseError::Other)),
        (1, PathState::Error, Some(LicenseError::CountViolation)),
    ];
    assert_eq!(states(&ledger, 0), expected, "INV-9");
    assert_eq!(ledger.assigned(E3), 1);
}

#[test]
fn a_freed_seat_is_given_at_once_or_stays_idle_until_a_reprocess() {
    for (reprocess, expected) in [(Reprocess::Auto, 1), (Reprocess::Manual, 0)] {
        let policy = SeatPolicy { reprocess, ..SeatPolicy::default() };
        let mut ledger = small(&[&[0]], &PlanRules::default(), policy, 2);
        ledger.set_capacity(E3, 1);
        ledger.set_bundles(0, &bundles(&[0]));
        ledger.set_bundles(1, &bundles(&[0]));
        ledger.settle(0).unwrap();
        ledger.set_bundles(0, &[]);
        ledger.settle(5).unwrap();
        assert_eq!(ledger.assigned(E3), expected, "INV-10");
        ledger.reprocess();
        ledger.settle(6).unwrap();
        assert_eq!(ledger.holders(E3), [1]);
    }
}

#[test]
fn who_waits_longer_goes_first_whatever_the_order_of_input() {
    let mut ledger = plain(&[&[0]], 3);
    ledger.set_capacity(E3, 0);
    ledger.set_bundles(2, &bundles(&[0]));
    ledger.settle(3).unwrap();
    ledger.set_bundles(1, &bundles(&[0]));
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.settle(4).unwrap();
    assert_eq!(ledger.queue(E3), [2, 0, 1], "INV-11");
    ledger.set_capacity(E3, 1);
    ledger.settle(5).unwrap();
    assert_eq!(ledger.holders(E3), [2]);
}

#[test]
fn a_blocked_user_holds_no_place_and_overage_is_cleared_first() {
    let mut ledger = plain(&[&[2], &[0]], 6);
    ledger.set_capacity(SkuIndex(2), 5);
    ledger.set_location(5, Country::parse("IN"));
    ledger.set_bundles(5, &bundles(&[0]));
    ledger.set_capacity(E3, 4);
    (0..5).for_each(|user| ledger.set_bundles(user, &bundles(&[1])));
    ledger.settle(0).unwrap();
    assert_eq!((ledger.waiting(SkuIndex(2)), ledger.blocked(SkuIndex(2))), (0, 1), "INV-12");
    ledger.set_capacity(E3, 3);
    ledger.settle(1).unwrap();
    assert_eq!((ledger.assigned(E3), ledger.available(E3)), (4, -1), "INV-2");
    ledger.delete(0, 2, Deletion::Directory);
    ledger.settle(2).unwrap();
    assert_eq!((ledger.assigned(E3), ledger.queue(E3)), (3, vec![4]), "INV-13");
}

#[test]
fn a_deleted_user_frees_the_seat_and_competes_again_within_30_days() {
    let mut ledger = plain(&[&[0]], 2);
    ledger.set_capacity(E3, 1);
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.set_bundles(1, &bundles(&[0]));
    ledger.settle(0).unwrap();
    ledger.delete(0, 1, Deletion::Directory);
    ledger.settle(1).unwrap();
    assert_eq!(ledger.holders(E3), [1], "INV-16");
    let mut late = ledger.clone();
    ledger.restore(0, 10).unwrap();
    ledger.settle(10).unwrap();
    assert_eq!((ledger.holders(E3), ledger.queue(E3)), (vec![1], vec![0]));
    assert_eq!(late.restore(0, 32), Err(Refusal::DeletedTooLongAgo));
}

#[test]
fn a_guest_is_served_like_a_member_unless_the_policy_skips() {
    for (skip_guests, expected) in [(false, 1), (true, 0)] {
        let policy = SeatPolicy { skip_guests, ..SeatPolicy::default() };
        let mut ledger = small(&[&[0]], &PlanRules::default(), policy, 1);
        ledger.set_guest(0, true);
        ledger.set_capacity(E3, 1);
        ledger.set_bundles(0, &bundles(&[0]));
        ledger.settle(0).unwrap();
        assert_eq!(ledger.assigned(E3), expected, "INV-17");
    }
}

#[test]
fn without_a_location_a_group_takes_the_tenants_country_and_a_direct_licence_is_refused() {
    let policy = SeatPolicy { tenant_country: Country::parse("IN"), ..SeatPolicy::default() };
    let mut ledger = small(&[&[2], &[0]], &PlanRules::default(), policy, 1);
    ledger.set_location(0, None);
    ledger.set_capacity(SkuIndex(2), 1);
    ledger.set_capacity(E3, 1);
    ledger.set_bundles(0, &bundles(&[0, 1]));
    ledger.settle(0).unwrap();
    let prohibited = Some(LicenseError::ProhibitedInUsageLocationViolation);
    assert_eq!(states(&ledger, 0), [(0, PathState::Active, None), (2, PathState::Error, prohibited)], "INV-18");
    let refused = Err(Refusal::License(LicenseError::ProhibitedInUsageLocationViolation));
    assert_eq!(ledger.direct_assign(0, E3), refused);
    assert_eq!(ledger.seeker(0).location, None);
    let blocking = SeatPolicy { missing_usage_location: MissingUsageLocation::Block, ..policy };
    let mut ledger = small(&[&[0]], &PlanRules::default(), blocking, 1);
    ledger.set_location(0, None);
    ledger.set_capacity(E3, 1);
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.settle(0).unwrap();
    assert_eq!(states(&ledger, 0), [(0, PathState::Error, prohibited)]);
}

#[test]
fn a_sku_taken_off_a_group_ends_that_path_and_no_other() {
    let mut ledger = plain(&[&[0], &[0]], 2);
    ledger.set_capacity(E3, 2);
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.set_bundles(1, &bundles(&[0, 1]));
    ledger.settle(0).unwrap();
    ledger.replace_bundle(bundles(&[0])[0], &[]);
    ledger.settle(1).unwrap();
    assert_eq!(ledger.holders(E3), [1], "INV-23");
}

#[test]
fn a_swap_in_one_call_keeps_the_old_seat_until_the_new_one_is_free() {
    let swap = |swap, e3_after: Vec<u32>| {
        let policy = SeatPolicy { swap, ..SeatPolicy::default() };
        let mut ledger = small(&[&[0]], &PlanRules::default(), policy, 1);
        ledger.set_capacity(E3, 1);
        ledger.set_bundles(0, &bundles(&[0]));
        ledger.settle(0).unwrap();
        ledger.replace_bundle(bundles(&[0])[0], &group_licenses(&[(1, vec![])]));
        ledger.settle(1).unwrap();
        assert_eq!(ledger.holders(E3), e3_after, "INV-24");
        assert_eq!(ledger.queue(PBI), [0]);
        ledger.set_capacity(PBI, 1);
        ledger.settle(2).unwrap();
        assert_eq!((ledger.holders(E3), ledger.holders(PBI)), (vec![], vec![0]));
        assert_eq!(states(&ledger, 0), [(1, PathState::Active, None)]);
    };
    swap(SwapPolicy::KeepOld, vec![0]);
    swap(SwapPolicy::DropOld, vec![]);
}

#[test]
fn inv_25_a_move_from_one_group_to_another_may_leave_a_user_with_neither() {
    let mut ledger = plain(&[&[0], &[1]], 1);
    ledger.set_capacity(E3, 1);
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.settle(0).unwrap();
    ledger.set_bundles(0, &bundles(&[1]));
    ledger.settle(1).unwrap();
    assert_eq!((ledger.assigned(E3), ledger.assigned(PBI), ledger.queue(PBI)), (0, 0, vec![0]), "INV-25");
}

#[test]
fn a_prerequisite_stays_while_something_needs_it() {
    let rules = PlanRules {
        exclusions: Vec::new(),
        dependencies: vec![PlanDependency { plan: "C".into(), needs: vec!["A".into()] }],
    };
    let mut ledger = small(&[&[0]], &rules, SeatPolicy::default(), 1);
    ledger.set_capacity(E3, 1);
    ledger.set_capacity(PBI, 1);
    assert_eq!(ledger.direct_assign(0, PBI), Err(Refusal::License(LicenseError::DependencyViolation)));
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.settle(0).unwrap();
    ledger.direct_assign(0, PBI).unwrap();
    ledger.set_bundles(0, &[]);
    ledger.settle(1).unwrap();
    let stays = (0, PathState::ActiveWithError, Some(LicenseError::DependencyViolation));
    assert_eq!(states(&ledger, 0), [stays, (1, PathState::Active, None)], "INV-26");
    assert_eq!(ledger.assigned(E3), 1);
    ledger.direct_remove(0, PBI).unwrap();
    ledger.settle(2).unwrap();
    assert_eq!((ledger.assigned(E3), ledger.assigned(PBI)), (0, 0), "what kept it is gone");
}

#[test]
fn of_two_plans_that_exclude_each_other_the_one_that_is_held_stays() {
    let rules = PlanRules { exclusions: vec![vec!["B".into(), "C".into()]], dependencies: Vec::new() };
    let mut ledger = small(&[&[0], &[1]], &rules, SeatPolicy::default(), 1);
    ledger.set_capacity(E3, 1);
    ledger.set_capacity(PBI, 1);
    ledger.set_bundles(0, &bundles(&[0]));
    ledger.settle(0).unwrap();
    ledger.set_bundles(0, &bundles(&[0, 1]));
    ledger.settle(1).unwrap();
    let newcomer = (1, PathState::Error, Some(LicenseError::MutuallyExclusiveViolation));
    assert_eq!(states(&ledger, 0), [(0, PathState::Active, None), newcomer], "INV-27");
    ledger.replace_bundle(bundles(&[1])[0], &group_licenses(&[(1, vec!["C".to_owned()])]));
    ledger.settle(2).unwrap();
    assert_eq!(states(&ledger, 0), [(0, PathState::Active, None), (1, PathState::Active, None)]);
}

#[test]
fn two_suites_are_two_seats_and_plans_are_the_union_of_all_sources() {
    let mut ledger = plain(&[&[0], &[1]], 1);
    ledger.set_capacity(E3, 1);
    ledger.set_capacity(PBI, 1);
    ledger.replace_bundle(bundles(&[0])[0], &group_licenses(&[(0, vec!["A".to_owned()])]));
    ledger.set_bundles(0, &bundles(&[0, 1]));
    ledger.settle(0).unwrap();
    assert_eq!((ledger.assigned(E3), ledger.assigned(PBI)), (1, 1), "INV-28");
    assert_eq!(ledger.service_plans_of(0), ["B", "C"]);
    ledger.direct_assign(0, E3).unwrap();
    ledger.settle(1).unwrap();
    assert_eq!(ledger.service_plans_of(0), ["A", "B", "C"], "INV-30");
}

#[test]
fn inv_35_is_no_law_more_of_one_sku_may_mean_fewer_seats_of_another() {
    let seats = |of_e3: u32| {
        let mut ledger = plain(&[&[0, 1], &[1, 2]], 2);
        for (sku, units) in [(E3, of_e3), (PBI, 1), (SkuIndex(2), 1)] {
            ledger.set_capacity(sku, units);
        }
        ledger.set_bundles(0, &bundles(&[0]));
        ledger.set_bundles(1, &bundles(&[1]));
        ledger.settle(0).unwrap();
        ledger.assigned(SkuIndex(2))
    };
    assert_eq!((seats(0), seats(1)), (1, 0), "INV-35 is no invariant");
}
