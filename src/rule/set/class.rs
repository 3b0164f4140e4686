//! Codes that no rule tells apart. In: decided leaves. Out: for each attribute, classes of codes and one code that stands for each.
//! Never: looks at the clock; leaves that do are left out.
//!
//! A person is to a set of rules what the classes of their codes are, and there are far fewer combinations of classes than
//! people.

use super::{RuleSet, Table};
use crate::directory::Column;

/// The classes of every slot.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    slots: Vec<SlotClasses>,
}

#[derive(Clone, Debug, Default)]
struct SlotClasses {
    of_code: Vec<u32>,
    representative: Vec<u32>,
}

impl Classes {
    /// The class of a code of the attribute in a slot.
    pub fn of(&self, slot: usize, code: u32) -> u32 {
        self.slots[slot].of_code[code as usize]
    }

    /// How many classes a slot has.
    pub fn count(&self, slot: usize) -> usize {
        self.slots[slot].representative.len()
    }

    /// The first code of a class.
    pub fn representative(&self, slot: usize, class: u32) -> u32 {
        self.slots[slot].representative[class as usize]
    }
}

impl RuleSet<'_> {
    /// Two codes of a slot are of one class when every leaf that does not look at the clock answers the same for both.
    pub fn classes(&self) -> Classes {
        let codes = |column: &Option<&Column>| column.map_or(Column::FIRST_VALUE, Column::code_count);
        let mut slots: Vec<Vec<u32>> = self.columns.iter().map(|column| vec![0; codes(column) as usize]).collect();
        let mut counts = vec![1_u32; slots.len()];
        for leaf in &self.leaves {
            let (of_code, count) = (&mut slots[leaf.slot], &mut counts[leaf.slot]);
            match &leaf.table {
                Table::Bits(bits) => split(of_code, count, ones(bits)),
                Table::Few(few) => split(of_code, count, few.iter().copied()),
                Table::Clock(..) => {}
            }
            split(of_code, count, leaf.unknown.iter().copied());
        }
        Classes { slots: slots.into_iter().zip(counts).map(|(of_code, count)| numbered(of_code, count)).collect() }
    }

    /// The slots whose attribute some rule compares with the clock, ascending.
    pub fn clock_slots(&self) -> Vec<usize> {
        let clock = self.leaves.iter().filter(|leaf| matches!(leaf.table, Table::Clock(..)));
        let mut slots: Vec<usize> = clock.map(|leaf| leaf.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

fn ones(bits: &[u64]) -> impl Iterator<Item = u32> {
    bits.iter().enumerate().flat_map(|(word, bits)| {
        let mut left = *bits;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros())?;
            left &= left - 1;
            Some(word as u32 * 64 + bit)
        })
    })
}

/// Moves the codes that pass a leaf to classes of their own.
fn split(of_code: &mut [u32], count: &mut u32, passing: impl Iterator<Item = u32>) {
    let mut moved: Vec<Option<u32>> = vec![None; *count as usize];
    for code in passing {
        let Some(class) = of_code.get_mut(code as usize) else { continue };
        *class = *moved[*class as usize].get_or_insert_with(|| {
            *count += 1;
            *count - 1
        });
    }
}

/// Classes numbered in the order of their first codes, without the empty ones.
fn numbered(mut of_code: Vec<u32>, count: u32) -> SlotClasses {
    let mut numbers: Vec<Option<u32>> = vec![None; count as usize];
    let mut representative = Vec::new();
    for (code, class) in of_code.iter_mut().enumerate() {
        *class = *numbers[*class as usize].get_or_insert_with(|| {
            representative.push(code as u32);
            representative.len() as u32 - 1
        });
    }
    SlotClasses { of_code, representative }
}
