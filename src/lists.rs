//! Lists of small numbers: each stored once, or one for each person. In: lists. Out: the number that stands for each, or the list
//! of a person. Never: forgets a list; numbers depend on the order of look-ups and are never shown.
//!
//! What is shared is cheap to clone, and every clone adds lists of its own behind it.

use std::sync::Arc;

use hashbrown::HashTable;
use prefetch_index::prefetch_index;

/// Lists one behind the other in memory, so that a look-up touches few lines of it.
#[derive(Clone, Debug)]
struct Book<T> {
    items: Vec<T>,
    /// Where each list begins, and where the last one ends.
    bounds: Vec<u32>,
    numbers: HashTable<u32>,
}

impl<T> Default for Book<T> {
    fn default() -> Self {
        Self { items: Vec::new(), bounds: vec![0], numbers: HashTable::new() }
    }
}

/// See the head of this file.
#[derive(Clone, Debug)]
pub struct Lists<T> {
    shared: Arc<Book<T>>,
    own: Book<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { shared: Arc::default(), own: Book::default() }
    }
}

/// Multiplicative hashing: fast, and the same in every process. No table is ever iterated.
pub fn hash<T: Copy + Into<u32>>(list: impl ExactSizeIterator<Item = T>) -> u64 {
    let start = list.len() as u64;
    let step = |hash: u64, item: T| (hash.rotate_left(5) ^ u64::from(item.into())).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let hash = list.fold(start, step);
    hash ^ (hash >> 32)
}

impl<T: Copy + Eq + Into<u32>> Book<T> {
    fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    #[inline]
    fn get(&self, at: usize) -> &[T] {
        let bounds = &self.bounds[at..at + 2];
        &self.items[bounds[0] as usize..bounds[1] as usize]
    }

    fn find(&self, hash: u64, list: &[T]) -> Option<u32> {
        self.numbers.find(hash, |at| self.get(*at as usize) == list).copied()
    }

    fn push(&mut self, number: u64, list: &[T]) {
        let at = self.append(list);
        let Self { items, bounds, numbers } = self;
        let of = |at: &u32| {
            let (start, end) = (bounds[*at as usize], bounds[*at as usize + 1]);
            hash(items[start as usize..end as usize].iter().copied())
        };
        numbers.insert_unique(number, at, of);
    }

    /// Adds a list so that nobody finds it.
    fn append(&mut self, list: &[T]) -> u32 {
        let at = self.count() as u32;
        self.items.extend_from_slice(list);
        self.bounds.push(self.items.len() as u32);
        at
    }
}

impl<T: Copy + Eq + Into<u32>> Lists<T> {
    /// How many lists there are; their numbers are below this.
    pub fn count(&self) -> usize {
        self.shared.count() + self.own.count()
    }

    #[inline]
    pub fn get(&self, number: u32) -> &[T] {
        match (number as usize).checked_sub(self.shared.count()) {
            None => self.shared.get(number as usize),
            Some(at) => self.own.get(at),
        }
    }

    /// Hints that a list will be prefetched soon, which takes a look at where it is.
    pub fn prefetch_place(&self, number: u32) {
        match (number as usize).checked_sub(self.shared.count()) {
            None => prefetch_index(&self.shared.bounds, number as usize),
            Some(at) => prefetch_index(&self.own.bounds, at),
        }
    }

    /// Hints that a list will be looked at soon.
    pub fn prefetch(&self, number: u32) {
        prefetch_index(self.get(number), 0);
    }

    /// The number of a list; `None` of one that is not stored.
    pub fn find(&self, list: &[T]) -> Option<u32> {
        let hash = hash(list.iter().copied());
        let own = || Some(self.shared.count() as u32 + self.own.find(hash, list)?);
        self.shared.find(hash, list).or_else(own)
    }

    /// The number that a list of this hash most likely has, if it is shared: for a prefetch.
    pub fn likely(&self, hash: u64) -> u32 {
        let mut likely = 0;
        let first = |at: &u32| {
            likely = *at;
            false
        };
        self.shared.numbers.find(hash, first);
        likely
    }

    /// The number of a list, stored now if it was not.
    pub fn number(&mut self, list: &[T]) -> u32 {
        self.find(list).unwrap_or_else(|| self.add(list))
    }

