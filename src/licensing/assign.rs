//! Removals and grants of one tick, until nothing moves. In: the changes a ledger collected, a day. Out: the settled ledger.
//! Never: takes a seat from somebody because units are short.
//!
//! The order is that of R2: removals, then grants by class, arrival, user and group, then both again. Only users who changed
//! and the heads of queues whose SKUs have a free unit are looked at; everybody else cannot have become grantable.

use std::collections::BTreeSet;

use super::atlas::{Parcels, SetId};
use super::detail::{Detail, Going, Held, Outgoing, Verdict, Wanted};
use super::ledger::{Intent, Ledger};
use super::queue::Key;
use super::serve::Tick;
use super::target::Target;
use super::terms::{Item, ParcelId};
use super::{BundleIndex, LicenseError, Reprocess, Source};
use crate::directory::SkuIndex;

/// The rounds of removals and grants that one tick may take (R2).
const MAX_ROUNDS: usize = 20;

/// Removals and grants of one tick have set each other off for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("licences did not settle within {MAX_ROUNDS} rounds on day {day}")]
pub struct Unsettled {
    pub day: u32,
}

impl Ledger {
    /// Applies every change since the last settlement as one tick on `day`. Days ascend.
    pub fn settle(&mut self, day: u32) -> Result<(), Unsettled> {
        let retry_all = std::mem::take(&mut self.retry_all) | self.take_retries(day);
        self.prefetch_lines();
        let mut fresh = Vec::with_capacity(self.intents.len());
        let mut changed = self.apply_intents(day, &mut fresh);
        if retry_all {
            self.retry_everything();
        }
        if !self.is_automatic() {
            self.due.extend(fresh.iter().map(|key: &Key| (key.user(), key.bundle())));
        }
        for _ in 0..MAX_ROUNDS {
            let dirty = std::mem::take(&mut self.dirty);
            for user in &dirty {
                if self.remove_outgoing(*user) {
                    changed = true;
                    // What went may have kept something else of the user from going.
                    self.dirty.insert(*user);
                }
            }
            let mut listed = std::mem::take(&mut fresh);
            self.list_again(&dirty, day, &mut listed);
            changed |= self.grant(day, listed);
            // Where waiting bundles are retried by themselves, nobody has become grantable but by a user who changed again. Where
            // they are not, one more look at those of this tick writes down which units are short in the end.
            let over = self.is_automatic() && self.dirty.is_empty();
            if !std::mem::take(&mut changed) || over {
                self.end_tick(day);
                return Ok(());
            }
        }
        self.end_tick(day);
        Err(Unsettled { day })
    }

    /// The next day on which waiting bundles are tried again by themselves, where the policy delays that.
    pub fn next_retry(&self) -> Option<u32> {
        self.retry_on.first().copied()
    }

    fn take_retries(&mut self, day: u32) -> bool {
        let later = self.retry_on.split_off(&day.saturating_add(1));
        !std::mem::replace(&mut self.retry_on, later).is_empty()
    }

    fn retry_everything(&mut self) {
        self.dirty.extend(self.regulars.waiters());
        for (user, detail) in &self.details {
            self.dirty.insert(*user);
            self.due.extend(detail.wanted.iter().map(|wanted| (*user, wanted.bundle)));
        }
    }

    fn end_tick(&mut self, day: u32) {
        self.fold_all();
        self.due.clear();
        self.taken.clear();
        self.dirty.clear();
        self.derives = self.is_automatic();
        let delay = match self.terms.policy.reprocess {
            Reprocess::AutoDelayed { days } => Some(days),
            Reprocess::Auto | Reprocess::Manual => None,
        };
        for (seats, before) in self.seats.iter().zip(&mut self.available_before) {
            let available = seats.available();
            if let Some(days) = delay.filter(|_| available > (*before).max(0) && !self.details.is_empty()) {
                self.retry_on.insert(day.saturating_add(days));
            }
            *before = available;
        }
    }

