//! What is the same for every user: SKUs with their plans, what each licensed group gives, which plans exclude or need each
//! other, and the policy. In: plain lists. Out: `Terms`, shared by all ledgers. Never: a user, a count, a change.

use std::collections::BTreeMap;

use super::{
    BundleIndex, Country, GuestPolicy, MissingUsageLocation, OrderPolicy, Policy, Reprocess, Source, SwapPolicy,
};
use crate::directory::{GroupLicense, SkuIndex};

/// A service plan that some SKU of the tenant has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanIndex(pub u16);

/// One SKU: the names of its service plans, and the countries in which it may not be used (reference 1.6: empty by default).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkuTerms {
    pub service_plans: Vec<Box<str>>,
    pub prohibited_locations: Vec<Country>,
}

/// A plan that needs one of some others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanDependency {
    pub plan: Box<str>,
    pub needs: Vec<Box<str>>,
}

/// Which plans cannot be held together, and which need each other. Plans of one exclusion exclude each other pairwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanRules {
    pub exclusions: Vec<Vec<Box<str>>>,
    pub dependencies: Vec<PlanDependency>,
}

/// The part of the policy that the assignment of seats reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatPolicy {
    pub tenant_country: Option<Country>,
    pub missing_usage_location: MissingUsageLocation,
    pub skip_guests: bool,
    pub reprocess: Reprocess,
    /// Whether who waits longer goes first within a class of users.
    pub by_arrival: bool,
    pub swap: SwapPolicy,
}

impl From<&Policy> for SeatPolicy {
    fn from(policy: &Policy) -> Self {
        Self {
            tenant_country: policy.tenant_country.as_deref().and_then(Country::parse),
            missing_usage_location: policy.missing_usage_location,
            skip_guests: policy.guests == GuestPolicy::Skip,
            // A delay of no days is the automatic retry.
            reprocess: match policy.reprocess {
                Reprocess::AutoDelayed { days: 0 } => Reprocess::Auto,
                other => other,
            },
            by_arrival: matches!(policy.order, OrderPolicy::Arrival | OrderPolicy::Priority { .. }),
            swap: policy.swap,
        }
    }
}

/// One SKU as one source gives it: `plans` are those left on, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub sku: SkuIndex,
    pub plans: Box<[PlanIndex]>,
    /// Those of the plans that any exclusion names.
    exclusive: Box<[PlanIndex]>,
    /// Whether one of the plans needs others, and whether others can need one of them.
    dependent: bool,
    pub carries: bool,
}

/// Everything that one source gives one user at once: the bundle of a group, or one SKU assigned directly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parcel {
    pub source: Source,
    /// Ascending by SKU, each SKU once.
    pub items: Box<[Item]>,
}

impl Parcel {
    pub fn has(&self, sku: SkuIndex) -> bool {
        self.items.iter().any(|item| item.sku == sku)
    }
}

/// The position of a parcel. The first are the direct assignments of each SKU, then the bundles, then what replaced them.
pub(super) type ParcelId = u32;

#[derive(Clone, Debug)]
struct Dependency {
    plan: PlanIndex,
    needs: Vec<PlanIndex>,
}

/// A plan that needs one of some others, as bits of telling plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bond {
    pub plan: Box<[u64]>,
    pub needs: Box<[u64]>,
}

/// See the head of this file. Cheap to share, never changes.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub(super) policy: SeatPolicy,
    pub(super) parcels: Vec<Parcel>,
    skus: Vec<SkuTerms>,
    plan_names: Vec<Box<str>>,
    plans: BTreeMap<Box<str>, PlanIndex>,
    /// The exclusions that a plan belongs to, by plan.
    exclusions: Vec<Vec<u16>>,
    dependencies: Vec<Dependency>,
    /// The plans that an exclusion or a dependency names, ascending.
    telling: Vec<PlanIndex>,
    /// Whether any SKU is prohibited anywhere.
    restricted: bool,
}

