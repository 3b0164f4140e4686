//! How a stream of joiners or leavers runs on, and which cohorts it touches. In: counts and what was expected. Out: a filter
//! that forecasts with the uncertainty of its own rates. Never: looks at a month before it has forecast it.
//!
//! The level is a local-level model of counts (Harvey and Fernandes, 1989): the rate has a gamma distribution whose information
//! is discounted month by month, so the past fades and the rate may drift. Months may scatter more than chance alone would have them
//! (a campaign, a reorganisation): such a month tells as much less of the rate as it scatters more. Each cohort has a multiplier of the same kind, drawn
//! towards 1 by `pull` months' worth of expectation: partial pooling. Which discounts, scatter and pull are right is not known: each
//! run takes some, those that would have forecast the known months better, one month ahead, more often than others.

use rand::{Rng, RngExt};
use rand_distr::{Binomial, Distribution, Gamma, Poisson};

/// Weights of last month's information that are tried.
const DISCOUNTS: &[f64] = &[0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 1.0];
/// How many times the variance of a month's count is that of chance alone.
const SCATTERS: &[f64] = &[1.0, 1.3, 1.7, 2.2, 3.0, 4.0, 6.0, 9.0];
const PULLS: &[f64] = &[0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0];
/// Months that only teach and are not forecast.
const BURN_IN: usize = 6;

/// A gamma distribution of a rate: events seen, and events expected at rate 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Evidence {
    pub(super) seen: f64,
    pub(super) expected: f64,
}

impl Evidence {
    fn fade(&mut self, discount: f64) {
        self.seen *= discount;
        self.expected *= discount;
    }

    fn add(&mut self, seen: f64, expected: f64) {
        self.seen += seen;
        self.expected += expected;
    }

    /// The logarithm of the chance of `count` events where `expected` are expected at rate 1: negative binomial.
    pub(super) fn log_likelihood(&self, count: f64, expected: f64) -> f64 {
        if self.seen <= 0.0 || expected <= 0.0 {
            return 0.0;
        }
        let total = self.expected + expected;
        log_gamma(self.seen + count) - log_gamma(self.seen) - log_gamma(count + 1.0)
            + self.seen * (self.expected / total).ln()
            + count * (expected / total).ln()
    }

    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        Gamma::new(self.seen.max(1e-9), 1.0 / self.expected.max(1e-9)).map_or(0.0, |gamma| gamma.sample(rng))
    }
}

/// Stirling's series after lifting small arguments; good to ten digits.
pub(super) fn log_gamma(mut x: f64) -> f64 {
    let mut lifted = 0.0;
    while x < 8.0 {
        lifted -= x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = (1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0))) / x;
    lifted + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

/// What the known months say under each discount and pull that they do not rule out.
#[derive(Clone, Debug)]
pub struct Flow {
    levels: Vec<Likely<Level>>,
    pools: Vec<Likely<Pool>>,
}

/// One of several possibilities, with its share of all chance.
#[derive(Clone, Debug)]
struct Likely<T> {
    share: f64,
    what: T,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    discount: f64,
    scatter: f64,
    evidence: Evidence,
}

#[derive(Clone, Debug)]
struct Pool {
    discount: f64,
    pull: f64,
    cohorts: Vec<Evidence>,
}

/// A stream of events over cohorts that runs on.
#[derive(Clone, Debug)]
pub struct Stream {
    level: Level,
    pool: Pool,
}

