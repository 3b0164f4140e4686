//! Days on which an administrator changes something: rules, licences, members, attributes, people. In: a baseline with a plan.
//! Out: stages for the one engine of replications, and what a plan comes to. Never: a draw that is not made without the plan.
//!
//! A stage is what holds from one such day to the next. People are profiles over the rules of all stages, so a step gives each
//! of them other groups by a look-up, and those who are still as exported follow what the step made of an exported user.

mod arrivals;
mod compare;
mod crowd;
mod effects;
mod layout;
mod live;
mod run;
mod script;
mod stage;
mod step;

pub use compare::compare;
pub use crowd::{joined_name, population};
pub use effects::{NO_DATA, SERVICES};
pub use layout::lay_out;
pub use live::Lens;
pub use run::{demand_planned, observe_planned, run_planned};
pub use script::{Script, What};
pub use stage::{Plan, Stage};
