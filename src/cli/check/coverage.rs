//! What can and cannot be simulated of a tenant that was read. In: a snapshot. Out: counts and reasons. Never: evaluates a rule.

use crate::diagnostic::{Diagnostic, Severity};
use crate::directory::{Attribute, Group, Membership, ProcessingState, Snapshot};
use crate::rule;

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
    /// What is to be said of the texts of rules. A rule that cannot be read refuses no file.
    #[serde(skip)]
    pub findings: Vec<Diagnostic>,
}

pub fn coverage(snapshot: &Snapshot) -> Coverage {
    let users = &snapshot.users;
    let without = |attribute: &Attribute| {
        users.indexes().filter(|user| users.text(*user, attribute).is_none_or(|text| text.trim().is_empty())).count()
    };
    let dynamic: Vec<&Group> = snapshot.groups.iter().filter(|group| group.is_dynamic()).collect();
    let unevaluated = dynamic.iter().filter_map(|group| {
        let reason = reason(snapshot, group)?;
        Some(Unevaluated { group: group.display_name.to_string(), reason, members_kept: group.members.len() })
    });
    let unlisted = |group: &&Group| !group.is_dynamic() && !group.members_exported && !group.licenses.is_empty();
    let unowned = snapshot.skus.iter().filter(|sku| sku.prepaid.is_none() && !sku.company_wide);
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
        findings: dynamic.iter().flat_map(|group| rule_findings(group)).collect(),
        skus_without_units: unowned.map(|sku| sku.sku_part_number.to_string()).collect(),
    }
}

/// Why the rule of a dynamic group is not evaluated; `None` where it is.
fn reason(snapshot: &Snapshot, group: &Group) -> Option<String> {
    let Membership::Dynamic { rule, state } = &group.membership else { return None };
    if *state == ProcessingState::Paused {
        return Some("processing is paused".to_owned());
    }
    let Some(text) = rule else { return Some("no file holds its rule".to_owned()) };
    let compiled = rule::compile(&text.text, &text.origin);
    let Some(checked) = compiled.value else {
        let first = compiled.diagnostics.into_iter().find(|finding| finding.is_error());
        return Some(first.map_or_else(
            || "its rule cannot be read".to_owned(),
            |finding| format!("{}: {}", finding.code, finding.message),
        ));
    };
    let missing = checked.attributes().iter().filter(|attribute| snapshot.users.column(attribute).is_none());
    let missing: Vec<String> = missing.map(Attribute::graph_name).collect();
    (!missing.is_empty()).then(|| format!("no file holds {}", missing.join(", ")))
}

fn rule_findings(group: &Group) -> Vec<Diagnostic> {
    let Some(rule) = group.rule() else { return Vec::new() };
    let mut findings = rule::compile(&rule.text, &rule.origin).diagnostics;
    findings.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
    findings
}
