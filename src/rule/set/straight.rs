//! Programs as steps in a row. In: a program, and where the bits of each leaf are. Out: steps, and the bits or the count that
//! they make of a block. Never: jumps, allocates or asks what a leaf means.
//!
//! A step reads one row of the block's memory into a level, or folds a level into the one below. The loops are plain; they are
//! compiled for several instruction sets, and [`pulp`] takes the widest that the machine has.

use pulp::{Arch, Simd, WithSimd};

use super::program::Program;

/// Words of a row: 64 users each.
pub const WORDS: usize = 64;

/// A bit for each user of a block.
pub type Bits = [u64; WORDS];

/// The row with the bits of a leaf, or of its complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub row: u32,
    pub complement: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Opens a level.
    Begin(Place),
    And(Place),
    Or(Place),
    /// Opens a level in which everybody is, or nobody.
    Constant(bool),
    /// Folds the last level into the one before.
    AndLevel,
    OrLevel,
}

/// A program made straight.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Straight {
    steps: Box<[Step]>,
}

impl Straight {
    pub fn new(program: &Program, places: &[Place]) -> Self {
        let mut steps = Vec::new();
        lay(program, places, &mut steps);
        Self { steps: steps.into() }
    }

    /// How many levels are open at most.
    pub fn depth(&self) -> usize {
        let mut open = 0_usize;
        let mut deepest = 0;
        for step in &self.steps {
            match step {
                Step::Begin(_) | Step::Constant(_) => open += 1,
                Step::AndLevel | Step::OrLevel => open -= 1,
                Step::And(_) | Step::Or(_) => {}
            }
            deepest = deepest.max(open);
        }
        deepest
    }
}

fn lay(program: &Program, places: &[Place], steps: &mut Vec<Step>) {
    let place = |leaf: u32, negated: bool| {
        let Place { row, complement } = places[leaf as usize];
        Place { row, complement: complement != negated }
    };
    let (programs, all) = match program {
        Program::Leaf { leaf, negated } => return steps.push(Step::Begin(place(*leaf, *negated))),
        Program::All(programs) => (programs, true),
        Program::Any(programs) => (programs, false),
    };
    let first = steps.len();
    let (leaves, inner): (Vec<&Program>, Vec<&Program>) =
        programs.iter().partition(|inner| matches!(inner, Program::Leaf { .. }));
    for inner in inner {
        let opened = steps.len() > first;
        lay(inner, places, steps);
        if opened {
            steps.push(if all { Step::AndLevel } else { Step::OrLevel });
        }
    }
    for leaf in leaves {
        let Program::Leaf { leaf, negated } = leaf else { continue };
        let place = place(*leaf, *negated);
        steps.push(match (steps.len() > first, all) {
            (false, _) => Step::Begin(place),
            (true, true) => Step::And(place),
            (true, false) => Step::Or(place),
        });
    }
    if steps.len() == first {
        steps.push(Step::Constant(all));
    }
}

/// A program on the rows of a block, with memory for its levels; the answer is in the first.
struct Work<'a> {
    program: &'a Straight,
    rows: &'a [Bits],
    levels: &'a mut [Bits],
    /// Users of the block, where they are to be counted.
    count: Option<usize>,
}

// An implementation and not a closure, which would not be compiled into each instruction set.
impl WithSimd for Work<'_> {
    type Output = u32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> u32 {
        steps(self.program, self.rows, self.levels);
        let Some(users) = self.count else { return 0 };
        let bits = &self.levels[0];
        let ones = |bits: &[u64]| bits.iter().map(|word| u64::from(word.count_ones())).sum::<u64>() as u32;
        if users == 64 * WORDS {
            return ones(bits);
        }
        let part = bits[users / 64] & !(u64::MAX << (users % 64));
        ones(&bits[..users / 64]) + part.count_ones()
    }
}

/// Runs a program; its answer is in the first level.
pub fn run(arch: Arch, program: &Straight, rows: &[Bits], levels: &mut [Bits]) {
    arch.dispatch(Work { program, rows, levels, count: None });
}

/// Runs a program and counts its members among the first users.
pub fn count(arch: Arch, program: &Straight, rows: &[Bits], levels: &mut [Bits], users: usize) -> u32 {
    arch.dispatch(Work { program, rows, levels, count: Some(users) })
}

/// The union of some rows.
pub fn unite(arch: Arch, rows: &mut [Bits], to: usize, from: &[u32]) {
    arch.dispatch(
        #[inline(always)]
        || {
            let mut all = [0; WORDS];
            for row in from {
                all.iter_mut().zip(&rows[*row as usize]).for_each(|(all, bits)| *all |= bits);
            }
            rows[to] = all;
        },
    );
}

#[inline(always)]
fn steps(program: &Straight, rows: &[Bits], levels: &mut [Bits]) {
    let mut open = 0;
    for step in &program.steps {
        match step {
            Step::Begin(place) => {
                let bits = &rows[place.row as usize];
                open += 1;
                let top = &mut levels[open - 1];
                match place.complement {
                    false => *top = *bits,
                    true => top.iter_mut().zip(bits).for_each(|(top, bits)| *top = !bits),
                }
            }
            Step::And(place) => {
                let flip = if place.complement { u64::MAX } else { 0 };
                let top = levels[open - 1].iter_mut();
                top.zip(&rows[place.row as usize]).for_each(|(top, bits)| *top &= bits ^ flip);
            }
            Step::Or(place) => {
                let flip = if place.complement { u64::MAX } else { 0 };
                let top = levels[open - 1].iter_mut();
                top.zip(&rows[place.row as usize]).for_each(|(top, bits)| *top |= bits ^ flip);
            }
            Step::Constant(everybody) => {
                open += 1;
                levels[open - 1] = [if *everybody { u64::MAX } else { 0 }; WORDS];
            }
            Step::AndLevel | Step::OrLevel => {
                open -= 1;
                let (below, top) = levels.split_at_mut(open);
                let (below, top) = (below[open - 1].iter_mut(), &top[0]);
                match step {
                    Step::AndLevel => below.zip(top).for_each(|(below, bits)| *below &= bits),
                    _ => below.zip(top).for_each(|(below, bits)| *below |= bits),
                }
            }
        }
    }
}
