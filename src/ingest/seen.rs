//! Which texts of a column were met before. In: texts, each with what to do when it is new. Out: the code it was given. Never:
//! holds a text: the caller's list of texts by code is what a new one is compared with.

use std::hash::BuildHasher;

/// One place of the table: some bits of a text's hash, and its code plus one; zero is empty.
#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u32,
    code: u32,
}

/// An open table of eight bytes a place: a million distinct texts take sixteen megabytes. Invariant: at most three quarters of
/// the places are taken.
pub(super) struct Seen {
    slots: Vec<Slot>,
    taken: usize,
    hasher: foldhash::fast::FixedState,
}

impl Seen {
    pub fn new() -> Self {
        Self { slots: vec![Slot::default(); 64], taken: 0, hasher: foldhash::fast::FixedState::default() }
    }

    /// The code of `text`: the one for which `same` holds, else the one that `add` gives it.
    pub fn code(&mut self, text: &str, same: impl Fn(u32) -> bool, add: impl FnOnce() -> u32) -> u32 {
        let tag = (self.hasher.hash_one(text) >> 32) as u32;
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        // Ends: a quarter of the places is empty.
        while let Some(code) = self.slots[at].code.checked_sub(1) {
            if self.slots[at].tag == tag && same(code) {
                return code;
            }
            at = (at + 1) & mask;
        }
        let code = add();
        self.slots[at] = Slot { tag, code: code + 1 };
        self.taken += 1;
        if self.taken * 4 > self.slots.len() * 3 {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let mut slots = vec![Slot::default(); self.slots.len() * 2];
        let mask = slots.len() - 1;
        for slot in self.slots.iter().filter(|slot| slot.code != 0) {
            let mut at = slot.tag as usize & mask;
            while slots[at].code != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = *slot;
        }
        self.slots = slots;
    }
}
