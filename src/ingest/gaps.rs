//! What the given files cannot tell. In: tables and the snapshot made of them. Out: gaps, each with its consequence and the way
//! to close it. Never: a gap that another file fills.

use super::remedy::{self, Gap};
use super::{Kind, Tables};
use crate::directory::{Attribute, Membership, SelfService, Snapshot};

/// All gaps, in the order in which closing them helps most.
pub fn gaps(tables: &Tables, snapshot: Option<&Snapshot>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut gap = |missing: &str, consequence: &str, remedy: &str| {
        gaps.push(Gap { missing: missing.to_owned(), consequence: consequence.to_owned(), remedy: remedy.to_owned() });
    };
    if !holds(tables, Kind::Users) {
        gap("users", "nothing can be simulated", remedy::USERS);
    }
    if !holds(tables, Kind::Groups) {
        gap("groups", "licences that groups give are not simulated", remedy::GROUPS);
    } else if tables.groups.iter().flat_map(|table| &table.drafts).all(|draft| draft.licenses.is_none()) {
        gap("licences of groups", "no group gives a seat in the simulation", remedy::GROUPS);
    }
    if holds(tables, Kind::Groups) && !holds(tables, Kind::Members) {
        gap("members of groups", "members of assigned groups are unknown", remedy::MEMBERS);
    }
    if !holds(tables, Kind::Skus) {
        gap("units owned", "supply is known only as far as subscriptions.csv says it", remedy::SKUS);
    }
    if let Some(snapshot) = snapshot {
        in_snapshot(snapshot, &mut gap);
    }
    if !holds(tables, Kind::Activity) {
        gap("activity", "seats that nobody uses cannot be found", remedy::ACTIVITY);
    }
    if !holds(tables, Kind::Subscriptions) {
        gap(
            "subscriptions.csv",
            "renewal dates are unknown, and units are held as they are",
            "write it by hand: `seatcast schema subscriptions` prints its columns",
        );
    }
    if !holds(tables, Kind::Prices) {
        gap("prices.csv", "no cost is computed", "write it by hand: `seatcast schema prices` prints its columns");
    }
    gaps
}

fn holds(tables: &Tables, kind: Kind) -> bool {
    tables.reports.iter().any(|report| report.kind == kind && !report.refused)
}

fn in_snapshot(snapshot: &Snapshot, gap: &mut impl FnMut(&str, &str, &str)) {
    let dynamic = snapshot
        .groups
        .iter()
        .filter(|group| matches!(group.membership, Membership::Dynamic { rule: None, .. }))
        .count();
    if dynamic > 0 {
        gap(
            &format!("rules of {dynamic} dynamic groups"),
            "they keep the members they were exported with",
            remedy::GROUPS,
        );
    }
    if !snapshot.assignments_exported {
        gap("licences that users have today", "existing direct licences are not counted", remedy::USERS);
    }
    for (attribute, consequence) in [
        (Attribute::UsageLocation, "nobody can be told to be blocked for want of a location"),
        (Attribute::UserType, "guests cannot be told from members"),
        (Attribute::AccountEnabled, "disabled accounts cannot be told from enabled ones"),
        (Attribute::Department, "nothing can be shown by department"),
    ] {
        if snapshot.users.column(&attribute).is_none() {
            gap(&attribute.graph_name(), consequence, remedy::USERS);
        }
    }
    let unknown =
        snapshot.groups.iter().filter(|group| group.self_service == SelfService::Unknown && !group.licenses.is_empty());
    match unknown.count() {
        0 => {}
        count => gap(
            &format!("whether people can join {count} licensed groups by themselves"),
            "no joins by self-service are simulated for them",
            "say it in seatcast.toml: [groups.\"Name\"] self-service = \"open\", \"approval\" or \"no\"",
        ),
    }
}
