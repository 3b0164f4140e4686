//! What becomes of regular users in a tick: groups that go and come, grants that need no order, and those in order. In: targets,
//! free units. Out: who has which bundle. Never: decides about plans that may not fit; such users become irregular first.
//!
//! Where there are units for everybody who could ask for one in a tick, the order of R8 decides nothing: such grants are made at
//! once. All others go the long way, in order; so do all where the codes of failed bundles stand as they were last evaluated.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::BundleIndex;
use super::atlas::NOTHING;
use super::gifts::{Gifts, add, skus_in, within};
use super::ledger::{Ledger, Seats};
use super::queue::Key;
use super::standing::{FRESH, Grant, Missing, Regulars};
use super::target::Target;
use crate::directory::SkuIndex;

/// What a tick does to everybody: the SKUs of which everybody can have a unit, and bundles to evaluate in order.
pub(super) struct Tick<'t> {
    pub day: u32,
    pub plenty: &'t [u64],
    pub listed: &'t mut Vec<Key>,
}

/// What came of the evaluation of a bundle.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Served {
    pub granted: bool,
    /// Whether the last unit of a SKU went.
    pub last: bool,
}

impl Ledger {
    /// Gives a regular user other groups: what is left goes at once, what is new is granted where there is `plenty`, and waits in
    /// line or is `listed` where not. True when something was left; `None`, and nothing done, where the user has to become irregular.
    pub(super) fn regroup(&mut self, user: u32, target: Target, tick: &mut Tick<'_>) -> Option<bool> {
        let before = self.regulars.stands[user as usize].target;
        if before == target {
            return Some(false);
        }
        if !self.is_automatic() {
            let (old, new) = (self.targets.list(before), self.targets.list(target));
            if new.iter().any(|bundle| old.binary_search(bundle).is_err()) {
                return None;
            }
        }
        let together = self.regulars.together(target);
        let alone = together.fit_all || together.fit && self.regulars.stands[user as usize].set == NOTHING;
        if before == Target::NOTHING && alone && within(self.regulars.whole(target), tick.plenty) {
            self.regulars.stands[user as usize].target = target;
            for word in 0..self.regulars.gifts.words() {
                let whole = self.regulars.whole(target)[word];
                self.regulars.take(&mut self.seats, user, word, whole);
            }
            return Some(false);
        }
        if before == Target::NOTHING && together.fit_all && self.regulars.is_whole(user) {
            self.begin(user, target, tick);
            return Some(false);
        }
        if self.regulars.together(before).carry && self.is_refused(user, self.targets.list(target)) {
            return None;
        }
        Some(self.exchange(user, [before, target], tick))
    }

    /// Gives a user without any group those of a target, which fit whatever else there is and may lack units.
    fn begin(&mut self, user: u32, target: Target, tick: &mut Tick<'_>) {
        self.regulars.stands[user as usize].target = target;
        let mut bundles = std::mem::take(&mut self.regulars.scratch);
        bundles.clear();
        bundles.extend_from_slice(self.targets.list(target));
        self.give_plenty(user, &mut bundles, tick.plenty);
        self.wait(user, &bundles, tick);
        self.count_regular(user, 1);
        self.regulars.scratch = bundles;
    }

    /// Puts new bundles of a user, who is not counted, in line, or lists them.
    fn wait(&mut self, user: u32, bundles: &[BundleIndex], Tick { day, plenty, listed }: &mut Tick<'_>) {
        let any = self.key(user, BundleIndex(0), *day);
        for (at, bundle) in bundles.iter().enumerate() {
            let key = any.with(*bundle);
            if !self.line_up(key, &bundles[at..], plenty, *day) {
                self.regulars.insert(user, *bundle, 0, FRESH);
                listed.push(key);
            }
        }
    }

