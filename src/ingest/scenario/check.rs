//! Changes that contradict each other, or what is there. In: a scenario, its tenant. Out: findings. Never: an order of the file:
//! only days decide what comes first.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::{GroupIndex, Membership, ProcessingState};
use crate::ingest::code;
use crate::scenario::{Change, Deed, LicenseEdit, Scenario, Wave, Who};

/// See the head of this file.
pub fn check(scenario: &Scenario, names: &Names<'_>, findings: &mut Vec<Diagnostic>) {
    let mut changes: Vec<&Change> = scenario.changes.iter().collect();
    changes.sort_by_key(|change| (change.day, change.deed.rank()));
    twice(&changes, findings);
    let mut state = State { names, new: scenario.new_groups.len(), groups: BTreeMap::new(), findings };
    changes.iter().for_each(|change| state.live(change));
}

/// What two changes may not both do, and on which day; some things only once at all.
fn place(change: &Change) -> Option<String> {
    let day = change.day;
    Some(match &change.deed {
        Deed::Rule { group, .. } => format!("rule {} {day}", group.0),
        Deed::Processing { group, .. } => format!("processing {} {day}", group.0),
        Deed::Price { sku, .. } => format!("price {sku} {day}"),
        Deed::Cancel { subscription }
        | Deed::RenewWith { subscription, .. }
        | Deed::ChangeTerm { subscription, .. } => {
            format!("subscription {subscription}")
        }
        Deed::Buy(lot) => format!("lot {}", lot.id),
        Deed::Licenses { group, edit } => match edit {
            LicenseEdit::Add { sku, .. } | LicenseEdit::Remove { sku } | LicenseEdit::DisablePlans { sku, .. } => {
                format!("license {} {sku} {day}", group.0)
            }
            LicenseEdit::Swap { from, .. } => format!("license {} {from} {day}", group.0),
        },
        _ => return None,
    })
}

fn twice(changes: &[&Change], findings: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, &Change> = BTreeMap::new();
    for change in changes {
        let Some(place) = place(change) else { continue };
        match seen.get(&place) {
            Some(first) => findings.push(against(change, first)),
            None => drop(seen.insert(place, change)),
        }
    }
    // The same people in and out of one group on one day.
    let members = |change: &&&Change| matches!(change.deed, Deed::Members { wave: Wave::WHOLE, .. });
    let members: Vec<&&Change> = changes.iter().filter(members).collect();
    for (at, change) in members.iter().enumerate() {
        let Deed::Members { group, who, join, .. } = &change.deed else { continue };
        let other = members[..at].iter().find(|other| {
            let same = |deed: &Deed| match deed {
                Deed::Members { group: g, who: w, join: j, .. } => g == group && j != join && overlap(w, who),
                _ => false,
            };
            other.day == change.day && same(&other.deed)
        });
        findings.extend(other.map(|other| against(change, other)));
    }
}

fn overlap(a: &Who, b: &Who) -> bool {
    match (a, b) {
        (Who::Everybody, _) | (_, Who::Everybody) => true,
        (Who::Users(a), Who::Users(b)) => a.iter().any(|user| b.binary_search(user).is_ok()),
        (a, b) => a == b,
    }
}

fn against(change: &Change, first: &Change) -> Diagnostic {
    let message = format!("this contradicts `{}` of {}", first.label, first.day);
    let finding = Diagnostic::error(code::CONTRADICTION_IN_SCENARIO, message).at(&change.origin).at(&first.origin);
    finding.help("keep one of them, or give them different days")
}

/// What a group is and gives while days go by.
struct Group {
    dynamic: bool,
    on: bool,
    skus: BTreeSet<SkuId>,
}

struct State<'a, 'n> {
    names: &'a Names<'n>,
    new: usize,
    groups: BTreeMap<GroupIndex, Group>,
    findings: &'a mut Vec<Diagnostic>,
}

