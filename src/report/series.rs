//! The series as tidy CSV: one row a SKU and day. In: a forecast. Out: UTF-8 with a header. Never: a cell that a spreadsheet
//! would run.

use super::RenderError;
use crate::cell;
use crate::forecast::{Forecast, MonthPoint, Percentiles, SkuForecast};

const HEADERS: [&str; 25] = [
    "sku_id",
    "sku_part_number",
    "product_name",
    "day",
    "enabled",
    "warning",
    "suspended",
    "capacity",
    "demand_p10",
    "demand_p50",
    "demand_p90",
    "assigned_p10",
    "assigned_p50",
    "assigned_p90",
    "waiting_p10",
    "waiting_p50",
    "waiting_p90",
    "blocked_p50",
    "shortfall_p10",
    "shortfall_p50",
    "shortfall_p90",
    "replications_short",
    "replications",
    "cost",
    "currency",
];

pub fn render(forecast: &Forecast) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(HEADERS)?;
    for sku in &forecast.skus {
        for point in &sku.points {
            writer.write_record(row(sku, point, forecast.provenance.replications))?;
        }
    }
    writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
}

fn row(sku: &SkuForecast, point: &MonthPoint, replications: u32) -> [String; 25] {
    let [demand_p10, demand_p50, demand_p90] = three(point.demand);
    let [assigned_p10, assigned_p50, assigned_p90] = three(point.assigned);
    let [waiting_p10, waiting_p50, waiting_p90] = three(point.waiting);
    let [shortfall_p10, shortfall_p50, shortfall_p90] = three(point.shortfall);
    [
        name(&sku.sku_id),
        name(&sku.sku_part_number),
        name(&sku.product_name),
        point.day.to_string(),
        point.enabled.to_string(),
        point.warning.to_string(),
        point.suspended.to_string(),
        point.capacity.to_string(),
        demand_p10,
        demand_p50,
        demand_p90,
        assigned_p10,
        assigned_p50,
        assigned_p90,
        waiting_p10,
        waiting_p50,
        waiting_p90,
        point.blocked.p50.to_string(),
        shortfall_p10,
        shortfall_p50,
        shortfall_p90,
        point.replications_short.to_string(),
        replications.to_string(),
        point.cost.map_or(String::new(), |cost| cost.decimal()),
        point.cost.map_or(String::new(), |cost| cost.currency.code().to_owned()),
    ]
}

fn three(values: Percentiles) -> [String; 3] {
    [values.p10, values.p50, values.p90].map(|value| value.to_string())
}

/// A name that a spreadsheet takes for text.
fn name(text: &str) -> String {
    cell::neutral(&super::clean::text(text)).into_owned()
}
