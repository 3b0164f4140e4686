//! Order among those who wait. In: bundles that failed for want of units. Out: lines, and the first in each. Never: grants.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use super::detail::{Verdict, Wanted};
use super::ledger::Ledger;
use super::serve::Served;
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

    pub fn user(self) -> u32 {
        self.0 as u32
    }

    pub fn bundle(self) -> BundleIndex {
        BundleIndex((self.0 >> 32) as u32)
    }
}

/// Bundles that wait, by the SKUs of which each lacked a unit: it is tried again when all of them have one. Who has left a line
/// stays in it until it is their turn.
#[derive(Debug, Default)]
pub(super) struct Queues {
    lines: Vec<Line>,
    numbers: BTreeMap<Box<[SkuIndex]>, u32>,
    /// The lines of those who lack one SKU, by SKU, as far as there are such.
    alone: Vec<Option<u32>>,
}

#[derive(Debug)]
struct Line {
    lacks: Box<[SkuIndex]>,
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
        Self { lines: self.lines.clone(), numbers: self.numbers.clone(), alone: self.alone.clone() }
    }

    /// The same as `clone`, but keeps memory.
    fn clone_from(&mut self, source: &Self) {
        self.lines.clone_from(&source.lines);
        self.numbers.clone_from(&source.numbers);
        self.alone.clone_from(&source.alone);
    }
}

impl Clone for Line {
    fn clone(&self) -> Self {
        Self { lacks: self.lacks.clone(), sorted: self.sorted.clone(), first: self.first, others: self.others.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.lacks.clone_from(&source.lacks);
        self.sorted.clone_from(&source.sorted);
        self.first = source.first;
        self.others.clone_from(&source.others);
    }
}

impl Line {
    fn new(lacks: &[SkuIndex]) -> Self {
        Line { lacks: lacks.into(), sorted: Vec::new(), first: 0, others: BinaryHeap::new() }
    }

    /// Who arrives later mostly comes later: such a key goes to the end, or a few places before it.
    fn push(&mut self, key: Key) {
        if self.sorted.last().is_none_or(|last| *last < key) {
            return self.sorted.push(key);
        }
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

    /// Takes a key out that is the first, of all or of its kind.
    fn pop(&mut self, key: Key) {
        if self.sorted.get(self.first) == Some(&key) {
            self.first += 1;
        } else if self.others.peek() == Some(&Reverse(key)) {
            self.others.pop();
        }
    }
}

impl Queues {
    /// The line of those who lack these SKUs.
    pub fn line(&mut self, lacks: &[SkuIndex]) -> u32 {
        if let [sku] = lacks
            && let Some(Some(line)) = self.alone.get(sku.get())
        {
            return *line;
        }
        self.numbers.get(lacks).copied().unwrap_or_else(|| self.open(lacks))
    }

    fn open(&mut self, lacks: &[SkuIndex]) -> u32 {
        let number = self.lines.len() as u32;
        self.lines.push(Line::new(lacks));
        self.numbers.insert(lacks.into(), number);
        if let [sku] = lacks {
            self.alone.resize(self.alone.len().max(sku.get() + 1), None);
            self.alone[sku.get()] = Some(number);
        }
        number
    }

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
    pub fn lacks(&self, line: u32) -> &[SkuIndex] {
        &self.lines[line as usize].lacks
    }
}

impl Ledger {
    /// The first in each line in which somebody stands and has a unit of all that was lacking; the first of them all comes last.
    pub(super) fn heads(&mut self) -> Vec<(Key, u32)> {
        self.queues.lines.iter_mut().for_each(Line::sort);
        let lines = 0..self.queues.lines.len() as u32;
        let mut heads: Vec<(Key, u32)> =
            lines.filter(|line| self.is_open(*line)).map(|line| (Key::NONE, line)).collect();
        for (_, line) in &heads {
            self.soon(*line).iter().for_each(|key| self.regulars.prefetch_missing(key.user()));
        }
        heads.retain_mut(|(key, line)| self.head(*line).map(|head| *key = head).is_some());
        heads.sort_unstable_by(|a, b| b.cmp(a));
        heads
    }

    /// The first in a line that is open.
    fn head(&mut self, line: u32) -> Option<Key> {
        loop {
            let key = self.queues.lines[line as usize].peek()?;
            if self.stands_in(line, key) {
                return Some(key);
            }
            self.queues.lines[line as usize].pop(key);
        }
    }

    /// Hints at the first few of every line, so that they are near when it is their turn.
    pub(super) fn prefetch_lines(&self) {
        for line in 0..self.queues.lines.len() as u32 {
            self.soon(line).iter().for_each(|key| self.regulars.prefetch(key.user()));
        }
    }

    /// Those in a line who will have their turn soon, or may.
    fn soon(&self, line: u32) -> &[Key] {
        let free = |sku: &SkuIndex| self.seats[sku.get()].available();
        let open = self.queues.lacks(line).iter().map(free).min().unwrap_or(0);
        let line = &self.queues.lines[line as usize];
        let end = line.sorted.len().min(line.first + open.clamp(1, AHEAD as i64) as usize);
        &line.sorted[line.first..end]
    }

    /// The same for those who come in their place when the first have had their turn.
    fn prefetch_ahead(&self, line: u32) {
        let line = &self.queues.lines[line as usize];
        let at = |ahead: usize| line.sorted.get(line.first + ahead).map(|key| key.user());
        at(AHEAD).into_iter().for_each(|user| self.regulars.prefetch(user));
        at(AHEAD / 2).into_iter().for_each(|user| self.regulars.prefetch_missing(user));
    }

    /// Whether there is a unit of all that those in a line lack.
    fn is_open(&self, line: u32) -> bool {
        self.queues.lacks(line).iter().all(|sku| self.seats[sku.get()].available() > 0)
    }

    /// Brings heads up to date after the bundle of `key` was evaluated, which may be the first of them; `last` where the last unit of a
    /// SKU may have gone.
    pub(super) fn renew(&mut self, heads: &mut Vec<(Key, u32)>, key: Key, Served { granted, last }: Served) {
        if let Some((_, line)) = heads.pop_if(|(head, _)| *head == key) {
            if granted {
                self.queues.lines[line as usize].pop(key);
            }
            if let Some(next) = self.is_open(line).then(|| self.head(line)).flatten() {
                // The lines mostly have their turns in the order they had before.
                let after = heads.iter().rev().take_while(|(head, _)| *head < next).count();
                heads.insert(heads.len() - after, (next, line));
            }
            self.prefetch_ahead(line);
        }
        if last {
            // Units only become fewer, so a line that is closed stays so.
            heads.retain(|(_, line)| self.is_open(*line));
        }
    }

    /// Whether somebody still waits where the key says.
    fn stands_in(&self, line: u32, key: Key) -> bool {
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
            let line = self.queues.line(short);
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