    /// The bundles to evaluate in this round beside new ones and heads of queues.
    fn list_again(&self, dirty: &BTreeSet<u32>, day: u32, listed: &mut Vec<Key>) {
        let key = |user: u32, wanted: &Wanted| self.key(user, wanted.bundle, wanted.since.unwrap_or(day));
        if self.is_automatic() {
            for user in dirty {
                if self.is_regular(*user) {
                    listed.extend(self.keys_of_regular(*user, day));
                    continue;
                }
                if let Some(detail) = self.details.get(user) {
                    listed.extend(detail.wanted.iter().map(|wanted| key(*user, wanted)));
                }
            }
            return;
        }
        for (user, bundle) in &self.due {
            let wanted = self.details.get(user).into_iter().flat_map(|detail| &detail.wanted);
            listed.extend(wanted.filter(|wanted| wanted.bundle == *bundle).map(|wanted| key(*user, wanted)));
        }
    }

    /// Compares every collected intent with what stands: regular users lose what is left at once and are noted where
    /// they gain something; the new bundles of the others are listed.
    fn apply_intents(&mut self, day: u32, fresh: &mut Vec<Key>) -> bool {
        let mut changed = false;
        self.learn_targets();
        let plenty = self.plenty();
        let mut intents = std::mem::take(&mut self.intents);
        // Of two changes of one user the later counts.
        intents.sort_unstable_by_key(|intent| (intent.user, intent.number));
        for (at, intent) in intents.iter().enumerate() {
            let later: Option<&Intent> = intents.get(at + 1).filter(|next| next.user == intent.user);
            if later.is_none() {
                changed |= self.apply_intent(*intent, &mut Tick { day, plenty: &plenty, listed: &mut *fresh });
            }
        }
        intents.clear();
        self.intents = intents;
        changed
    }

    fn apply_intent(&mut self, Intent { user, target, .. }: Intent, tick: &mut Tick<'_>) -> bool {
        if self.is_deleted(user) {
            return false;
        }
        let skipped = self.terms.policy.skip_guests && self.regulars.stands[user as usize].guest;
        let target = if skipped { Target::NOTHING } else { target };
        if self.is_regular(user) {
            if let Some(changed) = self.regroup(user, target, tick) {
                return changed;
            }
            self.unfold(user);
        }
        let bundles = self.targets.list(target).to_vec();
        self.leave_with_detail(user, &bundles);
        self.dirty.insert(user);
        for bundle in &bundles {
            let known = |wanted: &Wanted| wanted.bundle == *bundle && wanted.verdict != Verdict::Fresh;
            let wanted = || self.details.get(&user).is_some_and(|detail| detail.wanted.iter().any(known));
            if !self.atlas.has(self.regulars.stands[user as usize].set, self.current(*bundle)) && !wanted() {
                tick.listed.push(self.key(user, *bundle, tick.day));
            }
        }
        false
    }

    /// The first group, and its parcel in a set, that is not among `bundles`.
    pub(super) fn left_parcel(&self, set: SetId, bundles: &[BundleIndex]) -> Option<(BundleIndex, ParcelId)> {
        let left = self.atlas.set(set).parcels.iter().filter_map(|parcel| match self.parcels().get(*parcel).source {
            Source::Bundle(bundle) if bundles.binary_search(&bundle).is_err() => Some((bundle, *parcel)),
            _ => None,
        });
        left.min()
    }

    /// Turns the paths of groups that a user left into outgoing ones, and adopts those of a group that the user is back in.
    fn leave_with_detail(&mut self, user: u32, bundles: &[BundleIndex]) {
        let mut detail = self.begin_edit(user);
        while let Some((bundle, parcel)) = self.left_parcel(self.regulars.stands[user as usize].set, bundles) {
            let held: Vec<Held> =
                self.parcels().get(parcel).items.iter().map(|item| Held { sku: item.sku, parcel }).collect();
            let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
            self.regulars.stands[user as usize].set =
                self.atlas.without(parcels, self.regulars.stands[user as usize].set, parcel);
            detail.outgoing.extend(held.into_iter().map(|held| leaving(Source::Bundle(bundle), held)));
        }
        let (stay, leave) = std::mem::take(&mut detail.wanted).into_iter().partition(|w| bundles.contains(&w.bundle));
        detail.wanted = stay;
        for mut wanted in leave {
            wanted.watch = None;
            let source = Source::Bundle(wanted.bundle);
            detail.outgoing.iter_mut().filter(|o| o.source == source).for_each(|o| o.going = Going::Now);
            detail.outgoing.extend(wanted.held.into_iter().map(|held| leaving(source, held)));
        }
        for bundle in bundles {
            self.adopt(user, &mut detail, *bundle);
        }
        self.end_edit(user, detail);
    }

