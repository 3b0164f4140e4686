//! All lots of a SKU, and the units they make on a day. In: lots, counters. Out: `PrepaidUnits`, steps. Never: a seat.

use chrono::NaiveDate;

use super::Subscription;
use crate::directory::PrepaidUnits;

/// The units of one SKU from `day` on, until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupplyStep {
    pub day: NaiveDate,
    pub units: PrepaidUnits,
}

/// The supply of one SKU. `unexplained` are units that the SKU export counts and no lot explains: held as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    pub lots: Vec<Subscription>,
    pub unexplained: PrepaidUnits,
}

impl Supply {
    /// The units on a day: the sum of all lots, and what no lot explains (R3).
    pub fn units_on(&self, day: NaiveDate) -> PrepaidUnits {
        self.lots.iter().map(|lot| lot.units_on(day)).fold(self.unexplained, |sum, units| PrepaidUnits {
            enabled: sum.enabled.saturating_add(units.enabled),
            warning: sum.warning.saturating_add(units.warning),
            suspended: sum.suspended.saturating_add(units.suspended),
            locked_out: sum.locked_out.saturating_add(units.locked_out),
        })
    }

    /// The units on `from`, then every day up to `to` on which they change.
    pub fn steps(&self, from: NaiveDate, to: NaiveDate) -> Vec<SupplyStep> {
        let mut days = vec![from];
        days.extend(self.lots.iter().flat_map(|lot| lot.change_days(from, to)));
        days.sort_unstable();
        days.dedup();
        let mut steps: Vec<SupplyStep> = Vec::new();
        for day in days {
            let units = self.units_on(day);
            if steps.last().is_none_or(|last| last.units != units) {
                steps.push(SupplyStep { day, units });
            }
        }
        steps
    }

    /// The earliest end of a term after `day` of any lot that still runs: from then on fewer units can be paid for.
    pub fn next_term_end(&self, day: NaiveDate) -> Option<NaiveDate> {
        let running = self.lots.iter().filter(|lot| lot.units_on(day).enabled > 0);
        running.filter_map(|lot| lot.term_ends(NaiveDate::MAX).find(|end| *end > day)).min()
    }

    /// Whether the end of any lot's term is unknown, or units are not explained by lots at all.
    pub fn lacks_renewal_date(&self) -> bool {
        self.lots.iter().any(|lot| lot.term_end.is_none()) || self.unexplained != PrepaidUnits::default()
    }
}
