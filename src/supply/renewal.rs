//! Ends of terms as a calendar of decisions. In: lots. Out: what happens on which day, and until when it can be changed.
//! Never: decides.

use chrono::{Days, NaiveDate};

use super::{Channel, Renewal, Subscription, Supply, Term};

/// What happens to a lot at the end of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermEnd {
    Renews,
    Reduced,
    Increased,
    Expires,
    Cancelled,
    ExtendedServiceTerm,
}

/// One end of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotRenewal {
    pub day: NaiveDate,
    pub subscription: Box<str>,
    pub quantity_before: u32,
    pub quantity_after: u32,
    pub end: TermEnd,
    /// The last day on which what happens can still be changed.
    pub last_day_to_act: NaiveDate,
}

/// An Enterprise Agreement takes orders for the anniversary until 30 days before it (reference 5.2).
const EA_NOTICE_DAYS: u64 = 30;

impl Supply {
    /// Every end of a term in `from..=to`, in order of days. A monthly lot that renews unchanged is no decision and is left
    /// out.
    pub fn renewals(&self, from: NaiveDate, to: NaiveDate) -> Vec<LotRenewal> {
        let mut renewals: Vec<LotRenewal> = self.lots.iter().flat_map(|lot| lot.renewals(from, to)).collect();
        renewals.sort_by(|a, b| (a.day, &a.subscription).cmp(&(b.day, &b.subscription)));
        renewals
    }
}

impl Channel {
    /// The last day on which what happens at the end of a term can still be changed. Direct and CSP: a change has to be
    /// scheduled before the renewal; the seven days after it are a safety net that is not promised here. EA: 30 days before
    /// the anniversary.
    pub fn last_day_to_act(self, end: NaiveDate) -> NaiveDate {
        let notice = if self == Channel::Ea { EA_NOTICE_DAYS } else { 1 };
        end.checked_sub_days(Days::new(notice)).unwrap_or(end)
    }
}

impl Subscription {
    fn renewals(&self, from: NaiveDate, to: NaiveDate) -> Vec<LotRenewal> {
        let days: Vec<NaiveDate> = self.term_ends(to).collect();
        let mut before = self.quantity;
        let mut renewals = Vec::new();
        for day in days {
            let (end, after) = match self.end_of_term() {
                Renewal::Renew { quantity } if quantity < before => (TermEnd::Reduced, quantity),
                Renewal::Renew { quantity } if quantity > before => (TermEnd::Increased, quantity),
                Renewal::Renew { quantity } => (TermEnd::Renews, quantity),
                Renewal::Expire => (TermEnd::Expires, 0),
                Renewal::Cancel => (TermEnd::Cancelled, 0),
                Renewal::ExtendedServiceTerm => (TermEnd::ExtendedServiceTerm, before),
            };
            let no_decision = self.term == Term::P1M && end == TermEnd::Renews;
            if day >= from && !no_decision {
                renewals.push(LotRenewal {
                    day,
                    subscription: self.id.clone(),
                    quantity_before: before,
                    quantity_after: after,
                    end,
                    last_day_to_act: self.last_day_to_act(day),
                });
            }
            before = after;
        }
        renewals
    }

    fn last_day_to_act(&self, end: NaiveDate) -> NaiveDate {
        self.channel.last_day_to_act(end)
    }
}
