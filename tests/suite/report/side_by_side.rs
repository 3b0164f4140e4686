//! Pictures of comparisons: on one scale, each with its place, and nothing that runs off the sheet.

use seatcast::forecast::{Comparison, Forecast, Sign, SkuForecast};
use seatcast::report::{Block, Chart, Language, Picture, Theme, comparison, svg};

use super::fixture;

fn pictures() -> (Comparison, Vec<Chart>) {
    let compared = fixture::comparison_over(12);
    let charts = comparison(&compared, Language::English).charts;
    (compared, charts)
}

#[test]
fn every_sku_that_differs_is_drawn_beside_the_baseline() {
    let (compared, charts) = pictures();
    let fans = charts.iter().filter_map(|chart| match &chart.picture {
        Picture::Sides(fans) => Some((chart.id.as_str(), fans)),
        _ => None,
    });
    let fans: Vec<_> = fans.collect();
    let differ = compared.scenarios[0].skus.iter().filter(|sku| sku.sign != Sign::Same).count();
    assert_eq!(fans.len(), differ);
    let (_, e3) = fans.iter().find(|(id, _)| *id == "compare-SPE_E3").unwrap();
    assert_eq!(e3.iter().map(|fan| fan.name.as_str()).collect::<Vec<_>>(), ["Baseline", "Faster growth"]);
    assert_eq!(e3[1].p50.last().unwrap() - e3[0].p50.last().unwrap(), 60);
}

#[test]
fn bars_say_the_differences_of_the_table() {
    let (compared, charts) = pictures();
    let Picture::Bars(bars) = &charts[0].picture else { panic!("page one shows the differences") };
    let wanted: Vec<i64> =
        compared.scenarios[0].skus.iter().map(|sku| sku.demand.difference()).filter(|n| *n != 0).collect();
    assert_eq!(bars.rows.iter().map(|bar| bar.value).collect::<Vec<_>>(), wanted);
    assert_eq!(bars.rows[0].text, "+60");
    let Some(Picture::MonthBars(months)) =
        charts.iter().find(|chart| chart.id == "compare-costs-EUR").map(|chart| &chart.picture)
    else {
        panic!("cost month by month")
    };
    // Seventy seats of Power BI Pro at 9.40 from March on.
    assert_eq!(months.layers, ["Power BI Pro"]);
    assert_eq!(months.panels[0].2[0].iter().filter(|minor| **minor == 70 * 940).count(), 9);
}

/// Ten SKUs differ: six have a layer, the others one together, and in every month all are what the engine says.
#[test]
fn layers_by_sku_add_up_to_the_difference_of_all() {
    let mut compared = fixture::comparison_over(6);
    let models = [compared.baseline.clone(), compared.scenarios[0].forecast.clone()];
    let ten = |forecast: &mut Forecast, factor: i64| {
        let model = forecast.skus[0].clone();
        forecast.skus = (0..10)
            .map(|n| {
                let mut sku = model.clone();
                sku.sku_id = format!("sku-{n}");
                sku.product_name = format!("Product {n}");
                for point in &mut sku.points {
                    let sign = if n % 3 == 0 { -1 } else { 1 };
                    point.cost.iter_mut().for_each(|cost| cost.minor = 5_000_000 + factor * sign * (n + 1) * 10_000);
                }
                sku
            })
            .collect();
        for cost in forecast.costs.iter_mut().filter(|cost| cost.currency.code() == "EUR") {
            let of = |sku: &SkuForecast| sku.points.iter().find(|point| point.day == cost.day)?.cost;
            cost.minor = forecast.skus.iter().filter_map(of).map(|cost| cost.minor).sum();
        }
    };
    let [mut before, mut after] = models;
    ten(&mut before, 0);
    ten(&mut after, 1);
    (compared.baseline, compared.scenarios[0].forecast) = (before, after);
    let charts = comparison(&compared, Language::English).charts;
    let chart = charts.iter().find(|chart| chart.id == "compare-costs-EUR").unwrap();
    let Picture::MonthBars(months) = &chart.picture else { panic!("bars by month") };
    let mut layers: Vec<String> = (4..10).rev().map(|n| format!("Product {n}")).collect();
    layers.push("all others".to_owned());
    assert_eq!(months.layers, layers);
    for (at, day) in months.days.iter().enumerate() {
        let of = |forecast: &Forecast| -> i64 {
            let own = forecast.costs.iter().filter(|cost| cost.day == *day && cost.currency.code() == "EUR");
            own.map(|cost| cost.minor).sum()
        };
        let all: i64 = months.panels[0].2.iter().map(|layer| layer[at]).sum();
        assert_eq!(all, of(&compared.scenarios[0].forecast) - of(&compared.baseline), "{day}");
    }
    let drawn = svg(chart, Language::English, Theme::Light).unwrap();
    layers.iter().for_each(|name| assert!(drawn.contains(name.as_str()), "{name}"));
}

#[test]
fn every_chart_of_a_comparison_stands_in_the_document_once() {
    for language in Language::ALL {
        let document = comparison(&fixture::comparison_over(6), language);
        let first = document.first_chart().map(|chart| chart.id.clone());
        let placed = document.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Chart(id) => Some(id.clone()),
            _ => None,
        });
        let mut placed: Vec<String> = placed.chain(first).collect();
        let mut all: Vec<String> = document.charts.iter().map(|chart| chart.id.clone()).collect();
        placed.sort();
        all.sort();
        assert_eq!(placed, all);
        assert!(document.charts.iter().all(|chart| !chart.description.is_empty()));
    }
}

#[test]
fn panels_that_are_held_against_each_other_have_one_scale() {
    let (_, charts) = pictures();
    let chart = charts.iter().find(|chart| chart.id == "compare-SPE_E3").unwrap();
    let drawn = svg(chart, Language::English, Theme::Light).unwrap();
    // Each number of the axis stands once in each panel, on the same height.
    let texts: Vec<(&str, &str)> = drawn
        .split("<text ")
        .skip(1)
        .filter_map(|text| {
            let y = text.split("y=\"").nth(1)?.split('"').next()?;
            let content = text.split_once('>')?.1.split("</text>").next()?.trim();
            content.bytes().all(|byte| byte.is_ascii_digit() || byte == b',').then_some((content, y))
        })
        .collect();
    assert!(texts.len() >= 6, "{texts:?}");
    for (content, y) in &texts {
        let same: Vec<_> = texts.iter().filter(|(other, _)| other == content).collect();
        assert_eq!(same.len(), 2, "{content}");
        assert!(same.iter().all(|(_, other)| other == y), "{content}: {same:?}");
    }
}
