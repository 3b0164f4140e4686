//! A forecast kept for later. In: a forecast, or such a file. Out: a file, and what happened held against it. Never: a user, or the
//! name of one.

use chrono::NaiveDate;

use super::{Forecast, Percentiles};
use crate::calendar;

/// What the file calls itself, and the version of its shape: new fields do not change it.
const KIND: &str = "seatcast-forecast";
const VERSION: u32 = 1;

/// What `forecast --save` keeps.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Saved {
    pub kind: String,
    pub version: u32,
    pub tenant: String,
    pub today: NaiveDate,
    pub made_by: String,
    pub seed: u64,
    pub replications: u32,
    /// Names and SHA-256 of the files that it was made from.
    pub inputs: Vec<(String, String)>,
    pub skus: Vec<SavedSku>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SavedSku {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    pub points: Vec<SavedPoint>,
    /// Units that could be assigned, from each day on.
    pub capacity: Vec<(NaiveDate, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SavedPoint {
    pub day: NaiveDate,
    pub p10: u32,
    pub p50: u32,
    pub p90: u32,
}

/// A file that is no saved forecast.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    #[error("it is not a forecast saved by `seatcast forecast --save`: {0}")]
    NotSaved(String),
    #[error("it has version {0}, and this seatcast reads version {VERSION}: use a newer seatcast")]
    Newer(u32),
    #[error("its SKU `{0}` has points or units that are not in order of days")]
    Disordered(String),
}

/// What happened to one SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    pub demand: u32,
    pub capacity: u32,
}

/// One SKU on one later day, as it was foreseen and as it came.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    pub day: NaiveDate,
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    /// `None` where the forecast did not know the SKU.
    pub foreseen: Option<Percentiles>,
    pub capacity_foreseen: Option<u32>,
    /// `None` where the SKU is gone.
    pub demand: Option<u32>,
    pub capacity: Option<u32>,
    /// Whether demand lies from P10 to P90.
    pub covered: Option<bool>,
    /// Demand less P50.
    pub error: Option<i64>,
}

impl Saved {
    pub fn of(forecast: &Forecast) -> Saved {
        let provenance = &forecast.provenance;
        let point = |point: &super::MonthPoint| SavedPoint {
            day: point.day,
            p10: point.demand.p10,
            p50: point.demand.p50,
            p90: point.demand.p90,
        };
        let sku = |sku: &super::SkuForecast| SavedSku {
            sku_id: sku.sku_id.clone(),
            sku_part_number: sku.sku_part_number.clone(),
            product_name: sku.product_name.clone(),
            points: sku.points.iter().map(point).collect(),
            capacity: sku.supply.iter().map(|level| (level.day, level.capacity)).collect(),
        };
        Saved {
            kind: KIND.to_owned(),
            version: VERSION,
            tenant: provenance.tenant.clone(),
            today: provenance.today,
            made_by: format!("seatcast {}", provenance.version),
            seed: provenance.seed,
            replications: provenance.replications,
            inputs: provenance.inputs.iter().map(|input| (input.name.clone(), input.sha256.clone())).collect(),
            skus: forecast.skus.iter().map(sku).collect(),
        }
    }

    /// The file.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub fn parse(bytes: &[u8]) -> Result<Saved, SavedError> {
        // Kind and version first: what they are not made for cannot be expected to have the other fields.
        #[derive(serde::Deserialize)]
        struct Head {
            kind: String,
            version: u32,
        }
        let not_saved = |error: serde_json::Error| SavedError::NotSaved(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(not_saved)?;
        if head.kind != KIND {
            return Err(SavedError::NotSaved(format!("it calls itself `{}`", head.kind)));
        }
        if head.version > VERSION {
            return Err(SavedError::Newer(head.version));
        }
        let saved: Saved = serde_json::from_slice(bytes).map_err(not_saved)?;
        for sku in &saved.skus {
            let points = sku.points.is_sorted_by(|a, b| a.day < b.day);
            let units = sku.capacity.is_sorted_by(|a, b| a.0 < b.0);
            if !points || !units || sku.points.is_empty() {
                return Err(SavedError::Disordered(sku.sku_part_number.clone()));
            }
        }
        Ok(saved)
    }

    /// The last day that it speaks of.
    pub fn horizon(&self) -> NaiveDate {
        self.skus.iter().filter_map(|sku| sku.points.last()).map(|point| point.day).max().unwrap_or(self.today)
    }

    /// What happened by `day`, held against what was foreseen: SKUs of the forecast in its order, then those it did not know.
    pub fn outcomes(&self, day: NaiveDate, happened: &[Happened]) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = self
            .skus
            .iter()
            .map(|sku| {
                let came = happened.iter().find(|came| came.sku_id == sku.sku_id);
                let foreseen = sku.band(day);
                let demand = came.map(|came| came.demand);
                let both = foreseen.zip(demand);
                Outcome {
                    day,
                    sku_id: sku.sku_id.clone(),
                    sku_part_number: sku.sku_part_number.clone(),
                    product_name: sku.product_name.clone(),
                    foreseen,
                    capacity_foreseen: sku.capacity.iter().rfind(|(from, _)| *from <= day).map(|(_, units)| *units),
                    demand,
                    capacity: came.map(|came| came.capacity),
                    covered: both.map(|(band, demand)| (band.p10..=band.p90).contains(&demand)),
                    error: both.map(|(band, demand)| i64::from(demand) - i64::from(band.p50)),
                }
            })
            .collect();
        let unknown = happened.iter().filter(|came| self.skus.iter().all(|sku| sku.sku_id != came.sku_id));
        outcomes.extend(unknown.map(|came| Outcome {
            day,
            sku_id: came.sku_id.clone(),
            sku_part_number: came.sku_part_number.clone(),
            product_name: came.product_name.clone(),
            foreseen: None,
            capacity_foreseen: None,
            demand: Some(came.demand),
            capacity: Some(came.capacity),
            covered: None,
            error: None,
        }));
        outcomes
    }
}

impl SavedSku {
    /// The band on a day: on the straight line between the points around it, P10 rounded down and P90 up, so that the band is
    /// never narrower than it was. `None` before the first point and after the last.
    pub fn band(&self, day: NaiveDate) -> Option<Percentiles> {
        let after = self.points.partition_point(|point| point.day <= day);
        let from = self.points.get(after.checked_sub(1)?)?;
        if from.day == day {
            return Some(Percentiles { p10: from.p10, p50: from.p50, p90: from.p90 });
        }
        let to = self.points.get(after)?;
        let (all, passed) =
            (u64::from(calendar::days_between(from.day, to.day)), u64::from(calendar::days_between(from.day, day)));
        // `all` parts of the value: whole numbers until the rounding.
        let parts = |from: u32, to: u32| u64::from(from) * (all - passed) + u64::from(to) * passed;
        let narrow = |parts: u64| u32::try_from(parts).unwrap_or(u32::MAX);
        Some(Percentiles {
            p10: narrow(parts(from.p10, to.p10) / all),
            p50: narrow((parts(from.p50, to.p50) + all / 2) / all),
            p90: narrow(parts(from.p90, to.p90).div_ceil(all)),
        })
    }
}
