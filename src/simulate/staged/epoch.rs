//! Days on which an administrator changes something for everybody. In: a script, people as they are exported. Out: for the time
//! from each such day on, the tables that hold for whoever is still like an exported user, and what to do to everybody else.
//! Never: an event of chance.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::script::Who;
use crate::calendar;
use crate::directory::{GroupLicense, SkuIndex, Snapshot};
use crate::licensing::BundleIndex;
use crate::rule::RuleSet;
use crate::scenario::{self, LicenseEdit, Wave};
use crate::simulate::event::Slot;
use crate::simulate::rows;
use crate::simulate::settings::Settings;

/// Lists of small numbers, one for each model, end to end.
#[derive(Clone, Debug, Default)]
pub struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy + Ord> Lists<T> {
    /// From (model, item) pairs in any order; each list is ascending and distinct.
    pub fn new(models: usize, mut pairs: Vec<(u32, T)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut ends = vec![0u32; models];
        pairs.iter().for_each(|(model, _)| ends[*model as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        Self { ends, items: pairs.into_iter().map(|(_, item)| item).collect() }
    }

    pub fn of(&self, model: Slot) -> &[T] {
        let start = if model == 0 { 0 } else { self.ends[model as usize - 1] };
        &self.items[start as usize..self.ends[model as usize] as usize]
    }
}

/// What holds from one step to the next, for people who are as an exported user is. Invariant: the lists have an entry for
/// each exported user and each newcomer; `active` one for each rule of the set.
#[derive(Clone, Debug)]
pub struct Tables {
    pub rows: Arc<Vec<u32>>,
    pub width: usize,
    /// Bundles by assigned groups and by rules that are not simulated.
    pub assigned: Arc<Lists<BundleIndex>>,
    /// Bundles by simulated rules.
    pub dynamic: Arc<Lists<BundleIndex>>,
    /// SKUs assigned directly.
    pub direct: Arc<Lists<SkuIndex>>,
    /// The SKUs of each bundle as bits, `words` a bundle.
    pub bundle_bits: Arc<Vec<u64>>,
    pub words: usize,
    /// Whether a rule decides about members now: not one that is paused, replaced, or only names a cohort.
    pub active: Vec<bool>,
    /// Whether a bundle's members follow from an active rule.
    pub decided: Vec<bool>,
}

impl Tables {
    pub fn row(&self, user: Slot) -> &[u32] {
        &self.rows[user as usize * self.width..(user as usize + 1) * self.width]
    }

    /// The SKUs that a bundle gives, as bits.
    pub fn bundle_bits(&self, bundle: BundleIndex) -> &[u64] {
        &self.bundle_bits[bundle.get() * self.words..(bundle.get() + 1) * self.words]
    }

    pub fn gives(&self, bundle: BundleIndex, sku: SkuIndex) -> bool {
        self.bundle_bits(bundle)[sku.get() / 64] >> (sku.get() % 64) & 1 == 1
    }
}

/// A change to one person. Rules are positions in the rule set.
#[derive(Clone, Debug)]
pub enum Edit {
    Rewrite {
        who: Who,
        set: Vec<(usize, u32)>,
    },
    /// A rule begins to decide; where members were assigned before, those leave.
    Rule {
        bundle: BundleIndex,
        rule: usize,
        assigned: bool,
    },
    Members {
        bundle: BundleIndex,
        who: Who,
        wave: Wave,
        join: bool,
    },
    Direct {
        sku: SkuIndex,
        who: Who,
        wave: Wave,
        give: bool,
        safely: bool,
    },
}

/// One day of changes, after which the next tables hold.
#[derive(Clone, Debug)]
pub struct Step {
    pub day: u32,
    pub replaced: Vec<(BundleIndex, Vec<GroupLicense>)>,
    pub edits: Vec<Edit>,
    /// Exported users whose groups change by it, ascending.
    pub touched: Vec<Slot>,
    /// Exported users whose direct licences change by it: given or taken; ascending.
    pub direct: Vec<(Slot, SkuIndex, bool)>,
    /// SKUs whose direct licences are taken only from those who hold them by a group.
    pub safely: Vec<SkuIndex>,
}

/// A person as an edit sees them.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The number of an exported user; of nobody else.
    pub exported: Option<Slot>,
    /// What waves are drawn by.
    pub name: u64,
    pub row: Vec<u32>,
    pub assigned: Vec<BundleIndex>,
    pub dynamic: Vec<BundleIndex>,
    pub direct: Vec<SkuIndex>,
}

/// The rules, and whom each is about: `rule_bundles` for those of groups, which come first.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub set: &'a RuleSet<'a>,
    pub bundles: &'a [BundleIndex],
}

fn put<T: Ord>(list: &mut Vec<T>, item: T, member: bool) {
    match (list.binary_search(&item), member) {
        (Err(at), true) => list.insert(at, item),
        (Ok(at), false) => drop(list.remove(at)),
        _ => {}
    }
}

