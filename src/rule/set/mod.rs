//! Many rules over many users. In: dictionary-coded users and checked rules. Out: members, counts, and the same rules over
//! single rows of codes. Never: disagrees with [`Checked::holds`], which is its oracle.
//!
//! A rule is a small program over *leaves*, positive tests of one attribute. Rules share leaves. A leaf is decided once for
//! each distinct value of its column; then users are worked in blocks that fit a cache, a bit for each user, and a rule is a
//! few word operations on its leaves' bits. The cost grows with distinct leaves × users / 64, not with rules × users × text.

mod block;
mod class;
mod decide;
mod lower;
mod plan;
mod program;
mod row;
mod sieve;
mod straight;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::checked::{Checked, Order, Predicate};
use super::instant::Moment;
use crate::directory::{Attribute, Column, UserIndex, Users};
use block::{Block, Scratch};
pub use class::Classes;
use plan::SlotPlan;
use program::Program;
pub use sieve::Sieve;
use straight::Straight;

/// Rules compiled for the users of one snapshot.
#[derive(Debug)]
pub struct RuleSet<'u> {
    users: &'u Users,
    slots: Vec<Attribute>,
    columns: Vec<Option<&'u Column>>,
    leaves: Vec<Leaf>,
    /// Distinct programs, and which of them each rule is.
    programs: Vec<Program>,
    program_of: Vec<usize>,
    /// Whether the program has a leaf whose regular expression gave up on some value.
    unknown: Vec<bool>,
    naming: Vec<Vec<usize>>,
    uses_clock: Vec<bool>,
    plans: Vec<SlotPlan>,
    /// The programs for blocks, and how many rows of bits a block has.
    straight: Vec<Straight>,
    rows: usize,
}

/// A positive test of the attribute in a slot, decided for every code.
#[derive(Debug)]
struct Leaf {
    slot: usize,
    table: Table,
    /// Codes on which a regular expression took too many steps, ascending.
    unknown: Box<[u32]>,
}

#[derive(Clone, Debug)]
enum Table {
    /// A bit for each code.
    Bits(Box<[u64]>),
    /// The codes that pass, ascending.
    Few(Box<[u32]>),
    /// Compared with the clock when asked.
    Clock(Order, Moment),
}

impl Table {
    fn holds(&self, code: u32) -> bool {
        match self {
            Table::Bits(bits) => bits.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1),
            Table::Few(codes) => codes.binary_search(&code).is_ok(),
            Table::Clock(..) => false,
        }
    }
}

