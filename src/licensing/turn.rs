//! What becomes of users who have all they are meant to have when their groups change, and grants that need no order. In: sets
//! of sources, targets, seats. Out: the new sets. Never: decides who gets a unit that two could want.
//!
//! Where there are units for everybody who could ask for one in a tick, the order of R8 decides nothing: such grants are made at
//! once. All others go the long way, in order; so do all where the codes of failed bundles stand as they were last evaluated.

use super::atlas::{Parcels, SetId, TurnId};
use super::ledger::Ledger;
use super::target::Target;
use super::terms::{Item, Misfit, ParcelId};
use super::waitlist::Key;
use super::{BundleIndex, Source};
use crate::directory::SkuIndex;

/// A set whose user is to have other groups.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// What is left when every group that the target does not name is gone, as far as nothing refuses.
    pub left: SetId,
    pub freed: Box<[SkuIndex]>,
    /// A removal was refused: a plan that stays needs one that would go (R9).
    pub refused: bool,
    /// Bundles of the target that the set does not have, ascending.
    pub fresh: Box<[BundleIndex]>,
    /// The set when `fresh` is granted too, and the SKUs that need a unit; `None` where plans do not fit together.
    pub granted: Option<(SetId, Box<[SkuIndex]>)>,
}

/// A user whose new bundles can be had at once if nobody else could want their units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turning {
    pub user: u32,
    pub turn: TurnId,
}

/// Takes the groups that are not among `bundles` out of a set, in order, until a plan that stays needs one that would go (R9):
/// true in that case.
fn leave(parcels: Parcels<'_>, kept: &mut Vec<ParcelId>, bundles: &[BundleIndex]) -> bool {
    let left = kept.iter().filter_map(|parcel| match parcels.get(*parcel).source {
        Source::Bundle(bundle) if bundles.binary_search(&bundle).is_err() => Some((bundle, *parcel)),
        _ => None,
    });
    let mut left: Vec<(BundleIndex, ParcelId)> = left.collect();
    left.sort_unstable();
    for (_, parcel) in left {
        let removed = &parcels.get(parcel).items;
        if removed.iter().any(|item| item.carries) {
            let stay = kept.iter().filter(|other| **other != parcel);
            let stay: Vec<&Item> = stay.flat_map(|other| &parcels.get(*other).items).collect();
            if !parcels.terms.needed(&removed.iter().collect::<Vec<_>>(), &stay).is_empty() {
                return true;
            }
        }
        kept.retain(|other| *other != parcel);
    }
    false
}

/// Why the plans of a parcel do not fit together with those of a set (stages 2 and 3 of R6).
pub(super) fn misfit(parcels: Parcels<'_>, set: &[ParcelId], own: &[Item]) -> Option<Misfit> {
    if own.iter().all(Item::fits_all) {
        return None;
    }
    let others: Vec<&Item> = set.iter().flat_map(|parcel| &parcels.get(*parcel).items).collect();
    parcels.terms.misfit(own, &others)
}

impl Ledger {
    /// What becomes of `set` when its user is to have the groups of `target`.
    pub(super) fn turn(&mut self, set: SetId, target: Target) -> TurnId {
        if let Some(known) = self.atlas.turn_of(set, target) {
            return known;
        }
        let turn = self.compute_turn(set, target);
        self.atlas.keep_turn(set, target, turn)
    }

    fn compute_turn(&mut self, set: SetId, target: Target) -> Turn {
        let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
        let bundles = self.targets.list(target);
        let mut kept: Vec<ParcelId> = self.atlas.set(set).parcels.to_vec();
        let refused = leave(parcels, &mut kept, bundles);
        let left =
            if kept.len() == self.atlas.set(set).parcels.len() { set } else { self.atlas.number(parcels, &kept) };
        let stays = |sku: &SkuIndex| self.atlas.holds(left, *sku);
        let freed: Vec<SkuIndex> = self.atlas.set(set).skus.iter().copied().filter(|sku| !stays(sku)).collect();
        let has = |bundle: &BundleIndex| kept.binary_search(&self.current(*bundle)).is_ok();
        let fresh: Vec<BundleIndex> = bundles.iter().copied().filter(|bundle| !has(bundle)).collect();
        let mut held = self.atlas.set(left).skus.to_vec();
        let (mut need, mut fits) = (Vec::new(), !refused);
        for bundle in &fresh {
            let parcel = self.current(*bundle);
            let own = &parcels.get(parcel).items;
            fits = fits && misfit(parcels, &kept, own).is_none();
            for item in own.iter().filter(|item| !held.contains(&item.sku)).map(|item| item.sku).collect::<Vec<_>>() {
                held.push(item);
                need.push(item);
            }
            if let Err(at) = kept.binary_search(&parcel) {
                kept.insert(at, parcel);
            }
        }
        let granted = fits.then(|| (self.atlas.number(parcels, &kept), need.into()));
        Turn { left, freed: freed.into(), refused, fresh: fresh.into(), granted }
    }

    /// Grants to every healthy user with new bundles whose SKUs have units for all who could ask in this tick, and lists the
    /// bundles of the others in `listed`, which holds those of users who go the long way.
    pub(super) fn grant_freely(&mut self, day: u32, listed: &mut Vec<Key>) {
        if self.turning.is_empty() {
            return;
        }
        let turning = std::mem::take(&mut self.turning);
        let plenty = self.plenty(&turning, listed);
        for Turning { user, turn } in turning.iter().copied() {
            let at_once = self.is_automatic() && !self.terms.may_prohibit(self.seekers[user as usize].location);
            let turn = self.atlas.turn(turn);
            match &turn.granted {
                Some((to, need)) if at_once && need.iter().all(|sku| plenty[sku.get()]) => {
                    need.iter().for_each(|sku| self.seats[sku.get()].assigned += 1);
                    self.sets[user as usize] = *to;
                }
                _ => listed.extend(turn.fresh.iter().map(|bundle| self.key(user, *bundle, day))),
            }
        }
        self.turning = turning;
        self.turning.clear();
    }

    /// By SKU, whether there is a unit for everybody who lacks one and could ask for it in this tick.
    fn plenty(&self, turning: &[Turning], listed: &[Key]) -> Vec<bool> {
        let mut wanted: Vec<u64> =
            self.seats.iter().map(|seats| u64::from(seats.queued) + u64::from(seats.stuck)).collect();
        for turning in turning {
            let turn = self.atlas.turn(turning.turn);
            match &turn.granted {
                Some((_, need)) => need.iter().for_each(|sku| wanted[sku.get()] += 1),
                None => turn.fresh.iter().for_each(|bundle| self.want(*bundle, &mut wanted)),
            }
        }
        listed.iter().for_each(|key| self.want(key.bundle, &mut wanted));
        // Bundles that were not evaluated yet are not among those counted.
        for detail in self.dirty.iter().filter_map(|user| self.details.get(user)) {
            detail.wanted.iter().for_each(|open| self.want(open.bundle, &mut wanted));
        }
        let plenty = |(seats, wanted): (&super::ledger::Seats, &u64)| seats.available() >= *wanted as i64;
        self.seats.iter().zip(&wanted).map(plenty).collect()
    }

    fn want(&self, bundle: BundleIndex, wanted: &mut [u64]) {
        self.parcels().get(self.current(bundle)).items.iter().for_each(|item| wanted[item.sku.get()] += 1);
    }
}
