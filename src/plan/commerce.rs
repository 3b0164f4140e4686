//! What the rules of commerce allow. In: what is owned, the grid, prices, rules. Out: moves, each with its days and its cost for
//! one unit. Never: a decrease outside its window, a term that no rule offers.
//!
//! Source: the commerce rules of the group-licensing reference (4.4, 5.1, 5.2). The choices that it leaves open are `Rules`,
//! printed with every plan; what a plan does not use is said there, too.

use chrono::NaiveDate;

use super::exact::{Exact, Ledger};
use super::grid::{Grid, anniversaries};
use super::owned::Owned;
use crate::calendar;
use crate::diagnostic::Origin;
use crate::supply::{BillingPlan, Channel, Renewal, Subscription, Supply, Term};

/// What a plan may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Terms that may be bought. `P3Y` is offered besides for a SKU of which a lot has it.
    pub terms: Vec<Term>,
    /// How annual and longer terms are billed.
    pub billing: BillingPlan,
    /// Whether an Enterprise Agreement can be reduced on its anniversaries: only if the licence is eligible, and not below the
    /// minimum of the enrolment, which no file tells.
    pub ea_reductions: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { terms: vec![Term::P1M, Term::P1Y], billing: BillingPlan::Annual, ea_reductions: false }
    }
}

/// A lot that units can be added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// By position among the running lots.
    Owned(usize),
    /// By position among the moves.
    Planned(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Units for one whole term (or, of a monthly one, to the end of the month): bought or renewed, which is the same money.
    Start { term: Term, channel: Channel },
    /// To the end of the lot's term, at the price of that term.
    Add { to: Parent },
    /// Fewer units within seven days after the term began.
    Return { lot: usize },
    /// Fewer units of an Enterprise Agreement.
    Anniversary { lot: usize },
    /// A whole lot in the extended service term, by position among the running lots and then the extended ones.
    Extend { lot: usize },
}

/// Something that can be done any number of times up to `most`, each time with the same units and cost.
#[derive(Clone, Debug)]
pub struct Move {
    pub kind: Kind,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Units that one of this move makes, or takes where negative.
    pub units: i64,
    pub most: Option<u32>,
    /// What one costs up to the horizon, and after it.
    pub cost: Exact,
    pub cost_after: Exact,
}

/// Days after a purchase or renewal within which its seats can be returned.
const RETURN_DAYS: u32 = 7;

/// Every move, in a fixed order; `None` where a price is missing.
pub fn moves(owned: &Owned, grid: &Grid, ledger: &Ledger<'_>, rules: &Rules) -> Option<Vec<Move>> {
    let shop = Shop { owned, grid, ledger, rules, terms: terms(owned, rules), channel: channel(owned) };
    let mut moves = Vec::new();
    shop.starts(&mut moves)?;
    shop.adds(&mut moves)?;
    shop.decreases(&mut moves)?;
    shop.extensions(&mut moves)?;
    Some(moves)
}

fn terms(owned: &Owned, rules: &Rules) -> Vec<Term> {
    let mut terms = rules.terms.clone();
    let commercial = owned.running.iter().filter(|running| !running.is_ea());
    terms.extend(commercial.map(|running| running.lot.term).filter(|term| *term == Term::P3Y));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The channel of new lots: that of a lot in new commerce, else direct; none where an Enterprise Agreement holds all that runs,
/// to which units are added instead.
fn channel(owned: &Owned) -> Option<Channel> {
    let lots = || owned.running.iter().map(|running| &running.lot).chain(&owned.extended);
    let commercial = lots().map(|lot| lot.channel).find(|channel| *channel != Channel::Ea);
    commercial.or_else(|| lots().next().is_none().then_some(Channel::Direct))
}

struct Shop<'a> {
    owned: &'a Owned,
    grid: &'a Grid,
    ledger: &'a Ledger<'a>,
    rules: &'a Rules,
    terms: Vec<Term>,
    channel: Option<Channel>,
}