impl<'u> RuleSet<'u> {
    /// Compiles rules; rule `i` of every method is `rules[i]`.
    pub fn compile(users: &'u Users, rules: &[Checked]) -> RuleSet<'u> {
        let mut named: BTreeSet<Attribute> = rules.iter().flat_map(|rule| rule.attributes()).cloned().collect();
        // A reading may look at an attribute that the text does not name (A26).
        rules.iter().for_each(|rule| rule.node.visit(&mut |test| _ = named.insert(test.attribute.clone())));
        let slots: Vec<Attribute> = named.into_iter().collect();
        let columns: Vec<Option<&Column>> = slots.iter().map(|slot| users.column(slot)).collect();
        let mut interner = program::Interner::new(&slots);
        let mut programs = Vec::new();
        let mut known: HashMap<Program, usize> = HashMap::new();
        let mut program_of = Vec::with_capacity(rules.len());
        for rule in rules {
            let program = interner.program(&rule.node, false);
            let index = *known.entry(program).or_insert_with_key(|program| {
                programs.push(program.clone());
                programs.len() - 1
            });
            program_of.push(index);
        }
        let leaves = decide_leaves(&columns, &interner.predicates());
        let unknown =
            programs.iter().map(|program| program.any_leaf(&|leaf| !leaves[leaf].unknown.is_empty())).collect();
        let (plans, layout) = plan::plan(users.len(), &columns, &leaves);
        let straight = programs.iter().map(|program| Straight::new(program, &layout.places)).collect();
        let naming = slots.iter().map(|slot| naming(rules, slot)).collect();
        let uses_clock = rules.iter().map(Checked::uses_clock).collect();
        RuleSet {
            users,
            slots,
            columns,
            leaves,
            programs,
            program_of,
            unknown,
            naming,
            uses_clock,
            plans,
            straight,
            rows: layout.rows,
        }
    }

    /// How many rules were compiled.
    pub fn len(&self) -> usize {
        self.program_of.len()
    }

    pub fn is_empty(&self) -> bool {
        self.program_of.is_empty()
    }

    /// How many distinct leaves the rules have: with the number of users, what evaluation costs.
    pub fn leaf_count(&self) -> usize {
        self.leaves.len()
    }

    /// The members of every rule at `now`, ascending.
    pub fn members(&self, now: DateTime<Utc>) -> Vec<Vec<UserIndex>> {
        let blocks = self.blocks(now, |block, scratch| {
            let mut users: Vec<UserIndex> = Vec::new();
            let ends: Vec<usize> = (0..self.programs.len())
                .map(|program| {
                    block.for_each_member(program, scratch, &mut |user| users.push(UserIndex(user)));
                    users.len()
                })
                .collect();
            (ends, users)
        });
        let mut distinct: Vec<Vec<UserIndex>> = vec![Vec::new(); self.programs.len()];
        for (ends, users) in &blocks {
            let mut start = 0;
            for (members, end) in distinct.iter_mut().zip(ends) {
                members.extend_from_slice(&users[start..*end]);
                start = *end;
            }
        }
        self.program_of.iter().map(|program| distinct[*program].clone()).collect()
    }

    /// How many members every rule has at `now`.
    pub fn counts(&self, now: DateTime<Utc>) -> Vec<u32> {
        let blocks = self.blocks(now, |block, scratch| {
            (0..self.programs.len()).map(|program| block.count(program, scratch)).collect::<Vec<u32>>()
        });
        let mut distinct = vec![0; self.programs.len()];
        for counts in &blocks {
            distinct.iter_mut().zip(counts).for_each(|(sum, count): (&mut u32, &u32)| *sum += count);
        }
        self.program_of.iter().map(|program| distinct[*program]).collect()
    }

    /// How many users are a member of at least one of the rules at `now`: those who need a licence for dynamic groups.
    pub fn union_count(&self, now: DateTime<Utc>) -> u32 {
        self.blocks(now, |block, scratch| block.union_count(scratch)).iter().sum()
    }

    /// Whether a regular expression of the rule gave up on some value: users with it count as no members.
    pub fn has_unknown(&self, rule: usize) -> bool {
        self.unknown[self.program_of[rule]]
    }

    /// Works through the users, block by block, on all threads; results in block order.
    fn blocks<T: Send>(&self, now: DateTime<Utc>, work: impl Fn(&Block<'_, 'u>, &mut Scratch) -> T + Sync) -> Vec<T> {
        let clock = self.clock_tables(now);
        let blocks = self.users.len().div_ceil(block::USERS);
        (0..blocks)
            .into_par_iter()
            .map_init(
                || Scratch::new(self),
                |scratch, index| {
                    let block = Block::fill(self, &clock, now, index, scratch);
                    work(&block, scratch)
                },
            )
            .collect()
    }

    /// The tables of leaves that look at the clock, by leaf.
    fn clock_tables(&self, now: DateTime<Utc>) -> Vec<(usize, Box<[u64]>)> {
        let clock = self.leaves.iter().enumerate().filter_map(|(index, leaf)| match leaf.table {
            Table::Clock(order, moment) => Some((index, leaf, Predicate::Date(order, moment))),
            _ => None,
        });
        clock
            .map(|(index, leaf, predicate)| (index, decide::clock_bits(self.columns[leaf.slot], &predicate, now)))
            .collect()
    }
}

fn naming(rules: &[Checked], slot: &Attribute) -> Vec<usize> {
    let names = |rule: &Checked| rule.attributes().binary_search(slot).is_ok();
    rules.iter().enumerate().filter(|(_, rule)| names(rule)).map(|(index, _)| index).collect()
}

/// Decides every leaf, column by column.
fn decide_leaves(columns: &[Option<&Column>], predicates: &[(usize, &Predicate)]) -> Vec<Leaf> {
    let mut by_slot: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    for (leaf, (slot, _)) in predicates.iter().enumerate() {
        by_slot[*slot].push(leaf);
    }
    let mut decided: Vec<Option<Leaf>> = predicates.iter().map(|_| None).collect();
    for (slot, leaves) in by_slot.iter().enumerate() {
        let wanted: Vec<&Predicate> = leaves.iter().map(|leaf| predicates[*leaf].1).collect();
        for (leaf, (table, unknown)) in leaves.iter().zip(decide::tables(columns[slot], &wanted)) {
            decided[*leaf] = Some(Leaf { slot, table, unknown });
        }
    }
    decided.into_iter().flatten().collect()
}
