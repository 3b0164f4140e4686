//! Direct licences that joiners asked for in vain. In: who asked, seats. Out: who still waits, and how many. Never: a licence by
//! a group.
//!
//! An administrator tries again each day, first come first served. Who has got a seat by a group meanwhile needs no other.

use super::event::Slot;
use crate::directory::SkuIndex;
use crate::licensing::Ledger;

#[derive(Clone, Debug, Default)]
struct Lists {
    /// Refused for want of a unit, and for another reason.
    short: Vec<Slot>,
    refused: Vec<Slot>,
    /// How many of each have no group that gives the SKU.
    counts: (u32, u32),
    /// Somebody in `short` is or was given the SKU by a group, and may hold it.
    grouped: bool,
    stale: bool,
}

/// See the head of this file.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    skus: Vec<Lists>,
    /// Whether a slot is in any list; nobody after the last is.
    listed: Vec<bool>,
}

impl Pending {
    pub fn new(skus: usize) -> Self {
        Self { skus: vec![Lists::default(); skus], listed: Vec::new() }
    }

    pub fn clear(&mut self) {
        for lists in &mut self.skus {
            lists.short.clear();
            lists.refused.clear();
            (lists.counts, lists.grouped, lists.stale) = ((0, 0), false, false);
        }
        self.listed.clear();
    }

    fn is_listed(&self, slot: Slot) -> bool {
        self.listed.get(slot as usize) == Some(&true)
    }

    /// Notes a licence that was refused; `short` for want of a unit.
    pub fn add(&mut self, slot: Slot, sku: SkuIndex, short: bool, by_group: bool) {
        let lists = &mut self.skus[sku.get()];
        let list = if short { &mut lists.short } else { &mut lists.refused };
        list.push(slot);
        lists.grouped |= by_group;
        lists.stale = true;
        self.listed.resize(self.listed.len().max(slot as usize + 1), false);
        self.listed[slot as usize] = true;
    }

    /// Somebody's groups changed; `gives` says whether they gave a SKU before, and give it now.
    #[inline]
    pub fn regrouped(&mut self, slot: Slot, gives: impl Fn(SkuIndex) -> (bool, bool)) {
        if !self.is_listed(slot) {
            return;
        }
        for (index, lists) in self.skus.iter_mut().enumerate() {
            if !lists.short.is_empty() || !lists.refused.is_empty() {
                let (before, now) = gives(SkuIndex(index as u32));
                lists.grouped |= before || now;
                lists.stale |= before != now;
            }
        }
    }

    /// Somebody wants a licence no more.
    pub fn withdraw(&mut self, slot: Slot, sku: SkuIndex) {
        if self.is_listed(slot) {
            let lists = &mut self.skus[sku.get()];
            lists.short.retain(|other| *other != slot);
            lists.refused.retain(|other| *other != slot);
            lists.stale = true;
        }
    }

    /// What groups give is something else now: whoever is listed may have, or lack, what they ask for.
    pub fn restaged(&mut self) {
        for lists in self.skus.iter_mut().filter(|lists| !lists.short.is_empty() || !lists.refused.is_empty()) {
            (lists.grouped, lists.stale) = (true, true);
        }
    }

    /// Somebody's account is gone.
    pub fn left(&mut self, slot: Slot) {
        if self.is_listed(slot) {
            self.skus.iter_mut().for_each(|lists| lists.stale = true);
        }
    }

    /// Tries those that lack a unit again, in the order in which they were asked for. True when one was granted.
    pub fn retry(&mut self, ledger: &mut Ledger, gone: &[bool]) -> bool {
        let mut granted = false;
        for (index, lists) in self.skus.iter_mut().enumerate() {
            let sku = SkuIndex(index as u32);
            if lists.short.is_empty() || (ledger.available(sku) <= 0 && !lists.grouped) {
                continue;
            }
            let before = lists.short.len();
            lists.short.retain(|slot| {
                if gone[*slot as usize] {
                    return false;
                }
                let worth_trying = ledger.available(sku) > 0 || ledger.holds(*slot, sku);
                let assigned = worth_trying && ledger.direct_assign(*slot, sku).is_ok();
                granted |= assigned;
                !assigned
            });
            lists.stale |= lists.short.len() < before;
        }
        granted
    }

    /// Counts those whom nothing but a direct licence would give the SKU, where that may have changed.
    pub fn count(&mut self, only_direct: impl Fn(Slot, SkuIndex) -> bool) {
        for (index, lists) in self.skus.iter_mut().enumerate().filter(|(_, lists)| lists.stale || lists.grouped) {
            let sku = SkuIndex(index as u32);
            let count = |list: &[Slot]| list.iter().filter(|slot| only_direct(**slot, sku)).count() as u32;
            lists.counts = (count(&lists.short), count(&lists.refused));
            lists.stale = false;
        }
    }

    /// Those who lack a unit, in the order in which they asked; some of them may be gone, or have it by a group.
    pub fn short(&self, sku: SkuIndex) -> &[Slot] {
        &self.skus[sku.get()].short
    }

    /// How many wait for a unit, and how many are refused for another reason.
    pub fn counts(&self, sku: SkuIndex) -> (u32, u32) {
        self.skus[sku.get()].counts
    }
}
