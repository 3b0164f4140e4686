//! Why somebody joins or leaves when a rule is edited. In: the old rule and the new one, both checked, and a user whom they
//! decide differently. Out: the clauses that made the difference, with the user's own values. Never: a clause that both rules
//! have, unless how it is joined to others is all that differs.
//!
//! Of each rule only the clauses that its verdict rests on count: of parts joined by `-and` those that fail, or all of them
//! where none does; of parts joined by `-or` those that hold, or all.

use chrono::{DateTime, Utc};

use super::checked::{Checked, Node, Test};
use super::eval;
use super::explain::{one_line, shown};
use super::source::Source;
use crate::directory::{User, ValueRef};

/// A clause of a rule, and what the user has there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Clause {
    pub text: String,
    pub attribute: String,
    pub value: String,
}

/// What made a user join or leave.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Clauses of the old rule that the new one no longer has: required for whoever joins, enough for whoever leaves.
    pub no_longer: Vec<Clause>,
    /// Clauses that the old rule did not have: enough for whoever joins, required for whoever leaves.
    pub now: Vec<Clause>,
    /// Clauses of both rules, where only the way they are joined differs.
    pub joined_otherwise: Vec<Clause>,
}

impl Difference {
    /// The same for everybody whom these clauses moved: without values.
    pub fn sentence(&self, joins: bool) -> String {
        let listed = |clauses: &[Clause]| {
            let mut texts: Vec<&str> = clauses.iter().map(|clause| &*clause.text).collect();
            texts.dedup();
            texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" and ")
        };
        let be = |clauses: &[Clause]| if clauses.len() == 1 { "is" } else { "are" };
        let (gone, come) = (listed(&self.no_longer), listed(&self.now));
        match (joins, self.no_longer.is_empty(), self.now.is_empty()) {
            (true, false, false) => format!("{come} {} enough now, in place of {gone}", be(&self.now)),
            (false, false, false) => format!("{come} {} required now, in place of {gone}", be(&self.now)),
            (true, false, true) => format!("{gone} {} no longer required", be(&self.no_longer)),
            (false, false, true) => format!("{gone} {} no longer enough", be(&self.no_longer)),
            (true, true, false) => format!("{come} {} enough now", be(&self.now)),
            (false, true, false) => format!("{come} {} required now", be(&self.now)),
            (joins, true, true) => {
                let same = listed(&self.joined_otherwise);
                let word = if joins { "no longer" } else { "now" };
                format!(
                    "clauses are joined otherwise: {same} {word} decide{}",
                    if self.joined_otherwise.len() == 1 { "s" } else { "" }
                )
            }
        }
    }

    /// What the user has at these clauses: `user.department = "Sales"`, each attribute once.
    pub fn values(&self) -> String {
        let clauses = self.no_longer.iter().chain(&self.now).chain(&self.joined_otherwise);
        let mut values: Vec<String> =
            clauses.map(|clause| format!("{} = {}", clause.attribute, clause.value)).collect();
        values.sort();
        values.dedup();
        values.join(", ")
    }
}

/// The cause for a user whom the rules decide differently; `None` where they agree or one of them cannot decide.
pub fn difference(old: &Checked, new: &Checked, user: &User, at: DateTime<Utc>) -> Option<Difference> {
    let (was, is) = (old.decide(user, at)?, new.decide(user, at)?);
    if was == is {
        return None;
    }
    let (before, after) = (resting(&old.node, user, at, was), resting(&new.node, user, at, is));
    let missing = |tests: &[&Test], other: &Node| -> Vec<usize> {
        (0..tests.len()).filter(|index| !holds_test(other, tests[*index])).collect()
    };
    let pick = |source: &Source, tests: &[&Test], places: &[usize]| -> Vec<Clause> {
        let mut clauses: Vec<Clause> = places.iter().map(|index| clause(source, tests[*index], user)).collect();
        clauses.sort();
        clauses.dedup();
        clauses
    };
    let gone = missing(&before, &new.node);
    let come = missing(&after, &old.node);
    // Who joins was kept out by clauses of the old rule, who leaves is kept out by clauses of the new one; a clause on the other
    // side counts where it takes the place of one of those, or where there is none.
    let (keeping_out, place_taking) = if is { (&gone, &come) } else { (&come, &gone) };
    let (kept_by, taken_by) = if is { (&before, &after) } else { (&after, &before) };
    let same_attribute = |index: &usize| {
        keeping_out.is_empty() || keeping_out.iter().any(|out| kept_by[*out].attribute == taken_by[*index].attribute)
    };
    let taking: Vec<usize> = place_taking.iter().copied().filter(same_attribute).collect();
    let (gone, come) = if is { (keeping_out, &taking) } else { (&taking, keeping_out) };
    let mut found = Difference {
        no_longer: pick(&old.source, &before, gone),
        now: pick(&new.source, &after, come),
        joined_otherwise: Vec::new(),
    };
    if found.no_longer.is_empty() && found.now.is_empty() {
        let (source, tests) = if is { (&old.source, &before) } else { (&new.source, &after) };
        found.joined_otherwise = pick(source, tests, &(0..tests.len()).collect::<Vec<_>>());
    }
    Some(found)
}

/// The tests that a verdict rests on.
fn resting<'n>(node: &'n Node, user: &User, at: DateTime<Utc>, verdict: bool) -> Vec<&'n Test> {
    let mut tests = Vec::new();
    rest(node, user, at, verdict, &mut tests);
    tests
}

fn rest<'n>(node: &'n Node, user: &User, at: DateTime<Utc>, verdict: bool, tests: &mut Vec<&'n Test>) {
    match node {
        Node::All(nodes) | Node::Any(nodes) => {
            for inner in nodes {
                if eval::node(inner, user, at) == Some(verdict) {
                    rest(inner, user, at, verdict, tests);
                }
            }
        }
        Node::Not(inner) => rest(inner, user, at, !verdict, tests),
        Node::Test(test) => tests.push(test),
    }
}

/// Whether a rule has the test, wherever it is written.
fn holds_test(node: &Node, test: &Test) -> bool {
    let mut found = false;
    node.visit(&mut |other| {
        found |=
            other.attribute == test.attribute && other.predicate == test.predicate && other.negated == test.negated;
    });
    found
}

fn clause(source: &Source, test: &Test, user: &User) -> Clause {
    let value = user.value(&test.attribute);
    Clause {
        text: one_line(source.slice(test.span)),
        attribute: test.attribute.rule_name().unwrap_or_else(|| test.attribute.graph_name()),
        value: match value {
            ValueRef::Plans([]) => "null".to_owned(),
            value => shown(value),
        },
    }
}
