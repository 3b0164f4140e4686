//! Order among those who wait, and how many they are. In: the details of users. Out: keys, queues, counters. Never: grants.
//!
//! Where waiting bundles are retried by themselves, the code of a path follows from the units that are free now: a SKU without
//! one is `CountViolation`, its siblings are `Other`. So nothing has to be written when a SKU runs out or frees up, and one
//! counter stands for all. Where they are not, the codes of the last evaluation stand.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::ledger::{Detail, Ledger, Verdict, Wanted};
use super::terms::{Item, ParcelId};
use super::{BundleIndex, LicenseError, Path, PathState, Rank, Source};
use crate::directory::SkuIndex;

/// The place of a bundle of a user in the order of grants (R8): class, day of arrival, place of the user, group, user; one number,
/// which is compared millions of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u128);

/// The last day of arrival that a key tells from later ones, some 45,000 years from the first.
const ARRIVAL_MAX: u32 = (1 << 24) - 1;

impl Key {
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
#[derive(Clone, Debug, Default)]
pub(super) struct Queues {
    lines: Vec<Line>,
    numbers: BTreeMap<Box<[SkuIndex]>, u32>,
}

#[derive(Clone, Debug)]
struct Line {
    lacks: Box<[SkuIndex]>,
    /// Ascending, from `first` on; what comes before has had its turn.
    sorted: Vec<Key>,
    first: usize,
    /// Those that came out of order.
    others: BinaryHeap<Reverse<Key>>,
}

/// So many of the last keys in a line may have to make place for one that comes before them.
const MOVED_MAX: usize = 256;

impl Line {
    fn new(lacks: &[SkuIndex]) -> Self {
        Line { lacks: lacks.into(), sorted: Vec::new(), first: 0, others: BinaryHeap::new() }
    }

    /// Who arrives later mostly comes later: such a key goes to the end, or a few places before it.
    fn push(&mut self, key: Key) {
        let from = self.first.max(self.sorted.len().saturating_sub(MOVED_MAX));
        let at = from + self.sorted[from..].partition_point(|other| *other < key);
        if at > from || from == self.first {
            self.sorted.insert(at, key);
        } else {
            self.others.push(Reverse(key));
        }
    }

    fn peek(&self) -> Option<Key> {
        let (next, other) = (self.sorted.get(self.first), self.others.peek().map(|Reverse(key)| key));
        next.into_iter().chain(other).min().copied()
    }

    fn pop(&mut self) {
        let Some(key) = self.peek() else { return };
        if self.sorted.get(self.first) == Some(&key) {
            self.first += 1;
        } else {
            self.others.pop();
        }
    }
}

impl Queues {
    /// The line of those who lack these SKUs.
    pub fn line(&mut self, lacks: &[SkuIndex]) -> u32 {
        self.numbers.get(lacks).copied().unwrap_or_else(|| {
            let number = self.lines.len() as u32;
            self.lines.push(Line::new(lacks));
            self.numbers.insert(lacks.into(), number);
            number
        })
    }

    pub fn push(&mut self, line: u32, key: Key) {
        self.lines[line as usize].push(key);
    }

    /// The SKUs that those in a line lack.
    pub fn lacks(&self, line: u32) -> &[SkuIndex] {
        &self.lines[line as usize].lacks
    }
}

impl Ledger {
    /// The first in each line in which somebody stands and has a unit of all that was lacking.
    pub(super) fn heads(&mut self) -> Vec<(Key, u32)> {
        let lines = 0..self.queues.lines.len() as u32;
        lines.filter_map(|line| self.head(line).map(|key| (key, line))).collect()
    }

    /// The first in a line, while it is open.
    fn head(&mut self, line: u32) -> Option<Key> {
        while self.is_open(line) {
            let key = self.queues.lines[line as usize].peek()?;
            if self.stands_in(line, key) {
                return Some(key);
            }
            self.queues.lines[line as usize].pop();
        }
        None
    }

