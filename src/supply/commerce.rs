//! What may be ordered when: more units on any day, fewer only in their window or at a renewal. In: a lot, what was bought of
//! it and when, an order. Out: the lot after it, or why it is refused and from when it is allowed. Never: a price, a person.
//!
//! Source: the commerce rules of the group-licensing reference (5.1, 5.2).

use chrono::NaiveDate;

use super::subscription::Stage;
use super::{Channel, Renewal, Subscription, Supply};
use crate::calendar;

/// Units bought or renewed can be given back on this many days, the day itself among them. The service counts 168 hours; the
/// day on which they end is left out, because nobody is told at which hour.
pub const WINDOW_DAYS: u32 = 7;

/// A change of a lot's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// More units now, paid for by the day to the end of the term.
    Increase { by: u32 },
    /// Fewer units now.
    Decrease { by: u32 },
    /// This quantity from the next renewal on.
    Schedule { quantity: u32 },
}

/// Why an order is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error(
        "only {returnable} units were bought within the last {WINDOW_DAYS} days: schedule the rest for the renewal"
    )]
    OutsideWindow { returnable: u32 },
    #[error("an Enterprise Agreement is reduced at its anniversary only")]
    NotBeforeAnniversary,
    #[error("in an extended service term no seats change: renew or cancel")]
    Extended,
    #[error("the lot is not in force")]
    NotInForce,
    #[error("the lot has no units to take away")]
    TooFew,
    #[error("the lot does not renew, so nothing can be scheduled for its renewal")]
    DoesNotRenew,
}

/// A lot with the dates on which its units were bought: what a window is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    lot: Subscription,
    /// Day and units of each purchase since the term began, the oldest first.
    bought: Vec<(NaiveDate, u32)>,
}

impl Account {
    /// A lot whose units were all bought on its first day, or renewed when its term began.
    pub fn new(lot: Subscription) -> Self {
        let since = match lot.on(lot.start) {
            (Stage::Active { since }, _) => since.max(lot.start),
            _ => lot.start,
        };
        let bought = vec![(since, lot.quantity)];
        Self { lot, bought }
    }

    pub fn lot(&self) -> &Subscription {
        &self.lot
    }

    /// Units that can be given back on a day: those bought or renewed within the window (INV-37, INV-38).
    pub fn returnable(&self, day: NaiveDate) -> u32 {
        if self.lot.channel == Channel::Ea {
            return 0;
        }
        let (stage, quantity) = self.lot.on(day);
        if let Stage::Active { since } = stage
            && self.bought.iter().all(|(bought, _)| *bought < since)
        {
            // A renewal opens the window for everything.
            return if is_open(since, day) { quantity } else { 0 };
        }
        self.bought.iter().filter(|(bought, _)| is_open(*bought, day)).map(|(_, units)| units).sum()
    }

    /// Carries an order out on a day, or says why not. A change that takes effect at once deletes what was scheduled (INV-39).
    pub fn order(&mut self, day: NaiveDate, order: Order) -> Result<(), NotAllowed> {
        let (stage, quantity) = self.lot.on(day);
        match stage {
            Stage::Active { .. } => {}
            Stage::Extended => return Err(NotAllowed::Extended),
            _ => return Err(NotAllowed::NotInForce),
        }
        match order {
            Order::Schedule { quantity } => match &mut self.lot.renewal {
                Renewal::Renew { quantity: scheduled } => *scheduled = quantity,
                _ => return Err(NotAllowed::DoesNotRenew),
            },
            Order::Increase { by } => {
                self.settle_on(day, quantity.saturating_add(by));
                self.bought.push((day, by));
            }
            Order::Decrease { by } => {
                let returnable = self.returnable(day);
                if by > quantity {
                    return Err(NotAllowed::TooFew);
                }
                if self.lot.channel == Channel::Ea {
                    return Err(NotAllowed::NotBeforeAnniversary);
                }
                if by > returnable {
                    return Err(NotAllowed::OutsideWindow { returnable });
                }
                self.settle_on(day, quantity - by);
                self.give_back(day, by);
            }
        }
        Ok(())
    }

