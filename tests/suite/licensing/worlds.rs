//! Random small worlds: SKUs with plans, groups, users, and histories of changes to them.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use seatcast::directory::{GroupLicense, SkuIndex};
use seatcast::licensing::{
    BundleIndex, Country, Deletion, Ledger, MissingUsageLocation, PlanDependency, PlanRules, Rank, Reprocess,
    SeatPolicy, Seeker, SkuTerms, SwapPolicy, Terms,
};

pub const USERS: u32 = 5;
pub const SKUS: u32 = 4;
pub const GROUPS: u32 = 4;
const PLANS: [&str; 6] = ["P0", "P1", "P2", "P3", "P4", "P5"];
const PLACES: [&str; 2] = ["US", "IN"];

#[derive(Clone, Debug)]
pub struct World {
    pub skus: Vec<SkuTerms>,
    pub rules: PlanRules,
    pub policy: SeatPolicy,
    pub seekers: Vec<Seeker>,
}

#[derive(Clone, Debug)]
pub enum Change {
    Groups(u32, Vec<u32>),
    DirectAssign(u32, u32),
    DirectRemove(u32, u32),
    Delete(u32, bool),
    Restore(u32),
    Licenses(u32, Vec<(u32, Vec<String>)>),
    Capacity(u32, u32),
    Location(u32, Option<Country>),
    Reprocess,
    Policy(SeatPolicy),
}

fn some_of(count: u32, at_most: usize) -> impl Strategy<Value = Vec<u32>> {
    proptest::sample::subsequence((0..count).collect::<Vec<u32>>(), 0..=at_most)
}

fn plans(at_most: usize) -> impl Strategy<Value = Vec<Box<str>>> {
    let names: Vec<Box<str>> = PLANS.iter().map(|plan| (*plan).into()).collect();
    proptest::sample::subsequence(names, 0..=at_most)
}

fn place() -> impl Strategy<Value = Option<Country>> {
    prop_oneof![Just(None), (0..PLACES.len()).prop_map(|place| Country::parse(PLACES[place]))]
}

fn sku() -> impl Strategy<Value = SkuTerms> {
    let prohibited = prop_oneof![4 => Just(Vec::new()), 1 => place().prop_map(|place| place.into_iter().collect())];
    (plans(2), prohibited)
        .prop_map(|(service_plans, prohibited_locations)| SkuTerms { service_plans, prohibited_locations })
}

fn rules() -> impl Strategy<Value = PlanRules> {
    let dependency =
        (0..PLANS.len(), plans(2)).prop_map(|(plan, needs)| PlanDependency { plan: PLANS[plan].into(), needs });
    let some = (vec(plans(3), 0..2), vec(dependency, 0..2));
    let some = some.prop_map(|(exclusions, dependencies)| PlanRules { exclusions, dependencies });
    prop_oneof![1 => Just(PlanRules::default()), 2 => some]
}

pub fn policy() -> impl Strategy<Value = SeatPolicy> {
    let reprocess = prop_oneof![
        3 => Just(Reprocess::Auto),
        1 => Just(Reprocess::Manual),
        1 => (1u32..4).prop_map(|days| Reprocess::AutoDelayed { days }),
    ];
    (place(), any::<bool>(), any::<bool>(), reprocess, any::<bool>(), any::<bool>()).prop_map(
        |(tenant_country, block, skip_guests, reprocess, by_arrival, drop)| SeatPolicy {
            tenant_country,
            missing_usage_location: if block { MissingUsageLocation::Block } else { MissingUsageLocation::Tenant },
            skip_guests,
            reprocess,
            by_arrival,
            swap: if drop { SwapPolicy::DropOld } else { SwapPolicy::KeepOld },
        },
    )
}

pub fn world() -> impl Strategy<Value = World> {
    let places = Just((0..USERS).collect::<Vec<u32>>()).prop_shuffle();
    let people = vec((place(), proptest::bool::weighted(0.2), 0u8..2), USERS as usize);
    (vec(sku(), SKUS as usize), rules(), policy(), people, places).prop_map(|(skus, rules, policy, people, places)| {
        let seeker =
            |((location, guest, class), place): (_, u32)| Seeker { location, guest, rank: Rank { class, place } };
        World { skus, rules, policy, seekers: people.into_iter().zip(places).map(seeker).collect() }
    })
}

/// A world without prohibited places and missing locations, where waiting bundles are retried by themselves.
pub fn open_world() -> impl Strategy<Value = World> {
    (world(), any::<bool>()).prop_map(|(mut world, plain)| {
        world.skus.iter_mut().for_each(|sku| sku.prohibited_locations.clear());
        if plain {
            world.rules = PlanRules::default();
        }
        world.policy.reprocess = Reprocess::Auto;
        world.seekers.iter_mut().for_each(|seeker| seeker.location = Country::parse("US"));
        world
    })
}

/// A world without plan rules, prohibited places, missing locations or guests, in which only units decide.
pub fn plain_world() -> impl Strategy<Value = World> {
    world().prop_map(|mut world| {
        world.skus.iter_mut().for_each(|sku| sku.prohibited_locations.clear());
        world.rules = PlanRules::default();
        world.policy = SeatPolicy { by_arrival: true, ..SeatPolicy::default() };
        for (place, seeker) in world.seekers.iter_mut().enumerate() {
            *seeker =
                Seeker { location: Country::parse("US"), guest: false, rank: Rank { class: 0, place: place as u32 } };
        }
        world
    })
}

