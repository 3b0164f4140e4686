//! What the future is assumed to bring. In: `seatcast.toml`, or defaults. Out: rates, all printed in every output.
//! Never: silent; a default is a named number with its reason.

use std::collections::BTreeMap;
use std::fmt;

use super::{Cohorts, PastLeaveDates, Spread};
use crate::catalog::SkuId;
use crate::directory::Attribute;
use crate::licensing::Country;
use crate::supply::TrueUpCount;

/// How often something happens in a month.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rate {
    /// People a month.
    PeoplePerMonth(Spread),
    /// A share (0.01 is 1 %) of the people there are, a month.
    SharePerMonth(Spread),
}

impl Rate {
    /// The rate text of `seatcast.toml`: `12/month`, `8..14/month`, `p10 8, p50 11, p90 16 /month`, each also as a share:
    /// `0.8..1.4%/month`.
    pub fn parse(text: &str) -> Result<Rate, RateError> {
        let broken = || RateError(text.to_owned());
        let number = text.trim().strip_suffix("/month").ok_or_else(broken)?.trim_end();
        let (number, share) = match number.strip_suffix('%') {
            Some(number) => (number, true),
            None => (number, false),
        };
        let spread = Spread::parse(number).ok_or_else(broken)?;
        let highest = match spread {
            Spread::Between { high, .. } => high,
            Spread::Percentiles { p90, .. } => p90,
        };
        match share {
            true if highest <= 100.0 => Ok(Rate::SharePerMonth(spread.per_cent())),
            true => Err(broken()),
            false => Ok(Rate::PeoplePerMonth(spread)),
        }
    }

    pub fn spread(&self) -> Spread {
        let (Rate::PeoplePerMonth(spread) | Rate::SharePerMonth(spread)) = self;
        *spread
    }
}

/// The forms of a rate text, for messages.
pub const RATE_FORMS: &str =
    "`12/month`, `8..14/month`, `p10 8, p50 11, p90 16 /month`, `1.2%/month` or `0.8..1.4%/month`";

/// A rate text that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rate: write {RATE_FORMS}")]
pub struct RateError(pub String);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, unit) = match self {
            Rate::PeoplePerMonth(spread) => (spread.text(), "/month"),
            Rate::SharePerMonth(spread) => (spread.times(100.0).text(), "%/month"),
        };
        let gap = if text.starts_with('p') { " " } else { "" };
        write!(f, "{text}{gap}{unit}")
    }
}

/// What a tenant wants for one SKU.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct SkuPolicy {
    /// As the tenant calls the SKU.
    pub name: String,
    /// Left out of every shortage, cost and plan.
    pub ignore: bool,
    pub important: bool,
    /// Units to keep free: a share of capacity.
    pub reserve_share: f64,
    pub reserve_units: u32,
    /// How a true-up counts what was used.
    pub true_up: TrueUpCount,
    /// Countries in which the SKU may not be used. Microsoft publishes no list that a machine can read, so none is assumed.
    pub prohibited_locations: Vec<Country>,
    /// Direct licences that people ask for, or take by an auto-claim policy, who have none: demand that no group shows.
    pub requests: Option<Rate>,
}

/// Every assumption about people. Defaults are for an organisation that tells nothing: growth of about 3 % a year over an
/// annual turnover of about 10 %, both with a range wide enough to be honest.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumptions {
    pub joiners: Rate,
    pub leavers: Rate,
    pub movers: Rate,
    /// What a mover takes from somebody of another department, all from the same person.
    pub movers_change: Vec<Attribute>,
    /// The attribute that holds the cost centre of a user, where the tenant keeps one.
    pub cost_centre: Option<Attribute>,
    /// How many times the variance of a month's joiners is that of chance alone; 1 where months scatter no more than that.
    pub joiner_scatter: f64,
    pub leaver_scatter: f64,
    /// Weight of each calendar month for joiners, January first; the mean is 1.
    pub joiner_seasonality: [f64; 12],
    pub leaver_seasonality: [f64; 12],
    /// Weight of each completed year of tenure for leavers, the last also for all later years; empty where nothing is known.
    pub leavers_by_tenure: Vec<f64>,
    pub cohorts: Cohorts,
    /// Days from the day on which a leaver's account is disabled to its deletion, which frees every seat.
    pub deletion_lag_days: u32,
    /// Days from somebody's last day to the day on which the account is disabled.
    pub disabling_lag_days: u32,
    /// Days from that day to the one on which direct licences and assigned licensed groups are taken off the account, which lives
    /// on without them; `None` where licences go with the account.
    pub license_removal_lag_days: Option<u32>,
    pub past_leave_dates: PastLeaveDates,
    /// New B2B guests a month, and the share of guests that is removed a month.
    pub guests_invited: Rate,
    pub guests_removed: Rate,
    /// Days after which a guest's access ends, from the day the account was made; `None` where it does not end by itself.
    pub guests_expire_after_days: Option<u32>,
    /// Joins a month in each licensed group that people can join by themselves, as a share of its members.
    pub self_service_joins: Rate,
    pub self_service_leaves: Rate,
    /// Days an owner takes to approve a join.
    pub approval_delay_days: u32,
    pub skus: BTreeMap<SkuId, SkuPolicy>,
    /// Dotted names of the settings above that came from `seatcast.toml` (`workforce.joiners`); all others are defaults.
    pub given: Vec<String>,
}

