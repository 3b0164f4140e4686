//! Computed seats against exported ones. In: a baseline, licensing today. Out: every difference with its cause, and users who
//! hold a seat in several ways. Never: a difference without a cause from the closed list.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::directory::{AssignedLicense, LicenseSource, SkuIndex, UserIndex};
use crate::forecast::{Difference, DifferenceCause, SeveralPaths, UserDifference};
use crate::licensing::{Source, Today};
use crate::scenario::Baseline;

/// Users named for each difference.
const NAMED: usize = 5;

/// Seats of one SKU and cause: computed minus exported, and whose they are.
#[derive(Default)]
struct Gap {
    seats: i64,
    /// Each with what it adds to `seats`.
    users: Vec<(UserIndex, i64)>,
}

/// Every difference between what the exports show as held and what is computed, by SKU and cause. `planned` are the SKUs to
/// look at, in the order of the result.
pub fn differences(baseline: &Baseline, today: &Today, planned: &[SkuIndex]) -> (Vec<Difference>, Vec<UserDifference>) {
    let snapshot = &baseline.snapshot;
    let mut gaps: BTreeMap<(SkuIndex, DifferenceCause), Gap> = BTreeMap::new();
    let mut exported: BTreeMap<SkuIndex, u32> = BTreeMap::new();
    if snapshot.assignments_exported {
        let mut rest = snapshot.assigned.as_slice();
        for user in snapshot.users.indexes() {
            let count = rest.iter().take_while(|license| license.user == user).count();
            let (of_user, later) = rest.split_at(count);
            rest = later;
            of_one(baseline, today, user, of_user, &mut gaps, &mut exported);
        }
    }
    for sku in planned {
        let Some(consumed) = snapshot.sku(*sku).consumed else { continue };
        let (held, cause) = match snapshot.assignments_exported {
            true => (exported.get(sku).copied().unwrap_or(0), DifferenceCause::ExportsDiffer),
            false => (today.ledger.assigned(*sku), DifferenceCause::AssignmentsNotExported),
        };
        gaps.entry((*sku, cause)).or_default().seats += i64::from(held) - i64::from(consumed);
    }
    let position = |sku: &SkuIndex| planned.iter().position(|other| other == sku);
    let mut rows: Vec<(usize, Difference)> = Vec::new();
    let mut by_user: Vec<(usize, UserIndex, UserDifference)> = Vec::new();
    for ((sku, cause), gap) in gaps {
        let Some(position) = position(&sku) else { continue };
        for (user, seats) in &gap.users {
            let row = UserDifference {
                user_id: snapshot.users.id(*user).to_owned(),
                user: snapshot.users.name(*user).to_owned(),
                sku: snapshot.sku(sku).product_name.to_string(),
                cause,
                seats: *seats,
            };
            by_user.push((position, *user, row));
        }
        if gap.seats == 0 && gap.users.is_empty() {
            continue;
        }
        let users = gap.users.iter().take(NAMED).map(|(user, _)| snapshot.users.name(*user).to_owned()).collect();
        let sku = snapshot.sku(sku).product_name.to_string();
        rows.push((position, Difference { sku, cause, seats: gap.seats, users }));
    }
    rows.sort_by_key(|(position, row)| (*position, row.cause));
    by_user.sort_by_key(|(position, user, row)| (*position, *user, row.cause));
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    (rows, by_user.into_iter().map(|(.., row)| row).collect())
}

fn of_one(
    baseline: &Baseline,
    today: &Today,
    user: UserIndex,
    of_user: &[AssignedLicense],
    gaps: &mut BTreeMap<(SkuIndex, DifferenceCause), Gap>,
    exported: &mut BTreeMap<SkuIndex, u32>,
) {
    let computed = today.ledger.skus_of(user.0);
    for of_sku in of_user.chunk_by(|a, b| a.sku == b.sku) {
        let Some(sku) = of_sku.first().map(|license| license.sku) else { continue };
        *exported.entry(sku).or_default() += 1;
        if computed.binary_search(&sku).is_err() {
            let gap = gaps.entry((sku, lost(baseline, today, user, of_sku))).or_default();
            gap.seats -= 1;
            gap.users.push((user, -1));
        }
    }
    for sku in computed {
        if of_user.binary_search_by_key(&sku, |license| license.sku).is_err() {
            let entitled =
                today.ledger.paths(user.0).iter().any(|path| path.sku == sku && path.source != Source::Direct);
            let cause = if entitled { DifferenceCause::NotYetProcessed } else { DifferenceCause::Unexplained };
            let gap = gaps.entry((sku, cause)).or_default();
            gap.seats += 1;
            gap.users.push((user, 1));
        }
    }
}

/// Why an exported seat is not among the computed ones.
fn lost(baseline: &Baseline, today: &Today, user: UserIndex, of_sku: &[AssignedLicense]) -> DifferenceCause {
    let skips = baseline.policy.guests == crate::licensing::GuestPolicy::Skip;
    let left = |license: &AssignedLicense| match license.source {
        LicenseSource::Group(group) => today.memberships.members(group).binary_search(&user).is_err(),
        LicenseSource::Direct | LicenseSource::Unknown => false,
    };
    if skips && baseline.snapshot.users.is_guest(user) {
        DifferenceCause::GuestSkipped
    } else if of_sku.iter().any(left) {
        DifferenceCause::LeavesGroup
    } else if today.ledger.paths(user.0).iter().any(|path| path.sku == of_sku[0].sku && path.error.is_some()) {
        DifferenceCause::NotAllowed
    } else {
        DifferenceCause::Unexplained
    }
}

/// Users who hold one seat by more than one way, by SKU in the order of `planned`.
pub fn several_paths(baseline: &Baseline, today: &Today, planned: &[SkuIndex]) -> Vec<SeveralPaths> {
    type Counts = BTreeMap<SkuIndex, (u32, u32)>;
    let count = |mut counts: Counts, user: u32| {
        let paths = today.ledger.paths(user);
        for of_sku in paths.chunk_by(|a, b| a.sku == b.sku) {
            let held = of_sku.iter().filter(|path| path.state.holds_seat());
            let mut held: Vec<Source> = held.map(|path| path.source).collect();
            held.dedup();
            if held.len() > 1 {
                let count = counts.entry(of_sku[0].sku).or_default();
                count.0 += 1;
                count.1 += u32::from(held.contains(&Source::Direct));
            }
        }
        counts
    };
    let both = |mut counts: Counts, more: Counts| {
        for (sku, (users, direct_and_group)) in more {
            let count = counts.entry(sku).or_default();
            *count = (count.0 + users, count.1 + direct_and_group);
        }
        counts
    };
    let users = 0..baseline.snapshot.users.len() as u32;
    let counts = users.into_par_iter().fold(Counts::new, count).reduce(Counts::new, both);
    let row = |sku: &SkuIndex| {
        let (users, direct_and_group) = *counts.get(sku)?;
        let sku = baseline.snapshot.sku(*sku).product_name.to_string();
        Some(SeveralPaths { sku, users, direct_and_group })
    };
    planned.iter().filter_map(row).collect()
}
