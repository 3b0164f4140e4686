//! Charts over all SKUs: runway, chance of a shortage, cost, renewals, and the bridges of those in trouble. In: a forecast.
//! Out: charts as data. Never: a pixel.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::pictures::{Chart, Heat, Picture, Runway, RunwayRow, Stack, Step, Timeline, TimelineRow};
use super::{Tone, costs};
use crate::forecast::{Forecast, SkuForecast};
use crate::money::Currency;
use crate::report::clean;
use crate::report::words::Words;

/// A stack shows so many SKUs by name, the others as one layer.
const LAYERS: usize = 6;
/// So many renewals fit on a page, the first of them; a table holds all.
const EVENTS: usize = 48;
/// So many SKUs in trouble get a bridge of their own.
const BRIDGES: usize = 9;

/// `ids` are the file names of `skus`, `names` what titles call them.
pub fn charts(
    forecast: &Forecast,
    skus: &[&SkuForecast],
    ids: &[String],
    names: &[String],
    words: &Words,
) -> Vec<Chart> {
    let days: Vec<NaiveDate> =
        skus.first().map_or(Vec::new(), |sku| sku.points.iter().map(|point| point.day).collect());
    let (Some(start), Some(end)) = (days.first().copied(), days.last().copied()) else { return Vec::new() };
    if start == end {
        return Vec::new();
    }
    let mut charts = vec![runway(skus, start, end, words), heat(forecast, skus, &days, words)];
    charts.extend(timeline(forecast, start, end, words));
    charts.extend(stacks(skus, &days, words));
    let named = skus.iter().zip(ids).zip(names);
    let troubled = named.filter(|((sku, _), _)| in_trouble(forecast, sku)).take(BRIDGES);
    let asked = super::seats::requests(forecast);
    charts.extend(troubled.map(|((sku, id), name)| bridge(sku, id, name, asked, words)));
    charts
}

fn in_trouble(forecast: &Forecast, sku: &SkuForecast) -> bool {
    forecast.trouble.iter().any(|trouble| sku.is_called(&trouble.sku))
}

fn name(sku: &SkuForecast) -> String {
    match clean::text(&sku.product_name) {
        name if name.is_empty() => clean::text(&sku.sku_part_number),
        name => name,
    }
}

fn runway(skus: &[&SkuForecast], start: NaiveDate, end: NaiveDate, words: &Words) -> Chart {
    let rows: Vec<RunwayRow> = skus
        .iter()
        .map(|sku| {
            let first = &sku.first_shortage;
            let short = sku.points.first().is_some_and(|point| point.demand.p50 > point.capacity);
            let (text, tone) = match (first.p50, first.p10) {
                _ if short => (words.say("chart.short-now"), Tone::Alarm),
                (Some(day), _) => (words.day(day), Tone::Alarm),
                (None, Some(_)) => (words.say("chart.beyond"), Tone::Warning),
                (None, None) => (words.say("chart.beyond"), Tone::Plain),
            };
            let dates = if short { [Some(start); 3] } else { [first.p10, first.p50, first.p90] };
            RunwayRow { name: name(sku), text, tone, dates }
        })
        .collect();
    let described: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.name, row.text)).collect();
    Chart {
        id: "runway".to_owned(),
        title: words.say("chart.runway"),
        subtitle: words.say("chart.runway-subtitle"),
        description: described.join("; "),
        picture: Picture::Runway(Runway { start, end, rows }),
    }
}

fn heat(forecast: &Forecast, skus: &[&SkuForecast], days: &[NaiveDate], words: &Words) -> Chart {
    let of = forecast.provenance.replications;
    let row = |sku: &&SkuForecast| {
        let counts: Vec<u32> = sku.points.iter().map(|point| point.replications_short).collect();
        (name(sku), counts)
    };
    let rows: Vec<(String, Vec<u32>)> = skus.iter().map(row).collect();
    let described: Vec<String> = rows
        .iter()
        .map(|(name, counts)| {
            let most = counts.iter().copied().max().unwrap_or(0);
            words.tell("chart.heat-row", &[("product", name.clone()), ("share", words.share(most, of))])
        })
        .collect();
    Chart {
        id: "shortage-chance".to_owned(),
        title: words.say("chart.heat"),
        subtitle: words.say("chart.heat-subtitle"),
        description: described.join("; "),
        picture: Picture::Heat(Heat { days: days.to_vec(), rows, of }),
    }
}

