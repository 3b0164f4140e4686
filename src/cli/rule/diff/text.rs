//! A rule change as lines of text. In: the change. Out: who joins, who leaves, which clauses made them, and what it costs. Never:
//! more than a handful of names.

use crate::directory::{GroupIndex, Snapshot};
use crate::rule::Choice;
use crate::simulate::{Cause, RuleChange};

/// Users named, of each kind.
const NAMED: usize = 10;

/// Values shown with a cause.
const VALUES: usize = 3;

/// One cause: how many, which clause, and what these users have there.
fn why(cause: &Cause) -> String {
    let unknown = "no rule was evaluated before: the exported members stood";
    let mut line = format!("  {}: {}", cause.users.len(), cause.clauses.as_deref().unwrap_or(unknown));
    let shown: Vec<String> =
        cause.values.iter().take(VALUES).map(|(value, users)| format!("{users} with {value}")).collect();
    if !shown.is_empty() {
        line.push_str(&format!("; {}", shown.join("; ")));
    }
    if cause.values.len() > VALUES {
        line.push_str(&format!("; … {} other values", cause.values.len() - VALUES));
    }
    line.push('\n');
    line
}

pub fn shown(snapshot: &Snapshot, groups: &[GroupIndex], change: &RuleChange) -> String {
    let names: Vec<&str> = groups.iter().map(|group| &*snapshot.group(*group).display_name).collect();
    let mut text = format!("groups: {}\n", names.join(", "));
    for (sign, users) in [('+', &change.joining), ('-', &change.leaving)] {
        let word = if sign == '+' { "join" } else { "leave" };
        text.push_str(&format!("{} {word}, {} of them guests\n", users.len(), snapshot.guests_in(users)));
        users.iter().take(NAMED).for_each(|user| text.push_str(&format!("  {sign} {}\n", snapshot.users.name(*user))));
        if users.len() > NAMED {
            text.push_str(&format!("  {sign} … {} more\n", users.len() - NAMED));
        }
        change.causes.iter().filter(|cause| cause.joins == (sign == '+')).for_each(|cause| text.push_str(&why(cause)));
    }
    if !change.staying.is_empty() {
        text.push_str(&format!(
            "{} stay; if the edit emptied the group first, they would lose it until it is filled again ({}, `--other {}`)\n",
            change.staying.len(),
            Choice::RuleEdit.code(),
            Choice::RuleEdit.id()
        ));
    }
    for sku in &change.skus {
        let money = match sku.monthly {
            Some(money) => format!("{} {} a month", money.decimal(), money.currency),
            None => "no price".to_owned(),
        };
        text.push_str(&format!(
            "{}: seats {} -> {}, waiting {} -> {}, blocked {} -> {}; {} newly wait; demand changes by {money}\n",
            snapshot.sku(sku.sku).sku_part_number,
            sku.seated.0,
            sku.seated.1,
            sku.waiting.0,
            sku.waiting.1,
            sku.blocked.0,
            sku.blocked.1,
            sku.newly_waiting.len(),
        ));
        let waiting = sku.newly_waiting.iter().take(NAMED);
        waiting.for_each(|user| text.push_str(&format!("  waits: {}\n", snapshot.users.name(*user))));
        if sku.newly_waiting.len() > NAMED {
            text.push_str(&format!("  waits: … {} more\n", sku.newly_waiting.len() - NAMED));
        }
    }
    if change.skus.is_empty() {
        text.push_str("no SKU changes\n");
    }
    text
}
