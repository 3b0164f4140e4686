//! The series as Parquet: the rows of the CSV with their types. In: a forecast. Out: the bytes of one file. Never: a schema
//! that depends on the values.

use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom, ParquetCompression, ParquetWriter, Series};

use super::RenderError;
use crate::forecast::{Forecast, MonthPoint, SkuForecast};

/// Days since 1 January 1970, as a Parquet date counts them.
fn epoch_day(day: chrono::NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(chrono::NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

pub fn render(forecast: &Forecast) -> Result<Vec<u8>, RenderError> {
    let rows: Vec<(&SkuForecast, &MonthPoint)> =
        forecast.skus.iter().flat_map(|sku| sku.points.iter().map(move |point| (sku, point))).collect();
    let text = |name: &str, value: &dyn Fn(&SkuForecast) -> String| -> Column {
        let values: Vec<String> = rows.iter().map(|(sku, _)| value(sku)).collect();
        Series::new(name.into(), values).into()
    };
    let count = |name: &str, value: &dyn Fn(&MonthPoint) -> u32| -> Column {
        let values: Vec<u32> = rows.iter().map(|(_, point)| value(point)).collect();
        Series::new(name.into(), values).into()
    };
    let days: Vec<i32> = rows.iter().map(|(_, point)| epoch_day(point.day)).collect();
    let costs: Vec<Option<i64>> = rows.iter().map(|(_, point)| point.cost.map(|cost| cost.minor)).collect();
    let currencies: Vec<Option<String>> =
        rows.iter().map(|(_, point)| point.cost.map(|cost| cost.currency.code().to_owned())).collect();
    let replications = forecast.provenance.replications;
    let columns: Vec<Column> = vec![
        text("sku_id", &|sku| sku.sku_id.clone()),
        text("sku_part_number", &|sku| sku.sku_part_number.clone()),
        text("product_name", &|sku| sku.product_name.clone()),
        Series::new("day".into(), days).cast(&DataType::Date)?.into(),
        count("enabled", &|point| point.enabled),
        count("warning", &|point| point.warning),
        count("suspended", &|point| point.suspended),
        count("capacity", &|point| point.capacity),
        count("demand_p10", &|point| point.demand.p10),
        count("demand_p50", &|point| point.demand.p50),
        count("demand_p90", &|point| point.demand.p90),
        count("assigned_p10", &|point| point.assigned.p10),
        count("assigned_p50", &|point| point.assigned.p50),
        count("assigned_p90", &|point| point.assigned.p90),
        count("waiting_p10", &|point| point.waiting.p10),
        count("waiting_p50", &|point| point.waiting.p50),
        count("waiting_p90", &|point| point.waiting.p90),
        count("blocked_p50", &|point| point.blocked.p50),
        count("shortfall_p10", &|point| point.shortfall.p10),
        count("shortfall_p50", &|point| point.shortfall.p50),
        count("shortfall_p90", &|point| point.shortfall.p90),
        count("replications_short", &|point| point.replications_short),
        count("replications", &|_| replications),
        Series::new("cost_minor".into(), costs).into(),
        Series::new("currency".into(), currencies).into(),
    ];
    let mut frame = DataFrame::new(rows.len(), columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}
