//! Money told apart by who holds the seats is all of the money.

use std::collections::BTreeMap;

use chrono::Days;
use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::money::Currency;
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Progress, Settings};
use seatcast::supply::{Price, PriceBook, Subscription, Supply};

use super::worlds;

/// A tenant whose first SKU has no unit today, but a lot that starts within the month.
fn bought(mut baseline: Baseline, lot: Subscription, start: u64, prices: &[i64]) -> Baseline {
    let sku_id = worlds::sku_id(0);
    let (start, origin) = (baseline.today + Days::new(start), lot.origin.clone());
    let lot = Subscription { sku_id, start, term_end: None, quantity: 5, origin, ..lot };
    baseline.supplies[0] = Supply { lots: vec![lot], ..Supply::default() };
    baseline.snapshot.assigned.clear();
    let price = |(sku, minor): (usize, &i64)| Price {
        sku_id: worlds::sku_id(sku as u32),
        list_minor: Some(*minor),
        contracted_minor: None,
        currency: if sku == 2 { Currency::parse("EUR").unwrap() } else { Currency::parse("USD").unwrap() },
        valid_from: baseline.today - Days::new(900),
    };
    baseline.prices = PriceBook::new(prices.iter().enumerate().map(price).collect());
    baseline
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn lines_by_department_add_up_to_the_first_month(
        baseline in worlds::baseline(), lot in worlds::lot(), start in 0u64..25, prices in prop::collection::vec(1i64..9000, 3)
    ) {
        let baseline = bought(baseline, lot, start, &prices);
        let settings = Settings::new(baseline.today, 1, 2, 1).unwrap();
        let forecast = simulate::run(&baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
        let mut costs: BTreeMap<Currency, i64> = BTreeMap::new();
        for cost in forecast.skus.iter().filter_map(|sku| sku.points[0].cost) {
            *costs.entry(cost.currency).or_default() += cost.minor;
        }
        let mut lines: BTreeMap<Currency, i64> = BTreeMap::new();
        for line in &forecast.departments {
            *lines.entry(line.currency).or_default() += line.minor;
        }
        costs.retain(|_, minor| *minor != 0);
        lines.retain(|_, minor| *minor != 0);
        prop_assert_eq!(lines, costs);
    }
}