    /// Gives a user who has some groups already, or may lack units, others: what is left goes at once, what is new is granted where
    /// there is plenty, and waits where not. True when something was left.
    fn exchange(&mut self, user: u32, targets: [Target; 2], tick: &mut Tick<'_>) -> bool {
        let mut fresh = std::mem::take(&mut self.regulars.scratch);
        fresh.clear();
        let changed = self.leave(user, targets, &mut fresh);
        self.regulars.stands[user as usize].target = targets[1];
        self.grant_plenty(user, &mut fresh, tick.plenty);
        if self.regulars.missing(user).any(|entry| entry.line == FRESH || self.is_helped(user, entry)) {
            self.dirty.insert(user);
        }
        self.wait(user, &fresh, tick);
        self.count_regular(user, 1);
        self.regulars.scratch = fresh;
        changed
    }

    /// Takes those groups from a regular user that the second target does not have, and lists those that are new in it. The user
    /// is counted as waiting no more. True when something was left.
    fn leave(&mut self, user: u32, [before, target]: [Target; 2], fresh: &mut Vec<BundleIndex>) -> bool {
        let (old, new) = (self.targets.list(before), self.targets.list(target));
        let mut kept = std::mem::take(&mut self.regulars.kept);
        kept.clear();
        let mut rest = old.iter().copied().peekable();
        for bundle in new {
            while rest.next_if(|other| other < bundle).is_some() {}
            let had = rest.next_if_eq(bundle).is_some();
            if had { kept.push(*bundle) } else { fresh.push(*bundle) }
        }
        let left = kept.len() < old.len();
        if !self.regulars.is_whole(user) {
            self.regulars.count(&mut self.seats, user, -1);
            if left {
                self.regulars.retain(user, |entry| new.binary_search(&entry.bundle).is_ok());
            }
            kept.retain(|bundle| !self.regulars.lacks(user, *bundle));
        }
        for word in (0..self.regulars.gifts.words()).filter(|_| left) {
            let by_groups = kept.iter().fold(0, |bits, bundle| bits | self.regulars.gifts.sku_word(*bundle, word));
            let (held, kept) = (self.regulars.held(user, word), by_groups | self.direct_word(user, word));
            skus_in(word, held & !kept).for_each(|sku| self.seats[sku.get()].assigned -= 1);
            self.regulars.hold(user, word, kept);
        }
        self.regulars.kept = kept;
        left
    }

