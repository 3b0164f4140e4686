//! Counts of whole numbers, and their percentiles. In: one number a replication. Out: order statistics. Never: an average
//! of percentiles; histograms are exact and merge.

use std::collections::BTreeMap;

/// How often each number occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<u32, u32>,
    total: u32,
}

/// P10, P50 and P90 of one histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Percentiles {
    pub p10: u32,
    pub p50: u32,
    pub p90: u32,
}

impl Histogram {
    pub fn add(&mut self, value: u32) {
        *self.counts.entry(value).or_default() += 1;
        self.total += 1;
    }

    pub fn merge(&mut self, other: &Histogram) {
        for (value, count) in &other.counts {
            *self.counts.entry(*value).or_default() += count;
        }
        self.total += other.total;
    }

    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn counts(&self) -> impl Iterator<Item = (u32, u32)> {
        self.counts.iter().map(|(value, count)| (*value, *count))
    }

    /// The nearest-rank percentile: the smallest value such that at least `percent` of all are at or below it, that is the
    /// value of rank `ceil(percent / 100 × total)`, from 1. `None` of no values. Panics unless `1 <= percent <= 100`.
    pub fn percentile(&self, percent: u32) -> Option<u32> {
        assert!((1..=100).contains(&percent), "a percentile is between 1 and 100");
        self.ranked((u64::from(percent) * u64::from(self.total)).div_ceil(100).max(1) as u32)
    }

    /// The value of a rank counted from 1 in ascending order; `None` past the last.
    pub fn ranked(&self, rank: u32) -> Option<u32> {
        let mut seen = 0u32;
        self.counts.iter().find_map(|(value, count)| {
            seen += count;
            (seen >= rank).then_some(*value)
        })
    }

    /// P10, P50 and P90; zeros of no values.
    pub fn percentiles(&self) -> Percentiles {
        let at = |percent| self.percentile(percent).unwrap_or(0);
        Percentiles { p10: at(10), p50: at(50), p90: at(90) }
    }

    /// How many values are above `bound`.
    pub fn above(&self, bound: u32) -> u32 {
        self.counts.range(bound.saturating_add(1)..).map(|(_, count)| *count).sum()
    }
}
