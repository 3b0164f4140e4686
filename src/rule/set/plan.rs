//! How the bits of leaves are made for a block of users. In: columns and decided leaves. Out: for each column the cheapest
//! way. Never: changes an answer.
//!
//! Three ways. *Joined*: a bitset for each needed value, a leaf is the union of its values' sets. *Scattered*: each user sets
//! the bits of the leaves that his value passes. *Gathered*: each user's bit is looked up in the leaf's table, which is for
//! columns where nearly every user has a value of his own. A leaf that most users pass is made as its complement.

use super::block::USERS;
use super::{Leaf, Table};
use crate::directory::Column;

/// Codes up to which a column counts as having few values.
const FEW_CODES: u32 = 8192;
/// Joining one value's bitset costs as much as this many scattered bits.
const JOIN_COST: usize = USERS / 200;
pub const NONE: u32 = u32::MAX;

/// How the leaves of one column are made.
#[derive(Debug, Default)]
pub struct SlotPlan {
    /// By code: which of the joined bitsets it has, or `NONE`.
    pub set_of_code: Vec<u32>,
    pub sets: usize,
    /// Leaves as unions of sets.
    pub joined: Vec<(usize, Vec<u32>)>,
    /// By code, the leaves that it scatters to: `scatter_leaves[ends[code - 1]..ends[code]]`.
    pub scatter_ends: Vec<u32>,
    pub scatter_leaves: Vec<u32>,
    pub scattered: Vec<usize>,
    pub gathered: Vec<usize>,
    /// For gathered columns, a bit for each 64 users: whether their codes are consecutive.
    pub consecutive: Vec<u64>,
    /// Leaves of a column that no file holds, and whether they hold for everybody.
    pub constant: Vec<(usize, bool)>,
}

/// The plan of every slot, and the leaves that are made as complements.
pub fn plan(users: usize, columns: &[Option<&Column>], leaves: &[Leaf]) -> (Vec<SlotPlan>, Vec<bool>) {
    let mut complemented = vec![false; leaves.len()];
    let mut by_slot: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    for (index, leaf) in leaves.iter().enumerate() {
        by_slot[leaf.slot].push(index);
    }
    let plan_slot = |(column, own): (&Option<&Column>, &Vec<usize>)| match column {
        Some(column) => slot(users, column, own, leaves, &mut complemented),
        None => {
            let constant = own.iter().map(|leaf| (*leaf, leaves[*leaf].table.holds(Column::NOT_IN_FILE))).collect();
            SlotPlan { constant, ..SlotPlan::default() }
        }
    };
    let plans = columns.iter().zip(&by_slot).map(plan_slot).collect();
    (plans, complemented)
}

fn slot(users: usize, column: &Column, own: &[usize], leaves: &[Leaf], complemented: &mut [bool]) -> SlotPlan {
    let codes = column.code_count();
    let mut plan = SlotPlan::default();
    let mut scattered: Vec<(u32, u32)> = Vec::new();
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
            plan.gathered.push(*index);
            continue;
        };
        let mut holders: usize = list.iter().map(|code| population[*code as usize] as usize).sum();
        if holders > users / 2 && codes <= FEW_CODES {
            complemented[*index] = true;
            list = others(&list, codes);
            holders = users - holders;
        }
        // Scattered bits of an average block against unions of sets.
        if codes <= FEW_CODES && list.len() * JOIN_COST <= holders * USERS / users.max(1) {
            joined.push((*index, list));
        } else {
            plan.scattered.push(*index);
            scattered.extend(list.iter().map(|code| (*code, *index as u32)));
        }
    }
    join(&mut plan, joined, codes);
    scatter(&mut plan, scattered, codes);
    if !plan.gathered.is_empty() {
        plan.consecutive = consecutive(column.codes());
    }
    plan
}

fn join(plan: &mut SlotPlan, joined: Vec<(usize, Vec<u32>)>, codes: u32) {
    if joined.is_empty() {
        return;
    }
    plan.set_of_code = vec![NONE; codes as usize];
    for (leaf, list) in joined {
        let sets = list.iter().map(|code| {
            let set = &mut plan.set_of_code[*code as usize];
            if *set == NONE {
                *set = plan.sets as u32;
                plan.sets += 1;
            }
            *set
        });
        let sets = sets.collect();
        plan.joined.push((leaf, sets));
    }
}

fn scatter(plan: &mut SlotPlan, mut scattered: Vec<(u32, u32)>, codes: u32) {
    if scattered.is_empty() {
        return;
    }
    scattered.sort_unstable();
    plan.scatter_ends = vec![0; codes as usize];
    for (code, _) in &scattered {
        plan.scatter_ends[*code as usize] += 1;
    }
    let mut end = 0;
    for count in &mut plan.scatter_ends {
        end += *count;
        *count = end;
    }
    plan.scatter_leaves = scattered.into_iter().map(|(_, leaf)| leaf).collect();
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
