//! Every invariant of the group-licensing reference that `laws` does not hold by itself, as a law over random worlds: the engine
//! and the naive one live through the same history, agree on all of it, and the invariant holds at its end.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use seatcast::directory::{PrepaidUnits, SkuIndex};
use seatcast::licensing::{Country, Ledger, LicenseError, PathState, PlanDependency, Reprocess, Source, SwapPolicy};

use super::naive::Naive;
use super::oracle::{agree, apply_naive};
use super::replay::play;
use super::worlds::{Change, GROUPS, SKUS, USERS, World, apply, history, plain_world, world};

type History = Vec<(u32, Vec<Change>)>;
type Checked = Result<(), TestCaseError>;

/// The engine and the naive engine, side by side.
struct Both {
    ledger: Ledger,
    naive: Naive,
    day: u32,
}

impl Both {
    fn new(world: &World) -> Self {
        let mut naive = Naive::new(&world.skus, GROUPS as usize, &world.rules, world.policy);
        world.seekers.iter().for_each(|seeker| naive.add_user(*seeker));
        Self { ledger: world.ledger(), naive, day: 0 }
    }

    /// The world after a history, without changes of the policy.
    fn after(world: &World, history: &History) -> Result<Self, TestCaseError> {
        let mut both = Both::new(world);
        for (gap, changes) in history {
            let changes = changes.iter().filter(|change| !matches!(change, Change::Policy(_))).cloned();
            both.tick(*gap, &changes.collect::<Vec<_>>())?;
        }
        Ok(both)
    }

    /// One tick in both, which agree after it.
    fn tick(&mut self, gap: u32, changes: &[Change]) -> Checked {
        self.day += gap;
        for change in changes {
            let taken = apply(&mut self.ledger, self.day, change);
            prop_assert_eq!(taken, apply_naive(&mut self.naive, self.day, change), "{:?}", change);
        }
        self.ledger.settle(self.day).unwrap();
        self.naive.settle(self.day);
        agree(&self.ledger, &self.naive)
    }

    fn groups(&self, user: u32) -> Vec<u32> {
        self.ledger.bundles_of(user).into_iter().map(|bundle| bundle.0).collect()
    }

    fn held_by(&self, user: u32, sku: u32) -> Vec<Source> {
        let paths = self.ledger.paths(user);
        paths.iter().filter(|path| path.sku.0 == sku && path.state.holds_seat()).map(|path| path.source).collect()
    }

    fn assigned(&self) -> Vec<u32> {
        skus().map(|sku| self.ledger.assigned(sku)).collect()
    }
}

fn skus() -> impl Iterator<Item = SkuIndex> {
    (0..SKUS).map(SkuIndex)
}

/// One SKU for each group, and members at random, units at random.
fn one_sku_each(units: &[u32], members: &[Vec<u32>]) -> Vec<Change> {
    let licenses = (0..GROUPS).map(|group| Change::Licenses(group, vec![(group, Vec::new())]));
    let units = units.iter().enumerate().map(|(sku, units)| Change::Capacity(sku as u32, *units));
    let members = members.iter().enumerate().map(|(user, groups)| Change::Groups(user as u32, groups.clone()));
    licenses.chain(units).chain(members).collect()
}

fn members() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop::collection::vec(prop::sample::subsequence(vec![0u32, 1, 2, 3], 0..=4), USERS as usize)
}