impl Flow {
    /// Learns from `counts`, month by month and cohort by cohort, where `expected` says what rate 1 would bring.
    pub fn fit(counts: &[Vec<u32>], expected: &[Vec<f64>]) -> Flow {
        let totals: Vec<(f64, f64)> = counts.iter().zip(expected).map(|(c, e)| (total(c), e.iter().sum())).collect();
        let (seen, hoped) = totals.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
        let start = Evidence { seen: 1.0, expected: if seen > 0.0 { hoped / seen } else { 1.0 } };
        let follow_level = |(discount, scatter): (f64, f64)| {
            let mut evidence = start;
            let mut fit = 0.0;
            for (month, (count, expected)) in totals.iter().enumerate() {
                evidence.fade(discount);
                // As if so many times fewer people had come in groups of that size.
                let (count, expected) = (count / scatter, expected / scatter);
                fit += if month < BURN_IN { 0.0 } else { evidence.log_likelihood(count, expected) - scatter.ln() };
                evidence.add(count, expected);
            }
            (fit, Level { discount, scatter, evidence })
        };
        let width = counts.first().map_or(0, Vec::len);
        let follow_cohorts = |discount: f64, pull: f64| {
            let mut cohorts = vec![Evidence { seen: 0.0, expected: 0.0 }; width];
            let mut fit = 0.0;
            for (month, (row, hopes)) in counts.iter().zip(expected).enumerate() {
                for (evidence, (count, hope)) in cohorts.iter_mut().zip(row.iter().zip(shared(row, hopes))) {
                    evidence.fade(discount);
                    let pooled = Evidence { seen: evidence.seen + pull, expected: evidence.expected + pull };
                    fit += if month < BURN_IN { 0.0 } else { pooled.log_likelihood(f64::from(*count), hope) };
                    evidence.add(f64::from(*count), hope);
                }
            }
            (fit, Pool { discount, pull, cohorts })
        };
        let pairs = DISCOUNTS.iter().flat_map(|discount| PULLS.iter().map(|pull| (*discount, *pull)));
        let levels = DISCOUNTS.iter().flat_map(|discount| SCATTERS.iter().map(|scatter| (*discount, *scatter)));
        Flow {
            levels: likely(levels.map(follow_level).collect()),
            pools: likely(pairs.map(|(discount, pull)| follow_cohorts(discount, pull)).collect()),
        }
    }

    /// A stream that begins where the known months end.
    pub fn run(&self, rng: &mut impl Rng) -> Stream {
        Stream { level: *pick(&self.levels, rng), pool: pick(&self.pools, rng).clone() }
    }

    /// How many times the variance of a month's count is that of chance alone: the mean of what the known months do not rule out.
    pub fn scatter(&self) -> f64 {
        self.levels.iter().map(|likely| likely.share * likely.what.scatter).sum()
    }

    /// One draw of the mean rate over months to come, as a multiple of what is expected, and of how much more often each cohort
    /// is hit than expected: with everything that may drift until then, without the scatter of single months.
    pub fn ahead(&self, expected: &[f64], months: usize, rng: &mut impl Rng) -> (f64, Vec<f64>) {
        self.mean_of(expected, months, rng, |drawn| drawn.level)
    }

    /// The same with the scatter of single months.
    pub fn ahead_in_all(&self, expected: &[f64], months: usize, rng: &mut impl Rng) -> (f64, Vec<f64>) {
        self.mean_of(expected, months, rng, |drawn| drawn.rate)
    }

    fn mean_of(
        &self,
        expected: &[f64],
        months: usize,
        rng: &mut impl Rng,
        of: impl Fn(&Drawn) -> f64,
    ) -> (f64, Vec<f64>) {
        let mut stream = self.run(rng);
        let hoped: f64 = expected.iter().sum();
        let (mut rate, mut hits) = (0.0, vec![0.0; expected.len()]);
        for _ in 0..months {
            let drawn = stream.month(expected, rng);
            rate += of(&drawn);
            let weight: f64 = drawn.weights.iter().sum();
            let scale = if weight > 0.0 { hoped / weight } else { 0.0 };
            hits.iter_mut().zip(&drawn.weights).for_each(|(hits, weight)| *hits += weight * scale);
        }
        let months = months.max(1) as f64;
        let times = |(hits, hope): (f64, &f64)| if *hope > 0.0 { hits / months / hope } else { 1.0 };
        (rate / months, hits.into_iter().zip(expected).map(times).collect())
    }
}

impl Stream {
    /// Draws next month's events by cohort and learns from them as if they had happened: so the uncertainty of the rates is in
    /// the draw, and rates drift from month to month.
    pub fn step(&mut self, expected: &[f64], rng: &mut impl Rng) -> Vec<u32> {
        self.month(expected, rng).counts
    }

