//! Rules that read service plans, day by day: in the naive future, and in small tenants that have them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::diagnostic::Origin;
use seatcast::directory::{
    AssignedPlan, Attribute, GroupIndex, Membership, ProcessingState, RuleText, SelfService, Users, Value,
};
use seatcast::licensing::{KeptReason, PlanSource};
use seatcast::scenario::{Baseline, Deed, Planned};
use seatcast::simulate::{self, Settings};

use super::naive::{Future, midnight};
use super::{agree, changes, worlds};

const STATES: [&str; 4] = ["Enabled", "Warning", "Suspended", "LockedOut"];

/// Groups whose rule or processing is planned to change: where the rule reads plans, they keep the members of today until then.
pub fn standing(planned: &Planned) -> BTreeSet<GroupIndex> {
    let touched = planned.changes.iter().filter_map(|change| match &change.deed {
        Deed::Rule { group, .. } | Deed::Processing { group, .. } => Some(*group),
        _ => None,
    });
    touched.collect()
}

impl Future<'_> {
    /// What stages have settled today stands for these groups. Models are as exported users are by then.
    pub fn stand(&mut self, standing: &BTreeSet<GroupIndex>) {
        for (number, group) in self.groups.iter_mut().enumerate().filter(|(_, group)| standing.contains(&group.index)) {
            group.by_plan = None;
            for person in self.people.values_mut() {
                if person.by_plan.remove(&number) {
                    person.assigned.insert(number);
                }
            }
        }
        for (model, person) in self.models.iter_mut().zip(self.people.values()) {
            model.by_plan.clone_from(&person.by_plan);
            model.assigned.clone_from(&person.assigned);
        }
    }

    /// Looks at every rule over plans for everybody. True when somebody's groups change.
    pub fn ask(&mut self, day: NaiveDate) -> bool {
        let mut changed = false;
        let slots: Vec<u32> = self.people.iter().filter(|(_, person)| !person.gone).map(|(slot, _)| *slot).collect();
        for slot in slots {
            let plans = self.plans_on(slot, day);
            let person = self.people.get_mut(&slot).unwrap();
            let record = person.record.clone().with(Attribute::AssignedPlans, Value::Plans(plans));
            let groups = self.groups.iter().enumerate();
            let holds = groups
                .filter(|(_, group)| group.by_plan.as_ref().is_some_and(|rule| rule.holds(&record, midnight(day))));
            let by_plan: BTreeSet<usize> = holds.map(|(number, _)| number).collect();
            changed |= by_plan != person.by_plan;
            person.by_plan = by_plan;
        }
        changed
    }

    /// The plans of every seat that somebody holds, each in its best state.
    fn plans_on(&self, slot: u32, day: NaiveDate) -> Vec<AssignedPlan> {
        let mut best: BTreeMap<&str, usize> = BTreeMap::new();
        for (sku, _, state, _) in self.naive.paths(slot) {
            if !state.holds_seat() {
                continue;
            }
            let status = self.baseline.supplies[sku as usize].units_on(day).capability_status();
            let status = STATES.iter().position(|state| *state == status).unwrap();
            for plan in &self.plans[sku as usize] {
                let known = best.entry(plan).or_insert(status);
                *known = status.min(*known);
            }
        }
        let plan = |(plan, status): (&str, usize)| AssignedPlan {
            service_plan_id: Some(plan.into()),
            service: None,
            capability_status: Some(STATES[status].into()),
        };
        best.into_iter().map(plan).collect()
    }
}

/// Plans overlap, so that one can come from two SKUs.
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut text =
        "product_display_name,sku_part_number,sku_id,service_plan_name,service_plan_id,service_plan_display_name\n"
            .to_owned();
    for (sku, plan) in [(0, 0), (0, 1), (1, 1), (1, 2), (2, 3)] {
        text.push_str(&format!("Product {sku},SKU{sku},sku-{sku},PLAN{plan},plan-{plan},Plan {plan}\n"));
    }
    Catalog::parse(text.as_bytes()).unwrap()
});

const RULES: &[&str] = &[
    "user.assignedPlans -any (assignedPlan.servicePlanId -eq \"plan-0\" -and assignedPlan.capabilityStatus -eq \"Enabled\")",
    "(user.assignedPlans -any (assignedPlan.servicePlanId -eq \"plan-1\")) -and (user.department -eq \"Sales\")",
    "user.assignedPlans -all (assignedPlan.servicePlanId -ne \"plan-2\")",
    "user.assignedPlans -any (assignedPlan.capabilityStatus -eq \"Warning\")",
    "(user.assignedPlans -any (assignedPlan.servicePlanId -eq \"plan-3\")) -or (user.department -eq \"Audit\")",
    "(user.assignedPlans -any (assignedPlan.servicePlanId -eq \"plan-1\")) -and (user.employeeHireDate -le system.now)",
];

/// A tenant some of whose groups have such a rule.
fn tenant() -> impl Strategy<Value = Baseline> {
    (worlds::baseline(), prop::collection::vec(prop::option::weighted(0.5, 0..RULES.len()), 6)).prop_map(
        |(mut baseline, rules)| {
            let users = &baseline.snapshot.users;
            let record = |user| users.record(user).with(Attribute::AssignedPlans, Value::Plans(Vec::new()));
            let records: Vec<_> = users.indexes().map(record).collect();
            baseline.snapshot.users = Users::from_records(&records);
            baseline.policy.assigned_plans = PlanSource::Stages;
            for (group, rule) in baseline.snapshot.groups.iter_mut().zip(rules) {
                let Some(rule) = rule else { continue };
                let text = RuleText { text: RULES[rule].into(), origin: Origin::default() };
                group.membership = Membership::Dynamic { rule: Some(text), state: ProcessingState::On };
                group.self_service = SelfService::No;
                group.members.clear();
            }
            baseline
        },
    )
}

/// Whether rules go round in a circle today: what is left to settle then depends on which were taken out first.
fn circles(baseline: &Baseline) -> bool {
    let today = simulate::today(baseline, &CATALOG).value.unwrap();
    today.memberships.kept().iter().any(|kept| kept.reason == KeptReason::Circle)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_global_rejects: 4096, ..ProptestConfig::default() })]

    #[test]
    fn the_engines_agree_on_rules_over_plans(baseline in tenant(), seed in 0u64..1000, number in 0u32..4) {
        prop_assume!(!circles(&baseline));
        let settings = Settings::new(baseline.today, 2, 8, seed).unwrap();
        agree(&Planned::unchanged(&baseline), &CATALOG, &settings, number)?;
    }

    #[test]
    fn the_engines_agree_on_rules_over_plans_in_scenarios(
        planned in changes::upon(tenant()), seed in 0u64..1000, number in 0u32..4
    ) {
        prop_assume!(!circles(&planned.baseline));
        let settings = Settings::new(planned.baseline.today, 2, 8, seed).unwrap();
        agree(&planned, &CATALOG, &settings, number)?;
    }
}
