//! Who holds, waits for, or is refused which SKU. In: terms, users, changes. Out: states and counts. Never: reads a file, looks
//! past the day it is given, draws a random number.
//!
//! Changes are collected between two settlements; [`Ledger::settle`](Ledger) then removes and grants until nothing moves (R2).
//! Nearly everybody is a few numbers (see `regular`); only the others have a set of sources and a [`Detail`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::atlas::{Atlas, NOTHING, Parcels, SetId};
use super::detail::Detail;
use super::gifts::Gifts;
use super::queue::Queues;
use super::standing::Regulars;
use super::target::{Target, Targets};
use super::terms::{Parcel, ParcelId, Terms};
use super::{BundleIndex, Deletion, Rank, Reprocess, Seeker, Source};
use crate::directory::{GroupLicense, SkuIndex};

/// What is remembered of a deleted user.
#[derive(Clone, Debug)]
pub(super) struct Grave {
    pub day: u32,
    pub bundles: Vec<BundleIndex>,
    pub direct: Vec<SkuIndex>,
}

/// One SKU's counters. `queued` and `stuck` count users without a seat who have a bundle that failed on units, or only others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seats {
    pub capacity: u32,
    pub assigned: u32,
    pub queued: u32,
    pub stuck: u32,
}

impl Seats {
    pub fn available(self) -> i64 {
        i64::from(self.capacity) - i64::from(self.assigned)
    }
}

/// The whole new intent of a user, to be compared with the old at the next settlement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intent {
    pub user: u32,
    /// Its place among the intents of the tick.
    pub number: u32,
    pub target: Target,
}

/// See the head of this file. Users are numbers in the order in which they were added.
#[derive(Debug)]
pub struct Ledger {
    pub(super) terms: Arc<Terms>,
    pub(super) atlas: Atlas,
    pub(super) targets: Targets,
    /// Parcels of bundles that were replaced, with what they were made from, and the parcel that stands for each bundle now.
    pub(super) replaced: Vec<Parcel>,
    pub(super) replacing: Vec<(BundleIndex, Vec<GroupLicense>)>,
    pub(super) current: BTreeMap<BundleIndex, ParcelId>,
    pub(super) regulars: Regulars,
    pub(super) details: BTreeMap<u32, Detail>,
    pub(super) graves: BTreeMap<u32, Grave>,
    pub(super) seats: Vec<Seats>,
    pub(super) queues: Queues,
    /// The open tick: intents, users to look at again, bundles to evaluate when nothing is retried by itself.
    pub(super) intents: Vec<Intent>,
    pub(super) dirty: BTreeSet<u32>,
    pub(super) due: BTreeSet<(u32, BundleIndex)>,
    pub(super) retry_all: bool,
    pub(super) retry_on: BTreeSet<u32>,
    /// Units that direct assignments of the open tick took.
    pub(super) taken: BTreeSet<(u32, SkuIndex)>,
    pub(super) available_before: Vec<i64>,
    /// Whether waiting bundles were retried by themselves in the last settlement, so that their codes follow from free units.
    pub(super) derives: bool,
}

/// Everything a user has, as numbers: the same for any two who have the same, while no group gives something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holding {
    /// The target of a regular user, and how often groups have come to give something else by then.
    target: Option<(Target, u32)>,
    set: SetId,
}

/// The marks of a user, one bit each.
pub(super) const DETAIL: u8 = 1;
const DELETED: u8 = 2;
pub(super) const REGULAR: u8 = 4;

impl Clone for Ledger {
    fn clone(&self) -> Self {
        Self {
            terms: self.terms.clone(),
            atlas: self.atlas.clone(),
            targets: self.targets.clone(),
            replaced: self.replaced.clone(),
            replacing: self.replacing.clone(),
            current: self.current.clone(),
            regulars: self.regulars.clone(),
            details: self.details.clone(),
            graves: self.graves.clone(),
            seats: self.seats.clone(),
            queues: self.queues.clone(),
            intents: self.intents.clone(),
            dirty: self.dirty.clone(),
            due: self.due.clone(),
            retry_all: self.retry_all,
            retry_on: self.retry_on.clone(),
            taken: self.taken.clone(),
            available_before: self.available_before.clone(),
            derives: self.derives,
        }
    }

