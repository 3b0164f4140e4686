//! Which clauses of an edited rule make somebody gain or lose a licence. In: a comparison, the plans it was made of. Out: the
//! same, the causes of people made more exact. Never: a clause for somebody whom the rule decides as before.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::rows;
use crate::directory::{GroupIndex, RuleText, User, UserIndex};
use crate::forecast::{Case, Comparison};
use crate::rule::{self, Checked};
use crate::scenario::{Deed, Planned};

/// One edit of a rule in a plan.
struct Edit<'p> {
    day: NaiveDate,
    label: &'p str,
    old: Checked,
    new: Checked,
}

/// Adds to each cause that is the edit of a rule the clauses by which it moved the person. `comparison.scenarios[i]` was made of
/// `plans[i]`.
pub fn with_clauses(comparison: &mut Comparison, plans: &[Planned]) {
    comparison.scenarios.iter_mut().zip(plans).for_each(|(case, planned)| of_case(case, planned));
}

fn of_case(case: &mut Case, planned: &Planned) {
    let edits = edits(planned);
    if edits.is_empty() {
        return;
    }
    let users = &planned.baseline.snapshot.users;
    let by_id: BTreeMap<&str, UserIndex> = users.indexes().map(|user| (users.id(user), user)).collect();
    let told = |user_id: &str, day: NaiveDate, causes: &mut Vec<String>| {
        let Some(user) = by_id.get(user_id).map(|user| users.record(*user)) else { return };
        causes.iter_mut().for_each(|cause| name(cause, day, &user, &edits));
    };
    for person in &mut case.people {
        told(&person.user_id, person.day, &mut person.causes);
    }
    for risk in &mut case.at_risk {
        told(&risk.user_id, risk.day, &mut risk.causes);
    }
}

fn name(cause: &mut String, day: NaiveDate, user: &User, edits: &[Edit<'_>]) {
    let here = edits.iter().filter(|edit| edit.day == day && edit.label == cause.as_str());
    let sentences: Vec<String> = here
        .filter_map(|edit| {
            let at = rows::instant(day);
            let joins = edit.new.decide(user, at)?;
            let found = rule::difference(&edit.old, &edit.new, user, at)?;
            Some(format!("{} ({})", found.sentence(joins), found.values()))
        })
        .collect();
    if !sentences.is_empty() {
        cause.push_str(": ");
        cause.push_str(&sentences.join("; "));
    }
}

/// Every edit of a rule that was there before, in order of days.
fn edits(planned: &Planned) -> Vec<Edit<'_>> {
    let snapshot = &planned.baseline.snapshot;
    let compiled =
        |text: &RuleText| rule::compile_with(&text.text, &text.origin, &planned.baseline.policy.readings).value;
    let mut before: BTreeMap<GroupIndex, Option<Checked>> = BTreeMap::new();
    let mut edits = Vec::new();
    let mut changes: Vec<_> = planned.changes.iter().collect();
    changes.sort_by_key(|change| change.day);
    for change in changes {
        let Deed::Rule { group, rule } = &change.deed else { continue };
        let today = || snapshot.groups.get(group.get()).and_then(|group| group.rule()).and_then(compiled);
        let old = before.remove(group).unwrap_or_else(today);
        let new = compiled(rule);
        if let (Some(old), Some(new)) = (old, &new) {
            edits.push(Edit { day: change.day, label: &change.label, old, new: new.clone() });
        }
        before.insert(*group, new);
    }
    edits
}
