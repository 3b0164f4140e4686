//! One lot of units bought together. In: what `subscriptions.csv` says. Out: its terms and the units it makes. Never: sums
//! lots.

use chrono::{Datelike, NaiveDate};

use super::lifecycle::{Channel, Lifecycle, extended_service_begins, extended_service_eligible};
use crate::calendar;
use crate::catalog::SkuId;
use crate::diagnostic::Origin;
use crate::directory::PrepaidUnits;

/// The length of one term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Term {
    P1M,
    P1Y,
    P3Y,
}

impl Term {
    pub fn months(self) -> u32 {
        match self {
            Term::P1M => 1,
            Term::P1Y => 12,
            Term::P3Y => 36,
        }
    }

    /// As commerce writes it.
    pub fn code(self) -> &'static str {
        match self {
            Term::P1M => "P1M",
            Term::P1Y => "P1Y",
            Term::P3Y => "P3Y",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BillingPlan {
    Monthly,
    Annual,
    Triennial,
}

/// What happens at the end of the term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Renewal {
    /// Renews for another term with this quantity, and so on.
    Renew { quantity: u32 },
    /// Is not renewed: the units pass through their channel's lifecycle.
    Expire,
    /// Is cancelled at the end of the term: access ends at once (CSP).
    Cancel,
    /// Auto-renew off without an explicit cancel on an eligible CSP lot: extended service term, seats stay, price rises
    /// (reference 4.4, INV-43).
    ExtendedServiceTerm,
}

/// One lot. `term_end` is the first day on which the term is over; `start` of a lot in force may lie in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: Box<str>,
    pub sku_id: SkuId,
    pub quantity: u32,
    pub start: NaiveDate,
    pub term: Term,
    /// `None`: the end of the term is not known and the units are held as they are, which every report says.
    pub term_end: Option<NaiveDate>,
    pub renewal: Renewal,
    pub billing: BillingPlan,
    pub channel: Channel,
    pub trial: bool,
    /// Reserved under an Enterprise Agreement: used from `start`, invoiced at the true-up on `term_end` back to that month.
    pub reserved: bool,
    pub origin: Origin,
}

/// Whole calendar months from the month of `start` to that of `end`; 0 when `end` is earlier.
fn months_between(start: NaiveDate, end: NaiveDate) -> u32 {
    let months = |day: NaiveDate| day.year() * 12 + day.month0() as i32;
    u32::try_from(months(end) - months(start)).unwrap_or(0)
}

/// Where a lot stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Bought, not begun.
    Ahead,
    /// In a term that began on `since`.
    Active {
        since: NaiveDate,
    },
    Extended,
    Warning,
    Suspended,
    /// Cancelled by the customer: nobody can be assigned and nothing comes back; data stays for a while.
    LockedOut,
    Deleted,
}

impl Stage {
    /// The state in the words of the SKU export where it has one.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Ahead => "ahead",
            Stage::Active { .. } => "enabled",
            Stage::Extended => "extended",
            Stage::Warning => "warning",
            Stage::Suspended => "suspended",
            Stage::LockedOut => "lockedOut",
            Stage::Deleted => "deleted",
        }
    }
}

impl Subscription {
    /// What happens at the end of the term on that day: a CSP lot that is only left to expire is extended since 4 May 2026.
    pub fn end_of_term(&self) -> Renewal {
        let extends = self.channel == Channel::Csp && self.may_be_extended();
        match self.renewal {
            Renewal::Expire if extends => Renewal::ExtendedServiceTerm,
            renewal => renewal,
        }
    }

    /// Whether the extended service term exists for the lot: bought or renewed since 1 April 2025, and ending after 4 May 2026
    /// (reference 4.4).
    pub fn may_be_extended(&self) -> bool {
        let ends_late = self.term_end.is_some_and(|end| end > extended_service_begins());
        !self.trial && ends_late && self.term_start() >= extended_service_eligible()
    }