    /// Stores a list that is not stored.
    pub fn add(&mut self, list: &[T]) -> u32 {
        let number = self.count() as u32;
        self.own.push(hash(list.iter().copied()), list);
        number
    }

    /// Stores a list without looking for it, and so that nobody finds it.
    pub fn append(&mut self, list: &[T]) -> u32 {
        self.shared.count() as u32 + self.own.append(list)
    }

    /// Makes everything stored so far cheap to clone.
    pub fn share(&mut self) {
        let mut book = (*self.shared).clone();
        let own = std::mem::take(&mut self.own);
        for at in 0..own.count() {
            let list = own.get(at);
            book.push(hash(list.iter().copied()), list);
        }
        self.shared = Arc::new(book);
    }

    /// Forgets the lists that were added to the shared ones.
    pub fn forget_own(&mut self) {
        let Book { items, bounds, numbers } = &mut self.own;
        items.clear();
        bounds.truncate(1);
        numbers.clear();
    }

    /// How many lists were added to the shared ones.
    pub fn own_count(&self) -> usize {
        self.own.count()
    }

    /// Takes the lists of `source`, keeping those that were added to the same shared ones: true in that case.
    pub fn follow(&mut self, source: &Self) -> bool {
        let same = Arc::ptr_eq(&self.shared, &source.shared) && source.own_count() == 0;
        if !same {
            *self = source.clone();
        }
        same
    }
}

/// One list for each person, end to end in memory.
#[derive(Clone, Debug, Default)]
pub struct Ragged<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Ord> Ragged<T> {
    /// From (person, item) pairs in any order; each list is ascending and distinct.
    pub fn new(people: usize, pairs: &[(u32, T)]) -> Self {
        let mut starts = vec![0_u32; people + 1];
        pairs.iter().for_each(|(person, _)| starts[*person as usize + 1] += 1);
        for person in 0..people {
            starts[person + 1] += starts[person];
        }
        let mut next = starts.clone();
        let mut sorted: Vec<T> = pairs.iter().map(|(_, item)| *item).collect();
        for (person, item) in pairs {
            let at = &mut next[*person as usize];
            sorted[*at as usize] = *item;
            *at += 1;
        }
        let mut ragged = Self { ends: Vec::with_capacity(people), items: Vec::with_capacity(pairs.len()) };
        for bounds in starts.windows(2) {
            let list = &mut sorted[bounds[0] as usize..bounds[1] as usize];
            list.sort_unstable();
            let first = ragged.items.len();
            for item in list {
                if ragged.items[first..].last() != Some(item) {
                    ragged.items.push(*item);
                }
            }
            ragged.ends.push(ragged.items.len() as u32);
        }
        ragged
    }

    pub fn of(&self, person: u32) -> &[T] {
        let start = (person as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start as usize..self.ends[person as usize] as usize]
    }

    /// The list of each person in turn.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len() as u32).map(|person| self.of(person))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lists, Ragged};

    #[test]
    fn everybody_has_a_list_of_their_own_in_order_and_without_repeats() {
        let ragged = Ragged::new(4, &[(3, 'b'), (1, 'z'), (3, 'a'), (1, 'z'), (3, 'b')]);
        let lists: Vec<&[char]> = ragged.iter().collect();
        assert_eq!(lists, [&[][..], &['z'], &[], &['a', 'b']]);
        assert_eq!(Ragged::<u32>::new(0, &[]).iter().count(), 0);
    }

    #[test]
    fn a_list_has_one_number_before_and_after_it_is_shared() {
        let mut lists: Lists<u32> = Lists::default();
        let (empty, pair) = (lists.number(&[]), lists.number(&[3, 5]));
        assert_eq!((lists.number(&[3, 5]), lists.number(&[])), (pair, empty));
        lists.share();
        let mut clone = lists.clone();
        let other = clone.number(&[5, 3]);
        assert_eq!(clone.number(&[3, 5]), pair);
        assert_eq!((clone.get(other), clone.get(pair), clone.get(empty)), (&[5, 3][..], &[3, 5][..], &[][..]));
        assert_eq!((lists.find(&[5, 3]), lists.count(), clone.count()), (None, 2, 3));
        assert!(clone.follow(&lists));
        assert_eq!(clone.find(&[5, 3]), Some(other));
    }
}