/// Why the plans of a parcel cannot be added to what a user has: the SKUs that fail the stage, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub error: super::LicenseError,
    pub skus: Box<[SkuIndex]>,
}

impl Terms {
    /// `bundles` are in the order of their groups' ids; `skus` in the order of the snapshot's. Plan names are compared without
    /// regard to letter case; a disabled plan that the SKU does not have changes nothing.
    pub fn new(skus: Vec<SkuTerms>, bundles: &[Vec<GroupLicense>], rules: &PlanRules, policy: SeatPolicy) -> Self {
        let mut terms = Terms { policy, ..Terms::default() };
        terms.restricted = skus.iter().any(|sku| !sku.prohibited_locations.is_empty());
        for name in skus.iter().flat_map(|sku| &sku.service_plans) {
            terms.intern(name);
        }
        terms.skus = skus;
        for (number, exclusion) in rules.exclusions.iter().enumerate() {
            for plan in exclusion {
                let plan = terms.intern(plan);
                terms.exclusions[usize::from(plan.0)].push(number as u16);
            }
        }
        for dependency in &rules.dependencies {
            let plan = terms.intern(&dependency.plan);
            let needs = dependency.needs.iter().map(|need| terms.intern(need)).collect();
            terms.dependencies.push(Dependency { plan, needs });
        }
        terms.telling = terms.tellers();
        for sku in 0..terms.skus.len() as u32 {
            let license = GroupLicense { sku: SkuIndex(sku), disabled_plans: Vec::new() };
            let parcel = terms.parcel(Source::Direct, &[license]);
            terms.parcels.push(parcel);
        }
        for (number, licenses) in bundles.iter().enumerate() {
            let parcel = terms.parcel(Source::Bundle(BundleIndex(number as u32)), licenses);
            terms.parcels.push(parcel);
        }
        terms
    }

    fn intern(&mut self, name: &str) -> PlanIndex {
        let folded: Box<str> = name.to_ascii_lowercase().into();
        if let Some(plan) = self.plans.get(&folded) {
            return *plan;
        }
        let plan = PlanIndex(u16::try_from(self.plan_names.len()).expect("a tenant has fewer than 65,536 plans"));
        self.plan_names.push(name.into());
        self.exclusions.push(Vec::new());
        self.plans.insert(folded, plan);
        plan
    }

    pub fn sku_count(&self) -> usize {
        self.skus.len()
    }

    pub fn bundle_count(&self) -> usize {
        self.parcels.len() - self.skus.len()
    }

    /// The service plans of a SKU.
    pub fn service_plans(&self, sku: SkuIndex) -> &[Box<str>] {
        &self.skus[sku.get()].service_plans
    }

    /// The same terms under another policy.
    pub fn with_policy(&self, policy: SeatPolicy) -> Terms {
        Terms { policy, ..self.clone() }
    }

    pub fn policy(&self) -> SeatPolicy {
        self.policy
    }

    /// The SKUs a bundle gives, as it was at the start.
    pub fn bundle_skus(&self, bundle: BundleIndex) -> impl Iterator<Item = SkuIndex> {
        self.parcels[self.skus.len() + bundle.get()].items.iter().map(|item| item.sku)
    }

    pub(super) fn direct(&self, sku: SkuIndex) -> ParcelId {
        sku.0
    }

    pub(super) fn bundle(&self, bundle: BundleIndex) -> ParcelId {
        self.skus.len() as u32 + bundle.0
    }

    pub(super) fn bundle_parcel(&self, bundle: BundleIndex) -> &Parcel {
        &self.parcels[self.skus.len() + bundle.get()]
    }

    pub(super) fn direct_parcel(&self, sku: SkuIndex) -> &Parcel {
        &self.parcels[sku.get()]
    }

