//! Who holds what in the export. In: people, groups, SKUs. Out: paths and counters, and the units the SKUs get.
//! Never: a state that group-based licensing would not settle in, but for direct licences that somebody left behind.

use super::draw::{Draw, Part};
use super::groups::Group;
use super::person::{EmployeeType, Kind, Person, Stage};
use super::skus::{self, OwnedSku};

/// The source of a licence that no group gives.
pub(super) const DIRECT: u32 = u32::MAX;

/// One active path, as `licenseAssignmentPaths` lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub(super) user: u32,
    pub(super) sku: u8,
    /// A position in the list of groups, or [`DIRECT`].
    pub(super) source: u32,
}

/// Gives seats in the order in which accounts were created, sizes each SKU for its demand, and counts what is consumed.
/// The paths come back in the order of users.
pub(super) fn settle(seed: u64, people: &[Person], groups: &[Group], owned: &mut [OwnedSku]) -> Vec<Path> {
    let mut direct = direct_licences(seed, people, groups);
    direct.sort_unstable();
    direct.dedup();
    let mut wanted = vec![0_u64; people.len()];
    let want = |wanted: &mut [u64], user: u32, sku: u8| wanted[user as usize] |= 1 << sku;
    direct.iter().for_each(|path| want(&mut wanted, path.user, path.sku));
    for group in groups.iter().filter(|group| !group.licenses.is_empty()) {
        for user in &group.members {
            group.licenses.iter().for_each(|sku| want(&mut wanted, *user, *sku));
        }
    }
    let mut demand = vec![0_u32; owned.len()];
    for skus in &wanted {
        bits(*skus).for_each(|sku| demand[usize::from(sku)] += 1);
    }
    owned.iter_mut().zip(&demand).for_each(|(sku, demand)| sku.size(*demand));
    serve(people, groups, owned, direct)
}

fn bits(mut set: u64) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as u8)?;
        set &= set - 1;
        Some(lowest)
    })
}

/// One pass is enough: a bundle that fails finds a SKU without a free unit, and no later bundle gives a unit back.
fn serve(people: &[Person], groups: &[Group], owned: &mut [OwnedSku], direct: Vec<Path>) -> Vec<Path> {
    let mut held = vec![0_u64; people.len()];
    let mut paths = Vec::new();
    for path in direct {
        let sku = &mut owned[usize::from(path.sku)];
        if sku.consumed < sku.capacity() {
            sku.consumed += 1;
            held[path.user as usize] |= 1 << path.sku;
            paths.push(path);
        }
    }
    let licensed = || groups.iter().enumerate().filter(|(_, group)| !group.licenses.is_empty());
    let mut bundles: Vec<(i64, u32, u32)> = licensed()
        .flat_map(|(index, group)| {
            group.members.iter().map(move |user| (people[*user as usize].created, *user, index as u32))
        })
        .collect();
    bundles.sort_unstable_by_key(|(created, user, group)| {
        (*created, people[*user as usize].id, groups[*group as usize].id)
    });
    for (_, user, group) in bundles {
        let licenses = &groups[group as usize].licenses;
        let missing: Vec<u8> = licenses.iter().copied().filter(|sku| held[user as usize] >> sku & 1 == 0).collect();
        if missing.iter().any(|sku| owned[usize::from(*sku)].consumed >= owned[usize::from(*sku)].capacity()) {
            continue;
        }
        for sku in missing {
            owned[usize::from(sku)].consumed += 1;
            held[user as usize] |= 1 << sku;
        }
        paths.extend(licenses.iter().map(|sku| Path { user, sku: *sku, source: group }));
    }
    paths.sort_unstable();
    paths
}

/// Licences given by hand: to contractors and service accounts, left on people who have the same from a group, and still on
/// accounts that are disabled. Only to accounts with a usage location, which a direct licence needs.
fn direct_licences(seed: u64, people: &[Person], groups: &[Group]) -> Vec<Path> {
    let mut in_e3 = vec![false; people.len()];
    for group in groups.iter().filter(|group| group.licenses.contains(&skus::E3)) {
        group.members.iter().for_each(|user| in_e3[*user as usize] = true);
    }
    let mut paths = Vec::new();
    for (index, person) in people.iter().enumerate().filter(|(_, person)| person.located) {
        let user = index as u32;
        let mut draw = Draw::new(seed, Part::Licence, index as u64);
        let mut give = |sku: u8| paths.push(Path { user, sku, source: DIRECT });
        let free = draw.per_mille(30);
        match (person.kind, person.stage) {
            (Kind::Employee, Stage::Left | Stage::Suspended) => {
                let floor = ["Manufacturing", "Warehouse", "Field Service"];
                let on_the_floor = person.department().is_some_and(|department| floor.contains(&department));
                if draw.per_mille(450) {
                    give(if on_the_floor { skus::F3 } else { skus::E3 });
                }
            }
            (Kind::Employee, Stage::Active | Stage::Leaving) => {
                // Left over from before the group had the licence: a second path, no second seat.
                if in_e3[index] && draw.per_mille(15) {
                    give(skus::E3);
                }
                if person.employee_type == EmployeeType::Contractor && draw.per_mille(120) {
                    give(skus::PROJECT);
                }
                if free {
                    give(skus::FLOW);
                }
            }
            (Kind::Service, _) if draw.per_mille(300) => give(skus::POWER_BI),
            (Kind::ExternalMember, _) if draw.per_mille(300) => give(skus::P1),
            _ => {}
        }
    }
    paths
}
