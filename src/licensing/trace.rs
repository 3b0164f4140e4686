//! Why somebody has, waits for or lacks a seat. In: a snapshot, licensing today, one user, group or SKU. Out: the way of the
//! decision as plain data. Never: a decision of its own; every state is the ledger's, every verdict the rule's.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{EvaluatedRule, KeptGroup, KeptReason, LicenseError, Path, Source, Today, stages};
use crate::directory::{Attribute, Group, GroupIndex, SkuIndex, Snapshot, UserIndex, Value};
use crate::rule::Step;
use crate::supply::{LotStanding, Supply};

/// One way to a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathTrace {
    /// The group's name, or `direct`.
    pub source: String,
    pub state: &'static str,
    pub error: Option<&'static str>,
    /// What would have to change.
    pub remedy: Option<String>,
}

/// One SKU for one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkuOfUser {
    pub sku: String,
    pub holds_seat: bool,
    /// The place in line from 1, and how many stand in it.
    pub place: Option<u32>,
    pub in_line: u32,
    /// `None` where units are not counted: free and tenant-wide SKUs, and those of which no file tells units.
    pub available: Option<i64>,
    pub paths: Vec<PathTrace>,
}

/// A licensed group and one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupOfUser {
    pub group: String,
    pub member: bool,
    /// `rule`, `assigned`, or why the exported members stand.
    pub decided_by: String,
    pub skus: Vec<String>,
    /// The rule with the user's values, where it decides.
    pub rule: Option<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserTrace {
    pub id: String,
    pub user: String,
    pub guest: bool,
    pub account_enabled: Option<bool>,
    pub usage_location: Option<String>,
    pub skus: Vec<SkuOfUser>,
    pub groups: Vec<GroupOfUser>,
}

/// One SKU that a group gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkuOfGroup {
    pub sku: String,
    /// Members who hold a seat of it by any way, and those who do not.
    pub holding: u32,
    pub without: u32,
    /// `None` where units are not counted: free and tenant-wide SKUs, and those of which no file tells units.
    pub available: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupTrace {
    pub id: String,
    pub group: String,
    pub decided_by: String,
    pub rule: Option<String>,
    pub members: u32,
    pub guests: u32,
    pub nested: Vec<String>,
    pub skus: Vec<SkuOfGroup>,
}

/// One way in which users come to a SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceOfSku {
    pub source: String,
    pub users: u32,
    /// Of them, those who would lose their seat with this source.
    pub only_by_this: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkuTrace {
    pub sku_id: String,
    pub sku: String,
    pub capacity: Option<u32>,
    /// The lots of its units, with what becomes of each next.
    pub subscriptions: Vec<LotStanding>,
    /// Units that the SKU export counts and no lot explains: enabled and in grace.
    pub units_beside: u32,
    pub assigned: u32,
    /// `None` where units are not counted: free and tenant-wide SKUs, and those of which no file tells units.
    pub available: Option<i64>,
    pub waiting: u32,
    pub blocked: u32,
    pub sources: Vec<SourceOfSku>,
    /// Who goes first where units are short, as `seatcast.toml` says it.
    pub order: String,
    /// Those who wait, first in line first.
    pub line: Vec<String>,
}

fn sku_name(snapshot: &Snapshot, sku: SkuIndex) -> String {
    snapshot.sku(sku).sku_part_number.to_string()
}

fn source_name(snapshot: &Snapshot, today: &Today, source: Source) -> String {
    match source {
        Source::Direct => "direct".to_owned(),
        Source::Bundle(bundle) => snapshot.group(today.group_of(bundle)).display_name.to_string(),
    }
}

