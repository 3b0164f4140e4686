//! Who holds and who waits, and how many they are. In: a ledger. Out: counters, paths, users in line. Never: a change of who has what.
//!
//! Where waiting bundles are retried by themselves, the code of a path follows from the units that are free now: a SKU without
//! one is `CountViolation`, its siblings are `Other`. So nothing has to be written when a SKU runs out or frees up, and one
//! counter stands for all. Where they are not, the codes of the last evaluation stand.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::detail::{Detail, Verdict, Wanted};
use super::ledger::Ledger;
use super::queue::Key;
use super::terms::{Item, ParcelId};
use super::{BundleIndex, LicenseError, Path, PathState, Source};
use crate::directory::SkuIndex;

impl Ledger {
    /// Whether a user who has `wanted` and no seat of `sku` counts as waiting for it by this bundle.
    fn waits(&self, wanted: &Wanted, sku: SkuIndex) -> bool {
        match &wanted.verdict {
            Verdict::Count(short) => self.is_automatic() || short.contains(&sku),
            Verdict::Fresh | Verdict::Misfit(_) => false,
        }
    }

    /// Counts a user's failed paths, and notes in the detail where they were counted.
    pub(super) fn count(&mut self, user: u32, detail: &mut Detail) {
        let mut counted = std::mem::take(&mut detail.counted);
        let evaluated = || detail.wanted.iter().filter(|wanted| wanted.verdict != Verdict::Fresh);
        for wanted in evaluated() {
            for item in &self.parcels().get(self.current(wanted.bundle)).items {
                // Of several failed paths to one SKU, one that waits decides (R16); the SKU counts once.
                let waits = self.waits(wanted, item.sku);
                match counted.iter_mut().find(|(sku, _)| *sku == item.sku) {
                    Some((_, any)) => *any |= waits,
                    None if self.holds_with(user, detail, item.sku) => {}
                    None => counted.push((item.sku, waits)),
                }
            }
        }
        for (sku, waits) in &counted {
            let seats = &mut self.seats[sku.get()];
            *(if *waits { &mut seats.queued } else { &mut seats.stuck }) += 1;
        }
        detail.counted = counted;
    }

    /// Seats held.
    pub fn assigned(&self, sku: SkuIndex) -> u32 {
        self.seats[sku.get()].assigned
    }

    /// Units that can be assigned, held or not.
    pub fn capacity(&self, sku: SkuIndex) -> u32 {
        self.seats[sku.get()].capacity
    }

    /// `capacity - assigned`, never clamped.
    pub fn available(&self, sku: SkuIndex) -> i64 {
        self.seats[sku.get()].available()
    }

    /// Users without a seat who wait for a unit (R16).
    pub fn waiting(&self, sku: SkuIndex) -> u32 {
        let seats = self.seats[sku.get()];
        if self.is_automatic() && seats.available() > 0 { 0 } else { seats.queued }
    }

    /// Users without a seat for another reason than units of this SKU (R16).
    pub fn blocked(&self, sku: SkuIndex) -> u32 {
        let seats = self.seats[sku.get()];
        seats.queued + seats.stuck - self.waiting(sku)
    }

    pub fn holds(&self, user: u32, sku: SkuIndex) -> bool {
        if self.is_regular(user) {
            return self.regular_holds(user, sku);
        }
        let set = self.atlas.holds(self.regulars.stands[user as usize].set, sku);
        set || self.has_detail(user) && self.details.get(&user).is_some_and(|detail| self.holds_with(user, detail, sku))
    }

    /// Everybody who holds a SKU, in the order in which users were added.
    pub fn holders(&self, sku: SkuIndex) -> Vec<u32> {
        (0..self.user_count()).filter(|user| self.holds(*user, sku)).collect()
    }

    /// Users with a path that is not `Active`, in the order in which users were added.
    pub fn users_in_error(&self) -> impl Iterator<Item = u32> {
        let mut users: BTreeSet<u32> = self.regulars.waiters().collect();
        users.extend(self.details.keys());
        users.into_iter()
    }

