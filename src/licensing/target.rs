//! Lists of groups that users are meant to have licences from, each stored once. In: lists. Out: numbers that stand for them.
//! Never: a user. Numbers depend on the order of look-ups and are never shown.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::BundleIndex;
use super::atlas::NumberHasher;

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

#[derive(Clone, Debug, Default)]
struct Book {
    lists: Vec<Box<[BundleIndex]>>,
    numbers: NumberMap<Box<[BundleIndex]>, Target>,
}

/// A shared book, and what was added to it since it was shared.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    shared: Arc<Book>,
    own: Book,
    unions: NumberMap<u64, Target>,
}

impl Default for Targets {
    fn default() -> Self {
        let mut own = Book { lists: vec![Box::default()], ..Book::default() };
        own.numbers.insert(Box::default(), Target::NOTHING);
        Self { shared: Arc::default(), own, unions: NumberMap::default() }
    }
}

impl Targets {
    pub fn len(&self) -> usize {
        self.shared.lists.len() + self.own.lists.len()
    }

    pub fn list(&self, target: Target) -> &[BundleIndex] {
        let first = self.shared.lists.len();
        let at = target.get();
        if at < first { &self.shared.lists[at] } else { &self.own.lists[at - first] }
    }

    /// The number of a list that is ascending and distinct.
    pub fn number(&mut self, list: &[BundleIndex]) -> Target {
        debug_assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "a target is ascending and distinct");
        if let Some(target) = self.shared.numbers.get(list).or_else(|| self.own.numbers.get(list)) {
            return *target;
        }
        let target = Target(self.len() as u32);
        self.own.lists.push(list.into());
        self.own.numbers.insert(list.into(), target);
        target
    }

    /// The bundles of both.
    pub fn union(&mut self, a: Target, b: Target) -> Target {
        if a == b || b == Target::NOTHING {
            return a;
        }
        if a == Target::NOTHING {
            return b;
        }
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
        let mut book = (*self.shared).clone();
        let own = std::mem::take(&mut self.own);
        book.lists.extend(own.lists);
        #[expect(clippy::iter_over_hash_type, reason = "moving entries from one map to another shows no order")]
        for (list, target) in own.numbers {
            book.numbers.insert(list, target);
        }
        self.shared = Arc::new(book);
    }

    /// Takes the lists of `source`, keeping those that were added to the same shared book: true in that case.
    pub fn follow(&mut self, source: &Targets) -> bool {
        let same = Arc::ptr_eq(&self.shared, &source.shared) && source.own.lists.is_empty();
        if !same {
            *self = source.clone();
        }
        same
    }
}
