//! What can and cannot be simulated of a tenant that was read. In: a baseline. Out: counts and reasons. Never: evaluates a rule.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::directory::{Attribute, Group, Membership, ProcessingState, Snapshot, TenantSku};
use crate::ingest::{self, Gap};
use crate::rule;
use crate::scenario::Baseline;

/// A dynamic group whose rule is not evaluated.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Unevaluated {
    pub group: String,
    pub reason: String,
    /// The members it was exported with, whom it keeps.
    pub members_kept: usize,
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Coverage {
    pub users: usize,
    pub users_without_usage_location: usize,
    pub users_without_department: usize,
    pub groups: usize,
    pub rules: usize,
    pub rules_not_evaluated: Vec<Unevaluated>,
    pub groups_without_members: Vec<String>,
    pub skus: usize,
    pub skus_without_units: Vec<String>,
    /// Free SKUs and those of the whole tenant, which enter no total.
    pub skus_not_planned: Vec<String>,
    pub skus_without_price: Vec<String>,
    pub skus_without_renewal_date: Vec<String>,
    /// Attributes that rules name and no file holds, with the number of such rules.
    #[serde(skip)]
    pub missing: BTreeMap<Attribute, usize>,
    /// What is to be said of the texts of rules. A rule that cannot be read refuses no file.
    #[serde(skip)]
    pub findings: Vec<Diagnostic>,
}

pub fn coverage(baseline: &Baseline) -> Coverage {
    let snapshot = &baseline.snapshot;
    let users = &snapshot.users;
    let without = |attribute: &Attribute| {
        users.indexes().filter(|user| users.text(*user, attribute).is_none_or(|text| text.trim().is_empty())).count()
    };
    let dynamic: Vec<&Group> = snapshot.groups.iter().filter(|group| group.is_dynamic()).collect();
    let unevaluated = dynamic.iter().filter_map(|group| {
        let reason = reason(baseline, group)?;
        Some(Unevaluated { group: group.display_name.to_string(), reason, members_kept: group.members.len() })
    });
    let unlisted = |group: &&Group| !group.is_dynamic() && !group.members_exported && !group.licenses.is_empty();
    let skus = |wanted: &dyn Fn(usize, &TenantSku) -> bool| -> Vec<String> {
        let found = snapshot.skus.iter().enumerate().filter(|(at, sku)| wanted(*at, sku));
        found.map(|(_, sku)| sku.sku_part_number.to_string()).collect()
    };
    let priced = |sku: &TenantSku| baseline.prices.on(&sku.sku_id, baseline.today).is_some();
    let renews = |at: usize| baseline.supplies.get(at).is_none_or(|supply| !supply.lacks_renewal_date());
    Coverage {
        users: users.len(),
        users_without_usage_location: without(&Attribute::UsageLocation),
        users_without_department: without(&Attribute::Department),
        groups: snapshot.groups.len(),
        rules: dynamic.len(),
        rules_not_evaluated: unevaluated.collect(),
        groups_without_members: snapshot
            .groups
            .iter()
            .filter(unlisted)
            .map(|group| group.display_name.to_string())
            .collect(),
        skus: snapshot.skus.len(),
        missing: missing(snapshot, &dynamic),
        findings: dynamic.iter().flat_map(|group| rule_findings(group)).collect(),
        skus_without_units: skus(&|_, sku| sku.prepaid.is_none() && !sku.company_wide),
        skus_not_planned: skus(&|_, sku| !sku.is_planned()),
        skus_without_price: skus(&|_, sku| sku.is_planned() && !priced(sku)),
        skus_without_renewal_date: skus(&|at, sku| sku.is_planned() && !renews(at)),
    }
}

fn missing(snapshot: &Snapshot, dynamic: &[&Group]) -> BTreeMap<Attribute, usize> {
    let mut missing = BTreeMap::new();
    for text in dynamic.iter().filter_map(|group| group.rule()) {
        let Some(checked) = rule::compile(&text.text, &text.origin).value else { continue };
        for attribute in checked.attributes().iter().filter(|attribute| snapshot.users.column(attribute).is_none()) {
            *missing.entry(attribute.clone()).or_default() += 1;
        }
    }
    missing
}

