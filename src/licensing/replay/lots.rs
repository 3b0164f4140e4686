//! Subscriptions of a sandbox, on numbered days. In: what `subscription` events say. Out: units by state, and the next day on
//! which they change. Never: a date, a term length.

use std::collections::BTreeMap;

use crate::directory::{PrepaidUnits, SkuIndex};

/// One subscription. A term end of `None` never comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    pub sku: SkuIndex,
    pub quantity: u32,
    pub term_end: Option<u32>,
    pub renews: bool,
}

/// All subscriptions by id, and the days that units stay in `warning` and `suspended`.
#[derive(Clone, Debug)]
pub struct Lots {
    pub lots: BTreeMap<String, Lot>,
    pub warning_days: u32,
    pub suspended_days: u32,
}

impl Default for Lots {
    /// 30 and 90 days: direct purchases (reference 4.2).
    fn default() -> Self {
        Self { lots: BTreeMap::new(), warning_days: 30, suspended_days: 90 }
    }
}

impl Lots {
    fn ends(&self, lot: &Lot) -> Option<[u32; 3]> {
        let end = lot.term_end.filter(|_| !lot.renews && lot.quantity > 0)?;
        let suspended = end.saturating_add(self.warning_days);
        Some([end, suspended, suspended.saturating_add(self.suspended_days)])
    }

    pub fn units_on(&self, sku: SkuIndex, day: u32) -> PrepaidUnits {
        let mut units = PrepaidUnits::default();
        for lot in self.lots.values().filter(|lot| lot.sku == sku) {
            let bucket = match self.ends(lot) {
                Some([_, _, gone]) if day >= gone => continue,
                Some([_, suspended, _]) if day >= suspended => &mut units.suspended,
                Some([end, _, _]) if day >= end => &mut units.warning,
                _ => &mut units.enabled,
            };
            *bucket = bucket.saturating_add(lot.quantity);
        }
        units
    }

    /// The first day after `day` on which units move from one state to the next.
    pub fn next_step(&self, day: Option<u32>) -> Option<u32> {
        let steps = self.lots.values().filter_map(|lot| self.ends(lot)).flatten();
        steps.filter(|step| day.is_none_or(|day| *step > day)).min()
    }
}
