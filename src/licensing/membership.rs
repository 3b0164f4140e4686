//! Who is a direct member of which group today. In: a snapshot, an instant. Out: members by group, the rules that were evaluated,
//! and those that were not with the reason. Never: follows a nested group, changes an exported member of an assigned group.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::diagnostic::{Diagnosed, Diagnostic};
use crate::directory::{
    AssignedLicense, Attribute, Group, GroupIndex, LicenseSource, Membership, ProcessingState, Snapshot, UserIndex,
};
use crate::rule::{self, Checked, Form, RuleSet};

/// A dynamic group whose members follow from its rule.
#[derive(Clone, Debug)]
pub struct EvaluatedRule {
    pub group: GroupIndex,
    pub rule: Checked,
}

/// Why a dynamic group keeps its exported members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptReason {
    /// The export says that the group is dynamic, not by which rule.
    NoRule,
    /// The rule cannot be read; the findings say why.
    Invalid,
    /// No file holds an attribute that the rule names.
    NotInFile(Attribute),
    /// `memberOf` rules are frozen since November 2026.
    MemberOf,
    Device,
    Paused,
    /// The rule reads service plans, which follow from licences: taken as exported.
    AssignedPlans,
    /// The rule reads service plans: settled with the licences of today.
    Staged {
        stages: u32,
    },
    /// The rule and the licences that follow from it turn each other on and off.
    Circle,
    /// The rule reads names of services, which no catalogue gives to plans.
    PlanService,
    /// A regular expression takes more steps than allowed.
    TooManySteps,
}

impl KeptReason {
    /// A clause for a table.
    pub fn text(&self) -> String {
        match self {
            KeptReason::NoRule => "the export does not hold its rule".to_owned(),
            KeptReason::Invalid => "its rule cannot be read".to_owned(),
            KeptReason::NotInFile(attribute) => format!("no file holds `{attribute}`"),
            KeptReason::MemberOf => "a `memberOf` rule is frozen".to_owned(),
            KeptReason::Device => "its members are devices".to_owned(),
            KeptReason::Paused => "its processing is paused".to_owned(),
            KeptReason::AssignedPlans => "its rule reads service plans, taken as exported".to_owned(),
            KeptReason::Staged { stages } => {
                format!("its rule reads service plans: settled with today's licences in {stages} stages")
            }
            KeptReason::Circle => "its rule and the licences that follow turn each other on and off".to_owned(),
            KeptReason::PlanService => "its rule reads names of services, taken as exported".to_owned(),
            KeptReason::TooManySteps => "a regular expression of its rule takes too many steps".to_owned(),
        }
    }
}

/// A dynamic group whose exported members stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptGroup {
    pub group: GroupIndex,
    pub reason: KeptReason,
    pub members_kept: u32,
}

/// Direct user members of every group today.
#[derive(Clone, Debug, Default)]
pub struct Memberships {
    members: Vec<Vec<UserIndex>>,
    rules: Vec<EvaluatedRule>,
    kept: Vec<KeptGroup>,
    inferred: Vec<GroupIndex>,
    by_plans: Vec<EvaluatedRule>,
    now: DateTime<Utc>,
}

impl Memberships {
    /// Direct user members, ascending and distinct.
    pub fn members(&self, group: GroupIndex) -> &[UserIndex] {
        &self.members[group.get()]
    }

    /// The rules that were evaluated, in order of groups: those that a simulation evaluates again.
    pub fn rules(&self) -> &[EvaluatedRule] {
        &self.rules
    }

    /// Dynamic groups that keep their exported members, in order of groups.
    pub fn kept(&self) -> &[KeptGroup] {
        &self.kept
    }

    /// The rules that read service plans and can be settled in stages, in order of groups.
    pub fn by_plans(&self) -> &[EvaluatedRule] {
        &self.by_plans
    }

    /// The instant at which rules were evaluated.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The same for a snapshot with more groups at its end, which have no members.
    pub fn with_new_groups(mut self, groups: usize) -> Self {
        self.members.resize(self.members.len().max(groups), Vec::new());
        self
    }

    /// Groups whose members no file lists: they are known only as far as users hold licences by them.
    pub fn inferred(&self) -> &[GroupIndex] {
        &self.inferred
    }
}

/// Evaluates every rule that can be evaluated on all users at `now`; every other group has the members of the export.
pub fn resolve(snapshot: &Snapshot, now: DateTime<Utc>) -> Diagnosed<Memberships> {
    resolve_with(snapshot, now, &rule::Options::default())
}

