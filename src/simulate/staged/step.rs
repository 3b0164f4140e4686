//! Days on which an administrator changes something for everybody, lived through by the people of one replication. In: a step.
//! Out: a ledger that knows it. Never: chance, or somebody who is gone.

use super::epoch::{self, Person, Step, Tables};
use super::replication::{Run, Scratch};
use crate::directory::SkuIndex;
use crate::licensing::{LicenseError, Path, Refusal, Source};
use crate::simulate::event::Slot;

impl<'w> Run<'w, '_> {
    pub(super) fn give(&mut self, slot: Slot, sku: SkuIndex) {
        match self.scratch.ledger.direct_assign(slot, sku) {
            Ok(()) => {}
            Err(Refusal::License(LicenseError::CountViolation)) => self.pending[sku.get()].push(slot),
            Err(_) => self.refused[sku.get()].push(slot),
        }
    }

    /// Takes a direct licence, or the wish for one. Somebody who is to keep a seat loses it only where a group gives it too.
    fn take(&mut self, slot: Slot, sku: SkuIndex, safely: bool) {
        let by_group = |path: &Path| path.sku == sku && path.source != Source::Direct && path.state.holds_seat();
        if safely && !self.scratch.ledger.paths(slot).iter().any(by_group) {
            return;
        }
        self.pending[sku.get()].retain(|other| *other != slot);
        self.refused[sku.get()].retain(|other| *other != slot);
        // Who never got it has nothing to give back.
        let _ = self.scratch.ledger.direct_remove(slot, sku);
    }

    /// A day on which an administrator changes something for everybody. Nothing of it is booked by a cause of chance: the
    /// bridge shows it as a change.
    pub(super) fn step(&mut self, step: &Step, tables: &'w Tables) {
        self.tables = tables;
        for (bundle, licenses) in &step.replaced {
            self.scratch.ledger.replace_bundle(*bundle, licenses);
        }
        let mut direct: Vec<(Slot, SkuIndex, bool)> = Vec::new();
        let scratch = &mut *self.scratch;
        let as_exported =
            |scratch: &Scratch, slot: Slot| scratch.index[slot as usize] == 0 && !scratch.gone[slot as usize];
        for slot in &step.touched {
            if !as_exported(scratch, *slot) {
                continue;
            }
            scratch.bundles.clear();
            scratch.bundles.extend_from_slice(tables.assigned.of(*slot));
            scratch.bundles.extend_from_slice(tables.dynamic.of(*slot));
            scratch.bundles.sort_unstable();
            scratch.bundles.dedup();
            scratch.ledger.set_bundles(*slot, &scratch.bundles);
        }
        direct.extend(step.direct.iter().filter(|(slot, ..)| as_exported(scratch, *slot)));
        if !step.edits.is_empty() {
            self.step_of_changed(step, tables, &mut direct);
        }
        direct.sort_by_key(|(slot, sku, give)| (*slot, *give, *sku));
        for (slot, sku, give) in direct {
            match give {
                true => self.give(slot, sku),
                false => self.take(slot, sku, step.safely.contains(&sku)),
            }
        }
    }

    /// The same for people who are no longer as exported, one by one.
    fn step_of_changed(&mut self, step: &Step, tables: &Tables, direct: &mut Vec<(Slot, SkuIndex, bool)>) {
        let world = self.world;
        let now = world.midnight(step.day);
        let mut person = Person::default();
        for slot in 0..self.scratch.index.len() as Slot {
            let at = self.scratch.index[slot as usize] as usize;
            if at == 0 || self.scratch.gone[slot as usize] {
                continue;
            }
            let changed = &mut self.scratch.changed[at - 1];
            person.exported = Some(slot).filter(|slot| *slot < world.exported());
            person.name = world.name_of(slot);
            std::mem::swap(&mut person.row, &mut changed.row);
            std::mem::swap(&mut person.assigned, &mut changed.assigned);
            std::mem::swap(&mut person.dynamic, &mut changed.dynamic);
            changed.direct.clone_into(&mut person.direct);
            person.live_through(&step.edits, tables, world.rules(), now);
            direct.extend(epoch::direct_changes(slot, &changed.direct, &person.direct));
            std::mem::swap(&mut person.row, &mut changed.row);
            std::mem::swap(&mut person.assigned, &mut changed.assigned);
            std::mem::swap(&mut person.dynamic, &mut changed.dynamic);
            std::mem::swap(&mut person.direct, &mut changed.direct);
            self.hand_over(slot);
        }
    }
}
