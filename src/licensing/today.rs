//! Licences as they stand today. In: a snapshot, memberships, a policy, units on this day. Out: the terms, and a settled
//! ledger. Never: takes away a seat that the export shows and the memberships still entitle to, even above capacity.
//!
//! Seats that are held come first; then everybody else who is entitled is granted in the order of the policy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::membership::Memberships;
use super::{BundleIndex, Country, Ledger, OrderPolicy, PlanRules, Policy, Rank, Seeker, SkuTerms, Source, Terms};
use super::{order, stages};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnosed, Diagnostic};
use crate::directory::{
    AssignedLicense, Attribute, GroupIndex, GroupLicense, LicenseSource, PrepaidUnits, SkuIndex, Snapshot, UserIndex,
};
use crate::lists::Ragged;

/// No file says how many units there are.
const UNKNOWN_UNITS: Code = Code("P200");
/// Users hold licences by groups of which no file says that they carry any.
const INFERRED_LICENSES: Code = Code("P201");
/// Removals and grants set each other off without end.
const UNSETTLED: Code = Code("P202");
/// A group that cannot carry licences has some.
const NOT_LICENSABLE: Code = Code("P203");

/// Capacity of a SKU whose units are not counted: company-wide, free, or not told.
const UNCOUNTED: u32 = u32::MAX;

/// Licensing today, settled. The ledger's users are those of the snapshot, with the same numbers; its day 0 is today.
#[derive(Clone, Debug)]
pub struct Today {
    pub memberships: Memberships,
    pub terms: Arc<Terms>,
    pub ledger: Ledger,
    /// The units of each SKU on this day.
    pub units: Vec<PrepaidUnits>,
    /// Who goes first where units are short.
    pub order: OrderPolicy,
    /// The group of each bundle.
    groups: Vec<GroupIndex>,
    /// What each bundle gives, plans by id.
    licenses: Vec<Vec<GroupLicense>>,
}

impl Today {
    /// The licensed group behind a bundle.
    pub fn group_of(&self, bundle: BundleIndex) -> GroupIndex {
        self.groups[bundle.get()]
    }

    /// The bundle of a group; `None` where it gives no licences.
    pub fn bundle_of(&self, group: GroupIndex) -> Option<BundleIndex> {
        let found = self.groups.binary_search(&group);
        found.ok().map(|at| BundleIndex(at as u32))
    }

    /// Units of a SKU that are free, negative where more are assigned than owned; `None` where units are not counted.
    pub fn available(&self, sku: SkuIndex) -> Option<i64> {
        (self.ledger.capacity(sku) != UNCOUNTED).then(|| self.ledger.available(sku))
    }

    /// Every licensed group, in order of ids, and every other one that is followed.
    pub fn licensed_groups(&self) -> &[GroupIndex] {
        &self.groups
    }

    /// What a bundle gives, disabled plans by id.
    pub fn licenses_of(&self, bundle: BundleIndex) -> &[GroupLicense] {
        &self.licenses[bundle.get()]
    }
}

/// See the head of this file. `units` has one entry for each SKU of the snapshot.
pub fn today(
    snapshot: &Snapshot,
    memberships: Memberships,
    policy: &Policy,
    units: &[PrepaidUnits],
    catalog: &Catalog,
) -> Diagnosed<Today> {
    let opening = Opening::new(snapshot, memberships, policy, units, catalog, &[]);
    opening.and_then(|opening| opening.settled_in_own_order(snapshot, policy))
}

/// What the export shows and what everybody is meant to have, before anything is granted: the same for every order of grants.
#[derive(Clone, Debug)]
pub struct Opening(Today);

