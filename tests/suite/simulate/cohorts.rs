//! Chance by cohort and tenure: as often as the weights say, and no head too many or too few.

use chrono::{Days, Months};
use seatcast::directory::{Attribute, Snapshot, User, Users, Value};
use seatcast::licensing::Policy;
use seatcast::scenario::{Assumptions, Baseline, Cohort, Cohorts, Rate, Spread};
use seatcast::simulate::{self, Happening, Observed, Settings};
use seatcast::supply::PriceBook;

use super::worlds::today;

const EACH: u32 = 150;
const REPLICATIONS: u32 = 40;

fn share(value: f64) -> Rate {
    Rate::SharePerMonth(Spread::exactly(value))
}

/// Two departments of the same size; the second half of each started nine years before the first.
fn tenant(assumptions: Assumptions) -> Baseline {
    let hired = |old: bool| today() - Days::new(30) - Months::new(if old { 120 } else { 0 });
    let record = |number: u32| {
        let started = hired(number % 2 == 1).and_hms_opt(8, 0, 0).unwrap().and_utc();
        User::default()
            .with(Attribute::Id, Value::text(&format!("u{number:04}")))
            .with(Attribute::Department, Value::text(if number < EACH { "Audit" } else { "Sales" }))
            .with(Attribute::AccountEnabled, Value::Boolean(true))
            .with(Attribute::EmployeeHireDate, Value::Instant(started))
    };
    let records: Vec<User> = (0..2 * EACH).map(record).collect();
    Baseline {
        tenant: "two departments".to_owned(),
        today: today(),
        snapshot: Snapshot { users: Users::from_records(&records), ..Snapshot::default() },
        supplies: Vec::new(),
        prices: PriceBook::default(),
        policy: Policy::default(),
        assumptions,
        inputs: Vec::new(),
    }
}

fn weights(audit: f64, sales: f64) -> Cohorts {
    let cohort = |name: &str, weight: f64| Cohort {
        name: name.to_owned(),
        joiners: Spread::exactly(weight),
        leavers: Spread::exactly(weight),
        movers: Spread::exactly(weight),
        moves_to: Vec::new(),
    };
    Cohorts { by: vec![Attribute::Department], cohorts: vec![cohort("Audit", audit), cohort("Sales", sales)] }
}

fn still() -> Assumptions {
    let none = share(0.0);
    Assumptions { joiners: none, leavers: none, movers: none, ..Assumptions::default() }
}

fn runs(baseline: &Baseline) -> Vec<Observed> {
    let settings = Settings::new(baseline.today, 12, REPLICATIONS, 11).unwrap();
    (0..REPLICATIONS)
        .map(|number| {
            simulate::observe(baseline, seatcast::catalog::Catalog::embedded(), &settings, number).value.unwrap()
        })
        .collect()
}

fn happened(runs: &[Observed], of: impl Fn(&Happening) -> bool) -> f64 {
    let count = |run: &Observed| run.population.events.iter().filter(|event| of(&event.happening)).count();
    runs.iter().map(count).sum::<usize>() as f64
}

/// Within four standard errors of `trials` chances of `chance` each.
fn agrees(seen: f64, trials: f64, chance: f64) {
    let error = (trials * chance * (1.0 - chance)).sqrt();
    assert!((seen - trials * chance).abs() < 4.0 * error, "{seen} of {trials}, expected {}", trials * chance);
}

#[test]
fn each_cohort_leaves_as_often_as_its_weight_says() {
    let runs = runs(&tenant(Assumptions { leavers: share(0.02), cohorts: weights(3.0, 1.0), ..still() }));
    let trials = f64::from(EACH * REPLICATIONS);
    // The mean of the weights is made 1: three times and once are 1.5 and 0.5 times the whole.
    let within_a_year = |hazard: f64| 1.0 - (1.0 - hazard).powi(12);
    let left =
        |audit: bool| happened(&runs, |event| matches!(event, Happening::Disable { slot } if (*slot < EACH) == audit));
    agrees(left(true), trials, within_a_year(0.03));
    agrees(left(false), trials, within_a_year(0.01));
}

#[test]
fn leaving_depends_on_tenure() {
    let by_tenure = vec![1.6, 1.0, 0.4];
    let runs = runs(&tenant(Assumptions { leavers: share(0.02), leavers_by_tenure: by_tenure, ..still() }));
    let trials = f64::from(EACH * REPLICATIONS);
    let left = |old: u32| happened(&runs, |event| matches!(event, Happening::Disable { slot } if slot % 2 == old));
    agrees(left(1), trials, 1.0 - (1.0_f64 - 0.008).powi(12));
    // Eleven months of the first year, from a month after the start, and one of the second.
    agrees(left(0), trials, 1.0 - (1.0_f64 - 0.032).powi(11) * (1.0 - 0.02));
}

