//! Grants of one round, in order. In: keys to evaluate, queues, free units. Out: seats, and who waits or is refused for what.
//! Never: gives a unit to somebody while another who could use it comes first.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::assign::insert_wanted;
use super::atlas::Parcels;
use super::atlas::SetId;
use super::detail::{Detail, Going, Verdict, Wanted};
use super::ledger::Ledger;
use super::queue::Key;
use super::terms::{Item, Misfit, ParcelId};
use super::{BundleIndex, LicenseError, Source};
use crate::directory::SkuIndex;

impl Ledger {
    /// Evaluates bundles in the order of grants: those listed, those that a grant to the same user may have helped, and the
    /// heads of queues whose SKUs have a free unit.
    pub(super) fn grant(&mut self, day: u32, mut listed: Vec<Key>) -> bool {
        listed.sort_unstable();
        listed.dedup();
        let mut listed = listed.into_iter().peekable();
        let mut late: BinaryHeap<Reverse<Key>> = BinaryHeap::new();
        let mut free = self.free();
        let mut heads = self.heads(&free);
        // What an irregular user was refused in this round: a refusal may give it a later place, but no second turn.
        let mut refused: BTreeSet<(u32, BundleIndex)> = BTreeSet::new();
        let mut granted = false;
        loop {
            let (head, line) = heads.last().copied().unwrap_or((Key::NONE, 0));
            let listed_first = listed.peek().copied().unwrap_or(Key::NONE);
            let key = head.min(listed_first).min(late.peek().map_or(Key::NONE, |Reverse(key)| *key));
            if key == Key::NONE {
                break;
            }
            if key == head {
                // Whoever is granted the bundle, or refused it for want of something else, stands there no more.
                let stands = self.stands_in(line, key);
                self.advance(&mut heads);
                if !stands {
                    continue;
                }
            }
            listed.next_if_eq(&key);
            while late.peek() == Some(&Reverse(key)) {
                late.pop();
            }
            if self.is_regular(key.user()) {
                if key != head && !self.regulars.lacks(key.user(), key.bundle()) {
                    continue;
                }
                if let Some(served) = self.serve(key, day, &mut free, &mut late) {
                    granted |= served.granted;
                    if served.last {
                        self.close(&mut heads, &free);
                    }
                    continue;
                }
                self.unfold(key.user());
            }
            let had_its_turn = refused.contains(&(key.user(), key.bundle()));
            let served = !had_its_turn && self.try_bundle(key.user(), key.bundle(), day);
            if !served {
                refused.insert((key.user(), key.bundle()));
                continue;
            }
            granted = true;
            self.take_off(&mut free);
            self.close(&mut heads, &free);
            let Some(detail) = self.details.get(&key.user()) else { continue };
            let given = &self.parcels().get(self.current(key.bundle())).items;
            let turning: Vec<&Wanted> = detail.wanted.iter().filter(|wanted| self.may_turn(wanted, given)).collect();
            if self.is_automatic() {
                let again = turning.iter();
                let again = again.map(|wanted| self.key(key.user(), wanted.bundle, wanted.since.unwrap_or(day)));
                late.extend(again.filter(|other| *other > key).map(Reverse));
            }
            if !detail.outgoing.is_empty() || !turning.is_empty() {
                self.dirty.insert(key.user());
            }
        }
        granted
    }

    /// Whether the grant of `given` to the same user can change how a bundle was judged: it brings what was lacking, or plans come
    /// to fit, or no longer.
    fn may_turn(&self, wanted: &Wanted, given: &[Item]) -> bool {
        let still_lacks = match &wanted.verdict {
            Verdict::Count(short) if self.is_automatic() => !given.iter().any(|item| short.contains(&item.sku)),
            _ => false,
        };
        !still_lacks || !self.parcels().get(self.current(wanted.bundle)).items.iter().all(Item::fits_all)
    }

    /// Evaluates one bundle of one user (R6) and grants it or notes why not (R7). True when it was granted.
    fn try_bundle(&mut self, user: u32, bundle: BundleIndex, day: u32) -> bool {
        let parcel = self.current(bundle);
        let set = self.regulars.stands[user as usize].set;
        if self.is_deleted(user) || self.atlas.set(set).parcels.binary_search(&parcel).is_ok() {
            return false;
        }
        if !self.has_detail(user) {
            let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
            let location = self.regulars.stands[user as usize].location;
            if self.terms.prohibited(location, parcels.get(parcel)).is_empty() {
                let joined = self.atlas.join(parcels, set, parcel);
                let free = joined.need.iter().all(|sku| self.seats[sku.get()].available() > 0);
                if joined.misfit.is_none() && free {
                    joined.need.iter().for_each(|sku| self.seats[sku.get()].assigned += 1);
                    self.regulars.stands[user as usize].set = joined.to;
                    return true;
                }
            }
        }
        self.try_with_detail(user, bundle, day)
    }

