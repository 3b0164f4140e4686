//! Scenarios beside the baseline, with the same luck. In: forecasts and effects from `simulate`. Out: what a comparison shows.
//! Never: a difference without its cause.

use chrono::NaiveDate;

use super::Forecast;
use crate::money::Money;

/// The same number without the scenario and with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pair<T> {
    pub baseline: T,
    pub scenario: T,
}

impl Pair<u32> {
    pub fn difference(&self) -> i64 {
        i64::from(self.scenario) - i64::from(self.baseline)
    }
}

/// What becomes of a number, as a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Sign {
    /// More seats are needed at the horizon.
    #[serde(rename = "+")]
    More,
    #[serde(rename = "-")]
    Fewer,
    /// As many, but units, dates, chances or cost differ.
    #[serde(rename = "~")]
    Other,
    #[serde(rename = "=")]
    Same,
}

impl Sign {
    pub fn symbol(self) -> &'static str {
        match self {
            Sign::More => "+",
            Sign::Fewer => "-",
            Sign::Other => "~",
            Sign::Same => "=",
        }
    }
}

/// One SKU, without the scenario and with it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SkuDifference {
    pub sku_id: String,
    pub sku_part_number: String,
    pub product_name: String,
    pub sign: Sign,
    /// Demand at the horizon, P50.
    pub demand: Pair<u32>,
    /// Units at the horizon.
    pub capacity: Pair<u32>,
    /// The day by which half of the simulated futures are short.
    pub first_shortage: Pair<Option<NaiveDate>>,
    pub replications_short: Pair<u32>,
    /// The most people who wait in a bad case (P90) at any point.
    pub waiting: Pair<u32>,
    /// Sum over the horizon; `None` without a price.
    pub cost: Pair<Option<Money>>,
    /// What the scenario does that makes the difference.
    pub causes: Vec<String>,
}

impl SkuDifference {
    /// Whether half of the simulated futures are short by an earlier day than without the scenario.
    pub fn runs_short_sooner(&self) -> bool {
        match (self.first_shortage.baseline, self.first_shortage.scenario) {
            (None, Some(_)) => true,
            (Some(before), Some(after)) => after < before,
            _ => false,
        }
    }
}

/// Somebody of today whose licences the scenario changes on a day. People whom chance picks are not named.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PersonDifference {
    pub user_id: String,
    pub user: String,
    pub day: NaiveDate,
    /// Product names.
    pub gains: Vec<String>,
    pub loses: Vec<String>,
    pub causes: Vec<String>,
}

/// What is lost with the last plan of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    Mailbox,
    Files,
    Teams,
    PowerBi,
    Project,
}

impl Service {
    /// As JSON and guardrails write it.
    pub fn name(self) -> &'static str {
        match self {
            Service::Mailbox => "mailbox",
            Service::Files => "files",
            Service::Teams => "teams",
            Service::PowerBi => "power-bi",
            Service::Project => "project",
        }
    }
}

/// Somebody who is left without any plan of a service that they have today.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ServiceAtRisk {
    pub service: Service,
    pub user_id: String,
    pub user: String,
    pub day: NaiveDate,
    pub causes: Vec<String>,
}

/// People who go by a change, and how many of them leave the last plan of a service behind. Luck picks them, so nobody is named.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LeaversAtRisk {
    pub service: Service,
    pub day: NaiveDate,
    /// How many go, of those who are there today.
    pub people: u32,
    /// How many of them have the service, as they are today: an expected number.
    pub at_risk: u32,
    pub cause: String,
}

/// One change of a scenario, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlannedChange {
    pub day: NaiveDate,
    pub what: String,
    pub place: String,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Case {
    pub name: String,
    pub title: String,
    pub changes: Vec<PlannedChange>,
    pub skus: Vec<SkuDifference>,
    pub people: Vec<PersonDifference>,
    pub at_risk: Vec<ServiceAtRisk>,
    #[serde(default)]
    pub leavers_at_risk: Vec<LeaversAtRisk>,
    pub forecast: Forecast,
}

impl Case {
    /// People who lose the last plan of each service, those who keep their account and those who go.
    pub fn data_at_risk(&self) -> Vec<(Service, u32)> {
        let mut counts: std::collections::BTreeMap<Service, u32> = std::collections::BTreeMap::new();
        self.at_risk.iter().for_each(|risk| *counts.entry(risk.service).or_default() += 1);
        self.leavers_at_risk.iter().for_each(|risk| *counts.entry(risk.service).or_default() += risk.at_risk);
        counts.into_iter().collect()
    }
}

/// The baseline and any number of scenarios.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    pub baseline: Forecast,
    pub scenarios: Vec<Case>,
}
