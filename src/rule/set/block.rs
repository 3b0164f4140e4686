//! A block of users, a bit for each. In: the codes of the block and the decided leaves. Out: the members of a program, or how
//! many they are. Never: larger than what a cache holds.

use chrono::{DateTime, Utc};

use super::plan::{NONE, SlotPlan};
use super::program::Program;
use super::{RuleSet, Table};
use crate::directory::UserIndex;

/// Users of a block.
pub const USERS: usize = WORDS * 64;
const WORDS: usize = 128;

type Bits = [u64; WORDS];

/// Memory that one thread uses for block after block.
pub struct Scratch {
    leaves: Vec<Bits>,
    sets: Vec<Bits>,
    stack: Vec<Bits>,
}

impl Scratch {
    pub fn new(set: &RuleSet<'_>) -> Self {
        let sets = set.plans.iter().map(|plan| plan.sets).max().unwrap_or(0);
        Self { leaves: vec![[0; WORDS]; set.leaves.len()], sets: vec![[0; WORDS]; sets], stack: Vec::new() }
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
            for (leaf, holds) in &plan.constant {
                scratch.leaves[*leaf] = [if *holds { u64::MAX } else { 0 }; WORDS];
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
        for leaf in &plan.gathered {
            let table = match &self.set.leaves[*leaf].table {
                Table::Bits(bits) => bits,
                _ => match clock.iter().find(|(index, _)| index == leaf) {
                    Some((_, bits)) => bits,
                    None => continue,
                },
            };
            let out = &mut scratch.leaves[*leaf];
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
        let mut out = [0; WORDS];
        let Scratch { leaves, stack, .. } = scratch;
        run(&self.set.programs[program], leaves, &self.set.complemented, stack, 0, &mut out);
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
        ones(&self.members(program, scratch))
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

fn join(plan: &SlotPlan, codes: &[u32], scratch: &mut Scratch) {
    if plan.sets == 0 {
        return;
    }
    scratch.sets[..plan.sets].fill([0; WORDS]);
    for (at, code) in codes.iter().enumerate() {
        let set = plan.set_of_code[*code as usize];
        if set != NONE {
            scratch.sets[set as usize][at / 64] |= 1 << (at % 64);
        }
    }
    for (leaf, sets) in &plan.joined {
        let out = &mut scratch.leaves[*leaf];
        *out = [0; WORDS];
        for set in sets {
            out.iter_mut().zip(&scratch.sets[*set as usize]).for_each(|(all, one)| *all |= one);
        }
    }
}

fn scatter(plan: &SlotPlan, codes: &[u32], scratch: &mut Scratch) {
    plan.scattered.iter().for_each(|leaf| scratch.leaves[*leaf] = [0; WORDS]);
    if plan.scatter_ends.is_empty() {
        return;
    }
    for (at, code) in codes.iter().enumerate() {
        let code = *code as usize;
        let start = if code == 0 { 0 } else { plan.scatter_ends[code - 1] };
        for leaf in &plan.scatter_leaves[start as usize..plan.scatter_ends[code] as usize] {
            scratch.leaves[*leaf as usize][at / 64] |= 1 << (at % 64);
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

/// Runs a program; `depth` is the first free place of the stack.
fn run(program: &Program, leaves: &[Bits], complemented: &[bool], stack: &mut Vec<Bits>, depth: usize, out: &mut Bits) {
    let (programs, all) = match program {
        Program::Leaf { leaf, negated } => {
            let flip = flip(*leaf, *negated, complemented);
            let bits = &leaves[*leaf as usize];
            return out.iter_mut().zip(bits).for_each(|(out, bits)| *out = bits ^ flip);
        }
        Program::All(programs) => (programs, true),
        Program::Any(programs) => (programs, false),
    };
    *out = [if all { u64::MAX } else { 0 }; WORDS];
    for inner in programs {
        if let Program::Leaf { leaf, negated } = inner {
            let flip = flip(*leaf, *negated, complemented);
            let bits = &leaves[*leaf as usize];
            combine(out, bits, flip, all);
            continue;
        }
        if stack.len() <= depth {
            stack.push([0; WORDS]);
        }
        let mut part = std::mem::replace(&mut stack[depth], [0; WORDS]);
        run(inner, leaves, complemented, stack, depth + 1, &mut part);
        combine(out, &part, 0, all);
    }
}

fn flip(leaf: u32, negated: bool, complemented: &[bool]) -> u64 {
    if negated != complemented[leaf as usize] { u64::MAX } else { 0 }
}

fn combine(out: &mut Bits, bits: &Bits, flip: u64, all: bool) {
    if all {
        out.iter_mut().zip(bits).for_each(|(out, bits)| *out &= bits ^ flip);
    } else {
        out.iter_mut().zip(bits).for_each(|(out, bits)| *out |= bits ^ flip);
    }
}

/// Words added side by side.
const LANES: usize = 4;

/// Set bits, by carry-save addition: sixteen words are summed bit by bit before any bit is counted (Harley and Seal).
fn ones(bits: &Bits) -> u32 {
    let mut sums = [[0_u64; LANES]; 4];
    let mut sixteens = 0;
    for group in bits.chunks_exact(16 * LANES) {
        let mut carries = [[0_u64; LANES]; 16];
        carries.iter_mut().zip(group.chunks_exact(LANES)).for_each(|(carry, words)| carry.copy_from_slice(words));
        let mut left = 16;
        for sum in &mut sums {
            // Two words and a sum become a sum of this weight and a carry of the next.
            left /= 2;
            for pair in 0..left {
                let (first, second) = (carries[2 * pair], carries[2 * pair + 1]);
                for lane in 0..LANES {
                    let half = first[lane] ^ second[lane];
                    carries[pair][lane] = first[lane] & second[lane] | half & sum[lane];
                    sum[lane] ^= half;
                }
            }
        }
        sixteens += counted(&carries[0]);
    }
    let weighed = sums.iter().enumerate().map(|(power, sum)| counted(sum) << power);
    16 * sixteens + weighed.sum::<u32>()
}

fn counted(words: &[u64; LANES]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}
