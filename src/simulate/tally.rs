//! What replications add up to. In: one trajectory a replication. Out: exact counts that merge in any order. Never: an
//! average or a rounded number.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::sensitivity::Luck;
use crate::forecast::Histogram;

/// Seats of one SKU at one point of one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub assigned: u32,
    pub waiting: u32,
    pub blocked: u32,
    /// Units that can be assigned, which a scenario may change but chance does not.
    pub capacity: u32,
}

impl Reading {
    pub fn demand(&self) -> u32 {
        self.assigned + self.waiting
    }

    pub fn shortfall(&self) -> u32 {
        self.demand().saturating_sub(self.capacity)
    }
}

/// How the users entitled to one SKU changed, by cause: `closing = opening + joined + requested + moved_in - moved_out
/// - left`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub joined: u64,
    /// People who asked for a licence that no group gives them.
    pub requested: u64,
    pub moved_in: u64,
    pub moved_out: u64,
    pub left: u64,
}

/// One SKU through one replication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkuTrajectory {
    /// One reading a point, today first.
    pub readings: Vec<Reading>,
    /// The first day (from today) on which demand is above capacity.
    pub first_short: Option<u32>,
    /// Sum over all days of the users who wait.
    pub seat_days_waiting: u64,
    pub flow: Flow,
}

/// One replication, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trajectory {
    pub skus: Vec<SkuTrajectory>,
    /// Enabled members at each point.
    pub headcount: Vec<u32>,
    /// What the rates were drawn by, input by input.
    pub luck: Vec<u16>,
    /// Whether rules that read service plans turned each other on and off on any day.
    pub circling: bool,
}

/// Counts of one SKU at one point over replications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PointTally {
    pub demand: Histogram,
    pub assigned: Histogram,
    pub waiting: Histogram,
    pub blocked: Histogram,
    pub shortfall: Histogram,
}

/// Counts of one SKU over replications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkuTally {
    pub points: Vec<PointTally>,
    /// Days of the first shortage, of the replications that have one.
    pub first_short: Histogram,
    pub flow: Flow,
    pub opening: u64,
    pub closing: u64,
    pub seat_days_waiting: u64,
    /// The same of each replication.
    pub seat_days: Histogram,
}

/// The replications that a tally keeps whole: those with a number below this.
pub const KEPT: u32 = 20;

/// Counts over replications. `Tally::default()` is the tally of none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub replications: u32,
    pub skus: Vec<SkuTally>,
    pub headcount: Vec<Histogram>,
    pub luck: Luck,
    /// Replications in which rules that read service plans turned each other on and off.
    pub circling: u32,
    /// The first replications, whole.
    pub kept: BTreeMap<u32, Trajectory>,
}

/// So many replications at most are one piece of work, so that no thread waits long for the last.
const AT_ONCE: usize = 4;

/// So many replications wait to be counted, so that each histogram is looked at once for all of them.
const COUNTED_AT_ONCE: usize = 32;

/// What a thread counts, and the memory that it uses again from one replication to the next.
struct Counting<S> {
    tally: Tally,
    waiting: Vec<(u32, Trajectory)>,
    memory: S,
}

impl<S> Counting<S> {
    fn counted(mut self) -> Tally {
        self.tally.add(&mut self.waiting);
        self.tally
    }
}

/// Counts replications on the threads of the current pool. Counts are exact integers and merging is commutative, so the number of
/// threads never shows.
pub fn of_replications<S: Send>(
    replications: Range<u32>,
    memory: impl Fn() -> S + Sync + Send,
    replicate: impl Fn(&mut S, u32) -> Trajectory + Sync + Send,
) -> Tally {
    let new = || Counting { tally: Tally::default(), waiting: Vec::new(), memory: memory() };
    let store: Mutex<Vec<Counting<S>>> = Mutex::new(Vec::new());
    let spare = || store.lock().unwrap_or_else(PoisonError::into_inner);
    let pieces = replications.into_par_iter().with_max_len(AT_ONCE).fold(
        || {
            let spared = spare().pop();
            spared.unwrap_or_else(new)
        },
        |mut counting, replication| {
            counting.waiting.push((replication, replicate(&mut counting.memory, replication)));
            if counting.waiting.len() >= COUNTED_AT_ONCE {
                counting.tally.add(&mut counting.waiting);
            }
            counting
        },
    );
    pieces.for_each(|counting| spare().push(counting));
    let counted = store.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().map(Counting::counted);
    counted.reduce(Tally::merge).unwrap_or_default()
}

