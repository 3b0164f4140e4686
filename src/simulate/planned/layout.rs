//! The stages of a world. In: a world as it is today, its script. Out: one step and one stage for each day on which an
//! administrator changes something, newcomers, acts on people. Never: an event of chance.

use std::sync::Arc;

use super::live::{Lens, Someone};
use super::script::{Act, PeopleAct, Script, What, Who};
use super::stage::{Begun, Edit, Newcomers, PlannedAct, Stage, Step};
use crate::directory::{Attribute, GroupLicense, Users};
use crate::licensing::{self, BundleIndex, Country, OrderPolicy, Rank, Seeker, Today};
use crate::scenario::{self, Acquisition, Baseline};
use crate::simulate::event::Slot;
use crate::simulate::people::People;
use crate::simulate::person::Persons;
use crate::simulate::profile::{PatternId, Turnover};
use crate::simulate::world::World;

/// Gives a world its stages. The first `simulated` rules of its set are those that decide today.
pub fn lay_out(world: &mut World<'_>, today: &Today, simulated: usize) {
    world.plan.stages[0].moving = Arc::new(moving(world, 0));
    let script = world.script;
    if script.acts.is_empty() {
        return;
    }
    let offsets = Offsets { rules: simulated, cohorts: simulated + script.rules.len() };
    settle_newcomers(world, script);
    if script.acts.iter().any(|act| matches!(act.what, What::Processing { on: false, .. })) {
        let first = Arc::make_mut(&mut world.plan.stages[0].models);
        first.keep();
    }
    for act in &script.acts {
        if let What::People { act: people, key } = &act.what {
            let act = PlannedAct { day: act.day, act: offsets.people(people), key: *key };
            world.plan.people_acts.push(act);
        }
    }
    let mut state = State::new(world, today, script, &offsets);
    let acts: Vec<&Act> = script.acts.iter().filter(|act| !matches!(act.what, What::People { .. })).collect();
    for acts in acts.chunk_by(|a, b| a.day == b.day) {
        let (mut step, mut stage) = state.turn(world, acts, &offsets);
        if step.is_about_people() {
            everybody(world, &mut step, &mut stage);
        }
        world.plan.steps.push(step);
        world.plan.stages.push(stage);
        let number = world.plan.stages.len() - 1;
        if !Arc::ptr_eq(&world.plan.stages[number].models, &world.plan.stages[number - 1].models) {
            world.plan.stages[number].moving = Arc::new(moving(world, number));
        }
    }
}

fn settle_newcomers(world: &mut World<'_>, script: &Script) {
    let mut first = world.exported();
    let names = |users: &Users| -> Vec<u64> { users.indexes().map(|user| scenario::key(users.id(user))).collect() };
    world.plan.names = names(&world.baseline.snapshot.users);
    for acquisition in &script.newcomers {
        let snapshot = &acquisition.baseline.snapshot;
        let people = People::new(snapshot, &world.baseline.assumptions, world.settings().points());
        world.plan.newcomers.push(Newcomers { first, people });
        world.plan.seekers.extend(seekers(acquisition, world.baseline));
        world.plan.names.extend(names(&acquisition.users));
        first += snapshot.users.len() as u32;
    }
}

/// What licensing needs to know of each newcomer. They stand behind everybody who is there, in order of their numbers.
fn seekers(newcomers: &Acquisition, baseline: &Baseline) -> Vec<Seeker> {
    let users = &newcomers.users;
    let class = |user| match &baseline.policy.order {
        OrderPolicy::Priority { attribute, values } => Attribute::from_graph_name(attribute)
            .map_or(0, |attribute| licensing::class_of(users.value(user, &attribute), values)),
        _ => 0,
    };
    let seeker = |user| Seeker {
        location: users.text(user, &Attribute::UsageLocation).and_then(Country::parse),
        guest: users.is_guest(user),
        rank: Rank { class: class(user), place: user.0 },
    };
    users.indexes().map(seeker).collect()
}

/// What a mover takes from each model of a stage.
fn moving(world: &mut World<'_>, stage: usize) -> Vec<PatternId> {
    let World { plan, profiles, kinds, moved_slots, .. } = world;
    let models = &plan.stages[stage].models;
    let taken = |model: Slot| {
        let classes = profiles.classes(models.get(model).profile);
        kinds.pattern_of_classes(moved_slots.iter().map(|slot| (*slot, classes[*slot])).collect())
    };
    (0..models.len() as Slot).map(taken).collect()
}

