//! Today as a table. In: a baseline, licensing today. Out: seats per SKU, who waits and why, what to look at. Never: hides an
//! over-assignment, or clamps a number.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::suites::Suites;
use super::{reconcile, spread, summary, true_up};
use crate::calendar;
use crate::catalog::Catalog;
use crate::directory::{Attribute, GroupIndex, PrepaidUnits, SkuIndex, UserIndex, Users, ValueRef};
use crate::forecast::{
    BlockedCause, GuestGroup, NestedGroup, ReclaimCause, Reclaimable, SkuStatus, Status, WaitingUser,
};
use crate::licensing::{LicenseError, Path, Source, Today};
use crate::money::Money;
use crate::scenario::Baseline;
use crate::supply::Supply;

/// An account without activity for longer than this holds its seats idle (usage reports keep 180 days).
const INACTIVE_DAYS: u32 = 90;

/// Days that Microsoft gives to resolve seats above what is owned (reference 4.3); afterwards nothing is documented.
const OVERAGE_DAYS: u32 = 90;

/// Entra ID P1 and P2 as plans inside SKUs.
const ENTRA_P1_PLANS: [&str; 2] = ["41781fb2-bc02-4b7c-bd55-b576c07bb09d", "eec0eb4f-6444-4f95-aba0-50c24d67f998"];

/// How the part numbers of Office 365 E3, E4, E5 and of their A and G editions begin.
const OFFICE_365_E3_AND_HIGHER: [&str; 5] =
    ["ENTERPRISEPACK", "ENTERPRISEPREMIUM", "ENTERPRISEWITHSCAL", "OFFICE_365_E3", "OFFICE_365_E5"];

/// `catalog` is the one that licensing was settled with.
pub fn status(baseline: &Baseline, today: &Today, catalog: &Catalog) -> Status {
    let users = &baseline.snapshot.users;
    let disabled = |user: &UserIndex| users.boolean(*user, &Attribute::AccountEnabled) == Some(false);
    let planned = planned(baseline);
    let (reconciliation, user_differences) = reconcile::differences(baseline, today, &planned);
    let settled = baseline.snapshot.assignments_exported && user_differences.iter().all(|row| row.seats < 0);
    Status {
        skus: skus(baseline, today),
        waiting: waiting(baseline, today),
        blocked: blocked(baseline, today),
        guest_groups: guest_groups(baseline, today),
        nested_groups: nested_groups(baseline, today),
        reclaimable: reclaimable(baseline, today),
        true_ups: true_up::due(baseline, today),
        reservations: true_up::reservations(baseline, today),
        users: users.len() as u32,
        guests: users.indexes().filter(|user| users.is_guest(*user)).count() as u32,
        disabled_users: users.indexes().filter(disabled).count() as u32,
        entra_p1_needed: members(baseline, today, |group| {
            baseline.snapshot.group(group).is_dynamic() || today.bundle_of(group).is_some()
        }),
        entra_p1_owned: entra_p1_owned(baseline, today),
        several_paths: reconcile::several_paths(baseline, today, &planned),
        group_licensing_needed: members(baseline, today, |group| today.bundle_of(group).is_some()),
        group_licensing_owned: group_licensing_owned(baseline, today),
        reconciliation,
        user_differences,
        order_spread: spread::today(baseline, today, catalog, settled),
        order_spread_ahead: Vec::new(),
    }
}

/// SKUs with seats, by product name. Free and tenant-wide ones have none (INV-45).
fn planned(baseline: &Baseline) -> Vec<SkuIndex> {
    let snapshot = &baseline.snapshot;
    // Of a SKU whose units no file tells there is neither a shortfall nor headroom; a finding names it.
    let shown = |sku: &SkuIndex| snapshot.sku(*sku).is_planned() && summary::has_units(baseline, *sku);
    let mut planned: Vec<SkuIndex> = snapshot.sku_indexes().filter(shown).collect();
    planned.sort_by_key(|sku| (snapshot.sku(*sku).product_name.to_lowercase(), *sku));
    planned
}

