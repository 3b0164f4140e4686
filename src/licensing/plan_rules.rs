//! Which service plans exclude or need each other: the data file that is part of the program, or one like it. In: CSV text,
//! a catalogue, a policy. Out: `PlanRules` over plan ids. Never: enforces what the data marks as stale or commercial.

use std::collections::{BTreeMap, BTreeSet};

use super::{PlanDependency, PlanRules, Policy};
use crate::catalog::Catalog;

/// A row of the data file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanRule {
    pub kind: PlanRuleKind,
    pub family: String,
    /// The short name of the plan in the catalogue.
    pub plan: String,
    /// Names of plans with semicolons between them; of a dependency only.
    #[serde(default)]
    pub needs_one_of: String,
    pub status: PlanRuleStatus,
    #[serde(default)]
    pub source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanRuleKind {
    Exclusion,
    Dependency,
}

/// How far a rule holds (reference 3.1 and 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanRuleStatus {
    Hard,
    Soft,
    Stale,
    Directory,
    Commercial,
}

/// A data file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the plan rules cannot be read: {0}")]
pub struct PlanRulesError(#[from] csv::Error);

/// The rows of a data file like `data/plan-rules.csv`.
pub fn parse_plan_rules(bytes: &[u8]) -> Result<Vec<PlanRule>, PlanRulesError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

/// The rows of `data/plan-rules.csv` (its provenance is in `data/README.md`).
pub fn embedded_plan_rules() -> Vec<PlanRule> {
    parse_plan_rules(include_bytes!("../../data/plan-rules.csv")).expect("the embedded plan rules are well formed")
}

/// The rows of the program, and in the place of them or beside them those of the tenant.
pub fn plan_rules_of(policy: &Policy) -> Vec<PlanRule> {
    let mut rows = embedded_plan_rules();
    for own in &policy.plan_rules {
        let same = |row: &PlanRule| {
            row.kind == own.kind && row.plan == own.plan && row.family.eq_ignore_ascii_case(&own.family)
        };
        rows.retain(|row| !same(row));
    }
    rows.extend(policy.plan_rules.iter().cloned());
    rows
}

impl PlanRules {
    /// The rules of a policy: those of the program, and in the place of them or beside them those of the tenant.
    pub fn of_policy(catalog: &Catalog, policy: &Policy) -> PlanRules {
        PlanRules::of(&plan_rules_of(policy), catalog, policy)
    }

    /// The rules to enforce, over plan ids: a name that the catalogue does not know binds nobody.
    pub fn of(rows: &[PlanRule], catalog: &Catalog, policy: &Policy) -> PlanRules {
        let mut ids: BTreeMap<&str, BTreeSet<Box<str>>> = BTreeMap::new();
        for plan in catalog.skus().flat_map(|sku| &sku.service_plans) {
            ids.entry(&plan.name).or_default().insert(plan.id.clone());
        }
        // What is no name is an id, which may be that of a plan newer than the catalogue.
        let of_name = |name: &str| match ids.get(name) {
            Some(ids) => ids.iter().cloned().collect::<Vec<_>>(),
            None => vec![name.to_ascii_lowercase().into()],
        };
        let enforced = |status| match status {
            PlanRuleStatus::Hard | PlanRuleStatus::Directory => true,
            PlanRuleStatus::Soft => policy.enforce_soft_conflicts,
            PlanRuleStatus::Stale | PlanRuleStatus::Commercial => false,
        };
        let mut families: BTreeMap<String, Vec<Box<str>>> = BTreeMap::new();
        let mut rules = PlanRules::default();
        for row in rows.iter().filter(|row| enforced(row.status)) {
            match row.kind {
                PlanRuleKind::Exclusion => {
                    families.entry(row.family.to_lowercase()).or_default().extend(of_name(&row.plan));
                }
                PlanRuleKind::Dependency => {
                    let needs: Vec<Box<str>> = row.needs_one_of.split(';').map(str::trim).flat_map(of_name).collect();
                    let dependency = |plan| PlanDependency { plan, needs: needs.clone() };
                    rules.dependencies.extend(of_name(&row.plan).into_iter().map(dependency));
                }
            }
        }
        rules.exclusions = families.into_values().collect();
        rules
    }
}
