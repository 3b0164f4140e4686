//! Why a user belongs, or does not. In: a checked rule, a user, an instant. Out: the rule's tree, each step with its verdict
//! and the user's own value. Never: disagrees with [`Checked::decide`].

use chrono::{DateTime, SecondsFormat, Utc};

use super::checked::{Body, Checked, ElementPredicate, ElementTest, Node, Predicate, Test};
use super::eval::{self, Element};
use super::source::Source;
use crate::directory::{User, ValueRef};

/// One step of the reasoning.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// The part of the rule that the step decides, or how the steps below it are joined.
    pub text: String,
    /// Unknown where a regular expression took too many steps.
    pub holds: Option<bool>,
    /// For a test: the attribute and the user's value.
    pub attribute: Option<String>,
    pub value: Option<String>,
    /// What a reader may not expect: a null met by a negative operator, a collection without elements.
    pub note: Option<String>,
    pub steps: Vec<Step>,
}

impl Checked {
    /// The tree of a rule for one user. Law: its verdict is that of [`Checked::decide`].
    pub fn explain(&self, user: &User, now: DateTime<Utc>) -> Step {
        explain(&self.source, &self.node, user, now)
    }
}

fn joined(text: &str, holds: Option<bool>, steps: Vec<Step>) -> Step {
    Step { text: text.to_owned(), holds, attribute: None, value: None, note: None, steps }
}

fn explain(source: &Source, node: &Node, user: &User, now: DateTime<Utc>) -> Step {
    match node {
        Node::All(nodes) => {
            let steps: Vec<Step> = nodes.iter().map(|inner| explain(source, inner, user, now)).collect();
            joined("all of", eval::every(steps.iter().map(|step| step.holds)), steps)
        }
        Node::Any(nodes) => {
            let steps: Vec<Step> = nodes.iter().map(|inner| explain(source, inner, user, now)).collect();
            joined("any of", eval::some(steps.iter().map(|step| step.holds)), steps)
        }
        Node::Not(inner) => {
            let step = explain(source, inner, user, now);
            joined("not", step.holds.map(|holds| !holds), vec![step])
        }
        Node::Test(test) => explain_test(source, test, user, now),
    }
}

fn explain_test(source: &Source, test: &Test, user: &User, now: DateTime<Utc>) -> Step {
    let value = user.value(&test.attribute);
    let elements = match (&test.predicate, value) {
        (Predicate::Elements(_, body), ValueRef::Texts(texts)) => {
            texts.iter().map(|text| element(source, body, Element::Text(text))).collect()
        }
        (Predicate::Elements(_, body), ValueRef::Plans(plans)) => {
            plans.iter().map(|plan| element(source, body, Element::Plan(plan))).collect()
        }
        _ => Vec::new(),
    };
    Step {
        text: one_line(source.slice(test.span)),
        holds: eval::test(test, value, now),
        attribute: Some(test.attribute.rule_name().unwrap_or_else(|| test.attribute.graph_name())),
        value: Some(shown(value)),
        note: note(test, value),
        steps: elements,
    }
}

fn note(test: &Test, value: ValueRef<'_>) -> Option<String> {
    let empty = eval::predicate(&Predicate::Empty, value, DateTime::UNIX_EPOCH) == Some(true);
    let text = match (&test.predicate, value) {
        (Predicate::Empty, _) => return None,
        _ if !empty => return None,
        (_, ValueRef::NotInFile) => "no value in the input, read as null",
        (Predicate::Elements(..), _) => "a collection without elements",
        _ if test.negated => "a negative operator holds where there is no value (register A5)",
        _ => "null",
    };
    Some(text.to_owned())
}

fn element(source: &Source, body: &Body, element: Element<'_>) -> Step {
    match body {
        Body::All(bodies) => {
            let steps: Vec<Step> = bodies.iter().map(|inner| self::element(source, inner, element)).collect();
            joined("all of", eval::every(steps.iter().map(|step| step.holds)), steps)
        }
        Body::Any(bodies) => {
            let steps: Vec<Step> = bodies.iter().map(|inner| self::element(source, inner, element)).collect();
            joined("any of", eval::some(steps.iter().map(|step| step.holds)), steps)
        }
        Body::Not(inner) => {
            let step = self::element(source, inner, element);
            joined("not", step.holds.map(|holds| !holds), vec![step])
        }
        Body::Test(ElementTest { field, predicate, span, negated }) => {
            let text = element.text(*field);
            let note = (text.is_none() && *negated && *predicate != ElementPredicate::Empty)
                .then(|| "a negative operator holds where there is no value (register A5)".to_owned());
            Step {
                text: one_line(source.slice(*span)),
                holds: eval::body(body, element),
                attribute: Some(field.map_or_else(|| "_".to_owned(), |field| format!("assignedPlan.{}", field.name()))),
                value: Some(text.map_or_else(|| "null".to_owned(), |text| format!("{text:?}"))),
                note,
                steps: Vec::new(),
            }
        }
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value as a reader of rules would write it.
pub fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::NotInFile => "not in any file".to_owned(),
        ValueRef::Null => "null".to_owned(),
        ValueRef::Text(text) => format!("{text:?}"),
        ValueRef::Boolean(value) => value.to_string(),
        ValueRef::Instant(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        ValueRef::Texts(texts) => {
            let listed: Vec<String> = texts.iter().take(5).map(|text| format!("{text:?}")).collect();
            format!("[{}{}]", listed.join(", "), if texts.len() > 5 { ", …" } else { "" })
        }
        ValueRef::Plans(plans) => match plans.len() {
            1 => "1 plan".to_owned(),
            count => format!("{count} plans"),
        },
    }
}