fn skus(baseline: &Baseline, today: &Today) -> Vec<SkuStatus> {
    let snapshot = &baseline.snapshot;
    // Somebody may have a SKU by several ways.
    let mut held: Vec<(SkuIndex, UserIndex)> =
        snapshot.assigned.iter().map(|license| (license.sku, license.user)).collect();
    held.sort_unstable();
    held.dedup();
    let holders = |sku: SkuIndex| {
        let before = |least: SkuIndex| held.partition_point(|(sku, _)| *sku < least);
        (before(SkuIndex(sku.0 + 1)) - before(sku)) as u32
    };
    let guests = guest_seats(baseline, today);
    let status = |sku: SkuIndex| {
        let named = snapshot.sku(sku);
        let units = baseline.supplies[sku.get()].units_on(baseline.today);
        let ledger = &today.ledger;
        let (assigned, waiting) = (ledger.assigned(sku), ledger.waiting(sku));
        let (demand, capacity) = (assigned + waiting, units.capacity());
        SkuStatus {
            sku_id: named.sku_id.to_string(),
            sku_part_number: named.sku_part_number.to_string(),
            product_name: named.product_name.to_string(),
            enabled: units.enabled,
            warning: units.warning,
            suspended: units.suspended,
            locked_out: units.locked_out,
            consumed_exported: named.consumed,
            assigned_exported: snapshot.assignments_exported.then(|| holders(sku)),
            assigned,
            waiting,
            blocked: ledger.blocked(sku),
            demand,
            headroom: capacity.saturating_sub(demand),
            shortfall: demand.saturating_sub(capacity),
            available: i64::from(capacity) - i64::from(assigned),
            overage_deadline: overage_deadline(&baseline.supplies[sku.get()], baseline.today, assigned),
            guests: guests[sku.get()],
            overlap: baseline.supplies[sku.get()].overlap_on(baseline.today),
        }
    };
    planned(baseline).into_iter().map(status).collect()
}

/// The day by which seats above what is owned are to be given back (R13). Units that fell below today's seats within these days
/// began it; where they have been too few for longer, it has passed, and the last day that can be told is the first of them.
fn overage_deadline(supply: &Supply, today: NaiveDate, assigned: u32) -> Option<NaiveDate> {
    let short = |day: NaiveDate| supply.units_on(day).capacity() < assigned;
    if supply.lots.is_empty() || !short(today) {
        return None;
    }
    let days = (0..=OVERAGE_DAYS).map(|days| calendar::before(today, days));
    let since = days.take_while(|day| short(*day)).last()?;
    Some(calendar::after(since, OVERAGE_DAYS))
}

/// Seats of B2B guests, by SKU.
fn guest_seats(baseline: &Baseline, today: &Today) -> Vec<u32> {
    let users = &baseline.snapshot.users;
    let mut seats = vec![0; baseline.snapshot.skus.len()];
    for guest in users.indexes().filter(|user| users.is_guest(*user)) {
        today.ledger.skus_of(guest.0).into_iter().for_each(|sku| seats[sku.get()] += 1);
    }
    seats
}

fn source_name(baseline: &Baseline, today: &Today, source: Source) -> String {
    match source {
        Source::Direct => "direct".to_owned(),
        Source::Bundle(bundle) => baseline.snapshot.group(today.group_of(bundle)).display_name.to_string(),
    }
}

/// Paths in error of users without a seat of the SKU, in order of users, then SKUs, then sources.
fn failing<'a>(baseline: &'a Baseline, today: &'a Today) -> impl Iterator<Item = (UserIndex, Path)> + 'a {
    let users = today.ledger.users_in_error();
    let paths = users.flat_map(|user| today.ledger.paths(user).into_iter().map(move |path| (UserIndex(user), path)));
    paths.filter(|(user, path)| {
        !path.state.holds_seat()
            && baseline.snapshot.sku(path.sku).is_planned()
            && !today.ledger.holds(user.0, path.sku)
    })
}

fn waiting(baseline: &Baseline, today: &Today) -> Vec<WaitingUser> {
    let users = &baseline.snapshot.users;
    let row = |(user, path): (UserIndex, Path)| {
        let error = path.error?;
        Some(WaitingUser {
            user_id: users.id(user).to_owned(),
            user: users.name(user).to_owned(),
            sku: baseline.snapshot.sku(path.sku).product_name.to_string(),
            source: source_name(baseline, today, path.source),
            error: error.name().to_owned(),
            waiting_since: path.waiting_since.map(|day| calendar::after(baseline.today, day)),
        })
    };
    let mut rows: Vec<WaitingUser> = failing(baseline, today).filter_map(row).collect();
    rows.sort_by(|a, b| {
        (&a.sku, &a.error, &a.user, &a.user_id, &a.source).cmp(&(&b.sku, &b.error, &b.user, &b.user_id, &b.source))
    });
    rows
}

