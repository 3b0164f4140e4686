//! Native charts of a comparison: cost by month, and demand of each SKU that differs. In: cases. Out: a sheet. Never: a picture.

use rust_xlsxwriter::{Chart, ChartFormat, ChartLine, ChartLineDashType, Color, Worksheet, XlsxError};

use super::Cases;
use super::cost::{self, Place};
use super::series::{Series, first_row};
use crate::forecast::{Comparison, Sign, SkuForecast};
use crate::report::words::Words;
use crate::report::xlsx::charts::{finish, lay_out};
use crate::report::xlsx::sheet::named;
use crate::report::{clean, shorten};

/// The baseline is black; scenarios differ in lightness and dash, not only in hue.
const LINES: [(u32, ChartLineDashType); 6] = [
    (0x1A1A1A, ChartLineDashType::Solid),
    (0x0072B2, ChartLineDashType::Solid),
    (0xE6781E, ChartLineDashType::Dash),
    (0x007960, ChartLineDashType::LongDash),
    (0x9A5FB4, ChartLineDashType::DashDot),
    (0x56B4E9, ChartLineDashType::RoundDot),
];

/// Columns that a product takes in a title.
const TITLE: usize = 50;

pub fn sheet(
    comparison: &Comparison,
    cases: &Cases<'_>,
    words: &Words,
    taken: &mut Vec<String>,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.charts"), taken)?;
    let changed = |sku: &&SkuForecast| {
        let differs = |other: &crate::forecast::SkuDifference| other.sku_id == sku.sku_id && other.sign != Sign::Same;
        sku.points.len() > 1 && comparison.scenarios.iter().any(|case| case.skus.iter().any(differs))
    };
    let costs = (0..cases.currencies.len()).filter(|_| cases.months().len() > 1).map(|n| costs(cases, n, words));
    let changed: Vec<&SkuForecast> = cases.skus.skus.iter().filter(changed).collect();
    let products: Vec<String> = changed.iter().map(|sku| clean::text(&sku.product_name)).collect();
    let names = shorten::apart_on_columns(products.iter().map(String::as_str), TITLE);
    let demand = changed.iter().zip(&names).map(|(sku, name)| demand(cases, sku, name, words));
    lay_out(&mut sheet, costs.chain(demand))?;
    Ok(sheet)
}

fn line(case: usize) -> ChartFormat {
    let (colour, dash) = LINES[case % LINES.len()];
    let mut line = ChartLine::new();
    line.set_color(Color::RGB(colour)).set_width(2.0).set_dash_type(dash);
    let mut format = ChartFormat::new();
    format.set_line(&line);
    format
}

fn costs(cases: &Cases<'_>, currency: usize, words: &Words) -> Chart {
    let name = words.say("xlsx.cost-sheet");
    let Place { first, sums } = cost::place(cases, currency);
    let range = |column: u16| (name.as_str(), first, column, sums - 1, column);
    let mut chart = Chart::new_line();
    for (case, (title, _)) in cases.all.iter().enumerate() {
        let added = chart.add_series();
        added.set_name(title.as_str()).set_categories(range(0)).set_values(range(cost::column(case)));
        added.set_format(&mut line(case));
    }
    let code = cases.currencies.get(currency).map_or(String::new(), ToString::to_string);
    finish(
        &mut chart,
        &words.tell("compare.costs-caption", &[("currency", code.clone())]),
        &code,
        cases.months().len(),
    );
    chart
}

fn demand(cases: &Cases<'_>, sku: &SkuForecast, product: &str, words: &Words) -> Chart {
    let name = words.say("xlsx.demand");
    let months = u32::try_from(sku.points.len()).unwrap_or(1);
    let mut chart = Chart::new_line();
    for (case, (title, _)) in cases.all.iter().enumerate() {
        let Some(first) = first_row(cases, case, &sku.sku_id) else { continue };
        let range = |series: Series| (name.as_str(), first, series as u16, first + months - 1, series as u16);
        let added = chart.add_series();
        added.set_name(title.as_str()).set_categories(range(Series::Day)).set_values(range(Series::P50));
        added.set_format(&mut line(case));
    }
    let title = words.tell("compare.seats-caption", &[("product", product.to_owned())]);
    finish(&mut chart, &title, &words.say("unit.seats.header"), sku.points.len());
    chart
}
