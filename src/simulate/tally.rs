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
const AT_ONCE: usize = 10;

/// Counts replications on the threads of the current pool. `memory` is what a thread uses again from one replication to the
/// next; counts are exact integers and merging is commutative, so the number of threads never shows.
pub fn of_replications<S: Send>(
    replications: Range<u32>,
    memory: impl Fn() -> S + Sync + Send,
    replicate: impl Fn(&mut S, u32) -> Trajectory + Sync + Send,
) -> Tally {
    let store: Mutex<Vec<S>> = Mutex::new(Vec::new());
    // No replication asks what the one before left in memory, so that of a thread which failed is as good as any.
    let spare = || store.lock().unwrap_or_else(PoisonError::into_inner);
    let pieces = replications.into_par_iter().with_max_len(AT_ONCE).fold(
        || (Tally::default(), spare().pop().unwrap_or_else(&memory)),
        |(tally, mut memory), replication| (tally.add(replication, replicate(&mut memory, replication)), memory),
    );
    let tallies = pieces.map(|(tally, memory)| {
        spare().push(memory);
        tally
    });
    tallies.reduce(Tally::default, Tally::merge)
}

impl Tally {
    /// Counts one more replication.
    pub fn add(mut self, replication: u32, trajectory: Trajectory) -> Tally {
        self.replications += 1;
        self.circling += u32::from(trajectory.circling);
        self.skus.resize_with(trajectory.skus.len(), SkuTally::default);
        self.headcount.resize_with(trajectory.headcount.len(), Histogram::default);
        for (histogram, headcount) in self.headcount.iter_mut().zip(&trajectory.headcount) {
            histogram.add(*headcount);
        }
        for (tally, sku) in self.skus.iter_mut().zip(&trajectory.skus) {
            tally.add(sku);
        }
        self.luck.add(&trajectory);
        if replication < KEPT {
            self.kept.insert(replication, trajectory);
        }
        self
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
    fn add(&mut self, sku: &SkuTrajectory) {
        self.points.resize_with(sku.readings.len(), PointTally::default);
        for (point, reading) in self.points.iter_mut().zip(&sku.readings) {
            point.demand.add(reading.demand());
            point.assigned.add(reading.assigned);
            point.waiting.add(reading.waiting);
            point.blocked.add(reading.blocked);
            point.shortfall.add(reading.shortfall());
        }
        if let Some(day) = sku.first_short {
            self.first_short.add(day);
        }
        self.flow.add(&sku.flow);
        self.opening += sku.readings.first().map_or(0, |reading| u64::from(reading.demand()));
        self.closing += sku.readings.last().map_or(0, |reading| u64::from(reading.demand()));
        self.seat_days_waiting += sku.seat_days_waiting;
        self.seat_days.add(u32::try_from(sku.seat_days_waiting).unwrap_or(u32::MAX));
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