impl State<'_, '_> {
    fn group(&mut self, index: GroupIndex) -> &mut Group {
        let snapshot = &self.names.baseline.snapshot;
        self.groups.entry(index).or_insert_with(|| match snapshot.groups.get(index.get()) {
            Some(group) => Group {
                dynamic: group.is_dynamic(),
                on: !matches!(group.membership, Membership::Dynamic { state: ProcessingState::Paused, .. }),
                skus: group.licenses.iter().map(|license| snapshot.sku(license.sku).sku_id.clone()).collect(),
            },
            None => Group { dynamic: false, on: true, skus: BTreeSet::new() },
        })
    }

    fn refuse(&mut self, origin: &Origin, message: String, help: &str) {
        let finding = Diagnostic::error(code::CONTRADICTION_IN_SCENARIO, message).at(origin);
        self.findings.push(finding.help(help));
    }

    fn name(&self, group: GroupIndex) -> String {
        match self.names.baseline.snapshot.groups.get(group.get()) {
            Some(group) => group.display_name.to_string(),
            None if self.new > 0 => "the new group".to_owned(),
            None => String::new(),
        }
    }

    fn live(&mut self, change: &Change) {
        let day = change.day;
        match &change.deed {
            Deed::Rule { group, .. } => self.group(*group).dynamic = true,
            Deed::Processing { group, on } => {
                let state = self.group(*group);
                let (dynamic, before) = (state.dynamic, std::mem::replace(&mut state.on, *on));
                let name = self.name(*group);
                if !dynamic {
                    self.refuse(
                        &change.origin,
                        format!("`{name}` has no rule on {day}"),
                        "only dynamic groups are processed",
                    );
                } else if before == *on {
                    let word = if *on { "processed" } else { "paused" };
                    self.refuse(&change.origin, format!("`{name}` is {word} on {day} already"), "leave the change out");
                }
            }
            Deed::Members { group, .. } if self.group(*group).dynamic => {
                let name = self.name(*group);
                let message = format!("the members of `{name}` follow from its rule on {day}");
                self.refuse(&change.origin, message, "edit the rule, or choose an assigned group");
            }
            Deed::Licenses { group, edit } => self.licenses(change, *group, edit),
            _ => {}
        }
    }

    fn licenses(&mut self, change: &Change, group: GroupIndex, edit: &LicenseEdit) {
        let name = self.name(group);
        // A tenant whose export does not say what groups give cannot contradict.
        let told = self.names.baseline.snapshot.groups.iter().any(|group| !group.licenses.is_empty());
        let called = |sku: &SkuId| self.names.sku_name(sku);
        let (lacks, has) = match edit {
            LicenseEdit::Add { sku, .. } => (None, Some(sku)),
            LicenseEdit::Remove { sku } | LicenseEdit::DisablePlans { sku, .. } => (Some(sku), None),
            LicenseEdit::Swap { from, to, .. } => (Some(from), Some(to)),
        };
        let lacks = lacks.map(|sku| (sku, called(sku)));
        let has = has.map(|sku| (sku, called(sku)));
        let day = change.day;
        if let Some((sku, called)) = lacks
            && told
            && !self.group(group).skus.contains(sku)
        {
            let message = format!("`{name}` does not give `{called}` on {day}");
            self.refuse(&change.origin, message, "look at `seatcast explain group`");
        }
        if let Some((sku, called)) = has
            && self.group(group).skus.contains(sku)
        {
            self.refuse(&change.origin, format!("`{name}` gives `{called}` on {day} already"), "leave the change out");
        }
        let skus = &mut self.group(group).skus;
        match edit {
            LicenseEdit::Add { sku, .. } => drop(skus.insert(sku.clone())),
            LicenseEdit::Remove { sku } => drop(skus.remove(sku)),
            LicenseEdit::Swap { from, to, .. } => {
                skus.remove(from);
                skus.insert(to.clone());
            }
            LicenseEdit::DisablePlans { .. } => {}
        }
    }
}
