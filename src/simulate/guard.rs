//! Guardrails held against a tenant. In: a baseline, its forecast, guardrails. Out: a verdict for each thing that does not hold, or
//! one that it does. Never: simulates.

use crate::diagnostic::Origin;
use crate::directory::{Group, Membership};
use crate::forecast::{Forecast, Service, SkuForecast, Verdict};
use crate::rule;
use crate::scenario::{Baseline, Guard, Require};

/// Verdicts in order of the guardrails. `at_risk` are people who lose the last plan of each service: nobody without a scenario.
pub fn verdicts(
    baseline: &Baseline,
    forecast: &Forecast,
    at_risk: &[(Service, u32)],
    guards: &[Guard],
) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for guard in guards {
        let broken = match &guard.require {
            Require::DataAtRisk { service, most } => data_at_risk(at_risk, service.as_deref(), *most),
            require => broken(baseline, forecast, require),
        };
        let verdict = |holds: bool, message: String, origin: &Origin| Verdict {
            guard: guard.kind.to_owned(),
            holds,
            warning: guard.warning,
            message,
            file: origin.file.to_string(),
            line: origin.line,
        };
        match broken.is_empty() {
            true => verdicts.push(verdict(true, "holds".to_owned(), &guard.origin)),
            false => verdicts.extend(
                broken
                    .into_iter()
                    .map(|(message, origin)| verdict(false, message, origin.as_ref().unwrap_or(&guard.origin))),
            ),
        }
    }
    verdicts
}

/// Each reason why a guardrail does not hold, and where it stands, if not in the policy itself.
fn broken(baseline: &Baseline, forecast: &Forecast, require: &Require) -> Vec<(String, Option<Origin>)> {
    let snapshot = &baseline.snapshot;
    match require {
        Require::Reserve { sku, units, share } => {
            let Some(status) = forecast.status.skus.iter().find(|status| status.sku_id == sku.as_str()) else {
                return vec![(format!("no file says how many units of `{sku}` there are"), None)];
            };
            let capacity = status.enabled + status.warning;
            let wanted = (*units).max((f64::from(capacity) * share).ceil() as u32);
            let message =
                format!("`{}` has {} free units, wanted are {wanted}", status.sku_part_number, status.headroom);
            if status.headroom < wanted { vec![(message, None)] } else { Vec::new() }
        }
        Require::NoGuests { except } => {
            let spared = |id: &str| except.iter().any(|group| *snapshot.group(*group).id == *id);
            let groups = forecast.status.guest_groups.iter().filter(|group| !spared(&group.group_id));
            let broken = groups.map(|group| {
                let message = format!("the licensed group `{}` holds {} B2B guests", group.group, group.guests);
                let origin = snapshot.find_group(&group.group_id).map(|group| snapshot.group(group).origin.clone());
                (message, origin)
            });
            broken.collect()
        }
        Require::NoRuleOver { attribute } => {
            let names = |group: &&Group| {
                let rule = group.rule().and_then(|text| rule::compile(&text.text, &text.origin).value);
                rule.is_some_and(|rule| rule.attributes().contains(attribute))
            };
            let told = |group: &Group| {
                (format!("the rule of `{}` names `{attribute}`", group.display_name), Some(group.origin.clone()))
            };
            snapshot.groups.iter().filter(names).map(told).collect()
        }
        Require::RulesSimulated => {
            let reasons = forecast.coverage.rules_not_simulated.iter().map(|kept| {
                let group = snapshot.groups.iter().find(|group| {
                    *group.display_name == *kept.group && matches!(group.membership, Membership::Dynamic { .. })
                });
                (
                    format!("the rule of `{}` is not simulated: {}", kept.group, kept.reason),
                    group.map(|g| g.origin.clone()),
                )
            });
            reasons.collect()
        }
        Require::NoShortage { sku, months, chance } => {
            let asked = |own: &&SkuForecast| sku.as_ref().is_none_or(|sku| own.sku_id == sku.as_str());
            let shortages =
                forecast.skus.iter().filter(asked).filter_map(|sku| shortage(forecast, sku, *months, *chance));
            shortages.map(|message| (message, None)).collect()
        }
        Require::Waiting { most } => {
            let waiting: u32 = forecast.status.skus.iter().map(|sku| sku.waiting).sum();
            let message = format!("{waiting} seats are waited for today, at most {most} may be");
            if waiting > *most { vec![(message, None)] } else { Vec::new() }
        }
        // Not a matter of the tenant: see `data_at_risk`.
        Require::DataAtRisk { .. } => Vec::new(),
        Require::Blocked { most } => {
            let blocked: u32 = forecast.status.skus.iter().map(|sku| sku.blocked).sum();
            let message = format!("{blocked} seats are blocked today, at most {most} may be");
            if blocked > *most { vec![(message, None)] } else { Vec::new() }
        }
    }
}

/// Each service of which too many people lose the last plan.
fn data_at_risk(at_risk: &[(Service, u32)], service: Option<&str>, most: u32) -> Vec<(String, Option<Origin>)> {
    let asked = |(own, people): &&(Service, u32)| service.is_none_or(|name| own.name() == name) && *people > most;
    let told = |(own, people): &(Service, u32)| {
        (format!("{people} people lose the last plan of `{}`, at most {most} may", own.name()), None)
    };
    at_risk.iter().filter(asked).map(told).collect()
}

/// The worst month of a SKU within so many months, where it is short in more futures than may be.
fn shortage(forecast: &Forecast, sku: &SkuForecast, months: u32, chance: f64) -> Option<String> {
    let replications = forecast.provenance.replications;
    let within = sku.points.iter().take(months as usize + 1);
    let worst = within.max_by_key(|point| (point.replications_short, std::cmp::Reverse(point.day)))?;
    let share = f64::from(worst.replications_short) / f64::from(replications.max(1));
    let part_number = &sku.sku_part_number;
    let message = format!(
        "`{part_number}` is short on {} in {} of {replications} futures, at most {:.1} % may be",
        worst.day,
        worst.replications_short,
        chance * 100.0
    );
    (share > chance).then_some(message)
}
