//! The simulation: the same trajectories as a naive day-by-day engine, the same bytes on any number of threads.

mod by_plans;
mod certainty;
pub mod changes;
mod cohorts;
mod costs;
mod naive;
mod plan;
mod removal;
mod requests;
mod self_service;
pub mod worlds;

use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::scenario::Planned;
use seatcast::simulate::{self, Settings};

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Every reading of every day, for the same draws.
    #[test]
    fn the_event_engine_agrees_with_the_naive_one(baseline in worlds::baseline(), seed in 0u64..1000, number in 0u32..4) {
        let settings = Settings::new(baseline.today, 2, 8, seed).unwrap();
        agree(&Planned::unchanged(&baseline), Catalog::embedded(), &settings, number)?;
    }

    /// The same where things are planned.
    #[test]
    fn the_engines_agree_on_plans(planned in changes::planned(), seed in 0u64..1000, number in 0u32..4) {
        let settings = Settings::new(planned.baseline.today, 2, 8, seed).unwrap();
        agree(&planned, Catalog::embedded(), &settings, number)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Every reading of every day of a tenant with more SKUs than one word of bits has.
    #[test]
    fn the_engines_agree_on_many_skus(baseline in worlds::baseline(), seed in 0u64..1000, number in 0u32..4) {
        let settings = Settings::new(baseline.today, 2, 8, seed).unwrap();
        agree(&Planned::unchanged(&worlds::spread(baseline)), Catalog::embedded(), &settings, number)?;
    }
}

fn agree(planned: &Planned, catalog: &Catalog, settings: &Settings, number: u32) -> Result<(), TestCaseError> {
    let observed = match planned.changes.is_empty() {
        true => simulate::observe(&planned.baseline, catalog, settings, number),
        false => simulate::observe_planned(planned, catalog, settings, number),
    };
    let observed = observed.value.expect("every rule is valid");
    let mut future = naive::Future::new(planned, &observed, catalog);
    prop_assert_eq!(&observed.days[0], &future.read(planned.baseline.today), "today");
    for (day, readings) in observed.days.iter().enumerate().skip(1) {
        let expected = future.day(day as u32, &observed.population);
        prop_assert_eq!(
            readings,
            &expected,
            "day {}, events {:?}, changes {:?}",
            day,
            observed.population.events,
            planned.changes.iter().map(|change| (change.day, &change.deed)).collect::<Vec<_>>()
        );
        if future.circled {
            // The naive engine goes round once more on every day, the other one only when something happens.
            return Ok(());
        }
    }
    Ok(())
}

/// Gathering is exact and in no order, so the number of threads shows in no number.
#[test]
fn one_thread_two_and_sixteen_give_the_same_forecast() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let baseline = worlds::baseline().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let settings = Settings::new(baseline.today, 3, 40, 7).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            simulate::run(&baseline, Catalog::embedded(), &settings, &simulate::Progress::default()).value.unwrap()
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(16));
    assert_eq!(one.provenance.replications, 40);
}