    /// A group the user is back in takes over the paths of it that were refused to go, as far as it still gives their SKUs.
    fn adopt(&self, user: u32, detail: &mut Detail, bundle: BundleIndex) {
        let parcel = self.current(bundle);
        let has = self.atlas.set(self.regulars.stands[user as usize].set).parcels.binary_search(&parcel).is_ok();
        if has || detail.wanted.iter().any(|wanted| wanted.bundle == bundle) {
            return;
        }
        let content = self.parcels().get(parcel);
        let back = |outgoing: &Outgoing| outgoing.source == Source::Bundle(bundle) && content.has(outgoing.held.sku);
        let (back, out) = std::mem::take(&mut detail.outgoing).into_iter().partition::<Vec<_>, _>(back);
        detail.outgoing = out;
        if !back.is_empty() {
            let held = back.into_iter().map(|outgoing| outgoing.held).collect();
            insert_wanted(detail, Wanted { bundle, since: None, verdict: Verdict::Fresh, held, watch: None });
        }
    }

    /// Removes the outgoing paths of a user, source by source, where nothing that stays needs them (R9).
    fn remove_outgoing(&mut self, user: u32) -> bool {
        let outgoing = self.details.get(&user).map_or(&[][..], |detail| &detail.outgoing[..]);
        let mut sources: Vec<Source> =
            outgoing.iter().filter(|o| o.going == Going::Now).map(|outgoing| outgoing.source).collect();
        sources.sort_unstable();
        sources.dedup();
        if sources.is_empty() {
            return false;
        }
        let mut detail = self.begin_edit(user);
        let mut changed = false;
        for source in sources {
            let carriers = self.carriers(user, &detail, source);
            if !carriers.is_empty() {
                for outgoing in detail.outgoing.iter_mut().filter(|o| o.going == Going::Now && o.source == source) {
                    let carries = carriers.contains(&outgoing.held.sku);
                    outgoing.error =
                        Some(if carries { LicenseError::DependencyViolation } else { LicenseError::Other });
                }
                continue;
            }
            let goes = |outgoing: &Outgoing| outgoing.going == Going::Now && outgoing.source == source;
            let (gone, stay) = std::mem::take(&mut detail.outgoing).into_iter().partition::<Vec<_>, _>(goes);
            detail.outgoing = stay;
            for outgoing in gone {
                if !self.holds_with(user, &detail, outgoing.held.sku) {
                    self.release(outgoing.held.sku);
                }
            }
            changed = true;
        }
        self.end_edit(user, detail);
        changed
    }

    /// The SKUs of a unit of outgoing paths that carry a plan needed by what stays.
    fn carriers(&self, user: u32, detail: &Detail, source: Source) -> Vec<SkuIndex> {
        let goes = |outgoing: &&Outgoing| outgoing.going == Going::Now && outgoing.source == source;
        let removed: Vec<&Item> = detail.outgoing.iter().filter(goes).map(|o| self.item(o.held)).collect();
        let mut remaining = self.atlas.items(self.parcels(), self.regulars.stands[user as usize].set);
        remaining.extend(detail.outgoing.iter().filter(|o| !goes(o)).map(|outgoing| self.item(outgoing.held)));
        remaining.extend(detail.wanted.iter().flat_map(|wanted| &wanted.held).map(|held| self.item(*held)));
        self.terms.needed(&removed, &remaining)
    }
}

pub(super) fn leaving(source: Source, held: Held) -> Outgoing {
    Outgoing { source, held, going: Going::Now, error: None }
}

pub(super) fn insert_wanted(detail: &mut Detail, wanted: Wanted) {
    let at = detail.wanted.partition_point(|other| other.bundle < wanted.bundle);
    detail.wanted.insert(at, wanted);
}
