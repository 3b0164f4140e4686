//! What is owned today. In: the supply of a SKU. Out: lots with the day until which they are paid for, and the units that no
//! decision can change. Never: books a grace that has not begun.

use chrono::NaiveDate;

use crate::supply::{Channel, Renewal, Stage, Subscription, Supply};

/// A lot in a term that ends on a known day.
#[derive(Clone, Debug)]
pub struct Running {
    pub lot: Subscription,
    pub quantity: u32,
    /// The first day of its term.
    pub since: NaiveDate,
    pub ends: NaiveDate,
}

/// What is owned of one SKU.
#[derive(Clone, Debug, Default)]
pub struct Owned {
    pub running: Vec<Running>,
    /// Lots in the extended service term, which can be ended or renewed on any day.
    pub extended: Vec<Subscription>,
    /// Trials, lots that have ended already, lots whose end is not known, and units that no lot explains.
    pub fixed: Supply,
}

/// The lots of `supply` as they stand on `today`.
pub fn owned(supply: &Supply, today: NaiveDate) -> Owned {
    let mut owned = Owned { fixed: Supply { lots: Vec::new(), unexplained: supply.unexplained }, ..Owned::default() };
    for lot in &supply.lots {
        let (stage, quantity) = lot.on(today);
        let ends = lot.term_ends(NaiveDate::MAX).find(|end| *end > today);
        match (stage, ends) {
            (Stage::Extended, _) => owned.extended.push(lot.clone()),
            (Stage::Active { since }, Some(ends)) if !lot.trial => {
                owned.running.push(Running { lot: lot.clone(), quantity, since, ends });
            }
            (Stage::Ahead, Some(ends)) if !lot.trial => {
                owned.running.push(Running { lot: lot.clone(), quantity: lot.quantity, since: lot.start, ends });
            }
            // A trial ends when it ends: the days of grace after it are not planned with.
            (Stage::Active { .. } | Stage::Ahead, Some(_)) => {
                owned.fixed.lots.push(Subscription { renewal: Renewal::Cancel, ..lot.clone() });
            }
            _ => owned.fixed.lots.push(lot.clone()),
        }
    }
    owned
}

impl Running {
    /// The lot to the end of its term and no longer, with `quantity` units.
    pub fn term_alone(&self, quantity: u32) -> Subscription {
        Subscription {
            quantity,
            start: self.since,
            term_end: Some(self.ends),
            renewal: Renewal::Cancel,
            ..self.lot.clone()
        }
    }

    pub fn is_ea(&self) -> bool {
        self.lot.channel == Channel::Ea
    }
}

impl Owned {
    /// The units of which something is known only as long as nothing is decided: the present terms and what is fixed.
    pub fn base(&self) -> Supply {
        let mut base = self.fixed.clone();
        base.lots.extend(self.running.iter().map(|running| running.term_alone(running.quantity)));
        base
    }

    /// Units held as they are because the end of their term is not known.
    pub fn units_of_unknown_end(&self) -> u32 {
        let lots = self.fixed.lots.iter().filter(|lot| lot.term_end.is_none() && !lot.trial);
        lots.map(|lot| lot.quantity).sum::<u32>().saturating_add(self.fixed.unexplained.capacity())
    }
}