impl Default for Assumptions {
    fn default() -> Self {
        let share = |low: f64, high: f64| Rate::SharePerMonth(Spread::between(low, high));
        Self {
            joiners: share(0.008, 0.014),
            leavers: share(0.006, 0.011),
            movers: share(0.003, 0.007),
            movers_change: vec![Attribute::Department, Attribute::JobTitle],
            cost_centre: None,
            joiner_scatter: 1.0,
            leaver_scatter: 1.0,
            joiner_seasonality: [1.0; 12],
            leaver_seasonality: [1.0; 12],
            leavers_by_tenure: Vec::new(),
            cohorts: Cohorts::default(),
            deletion_lag_days: 30,
            disabling_lag_days: 0,
            license_removal_lag_days: None,
            past_leave_dates: PastLeaveDates::Leave,
            guests_invited: share(0.01, 0.03),
            guests_removed: share(0.005, 0.02),
            guests_expire_after_days: None,
            self_service_joins: share(0.01, 0.03),
            self_service_leaves: share(0.002, 0.01),
            approval_delay_days: 2,
            skus: BTreeMap::new(),
            given: Vec::new(),
        }
    }
}

impl Assumptions {
    /// SKUs that people ask for by themselves, each with the name of the setting.
    pub fn requests(&self) -> impl Iterator<Item = (&SkuId, String, Rate)> {
        let asked = self.skus.iter().filter_map(|(sku, policy)| Some((sku, policy, policy.requests?)));
        asked.map(|(sku, policy, rate)| (sku, format!("sku.{}.requests", policy.name), rate))
    }

    /// Every assumption as a report prints it: its name in `seatcast.toml`, its value there, and whether it was given.
    pub fn stated(&self) -> Vec<(String, String, bool)> {
        let season = |weights: &[f64; 12]| match weights.iter().all(|weight| *weight == 1.0) {
            true => "none".to_owned(),
            false => weights.iter().map(|weight| format!("{weight:.2}")).collect::<Vec<_>>().join(" "),
        };
        let mut all = vec![
            ("workforce.joiners", self.joiners.to_string()),
            ("workforce.leavers", self.leavers.to_string()),
            ("workforce.movers", self.movers.to_string()),
            (
                "workforce.movers-change",
                self.movers_change.iter().map(Attribute::graph_name).collect::<Vec<_>>().join(" "),
            ),
            ("tenant.cost-centre", self.cost_centre.as_ref().map_or_else(|| "none".to_owned(), Attribute::graph_name)),
            ("workforce.joiner-seasonality", season(&self.joiner_seasonality)),
            ("workforce.leaver-seasonality", season(&self.leaver_seasonality)),
            ("workforce.disabling-lag-days", self.disabling_lag_days.to_string()),
            (
                "workforce.license-removal-lag-days",
                self.license_removal_lag_days.map_or_else(|| "none".to_owned(), |days| days.to_string()),
            ),
            ("workforce.deletion-lag-days", self.deletion_lag_days.to_string()),
            ("workforce.past-leave-dates", self.past_leave_dates.name().to_owned()),
            ("guests.invited", self.guests_invited.to_string()),
            ("guests.removed", self.guests_removed.to_string()),
            ("self-service.joins", self.self_service_joins.to_string()),
            ("self-service.leaves", self.self_service_leaves.to_string()),
            ("self-service.approval-delay-days", self.approval_delay_days.to_string()),
        ];
        for (name, scatter) in
            [("workforce.joiner-scatter", self.joiner_scatter), ("workforce.leaver-scatter", self.leaver_scatter)]
        {
            if scatter != 1.0 {
                all.push((name, format!("{scatter:.2}")));
            }
        }
        if !self.leavers_by_tenure.is_empty() {
            let weights = self.leavers_by_tenure.iter().map(|weight| format!("{weight:.2}")).collect::<Vec<_>>();
            all.push(("workforce.leavers-by-tenure", weights.join(" ")));
        }
        if let Some(days) = self.guests_expire_after_days {
            all.push(("guests.expire-after-days", days.to_string()));
        }
        let given = |name: &str| self.given.iter().any(|given| given == name);
        let mut stated: Vec<(String, String, bool)> =
            all.into_iter().map(|(name, value)| (name.to_owned(), value, given(name))).collect();
        let requests = self.requests().map(|(_, name, rate)| (name, rate.to_string(), true));
        stated.extend(requests);
        if !self.cohorts.is_empty() {
            let by = self.cohorts.by.iter().map(Attribute::graph_name).collect::<Vec<_>>().join(", ");
            stated.push((
                "cohorts".to_owned(),
                format!("{} by {by}, with weights of their own", self.cohorts.cohorts.len()),
                true,
            ));
        }
        stated
    }
}