    /// What a user has whole, and what is missing or too much.
    fn view(&self, user: u32) -> (Cow<'_, [ParcelId]>, Cow<'_, Detail>) {
        if self.is_regular(user) {
            return (Cow::Owned(self.sources_of_regular(user)), Cow::Owned(self.detail_of_regular(user)));
        }
        let detail = self.details.get(&user).map_or_else(|| Cow::Owned(Detail::default()), Cow::Borrowed);
        (Cow::Borrowed(&self.atlas.set(self.regulars.stands[user as usize].set).parcels), detail)
    }

    /// The SKUs a user holds, ascending.
    pub fn skus_of(&self, user: u32) -> Vec<SkuIndex> {
        if self.is_regular(user) {
            return self.skus_of_regular(user).collect();
        }
        let mut skus = self.atlas.set(self.regulars.stands[user as usize].set).skus.to_vec();
        if let Some(detail) = self.details.get(&user) {
            skus.extend(detail.outgoing.iter().map(|outgoing| outgoing.held.sku));
            skus.extend(detail.wanted.iter().flat_map(|wanted| wanted.held.iter().map(|held| held.sku)));
            skus.sort_unstable();
            skus.dedup();
        }
        skus
    }

    /// The SKUs that a user holds by direct assignment, those among them that were refused to go, in no order.
    pub fn directly_held(&self, user: u32) -> impl Iterator<Item = SkuIndex> {
        let parcels = self.atlas.set(self.regulars.stands[user as usize].set).parcels.iter();
        let parcels = parcels.map(|parcel| self.parcels().get(*parcel)).filter(|own| own.source == Source::Direct);
        let detail = self.has_detail(user).then(|| self.details.get(&user)).flatten();
        let outgoing = detail.into_iter().flat_map(|detail| &detail.outgoing);
        let outgoing = outgoing.filter(|outgoing| outgoing.source == Source::Direct);
        parcels.flat_map(|own| own.items.iter().map(|item| item.sku)).chain(outgoing.map(|outgoing| outgoing.held.sku))
    }

    /// The groups that a user is meant to have licences from, ascending, as of the last settlement.
    pub fn bundles_of(&self, user: u32) -> Vec<BundleIndex> {
        let source = |parcel: &ParcelId| match self.parcels().get(*parcel).source {
            Source::Bundle(bundle) => Some(bundle),
            Source::Direct => None,
        };
        let (parcels, detail) = self.view(user);
        let mut bundles: Vec<BundleIndex> = parcels.iter().filter_map(source).collect();
        bundles.extend(detail.wanted.iter().map(|wanted| wanted.bundle));
        bundles.sort_unstable();
        bundles
    }

    /// Every path of a user, by SKU and source.
    pub fn paths(&self, user: u32) -> Vec<Path> {
        let mut paths = Vec::new();
        let (parcels, detail) = self.view(user);
        for parcel in parcels.iter() {
            let parcel = self.parcels().get(*parcel);
            paths.extend(parcel.items.iter().map(|item| Path {
                sku: item.sku,
                source: parcel.source,
                state: PathState::Active,
                error: None,
                waiting_since: None,
            }));
        }
        detail.wanted.iter().for_each(|wanted| paths.extend(self.wanted_paths(user, &detail, wanted)));
        paths.extend(detail.outgoing.iter().map(|outgoing| Path {
            sku: outgoing.held.sku,
            source: outgoing.source,
            state: PathState::ActiveWithError,
            error: Some(outgoing.error.unwrap_or(LicenseError::Other)),
            waiting_since: None,
        }));
        paths.sort_unstable();
        paths
    }

    fn wanted_paths(&self, user: u32, detail: &Detail, wanted: &Wanted) -> Vec<Path> {
        let parcel = self.parcels().get(self.current(wanted.bundle));
        let path = |sku: SkuIndex| {
            let held = wanted.held.iter().any(|held| held.sku == sku);
            Path {
                sku,
                source: parcel.source,
                state: if held { PathState::ActiveWithError } else { PathState::Error },
                error: Some(self.error_of(user, detail, wanted, sku)),
                waiting_since: wanted.since,
            }
        };
        parcel.items.iter().map(|item| path(item.sku)).collect()
    }

