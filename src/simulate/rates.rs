//! The rates of one replication. In: ranges and a stream. Out: a number each. Never: drawn twice in a replication.

use rand::Rng;

use super::draws;
use crate::scenario::{Assumptions, Rate};

/// The rates of one replication: each range drawn once, so that not knowing the rate is part of the band.
pub struct Rates {
    pub joiners: Drawn,
    pub leavers: Drawn,
    pub movers: Drawn,
    pub guests_invited: Drawn,
    pub guests_removed: Drawn,
    pub joins: Drawn,
    pub leaves: Drawn,
}

#[derive(Clone, Copy)]
pub enum Drawn {
    People(f64),
    Share(f64),
}

impl Drawn {
    fn new(rate: Rate, rng: &mut impl Rng) -> Self {
        match rate {
            Rate::PeoplePerMonth(spread) => Drawn::People(draws::within(rng, spread)),
            Rate::SharePerMonth(spread) => Drawn::Share(draws::within(rng, spread)),
        }
    }

    /// People expected in a month among `there`.
    pub fn mean(self, there: usize) -> f64 {
        match self {
            Drawn::People(people) => people,
            Drawn::Share(share) => share * there as f64,
        }
    }

    /// The chance of one person a month, among `there`.
    pub fn chance(self, there: usize) -> f64 {
        match self {
            Drawn::People(people) => {
                if there == 0 {
                    0.0
                } else {
                    people / there as f64
                }
            }
            Drawn::Share(share) => share,
        }
    }
}

impl Rates {
    pub fn new(assumptions: &Assumptions, rng: &mut impl Rng) -> Self {
        // The order of the draws is part of the program's reproducibility.
        Self {
            joiners: Drawn::new(assumptions.joiners, rng),
            leavers: Drawn::new(assumptions.leavers, rng),
            movers: Drawn::new(assumptions.movers, rng),
            guests_invited: Drawn::new(assumptions.guests_invited, rng),
            guests_removed: Drawn::new(assumptions.guests_removed, rng),
            joins: Drawn::new(assumptions.self_service_joins, rng),
            leaves: Drawn::new(assumptions.self_service_leaves, rng),
        }
    }
}