#[test]
fn joiners_are_like_their_cohort_and_heads_add_up() {
    let assumptions = Assumptions {
        joiners: share(0.03),
        leavers: share(0.01),
        movers: share(0.02),
        cohorts: weights(4.0, 1.0),
        ..still()
    };
    let runs = runs(&tenant(assumptions));
    let joined =
        |audit: bool| happened(&runs, |event| matches!(event, Happening::Join { like, .. } if (*like < EACH) == audit));
    assert!(joined(true) > 3.0 * joined(false), "{} and {}", joined(true), joined(false));
    for run in &runs {
        let events = || run.population.events.iter().map(|event| event.happening);
        let joins = events().filter(|event| matches!(event, Happening::Join { .. })).count();
        let ends = events().filter(|event| matches!(event, Happening::Disable { .. })).count();
        assert_eq!(*run.population.headcount.last().unwrap() as usize, 2 * EACH as usize + joins - ends);
        assert_eq!(run.population.joined.len(), joins);
    }
}

#[test]
fn movers_go_where_the_past_went() {
    let mut cohorts = weights(1.0, 1.0);
    cohorts.cohorts[0].moves_to = vec![("Sales".to_owned(), 1.0)];
    cohorts.cohorts[1].movers = Spread::exactly(0.0);
    let runs = runs(&tenant(Assumptions { movers: share(0.02), cohorts, ..still() }));
    assert!(happened(&runs, |event| matches!(event, Happening::Move { .. })) > 100.0);
    // Audit moves at twice the rate of the whole, and whoever is in Sales stays there.
    assert_eq!(happened(&runs, |event| matches!(event, Happening::Move { like, .. } if *like < EACH)), 0.0);
    for run in &runs {
        let mut moved: Vec<u32> = run
            .population
            .events
            .iter()
            .filter_map(|event| match event.happening {
                Happening::Move { slot, .. } => Some(slot),
                _ => None,
            })
            .collect();
        moved.sort_unstable();
        assert!(moved.windows(2).all(|pair| pair[0] != pair[1]), "nobody moves twice");
    }
}

/// Cohorts of weight 1 are the whole again, in distribution; without any the draws are what they always were.
#[test]
fn even_cohorts_change_only_the_luck() {
    let assumptions = || Assumptions { leavers: share(0.02), ..still() };
    let plain = happened(&runs(&tenant(assumptions())), |event| matches!(event, Happening::Disable { .. }));
    let even = Assumptions { cohorts: weights(1.0, 1.0), ..assumptions() };
    let even = happened(&runs(&tenant(even)), |event| matches!(event, Happening::Disable { .. }));
    let (trials, chance) = (f64::from(2 * EACH * REPLICATIONS), 1.0 - (1.0_f64 - 0.02).powi(12));
    agrees(plain, trials, chance);
    agrees(even, trials, chance);
}

/// Rates are shares of the people at the start of a month, as they are learned: where as many come as go, nothing shrinks.
#[test]
fn as_many_come_as_go_at_equal_rates() {
    let rates = || Assumptions { joiners: share(0.1), leavers: share(0.1), ..still() };
    for assumptions in [rates(), Assumptions { cohorts: weights(1.0, 1.0), ..rates() }] {
        let ends: Vec<f64> =
            runs(&tenant(assumptions)).iter().map(|run| f64::from(*run.population.headcount.last().unwrap())).collect();
        let (count, before) = (ends.len() as f64, f64::from(2 * EACH));
        let mean = ends.iter().sum::<f64>() / count;
        let variance = ends.iter().map(|end| (end - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let error = (variance / count).sqrt();
        assert!((mean - before).abs() < 4.0 * error, "{before} people became {mean} ± {error}");
    }
}

/// Events by month of every run: the mean, and the variance as a multiple of it.
fn spread(runs: &[Observed], of: impl Fn(&Happening) -> bool) -> (f64, f64) {
    let months = |run: &Observed| {
        let mut months = [0.0; 12];
        let events = run.population.events.iter().filter(|event| of(&event.happening));
        events.for_each(|event| months[(event.day as usize - 1) / 31] += 1.0);
        months
    };
    let counts: Vec<f64> = runs.iter().flat_map(months).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    (mean, counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64 / mean)
}

#[test]
fn months_scatter_as_much_as_is_said_and_means_stay() {
    let rates = || Assumptions { joiners: share(0.05), leavers: share(0.05), ..still() };
    let plain = runs(&tenant(rates()));
    let wide = runs(&tenant(Assumptions { joiner_scatter: 5.0, leaver_scatter: 3.0, ..rates() }));
    let joins = |event: &Happening| matches!(event, Happening::Join { .. });
    let leaves = |event: &Happening| matches!(event, Happening::Disable { .. });
    let ((mean, one), (same, five)) = (spread(&plain, joins), spread(&wide, joins));
    assert!((mean - same).abs() < 0.05 * mean && (0.8..1.3).contains(&one), "{mean} {same} {one}");
    // Months are cut a day or two aside, and the number of people wanders: not quite five.
    assert!((3.8..6.2).contains(&five), "{five}");
    let ((mean, one), (same, three)) = (spread(&plain, leaves), spread(&wide, leaves));
    assert!((mean - same).abs() < 0.05 * mean && (0.75..1.3).contains(&one), "{mean} {same} {one}");
    assert!((2.2..3.8).contains(&three), "{three}");
}
