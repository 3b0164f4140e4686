//! What each user has and has to keep. In: licensing today. Out: users by profile. Never: a price.

use std::collections::{BTreeMap, BTreeSet};

use super::Ladders;
use super::usage::{IDLE_DAYS, is_unused};
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
    /// Names of the plans that are on, to be kept or not.
    pub on: BTreeSet<String>,
}

/// Users by what they have and have to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    pub users: BTreeMap<Profile, Vec<UserIndex>>,
    /// Accounts that need nothing.
    pub idle: u32,
    /// Users who have a plan of a service that they do not use.
    pub unused: u32,
}

/// Every user with a licence, by profile.
pub fn profiles(
    baseline: &Baseline,
    today: &Today,
    catalog: &Catalog,
    basis: BundleBasis,
    spared: &BTreeSet<String>,
) -> Profiles {
    let ladders = Ladders::embedded();
    let mut profiles = Profiles::default();
    for user in baseline.snapshot.users.indexes() {
        let paths = today.ledger.paths(user.0);
        if paths.is_empty() {
            continue;
        }
        let mut profile =
            Profile { skus: paths.iter().map(|path| path.sku).collect(), plans: BTreeSet::new(), on: BTreeSet::new() };
        for path in &paths {
            profile.on.extend(plans(baseline, today, catalog, path.sku, path.source));
        }
        if basis != BundleBasis::Entitled && is_idle(baseline, user) {
            profiles.idle += 1;
        } else {
            let kept = |plan: &&String| !spared.contains(*plan) && !ladders.is_technical(plan);
            profile.plans = profile.on.iter().filter(kept).cloned().collect();
        }
        if basis == BundleBasis::UsedServices {
            let kept = profile.plans.len();
            let users = &baseline.snapshot.users;
            profile.plans.retain(|plan| !is_unused(users, user, plan, baseline.today));
            profiles.unused += u32::from(profile.plans.len() < kept);
        }
        profiles.users.entry(profile).or_default().push(user);
    }
    profiles
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
