//! The plan of one SKU. In: its supply, prices and demand, and what is asked for. Out: a plan with its proof, and the units it makes.
//! Never: looks at another SKU.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::commerce::{self, Move};
use super::exact::{Exact, Ledger};
use super::grid::{self, Grid};
use super::lines;
use super::make::Options;
use super::owned::{Owned, owned};
use super::program::Unsolved;
use super::schedule::{Choice, Task};
use super::target;
use crate::calendar;
use crate::catalog::SkuId;
use crate::diagnostic::Origin;
use crate::directory::TenantSku;
use crate::forecast::{Kept, PlanLevel, PlanTarget, Proof, Risk, RiskCost, SkuDemand, SkuPlan, UnplannedReason};
use crate::money::{Currency, Money};
use crate::scenario::SkuPolicy;
use crate::supply::{BillingPlan, Channel, PriceBook, Renewal, Subscription, Supply, Term};

/// A plan and the supply it comes to.
#[derive(Clone, Debug)]
pub struct Planned {
    pub plan: SkuPlan,
    pub supply: Supply,
}

/// What a plan of one SKU is made from.
pub struct Subject<'a> {
    pub sku: &'a TenantSku,
    pub supply: &'a Supply,
    pub prices: &'a PriceBook,
    pub policy: Option<&'a SkuPolicy>,
    pub demand: &'a SkuDemand,
    pub replications: u32,
    pub today: NaiveDate,
    /// The first day after the plan.
    pub end: NaiveDate,
}

/// Everything that does not depend on what is asked for.
struct Market<'a> {
    subject: &'a Subject<'a>,
    ledger: Ledger<'a>,
    owned: Owned,
    grid: Grid,
    moves: Vec<Move>,
    base: Vec<u32>,
    /// What is paid whatever is decided.
    paid: Exact,
    currency: Currency,
}

pub fn plan_sku(subject: &Subject<'_>, options: &Options) -> Result<Planned, UnplannedReason> {
    let market = Market::new(subject, options)?;
    let not_possible = |_: Unsolved| UnplannedReason::NotPossible;
    let (needed, choice) = market.choose(options.target).map_err(not_possible)?;
    let task = market.task();
    let units = task.units(&choice);
    let supply = lines::supply(&market.owned, &market.moves, &choice.moves, &subject.sku.sku_id);
    let (cost, after) = task.cost(&choice);
    let total = market.paid.plus(cost);
    let peak = needed.clone().unwrap_or_else(|| units.clone());
    let cost_of_peak = market.cost_of_peak(&peak, options).ok_or(UnplannedReason::NoPrice)?;
    let nothing = market.ledger.cost(subject.supply, subject.today, subject.end).ok_or(UnplannedReason::NoPrice)?;
    let levels = levels(&market.grid, needed.as_deref(), &units);
    let curve = options.curve.iter().filter_map(|risk| market.cost_at(*risk, &choice, options.target)).collect();
    let plan = SkuPlan {
        sku_id: subject.sku.sku_id.to_string(),
        sku_part_number: subject.sku.sku_part_number.to_string(),
        product_name: subject.sku.product_name.to_string(),
        units_today: subject.supply.units_on(subject.today).capacity(),
        units_peak: peak.iter().copied().max().unwrap_or(0),
        lines: lines::lines(&market.owned, &market.grid, &market.moves, &choice.moves, market.currency),
        levels,
        cost: total.money(market.currency),
        cost_of_nothing: nothing.money(market.currency),
        cost_of_peak: cost_of_peak.money(market.currency),
        committed_after: after.money(market.currency),
        proof: market.proof(total, &choice),
        nothing: market.kept(subject.supply),
        planned: market.kept(&supply),
        fresh: None,
        curve,
        units_of_unknown_end: market.owned.units_of_unknown_end(),
    };
    Ok(Planned { plan, supply })
}

impl<'a> Market<'a> {
    fn new(subject: &'a Subject<'a>, options: &Options) -> Result<Self, UnplannedReason> {
        let sku_id = &subject.sku.sku_id;
        let currency = currency(subject.prices, sku_id, subject.today)?;
        // A term of three years may begin on the last day.
        let months = calendar::days_between(subject.today, subject.end) / 28 + 38;
        let months = calendar::points(subject.today, months).map_err(|_| UnplannedReason::NotPossible)?;
        let ledger = Ledger { prices: subject.prices, sku_id, months };
        let owned = owned(subject.supply, subject.today);
        let grid = grid::grid(subject.today, subject.end, &owned, subject.prices, sku_id);
        let moves = commerce::moves(&owned, &grid, &ledger, &options.rules).ok_or(UnplannedReason::NoPrice)?;
        let base = owned.base();
        let paid = ledger.cost(&base, subject.today, subject.end).ok_or(UnplannedReason::NoPrice)?;
        let base = grid.days.iter().map(|day| base.units_on(*day).capacity()).collect();
        Ok(Market { subject, ledger, owned, grid, moves, base, paid, currency })
    }

