//! Who is entitled, who gets a seat, who waits, and why. In: a snapshot, a policy, units on a day. Out: states with reasons.
//! Never: reads a file, looks past the day it is given, draws a random number.
//!
//! [`Terms`] say what is the same for everybody; a [`Ledger`] holds what each user has, and settles one tick after the other.

mod assign;
mod atlas;
mod change;
mod detail;
mod gifts;
mod grant;
mod headroom;
mod ledger;
mod membership;
mod order;
mod plan_rules;
mod policy;
mod queue;
mod regular;
pub mod replay;
mod serve;
mod stages;
mod standing;
mod state;
mod target;
mod terms;
mod today;
pub mod trace;
mod waitlist;

pub use assign::Unsettled;
pub use change::RESTORE_DAYS;
pub use headroom::{HEADROOM_LIMIT, Headroom, headroom};
pub use ledger::{Holding, Ledger};
pub use membership::{EvaluatedRule, KeptGroup, KeptReason, Memberships, resolve, resolve_with};
pub use order::{class_of, ranks};
pub use plan_rules::{
    PlanRule, PlanRuleKind, PlanRuleStatus, PlanRulesError, embedded_plan_rules, parse_plan_rules, plan_rules_of,
};
pub use policy::{
    ExtendedService, GuestPolicy, MissingUsageLocation, OrderPolicy, PlanSource, Policy, Reprocess, SwapPolicy,
};
pub use stages::{STAGES_MAX, assigned_plans};
pub use state::{BundleIndex, Country, Deletion, LicenseError, Path, PathState, Rank, Refusal, Seeker, Source};
pub use target::Target;
pub use terms::{PlanDependency, PlanIndex, PlanRules, SeatPolicy, SkuTerms, Terms};
pub use today::{Opening, Today, today};