fn units() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0u32..6, SKUS as usize)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn inv_05_06_a_seat_goes_with_its_last_source_and_not_before(world in plain_world(), history in history()) {
        let mut world = world;
        world.policy.reprocess = Reprocess::Manual;
        let mut both = Both::after(&world, &history)?;
        for user in 0..USERS {
            for group in both.groups(user) {
                let sources: Vec<usize> = (0..SKUS).map(|sku| both.held_by(user, sku).len()).collect();
                let by_group: Vec<bool> = (0..SKUS)
                    .map(|sku| both.held_by(user, sku).iter().any(|source| matches!(source, Source::Bundle(b) if b.0 == group)))
                    .collect();
                let before = both.assigned();
                let rest: Vec<u32> = both.groups(user).into_iter().filter(|other| *other != group).collect();
                both.tick(1, &[Change::Groups(user, rest)])?;
                for (sku, (was, now)) in before.iter().zip(both.assigned()).enumerate() {
                    let last = by_group[sku] && sources[sku] == 1;
                    prop_assert_eq!(now, was - u32::from(last), "user {}, group {}, SKU {}", user, group, sku);
                }
            }
        }
    }

    #[test]
    fn inv_09_a_held_seat_is_not_lost_because_its_bundle_later_fails(world in plain_world(), history in history(), group in 0..GROUPS) {
        let mut both = Both::after(&world, &history)?;
        let gives: Vec<u32> = (0..SKUS).filter(|sku| both.naive.gives(group, *sku)).collect();
        let Some(full) = (0..SKUS).find(|sku| !gives.contains(sku)) else { return Ok(()) };
        let holders: Vec<(u32, u32)> = gives
            .iter()
            .flat_map(|sku| both.ledger.holders(SkuIndex(*sku)).into_iter().map(move |user| (user, *sku)))
            .collect();
        let more = gives.iter().chain([&full]).map(|sku| (*sku, Vec::new())).collect();
        both.tick(1, &[Change::Capacity(full, 0), Change::Licenses(group, more)])?;
        for (user, sku) in holders {
            prop_assert!(both.ledger.holds(user, SkuIndex(sku)), "user {} lost SKU {}", user, sku);
        }
    }

    #[test]
    fn inv_10_a_freed_seat_serves_who_waits_at_once_or_after_a_reprocess(
        world in plain_world(), members in members(), units in units(), leaver in 0..USERS, manual: bool,
    ) {
        let mut world = world;
        world.policy.reprocess = if manual { Reprocess::Manual } else { Reprocess::Auto };
        let mut both = Both::new(&world);
        both.tick(0, &one_sku_each(&units, &members))?;
        let before: Vec<(u32, u32, bool)> =
            skus().map(|sku| (both.ledger.assigned(sku), both.ledger.waiting(sku), both.ledger.holds(leaver, sku))).collect();
        both.tick(1, &[Change::Delete(leaver, false)])?;
        for (sku, (assigned, waiting, held)) in skus().zip(&before) {
            let served = *held && *waiting > 0 && !manual;
            prop_assert_eq!(both.ledger.assigned(sku), assigned - u32::from(*held) + u32::from(served));
        }
        both.tick(1, &[Change::Reprocess])?;
        for (sku, (assigned, waiting, held)) in skus().zip(&before) {
            prop_assert_eq!(both.ledger.assigned(sku), assigned - u32::from(*held) + u32::from(*held && *waiting > 0));
        }
    }

    #[test]
    fn inv_11_who_waits_longer_goes_first_whatever_the_order_of_input(world in plain_world(), history in history(), units in units()) {
        let mut both = Both::after(&world, &history)?;
        let since = |both: &Both, user: u32, sku: SkuIndex| {
            let waiting = both.ledger.paths(user).into_iter().filter(|path| path.sku == sku);
            waiting.filter(|path| path.error == Some(LicenseError::CountViolation)).filter_map(|path| path.waiting_since).min()
        };
        for sku in skus() {
            let keys: Vec<_> = both.ledger.queue(sku).into_iter().map(|user| (since(&both, user, sku), user)).collect();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            prop_assert_eq!(keys, sorted);
        }
        let mut backwards = Both { ledger: both.ledger.clone(), naive: both.naive.clone(), day: both.day };
        let changes: Vec<Change> = units.iter().enumerate().map(|(sku, units)| Change::Capacity(sku as u32, *units)).collect();
        both.tick(1, &changes)?;
        backwards.tick(1, &changes.into_iter().rev().collect::<Vec<_>>())?;
        for sku in skus() {
            prop_assert_eq!(both.ledger.holders(sku), backwards.ledger.holders(sku));
        }
    }

    #[test]
    fn inv_12_who_is_blocked_holds_no_place_and_is_no_shortage(world in world(), history in history()) {
        let both = Both::after(&world, &history)?;
        for sku in skus() {
            let queue = both.ledger.queue(sku);
            prop_assert_eq!(queue.len() as u32, both.ledger.waiting(sku));
            for user in 0..USERS {
                let paths = both.ledger.paths(user);
                let counts = |path: &&seatcast::licensing::Path| path.error == Some(LicenseError::CountViolation);
                let short = paths.iter().filter(|path| path.sku == sku && path.state == PathState::Error).any(|path| counts(&path));
                let waits = short && !both.ledger.holds(user, sku);
                prop_assert_eq!(queue.contains(&user), waits, "user {} in the line of {:?}", user, sku);
            }
        }
    }

    /// And INV-15: whoever is in a nested group, and whoever's sign-in is blocked, changes no state.
    #[test]
    fn inv_14_15_nested_groups_and_blocked_sign_in_change_nothing(
        joins in prop::collection::vec((1u32..9, 0u32..3, 0u32..6), 1..12),
        noise in prop::collection::vec((1u32..9, 0u32..3, 0u32..3, 0u32..6), 1..8),
    ) {
        let mut lines: Vec<(u32, String)> = vec![(0, r#""do":"sku","sku":"E3""#.to_owned())];
        lines.push((0, r#""do":"subscription","id":"s","sku":"E3","quantity":3,"termEnd":null,"renew":true"#.to_owned()));
        lines.extend((0..3).map(|group| (0, format!(r#""do":"group","group":"g{group}","licenses":[{{"sku":"E3"}}]"#))));
        lines.extend((0..6).map(|user| (0, format!(r#""do":"user","user":"u{user}","usageLocation":"US""#))));
        for (day, group, user) in joins {
            lines.push((day, format!(r#""do":"member-add","group":"g{group}","users":["u{user}"]"#)));
        }
        // A reprocess on every day, so that both runs print the same days.
        lines.extend((1..9).map(|day| (day, r#""do":"reprocess""#.to_owned())));
        let text = |lines: &[(u32, String)]| {
            let mut lines = lines.to_vec();
            lines.sort_by_key(|(day, _)| *day);
            lines.iter().map(|(day, line)| format!("{{\"day\":{day},{line}}}\n")).collect::<String>()
        };
        let plain = play(&text(&lines));
        for (day, group, child, user) in noise {
            if group != child {
                lines.push((day, format!(r#""do":"group-nest","group":"g{group}","child":"g{child}""#)));
            }
            lines.push((day, format!(r#""do":"user-set","user":"u{user}","accountEnabled":false"#)));
        }
        prop_assert_eq!(play(&text(&lines)), plain);
    }

    #[test]
    fn inv_16_a_deleted_user_frees_everything_and_comes_back_within_30_days_only(
        world in plain_world(), history in history(), user in 0..USERS, days in 0u32..60,
    ) {
        let mut both = Both::after(&world, &history)?;
        both.tick(1, &[Change::Delete(user, false)])?;
        prop_assert!(skus().all(|sku| !both.ledger.holds(user, sku)));
        let deleted_before = both.ledger.restore(user, both.day).is_err();
        prop_assert_eq!(deleted_before, !both.naive.restore(user, both.day));
        if deleted_before {
            return Ok(());
        }
        both.tick(0, &[Change::Delete(user, false)])?;
        both.day += days;
        let back = both.ledger.restore(user, both.day).is_ok();
        prop_assert_eq!(back, days <= 30);
        prop_assert_eq!(both.naive.restore(user, both.day), back);
        both.tick(0, &[])?;
    }

    #[test]
    fn inv_17_a_guest_is_served_like_a_member_unless_the_policy_skips(world in world(), history in history()) {
        let mut world = world;
        world.policy.skip_guests = false;
        let with_guests = Both::after(&world, &history)?;
        let guests: Vec<u32> = (0..USERS).filter(|user| world.seekers[*user as usize].guest).collect();
        world.seekers.iter_mut().for_each(|seeker| seeker.guest = false);
        let without = Both::after(&world, &history)?;
        for user in 0..USERS {
            prop_assert_eq!(with_guests.ledger.paths(user), without.ledger.paths(user));
        }
        world.policy.skip_guests = true;
        guests.iter().for_each(|user| world.seekers[*user as usize].guest = true);
        let skipping = Both::after(&world, &history)?;
        for user in guests {
            prop_assert!(skipping.ledger.paths(user).iter().all(|path| path.source == Source::Direct));
        }
    }

    #[test]
    fn inv_18_without_a_location_groups_take_the_tenants_country_and_direct_licences_are_refused(
        world in world(), members in members(), licenses in prop::collection::vec(prop::sample::subsequence(vec![0u32, 1, 2, 3], 0..=3), GROUPS as usize),
    ) {
        let mut world = world;
        world.policy.missing_usage_location = seatcast::licensing::MissingUsageLocation::Tenant;
        world.policy.tenant_country = Country::parse("IN");
        world.seekers.iter_mut().for_each(|seeker| seeker.location = None);
        let mut changes: Vec<Change> = licenses
            .iter()
            .enumerate()
            .map(|(group, skus)| Change::Licenses(group as u32, skus.iter().map(|sku| (*sku, Vec::new())).collect()))
            .collect();
        changes.extend((0..SKUS).map(|sku| Change::Capacity(sku, 3)));
        changes.extend(members.iter().enumerate().map(|(user, groups)| Change::Groups(user as u32, groups.clone())));
        let mut nowhere = Both::new(&world);
        nowhere.tick(0, &changes)?;
        world.seekers.iter_mut().for_each(|seeker| seeker.location = Country::parse("IN"));
        let mut there = Both::new(&world);
        there.tick(0, &changes)?;
        for user in 0..USERS {
            prop_assert_eq!(nowhere.ledger.paths(user), there.ledger.paths(user));
            prop_assert_eq!(nowhere.ledger.seeker(user).location, None, "nothing is written to the user");
            let refused = nowhere.ledger.direct_assign(user, SkuIndex(0));
            prop_assert!(matches!(refused, Err(seatcast::licensing::Refusal::License(_))));
        }
    }

    #[test]
    fn inv_19_21_warning_units_are_assigned_and_the_status_follows_from_the_units(
        enabled in 0u32..4, warning in 0u32..4, suspended in 0u32..4, locked_out in 0u32..4, users in 1u32..USERS,
    ) {
        let units = PrepaidUnits { enabled, warning, suspended, locked_out };
        let mut line = vec![r#"{"day":0,"do":"sku","sku":"E3"}"#.to_owned()];
        let lot = |id: &str, quantity: u32, end: u32| {
            format!(r#"{{"day":0,"do":"subscription","id":"{id}","sku":"E3","quantity":{quantity},"termEnd":{end},"renew":false}}"#)
        };
        // On day 100 the first lot is in its term, the second in grace, the third suspended.
        line.extend([lot("enabled", enabled, 200), lot("warning", warning, 90), lot("suspended", suspended, 30)]);
        line.push(r#"{"day":100,"do":"group","group":"g","licenses":[{"sku":"E3"}]}"#.to_owned());
        for user in 0..users {
            line.push(format!(r#"{{"day":100,"do":"user","user":"u{user}","usageLocation":"US"}}"#));
            line.push(format!(r#"{{"day":100,"do":"member-add","group":"g","users":["u{user}"]}}"#));
        }
        let days = play(&(line.join("\n") + "\n"));
        let at = days.iter().find(|day| day.day == 100).unwrap();
        let e3 = &at.skus["E3"];
        prop_assert_eq!((e3.enabled, e3.warning, e3.suspended), (enabled, warning, suspended));
        prop_assert_eq!(e3.assigned, users.min(units.capacity()));
        prop_assert_eq!(units.capability_status() == "Enabled", enabled >= 1 || units == PrepaidUnits::default());
        let only_warning = enabled == 0 && warning > 0;
        prop_assert_eq!(units.capability_status() == "Warning", only_warning);
    }

    #[test]
    fn inv_22_a_licensed_group_cannot_be_deleted(units in 0u32..4, users in 0u32..5) {
        let mut text = r#"{"day":0,"do":"sku","sku":"E3"}"#.to_owned() + "\n";
        text.push_str(&format!(r#"{{"day":0,"do":"subscription","id":"s","sku":"E3","quantity":{units},"termEnd":null,"renew":true}}"#));
        text.push_str("\n{\"day\":0,\"do\":\"group\",\"group\":\"g\",\"licenses\":[{\"sku\":\"E3\"}]}\n");
        for user in 0..users {
            text.push_str(&format!("{{\"day\":1,\"do\":\"user\",\"user\":\"u{user}\",\"usageLocation\":\"US\"}}\n"));
            text.push_str(&format!("{{\"day\":1,\"do\":\"member-add\",\"group\":\"g\",\"users\":[\"u{user}\"]}}\n"));
        }
        text.push_str("{\"day\":1,\"do\":\"reprocess\"}\n{\"day\":2,\"do\":\"group-delete\",\"group\":\"g\"}\n");
        let days = play(&text);
        let [.., before, after] = &days[..] else { return Err(TestCaseError::fail("two days")) };
        prop_assert_eq!((&before.skus, &before.paths), (&after.skus, &after.paths));
        prop_assert_eq!(&after.refused[0].code, "GroupHasLicenses");
    }

    #[test]
    fn inv_23_a_group_without_licences_ends_its_paths_and_no_others(world in plain_world(), history in history(), group in 0..GROUPS) {
        let mut world = world;
        world.policy.reprocess = Reprocess::Manual;
        let mut both = Both::after(&world, &history)?;
        let kept: Vec<Vec<bool>> = (0..USERS)
            .map(|user| {
                let by_others = |sku| both.held_by(user, sku).iter().any(|source| !matches!(source, Source::Bundle(b) if b.0 == group));
                (0..SKUS).map(by_others).collect()
            })
            .collect();
        both.tick(1, &[Change::Licenses(group, Vec::new())])?;
        for user in 0..USERS {
            prop_assert!(both.ledger.paths(user).iter().all(|path| !matches!(path.source, Source::Bundle(b) if b.0 == group)));
            for sku in skus() {
                prop_assert_eq!(both.ledger.holds(user, sku), kept[user as usize][sku.get()]);
            }
        }
    }

    #[test]
    fn inv_24_a_swap_in_one_call_leaves_nobody_with_neither(
        world in plain_world(), members in members(), units in units(), from in 0..SKUS, to in 0..SKUS,
    ) {
        let mut world = world;
        world.policy.swap = SwapPolicy::KeepOld;
        let mut both = Both::new(&world);
        let mut changes = one_sku_each(&units, &members);
        changes.push(Change::Licenses(0, vec![(from, Vec::new())]));
        both.tick(0, &changes)?;
        let holders = both.ledger.holders(SkuIndex(from));
        both.tick(1, &[Change::Licenses(0, vec![(to, Vec::new())])])?;
        for user in holders {
            prop_assert!(both.ledger.holds(user, SkuIndex(from)) || both.ledger.holds(user, SkuIndex(to)));
        }
    }

    /// A prerequisite that was there when a plan was given is there as long as the plan, but for changed licences of a group.
    #[test]
    fn inv_26_a_prerequisite_stays_as_long_as_something_needs_it(
        world in plain_world(), members in members(), later in members(), units in units(),
    ) {
        let mut world = world;
        for (sku, terms) in world.skus.iter_mut().enumerate() {
            terms.service_plans = vec![format!("P{sku}").into()];
        }
        world.rules.dependencies = vec![PlanDependency { plan: "P1".into(), needs: vec!["P0".into(), "P3".into()] }];
        let mut both = Both::new(&world);
        both.tick(0, &one_sku_each(&units, &members))?;
        let rest: Vec<Change> = later.iter().enumerate().map(|(user, groups)| Change::Groups(user as u32, groups.clone())).collect();
        for change in rest {
            both.tick(1, &[change])?;
            for user in 0..USERS {
                let plans = both.ledger.service_plans_of(user);
                prop_assert!(!plans.contains(&"P1") || plans.contains(&"P0") || plans.contains(&"P3"), "{:?}", plans);
            }
        }
    }

    #[test]
    fn inv_27_of_two_plans_that_exclude_each_other_the_one_that_is_held_stays(
        world in plain_world(), units in units(), first in 0..2u32, disabled: bool,
    ) {
        let mut world = world;
        for (sku, terms) in world.skus.iter_mut().enumerate() {
            terms.service_plans = vec![format!("P{sku}").into()];
        }
        world.rules.exclusions = vec![vec!["P0".into(), "P1".into()]];
        let second = 1 - first;
        let mut both = Both::new(&world);
        let mut changes = one_sku_each(&units, &[]);
        changes.push(Change::Licenses(second, vec![(second, if disabled { vec![format!("P{second}")] } else { Vec::new() })]));
        changes.push(Change::Groups(0, vec![first]));
        both.tick(0, &changes)?;
        let held = both.ledger.holds(0, SkuIndex(first));
        both.tick(1, &[Change::Groups(0, vec![0, 1])])?;
        prop_assert!(!held || both.ledger.holds(0, SkuIndex(first)));
        let newcomer = both.ledger.paths(0).into_iter().find(|path| path.sku.0 == second).unwrap();
        let conflicts = newcomer.error == Some(LicenseError::MutuallyExclusiveViolation);
        prop_assert_eq!(conflicts, held && !disabled);
    }

    #[test]
    fn inv_28_two_suites_are_two_seats_and_no_error(world in plain_world(), units in units()) {
        let mut both = Both::new(&world);
        both.tick(0, &one_sku_each(&units, &[vec![0, 1]]))?;
        for sku in [0, 1] {
            prop_assert_eq!(both.ledger.holds(0, SkuIndex(sku)), units[sku as usize] > 0);
            prop_assert!(both.ledger.paths(0).iter().all(|path| path.error.is_none_or(|e| e == LicenseError::CountViolation)));
        }
    }

    #[test]
    fn inv_30_plans_are_the_union_over_the_sources_that_hold(world in world(), history in history()) {
        let both = Both::after(&world, &history)?;
        for user in 0..USERS {
            let expected: BTreeSet<String> = both.naive.plans_of(user);
            let found: BTreeSet<String> = both.ledger.service_plans_of(user).into_iter().map(str::to_owned).collect();
            prop_assert_eq!(found, expected, "plans of user {}", user);
        }
    }
}

/// The numbers in the names of tests, `inv_05_06_…` as 5 and 6.
fn numbers(text: &str, found: &mut BTreeSet<u32>) {
    for name in text.split("fn inv_").skip(1) {
        found.extend(name.split('_').map_while(|part| part.parse::<u32>().ok()));
    }
}

#[test]
fn every_invariant_of_the_reference_has_a_test_of_its_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut found = BTreeSet::new();
    for folder in [root.clone(), root.join("licensing")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                numbers(&std::fs::read_to_string(path).unwrap(), &mut found);
            }
        }
    }
    let missing: Vec<u32> = (1..=47).filter(|number| !found.contains(number)).collect();
    assert_eq!(missing, Vec::<u32>::new());
}
