//! A rule over one user, the slow and obvious way: the oracle, and what `explain` shows. In: a checked rule, a user, an
//! instant. Out: whether the user belongs. Never: reads the clock, or lets a missing value be an error.
//!
//! Two-valued: a positive test of null fails, its complement holds (register A5). Where a regular expression took too many
//! steps the answer is unknown, and stays unknown unless the rest of the rule settles it.

use chrono::{DateTime, Utc};

use super::checked::{
    Body, Checked, ElementPredicate, ElementTest, Node, Order, Predicate, Quantifier, Test, TextPredicate,
};
use super::fold::fold;
use super::names::PlanField;
use crate::directory::{AssignedPlan, User, ValueRef};

impl Checked {
    /// Whether the user belongs at `now`; `None` where a regular expression took more steps than allowed.
    pub fn decide(&self, user: &User, now: DateTime<Utc>) -> Option<bool> {
        node(&self.node, user, now)
    }

    /// Whether the user belongs at `now`. An attribute that no file holds counts as null: callers find it by
    /// [`Checked::attributes`]. An undecided rule counts as false: callers who must know ask [`Checked::decide`].
    pub fn holds(&self, user: &User, now: DateTime<Utc>) -> bool {
        self.decide(user, now) == Some(true)
    }
}

/// All of them hold; unknown only where no one fails and some are unknown.
pub(super) fn every(verdicts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for verdict in verdicts {
        match verdict {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

/// Some one holds; unknown only where no one holds and some are unknown.
pub(super) fn some(verdicts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    every(verdicts.map(|verdict| verdict.map(|holds| !holds))).map(|none| !none)
}

/// Whether a part of a rule holds for the user.
pub(super) fn node(tree: &Node, user: &User, now: DateTime<Utc>) -> Option<bool> {
    match tree {
        Node::All(nodes) => every(nodes.iter().map(|inner| node(inner, user, now))),
        Node::Any(nodes) => some(nodes.iter().map(|inner| node(inner, user, now))),
        Node::Not(inner) => node(inner, user, now).map(|holds| !holds),
        Node::Test(one) => test(one, user.value(&one.attribute), now),
    }
}

/// One test of one value.
pub(super) fn test(test: &Test, value: ValueRef<'_>, now: DateTime<Utc>) -> Option<bool> {
    predicate(&test.predicate, value, now).map(|holds| holds != test.negated)
}

/// A positive test of a value.
pub(super) fn predicate(predicate: &Predicate, value: ValueRef<'_>, now: DateTime<Utc>) -> Option<bool> {
    match (predicate, value) {
        (Predicate::Empty, value) => Some(is_empty(value)),
        (Predicate::Boolean(wanted), ValueRef::Boolean(value)) => Some(value == *wanted),
        // Directories store no empty text: exports that write it mean null.
        (Predicate::Text(wanted), ValueRef::Text(text)) if !text.is_empty() => text_holds(wanted, text),
        (Predicate::Date(order, moment), ValueRef::Instant(instant)) => {
            let at = moment.at(now);
            Some(match order {
                Order::AtOrAfter => instant >= at,
                Order::AtOrBefore => instant <= at,
                Order::Equal => instant == at,
            })
        }
        (Predicate::Elements(quantifier, tree), ValueRef::Texts(texts)) => {
            quantified(*quantifier, texts.iter().map(|text| body(tree, Element::Text(text))))
        }
        (Predicate::Elements(quantifier, tree), ValueRef::Plans(plans)) => {
            quantified(*quantifier, plans.iter().map(|plan| body(tree, Element::Plan(plan))))
        }
        // A collection that is null has no element.
        (Predicate::Elements(quantifier, _), _) => Some(*quantifier == Quantifier::All),
        (_, _) => Some(false),
    }
}

fn is_empty(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::NotInFile | ValueRef::Null => true,
        ValueRef::Text(text) => text.is_empty(),
        ValueRef::Texts(texts) => texts.is_empty(),
        ValueRef::Plans(plans) => plans.is_empty(),
        ValueRef::Boolean(_) | ValueRef::Instant(_) => false,
    }
}

fn quantified(quantifier: Quantifier, verdicts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    match quantifier {
        Quantifier::Any => some(verdicts),
        Quantifier::All => every(verdicts),
    }
}

/// An element of a collection.
#[derive(Clone, Copy)]
pub(super) enum Element<'a> {
    Text(&'a str),
    Plan(&'a AssignedPlan),
}

impl<'a> Element<'a> {
    /// The text that a test looks at.
    pub(super) fn text(self, field: Option<PlanField>) -> Option<&'a str> {
        let text = match (self, field) {
            (Element::Text(text), _) => Some(text),
            (Element::Plan(plan), Some(PlanField::ServicePlanId)) => plan.service_plan_id.as_deref(),
            (Element::Plan(plan), Some(PlanField::Service)) => plan.service.as_deref(),
            (Element::Plan(plan), Some(PlanField::CapabilityStatus)) => plan.capability_status.as_deref(),
            (Element::Plan(_), None) => None,
        };
        text.filter(|text| !text.is_empty())
    }
}

pub(super) fn body(tree: &Body, element: Element<'_>) -> Option<bool> {
    match tree {
        Body::All(bodies) => every(bodies.iter().map(|inner| body(inner, element))),
        Body::Any(bodies) => some(bodies.iter().map(|inner| body(inner, element))),
        Body::Not(inner) => body(inner, element).map(|holds| !holds),
        Body::Test(ElementTest { field, predicate, negated, .. }) => {
            let holds = match (predicate, element.text(*field)) {
                (ElementPredicate::Empty, text) => Some(text.is_none()),
                (ElementPredicate::Text(_), None) => Some(false),
                (ElementPredicate::Text(wanted), Some(text)) => text_holds(wanted, text),
            };
            holds.map(|holds| holds != *negated)
        }
    }
}

/// A test of a text that is there.
pub(super) fn text_holds(wanted: &TextPredicate, text: &str) -> Option<bool> {
    if let TextPredicate::Matches(pattern) = wanted {
        return pattern.holds(text);
    }
    let folded = fold(text);
    Some(match wanted {
        TextPredicate::OneOf(values) => values.binary_search_by(|value| (**value).cmp(folded.as_str())).is_ok(),
        TextPredicate::StartsWith(prefix) => folded.starts_with(&**prefix),
        TextPredicate::EndsWith(suffix) => folded.ends_with(&**suffix),
        TextPredicate::Contains(part) => folded.contains(&**part),
        TextPredicate::Matches(_) => false,
    })
}
