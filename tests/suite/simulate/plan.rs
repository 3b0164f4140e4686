//! Planned changes in the naive future: each person lives through each change, one after the other.

use chrono::NaiveDate;
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, GroupIndex};
use seatcast::rule;
use seatcast::scenario::{self, Change, Deed, Wave, Who};

use super::naive::{Followed, Future, Person, licenses, midnight};

fn place(groups: &[Followed], index: GroupIndex) -> usize {
    groups.iter().position(|group| group.index == index).unwrap()
}

fn is(groups: &[Followed], person: &Person, who: &Who, day: NaiveDate) -> bool {
    match who {
        Who::Everybody => true,
        Who::Users(users) => users.iter().any(|user| person.exported == Some(user.0)),
        Who::Rule(text) => {
            rule::compile(&text.text, &Origin::default()).value.unwrap().holds(&person.record, midnight(day))
        }
        Who::MembersOf(group) => {
            let group = place(groups, *group);
            person.groups().any(|other| other == group)
        }
    }
}

fn in_wave(person: &Person, wave: &Wave) -> bool {
    let lot = scenario::lot(wave.key, person.name);
    *wave == Wave::WHOLE || (wave.from <= lot && lot < wave.to)
}

impl Future<'_> {
    /// Everything that is planned for a day.
    pub fn plan(&mut self, number: u32, day: NaiveDate) {
        let due = |change: &&Change| {
            let at = (change.day - self.baseline.today).num_days().max(1);
            at == i64::from(number)
        };
        let changes: Vec<&Change> = self.changes.iter().filter(due).collect();
        if changes.is_empty() {
            return;
        }
        let begun = self.groups_change(&changes);
        let mut wishes = Vec::new();
        let groups = std::mem::take(&mut self.groups);
        for model in &mut self.models {
            live(&groups, model, &changes, &begun, self.baseline, day);
        }
        for (slot, person) in self.people.iter_mut().filter(|(_, person)| !person.gone) {
            let before = person.direct.clone();
            live(&groups, person, &changes, &begun, self.baseline, day);
            wishes.extend(before.difference(&person.direct).map(|sku| (*slot, *sku, false)));
            wishes.extend(person.direct.difference(&before).map(|sku| (*slot, *sku, true)));
        }
        self.groups = groups;
        let careful = |sku: u32| {
            changes.iter().any(|change| match &change.deed {
                Deed::Direct { sku: other, safely: true, .. } => {
                    self.baseline.snapshot.find_sku(other).unwrap().0 == sku
                }
                _ => false,
            })
        };
        let wishes: Vec<(u32, u32, bool, bool)> =
            wishes.into_iter().map(|(slot, sku, give)| (slot, sku, give, careful(sku))).collect();
        for (slot, sku, give, careful) in wishes {
            match give {
                true => self.give(slot, sku),
                false => self.take(slot, sku, careful),
            }
        }
    }

    fn take(&mut self, slot: u32, sku: u32, careful: bool) {
        let by_group = self
            .naive
            .paths(slot)
            .iter()
            .any(|(path, source, state, _)| *path == sku && source.is_some() && state.holds_seat());
        if careful && !by_group {
            return;
        }
        self.pending[sku as usize].retain(|other| *other != slot);
        self.refused[sku as usize].retain(|other| *other != slot);
        self.naive.direct_remove(slot, sku);
    }

    /// Licences, rules and processing of groups. Out: groups whose rule begins to decide, and whether assigned members leave.
    fn groups_change(&mut self, changes: &[&Change]) -> Vec<(usize, bool)> {
        let mut begun = Vec::new();
        let mut given = std::collections::BTreeSet::new();
        for change in changes {
            match &change.deed {
                Deed::Rule { group, rule } => {
                    let number = place(&self.groups, *group);
                    let group = &mut self.groups[number];
                    let new = rule::compile(&rule.text, &Origin::default()).value.unwrap();
                    let old = group.rule.replace(new);
                    if group.processed {
                        begun.push((number, old.is_none()));
                    }
                }
                Deed::Processing { group, on } => {
                    let number = place(&self.groups, *group);
                    let group = &mut self.groups[number];
                    if group.rule.is_some() {
                        if *on && !group.processed {
                            begun.push((number, true));
                        }
                        group.processed = *on;
                    }
                }
                Deed::Licenses { group, edit } => {
                    let number = place(&self.groups, *group);
                    let snapshot = &self.baseline.snapshot;
                    edit.apply(&mut self.groups[number].licenses, |sku| snapshot.find_sku(sku));
                    given.insert(number);
                }
                _ => {}
            }
        }
        for number in given {
            self.naive.replace_bundle(number as u32, &licenses(&self.groups[number].licenses));
        }
        begun
    }
}

fn live(
    groups: &[Followed],
    person: &mut Person,
    changes: &[&Change],
    begun: &[(usize, bool)],
    baseline: &seatcast::scenario::Baseline,
    day: NaiveDate,
) {
    let mut rewritten: Vec<Attribute> = Vec::new();
    for change in changes {
        if let Deed::Attributes { who, set } = &change.deed
            && is(groups, person, who, day)
        {
            for (attribute, value) in set {
                person.record.set(attribute.clone(), value.clone());
                rewritten.push(attribute.clone());
            }
        }
    }
    for (group, leave) in begun {
        if *leave {
            person.assigned.remove(group);
        }
    }
    for (number, group) in groups.iter().enumerate().filter(|(_, group)| group.processed) {
        let Some(rule) = &group.rule else { continue };
        let named = rule.attributes().iter().any(|attribute| rewritten.contains(attribute));
        if named || begun.iter().any(|(other, _)| *other == number) {
            match rule.holds(&person.record, midnight(day)) {
                true => person.by_rule.insert(number),
                false => person.by_rule.remove(&number),
            };
        }
    }
    for change in changes {
        match &change.deed {
            Deed::Members { group, who, wave, join } if in_wave(person, wave) && is(groups, person, who, day) => {
                let group = place(groups, *group);
                match join {
                    true => person.assigned.insert(group),
                    false => person.assigned.remove(&group),
                };
            }
            Deed::Direct { sku, who, wave, give, safely } if in_wave(person, wave) && is(groups, person, who, day) => {
                let sku = baseline.snapshot.find_sku(sku).unwrap();
                let gives = |group: usize| groups[group].licenses.iter().any(|license| license.sku == sku);
                let by_group = person.groups().any(gives);
                if *give {
                    person.direct.insert(sku.0);
                } else if !*safely || by_group {
                    person.direct.remove(&sku.0);
                }
            }
            _ => {}
        }
    }
}
