//! A block of users, a bit for each. In: the codes of the block and the decided leaves. Out: the members of a program, or how
//! many they are. Never: larger than what a cache holds.

use chrono::{DateTime, Utc};
use pulp::Arch;

use super::plan::SlotPlan;
use super::straight::{self, Bits, WORDS};
use super::{RuleSet, Table};
use crate::directory::UserIndex;

/// Users of a block.
pub const USERS: usize = WORDS * 64;

/// Memory that one thread uses for block after block.
pub struct Scratch {
    arch: Arch,
    /// The bits of values and of leaves, where the plan places them.
    rows: Vec<Bits>,
    levels: Vec<Bits>,
}

impl Scratch {
    pub fn new(set: &RuleSet<'_>) -> Self {
        let depth = set.straight.iter().map(straight::Straight::depth).max().unwrap_or(0);
        Self { arch: Arch::new(), rows: vec![[0; WORDS]; set.rows], levels: vec![[0; WORDS]; depth.max(1)] }
    }
}

/// One block: which users it holds. The bits of its leaves are in the scratch memory that filled it.
pub struct Block<'s, 'u> {
    set: &'s RuleSet<'u>,
    now: DateTime<Utc>,
    first: usize,
    users: usize,
}

impl<'s, 'u> Block<'s, 'u> {
    /// Makes the bits of every leaf for block `index`.
    pub fn fill(
        set: &'s RuleSet<'u>,
        clock: &[(usize, Box<[u64]>)],
        now: DateTime<Utc>,
        index: usize,
        scratch: &mut Scratch,
    ) -> Self {
        let first = index * USERS;
        let users = USERS.min(set.users.len() - first);
        let block = Block { set, now, first, users };
        for (slot, plan) in set.plans.iter().enumerate() {
            for (row, holds) in &plan.constant {
                scratch.rows[*row as usize] = [if *holds { u64::MAX } else { 0 }; WORDS];
            }
            if let Some(column) = set.columns[slot] {
                let codes = &column.codes()[first..first + users];
                join(plan, codes, scratch);
                scatter(plan, codes, scratch);
                block.gather(plan, codes, clock, scratch);
            }
        }
        block
    }

    fn gather(&self, plan: &SlotPlan, codes: &[u32], clock: &[(usize, Box<[u64]>)], scratch: &mut Scratch) {
        for (leaf, row) in &plan.gathered {
            let table = match &self.set.leaves[*leaf].table {
                Table::Bits(bits) => bits,
                _ => match clock.iter().find(|(index, _)| index == leaf) {
                    Some((_, bits)) => bits,
                    None => continue,
                },
            };
            let out = &mut scratch.rows[*row as usize];
            *out = [0; WORDS];
            for (word, run) in codes.chunks(64).enumerate() {
                let at = self.first / 64 + word;
                let consecutive = plan.consecutive[at / 64] >> (at % 64) & 1 == 1;
                out[word] = if consecutive { window(table, run) } else { looked_up(table, run) };
            }
        }
    }

    fn valid(&self, word: usize) -> u64 {
        let before = word * 64;
        match self.users.saturating_sub(before) {
            0 => 0,
            rest if rest < 64 => (1 << rest) - 1,
            _ => u64::MAX,
        }
    }

    /// The bits of a program's members.
    fn members(&self, program: usize, scratch: &mut Scratch) -> Bits {
        straight::run(scratch.arch, &self.set.straight[program], &scratch.rows, &mut scratch.levels);
        let mut out = scratch.levels[0];
        if self.users < USERS {
            out.iter_mut().enumerate().for_each(|(word, bits)| *bits &= self.valid(word));
        }
        if self.set.unknown[program] {
            self.settle(program, &mut out);
        }
        out
    }

    /// Decides again, in three values, where a regular expression gave up.
    fn settle(&self, program: usize, out: &mut Bits) {
        let program = &self.set.programs[program];
        for at in 0..self.users {
            let row = self.set.row(UserIndex((self.first + at) as u32));
            let unknown = program.any_leaf(&|leaf| {
                let leaf = &self.set.leaves[leaf];
                leaf.unknown.binary_search(&row[leaf.slot]).is_ok()
            });
            if unknown {
                let holds = self.set.decide_row(program, &row, self.now) == Some(true);
                out[at / 64] = out[at / 64] & !(1 << (at % 64)) | u64::from(holds) << (at % 64);
            }
        }
    }

    pub fn count(&self, program: usize, scratch: &mut Scratch) -> u32 {
        if self.set.unknown[program] {
            return ones(&self.members(program, scratch));
        }
        let Scratch { arch, rows, levels } = scratch;
        straight::count(*arch, &self.set.straight[program], rows, levels, self.users)
    }

    pub fn for_each_member(&self, program: usize, scratch: &mut Scratch, each: &mut impl FnMut(u32)) {
        let bits = self.members(program, scratch);
        for (word, mut rest) in bits.into_iter().enumerate() {
            // Ends: every step clears a bit.
            while rest != 0 {
                each((self.first + word * 64) as u32 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }

    pub fn union_count(&self, scratch: &mut Scratch) -> u32 {
        let mut union = [0; WORDS];
        for program in 0..self.set.programs.len() {
            let members = self.members(program, scratch);
            union.iter_mut().zip(&members).for_each(|(all, one)| *all |= one);
        }
        ones(&union)
    }
}

fn ones(bits: &Bits) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}

fn join(plan: &SlotPlan, codes: &[u32], scratch: &mut Scratch) {
    if plan.sets.is_empty() {
        return;
    }
    let sets = &mut scratch.rows[plan.sets.clone()];
    sets.fill([0; WORDS]);
    for (word, run) in codes.chunks(64).enumerate() {
        for (bit, code) in run.iter().enumerate() {
            sets[plan.set_of_code[*code as usize] as usize][word] |= 1 << bit;
        }
    }
    for (row, sets) in &plan.joined {
        straight::unite(scratch.arch, &mut scratch.rows, *row as usize, sets);
    }
}

fn scatter(plan: &SlotPlan, codes: &[u32], scratch: &mut Scratch) {
    if plan.scatter_ends.is_empty() {
        return;
    }
    let rows = &mut scratch.rows[plan.scattered.clone()];
    rows.fill([0; WORDS]);
    for (at, code) in codes.iter().enumerate() {
        let code = *code as usize;
        let start = if code == 0 { 0 } else { plan.scatter_ends[code - 1] };
        for row in &plan.scatter_rows[start as usize..plan.scatter_ends[code] as usize] {
            rows[*row as usize][at / 64] |= 1 << (at % 64);
        }
    }
}

/// The bits of consecutive codes: a window into the table.
fn window(table: &[u64], run: &[u32]) -> u64 {
    let first = run.first().copied().unwrap_or(0) as usize;
    let low = table.get(first / 64).copied().unwrap_or(0) >> (first % 64);
    let high =
        if first.is_multiple_of(64) { 0 } else { table.get(first / 64 + 1).copied().unwrap_or(0) << (64 - first % 64) };
    low | high
}

fn looked_up(table: &[u64], run: &[u32]) -> u64 {
    let mut bits = 0;
    for (at, code) in run.iter().enumerate() {
        bits |= (table[*code as usize / 64] >> (code % 64) & 1) << at;
    }
    bits
}
