//! The cheapest SKUs that hold some plans. In: plans to keep, SKUs with prices. Out: which SKUs. Never: a user.

use std::collections::BTreeSet;

use super::Ladders;
use crate::plan::program::{Program, Unsolved, minimise};

/// A SKU that can be bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Minor units, a seat and month.
    pub price: i64,
    /// Names of its plans.
    pub plans: BTreeSet<String>,
}

const NODES_MOST: u32 = 2_000;
/// What a SKU costs more that a user does not have yet, in hundreds of minor units: of equal mixes the one that changes least.
const CHANGE: f64 = 1e-5;

/// Positions of the candidates that hold every plan of `wanted` at least cost, ascending, and a bound in minor units that none goes
/// below. Of equal mixes the one with most of `held`. An error where some plan is in no candidate.
pub fn cheapest_cover(
    wanted: &BTreeSet<String>,
    candidates: &[Candidate],
    held: &BTreeSet<usize>,
    ladders: &Ladders,
) -> Result<(Vec<usize>, i64), Unsolved> {
    // Plans that the same SKUs hold make the same row.
    let holders = |plan: &String| -> Vec<usize> {
        let holds = |candidate: &Candidate| candidate.plans.iter().any(|given| ladders.covers(given, plan));
        (0..candidates.len()).filter(|at| holds(&candidates[*at])).collect()
    };
    let rows: BTreeSet<Vec<usize>> = wanted.iter().map(holders).collect();
    let mut program = Program::default();
    for (at, candidate) in candidates.iter().enumerate() {
        let change = if held.contains(&at) { 0.0 } else { CHANGE };
        program.number(candidate.price as f64 / 100.0 + change, 1.0, true);
    }
    for row in rows {
        if row.is_empty() {
            return Err(Unsolved::Impossible);
        }
        program.row(row.into_iter().map(|at| (at, 1.0)).collect(), 1.0);
    }
    if program.costs.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let solved = minimise(&program, NODES_MOST)?;
    let chosen: Vec<usize> = (0..candidates.len()).filter(|at| solved.values[*at] > 0.5).collect();
    let cost: i64 = chosen.iter().map(|at| candidates[*at].price).sum();
    // Prices are whole minor units, so what the search left aside by less than half of one is no better.
    let bound = if solved.stopped { ((solved.bound * 100.0).floor() as i64).min(cost) } else { cost };
    Ok((chosen, bound))
}
