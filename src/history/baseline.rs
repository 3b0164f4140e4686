//! The forecasts that a forecast must beat. In: a monthly series. Out: P10, P50 and P90 for months to come. Never: more than the
//! series itself.

use augurs_core::prelude::*;
use augurs_ets::AutoETS;

/// Of one month.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Band {
    pub p10: f64,
    pub p50: f64,
    pub p90: f64,
}

/// The 90th percentile of the standard normal distribution.
const Z90: f64 = 1.281_551_565_5;

/// Last year's value of the same month; the band is as wide as the year-on-year changes were. `None` for less than two years.
pub fn seasonal_naive(series: &[f64], months: usize) -> Option<Vec<Band>> {
    let changes: Vec<f64> = series.iter().zip(series.get(12..)?).map(|(then, now)| now - then).collect();
    if changes.len() < 12 {
        return None;
    }
    let spread = (changes.iter().map(|change| change * change).sum::<f64>() / changes.len() as f64).sqrt() * Z90;
    let band = |ahead: usize| {
        let year = series.get(series.len() - 12..)?;
        let p50 = *year.get(ahead % 12)?;
        Some(Band { p10: p50 - spread, p50, p90: p50 + spread })
    };
    (0..months).map(band).collect()
}

/// Exponential smoothing with automatic choice of error and trend. `None` where it cannot be fitted.
pub fn ets(series: &[f64], months: usize) -> Option<Vec<Band>> {
    let last = *series.last()?;
    if series.iter().all(|value| *value == last) {
        return Some(vec![Band { p10: last, p50: last, p90: last }; months]);
    }
    let fitted = AutoETS::new(12, "ZZN").ok()?.fit(series).ok()?;
    let forecast = fitted.predict(months, 0.8).ok()?;
    let intervals = forecast.intervals?;
    let bands = forecast.point.iter().zip(intervals.lower.iter().zip(&intervals.upper));
    Some(bands.map(|(p50, (p10, p90))| Band { p10: *p10, p50: *p50, p90: *p90 }).collect())
}