/// The way of every decision about one user.
pub fn user(snapshot: &Snapshot, today: &Today, user: UserIndex, now: DateTime<Utc>) -> UserTrace {
    let users = &snapshot.users;
    let paths = today.ledger.paths(user.0);
    let skus = paths.chunk_by(|a, b| a.sku == b.sku).filter_map(|of_sku| {
        let sku = of_sku.first()?.sku;
        let line = today.ledger.queue(sku);
        let place = line.iter().position(|other| *other == user.0).map(|at| at as u32 + 1);
        let trace = |path: &Path| PathTrace {
            source: source_name(snapshot, today, path.source),
            state: path.state.name(),
            error: path.error.map(LicenseError::name),
            remedy: path.error.map(|error| match error {
                LicenseError::Other => siblings(snapshot, &paths, path),
                error => remedy(error, place, users.text(user, &Attribute::UsageLocation)),
            }),
        };
        Some(SkuOfUser {
            sku: sku_name(snapshot, sku),
            holds_seat: today.ledger.holds(user.0, sku),
            place,
            in_line: line.len() as u32,
            available: today.available(sku),
            paths: of_sku.iter().map(trace).collect(),
        })
    });
    UserTrace {
        id: users.id(user).to_owned(),
        user: users.name(user).to_owned(),
        guest: users.is_guest(user),
        account_enabled: users.boolean(user, &Attribute::AccountEnabled),
        usage_location: users.text(user, &Attribute::UsageLocation).map(str::to_owned),
        skus: skus.collect(),
        groups: today.licensed_groups().iter().map(|group| of_group(snapshot, today, user, *group, now)).collect(),
    }
}

/// What stands in the way of a path whose group gives all of its SKUs or none.
fn siblings(snapshot: &Snapshot, paths: &[Path], path: &Path) -> String {
    let failing = paths.iter().filter(|other| other.source == path.source && other.error != path.error);
    let named: Vec<String> = failing
        .filter_map(|other| Some(format!("{} ({})", sku_name(snapshot, other.sku), other.error?.name())))
        .collect();
    match named.is_empty() {
        true => "what stands in the way of the group's other SKUs: all or none are given".to_owned(),
        false => format!("{}: the group gives all of its SKUs or none", named.join(", ")),
    }
}

fn remedy(error: LicenseError, place: Option<u32>, location: Option<&str>) -> String {
    match (error, place) {
        (LicenseError::CountViolation, Some(place)) => {
            let units = if place == 1 { "unit" } else { "units" };
            format!("{place} more {units}, bought or freed: the user is number {place} in line")
        }
        (LicenseError::CountViolation, None) => "a unit, for this way alone: the seat is held by another".to_owned(),
        (LicenseError::ProhibitedInUsageLocationViolation, _) => match location {
            Some(location) => format!("another usageLocation than `{location}`, or no membership of the group"),
            None => "a usageLocation".to_owned(),
        },
        (LicenseError::MutuallyExclusiveViolation, _) => {
            "one of two plans that exclude each other switched off".to_owned()
        }
        (LicenseError::DependencyViolation, _) => "the plan that is needed by another, from any source".to_owned(),
        (LicenseError::UniquenessViolation, _) => "a proxy address that nobody else has".to_owned(),
        (LicenseError::Other, _) => {
            "what stands in the way of the group's other SKUs: all or none are given".to_owned()
        }
    }
}

fn of_group(snapshot: &Snapshot, today: &Today, user: UserIndex, group: GroupIndex, now: DateTime<Utc>) -> GroupOfUser {
    let evaluated = today.memberships.rules().iter().chain(staged(today)).find(|rule| rule.group == group);
    GroupOfUser {
        group: snapshot.group(group).display_name.to_string(),
        member: today.memberships.members(group).binary_search(&user).is_ok(),
        decided_by: decided_by(today, snapshot.group(group), group),
        skus: group_skus(today, group).map(|sku| sku_name(snapshot, sku)).collect(),
        rule: evaluated.map(|rule| {
            let mut record = snapshot.users.record(user);
            if rule.rule.attributes().contains(&Attribute::AssignedPlans) {
                record.set(
                    Attribute::AssignedPlans,
                    Value::Plans(stages::assigned_plans(&today.ledger, user.0, &today.units)),
                );
            }
            rule.rule.explain(&record, now)
        }),
    }
}