impl Opening {
    /// `units` has one entry for each SKU of the snapshot. `followed` groups have bundles too, which may give nothing today: so that
    /// they can later.
    pub fn new(
        snapshot: &Snapshot,
        memberships: Memberships,
        policy: &Policy,
        units: &[PrepaidUnits],
        catalog: &Catalog,
        followed: &[GroupIndex],
    ) -> Diagnosed<Self> {
        let mut findings = Vec::new();
        let mut licenses = licenses(snapshot, &mut findings);
        for group in followed {
            licenses.entry(*group).or_default();
        }
        let groups: Vec<GroupIndex> = licenses.keys().copied().collect();
        let bundles: Vec<Vec<GroupLicense>> = licenses.into_values().collect();
        let skus = snapshot.skus.iter().map(|sku| sku_terms(catalog, policy, &sku.sku_id)).collect();
        let rules = PlanRules::of_policy(catalog, policy);
        let bundles = bundles.iter().map(|licenses| with_plan_ids(snapshot, catalog, licenses)).collect::<Vec<_>>();
        let terms = Arc::new(Terms::new(skus, &bundles, &rules, policy.into()));
        let mut ledger = Ledger::new(terms.clone());
        for seeker in seekers(snapshot) {
            ledger.add_user(seeker);
        }
        capacities(snapshot, units, &mut ledger, &mut findings);
        let order = policy.order.clone();
        let mut today = Today { memberships, terms, ledger, units: units.to_vec(), order, groups, licenses: bundles };
        let intents = today.intents(snapshot.users.len());
        today.seed(snapshot, &intents);
        for (user, bundles) in (0..).zip(intents.iter()) {
            today.ledger.set_bundles(user, bundles);
        }
        Diagnosed::new(Self(today), findings)
    }

    /// Licensing settled in the order of the policy.
    pub fn settled_in_own_order(self, snapshot: &Snapshot, policy: &Policy) -> Diagnosed<Today> {
        self.settled(snapshot, policy, &order::ranks(&snapshot.users, &policy.order))
    }

    /// Licensing settled with a rank for each user. `policy` differs at most in its order from that of the opening.
    pub fn settled(self, snapshot: &Snapshot, policy: &Policy, ranks: &[Rank]) -> Diagnosed<Today> {
        let mut findings = Vec::new();
        let Opening(mut today) = self;
        today.ledger.rank_all(ranks, policy.into());
        today.terms = today.ledger.terms().clone();
        today.order = policy.order.clone();
        if let Err(unsettled) = today.ledger.settle(0) {
            let help =
                "groups whose plans need each other in a circle cannot be settled; the counts of today may be wrong";
            findings.push(Diagnostic::warning(UNSETTLED, unsettled.to_string()).help(help));
        }
        stages::settle(snapshot, policy, &mut today, &mut findings);
        Diagnosed::new(today, findings)
    }
}

/// What each licensed group gives. Where no file says what any group gives, it is read off the licences that users hold by
/// groups.
fn licenses(snapshot: &Snapshot, findings: &mut Vec<Diagnostic>) -> BTreeMap<GroupIndex, Vec<GroupLicense>> {
    let mut licenses: BTreeMap<GroupIndex, Vec<GroupLicense>> = BTreeMap::new();
    for index in snapshot.group_indexes() {
        let group = snapshot.group(index);
        if group.licenses.is_empty() {
            continue;
        }
        if group.is_licensable() == Some(false) {
            let message = format!("`{}` carries licences and is not security-enabled", group.display_name);
            findings.push(Diagnostic::warning(NOT_LICENSABLE, message).at(&group.origin));
        }
        licenses.insert(index, group.licenses.clone());
    }
    if !licenses.is_empty() {
        return licenses;
    }
    let mut given: BTreeSet<(GroupIndex, SkuIndex)> = BTreeSet::new();
    for license in &snapshot.assigned {
        if let LicenseSource::Group(group) = license.source {
            given.insert((group, license.sku));
        }
    }
    for (group, sku) in given {
        licenses.entry(group).or_default().push(GroupLicense { sku, disabled_plans: Vec::new() });
    }
    if !licenses.is_empty() {
        let message =
            format!("no file says which licences groups carry: those of {} are read off their members", licenses.len());
        let help = "export groups with AssignedLicenses to know what a group gives to those who join";
        findings.push(Diagnostic::warning(INFERRED_LICENSES, message).help(help));
    }
    licenses
}

/// The plans of a SKU by id. A SKU that the catalogue does not know has none, and no conflict.
fn sku_terms(catalog: &Catalog, policy: &Policy, sku_id: &crate::catalog::SkuId) -> SkuTerms {
    let plans = catalog.sku(sku_id).map_or(&[][..], |sku| &sku.service_plans[..]);
    let prohibited_locations = policy.prohibited.get(sku_id).cloned().unwrap_or_default();
    SkuTerms { service_plans: plans.iter().map(|plan| plan.id.clone()).collect(), prohibited_locations }
}

