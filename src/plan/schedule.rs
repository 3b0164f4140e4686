//! From a target to how many of each move. In: moves, units that are there anyway, needs. Out: a choice and its proof. Never: a
//! name of a lot, or a word.

use std::collections::BTreeSet;
use std::ops::Range;

use super::commerce::{Kind, Move, Parent};
use super::exact::Exact;
use super::grid::Grid;
use super::program::{Program, Solved, Unsolved, minimise, relaxation};
use super::target;
use crate::forecast::SkuDemand;

/// The most relaxations of one program. Programmes of one SKU need one, or a few dozen; this only ends what got lost.
const NODES_MOST: u32 = 4_000;
/// The same where waiting is counted, for a programme of one number: one sum over everything makes many schedules almost equal, so
/// that large programmes would take long to tell them apart.
const WAITING_NODES_MOST: u32 = 60_000;
/// The most rounds of a target that is a sum, each of which knows that sum better.
const ROUNDS_MOST: u32 = 80;
/// What tells two schedules of equal cost apart, in hundreds of minor units for all units together: less is committed to after
/// the horizon. Far below a minor unit.
const PREFERENCE: f64 = 1e-4;

/// What a schedule is made from.
pub struct Task<'a> {
    pub grid: &'a Grid,
    pub moves: &'a [Move],
    /// Units in each span without any move.
    pub base: &'a [u32],
    /// The most units that can be wanted.
    pub units_most: u32,
}

/// How many of each move, and how sure it is that no other choice is cheaper.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Position of the move, and how many; ascending.
    pub moves: Vec<(usize, u32)>,
    /// In hundreds of minor units, without what is paid anyway.
    pub bound: f64,
    pub nodes: u32,
    pub stopped: bool,
}

impl Task<'_> {
    /// The cheapest choice with at least `needed` units in each span.
    pub fn cover(&self, needed: &[u32]) -> Result<Choice, Unsolved> {
        let mut program = self.program();
        for (span, needed) in needed.iter().enumerate() {
            let terms = self.terms(span);
            let missing = f64::from(*needed) - f64::from(self.base[span]);
            if missing > 0.0 || terms.iter().any(|(_, factor)| *factor < 0.0) {
                program.row(terms, missing);
            }
        }
        Ok(self.choice(&minimise(&program, NODES_MOST)?))
    }

    /// The cheapest choice that leaves at most `allowed` seat-days waiting, summed over days and replications. What waits is a
    /// convex function of the units of a span, of which only the parts that matter are ever written down: first those that the
    /// programme without whole numbers asks for, then those that its whole numbers do.
    pub fn leave_waiting(&self, demand: &SkuDemand, allowed: u64) -> Result<Choice, Unsolved> {
        let mut waits = Waits::new(self, demand, allowed);
        for _ in 0..ROUNDS_MOST {
            let (_, values) = relaxation(&waits.program)?;
            if !waits.learn_between(&values) {
                break;
            }
        }
        let mut bound = f64::NEG_INFINITY;
        let mut nodes = 0;
        let nodes_most = (WAITING_NODES_MOST / waits.program.costs.len().max(1) as u32).clamp(100, NODES_MOST);
        for _ in 0..ROUNDS_MOST / 4 {
            let solved = minimise(&waits.program, nodes_most)?;
            bound = bound.max(solved.bound);
            nodes += solved.nodes;
            let choice = Choice { bound, nodes, ..self.choice(&solved) };
            if waits.learn_at(&self.units(&choice)) <= allowed {
                return Ok(choice);
            }
        }
        // Nobody waits where the units are never below the demand.
        let most = |days: &Range<usize>| days.clone().map(|day| demand.max(day)).max().unwrap_or(0);
        let whole = self.cover(&waits.days.iter().map(most).collect::<Vec<_>>())?;
        Ok(Choice { bound: bound.min(whole.bound), nodes: nodes + whole.nodes, stopped: true, ..whole })
    }

    /// Units in each span with the moves of a choice.
    pub fn units(&self, choice: &Choice) -> Vec<u32> {
        let made = |span: usize| -> i64 {
            let terms = choice.moves.iter().filter(|(at, _)| self.covers(*at, span));
            terms.map(|(at, count)| self.moves[*at].units * i64::from(*count)).sum()
        };
        let all = self.base.iter().enumerate();
        all.map(|(span, base)| u32::try_from(i64::from(*base) + made(span)).unwrap_or(0)).collect()
    }

    /// What the moves of a choice cost up to the horizon, and after it.
    pub fn cost(&self, choice: &Choice) -> (Exact, Exact) {
        choice.moves.iter().fold((Exact::default(), Exact::default()), |(cost, after), (at, count)| {
            let made = &self.moves[*at];
            let count = i64::from(*count);
            (cost.plus(made.cost.times(count)), after.plus(made.cost_after.times(count)))
        })
    }

    fn covers(&self, at: usize, span: usize) -> bool {
        let (made, day) = (&self.moves[at], self.grid.days[span]);
        let next = self.grid.days.get(span + 1).copied().unwrap_or(self.grid.end);
        made.from <= day && next <= made.to
    }

    fn terms(&self, span: usize) -> Vec<(usize, f64)> {
        let covering = (0..self.moves.len()).filter(|at| self.covers(*at, span));
        covering.map(|at| (at, self.moves[at].units as f64)).collect()
    }

    /// The moves as numbers, with what ties one to another.
    fn program(&self) -> Program {
        let mut program = Program::default();
        let ceiling = f64::from(self.units_most);
        for made in self.moves {
            let after = (made.to - self.grid.end).num_days().max(0) as f64 / 1096.0;
            let preference = PREFERENCE * after * made.units.unsigned_abs() as f64 / ceiling.max(1.0);
            let most = made.most.map_or(ceiling, f64::from);
            program.number(made.cost.hundreds() + preference, most, true);
        }
        self.tie_additions(&mut program, ceiling);
        self.tie_lots(&mut program);
        program
    }

    /// Units can be added to a lot that the plan begins only if it begins it.
    fn tie_additions(&self, program: &mut Program, ceiling: f64) {
        for parent in 0..self.moves.len() {
            let is_child = |at: &usize| self.moves[*at].kind == Kind::Add { to: Parent::Planned(parent) };
            let children: Vec<usize> = (0..self.moves.len()).filter(is_child).collect();
            if children.is_empty() {
                continue;
            }
            let begun = program.number(0.0, 1.0, true);
            program.row(vec![(parent, 1.0), (begun, -1.0)], 0.0);
            // All that is added to one lot ends with it, so more than can ever be wanted is never added in all.
            let mut terms: Vec<(usize, f64)> = children.into_iter().map(|child| (child, -1.0)).collect();
            terms.push((begun, ceiling));
            program.row(terms, 0.0);
        }
    }

    /// A lot is extended once at most, and no more units are taken from an agreement than it has.
    fn tie_lots(&self, program: &mut Program) {
        let extended = |at: usize| match self.moves[at].kind {
            Kind::Extend { lot } => Some(lot),
            _ => None,
        };
        let reduced = |at: usize| match self.moves[at].kind {
            Kind::Anniversary { lot } => Some(lot),
            _ => None,
        };
        let all = 0..self.moves.len();
        let lots = all.clone().filter_map(|at| extended(at).or(reduced(at))).max().map_or(0, |lot| lot + 1);
        for lot in 0..lots {
            let of = |is: &dyn Fn(usize) -> Option<usize>| -> Vec<usize> {
                all.clone().filter(|at| is(*at) == Some(lot)).collect()
            };
            for (members, most) in [(of(&extended), 1.0), {
                let members = of(&reduced);
                let most = members.first().and_then(|at| self.moves[*at].most).map_or(0.0, f64::from);
                (members, most)
            }] {
                if members.len() > 1 {
                    program.row(members.into_iter().map(|at| (at, -1.0)).collect(), -most);
                }
            }
        }
    }

    fn choice(&self, solved: &Solved) -> Choice {
        let count = |at: usize| solved.values.get(at).map_or(0, |value| value.round().max(0.0) as u32);
        Choice {
            moves: (0..self.moves.len()).map(|at| (at, count(at))).filter(|(_, count)| *count > 0).collect(),
            bound: solved.bound,
            nodes: solved.nodes,
            stopped: solved.stopped,
        }
    }
}

