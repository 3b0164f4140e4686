//! What a tenant's export says: users, groups, SKUs counted and seats assigned, on one day. In: values from `ingest` or
//! `generate`. Out: read-only columns. Never: evaluates a rule, assigns a seat, changes.
//!
//! Users are held by column and every column is dictionary-coded ([`Column`]): a rule leaf is decided once per distinct
//! value, and a simulated user is a row of small integers.

mod attribute;
mod group;
mod snapshot;
mod texts;
mod user;

pub use attribute::{Attribute, AttributeKind, ExtensionName};
pub use group::{
    Group, GroupIndex, GroupKind, GroupLicense, Membership, ProcessingState, RuleText, SelfService, Visibility,
};
pub use snapshot::{AssignedLicense, LicenseSource, PrepaidUnits, SkuIndex, Snapshot, TenantSku};
pub use user::{AssignedPlan, Column, ColumnBuilder, User, UserIndex, Users, Value, ValueRef};
