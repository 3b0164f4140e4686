//! What a snapshot keeps of a tenant. In: a baseline, licences as they stand. Out: seats by SKU, and groups that people join by
//! themselves. Never: a name of a person.

use super::Failure;
use super::inputs::Loaded;
use crate::diagnostic::Diagnostic;
use crate::directory::{Attribute, SelfService, SkuIndex, UserIndex};
use crate::history::{self, Holder, JoinableGroup, SkuSeats};
use crate::licensing::{Source, Today};
use crate::scenario::Baseline;
use crate::simulate;

/// A tenant on its day.
pub struct Snapshot {
    /// The Parquet file of people.
    pub people: Vec<u8>,
    /// `None` where the members of a licensed group are unknown.
    pub seats: Option<Vec<SkuSeats>>,
    pub groups: Vec<JoinableGroup>,
}

/// With all there is to say about it.
pub fn take(loaded: Loaded, attributes: &[Attribute]) -> Result<(Snapshot, Vec<Diagnostic>), Failure> {
    let Loaded { baseline, catalog, mut findings } = loaded;
    let standing = simulate::today(&baseline, &catalog).into_value(&mut findings);
    let people = history::snapshot(&baseline.snapshot, attributes);
    let snapshot = Snapshot {
        people: people.map_err(|error| Failure::Other(error.to_string()))?,
        seats: standing.map(|today| seats(&baseline, &today)),
        groups: groups(&baseline),
    };
    Ok((snapshot, findings))
}

/// Every SKU that is planned for, with those who have or await a seat.
fn seats(baseline: &Baseline, today: &Today) -> Vec<SkuSeats> {
    let snapshot = &baseline.snapshot;
    let of = |sku: SkuIndex| {
        let mut users = today.ledger.holders(sku);
        users.extend(today.ledger.queue(sku));
        users.sort_unstable();
        users.dedup();
        let holder = |user: u32| {
            let paths: Vec<Source> =
                today.ledger.paths(user).iter().filter(|path| path.sku == sku).map(|path| path.source).collect();
            let by_hand = |source: &Source| match source {
                Source::Direct => true,
                Source::Bundle(bundle) => !snapshot.group(today.group_of(*bundle)).is_dynamic(),
            };
            Holder {
                id: snapshot.users.id(UserIndex(user)).into(),
                direct: paths.iter().all(|source| *source == Source::Direct),
                given: paths.iter().any(by_hand),
            }
        };
        let units = today.units[sku.get()];
        let named = snapshot.sku(sku);
        SkuSeats {
            sku_part_number: named.sku_part_number.clone(),
            enabled: units.enabled,
            warning: units.warning,
            assigned: today.ledger.assigned(sku),
            consumed: named.consumed,
            holders: users.into_iter().map(holder).collect(),
        }
    };
    snapshot.sku_indexes().filter(|sku| snapshot.sku(*sku).is_planned()).map(of).collect()
}

/// The groups that a forecast lets people join and leave by themselves, whose members are known.
fn groups(baseline: &Baseline) -> Vec<JoinableGroup> {
    let snapshot = &baseline.snapshot;
    let known = simulate::self_service_groups(snapshot).into_iter().map(|group| snapshot.group(group));
    let known = known.filter(|group| group.members_exported);
    known
        .map(|group| JoinableGroup {
            id: group.id.clone(),
            needs_approval: group.self_service == SelfService::Approval,
            members: group.members.iter().map(|user| snapshot.users.id(*user).into()).collect(),
        })
        .collect()
}