    /// The stage of the lot and the units in it on a day.
    pub fn on(&self, day: NaiveDate) -> (Stage, u32) {
        if day < self.start {
            return (Stage::Ahead, 0);
        }
        let Some(end) = self.term_end.filter(|end| *end <= day) else {
            return (Stage::Active { since: self.term_start() }, self.quantity);
        };
        let lifecycle = match self.end_of_term() {
            Renewal::Renew { quantity } => return (Stage::Active { since: self.latest_renewal(end, day) }, quantity),
            Renewal::ExtendedServiceTerm => return (Stage::Extended, self.quantity),
            Renewal::Expire => Lifecycle::of_expiry(self.channel, self.trial),
            Renewal::Cancel => Lifecycle::of_cancellation(),
        };
        let since = calendar::days_between(end, day);
        if self.end_of_term() == Renewal::Cancel && since < lifecycle.suspended_days {
            (Stage::LockedOut, self.quantity)
        } else if since < lifecycle.warning_days {
            (Stage::Warning, self.quantity)
        } else if since - lifecycle.warning_days < lifecycle.suspended_days {
            (Stage::Suspended, self.quantity)
        } else {
            (Stage::Deleted, 0)
        }
    }

    /// The first day of the term that ends on `term_end`, but never before the lot began.
    fn term_start(&self) -> NaiveDate {
        let months = chrono::Months::new(self.term.months());
        self.term_end.and_then(|end| end.checked_sub_months(months)).map_or(self.start, |start| start.max(self.start))
    }

    /// The latest of the days `end`, `end` + one term, `end` + two terms … that is not after `day`.
    fn latest_renewal(&self, end: NaiveDate, day: NaiveDate) -> NaiveDate {
        self.term_ends(day).last().unwrap_or(end)
    }

    /// Every end of a term up to and including `to`. Counted from the start where the first end is a whole number of terms
    /// after it (31 January, 28 February, 31 March …), else from the first end; never from the one before.
    pub fn term_ends(&self, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let renews = matches!(self.end_of_term(), Renewal::Renew { .. });
        let months = self.term.months();
        let anchor = self.term_end.map(|end| {
            let terms = months_between(self.start, end) / months;
            let exact = calendar::renewal(self.start, months, terms) == Ok(end);
            if exact { (self.start, terms) } else { (end, 0) }
        });
        // Bounded: each end is at least a month after the one before, and `to` is in the calendar.
        let ends = (0u32..).map_while(move |n| {
            let (start, terms) = anchor?;
            calendar::renewal(start, months, terms.checked_add(n)?).ok()
        });
        ends.take_while(move |end| *end <= to).take(if renews { usize::MAX } else { 1 })
    }

    /// Days in `from..=to` on which the stage or the quantity may change.
    pub fn change_days(&self, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
        let mut days = vec![self.start];
        for end in self.term_ends(to) {
            days.push(end);
            let lifecycle = match self.end_of_term() {
                Renewal::Expire => Lifecycle::of_expiry(self.channel, self.trial),
                Renewal::Cancel => Lifecycle::of_cancellation(),
                Renewal::Renew { .. } | Renewal::ExtendedServiceTerm => continue,
            };
            let suspended = calendar::after(end, lifecycle.warning_days);
            days.extend([suspended, calendar::after(suspended, lifecycle.suspended_days)]);
        }
        days.retain(|day| (from..=to).contains(day));
        days
    }

    /// The units of a day by lifecycle state.
    pub fn units_on(&self, day: NaiveDate) -> PrepaidUnits {
        let (stage, quantity) = self.on(day);
        let mut units = PrepaidUnits::default();
        match stage {
            Stage::Active { .. } | Stage::Extended => units.enabled = quantity,
            Stage::Warning => units.warning = quantity,
            Stage::Suspended => units.suspended = quantity,
            Stage::LockedOut => units.locked_out = quantity,
            Stage::Ahead | Stage::Deleted => {}
        }
        units
    }
}