/// What closes the gap that attributes leave which only rules need; `None` where there is none.
pub fn gap(coverage: &Coverage) -> Option<Gap> {
    // Plans and groups of a user are in no export in a form that could be read back.
    let exported = |attribute: &&Attribute| !matches!(attribute, Attribute::AssignedPlans | Attribute::MemberOf);
    let attributes: Vec<Attribute> = coverage.missing.keys().filter(exported).cloned().collect();
    let named = |attribute: &Attribute| format!("{attribute} (rules that name it: {})", coverage.missing[attribute]);
    (!attributes.is_empty()).then(|| Gap {
        missing: attributes.iter().map(named).collect::<Vec<_>>().join(", "),
        consequence: "the rules that name it are not evaluated, and keep the exported members".to_owned(),
        remedy: ingest::attributes_remedy(&attributes),
    })
}

/// What closes the gaps that rules over plans or over other groups leave. No export holds those of a user in a form that could be
/// read back: the members of such groups are exported, or computed from licences.
pub fn membership_gaps(baseline: &Baseline) -> Vec<Gap> {
    let snapshot = &baseline.snapshot;
    let over = |attribute: &Attribute| -> (usize, usize) {
        let names = |group: &&Group| {
            let rule = group.rule().and_then(|text| rule::compile(&text.text, &text.origin).value);
            rule.is_some_and(|rule| rule.attributes().contains(attribute))
        };
        let groups: Vec<&Group> = snapshot.groups.iter().filter(names).collect();
        (groups.len(), groups.iter().filter(|group| !group.members_exported).count())
    };
    let mut gaps = Vec::new();
    let mut gap = |missing: String, consequence: &str, remedy: String| {
        gaps.push(Gap { missing, consequence: consequence.to_owned(), remedy });
    };
    let (groups, unlisted) = over(&Attribute::AssignedPlans);
    let licensed = snapshot.groups.iter().any(|group| !group.licenses.is_empty());
    if groups > 0 && (unlisted > 0 || !snapshot.assignments_exported) {
        let mut remedies = Vec::new();
        if unlisted > 0 {
            remedies.push(ingest::MEMBERS_REMEDY);
        }
        if !snapshot.assignments_exported {
            remedies.push(ingest::USERS_REMEDY);
        }
        if !licensed {
            remedies.push(ingest::GROUPS_REMEDY);
        }
        let missing =
            format!("assignedPlans ({groups} rules name it; the members of {unlisted} such groups are in no file)");
        let consequence =
            "plans are computed from the licences that the files hold; with the members of these groups, those stand";
        gap(missing, consequence, remedies.join("\n"));
    }
    let (groups, unlisted) = over(&Attribute::MemberOf);
    if unlisted > 0 {
        let missing = format!("members of {unlisted} of {groups} groups by memberOf");
        let consequence = "memberOf ended on 3 November 2026, so that nothing but an export tells who is in them";
        gap(missing, consequence, ingest::MEMBERS_REMEDY.to_owned());
    }
    gaps
}

/// Why the rule of a dynamic group is not evaluated; `None` where it is.
fn reason(baseline: &Baseline, group: &Group) -> Option<String> {
    let Membership::Dynamic { rule, state } = &group.membership else { return None };
    if *state == ProcessingState::Paused {
        return Some("processing is paused".to_owned());
    }
    let Some(text) = rule else { return Some("no file holds its rule".to_owned()) };
    let compiled = rule::compile_with(&text.text, &text.origin, &baseline.policy.readings);
    let Some(checked) = compiled.value else {
        let first = compiled.diagnostics.into_iter().find(|finding| finding.is_error());
        return Some(first.map_or_else(
            || "its rule cannot be read".to_owned(),
            |finding| format!("{}: {}", finding.code, finding.message),
        ));
    };
    let missing = checked.attributes().iter().filter(|attribute| baseline.snapshot.users.column(attribute).is_none());
    let missing: Vec<String> = missing.map(Attribute::graph_name).collect();
    (!missing.is_empty()).then(|| format!("no file holds {}", missing.join(", ")))
}

fn rule_findings(group: &Group) -> Vec<Diagnostic> {
    let Some(rule) = group.rule() else { return Vec::new() };
    let mut findings = rule::compile(&rule.text, &rule.origin).diagnostics;
    findings.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
    findings
}