    /// Whether a plan that stays needs one that would go when a regular user has the groups `new` only (R9).
    fn is_refused(&self, user: u32, new: &[BundleIndex]) -> bool {
        let gifts = &self.regulars.gifts;
        let mut kept: Vec<BundleIndex> = self.granted(user).collect();
        let direct = &self.atlas.set(self.regulars.stands[user as usize].set).skus;
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

    /// Grants those of a user's new bundles that nobody else could miss, and leaves the others in `fresh`, which is ascending and not
    /// noted as missing yet.
    fn grant_plenty(&mut self, user: u32, fresh: &mut Vec<BundleIndex>, plenty: &[u64]) {
        let gifts = &self.regulars.gifts;
        let there = |gifts: &Gifts, bundle: BundleIndex| within(gifts.skus(bundle), plenty);
        let fit_all = || {
            let waits = self.regulars.missing(user).map(|entry| entry.bundle);
            waits.chain(fresh.iter().copied()).all(|bundle| gifts.fits_all(bundle))
        };
        let all_there = || self.regulars.is_whole(user) && fresh.iter().all(|bundle| there(gifts, *bundle));
        let together = self.regulars.together(self.regulars.stands[user as usize].target);
        if !(together.fit_all || fit_all() || all_there() && self.fit_together(user, fresh)) {
            return;
        }
        self.give_plenty(user, fresh, plenty);
    }

    /// Gives a user those of some bundles, which fit, that lack nothing but what is plenty, and leaves the others in the list.
    fn give_plenty(&mut self, user: u32, bundles: &mut Vec<BundleIndex>, plenty: &[u64]) {
        let Self { regulars, seats, .. } = self;
        let Regulars { gifts, bits: given, .. } = regulars;
        given.clear();
        given.resize(gifts.words(), 0);
        // Which of them are granted nobody can foresee: no branch for the first word, which is the only one nearly always.
        let (mut left, mut first) = (0, 0);
        for at in 0..bundles.len() {
            let bundle = bundles[at];
            let skus = gifts.sku_word(bundle, 0);
            let mut granted = skus & !plenty[0] == 0;
            if plenty.len() > 1 {
                granted &= within(gifts.skus(bundle), plenty);
                if granted {
                    add(given, gifts.skus(bundle));
                }
            }
            first |= skus & u64::from(granted).wrapping_neg();
            bundles[left] = bundle;
            left += usize::from(!granted);
        }
        given[0] |= first;
        bundles.truncate(left);
        for word in 0..plenty.len() {
            regulars.take(seats, user, word, regulars.bits[word]);
        }
    }

    /// Whether bundles surely fit what a user keeps, one after the other.
    fn fit_together(&self, user: u32, fresh: &[BundleIndex]) -> bool {
        let gifts = &self.regulars.gifts;
        let mut held = self.held_plans(user, fresh);
        fresh.iter().all(|bundle| {
            let fits = gifts.fits(*bundle, &held);
            add(&mut held, gifts.plans(*bundle));
            fits
        })
    }

    /// The SKUs with a unit for everybody who lacks one and could ask for it in this tick: for nobody more than one.
    pub(super) fn plenty(&self) -> Vec<u64> {
        let words = self.regulars.gifts.words();
        let dirty = self.dirty.len() as i64;
        let most = self.intents.len() as i64;
        let mut asking = vec![most; self.seats.len()];
        let spare = |seats: &Seats| seats.available() - i64::from(seats.queued) - i64::from(seats.stuck) - dirty;
        if self.seats.iter().any(|seats| (1..most).contains(&spare(seats))) {
            // Not everybody asks for everything.
            asking.fill(0);
            for intent in &self.intents {
                for (word, bits) in self.regulars.whole(intent.target).iter().enumerate() {
                    skus_in(word, *bits).for_each(|sku| asking[sku.get()] += 1);
                }
            }
        }
        let mut plenty = vec![0; words];
        for (at, (seats, asking)) in self.seats.iter().zip(asking).enumerate() {
            if spare(seats) >= asking {
                plenty[at / 64] |= 1 << (at % 64);
            }
        }
        plenty
    }

    /// Puts a new bundle in line for all it lacks that is not plenty: where no one before it takes the units that there are, it is
    /// granted in its turn as the first of that line. False where it lacks nothing else, or its plans may not fit, and it has to be
    /// evaluated. `rest` are the new bundles of the user that are not noted as missing yet, this one among them.
    fn line_up(&mut self, key: Key, rest: &[BundleIndex], plenty: &[u64], day: u32) -> bool {
        let (user, bundle) = (key.user(), key.bundle());
        if !self.fits_anyhow(user, bundle, rest) {
            return false;
        }
        let mut lacks = false;
        for (word, plenty) in plenty.iter().enumerate() {
            let short = self.regulars.lacking(user, bundle, word) & !plenty;
            self.regulars.short[word] = short;
            lacks |= short != 0;
        }
        if lacks {
            let line = self.queues.line(&self.regulars.short);
            self.regulars.insert(user, bundle, day, line);
            self.queues.push(line, key);
        }
        lacks
    }

    /// Whether the plans of a bundle surely fit, whatever else is granted to the user first.
    fn fits_anyhow(&self, user: u32, bundle: BundleIndex, rest: &[BundleIndex]) -> bool {
        let gifts = &self.regulars.gifts;
        if gifts.fits_all(bundle) {
            return true;
        }
        let mut beside = vec![0; gifts.plan_words()];
        let others = self.regulars.missing(user).map(|entry| entry.bundle).chain(rest.iter().copied());
        others.filter(|other| *other != bundle).for_each(|other| add(&mut beside, gifts.plans(other)));
        gifts.fits_anyhow(bundle, &self.held_plans(user, rest), &beside)
    }

    /// Writes down the SKUs of a bundle that a user lacks and of which no unit is free.
    fn find_short(&mut self, user: u32, bundle: BundleIndex, free: &[u64]) {
        for (word, free) in free.iter().enumerate() {
            self.regulars.short[word] = self.regulars.lacking(user, bundle, word) & !free;
        }
    }

    /// Lets a bundle of a user wait for the SKUs that are short, and counts the user for those that no other bundle waits for.
    fn stand_in_line(&mut self, user: u32, bundle: BundleIndex, day: u32) {
        let line = self.queues.line(&self.regulars.short);
        let Some(entry) = self.regulars.entry(user, bundle) else { return };
        let before = entry.line;
        if before == line {
            return;
        }
        let since = if before == FRESH { day } else { entry.since };
        if before == FRESH {
            self.regulars.note_counted(user);
            self.regulars.count_one_more(&mut self.seats, user, bundle);
        }
        if let Some(entry) = self.regulars.entry(user, bundle) {
            (entry.line, entry.since) = (line, since);
        }
        let key = self.key(user, bundle, since);
        self.queues.push(line, key);
    }

    /// Evaluates a bundle that a regular user lacks in its turn; `None`, and nothing done, where plans may not fit. Bundles that the
    /// grant may have helped are added to `late` or looked at again in the next round.
    pub(super) fn serve(
        &mut self,
        key: Key,
        day: u32,
        free: &mut [u64],
        late: &mut BinaryHeap<Reverse<Key>>,
    ) -> Option<Served> {
        let (user, bundle) = (key.user(), key.bundle());
        let gifts = &self.regulars.gifts;
        if !gifts.fits_all(bundle) && !gifts.fits(bundle, &self.held_plans(user, &[])) {
            return None;
        }
        let is_short = |(word, free): (usize, &u64)| self.regulars.lacking(user, bundle, word) & !free != 0;
        if free.iter().enumerate().any(is_short) {
            self.find_short(user, bundle, free);
            self.stand_in_line(user, bundle, day);
            return Some(Served::default());
        }
        let Self { regulars, seats, queues, .. } = self;
        let Grant { last, helped } = regulars.grant((seats, free), queues.lacks_of_all(), user, bundle);
        if helped {
            self.look_again(key, late);
        }
        Some(Served { granted: true, last })
    }

    /// Bundles of the same user that a grant may have helped, or whose plans may fit no longer: in this round where their turn is
    /// still to come, and in the next where it has passed.
    fn look_again(&mut self, key: Key, late: &mut BinaryHeap<Reverse<Key>>) {
        let user = key.user();
        let mut passed = false;
        for entry in self.regulars.missing(user).filter(|entry| self.is_helped(user, entry)) {
            let other = self.key(user, entry.bundle, entry.since);
            if other > key {
                late.push(Reverse(other));
            } else {
                passed = true;
            }
        }
        if passed {
            self.dirty.insert(user);
        }
    }

    /// Whether the user has come to hold something that a bundle in line was lacking, or its plans may fit or not by what else the
    /// user has.
    fn is_helped(&self, user: u32, entry: &Missing) -> bool {
        let has = || self.queues.lacks(entry.line).any(|sku| self.regular_holds(user, sku));
        entry.line != FRESH && (!self.regulars.gifts.fits_all(entry.bundle) || has())
    }

    /// The keys of everything that a regular user lacks.
    pub(super) fn keys_of_regular(&self, user: u32, day: u32) -> impl Iterator<Item = Key> {
        let since = move |entry: &Missing| if entry.line == FRESH { day } else { entry.since };
        self.regulars.missing(user).map(move |entry| self.key(user, entry.bundle, since(entry)))
    }

    /// Whether a regular user holds a SKU.
    pub(super) fn regular_holds(&self, user: u32, sku: SkuIndex) -> bool {
        self.regulars.held(user, sku.get() / 64) >> (sku.get() % 64) & 1 == 1
    }
}
