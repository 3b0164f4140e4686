//! A forecast without the names of people and of an organisation. In: a forecast and a salt. Out: the same numbers under
//! stable pseudonyms. Never: changes a count, a date, a SKU or a price.
//!
//! A pseudonym is a hash: the same name and salt give the same one, so that two reports can be laid side by side. Without a
//! secret salt, whoever can guess a name can check the guess.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::InputDigest;
use crate::forecast::{
    Bundle, Comparison, Coverage, Forecast, Plan, PlanAction, Provenance, Status, TroubleCause, Whole,
};

/// Words that stand for no name.
const PLAIN: [&str; 3] = ["direct", "unallocated", "unassigned"];

struct Pseudonyms<'a> {
    salt: &'a str,
    /// Names met so far, to be replaced inside sentences too.
    known: BTreeMap<String, String>,
}

impl Pseudonyms<'_> {
    fn of(&mut self, kind: &str, name: &str) -> String {
        if name.is_empty() || PLAIN.contains(&name) {
            return name.to_owned();
        }
        let digest = InputDigest::of(kind, format!("{kind}\0{}\0{name}", self.salt).as_bytes());
        let short: String = digest.sha256.chars().take(8).collect();
        let pseudonym = format!("{kind}-{short}");
        self.known.insert(name.to_owned(), pseudonym.clone());
        pseudonym
    }

    fn replace(&mut self, kind: &str, name: &mut String) {
        *name = self.of(kind, name);
    }

    /// A sentence in which names may stand; the longest first, so that no part of a longer one stays.
    fn sentence(&self, text: &mut String) {
        let mut names: Vec<(&String, &String)> = self.known.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, pseudonym) in names {
            *text = text.replace(name.as_str(), pseudonym);
        }
    }
}

pub fn pseudonymise(forecast: &Forecast, salt: &str) -> Forecast {
    hidden(forecast, &mut Pseudonyms { salt, known: BTreeMap::new() })
}

/// The same for all that a report is made of.
pub fn pseudonymise_whole(whole: &Whole, salt: &str) -> Whole {
    match whole {
        Whole::Forecast(forecast) => Whole::Forecast(pseudonymise(forecast, salt)),
        Whole::Scenario { title, forecast, baseline } => {
            let mut names = Pseudonyms { salt, known: BTreeMap::new() };
            let baseline = Box::new(hidden(baseline, &mut names));
            let forecast = Box::new(hidden(forecast, &mut names));
            Whole::Scenario { title: names.of("scenario", title), forecast, baseline }
        }
        Whole::Comparison(comparison) => Whole::Comparison(pseudonymise_comparison(comparison, salt)),
    }
}

/// The same for a comparison. What a scenario calls its changes may hold any name, so they are only numbered.
pub fn pseudonymise_comparison(comparison: &Comparison, salt: &str) -> Comparison {
    let mut comparison = comparison.clone();
    let mut names = Pseudonyms { salt, known: BTreeMap::new() };
    comparison.baseline = hidden(&comparison.baseline, &mut names);
    for case in &mut comparison.scenarios {
        case.forecast = hidden(&case.forecast, &mut names);
        for text in [&mut case.name, &mut case.title] {
            names.replace("scenario", text);
        }
        for change in &mut case.changes {
            names.replace("change", &mut change.what);
            names.replace("place", &mut change.place);
        }
        case.skus.iter_mut().flat_map(|sku| &mut sku.causes).for_each(|cause| names.replace("change", cause));
        for person in &mut case.people {
            names.replace("user", &mut person.user_id);
            names.replace("user", &mut person.user);
            person.causes.iter_mut().for_each(|cause| names.replace("change", cause));
        }
        case.leavers_at_risk.iter_mut().for_each(|risk| names.replace("change", &mut risk.cause));
        for risk in &mut case.at_risk {
            names.replace("user", &mut risk.user_id);
            names.replace("user", &mut risk.user);
            risk.causes.iter_mut().for_each(|cause| names.replace("change", cause));
        }
    }
    comparison
}

