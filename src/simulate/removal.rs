//! Licences taken off a leaver's account before it is deleted. In: one person. Out: the same without direct licences and without
//! the groups that an administrator puts people in. Never: a dynamic group, whose rule alone says who is in it.

use super::bridge::Reason;
use super::event::Slot;
use super::person::Person;
use super::replication::Run;

impl Run<'_, '_> {
    pub(super) fn remove_licenses(&mut self, slot: Slot) {
        let world = self.world;
        let scratch = &mut *self.scratch;
        // A step of a plan may have made lists that nobody has looked at yet.
        scratch.learn_direct(world);
        let person = scratch.persons.get(slot);
        let old: Vec<u64> = (0..world.words).map(|word| self.meant(&person, word)).collect();
        let scratch = &mut *self.scratch;
        scratch.bundles.clear();
        let by_rule = scratch.ledger.bundles_in(person.assigned).iter().filter(|bundle| world.dynamic[bundle.get()]);
        scratch.bundles.extend(by_rule);
        let assigned = scratch.ledger.target(&scratch.bundles);
        let direct = scratch.direct.list(person.direct).to_vec();
        self.put(slot, Person { assigned, direct: 0, ..person }, None);
        direct.into_iter().for_each(|sku| self.take(slot, sku, false));
        let person = self.scratch.persons.get(slot);
        for (word, old) in old.into_iter().enumerate() {
            let new = self.meant(&person, word);
            self.bridge.book(word, old, new, Reason::Leaver);
        }
    }

    /// The SKUs from `word * 64` on that somebody is meant to have, as bits.
    fn meant(&self, person: &Person, word: usize) -> u64 {
        let words = self.world.words;
        let direct = self.scratch.direct_bits[person.direct as usize * words + word];
        self.scratch.ledger.skus_of_target(person.target)[word] | direct
    }
}
