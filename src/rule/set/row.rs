//! Rules over one row of codes: what a simulated person is. In: codes by slot. Out: whether a rule holds, and when that can
//! change by the clock alone. Never: compares a text.

use chrono::{DateTime, TimeDelta, Utc};

use super::program::Program;
use super::{RuleSet, Table};
use crate::directory::{Attribute, Column, UserIndex, ValueRef};
use crate::rule::checked::{Order, Predicate};
use crate::rule::eval;
use crate::rule::instant::Moment;

impl RuleSet<'_> {
    /// The attributes that any rule names, ascending; a row holds a code for each.
    pub fn slots(&self) -> &[Attribute] {
        &self.slots
    }

    /// The slot of an attribute, where any rule names it.
    pub fn slot(&self, attribute: &Attribute) -> Option<usize> {
        self.slots.binary_search(attribute).ok()
    }

    /// The user's codes, by slot: `Column::NOT_IN_FILE` where no file holds the attribute.
    pub fn row(&self, user: UserIndex) -> Vec<u32> {
        let code = |column: &Option<&Column>| match column {
            Some(column) => column.codes().get(user.get()).copied().unwrap_or(Column::NOT_IN_FILE),
            None => Column::NOT_IN_FILE,
        };
        self.columns.iter().map(code).collect()
    }

    /// Whether rule `rule` holds for a row. Codes may be mixed from several users.
    pub fn holds_row(&self, rule: usize, row: &[u32], now: DateTime<Utc>) -> bool {
        let index = self.program_of[rule];
        let program = &self.programs[index];
        if self.unknown[index] {
            return self.decide_row(program, row, now) == Some(true);
        }
        self.holds_program(program, row, now)
    }

    pub(super) fn holds_program(&self, program: &Program, row: &[u32], now: DateTime<Utc>) -> bool {
        match program {
            Program::Leaf { leaf, negated } => self.leaf_holds(*leaf as usize, row, now) != *negated,
            Program::All(programs) => programs.iter().all(|inner| self.holds_program(inner, row, now)),
            Program::Any(programs) => programs.iter().any(|inner| self.holds_program(inner, row, now)),
        }
    }

    fn leaf_holds(&self, leaf: usize, row: &[u32], now: DateTime<Utc>) -> bool {
        let leaf = &self.leaves[leaf];
        let code = row[leaf.slot];
        match leaf.table {
            Table::Clock(order, moment) => {
                let value = self.columns[leaf.slot].map_or(ValueRef::Null, |column| column.decode(code));
                eval::predicate(&Predicate::Date(order, moment), value, now) == Some(true)
            }
            _ => leaf.table.holds(code),
        }
    }

    /// The same where a regular expression may have given up: unknown unless the rest of the rule settles it.
    pub(super) fn decide_row(&self, program: &Program, row: &[u32], now: DateTime<Utc>) -> Option<bool> {
        match program {
            Program::Leaf { leaf, negated } => {
                let leaf = *leaf as usize;
                let (slot, unknown) = (self.leaves[leaf].slot, &self.leaves[leaf].unknown);
                if unknown.binary_search(&row[slot]).is_ok() {
                    return None;
                }
                Some(self.leaf_holds(leaf, row, now) != *negated)
            }
            Program::All(programs) => eval::every(programs.iter().map(|inner| self.decide_row(inner, row, now))),
            Program::Any(programs) => eval::some(programs.iter().map(|inner| self.decide_row(inner, row, now))),
        }
    }

    /// The rules that name the attribute in a slot, ascending: those to ask again when it changes.
    pub fn rules_naming(&self, slot: usize) -> &[usize] {
        &self.naming[slot]
    }

    /// What a change of some codes of a row changes: each rule whose answer is another after it, with the new answer, ascending.
    /// Only the rules that name an attribute in a changed slot are asked.
    pub fn changed(&self, before: &[u32], after: &[u32], now: DateTime<Utc>) -> Vec<(usize, bool)> {
        let slots = (0..self.slots.len()).filter(|slot| before[*slot] != after[*slot]);
        let mut rules: Vec<usize> = slots.flat_map(|slot| self.naming[slot].iter().copied()).collect();
        rules.sort_unstable();
        rules.dedup();
        let asked = rules.into_iter().map(|rule| (rule, self.holds_row(rule, after, now)));
        asked.filter(|(rule, holds)| self.holds_row(*rule, before, now) != *holds).collect()
    }

    /// Whether the rule's answer can change with the clock alone.
    pub fn uses_clock(&self, rule: usize) -> bool {
        self.uses_clock[rule]
    }

    /// The instants from which the rule may answer otherwise for this row although no attribute changes, ascending. Each
    /// is the first instant of the new answer.
    pub fn clock_changes(&self, rule: usize, row: &[u32]) -> Vec<DateTime<Utc>> {
        let mut instants = Vec::new();
        if !self.uses_clock[rule] {
            return instants;
        }
        self.programs[self.program_of[rule]].visit(&mut |leaf| {
            let leaf = &self.leaves[leaf];
            let (Table::Clock(order, Moment::Now(step)), Some(column)) = (&leaf.table, self.columns[leaf.slot]) else {
                return;
            };
            let ValueRef::Instant(value) = column.decode(row[leaf.slot]) else { return };
            // The value is compared with now + step, so now is compared with value − step.
            let Some(turn) = value.checked_sub_signed(*step) else { return };
            let after = turn.checked_add_signed(TimeDelta::nanoseconds(1));
            match order {
                Order::AtOrBefore => instants.push(turn),
                Order::AtOrAfter => instants.extend(after),
                Order::Equal => instants.extend([Some(turn), after].into_iter().flatten()),
            }
        });
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}
