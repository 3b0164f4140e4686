//! What becomes of users who have all they are meant to have when their groups change, and grants that need no order. In: sets
//! of sources, targets, seats. Out: the new sets. Never: decides who gets a unit that two could want.
//!
//! Where there are units for everybody who could ask for one in a tick, the order of R8 decides nothing: such grants are made at
//! once. All others go the long way, in order; so do all where the codes of failed bundles stand as they were last evaluated.

use super::BundleIndex;
use super::atlas::{Parcels, SetId, TurnId};
use super::ledger::Ledger;
use super::target::Target;
use super::waitlist::Key;
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
        let bundles = self.targets.list(target).to_vec();
        let (mut left, mut freed, mut refused) = (set, Vec::new(), false);
        while let Some((_, parcel)) = self.left_parcel(left, &bundles) {
            let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
            let leave = self.atlas.leave(parcels, left, parcel);
            if leave.refused {
                refused = true;
                break;
            }
            left = leave.to;
            freed.extend_from_slice(&leave.freed);
        }
        let has = |bundle: &BundleIndex| self.atlas.has(left, self.current(*bundle));
        let fresh: Vec<BundleIndex> = bundles.into_iter().filter(|bundle| !has(bundle)).collect();
        let (mut to, mut need, mut fits) = (left, Vec::new(), !refused);
        for bundle in &fresh {
            let parcel = self.current(*bundle);
            let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
            let joined = self.atlas.join(parcels, to, parcel);
            fits &= joined.misfit.is_none();
            to = joined.to;
            need.extend_from_slice(&joined.need);
        }
        Turn { left, freed: freed.into(), refused, fresh: fresh.into(), granted: fits.then(|| (to, need.into())) }
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
