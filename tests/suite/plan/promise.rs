//! The promise of a plan, held against luck that it was not made on.

use std::sync::LazyLock;

use seatcast::catalog::Catalog;
use seatcast::forecast::{Demand, PlanTarget, Risk};
use seatcast::plan::{self, Made, Options, Rules};
use seatcast::scenario::Baseline;
use seatcast::simulate::{self, Progress, Settings};
use seatcast::{generate, ingest};

const MONTHS: u32 = 6;
const REPLICATIONS: u32 = 400;

/// A tenant of 150 users with lots and prices.
pub static BASELINE: LazyLock<Baseline> = LazyLock::new(|| {
    let files = generate::tenant(&generate::Options::new(150, 7)).into_iter();
    let files = files.map(|(name, bytes)| ingest::SourceFile { name, bytes }).collect();
    let options = ingest::Options::default();
    ingest::baseline(&ingest::tables(files, &options), &options).value.unwrap()
});

static SAMPLE: LazyLock<Demand> = LazyLock::new(|| {
    let settings = settings(1);
    let ample = simulate::with_ample_units(&BASELINE);
    demand(&ample, &settings)
});

fn demand(baseline: &Baseline, settings: &Settings) -> Demand {
    let skus = simulate::planned(&BASELINE);
    simulate::demand(baseline, &skus, Catalog::embedded(), settings, &Progress::default()).value.unwrap()
}

fn settings(seed: u64) -> Settings {
    Settings::new(BASELINE.today, MONTHS, REPLICATIONS, seed).unwrap()
}

/// The plan for a target, with the cost of some risks in percent beside it.
pub fn made(target: PlanTarget, curve: &[u32]) -> Made {
    let curve = curve.iter().filter_map(|percent| Risk::percent(*percent)).collect();
    let options = Options { target, rules: Rules::default(), curve };
    plan::make(&BASELINE, &simulate::planned(&BASELINE), &SAMPLE, &options)
}

/// The plan with what is left of its promise in a world that has its units, with another seed.
pub fn with_fresh_luck(made: Made, seed: u64) -> plan::Made {
    let bought = Baseline { supplies: made.supplies.clone(), ..BASELINE.clone() };
    let fresh = demand(&bought, &settings(seed));
    let supplies: Vec<_> = BASELINE
        .snapshot
        .sku_indexes()
        .map(|sku| (BASELINE.snapshot.sku(sku).sku_id.to_string(), &made.supplies[sku.get()]))
        .collect();
    Made { plan: plan::kept(made.plan, &supplies, &fresh), supplies: made.supplies.clone() }
}

/// How far apart two shares of `REPLICATIONS` each may be by chance on the worst of many days: three and a half standard errors
/// of their difference.
fn apart(share: f64) -> f64 {
    3.5 * (2.0 * share * (1.0 - share) / f64::from(REPLICATIONS)).sqrt()
}

#[test]
fn a_planned_chance_holds_with_fresh_luck() {
    for percent in [5, 20] {
        let made = with_fresh_luck(made(PlanTarget::Risk(Risk::percent(percent).unwrap()), &[]), 99);
        let accepted = f64::from(percent) / 100.0;
        assert!(made.plan.skus.len() > 4, "{}", made.plan.skus.len());
        let mut used = 0;
        for sku in &made.plan.skus {
            let share =
                |kept: &seatcast::forecast::Kept| f64::from(kept.replications_short) / f64::from(kept.replications);
            assert!(share(&sku.planned) <= accepted, "{}: {:?}", sku.sku_part_number, sku.planned);
            let fresh = share(sku.fresh.as_ref().unwrap());
            assert!(fresh <= accepted + apart(accepted), "{}: {fresh} of {accepted}", sku.sku_part_number);
            // Seats are whole: one fewer may be more than the risk that is left.
            used += usize::from(share(&sku.planned) > accepted / 4.0);
        }
        assert!(used > 4, "the plan uses the risk that it may take");
    }
}

#[test]
fn planned_waiting_holds_with_fresh_luck() {
    let days = 60;
    let made = with_fresh_luck(made(PlanTarget::WaitingSeatDays(days), &[]), 99);
    let mut used = 0;
    for sku in &made.plan.skus {
        assert!(sku.planned.waiting_seat_days_tenths <= u64::from(days) * 10, "{:?}", sku.planned);
        // The sum of a replication is a few hundred at most, so its mean over 400 is known to a few dozen.
        let fresh = sku.fresh.as_ref().unwrap().waiting_seat_days_tenths;
        assert!(fresh <= u64::from(days) * 20, "{}: {fresh} tenths", sku.sku_part_number);
        used += usize::from(sku.planned.waiting_seat_days_tenths > 300);
        let proof = &sku.proof;
        assert!(proof.gap.minor * 100 <= sku.cost.minor, "within a percent: {}: {proof:?}", sku.sku_part_number);
    }
    assert!(used > 1, "the plan uses the waiting that it may allow");
}

#[test]
fn a_plan_is_the_same_on_any_number_of_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| made(PlanTarget::Risk(Risk::percent(5).unwrap()), &[]).plan)
    };
    assert_eq!(on(1), on(3));
}
