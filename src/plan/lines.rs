//! From a choice of moves to what somebody does. In: moves and how many of each. Out: lines in order of days, and the lots that the
//! plan makes. Never: changes a number of units.
//!
//! Units that begin on the day on which others end are a renewal of those, as far as they go; what is left begins a lot of its
//! own, and a lot that nothing renews ends.

use chrono::NaiveDate;

use super::commerce::{Kind, Move, Parent};
use super::exact::Exact;
use super::grid::Grid;
use super::owned::Owned;
use crate::catalog::SkuId;
use crate::diagnostic::Origin;
use crate::forecast::{PlanAction, PlanLine};
use crate::money::Currency;
use crate::supply::{BillingPlan, Channel, Renewal, Subscription, Supply, Term};

/// A lot as the plan goes on.
struct Lot<'a> {
    name: String,
    owned: Option<usize>,
    /// The moves that begin it, by position, as far as it is the plan's.
    begun_by: Option<usize>,
    quantity: u32,
    ends: NaiveDate,
    term: Term,
    channel: Channel,
    set: Option<&'a Subscription>,
    /// The line that its units of now stand in.
    line: Option<usize>,
}

struct Writer<'a> {
    grid: &'a Grid,
    moves: &'a [Move],
    currency: Currency,
    lots: Vec<Lot<'a>>,
    lines: Vec<(PlanLine, Exact)>,
    bought: u32,
}

/// The lines of a choice.
pub fn lines(owned: &Owned, grid: &Grid, moves: &[Move], chosen: &[(usize, u32)], currency: Currency) -> Vec<PlanLine> {
    let mut writer = Writer { grid, moves, currency, lots: Vec::new(), lines: Vec::new(), bought: 0 };
    writer.lots = lots(owned, grid);
    let mut done = None;
    loop {
        let begins = chosen.iter().map(|(at, _)| moves[*at].from);
        let ends = writer.lots.iter().filter(|lot| lot.quantity > 0).map(|lot| lot.ends);
        let next = begins.chain(ends).filter(|day| done.is_none_or(|done| *day > done) && *day < grid.end).min();
        let Some(day) = next else { break };
        writer.day(day, chosen);
        done = Some(day);
    }
    let Writer { lines, .. } = writer;
    lines.into_iter().map(|(line, cost)| PlanLine { cost: cost.money(currency), ..line }).collect()
}

fn lots<'a>(owned: &'a Owned, grid: &Grid) -> Vec<Lot<'a>> {
    let running = owned.running.iter().enumerate().map(|(position, running)| Lot {
        name: running.lot.id.to_string(),
        owned: Some(position),
        begun_by: None,
        quantity: running.quantity,
        ends: running.ends,
        term: running.lot.term,
        channel: running.lot.channel,
        set: Some(&running.lot),
        line: None,
    });
    let extended = owned.extended.iter().enumerate().map(|(position, lot)| Lot {
        name: lot.id.to_string(),
        owned: Some(owned.running.len() + position),
        begun_by: None,
        quantity: lot.quantity,
        ends: grid.today(),
        term: lot.term,
        channel: lot.channel,
        set: Some(lot),
        line: None,
    });
    running.chain(extended).collect()
}

