//! Named settings for what Microsoft does not document. In: `seatcast.toml`. Out: a `Policy`, printed in every report.
//! Never: a hidden default; each field says which open point of the group-licensing reference it settles.

use std::collections::BTreeMap;

use super::{Country, PlanRule};
use crate::catalog::SkuId;
use crate::rule::{self, Choice};

/// When waiting bundles are tried again (reference 1.8, OPEN).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reprocess {
    /// In the tick in which a seat appears.
    #[default]
    Auto,
    /// Only by an explicit reprocess event; free seats stay idle until then.
    Manual,
    /// This many days after a seat appears.
    AutoDelayed { days: u32 },
}

/// Whether guests in licensed groups take seats (reference 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuestPolicy {
    /// Like anybody else, which is what the service does.
    #[default]
    Consume,
    /// They are left out of every bundle.
    Skip,
    /// They consume, and each one is listed.
    Flag,
}

/// What happens to a group assignment of a user without `usageLocation` (reference 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingUsageLocation {
    /// The tenant's country is used for the evaluation and not written to the user: the documented behaviour.
    #[default]
    Tenant,
    /// The user is blocked with `ProhibitedInUsageLocationViolation`.
    Block,
}

/// Who gets the last seat (reference 1.8, OPEN: no Microsoft page gives an order).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderPolicy {
    /// First come, first served: waiting since, then user id, then group id.
    #[default]
    Arrival,
    /// The oldest account first.
    Created,
    /// By the value of an attribute, in the given order; others after them in order of arrival.
    Priority { attribute: String, values: Vec<String> },
    /// Drawn anew for each replication.
    Random,
}

impl OrderPolicy {
    /// As `seatcast.toml` says it.
    pub fn stated(&self) -> String {
        match self {
            OrderPolicy::Arrival => "arrival".to_owned(),
            OrderPolicy::Created => "created".to_owned(),
            OrderPolicy::Random => "random".to_owned(),
            OrderPolicy::Priority { attribute, values } => format!("{attribute}: {}", values.join(", ")),
        }
    }
}

/// What a user keeps when a group's SKU is replaced and no seat of the new one is free (reference 1.12, OPEN).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwapPolicy {
    /// The old licence, as `ActiveWithError`.
    #[default]
    KeepOld,
    DropOld,
}

/// From where the rules of groups that read `assignedPlans` take plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanSource {
    /// From the export: where a file lists a group's members, they stand. Where none does, as with `Stages`.
    #[default]
    Exported,
    /// From the licences that are computed, stage by stage until nothing changes.
    Stages,
}

/// Which lots go into the paid extended service term when auto-renewal is off and nobody cancels (reference 4.4, OPEN).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtendedService {
    /// Those of the Cloud Solution Provider programme, as Microsoft documents it.
    #[default]
    Csp,
    /// Those bought directly too, as third parties say.
    All,
}

/// All switches. `Default` is what the reference recommends.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Policy {
    /// ISO 3166-1 alpha-2, for users without `usageLocation`. `None`: not told.
    pub tenant_country: Option<String>,
    pub missing_usage_location: MissingUsageLocation,
    pub guests: GuestPolicy,
    pub reprocess: Reprocess,
    pub order: OrderPolicy,
    pub swap: SwapPolicy,
    pub assigned_plans: PlanSource,
    pub extended_service: ExtendedService,
    /// Open questions of the rule language that are read the other way (ambiguity register of the membership reference).
    pub readings: rule::Options,
    /// Plan conflicts marked *soft* in the data are enforced too, not only the *hard* ones (reference 3.1).
    pub enforce_soft_conflicts: bool,
    /// Rules on service plans beside those of the program; one about the same plan, kind and family replaces it.
    pub plan_rules: Vec<PlanRule>,
    /// Countries in which a SKU may not be used (reference 1.6: empty by default).
    pub prohibited: BTreeMap<SkuId, Vec<Country>>,
}

impl Policy {
    /// Numbers of the questions that `policy.other-readings` may name.
    pub fn known_readings() -> impl Iterator<Item = &'static str> {
        Choice::ALL.iter().map(|choice| choice.id())
    }

    /// Reads the open question of this number the other way; whether there is such a question.
    pub fn read_other(&mut self, id: &str) -> bool {
        let other = self.readings.with_other_id(id);
        let known = other.is_some();
        self.readings = other.unwrap_or_else(|| std::mem::take(&mut self.readings));
        known
    }

    /// Every switch as a report prints it: its name in `seatcast.toml` and its value there.
    pub fn stated(&self) -> Vec<(&'static str, String)> {
        let reprocess = match self.reprocess {
            Reprocess::Auto => "auto".to_owned(),
            Reprocess::Manual => "manual".to_owned(),
            Reprocess::AutoDelayed { days } => format!("auto-delayed = {days}"),
        };
        let guests = match self.guests {
            GuestPolicy::Consume => "consume",
            GuestPolicy::Skip => "skip",
            GuestPolicy::Flag => "flag",
        };
        let location = match self.missing_usage_location {
            MissingUsageLocation::Tenant => "tenant",
            MissingUsageLocation::Block => "block",
        };
        let swap = match self.swap {
            SwapPolicy::KeepOld => "keep-old",
            SwapPolicy::DropOld => "drop-old",
        };
        let plans = match self.assigned_plans {
            PlanSource::Exported => "exported",
            PlanSource::Stages => "stages",
        };
        let extended = match self.extended_service {
            ExtendedService::Csp => "csp",
            ExtendedService::All => "all",
        };
        let places = |(sku_id, countries): (&SkuId, &Vec<Country>)| {
            format!("{sku_id}: {}", countries.iter().map(Country::to_string).collect::<Vec<_>>().join(" "))
        };
        let readings = self.readings.others().map(Choice::id).collect::<Vec<_>>().join(", ");
        let prohibited = self.prohibited.iter().map(places).collect::<Vec<_>>().join("; ");
        vec![
            ("tenant.country", self.tenant_country.clone().unwrap_or_else(|| "not told".to_owned())),
            ("policy.missing-usage-location", location.to_owned()),
            ("policy.guests", guests.to_owned()),
            ("policy.reprocess", reprocess),
            ("policy.order", self.order.stated()),
            ("policy.swap", swap.to_owned()),
            ("policy.assigned-plans", plans.to_owned()),
            ("policy.extended-service", extended.to_owned()),
            ("policy.other-readings", if readings.is_empty() { "none".to_owned() } else { readings }),
            ("policy.enforce-soft-conflicts", self.enforce_soft_conflicts.to_string()),
            ("sku.prohibited-locations", if prohibited.is_empty() { "none".to_owned() } else { prohibited }),
            ("plan-rules.csv", format!("{} rules", self.plan_rules.len())),
        ]
    }
}
