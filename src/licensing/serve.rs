//! What becomes of regular users in a tick: groups that go and come, grants that need no order, and those in order. In: targets,
//! free units. Out: who has which bundle. Never: decides about plans that may not fit; such users become irregular first.
//!
//! Where there are units for everybody who could ask for one in a tick, the order of R8 decides nothing: such grants are made at
//! once. All others go the long way, in order; so do all where the codes of failed bundles stand as they were last evaluated.

use std::collections::BTreeSet;

use super::BundleIndex;
use super::gifts::{add, meet, skus_in};
use super::ledger::Ledger;
use super::regular::{FRESH, Missing};
use super::target::Target;
use super::waitlist::Key;
use crate::directory::SkuIndex;

impl Ledger {
    /// Gives a regular user other groups: what is left goes at once, what is new is noted as missing. True when something was
    /// left; `None`, and nothing done, where the user has to become irregular.
    pub(super) fn regroup(&mut self, user: u32, target: Target) -> Option<bool> {
        let before = self.regulars.stands[user as usize].target;
        if before == target {
            return Some(false);
        }
        let (old, new) = (self.targets.list(before), self.targets.list(target));
        let left = |bundle: &&BundleIndex| new.binary_search(bundle).is_err();
        let carries = |bundle: &BundleIndex| self.regulars.gifts.carries(*bundle);
        if old.iter().filter(left).any(carries) && self.is_refused(user, new) {
            return None;
        }
        let mut fresh = std::mem::take(&mut self.regulars.scratch);
        fresh.clear();
        fresh.extend(new.iter().filter(|bundle| old.binary_search(bundle).is_err()));
        if !fresh.is_empty() && !self.is_automatic() {
            self.regulars.scratch = fresh;
            return None;
        }
        let changed = old.len() + fresh.len() > new.len();
        let was_whole = self.regulars.is_whole(user);
        self.count_regular(user, -1);
        let words = self.regulars.gifts.words();
        let few = if words == 1 { [self.held_word(user, 0)] } else { [0] };
        let many: Vec<u64> = if words == 1 { Vec::new() } else { (0..words).map(|w| self.held_word(user, w)).collect() };
        if !was_whole {
            self.leave_lines(user, target);
        }
        self.regulars.stands[user as usize].target = target;
        for bundle in &fresh {
            self.regulars.insert(user, *bundle, 0, FRESH);
        }
        let held = if words == 1 { &few[..] } else { &many[..] };
        for (word, held) in held.iter().enumerate() {
            for sku in skus_in(word, held & !self.held_word(user, word)) {
                self.release(sku);
            }
        }
        if !fresh.is_empty() {
            self.regulars.news.push(user);
        }
        self.regulars.scratch = fresh;
        if !was_whole {
            self.count_regular(user, 1);
            // With other licences, what a bundle lacks is something else.
            self.dirty.insert(user);
        }
        Some(changed)
    }

    /// Missing bundles of groups that are left stop waiting.
    fn leave_lines(&mut self, user: u32, target: Target) {
        let new = self.targets.list(target);
        let left = |entry: &&Missing| new.binary_search(&entry.bundle).is_err();
        let left: Vec<Missing> = self.regulars.missing(user).filter(left).copied().collect();
        left.iter().for_each(|entry| self.leave_line(user, *entry));
        self.regulars.retain(user, |entry| left.iter().all(|other| other.bundle != entry.bundle));
    }

    /// Whether a plan that stays needs one that would go when a regular user has the groups `new` only (R9).
    fn is_refused(&self, user: u32, new: &[BundleIndex]) -> bool {
        let gifts = &self.regulars.gifts;
        let mut kept: Vec<BundleIndex> = self.granted(user).collect();
        let direct = &self.atlas.set(self.sets[user as usize]).skus;
        let gone: Vec<BundleIndex> = kept.iter().copied().filter(|bundle| new.binary_search(bundle).is_err()).collect();
        gone.into_iter().any(|bundle| {
            kept.retain(|other| *other != bundle);
            if !gifts.carries(bundle) {
                return false;
            }
            let mut remaining = vec![0; gifts.plan_words()];
            kept.iter().for_each(|other| add(&mut remaining, gifts.plans(*other)));
            direct.iter().for_each(|sku| add(&mut remaining, gifts.direct_plans(*sku)));
            gifts.is_needed(bundle, &remaining)
        })
    }