fn timeline(forecast: &Forecast, start: NaiveDate, end: NaiveDate, words: &Words) -> Option<Chart> {
    let rows: Vec<TimelineRow> = forecast
        .renewals
        .iter()
        .filter(|event| event.day >= start && event.day <= end)
        .map(|event| {
            let values = [
                ("what", costs::outcome(event.outcome, words)),
                ("before", words.count(u64::from(event.quantity_before))),
                ("after", words.count(u64::from(event.quantity_after))),
            ];
            let same = event.quantity_before == event.quantity_after;
            let text = words.tell(if same { "chart.renewal-same" } else { "chart.renewal-changed" }, &values);
            let tone = costs::tone(event);
            TimelineRow { name: clean::text(&event.sku), text, tone, day: event.day, act_by: event.last_day_to_act }
        })
        .collect();
    let all = rows.len();
    let rows: Vec<TimelineRow> = rows.into_iter().take(EVENTS).collect();
    let mut subtitle = words.say("chart.timeline-subtitle");
    if rows.len() < all {
        let values = [("shown", words.count(rows.len() as u64)), ("all", words.count(all as u64))];
        subtitle = format!("{subtitle} {}", words.tell("chart.timeline-first", &values));
    }
    let described: Vec<String> =
        rows.iter().map(|row| format!("{}, {}: {}", row.name, words.day(row.day), row.text)).collect();
    (!rows.is_empty()).then(|| Chart {
        id: "renewals".to_owned(),
        title: words.say("renewals.title"),
        subtitle,
        description: described.join("; "),
        picture: Picture::Timeline(Timeline { start, end, rows }),
    })
}

/// One stack a currency. The last day is the horizon: its month lies beyond.
fn stacks(skus: &[&SkuForecast], days: &[NaiveDate], words: &Words) -> Vec<Chart> {
    let months = days.len().saturating_sub(1);
    let mut by_currency: BTreeMap<Currency, Vec<(String, Vec<i64>)>> = BTreeMap::new();
    for sku in skus {
        let currencies = sku.points.iter().filter_map(|point| point.cost.map(|cost| cost.currency));
        for currency in currencies.collect::<std::collections::BTreeSet<_>>() {
            let minor = |point: &crate::forecast::MonthPoint| {
                point.cost.filter(|cost| cost.currency == currency).map_or(0, |cost| cost.minor)
            };
            let costs = sku.points.iter().take(months).map(minor).collect();
            by_currency.entry(currency).or_default().push((name(sku), costs));
        }
    }
    let chart = |(currency, mut layers): (Currency, Vec<(String, Vec<i64>)>)| {
        layers.sort_by_key(|(_, costs)| std::cmp::Reverse(costs.iter().sum::<i64>()));
        if layers.len() > LAYERS + 1 {
            let rest = layers.split_off(LAYERS);
            let month = |at: usize| rest.iter().filter_map(|(_, costs)| costs.get(at)).sum();
            layers.push((words.say("chart.others"), (0..months).map(month).collect()));
        }
        let values = [("currency", currency.code().to_owned())];
        let described: Vec<&str> = layers.iter().map(|(name, _)| name.as_str()).collect();
        Chart {
            id: format!("costs-{}", currency.code()),
            title: words.tell("chart.costs", &values),
            subtitle: words.tell("chart.costs-subtitle", &values),
            description: described.join("; "),
            picture: Picture::Stack(Stack { currency, days: days.iter().take(months).copied().collect(), layers }),
        }
    };
    by_currency.into_iter().map(chart).collect()
}

/// `asked` where people ask for licences, of this SKU or of another: then all bridges have the same bars.
fn bridge(sku: &SkuForecast, id: &str, name: &str, asked: bool, words: &Words) -> Chart {
    let bridge = &sku.bridge;
    let change = |name: String, tenths: i64| Step { name, tenths, whole: false };
    let whole = |name: String, tenths: i64| Step { name, tenths, whole: true };
    let mut steps = vec![
        whole(words.say("bridge.opening"), bridge.opening_tenths),
        change(words.say("bridge.joiners"), bridge.joiners_tenths),
        change(words.say("bridge.moved-in"), bridge.moved_in_tenths),
        change(words.say("bridge.moved-out"), bridge.moved_out_tenths.saturating_neg()),
        change(words.say("bridge.leavers"), bridge.leavers_tenths.saturating_neg()),
        change(words.say("bridge.changes"), bridge.changes_tenths),
        whole(words.say("bridge.closing"), bridge.closing_tenths),
    ];
    if asked {
        steps.insert(2, change(words.say("bridge.requested"), bridge.requested_tenths));
    }
    let described: Vec<String> =
        steps.iter().map(|step| format!("{} {}", step.name, words.tenths(step.tenths))).collect();
    Chart {
        id: format!("{id}-bridge"),
        title: words.tell("chart.bridge", &[("product", name.to_owned())]),
        subtitle: words.say("chart.bridge-subtitle"),
        description: described.join("; "),
        picture: Picture::Bridge(steps),
    }
}
