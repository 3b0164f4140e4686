//! Counts of whole numbers, and their percentiles. In: one number a replication. Out: order statistics. Never: an average
//! of percentiles; histograms are exact and merge.

/// How often each number occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Numbers, ascending, each with its count.
    counts: Vec<(u32, u32)>,
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
        self.add_ascending([(value, 1)]);
    }

    /// Adds many at once, which is faster than one by one; leaves them in order.
    pub fn add_all(&mut self, values: &mut [u32]) {
        values.sort_unstable();
        self.add_ascending(values.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)));
    }

    pub fn merge(&mut self, other: &Histogram) {
        self.add_ascending(other.counts.iter().copied());
    }

    /// Adds numbers that ascend, each with its count.
    fn add_ascending(&mut self, more: impl IntoIterator<Item = (u32, u32)>) {
        let mut from = 0;
        // Those that are new, with their places among the old.
        let mut new: Vec<(usize, (u32, u32))> = Vec::new();
        for (value, count) in more {
            from += self.counts[from..].partition_point(|(own, _)| *own < value);
            match self.counts.get_mut(from).filter(|(own, _)| *own == value) {
                Some((_, own)) => *own += count,
                None => new.push((from, (value, count))),
            }
            self.total += count;
        }
        let mut end = self.counts.len();
        self.counts.resize(end + new.len(), (0, 0));
        for (before, (at, counted)) in new.into_iter().enumerate().rev() {
            self.counts.copy_within(at..end, at + before + 1);
            self.counts[at + before] = counted;
            end = at;
        }
    }

    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn counts(&self) -> impl Iterator<Item = (u32, u32)> {
        self.counts.iter().copied()
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
        let from = self.counts.partition_point(|(value, _)| *value <= bound);
        self.counts[from..].iter().map(|(_, count)| *count).sum()
    }
}