fn licenses() -> impl Strategy<Value = Vec<(u32, Vec<String>)>> {
    some_of(SKUS, 3).prop_flat_map(|skus| {
        let disabled = plans(2).prop_map(|plans| plans.iter().map(|plan| plan.to_string()).collect::<Vec<_>>());
        let disabled = prop_oneof![2 => Just(Vec::new()), 1 => disabled];
        vec(disabled, skus.len()).prop_map(move |disabled| skus.iter().copied().zip(disabled).collect())
    })
}

pub fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        8 => (0..USERS, some_of(GROUPS, 3)).prop_map(|(user, groups)| Change::Groups(user, groups)),
        3 => (0..USERS, 0..SKUS).prop_map(|(user, sku)| Change::DirectAssign(user, sku)),
        2 => (0..USERS, 0..SKUS).prop_map(|(user, sku)| Change::DirectRemove(user, sku)),
        1 => (0..USERS, any::<bool>()).prop_map(|(user, admin_center)| Change::Delete(user, admin_center)),
        1 => (0..USERS).prop_map(Change::Restore),
        3 => (0..GROUPS, licenses()).prop_map(|(group, licenses)| Change::Licenses(group, licenses)),
        3 => (0..SKUS, 0u32..5).prop_map(|(sku, units)| Change::Capacity(sku, units)),
        1 => (0..USERS, place()).prop_map(|(user, place)| Change::Location(user, place)),
        1 => Just(Change::Reprocess),
        1 => policy().prop_map(Change::Policy),
    ]
}

/// Ticks: days to the next, and the changes of each. The first ones give every group and SKU something.
pub fn history() -> impl Strategy<Value = Vec<(u32, Vec<Change>)>> {
    let opening = (vec(licenses(), GROUPS as usize), vec(0u32..5, SKUS as usize)).prop_map(|(groups, units)| {
        let groups = groups.into_iter().enumerate().map(|(group, l)| Change::Licenses(group as u32, l));
        let units = units.into_iter().enumerate().map(|(sku, units)| Change::Capacity(sku as u32, units));
        (0, groups.chain(units).collect::<Vec<_>>())
    });
    let tick = (prop_oneof![6 => 0u32..4, 1 => Just(31u32)], vec(change(), 0..5));
    (opening, vec(tick, 1..12)).prop_map(|(opening, ticks)| std::iter::once(opening).chain(ticks).collect())
}

/// The numbers of the SKUs of a world among so many that a set of them takes three words.
const SPREAD: [u32; SKUS as usize] = [0, 63, 64, 130];

impl World {
    /// The same world with many more SKUs that nobody has, before, between and after its own.
    pub fn spread(mut self) -> World {
        let own = std::mem::replace(&mut self.skus, vec![SkuTerms::default(); 140]);
        own.into_iter().zip(SPREAD).for_each(|(sku, at)| self.skus[at as usize] = sku);
        self
    }

    pub fn terms(&self) -> Arc<Terms> {
        let none = vec![Vec::new(); GROUPS as usize];
        Arc::new(Terms::new(self.skus.clone(), &none, &self.rules, self.policy))
    }

    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new(self.terms());
        for seeker in &self.seekers {
            ledger.add_user(*seeker);
        }
        ledger
    }
}

pub fn group_licenses(licenses: &[(u32, Vec<String>)]) -> Vec<GroupLicense> {
    let license = |(sku, disabled): &(u32, Vec<String>)| GroupLicense {
        sku: SkuIndex(*sku),
        disabled_plans: disabled.iter().map(|plan| plan.as_str().into()).collect(),
    };
    licenses.iter().map(license).collect()
}

pub fn bundles(groups: &[u32]) -> Vec<BundleIndex> {
    groups.iter().map(|group| BundleIndex(*group)).collect()
}

impl Change {
    /// The same change in a world that was spread.
    pub fn spread(self) -> Change {
        let at = |sku: u32| SPREAD[sku as usize];
        match self {
            Change::DirectAssign(user, sku) => Change::DirectAssign(user, at(sku)),
            Change::DirectRemove(user, sku) => Change::DirectRemove(user, at(sku)),
            Change::Licenses(group, licenses) => {
                Change::Licenses(group, licenses.into_iter().map(|(sku, disabled)| (at(sku), disabled)).collect())
            }
            Change::Capacity(sku, units) => Change::Capacity(at(sku), units),
            other => other,
        }
    }
}

/// Applies one change to the engine. True where the service takes it.
pub fn apply(ledger: &mut Ledger, day: u32, change: &Change) -> bool {
    match change {
        Change::Groups(user, groups) => ledger.set_bundles(*user, &bundles(groups)),
        Change::DirectAssign(user, sku) => return ledger.direct_assign(*user, SkuIndex(*sku)).is_ok(),
        Change::DirectRemove(user, sku) => return ledger.direct_remove(*user, SkuIndex(*sku)).is_ok(),
        Change::Delete(user, admin) => {
            ledger.delete(*user, day, if *admin { Deletion::AdminCenter } else { Deletion::Directory });
        }
        Change::Restore(user) => return ledger.restore(*user, day).is_ok(),
        Change::Licenses(group, licenses) => ledger.replace_bundle(BundleIndex(*group), &group_licenses(licenses)),
        Change::Capacity(sku, units) => ledger.set_capacity(SkuIndex(*sku), *units),
        Change::Location(user, place) => ledger.set_location(*user, *place),
        Change::Reprocess => ledger.reprocess(),
        Change::Policy(policy) => {
            // The order and the guests of a world are told once.
            let before = ledger.terms().policy();
            let policy = SeatPolicy { by_arrival: before.by_arrival, skip_guests: before.skip_guests, ..*policy };
            ledger.amend(Arc::new(ledger.terms().with_policy(policy)));
        }
    }
    true
}