impl Person {
    /// Evaluates again the active rules that name one of `slots`.
    pub fn decide(&mut self, slots: &[usize], tables: &Tables, rules: Rules<'_>, now: DateTime<Utc>) {
        for rule in slots.iter().flat_map(|slot| rules.set.rules_naming(*slot)).filter(|rule| tables.active[**rule]) {
            put(&mut self.dynamic, rules.bundles[*rule], rules.set.holds_row(*rule, &self.row, now));
        }
    }

    pub fn is(&self, who: &Who, rules: Rules<'_>, now: DateTime<Utc>) -> bool {
        match who {
            Who::Everybody => true,
            Who::Users(users) => self.exported.is_some_and(|slot| users.binary_search(&slot).is_ok()),
            Who::Rule(rule) => rules.set.holds_row(*rule, &self.row, now),
            Who::MembersOf(bundle) => {
                self.assigned.binary_search(bundle).is_ok() || self.dynamic.binary_search(bundle).is_ok()
            }
        }
    }

    fn in_wave(&self, wave: &Wave) -> bool {
        if *wave == Wave::WHOLE {
            return true;
        }
        let lot = scenario::lot(wave.key, self.name);
        wave.from <= lot && lot < wave.to
    }

    /// Lives through the edits of one day. `after` are the tables that hold from then on.
    pub fn live_through(&mut self, edits: &[Edit], after: &Tables, rules: Rules<'_>, now: DateTime<Utc>) {
        let mut rewritten: Vec<usize> = Vec::new();
        let mut decided: Vec<usize> = Vec::new();
        for edit in edits {
            match edit {
                Edit::Rewrite { who, set } if self.is(who, rules, now) => {
                    for (slot, code) in set {
                        if self.row[*slot] != *code {
                            self.row[*slot] = *code;
                            rewritten.push(*slot);
                        }
                    }
                }
                Edit::Rule { bundle, rule, assigned } => {
                    if *assigned {
                        put(&mut self.assigned, *bundle, false);
                    }
                    decided.push(*rule);
                }
                _ => {}
            }
        }
        rewritten.iter().for_each(|slot| decided.extend(rules.set.rules_naming(*slot)));
        decided.sort_unstable();
        decided.dedup();
        for rule in decided.into_iter().filter(|rule| after.active[*rule]) {
            let member = rules.set.holds_row(rule, &self.row, now);
            put(&mut self.dynamic, rules.bundles[rule], member);
        }
        for edit in edits {
            match edit {
                Edit::Members { bundle, who, wave, join } if self.in_wave(wave) && self.is(who, rules, now) => {
                    put(&mut self.assigned, *bundle, *join);
                }
                Edit::Direct { sku, who, wave, give, safely } if self.in_wave(wave) && self.is(who, rules, now) => {
                    let by_group =
                        || self.assigned.iter().chain(&self.dynamic).any(|bundle| after.gives(*bundle, *sku));
                    if *give || !*safely || by_group() {
                        put(&mut self.direct, *sku, *give);
                    }
                }
                _ => {}
            }
        }
    }
}

/// What the building of epochs starts from.
pub struct Start<'a> {
    pub tables: Tables,
    pub rules: Rules<'a>,
    pub snapshot: &'a Snapshot,
    /// Exported users; models from there on are newcomers.
    pub exported: u32,
    /// What waves are drawn by, of each model.
    pub names: Vec<u64>,
    /// What each bundle gives today.
    pub licenses: Vec<Vec<GroupLicense>>,
    /// The rule that decides about each bundle today, where one does, and whether it is processed.
    pub deciding: Vec<Option<usize>>,
}

