//! A forecast or a comparison, whole, for reports that are made later. In: results, or such a file. Out: a file, and the same
//! results. Never: a result that breaks what the reports rely on; such a file is refused.

use chrono::NaiveDate;
use serde_json::Value;

use super::{Comparison, Forecast};

/// What the file calls itself, and the version of its shape: new fields do not change it.
const KIND: &str = "seatcast-report";
const VERSION: u32 = 1;

/// Bounds far above every tenant, so that sums of what a file holds stay in range.
const COUNT_MAX: u64 = 50_000_000;
const AMOUNT_MAX: u64 = 1_000_000_000_000_000;
const POINTS_MAX: usize = 1_000;
const YEARS_MAX: i32 = 100;

/// What a report is made of.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whole {
    Forecast(Forecast),
    /// What a scenario makes of the tenant, and the baseline that its page can be switched to.
    Scenario {
        /// As the scenario is called.
        title: String,
        forecast: Box<Forecast>,
        baseline: Box<Forecast>,
    },
    Comparison(Comparison),
}

/// A file that no report can be made of.
#[derive(Debug, thiserror::Error)]
pub enum WholeError {
    #[error("it was not written by `seatcast forecast` or `seatcast compare`: {0}")]
    NotSaved(String),
    #[error("it has version {0}, and this seatcast reads version {VERSION}: use a newer seatcast")]
    Newer(u64),
    #[error("it contradicts itself: {0}")]
    Broken(String),
}

impl Whole {
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(&serde_json::json!({ "kind": KIND, "version": VERSION, "of": self }))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub fn parse(bytes: &[u8]) -> Result<Whole, WholeError> {
        let not_saved = |error: serde_json::Error| WholeError::NotSaved(error.to_string());
        let mut value: Value = serde_json::from_slice(bytes).map_err(not_saved)?;
        match value.get("kind").and_then(Value::as_str) {
            Some(KIND) => {}
            other => return Err(WholeError::NotSaved(format!("it calls itself `{}`", other.unwrap_or("")))),
        }
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => return Err(WholeError::Newer(version)),
            Some(_) => {}
            None => return Err(WholeError::NotSaved("it has no version".to_owned())),
        }
        let of = value.get_mut("of").map(Value::take).unwrap_or_default();
        bounded("of", &of)?;
        let whole: Whole = serde_json::from_value(of).map_err(not_saved)?;
        whole.forecasts().into_iter().try_for_each(sound)?;
        Ok(whole)
    }

    /// The forecast that it is about; of a comparison, the baseline.
    pub fn forecast(&self) -> &Forecast {
        match self {
            Whole::Forecast(forecast) => forecast,
            Whole::Scenario { forecast, .. } => forecast,
            Whole::Comparison(comparison) => &comparison.baseline,
        }
    }

    fn forecasts(&self) -> Vec<&Forecast> {
        match self {
            Whole::Forecast(forecast) => vec![forecast],
            Whole::Scenario { forecast, baseline, .. } => vec![forecast, baseline],
            Whole::Comparison(comparison) => {
                let cases = comparison.scenarios.iter().map(|case| &case.forecast);
                std::iter::once(&comparison.baseline).chain(cases).collect()
            }
        }
    }
}

/// Every number small enough that no sum of a report runs over.
fn bounded(name: &str, value: &Value) -> Result<(), WholeError> {
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| bounded(name, value)),
        Value::Array(values) => values.iter().try_for_each(|value| bounded(name, value)),
        Value::Number(number) => {
            let most = match name {
                "seed" => return Ok(()),
                "minor" => AMOUNT_MAX,
                name if name.ends_with("_tenths") => 10 * COUNT_MAX,
                _ => COUNT_MAX,
            };
            let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            match size {
                Some(size) if size <= most => Ok(()),
                _ => Err(WholeError::Broken(format!("`{name}` is {number}, which is no such number or too large"))),
            }
        }
        _ => Ok(()),
    }
}

/// What every report relies on.
fn sound(forecast: &Forecast) -> Result<(), WholeError> {
    let broken = |what: &str| Err(WholeError::Broken(what.to_owned()));
    let provenance = &forecast.provenance;
    let near = |day: &NaiveDate| {
        let years = chrono::Datelike::year(day) - chrono::Datelike::year(&provenance.today);
        years.abs() <= YEARS_MAX
    };
    let first: &[super::MonthPoint] = forecast.skus.first().map_or(&[], |sku| &sku.points);
    if !(1900..=9000).contains(&chrono::Datelike::year(&provenance.today)) {
        return broken("its day of today is out of every calendar");
    }
    if first.len() > POINTS_MAX || provenance.horizon_months as usize > POINTS_MAX {
        return broken("it looks further ahead than any forecast");
    }
    for sku in &forecast.skus {
        let days = sku.points.iter().map(|point| point.day);
        if !days.eq(first.iter().map(|point| point.day)) {
            return broken("its SKUs do not stand at the same days");
        }
        let ordered = sku.points.iter().all(|point| {
            [point.demand, point.assigned, point.waiting, point.blocked, point.shortfall]
                .iter()
                .all(|three| three.p10 <= three.p50 && three.p50 <= three.p90)
        });
        if !ordered || !sku.points.is_sorted_by(|a, b| a.day < b.day) || !sku.supply.is_sorted_by(|a, b| a.day < b.day)
        {
            return broken("percentiles or days of a SKU are not in order");
        }
        let days = sku.points.iter().map(|point| point.day).chain(sku.supply.iter().map(|level| level.day));
        if !days.into_iter().all(|day| near(&day)) {
            return broken("a day of a SKU is out of sight");
        }
        let short = sku.points.iter().flat_map(|point| [point.replications_short, point.replications_short_by]);
        if short.chain([sku.first_shortage.replications_short]).any(|count| count > provenance.replications) {
            return broken("a SKU runs short in more futures than there were");
        }
    }
    let renewals = forecast.renewals.iter().flat_map(|event| [Some(event.day), event.last_day_to_act]).flatten();
    if !renewals.into_iter().all(|day| near(&day)) {
        return broken("a renewal is out of sight");
    }
    Ok(())
}