    /// Grants new bundles whose SKUs have units for all who could ask in this tick, and lists the others in `listed`, which holds
    /// those of irregular users.
    pub(super) fn grant_freely(&mut self, day: u32, listed: &mut Vec<Key>) {
        if self.regulars.news.is_empty() {
            return;
        }
        let news = std::mem::take(&mut self.regulars.news);
        let plenty = self.plenty(&news, listed);
        for user in &news {
            // Somebody may have become irregular, or have been deleted, since.
            if !self.is_regular(*user) {
                continue;
            }
            self.count_regular(*user, -1);
            self.grant_plenty(*user, &plenty);
            self.count_regular(*user, 1);
            let fresh = self.regulars.missing(*user).filter(|entry| entry.line == FRESH);
            listed.extend(fresh.map(|entry| self.key(*user, entry.bundle, day)));
        }
        self.regulars.news = news;
        self.regulars.news.clear();
    }

    /// Grants those new bundles of one user that nobody else could miss.
    fn grant_plenty(&mut self, user: u32, plenty: &[u64]) {
        let gifts = self.regulars.gifts.clone();
        let is_plenty = |bundle: BundleIndex| gifts.skus(bundle).iter().zip(plenty).all(|(own, plenty)| own & !plenty == 0);
        let fit = self.regulars.missing(user).all(|entry| gifts.fits_all(entry.bundle));
        let mut granted = std::mem::take(&mut self.regulars.scratch);
        granted.clear();
        let fresh = self.regulars.missing(user).filter(|entry| entry.line == FRESH).map(|entry| entry.bundle);
        granted.extend(fresh);
        if fit {
            granted.retain(|bundle| is_plenty(*bundle));
        } else {
            granted.sort_unstable();
            let only_new = self.regulars.missing(user).all(|entry| entry.line == FRESH);
            if !only_new || !granted.iter().all(|bundle| is_plenty(*bundle)) || !self.fit_together(user, &granted) {
                granted.clear();
            }
        }
        if !granted.is_empty() {
            for word in 0..gifts.words() {
                let more = granted.iter().fold(0, |bits, bundle| bits | gifts.skus(*bundle)[word]);
                for sku in skus_in(word, more & !self.held_word(user, word)) {
                    self.seats[sku.get()].assigned += 1;
                }
            }
            self.regulars.retain(user, |entry| !(entry.line == FRESH && granted.contains(&entry.bundle)));
        }
        self.regulars.scratch = granted;
    }

    /// Whether bundles surely fit what a user has, one after the other.
    fn fit_together(&self, user: u32, bundles: &[BundleIndex]) -> bool {
        let mut held = self.held_plans(user);
        bundles.iter().all(|bundle| {
            let fits = self.regulars.gifts.fits(*bundle, &held);
            add(&mut held, self.regulars.gifts.plans(*bundle));
            fits
        })
    }

    /// The SKUs with a unit for everybody who lacks one and could ask for it in this tick.
    fn plenty(&self, news: &[u32], listed: &[Key]) -> Vec<u64> {
        let mut wanted: Vec<u64> =
            self.seats.iter().map(|seats| u64::from(seats.queued) + u64::from(seats.stuck)).collect();
        let mut want = |bundle: BundleIndex| {
            for (word, bits) in self.regulars.gifts.skus(bundle).iter().enumerate() {
                skus_in(word, *bits).for_each(|sku| wanted[sku.get()] += 1);
            }
        };
        for user in news.iter().filter(|user| self.is_regular(**user)) {
            let fresh = self.regulars.missing(*user).filter(|entry| entry.line == FRESH);
            fresh.for_each(|entry| want(entry.bundle));
        }
        listed.iter().for_each(|key| want(key.bundle));
        // Bundles that were not evaluated yet are not among those counted.
        for detail in self.dirty.iter().filter_map(|user| self.details.get(user)) {
            detail.wanted.iter().for_each(|open| want(open.bundle));
        }
        let mut plenty = vec![0; self.regulars.gifts.words()];
        for (at, (seats, wanted)) in self.seats.iter().zip(&wanted).enumerate() {
            if seats.available() >= *wanted as i64 {
                plenty[at / 64] |= 1 << (at % 64);
            }
        }
        plenty
    }

