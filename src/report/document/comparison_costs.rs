//! By how much months cost more or less than in the baseline, SKU by SKU. In: a comparison. Out: charts as data, one a currency.
//! Never: a sum of two currencies, or layers that do not add up to the difference of all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::MonthBars;
use super::comparison::{amounts, title};
use super::comparison_pictures::product;
use super::pictures::{Chart, Picture};
use crate::forecast::{Comparison, Forecast};
use crate::money::{Currency, Money};
use crate::report::words::Words;

/// So many SKUs have a layer of their own.
const LAYERS: usize = 6;

pub fn charts(comparison: &Comparison, words: &Words) -> Vec<Chart> {
    let mut currencies: Vec<Currency> =
        forecasts(comparison).flat_map(|forecast| &forecast.costs).map(|cost| cost.currency).collect();
    currencies.sort();
    currencies.dedup();
    currencies.into_iter().filter_map(|currency| chart(comparison, currency, words)).collect()
}

fn forecasts(comparison: &Comparison) -> impl Iterator<Item = &Forecast> {
    std::iter::once(&comparison.baseline).chain(comparison.scenarios.iter().map(|case| &case.forecast))
}

/// Minor units of each SKU and day in one currency.
type Costs<'a> = BTreeMap<(&'a str, NaiveDate), i64>;

fn costs(forecast: &Forecast, currency: Currency) -> Costs<'_> {
    let points = forecast.skus.iter().flat_map(|sku| sku.points.iter().map(move |point| (sku, point)));
    let own = points.filter_map(|(sku, point)| {
        let cost = point.cost.filter(|cost| cost.currency == currency)?;
        Some(((sku.sku_id.as_str(), point.day), cost.minor))
    });
    own.collect()
}

fn chart(comparison: &Comparison, currency: Currency, words: &Words) -> Option<Chart> {
    let before = costs(&comparison.baseline, currency);
    let cases: Vec<Costs<'_>> = comparison.scenarios.iter().map(|case| costs(&case.forecast, currency)).collect();
    let keys = || before.keys().chain(cases.iter().flat_map(BTreeMap::keys));
    let days: Vec<NaiveDate> = keys().map(|(_, day)| *day).collect::<BTreeSet<_>>().into_iter().collect();
    let of = |costs: &Costs<'_>, sku: &str, day: NaiveDate| costs.get(&(sku, day)).copied().unwrap_or(0);
    let difference = |case: &Costs<'_>, sku: &str, day: NaiveDate| of(case, sku, day) - of(&before, sku, day);
    let moved = |sku: &str| -> u64 {
        cases.iter().flat_map(|case| days.iter().map(|day| difference(case, sku, *day).unsigned_abs())).sum()
    };
    let skus: BTreeSet<&str> = keys().map(|(sku, _)| *sku).collect();
    let mut ranked: Vec<(&str, u64)> =
        skus.into_iter().map(|sku| (sku, moved(sku))).filter(|(_, moved)| *moved > 0).collect();
    ranked.sort_by_key(|(sku, moved)| (std::cmp::Reverse(*moved), *sku));
    if ranked.is_empty() {
        return None;
    }
    let own = if ranked.len() > LAYERS + 1 { LAYERS } else { ranked.len() };
    let (shown, others) = ranked.split_at(own);
    let mut groups: Vec<Vec<&str>> = shown.iter().map(|(sku, _)| vec![*sku]).collect();
    let mut layers: Vec<String> = shown.iter().map(|(sku, _)| name(comparison, sku)).collect();
    if !others.is_empty() {
        groups.push(others.iter().map(|(sku, _)| *sku).collect());
        layers.push(words.say("chart.others"));
    }
    let panel = |(case, costs): (&crate::forecast::Case, &Costs<'_>)| {
        let month = |group: &Vec<&str>, day: NaiveDate| group.iter().map(|sku| difference(costs, sku, day)).sum();
        let values: Vec<Vec<i64>> =
            groups.iter().map(|group| days.iter().map(|day| month(group, *day)).collect()).collect();
        let total = Money { minor: values.iter().flatten().sum(), currency };
        (title(case), words.tell("compare.chart-total", &[("amount", amounts(&[total], words))]), values)
    };
    let panels: Vec<_> = comparison.scenarios.iter().zip(&cases).map(panel).collect();
    let values = [("currency", currency.to_string())];
    let described: Vec<String> = panels.iter().map(|(name, total, _)| format!("{name}: {total}")).collect();
    Some(Chart {
        id: format!("compare-costs-{currency}"),
        title: words.tell("compare.chart-months", &values),
        subtitle: words.tell("compare.chart-months-subtitle", &values),
        description: described.join("; "),
        picture: Picture::MonthBars(MonthBars { currency, days, layers, panels }),
    })
}

fn name(comparison: &Comparison, sku_id: &str) -> String {
    let found = forecasts(comparison).flat_map(|forecast| &forecast.skus).find(|sku| sku.sku_id == sku_id);
    found.map_or_else(String::new, product)
}
