//! Single changes to a ledger beside joining and leaving: direct licences, restores, replaced group licences, new terms.
//! In: one change. Out: the ledger with it, or a refusal. Never: settles; what follows from a change waits for the next tick.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::assign::{insert_wanted, leaving};
use super::atlas::{NOTHING, Parcels};
use super::detail::{Detail, Going, Held, Outgoing, Verdict, Wanted};
use super::gifts::Gifts;
use super::ledger::Ledger;
use super::terms::{Item, Parcel, ParcelId, Terms};
use super::{BundleIndex, LicenseError, Refusal, Source, SwapPolicy};
use crate::directory::{GroupLicense, SkuIndex};

/// The days after a deletion within which a user can be restored.
pub const RESTORE_DAYS: u32 = 30;

impl Ledger {
    /// Assigns a SKU directly: at once, or not at all (R11).
    pub fn direct_assign(&mut self, user: u32, sku: SkuIndex) -> Result<(), Refusal> {
        if self.is_deleted(user) {
            return Err(Refusal::Deleted);
        }
        let parcel = self.terms.direct(sku);
        if self.has_parcel(user, parcel) {
            return Ok(());
        }
        self.unfold(user);
        let mut detail = self.begin_edit(user);
        let outcome = self.judge_direct(user, &detail, sku);
        if let Ok(need) = &outcome {
            if *need {
                self.seats[sku.get()].assigned += 1;
                self.taken.insert((user, sku));
            }
            detail.outgoing.retain(|outgoing| !is_direct(outgoing, sku));
            let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
            self.regulars.stands[user as usize].set =
                self.atlas.with(parcels, self.regulars.stands[user as usize].set, parcel);
            // A bundle may fit now, and a path that was refused to go may be needed no longer.
            if !detail.wanted.is_empty() || !detail.outgoing.is_empty() {
                self.dirty.insert(user);
            }
        }
        self.end_edit(user, detail);
        outcome.map(|_| ()).map_err(Refusal::License)
    }

    /// Whether a direct assignment of `sku` needs a unit, or why it fails.
    fn judge_direct(&self, user: u32, detail: &Detail, sku: SkuIndex) -> Result<bool, LicenseError> {
        let parcel = self.parcels().get(self.terms.direct(sku));
        if !self.terms.prohibited(self.regulars.stands[user as usize].location, parcel).is_empty() {
            return Err(LicenseError::ProhibitedInUsageLocationViolation);
        }
        let mut others = self.atlas.items(self.parcels(), self.regulars.stands[user as usize].set);
        others.extend(detail.wanted.iter().flat_map(|wanted| &wanted.held).map(|held| self.item(*held)));
        let elsewhere = detail.outgoing.iter().filter(|outgoing| !is_direct(outgoing, sku));
        others.extend(elsewhere.map(|outgoing| self.item(outgoing.held)));
        if let Some(misfit) = self.terms.misfit(&parcel.items, &others) {
            return Err(misfit.error);
        }
        let need = !self.holds_with(user, detail, sku);
        if need && self.seats[sku.get()].available() <= 0 { Err(LicenseError::CountViolation) } else { Ok(need) }
    }

    /// Takes a direct licence away at the next settlement, unless something that stays needs it (R9).
    pub fn direct_remove(&mut self, user: u32, sku: SkuIndex) -> Result<(), Refusal> {
        self.unfold(user);
        let parcel = self.terms.direct(sku);
        if !self.has_parcel(user, parcel) {
            let outgoing = self.details.get(&user).map_or(&[][..], |detail| &detail.outgoing[..]);
            return outgoing.iter().any(|o| is_direct(o, sku)).then_some(()).ok_or(Refusal::NotAssigned);
        }
        let mut detail = self.begin_edit(user);
        self.drop_parcel(user, parcel);
        detail.outgoing.push(leaving(Source::Direct, Held { sku, parcel }));
        self.end_edit(user, detail);
        self.dirty.insert(user);
        Ok(())
    }

    /// Brings a deleted user back: direct licences are tried at once, groups at the next settlement as if new (R12).
    /// Out: the direct licences that could not be given again.
    pub fn restore(&mut self, user: u32, day: u32) -> Result<Vec<(SkuIndex, LicenseError)>, Refusal> {
        let grave = self.graves.get(&user).ok_or(Refusal::NotDeleted)?;
        if day.saturating_sub(grave.day) > RESTORE_DAYS {
            return Err(Refusal::DeletedTooLongAgo);
        }
        let Some(grave) = self.graves.remove(&user) else { return Err(Refusal::NotDeleted) };
        self.mark_deleted(user, false);
        let mut failed = Vec::new();
        for sku in grave.direct {
            if let Err(Refusal::License(error)) = self.direct_assign(user, sku) {
                failed.push((sku, error));
            }
        }
        self.set_bundles(user, &grave.bundles);
        Ok(failed)
    }

