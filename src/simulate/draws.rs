//! All chance of a run. In: a seed, a replication, a month, a cause. Out: a stream of numbers of its own. Never: one stream
//! for two causes, so that adding joiners does not shift leavers, and scenarios meet the same luck.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson};

use crate::scenario;

/// What a number is drawn for. The values are part of the stream's key: never renumber one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cause {
    Rates = 0,
    LeaverCount = 1,
    JoinerCount = 2,
    JoinerProfile = 3,
    Mover = 4,
    GuestInvited = 5,
    GuestRemoved = 6,
    SelfServiceJoin = 7,
    SelfServiceLeave = 8,
    Order = 9,
    CohortRates = 10,
    MoveTo = 11,
    RequestRate = 12,
    Request = 13,
    JoinerScatter = 14,
    LeaverScatter = 15,
    FirstDestination = 16,
    OtherDestination = 17,
}

/// The stream of one cause in one month of one replication. ChaCha with a stream number is counter-based: the same numbers
/// whatever was drawn before, elsewhere or on another thread.
pub fn stream(seed: u64, replication: u32, month: u32, cause: Cause) -> ChaCha8Rng {
    stream_of(seed, replication, month, cause, 0)
}

/// The same for one cohort; number 0 is everybody who is in no listed one.
pub fn stream_of(seed: u64, replication: u32, month: u32, cause: Cause, cohort: usize) -> ChaCha8Rng {
    debug_assert!(replication < 1 << 20 && cohort < 1 << 20, "each has bits of its own");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let key = (cohort as u64) << 44 | u64::from(replication) << 24 | u64::from(month & 0xffff) << 8;
    rng.set_stream(key | cause as u64);
    rng
}

/// A part of that stream, of a seed, a replication and a month, that belongs to one of many things: it begins 64 bytes after that of
/// the thing before, whatever was drawn for others.
pub fn part_of((seed, replication, month): (u64, u32, u32), cause: Cause, cohort: usize, number: usize) -> ChaCha8Rng {
    let mut rng = stream_of(seed, replication, month, cause, cohort);
    rng.set_word_pos(16 * number as u128);
    rng
}

/// A stream's number for something with a name, the same wherever else there is.
pub fn key_of(name: &str) -> usize {
    (scenario::key(name) & 0xf_ffff) as usize
}

/// The places of all slots, one after the other, in an order of grants that is left to chance. The place of a slot does not
/// depend on how many come after it.
pub fn places(seed: u64, replication: u32) -> impl Iterator<Item = u32> {
    let mut rng = stream(seed, replication, 0, Cause::Order);
    std::iter::repeat_with(move || rng.random())
}

/// A uniform number in `(0, 1]`.
fn unit(rng: &mut impl Rng) -> f64 {
    1.0 - rng.random::<f64>()
}

/// An index below `bound`; `None` of nothing.
pub fn below(rng: &mut impl Rng, bound: usize) -> Option<usize> {
    (bound > 0).then(|| rng.random_range(0..bound as u64) as usize)
}

/// How many of a Poisson process with this mean; 0 for a mean that is not positive.
pub fn poisson(rng: &mut impl Rng, mean: f64) -> u32 {
    match Poisson::new(mean) {
        Ok(poisson) => poisson.sample(rng).min(f64::from(u32::MAX)) as u32,
        Err(_) => 0,
    }
}

/// What multiplies a mean so that a count around it has `scatter` times the variance of chance alone; its own mean is 1.
pub fn scattered(rng: &mut impl Rng, mean: f64, scatter: f64) -> f64 {
    let shape = mean / (scatter - 1.0);
    Gamma::new(shape, 1.0 / shape).map_or(1.0, |gamma| gamma.sample(rng))
}

/// Which of `0..count` are hit when each is hit by itself with probability `chance`: geometric steps from hit to hit, so the
/// cost is that of the hits. The hits among the first n never depend on how many come after them.
pub fn hits(mut rng: impl Rng, count: usize, chance: f64) -> impl Iterator<Item = (usize, f64)> {
    let certain = chance >= 1.0;
    let log_miss = (-chance.clamp(0.0, 1.0)).ln_1p();
    let mut next = 0usize;
    std::iter::from_fn(move || {
        if chance <= 0.0 {
            return None;
        }
        if !certain {
            // The number of misses before the next hit is geometric; a step past `usize` is past the end.
            let misses = unit(&mut rng).ln() / log_miss;
            next = next.saturating_add(misses.min(1e18) as usize);
        }
        if next >= count {
            return None;
        }
        let hit = next;
        next += 1;
        // A second number goes with each hit (its day), from the same stream, so that streams stay in step.
        Some((hit, rng.random::<f64>()))
    })
}
