//! The changes of a scenario, ready to be lived through. In: changes with rules as text, licensing today. Out: acts in order of
//! days, with rules compiled and groups and SKUs as positions. Never: looks at a person.

use std::sync::Arc;

use crate::calendar;
use crate::diagnostic::{Diagnosed, Diagnostic};
use crate::directory::{Attribute, GroupIndex, Membership, ProcessingState, RuleText, SkuIndex, Value};
use crate::licensing::{BundleIndex, Today};
use crate::rule::{self, Checked};
use crate::scenario::{self, Acquisition, Baseline, Change, Deed, LicenseEdit, Size, Wave};

use crate::simulate::event::Slot;
use crate::simulate::settings::Settings;

/// Whom an act is about. A rule is a position among the cohorts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Everybody,
    Users(Vec<Slot>),
    Rule(usize),
    MembersOf(BundleIndex),
}

/// What happens to people themselves.
#[derive(Clone, Debug)]
pub enum PeopleAct {
    /// The newcomers of this number.
    Acquire(usize),
    Freeze {
        who: Who,
        until: u32,
    },
    Hire {
        who: Who,
        people: u32,
        until: u32,
    },
    LayOff {
        who: Who,
        size: Size,
    },
    PurgeGuests {
        who: Who,
    },
}

#[derive(Clone, Debug)]
pub enum What {
    /// Values are positions among the script's values.
    Rewrite {
        who: Who,
        set: Vec<usize>,
    },
    /// Rules are positions among the script's rules. `paused` is the rule of a group that is paused today.
    Rule {
        bundle: BundleIndex,
        rule: usize,
        paused: Option<usize>,
    },
    Processing {
        bundle: BundleIndex,
        on: bool,
        paused: Option<usize>,
    },
    Licenses {
        bundle: BundleIndex,
        edit: LicenseEdit,
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
    People {
        act: PeopleAct,
        key: u64,
    },
}

/// One act, on a day counted from today and never 0, which is the world as read.
#[derive(Clone, Debug)]
pub struct Act {
    pub day: u32,
    pub what: What,
    /// What the change is called.
    pub label: Arc<str>,
}

/// See the head of this file.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub acts: Vec<Act>,
    /// Rules that groups get, beside those they have today.
    pub rules: Vec<(Checked, BundleIndex)>,
    /// Rules that only say whom a change is about.
    pub cohorts: Vec<Checked>,
    /// Values that attributes are set to.
    pub values: Vec<(Attribute, Value)>,
    pub newcomers: Vec<Arc<Acquisition>>,
}

/// Groups whose members have to be followed although they may give nothing today, ascending and distinct.
pub fn tracked(changes: &[Change]) -> Vec<GroupIndex> {
    let mut groups: Vec<GroupIndex> = changes.iter().flat_map(|change| change.deed.groups()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Compiles the changes of a plan upon a baseline that knows its groups and SKUs. What lies past the horizon is left out.
pub fn script(baseline: &Baseline, changes: &[Change], today: &Today, settings: &Settings) -> Diagnosed<Script> {
    let mut writer = Writer { baseline, today, script: Script::default(), findings: Vec::new() };
    for change in changes {
        let day = calendar::days_between(settings.today(), change.day).max(1);
        if day > settings.horizon_days() {
            continue;
        }
        if let Some(what) = writer.what(change, settings) {
            writer.script.acts.push(Act { day, what, label: change.label.clone() });
        }
    }
    writer.script.acts.sort_by_key(|act| act.day);
    Diagnosed::new(writer.script, writer.findings)
}

struct Writer<'a> {
    baseline: &'a Baseline,
    today: &'a Today,
    script: Script,
    findings: Vec<Diagnostic>,
}

impl Writer<'_> {
    fn what(&mut self, change: &Change, settings: &Settings) -> Option<What> {
        let until = |day| calendar::days_between(settings.today(), day);
        let act = match &change.deed {
            Deed::Buy(_)
            | Deed::Cancel { .. }
            | Deed::RenewWith { .. }
            | Deed::ChangeTerm { .. }
            | Deed::Price { .. } => {
                return None;
            }
            Deed::Attributes { who, set } => {
                let who = self.who(who)?;
                let first = self.script.values.len();
                self.script.values.extend(set.iter().cloned());
                return Some(What::Rewrite { who, set: (first..first + set.len()).collect() });
            }
            Deed::Rule { group, rule } => {
                let bundle = self.today.bundle_of(*group)?;
                let paused = self.paused_rule(*group, bundle);
                let rule = self.rule(rule, bundle)?;
                return Some(What::Rule { bundle, rule, paused });
            }
            Deed::Processing { group, on } => {
                let bundle = self.today.bundle_of(*group)?;
                let paused = self.paused_rule(*group, bundle);
                return Some(What::Processing { bundle, on: *on, paused });
            }
            Deed::Licenses { group, edit } => {
                return Some(What::Licenses { bundle: self.today.bundle_of(*group)?, edit: edit.clone() });
            }
            Deed::Members { group, who, wave, join } => {
                let (bundle, who) = (self.today.bundle_of(*group)?, self.who(who)?);
                return Some(What::Members { bundle, who, wave: *wave, join: *join });
            }
            Deed::Direct { sku, who, wave, give, safely } => {
                let (sku, who) = (self.baseline.snapshot.find_sku(sku)?, self.who(who)?);
                return Some(What::Direct { sku, who, wave: *wave, give: *give, safely: *safely });
            }
            Deed::Acquire(acquisition) => {
                self.script.newcomers.push(acquisition.clone());
                PeopleAct::Acquire(self.script.newcomers.len() - 1)
            }
            Deed::Freeze { who, until: last } => PeopleAct::Freeze { who: self.who(who)?, until: until(*last) },
            Deed::Hire { who, people, until: end } => {
                PeopleAct::Hire { who: self.who(who)?, people: *people, until: until(*end) }
            }
            Deed::LayOff { who, size } => PeopleAct::LayOff { who: self.who(who)?, size: *size },
            Deed::PurgeGuests { who } => PeopleAct::PurgeGuests { who: self.who(who)? },
        };
        // The same change draws the same people whatever else is planned.
        Some(What::People { act, key: scenario::key(&format!("{} {}", change.day, change.label)) })
    }

    fn who(&mut self, who: &scenario::Who) -> Option<Who> {
        Some(match who {
            scenario::Who::Everybody => Who::Everybody,
            scenario::Who::Users(users) => Who::Users(users.iter().map(|user| user.0).collect()),
            scenario::Who::MembersOf(group) => Who::MembersOf(self.today.bundle_of(*group)?),
            scenario::Who::Rule(text) => {
                let checked = self.compile(text)?;
                self.script.cohorts.push(checked);
                Who::Rule(self.script.cohorts.len() - 1)
            }
        })
    }

    fn rule(&mut self, text: &RuleText, bundle: BundleIndex) -> Option<usize> {
        let checked = self.compile(text)?;
        self.script.rules.push((checked, bundle));
        Some(self.script.rules.len() - 1)
    }

    fn compile(&mut self, text: &RuleText) -> Option<Checked> {
        rule::compile_with(&text.text, &text.origin, &self.baseline.policy.readings).into_value(&mut self.findings)
    }

    /// The rule of a group whose processing is paused today, and which is therefore not among the simulated ones.
    fn paused_rule(&mut self, group: GroupIndex, bundle: BundleIndex) -> Option<usize> {
        match self.baseline.snapshot.group(group).membership.clone() {
            Membership::Dynamic { rule: Some(text), state: ProcessingState::Paused } => self.rule(&text, bundle),
            _ => None,
        }
    }
}
