//! Scales. In: ranges of days and counts. Out: round ticks. Never: cuts off a value, or starts above zero without saying so.

use chrono::{Datelike, NaiveDate};

/// The count axis: from `low` (a multiple of `step`) to `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountAxis {
    pub low: u32,
    pub high: u32,
    pub step: u32,
}

impl CountAxis {
    /// An axis for values from `least` to `most` with about `ticks` ticks. It starts at zero unless the values would then
    /// crowd into the top quarter, where a reader could not tell demand from capacity.
    pub fn over(least: u32, most: u32, ticks: u32) -> CountAxis {
        CountAxis::unless_crowded(least, most, ticks, 4)
    }

    /// The same for lines that are held against each other from panel to panel: it leaves zero as soon as they would crowd into the
    /// top half.
    pub fn close(least: u32, most: u32, ticks: u32) -> CountAxis {
        CountAxis::unless_crowded(least, most, ticks, 2)
    }

    fn unless_crowded(least: u32, most: u32, ticks: u32, part: u64) -> CountAxis {
        let crowded = u64::from(most - least.min(most)) * part < u64::from(most) && most > 20;
        let spread = most.saturating_sub(least).max(most / 50).max(4);
        let floor = if crowded { least.saturating_sub(spread / 3) } else { 0 };
        let step = round_step(most.saturating_sub(floor).max(1), ticks);
        let low = floor / step * step;
        let high = (most / step + 1).saturating_mul(step).max(low.saturating_add(step));
        CountAxis { low, high, step }
    }

    pub fn ticks(&self) -> impl Iterator<Item = u32> {
        (self.low..=self.high).step_by(self.step as usize)
    }

    /// Where `value` stands, from 0 at the bottom to 1 at the top.
    pub fn share(&self, value: f64) -> f64 {
        (value - f64::from(self.low)) / f64::from(self.high.saturating_sub(self.low).max(1))
    }
}

/// 1, 2 or 5 times a power of ten, so that `span` has at most about `ticks` steps.
pub fn round_step(span: u32, ticks: u32) -> u32 {
    let least = span.div_ceil(ticks.max(1)).max(1);
    let mut power = 1u32;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step >= least {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// First days of months to label between `start` and `end`: about `ticks` of them, at whole quarters or years where months
/// are too many.
pub fn month_ticks(start: NaiveDate, end: NaiveDate, ticks: usize) -> Vec<NaiveDate> {
    let months = (end.year() - start.year()) * 12 + end.month0() as i32 - start.month0() as i32;
    let each = [1, 3, 6, 12, 24, 60, 120].into_iter().find(|each| months / each < ticks as i32).unwrap_or(240);
    let first = start.year() * 12 + start.month0() as i32;
    (first..=first + months)
        .filter(|month| month.rem_euclid(each) == 0)
        .filter_map(|month| NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1))
        .filter(|day| *day >= start && *day <= end)
        .collect()
}