    /// The lot as of a day with another quantity, which its renewal keeps.
    fn settle_on(&mut self, day: NaiveDate, quantity: u32) {
        if let (Stage::Active { since }, before) = self.lot.on(day)
            && self.bought.iter().all(|(bought, _)| *bought < since)
        {
            self.bought = vec![(since, before)];
        }
        self.lot.quantity = quantity;
        self.lot.term_end = self.lot.term_end.and_then(|_| self.lot.term_ends_after(day)).or(self.lot.term_end);
        if let Renewal::Renew { quantity: scheduled } = &mut self.lot.renewal {
            *scheduled = quantity;
        }
    }

    /// Takes units off the purchases whose window is open, the latest first.
    fn give_back(&mut self, day: NaiveDate, mut units: u32) {
        for (bought, count) in self.bought.iter_mut().rev().filter(|(bought, _)| is_open(*bought, day)) {
            let taken = units.min(*count);
            debug_assert!(*bought <= day, "nothing was bought after it was given back");
            *count -= taken;
            units -= taken;
        }
    }
}

fn is_open(bought: NaiveDate, day: NaiveDate) -> bool {
    bought <= day && calendar::days_between(bought, day) < WINDOW_DAYS
}

impl Subscription {
    /// The first day from `day` on, `day` itself among them, on which fewer units can be paid for. `None` where no end of the
    /// term is known, or where nothing is paid for.
    pub fn next_decrease(&self, day: NaiveDate) -> Option<NaiveDate> {
        match self.on(day).0 {
            // An extended term can be cancelled or converted on any day.
            Stage::Extended => Some(day),
            Stage::Active { since } => match self.channel {
                Channel::Ea => self.next_anniversary(day),
                Channel::Direct | Channel::Csp if is_open(since, day) => Some(day),
                Channel::Direct | Channel::Csp => self.term_ends_after(day),
            },
            _ => None,
        }
    }

    /// An Enterprise Agreement is reduced at an anniversary, the end of its term among them (INV-42).
    pub(super) fn next_anniversary(&self, day: NaiveDate) -> Option<NaiveDate> {
        let end = self.term_ends_after(day)?;
        let years = (1u32..).map_while(|years| end.checked_sub_months(chrono::Months::new(12 * years)));
        // Bounded: a term has at most three anniversaries, and each is a year before the last.
        years.take_while(|anniversary| *anniversary > day).last().or(Some(end))
    }

    fn term_ends_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.term_ends(NaiveDate::MAX).find(|end| *end > day)
    }
}

impl Supply {
    /// The first day from `day` on on which some units of the SKU stop costing money once they are given back.
    pub fn next_decrease(&self, day: NaiveDate) -> Option<NaiveDate> {
        let paid = self.lots.iter().filter(|lot| lot.units_on(day).enabled > 0 && !lot.trial);
        paid.filter_map(|lot| lot.next_decrease(day)).min()
    }

    /// Units in grace that a newer lot of the same SKU has replaced: a volume-licensing renewal under another id shows both for
    /// a while, and only the newer counts towards what is owned (INV-44).
    pub fn overlap_on(&self, day: NaiveDate) -> u32 {
        let mut replacing: u32 = 0;
        let mut lapsed: u32 = 0;
        for lot in &self.lots {
            match lot.on(day) {
                (Stage::Warning, units) if lot.channel == Channel::Ea => lapsed = lapsed.saturating_add(units),
                (Stage::Active { since }, units) => {
                    let replaces = |old: &Subscription| {
                        let lapsed = old.channel == Channel::Ea && old.on(day).0 == Stage::Warning;
                        // Orders for an anniversary are taken up to 60 days before it.
                        lapsed && old.term_end.is_some_and(|end| since >= calendar::before(end, 60))
                    };
                    if lot.channel == Channel::Ea && self.lots.iter().any(replaces) {
                        replacing = replacing.saturating_add(units);
                    }
                }
                _ => {}
            }
        }
        lapsed.min(replacing)
    }

    /// Units that a plan may count on: those that can be assigned, less those that a renewal shows twice.
    pub fn plannable_on(&self, day: NaiveDate) -> u32 {
        self.units_on(day).capacity().saturating_sub(self.overlap_on(day))
    }
}
