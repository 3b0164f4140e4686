//! What each user has and has to keep. In: licensing today. Out: users by profile. Never: a price.

use std::collections::{BTreeMap, BTreeSet};

use super::Ladders;
use crate::calendar;
use crate::catalog::Catalog;
use crate::directory::{Attribute, SkuIndex, UserIndex, ValueRef};
use crate::forecast::BundleBasis;
use crate::licensing::{Source, Today};
use crate::scenario::Baseline;

/// SKUs that a user is entitled to, and the names of the plans to keep.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Profile {
    pub skus: BTreeSet<SkuIndex>,
    pub plans: BTreeSet<String>,
}

/// An account without activity for longer is idle.
const IDLE_DAYS: u32 = 90;

/// Every user with a licence, by profile; and how many of them need nothing.
pub fn profiles(
    baseline: &Baseline,
    today: &Today,
    catalog: &Catalog,
    basis: BundleBasis,
    spared: &BTreeSet<String>,
) -> (BTreeMap<Profile, Vec<UserIndex>>, u32) {
    let ladders = Ladders::embedded();
    let mut profiles: BTreeMap<Profile, Vec<UserIndex>> = BTreeMap::new();
    let mut idle = 0;
    for user in baseline.snapshot.users.indexes() {
        let paths = today.ledger.paths(user.0);
        if paths.is_empty() {
            continue;
        }
        let mut profile = Profile { skus: paths.iter().map(|path| path.sku).collect(), plans: BTreeSet::new() };
        if basis == BundleBasis::InUse && is_idle(baseline, user) {
            idle += 1;
        } else {
            for path in &paths {
                profile.plans.extend(plans(baseline, today, catalog, path.sku, path.source));
            }
            profile.plans.retain(|plan| !spared.contains(plan) && !ladders.is_technical(plan));
        }
        profiles.entry(profile).or_default().push(user);
    }
    (profiles, idle)
}

/// The plans of a SKU that one source leaves on; the user has those of all sources together (INV-30).
fn plans(
    baseline: &Baseline,
    today: &Today,
    catalog: &Catalog,
    sku: SkuIndex,
    source: Source,
) -> impl Iterator<Item = String> {
    let snapshot = &baseline.snapshot;
    let disabled: Vec<String> = match source {
        Source::Bundle(bundle) => {
            let licenses = &snapshot.group(today.group_of(bundle)).licenses;
            let own = licenses.iter().filter(move |license| license.sku == sku);
            own.flat_map(|license| license.disabled_plans.iter().map(|plan| plan.to_string())).collect()
        }
        Source::Direct => Vec::new(),
    };
    let all = catalog.sku(&snapshot.sku(sku).sku_id).map_or(&[][..], |sku| &sku.service_plans);
    let is_off = move |name: &str, id: &str| {
        disabled.iter().any(|plan| plan.eq_ignore_ascii_case(name) || plan.eq_ignore_ascii_case(id))
    };
    let on: Vec<String> =
        all.iter().filter(|plan| !is_off(&plan.name, &plan.id)).map(|plan| plan.name.to_string()).collect();
    on.into_iter()
}

/// Whether the account cannot sign in, or the usage report says that it has been idle. Without a date nothing is claimed.
fn is_idle(baseline: &Baseline, user: UserIndex) -> bool {
    let users = &baseline.snapshot.users;
    let last = match users.value(user, &Attribute::LastActivityDate) {
        ValueRef::Instant(last) => Some(last.date_naive()),
        _ => None,
    };
    users.boolean(user, &Attribute::AccountEnabled) == Some(false)
        || last.is_some_and(|last| calendar::days_between(last, baseline.today) > IDLE_DAYS)
}
