//! The days on which a plan may decide. In: today, the horizon, what is owned, dates of prices. Out: ascending days. Never:
//! every day, which would make programs large and save next to nothing.
//!
//! The grid holds today; the first of every month; the ends of terms and every other day on which the units owned change; the
//! day before a new price; anniversaries of Enterprise Agreements; and every day that is whole years after one of these, so that
//! an annual term ends on the grid.

use std::collections::BTreeSet;

use chrono::{Months, NaiveDate};

use super::owned::Owned;
use crate::calendar;
use crate::catalog::SkuId;
use crate::supply::PriceBook;

/// Invariant: `days` ascend, the first is today, all are before `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    pub days: Vec<NaiveDate>,
    /// The first day after the plan.
    pub end: NaiveDate,
}

pub fn grid(today: NaiveDate, end: NaiveDate, owned: &Owned, prices: &PriceBook, sku_id: &SkuId) -> Grid {
    let mut seeds: BTreeSet<NaiveDate> = BTreeSet::from([today]);
    // Suspended units that are deleted change nothing that counts.
    let steps = owned.base().steps(today, end);
    let changes = steps.windows(2).filter(|pair| pair[0].units.capacity() != pair[1].units.capacity());
    seeds.extend(changes.map(|pair| pair[1].day));
    for running in &owned.running {
        seeds.insert(running.ends);
        if running.is_ea() {
            seeds.extend(anniversaries(running.since, today, running.ends.min(end)));
        }
    }
    let new_prices = prices.prices().iter().filter(|price| price.sku_id == *sku_id && price.valid_from > today);
    seeds.extend(new_prices.filter_map(|price| price.valid_from.pred_opt()));
    let months = (1..).map_while(|n| calendar::month_start(today, n).ok()).take_while(|day| *day < end);
    let mut days: BTreeSet<NaiveDate> = months.collect();
    for seed in seeds {
        let years = (0..).map_while(|n| calendar::renewal(seed, 12, n).ok());
        days.extend(years.take_while(|day| *day < end));
    }
    days.retain(|day| (today..end).contains(day));
    Grid { days: days.into_iter().collect(), end }
}

/// Whole years after `since`, after `today` and before `end`.
pub fn anniversaries(since: NaiveDate, today: NaiveDate, end: NaiveDate) -> Vec<NaiveDate> {
    let years = (1..).map_while(|n| calendar::renewal(since, 12, n).ok()).take_while(|day| *day < end);
    years.filter(|day| *day > today).collect()
}

impl Grid {
    pub fn today(&self) -> NaiveDate {
        self.days[0]
    }

    /// Each day of the grid with the day of the next.
    pub fn spans(&self) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
        let ends = self.days.iter().skip(1).chain(std::iter::once(&self.end));
        self.days.iter().zip(ends).map(|(from, to)| (*from, *to))
    }

    /// The first of the month after `day`.
    pub fn month_after(day: NaiveDate) -> NaiveDate {
        let first = calendar::month_start(day, 0).unwrap_or(day);
        first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
    }
}