    fn task(&self) -> Task<'_> {
        let days = 0..self.subject.demand.days();
        let most = days.map(|day| self.subject.demand.max(day)).max().unwrap_or(0);
        let reserved = target::units_for(self.subject.demand, &self.grid, Risk::NONE, self.subject.policy);
        let units_most = most.max(reserved.into_iter().max().unwrap_or(0));
        Task { grid: &self.grid, moves: &self.moves, base: &self.base, units_most }
    }

    fn choose(&self, target: PlanTarget) -> Result<(Option<Vec<u32>>, Choice), Unsolved> {
        let task = self.task();
        match target {
            PlanTarget::Risk(risk) => {
                let needed = target::units_for(self.subject.demand, &self.grid, risk, self.subject.policy);
                let choice = task.cover(&needed)?;
                Ok((Some(needed), choice))
            }
            PlanTarget::WaitingSeatDays(days) => {
                let allowed = u64::from(days) * u64::from(self.subject.replications);
                Ok((None, task.leave_waiting(self.subject.demand, allowed)?))
            }
        }
    }

    /// The cost of the plan for another risk; the plan itself is not made again.
    fn cost_at(&self, risk: Risk, choice: &Choice, target: PlanTarget) -> Option<RiskCost> {
        let cost = match target {
            PlanTarget::Risk(own) if own == risk => self.task().cost(choice).0,
            _ => {
                let (_, choice) = self.choose(PlanTarget::Risk(risk)).ok()?;
                self.task().cost(&choice).0
            }
        };
        Some(RiskCost { risk, cost: self.paid.plus(cost).money(self.currency) })
    }

    fn proof(&self, total: Exact, choice: &Choice) -> Proof {
        let cost = total.money(self.currency);
        let bound = ((self.paid.hundreds() + choice.bound) * 100.0 - 0.5).ceil() as i64;
        // A search that ended by itself has left aside only what is less than half a minor unit cheaper.
        let bound = if choice.stopped { bound.min(cost.minor) } else { bound.max(cost.minor - 1).min(cost.minor) };
        let bound = if !choice.stopped && cost.minor - bound <= 1 { cost.minor } else { bound };
        let money = |minor| Money { minor, currency: self.currency };
        Proof { bound: money(bound), gap: money(cost.minor - bound), nodes: choice.nodes, stopped: choice.stopped }
    }

    fn kept(&self, supply: &Supply) -> Kept {
        let days = calendar::days_between(self.subject.today, self.subject.end) as usize;
        let units = |day| supply.units_on(day).capacity();
        target::kept(self.subject.demand, self.subject.today, days, self.subject.replications, units)
    }

    /// What it costs to renew every lot in full and to buy today, on an annual term that renews, what is then still missing on
    /// the worst day.
    fn cost_of_peak(&self, needed: &[u32], options: &Options) -> Option<Exact> {
        let mut supply = self.owned.fixed.clone();
        supply.lots.extend(self.owned.running.iter().map(|running| Subscription {
            quantity: running.quantity,
            renewal: Renewal::Renew { quantity: running.quantity },
            start: running.since,
            term_end: Some(running.ends),
            ..running.lot.clone()
        }));
        supply.lots.extend(self.owned.extended.iter().cloned());
        let missing = self
            .grid
            .days
            .iter()
            .zip(needed)
            .map(|(day, needed)| needed.saturating_sub(supply.units_on(*day).capacity()));
        let missing = missing.max().unwrap_or(0);
        let today = self.subject.today;
        supply.lots.push(Subscription {
            id: "peak".into(),
            sku_id: self.subject.sku.sku_id.clone(),
            quantity: missing,
            start: today,
            term: Term::P1Y,
            term_end: calendar::renewal(today, 12, 1).ok(),
            renewal: Renewal::Renew { quantity: missing },
            billing: if options.rules.billing == BillingPlan::Monthly {
                BillingPlan::Monthly
            } else {
                BillingPlan::Annual
            },
            channel: Channel::Direct,
            trial: false,
            reserved: false,
            origin: Origin::default(),
        });
        self.ledger.cost(&supply, today, self.subject.end)
    }
}

/// The one currency of the prices of a SKU, of which one has to be in force today.
fn currency(prices: &PriceBook, sku_id: &SkuId, today: NaiveDate) -> Result<Currency, UnplannedReason> {
    let own = prices.prices().iter().filter(|price| price.sku_id == *sku_id);
    let currencies: BTreeSet<Currency> = own.map(|price| price.currency).collect();
    let in_force = prices.on(sku_id, today).is_some_and(|price| price.effective_minor().is_some());
    match (currencies.len(), in_force) {
        (0, _) | (_, false) => Err(UnplannedReason::NoPrice),
        (1, true) => currencies.first().copied().ok_or(UnplannedReason::NoPrice),
        (_, true) => Err(UnplannedReason::TwoCurrencies),
    }
}

/// Every span, spans with the same numbers made one.
fn levels(grid: &Grid, needed: Option<&[u32]>, planned: &[u32]) -> Vec<PlanLevel> {
    let mut levels: Vec<PlanLevel> = Vec::new();
    for (span, day) in grid.days.iter().enumerate() {
        let level = PlanLevel {
            day: *day,
            needed: needed.and_then(|needed| needed.get(span).copied()),
            planned: planned.get(span).copied().unwrap_or(0),
        };
        if levels.last().is_none_or(|last| (last.needed, last.planned) != (level.needed, level.planned)) {
            levels.push(level);
        }
    }
    levels
}