    /// Replaces everything a group gives, for all its members, in one change. SKUs that only disappear are removed; where others
    /// come instead, the old ones stay until the new bundle is granted, if the policy says so (R10).
    pub fn replace_bundle(&mut self, bundle: BundleIndex, licenses: &[GroupLicense]) {
        let old = self.current(bundle);
        let content = self.terms.parcel(Source::Bundle(bundle), licenses);
        let before = self.parcels().get(old).clone();
        if content == before {
            return;
        }
        let incoming = content.items.iter().any(|item| !before.has(item.sku));
        let keeps = incoming && self.terms.policy.swap == SwapPolicy::KeepOld;
        let members: Vec<u32> = (0..self.user_count()).filter(|user| self.is_in(*user, bundle, old)).collect();
        members.iter().for_each(|user| self.unfold(*user));
        let mut edits: Vec<(u32, Detail)> = members.into_iter().map(|user| (user, self.begin_edit(user))).collect();
        for (_, detail) in &mut edits {
            detail.wanted.iter_mut().filter(|w| w.bundle == bundle).for_each(|wanted| wanted.watch = None);
        }
        self.current.insert(bundle, (self.terms.parcels.len() + self.replaced.len()) as ParcelId);
        Arc::make_mut(&mut self.regulars.gifts).replace(&self.terms, bundle, &content);
        self.regulars.forget_whole_from(0);
        self.replaced.push(content);
        self.replacing.push((bundle, licenses.to_vec()));
        for (user, mut detail) in edits {
            self.replace_for(user, &mut detail, bundle, &before, old, keeps);
            self.end_edit(user, detail);
            self.dirty.insert(user);
            self.due.insert((user, bundle));
        }
    }

    fn is_in(&self, user: u32, bundle: BundleIndex, parcel: ParcelId) -> bool {
        if self.is_regular(user) {
            let target = self.regulars.stands[user as usize].target;
            return self.targets.list(target).binary_search(&bundle).is_ok();
        }
        let wanted = self.details.get(&user).is_some_and(|detail| detail.wanted.iter().any(|w| w.bundle == bundle));
        wanted || self.has_parcel(user, parcel)
    }

    fn has_parcel(&self, user: u32, parcel: ParcelId) -> bool {
        self.atlas.set(self.regulars.stands[user as usize].set).parcels.binary_search(&parcel).is_ok()
    }

    fn drop_parcel(&mut self, user: u32, parcel: ParcelId) {
        let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
        self.regulars.stands[user as usize].set =
            self.atlas.without(parcels, self.regulars.stands[user as usize].set, parcel);
    }

    /// Sorts what one member holds from a replaced bundle into what the new one gives and what is to go.
    fn replace_for(
        &mut self,
        user: u32,
        detail: &mut Detail,
        bundle: BundleIndex,
        before: &Parcel,
        old: ParcelId,
        keeps: bool,
    ) {
        let source = Source::Bundle(bundle);
        let mut wanted = match detail.wanted.binary_search_by_key(&bundle, |wanted| wanted.bundle) {
            Ok(at) => detail.wanted.remove(at),
            Err(_) => {
                let has = self.has_parcel(user, old);
                let items: &[Item] = if has { &before.items } else { &[] };
                let held = items.iter().map(|item| Held { sku: item.sku, parcel: old }).collect();
                if has {
                    self.drop_parcel(user, old);
                }
                Wanted { bundle, since: None, verdict: Verdict::Fresh, held, watch: None }
            }
        };
        wanted.verdict = Verdict::Fresh;
        let content = self.parcels().get(self.current(bundle));
        let going = if keeps { Going::AfterSwap } else { Going::Now };
        let (stay, dropped) = std::mem::take(&mut wanted.held).into_iter().partition(|held| content.has(held.sku));
        wanted.held = stay;
        let dropped: Vec<Held> = dropped;
        detail.outgoing.retain(|outgoing| {
            let back = outgoing.source == source && content.has(outgoing.held.sku);
            if back {
                wanted.held.push(outgoing.held);
            }
            !back
        });
        detail.outgoing.extend(dropped.into_iter().map(|held| Outgoing { source, held, going, error: None }));
        insert_wanted(detail, wanted);
    }

