//! What regular users have, in memory: a few numbers each, and lists of the bundles they miss. In: users, entries, bits. Out: the
//! same, fast. Never: a rule of licensing.

use std::sync::Arc;

use prefetch_index::prefetch_index;

use super::atlas::{NOTHING, SetId};
use super::gifts::{Gifts, Together, add, skus_in, within};
use super::ledger::{REGULAR, Seats};
use super::target::{Target, Targets};
use super::{BundleIndex, Country, Rank, Seeker};

/// No missing bundle, or none after this.
const END: u32 = u32::MAX;
/// The line of a bundle that was not evaluated yet.
pub(super) const FRESH: u32 = u32::MAX;

/// Everything about one user that most events look at, in half a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Stand {
    /// The first word of the SKUs that a regular user holds.
    first: u64,
    /// The groups that a regular user is meant to have.
    pub target: Target,
    /// The first bundle among them that is missing.
    missing: u32,
    /// The direct licences of a regular user, all that another has whole.
    pub set: SetId,
    place: u32,
    class: u8,
    pub location: Option<Country>,
    pub guest: bool,
    pub marks: u8,
}

const _: () = assert!(size_of::<Stand>() == 32, "two users share a line of the cache");

impl Stand {
    pub fn rank(&self) -> Rank {
        Rank { class: self.class, place: self.place }
    }

    pub fn set_rank(&mut self, rank: Rank) {
        (self.class, self.place) = (rank.class, rank.place);
    }

    pub fn welcome(&mut self, Seeker { location, guest, rank }: Seeker, regular: bool) {
        (self.location, self.guest, self.class) = (location, guest, rank.class);
        self.marks = if regular { REGULAR } else { 0 };
    }

    pub fn seeker(&self) -> Seeker {
        Seeker { location: self.location, guest: self.guest, rank: self.rank() }
    }
}

/// A bundle that a regular user waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    pub bundle: BundleIndex,
    /// The day since which it waits, once it was evaluated.
    pub since: u32,
    /// The queue in which it stands.
    pub line: u32,
    next: u32,
    /// Who waits; `END` where nobody does and the place is free.
    user: u32,
}

/// What came of a grant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    /// Whether the last unit of a SKU went.
    pub last: bool,
    /// Whether another bundle that the user waits for may be helped, or its plans may fit no longer.
    pub helped: bool,
}

/// See the head of this file.
#[derive(Clone, Debug, Default)]
pub(super) struct Regulars {
    pub gifts: Arc<Gifts>,
    pub stands: Vec<Stand>,
    missing: Vec<Missing>,
    /// The first entry of `missing` that is free.
    free: u32,
    /// Irregular users to look at again at the end of the tick.
    pub irregular: Vec<u32>,
    /// The other words of the SKUs that each user holds, `words - 1` each.
    held: Vec<u64>,
    /// How the bundles of each of the first `learnt` targets go together and the words of their SKUs, in one place; kept as long
    /// as targets and gifts are the same.
    whole: Vec<u64>,
    learnt: usize,
    /// Memory for the bundles that a user gets, and for those that a user keeps.
    pub scratch: Vec<BundleIndex>,
    pub kept: Vec<BundleIndex>,
    /// The same for bits of SKUs, and for the SKUs of which a bundle lacks a unit.
    pub bits: Vec<u64>,
    pub short: Vec<u64>,
}

impl Regulars {
    pub fn new(gifts: Gifts) -> Self {
        Self { short: vec![0; gifts.words()], gifts: Arc::new(gifts), free: END, ..Self::default() }
    }

    pub fn clone_from(&mut self, source: &Self, same_targets: bool) {
        if !(same_targets && Arc::ptr_eq(&self.gifts, &source.gifts)) {
            self.whole.clone_from(&source.whole);
            self.learnt = source.learnt;
        }
        self.gifts = source.gifts.clone();
        self.stands.clone_from(&source.stands);
        self.missing.clone_from(&source.missing);
        self.held.clone_from(&source.held);
        self.free = source.free;
        self.irregular.clone_from(&source.irregular);
    }

