//! From a target to how many of each move. In: moves, units that are there anyway, needs. Out: a choice and its proof. Never: a
//! name of a lot, or a word.

use super::commerce::{Kind, Move, Parent};
use super::exact::Exact;
use super::grid::Grid;
use super::program::{Program, Solved, Unsolved, minimise};
use super::target;
use crate::forecast::SkuDemand;

/// The most relaxations of one program. Programmes of one SKU need one, or a few dozen; this only ends what got lost.
const NODES_MOST: u32 = 4_000;
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
        Ok(self.choice(minimise(&program, NODES_MOST)?))
    }

    /// The cheapest choice that leaves at most `allowed` seat-days waiting, summed over days and replications. What waits is a
    /// convex function of the units of a span, of which only the parts that matter are ever written down.
    pub fn leave_waiting(&self, demand: &SkuDemand, allowed: u64) -> Result<Choice, Unsolved> {
        let mut program = self.program();
        let days = target::days_of(self.grid);
        // In units of what is allowed for, so that numbers stay small.
        let scale = f64::from(self.units_most.max(1)) * 10.0;
        let waits: Vec<usize> = days.iter().map(|_| program.number(0.0, f64::MAX.sqrt(), false)).collect();
        program.row(waits.iter().map(|wait| (*wait, -1.0)).collect(), -(allowed as f64 / scale));
        let cut = |program: &mut Program, span: usize, units: u32| {
            let at = |units: u32| target::waiting(demand, days[span].clone(), units) as f64 / scale;
            let slope = at(units.saturating_add(1)) - at(units);
            let mut terms = self.terms(span);
            terms.iter_mut().for_each(|(_, factor)| *factor *= -slope);
            terms.push((waits[span], 1.0));
            program.row(terms, at(units) + slope * (f64::from(self.base[span]) - f64::from(units)));
        };
        for span in 0..days.len() {
            let most = days[span].clone().map(|day| demand.max(day)).max().unwrap_or(0);
            cut(&mut program, span, self.base[span].min(most));
        }
        let mut bound = f64::NEG_INFINITY;
        let (mut nodes, mut stopped) = (0, false);
        for _ in 0..ROUNDS_MOST {
            let solved = minimise(&program, NODES_MOST)?;
            bound = bound.max(solved.bound);
            (nodes, stopped) = (nodes + solved.nodes, stopped | solved.stopped);
            let choice = Choice { bound, nodes, stopped, ..self.choice(solved) };
            let units = self.units(&choice);
            let waiting: Vec<u64> =
                days.iter().zip(&units).map(|(days, units)| target::waiting(demand, days.clone(), *units)).collect();
            if waiting.iter().sum::<u64>() <= allowed {
                return Ok(choice);
            }
            for (span, _) in waiting.iter().enumerate().filter(|(_, waiting)| **waiting > 0) {
                cut(&mut program, span, units[span]);
                if units[span] > 0 {
                    cut(&mut program, span, units[span] - 1);
                }
            }
        }
        // Nobody waits where the units are never below the demand.
        let most = |days: &std::ops::Range<usize>| days.clone().map(|day| demand.max(day)).max().unwrap_or(0);
        let whole = self.cover(&days.iter().map(most).collect::<Vec<_>>())?;
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
            for child in children {
                program.row(vec![(begun, ceiling), (child, -1.0)], 0.0);
            }
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

    fn choice(&self, solved: Solved) -> Choice {
        let count = |at: usize| solved.values.get(at).map_or(0, |value| value.round().max(0.0) as u32);
        Choice {
            moves: (0..self.moves.len()).map(|at| (at, count(at))).filter(|(_, count)| *count > 0).collect(),
            bound: solved.bound,
            nodes: solved.nodes,
            stopped: solved.stopped,
        }
    }
}
