//! Sets of sources, each stored once, and what becomes of a set when a source joins it. In: terms. Out: numbers
//! that stand for sets. Never: a user, a seat count, an order.
//!
//! Irregular users have such a set, and of regular ones their direct licences are one (see `standing`). Few sets are in use, so
//! joining a group is a look-up of (set, parcel). Numbers depend on the order of look-ups and are never shown.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::terms::{Item, Misfit, Parcel, ParcelId, Terms};
use crate::directory::SkuIndex;

pub(super) type SetId = u32;

/// The set of no source: what a new user has.
pub(super) const NOTHING: SetId = 0;

/// Parcels that a user holds whole, ascending, and the SKUs in them, ascending.
#[derive(Clone, Debug)]
pub(super) struct SourceSet {
    pub parcels: Box<[ParcelId]>,
    pub skus: Box<[SkuIndex]>,
}

/// A set after a parcel joins it.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub to: SetId,
    /// SKUs of the parcel that the set does not hold yet: each needs a unit.
    pub need: Box<[SkuIndex]>,
    pub misfit: Option<Box<Misfit>>,
}

/// Multiplicative hashing of small integers: fast, and the same in every process. No hash map here is ever iterated.
#[derive(Default)]
pub(super) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// The sets and look-ups of one generation.
#[derive(Clone, Debug, Default)]
struct Book {
    sets: Vec<SourceSet>,
    numbers: NumberMap<Box<[ParcelId]>, SetId>,
    joins: NumberMap<u64, Joined>,
}

/// A shared book, and what was added to it since it was shared.
#[derive(Clone, Debug)]
pub(super) struct Atlas {
    shared: Arc<Book>,
    own: Book,
}

/// Where to find a parcel: among the terms, or among those that replaced one of theirs.
#[derive(Clone, Copy)]
pub(super) struct Parcels<'a> {
    pub terms: &'a Terms,
    pub replaced: &'a [Parcel],
}

impl<'a> Parcels<'a> {
    pub fn get(self, id: ParcelId) -> &'a Parcel {
        let first = self.terms.parcels.len();
        if (id as usize) < first { &self.terms.parcels[id as usize] } else { &self.replaced[id as usize - first] }
    }
}

fn key(set: SetId, parcel: ParcelId) -> u64 {
    u64::from(set) << 32 | u64::from(parcel)
}

impl Default for Atlas {
    fn default() -> Self {
        let nothing = SourceSet { parcels: Box::default(), skus: Box::default() };
        let mut own = Book { sets: vec![nothing], ..Book::default() };
        own.numbers.insert(Box::default(), NOTHING);
        Self { shared: Arc::default(), own }
    }
}

impl Atlas {
    pub fn set(&self, id: SetId) -> &SourceSet {
        let first = self.shared.sets.len();
        if (id as usize) < first { &self.shared.sets[id as usize] } else { &self.own.sets[id as usize - first] }
    }

    /// The sets that were added to the shared book.
    pub fn own_count(&self) -> usize {
        self.own.sets.len()
    }

    /// Forgets them.
    pub fn forget_own(&mut self) {
        self.own = Book::default();
    }

    pub fn holds(&self, id: SetId, sku: SkuIndex) -> bool {
        self.set(id).skus.binary_search(&sku).is_ok()
    }

    pub fn has(&self, id: SetId, parcel: ParcelId) -> bool {
        self.set(id).parcels.binary_search(&parcel).is_ok()
    }

    /// What becomes of `set` when `parcel`, which it does not have, joins.
    pub fn join(&mut self, parcels: Parcels<'_>, set: SetId, parcel: ParcelId) -> &Joined {
        let key = key(set, parcel);
        if self.shared.joins.contains_key(&key) {
            return &self.shared.joins[&key];
        }
        if !self.own.joins.contains_key(&key) {
            let joined = self.compute_join(parcels, set, parcel);
            self.own.joins.insert(key, joined);
        }
        &self.own.joins[&key]
    }

    fn compute_join(&mut self, parcels: Parcels<'_>, set: SetId, parcel: ParcelId) -> Joined {
        let own = &parcels.get(parcel).items;
        let others = self.items(parcels, set);
        let misfit = parcels.terms.misfit(own, &others).map(Box::new);
        let need = own.iter().map(|item| item.sku).filter(|sku| !self.holds(set, *sku)).collect();
        Joined { to: self.with(parcels, set, parcel), need, misfit }
    }

    /// Every item of a set, parcel by parcel.
    pub fn items<'a>(&self, parcels: Parcels<'a>, set: SetId) -> Vec<&'a Item> {
        self.set(set).parcels.iter().flat_map(|parcel| parcels.get(*parcel).items.iter()).collect()
    }

    pub fn with(&mut self, parcels: Parcels<'_>, set: SetId, parcel: ParcelId) -> SetId {
        let mut list = self.set(set).parcels.to_vec();
        if let Err(at) = list.binary_search(&parcel) {
            list.insert(at, parcel);
        }
        self.number(parcels, &list)
    }

    pub fn without(&mut self, parcels: Parcels<'_>, set: SetId, parcel: ParcelId) -> SetId {
        let list: Vec<ParcelId> = self.set(set).parcels.iter().copied().filter(|other| *other != parcel).collect();
        self.number(parcels, &list)
    }

    /// The set of some parcels, ascending and distinct.
    pub fn number(&mut self, parcels: Parcels<'_>, list: &[ParcelId]) -> SetId {
        if let Some(id) = self.shared.numbers.get(list).or_else(|| self.own.numbers.get(list)) {
            return *id;
        }
        let id = (self.shared.sets.len() + self.own.sets.len()) as SetId;
        let mut skus: Vec<SkuIndex> =
            list.iter().flat_map(|parcel| parcels.get(*parcel).items.iter().map(|item| item.sku)).collect();
        skus.sort_unstable();
        skus.dedup();
        self.own.sets.push(SourceSet { parcels: list.into(), skus: skus.into() });
        self.own.numbers.insert(list.into(), id);
        id
    }

    /// Makes everything known so far cheap to clone.
    pub fn share(&mut self) {
        let mut book = (*self.shared).clone();
        let own = std::mem::take(&mut self.own);
        book.sets.extend(own.sets);
        #[expect(clippy::iter_over_hash_type, reason = "moving entries from one map to another shows no order")]
        for (list, id) in own.numbers {
            book.numbers.insert(list, id);
        }
        book.joins.extend(own.joins);
        self.shared = Arc::new(book);
    }

    /// Forgets what joins come to, because the terms changed. Sets stay.
    pub fn forget_transitions(&mut self) {
        self.share();
        let book = Arc::make_mut(&mut self.shared);
        book.joins.clear();
    }

    /// Takes the state of `source`, keeping what this atlas has added to the same shared book.
    pub fn follow(&mut self, source: &Atlas) {
        if !(Arc::ptr_eq(&self.shared, &source.shared) && source.own.sets.is_empty()) {
            *self = source.clone();
        }
    }
}
