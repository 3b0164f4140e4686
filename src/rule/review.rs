//! All rules of a tenant at once. In: a snapshot and an instant. Out: for each dynamic group its rule's findings, its members,
//! and how many of them hang on an open reading. Never: changes a membership; `licensing` decides who is a member.

use chrono::{DateTime, Utc};

use super::checked::{Checked, Form};
use super::lint::{Grouped, lint, lint_groups};
use super::sensitivity::{Sensitivity, sensitivities};
use super::{Choice, Options, RuleSet, code, compile_with};
use crate::diagnostic::{Diagnostic, sort};
use crate::directory::{Attribute, GroupIndex, Snapshot, UserIndex, Users};

/// One dynamic group.
#[derive(Clone, Debug)]
pub struct Reviewed {
    pub group: GroupIndex,
    /// Why there is none: the findings.
    pub rule: Option<Checked>,
    pub findings: Vec<Diagnostic>,
    /// Members as the rule says; `None` where it cannot be evaluated on this export.
    pub members: Option<Vec<UserIndex>>,
    pub guests: u32,
    pub disabled: u32,
    pub sensitivities: Vec<Sensitivity>,
}

impl Reviewed {
    /// Members who are members only because a negative operator met a null: the error bar of that assumption.
    pub fn null_sensitive(&self) -> u32 {
        let null = |choice| matches!(choice, Choice::NegativeOnNull | Choice::NotInOnNull);
        self.sensitivities
            .iter()
            .filter(|sensitivity| null(sensitivity.choice))
            .map(|hit| hit.leaving + hit.joining)
            .sum()
    }
}

/// Reviews every dynamic group that has a rule, in order of groups.
pub fn review(snapshot: &Snapshot, now: DateTime<Utc>, options: &Options) -> Vec<Reviewed> {
    let mut reviewed: Vec<Reviewed> = Vec::new();
    for group in snapshot.group_indexes() {
        let Some(text) = snapshot.group(group).rule() else { continue };
        let mut findings = Vec::new();
        let rule = compile_with(&text.text, &text.origin, options).into_value(&mut findings);
        if let Some(rule) = &rule {
            findings.extend(lint(rule));
            findings.extend(unevaluable(rule, &snapshot.users));
        }
        let (members, guests, disabled) = (None, 0, 0);
        reviewed.push(Reviewed { group, rule, findings, members, guests, disabled, sensitivities: Vec::new() });
    }
    together(snapshot, &mut reviewed);
    evaluate(&snapshot.users, &mut reviewed, options, now);
    reviewed.iter_mut().for_each(|one| sort(&mut one.findings));
    reviewed
}

/// Attributes that no file holds, and a manager whom no file holds.
fn unevaluable(rule: &Checked, users: &Users) -> Vec<Diagnostic> {
    let source = &rule.source;
    let missing = |attribute: &&Attribute| !users.column(attribute).is_some_and(|column| column.is_in_file());
    let mut findings: Vec<Diagnostic> = Vec::new();
    if matches!(rule.form, Form::Expression | Form::DirectReports) {
        findings.extend(rule.attributes.iter().filter(missing).map(|attribute| {
            let message = format!("no user file holds `{attribute}`, so the rule is not evaluated");
            source
                .warning(code::NOT_EXPORTED, source.whole(), message, "")
                .help("export the column, even where it is empty")
        }));
    }
    if let super::ast::Expr::DirectReports { manager, span } = rule.expr.bare() {
        let known = users.indexes().any(|user| users.id(user).eq_ignore_ascii_case(manager));
        if !known {
            let message = format!("no user file holds the manager `{manager}`: the group is empty");
            findings.push(source.warning(code::LINT_NO_MANAGER, *span, message, "unknown"));
        }
    }
    findings
}

fn together(snapshot: &Snapshot, reviewed: &mut [Reviewed]) {
    let grouped: Vec<(usize, Grouped<'_>)> = reviewed
        .iter()
        .enumerate()
        .filter_map(|(index, one)| {
            let group = snapshot.group(one.group);
            let rule = one.rule.as_ref()?;
            Some((index, Grouped { name: &group.display_name, rule, licensed: !group.licenses.is_empty() }))
        })
        .collect();
    let groups: Vec<Grouped<'_>> = grouped.iter().map(|(_, group)| *group).collect();
    let found = lint_groups(&groups);
    let places: Vec<(crate::diagnostic::Origin, usize)> =
        grouped.iter().map(|(index, group)| (group.rule.source.origin.clone(), *index)).collect();
    for finding in found {
        let place = finding.labels.first().and_then(|label| places.iter().find(|(origin, _)| *origin == label.origin));
        if let Some((_, index)) = place {
            reviewed[*index].findings.push(finding);
        }
    }
}

fn evaluate(users: &Users, reviewed: &mut [Reviewed], options: &Options, now: DateTime<Utc>) {
    let evaluable = |one: &Reviewed| {
        let simulated = |rule: &Checked| matches!(rule.form(), Form::Expression | Form::DirectReports);
        let exported = !one.findings.iter().any(|finding| finding.code == code::NOT_EXPORTED);
        one.rule.as_ref().is_some_and(simulated) && exported
    };
    let places: Vec<usize> = (0..reviewed.len()).filter(|index| evaluable(&reviewed[*index])).collect();
    let rules: Vec<Checked> = places.iter().filter_map(|index| reviewed[*index].rule.clone()).collect();
    let findings: Vec<Vec<Diagnostic>> = places.iter().map(|index| reviewed[*index].findings.clone()).collect();
    let members = RuleSet::compile(users, &rules).members(now);
    let hanging = sensitivities(users, &rules, &findings, options, now);
    for (index, (members, sensitivities)) in places.into_iter().zip(members.into_iter().zip(hanging)) {
        let one = &mut reviewed[index];
        one.guests = members.iter().filter(|user| users.is_guest(**user)).count() as u32;
        let disabled = |user: &&UserIndex| users.boolean(**user, &Attribute::AccountEnabled) == Some(false);
        one.disabled = members.iter().filter(disabled).count() as u32;
        one.members = Some(members);
        if let Some(rule) = &one.rule {
            one.findings.extend(sensitivities.iter().map(|hit| hit.finding(rule, options)));
        }
        one.sensitivities = sensitivities;
    }
}