    fn tellers(&self) -> Vec<PlanIndex> {
        let bound = self.dependencies.iter().flat_map(|bond| bond.needs.iter().chain([&bond.plan]));
        let mut telling: Vec<PlanIndex> = bound.copied().collect();
        let all = (0..self.plan_names.len() as u16).map(PlanIndex);
        telling.extend(all.filter(|plan| !self.exclusions[usize::from(plan.0)].is_empty()));
        telling.sort_unstable();
        telling.dedup();
        telling
    }

    /// How many plans any exclusion or dependency names.
    pub(super) fn telling_count(&self) -> usize {
        self.telling.len()
    }

    /// The telling plans of an item, by their place among all of them.
    pub(super) fn telling(&self, item: &Item) -> impl Iterator<Item = usize> {
        item.plans.iter().filter_map(|plan| self.telling.binary_search(plan).ok())
    }

    /// The telling plans that exclude one of an item's.
    pub(super) fn excluded_by(&self, item: &Item) -> impl Iterator<Item = usize> {
        let excludes = |q: &PlanIndex| item.exclusive.iter().any(|p| self.is_pair(*p, *q));
        self.telling.iter().enumerate().filter(move |(_, q)| excludes(q)).map(|(at, _)| at)
    }

    /// The dependencies, as bits.
    pub(super) fn bonds(&self) -> Vec<Bond> {
        let bits = |plans: &[PlanIndex]| {
            let mut bits = vec![0_u64; self.telling.len().div_ceil(64)];
            for at in plans.iter().filter_map(|plan| self.telling.binary_search(plan).ok()) {
                bits[at / 64] |= 1 << (at % 64);
            }
            bits.into_boxed_slice()
        };
        self.dependencies.iter().map(|bond| Bond { plan: bits(&[bond.plan]), needs: bits(&bond.needs) }).collect()
    }

    /// The name of a plan, as the first list that names it writes it.
    pub fn plan_name(&self, plan: PlanIndex) -> &str {
        &self.plan_names[usize::from(plan.0)]
    }

    /// What a source gives: licences sorted, each SKU once (of two entries the later counts), less the disabled plans.
    pub(super) fn parcel(&self, source: Source, licenses: &[GroupLicense]) -> Parcel {
        let mut items: BTreeMap<SkuIndex, Item> = BTreeMap::new();
        for license in licenses {
            let disabled = license.disabled_plans.iter().filter_map(|plan| self.plans.get(&*plan.to_ascii_lowercase()));
            let disabled: Vec<PlanIndex> = disabled.copied().collect();
            let names = self.skus.get(license.sku.get()).map_or(&[][..], |sku| &sku.service_plans[..]);
            let plans = names.iter().filter_map(|plan| self.plans.get(&*plan.to_ascii_lowercase()));
            let mut plans: Vec<PlanIndex> = plans.copied().filter(|plan| !disabled.contains(plan)).collect();
            plans.sort_unstable();
            plans.dedup();
            items.insert(license.sku, self.item(license.sku, plans.into()));
        }
        Parcel { source, items: items.into_values().collect() }
    }

    fn item(&self, sku: SkuIndex, plans: Box<[PlanIndex]>) -> Item {
        let excluded = |plan: &&PlanIndex| !self.exclusions[usize::from(plan.0)].is_empty();
        let exclusive = plans.iter().filter(excluded).copied().collect();
        let has = |plan: &PlanIndex| plans.binary_search(plan).is_ok();
        let dependent = self.dependencies.iter().any(|dependency| has(&dependency.plan));
        let carries = self.dependencies.iter().any(|dependency| dependency.needs.iter().any(has));
        Item { sku, plans, exclusive, dependent, carries }
    }

