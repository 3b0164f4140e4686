//! The cohorts of a tenant while one replication is drawn. In: people, and what happens to them. Out: who is in which cohort,
//! and how many. Never: forgets the order in which people came, so that hits never depend on who comes later.

use super::cohorts::Membership;
use super::event::Slot;
use super::people::People;

#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Whoever ever was in a cohort, with the number of moves by then; empty where no cohort is listed.
    lists: Vec<Vec<(Slot, u32)>>,
    /// Moves so far, by slot: somebody is where the number is the same.
    moves: Vec<u32>,
    of: Vec<u32>,
    enabled: Vec<u32>,
    /// The first day of those who joined, from slot `first` on.
    joined: Vec<u32>,
    first: Slot,
}

impl Parts {
    /// The cohorts at the start, whatever was there before.
    pub fn restart(&mut self, people: &People) {
        let Self { lists, moves, of, enabled, joined, first } = self;
        let cohorts = &people.cohorts;
        lists.resize_with(cohorts.members.len(), Vec::new);
        for (list, members) in lists.iter_mut().zip(&cohorts.members) {
            list.clear();
            list.extend(members.iter().map(|slot| (*slot, 0)));
        }
        moves.clear();
        of.clear();
        if cohorts.is_split() {
            moves.resize(people.count as usize, 0);
            of.extend((0..people.count).map(|slot| cohorts.of_exported(slot) as u32));
        }
        enabled.clone_from(&cohorts.enabled);
        joined.clear();
        *first = people.count;
    }

    pub fn is_split(&self) -> bool {
        !self.lists.is_empty()
    }

    /// How many ever were in a cohort; `None` where there are none.
    pub fn ever(&self, cohort: usize) -> Option<usize> {
        self.lists.get(cohort).map(Vec::len)
    }

    /// The person at a place; `None` of somebody who has moved since.
    pub fn at(&self, cohort: usize, index: usize) -> Option<Slot> {
        let (slot, moves) = *self.lists[cohort].get(index)?;
        (self.moves[slot as usize] == moves).then_some(slot)
    }

    pub fn enabled(&self, cohort: usize) -> u32 {
        self.enabled[cohort]
    }

    pub fn known_change(&mut self, change: &[i32]) {
        for (enabled, change) in self.enabled.iter_mut().zip(change) {
            *enabled = enabled.saturating_add_signed(*change);
        }
    }

    pub fn leave(&mut self, cohort: usize) {
        self.enabled[cohort] = self.enabled[cohort].saturating_sub(1);
    }

    /// Somebody new: a member of a cohort, or, with `None`, a guest, who is of none.
    pub fn join(&mut self, slot: Slot, cohort: Option<usize>, day: u32) {
        debug_assert_eq!(slot, self.first + self.joined.len() as u32, "slots are given in order");
        self.joined.push(day);
        if self.is_split() {
            self.moves.push(0);
            self.of.push(cohort.unwrap_or(0) as u32);
        }
        let Some(cohort) = cohort else { return };
        self.enabled[cohort] += 1;
        if let Some(list) = self.lists.get_mut(cohort) {
            list.push((slot, 0));
        }
    }

    /// The first day of somebody who came in this replication.
    pub fn joined(&self, slot: Slot) -> Option<u32> {
        self.joined.get(slot.checked_sub(self.first)? as usize).copied()
    }

    /// Somebody whose attributes now are those of `like`, where a move changes them.
    pub fn relocate(&mut self, slot: Slot, model: Slot, like: Slot, cohorts: &Membership) {
        if !self.is_split() {
            return;
        }
        let (from, to) = (self.of[slot as usize] as usize, cohorts.after_move(model, like));
        if from == to {
            return;
        }
        self.moves[slot as usize] += 1;
        self.of[slot as usize] = to as u32;
        self.enabled[from] = self.enabled[from].saturating_sub(1);
        self.enabled[to] += 1;
        self.lists[to].push((slot, self.moves[slot as usize]));
    }
}
