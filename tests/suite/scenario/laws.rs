//! An empty scenario changes nothing, and plans that do not touch commute.

use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::scenario::{self, Planned, Scenario};
use seatcast::simulate::{self, Progress, Settings};

use super::{TENANT, planned, read};
use crate::simulate::{changes, worlds};

fn forecast(planned: &Planned, settings: &Settings) -> seatcast::forecast::Forecast {
    simulate::run_planned(planned, Catalog::embedded(), settings, &Progress::default()).value.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Every number, not only those of one table.
    #[test]
    fn an_empty_scenario_gives_the_very_same_forecast(baseline in worlds::baseline(), seed in 0u64..1000) {
        let settings = Settings::new(baseline.today, 2, 12, seed).unwrap();
        let without = simulate::run(&baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
        let planned = scenario::apply(&baseline, &Scenario::default(), Catalog::embedded());
        prop_assert_eq!(&forecast(&planned, &settings), &without);
    }

    /// A plan that asks for nobody goes through the engine of plans and comes to the same numbers.
    #[test]
    fn a_plan_about_nobody_gives_the_very_same_forecast(planned in changes::about_nobody(), seed in 0u64..1000) {
        let settings = Settings::new(planned.baseline.today, 2, 12, seed).unwrap();
        let plain = simulate::run(&planned.baseline, Catalog::embedded(), &settings, &Progress::default()).value.unwrap();
        let staged = forecast(&planned, &settings);
        prop_assert_eq!(&staged.headcount, &plain.headcount);
        for (staged, plain) in staged.skus.iter().zip(&plain.skus) {
            prop_assert_eq!(&staged.points, &plain.points);
            prop_assert_eq!(staged.first_shortage, plain.first_shortage);
        }
    }

    /// The order in which a file holds its changes never matters, where each has a day of its own.
    #[test]
    fn changes_on_different_days_commute((baseline, scenario) in changes::on_different_days(), seed in 0u64..1000) {
        let settings = Settings::new(baseline.today, 2, 12, seed).unwrap();
        let mut reversed = scenario.clone();
        reversed.changes.reverse();
        let of = |scenario: &Scenario| forecast(&scenario::apply(&baseline, scenario, Catalog::embedded()), &settings);
        prop_assert_eq!(of(&scenario), of(&reversed));
    }
}

/// Two scenarios that do not touch, extended in either order.
#[test]
fn scenarios_that_do_not_touch_commute() {
    let licence = "[[change]]\non = 2027-01-05\ndo = \"add-license\"\ngroup = \"Plain\"\nsku = \"VISIOCLIENT\"\n";
    let people = "[[change]]\non = 2027-01-05\ndo = \"lay-off\"\npeople = 1\ndepartment = \"Sales\"\n\
                  [[change]]\non = 2027-01-05\ndo = \"hire\"\npeople = 2\ndepartment = \"IT\"\n";
    let of = |first: &str, second: &str| {
        let main = format!("extends = [\"{first}\", \"{second}\"]\n");
        let read = read(&[("main", &main), ("licence", licence), ("people", people)]);
        let planned = scenario::apply(&TENANT, &read.value.unwrap(), Catalog::embedded());
        let mut forecast = forecast(&planned, &super::settings());
        // The files that say the order differ.
        forecast.provenance.inputs.clear();
        forecast
    };
    assert_eq!(of("licence", "people"), of("people", "licence"));
}

#[test]
fn what_two_scenarios_both_extend_counts_once() {
    let hire = "[[change]]\non = 2027-01-05\ndo = \"hire\"\npeople = 2\ndepartment = \"IT\"\n";
    let read = read(&[
        ("main", "extends = [\"left\", \"right\"]\n"),
        ("left", "extends = \"hire\"\n"),
        ("right", "extends = \"hire\"\n"),
        ("hire", hire),
    ]);
    assert_eq!(read.value.unwrap().changes.len(), 1);
    assert!(planned(hire).changes.len() == 1);
}