    /// Puts new terms in the place of the old: the same SKUs and groups, other plans, rules or policy. Everything that is not
    /// as it should be is evaluated again at the next settlement.
    pub fn amend(&mut self, terms: Arc<Terms>) {
        assert_eq!(terms.sku_count(), self.terms.sku_count(), "terms are amended, SKUs stay");
        assert_eq!(terms.bundle_count(), self.terms.bundle_count(), "terms are amended, groups stay");
        self.unfold_all();
        let users: Vec<u32> = self.details.keys().copied().collect();
        let mut edits: Vec<(u32, Detail)> = users.into_iter().map(|user| (user, self.begin_edit(user))).collect();
        for (user, detail) in &mut edits {
            let frozen: Vec<Option<Verdict>> =
                detail.wanted.iter().map(|wanted| self.frozen(*user, detail, wanted)).collect();
            for (wanted, frozen) in detail.wanted.iter_mut().zip(frozen) {
                wanted.watch = None;
                wanted.verdict = frozen.unwrap_or_else(|| wanted.verdict.clone());
            }
        }
        self.atlas.forget_transitions();
        self.replaced = self.replacing.iter().map(|(b, licenses)| terms.parcel(Source::Bundle(*b), licenses)).collect();
        self.terms = terms;
        self.regulars.gifts = Arc::new(Gifts::new(&self.terms, |bundle| self.parcels().get(self.current(bundle))));
        self.regulars.forget_whole_from(0);
        // Codes are written down now; a second change before anything is settled finds them so.
        self.derives = false;
        for (user, mut detail) in edits {
            detail.wanted.iter_mut().for_each(|wanted| self.watch(user, wanted));
            self.end_edit(user, detail);
            self.dirty.insert(user);
        }
        self.available_before = self.seats.iter().map(|seats| seats.available()).collect();
    }

    /// The verdict with the SKUs written down that were short at the last settlement, which an automatic ledger only derives.
    fn frozen(&self, user: u32, detail: &Detail, wanted: &Wanted) -> Option<Verdict> {
        if !(self.derives && self.is_automatic() && matches!(wanted.verdict, Verdict::Count(_))) {
            return None;
        }
        let held = |sku: SkuIndex| self.holds_with(user, detail, sku) && !self.taken.contains(&(user, sku));
        let short = |sku: &SkuIndex| !held(*sku) && self.available_before[sku.get()] <= 0;
        let skus = self.parcels().get(self.current(wanted.bundle)).items.iter().map(|item| item.sku);
        Some(Verdict::Count(skus.filter(short).collect()))
    }

    /// Gives a user what an export shows as held, even above capacity: direct licences, and SKUs by group. Only for a user
    /// without any licence. Bundles that are held whole are in order; the rest is settled by the next tick.
    pub fn seed(&mut self, user: u32, held: &[(Source, SkuIndex)]) {
        self.unfold(user);
        assert!(self.regulars.stands[user as usize].set == NOTHING && !self.has_detail(user), "a user is seeded once");
        let skus: BTreeSet<SkuIndex> = held.iter().map(|(_, sku)| *sku).collect();
        skus.into_iter().for_each(|sku| self.seats[sku.get()].assigned += 1);
        let mut detail = Detail::default();
        let mut whole: BTreeSet<ParcelId> = BTreeSet::new();
        for (source, sku) in held {
            let parcel = match source {
                Source::Direct => self.terms.direct(*sku),
                Source::Bundle(bundle) => self.current(*bundle),
            };
            let content = self.parcels().get(parcel);
            if content.items.iter().all(|item| held.contains(&(*source, item.sku))) {
                whole.insert(parcel);
            }
            // A SKU that the group no longer gives is described as a direct licence of it would be.
            let parcel = if content.has(*sku) { parcel } else { self.terms.direct(*sku) };
            detail.outgoing.push(leaving(*source, Held { sku: *sku, parcel }));
        }
        for parcel in whole {
            let content = self.parcels().get(parcel);
            detail.outgoing.retain(|o| !(o.source == content.source && content.has(o.held.sku)));
            let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
            self.regulars.stands[user as usize].set =
                self.atlas.with(parcels, self.regulars.stands[user as usize].set, parcel);
        }
        self.end_edit(user, detail);
        self.dirty.insert(user);
    }
}

fn is_direct(outgoing: &Outgoing, sku: SkuIndex) -> bool {
    outgoing.source == Source::Direct && outgoing.held.sku == sku
}