    /// The same as `clone`, but keeps memory and what this ledger has learnt about sets of sources: for a thread that starts
    /// every replication from one ledger.
    fn clone_from(&mut self, source: &Self) {
        if self.replaced.is_empty() && source.replaced.is_empty() && Arc::ptr_eq(&self.terms, &source.terms) {
            self.atlas.follow(&source.atlas);
        } else {
            self.atlas = source.atlas.clone();
        }
        let same_targets = self.targets.follow(&source.targets);
        self.regulars.clone_from(&source.regulars, same_targets);
        self.learn_targets();
        self.terms = source.terms.clone();
        self.replaced.clone_from(&source.replaced);
        self.replacing.clone_from(&source.replacing);
        self.current.clone_from(&source.current);
        self.details.clone_from(&source.details);
        self.graves.clone_from(&source.graves);
        self.seats.clone_from(&source.seats);
        self.queues.clone_from(&source.queues);
        self.intents.clone_from(&source.intents);
        self.dirty.clone_from(&source.dirty);
        self.due.clone_from(&source.due);
        self.retry_all = source.retry_all;
        self.retry_on.clone_from(&source.retry_on);
        self.taken.clone_from(&source.taken);
        self.available_before.clone_from(&source.available_before);
        self.derives = source.derives;
    }
}

impl Ledger {
    pub fn new(terms: Arc<Terms>) -> Self {
        let skus = terms.sku_count();
        let gifts = Gifts::new(&terms, |bundle| terms.bundle_parcel(bundle));
        Self {
            terms,
            atlas: Atlas::default(),
            targets: Targets::default(),
            replaced: Vec::new(),
            replacing: Vec::new(),
            current: BTreeMap::new(),
            details: BTreeMap::new(),
            graves: BTreeMap::new(),
            seats: vec![Seats::default(); skus],
            queues: Queues::new(gifts.words()),
            regulars: Regulars::new(gifts),
            intents: Vec::new(),
            dirty: BTreeSet::new(),
            due: BTreeSet::new(),
            retry_all: false,
            retry_on: BTreeSet::new(),
            taken: BTreeSet::new(),
            available_before: vec![0; skus],
            derives: false,
        }
    }

    pub fn terms(&self) -> &Arc<Terms> {
        &self.terms
    }

    /// Users ever added, deleted ones among them.
    pub fn user_count(&self) -> u32 {
        self.regulars.stands.len() as u32
    }

    /// Adds a user without any licence and returns its number.
    pub fn add_user(&mut self, seeker: Seeker) -> u32 {
        let marks = if self.terms.may_prohibit(seeker.location) { 0 } else { REGULAR };
        self.regulars.add_user(seeker, marks);
        self.user_count() - 1
    }

    /// Adds users of whom nothing is known yet; see [`Ledger::welcome`]. The place of each in the order of grants is its number.
    pub fn add_unknown(&mut self, count: usize) {
        self.regulars.stands.reserve(count);
        for place in self.user_count()..self.user_count() + count as u32 {
            self.add_user(Seeker { location: None, guest: false, rank: Rank { class: 0, place } });
        }
    }

    /// Says who a user is that has nothing yet, and keeps the place.
    pub fn welcome(&mut self, user: u32, seeker: Seeker) {
        let prohibits = self.terms.may_prohibit(seeker.location);
        self.regulars.stands[user as usize].welcome(seeker, !prohibits);
    }

    /// Gives a user the groups `bundles`, ascending, and no others, at the next settlement. Of two calls in one tick the later
    /// counts. A deleted user's groups are remembered for a restore.
    pub fn set_bundles(&mut self, user: u32, bundles: &[BundleIndex]) {
        let target = self.target(bundles);
        self.set_target(user, target);
    }

