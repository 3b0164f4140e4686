//! Advice on valid rules. In: a checked rule. Out: warnings about what its author may not have meant. Never: an error, and
//! never about what the service would refuse.

use std::collections::BTreeMap;

use super::ast::{Comparison, Expr, OperandKind, Quantified, Value, ValueKind};
use super::checked::{Body, Checked, ElementPredicate, Form, Node, Predicate, Quantifier, TextPredicate};
use super::names::PlanField;
use super::source::Source;
use super::token::{Operator, Span};
use super::{code, worlds};
use crate::diagnostic::Diagnostic;
use crate::directory::{Attribute, ValueRef};

/// Attributes that users can change in their own profile unless the tenant forbids it.
const SELF_EDITED: &[Attribute] =
    &[Attribute::MobilePhone, Attribute::BusinessPhones, Attribute::OtherMails, Attribute::PreferredLanguage];

/// Everything worth saying about one rule on its own.
pub fn lint(rule: &Checked) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    shape(&rule.source, &rule.expr, &mut findings);
    if rule.form != Form::Device {
        meaning(rule, &mut findings);
        people(rule, &mut findings);
    }
    crate::diagnostic::sort(&mut findings);
    findings
}

/// What can be seen in the text.
fn shape(source: &Source, expr: &Expr, findings: &mut Vec<Diagnostic>) {
    match expr {
        Expr::Or(clauses) => {
            if let Some(mixed) = clauses.iter().find(|clause| matches!(clause, Expr::And(_))) {
                let message = "`-and` binds tighter than `-or`, and no parentheses say which was meant";
                let help = format!("as it stands it reads `{}`", grouped(expr));
                findings.push(source.warning(code::LINT_MIX, mixed.span(), message, "read as one clause").help(help));
            }
            clauses.iter().for_each(|clause| shape(source, clause, findings));
        }
        Expr::And(clauses) => clauses.iter().for_each(|clause| shape(source, clause, findings)),
        Expr::Not(inner, span) => {
            if matches!(inner.bare(), Expr::Comparison(c) if matches!(c.value.kind, ValueKind::Null(_))) {
                let message = "`-not` around a test for null";
                let help = "`-ne null` and `-eq null` say the same";
                findings.push(source.warning(code::LINT_NOT_NULL, *span, message, "").help(help));
            }
            shape(source, inner, findings);
        }
        Expr::Parens(inner, _) => shape(source, inner, findings),
        Expr::Comparison(comparison) => values(source, comparison, findings),
        Expr::Quantified(quantified) => plans(source, quantified, findings),
        Expr::DirectReports { .. } => {}
    }
}

/// The rule with parentheses around each `-and`.
fn grouped(expr: &Expr) -> String {
    let Expr::Or(clauses) = expr else { return expr.to_string() };
    let shown = clauses.iter().map(|clause| match clause {
        Expr::And(_) => format!("({clause})"),
        other => other.to_string(),
    });
    shown.collect::<Vec<_>>().join(" -or ")
}

fn values(source: &Source, comparison: &Comparison, findings: &mut Vec<Diagnostic>) {
    let listed: &[Value] = match &comparison.value.kind {
        ValueKind::List(values) => values,
        _ => std::slice::from_ref(&comparison.value),
    };
    for value in listed {
        let ValueKind::Text(text) = &value.kind else { continue };
        let whole = matches!(comparison.operator.positive().0, Operator::Eq | Operator::In);
        if whole && text.trim() != &**text && !text.trim().is_empty() {
            let message = "the value has a blank at its edge, which counts";
            findings.push(source.warning(code::LINT_BLANKS, value.span, message, "blank"));
        }
        if comparison.operator.positive().0 == Operator::Match && has_loose_dot(text) {
            let message = "the pattern's dot stands for any character";
            let help = "write `\\.` for a dot";
            findings.push(source.warning(code::LINT_DOT, value.span, message, "unescaped dot").help(help));
        }
    }
}

/// A dot between letters, unescaped and not repeated, in a pattern with an `@`.
fn has_loose_dot(pattern: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    let loose = |window: &[char]| window[0].is_alphanumeric() && window[1] == '.' && window[2].is_alphanumeric();
    pattern.contains('@') && characters.windows(3).any(loose)
}

