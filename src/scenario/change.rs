//! What a scenario changes, dated. In: what a scenario file says, with names resolved. Out: plain values. Never: a default, a
//! rule that was evaluated, a person who was chosen.

use std::sync::Arc;

use chrono::NaiveDate;

use super::Baseline;
use crate::catalog::SkuId;
use crate::diagnostic::Origin;
use crate::digest::InputDigest;
use crate::directory::{Attribute, GroupIndex, GroupLicense, RuleText, UserIndex, Users, Value};
use crate::money::Currency;
use crate::supply::{BillingPlan, Subscription, Term};

/// Whom a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Everybody,
    /// These exported users, ascending; nobody who joins.
    Users(Vec<UserIndex>),
    /// Whoever this rule holds for on the day.
    Rule(RuleText),
    /// Whoever is a direct member of this group on the day.
    MembersOf(GroupIndex),
}

/// The part of them: everybody whose number under `key` is in `from..to`. Waves of one change share a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    pub key: u64,
    pub from: f64,
    pub to: f64,
}

impl Wave {
    pub const WHOLE: Wave = Wave { key: 0, from: 0.0, to: 1.0 };
}

/// How many people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    People(u32),
    /// 0.1 is 10 %.
    Share(f64),
}

/// A change of what a group gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseEdit {
    Add {
        sku: SkuId,
        disabled_plans: Vec<Box<str>>,
    },
    Remove {
        sku: SkuId,
    },
    Swap {
        from: SkuId,
        to: SkuId,
        disabled_plans: Vec<Box<str>>,
    },
    /// The whole list of plans that are off from now on.
    DisablePlans {
        sku: SkuId,
        disabled_plans: Vec<Box<str>>,
    },
}

/// A price from a day on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PriceEdit {
    Percent(f64),
    Minor { minor: i64, currency: Currency },
}

/// Another tenant's people, who join this one on the day.
#[derive(Clone, Debug)]
pub struct Acquisition {
    pub tenant: String,
    pub users: Users,
    /// The world they come from, whose workforce goes on until they join.
    pub baseline: Baseline,
    /// Assigned groups of this tenant that each user is put into, ascending, by user.
    pub groups: Vec<Vec<GroupIndex>>,
    /// SKUs that each user gets directly, by user.
    pub direct: Vec<Vec<SkuId>>,
}

/// One thing that is done. The order of the variants is the order within a day.
#[derive(Clone, Debug)]
pub enum Deed {
    // Units and money.
    Buy(Subscription),
    /// Is not renewed: access ends at the end of the running term.
    Cancel {
        subscription: Box<str>,
    },
    RenewWith {
        subscription: Box<str>,
        quantity: u32,
    },
    /// From the next term on.
    ChangeTerm {
        subscription: Box<str>,
        term: Term,
        billing: BillingPlan,
    },
    Price {
        sku: SkuId,
        edit: PriceEdit,
    },
    // The directory and what groups give.
    /// People's attributes are rewritten; so are those of whoever joins like them.
    Attributes {
        who: Who,
        set: Vec<(Attribute, Value)>,
    },
    Rule {
        group: GroupIndex,
        rule: RuleText,
    },
    Processing {
        group: GroupIndex,
        on: bool,
    },
    Licenses {
        group: GroupIndex,
        edit: LicenseEdit,
    },
    Members {
        group: GroupIndex,
        who: Who,
        wave: Wave,
        join: bool,
    },
    /// A direct licence. `safely`: taken only from those who hold the SKU by a group as well.
    Direct {
        sku: SkuId,
        who: Who,
        wave: Wave,
        give: bool,
        safely: bool,
    },
    // People.
    Acquire(Arc<Acquisition>),
    /// Nobody joins from the day up to and including `until`.
    Freeze {
        who: Who,
        until: NaiveDate,
    },
    /// So many people join between the day and the day before `until`.
    Hire {
        who: Who,
        people: u32,
        until: NaiveDate,
    },
    LayOff {
        who: Who,
        size: Size,
    },
    PurgeGuests {
        who: Who,
    },
}

/// A group that a scenario makes. It exists from the start, empty; changes fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    pub name: Box<str>,
    pub origin: Origin,
}

/// One dated change, where it stands, and what to call it as the cause of a difference.
#[derive(Clone, Debug)]
pub struct Change {
    pub day: NaiveDate,
    pub deed: Deed,
    pub label: Arc<str>,
    pub origin: Origin,
}