/// Users without a seat whose paths are all in error for another reason than units, by the first of their errors (R16).
fn blocked(baseline: &Baseline, today: &Today) -> Vec<BlockedCause> {
    let mut errors: BTreeMap<(SkuIndex, UserIndex), BTreeSet<LicenseError>> = BTreeMap::new();
    for (user, path) in failing(baseline, today) {
        errors.entry((path.sku, user)).or_default().extend(path.error);
    }
    let mut causes: BTreeMap<(SkuIndex, LicenseError), u32> = BTreeMap::new();
    for ((sku, _), errors) in errors {
        if let (false, Some(error)) = (errors.contains(&LicenseError::CountViolation), errors.first()) {
            *causes.entry((sku, *error)).or_default() += 1;
        }
    }
    let cause = |((sku, error), users): ((SkuIndex, LicenseError), u32)| BlockedCause {
        sku: baseline.snapshot.sku(sku).product_name.to_string(),
        error: error.name().to_owned(),
        users,
    };
    causes.into_iter().map(cause).collect()
}

fn sku_names(baseline: &Baseline, today: &Today, group: crate::directory::GroupIndex) -> Vec<String> {
    let Some(bundle) = today.bundle_of(group) else { return Vec::new() };
    today.terms.bundle_skus(bundle).map(|sku| baseline.snapshot.sku(sku).product_name.to_string()).collect()
}

/// Licensed groups that hold B2B guests, most guests first.
fn guest_groups(baseline: &Baseline, today: &Today) -> Vec<GuestGroup> {
    let snapshot = &baseline.snapshot;
    let mut groups: Vec<GuestGroup> = today
        .licensed_groups()
        .iter()
        .map(|index| {
            let (group, members) = (snapshot.group(*index), today.memberships.members(*index));
            GuestGroup {
                group_id: group.id.to_string(),
                group: group.display_name.to_string(),
                members: members.len() as u32,
                guests: snapshot.guests_in(members),
                skus: sku_names(baseline, today, *index),
                dynamic: group.is_dynamic(),
            }
        })
        .filter(|group| group.guests > 0)
        .collect();
    groups.sort_by(|a, b| b.guests.cmp(&a.guests).then_with(|| (&a.group, &a.group_id).cmp(&(&b.group, &b.group_id))));
    groups
}

/// Licensed groups with groups inside. Users count who are in a nested group, at any depth, and not in the group itself.
fn nested_groups(baseline: &Baseline, today: &Today) -> Vec<NestedGroup> {
    let snapshot = &baseline.snapshot;
    let nested = today.licensed_groups().iter().filter(|group| !snapshot.group(**group).nested.is_empty());
    nested
        .map(|index| {
            let group = snapshot.group(*index);
            let mut seen: BTreeSet<_> = group.nested.iter().copied().collect();
            let mut open: Vec<_> = group.nested.clone();
            let mut reached: BTreeSet<UserIndex> = BTreeSet::new();
            // Each group is opened once: nesting may go in circles.
            while let Some(inner) = open.pop() {
                reached.extend(today.memberships.members(inner));
                open.extend(snapshot.group(inner).nested.iter().filter(|next| seen.insert(**next)));
            }
            let direct: BTreeSet<UserIndex> = today.memberships.members(*index).iter().copied().collect();
            NestedGroup {
                group: group.display_name.to_string(),
                nested: group.nested.iter().map(|inner| snapshot.group(*inner).display_name.to_string()).collect(),
                users_not_licensed: reached.difference(&direct).count() as u32,
            }
        })
        .collect()
}

/// Seats of one SKU that could be given back, by cause.
#[derive(Clone, Copy, Default)]
struct Idle {
    disabled: u32,
    inactive: u32,
    superseded: u32,
    duplicate: u32,
}

fn reclaimable(baseline: &Baseline, today: &Today) -> Vec<Reclaimable> {
    let mut rows = Vec::new();
    let idle = idle(baseline, today);
    for sku in planned(baseline) {
        let units = baseline.supplies[sku.get()].units_on(baseline.today);
        if units == PrepaidUnits::default() {
            continue;
        }
        // Units in grace are not paid for: giving them back saves nothing.
        let unassigned = units.enabled.saturating_sub(today.ledger.assigned(sku) + today.ledger.waiting(sku));
        let idle = idle[sku.get()];
        rows.extend([
            row(baseline, sku, ReclaimCause::Superseded, idle.superseded),
            row(baseline, sku, ReclaimCause::Duplicate, idle.duplicate),
            row(baseline, sku, ReclaimCause::Unassigned, unassigned),
            row(baseline, sku, ReclaimCause::Disabled, idle.disabled),
            row(baseline, sku, ReclaimCause::Inactive, idle.inactive),
        ]);
    }
    rows.retain(|row| row.seats > 0);
    rows
}

