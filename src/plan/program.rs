//! Integer programs. In: costs, bounds and rows. Out: the cheapest whole numbers, with a bound that no other can go below. Never:
//! stopped by a clock: the search ends by a number of nodes, so that it ends in the same place everywhere.
//!
//! Relaxations are solved by microlp through good_lp. The search is best first: it takes up the node with the least bound, branches on
//! its most fractional number, and rounds every relaxation up for a first solution, which covering rows allow.

use good_lp::{Expression, ProblemVariables, ResolutionError, Solution, SolverModel, microlp, variable};

/// `terms` add up to at least `at_least`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub terms: Vec<(usize, f64)>,
    pub at_least: f64,
}

/// Minimise the cost. Every number is at least 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub costs: Vec<f64>,
    /// The most of each number.
    pub most: Vec<f64>,
    /// Whether a number has to be whole.
    pub whole: Vec<bool>,
    pub rows: Vec<Row>,
}

impl Program {
    /// Adds a number and returns its position.
    pub fn number(&mut self, cost: f64, most: f64, whole: bool) -> usize {
        self.costs.push(cost);
        self.most.push(most);
        self.whole.push(whole);
        self.costs.len() - 1
    }

    pub fn row(&mut self, terms: Vec<(usize, f64)>, at_least: f64) {
        self.rows.push(Row { terms, at_least });
    }
}

/// The best numbers found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    pub values: Vec<f64>,
    pub cost: f64,
    /// No solution costs less than this.
    pub bound: f64,
    /// Relaxations solved.
    pub nodes: u32,
    /// Whether nodes were left when the limit was reached.
    pub stopped: bool,
}

/// Why there is no solution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsolved {
    #[error("no numbers keep every row")]
    Impossible,
    #[error("the solver gave up: {0}")]
    Solver(String),
}

/// How far from a whole number counts as whole, and how far below the best a bound has to be to be looked at: less than half a
/// minor unit where costs are in hundreds of them.
const WHOLE: f64 = 1e-5;
const WORTH: f64 = 0.004;

struct Node {
    bound: f64,
    /// Least and most of each number.
    limits: Vec<(f64, f64)>,
    values: Vec<f64>,
}

/// Solves `program`, looking at no more than `nodes_most` relaxations.
pub fn minimise(program: &Program, nodes_most: u32) -> Result<Solved, Unsolved> {
    let limits: Vec<(f64, f64)> = program.most.iter().map(|most| (0.0, *most)).collect();
    let root = relaxed(program, limits)?.ok_or(Unsolved::Impossible)?;
    let mut nodes = 1;
    let mut best: Option<(f64, Vec<f64>)> = None;
    let mut open = vec![root];
    // The least bound of what was left aside, because it cannot be better by enough to matter.
    let mut aside = f64::INFINITY;
    while let Some(node) = take_least(&mut open) {
        consider(program, &node.values, &mut best);
        let least = best.as_ref().map_or(f64::INFINITY, |(cost, _)| *cost);
        if node.bound >= least - WORTH {
            aside = aside.min(node.bound);
            continue;
        }
        let Some(branch) = most_fractional(program, &node.values) else {
            aside = aside.min(node.bound);
            continue;
        };
        if nodes + 2 > nodes_most {
            open.push(node);
            break;
        }
        let value = node.values[branch];
        for half in [(node.limits[branch].0, value.floor()), (value.ceil(), node.limits[branch].1)] {
            nodes += 1;
            let mut limits = node.limits.clone();
            limits[branch] = half;
            open.extend(relaxed(program, limits)?);
        }
    }
    let (cost, values) = best.ok_or(Unsolved::Impossible)?;
    let left = open.iter().map(|node| node.bound).fold(aside, f64::min);
    Ok(Solved { bound: left.min(cost), cost, values, nodes, stopped: !open.is_empty() })
}

/// The node with the least bound; of equals the one made last.
fn take_least(open: &mut Vec<Node>) -> Option<Node> {
    let mut least: Option<usize> = None;
    for (position, node) in open.iter().enumerate() {
        if least.is_none_or(|least| node.bound <= open[least].bound) {
            least = Some(position);
        }
    }
    least.map(|position| open.remove(position))
}

/// Keeps the whole numbers nearest to `values`, or all rounded up, where they keep every row and are better.
fn consider(program: &Program, values: &[f64], best: &mut Option<(f64, Vec<f64>)>) {
    let rounded = |up: bool| -> Vec<f64> {
        let round = |value: f64| if up { (value - WHOLE).ceil().max(0.0) } else { value.round() };
        values.iter().zip(&program.whole).map(|(value, whole)| if *whole { round(*value) } else { *value }).collect()
    };
    for candidate in [rounded(false), rounded(true)] {
        let cost: f64 = candidate.iter().zip(&program.costs).map(|(value, cost)| value * cost).sum();
        if keeps(program, &candidate) && best.as_ref().is_none_or(|(least, _)| cost < *least) {
            *best = Some((cost, candidate));
        }
    }
}

fn keeps(program: &Program, values: &[f64]) -> bool {
    let within = values.iter().zip(&program.most).all(|(value, most)| *value >= -WHOLE && *value <= *most + WHOLE);
    within
        && program.rows.iter().all(|row| {
            let sum: f64 = row.terms.iter().map(|(position, factor)| values[*position] * factor).sum();
            sum >= row.at_least - WHOLE * (1.0 + row.at_least.abs() / 100.0)
        })
}

fn most_fractional(program: &Program, values: &[f64]) -> Option<usize> {
    let mut most: Option<(f64, usize)> = None;
    for (position, value) in values.iter().enumerate().filter(|(position, _)| program.whole[*position]) {
        let fraction = (value - value.round()).abs();
        if fraction > WHOLE && most.is_none_or(|(largest, _)| fraction > largest) {
            most = Some((fraction, position));
        }
    }
    most.map(|(_, position)| position)
}

/// The least cost without whole numbers, and the numbers.
pub fn relaxation(program: &Program) -> Result<(f64, Vec<f64>), Unsolved> {
    let limits = program.most.iter().map(|most| (0.0, *most)).collect();
    let node = relaxed(program, limits)?.ok_or(Unsolved::Impossible)?;
    Ok((node.bound, node.values))
}

/// The program without whole numbers; `None` where nothing keeps every row.
fn relaxed(program: &Program, limits: Vec<(f64, f64)>) -> Result<Option<Node>, Unsolved> {
    let mut variables = ProblemVariables::new();
    let columns: Vec<_> = limits.iter().map(|(least, most)| variables.add(variable().min(*least).max(*most))).collect();
    let mut cost = Expression::with_capacity(columns.len());
    columns.iter().zip(&program.costs).for_each(|(column, price)| cost.add_mul(*price, *column));
    let mut model = variables.minimise(cost).using(microlp);
    for row in &program.rows {
        let mut sum = Expression::with_capacity(row.terms.len());
        row.terms.iter().for_each(|(position, factor)| sum.add_mul(*factor, columns[*position]));
        model.add_constraint(sum.geq(row.at_least));
    }
    match model.solve() {
        Ok(solution) => {
            let values: Vec<f64> = columns.iter().map(|column| solution.value(*column)).collect();
            let bound = values.iter().zip(&program.costs).map(|(value, cost)| value * cost).sum();
            Ok(Some(Node { bound, limits, values }))
        }
        Err(ResolutionError::Infeasible) => Ok(None),
        Err(error) => Err(Unsolved::Solver(error.to_string())),
    }
}