/// Rules that read plans and were settled in stages.
fn staged(today: &Today) -> impl Iterator<Item = &EvaluatedRule> {
    let kept = today.memberships.kept();
    let staged = |group| kept.iter().any(|k| k.group == group && matches!(k.reason, KeptReason::Staged { .. }));
    today.memberships.by_plans().iter().filter(move |rule| staged(rule.group))
}

fn group_skus(today: &Today, group: GroupIndex) -> impl Iterator<Item = SkuIndex> {
    today.bundle_of(group).into_iter().flat_map(|bundle| today.terms.bundle_skus(bundle))
}

fn decided_by(today: &Today, group: &Group, index: GroupIndex) -> String {
    let kept = today.memberships.kept().iter().find(|kept| kept.group == index);
    match kept {
        Some(KeptGroup { reason: KeptReason::Staged { stages }, .. }) => format!("rule, settled in {stages} stages"),
        Some(kept) => format!("exported members: {}", kept.reason.text()),
        None if today.memberships.inferred().contains(&index) => {
            "licences held by the group: no file lists its members".to_owned()
        }
        None if group.is_dynamic() => "rule".to_owned(),
        None => "assigned".to_owned(),
    }
}

/// What a group gives and to whom.
pub fn group(snapshot: &Snapshot, today: &Today, index: GroupIndex) -> GroupTrace {
    let group = snapshot.group(index);
    let members = today.memberships.members(index);
    let of_sku = |sku: SkuIndex| {
        let holding = members.iter().filter(|user| today.ledger.holds(user.0, sku)).count() as u32;
        let without = members.len() as u32 - holding;
        SkuOfGroup { sku: sku_name(snapshot, sku), holding, without, available: today.available(sku) }
    };
    GroupTrace {
        id: group.id.to_string(),
        group: group.display_name.to_string(),
        decided_by: decided_by(today, group, index),
        rule: group.rule().map(|rule| rule.text.to_string()),
        members: members.len() as u32,
        guests: snapshot.guests_in(members),
        nested: group.nested.iter().map(|inner| snapshot.group(*inner).display_name.to_string()).collect(),
        skus: group_skus(today, index).map(of_sku).collect(),
    }
}

/// Where the units of a SKU and the demand for it come from on a day, and who waits.
pub fn sku(snapshot: &Snapshot, today: &Today, (supply, day): (&Supply, NaiveDate), sku: SkuIndex) -> SkuTrace {
    let mut sources: std::collections::BTreeMap<Source, (u32, u32)> = std::collections::BTreeMap::new();
    for user in snapshot.users.indexes() {
        let paths = today.ledger.paths(user.0);
        let of_sku: Vec<&Path> = paths.iter().filter(|path| path.sku == sku).collect();
        let holding = of_sku.iter().filter(|path| path.state.holds_seat()).count();
        for path in &of_sku {
            let count = sources.entry(path.source).or_default();
            count.0 += 1;
            count.1 += u32::from(holding == 1 && path.state.holds_seat());
        }
    }
    let mut sources: Vec<SourceOfSku> = sources
        .into_iter()
        .map(|(source, (users, only_by_this))| SourceOfSku {
            source: source_name(snapshot, today, source),
            users,
            only_by_this,
        })
        .collect();
    sources.sort_by(|a, b| b.users.cmp(&a.users).then_with(|| a.source.cmp(&b.source)));
    let name = |user: u32| snapshot.users.name(UserIndex(user)).to_owned();
    SkuTrace {
        sku_id: snapshot.sku(sku).sku_id.to_string(),
        sku: sku_name(snapshot, sku),
        capacity: today.available(sku).map(|_| today.ledger.capacity(sku)),
        subscriptions: supply.standing(day),
        units_beside: supply.unexplained.capacity(),
        assigned: today.ledger.assigned(sku),
        available: today.available(sku),
        waiting: today.ledger.waiting(sku),
        blocked: today.ledger.blocked(sku),
        sources,
        order: today.order.stated(),
        line: today.ledger.queue(sku).into_iter().map(name).collect(),
    }
}