impl Tally {
    /// Counts replications, by their numbers, and leaves none of them.
    pub fn add(&mut self, replications: &mut Vec<(u32, Trajectory)>) {
        let Some((_, first)) = replications.first() else { return };
        self.skus.resize_with(first.skus.len(), SkuTally::default);
        self.headcount.resize_with(first.headcount.len(), Histogram::default);
        let all = || replications.iter().map(|(_, trajectory)| trajectory);
        let mut values = Vec::new();
        for (point, histogram) in self.headcount.iter_mut().enumerate() {
            count(histogram, &mut values, all().map(|trajectory| trajectory.headcount[point]));
        }
        for (sku, tally) in self.skus.iter_mut().enumerate() {
            tally.add(&mut values, || all().map(|trajectory| &trajectory.skus[sku]));
        }
        for (replication, trajectory) in replications.drain(..) {
            self.replications += 1;
            self.circling += u32::from(trajectory.circling);
            self.luck.add(&trajectory);
            if replication < KEPT {
                self.kept.insert(replication, trajectory);
            }
        }
    }

    /// The tally of both. Commutative and associative, so the number of threads never shows.
    pub fn merge(mut self, other: Tally) -> Tally {
        if self.replications == 0 {
            return other;
        }
        if other.replications == 0 {
            return self;
        }
        self.replications += other.replications;
        self.circling += other.circling;
        for (a, b) in self.headcount.iter_mut().zip(&other.headcount) {
            a.merge(b);
        }
        for (a, b) in self.skus.iter_mut().zip(&other.skus) {
            a.merge(b);
        }
        self.luck.merge(&other.luck);
        self.kept.extend(other.kept);
        self
    }
}

impl SkuTally {
    /// Counts one SKU of some replications. `values` is memory.
    fn add<'t, I: Iterator<Item = &'t SkuTrajectory>>(&mut self, values: &mut Vec<u32>, all: impl Fn() -> I) {
        let points = all().next().map_or(0, |sku| sku.readings.len());
        self.points.resize_with(points, PointTally::default);
        for (at, point) in self.points.iter_mut().enumerate() {
            let mut counted = |histogram: &mut Histogram, value: &dyn Fn(&Reading) -> u32| {
                count(histogram, values, all().map(|sku| value(&sku.readings[at])));
            };
            counted(&mut point.demand, &Reading::demand);
            counted(&mut point.assigned, &|reading| reading.assigned);
            counted(&mut point.waiting, &|reading| reading.waiting);
            counted(&mut point.blocked, &|reading| reading.blocked);
            counted(&mut point.shortfall, &Reading::shortfall);
        }
        count(&mut self.first_short, values, all().filter_map(|sku| sku.first_short));
        let lost = |sku: &SkuTrajectory| u32::try_from(sku.seat_days_waiting).unwrap_or(u32::MAX);
        count(&mut self.seat_days, values, all().map(lost));
        for sku in all() {
            self.flow.add(&sku.flow);
            self.opening += sku.readings.first().map_or(0, |reading| u64::from(reading.demand()));
            self.closing += sku.readings.last().map_or(0, |reading| u64::from(reading.demand()));
            self.seat_days_waiting += sku.seat_days_waiting;
        }
    }

    fn merge(&mut self, other: &SkuTally) {
        for (a, b) in self.points.iter_mut().zip(&other.points) {
            a.demand.merge(&b.demand);
            a.assigned.merge(&b.assigned);
            a.waiting.merge(&b.waiting);
            a.blocked.merge(&b.blocked);
            a.shortfall.merge(&b.shortfall);
        }
        self.first_short.merge(&other.first_short);
        self.flow.add(&other.flow);
        self.opening += other.opening;
        self.closing += other.closing;
        self.seat_days_waiting += other.seat_days_waiting;
        self.seat_days.merge(&other.seat_days);
    }
}

impl Flow {
    pub fn add(&mut self, other: &Flow) {
        self.joined += other.joined;
        self.requested += other.requested;
        self.moved_in += other.moved_in;
        self.moved_out += other.moved_out;
        self.left += other.left;
    }
}

/// Adds values to a histogram. `memory` is for them to be put in order.
fn count(histogram: &mut Histogram, memory: &mut Vec<u32>, values: impl Iterator<Item = u32>) {
    memory.clear();
    memory.extend(values);
    histogram.add_all(memory);
}
