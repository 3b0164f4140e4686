//! Many rules over one row at once. In: rules, classes of codes. Out: the rules that hold for a row of classes. Never: looks at
//! the clock.
//!
//! Most rules are conjunctions whose parts look at one attribute each. For every class of an attribute a bitset tells which
//! rules no part of theirs on this attribute rules out; a row's rules are the intersection over its attributes. Only parts over
//! several attributes are asked one by one, and only for rules that are still in.

use chrono::{DateTime, Utc};

use super::program::Program;
use super::{Classes, RuleSet};
use crate::directory::Column;

/// So many words of a bitset are looked at together.
const AT_ONCE: usize = 4;

/// See the head of this file.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    /// Rules, by their place in the bitsets.
    rules: Vec<usize>,
    /// A multiple of `AT_ONCE`; no rule has a place in the last ones.
    words: usize,
    /// Slots that decide anything, with `words` words for each class.
    slots: Vec<(usize, Vec<u64>)>,
    /// Places that have a rule.
    placed: Vec<u64>,
    /// Rules that have to be asked in full, and whether there are any.
    asked: Vec<u64>,
    asks: bool,
}

impl RuleSet<'_> {
    /// A sieve of some of the rules, none of which looks at the clock.
    pub fn sieve(&self, rules: Vec<usize>, classes: &Classes) -> Sieve {
        let words = rules.len().div_ceil(64).next_multiple_of(AT_ONCE);
        let full = |slot: usize| vec![u64::MAX; classes.count(slot) * words];
        let mut slots: Vec<(usize, Vec<u64>)> = (0..self.slots.len()).map(|slot| (slot, full(slot))).collect();
        let mut asked = vec![0; words];
        for (place, rule) in rules.iter().enumerate() {
            debug_assert!(!self.uses_clock(*rule), "a sieve has no instant");
            let index = self.program_of[*rule];
            let (word, bit) = (place / 64, 1 << (place % 64));
            let whole = std::slice::from_ref(&self.programs[index]);
            let parts = if let Program::All(parts) = &self.programs[index] { parts } else { whole };
            for part in parts {
                match self.only_slot(part) {
                    Some(slot) if !self.unknown[index] => {
                        for class in self.failing(part, slot, classes) {
                            slots[slot].1[class as usize * words + word] &= !bit;
                        }
                    }
                    _ => asked[word] |= bit,
                }
            }
        }
        slots.retain(|(_, bits)| bits.iter().any(|word| *word != u64::MAX));
        let placed = |word: usize| match rules.len().saturating_sub(word * 64) {
            rest if rest < 64 => (1 << rest) - 1,
            _ => u64::MAX,
        };
        let (placed, asks) = ((0..words).map(placed).collect(), asked.iter().any(|word| *word != 0));
        Sieve { rules, words, slots, placed, asked, asks }
    }

    /// The one slot that a program looks at.
    fn only_slot(&self, program: &Program) -> Option<usize> {
        let (mut slot, mut several) = (None, false);
        program.visit(&mut |leaf| {
            let own = self.leaves[leaf].slot;
            several |= slot.is_some_and(|slot| slot != own);
            slot = Some(own);
        });
        slot.filter(|_| !several)
    }

    /// The classes of a slot for which a program that looks at nothing else does not hold.
    fn failing(&self, program: &Program, slot: usize, classes: &Classes) -> Vec<u32> {
        let mut row = vec![Column::NULL; self.slots.len()];
        let fails = |class: &u32| {
            row[slot] = classes.representative(slot, *class);
            !self.holds_program(program, &row, DateTime::<Utc>::UNIX_EPOCH)
        };
        (0..classes.count(slot) as u32).filter(fails).collect()
    }
}

impl Sieve {
    /// Whether any rule has to be asked in full.
    pub fn asks(&self) -> bool {
        self.asks
    }

    /// Tells `each` the place of every rule that holds for a row, ascending; `asks` answers for a rule in full.
    pub fn holding(&self, classes: &[u32], asks: impl Fn(usize) -> bool, mut each: impl FnMut(usize)) {
        for first in (0..self.words).step_by(AT_ONCE) {
            let mut left: [u64; AT_ONCE] = std::array::from_fn(|word| self.placed[first + word]);
            for (slot, bits) in &self.slots {
                let at = classes[*slot] as usize * self.words + first;
                let bits = &bits[at..at + AT_ONCE];
                (0..AT_ONCE).for_each(|word| left[word] &= bits[word]);
            }
            let left = left.into_iter().enumerate();
            left.for_each(|(word, left)| self.holding_word(first + word, left, &asks, &mut each));
        }
    }

    /// The same for the rules of one word that nothing rules out.
    fn holding_word(&self, word: usize, mut left: u64, asks: &impl Fn(usize) -> bool, each: &mut impl FnMut(usize)) {
        // Ends: every step clears a bit.
        while left != 0 {
            let bit = left & left.wrapping_neg();
            let place = word * 64 + left.trailing_zeros() as usize;
            left ^= bit;
            if self.asked[word] & bit == 0 || asks(self.rules[place]) {
                each(place);
            }
        }
    }
}