    /// The same for a list that is known by its number.
    pub fn set_target(&mut self, user: u32, target: Target) {
        if !self.is_deleted(user) {
            self.intents.push(Intent { user, number: self.intents.len() as u32, target });
        } else if let Some(grave) = self.graves.get_mut(&user) {
            grave.bundles = self.targets.list(target).to_vec();
        }
    }

    /// Hints that something will be done about a user soon.
    pub fn prefetch(&self, user: u32) {
        self.regulars.prefetch(user);
    }

    /// The same about a target: what it gives, and where its bundles are.
    pub fn prefetch_target(&self, target: Target) {
        self.regulars.prefetch_whole(target);
        self.targets.prefetch_place(target);
    }

    /// The same about its bundles.
    pub fn prefetch_bundles(&self, target: Target) {
        self.targets.prefetch(target);
    }

    /// Whether bundles give a SKU now.
    pub fn gives(&self, target: Target, sku: SkuIndex) -> bool {
        self.skus_of_target(target)[sku.get() / 64] >> (sku.get() % 64) & 1 == 1
    }

    /// The target that a list of bundles of this hash most likely has, if it has one: for a prefetch.
    pub fn likely_target(&self, hash: u64) -> Target {
        self.targets.likely(hash)
    }

    /// The number of a list of bundles, which is ascending.
    pub fn target(&mut self, bundles: &[BundleIndex]) -> Target {
        let target = self.targets.number(bundles);
        self.learn_targets();
        target
    }

    /// The SKUs that bundles give now, as bits. After [`Ledger::replace_bundle`] targets are learnt again first.
    #[inline]
    pub fn skus_of_target(&self, target: Target) -> &[u64] {
        self.regulars.whole(target)
    }

    pub fn bundles_in(&self, target: Target) -> &[BundleIndex] {
        self.targets.list(target)
    }

    /// The number of the bundles of both.
    #[inline]
    pub fn union(&mut self, a: Target, b: Target) -> Target {
        let both = self.targets.union(a, b);
        self.learn_targets();
        both
    }

    /// Lists of bundles and sets of sources that were met since what is known was shared.
    pub fn learnt(&self) -> usize {
        self.targets.own_count() + self.atlas.own_count()
    }

    /// Forgets them: for a ledger that goes on as a clone of the one that shared the others.
    pub fn forget(&mut self) {
        self.targets.forget_own();
        self.atlas.forget_own();
        self.regulars.forget_whole_from(self.targets.len());
    }

    /// Lists of bundles known so far; their numbers are below this.
    pub fn target_count(&self) -> usize {
        self.targets.len()
    }

    /// Sets the units that can be assigned (`enabled + warning`, R3). Nobody loses a seat by it (R13).
    pub fn set_capacity(&mut self, sku: SkuIndex, units: u32) {
        self.seats[sku.get()].capacity = units;
    }

    /// Tries every waiting and blocked bundle again at the next settlement, whatever the policy.
    pub fn reprocess(&mut self) {
        self.retry_all = true;
    }

    /// A user's `usageLocation` changed. Licences that are held stay; failed bundles are evaluated again.
    pub fn set_location(&mut self, user: u32, location: Option<super::Country>) {
        self.unfold(user);
        self.regulars.stands[user as usize].location = location;
        self.dirty.insert(user);
    }

    /// A user became a guest or a member: call `set_bundles` in the same tick where the policy skips guests.
    pub fn set_guest(&mut self, user: u32, guest: bool) {
        self.regulars.stands[user as usize].guest = guest;
    }

    pub fn seeker(&self, user: u32) -> Seeker {
        self.regulars.stands[user as usize].seeker()
    }

    pub fn is_deleted(&self, user: u32) -> bool {
        self.regulars.stands[user as usize].marks & DELETED != 0
    }

    /// Makes clones cheap: what is known about sets of sources is shared by all clones from now on, and places
    /// that are free are dropped.
    pub fn share(&mut self) {
        self.atlas.share();
        self.targets.share();
        self.regulars.compact();
        self.queues.compact();
    }