pub fn pseudonymise_plan(plan: &Plan, salt: &str) -> Plan {
    let mut names = Pseudonyms { salt, known: BTreeMap::new() };
    let mut plan = plan.clone();
    names.replace("tenant", &mut plan.provenance.tenant);
    for sku in &mut plan.skus {
        // Lots that the plan buys have names of its own making.
        let bought = sku.lines.iter().filter(|line| line.action == PlanAction::Buy);
        let bought: BTreeSet<String> = bought.map(|line| line.subscription.clone()).collect();
        let owned = sku.lines.iter_mut().filter(|line| !bought.contains(&line.subscription));
        owned.for_each(|line| names.replace("subscription", &mut line.subscription));
    }
    plan
}

pub fn pseudonymise_bundle(made: &Bundle, salt: &str) -> Bundle {
    let mut names = Pseudonyms { salt, known: BTreeMap::new() };
    let mut made = made.clone();
    names.replace("tenant", &mut made.tenant);
    for one in &mut made.moves {
        one.users.iter_mut().for_each(|user| names.replace("user", user));
        one.users.sort_unstable();
    }
    made
}

/// Today on its own: status, coverage and where they come from.
pub fn pseudonymise_status(
    (status, coverage, provenance): (&Status, &Coverage, &Provenance),
    salt: &str,
) -> (Status, Coverage, Provenance) {
    let mut names = Pseudonyms { salt, known: BTreeMap::new() };
    let (mut status, mut coverage, mut provenance) = (status.clone(), coverage.clone(), provenance.clone());
    hide_provenance(&mut provenance, &mut names);
    hide_status(&mut status, &mut names);
    hide_coverage(&mut coverage, &mut names);
    (status, coverage, provenance)
}

fn hide_provenance(provenance: &mut Provenance, names: &mut Pseudonyms<'_>) {
    names.replace("tenant", &mut provenance.tenant);
    let digests = provenance.inputs.iter_mut().enumerate();
    digests.for_each(|(at, input)| input.name = format!("input-{}", at + 1));
}

fn hide_status(status: &mut Status, names: &mut Pseudonyms<'_>) {
    for user in &mut status.waiting {
        names.replace("user", &mut user.user_id);
        names.replace("user", &mut user.user);
        names.replace("group", &mut user.source);
    }
    for group in &mut status.guest_groups {
        names.replace("group", &mut group.group_id);
        names.replace("group", &mut group.group);
    }
    for group in &mut status.nested_groups {
        names.replace("group", &mut group.group);
        group.nested.iter_mut().for_each(|nested| names.replace("group", nested));
    }
    for difference in &mut status.reconciliation {
        difference.users.iter_mut().for_each(|user| names.replace("user", user));
    }
    for difference in &mut status.user_differences {
        names.replace("user", &mut difference.user_id);
        names.replace("user", &mut difference.user);
    }
    for reservation in &mut status.reservations {
        names.replace("subscription", &mut reservation.subscription);
    }
}

/// After everything that has a name: a reason may repeat one.
fn hide_coverage(coverage: &mut Coverage, names: &mut Pseudonyms<'_>) {
    for rule in &mut coverage.rules_not_simulated {
        names.replace("group", &mut rule.group);
    }
    for rule in &mut coverage.rules_not_simulated {
        names.sentence(&mut rule.reason);
    }
}

fn hidden(forecast: &Forecast, names: &mut Pseudonyms<'_>) -> Forecast {
    let mut forecast = forecast.clone();
    hide_provenance(&mut forecast.provenance, names);
    hide_status(&mut forecast.status, names);
    for sku in &mut forecast.skus {
        sku.sources.iter_mut().for_each(|(source, _)| names.replace("group", source));
    }
    for event in &mut forecast.renewals {
        names.replace("subscription", &mut event.subscription);
    }
    for department in &mut forecast.departments {
        names.replace("department", &mut department.department);
    }
    for centre in &mut forecast.cost_centres {
        names.replace("cost centre", &mut centre.department);
    }
    for trouble in &mut forecast.trouble {
        match &mut trouble.cause {
            TroubleCause::SupplyFalls { subscription, .. } => names.replace("subscription", subscription),
            TroubleCause::Growth { source, .. } | TroubleCause::AlreadyShort { source, .. } => {
                names.replace("group", source);
            }
        }
    }
    hide_coverage(&mut forecast.coverage, names);
    for line in &mut forecast.assumptions {
        names.sentence(&mut line.name);
        names.sentence(&mut line.value);
    }
    forecast
}
