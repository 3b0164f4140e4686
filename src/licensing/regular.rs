//! Regular users: those who have all they are meant to have, or lack bundles only because units are short. In: users, targets,
//! what bundles give. Out: what such a user holds, and a way to and from a `Detail`. Never: a grant.
//!
//! A regular user is the number of a target, a set of direct licences, and a short list of missing bundles; nearly everybody is
//! regular nearly always. Whoever is not (refused removals, plans that do not fit, codes that stand as they were last evaluated) is
//! *irregular*: a set of sources and a [`Detail`]. A change that needs it makes a user irregular, and the end of a tick makes
//! regular again whoever can be.

use std::sync::Arc;

use super::atlas::{NOTHING, SetId};
use super::gifts::{Gifts, Together, add, skus_in};
use super::ledger::{Detail, Ledger, Seats, Verdict, Wanted};
use super::target::Target;
use super::terms::ParcelId;
use super::{BundleIndex, Country, Rank, Seeker, Source};
use crate::directory::SkuIndex;

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
    pub fn place(&self) -> u32 {
        self.place
    }

    pub fn rank(&self) -> Rank {
        Rank { class: self.class, place: self.place }
    }

    pub fn set_rank(&mut self, rank: Rank) {
        (self.class, self.place) = (rank.class, rank.place);
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
    /// Users with new bundles in the open tick.
    pub news: Vec<u32>,
    /// The other words of the SKUs that each user holds, `words - 1` each.
    held: Vec<u64>,
    /// The SKUs of whole targets, and how their bundles go together, by the number of the target; kept as long as targets and
    /// gifts are the same.
    whole: Vec<u64>,
    together: Vec<Together>,
    pub scratch: Vec<BundleIndex>,
    pub short: Vec<SkuIndex>,
}

impl Regulars {
    pub fn new(gifts: Gifts) -> Self {
        Self { gifts: Arc::new(gifts), free: END, ..Self::default() }
    }

    pub fn clone_from(&mut self, source: &Self, same_targets: bool) {
        if !(same_targets && Arc::ptr_eq(&self.gifts, &source.gifts)) {
            self.whole.clone_from(&source.whole);
            self.together.clone_from(&source.together);
        }
        self.gifts = source.gifts.clone();
        self.stands.clone_from(&source.stands);
        self.missing.clone_from(&source.missing);
        self.held.clone_from(&source.held);
        self.free = source.free;
        self.irregular.clone_from(&source.irregular);
        self.news.clear();
    }

    pub fn forget_whole(&mut self) {
        self.whole.clear();
        self.together.clear();
    }

