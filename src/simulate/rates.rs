//! The rates of one replication. In: ranges and a stream. Out: a number each. Never: drawn twice in a replication.

use rand::{Rng, RngExt};

use super::draws::{self, Cause};
use crate::scenario::{Assumptions, Rate, Spread};

/// The rates of one replication: each range drawn once, so that not knowing the rate is part of the band.
pub struct Rates {
    pub joiners: Drawn,
    pub leavers: Drawn,
    pub movers: Drawn,
    pub guests_invited: Drawn,
    pub guests_removed: Drawn,
    pub joins: Drawn,
    pub leaves: Drawn,
    /// Requests, by SKU as in [`Assumptions::requests`].
    pub requests: Vec<Drawn>,
    /// Of each cohort, those in none first.
    pub cohorts: Vec<Weights>,
    /// The share of all chance, of 65,536, that each input that is a range was drawn by; in the order of [`ranges`].
    pub luck: Vec<u16>,
}

/// At most so many cohorts are ranked one by one among the inputs that move the answer.
const RANKED_COHORTS: usize = 40;

/// The names of the inputs that are drawn from a range.
pub fn ranges(assumptions: &Assumptions) -> Vec<String> {
    let whole = [
        ("workforce.joiners", assumptions.joiners),
        ("workforce.leavers", assumptions.leavers),
        ("workforce.movers", assumptions.movers),
        ("guests.invited", assumptions.guests_invited),
        ("guests.removed", assumptions.guests_removed),
        ("self-service.joins", assumptions.self_service_joins),
        ("self-service.leaves", assumptions.self_service_leaves),
    ];
    let drawn = whole.into_iter().filter(|(_, rate)| !rate.spread().is_exact());
    let mut names: Vec<String> = drawn.map(|(name, _)| name.to_owned()).collect();
    let cohorts = &assumptions.cohorts.cohorts;
    for cohort in cohorts.iter().filter(|_| cohorts.len() <= RANKED_COHORTS) {
        let weights = [("joiners", cohort.joiners), ("leavers", cohort.leavers), ("movers", cohort.movers)];
        let drawn = weights.into_iter().filter(|(_, weight)| !weight.is_exact());
        names.extend(drawn.map(|(name, _)| format!("cohort.\"{}\".{name}", cohort.name)));
    }
    names.extend(assumptions.requests().filter(|(.., rate)| !rate.spread().is_exact()).map(|(_, name, _)| name));
    names
}

/// Draws spreads, and keeps by which share of all chance.
struct Dice<R> {
    rng: R,
    luck: Vec<u16>,
}

impl<R: Rng> Dice<R> {
    fn within(&mut self, spread: Spread) -> f64 {
        let share = self.rng.random::<f64>();
        if !spread.is_exact() {
            self.luck.push((share * 65_536.0) as u16);
        }
        spread.at(share)
    }

    fn rate(&mut self, rate: Rate) -> Drawn {
        match rate {
            Rate::PeoplePerMonth(spread) => Drawn::People(self.within(spread)),
            // Three percentiles have no upper end, and more than everybody cannot leave.
            Rate::SharePerMonth(spread) => Drawn::Share(self.within(spread).min(1.0)),
        }
    }
}

/// How much more often people of one cohort come, leave and move than people of average.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    pub joiners: f64,
    pub leavers: f64,
    pub movers: f64,
}

#[derive(Clone, Copy)]
pub enum Drawn {
    People(f64),
    Share(f64),
}

impl Drawn {
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
    /// `there` are the enabled members of each cohort today, those in none first.
    pub fn new(assumptions: &Assumptions, there: &[u32], seed: u64, replication: u32) -> Self {
        let mut dice = Dice { rng: draws::stream(seed, replication, 0, Cause::Rates), luck: Vec::new() };
        // The order of the draws is part of the program's reproducibility.
        let mut rates = Self {
            joiners: dice.rate(assumptions.joiners),
            leavers: dice.rate(assumptions.leavers),
            movers: dice.rate(assumptions.movers),
            guests_invited: dice.rate(assumptions.guests_invited),
            guests_removed: dice.rate(assumptions.guests_removed),
            joins: dice.rate(assumptions.self_service_joins),
            leaves: dice.rate(assumptions.self_service_leaves),
            requests: Vec::new(),
            cohorts: Vec::new(),
            luck: Vec::new(),
        };
        rates.luck = dice.luck;
        rates.cohorts = weights(assumptions, there, (seed, replication), &mut rates.luck);
        // Each SKU has a stream of its own: another one that is asked for shifts nothing.
        for (sku, _, rate) in assumptions.requests() {
            let rng = draws::stream_of(seed, replication, 0, Cause::RequestRate, draws::key_of(sku.as_str()));
            let mut dice = Dice { rng, luck: Vec::new() };
            rates.requests.push(dice.rate(rate));
            rates.luck.extend(dice.luck);
        }
        rates
    }
}

/// Weights drawn for each cohort, made to have the mean 1 over the people of today.
fn weights(
    assumptions: &Assumptions,
    there: &[u32],
    (seed, replication): (u64, u32),
    luck: &mut Vec<u16>,
) -> Vec<Weights> {
    let mut weights = vec![Weights { joiners: 1.0, leavers: 1.0, movers: 1.0 }];
    for (at, cohort) in assumptions.cohorts.cohorts.iter().enumerate() {
        let rng = draws::stream_of(seed, replication, 0, Cause::CohortRates, at + 1);
        let mut dice = Dice { rng, luck: Vec::new() };
        weights.push(Weights {
            joiners: dice.within(cohort.joiners),
            leavers: dice.within(cohort.leavers),
            movers: dice.within(cohort.movers),
        });
        if assumptions.cohorts.cohorts.len() <= RANKED_COHORTS {
            luck.extend(dice.luck);
        }
    }
    if weights.len() == 1 {
        return weights;
    }
    let people: f64 = there.iter().copied().map(f64::from).sum();
    let mean = |of: fn(&Weights) -> f64| {
        let sum: f64 = weights.iter().zip(there).map(|(weight, there)| of(weight) * f64::from(*there)).sum();
        if sum > 0.0 { sum / people } else { 1.0 }
    };
    let (joiners, leavers, movers) = (mean(|w| w.joiners), mean(|w| w.leavers), mean(|w| w.movers));
    for weight in &mut weights {
        weight.joiners /= joiners;
        weight.leavers /= leavers;
        weight.movers /= movers;
    }
    weights
}