    /// The same of the targets from a number on.
    pub fn forget_whole_from(&mut self, number: usize) {
        self.learnt = self.learnt.min(number);
        self.whole.truncate(self.learnt * (1 + self.gifts.words()));
    }

    #[inline]
    pub fn add_user(&mut self, Seeker { location, guest, rank }: Seeker, marks: u8) {
        let (place, class) = (rank.place, rank.class);
        let (target, set) = (Target::NOTHING, NOTHING);
        self.stands.push(Stand { first: 0, target, missing: END, set, place, class, location, guest, marks });
        if self.gifts.words() > 1 {
            self.held.resize(self.stands.len() * (self.gifts.words() - 1), 0);
        }
    }

    /// Moves the missing bundles of each user together, and drops the places that are free: for a ledger that is cloned often.
    pub fn compact(&mut self) {
        let before = std::mem::take(&mut self.missing);
        for stand in &mut self.stands {
            let mut at = std::mem::replace(&mut stand.missing, END);
            while let Some(entry) = before.get(at as usize) {
                let number = self.missing.len() as u32;
                match self.missing.last_mut().filter(|_| stand.missing != END) {
                    Some(last) => last.next = number,
                    None => stand.missing = number,
                }
                self.missing.push(Missing { next: END, ..*entry });
                at = entry.next;
            }
        }
        self.free = END;
    }

    pub fn is_whole(&self, user: u32) -> bool {
        self.stands[user as usize].missing == END
    }

    /// One word of the SKUs that a regular user holds.
    pub fn held(&self, user: u32, word: usize) -> u64 {
        match word.checked_sub(1) {
            None => self.stands[user as usize].first,
            Some(word) => self.held[user as usize * (self.gifts.words() - 1) + word],
        }
    }

    pub fn hold(&mut self, user: u32, word: usize, bits: u64) {
        match word.checked_sub(1) {
            None => self.stands[user as usize].first = bits,
            Some(word) => self.held[user as usize * (self.gifts.words() - 1) + word] = bits,
        }
    }

    /// One word of the SKUs of a bundle that a regular user does not hold.
    pub fn lacking(&self, user: u32, bundle: BundleIndex, word: usize) -> u64 {
        self.gifts.sku_word(bundle, word) & !self.held(user, word)
    }

    /// The SKUs of all bundles of a target.
    pub fn whole(&self, target: Target) -> &[u64] {
        let size = 1 + self.gifts.words();
        &self.whole[target.get() * size + 1..(target.get() + 1) * size]
    }

    pub fn together(&self, target: Target) -> Together {
        Together::from_bits(self.whole[target.get() * (1 + self.gifts.words())])
    }

    /// Learns of targets that are new.
    #[inline]
    pub fn learn(&mut self, targets: &Targets) {
        if self.learnt < targets.len() {
            self.learn_more(targets);
        }
    }

    fn learn_more(&mut self, targets: &Targets) {
        let size = 1 + self.gifts.words();
        self.whole.resize(targets.len() * size, 0);
        for number in self.learnt..targets.len() {
            let place = &mut self.whole[number * size..(number + 1) * size];
            let bundles = targets.list(Target::from_number(number));
            place[0] = self.gifts.together(bundles).bits();
            bundles.iter().for_each(|bundle| add(&mut place[1..], self.gifts.skus(*bundle)));
        }
        self.learnt = targets.len();
    }

    /// Hints that a user will be looked at soon.
    pub fn prefetch(&self, user: u32) {
        prefetch_index(&self.stands, user as usize);
    }

    /// The same about the first bundle that a user lacks.
    pub fn prefetch_missing(&self, user: u32) {
        prefetch_index(&self.missing, self.stands[user as usize].missing as usize);
    }

