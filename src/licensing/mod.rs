//! Who is entitled, who gets a seat, who waits, and why. In: a snapshot, a policy, units on a day. Out: states with reasons.
//! Never: reads a file, looks past the day it is given, draws a random number.

mod policy;

pub use policy::{GuestPolicy, MissingUsageLocation, OrderPolicy, Policy, Reprocess, SwapPolicy};