    fn month(&mut self, expected: &[f64], rng: &mut impl Rng) -> Drawn {
        let hoped: f64 = expected.iter().sum();
        let Stream { level, pool } = self;
        level.evidence.fade(level.discount);
        let drawn = level.evidence.draw(rng);
        let rate = drawn * scattered(drawn * hoped, level.scatter, rng);
        let count = poisson(rate * hoped, rng);
        level.evidence.add(f64::from(count) / level.scatter, hoped / level.scatter);
        let mut weights = Vec::with_capacity(expected.len());
        for (evidence, hope) in pool.cohorts.iter_mut().zip(expected) {
            evidence.fade(pool.discount);
            let pooled = Evidence { seen: evidence.seen + pool.pull, expected: evidence.expected + pool.pull };
            weights.push(pooled.draw(rng) * hope);
        }
        let counts = split(count, &weights, rng);
        for ((evidence, count), hope) in pool.cohorts.iter_mut().zip(&counts).zip(shared(&counts, expected)) {
            evidence.add(f64::from(*count), hope);
        }
        Drawn { counts, level: drawn, rate, weights }
    }
}

/// One month of a flow.
struct Drawn {
    counts: Vec<u32>,
    level: f64,
    /// The level times what scatter makes of it.
    rate: f64,
    weights: Vec<f64>,
}

fn total(counts: &[u32]) -> f64 {
    counts.iter().map(|count| f64::from(*count)).sum()
}

/// What each cohort would have had if the month's total had fallen as expected.
fn shared<'a>(counts: &[u32], expected: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    let hoped: f64 = expected.iter().sum();
    let scale = if hoped > 0.0 { total(counts) / hoped } else { 0.0 };
    expected.iter().map(move |hope| hope * scale)
}

/// A possibility a thousand times less likely than the best is left out.
const RULED_OUT: f64 = 1e-3;

/// Possibilities with their logarithms of likelihood, as shares of all chance.
fn likely<T>(tries: Vec<(f64, T)>) -> Vec<Likely<T>> {
    let best = tries.iter().map(|(fit, _)| *fit).fold(f64::MIN, f64::max);
    let kept: Vec<(f64, T)> = tries
        .into_iter()
        .map(|(fit, what)| ((fit - best).exp(), what))
        .filter(|(weight, _)| *weight >= RULED_OUT)
        .collect();
    let sum: f64 = kept.iter().map(|(weight, _)| weight).sum();
    kept.into_iter().map(|(weight, what)| Likely { share: weight / sum, what }).collect()
}

fn pick<'a, T>(all: &'a [Likely<T>], rng: &mut impl Rng) -> &'a T {
    let mut lot = rng.random::<f64>();
    let chosen = all.iter().position(|one| {
        lot -= one.share;
        lot < 0.0
    });
    &all[chosen.unwrap_or(all.len() - 1)].what
}

/// What multiplies a mean so that a count has `scatter` times the variance of chance alone.
fn scattered(mean: f64, scatter: f64, rng: &mut impl Rng) -> f64 {
    if scatter <= 1.0 || mean <= 0.0 {
        return 1.0;
    }
    let shape = mean / (scatter - 1.0);
    Gamma::new(shape, 1.0 / shape).map_or(1.0, |gamma| gamma.sample(rng))
}

pub(super) fn poisson(mean: f64, rng: &mut impl Rng) -> u32 {
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng).min(1e9) as u32)
}

/// `count` events over cohorts in proportion to `weights`.
fn split(count: u32, weights: &[f64], rng: &mut impl Rng) -> Vec<u32> {
    let mut left = count;
    let mut weight_left: f64 = weights.iter().sum();
    let mut share = |weight: &f64| {
        let chance = if weight_left > 0.0 { (weight / weight_left).clamp(0.0, 1.0) } else { 0.0 };
        let hit = Binomial::new(u64::from(left), chance).map_or(0, |binomial| binomial.sample(rng) as u32);
        left -= hit;
        weight_left -= weight;
        hit
    };
    weights.iter().map(&mut share).collect()
}

#[cfg(test)]
mod tests {
    use super::log_gamma;

    #[test]
    fn log_gamma_knows_factorials() {
        let mut factorial = 1.0_f64;
        for n in 1..20 {
            factorial *= f64::from(n);
            assert!((log_gamma(f64::from(n) + 1.0) - factorial.ln()).abs() < 1e-9);
        }
        assert!((log_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-9);
    }
}
