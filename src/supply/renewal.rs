//! Ends of terms, and of grace, as a calendar of decisions. In: lots. Out: what happens on which day, and until when it can be changed.
//! Never: decides.

use chrono::{Days, NaiveDate};

use super::{Channel, Lifecycle, Renewal, Subscription, Supply, Term};
use crate::calendar;

/// What happens to a lot at the end of a term, or of the grace after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermEnd {
    Renews,
    Reduced,
    Increased,
    /// Grace begins, and units stay.
    Expires,
    /// Units of an expired term go.
    GraceEnds,
    Cancelled,
    ExtendedServiceTerm,
}

impl TermEnd {
    /// As it is written in JSON.
    pub fn name(self) -> &'static str {
        match self {
            TermEnd::Renews => "renews",
            TermEnd::Reduced => "reduced",
            TermEnd::Increased => "increased",
            TermEnd::Expires => "expires",
            TermEnd::GraceEnds => "grace-ends",
            TermEnd::Cancelled => "cancelled",
            TermEnd::ExtendedServiceTerm => "extended-service-term",
        }
    }
}

/// One end of a term or of its grace.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LotRenewal {
    pub day: NaiveDate,
    pub subscription: Box<str>,
    pub quantity_before: u32,
    pub quantity_after: u32,
    #[serde(rename = "outcome")]
    pub end: TermEnd,
    /// The last day on which what happens can still be changed.
    pub last_day_to_act: NaiveDate,
}

/// An Enterprise Agreement takes orders for the anniversary until 30 days before it (reference 5.2).
const EA_NOTICE_DAYS: u64 = 30;

impl Supply {
    /// Every end of a term and of the grace after it in `from..=to`, in order of days. A monthly lot that renews unchanged is
    /// no decision and is left out.
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
    pub(super) fn renewals(&self, from: NaiveDate, to: NaiveDate) -> Vec<LotRenewal> {
        let mut before = self.quantity;
        let mut renewals = Vec::new();
        for day in self.term_ends(to) {
            let (end, after) = match self.end_of_term() {
                Renewal::Renew { quantity } if quantity < before => (TermEnd::Reduced, quantity),
                Renewal::Renew { quantity } if quantity > before => (TermEnd::Increased, quantity),
                Renewal::Renew { quantity } => (TermEnd::Renews, quantity),
                Renewal::Expire => (TermEnd::Expires, before),
                Renewal::Cancel => (TermEnd::Cancelled, 0),
                Renewal::ExtendedServiceTerm => (TermEnd::ExtendedServiceTerm, before),
            };
            let no_decision = self.term == Term::P1M && end == TermEnd::Renews;
            if !no_decision {
                renewals.push(LotRenewal {
                    day,
                    subscription: self.id.clone(),
                    quantity_before: before,
                    quantity_after: after,
                    end,
                    last_day_to_act: self.channel.last_day_to_act(day),
                });
            }
            if end == TermEnd::Expires {
                renewals.push(self.grace_end(day));
            }
            before = after;
        }
        renewals.retain(|renewal| (from..=to).contains(&renewal.day));
        renewals
    }

    /// The end of the grace of a term that expired on `end`: until the day before, its units can be renewed late, under CSP only
    /// replaced (reference 4.2).
    fn grace_end(&self, end: NaiveDate) -> LotRenewal {
        let day = calendar::after(end, Lifecycle::of_expiry(self.channel, self.trial).warning_days);
        LotRenewal {
            day,
            subscription: self.id.clone(),
            quantity_before: self.quantity,
            quantity_after: 0,
            end: TermEnd::GraceEnds,
            last_day_to_act: calendar::before(day, 1),
        }
    }
}