fn plans(source: &Source, quantified: &Quantified, findings: &mut Vec<Diagnostic>) {
    let plans = matches!(&quantified.collection.kind, OperandKind::Property { name, .. } if name.eq_ignore_ascii_case("assignedPlans"));
    let mut bodies: Vec<&Comparison> = Vec::new();
    comparisons(&quantified.body, &mut bodies);
    bodies.iter().for_each(|comparison| values(source, comparison, findings));
    let field = |comparison: &Comparison| match &comparison.operand.kind {
        OperandKind::PlanField(name) => PlanField::from_name(name),
        _ => None,
    };
    let status = bodies.iter().any(|comparison| field(comparison) == Some(PlanField::CapabilityStatus));
    let present = bodies.iter().any(|comparison| !matches!(comparison.value.kind, ValueKind::Null(_)));
    if plans && !status && present {
        let message = "a plan that was taken away stays with the status `Deleted`, and this test still meets it";
        let help = "add `-and assignedPlan.capabilityStatus -eq \"Enabled\"`";
        findings.push(source.warning(code::LINT_PLAN_STATUS, quantified.span, message, "no status test").help(help));
    }
}

fn comparisons<'e>(expr: &'e Expr, found: &mut Vec<&'e Comparison>) {
    match expr {
        Expr::Or(clauses) | Expr::And(clauses) => clauses.iter().for_each(|clause| comparisons(clause, found)),
        Expr::Not(inner, _) | Expr::Parens(inner, _) => comparisons(inner, found),
        Expr::Comparison(comparison) => found.push(comparison),
        Expr::Quantified(quantified) => comparisons(&quantified.body, found),
        Expr::DirectReports { .. } => {}
    }
}

/// What follows from the rule's meaning.
fn meaning(rule: &Checked, findings: &mut Vec<Diagnostic>) {
    let source = &rule.source;
    if rule.form == Form::MemberOf {
        let message = "`memberOf` ended on 3 November 2026: the group keeps the members it had";
        findings.push(source.warning(code::LINT_MEMBER_OF, source.whole(), message, "frozen"));
        return;
    }
    let possible = worlds::possible(rule, &[]);
    let only_null_tests = {
        let mut only = true;
        rule.node.visit(&mut |test| only &= test.predicate == Predicate::Empty);
        only
    };
    if possible.is_some_and(|possible| !possible.holds) {
        findings.push(source.warning(code::LINT_NEVER, source.whole(), "no user can satisfy the rule", "always false"));
    }
    if possible.is_some_and(|possible| !possible.fails) && !only_null_tests {
        findings.push(source.warning(
            code::LINT_ALWAYS,
            source.whole(),
            "every user satisfies the rule",
            "always true",
        ));
    }
    rule.node.visit(&mut |test| {
        if SELF_EDITED.contains(&test.attribute) {
            let name = test.attribute.rule_name().unwrap_or_default();
            let message = format!("users may be able to change their own `{name}`, and so join or leave by themselves");
            findings.push(source.warning(code::LINT_SELF_EDITED, test.span, message, "set by the user"));
        }
        if let Predicate::Elements(Quantifier::All, Body::All(bodies)) = &test.predicate {
            all_plans(source, bodies, test.span, findings);
        }
    });
}

/// `-all (servicePlanId -ne "X" -and capabilityStatus -ne "Enabled")` was meant with `-or`.
fn all_plans(source: &Source, bodies: &[Body], span: Span, findings: &mut Vec<Diagnostic>) {
    let negative = |field: PlanField| {
        bodies.iter().any(|body| match body {
            Body::Test(test) => {
                let text = matches!(test.predicate, ElementPredicate::Text(TextPredicate::OneOf(_)));
                test.field == Some(field) && test.negated && text
            }
            _ => false,
        })
    };
    let plan = negative(PlanField::ServicePlanId) || negative(PlanField::Service);
    if plan && negative(PlanField::CapabilityStatus) {
        let message = "demands that no plan at all be enabled";
        let help = "“no enabled plan of this kind” is written with `-or` instead of `-and`";
        findings.push(source.warning(code::LINT_ALL_PLANS, span, message, "`-and` of two negatives").help(help));
    }
}