/// A programme of which the waiting is known better and better.
struct Waits<'a> {
    task: &'a Task<'a>,
    demand: &'a SkuDemand,
    days: Vec<Range<usize>>,
    program: Program,
    /// The position of what waits in each span.
    numbers: Vec<usize>,
    /// Users are counted in so many, so that numbers stay small.
    scale: f64,
    /// Spans and units at which the waiting is written down.
    known: BTreeSet<(usize, u32)>,
}

impl<'a> Waits<'a> {
    fn new(task: &'a Task<'a>, demand: &'a SkuDemand, allowed: u64) -> Self {
        let days = target::days_of(task.grid);
        let mut program = task.program();
        let scale = f64::from(task.units_most.max(1)) * 10.0;
        let numbers: Vec<usize> = days.iter().map(|_| program.number(0.0, 1e12, false)).collect();
        program.row(numbers.iter().map(|number| (*number, -1.0)).collect(), -(allowed as f64 / scale));
        let mut waits = Waits { task, demand, days, program, numbers, scale, known: BTreeSet::new() };
        for span in 0..waits.days.len() {
            let most = waits.days[span].clone().map(|day| demand.max(day)).max().unwrap_or(0);
            waits.cut(span, task.base[span].min(most));
        }
        waits
    }

    fn waiting(&self, span: usize, units: u32) -> u64 {
        target::waiting(self.demand, self.days[span].clone(), units)
    }

    /// Writes down the straight piece of the waiting from `units` to one more; whether it was not known.
    fn cut(&mut self, span: usize, units: u32) -> bool {
        if !self.known.insert((span, units)) {
            return false;
        }
        let at = |units: u32| self.waiting(span, units) as f64 / self.scale;
        let (here, slope) = (at(units), at(units.saturating_add(1)) - at(units));
        let mut terms = self.task.terms(span);
        terms.iter_mut().for_each(|(_, factor)| *factor *= -slope);
        terms.push((self.numbers[span], 1.0));
        let base = f64::from(self.task.base[span]);
        self.program.row(terms, here + slope * (base - f64::from(units)));
        true
    }

    /// Learns the pieces that numbers which need not be whole lie on; whether any was new.
    fn learn_between(&mut self, values: &[f64]) -> bool {
        let mut learnt = false;
        for span in 0..self.days.len() {
            let made: f64 = self.task.terms(span).iter().map(|(at, factor)| values[*at] * factor).sum();
            let units = (f64::from(self.task.base[span]) + made + 1e-7).floor().max(0.0) as u32;
            learnt |= self.cut(span, units);
        }
        learnt
    }

    /// Learns both pieces at each number of units, and returns how many wait in all.
    fn learn_at(&mut self, units: &[u32]) -> u64 {
        let waiting = (0..self.days.len()).map(|span| self.waiting(span, units[span])).sum();
        for (span, units) in units.iter().enumerate() {
            self.cut(span, *units);
            if let Some(below) = units.checked_sub(1) {
                self.cut(span, below);
            }
        }
        waiting
    }
}
