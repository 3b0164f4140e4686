//! The cheapest SKUs that hold some plans and go together. In: plans to keep, SKUs with prices. Out: which SKUs. Never: a user, or a
//! mix that cannot be assigned.

use std::collections::BTreeSet;

use super::{Fit, Ladders};
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

/// What one user needs, and has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Plans to keep.
    pub wanted: BTreeSet<String>,
    /// Positions of the candidates that the user has.
    pub held: BTreeSet<usize>,
    /// Plans that are on today, by any SKU.
    pub on: BTreeSet<String>,
    /// Of them, those of SKUs that stay whatever is chosen.
    pub given: BTreeSet<String>,
}

impl Need {
    /// The plans that a candidate brings: of one that the user has, those that are on.
    fn brings(&self, at: usize, candidate: &Candidate) -> BTreeSet<String> {
        match self.held.contains(&at) {
            true => candidate.plans.intersection(&self.on).cloned().collect(),
            false => candidate.plans.clone(),
        }
    }
}

/// Positions of the candidates that hold every plan wanted at least cost and can be assigned together, ascending, and a bound in
/// minor units that none goes below. Of equal mixes the one with most of what is held. What is held already is taken to go
/// together, whatever the rules say. An error where there is no such mix.
pub fn cheapest_cover(
    need: &Need,
    candidates: &[Candidate],
    ladders: &Ladders,
    fit: &Fit,
) -> Result<(Vec<usize>, i64), Unsolved> {
    // Plans that the same SKUs hold make the same row.
    let brings: Vec<BTreeSet<String>> = candidates.iter().enumerate().map(|(at, one)| need.brings(at, one)).collect();
    let holders = |plan: &String| -> Vec<usize> {
        let holds = |at: &usize| candidates[*at].plans.iter().any(|given| ladders.covers(given, plan));
        (0..candidates.len()).filter(holds).collect()
    };
    let rows: BTreeSet<Vec<usize>> = need.wanted.iter().map(holders).collect();
    let mut program = Program::default();
    for (at, candidate) in candidates.iter().enumerate() {
        let held = need.held.contains(&at);
        let beside = held || !fit.exclude_each_other(&brings[at], &need.given);
        let change = if held { 0.0 } else { CHANGE };
        program.number(candidate.price as f64 / 100.0 + change, f64::from(u8::from(beside)), true);
    }
    for row in rows {
        if row.is_empty() {
            return Err(Unsolved::Impossible);
        }
        program.row(row.into_iter().map(|at| (at, 1.0)).collect(), 1.0);
    }
    exclusions(&mut program, need, &brings, fit);
    prerequisites(&mut program, need, &brings, fit);
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

/// Of two SKUs that exclude each other at most one.
fn exclusions(program: &mut Program, need: &Need, brings: &[BTreeSet<String>], fit: &Fit) {
    for (one, plans) in brings.iter().enumerate() {
        for (other, theirs) in brings.iter().enumerate().skip(one + 1) {
            let both_held = need.held.contains(&one) && need.held.contains(&other);
            if !both_held && fit.exclude_each_other(plans, theirs) {
                program.row(vec![(one, -1.0), (other, -1.0)], -1.0);
            }
        }
    }
}

/// A SKU with a plan that needs another only beside one that brings it. What is lacking today may go on lacking.
fn prerequisites(program: &mut Program, need: &Need, brings: &[BTreeSet<String>], fit: &Fit) {
    let carriers = |needs: &BTreeSet<String>| -> Vec<usize> {
        (0..brings.len()).filter(|at| !brings[*at].is_disjoint(needs)).collect()
    };
    for (at, plans) in brings.iter().enumerate() {
        for needs in fit.needed_by(plans) {
            let lacking = need.held.contains(&at) && need.on.is_disjoint(needs);
            if lacking || !need.given.is_disjoint(needs) || !plans.is_disjoint(needs) {
                continue;
            }
            let mut terms: Vec<(usize, f64)> = carriers(needs).into_iter().map(|carrier| (carrier, 1.0)).collect();
            terms.push((at, -1.0));
            program.row(terms, 0.0);
        }
    }
    // What stays whatever is chosen keeps what it needs.
    for needs in fit.needed_by(&need.given) {
        if need.given.is_disjoint(needs) && !need.on.is_disjoint(needs) {
            program.row(carriers(needs).into_iter().map(|carrier| (carrier, 1.0)).collect(), 1.0);
        }
    }
}