/// Whether guests and disabled accounts come in beside others.
fn people(rule: &Checked, findings: &mut Vec<Diagnostic>) {
    if !matches!(rule.form, Form::Expression) {
        return;
    }
    let can = |attribute: Attribute, value: ValueRef<'_>| {
        worlds::possible(rule, &[(attribute, value)]).is_none_or(|possible| possible.holds)
    };
    let source = &rule.source;
    let mut external = false;
    rule.node.visit(&mut |test| {
        external |= match &test.predicate {
            Predicate::Text(TextPredicate::Contains(part)) => part.contains("#ext#"),
            Predicate::Text(TextPredicate::Matches(pattern)) => pattern.source().to_ascii_lowercase().contains("#ext#"),
            _ => false,
        };
    });
    let (guest, member) = (ValueRef::Text("guest"), ValueRef::Text("member"));
    if !external && can(Attribute::UserType, guest) && can(Attribute::UserType, member) {
        let help = "add `-and (user.userType -eq \"Member\")` to leave them out";
        let message = "guests who satisfy the rule become members";
        findings.push(source.warning(code::LINT_GUESTS, source.whole(), message, "").help(help));
    }
    if can(Attribute::AccountEnabled, ValueRef::Boolean(false))
        && can(Attribute::AccountEnabled, ValueRef::Boolean(true))
    {
        let help = "add `-and (user.accountEnabled -eq true)` to leave them out";
        let message = "disabled accounts that satisfy the rule become members and hold seats";
        findings.push(source.warning(code::LINT_DISABLED, source.whole(), message, "").help(help));
    }
}

/// One group's rule beside others of the tenant.
#[derive(Clone, Copy, Debug)]
pub struct Grouped<'a> {
    pub name: &'a str,
    pub rule: &'a Checked,
    pub licensed: bool,
}

/// What can be said about the rules of a tenant only together: feedback through licences, the same rule twice, one rule
/// within another.
pub fn lint_groups(groups: &[Grouped<'_>]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for group in groups.iter().filter(|group| group.licensed) {
        if group.rule.attributes().contains(&Attribute::AssignedPlans) {
            let source = &group.rule.source;
            let message = format!("`{}` gives licences to those whose plans its rule asks for", group.name);
            let help = "plans are taken as exported; the service settles such a circle over time";
            findings.push(source.warning(code::LINT_FEEDBACK, source.whole(), message, "feeds on itself").help(help));
        }
    }
    within(groups, &mut findings);
    crate::diagnostic::sort(&mut findings);
    findings
}

/// The clauses that all must hold.
fn conjuncts(node: &Node) -> Vec<&Node> {
    match node {
        Node::All(nodes) => nodes.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

#[expect(clippy::mutable_key_type, reason = "patterns are compared by their text, which never changes")]
fn within(groups: &[Grouped<'_>], findings: &mut Vec<Diagnostic>) {
    let mut clauses: Vec<(usize, Vec<&Node>)> = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.rule.form == Form::Expression)
        .map(|(index, group)| (index, conjuncts(&group.rule.node)))
        .collect();
    for (_, nodes) in &mut clauses {
        nodes.sort_unstable();
        nodes.dedup();
    }
    // A rule is found by its rarest clause: a rule within it holds all of its clauses, and so that one.
    let mut uses: BTreeMap<&Node, usize> = BTreeMap::new();
    clauses.iter().flat_map(|(_, nodes)| nodes).for_each(|node| *uses.entry(node).or_default() += 1);
    let mut by_rarest: BTreeMap<&Node, Vec<usize>> = BTreeMap::new();
    for (place, (_, nodes)) in clauses.iter().enumerate() {
        if let Some(rarest) = nodes.iter().min_by_key(|node| uses.get(*node)) {
            by_rarest.entry(rarest).or_default().push(place);
        }
    }
    for (place, (index, nodes)) in clauses.iter().enumerate() {
        let wider = nodes.iter().flat_map(|node| by_rarest.get(*node).into_iter().flatten()).copied();
        for other in wider.filter(|other| *other != place) {
            let (other_index, wide) = &clauses[other];
            let subset = wide.iter().all(|node| nodes.binary_search(node).is_ok());
            let source = &groups[*index].rule.source;
            let (name, other_name) = (groups[*index].name, groups[*other_index].name);
            if subset && wide.len() == nodes.len() && other < place {
                let message = format!("`{name}` has the same rule as `{other_name}`");
                findings.push(source.warning(code::LINT_DUPLICATE, source.whole(), message, "the same members"));
            } else if subset && wide.len() < nodes.len() {
                let message = format!("every member of `{name}` is a member of `{other_name}`");
                findings.push(source.warning(code::LINT_SUBSUMED, source.whole(), message, "within a wider rule"));
            }
        }
    }
}
