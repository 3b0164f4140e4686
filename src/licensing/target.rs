//! Lists of groups that users are meant to have licences from, each stored once. In: lists. Out: numbers that stand for them.
//! Never: a user. Numbers depend on the order of look-ups and are never shown.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::BundleIndex;
use super::atlas::NumberHasher;
use crate::lists::Lists;

/// A list of bundles, ascending and distinct, of one ledger or of those cloned from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(u32);

impl Target {
    /// No group at all.
    pub const NOTHING: Target = Target(0);

    /// The target of a number below the ledger's count of them.
    pub fn from_number(number: usize) -> Self {
        Target(number as u32)
    }

    pub fn get(self) -> usize {
        self.0 as usize
    }
}

type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// The lists, and the unions that were asked for.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    lists: Lists<BundleIndex>,
    unions: NumberMap<u64, Target>,
}

impl Default for Targets {
    fn default() -> Self {
        let mut lists = Lists::default();
        let nothing = lists.number(&[]);
        debug_assert_eq!(nothing, Target::NOTHING.0, "the first list is that of no group");
        Self { lists, unions: NumberMap::default() }
    }
}

impl Targets {
    pub fn len(&self) -> usize {
        self.lists.count()
    }

    pub fn own_count(&self) -> usize {
        self.lists.own_count()
    }

    pub fn forget_own(&mut self) {
        self.lists.forget_own();
        self.unions.clear();
    }

    pub fn list(&self, target: Target) -> &[BundleIndex] {
        self.lists.get(target.0)
    }

    /// The number that a list of this hash most likely has, if it has one.
    pub fn likely(&self, hash: u64) -> Target {
        Target(self.lists.likely(hash))
    }

    /// Hints that a list will be prefetched soon.
    pub fn prefetch_place(&self, target: Target) {
        self.lists.prefetch_place(target.0);
    }

    /// Hints that a list will be looked at soon.
    pub fn prefetch(&self, target: Target) {
        self.lists.prefetch(target.0);
    }

    /// The number of a list that is ascending and distinct.
    pub fn number(&mut self, list: &[BundleIndex]) -> Target {
        debug_assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "a target is ascending and distinct");
        Target(self.lists.number(list))
    }

    /// The bundles of both.
    #[inline]
    pub fn union(&mut self, a: Target, b: Target) -> Target {
        if a == b || b == Target::NOTHING {
            return a;
        }
        if a == Target::NOTHING { b } else { self.unite(a, b) }
    }

    fn unite(&mut self, a: Target, b: Target) -> Target {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let key = u64::from(low.0) << 32 | u64::from(high.0);
        if let Some(target) = self.unions.get(&key) {
            return *target;
        }
        let mut list = [self.list(a), self.list(b)].concat();
        list.sort_unstable();
        list.dedup();
        let target = self.number(&list);
        self.unions.insert(key, target);
        target
    }

    /// Makes everything known so far cheap to clone.
    pub fn share(&mut self) {
        self.lists.share();
    }

    /// Takes the lists of `source`, keeping those that were added to the same shared ones: true in that case.
    pub fn follow(&mut self, source: &Targets) -> bool {
        let same = self.lists.follow(&source.lists);
        if !same {
            self.unions.clone_from(&source.unions);
        }
        same
    }
}