    /// The same about what a target gives.
    pub fn prefetch_whole(&self, target: Target) {
        prefetch_index(&self.whole, target.get() * (1 + self.gifts.words()));
    }

    /// The bundles that a user lacks.
    pub fn missing(&self, user: u32) -> impl Iterator<Item = &Missing> {
        let mut at = self.stands[user as usize].missing;
        std::iter::from_fn(move || {
            let entry = self.missing.get(at as usize)?;
            at = entry.next;
            Some(entry)
        })
    }

    /// Every regular user who lacks a bundle, in no order.
    pub fn waiters(&self) -> impl Iterator<Item = u32> {
        let first = |(at, entry): &(usize, &Missing)| self.stands[entry.user as usize].missing as usize == *at;
        let taken = self.missing.iter().enumerate().filter(|(_, entry)| entry.user != END);
        taken.filter(first).map(|(_, entry)| entry.user)
    }

    pub fn lacks(&self, user: u32, bundle: BundleIndex) -> bool {
        self.missing(user).any(|entry| entry.bundle == bundle)
    }

    pub fn entry(&mut self, user: u32, bundle: BundleIndex) -> Option<&mut Missing> {
        let mut at = self.stands[user as usize].missing;
        loop {
            let entry = *self.missing.get(at as usize)?;
            if entry.bundle == bundle {
                return self.missing.get_mut(at as usize);
            }
            at = entry.next;
        }
    }

    pub fn insert(&mut self, user: u32, bundle: BundleIndex, since: u32, line: u32) {
        let next = self.stands[user as usize].missing;
        let entry = Missing { bundle, since, line, next, user };
        let at = match self.missing.get_mut(self.free as usize) {
            Some(place) => {
                let at = std::mem::replace(&mut self.free, place.next);
                *place = entry;
                at
            }
            None => {
                self.missing.push(entry);
                self.missing.len() as u32 - 1
            }
        };
        self.stands[user as usize].missing = at;
    }

    /// Gives a user one word of SKUs: each that is not held yet takes a unit. The SKUs of which the last unit went, as bits.
    #[inline]
    pub fn take(&mut self, seats: &mut [Seats], user: u32, word: usize, given: u64) -> u64 {
        let held = self.held(user, word);
        let mut ended = 0;
        for sku in skus_in(word, given & !held) {
            let seats = &mut seats[sku.get()];
            seats.assigned += 1;
            ended |= u64::from(seats.available() <= 0) << (sku.get() % 64);
        }
        self.hold(user, word, held | given);
        ended
    }

    /// Gives a user a bundle that is missing, and with it others in line that need nothing more and fit whatever else there is;
    /// counts the user no more for what it brings. What has no unit left is taken off the `free` SKUs. `lacks` is what those in each
    /// line lack, as bits.
    pub fn grant(
        &mut self,
        (seats, free): (&mut [Seats], &mut [u64]),
        lacks: &[u64],
        user: u32,
        bundle: BundleIndex,
    ) -> Grant {
        let words = self.gifts.words();
        let (mut last, mut helped) = (false, words > 1);
        for (word, free) in free.iter_mut().enumerate().skip(1) {
            let (mut own, mut others) = (0, 0);
            for entry in self.missing(user).filter(|entry| entry.line != FRESH) {
                let bits = if entry.bundle == bundle { &mut own } else { &mut others };
                *bits |= self.gifts.sku_word(entry.bundle, word);
            }
            let ended = self.receive(seats, user, word, bundle, [own, others]);
            *free &= !ended;
            last |= ended != 0;
        }
        // The first word, which is the only one nearly always, on the walk that takes entries out.
        let Self { gifts, stands, missing, held, free: places, .. } = self;
        let stand = &mut stands[user as usize];
        let first = stand.first | gifts.first_word(bundle).0;
        let more = &held[user as usize * (words - 1)..][..words - 1];
        let (mut own, mut others) = (0, 0);
        retain(&mut stand.missing, missing, places, |entry| {
            let is_own = entry.bundle == bundle;
            if entry.line == FRESH {
                return !is_own;
            }
            let (skus, fits) = gifts.first_word(entry.bundle);
            *if is_own { &mut own } else { &mut others } |= skus;
            let mut comes_with = fits & (skus & !first == 0);
            if words > 1 {
                comes_with &= within(&gifts.skus(entry.bundle)[1..], more);
            }
            helped |= !fits | (!comes_with & (lacks[entry.line as usize * words] & first != 0));
            !is_own & !comes_with
        });
        let ended = self.receive(seats, user, 0, bundle, [own, others]);
        free[0] &= !ended;
        Grant { last: last | (ended != 0), helped }
    }

