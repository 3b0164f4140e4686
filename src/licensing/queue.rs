//! Order among those who wait. In: bundles that failed for want of units. Out: lines, and the first in each. Never: grants.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::detail::{Verdict, Wanted};
use super::gifts::{include, skus_in, within};
use super::ledger::Ledger;
use super::{BundleIndex, Rank, SeatPolicy};
use crate::directory::SkuIndex;

/// The place of a bundle of a user in the order of grants (R8): class, day of arrival, place of the user, group, user; one number,
/// which is compared millions of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u128);

/// The last day of arrival that a key tells from later ones, some 45,000 years from the first.
const ARRIVAL_MAX: u32 = (1 << 24) - 1;

impl Key {
    /// After every other.
    pub const NONE: Key = Key(u128::MAX);

    fn new(rank: Rank, arrival: u32, bundle: BundleIndex, user: u32) -> Self {
        let first = u64::from(rank.class) << 56 | u64::from(arrival.min(ARRIVAL_MAX)) << 32 | u64::from(rank.place);
        Key(u128::from(first) << 64 | u128::from(bundle.0) << 32 | u128::from(user))
    }

    /// The place of another bundle of the same user that arrived at the same time.
    pub fn with(self, bundle: BundleIndex) -> Self {
        Key(self.0 & !(u128::from(u32::MAX) << 32) | u128::from(bundle.0) << 32)
    }

    pub fn user(self) -> u32 {
        self.0 as u32
    }

    pub fn bundle(self) -> BundleIndex {
        BundleIndex((self.0 >> 32) as u32)
    }
}

/// Bundles that wait, by the SKUs of which each lacked a unit: it is tried again when all of them have one. Who has left a line
/// stays in it until it is their turn.
#[derive(Debug)]
pub(super) struct Queues {
    lines: Vec<Line>,
    /// What those in each line lack as bits of SKUs, `words` each, and the line of each such list of bits.
    lacks: Vec<u64>,
    words: usize,
    numbers: HashMap<Box<[u64]>, u32, FixedState>,
    /// The lines of those who lack one SKU, by SKU, as far as there are such and the SKUs take one word.
    alone: [Option<u32>; 64],
}

#[derive(Debug, Default)]
struct Line {
    /// Ascending, from `first` on; what comes before has had its turn.
    sorted: Vec<Key>,
    first: usize,
    /// Those that came out of order.
    others: BinaryHeap<Reverse<Key>>,
}

/// So many of the first in a line are looked at before it is their turn.
const AHEAD: usize = 8;

/// So many of the last keys in a line may have to make place for one that comes before them.
const MOVED_MAX: usize = 256;

impl Clone for Queues {
    fn clone(&self) -> Self {
        Self {
            lines: self.lines.clone(),
            lacks: self.lacks.clone(),
            words: self.words,
            numbers: self.numbers.clone(),
            alone: self.alone,
        }
    }

    /// The same as `clone`, but keeps memory.
    fn clone_from(&mut self, source: &Self) {
        self.lines.clone_from(&source.lines);
        self.lacks.clone_from(&source.lacks);
        self.words = source.words;
        self.numbers.clone_from(&source.numbers);
        self.alone = source.alone;
    }
}

impl Clone for Line {
    fn clone(&self) -> Self {
        Self { sorted: self.sorted.clone(), first: self.first, others: self.others.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.sorted.clone_from(&source.sorted);
        self.first = source.first;
        self.others.clone_from(&source.others);
    }
}

impl Line {
    /// Who arrives later mostly comes later: such a key goes to the end.
    #[inline]
    fn push(&mut self, key: Key) {
        match self.sorted.last() {
            Some(last) if *last >= key => self.push_before(key),
            _ => self.sorted.push(key),
        }
    }

    /// Puts a key a few places before the end, or beside the others.
    #[cold]
    fn push_before(&mut self, key: Key) {
        let from = self.first.max(self.sorted.len().saturating_sub(MOVED_MAX));
        let at = from + self.sorted[from..].partition_point(|other| *other < key);
        if at > from || from == self.first {
            self.sorted.insert(at, key);
        } else {
            self.others.push(Reverse(key));
        }
    }

    /// Where many came out of order, brings all into order.
    fn sort(&mut self) {
        if self.others.len() > MOVED_MAX && self.others.len() > (self.sorted.len() - self.first) / 4 {
            self.sorted.drain(..self.first);
            self.first = 0;
            self.sorted.extend(self.others.drain().map(|Reverse(key)| key));
            self.sorted.sort_unstable();
        }
    }

