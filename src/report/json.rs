//! A forecast for other programs. In: a forecast. Out: one JSON document with a version; its shape is a contract. Never: a
//! word of prose, or a number that depends on a language.

use serde_json::{Map, Value, json};

use super::RenderError;
use crate::forecast::{Chance, Forecast, MonthPoint, SkuForecast};

/// Changes when a field goes or changes its meaning; new fields do not change it.
const VERSION: u32 = 1;

pub fn render(forecast: &Forecast) -> Result<Vec<u8>, RenderError> {
    of_scenario(forecast, None)
}

/// The forecast of what a scenario makes of the tenant, under its title.
pub fn of_scenario(forecast: &Forecast, scenario: Option<&str>) -> Result<Vec<u8>, RenderError> {
    let mut value = value(forecast)?;
    if let (Some(title), Value::Object(fields)) = (scenario, &mut value) {
        fields.insert("scenario".to_owned(), json!(title));
    }
    let mut bytes = serde_json::to_vec_pretty(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The document as a value, for callers that put it inside another.
pub fn value(forecast: &Forecast) -> Result<Value, RenderError> {
    let replications = forecast.provenance.replications;
    let skus: Result<Vec<Value>, RenderError> = forecast.skus.iter().map(|sku| self::sku(sku, replications)).collect();
    let status = &forecast.status;
    Ok(json!({
        "version": VERSION,
        "provenance": serde_json::to_value(&forecast.provenance)?,
        "skus": skus?,
        "shortages": serde_json::to_value(&forecast.trouble)?,
        "renewals": serde_json::to_value(&forecast.renewals)?,
        "costs": serde_json::to_value(&forecast.costs)?,
        "departments": serde_json::to_value(&forecast.departments)?,
        "cost_centres": forecast.cost_centres.iter().map(|line| json!({
            "cost_centre": line.department, "seats": line.seats, "currency": line.currency.code(), "minor": line.minor,
        })).collect::<Vec<_>>(),
        "headcount": serde_json::to_value(&forecast.headcount)?,
        "status": serde_json::to_value(status)?,
        "flags": {
            "guest_groups": status.guest_groups.iter().map(|group| group.group.clone()).collect::<Vec<_>>(),
            "nested_groups": status.nested_groups.iter().map(|group| group.group.clone()).collect::<Vec<_>>(),
            "short_today": named(forecast, |sku| sku.points.first().is_some_and(|point| point.demand.p50 > point.capacity)),
            "short_within_horizon": named(forecast, |sku| sku.first_shortage.p50.is_some()),
        },
        "coverage": serde_json::to_value(&forecast.coverage)?,
        "assumptions": serde_json::to_value(&forecast.assumptions)?,
        "certainty": serde_json::to_value(&forecast.certainty)?,
    }))
}

fn named(forecast: &Forecast, holds: impl Fn(&SkuForecast) -> bool) -> Vec<String> {
    forecast.skus.iter().filter(|sku| holds(sku)).map(|sku| sku.sku_part_number.clone()).collect()
}

fn sku(sku: &SkuForecast, replications: u32) -> Result<Value, RenderError> {
    let months: Result<Vec<Value>, RenderError> = sku.points.iter().map(|point| month(point, replications)).collect();
    let sources: Vec<Value> =
        sku.sources.iter().map(|(source, users)| json!({ "source": source, "users": users })).collect();
    Ok(json!({
        "sku_id": sku.sku_id,
        "sku_part_number": sku.sku_part_number,
        "product_name": sku.product_name,
        "important": sku.important,
        "price": serde_json::to_value(sku.price)?,
        "first_shortage": {
            "p10": sku.first_shortage.p10,
            "p50": sku.first_shortage.p50,
            "p90": sku.first_shortage.p90,
            "probability": probability(sku.first_shortage.replications_short, replications),
            "probability_standard_error": error(sku.first_shortage.replications_short, replications),
        },
        "months": months?,
        "supply": serde_json::to_value(&sku.supply)?,
        "bridge": serde_json::to_value(sku.bridge)?,
        "waits": serde_json::to_value(sku.waits)?,
        "sources": sources,
    }))
}

fn month(point: &MonthPoint, replications: u32) -> Result<Value, RenderError> {
    let mut month = Map::new();
    month.insert("day".to_owned(), json!(point.day));
    for (name, value) in [
        ("enabled", point.enabled),
        ("warning", point.warning),
        ("suspended", point.suspended),
        ("capacity", point.capacity),
    ] {
        month.insert(name.to_owned(), json!(value));
    }
    for (name, value) in [
        ("demand", point.demand),
        ("assigned", point.assigned),
        ("waiting", point.waiting),
        ("blocked", point.blocked),
        ("shortfall", point.shortfall),
    ] {
        month.insert(format!("{name}_p10"), json!(value.p10));
        month.insert(format!("{name}_p50"), json!(value.p50));
        month.insert(format!("{name}_p90"), json!(value.p90));
    }
    month.insert("shortfall_probability".to_owned(), json!(probability(point.replications_short, replications)));
    let error = error(point.replications_short, replications);
    month.insert("shortfall_probability_standard_error".to_owned(), json!(error));
    let by = point.replications_short_by;
    month.insert("shortage_by_probability".to_owned(), json!(probability(by, replications)));
    month.insert("shortage_by_probability_standard_error".to_owned(), json!(self::error(by, replications)));
    month.insert("cost".to_owned(), serde_json::to_value(point.cost)?);
    Ok(Value::Object(month))
}

/// The standard error of a probability (Wilson) to four decimals, rounded up: never 0.
fn error(count: u32, of: u32) -> Option<f64> {
    Chance { count, of }.standard_error().map(|error| (error * 10_000.0).ceil() / 10_000.0)
}

/// A share to four decimals; `null` of nothing.
fn probability(count: u32, of: u32) -> Option<f64> {
    (of > 0).then(|| (f64::from(count) / f64::from(of) * 10_000.0).round() / 10_000.0)
}
