//! Licensing: the engine against a naive one, and the laws of the reference.

mod demo;
mod explain;
mod invariants;
mod laws;
pub mod naive;
mod oracle;
mod replay;
mod stages;
mod status;
mod true_up;
mod worlds;