    fn peek(&self) -> Option<Key> {
        match (self.sorted.get(self.first), self.others.peek()) {
            (Some(next), Some(Reverse(other))) => Some(*next.min(other)),
            (next, other) => next.or(other.map(|Reverse(key)| key)).copied(),
        }
    }

    /// Takes a key out that is the first, of all or of its kind, and says who is first then.
    fn pop(&mut self, key: Key) -> Option<Key> {
        if self.sorted.get(self.first) == Some(&key) {
            self.first += 1;
            if self.others.is_empty() {
                return self.sorted.get(self.first).copied();
            }
        } else if self.others.peek() == Some(&Reverse(key)) {
            self.others.pop();
        }
        self.peek()
    }
}

impl Queues {
    /// No line yet, of SKUs that take so many words of bits.
    pub fn new(words: usize) -> Self {
        Self { lines: Vec::new(), lacks: Vec::new(), words, numbers: HashMap::default(), alone: [None; 64] }
    }

    /// The line of those who lack these SKUs.
    #[inline]
    pub fn line(&mut self, lacks: &[u64]) -> u32 {
        if let [bits] = lacks
            && bits.is_power_of_two()
            && let Some(line) = self.alone[bits.trailing_zeros() as usize]
        {
            return line;
        }
        self.line_of_many(lacks)
    }

    fn line_of_many(&mut self, lacks: &[u64]) -> u32 {
        self.numbers.get(lacks).copied().unwrap_or_else(|| self.open(lacks))
    }

    fn open(&mut self, lacks: &[u64]) -> u32 {
        let number = self.lines.len() as u32;
        self.lines.push(Line::default());
        self.lacks.extend_from_slice(lacks);
        self.numbers.insert(lacks.into(), number);
        if let [bits] = lacks
            && bits.is_power_of_two()
        {
            self.alone[bits.trailing_zeros() as usize] = Some(number);
        }
        number
    }

    #[inline]
    pub fn push(&mut self, line: u32, key: Key) {
        self.lines[line as usize].push(key);
    }

    /// Drops whoever has had their turn.
    pub fn compact(&mut self) {
        for line in &mut self.lines {
            line.sorted.drain(..line.first);
            line.first = 0;
        }
    }

    /// The SKUs that those in a line lack.
    pub fn lacks(&self, line: u32) -> impl Iterator<Item = SkuIndex> {
        self.lacking(line).iter().enumerate().flat_map(|(word, bits)| skus_in(word, *bits))
    }

    /// The same as bits.
    fn lacking(&self, line: u32) -> &[u64] {
        &self.lacks[line as usize * self.words..(line as usize + 1) * self.words]
    }

    /// What those in every line lack, as bits of SKUs: so many words for each line, in the order of their numbers.
    pub fn lacks_of_all(&self) -> &[u64] {
        &self.lacks
    }

    /// Whether all that those in a line lack is free.
    fn is_open(&self, line: u32, free: &[u64]) -> bool {
        within(self.lacking(line), free)
    }
}

impl Ledger {
    /// The first key in each line that is open, whether or not somebody still stands there by it; the first of them all comes last.
    pub(super) fn heads(&mut self, free: &[u64]) -> Vec<(Key, u32)> {
        self.queues.lines.iter_mut().for_each(Line::sort);
        let lines = (0..self.queues.lines.len() as u32).filter(|line| self.queues.is_open(*line, free));
        let head = |line: u32| Some((self.queues.lines[line as usize].peek()?, line));
        let mut heads: Vec<(Key, u32)> = lines.filter_map(head).collect();
        for (_, line) in &heads {
            self.soon(*line, free).iter().for_each(|key| self.regulars.prefetch_missing(key.user()));
        }
        heads.sort_unstable_by(|a, b| b.cmp(a));
        heads
    }

    /// Hints at the first few of every line, so that they are near when it is their turn.
    pub(super) fn prefetch_lines(&self) {
        let free = self.free();
        for line in 0..self.queues.lines.len() as u32 {
            self.soon(line, &free).iter().for_each(|key| self.regulars.prefetch(key.user()));
        }
    }

    /// Those in a line who will have their turn soon, or may.
    fn soon(&self, line: u32, free: &[u64]) -> &[Key] {
        let ahead = if self.queues.is_open(line, free) { AHEAD } else { 1 };
        let line = &self.queues.lines[line as usize];
        let end = line.sorted.len().min(line.first + ahead);
        &line.sorted[line.first..end]
    }

    /// The same for those who come in their place when the first have had their turn.
    fn prefetch_ahead(&self, line: u32) {
        let line = &self.queues.lines[line as usize];
        let at = |ahead: usize| line.sorted.get(line.first + ahead).map(|key| key.user());
        at(AHEAD).into_iter().for_each(|user| self.regulars.prefetch(user));
        at(AHEAD / 2).into_iter().for_each(|user| self.regulars.prefetch_missing(user));
    }