    /// Gives a user one word of a bundle. `own` and `others` are what the user was counted for by this bundle and by others. The
    /// SKUs of which the last unit went.
    #[inline]
    fn receive(
        &mut self,
        seats: &mut [Seats],
        user: u32,
        word: usize,
        bundle: BundleIndex,
        [own, others]: [u64; 2],
    ) -> u64 {
        let given = self.gifts.sku_word(bundle, word);
        let before = (own | others) & !self.held(user, word);
        let after = before & others & !given;
        skus_in(word, before & !after).for_each(|sku| seats[sku.get()].queued -= 1);
        self.take(seats, user, word, given)
    }

    /// Counts a user among those who wait, or (`-1`) no longer. Bundles that were not evaluated do not count.
    pub fn count(&self, seats: &mut [Seats], user: u32, by: i32) {
        if self.is_whole(user) {
            return;
        }
        for word in 0..self.gifts.words() {
            let held = self.held(user, word);
            let evaluated = self.missing(user).filter(|entry| entry.line != FRESH);
            let wanted = evaluated.fold(0, |bits, entry| bits | self.gifts.sku_word(entry.bundle, word));
            for sku in skus_in(word, wanted & !held) {
                let queued = &mut seats[sku.get()].queued;
                *queued = queued.wrapping_add_signed(by);
            }
        }
    }

    /// Writes down what a user is counted for, as bits, for [`Regulars::count_one_more`].
    pub fn note_counted(&mut self, user: u32) {
        let mut bits = std::mem::take(&mut self.bits);
        bits.clear();
        bits.resize(self.gifts.words(), 0);
        let counted = self.missing(user).filter(|entry| entry.line != FRESH);
        counted.for_each(|entry| add(&mut bits, self.gifts.skus(entry.bundle)));
        self.bits = bits;
    }

    /// Counts a user as waiting for what a bundle lacks that is evaluated for the first time, beside what is counted.
    pub fn count_one_more(&mut self, seats: &mut [Seats], user: u32, bundle: BundleIndex) {
        for word in 0..self.gifts.words() {
            let skus = self.gifts.sku_word(bundle, word);
            let more = skus & !self.held(user, word) & !self.bits[word];
            self.bits[word] |= skus;
            skus_in(word, more).for_each(|sku| seats[sku.get()].queued += 1);
        }
    }

    /// Takes the entries out of a user's list that `keeps` does not say.
    pub fn retain(&mut self, user: u32, keeps: impl FnMut(&Missing) -> bool) {
        let Self { stands, missing, free, .. } = self;
        retain(&mut stands[user as usize].missing, missing, free, keeps);
    }
}

/// Takes the entries out of the list that begins at `first` that `keeps` does not say.
#[inline]
fn retain(first: &mut u32, missing: &mut [Missing], free: &mut u32, mut keeps: impl FnMut(&Missing) -> bool) {
    let mut before = END;
    let mut at = *first;
    while let Some(entry) = missing.get_mut(at as usize) {
        let next = entry.next;
        if keeps(entry) {
            before = at;
        } else {
            (entry.next, entry.user) = (*free, END);
            *free = at;
            *missing.get_mut(before as usize).map_or(&mut *first, |entry| &mut entry.next) = next;
        }
        at = next;
    }
}