/// A named what-if. `new_groups` are numbered after the groups of the baseline.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    pub name: String,
    pub title: String,
    pub changes: Vec<Change>,
    pub new_groups: Vec<NewGroup>,
    /// The scenarios that it extends, as they were read.
    pub extended: Vec<String>,
    /// The files that it was read from.
    pub inputs: Vec<InputDigest>,
}

impl Deed {
    /// The group that the change is about; its members are followed through time even if it gives nothing today.
    pub fn groups(&self) -> impl Iterator<Item = GroupIndex> + '_ {
        let own = match self {
            Deed::Rule { group, .. }
            | Deed::Processing { group, .. }
            | Deed::Licenses { group, .. }
            | Deed::Members { group, .. } => Some(*group),
            _ => None,
        };
        let source = match self.who() {
            Some(Who::MembersOf(group)) => Some(*group),
            _ => None,
        };
        let acquired = match self {
            Deed::Acquire(acquisition) => acquisition.groups.iter().flatten().copied().collect(),
            _ => Vec::new(),
        };
        own.into_iter().chain(source).chain(acquired)
    }

    /// Whom the change is about, where it is about people.
    pub fn who(&self) -> Option<&Who> {
        match self {
            Deed::Attributes { who, .. }
            | Deed::Members { who, .. }
            | Deed::Direct { who, .. }
            | Deed::Freeze { who, .. }
            | Deed::Hire { who, .. }
            | Deed::LayOff { who, .. }
            | Deed::PurgeGuests { who } => Some(who),
            _ => None,
        }
    }

    /// The SKUs that the change names.
    pub fn skus(&self) -> Vec<&SkuId> {
        match self {
            Deed::Buy(lot) => vec![&lot.sku_id],
            Deed::Price { sku, .. } | Deed::Direct { sku, .. } => vec![sku],
            Deed::Licenses { edit, .. } => match edit {
                LicenseEdit::Add { sku, .. } | LicenseEdit::Remove { sku } | LicenseEdit::DisablePlans { sku, .. } => {
                    vec![sku]
                }
                LicenseEdit::Swap { from, to, .. } => vec![from, to],
            },
            Deed::Acquire(acquisition) => acquisition.direct.iter().flatten().collect(),
            _ => Vec::new(),
        }
    }

    /// The place within a day, as in the enum; equal for changes of one kind.
    pub fn rank(&self) -> u8 {
        match self {
            Deed::Buy(_) => 0,
            Deed::Cancel { .. } => 1,
            Deed::RenewWith { .. } => 2,
            Deed::ChangeTerm { .. } => 3,
            Deed::Price { .. } => 4,
            Deed::Attributes { .. } => 5,
            Deed::Rule { .. } => 6,
            Deed::Processing { .. } => 7,
            Deed::Licenses { .. } => 8,
            Deed::Members { .. } => 9,
            Deed::Direct { .. } => 10,
            Deed::Acquire(_) => 11,
            Deed::Freeze { .. } => 12,
            Deed::Hire { .. } => 13,
            Deed::LayOff { .. } => 14,
            Deed::PurgeGuests { .. } => 15,
        }
    }
}

impl LicenseEdit {
    /// The licences of a group after the edit. `find` gives the position of a SKU.
    pub fn apply(&self, licenses: &mut Vec<GroupLicense>, find: impl Fn(&SkuId) -> Option<crate::directory::SkuIndex>) {
        let put = |licenses: &mut Vec<GroupLicense>, sku: &SkuId, disabled_plans: &Vec<Box<str>>| {
            let Some(sku) = find(sku) else { return };
            licenses.retain(|license| license.sku != sku);
            licenses.push(GroupLicense { sku, disabled_plans: disabled_plans.clone() });
            licenses.sort_by_key(|license| license.sku);
        };
        match self {
            LicenseEdit::Add { sku, disabled_plans } | LicenseEdit::DisablePlans { sku, disabled_plans } => {
                put(licenses, sku, disabled_plans);
            }
            LicenseEdit::Remove { sku } => licenses.retain(|license| Some(license.sku) != find(sku)),
            LicenseEdit::Swap { from, to, disabled_plans } => {
                licenses.retain(|license| Some(license.sku) != find(from));
                put(licenses, to, disabled_plans);
            }
        }
    }
}
