//! The words for licensing states. In: nothing. Out: Graph's names of states and errors, sources, refusals. Never: a rule.

use std::fmt;

use crate::directory::SkuIndex;

/// An ISO 3166-1 alpha-2 code in capitals: the value of `usageLocation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Two letters, any case; `None` of anything else.
    pub fn parse(text: &str) -> Option<Country> {
        let bytes: [u8; 2] = text.trim().to_ascii_uppercase().into_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Country(bytes))
    }
}

impl serde::Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or("??"))
    }
}

/// The position of a licensed group among all licensed groups, in byte order of group ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleIndex(pub u32);

impl From<BundleIndex> for u32 {
    fn from(bundle: BundleIndex) -> u32 {
        bundle.0
    }
}

impl BundleIndex {
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// Where a path comes from. Direct assignments sort before groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Direct,
    Bundle(BundleIndex),
}

/// `licenseAssignmentState.error` of Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum LicenseError {
    CountViolation,
    MutuallyExclusiveViolation,
    DependencyViolation,
    ProhibitedInUsageLocationViolation,
    /// A proxy address clash. seatcast cannot foresee one; the name is here because exports hold it.
    UniquenessViolation,
    Other,
}

impl LicenseError {
    /// The name in Microsoft Graph.
    pub fn name(self) -> &'static str {
        match self {
            LicenseError::CountViolation => "CountViolation",
            LicenseError::MutuallyExclusiveViolation => "MutuallyExclusiveViolation",
            LicenseError::DependencyViolation => "DependencyViolation",
            LicenseError::ProhibitedInUsageLocationViolation => "ProhibitedInUsageLocationViolation",
            LicenseError::UniquenessViolation => "UniquenessViolation",
            LicenseError::Other => "Other",
        }
    }
}

impl fmt::Display for LicenseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `licenseAssignmentState.state` of Graph. A seat is held by `Active` and `ActiveWithError` (R4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum PathState {
    Active,
    ActiveWithError,
    Error,
}

impl PathState {
    pub fn name(self) -> &'static str {
        match self {
            PathState::Active => "Active",
            PathState::ActiveWithError => "ActiveWithError",
            PathState::Error => "Error",
        }
    }

    pub fn holds_seat(self) -> bool {
        self != PathState::Error
    }
}

/// One way by which a user is meant to have, or still has, a SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    pub sku: SkuIndex,
    pub source: Source,
    pub state: PathState,
    pub error: Option<LicenseError>,
    /// The day since which the path's bundle waits for units.
    pub waiting_since: Option<u32>,
}

/// A change that the service answers with an error and that leaves no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A direct assignment failed one of the four stages (R11).
    License(LicenseError),
    /// The user has no direct licence of this SKU.
    NotAssigned,
    /// The user is deleted.
    Deleted,
    /// Only a deleted user can be restored.
    NotDeleted,
    /// More than 30 days after the deletion (R12).
    DeletedTooLongAgo,
}

impl Refusal {
    /// A stable name: Graph's where Graph has one.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::License(error) => error.name(),
            Refusal::NotAssigned => "NotAssigned",
            Refusal::Deleted => "UserDeleted",
            Refusal::NotDeleted => "UserNotDeleted",
            Refusal::DeletedTooLongAgo => "DeletedTooLongAgo",
        }
    }
}

/// Where a user stands when seats are short: by class, then (if the policy goes by arrival) by the day since which they wait,
/// then by place. With the default policy the class is 0 and the place is that of the user's id in byte order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    pub class: u8,
    pub place: u32,
}

/// What licensing needs to know of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seeker {
    /// `usageLocation`; `None` where it is missing.
    pub location: Option<Country>,
    pub guest: bool,
    pub rank: Rank,
}

/// How an account was deleted, which decides what a restore brings back (R12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletion {
    /// Through the Entra admin center, Graph, PowerShell or directory sync: direct licences are tried again at a restore.
    #[default]
    Directory,
    /// Through the Microsoft 365 admin center, which takes direct licences off first.
    AdminCenter,
    /// For good: nothing is remembered and nothing can be restored.
    Final,
}