/// Disabled plans are given by id or by name; here they are ids.
fn with_plan_ids(snapshot: &Snapshot, catalog: &Catalog, licenses: &[GroupLicense]) -> Vec<GroupLicense> {
    let by_id = |license: &GroupLicense| {
        let plans = catalog.sku(&snapshot.sku(license.sku).sku_id).map_or(&[][..], |sku| &sku.service_plans[..]);
        let id = |name: &str| -> Box<str> {
            let named = plans.iter().find(|plan| plan.name.eq_ignore_ascii_case(name));
            named.map_or_else(|| name.into(), |plan| plan.id.clone())
        };
        GroupLicense { sku: license.sku, disabled_plans: license.disabled_plans.iter().map(|plan| id(plan)).collect() }
    };
    licenses.iter().map(by_id).collect()
}

/// What licensing knows of each user; ranks are in order of ids.
fn seekers(snapshot: &Snapshot) -> impl Iterator<Item = Seeker> {
    snapshot.users.indexes().map(|user| Seeker {
        location: snapshot.users.text(user, &Attribute::UsageLocation).and_then(Country::parse),
        guest: snapshot.users.is_guest(user),
        rank: Rank { class: 0, place: user.0 },
    })
}

fn capacities(snapshot: &Snapshot, units: &[PrepaidUnits], ledger: &mut Ledger, findings: &mut Vec<Diagnostic>) {
    let mut unknown = Vec::new();
    for (index, units) in snapshot.sku_indexes().zip(units) {
        let sku = snapshot.sku(index);
        let told = sku.prepaid.is_some() || *units != PrepaidUnits::default();
        if !told && sku.is_planned() {
            unknown.push(&*sku.sku_part_number);
        }
        let counted = told && sku.is_planned();
        ledger.set_capacity(index, if counted { units.capacity() } else { UNCOUNTED });
    }
    if !unknown.is_empty() {
        let message = format!("no file says how many units there are of `{}`", unknown.join("`, `"));
        let help = "nobody waits for them here; export the SKUs, or write subscriptions.csv";
        findings.push(Diagnostic::warning(UNKNOWN_UNITS, message).help(help));
    }
}

impl Today {
    /// The bundles that each user is entitled to by groups.
    fn intents(&self, users: usize) -> Ragged<BundleIndex> {
        let members = |(at, group): (u32, &GroupIndex)| {
            self.memberships.members(*group).iter().map(move |user| (user.0, BundleIndex(at)))
        };
        let pairs: Vec<(u32, BundleIndex)> = (0..).zip(&self.groups).flat_map(members).collect();
        Ragged::new(users, &pairs)
    }

    /// Gives every user what the export shows.
    fn seed(&mut self, snapshot: &Snapshot, intents: &Ragged<BundleIndex>) {
        for of_user in snapshot.assigned.chunk_by(|a, b| a.user == b.user) {
            let Some(UserIndex(user)) = of_user.first().map(|license| license.user) else { continue };
            let mut held: BTreeSet<(Source, SkuIndex)> = BTreeSet::new();
            for license in of_user {
                self.sources(license, intents.of(user), &mut held);
            }
            let held: Vec<(Source, SkuIndex)> = held.into_iter().collect();
            self.ledger.seed(user, &held);
        }
    }

    /// The paths that one exported assignment stands for. Without a source it is by every group that entitles, else direct.
    fn sources(&self, license: &AssignedLicense, intents: &[BundleIndex], held: &mut BTreeSet<(Source, SkuIndex)>) {
        match license.source {
            LicenseSource::Direct => {
                held.insert((Source::Direct, license.sku));
            }
            LicenseSource::Group(group) => {
                // A group of which no file says that it gives anything cannot take the seat away either.
                let source = self.bundle_of(group).map_or(Source::Direct, Source::Bundle);
                held.insert((source, license.sku));
            }
            LicenseSource::Unknown => {
                let gives = |bundle: &&BundleIndex| self.terms.bundle_skus(**bundle).any(|sku| sku == license.sku);
                let by_groups = intents.iter().filter(gives).map(|bundle| (Source::Bundle(*bundle), license.sku));
                let mut by_groups = by_groups.peekable();
                if by_groups.peek().is_none() {
                    held.insert((Source::Direct, license.sku));
                }
                held.extend(by_groups);
            }
        }
    }
}