    /// Whether a user holds a SKU, given what is missing or too much.
    fn holds_beside(&self, user: u32, detail: &Detail, sku: SkuIndex) -> bool {
        if self.is_regular(user) { self.regular_holds(user, sku) } else { self.holds_with(user, detail, sku) }
    }

    /// The code of one path of a bundle that failed.
    fn error_of(&self, user: u32, detail: &Detail, wanted: &Wanted, sku: SkuIndex) -> LicenseError {
        let failed = match &wanted.verdict {
            Verdict::Misfit(misfit) if misfit.skus.contains(&sku) => return misfit.error,
            Verdict::Count(_) if self.is_automatic() => {
                self.seats[sku.get()].available() <= 0 && !self.holds_beside(user, detail, sku)
            }
            Verdict::Count(short) => short.contains(&sku),
            Verdict::Fresh | Verdict::Misfit(_) => false,
        };
        if failed { LicenseError::CountViolation } else { LicenseError::Other }
    }

    /// The bundles by which an irregular user waits for a SKU.
    fn waits_by<'a>(&'a self, user: u32, detail: &'a Detail, sku: SkuIndex) -> impl Iterator<Item = &'a Wanted> {
        detail.wanted.iter().filter(move |wanted| {
            self.parcels().get(self.current(wanted.bundle)).has(sku)
                && self.waits(wanted, sku)
                && self.error_of(user, detail, wanted, sku) == LicenseError::CountViolation
        })
    }

    /// Tells `person` everybody who waits for a unit, once for every SKU, in no order.
    pub fn waiters(&self, person: &mut dyn FnMut(SkuIndex, u32)) {
        self.regular_lines(person);
        for (user, detail) in &self.details {
            for (sku, _) in detail.counted.iter().filter(|(_, waits)| *waits) {
                if self.waits_by(*user, detail, *sku).next().is_some() && !self.holds_with(*user, detail, *sku) {
                    person(*sku, *user);
                }
            }
        }
    }

    /// The users who wait for a SKU, first in line first.
    pub fn queue(&self, sku: SkuIndex) -> Vec<u32> {
        let mut keys = Vec::new();
        for (user, detail) in &self.details {
            let waiting = self.waits_by(*user, detail, sku);
            let first = waiting.map(|wanted| self.key(*user, wanted.bundle, wanted.since.unwrap_or(0))).min();
            keys.extend(first.filter(|_| !self.holds_with(*user, detail, sku)));
        }
        if self.seats[sku.get()].available() <= 0 {
            for user in self.regulars.waiters().filter(|user| !self.regular_holds(*user, sku)) {
                let bit = |bits: &[u64]| bits[sku.get() / 64] >> (sku.get() % 64) & 1 == 1;
                let waits = self.regulars.missing(user).filter(|entry| bit(self.regulars.gifts.skus(entry.bundle)));
                keys.extend(waits.map(|entry| self.key(user, entry.bundle, entry.since)).min());
            }
        }
        keys.sort_unstable();
        keys.into_iter().map(Key::user).collect()
    }

    /// The names of the service plans that are on for a user, with each SKU that brings them.
    pub fn plans_by_sku_of(&self, user: u32) -> Vec<(SkuIndex, &str)> {
        let (parcels, detail) = self.view(user);
        let mut items: Vec<&Item> = parcels.iter().flat_map(|parcel| &self.parcels().get(*parcel).items).collect();
        let held = detail.wanted.iter().flat_map(|wanted| &wanted.held);
        items.extend(held.chain(detail.outgoing.iter().map(|outgoing| &outgoing.held)).map(|held| self.item(*held)));
        let mut plans: Vec<(SkuIndex, &str)> = items
            .iter()
            .flat_map(|item| item.plans.iter().map(|plan| (item.sku, self.terms.plan_name(*plan))))
            .collect();
        plans.sort_unstable();
        plans.dedup();
        plans
    }

    /// The names of the service plans that are on for a user: the union over the paths that hold a seat (INV-30).
    pub fn service_plans_of(&self, user: u32) -> Vec<&str> {
        let mut names: Vec<&str> = self.plans_by_sku_of(user).into_iter().map(|(_, plan)| plan).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
