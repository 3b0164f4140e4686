//! Groups. In: what an export says of a group. Out: the same, typed. Never: compiles a rule or follows a nested group.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{SkuIndex, UserIndex};
use crate::diagnostic::Origin;

/// The position of a group in the snapshot. Groups are in byte order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupIndex(pub u32);

impl GroupIndex {
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// The kinds of the Graph group resource; `Unknown` where the export does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum GroupKind {
    Security,
    Microsoft365,
    MailEnabledSecurity,
    Distribution,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum ProcessingState {
    On,
    Paused,
}

/// A membership rule as the export has it, with where it stood: the text is compiled by `licensing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    pub text: Arc<str>,
    pub origin: Origin,
}

/// Where the members of a group come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    Assigned,
    /// `rule` is `None` where the export says that the group is dynamic but not by which rule (Entra portal): its members
    /// are then known only as far as they were exported.
    Dynamic {
        rule: Option<RuleText>,
        state: ProcessingState,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Visibility {
    Public,
    Private,
    HiddenMembership,
}

/// Whether people can join by themselves, derived as the self-service pages of Microsoft say, or told by the tenant's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SelfService {
    /// Anybody joins without approval.
    Open,
    /// An owner approves.
    Approval,
    /// Never: synced, dynamic, role-assignable, distribution and mail-enabled security groups.
    No,
    /// No export says it (cloud security groups).
    Unknown,
}

/// One SKU that a group gives to each of its direct user members, less the plans that are switched off (ids or names).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupLicense {
    pub sku: SkuIndex,
    pub disabled_plans: Vec<Box<str>>,
}

/// One group. `None` is “not exported”.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: Box<str>,
    pub display_name: Box<str>,
    pub kind: GroupKind,
    pub membership: Membership,
    pub security_enabled: Option<bool>,
    pub visibility: Option<Visibility>,
    pub role_assignable: Option<bool>,
    pub on_premises_sync_enabled: Option<bool>,
    pub self_service: SelfService,
    pub licenses: Vec<GroupLicense>,
    /// Direct user members as exported, ascending and distinct. For a dynamic group: the members before evaluation.
    pub members: Vec<UserIndex>,
    /// Whether any file listed this group's members. False leaves the members of an assigned group unknown, not none.
    pub members_exported: bool,
    /// Groups that are members of this one, ascending and distinct. Licences do not pass through them.
    pub nested: Vec<GroupIndex>,
    /// Devices, contacts, service principals and ids that no user file holds.
    pub other_members: u32,
    pub created: Option<NaiveDate>,
    pub origin: Origin,
}

impl Group {
    /// Group-based licensing takes groups with `securityEnabled = true` (group-licensing reference, 1.1); `None` when the
    /// export does not say.
    pub fn is_licensable(&self) -> Option<bool> {
        self.security_enabled.or(match self.kind {
            GroupKind::Security | GroupKind::MailEnabledSecurity => Some(true),
            GroupKind::Distribution => Some(false),
            GroupKind::Microsoft365 | GroupKind::Unknown => None,
        })
    }

    pub fn rule(&self) -> Option<&RuleText> {
        match &self.membership {
            Membership::Dynamic { rule, .. } => rule.as_ref(),
            Membership::Assigned => None,
        }
    }

    pub fn is_dynamic(&self) -> bool {
        matches!(self.membership, Membership::Dynamic { .. })
    }
}
