//! How the bits of leaves are made for a block of users. In: columns and decided leaves. Out: for each column the cheapest
//! way. Never: changes an answer.
//!
//! Three ways. *Joined*: a bitset for each needed value, a leaf is the union of its values' sets. *Scattered*: each user sets
//! the bits of the leaves that his value passes. *Gathered*: each user's bit is looked up in the leaf's table, which is for
//! columns where nearly every user has a value of his own. A leaf that most users pass is made as its complement.

use std::ops::Range;

use super::block::USERS;
use super::straight::Place;
use super::{Leaf, Table};
use crate::directory::Column;

/// Codes up to which a column counts as having few values.
const FEW_CODES: u32 = 8192;
/// Joining one value's bitset costs as much as this many scattered bits.
const JOIN_COST: usize = USERS / 400;

/// How the leaves of one column are made.
#[derive(Debug, Default)]
pub struct SlotPlan {
    /// The rows of joined values; the first takes the values that no leaf needs.
    pub sets: Range<usize>,
    /// By code: which of them it has.
    pub set_of_code: Vec<u32>,
    /// Rows that are the union of others. A leaf with one value has that value's row.
    pub joined: Vec<(u32, Vec<u32>)>,
    /// Rows of the leaves that values are scattered to.
    pub scattered: Range<usize>,
    /// By code, which of those rows it sets: `scatter_rows[ends[code - 1]..ends[code]]`.
    pub scatter_ends: Vec<u32>,
    pub scatter_rows: Vec<u32>,
    /// Leaves with their rows.
    pub gathered: Vec<(usize, u32)>,
    /// For gathered columns, a bit for each 64 users: whether their codes are consecutive.
    pub consecutive: Vec<u64>,
    /// Rows of leaves of a column that no file holds, and whether they hold for everybody.
    pub constant: Vec<(u32, bool)>,
}

/// Where the bits of leaves will be.
#[derive(Debug)]
pub struct Layout {
    /// By leaf.
    pub places: Vec<Place>,
    pub rows: usize,
}

impl Layout {
    /// Gives a leaf a row of its own.
    fn place(&mut self, leaf: usize) -> u32 {
        self.rows += 1;
        self.places[leaf].row = self.rows as u32 - 1;
        self.places[leaf].row
    }
}

/// The plan of every slot, and where its leaves are.
pub fn plan(users: usize, columns: &[Option<&Column>], leaves: &[Leaf]) -> (Vec<SlotPlan>, Layout) {
    let mut layout = Layout { places: vec![Place { row: 0, complement: false }; leaves.len()], rows: 0 };
    let mut by_slot: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    for (index, leaf) in leaves.iter().enumerate() {
        by_slot[leaf.slot].push(index);
    }
    let plan_slot = |(column, own): (&Option<&Column>, &Vec<usize>)| match column {
        Some(column) => slot(users, column, own, leaves, &mut layout),
        None => {
            let row = |leaf: &usize| (layout.place(*leaf), leaves[*leaf].table.holds(Column::NOT_IN_FILE));
            SlotPlan { constant: own.iter().map(row).collect(), ..SlotPlan::default() }
        }
    };
    let plans = columns.iter().zip(&by_slot).map(plan_slot).collect();
    (plans, layout)
}

fn slot(users: usize, column: &Column, own: &[usize], leaves: &[Leaf], layout: &mut Layout) -> SlotPlan {
    let codes = column.code_count();
    let mut plan = SlotPlan::default();
    let mut scattered: Vec<(usize, Vec<u32>)> = Vec::new();
    let mut joined: Vec<(usize, Vec<u32>)> = Vec::new();
    let population = population(column);
    for index in own {
        let list = match &leaves[*index].table {
            Table::Clock(..) => None,
            Table::Bits(_) if codes > FEW_CODES => None,
            Table::Bits(bits) => Some(listed(bits, codes)),
            Table::Few(few) => Some(few.to_vec()),
        };
        let Some(mut list) = list else {
            plan.gathered.push((*index, layout.place(*index)));
            continue;
        };
        let mut holders: usize = list.iter().map(|code| population[*code as usize] as usize).sum();
        if holders > users / 2 && codes <= FEW_CODES {
            layout.places[*index].complement = true;
            list = others(&list, codes);
            holders = users - holders;
        }
        // Scattered bits of an average block against unions of sets.
        if codes <= FEW_CODES && list.len() * JOIN_COST <= holders * USERS / users.max(1) {
            joined.push((*index, list));
        } else {
            scattered.push((*index, list));
        }
    }
    join(&mut plan, joined, codes, layout);
    scatter(&mut plan, &scattered, codes, layout);
    if !plan.gathered.is_empty() {
        plan.consecutive = consecutive(column.codes());
    }
    plan
}

fn join(plan: &mut SlotPlan, joined: Vec<(usize, Vec<u32>)>, codes: u32, layout: &mut Layout) {
    if joined.is_empty() {
        return;
    }
    let first = layout.rows;
    plan.set_of_code = vec![0; codes as usize];
    let mut sets = 1;
    for code in joined.iter().flat_map(|(_, list)| list) {
        let set = &mut plan.set_of_code[*code as usize];
        if *set == 0 {
            *set = sets;
            sets += 1;
        }
    }
    plan.sets = first..first + sets as usize;
    layout.rows = plan.sets.end;
    for (leaf, list) in joined {
        let rows: Vec<u32> = list.iter().map(|code| first as u32 + plan.set_of_code[*code as usize]).collect();
        match rows[..] {
            [row] => layout.places[leaf].row = row,
            _ => plan.joined.push((layout.place(leaf), rows)),
        }
    }
}

fn scatter(plan: &mut SlotPlan, scattered: &[(usize, Vec<u32>)], codes: u32, layout: &mut Layout) {
    if scattered.is_empty() {
        return;
    }
    let first = layout.rows;
    plan.scatter_ends = vec![0; codes as usize];
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (number, (leaf, list)) in scattered.iter().enumerate() {
        layout.place(*leaf);
        pairs.extend(list.iter().map(|code| (*code, number as u32)));
    }
    plan.scattered = first..layout.rows;
    pairs.sort_unstable();
    for (code, _) in &pairs {
        plan.scatter_ends[*code as usize] += 1;
    }
    let mut end = 0;
    for count in &mut plan.scatter_ends {
        end += *count;
        *count = end;
    }
    plan.scatter_rows = pairs.into_iter().map(|(_, row)| row).collect();
}

/// Users by code.
fn population(column: &Column) -> Vec<u32> {
    let mut population = vec![0; column.code_count() as usize];
    column.codes().iter().for_each(|code| population[*code as usize] += 1);
    population
}

fn listed(bits: &[u64], codes: u32) -> Vec<u32> {
    (0..codes).filter(|code| bits[*code as usize / 64] >> (code % 64) & 1 == 1).collect()
}

fn others(list: &[u32], codes: u32) -> Vec<u32> {
    (0..codes).filter(|code| list.binary_search(code).is_err()).collect()
}

fn consecutive(codes: &[u32]) -> Vec<u64> {
    let runs = codes.chunks(64).map(|run| run.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)));
    let mut bits = vec![0_u64; codes.len().div_ceil(64 * 64)];
    for (index, run) in runs.enumerate() {
        bits[index / 64] |= u64::from(run) << (index % 64);
    }
    bits
}
