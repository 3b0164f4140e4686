//! Guardrails: what has to hold of a tenant. In: what a policy file says, with names resolved. Out: plain values. Never: looks
//! whether one holds.

use crate::catalog::SkuId;
use crate::diagnostic::Origin;
use crate::directory::{Attribute, GroupIndex};

/// What has to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Require {
    /// So many units, or such a share of them, are free today.
    Reserve { sku: SkuId, units: u32, share: f64 },
    /// No licensed group holds B2B guests, but for these.
    NoGuests { except: Vec<GroupIndex> },
    /// No rule of a dynamic group names this attribute.
    NoRuleOver { attribute: Attribute },
    /// Every rule can be read and simulated.
    RulesSimulated,
    /// A SKU, or every one, runs short within so many months in at most this share of the simulated futures.
    NoShortage { sku: Option<SkuId>, months: u32, chance: f64 },
    /// At most so many users wait for a seat today.
    Waiting { most: u32 },
    /// Of a scenario: at most so many people lose the last plan of a service, or of this one.
    DataAtRisk { service: Option<Box<str>>, most: u32 },
    /// At most so many users are blocked today for another reason than units.
    Blocked { most: u32 },
}

/// One guardrail, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// The kind as the policy file writes it.
    pub kind: &'static str,
    pub require: Require,
    /// A warning does not fail a pipeline.
    pub warning: bool,
    pub origin: Origin,
}
