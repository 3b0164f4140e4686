//! Replications in which an administrator changes something: rules, licences, members, attributes, people. In: a plain world and
//! a plan. Out: trajectories, with the luck of the plain world. Never: a draw that the plain world does not make.
//!
//! People are rows of codes that are evaluated one by one, which is slower than the plain engine and open to any change; both
//! agree with the same naive engine.

mod compare;
mod effects;
mod epoch;
mod planned;
mod replication;
mod run;
mod script;
mod stage;
mod step;
mod world;

pub use compare::compare;
use planned::population;
pub use run::{demand_planned, observe_planned, run_planned};
pub use world::joined_name;
