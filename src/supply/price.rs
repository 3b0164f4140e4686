//! What a seat costs. In: dated prices. Out: integer minor units. Never: a floating-point amount, an exchange rate.

use chrono::NaiveDate;

use crate::catalog::SkuId;
use crate::money::Currency;

/// The price of one seat for one month at annual commitment, from a day on. `contracted` is what the tenant pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    pub sku_id: SkuId,
    pub list_minor: Option<i64>,
    pub contracted_minor: Option<i64>,
    pub currency: Currency,
    pub valid_from: NaiveDate,
}

impl Price {
    /// What a seat costs the tenant: the contracted price where there is one, else the list price.
    pub fn effective_minor(&self) -> Option<i64> {
        self.contracted_minor.or(self.list_minor)
    }
}

/// All prices, sorted by SKU and day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceBook {
    prices: Vec<Price>,
}

impl PriceBook {
    pub fn new(mut prices: Vec<Price>) -> Self {
        prices.sort_by(|a, b| (&a.sku_id, a.valid_from).cmp(&(&b.sku_id, b.valid_from)));
        Self { prices }
    }

    /// The price in force on `day`: the latest that is valid by then; `None` where there is none.
    pub fn on(&self, sku_id: &SkuId, day: NaiveDate) -> Option<&Price> {
        let end = self.prices.partition_point(|price| (&price.sku_id, price.valid_from) <= (sku_id, day));
        self.prices[..end].last().filter(|price| price.sku_id == *sku_id)
    }

    pub fn is_empty(&self) -> bool {
        self.prices.is_empty()
    }

    pub fn prices(&self) -> &[Price] {
        &self.prices
    }
}