    /// What a user has; `None` where something is missing or too much.
    pub(super) fn whole(&self, user: u32) -> Option<Holding> {
        let set = self.regulars.stands[user as usize].set;
        if self.is_regular(user) {
            let target = self.regulars.stands[user as usize].target;
            let version = self.replaced.len() as u32;
            return self.regulars.is_whole(user).then_some(Holding { target: Some((target, version)), set });
        }
        (!self.has_detail(user)).then_some(Holding { target: None, set })
    }

    /// What a user has beside what is missing; `None` where something is too much.
    pub fn holding(&mut self, user: u32) -> Option<Holding> {
        if let Some(whole) = self.whole(user) {
            return Some(whole);
        }
        if self.is_regular(user) {
            let sources = self.sources_of_regular(user);
            return Some(Holding { target: None, set: self.number(&sources) });
        }
        let detail = self.details.get(&user)?;
        let too_much = !detail.outgoing.is_empty() || detail.wanted.iter().any(|wanted| !wanted.held.is_empty());
        (!too_much).then(|| Holding { target: None, set: self.regulars.stands[user as usize].set })
    }

    pub(super) fn parcels(&self) -> Parcels<'_> {
        Parcels { terms: &self.terms, replaced: &self.replaced }
    }

    /// The parcel that a bundle gives now.
    pub(super) fn current(&self, bundle: BundleIndex) -> ParcelId {
        if self.current.is_empty() {
            return self.terms.bundle(bundle);
        }
        self.current.get(&bundle).copied().unwrap_or_else(|| self.terms.bundle(bundle))
    }

    pub(super) fn is_automatic(&self) -> bool {
        self.terms.policy.reprocess == Reprocess::Auto
    }

    pub(super) fn mark_deleted(&mut self, user: u32, deleted: bool) {
        let mark = &mut self.regulars.stands[user as usize].marks;
        *mark = if deleted { *mark | DELETED } else { *mark & !DELETED };
    }

    pub(super) fn release(&mut self, sku: SkuIndex) {
        self.seats[sku.get()].assigned -= 1;
    }

    /// Deletes a user: every path goes at once, whatever depends on it, and the groups are remembered (R12).
    pub fn delete(&mut self, user: u32, day: u32, how: Deletion) {
        if self.is_deleted(user) {
            return;
        }
        if how == Deletion::Final && self.is_regular(user) {
            self.release_regular(user);
            self.mark_deleted(user, true);
            return;
        }
        self.unfold(user);
        let mut detail = self.begin_edit(user);
        self.details.remove(&user);
        let set = std::mem::replace(&mut self.regulars.stands[user as usize].set, NOTHING);
        let mut held: BTreeSet<SkuIndex> = self.atlas.set(set).skus.iter().copied().collect();
        let mut bundles: Vec<BundleIndex> = Vec::new();
        let mut direct = Vec::new();
        for parcel in &self.atlas.set(set).parcels {
            let parcel = self.parcels().get(*parcel);
            match parcel.source {
                Source::Bundle(bundle) => bundles.push(bundle),
                Source::Direct => direct.extend(parcel.items.iter().map(|item| item.sku)),
            }
        }
        for wanted in &mut detail.wanted {
            bundles.push(wanted.bundle);
            held.extend(wanted.held.iter().map(|held| held.sku));
        }
        held.extend(detail.outgoing.iter().map(|outgoing| outgoing.held.sku));
        held.into_iter().for_each(|sku| self.release(sku));
        if let Some(intent) = self.intents.iter().rev().find(|intent| intent.user == user) {
            bundles = self.targets.list(intent.target).to_vec();
        }
        bundles.sort_unstable();
        if how == Deletion::AdminCenter {
            direct.clear();
        }
        self.mark_deleted(user, true);
        if how != Deletion::Final {
            self.graves.insert(user, Grave { day, bundles, direct });
        }
    }
}
