//! Money without rounding. In: lots and prices. Out: sums that are rounded once, at the end. Never: a floating-point amount
//! outside the solver.

use chrono::NaiveDate;

use crate::calendar;
use crate::catalog::SkuId;
use crate::money::{Currency, Money};
use crate::supply::{PriceBook, Supply};

/// Minor units in parts of this size: thousandths, and the days of a month of any length (28 to 31).
const PARTS: i128 = 1000 * 377_580;

/// An amount in parts of a minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(i128);

impl Exact {
    pub fn plus(self, other: Exact) -> Exact {
        Exact(self.0 + other.0)
    }

    pub fn minus(self, other: Exact) -> Exact {
        Exact(self.0 - other.0)
    }

    pub fn times(self, count: i64) -> Exact {
        Exact(self.0 * i128::from(count))
    }

    /// Hundreds of minor units, for the solver.
    pub fn hundreds(self) -> f64 {
        self.0 as f64 / (PARTS * 100) as f64
    }

    /// Rounded once, half up.
    pub fn money(self, currency: Currency) -> Money {
        let minor = (self.0 + PARTS / 2).div_euclid(PARTS);
        Money { minor: i64::try_from(minor).unwrap_or(if minor < 0 { i64::MIN } else { i64::MAX }), currency }
    }
}

/// The prices of one SKU, and the months in which its cost is counted.
pub struct Ledger<'a> {
    pub prices: &'a PriceBook,
    pub sku_id: &'a SkuId,
    /// Today, then the same day of each month, past every term that a plan can begin.
    pub months: Vec<NaiveDate>,
}

impl Ledger<'_> {
    /// What `supply` costs from `from` up to and not including `to`; `None` without a price for a part that costs something.
    /// Days before today cost nothing: they are paid.
    pub fn cost(&self, supply: &Supply, from: NaiveDate, to: NaiveDate) -> Option<Exact> {
        let mut sum = 0i128;
        for month in self.months.windows(2) {
            let [begins, ends] = [month[0].max(from), month[1].min(to)];
            if begins >= ends {
                continue;
            }
            let (weighed, _) = supply.cost_weighed(self.prices, self.sku_id, begins, ends)?;
            sum += weighed * (377_580 / i128::from(calendar::days_between(month[0], month[1])));
        }
        Some(Exact(sum))
    }
}
