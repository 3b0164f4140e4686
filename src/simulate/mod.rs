//! The future of a tenant, many times over. In: a baseline and settings. Out: a forecast. Never: reads a file, prints, or
//! looks at a licence while it draws what people do.

mod cohorts;
mod costs;
mod coverage;
mod demand;
mod direct;
mod draws;
mod entitlements;
mod event;
mod guard;
mod parts;
mod pending;
mod people;
mod person;
mod precision;
mod profile;
mod rates;
mod reconcile;
mod replication;
mod rows;
mod rule_change;
mod run;
mod sensitivity;
mod settings;
mod spread;
mod staged;
mod status;
mod suites;
mod summary;
mod tally;
mod trouble;
mod waits;
mod workforce;
mod world;

pub use coverage::coverage;
pub use demand::{demand, with_ample_units};
pub use event::{Event, Happening, Slot};
pub use guard::verdicts;
pub use rule_change::{RuleChange, SkuChange, rule_change, with_rule};
pub use run::{Observed, Progress, licensed, memberships, observe, run, run_from, today};
pub use settings::{HORIZON_MONTHS_MAX, REPLICATIONS_MAX, Settings, SettingsError};
pub use staged::{compare, demand_planned, joined_name, observe_planned, run_planned};
pub use status::status;
pub use summary::planned;
pub use tally::Reading;
pub use workforce::Population;