    /// Whether there is a unit of all that those in a line lack.
    fn is_open(&self, line: u32) -> bool {
        self.queues.lacks(line).iter().all(|sku| self.seats[sku.get()].available() > 0)
    }

    /// Brings heads up to date after the bundle of `key` was evaluated, and granted or not.
    pub(super) fn renew(&mut self, heads: &mut Vec<(Key, u32)>, key: Key, granted: bool) {
        if heads.is_empty() {
            return;
        }
        heads.retain_mut(|(head, line)| {
            if *head != key {
                // Units only become fewer, so a line that is closed stays so.
                return !granted || self.is_open(*line);
            }
            let next = self.head(*line);
            *head = next.unwrap_or(*head);
            next.is_some()
        });
    }

    /// Whether somebody still waits where the key says.
    fn stands_in(&self, line: u32, key: Key) -> bool {
        let (user, bundle) = (key.user(), key.bundle());
        if self.is_regular(user) {
            let mut missing = self.regulars.missing(user);
            return missing.any(|entry| {
                entry.line == line && key == self.key(user, bundle, entry.since) && entry.bundle == bundle
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

    /// Whether a user who has `wanted` and no seat of `sku` counts as waiting for it by this bundle.
    fn waits(&self, wanted: &Wanted, sku: SkuIndex) -> bool {
        match &wanted.verdict {
            Verdict::Count(short) => self.is_automatic() || short.contains(&sku),
            Verdict::Fresh | Verdict::Misfit(_) => false,
        }
    }

    /// Counts a user's failed paths, and notes in the detail where they were counted.
    pub(super) fn count(&mut self, user: u32, detail: &mut Detail) {
        let mut counted = std::mem::take(&mut detail.counted);
        let evaluated = || detail.wanted.iter().filter(|wanted| wanted.verdict != Verdict::Fresh);
        for wanted in evaluated() {
            for item in &self.parcels().get(self.current(wanted.bundle)).items {
                // Of several failed paths to one SKU, one that waits decides (R16); the SKU counts once.
                let waits = self.waits(wanted, item.sku);
                match counted.iter_mut().find(|(sku, _)| *sku == item.sku) {
                    Some((_, any)) => *any |= waits,
                    None if self.holds_with(user, detail, item.sku) => {}
                    None => counted.push((item.sku, waits)),
                }
            }
        }
        for (sku, waits) in &counted {
            let seats = &mut self.seats[sku.get()];
            *(if *waits { &mut seats.queued } else { &mut seats.stuck }) += 1;
        }
        detail.counted = counted;
    }

    /// Seats held.
    pub fn assigned(&self, sku: SkuIndex) -> u32 {
        self.seats[sku.get()].assigned
    }

    /// Units that can be assigned, held or not.
    pub fn capacity(&self, sku: SkuIndex) -> u32 {
        self.seats[sku.get()].capacity
    }

    /// `capacity - assigned`, never clamped.
    pub fn available(&self, sku: SkuIndex) -> i64 {
        self.seats[sku.get()].available()
    }

    /// Users without a seat who wait for a unit (R16).
    pub fn waiting(&self, sku: SkuIndex) -> u32 {
        let seats = self.seats[sku.get()];
        if self.is_automatic() && seats.available() > 0 { 0 } else { seats.queued }
    }

    /// Users without a seat for another reason than units of this SKU (R16).
    pub fn blocked(&self, sku: SkuIndex) -> u32 {
        let seats = self.seats[sku.get()];
        seats.queued + seats.stuck - self.waiting(sku)
    }

    pub fn holds(&self, user: u32, sku: SkuIndex) -> bool {
        if self.is_regular(user) {
            return self.regular_holds(user, sku);
        }
        let set = self.atlas.holds(self.regulars.stands[user as usize].set, sku);
        set || self.has_detail(user) && self.details.get(&user).is_some_and(|detail| self.holds_with(user, detail, sku))
    }

    /// Everybody who holds a SKU, in the order in which users were added.
    pub fn holders(&self, sku: SkuIndex) -> Vec<u32> {
        (0..self.user_count()).filter(|user| self.holds(*user, sku)).collect()
    }

    /// Users with a path that is not `Active`, in the order in which users were added.
    pub fn users_in_error(&self) -> impl Iterator<Item = u32> {
        let mut users: BTreeSet<u32> = self.regular_waiters().collect();
        users.extend(self.details.keys());
        users.into_iter()
    }

    /// What a user has whole, and what is missing or too much.
    fn view(&self, user: u32) -> (Cow<'_, [ParcelId]>, Cow<'_, Detail>) {
        if self.is_regular(user) {
            return (Cow::Owned(self.sources_of_regular(user)), Cow::Owned(self.detail_of_regular(user)));
        }
        let detail = self.details.get(&user).map_or_else(|| Cow::Owned(Detail::default()), Cow::Borrowed);
        (Cow::Borrowed(&self.atlas.set(self.regulars.stands[user as usize].set).parcels), detail)
    }

    /// The SKUs a user holds, ascending.
    pub fn skus_of(&self, user: u32) -> Vec<SkuIndex> {
        if self.is_regular(user) {
            return self.skus_of_regular(user).collect();
        }
        let mut skus = self.atlas.set(self.regulars.stands[user as usize].set).skus.to_vec();
        if let Some(detail) = self.details.get(&user) {
            skus.extend(detail.outgoing.iter().map(|outgoing| outgoing.held.sku));
            skus.extend(detail.wanted.iter().flat_map(|wanted| wanted.held.iter().map(|held| held.sku)));
            skus.sort_unstable();
            skus.dedup();
        }
        skus
    }

    /// The groups that a user is meant to have licences from, ascending, as of the last settlement.
    pub fn bundles_of(&self, user: u32) -> Vec<BundleIndex> {
        let source = |parcel: &ParcelId| match self.parcels().get(*parcel).source {
            Source::Bundle(bundle) => Some(bundle),
            Source::Direct => None,
        };
        let (parcels, detail) = self.view(user);
        let mut bundles: Vec<BundleIndex> = parcels.iter().filter_map(source).collect();
        bundles.extend(detail.wanted.iter().map(|wanted| wanted.bundle));
        bundles.sort_unstable();
        bundles
    }

    /// Every path of a user, by SKU and source.
    pub fn paths(&self, user: u32) -> Vec<Path> {
        let mut paths = Vec::new();
        let (parcels, detail) = self.view(user);
        for parcel in parcels.iter() {
            let parcel = self.parcels().get(*parcel);
            paths.extend(parcel.items.iter().map(|item| Path {
                sku: item.sku,
                source: parcel.source,
                state: PathState::Active,
                error: None,
                waiting_since: None,
            }));
        }
        detail.wanted.iter().for_each(|wanted| paths.extend(self.wanted_paths(user, &detail, wanted)));
        paths.extend(detail.outgoing.iter().map(|outgoing| Path {
            sku: outgoing.held.sku,
            source: outgoing.source,
            state: PathState::ActiveWithError,
            error: Some(outgoing.error.unwrap_or(LicenseError::Other)),
            waiting_since: None,
        }));
        paths.sort_unstable();
        paths
    }

    fn wanted_paths(&self, user: u32, detail: &Detail, wanted: &Wanted) -> Vec<Path> {
        let parcel = self.parcels().get(self.current(wanted.bundle));
        let path = |sku: SkuIndex| {
            let held = wanted.held.iter().any(|held| held.sku == sku);
            Path {
                sku,
                source: parcel.source,
                state: if held { PathState::ActiveWithError } else { PathState::Error },
                error: Some(self.error_of(user, detail, wanted, sku)),
                waiting_since: wanted.since,
            }
        };
        parcel.items.iter().map(|item| path(item.sku)).collect()
    }

    /// Whether a user holds a SKU, given what is missing or too much.
    fn holds_beside(&self, user: u32, detail: &Detail, sku: SkuIndex) -> bool {
        if self.is_regular(user) { self.regular_holds(user, sku) } else { self.holds_with(user, detail, sku) }
    }

    /// The code of one path of a bundle that failed.
    fn error_of(&self, user: u32, detail: &Detail, wanted: &Wanted, sku: SkuIndex) -> LicenseError {
        let failed = match &wanted.verdict {
            Verdict::Misfit(misfit) if misfit.skus.contains(&sku) => return misfit.error,
            Verdict::Count(_) if self.is_automatic() => {
                self.seats[sku.get()].available() <= 0 && !self.holds_beside(user, detail, sku)
            }
            Verdict::Count(short) => short.contains(&sku),
            Verdict::Fresh | Verdict::Misfit(_) => false,
        };
        if failed { LicenseError::CountViolation } else { LicenseError::Other }
    }

    /// The bundles by which an irregular user waits for a SKU.
    fn waits_by<'a>(&'a self, user: u32, detail: &'a Detail, sku: SkuIndex) -> impl Iterator<Item = &'a Wanted> {
        detail.wanted.iter().filter(move |wanted| {
            self.parcels().get(self.current(wanted.bundle)).has(sku)
                && self.waits(wanted, sku)
                && self.error_of(user, detail, wanted, sku) == LicenseError::CountViolation
        })
    }

    /// Tells `person` everybody who waits for a unit, once for every SKU, in no order.
    pub fn waiters(&self, person: &mut dyn FnMut(SkuIndex, u32)) {
        self.regular_lines(person);
        for (user, detail) in &self.details {
            for (sku, _) in detail.counted.iter().filter(|(_, waits)| *waits) {
                if self.waits_by(*user, detail, *sku).next().is_some() && !self.holds_with(*user, detail, *sku) {
                    person(*sku, *user);
                }
            }
        }
    }

    /// The users who wait for a SKU, first in line first.
    pub fn queue(&self, sku: SkuIndex) -> Vec<u32> {
        let mut keys = Vec::new();
        for (user, detail) in &self.details {
            let waiting = self.waits_by(*user, detail, sku);
            let first = waiting.map(|wanted| self.key(*user, wanted.bundle, wanted.since.unwrap_or(0))).min();
            keys.extend(first.filter(|_| !self.holds_with(*user, detail, sku)));
        }
        if self.seats[sku.get()].available() <= 0 {
            for user in self.regular_waiters().filter(|user| !self.regular_holds(*user, sku)) {
                let bit = |bits: &[u64]| bits[sku.get() / 64] >> (sku.get() % 64) & 1 == 1;
                let waits = self.regulars.missing(user).filter(|entry| bit(self.regulars.gifts.skus(entry.bundle)));
                keys.extend(waits.map(|entry| self.key(user, entry.bundle, entry.since)).min());
            }
        }
        keys.sort_unstable();
        keys.into_iter().map(Key::user).collect()
    }

    /// The names of the service plans that are on for a user, with each SKU that brings them.
    pub fn plans_by_sku_of(&self, user: u32) -> Vec<(SkuIndex, &str)> {
        let (parcels, detail) = self.view(user);
        let mut items: Vec<&Item> = parcels.iter().flat_map(|parcel| &self.parcels().get(*parcel).items).collect();
        let held = detail.wanted.iter().flat_map(|wanted| &wanted.held);
        items.extend(held.chain(detail.outgoing.iter().map(|outgoing| &outgoing.held)).map(|held| self.item(*held)));
        let mut plans: Vec<(SkuIndex, &str)> = items
            .iter()
            .flat_map(|item| item.plans.iter().map(|plan| (item.sku, self.terms.plan_name(*plan))))
            .collect();
        plans.sort_unstable();
        plans.dedup();
        plans
    }

    /// The names of the service plans that are on for a user: the union over the paths that hold a seat (INV-30).
    pub fn service_plans_of(&self, user: u32) -> Vec<&str> {
        let mut names: Vec<&str> = self.plans_by_sku_of(user).into_iter().map(|(_, plan)| plan).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
