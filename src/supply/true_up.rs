//! The true-up of an Enterprise Agreement: what was used before it was paid for is ordered once a year. In: lots, use by day.
//! Out: when to order, how much, and which units were reserved. Never: orders.
//!
//! Source: the commerce rules of the group-licensing reference (5.2).

use chrono::NaiveDate;

use super::{Channel, Subscription, Supply, Term};
use crate::calendar;

/// How a true-up counts what was used (reference 5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrueUpCount {
    /// Enterprise products: qualified users at the time of the order.
    AtOrder,
    /// Additional products: the most that was used since the last order. Never less than the other, so it is the default.
    #[default]
    Peak,
}

/// Units to order at an anniversary, given what is owned and the use on each day since the last order, the latest last.
pub fn true_up(count: TrueUpCount, owned: u32, use_by_day: &[u32]) -> u32 {
    let used = match count {
        TrueUpCount::AtOrder => use_by_day.last().copied(),
        TrueUpCount::Peak => use_by_day.iter().copied().max(),
    };
    used.unwrap_or(0).saturating_sub(owned)
}

/// Orders are taken from this many days before the anniversary on …
const ORDER_FROM_DAYS: u32 = 60;
/// … until this many days before it.
const ORDER_BY_DAYS: u32 = 30;

/// One anniversary of an Enterprise Agreement, with the days on which the order or the update statement is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrueUp {
    pub day: NaiveDate,
    pub order_from: NaiveDate,
    pub order_by: NaiveDate,
}

impl TrueUp {
    pub fn at(anniversary: NaiveDate) -> TrueUp {
        TrueUp {
            day: anniversary,
            order_from: calendar::before(anniversary, ORDER_FROM_DAYS),
            order_by: calendar::before(anniversary, ORDER_BY_DAYS),
        }
    }
}

impl Supply {
    /// The true-ups of the SKU after `from` and up to `to`: the anniversaries of its lots under an Enterprise Agreement, the
    /// ends of their terms among them.
    pub fn true_ups(&self, from: NaiveDate, to: NaiveDate) -> Vec<TrueUp> {
        let agreements = self.lots.iter().filter(|lot| lot.is_agreement());
        let mut days: Vec<NaiveDate> = agreements.flat_map(|lot| lot.anniversaries(from, to)).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(TrueUp::at).collect()
    }

    /// Units in force on a day that an Enterprise Agreement has ordered.
    pub fn agreed_on(&self, day: NaiveDate) -> u32 {
        let units = self.lots.iter().filter(|lot| lot.is_agreement()).map(|lot| lot.units_on(day).enabled);
        units.fold(0, u32::saturating_add).saturating_sub(self.reserved_on(day))
    }

    /// Units in force on a day that are reserved: paid for at the next true-up, back to the month of their use.
    pub fn reserved_on(&self, day: NaiveDate) -> u32 {
        let reserved = self.reservations().filter(|lot| lot.is_reserved_on(day));
        reserved.map(|lot| lot.quantity).fold(0, u32::saturating_add)
    }

    /// Lots that began, or will begin, as a reservation.
    pub fn reservations(&self) -> impl Iterator<Item = &Subscription> {
        self.lots.iter().filter(|lot| lot.reserved && lot.is_agreement())
    }
}

impl Subscription {
    fn is_agreement(&self) -> bool {
        self.channel == Channel::Ea && !self.trial && self.term != Term::P1M
    }

    /// Between the day of use and the true-up that invoices it; afterwards the units are like any others.
    fn is_reserved_on(&self, day: NaiveDate) -> bool {
        self.reserved && self.start <= day && self.term_end.is_none_or(|end| day < end)
    }

    /// Whether a true-up falls on the day.
    pub fn has_anniversary(&self, day: NaiveDate) -> bool {
        self.is_agreement() && self.anniversaries(calendar::before(day, 1), day).contains(&day)
    }

    fn anniversaries(&self, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
        let next = |day: &NaiveDate| self.next_anniversary(*day);
        // Bounded: each anniversary is later than the one before.
        let days = std::iter::successors(self.next_anniversary(from.max(self.start)), next);
        days.take_while(|day| *day <= to).collect()
    }
}

/// Units reserved under an Enterprise Agreement: a commitment, invoiced whether or not they are used (INV-42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    pub units: u32,
    pub usage_date: NaiveDate,
}

/// Days before the usage date on which a reservation can no longer be cancelled (72 hours).
const RESERVATION_NOTICE_DAYS: u32 = 3;
/// Months ahead for which a reservation can be made.
const RESERVATION_MONTHS: u32 = 6;

impl Reservation {
    /// Whether it can be made on `day` under a lot of an Enterprise Agreement.
    pub fn can_be_made(&self, day: NaiveDate, lot: &Subscription) -> bool {
        let latest = day.checked_add_months(chrono::Months::new(RESERVATION_MONTHS)).unwrap_or(NaiveDate::MAX);
        let closed = lot.next_anniversary(day).map(|end| TrueUp::at(end).order_by);
        lot.channel == Channel::Ea
            && (day..=latest).contains(&self.usage_date)
            && closed.is_none_or(|closed| day < closed)
    }

    /// The first day on which it can be made.
    pub fn opens(&self) -> NaiveDate {
        self.usage_date.checked_sub_months(chrono::Months::new(RESERVATION_MONTHS)).unwrap_or(self.usage_date)
    }

    /// The last day on which it can be cancelled.
    pub fn cancel_until(&self) -> NaiveDate {
        calendar::before(self.usage_date, RESERVATION_NOTICE_DAYS + 1)
    }

    pub fn can_be_cancelled(&self, day: NaiveDate) -> bool {
        day <= self.cancel_until()
    }

    /// Units invoiced at the next true-up.
    pub fn invoiced(&self, used: u32) -> u32 {
        self.units.max(used)
    }
}