    pub fn add_user(&mut self, Seeker { location, guest, rank }: Seeker, marks: u8) {
        let (place, class) = (rank.place, rank.class);
        let (target, set) = (Target::NOTHING, NOTHING);
        self.stands.push(Stand { first: 0, target, missing: END, set, place, class, location, guest, marks });
        if self.gifts.words() > 1 {
            self.held.resize(self.stands.len() * (self.gifts.words() - 1), 0);
        }
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

    pub fn whole(&self, target: Target) -> &[u64] {
        let words = self.gifts.words();
        &self.whole[target.get() * words..(target.get() + 1) * words]
    }

    pub fn together(&self, target: Target) -> Together {
        self.together[target.get()]
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

    /// The bundle that a user lacks, where it is the only one.
    pub fn only_missing(&self, user: u32) -> Option<BundleIndex> {
        let entry = self.missing.get(self.stands[user as usize].missing as usize)?;
        (entry.next == END).then_some(entry.bundle)
    }

    /// Whether none of the bundles that a user lacks was evaluated yet.
    pub fn is_new(&self, user: u32) -> bool {
        self.missing(user).all(|entry| entry.line == FRESH)
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
        let entry = Missing { bundle, since, line, next };
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

    /// Counts a user among those who wait, or (`-1`) no longer. Bundles that were not evaluated do not count.
    pub fn count(&self, seats: &mut [Seats], user: u32, by: i32) {
        if self.is_whole(user) {
            return;
        }
        for word in 0..self.gifts.words() {
            let held = self.held(user, word);
            let evaluated = self.missing(user).filter(|entry| entry.line != FRESH);
            let wanted = evaluated.fold(0, |bits, entry| bits | self.gifts.skus(entry.bundle)[word]);
            for sku in skus_in(word, wanted & !held) {
                let queued = &mut seats[sku.get()].queued;
                *queued = queued.wrapping_add_signed(by);
            }
        }
    }

    /// Takes the entries out of a user's list that `drops` says.
    pub fn retain(&mut self, user: u32, mut keeps: impl FnMut(&Missing) -> bool) {
        let mut before = END;
        let mut at = self.stands[user as usize].missing;
        while let Some(entry) = self.missing.get(at as usize).copied() {
            if keeps(&entry) {
                before = at;
            } else {
                let place = self.missing.get_mut(before as usize).map(|entry| &mut entry.next);
                *place.unwrap_or(&mut self.stands[user as usize].missing) = entry.next;
                self.missing[at as usize].next = std::mem::replace(&mut self.free, at);
            }
            at = entry.next;
        }
    }
}

impl Ledger {
    pub(super) fn is_regular(&self, user: u32) -> bool {
        self.regulars.stands[user as usize].marks & super::ledger::REGULAR != 0
    }

    /// Learns of targets that are new.
    pub(super) fn learn_targets(&mut self) {
        let Self { regulars, targets, .. } = self;
        let words = regulars.gifts.words();
        for number in regulars.together.len()..targets.len() {
            regulars.whole.resize((number + 1) * words, 0);
            let bits = &mut regulars.whole[number * words..];
            let bundles = targets.list(Target::from_number(number));
            bundles.iter().for_each(|bundle| add(bits, regulars.gifts.skus(*bundle)));
            regulars.together.push(regulars.gifts.together(bundles));
        }
    }

    /// Writes down what a regular user holds.
    pub(super) fn hold(&mut self, user: u32) {
        for word in 0..self.regulars.gifts.words() {
            let by_groups = self.granted(user).fold(0, |bits, bundle| bits | self.regulars.gifts.skus(bundle)[word]);
            let held = by_groups | self.direct_word(user, word);
            self.regulars.hold(user, word, held);
        }
    }

    pub(super) fn direct_word(&self, user: u32, word: usize) -> u64 {
        let set = self.regulars.stands[user as usize].set;
        if set == NOTHING {
            return 0;
        }
        let own = self.atlas.set(set).skus.iter().filter(|sku| sku.get() / 64 == word);
        own.fold(0, |bits, sku| bits | 1 << (sku.get() % 64))
    }

    /// The bundles that a regular user has whole, ascending.
    pub(super) fn granted(&self, user: u32) -> impl Iterator<Item = BundleIndex> {
        let bundles = self.targets.list(self.regulars.stands[user as usize].target).iter().copied();
        let whole = self.regulars.is_whole(user);
        bundles.filter(move |bundle| whole || !self.regulars.lacks(user, *bundle))
    }

    /// The telling plans of what a regular user holds.
    pub(super) fn held_plans(&self, user: u32) -> Vec<u64> {
        let gifts = &self.regulars.gifts;
        let mut plans = vec![0; gifts.plan_words()];
        self.granted(user).for_each(|bundle| add(&mut plans, gifts.plans(bundle)));
        let direct = &self.atlas.set(self.regulars.stands[user as usize].set).skus;
        direct.iter().for_each(|sku| add(&mut plans, gifts.direct_plans(*sku)));
        plans
    }

    /// Counts a regular user among those who wait, or (`-1`) no longer.
    pub(super) fn count_regular(&mut self, user: u32, by: i32) {
        self.regulars.count(&mut self.seats, user, by);
    }

    /// The sources that a regular user has whole, ascending.
    pub(super) fn sources_of_regular(&self, user: u32) -> Vec<ParcelId> {
        let mut parcels = self.atlas.set(self.regulars.stands[user as usize].set).parcels.to_vec();
        parcels.extend(self.granted(user).map(|bundle| self.current(bundle)));
        parcels.sort_unstable();
        parcels
    }

    /// What a regular user lacks, as a detail that was not counted.
    pub(super) fn detail_of_regular(&self, user: u32) -> Detail {
        let wanted = |entry: &Missing| {
            let fresh = entry.line == FRESH;
            let short = || Verdict::Count(self.queues.lacks(entry.line).into());
            Wanted {
                bundle: entry.bundle,
                since: (!fresh).then_some(entry.since),
                verdict: if fresh { Verdict::Fresh } else { short() },
                held: Vec::new(),
                watch: (!fresh).then_some(entry.line),
            }
        };
        let mut wanted: Vec<Wanted> = self.regulars.missing(user).map(wanted).collect();
        wanted.sort_unstable_by_key(|wanted| wanted.bundle);
        Detail { wanted, ..Detail::default() }
    }

    /// Makes a user irregular, if the user is not yet: a set of sources and, where bundles are missing, a detail.
    pub(super) fn unfold(&mut self, user: u32) {
        if !self.is_regular(user) {
            return;
        }
        let parcels = self.sources_of_regular(user);
        let detail = self.detail_of_regular(user);
        self.count_regular(user, -1);
        self.regulars.retain(user, |_| false);
        self.regulars.stands[user as usize].target = Target::NOTHING;
        self.regulars.stands[user as usize].marks &= !super::ledger::REGULAR;
        self.regulars.stands[user as usize].set = self.number(&parcels);
        self.regulars.irregular.push(user);
        self.end_edit(user, detail);
    }

    pub(super) fn unfold_all(&mut self) {
        (0..self.user_count()).for_each(|user| self.unfold(user));
    }

    pub(super) fn number(&mut self, parcels: &[ParcelId]) -> SetId {
        let all = super::atlas::Parcels { terms: &self.terms, replaced: &self.replaced };
        self.atlas.number(all, parcels)
    }

    /// Makes those regular whom the tick leaves so.
    pub(super) fn fold_all(&mut self) {
        let mut irregular = std::mem::take(&mut self.regulars.irregular);
        irregular.sort_unstable();
        irregular.dedup();
        irregular.drain(..).for_each(|user| self.fold(user));
        self.regulars.irregular = irregular;
    }

    fn fold(&mut self, user: u32) {
        let location = self.regulars.stands[user as usize].location;
        if self.is_regular(user) || self.is_deleted(user) || self.terms.may_prohibit(location) {
            return;
        }
        let simple = |wanted: &Wanted| {
            wanted.held.is_empty() && wanted.watch.is_some() && matches!(wanted.verdict, Verdict::Count(_))
        };
        let detail = self.details.get(&user).filter(|_| self.has_detail(user));
        let regular = detail.is_none_or(|detail| detail.outgoing.is_empty() && detail.wanted.iter().all(simple));
        let set = self.regulars.stands[user as usize].set;
        let (mut direct, mut bundles) = (Vec::new(), Vec::new());
        for parcel in &self.atlas.set(set).parcels {
            match self.parcels().get(*parcel).source {
                Source::Direct => direct.push(*parcel),
                Source::Bundle(bundle) if self.current(bundle) == *parcel => bundles.push(bundle),
                Source::Bundle(_) => return,
            }
        }
        if !regular {
            return;
        }
        let detail = self.begin_edit(user);
        self.details.remove(&user);
        bundles.extend(detail.wanted.iter().map(|wanted| wanted.bundle));
        bundles.sort_unstable();
        let target = self.targets.number(&bundles);
        self.regulars.stands[user as usize].set = self.number(&direct);
        self.regulars.stands[user as usize].target = target;
        self.regulars.stands[user as usize].marks |= super::ledger::REGULAR;
        for wanted in &detail.wanted {
            if let (Some(since), Some(line)) = (wanted.since, wanted.watch) {
                self.regulars.insert(user, wanted.bundle, since, line);
            }
        }
        self.hold(user);
        self.count_regular(user, 1);
    }

    /// The regular users who lack a bundle.
    pub(super) fn regular_waiters(&self) -> impl Iterator<Item = u32> {
        (0..self.user_count()).filter(|user| !self.regulars.is_whole(*user) && self.is_regular(*user))
    }

    /// Tells `person` each regular user who waits for a unit, once for every SKU that has none.
    pub(super) fn regular_lines(&self, person: &mut dyn FnMut(SkuIndex, u32)) {
        for user in self.regular_waiters() {
            for word in 0..self.regulars.gifts.words() {
                let held = self.regulars.held(user, word);
                let missing = self.regulars.missing(user);
                let wanted = missing.fold(0, |bits, entry| bits | self.regulars.gifts.skus(entry.bundle)[word]);
                let waits = skus_in(word, wanted & !held).filter(|sku| self.seats[sku.get()].available() <= 0);
                waits.for_each(|sku| person(sku, user));
            }
        }
    }

    /// Takes everything away from a regular user.
    pub(super) fn release_regular(&mut self, user: u32) {
        self.count_regular(user, -1);
        let Self { regulars, seats, .. } = self;
        for word in 0..regulars.gifts.words() {
            skus_in(word, regulars.held(user, word)).for_each(|sku| seats[sku.get()].assigned -= 1);
            regulars.hold(user, word, 0);
        }
        regulars.retain(user, |_| false);
        self.regulars.stands[user as usize].target = Target::NOTHING;
        self.regulars.stands[user as usize].set = NOTHING;
        self.regulars.stands[user as usize].marks &= !super::ledger::REGULAR;
    }

    /// The SKUs that a regular user holds, ascending.
    pub(super) fn skus_of_regular(&self, user: u32) -> impl Iterator<Item = SkuIndex> {
        (0..self.regulars.gifts.words()).flat_map(move |word| skus_in(word, self.regulars.held(user, word)))
    }
}