/// Looks at every user once.
fn idle(baseline: &Baseline, today: &Today) -> Vec<Idle> {
    let users = &baseline.snapshot.users;
    let suites = Suites::new(baseline, today);
    let mut idle = vec![Idle::default(); baseline.snapshot.skus.len()];
    for user in users.indexes() {
        let skus = today.ledger.skus_of(user.0);
        if skus.is_empty() {
            continue;
        }
        let disabled = users.boolean(user, &Attribute::AccountEnabled) == Some(false);
        let inactive = !disabled && is_inactive(baseline, users, user);
        for sku in &skus {
            let idle = &mut idle[sku.get()];
            idle.disabled += u32::from(disabled);
            idle.inactive += u32::from(inactive);
            match suites.beside(*sku, &skus) {
                Some(ReclaimCause::Superseded) => idle.superseded += 1,
                Some(_) => idle.duplicate += 1,
                None => {}
            }
        }
    }
    idle
}

/// Whether the usage report says that the account has been idle. Without a date nothing is known, and nothing is claimed.
fn is_inactive(baseline: &Baseline, users: &Users, user: UserIndex) -> bool {
    match users.value(user, &Attribute::LastActivityDate) {
        ValueRef::Instant(last) => calendar::days_between(last.date_naive(), baseline.today) > INACTIVE_DAYS,
        _ => false,
    }
}

fn row(baseline: &Baseline, sku: SkuIndex, cause: ReclaimCause, seats: u32) -> Reclaimable {
    let named = baseline.snapshot.sku(sku);
    let supply = &baseline.supplies[sku.get()];
    let paid = supply.units_on(baseline.today).enabled > 0;
    let price = baseline.prices.on(&named.sku_id, baseline.today);
    let monthly = price.and_then(|price| {
        let each = if paid { price.effective_minor()? } else { 0 };
        Some(Money { minor: each.checked_mul(i64::from(seats))?, currency: price.currency })
    });
    Reclaimable {
        sku: named.product_name.to_string(),
        cause,
        seats,
        monthly,
        // Units are paid for until the end of their term (INV-46), but for those of the last days (INV-37): the earliest day
        // of any lot that still runs.
        saves_from: supply.next_decrease(baseline.today),
    }
}

/// Distinct members of all groups that `counts`.
fn members(baseline: &Baseline, today: &Today, counts: impl Fn(GroupIndex) -> bool) -> u32 {
    let snapshot = &baseline.snapshot;
    let mut members = vec![false; snapshot.users.len()];
    for group in snapshot.group_indexes().filter(|group| counts(*group)) {
        today.memberships.members(group).iter().for_each(|user| members[user.get()] = true);
    }
    members.iter().filter(|member| **member).count() as u32
}

fn has_entra_p1(today: &Today, sku: SkuIndex) -> bool {
    today.terms.service_plans(sku).iter().any(|plan| ENTRA_P1_PLANS.contains(&&**plan))
}

fn owned(baseline: &Baseline, counts: impl Fn(SkuIndex) -> bool) -> u32 {
    let units = |sku: SkuIndex| baseline.supplies[sku.get()].units_on(baseline.today).capacity();
    planned(baseline).into_iter().filter(|sku| counts(*sku)).map(units).fold(0, u32::saturating_add)
}

/// Units that can be assigned of SKUs with Entra ID P1 or P2 inside.
fn entra_p1_owned(baseline: &Baseline, today: &Today) -> u32 {
    owned(baseline, |sku| has_entra_p1(today, sku))
}

/// Units that can be assigned of SKUs that group-based licensing accepts (reference 1.11).
fn group_licensing_owned(baseline: &Baseline, today: &Today) -> u32 {
    let office = |sku: SkuIndex| {
        let part = baseline.snapshot.sku(sku).sku_part_number.to_ascii_uppercase();
        OFFICE_365_E3_AND_HIGHER.iter().any(|start| part.starts_with(start))
    };
    owned(baseline, |sku| has_entra_p1(today, sku) || office(sku))
}
