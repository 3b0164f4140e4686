//! All replications. In: a world. Out: a tally. Never: lets the number of threads change a byte.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::replication::replicate;
use super::tally::Tally;
use super::world::World;

/// How many replications are done: a number that whoever shows progress reads from another thread.
#[derive(Debug, Default)]
pub struct Progress(AtomicU32);

impl Progress {
    pub fn done(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs every replication on the threads of the current pool. Counts are exact integers and merging is commutative.
pub fn tally(world: &World<'_>, progress: &Progress) -> Tally {
    (0..world.settings().replications())
        .into_par_iter()
        .fold(Tally::default, |tally, replication| {
            let tally = tally.add(&replicate(world, replication));
            progress.0.fetch_add(1, Ordering::Relaxed);
            tally
        })
        .reduce(Tally::default, Tally::merge)
}