    /// Evaluates a bundle of a regular user in its turn: true when it was granted; `None`, and nothing done, where plans may not
    /// fit. Bundles that the grant may have helped are added to `late` or looked at again in the next round.
    pub(super) fn serve(&mut self, key: Key, day: u32, late: &mut BTreeSet<Key>) -> Option<bool> {
        let Key { user, bundle, .. } = key;
        let Some(entry) = self.regulars.missing(user).find(|entry| entry.bundle == bundle).copied() else {
            return Some(false);
        };
        let gifts = self.regulars.gifts.clone();
        if !gifts.fits_all(bundle) && !gifts.fits(bundle, &self.held_plans(user)) {
            return None;
        }
        let mut short: Vec<SkuIndex> = Vec::new();
        for (word, bits) in gifts.skus(bundle).iter().enumerate() {
            let lacking = skus_in(word, bits & !self.held_word(user, word));
            short.extend(lacking.filter(|sku| self.seats[sku.get()].available() <= 0));
        }
        self.count_regular(user, -1);
        self.leave_line(user, entry);
        if short.is_empty() {
            for (word, bits) in gifts.skus(bundle).iter().enumerate() {
                for sku in skus_in(word, bits & !self.held_word(user, word)) {
                    self.seats[sku.get()].assigned += 1;
                }
            }
            self.regulars.retain(user, |other| other.bundle != bundle);
            self.look_again(key, late);
        } else {
            let since = if entry.line == FRESH { day } else { entry.since };
            let line = self.queues.insert(&short, self.key(user, bundle, since));
            if let Some(entry) = self.regulars.entry(user, bundle) {
                (entry.since, entry.line) = (since, line);
            }
        }
        self.count_regular(user, 1);
        Some(short.is_empty())
    }

    /// Bundles of the same user that a grant may have helped, or whose plans may fit no longer.
    fn look_again(&mut self, key: Key, late: &mut BTreeSet<Key>) {
        if self.regulars.is_whole(key.user) {
            return;
        }
        let gifts = &self.regulars.gifts;
        let given = gifts.skus(key.bundle);
        let helped = |entry: &&Missing| {
            let brings = || self.queues.lacks(entry.line).iter().any(|sku| given[sku.get() / 64] >> (sku.get() % 64) & 1 == 1);
            entry.line != FRESH && (!gifts.fits_all(entry.bundle) || brings())
        };
        let again = self.regulars.missing(key.user).filter(helped);
        let again: Vec<Key> = again.map(|entry| self.key(key.user, entry.bundle, entry.since)).collect();
        if !again.is_empty() {
            self.dirty.insert(key.user);
            late.extend(again.into_iter().filter(|other| *other > key));
        }
    }

    /// The keys of everything that a regular user lacks.
    pub(super) fn keys_of_regular(&self, user: u32, day: u32) -> impl Iterator<Item = Key> {
        let since = move |entry: &Missing| if entry.line == FRESH { day } else { entry.since };
        self.regulars.missing(user).map(move |entry| self.key(user, entry.bundle, since(entry)))
    }

    /// Whether a regular user holds a SKU.
    pub(super) fn regular_holds(&self, user: u32, sku: SkuIndex) -> bool {
        self.held_word(user, sku.get() / 64) >> (sku.get() % 64) & 1 == 1
    }

    /// Whether a bundle of a regular user keeps the user waiting for a SKU without a unit.
    pub(super) fn waits_regularly(&self, key: &Key, sku: SkuIndex) -> bool {
        let mut bit = vec![0; self.regulars.gifts.words()];
        bit[sku.get() / 64] = 1 << (sku.get() % 64);
        meet(self.regulars.gifts.skus(key.bundle), &bit)
    }
}
