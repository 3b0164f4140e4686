//! What lots cost. In: lots and dated prices. Out: money for a span of days. Never: a floating-point amount, a guess for a
//! missing price.
//!
//! Source: the cost formulas of the group-licensing reference (5.1). Prices are a seat and month at annual commitment.

use chrono::NaiveDate;

use super::subscription::Stage;
use super::{BillingPlan, Channel, PriceBook, Subscription, Supply, Term};
use crate::calendar;
use crate::catalog::SkuId;
use crate::money::{Currency, Money};

/// Thousandths of the annual-commitment price.
const ANNUAL: i128 = 1000;
const ANNUAL_BILLED_MONTHLY: i128 = 1050;
const MONTHLY: i128 = 1200;
/// The monthly price and 3 % (INV-41).
const EXTENDED_SERVICE_TERM: i128 = 1236;

impl Supply {
    /// What the units cost from `from` up to and not including `to`, which are one month apart: a whole month's price, parts
    /// of it weighed by days where something changes within the month, rounded once, half up. `None` without a price for a
    /// part that costs something, and for prices in two currencies.
    pub fn cost(&self, prices: &PriceBook, sku_id: &SkuId, from: NaiveDate, to: NaiveDate) -> Option<Money> {
        let days = i128::from(calendar::days_between(from, to));
        if days == 0 {
            return None;
        }
        let (total, currency) = self.cost_weighed(prices, sku_id, from, to)?;
        let divisor = 1000 * days;
        let minor = i64::try_from((total + divisor / 2).div_euclid(divisor)).ok()?;
        Some(Money { minor, currency: currency? })
    }

    /// The same before it is divided and rounded: minor units × thousandths × days, for any span. Divided by 1000 and by the
    /// days of the month that the span lies in, it is money. No currency where nothing costs anything.
    pub fn cost_weighed(
        &self,
        prices: &PriceBook,
        sku_id: &SkuId,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Option<(i128, Option<Currency>)> {
        let days = i128::from(calendar::days_between(from, to));
        let mut sum = Sum::default();
        for lot in &self.lots {
            lot.add_cost(prices, from, to, &mut sum)?;
        }
        if self.unexplained.enabled > 0 || self.lots.is_empty() {
            // Nothing is known of their terms: the plain price of the day.
            sum.add(prices, sku_id, &[from], i128::from(self.unexplained.enabled) * ANNUAL * days)?;
        }
        Some((sum.minor, sum.currency))
    }
}

/// Price in minor units × units × thousandths × days.
#[derive(Default)]
struct Sum {
    minor: i128,
    currency: Option<Currency>,
}

impl Sum {
    /// Adds `weight` at the price in force on the first of `days` that has one.
    fn add(&mut self, prices: &PriceBook, sku_id: &SkuId, days: &[NaiveDate], weight: i128) -> Option<()> {
        let price = days.iter().find_map(|day| prices.on(sku_id, *day))?;
        if self.currency.is_some_and(|currency| currency != price.currency) {
            return None;
        }
        self.currency = Some(price.currency);
        self.minor += i128::from(price.effective_minor()?) * weight;
        Some(())
    }
}

impl Subscription {
    fn add_cost(&self, prices: &PriceBook, from: NaiveDate, to: NaiveDate, sum: &mut Sum) -> Option<()> {
        let mut edges = vec![from];
        edges.extend(self.change_days(from, to).into_iter().filter(|day| *day > from && *day < to));
        edges.push(to);
        edges.sort_unstable();
        for part in edges.windows(2) {
            let days = i128::from(calendar::days_between(part[0], part[1]));
            let (stage, quantity) = self.on(part[0]);
            // A price is fixed within a term: that of the day the term began (INV-40), or where none is so old, today's.
            let (factor, priced_on) = match stage {
                Stage::Active { since } => (self.factor(), since),
                Stage::Extended => (EXTENDED_SERVICE_TERM, part[0]),
                // Nobody is billed in grace or afterwards.
                Stage::Ahead | Stage::Warning | Stage::Suspended | Stage::LockedOut | Stage::Deleted => (0, part[0]),
            };
            let weight = i128::from(quantity) * factor * days;
            match weight {
                0 => {}
                _ => sum.add(prices, &self.sku_id, &[priced_on, part[0]], weight)?,
            }
        }
        if sum.currency.is_none() {
            sum.currency = prices.on(&self.sku_id, from).map(|price| price.currency);
        }
        Some(())
    }

    fn factor(&self) -> i128 {
        match (self.trial, self.channel, self.term, self.billing) {
            (true, ..) => 0,
            (_, Channel::Ea, ..) => ANNUAL,
            (_, _, Term::P1M, _) => MONTHLY,
            (_, _, _, BillingPlan::Monthly) => ANNUAL_BILLED_MONTHLY,
            _ => ANNUAL,
        }
    }
}
