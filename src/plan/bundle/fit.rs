//! Which plans may stand beside each other, and which need another: what keeps a mix assignable. In: the plan rules of the program
//! and of the tenant. Out: answers about sets of plans, by name. Never: a rule that the data marks as stale.
//!
//! Stricter than the directory: a commercial prerequisite (Phone System for a calling plan) is kept too, because nobody wants a
//! mix that may be assigned and not used.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::licensing::{PlanRule, PlanRuleKind, PlanRuleStatus, Policy, plan_rules_of};

/// Rules over names of plans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Plans of which nobody may have two by two SKUs.
    families: Vec<BTreeSet<String>>,
    /// A plan, and those of which it needs one.
    needs: Vec<(String, BTreeSet<String>)>,
}

impl Fit {
    pub fn of_policy(catalog: &Catalog, policy: &Policy) -> Fit {
        let plans = || catalog.skus().flat_map(|sku| &sku.service_plans);
        let names: BTreeMap<&str, &str> = plans().map(|plan| (&*plan.id, &*plan.name)).collect();
        let name = |plan: &str| names.get(plan.to_lowercase().as_str()).map_or(plan.trim(), |name| name).to_owned();
        Fit::of(&plan_rules_of(policy), policy.enforce_soft_conflicts, &name)
    }

    /// `name` gives the name of a plan that is told by its id.
    fn of(rows: &[PlanRule], soft: bool, name: &dyn Fn(&str) -> String) -> Fit {
        let mut families: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut fit = Fit::default();
        for row in rows {
            match (row.kind, row.status) {
                (PlanRuleKind::Exclusion, PlanRuleStatus::Hard) => {
                    families.entry(row.family.to_lowercase()).or_default().insert(name(&row.plan));
                }
                (PlanRuleKind::Exclusion, PlanRuleStatus::Soft) if soft => {
                    families.entry(row.family.to_lowercase()).or_default().insert(name(&row.plan));
                }
                (PlanRuleKind::Dependency, PlanRuleStatus::Directory | PlanRuleStatus::Commercial) => {
                    fit.needs.push((name(&row.plan), row.needs_one_of.split(';').map(name).collect()));
                }
                _ => {}
            }
        }
        fit.families = families.into_values().collect();
        fit
    }

    /// Whether a plan of one SKU excludes a plan of another. A plan that both have does not exclude itself.
    pub fn exclude_each_other(&self, one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
        self.families.iter().any(|family| {
            let theirs: Vec<&String> = other.iter().filter(|plan| family.contains(*plan)).collect();
            one.iter().filter(|plan| family.contains(*plan)).any(|plan| theirs.iter().any(|other| *other != plan))
        })
    }

    /// For each prerequisite that `plans` have: those of which one has to be there too.
    pub fn needed_by<'a>(&'a self, plans: &'a BTreeSet<String>) -> impl Iterator<Item = &'a BTreeSet<String>> {
        self.needs.iter().filter(|(plan, _)| plans.contains(plan)).map(|(_, needs)| needs)
    }
}