    /// The SKUs of which a unit is free, as bits.
    pub(super) fn free(&self) -> Vec<u64> {
        let mut free = vec![u64::MAX; self.regulars.gifts.words()];
        self.take_off(&mut free);
        free
    }

    /// Takes those SKUs off of which no unit is free any more.
    pub(super) fn take_off(&self, free: &mut [u64]) {
        for (free, seats) in free.iter_mut().zip(self.seats.chunks(64)) {
            let ended = seats.iter().enumerate().map(|(at, seats)| u64::from(seats.available() <= 0) << at);
            *free &= !ended.fold(0, |all, bit| all | bit);
        }
    }

    /// Puts the next of a line in the place of the first of all heads, which has had its turn.
    pub(super) fn advance(&mut self, heads: &mut Vec<(Key, u32)>) {
        let Some((key, line)) = heads.last().copied() else { return };
        match self.queues.lines[line as usize].pop(key) {
            None => drop(heads.pop()),
            Some(next) => {
                // The lines mostly have their turns in the order they had before.
                let mut at = heads.len() - 1;
                while at > 0 && heads[at - 1].0 < next {
                    heads[at] = heads[at - 1];
                    at -= 1;
                }
                heads[at] = (next, line);
            }
        }
        self.prefetch_ahead(line);
    }

    /// Leaves only the heads of lines that are open. Units only become fewer, so a line that is closed stays so.
    pub(super) fn close(&self, heads: &mut Vec<(Key, u32)>, free: &[u64]) {
        heads.retain(|(_, line)| self.queues.is_open(*line, free));
    }

    /// Whether somebody still waits where the key says.
    pub(super) fn stands_in(&self, line: u32, key: Key) -> bool {
        let (user, bundle) = (key.user(), key.bundle());
        if self.is_regular(user) {
            let mut missing = self.regulars.missing(user);
            return missing.any(|entry| {
                (entry.line == line) & (entry.bundle == bundle) && key == self.key(user, bundle, entry.since)
            });
        }
        let Some(detail) = self.details.get(&user) else { return false };
        let watches = |wanted: &Wanted| wanted.bundle == bundle && wanted.watch == Some(line);
        detail.wanted.iter().any(|wanted| watches(wanted) && key == self.key(user, bundle, wanted.since.unwrap_or(0)))
    }

    pub(super) fn key(&self, user: u32, bundle: BundleIndex, since: u32) -> Key {
        let arrival = if self.terms.policy.by_arrival { since } else { 0 };
        Key::new(self.regulars.stands[user as usize].rank(), arrival, bundle, user)
    }

    /// Puts a bundle that waits into the queue of the SKUs that have no unit for it.
    pub(super) fn watch(&mut self, user: u32, wanted: &mut Wanted) {
        let Verdict::Count(short) = &wanted.verdict else { return };
        if let (true, false, Some(since)) = (self.is_automatic(), short.is_empty(), wanted.since) {
            let key = self.key(user, wanted.bundle, since);
            let mut lacks = vec![0; self.regulars.gifts.words()];
            short.iter().for_each(|sku| include(&mut lacks, *sku));
            let line = self.queues.line(&lacks);
            self.queues.push(line, key);
            wanted.watch = Some(line);
        }
    }

    /// Ranks everybody, and says whether who waits longer goes first, before anybody waits.
    pub(super) fn rank_all(&mut self, ranks: &[Rank], policy: SeatPolicy) {
        debug_assert!(self.queues.lines.is_empty(), "nobody waits by another rank");
        self.regulars.stands.iter_mut().zip(ranks).for_each(|(stand, rank)| stand.set_rank(*rank));
        if self.terms.policy() != policy {
            self.terms = Arc::new(self.terms.with_policy(policy));
        }
    }

    /// Changes a user's place in the order, in every queue the user stands in.
    pub fn set_rank(&mut self, user: u32, rank: Rank) {
        if self.regulars.stands[user as usize].rank() == rank {
            return;
        }
        if self.is_regular(user) && self.regulars.is_whole(user) {
            self.regulars.stands[user as usize].set_rank(rank);
            return;
        }
        self.unfold(user);
        let mut detail = self.begin_edit(user);
        detail.wanted.iter_mut().for_each(|wanted| wanted.watch = None);
        self.regulars.stands[user as usize].set_rank(rank);
        detail.wanted.iter_mut().for_each(|wanted| self.watch(user, wanted));
        self.end_edit(user, detail);
    }
}
