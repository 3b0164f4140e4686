//! Days on which an administrator changes something for everybody, lived through by the people of one replication. In: a step.
//! Out: a ledger that knows it. Never: chance, or somebody who is gone.

use super::live::Someone;
use super::stage::{Stage, Step};
use crate::directory::SkuIndex;
use crate::licensing::{Path, Source};
use crate::simulate::event::Slot;
use crate::simulate::replication::Run;

impl Run<'_, '_> {
    /// Nothing of a step is booked by a cause of chance: the bridge shows it as a change.
    pub(in crate::simulate) fn step(&mut self, number: usize) {
        let plan = &self.world.plan;
        let step = &plan.steps[number];
        for (bundle, licenses) in &step.replaced {
            self.scratch.ledger.replace_bundle(*bundle, licenses);
        }
        (self.stage, self.number) = (&plan.stages[number + 1], number + 1);
        self.scratch.profiles.enter(number + 1);
        if !step.replaced.is_empty() {
            self.scratch.ledger.learn_targets();
        }
        if step.is_about_people() {
            self.people_step(step, number);
        }
        self.scratch.pending.restaged();
    }

    fn people_step(&mut self, step: &Step, number: usize) {
        let world = self.world;
        let before = &world.plan.stages[number];
        let mut direct: Vec<(Slot, SkuIndex, bool)> = Vec::new();
        let mut touched = step.touched.as_slice();
        for slot in 0..world.exported() {
            let is_touched = touched.first().is_some_and(|(at, _)| *at == slot);
            if is_touched {
                touched = &touched[1..];
            }
            if self.scratch.gone[slot as usize] {
                continue;
            }
            if !self.scratch.persons.is_like(slot, &before.models) {
                self.live_through(step, number, slot, &mut direct);
            } else if is_touched {
                self.follow_model(slot, &mut direct);
            }
        }
        for slot in world.exported()..self.scratch.gone.len() as Slot {
            // Who has not joined yet is nobody.
            if !self.scratch.gone[slot as usize] && self.scratch.here[slot as usize] {
                self.live_through(step, number, slot, &mut direct);
            }
        }
        direct.sort_unstable_by_key(|(slot, sku, give)| (*slot, *give, *sku));
        for (slot, sku, give) in direct {
            match give {
                true => self.give(slot, sku),
                false => self.take(slot, sku, step.safely.contains(&sku)),
            }
        }
    }

    /// Somebody who is still as exported becomes what the step makes of an exported user.
    fn follow_model(&mut self, slot: Slot, direct: &mut Vec<(Slot, SkuIndex, bool)>) {
        let stage: &Stage = self.stage;
        let someone = Someone::of(&stage.models, slot);
        self.turn_into(slot, &someone, direct);
    }

    fn live_through(&mut self, step: &Step, number: usize, slot: Slot, direct: &mut Vec<(Slot, SkuIndex, bool)>) {
        let world = self.world;
        let scratch = &mut *self.scratch;
        let mut someone = Someone::of(&scratch.persons, slot);
        someone.exported = Some(slot).filter(|slot| *slot < world.exported());
        if step.asks_names() {
            someone.name = scratch.name_of(world, slot);
        }
        let now = world.midnight(step.day);
        let bits = &world.plan.bits[self.stage.version];
        scratch.lens(world, bits).live(&mut someone, step, (number, self.stage), now);
        self.turn_into(slot, &someone, direct);
    }

    fn turn_into(&mut self, slot: Slot, someone: &Someone, direct: &mut Vec<(Slot, SkuIndex, bool)>) {
        let scratch = &mut *self.scratch;
        let old = scratch.persons.get(slot).direct;
        if old != someone.person.direct {
            let (old, new) = (scratch.direct.list(old), scratch.direct.list(someone.person.direct));
            direct.extend(old.iter().filter(|sku| !new.contains(sku)).map(|sku| (slot, *sku, false)));
            direct.extend(new.iter().filter(|sku| !old.contains(sku)).map(|sku| (slot, *sku, true)));
        }
        let recoded = scratch.persons.codes(slot).zip(&someone.codes).any(|(old, new)| old != *new);
        if recoded {
            someone.codes.iter().for_each(|(at, code)| scratch.persons.set_code(slot, *at, *code));
            let day = self.world.plan.steps[self.number - 1].day;
            let row = self.row(slot);
            self.schedule(slot, &row, day);
        }
        self.scratch.persons.set_kept(slot, someone.kept);
        self.put(slot, someone.person, None);
    }

    /// Takes a direct licence, or the wish for one. Somebody who is to keep a seat loses it only where a group gives it too.
    pub(in crate::simulate) fn take(&mut self, slot: Slot, sku: SkuIndex, safely: bool) {
        let by_group = |path: &Path| path.sku == sku && path.source != Source::Direct && path.state.holds_seat();
        if safely && !self.scratch.ledger.paths(slot).iter().any(by_group) {
            return;
        }
        self.scratch.pending.withdraw(slot, sku);
        // Who never got it has nothing to give back.
        let _ = self.scratch.ledger.direct_remove(slot, sku);
    }
}