impl Writer<'_> {
    fn day(&mut self, day: NaiveDate, chosen: &[(usize, u32)]) {
        let here: Vec<(usize, u32)> = chosen.iter().copied().filter(|(at, _)| self.moves[*at].from == day).collect();
        for (at, _) in &here {
            if let Kind::Extend { lot } = self.moves[*at].kind {
                self.extend(day, *at, lot);
            }
        }
        let mut ending: Vec<usize> =
            (0..self.lots.len()).filter(|lot| self.lots[*lot].ends == day && self.lots[*lot].quantity > 0).collect();
        let mut starting: Vec<(usize, u32)> =
            here.iter().copied().filter(|(at, _)| matches!(self.moves[*at].kind, Kind::Start { .. })).collect();
        starting.sort_by_key(|(at, count)| (std::cmp::Reverse(*count), *at));
        for (at, count) in starting {
            self.begin(day, at, count, &mut ending);
        }
        for lot in ending {
            self.end(day, lot);
        }
        for (at, count) in here {
            self.change(day, at, count);
        }
    }

    /// Begins `count` units: as renewals of lots that end, those of the same term first, then as a lot of its own.
    fn begin(&mut self, day: NaiveDate, at: usize, count: u32, ending: &mut Vec<usize>) {
        let Kind::Start { term, channel } = self.moves[at].kind else { return };
        let mut left = count;
        let is_ea = |channel: Channel| channel == Channel::Ea;
        while left > 0 {
            let fitting = |lot: &&usize| is_ea(self.lots[**lot].channel) == is_ea(channel);
            let best = ending.iter().filter(fitting).min_by_key(|lot| (self.lots[**lot].term != term, **lot)).copied();
            let Some(lot) = best else { break };
            let others = ending.iter().filter(fitting).count() > 1;
            ending.retain(|other| *other != lot);
            let units = if others { left.min(self.lots[lot].quantity) } else { left };
            left -= units;
            self.renew(day, at, lot, units, term);
        }
        if left > 0 {
            self.buy(day, at, left, term, channel);
        }
    }

    fn renew(&mut self, day: NaiveDate, at: usize, lot: usize, units: u32, term: Term) {
        let (to, cost) = (self.moves[at].to, self.moves[at].cost.times(i64::from(units)));
        let before = self.lots[lot].quantity;
        let same_month = term == Term::P1M && self.lots[lot].term == Term::P1M && units == before;
        let set = self.lots[lot].set.take();
        let already_set =
            set.is_some_and(|set| set.end_of_term() == Renewal::Renew { quantity: units } && set.term == term);
        let state = &mut self.lots[lot];
        (state.quantity, state.ends, state.term, state.begun_by) = (units, to, term, Some(at));
        match state.line.filter(|_| same_month) {
            // A monthly lot that goes on as it is: no line of its own.
            Some(line) => {
                let (line, sum) = &mut self.lines[line];
                (line.until, *sum) = (to, sum.plus(cost));
            }
            None => {
                let last = self.lots[lot].channel.last_day_to_act(day);
                let line = self.line(lot, PlanAction::Renew, day, last, before, to, cost);
                self.lines[line].0.already_set = already_set;
                self.lots[lot].line = Some(line);
            }
        }
    }

    fn buy(&mut self, day: NaiveDate, at: usize, units: u32, term: Term, channel: Channel) {
        self.bought += 1;
        self.lots.push(Lot {
            name: format!("new {}", self.bought),
            owned: None,
            begun_by: Some(at),
            quantity: units,
            ends: self.moves[at].to,
            term,
            channel,
            set: None,
            line: None,
        });
        let lot = self.lots.len() - 1;
        let cost = self.moves[at].cost.times(i64::from(units));
        let line = self.line(lot, PlanAction::Buy, day, before(day), 0, self.moves[at].to, cost);
        self.lots[lot].line = Some(line);
    }

    fn end(&mut self, day: NaiveDate, lot: usize) {
        let state = &mut self.lots[lot];
        let units_before = std::mem::take(&mut state.quantity);
        let set = state.set.take();
        let already_set = set.is_some_and(|set| matches!(set.end_of_term(), Renewal::Cancel | Renewal::Expire));
        let last = state.channel.last_day_to_act(day);
        let line = self.line(lot, PlanAction::End, day, last, units_before, day, Exact::default());
        self.lines[line].0.already_set = already_set;
    }

    fn extend(&mut self, day: NaiveDate, at: usize, owned: usize) {
        let Some(lot) = self.lots.iter().position(|lot| lot.owned == Some(owned)) else { return };
        let state = &mut self.lots[lot];
        let set = state.set.take();
        state.ends = self.moves[at].to;
        let (units, last) = (state.quantity, state.channel.last_day_to_act(day));
        let line = self.line(lot, PlanAction::Extend, day, last, units, self.moves[at].to, self.moves[at].cost);
        self.lines[line].0.already_set = set.is_some_and(|set| set.end_of_term() == Renewal::ExtendedServiceTerm);
        self.lines[line].0.term = None;
    }

    /// Units added to a lot, or taken from it within its term.
    fn change(&mut self, day: NaiveDate, at: usize, count: u32) {
        let (action, of) = match self.moves[at].kind {
            Kind::Add { to: Parent::Owned(lot) } => (PlanAction::Add, self.owned(lot)),
            Kind::Add { to: Parent::Planned(begun) } => {
                (PlanAction::Add, self.lots.iter().position(|lot| lot.begun_by == Some(begun)))
            }
            Kind::Return { lot } => (PlanAction::Return, self.owned(lot)),
            Kind::Anniversary { lot } => (PlanAction::ReduceAtAnniversary, self.owned(lot)),
            Kind::Start { .. } | Kind::Extend { .. } => return,
        };
        let Some(lot) = of else { return };
        let units_before = self.lots[lot].quantity;
        let units = i64::from(units_before) + self.moves[at].units * i64::from(count);
        self.lots[lot].quantity = u32::try_from(units).unwrap_or(0);
        let last = match action {
            PlanAction::ReduceAtAnniversary => self.lots[lot].channel.last_day_to_act(day),
            PlanAction::Return => day,
            _ => before(day),
        };
        let cost = self.moves[at].cost.times(i64::from(count));
        self.line(lot, action, day, last, units_before, self.moves[at].to, cost);
    }

    fn owned(&self, position: usize) -> Option<usize> {
        self.lots.iter().position(|lot| lot.owned == Some(position))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a line, each of another kind")]
    fn line(
        &mut self,
        lot: usize,
        action: PlanAction,
        day: NaiveDate,
        last_day_to_act: NaiveDate,
        units_before: u32,
        until: NaiveDate,
        cost: Exact,
    ) -> usize {
        let lot = &self.lots[lot];
        let line = PlanLine {
            last_day_to_act: last_day_to_act.max(self.grid.today()),
            day,
            action,
            subscription: lot.name.clone(),
            term: Some(lot.term.code()),
            units_before,
            units_after: lot.quantity,
            until,
            cost: cost.money(self.currency),
            already_set: false,
        };
        self.lines.push((line, cost));
        self.lines.len() - 1
    }
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

/// The units that a choice makes, as lots that end when they are no longer paid for.
pub fn supply(owned: &Owned, moves: &[Move], chosen: &[(usize, u32)], sku_id: &SkuId) -> Supply {
    let mut supply = owned.fixed.clone();
    let taken = |lot: usize| -> u32 {
        let of = |(at, count): &(usize, u32)| match moves[*at].kind {
            Kind::Return { lot: of } | Kind::Anniversary { lot: of } if of == lot => *count,
            _ => 0,
        };
        chosen.iter().map(of).sum()
    };
    for (position, running) in owned.running.iter().enumerate() {
        supply.lots.push(running.term_alone(running.quantity.saturating_sub(taken(position))));
    }
    for (number, (at, count)) in chosen.iter().enumerate() {
        let made = &moves[*at];
        let (start, end, quantity) = match made.kind {
            Kind::Return { .. } => continue,
            // What is taken later is there until then.
            Kind::Anniversary { lot } => (owned.running[lot].since, made.from, *count),
            Kind::Extend { .. } => (made.from, made.to, u32::try_from(made.units).unwrap_or(0)),
            Kind::Start { .. } | Kind::Add { .. } => (made.from, made.to, *count),
        };
        supply.lots.push(Subscription {
            id: format!("plan {}", number + 1).into(),
            sku_id: sku_id.clone(),
            term: Term::P1Y,
            quantity,
            start,
            term_end: Some(end),
            renewal: Renewal::Cancel,
            billing: BillingPlan::Annual,
            channel: Channel::Direct,
            trial: false,
            reserved: false,
            origin: Origin::default(),
        });
    }
    supply
}
