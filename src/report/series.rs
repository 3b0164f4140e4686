//! The series: one row a SKU and day. In: a forecast. Out: a frame, as tidy CSV and as Parquet. Never: a percentile of another
//! percentile, or a missing cost as zero.

use super::RenderError;
use super::frame::{Frame, Values};
use crate::forecast::{Forecast, MonthPoint, SkuForecast};

pub fn csv(forecast: &Forecast) -> Result<Vec<u8>, RenderError> {
    let cost = decimal_cost(forecast);
    let mut frame = frame(forecast);
    // People read the CSV: money with its decimal point instead of minor units.
    for (name, values) in &mut frame.columns {
        if *name == "cost_minor" {
            (*name, *values) = ("cost", Values::MaybeText(cost.clone()));
        }
    }
    frame.csv()
}

pub fn parquet(forecast: &Forecast) -> Result<Vec<u8>, RenderError> {
    frame(forecast).parquet()
}

fn rows(forecast: &Forecast) -> impl Iterator<Item = (&SkuForecast, &MonthPoint)> {
    forecast.skus.iter().flat_map(|sku| sku.points.iter().map(move |point| (sku, point)))
}

fn decimal_cost(forecast: &Forecast) -> Vec<Option<String>> {
    rows(forecast).map(|(_, point)| point.cost.map(|cost| cost.decimal())).collect()
}

pub fn frame(forecast: &Forecast) -> Frame {
    let text = |value: &dyn Fn(&SkuForecast) -> &String| {
        Values::Text(rows(forecast).map(|(sku, _)| value(sku).clone()).collect())
    };
    let mut columns = vec![
        ("sku_id", text(&|sku| &sku.sku_id)),
        ("sku_part_number", text(&|sku| &sku.sku_part_number)),
        ("product_name", text(&|sku| &sku.product_name)),
    ];
    columns.extend(measures(forecast));
    Frame { columns }
}

/// Day, units, percentiles and cost, without what names the SKU.
pub fn measures(forecast: &Forecast) -> Vec<(&'static str, Values)> {
    let count =
        |value: &dyn Fn(&MonthPoint) -> u32| Values::Count(rows(forecast).map(|(_, point)| value(point)).collect());
    let minor = rows(forecast).map(|(_, point)| point.cost.map(|cost| cost.minor)).collect();
    let code = |point: &MonthPoint| point.cost.map(|cost| cost.currency.code().to_owned());
    vec![
        ("day", Values::Day(rows(forecast).map(|(_, point)| point.day).collect())),
        ("enabled", count(&|point| point.enabled)),
        ("warning", count(&|point| point.warning)),
        ("suspended", count(&|point| point.suspended)),
        ("capacity", count(&|point| point.capacity)),
        ("demand_p10", count(&|point| point.demand.p10)),
        ("demand_p50", count(&|point| point.demand.p50)),
        ("demand_p90", count(&|point| point.demand.p90)),
        ("assigned_p10", count(&|point| point.assigned.p10)),
        ("assigned_p50", count(&|point| point.assigned.p50)),
        ("assigned_p90", count(&|point| point.assigned.p90)),
        ("waiting_p10", count(&|point| point.waiting.p10)),
        ("waiting_p50", count(&|point| point.waiting.p50)),
        ("waiting_p90", count(&|point| point.waiting.p90)),
        ("blocked_p50", count(&|point| point.blocked.p50)),
        ("shortfall_p10", count(&|point| point.shortfall.p10)),
        ("shortfall_p50", count(&|point| point.shortfall.p50)),
        ("shortfall_p90", count(&|point| point.shortfall.p90)),
        ("replications_short", count(&|point| point.replications_short)),
        ("replications_short_by", count(&|point| point.replications_short_by)),
        ("replications", count(&|_| forecast.provenance.replications)),
        ("cost_minor", Values::MaybeMinor(minor)),
        ("currency", Values::MaybeText(rows(forecast).map(|(_, point)| code(point)).collect())),
    ]
}