/// The same with open questions of the rule language read another way.
pub fn resolve_with(snapshot: &Snapshot, now: DateTime<Utc>, readings: &rule::Options) -> Diagnosed<Memberships> {
    let mut memberships = Memberships { now, ..Memberships::default() };
    let mut findings: Vec<Diagnostic> = Vec::new();
    let mut compiled = Vec::new();
    let in_file: BTreeSet<&Attribute> =
        snapshot.users.columns().filter(|(_, column)| column.is_in_file()).map(|(attribute, _)| attribute).collect();
    let mut holders = None;
    for index in snapshot.group_indexes() {
        let group = snapshot.group(index);
        memberships.members.push(exported_members(snapshot, index, &mut holders, &mut memberships.inferred));
        let Membership::Dynamic { .. } = group.membership else { continue };
        match evaluable(group, &in_file, readings).into_value(&mut findings) {
            Ok(rule) if rule.attributes().contains(&Attribute::AssignedPlans) => {
                memberships.by_plans.push(EvaluatedRule { group: index, rule });
                memberships.keep(index, KeptReason::AssignedPlans);
            }
            Ok(rule) => compiled.push(EvaluatedRule { group: index, rule }),
            Err(reason) => memberships.keep(index, reason),
        }
    }
    for (rule, members) in evaluate(snapshot, compiled, now) {
        match members {
            Some(members) => {
                memberships.members[rule.group.get()] = members;
                memberships.rules.push(rule);
            }
            None => memberships.keep(rule.group, KeptReason::TooManySteps),
        }
    }
    memberships.kept.sort_by_key(|kept| kept.group);
    Diagnosed::new(memberships, findings)
}

impl Memberships {
    /// Gives a kept group other members, and says why.
    pub(super) fn replace(&mut self, group: GroupIndex, members: Vec<UserIndex>, reason: &KeptReason) {
        let members_kept = members.len() as u32;
        self.members[group.get()] = members;
        for kept in self.kept.iter_mut().filter(|kept| kept.group == group) {
            *kept = KeptGroup { group, reason: reason.clone(), members_kept };
        }
    }

    fn keep(&mut self, group: GroupIndex, reason: KeptReason) {
        let members_kept = self.members[group.get()].len() as u32;
        self.kept.push(KeptGroup { group, reason, members_kept });
    }
}

/// The members a file lists; where none does, the users who hold a licence by the group.
/// `holders` are all pairs of a group and a user, ascending, made when first needed.
fn exported_members(
    snapshot: &Snapshot,
    index: GroupIndex,
    holders: &mut Option<Vec<(GroupIndex, UserIndex)>>,
    inferred: &mut Vec<GroupIndex>,
) -> Vec<UserIndex> {
    let group = snapshot.group(index);
    if group.members_exported || group.licenses.is_empty() || !snapshot.assignments_exported {
        return group.members.clone();
    }
    let holders = holders.get_or_insert_with(|| by_group(snapshot));
    let start = holders.partition_point(|(group, _)| *group < index);
    let of_group = holders[start..].iter().take_while(|(group, _)| *group == index).map(|(_, user)| *user);
    let mut members: Vec<UserIndex> = of_group.chain(group.members.iter().copied()).collect();
    members.sort_unstable();
    members.dedup();
    inferred.push(index);
    members
}

/// Users who hold a licence by each group, ascending.
fn by_group(snapshot: &Snapshot) -> Vec<(GroupIndex, UserIndex)> {
    let pair = |license: &AssignedLicense| match license.source {
        LicenseSource::Group(group) => Some((group, license.user)),
        LicenseSource::Direct | LicenseSource::Unknown => None,
    };
    let mut pairs: Vec<(GroupIndex, UserIndex)> = snapshot.assigned.iter().filter_map(pair).collect();
    pairs.sort_unstable();
    pairs
}

/// The rule of a dynamic group, or why it is not evaluated.
fn evaluable(
    group: &Group,
    in_file: &BTreeSet<&Attribute>,
    readings: &rule::Options,
) -> Diagnosed<Result<Checked, KeptReason>> {
    let Membership::Dynamic { rule: Some(text), state } = &group.membership else {
        return Diagnosed::clean(Err(KeptReason::NoRule));
    };
    let compiled = rule::compile_with(&text.text, &text.origin, readings);
    compiled.map(|checked| {
        let checked = checked.ok_or(KeptReason::Invalid)?;
        match checked.form() {
            Form::MemberOf => return Err(KeptReason::MemberOf),
            Form::Device => return Err(KeptReason::Device),
            Form::Expression | Form::DirectReports => {}
        }
        if *state == ProcessingState::Paused {
            return Err(KeptReason::Paused);
        }
        if checked.reads_plan_services() {
            return Err(KeptReason::PlanService);
        }
        let missing = |attribute: &&Attribute| **attribute != Attribute::AssignedPlans && !in_file.contains(attribute);
        match checked.attributes().iter().find(missing) {
            Some(attribute) => Err(KeptReason::NotInFile(attribute.clone())),
            None => Ok(checked),
        }
    })
}

/// The members by each rule, ascending; `None` where a regular expression gave up on some value.
fn evaluate(
    snapshot: &Snapshot,
    rules: Vec<EvaluatedRule>,
    now: DateTime<Utc>,
) -> Vec<(EvaluatedRule, Option<Vec<UserIndex>>)> {
    let checked: Vec<Checked> = rules.iter().map(|rule| rule.rule.clone()).collect();
    let set = RuleSet::compile(&snapshot.users, &checked);
    let members = set.members(now).into_iter().enumerate();
    let members = members.map(|(number, members)| (!set.has_unknown(number)).then_some(members));
    rules.into_iter().zip(members).collect()
}
