//! How sure a forecast is: errors, waiting times, drivers, and as many replications as it takes.

use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::forecast::{Chance, Forecast};
use seatcast::scenario::{Assumptions, Baseline, Rate, Spread};
use seatcast::simulate::{self, Settings};
use seatcast::{generate, ingest};

use super::worlds;

fn forecast(baseline: &Baseline, settings: &Settings) -> Forecast {
    simulate::run(baseline, Catalog::embedded(), settings, &simulate::Progress::default()).value.unwrap()
}

#[test]
fn an_error_is_never_nothing_and_close_to_the_usual_one() {
    let error = |count: u32, of: u32| Chance { count, of }.standard_error().unwrap();
    assert!((error(300, 1000) - (0.3_f64 * 0.7 / 1000.0).sqrt()).abs() < 1e-4);
    assert_eq!(error(0, 1000), error(1000, 1000));
    assert!(error(0, 1000) > 0.0 && error(0, 1000) < 0.001);
    assert!(error(1, 2) > error(50, 100) && error(50, 100) > error(500, 1000));
    assert_eq!(Chance { count: 0, of: 0 }.standard_error(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Those in line, followed one by one, wait as many days as the counts add up to.
    #[test]
    fn waiting_times_add_up_to_the_days_lost(baseline in worlds::baseline(), seed in 0u64..1000) {
        let settings = Settings::new(baseline.today, 2, 4, seed).unwrap();
        let observed = (0..4).map(|number| simulate::observe(&baseline, seatcast::catalog::Catalog::embedded(), &settings, number).value.unwrap());
        let observed: Vec<_> = observed.collect();
        for sku in forecast(&baseline, &settings).skus {
            let index = baseline.snapshot.skus.iter().position(|named| *named.sku_part_number == *sku.sku_part_number);
            let waiting = |day: &Vec<simulate::Reading>| u64::from(day[index.unwrap()].waiting);
            let lost: u64 = observed.iter().flat_map(|run| run.days.iter().skip(1).map(waiting)).sum();
            let Some(times) = sku.waits.times else {
                prop_assert_eq!(lost, 0);
                continue;
            };
            prop_assert_eq!(times.replications, 4);
            let users = (f64::from(times.users_tenths) * 0.4).round();
            let mean = f64::from(times.days_mean_tenths) / 10.0;
            prop_assert!((lost as f64 / users - mean).abs() <= 0.06, "{} days, {:?}", lost, times);
            prop_assert!(f64::from(times.days_p90) >= mean.min(1.0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The first shortage as a distribution: by each point, as many futures as were short on any day until then.
    #[test]
    fn first_shortages_are_counted_by_date(baseline in worlds::baseline(), seed in 0u64..1000) {
        let settings = Settings::new(baseline.today, 3, 6, seed).unwrap();
        let observe = |number| simulate::observe(&baseline, Catalog::embedded(), &settings, number).value.unwrap();
        let observed: Vec<_> = (0..6).map(observe).collect();
        for sku in forecast(&baseline, &settings).skus {
            let index = baseline.snapshot.skus.iter().position(|named| *named.sku_part_number == *sku.sku_part_number);
            for point in &sku.points {
                let days = (point.day - baseline.today).num_days() as usize;
                let short = |run: &&simulate::Observed| run.days[..=days].iter().any(|day| day[index.unwrap()].shortfall() > 0);
                let expected = observed.iter().filter(short).count() as u32;
                prop_assert_eq!(point.replications_short_by, expected, "{} on {}", sku.sku_part_number, point.day);
            }
            let last = sku.points.last().unwrap();
            prop_assert_eq!(last.replications_short_by, sku.first_shortage.replications_short);
        }
    }
}

fn tenant(assumptions: Assumptions) -> Baseline {
    let files = generate::tenant(&generate::Options::new(300, 1)).into_iter();
    let files = files.map(|(name, bytes)| ingest::SourceFile { name, bytes }).collect();
    let options = ingest::Options::default();
    let baseline = ingest::baseline(&ingest::tables(files, &options), &options).value.unwrap();
    Baseline { assumptions, ..baseline }
}

#[test]
fn what_moves_the_answer_is_named() {
    let share = |low: f64, high: f64| Rate::SharePerMonth(Spread::between(low, high));
    let assumptions = Assumptions {
        joiners: share(0.0, 0.06),
        leavers: share(0.01, 0.0101),
        movers: share(0.002, 0.002),
        ..Assumptions::default()
    };
    let baseline = tenant(assumptions);
    let settings = Settings::new(baseline.today, 6, 80, 3).unwrap();
    let drivers = forecast(&baseline, &settings).certainty.drivers;
    let first = drivers.iter().max_by_key(|driver| driver.explained_thousandths).unwrap();
    assert_eq!(first.input, "workforce.joiners");
    assert!(first.swing_tenths > 0 && first.explained_thousandths > 500, "{first:?}");
    assert!(
        drivers.iter().all(|driver| driver.input != "workforce.movers"),
        "an exact rate moves nothing: {drivers:?}"
    );
}

#[test]
fn a_precision_takes_as_many_replications_as_it_needs_on_any_number_of_threads() {
    let baseline = tenant(Assumptions::default());
    let settings = |precision| Settings::new(baseline.today, 2, 20, 5).unwrap().with_precision(Some(precision));
    let on = |threads: usize, precision| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| forecast(&baseline, &settings(precision)))
    };
    let (loose, tight) = (on(1, 2000), on(1, 500));
    let replications = |forecast: &Forecast| forecast.provenance.replications;
    assert_eq!((replications(&loose), replications(&tight) % 20), (20, 0));
    assert!(replications(&tight) > 20);
    let reached = tight.certainty.precision.unwrap();
    assert!(reached.reached && reached.chance_error <= 500 && reached.p90_error <= 500, "{reached:?}");
    assert_eq!(tight, on(3, 500));
}
