//! Integer programs: the search against every combination.

use proptest::prelude::*;
use seatcast::plan::{Program, minimise};

const MOST: u32 = 3;

/// The least cost over every combination of whole numbers, or `None` where none keeps every row.
fn every_combination(program: &Program) -> Option<f64> {
    let numbers = program.costs.len() as u32;
    let mut best: Option<f64> = None;
    for code in 0..(MOST + 1).pow(numbers) {
        let values: Vec<f64> = (0..numbers).map(|at| f64::from(code / (MOST + 1).pow(at) % (MOST + 1))).collect();
        let kept = program
            .rows
            .iter()
            .all(|row| row.terms.iter().map(|(at, factor)| values[*at] * factor).sum::<f64>() >= row.at_least - 1e-9);
        let within = values.iter().zip(&program.most).all(|(value, most)| value <= most);
        let cost: f64 = values.iter().zip(&program.costs).map(|(value, cost)| value * cost).sum();
        if kept && within && best.is_none_or(|least| cost < least) {
            best = Some(cost);
        }
    }
    best
}

fn programs() -> impl Strategy<Value = Program> {
    let number = (-2i32..20, 1..=MOST);
    let row = (prop::collection::vec(-2i32..4, 5), -3i32..9);
    (prop::collection::vec(number, 1..=5), prop::collection::vec(row, 0..4)).prop_map(|(numbers, rows)| {
        let mut program = Program::default();
        for (cost, most) in &numbers {
            program.number(f64::from(*cost), f64::from(*most), true);
        }
        for (factors, at_least) in rows {
            let terms = factors.iter().take(numbers.len()).enumerate();
            program.row(terms.map(|(at, factor)| (at, f64::from(*factor))).collect(), f64::from(at_least));
        }
        program
    })
}

proptest! {
    #[test]
    fn the_search_finds_the_least_of_every_combination(program in programs()) {
        let best = every_combination(&program);
        let solved = minimise(&program, 10_000).ok();
        prop_assert_eq!(best.is_some(), solved.is_some());
        if let (Some(best), Some(solved)) = (best, solved) {
            prop_assert!((solved.cost - best).abs() < 1e-6, "{} and not {best}", solved.cost);
            prop_assert!(solved.bound <= best + 1e-6 && !solved.stopped);
        }
    }

    #[test]
    fn a_search_that_is_stopped_states_a_bound_that_holds(program in programs(), nodes in 1u32..4) {
        let (Some(best), Ok(solved)) = (every_combination(&program), minimise(&program, nodes)) else { return Ok(()) };
        prop_assert!(solved.bound <= best + 1e-6, "bound {} above {best}", solved.bound);
        prop_assert!(solved.cost >= best - 1e-6, "cost {} below {best}", solved.cost);
        prop_assert!(solved.nodes <= nodes.max(1));
    }
}