/// Which rule decides about each bundle, and what each bundle gives, from one day to the next.
struct State {
    licenses: Vec<Vec<GroupLicense>>,
    /// The rule of each bundle, where it has one, even if it is paused.
    deciding: Vec<Option<usize>>,
    /// Whether a rule decides about members now.
    active: Vec<bool>,
}

impl State {
    fn new(world: &World<'_>, today: &Today, script: &Script, offsets: &Offsets) -> Self {
        let bundles = (0..today.terms.bundle_count() as u32).map(BundleIndex);
        let mut deciding: Vec<Option<usize>> = vec![None; today.terms.bundle_count()];
        let own = today.memberships.rules().iter().filter_map(|rule| today.bundle_of(rule.group));
        own.enumerate().for_each(|(rule, bundle)| deciding[bundle.get()] = Some(rule));
        for act in &script.acts {
            if let What::Rule { bundle, paused: Some(rule), .. } | What::Processing { bundle, paused: Some(rule), .. } =
                &act.what
            {
                deciding[bundle.get()].get_or_insert(offsets.rules + rule);
            }
        }
        Self {
            licenses: bundles.map(|bundle| today.licenses_of(bundle).to_vec()).collect(),
            deciding,
            active: (0..world.rules.len()).map(|rule| rule < offsets.rules).collect(),
        }
    }

    /// The rule that decides about each bundle.
    fn rules(&self) -> Vec<Option<usize>> {
        self.deciding.iter().map(|rule| rule.filter(|rule| self.active[*rule])).collect()
    }

    /// One day of acts: the step, and the stage after it with the models of the one before.
    fn turn(&mut self, world: &mut World<'_>, acts: &[&Act], offsets: &Offsets) -> (Step, Stage) {
        let before = self.rules();
        let number = world.plan.stages.len();
        let mut stage = world.plan.stages[number - 1].clone();
        let mut step = Step { day: acts.first().map_or(0, |act| act.day), ..Step::default() };
        for act in acts {
            self.act(world, &act.what, offsets, &mut step);
        }
        let after = self.rules();
        step.begun.iter_mut().for_each(|begun| begun.decides = after[begun.bundle.get()] == Some(begun.rule));
        let mut turnover = Turnover::default();
        for (bundle, (old, new)) in
            (0u32..).map(BundleIndex).zip(before.iter().zip(&after)).filter(|(_, (a, b))| a != b)
        {
            let still = |rule: &Option<usize>| rule.filter(|rule| !world.rules.uses_clock(*rule));
            turnover.ended.extend(still(old).map(|_| bundle));
            turnover.begun.extend(still(new).map(|rule| (rule, bundle)));
            step.unclocked.extend(old.filter(|rule| world.rules.uses_clock(*rule)).map(|_| bundle));
            step.paused.extend(old.filter(|_| new.is_none()).map(|rule| (bundle, rule)));
        }
        world.kinds.turn(turnover);
        let clocked = |(bundle, rule): (BundleIndex, &Option<usize>)| {
            rule.filter(|rule| world.rules.uses_clock(*rule)).map(|rule| (rule, bundle))
        };
        stage.clocked = (0u32..).map(BundleIndex).zip(&after).filter_map(clocked).collect();
        if !step.replaced.is_empty() {
            let mut bits = world.plan.bits[stage.version].clone();
            for (bundle, licenses) in &step.replaced {
                let words = &mut bits[bundle.get() * world.words..(bundle.get() + 1) * world.words];
                words.fill(0);
                licenses.iter().for_each(|license| words[license.sku.get() / 64] |= 1 << (license.sku.get() % 64));
            }
            stage.version = world.plan.bits.len();
            world.plan.bits.push(bits);
        }
        (step, stage)
    }