/// One step and the tables after it for each day on which the script has acts, but for acts on people themselves.
pub fn epochs(start: &Start<'_>, acts: Vec<(u32, Vec<Resolved>)>, settings: &Settings) -> (Vec<Tables>, Vec<Step>) {
    let mut tables = vec![start.tables.clone()];
    let mut steps = Vec::new();
    let mut licenses = start.licenses.clone();
    let mut deciding = start.deciding.clone();
    for (day, acts) in acts {
        let before = &tables[tables.len() - 1];
        let mut after = before.clone();
        let mut step = Step {
            day,
            replaced: Vec::new(),
            edits: Vec::new(),
            touched: Vec::new(),
            direct: Vec::new(),
            safely: Vec::new(),
        };
        for act in acts {
            match act {
                Resolved::Edit(edit) => {
                    if let Edit::Direct { sku, safely: true, .. } = &edit {
                        step.safely.push(*sku);
                    }
                    step.edits.push(edit);
                }
                Resolved::Rule { bundle, rule } => {
                    let old = deciding[bundle.get()].replace(rule);
                    let paused = old.is_some_and(|old| !after.active[old]);
                    if !paused {
                        old.iter().for_each(|old| after.active[*old] = false);
                        after.active[rule] = true;
                        step.edits.push(Edit::Rule { bundle, rule, assigned: old.is_none() });
                    }
                }
                Resolved::Processing { bundle, on: false } => {
                    deciding[bundle.get()].iter().for_each(|rule| after.active[*rule] = false);
                }
                Resolved::Processing { bundle, on: true } => {
                    if let Some(rule) = deciding[bundle.get()].filter(|rule| !after.active[*rule]) {
                        after.active[rule] = true;
                        step.edits.push(Edit::Rule { bundle, rule, assigned: true });
                    }
                }
                Resolved::Licenses { bundle, edit } => {
                    edit.apply(&mut licenses[bundle.get()], |sku_id| start.snapshot.find_sku(sku_id));
                    let mine = &licenses[bundle.get()];
                    let bits = Arc::make_mut(&mut after.bundle_bits);
                    let words = &mut bits[bundle.get() * after.words..(bundle.get() + 1) * after.words];
                    words.fill(0);
                    mine.iter().for_each(|license| words[license.sku.get() / 64] |= 1 << (license.sku.get() % 64));
                    step.replaced.retain(|(other, _)| *other != bundle);
                    step.replaced.push((bundle, mine.clone()));
                }
            }
        }
        after.decided.fill(false);
        let rules = start.rules.bundles.iter().zip(&after.active);
        rules.filter(|(_, active)| **active).for_each(|(bundle, _)| after.decided[bundle.get()] = true);
        let now = rows::instant(calendar::after(settings.today(), day));
        if !step.edits.is_empty() {
            everybody(start, &mut step, before, &mut after, now);
        }
        tables.push(after);
        steps.push(step);
    }
    (tables, steps)
}

/// An act with everything in it found.
pub enum Resolved {
    Edit(Edit),
    Rule { bundle: BundleIndex, rule: usize },
    Processing { bundle: BundleIndex, on: bool },
    Licenses { bundle: BundleIndex, edit: LicenseEdit },
}

/// Lets every model live through the edits, and notes whose groups or direct licences change.
fn everybody(start: &Start<'_>, step: &mut Step, before: &Tables, after: &mut Tables, now: DateTime<Utc>) {
    let models = start.names.len();
    let (edits, holds) = (&step.edits, &*after);
    let lived: Vec<Option<Person>> = (0..models as u32)
        .into_par_iter()
        .map(|slot| {
            let old = person(start, before, slot);
            let mut new = old.clone();
            new.live_through(edits, holds, start.rules, now);
            let changed = new.row != old.row
                || new.assigned != old.assigned
                || new.dynamic != old.dynamic
                || new.direct != old.direct;
            changed.then_some(new)
        })
        .collect();
    if lived.iter().all(Option::is_none) {
        return;
    }
    let mut table = before.rows.as_ref().clone();
    let (mut assigned, mut dynamic, mut direct) = (Vec::new(), Vec::new(), Vec::new());
    for (slot, new) in (0u32..).zip(&lived) {
        let (mine, by_rule, own) = match new {
            Some(new) => (new.assigned.as_slice(), new.dynamic.as_slice(), new.direct.as_slice()),
            None => (before.assigned.of(slot), before.dynamic.of(slot), before.direct.of(slot)),
        };
        assigned.extend(mine.iter().map(|bundle| (slot, *bundle)));
        dynamic.extend(by_rule.iter().map(|bundle| (slot, *bundle)));
        direct.extend(own.iter().map(|sku| (slot, *sku)));
        let Some(new) = new else { continue };
        table[slot as usize * before.width..(slot as usize + 1) * before.width].copy_from_slice(&new.row);
        if slot >= start.exported {
            continue;
        }
        if new.assigned != before.assigned.of(slot) || new.dynamic != before.dynamic.of(slot) {
            step.touched.push(slot);
        }
        let old = before.direct.of(slot);
        step.direct.extend(direct_changes(slot, old, &new.direct));
    }
    after.rows = Arc::new(table);
    after.assigned = Arc::new(Lists::new(models, assigned));
    after.dynamic = Arc::new(Lists::new(models, dynamic));
    after.direct = Arc::new(Lists::new(models, direct));
}

/// SKUs that are taken, then those that are given.
pub fn direct_changes(slot: Slot, old: &[SkuIndex], new: &[SkuIndex]) -> Vec<(Slot, SkuIndex, bool)> {
    let taken = old.iter().filter(|sku| !new.contains(sku)).map(|sku| (slot, *sku, false));
    let given = new.iter().filter(|sku| !old.contains(sku)).map(|sku| (slot, *sku, true));
    taken.chain(given).collect()
}

fn person(start: &Start<'_>, tables: &Tables, slot: Slot) -> Person {
    Person {
        exported: Some(slot).filter(|slot| *slot < start.exported),
        name: start.names[slot as usize],
        row: tables.row(slot).to_vec(),
        assigned: tables.assigned.of(slot).to_vec(),
        dynamic: tables.dynamic.of(slot).to_vec(),
        direct: tables.direct.of(slot).to_vec(),
    }
}
