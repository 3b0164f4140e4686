//! How much more often people of one part of the tenant come, move and go than those of another. In: `rates.toml`. Out: weights
//! beside the rates of the whole. Never: a rate of its own, so that what is not known of the whole stays shared by all its parts.

use super::Spread;
use crate::directory::{Attribute, Users};

/// People with the same values of some attributes. A weight of 2 says: each of them twice as often as somebody of average.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// The values, joined by ` / `.
    pub name: String,
    pub joiners: Spread,
    pub leavers: Spread,
    pub movers: Spread,
    /// Where its movers go: names of cohorts, and weights. Empty: anywhere.
    pub moves_to: Vec<(String, f64)>,
}

/// All of them, by name. People of no listed cohort are one more, of weight 1. Drawn weights are made to have the mean 1 over
/// the people there are at the start: so the rate of the whole stays what it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cohorts {
    pub by: Vec<Attribute>,
    pub cohorts: Vec<Cohort>,
}

/// What stands for a value that somebody does not have.
pub const NO_VALUE: &str = "(none)";

impl Cohorts {
    pub fn is_empty(&self) -> bool {
        self.cohorts.is_empty()
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        self.cohorts.iter().position(|cohort| cohort.name == name)
    }

    /// The name of the cohort of each user.
    pub fn names<'a>(by: &'a [Attribute], users: &'a Users) -> impl Iterator<Item = String> + 'a {
        users.indexes().map(move |user| {
            let values = by.iter().map(|attribute| users.text(user, attribute).unwrap_or(NO_VALUE));
            values.collect::<Vec<_>>().join(" / ")
        })
    }
}