    fn act(&mut self, world: &mut World<'_>, what: &What, offsets: &Offsets, step: &mut Step) {
        match what {
            What::Rule { bundle, rule, .. } => {
                let rule = offsets.rules + rule;
                let old = self.deciding[bundle.get()].replace(rule);
                // The rule of a paused group decides when it is processed again.
                if old.is_none_or(|old| self.active[old]) {
                    old.iter().for_each(|old| self.active[*old] = false);
                    self.active[rule] = true;
                    step.begun.push(Begun { bundle: *bundle, rule, assigned: old.is_none(), decides: true });
                }
            }
            What::Processing { bundle, on: false, .. } => {
                self.deciding[bundle.get()].iter().for_each(|rule| self.active[*rule] = false);
            }
            What::Processing { bundle, on: true, .. } => {
                if let Some(rule) = self.deciding[bundle.get()].filter(|rule| !self.active[*rule]) {
                    self.active[rule] = true;
                    step.begun.push(Begun { bundle: *bundle, rule, assigned: true, decides: true });
                }
            }
            What::Licenses { bundle, edit } => {
                let mine = &mut self.licenses[bundle.get()];
                edit.apply(mine, |sku_id| world.baseline.snapshot.find_sku(sku_id));
                step.replaced.retain(|(other, _)| other != bundle);
                step.replaced.push((*bundle, mine.clone()));
            }
            What::Rewrite { who, set } => {
                let code = |number: &usize| {
                    let (attribute, _) = &world.script.values[*number];
                    // An attribute that no rule names decides about nothing.
                    let slot = world.rules.slots().iter().position(|slot| slot == attribute)?;
                    Some((slot, world.future.value(attribute, *number)))
                };
                let mut codes: Vec<(usize, u32)> = Vec::new();
                for (slot, value) in set.iter().filter_map(code) {
                    codes.retain(|(other, _)| *other != slot);
                    codes.push((slot, value));
                }
                let pattern = world.kinds.pattern(codes.iter().copied());
                step.edits.push(Edit::Rewrite { who: offsets.who(who), set: codes, pattern });
            }
            What::Members { bundle, who, wave, join } => {
                let who = offsets.who(who);
                step.edits.push(Edit::Members { bundle: *bundle, who, wave: *wave, join: *join });
            }
            What::Direct { sku, who, wave, give, safely } => {
                step.safely.extend(safely.then_some(*sku));
                let who = offsets.who(who);
                step.edits.push(Edit::Direct { sku: *sku, who, wave: *wave, give: *give, safely: *safely });
            }
            What::People { .. } => {}
        }
    }
}

/// Lets every model live through a step, and notes which exported users it changes.
fn everybody(world: &mut World<'_>, step: &mut Step, stage: &mut Stage) {
    let before = world.plan.stages.len() - 1;
    let exported = world.exported();
    let (yesterday, now) = (world.midnight(step.day - 1), world.midnight(step.day));
    let World { plan, rules, kinds, profiles, ledger, direct_lists, words, .. } = world;
    let old = &plan.stages[before];
    let mut models: Persons = (*old.models).clone();
    let mut row = Vec::new();
    let bits = &plan.bits[stage.version];
    let mut lens = Lens { rules, kinds, profiles, ledger, direct: direct_lists, row: &mut row, bits, words: *words };
    for model in 0..models.len() as Slot {
        let mut someone = Someone::of(&models, model);
        someone.exported = Some(model).filter(|model| *model < exported);
        someone.name = plan.names[model as usize];
        someone.person.clock = lens.clock(&old.clocked, &someone, yesterday);
        someone.person.target = lens.target(before, &someone);
        let was = someone.clone();
        lens.live(&mut someone, step, (before, stage), now);
        models.set(model, someone.person);
        models.set_kept(model, someone.kept);
        someone.codes.iter().for_each(|(slot, code)| models.set_code(model, *slot, *code));
        let changed = was.person != someone.person || was.kept != someone.kept || was.codes != someone.codes;
        if changed && model < exported {
            step.touched.push((model, was.person.target));
        }
    }
    stage.models = Arc::new(models);
}

/// Where the script's own rules begin in the world's rule set.
struct Offsets {
    rules: usize,
    cohorts: usize,
}

impl Offsets {
    fn who(&self, who: &Who) -> Who {
        match who {
            Who::Rule(rule) => Who::Rule(self.cohorts + rule),
            who => who.clone(),
        }
    }

    fn people(&self, act: &PeopleAct) -> PeopleAct {
        match act {
            PeopleAct::Acquire(number) => PeopleAct::Acquire(*number),
            PeopleAct::Freeze { who, until } => PeopleAct::Freeze { who: self.who(who), until: *until },
            PeopleAct::Hire { who, people, until } => {
                PeopleAct::Hire { who: self.who(who), people: *people, until: *until }
            }
            PeopleAct::LayOff { who, size } => PeopleAct::LayOff { who: self.who(who), size: *size },
            PeopleAct::PurgeGuests { who } => PeopleAct::PurgeGuests { who: self.who(who) },
        }
    }
}