    /// Stage 1 (R6): the SKUs of a parcel that may not be used where the user is. A direct assignment needs the user's own
    /// location; a group falls back to the tenant's country.
    pub(super) fn prohibited(&self, location: Option<Country>, parcel: &Parcel) -> Vec<SkuIndex> {
        let all = || parcel.items.iter().map(|item| item.sku).collect();
        let effective = match (location, parcel.source) {
            (Some(location), _) => Some(location),
            (None, Source::Direct) => return all(),
            (None, _) if self.policy.missing_usage_location == MissingUsageLocation::Block => return all(),
            (None, _) => self.policy.tenant_country,
        };
        let (true, Some(country)) = (self.restricted, effective) else { return Vec::new() };
        let prohibits = |sku: &SkuIndex| self.skus[sku.get()].prohibited_locations.contains(&country);
        parcel.items.iter().map(|item| item.sku).filter(prohibits).collect()
    }

    /// Whether some SKU could be refused to a user who is there.
    pub(super) fn may_prohibit(&self, location: Option<Country>) -> bool {
        self.restricted || (location.is_none() && self.policy.missing_usage_location == MissingUsageLocation::Block)
    }

    /// Stages 2 and 3 (R6): whether the plans of `own` fit together with those of `others`, the user's other sources.
    pub(super) fn misfit(&self, own: &[Item], others: &[&Item]) -> Option<Misfit> {
        use super::LicenseError::{DependencyViolation, MutuallyExclusiveViolation};
        if own.iter().all(Item::fits_all) {
            return None;
        }
        let every = || others.iter().copied().chain(own);
        let excluded =
            |item: &&Item| every().any(|other| other.sku != item.sku && self.exclude_each_other(item, other));
        let unmet = |item: &&Item| {
            let missing = |dependency: &&Dependency| !dependency.needs.iter().any(|need| every().any(|i| i.has(*need)));
            self.dependencies.iter().filter(|dependency| item.has(dependency.plan)).any(|d| missing(&d))
        };
        let failing = |skus: Vec<SkuIndex>, error| (!skus.is_empty()).then(|| Misfit { error, skus: skus.into() });
        failing(own.iter().filter(excluded).map(|item| item.sku).collect(), MutuallyExclusiveViolation)
            .or_else(|| failing(own.iter().filter(unmet).map(|item| item.sku).collect(), DependencyViolation))
    }

    /// A plan that both have does not exclude itself.
    fn exclude_each_other(&self, a: &Item, b: &Item) -> bool {
        a.exclusive.iter().any(|p| b.exclusive.iter().any(|q| self.is_pair(*p, *q)))
    }

    /// Whether two SKUs of one list exclude each other.
    pub(super) fn is_torn(&self, items: &[Item]) -> bool {
        items.iter().any(|a| items.iter().any(|b| a.sku != b.sku && self.exclude_each_other(a, b)))
    }

    fn is_pair(&self, p: PlanIndex, q: PlanIndex) -> bool {
        let exclusions = |plan: PlanIndex| &self.exclusions[usize::from(plan.0)];
        p != q && exclusions(p).iter().any(|number| exclusions(q).contains(number))
    }

    /// Whether taking `removed` away would cost a plan that stays its last prerequisite (R9): the SKUs that carry it.
    pub(super) fn needed(&self, removed: &[&Item], remaining: &[&Item]) -> Vec<SkuIndex> {
        let mut carriers = Vec::new();
        if !removed.iter().any(|item| item.carries) {
            return carriers;
        }
        for dependency in &self.dependencies {
            let meets = |item: &&Item| dependency.needs.iter().any(|need| item.has(*need));
            let dependent = remaining.iter().any(|item| item.has(dependency.plan));
            if dependent && !remaining.iter().any(&meets) {
                carriers.extend(removed.iter().copied().filter(meets).map(|item| item.sku));
            }
        }
        carriers.sort_unstable();
        carriers.dedup();
        carriers
    }
}

impl Item {
    /// Whether no plan of it excludes or needs another.
    pub fn fits_all(&self) -> bool {
        self.exclusive.is_empty() && !self.dependent
    }

    fn has(&self, plan: PlanIndex) -> bool {
        self.plans.binary_search(&plan).is_ok()
    }
}
