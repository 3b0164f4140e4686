//! Who holds which SKU today, and by which way. In: licence columns of all files. Out: assignments, sorted. Never: an assignment
//! that no file holds; a way that no file tells.

use super::baseline::path_group;
use super::code;
use super::column::Coded;
use super::roster::{NO_ROW, Roster, Tier, tier};
use super::source::Source;
use super::users::{Path, UserTable};
use crate::catalog::SkuId;
use crate::diagnostic::Diagnostic;
use crate::directory::{AssignedLicense, Group, LicenseSource, SkuIndex, UserIndex};

/// How well a file knows licences: by id, by part number, by name, by the capitals of a report.
fn worth(table: &UserTable) -> u8 {
    match (tier(table), table.source) {
        (Tier::Activity, _) => 3,
        (_, Source::M365ActiveUsers) => 2,
        (_, Source::MsolUsers) => 1,
        _ => 0,
    }
}

/// The ways of a list by which somebody has licences, and how many lead through groups that no file holds.
struct Ways {
    ways: Vec<(SkuIndex, LicenseSource)>,
    lost_groups: u32,
}

impl Ways {
    fn of(known: &[(SkuId, Path)], groups: &[Group], find: &dyn Fn(&SkuId) -> Option<SkuIndex>) -> Self {
        let mut resolved = Ways { ways: Vec::new(), lost_groups: 0 };
        for (sku, path) in known {
            let Some(sku) = find(sku) else { continue };
            let source = match (path, path_group(groups, path)) {
                (Path::Direct, _) => LicenseSource::Direct,
                (Path::Group(_), Some(group)) => LicenseSource::Group(group),
                (Path::Group(_), None) => {
                    resolved.lost_groups += 1;
                    LicenseSource::Unknown
                }
            };
            resolved.ways.push((sku, source));
        }
        resolved
    }
}

/// The assignments of all users, and whether any file told them.
pub(super) fn assigned(
    tables: &[UserTable],
    roster: &Roster<'_>,
    groups: &[Group],
    find: &dyn Fn(&SkuId) -> Option<SkuIndex>,
    findings: &mut Vec<Diagnostic>,
) -> (Vec<AssignedLicense>, bool) {
    let mut order: Vec<usize> = (0..tables.len()).rev().filter(|at| tables[*at].licenses.is_some()).collect();
    order.sort_by_key(|at| worth(&tables[*at]));
    // Many have the same ways: each list of them is resolved once.
    let resolve = |known: &Vec<(SkuId, Path)>| Ways::of(known, groups, find);
    let paths: Vec<(usize, &Coded<_>, Vec<Ways>)> = (0..tables.len())
        .filter_map(|at| tables[at].paths.as_ref().map(|paths| (at, paths, paths.values.iter().map(resolve).collect())))
        .collect();
    let mut assigned = Vec::new();
    let mut differing: Option<(usize, usize, usize, u32)> = None;
    let mut lost_groups = 0_u32;
    for user in 0..roster.ids.len() {
        let row = |at: usize| Some(roster.rows[at][user]).filter(|row| *row != NO_ROW).map(|row| row as usize);
        let index = UserIndex(user as u32);
        let mut ways: Vec<(SkuIndex, LicenseSource)> = Vec::new();
        for (at, paths, resolved) in &paths {
            let Some(own) = row(*at).and_then(|row| resolved.get(paths.position(row)?)) else { continue };
            ways.extend_from_slice(&own.ways);
            lost_groups += own.lost_groups;
        }
        let mut told: Option<(usize, &[SkuId])> = None;
        for at in &order {
            let Some(row) = row(*at) else { continue };
            let Some(licenses) = tables[*at].licenses.as_ref().filter(|licenses| licenses.codes[row] != 0) else {
                continue;
            };
            let skus: &[SkuId] = licenses.get(row).map_or(&[], Vec::as_slice);
            match told {
                None => told = Some((*at, skus)),
                Some((first, known)) if known != skus => {
                    let (.., count) = differing.get_or_insert((user, first, *at, 0));
                    *count += 1;
                    break;
                }
                Some(_) => {}
            }
        }
        for sku in told.into_iter().flat_map(|(_, skus)| skus).filter_map(find) {
            if ways.iter().all(|(known, _)| *known != sku) {
                ways.push((sku, LicenseSource::Unknown));
            }
        }
        assigned.extend(ways.into_iter().map(|(sku, source)| AssignedLicense { user: index, sku, source }));
    }
    if let Some((user, first, second, count)) = differing {
        let place = |at: usize| tables[at].table.at(roster.rows[at][user] as usize);
        let message = format!("the licences of {count} users differ between files; `{}` wins", place(first).file);
        findings.push(Diagnostic::warning(code::CONFLICT, message).at(&place(first)).at(&place(second)));
    }
    if lost_groups > 0 {
        let message = format!("{lost_groups} licence paths lead through groups that no file holds");
        findings.push(Diagnostic::warning(code::UNKNOWN_GROUP, message));
    }
    assigned.sort_unstable();
    assigned.dedup();
    (assigned, !order.is_empty() || !paths.is_empty())
}
