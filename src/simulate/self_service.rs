//! Who is in a self-service group while a replication is drawn. In: its exported members, who joins and leaves. Out: the members
//! of a month. Never: a draw, or an event.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::event::Slot;
use super::people::Account;

/// One group: its exported members less those who left, and those who joined.
pub struct SelfServiceGroup<'a> {
    exported: &'a [Slot],
    joined: Vec<Slot>,
    joined_set: HashSet<Slot, FixedState>,
    /// Whether somebody left the group, by place in the order of [`SelfServiceGroup::ever`].
    left: Vec<bool>,
    /// The places of those who were members when the last month began, and of those who joined since.
    there: Vec<u32>,
}

impl<'a> SelfServiceGroup<'a> {
    pub fn new(exported: &'a [Slot]) -> Self {
        let there = (0..exported.len() as u32).collect();
        Self { exported, joined: Vec::new(), joined_set: HashSet::default(), left: vec![false; exported.len()], there }
    }

    /// Everybody who ever was a member, in an order that only grows.
    pub fn ever(&self) -> usize {
        self.exported.len() + self.joined.len()
    }

    /// The members at the start of a month: those who neither left the group nor are gone by then. Months ascend, and nobody comes
    /// back.
    pub fn there(&mut self, accounts: &[Account], start: u32) -> usize {
        let Self { exported, joined, left, there, .. } = self;
        there.retain(|place| {
            let slot = slot_at(exported, joined, *place as usize);
            accounts[slot as usize].gone > start && !left[*place as usize]
        });
        there.len()
    }

    pub fn at(&self, place: usize) -> Slot {
        slot_at(self.exported, &self.joined, place)
    }

    /// False of somebody who left before.
    pub fn leave(&mut self, place: usize) -> bool {
        !std::mem::replace(&mut self.left[place], true)
    }

    pub fn join(&mut self, slot: Slot) {
        self.there.push(self.ever() as u32);
        self.left.push(false);
        self.joined.push(slot);
        self.joined_set.insert(slot);
    }

    /// Whether the slot is or was a member: who left does not come back within a run.
    pub fn knows(&self, slot: Slot) -> bool {
        self.exported.binary_search(&slot).is_ok() || self.joined_set.contains(&slot)
    }
}

/// Who is at a place of a group.
fn slot_at(exported: &[Slot], joined: &[Slot], place: usize) -> Slot {
    exported.get(place).copied().unwrap_or_else(|| joined[place - exported.len()])
}
