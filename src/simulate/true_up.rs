//! True-ups: what Enterprise Agreements will ask for. In: a baseline, seats held today, demand to the horizon. Out: units owed with
//! day and money, and lines of the renewal calendar. Never: orders, or lets a reservation go because nobody uses it.

use chrono::{Datelike, NaiveDate};

use super::summary;
use crate::calendar;
use crate::directory::SkuIndex;
use crate::forecast::{RenewalEvent, RenewalOutcome, ReservedSeats, SkuForecast, TrueUpDue};
use crate::licensing::Today;
use crate::money::Money;
use crate::scenario::Baseline;
use crate::supply::{Reservation, Supply, TrueUpCount, true_up};

/// The next true-up of each SKU under an Enterprise Agreement, as of today.
pub fn due(baseline: &Baseline, today: &Today) -> Vec<TrueUpDue> {
    let rows = summary::planned(baseline).into_iter().filter_map(|sku| due_of(baseline, today, sku));
    let mut rows: Vec<TrueUpDue> = rows.collect();
    rows.sort_by_key(|row| row.day);
    rows
}

fn due_of(baseline: &Baseline, today: &Today, sku: SkuIndex) -> Option<TrueUpDue> {
    let (supply, day) = (&baseline.supplies[sku.get()], baseline.today);
    // Anniversaries are a year apart.
    let next = supply.true_ups(day, day.checked_add_months(chrono::Months::new(12))?).into_iter().next()?;
    let pending: Vec<_> =
        supply.reservations().filter(|lot| lot.start < next.day && lot.term_end > Some(day)).collect();
    let reserved = pending.iter().map(|lot| lot.quantity).fold(0, u32::saturating_add);
    let beyond_paid = today.ledger.assigned(sku).saturating_sub(supply.plannable_on(day));
    let owed = reserved.saturating_add(beyond_paid);
    let seat_months = |units: u32, from: NaiveDate| i64::from(units) * i64::from(months(from, next.day));
    let until_then =
        pending.iter().map(|lot| seat_months(lot.quantity, lot.start)).sum::<i64>() + seat_months(beyond_paid, day);
    Some(TrueUpDue {
        sku: baseline.snapshot.sku(sku).product_name.to_string(),
        day: next.day,
        order_from: next.order_from,
        order_by: next.order_by,
        agreed: supply.agreed_on(day),
        reserved,
        beyond_paid,
        owed,
        until_then: price(baseline, sku, day, until_then),
        each_year: price(baseline, sku, next.day, i64::from(owed) * 12),
    })
}

/// Months that are invoiced from the month of use on, which counts whole.
fn months(from: NaiveDate, to: NaiveDate) -> u32 {
    let index = |day: NaiveDate| day.year() * 12 + day.month0() as i32;
    u32::try_from(index(to) - index(from)).unwrap_or(0).max(1)
}

/// What so many months of a seat cost at the price of a day, at annual commitment.
fn price(baseline: &Baseline, sku: SkuIndex, day: NaiveDate, seat_months: i64) -> Option<Money> {
    let price = baseline.prices.on(&baseline.snapshot.sku(sku).sku_id, day)?;
    Some(Money { minor: price.effective_minor()?.checked_mul(seat_months)?, currency: price.currency })
}

/// Every reservation that no true-up has invoiced yet, by day of use.
pub fn reservations(baseline: &Baseline, today: &Today) -> Vec<ReservedSeats> {
    let mut rows: Vec<ReservedSeats> = Vec::new();
    for sku in summary::planned(baseline) {
        let (supply, day) = (&baseline.supplies[sku.get()], baseline.today);
        // Those used last are the first that nobody needs.
        let mut free = supply.plannable_on(day).saturating_sub(today.ledger.assigned(sku));
        let mut lots: Vec<_> = supply.reservations().filter(|lot| lot.term_end > Some(day)).collect();
        lots.sort_by_key(|lot| std::cmp::Reverse(lot.start));
        for lot in lots {
            let Some(invoiced_on) = lot.term_end else { continue };
            let reservation = Reservation { units: lot.quantity, usage_date: lot.start };
            let unused = (lot.start <= day).then(|| free.min(lot.quantity));
            free -= unused.unwrap_or(0);
            rows.push(ReservedSeats {
                sku: baseline.snapshot.sku(sku).product_name.to_string(),
                subscription: lot.id.to_string(),
                units: lot.quantity,
                usage_date: lot.start,
                cancel_until: Some(reservation.cancel_until()).filter(|last| *last >= day),
                unused,
                invoiced_on,
                cost: price(
                    baseline,
                    sku,
                    lot.start.max(day),
                    i64::from(lot.quantity) * i64::from(months(lot.start, invoiced_on)),
                ),
            });
        }
    }
    rows.sort_by(|a, b| (a.usage_date, &a.sku, &a.subscription).cmp(&(b.usage_date, &b.sku, &b.subscription)));
    rows
}

/// The true-ups to the horizon as lines of the renewal calendar: units before, and with what the middle case will have used.
pub fn calendar(baseline: &Baseline, sku: SkuIndex, forecast: &SkuForecast) -> Vec<RenewalEvent> {
    let supply = &baseline.supplies[sku.get()];
    let (Some(first), Some(last)) = (forecast.points.first(), forecast.points.last()) else { return Vec::new() };
    let policy = baseline.assumptions.skus.get(&baseline.snapshot.sku(sku).sku_id);
    let count = policy.map(|policy| policy.true_up).unwrap_or_default();
    let mut since = first.day;
    let mut ordered = 0;
    let mut events = Vec::new();
    for next in supply.true_ups(first.day, last.day) {
        let eve = calendar::before(next.day, 1);
        let growth = growth(supply, forecast, count, since, next.order_by.max(since)).saturating_sub(ordered);
        let owed = supply.reserved_on(eve).max(growth);
        let before = supply.agreed_on(eve).saturating_add(ordered);
        events.push(RenewalEvent {
            day: next.day,
            subscription: subscriptions(supply, next.day),
            sku: forecast.product_name.clone(),
            quantity_before: before,
            quantity_after: before.saturating_add(owed),
            outcome: RenewalOutcome::TrueUp,
            last_day_to_act: Some(next.order_by),
        });
        // What was reserved is a lot of its own from then on.
        ordered += owed - supply.reserved_on(eve);
        since = next.order_by.max(since);
    }
    events
}

/// Demand above what is paid for without reservations, in the middle case, between two orders.
fn growth(supply: &Supply, forecast: &SkuForecast, count: TrueUpCount, since: NaiveDate, order: NaiveDate) -> u32 {
    let points = forecast.points.iter().filter(|point| point.day >= since && point.day <= order);
    let above: Vec<u32> = points
        .map(|point| {
            let paid = supply.plannable_on(point.day).saturating_sub(supply.reserved_on(point.day));
            point.demand.p50.saturating_sub(paid)
        })
        .collect();
    true_up(count, 0, &above)
}

/// The lots whose anniversary it is, and that are no reservations.
fn subscriptions(supply: &Supply, day: NaiveDate) -> String {
    let named = supply.lots.iter().filter(|lot| !lot.reserved && lot.has_anniversary(day)).map(|lot| &*lot.id);
    named.collect::<Vec<_>>().join(", ")
}
