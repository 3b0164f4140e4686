//! What a rule can say of anybody at all. In: a checked rule. Out: whether some imaginable user satisfies it, and whether some
//! does not. Never: claims more than it has tried: where the cases are too many the answer is `None`.
//!
//! Each attribute takes a handful of values: null, every constant that the rule compares it with, and *another value* of
//! which only equality is known, so that its prefixes, suffixes and patterns are free. That covers every real user, so
//! “nobody” and “everybody” are proofs; “somebody” may be someone who cannot exist.

use chrono::DateTime;

use super::checked::{Checked, Node, Predicate, Test, TextPredicate};
use super::eval;
use crate::directory::{Attribute, ValueRef};

/// Cases tried for one rule.
const LIMIT: usize = 20_000;

/// The verdicts that a rule can give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Possible {
    pub holds: bool,
    pub fails: bool,
}

/// Verdicts of the distinct tests of one attribute that can go together.
struct Axis<'r> {
    tests: Vec<&'r Test>,
    cases: Vec<Vec<bool>>,
}

/// What the rule can say, where `fixed` attributes have the given values. An attribute that the service never leaves
/// empty is never null here.
pub fn possible(rule: &Checked, fixed: &[(Attribute, ValueRef<'_>)]) -> Option<Possible> {
    let mut tests: Vec<&Test> = Vec::new();
    rule.node.visit(&mut |test| {
        if !tests.iter().any(|known| known.attribute == test.attribute && known.predicate == test.predicate) {
            tests.push(test);
        }
    });
    let mut axes: Vec<Axis<'_>> = Vec::new();
    for attribute in rule.attributes() {
        let own: Vec<&Test> = tests.iter().filter(|test| test.attribute == *attribute).copied().collect();
        let value = fixed.iter().find(|(known, _)| known == attribute).map(|(_, value)| *value);
        let cases = match value {
            Some(value) => vec![decided(&own, value)],
            None => cases(attribute, &own)?,
        };
        axes.push(Axis { tests: own, cases });
    }
    let total = axes.iter().try_fold(1_usize, |product, axis| product.checked_mul(axis.cases.len()))?;
    if total > LIMIT {
        return None;
    }
    let mut possible = Possible::default();
    for case in 0..total {
        match holds(&rule.node, &axes, case) {
            true => possible.holds = true,
            false => possible.fails = true,
        }
        if possible.holds && possible.fails {
            break;
        }
    }
    Some(possible)
}

fn decided(tests: &[&Test], value: ValueRef<'_>) -> Vec<bool> {
    tests.iter().map(|test| eval::predicate(&test.predicate, value, DateTime::UNIX_EPOCH) == Some(true)).collect()
}

fn is_never_null(attribute: &Attribute) -> bool {
    use Attribute::{AccountEnabled, DisplayName, Id, MailNickname, UserPrincipalName};
    matches!(attribute, Id | DisplayName | UserPrincipalName | MailNickname | AccountEnabled)
}

/// The cases of one attribute.
fn cases(attribute: &Attribute, tests: &[&Test]) -> Option<Vec<Vec<bool>>> {
    let mut cases = Vec::new();
    if !is_never_null(attribute) {
        cases.push(decided(tests, ValueRef::Null));
    }
    if tests.iter().all(|test| matches!(test.predicate, Predicate::Empty | Predicate::Boolean(_))) {
        let text = ValueRef::Text("x");
        let values = [ValueRef::Boolean(true), ValueRef::Boolean(false), text];
        let fitting =
            if tests.iter().any(|test| test.predicate != Predicate::Empty) { &values[..2] } else { &values[2..] };
        cases.extend(fitting.iter().map(|value| decided(tests, *value)));
        return Some(cases);
    }
    let mut constants: Vec<&str> = Vec::new();
    let mut free: Vec<usize> = Vec::new();
    for (index, test) in tests.iter().enumerate() {
        match &test.predicate {
            Predicate::Text(TextPredicate::OneOf(values)) => constants.extend(values.iter().map(|value| &**value)),
            Predicate::Empty => {}
            _ => free.push(index),
        }
    }
    constants.sort_unstable();
    constants.dedup();
    // Constants are folded, and a pattern may look at letter case: it stays free for them too.
    let cased = tests.iter().any(|test| matches!(&test.predicate, Predicate::Text(TextPredicate::Matches(_))));
    if cased {
        constants.iter().for_each(|constant| cases.extend(freed(&decided(tests, ValueRef::Text(constant)), &free)));
    } else {
        cases.extend(constants.iter().map(|constant| decided(tests, ValueRef::Text(constant))));
    }
    if free.len() > 10 {
        return None;
    }
    cases.extend(freed(&vec![false; tests.len()], &free));
    Some(cases)
}

/// Every combination of verdicts at the free places.
fn freed(base: &[bool], free: &[usize]) -> Vec<Vec<bool>> {
    let combine = |bits: usize| {
        let mut case = base.to_vec();
        free.iter().enumerate().for_each(|(at, index)| case[*index] = bits >> at & 1 == 1);
        case
    };
    (0..1_usize << free.len().min(10)).map(combine).collect()
}

fn holds(node: &Node, axes: &[Axis<'_>], case: usize) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|inner| holds(inner, axes, case)),
        Node::Any(nodes) => nodes.iter().any(|inner| holds(inner, axes, case)),
        Node::Not(inner) => !holds(inner, axes, case),
        Node::Test(test) => {
            let mut rest = case;
            for axis in axes {
                let own = rest % axis.cases.len();
                rest /= axis.cases.len();
                let same = |known: &&&Test| known.attribute == test.attribute && known.predicate == test.predicate;
                if let Some(at) = axis.tests.iter().position(|known| same(&known)) {
                    return axis.cases[own][at] != test.negated;
                }
            }
            false
        }
    }
}
