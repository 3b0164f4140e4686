//! What the charts of a comparison show. In: a comparison. Out: charts as data. Never: a pixel, or two panels that are to be held
//! against each other on two scales.

use chrono::NaiveDate;

use super::Tone;
use super::comparison::title;
use super::comparison_costs;
use super::pictures::{Bar, Bars, Chart, Fan, Picture, fan, names};
use crate::forecast::{Comparison, Forecast, Sign, SkuForecast};
use crate::report::words::Words;
use crate::report::{clean, shorten};

/// Columns that a product takes in the title of a chart.
const TITLE: usize = 44;
/// So many bars fit on a page.
const BARS: usize = 32;

/// The chart on page one.
pub const DEMAND: &str = "compare-demand";

pub fn charts(comparison: &Comparison, words: &Words) -> Vec<Chart> {
    let mut charts: Vec<Chart> = demand(comparison, words).into_iter().collect();
    charts.extend(comparison_costs::charts(comparison, words));
    charts.extend(sides(comparison, words));
    charts
}

/// The SKUs that any scenario changes, each with the id of the chart that holds all scenarios side by side.
pub fn changed(comparison: &Comparison) -> Vec<(&SkuForecast, String)> {
    let mut skus: Vec<&SkuForecast> = Vec::new();
    for case in &comparison.scenarios {
        for changed in case.skus.iter().filter(|sku| sku.sign != Sign::Same) {
            let known = skus.iter().any(|sku| sku.sku_id == changed.sku_id);
            skus.extend(case.forecast.skus.iter().find(|sku| sku.sku_id == changed.sku_id).filter(|_| !known));
        }
    }
    skus.sort_by_key(|sku| sku.product_name.to_lowercase());
    let ids = names(&skus);
    skus.into_iter().zip(ids).map(|(sku, id)| (sku, format!("compare-{id}"))).collect()
}

/// By how many seats demand at the horizon differs, SKU by SKU.
fn demand(comparison: &Comparison, words: &Words) -> Option<Chart> {
    let mut bars: Vec<Bar> = Vec::new();
    for case in &comparison.scenarios {
        for sku in case.skus.iter().filter(|sku| sku.demand.difference() != 0) {
            let difference = sku.demand.difference();
            let tone = if sku.runs_short_sooner() { Tone::Alarm } else { Tone::Plain };
            let name = named(&sku.product_name, &sku.sku_part_number);
            let plus = if difference > 0 { "+" } else { "" };
            let text = format!("{plus}{}", words.signed(difference));
            bars.push(Bar { name, of: title(case), value: difference, text, tone });
        }
    }
    let all = bars.len();
    let shown = all.min(BARS);
    // The largest, then by name, so that the bars of a SKU stand together.
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.value.unsigned_abs()));
    bars.truncate(BARS);
    bars.sort_by_key(|bar| bar.name.to_lowercase());
    let mut subtitle = words.say("compare.chart-demand-subtitle");
    if shown < all {
        let values = [("shown", words.count(shown as u64)), ("all", words.count(all as u64))];
        subtitle = format!("{subtitle} · {}", words.tell("compare.chart-largest", &values));
    }
    let described: Vec<String> = bars.iter().map(|bar| format!("{}, {}: {}", bar.name, bar.of, bar.text)).collect();
    (!bars.is_empty()).then(|| Chart {
        id: DEMAND.to_owned(),
        title: words.say("compare.chart-demand"),
        subtitle,
        description: described.join("; "),
        picture: Picture::Bars(Bars { rows: bars }),
    })
}

fn named(product_name: &str, sku_part_number: &str) -> String {
    match clean::text(product_name) {
        name if name.is_empty() => clean::text(sku_part_number),
        name => name,
    }
}

pub fn product(sku: &SkuForecast) -> String {
    named(&sku.product_name, &sku.sku_part_number)
}

/// Demand against supply of each SKU that any scenario changes, with the baseline first.
fn sides(comparison: &Comparison, words: &Words) -> Vec<Chart> {
    let drawn: Vec<_> = changed(comparison).into_iter().filter(|(sku, _)| sku.points.len() > 1).collect();
    let names: Vec<String> = drawn.iter().map(|(sku, _)| product(sku)).collect();
    let names = shorten::apart_on_columns(names.iter().map(String::as_str), TITLE);
    drawn.into_iter().zip(&names).map(|((sku, id), name)| side_by_side(comparison, sku, id, name, words)).collect()
}

fn side_by_side(comparison: &Comparison, sku: &SkuForecast, id: String, name: &str, words: &Words) -> Chart {
    let of = |forecast: &Forecast, name: String| {
        let own = forecast.skus.iter().find(|own| own.sku_id == sku.sku_id);
        let drawn = own.map_or_else(|| absent(sku, words), |own| fan(forecast, own, words));
        Fan { name, marks: Vec::new(), ..drawn }
    };
    let mut fans = vec![of(&comparison.baseline, words.say("compare.baseline"))];
    for case in &comparison.scenarios {
        let changed = case.skus.iter().any(|own| own.sku_id == sku.sku_id && own.sign != Sign::Same);
        if changed {
            fans.push(of(&case.forecast, title(case)));
        }
    }
    let end = |fan: &Fan| {
        let values = [
            ("scenario", fan.name.clone()),
            ("demand", words.count(fan.p50.last().copied().map_or(0, u64::from))),
            ("capacity", words.count(fan.supply.last().map_or(0, |(_, units)| u64::from(*units)))),
            ("verdict", fan.verdict.clone()),
        ];
        words.tell("compare.chart-sides-end", &values)
    };
    Chart {
        id,
        title: words.tell("compare.chart-sides", &[("product", name.to_owned())]),
        subtitle: words.say("compare.chart-sides-subtitle"),
        description: fans.iter().map(end).collect::<Vec<_>>().join("; "),
        picture: Picture::Sides(fans),
    }
}

/// A SKU that a forecast does not have: nobody needs it, and there are no units.
fn absent(sku: &SkuForecast, words: &Words) -> Fan {
    let days: Vec<NaiveDate> = sku.points.iter().map(|point| point.day).collect();
    let zeros = vec![0; days.len()];
    Fan {
        name: String::new(),
        verdict: words.say("compare.not-there"),
        tone: Tone::Plain,
        supply: days.first().map(|day| (*day, 0)).into_iter().collect(),
        days,
        p10: zeros.clone(),
        p50: zeros.clone(),
        p90: zeros,
        marks: Vec::new(),
    }
}
