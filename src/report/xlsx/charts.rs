//! Native charts over the demand sheet, one a SKU. In: a forecast. Out: a sheet. Never: a picture.

use rust_xlsxwriter::{
    Chart, ChartAxisDateUnitType, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, Color,
    Worksheet, XlsxError,
};

use super::demand::Series;
use super::first_row;
use super::sheet::named;
use crate::forecast::{Forecast, SkuForecast};
use crate::report::words::Words;
use crate::report::{clean, shorten};

const WIDTH: u32 = 620;
const HEIGHT: u32 = 330;
/// Cells of the usual size that one chart takes, with a margin.
const ROWS: u32 = 18;
const COLUMNS: u16 = 10;
/// So many rows of charts fit on a page, and so many labels below one.
const PAGE: u32 = 3;
const LABELS: usize = 8;

/// Columns that a product takes in a title.
const TITLE: usize = 50;

pub fn sheet(forecast: &Forecast, words: &Words, taken: &mut Vec<String>) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.charts"), taken)?;
    let drawn = forecast.skus.iter().enumerate().filter(|(_, sku)| sku.points.len() > 1);
    let products: Vec<String> = forecast.skus.iter().map(|sku| clean::text(&sku.product_name)).collect();
    let names = shorten::apart_on_columns(products.iter().map(String::as_str), TITLE);
    let name = |number: usize| names.get(number).map_or("", String::as_str);
    lay_out(&mut sheet, drawn.map(|(number, sku)| chart(forecast, number, sku, name(number), words)))?;
    Ok(sheet)
}

/// Two charts beside each other, and no chart on two pages.
pub fn lay_out(sheet: &mut Worksheet, charts: impl Iterator<Item = Chart>) -> Result<(), XlsxError> {
    let mut breaks = Vec::new();
    for (place, chart) in (0_u32..).zip(charts) {
        let (row, column) = ((place / 2) * ROWS, if place.is_multiple_of(2) { 0 } else { COLUMNS });
        sheet.insert_chart(row, column, &chart)?;
        if place > 0 && place.is_multiple_of(2 * PAGE) {
            breaks.push(row);
        }
    }
    sheet.set_page_breaks(&breaks)?;
    Ok(())
}

/// Title, size and axes of a chart over so many months.
pub fn finish(chart: &mut Chart, title: &str, unit: &str, months: usize) {
    let mut font = ChartFont::new();
    font.set_size(12);
    chart.title().set_name(title).set_font(&font);
    let each = u16::try_from(months.div_ceil(LABELS).max(1)).unwrap_or(u16::MAX);
    let axis = chart.x_axis().set_num_format("mmm yyyy").set_date_axis(true);
    axis.set_major_unit(each).set_major_unit_date_type(ChartAxisDateUnitType::Months);
    chart.y_axis().set_name(unit).set_num_format("#,##0");
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(WIDTH).set_height(HEIGHT).set_alt_text(title);
}

fn chart(forecast: &Forecast, number: usize, sku: &SkuForecast, product: &str, words: &Words) -> Chart {
    let name = words.say("xlsx.demand");
    let first = first_row(forecast, number);
    let last = first_row(forecast, number + 1) - 1;
    let range = |series: Series| (name.as_str(), first, series as u16, last, series as u16);
    let mut chart = Chart::new_line();
    let lines = [
        (Series::P90, words.say("xlsx.demand-p90"), 0x7FB8D8, 1.25, ChartLineDashType::Dash),
        (Series::GrownP50, words.say("xlsx.grown-p50"), 0x0072B2, 2.25, ChartLineDashType::Solid),
        (Series::P10, words.say("xlsx.demand-p10"), 0x7FB8D8, 1.25, ChartLineDashType::Dash),
        (Series::Capacity, words.say("xlsx.capacity"), 0x1A1A1A, 2.25, ChartLineDashType::Solid),
    ];
    for (series, title, colour, width, dash) in lines {
        let mut line = ChartLine::new();
        line.set_color(Color::RGB(colour)).set_width(width).set_dash_type(dash);
        let mut format = ChartFormat::new();
        format.set_line(&line);
        let added = chart.add_series();
        added.set_name(title.as_str()).set_categories(range(Series::Day)).set_values(range(series));
        added.set_format(&mut format);
    }
    let title = words.tell("chart.fan", &[("product", product.to_owned())]);
    finish(&mut chart, &title, &words.say("unit.seats.header"), sku.points.len());
    chart
}