    fn try_with_detail(&mut self, user: u32, bundle: BundleIndex, day: u32) -> bool {
        let mut detail = self.begin_edit(user);
        let mut wanted = match detail.wanted.binary_search_by_key(&bundle, |wanted| wanted.bundle) {
            Ok(at) => detail.wanted.remove(at),
            Err(_) => Wanted { bundle, since: None, verdict: Verdict::Fresh, held: Vec::new(), watch: None },
        };
        wanted.watch = None;
        let granted = match self.judge(user, &detail, &wanted) {
            Ok(need) => {
                need.iter().for_each(|sku| self.seats[sku.get()].assigned += 1);
                let (parcel, set) = (self.current(bundle), self.regulars.stands[user as usize].set);
                let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
                self.regulars.stands[user as usize].set = self.atlas.with(parcels, set, parcel);
                let source = Source::Bundle(bundle);
                detail.outgoing.iter_mut().filter(|o| o.source == source).for_each(|o| o.going = Going::Now);
                true
            }
            Err(verdict) => {
                wanted.since = matches!(verdict, Verdict::Count(_)).then(|| wanted.since.unwrap_or(day));
                wanted.verdict = verdict;
                self.watch(user, &mut wanted);
                insert_wanted(&mut detail, wanted);
                false
            }
        };
        self.end_edit(user, detail);
        granted
    }

    /// The four stages of R6, over what the user has from other sources: the SKUs that need a unit, or why it fails.
    fn judge(&mut self, user: u32, detail: &Detail, wanted: &Wanted) -> Result<Vec<SkuIndex>, Verdict> {
        let nothing_else =
            detail.outgoing.is_empty() && detail.wanted.iter().chain([wanted]).all(|w| w.held.is_empty());
        if nothing_else && !self.terms.may_prohibit(self.regulars.stands[user as usize].location) {
            return self.judge_set(self.regulars.stands[user as usize].set, self.current(wanted.bundle));
        }
        let parcel = self.parcels().get(self.current(wanted.bundle));
        let prohibited = self.terms.prohibited(self.regulars.stands[user as usize].location, parcel);
        if !prohibited.is_empty() {
            let error = LicenseError::ProhibitedInUsageLocationViolation;
            return Err(Verdict::Misfit(Misfit { error, skus: prohibited.into() }));
        }
        let mut others = self.atlas.items(self.parcels(), self.regulars.stands[user as usize].set);
        others.extend(detail.wanted.iter().flat_map(|other| &other.held).map(|held| self.item(*held)));
        let elsewhere = detail.outgoing.iter().filter(|outgoing| outgoing.source != parcel.source);
        others.extend(elsewhere.map(|outgoing| self.item(outgoing.held)));
        if let Some(misfit) = self.terms.misfit(&parcel.items, &others) {
            return Err(Verdict::Misfit(misfit));
        }
        let holds = |sku| self.holds_with(user, detail, sku) || wanted.held.iter().any(|held| held.sku == sku);
        let need: Vec<SkuIndex> = parcel.items.iter().map(|item| item.sku).filter(|sku| !holds(*sku)).collect();
        let short: Vec<SkuIndex> = need.iter().copied().filter(|sku| self.seats[sku.get()].available() <= 0).collect();
        if short.is_empty() { Ok(need) } else { Err(Verdict::Count(short.into())) }
    }

    /// The same for a user who has nothing but a set of sources.
    fn judge_set(&mut self, set: SetId, parcel: ParcelId) -> Result<Vec<SkuIndex>, Verdict> {
        let parcels = Parcels { terms: &self.terms, replaced: &self.replaced };
        let joined = self.atlas.join(parcels, set, parcel);
        if let Some(misfit) = &joined.misfit {
            return Err(Verdict::Misfit(Misfit::clone(misfit)));
        }
        let seats = &self.seats;
        let short: Box<[SkuIndex]> =
            joined.need.iter().copied().filter(|sku| seats[sku.get()].available() <= 0).collect();
        if short.is_empty() { Ok(joined.need.to_vec()) } else { Err(Verdict::Count(short)) }
    }
}
