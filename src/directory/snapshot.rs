//! One tenant on one day. In: users, groups, SKU counters and assignments. Out: the same, indexed. Never: changes.

use chrono::NaiveDate;

use super::{Group, GroupIndex, UserIndex, Users};
use crate::catalog::SkuId;

/// The position of a SKU in the snapshot. SKUs are in byte order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkuIndex(pub u32);

impl SkuIndex {
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// One SKU of the tenant: its names, and its counters as exported. `None` is “not exported”.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantSku {
    pub sku_id: SkuId,
    pub sku_part_number: Box<str>,
    pub product_name: Box<str>,
    /// Whether the SKU is tenant-wide (`appliesTo = Company`): it has no seats and enters no total (INV-45).
    pub company_wide: bool,
    /// Units by lifecycle state, as the SKU export counts them today.
    pub prepaid: Option<PrepaidUnits>,
    /// `consumedUnits` of the SKU export.
    pub consumed: Option<u32>,
}

/// Units of one SKU on one day, by lifecycle state: Graph's `prepaidUnits`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct PrepaidUnits {
    pub enabled: u32,
    pub warning: u32,
    pub suspended: u32,
    pub locked_out: u32,
}

impl PrepaidUnits {
    /// Units that can be assigned: `enabled` and `warning` (R3). Suspended units can still be reactivated: they count for
    /// the renewal, not for headroom.
    pub fn capacity(&self) -> u32 {
        self.enabled.saturating_add(self.warning)
    }

    /// Graph's `capabilityStatus`, which follows from the units: `Enabled` as soon as one unit is (INV-21), so that the counts
    /// and not the word say how many can be assigned. Units that nobody tells of are taken as enabled.
    pub fn capability_status(&self) -> &'static str {
        match (self.enabled, self.warning, self.suspended, self.locked_out) {
            (1.., ..) | (0, 0, 0, 0) => "Enabled",
            (0, 1.., ..) => "Warning",
            (0, 0, 1.., _) => "Suspended",
            (0, 0, 0, 1..) => "LockedOut",
        }
    }
}

impl TenantSku {
    /// The size at which free and viral SKUs are reported: 10,000 units and more in round millions. Such SKUs are never
    /// planned (export-formats reference, section 4; INV-45).
    pub fn is_free_sentinel(&self) -> bool {
        let enabled = self.prepaid.map_or(0, |units| units.enabled);
        matches!(enabled, 10_000 | 1_000_000 | 10_000_000)
    }

    /// Whether seats of this SKU are counted, forecast and priced.
    pub fn is_planned(&self) -> bool {
        !self.company_wide && !self.is_free_sentinel()
    }
}

/// By which way a user holds a SKU in the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LicenseSource {
    Direct,
    Group(GroupIndex),
    /// The export lists the SKU but not the way.
    Unknown,
}

/// One assignment as exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssignedLicense {
    pub user: UserIndex,
    pub sku: SkuIndex,
    pub source: LicenseSource,
}

/// One tenant on one day. Invariants: users, groups and SKUs are in byte order of their ids; `assigned` is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub users: Users,
    pub groups: Vec<Group>,
    pub skus: Vec<TenantSku>,
    pub assigned: Vec<AssignedLicense>,
    /// Whether any user file carried licences: false leaves existing assignments unknown, not none.
    pub assignments_exported: bool,
    /// The day the exports speak of, where they tell.
    pub exported_on: Option<NaiveDate>,
}

impl Snapshot {
    pub fn group(&self, group: GroupIndex) -> &Group {
        &self.groups[group.get()]
    }

    pub fn sku(&self, sku: SkuIndex) -> &TenantSku {
        &self.skus[sku.get()]
    }

    pub fn group_indexes(&self) -> impl Iterator<Item = GroupIndex> + use<> {
        (0..self.groups.len() as u32).map(GroupIndex)
    }

    pub fn sku_indexes(&self) -> impl Iterator<Item = SkuIndex> + use<> {
        (0..self.skus.len() as u32).map(SkuIndex)
    }

    pub fn find_sku(&self, sku_id: &SkuId) -> Option<SkuIndex> {
        let found = self.skus.binary_search_by(|sku| sku.sku_id.cmp(sku_id));
        found.ok().map(|index| SkuIndex(index as u32))
    }

    /// The group with this id, letter case aside.
    pub fn find_group(&self, id: &str) -> Option<GroupIndex> {
        let id = id.to_ascii_lowercase();
        let found = self.groups.binary_search_by(|group| (*group.id).cmp(&*id));
        found.ok().map(|index| GroupIndex(index as u32))
    }

    /// Direct user members who are guests.
    pub fn guests_in(&self, members: &[UserIndex]) -> u32 {
        members.iter().filter(|user| self.users.is_guest(**user)).count() as u32
    }
}
