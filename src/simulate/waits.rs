//! How long people wait. In: a world, what its replications add up to. Out: for each SKU, how many wait at all and for how many
//! days. Never: guessed from counts, which do not tell one person who waits for a year from twelve who wait for a month each.

use rayon::prelude::*;

use super::replication::follow;
use super::scratch::Scratch;
use super::tally::Tally;
use super::world::World;
use crate::forecast::{Histogram, WaitingTimes};

/// Replications that are followed by name, and how many looks at somebody who waits they may take in all: whichever is fewer.
/// Where one replication alone would take more, it is looked at every few days, and each look stands for as many days.
const REPLICATIONS: u32 = 20;
const LOOKS: u64 = 1_000_000;

/// The waiting times of each SKU, by its index.
pub fn ahead(world: &World<'_>, tally: &Tally) -> Vec<Option<WaitingTimes>> {
    let lost: u64 = tally.skus.iter().map(|sku| sku.seat_days_waiting).sum();
    if lost == 0 {
        return vec![None; tally.skus.len()];
    }
    let each = (lost / u64::from(tally.replications.max(1))).max(1);
    let count = u32::try_from(LOOKS / each).unwrap_or(REPLICATIONS).clamp(1, REPLICATIONS.min(tally.replications));
    let stride = u32::try_from(each.div_ceil(LOOKS)).unwrap_or(u32::MAX);
    let days = |scratch: &mut Scratch, replication: u32| -> Vec<Histogram> {
        // By SKU and slot, the days somebody has waited.
        let mut waited: Vec<Vec<u32>> = vec![Vec::new(); tally.skus.len()];
        follow(world, scratch, replication, &mut |day, scratch| {
            if day == 0 || day % stride != 0 {
                return;
            }
            scratch.lines(&mut |sku, slot| {
                let (waited, slot) = (&mut waited[sku.get()], slot as usize);
                waited.resize(waited.len().max(slot + 1), 0);
                waited[slot] += stride;
            });
        });
        let histogram = |waited: Vec<u32>| {
            let mut histogram = Histogram::default();
            waited.into_iter().filter(|days| *days > 0).for_each(|days| histogram.add(days));
            histogram
        };
        waited.into_iter().map(histogram).collect()
    };
    let merged = |mut a: Vec<Histogram>, b: Vec<Histogram>| {
        a.iter_mut().zip(&b).for_each(|(a, b)| a.merge(b));
        a
    };
    let none = || vec![Histogram::default(); tally.skus.len()];
    let all = (0..count).into_par_iter().map_init(|| Scratch::new(world), days).reduce(none, merged);
    all.iter().map(|histogram| times(histogram, count)).collect()
}

fn times(histogram: &Histogram, replications: u32) -> Option<WaitingTimes> {
    let users = histogram.total();
    let days: u64 = histogram.counts().map(|(days, count)| u64::from(days) * u64::from(count)).sum();
    let tenths = |sum: u64, of: u32| ((sum * 10 + u64::from(of) / 2) / u64::from(of.max(1))) as u32;
    (users > 0).then(|| WaitingTimes {
        replications,
        users_tenths: tenths(u64::from(users), replications),
        days_mean_tenths: tenths(days, users),
        days_p90: histogram.percentile(90).unwrap_or(0),
    })
}
