//! The plan of a tenant. In: a baseline, demand by day, what is asked for. Out: a plan, and the units of every SKU as it makes
//! them. Never: leaves a SKU out without a word.

use rayon::prelude::*;

use super::commerce::Rules;
use super::sku::{Planned, Subject, plan_sku};
use super::target;
use crate::calendar;
use crate::directory::SkuIndex;
use crate::forecast::{
    Demand, Plan, PlanRules, PlanTarget, PlanTotal, Risk, RiskCost, SkuPlan, Unplanned, UnplannedReason,
};
use crate::money::{Currency, Money};
use crate::scenario::Baseline;
use crate::supply::{BillingPlan, Supply};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub target: PlanTarget,
    pub rules: Rules,
    /// The risks to price beside the one that is planned for.
    pub curve: Vec<Risk>,
}

/// A plan, and the supplies that it comes to: one for each SKU of the snapshot, those without a plan as they were.
#[derive(Clone, Debug)]
pub struct Made {
    pub plan: Plan,
    pub supplies: Vec<Supply>,
}

/// Plans `skus` one by one.
pub fn make(baseline: &Baseline, skus: &[SkuIndex], demand: &Demand, options: &Options) -> Made {
    let today = baseline.today;
    let months = demand.provenance.horizon_months;
    let end = calendar::renewal(today, 1, months).unwrap_or(today);
    let one = |sku: &SkuIndex| -> (SkuIndex, Result<Planned, UnplannedReason>) {
        let named = baseline.snapshot.sku(*sku);
        let Some(own) = demand.of(named.sku_id.as_str()) else { return (*sku, Err(UnplannedReason::NotPossible)) };
        let subject = Subject {
            sku: named,
            supply: &baseline.supplies[sku.get()],
            prices: &baseline.prices,
            policy: baseline.assumptions.skus.get(&named.sku_id),
            demand: own,
            replications: demand.provenance.replications,
            today,
            end,
        };
        (*sku, plan_sku(&subject, options))
    };
    let made: Vec<(SkuIndex, Result<Planned, UnplannedReason>)> = skus.par_iter().map(one).collect();
    let mut supplies = baseline.supplies.clone();
    let (mut planned, mut unplanned) = (Vec::new(), Vec::new());
    for (sku, result) in made {
        let named = baseline.snapshot.sku(sku);
        match result {
            Ok(made) => {
                supplies[sku.get()] = made.supply;
                planned.push(made.plan);
            }
            Err(reason) => unplanned.push(Unplanned {
                sku_id: named.sku_id.to_string(),
                sku_part_number: named.sku_part_number.to_string(),
                product_name: named.product_name.to_string(),
                reason,
            }),
        }
    }
    let totals = totals(&planned);
    let plan = Plan {
        provenance: demand.provenance.clone(),
        horizon: end,
        target: options.target,
        rules: stated(&options.rules),
        fresh_seed: None,
        curve: if totals.len() == 1 { curve(&planned, &options.curve) } else { Vec::new() },
        totals,
        skus: planned,
        unplanned,
    };
    Made { plan, supplies }
}

/// What is left of the promise in other replications: `demand` is that of a world with the supplies of the plan.
pub fn kept(mut plan: Plan, supplies: &[(String, &Supply)], demand: &Demand) -> Plan {
    let today = plan.provenance.today;
    let days = calendar::days_between(today, plan.horizon) as usize;
    for sku in &mut plan.skus {
        let supply = supplies.iter().find(|(sku_id, _)| *sku_id == sku.sku_id).map(|(_, supply)| *supply);
        let (Some(supply), Some(own)) = (supply, demand.of(&sku.sku_id)) else { continue };
        let units = |day| supply.units_on(day).capacity();
        sku.fresh = Some(target::kept(own, today, days, demand.provenance.replications, units));
    }
    plan.fresh_seed = Some(demand.provenance.seed);
    plan
}

fn stated(rules: &Rules) -> PlanRules {
    PlanRules {
        terms: rules.terms.iter().map(|term| term.code()).collect(),
        billing: if rules.billing == BillingPlan::Monthly { "monthly" } else { "annual" },
        ea_reductions: rules.ea_reductions,
    }
}

fn totals(skus: &[SkuPlan]) -> Vec<PlanTotal> {
    let mut currencies: Vec<Currency> = skus.iter().map(|sku| sku.cost.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let total = |currency: Currency| {
        let sum = |of: fn(&SkuPlan) -> Money| {
            let own = skus.iter().filter(|sku| sku.cost.currency == currency);
            Money { minor: own.map(|sku| of(sku).minor).sum(), currency }
        };
        PlanTotal {
            cost: sum(|sku| sku.cost),
            cost_of_nothing: sum(|sku| sku.cost_of_nothing),
            cost_of_peak: sum(|sku| sku.cost_of_peak),
            committed_after: sum(|sku| sku.committed_after),
        }
    };
    currencies.into_iter().map(total).collect()
}

/// The sum over SKUs for each risk that all of them have a price for.
fn curve(skus: &[SkuPlan], risks: &[Risk]) -> Vec<RiskCost> {
    let sum = |risk: &Risk| {
        let mut total: Option<Money> = None;
        for sku in skus {
            let own = sku.curve.iter().find(|point| point.risk == *risk)?.cost;
            let before = total.map_or(0, |total| total.minor);
            total = Some(Money { minor: before + own.minor, currency: own.currency });
        }
        total.map(|cost| RiskCost { risk: *risk, cost })
    };
    risks.iter().filter_map(sum).collect()
}