impl Shop<'_> {
    fn priced(&self, kind: Kind, lot: Subscription, from: NaiveDate, to: NaiveDate) -> Option<Move> {
        let supply = Supply { lots: vec![lot], unexplained: Default::default() };
        let end = self.grid.end;
        Some(Move {
            kind,
            from,
            to,
            units: 1,
            most: None,
            cost: self.ledger.cost(&supply, from, to.min(end))?,
            cost_after: self.ledger.cost(&supply, from.max(end), to)?,
        })
    }

    fn start(&self, from: NaiveDate, term: Term, channel: Channel) -> Option<Move> {
        let to = match term {
            // A monthly lot is aligned with the month when it is bought, and renews on its first day.
            Term::P1M => Grid::month_after(from),
            term => calendar::renewal(from, term.months(), 1).ok()?,
        };
        let lot = unit_lot(self.ledger, from, to, term, self.billed(term), channel);
        self.priced(Kind::Start { term, channel }, lot, from, to)
    }

    /// A new lot on any day of the grid; an Enterprise Agreement only as the renewal of one that ends.
    fn starts(&self, moves: &mut Vec<Move>) -> Option<()> {
        for day in &self.grid.days {
            for term in self.terms.iter().filter(|_| self.channel.is_some()) {
                moves.push(self.start(*day, *term, self.channel?)?);
            }
        }
        let mut renewals: Vec<(NaiveDate, Term)> = Vec::new();
        for running in self.owned.running.iter().filter(|running| running.is_ea()) {
            let ends = (0..).map_while(|n| calendar::renewal(running.ends, running.lot.term.months(), n).ok());
            renewals.extend(ends.take_while(|end| *end < self.grid.end).map(|end| (end, running.lot.term)));
        }
        renewals.sort_unstable();
        renewals.dedup();
        for (day, term) in renewals {
            moves.push(self.start(day, term, Channel::Ea)?);
        }
        Some(())
    }

    /// Units added to what runs today, and to lots that take the place of units that end. A lot bought beside others takes none: to
    /// begin one with a single unit, only to have another day on which units may end, is no plan that anybody would follow.
    fn adds(&self, moves: &mut Vec<Move>) -> Option<()> {
        for (position, running) in self.owned.running.iter().enumerate() {
            let days = self.grid.days.iter().filter(|day| (running.since..running.ends).contains(*day));
            for day in days {
                let kind = Kind::Add { to: Parent::Owned(position) };
                moves.push(self.priced(kind, running.term_alone(1), *day, running.ends)?);
            }
        }
        let openings = self.openings();
        let decisive = |day: NaiveDate| openings.iter().any(|opening| is_years_after(day, *opening));
        for parent in 0..moves.len() {
            let Kind::Start { term, channel } = moves[parent].kind else { continue };
            let (begins, ends) = (moves[parent].from, moves[parent].to);
            if term == Term::P1M || !decisive(begins) {
                continue;
            }
            for day in self.grid.days.iter().filter(|day| **day > begins && **day < ends) {
                let lot = unit_lot(self.ledger, begins, ends, term, self.billed(term), channel);
                moves.push(self.priced(Kind::Add { to: Parent::Planned(parent) }, lot, *day, ends)?);
            }
        }
        Some(())
    }

    /// Days on which units end, whose successors take more later; today, where nothing is owned.
    fn openings(&self) -> Vec<NaiveDate> {
        let (today, end) = (self.grid.today(), self.grid.end);
        let steps = self.owned.base().steps(today, end);
        let falls = steps.windows(2).filter(|pair| pair[1].units.capacity() < pair[0].units.capacity());
        let mut openings: Vec<NaiveDate> = falls.map(|pair| pair[1].day).collect();
        openings.extend(self.owned.running.iter().map(|running| running.ends));
        let nothing = steps.first().is_none_or(|step| step.units.capacity() == 0);
        openings.extend((nothing || !self.owned.extended.is_empty()).then_some(today));
        openings
    }

    fn billed(&self, term: Term) -> BillingPlan {
        match (term, self.rules.billing) {
            (Term::P1M, _) | (_, BillingPlan::Monthly) => BillingPlan::Monthly,
            (_, billing) => billing,
        }
    }

    fn decreases(&self, moves: &mut Vec<Move>) -> Option<()> {
        let today = self.grid.today();
        for (lot, running) in self.owned.running.iter().enumerate() {
            let mut take = |kind, from: NaiveDate| {
                let mut taken = self.priced(kind, running.term_alone(1), from, running.ends)?;
                taken.units = -1;
                taken.cost = Exact::default().minus(taken.cost);
                taken.cost_after = Exact::default().minus(taken.cost_after);
                taken.most = Some(running.quantity);
                moves.push(taken);
                Some(())
            };
            if running.is_ea() && self.rules.ea_reductions {
                for day in anniversaries(running.since, today, running.ends.min(self.grid.end)) {
                    take(Kind::Anniversary { lot }, day)?;
                }
            }
            if !running.is_ea() && running.since <= today && today < calendar::after(running.since, RETURN_DAYS) {
                take(Kind::Return { lot }, today)?;
            }
        }
        Some(())
    }

    /// The extended service term is dearer than a monthly term and takes a lot whole, so it matters only where no monthly term
    /// may be bought.
    fn extensions(&self, moves: &mut Vec<Move>) -> Option<()> {
        if self.terms.contains(&Term::P1M) {
            return Some(());
        }
        let running = self.owned.running.iter().map(|running| (running.lot.clone(), running.quantity, running.ends));
        let extended = self.owned.extended.iter().map(|lot| (lot.clone(), lot.quantity, self.grid.today()));
        for (position, (lot, quantity, from)) in running.chain(extended).enumerate() {
            if lot.channel != Channel::Csp || from >= self.grid.end {
                continue;
            }
            let ends = self.grid.days.iter().copied().chain(std::iter::once(self.grid.end)).filter(|day| *day > from);
            for to in ends {
                let one = Subscription {
                    term_end: Some(lot.term_end.filter(|end| *end <= from).unwrap_or(from)),
                    renewal: Renewal::ExtendedServiceTerm,
                    ..lot.clone()
                };
                let mut extension = self.priced(Kind::Extend { lot: position }, one, from, to)?;
                extension.units = i64::from(quantity);
                extension.most = Some(1);
                moves.push(extension);
            }
        }
        Some(())
    }
}

/// Whether `day` is `end`, or whole years after it.
fn is_years_after(day: NaiveDate, end: NaiveDate) -> bool {
    (0..).map_while(|n| calendar::renewal(end, 12, n).ok()).take_while(|year| *year <= day).any(|year| year == day)
}

fn unit_lot(
    ledger: &Ledger<'_>,
    start: NaiveDate,
    end: NaiveDate,
    term: Term,
    billing: BillingPlan,
    channel: Channel,
) -> Subscription {
    Subscription {
        id: "plan".into(),
        sku_id: ledger.sku_id.clone(),
        quantity: 1,
        start,
        term,
        term_end: Some(end),
        renewal: Renewal::Cancel,
        billing,
        channel,
        trial: false,
        reserved: false,
        origin: Origin::default(),
    }
}
