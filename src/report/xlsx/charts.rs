//! Native charts over the demand sheet, one a SKU. In: a forecast. Out: a sheet. Never: a picture.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, Color, Worksheet, XlsxError,
};

use super::demand::Series;
use super::first_row;
use super::sheet::named;
use crate::forecast::{Forecast, SkuForecast};
use crate::report::clean;
use crate::report::words::Words;

const WIDTH: u32 = 620;
const HEIGHT: u32 = 330;
/// Cells of the usual size that one chart takes, with a margin.
const ROWS: u32 = 18;
const COLUMNS: u16 = 10;

pub fn sheet(forecast: &Forecast, words: &Words, taken: &mut Vec<String>) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(&words.say("xlsx.charts"), taken)?;
    let drawn = forecast.skus.iter().enumerate().filter(|(_, sku)| sku.points.len() > 1);
    for (place, (number, sku)) in (0_u32..).zip(drawn) {
        let (row, column) = ((place / 2) * ROWS, if place.is_multiple_of(2) { 0 } else { COLUMNS });
        sheet.insert_chart(row, column, &chart(forecast, number, sku, words))?;
    }
    Ok(sheet)
}

fn chart(forecast: &Forecast, number: usize, sku: &SkuForecast, words: &Words) -> Chart {
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
    let title = words.tell("chart.fan", &[("product", clean::shorten(&clean::text(&sku.product_name), 50))]);
    chart.title().set_name(title.as_str());
    chart.x_axis().set_num_format("mmm yyyy").set_date_axis(true);
    chart.y_axis().set_name(words.say("unit.seats.header").as_str()).set_num_format("#,##0");
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_width(WIDTH).set_height(HEIGHT).set_alt_text(title);
    chart
}
