//! The first tables of a world, and those that a script makes of them. In: a script, licensing today. Out: a world with steps,
//! acts on people, and newcomers with models of their own. Never: chance.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::epoch::{self, Edit, Lists, Resolved, Start, Tables};
use super::script::{PeopleAct, Script, What, Who};
use super::world::Staged;
use crate::directory::{Attribute, GroupIndex, SkuIndex, Users};
use crate::licensing::{self, BundleIndex, Country, OrderPolicy, Rank, Seeker, Today};
use crate::scenario::{self, Acquisition, Baseline};
use crate::simulate::event::Slot;
use crate::simulate::people::People;
use crate::simulate::rows;

/// Another tenant's people as models: `first` is the number of the first, and they live in a world of their own until they
/// join.
pub struct Newcomers {
    pub first: Slot,
    pub people: People,
}

/// An act on people; rules are positions in the world's rule set.
pub struct PlannedAct {
    pub day: u32,
    pub act: PeopleAct,
    /// What the people of this act are drawn by.
    pub key: u64,
}

/// What licensing needs to know of each newcomer. They stand behind everybody who is there, in order of their numbers.
pub fn seekers(newcomers: &Acquisition, baseline: &Baseline) -> Vec<Seeker> {
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

/// Gives a world its tables. The first `simulated` rules of its set are those of today.
pub fn set(world: &mut Staged<'_>, script: &Script, today: &Today, simulated: usize) {
    let tables = first_tables(world, script, today, simulated);
    let exported = world.exported();
    let mut deciding: Vec<Option<usize>> = vec![None; today.terms.bundle_count()];
    for (rule, bundle) in world.rule_bundles.iter().enumerate().take(simulated) {
        deciding[bundle.get()] = Some(rule);
    }
    let names = |users: &Users, names: &mut Vec<u64>| {
        names.extend(users.indexes().map(|user| scenario::key(users.id(user))));
    };
    let mut all = Vec::new();
    // Only a plan asks for names.
    if !script.acts.is_empty() {
        names(&world.baseline().snapshot.users, &mut all);
        script.newcomers.iter().for_each(|newcomers| names(&newcomers.users, &mut all));
    }
    let mut acts: Vec<(u32, Vec<Resolved>)> = Vec::new();
    let offsets = Offsets { rules: simulated, cohorts: simulated + script.rules.len() };
    for act in &script.acts {
        match &act.what {
            What::People { act: people, key } => {
                let act = PlannedAct { day: act.day, act: offsets.people(people), key: *key };
                world.people_acts.push(act);
            }
            what => {
                let Some(resolved) = offsets.resolve(what, script, world) else { continue };
                match acts.last_mut().filter(|(day, _)| *day == act.day) {
                    Some((_, acts)) => acts.push(resolved),
                    None => acts.push((act.day, vec![resolved])),
                }
            }
        }
    }
    for act in &script.acts {
        if let What::Rule { bundle, paused: Some(rule), .. } | What::Processing { bundle, paused: Some(rule), .. } =
            &act.what
        {
            deciding[bundle.get()].get_or_insert(simulated + rule);
        }
    }
    let bundles = (0..today.terms.bundle_count() as u32).map(BundleIndex);
    let start = Start {
        tables,
        rules: world.rules(),
        snapshot: &world.baseline().snapshot,
        exported,
        names: all,
        licenses: bundles.map(|bundle| today.licenses_of(bundle).to_vec()).collect(),
        deciding,
    };
    let (tables, steps) = epoch::epochs(&start, acts, world.settings());
    let names = start.names;
    (world.tables, world.steps, world.names) = (tables, steps, names);
    let mut first = exported;
    for acquisition in &script.newcomers {
        let snapshot = &acquisition.baseline.snapshot;
        let people = People::new(snapshot, &world.baseline().assumptions, world.settings().points());
        world.newcomers.push(Newcomers { first, people });
        first += snapshot.users.len() as u32;
    }
}

/// What holds today. Newcomers are where the plan puts them, as if they were here already: nobody looks before they join.
fn first_tables(world: &Staged<'_>, script: &Script, today: &Today, simulated: usize) -> Tables {
    let snapshot = &world.baseline().snapshot;
    let exported = world.exported();
    let rule_groups: BTreeSet<GroupIndex> = today.memberships.rules().iter().map(|rule| rule.group).collect();
    let (mut assigned, mut dynamic) = (Vec::new(), Vec::new());
    for group in snapshot.group_indexes() {
        let Some(bundle) = today.bundle_of(group) else { continue };
        let list = if rule_groups.contains(&group) { &mut dynamic } else { &mut assigned };
        list.extend(today.memberships.members(group).iter().map(|user| (user.0, bundle)));
    }
    let mut direct: Vec<(Slot, SkuIndex)> =
        (0..exported).flat_map(|slot| world.plain.direct.of(slot).iter().map(move |sku| (slot, *sku))).collect();
    let rows: Vec<u32> = world.future.exported().flat_map(|user| world.rules.row(user)).collect();
    let width = world.rules.slots().len();
    let mut first = exported;
    let now = rows::instant(world.settings().today());
    for newcomers in &script.newcomers {
        for (slot, (groups, skus)) in (first..).zip(newcomers.groups.iter().zip(&newcomers.direct)) {
            assigned.extend(groups.iter().filter_map(|group| Some((slot, today.bundle_of(*group)?))));
            direct.extend(skus.iter().filter_map(|sku| Some((slot, snapshot.find_sku(sku)?))));
            let row = &rows[slot as usize * width..(slot as usize + 1) * width];
            let holds = (0..simulated).filter(|rule| world.rules.holds_row(*rule, row, now));
            dynamic.extend(holds.map(|rule| (slot, world.rule_bundles[rule])));
        }
        first += newcomers.users.len() as u32;
    }
    let models = first as usize;
    let words = snapshot.skus.len().div_ceil(64);
    let mut decided = vec![false; today.terms.bundle_count()];
    world.rule_bundles.iter().take(simulated).for_each(|bundle| decided[bundle.get()] = true);
    Tables {
        rows: Arc::new(rows),
        width,
        assigned: Arc::new(Lists::new(models, assigned)),
        dynamic: Arc::new(Lists::new(models, dynamic)),
        direct: Arc::new(Lists::new(models, direct)),
        bundle_bits: Arc::new(bundle_bits(today, words)),
        words,
        active: (0..world.rules.len()).map(|rule| rule < simulated).collect(),
        decided,
    }
}

fn bundle_bits(today: &Today, words: usize) -> Vec<u64> {
    let mut bits = vec![0u64; today.terms.bundle_count() * words];
    for number in 0..today.terms.bundle_count() {
        for sku in today.terms.bundle_skus(BundleIndex(number as u32)) {
            bits[number * words + sku.get() / 64] |= 1 << (sku.get() % 64);
        }
    }
    bits
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

    fn resolve(&self, what: &What, script: &Script, world: &Staged<'_>) -> Option<Resolved> {
        Some(match what {
            What::Rewrite { who, set } => {
                let code = |number: &usize| {
                    let (attribute, _) = &script.values[*number];
                    // An attribute that no rule names decides about nothing.
                    let slot = world.rules.slots().iter().position(|slot| slot == attribute)?;
                    Some((slot, world.future.value(attribute, *number)))
                };
                let set = set.iter().filter_map(code).collect();
                Resolved::Edit(Edit::Rewrite { who: self.who(who), set })
            }
            What::Rule { bundle, rule, .. } => Resolved::Rule { bundle: *bundle, rule: self.rules + rule },
            What::Processing { bundle, on, .. } => Resolved::Processing { bundle: *bundle, on: *on },
            What::Licenses { bundle, edit } => Resolved::Licenses { bundle: *bundle, edit: edit.clone() },
            What::Members { bundle, who, wave, join } => {
                Resolved::Edit(Edit::Members { bundle: *bundle, who: self.who(who), wave: *wave, join: *join })
            }
            What::Direct { sku, who, wave, give, safely } => Resolved::Edit(Edit::Direct {
                sku: *sku,
                who: self.who(who),
                wave: *wave,
                give: *give,
                safely: *safely,
            }),
            What::People { .. } => return None,
        })
    }
}
