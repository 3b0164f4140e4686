//! Demand itself, day by day. In: one number a day and replication. Out: order statistics, and what a number of units would
//! leave waiting. Never: knows how many units there are.

use chrono::NaiveDate;

use super::Provenance;
use crate::calendar;

/// An accepted chance of a shortage, in hundredths of a percent, so that `5%` is exact. Invariant: at most 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Risk(u32);

impl Risk {
    /// All of it, in hundredths of a percent.
    const WHOLE: u32 = 10_000;

    /// No shortage in any replication.
    pub const NONE: Risk = Risk(0);

    pub fn hundredths_of_percent(value: u32) -> Option<Risk> {
        (value <= Risk::WHOLE).then_some(Risk(value))
    }

    pub fn percent(value: u32) -> Option<Risk> {
        Risk::hundredths_of_percent(value.checked_mul(100)?)
    }

    pub fn get(self) -> u32 {
        self.0
    }

    /// In how many of `replications` demand may be above the units: the share of them, rounded down.
    pub fn allowed(self, replications: u32) -> u32 {
        (u64::from(self.0) * u64::from(replications) / u64::from(Risk::WHOLE)) as u32
    }
}

/// Demand of one SKU on every day, over replications. Invariant: each day holds one number a replication, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuDemand {
    pub sku_id: String,
    days: Vec<Vec<u32>>,
}

impl SkuDemand {
    /// `days` holds the demand of each day in any order of replications.
    pub fn new(sku_id: String, mut days: Vec<Vec<u32>>) -> Self {
        days.iter_mut().for_each(|day| day.sort_unstable());
        Self { sku_id, days }
    }

    /// Days counted, today among them.
    pub fn days(&self) -> usize {
        self.days.len()
    }

    fn on(&self, day: usize) -> &[u32] {
        self.days.get(day).map_or(&[], Vec::as_slice)
    }

    /// The fewest units with which demand of that day is above them in at most the accepted share of replications.
    pub fn units_for(&self, day: usize, risk: Risk) -> u32 {
        let demand = self.on(day);
        let allowed = risk.allowed(demand.len() as u32) as usize;
        demand.len().checked_sub(allowed + 1).and_then(|rank| demand.get(rank)).copied().unwrap_or(0)
    }

    /// In how many replications demand of that day is above `units`.
    pub fn above(&self, day: usize, units: u32) -> u32 {
        let demand = self.on(day);
        (demand.len() - demand.partition_point(|value| *value <= units)) as u32
    }

    /// Users above `units` on that day, summed over replications.
    pub fn waiting(&self, day: usize, units: u32) -> u64 {
        let demand = self.on(day);
        let above = demand.partition_point(|value| *value <= units);
        demand[above..].iter().map(|value| u64::from(value - units)).sum()
    }

    pub fn max(&self, day: usize) -> u32 {
        self.on(day).last().copied().unwrap_or(0)
    }
}

/// Demand of every planned SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub provenance: Provenance,
    pub skus: Vec<SkuDemand>,
}

impl Demand {
    pub fn of(&self, sku_id: &str) -> Option<&SkuDemand> {
        self.skus.iter().find(|sku| sku.sku_id == sku_id)
    }

    /// The day of that number, today being 0.
    pub fn day(&self, number: usize) -> NaiveDate {
        calendar::after(self.provenance.today, number as u32)
    }
}
