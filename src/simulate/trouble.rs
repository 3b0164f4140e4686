//! Which SKUs are in trouble, why, and until when something can be done. In: forecasts by SKU. Out: one entry a SKU, worst
//! first. Never: prose.

use chrono::NaiveDate;

use super::world::World;
use crate::forecast::{RenewalEvent, RenewalOutcome, SkuForecast, Status, Trouble, TroubleCause};

/// A SKU is in trouble when it is short today, or runs short in at least this percentage of replications.
pub const TROUBLE_PERCENT: u32 = 10;

/// Troubles: what is short already first, then by the day of the P50, then of the P10 shortage.
pub fn find(
    world: &World<'_>,
    skus: &[SkuForecast],
    replications: u32,
    renewals: &[RenewalEvent],
    status: &Status,
) -> Vec<Trouble> {
    let troubled = skus.iter().filter_map(|sku| trouble(world, sku, replications, renewals, status));
    let mut troubles: Vec<Trouble> = troubled.collect();
    let later = |day: Option<NaiveDate>| day.unwrap_or(NaiveDate::MAX);
    troubles.sort_by_key(|trouble| {
        let first = &trouble.first_shortage;
        (!trouble.already_short, later(first.p50), later(first.p10), trouble.product_name.clone())
    });
    troubles
}

fn trouble(
    world: &World<'_>,
    sku: &SkuForecast,
    replications: u32,
    renewals: &[RenewalEvent],
    status: &Status,
) -> Option<Trouble> {
    let already_short =
        status.skus.iter().find(|today| today.sku_id == sku.sku_id).is_some_and(|today| today.shortfall > 0);
    let short = sku.first_shortage.replications_short;
    if !already_short && u64::from(short) * 100 < u64::from(TROUBLE_PERCENT) * u64::from(replications) {
        return None;
    }
    let worst = sku
        .points
        .iter()
        .max_by_key(|point| (point.shortfall.p90, point.shortfall.p50, std::cmp::Reverse(point.day)))?;
    let cause = cause(world, sku, already_short);
    let today = sku.points.first()?.day;
    Some(Trouble {
        sku: sku.sku_part_number.clone(),
        product_name: sku.product_name.clone(),
        already_short,
        shortfall_p50: sku.points.iter().map(|point| point.shortfall.p50).max().unwrap_or(0),
        shortfall_p90: worst.shortfall.p90,
        worst_day: worst.day,
        first_shortage: sku.first_shortage,
        replications_short: short,
        last_day_to_act: last_day_to_act(sku, &cause, renewals, today),
        cause,
    })
}

/// Units that fall below what is needed are the cause when they were enough on the day before; else demand is.
fn cause(world: &World<'_>, sku: &SkuForecast, already_short: bool) -> TroubleCause {
    let (source, users) = sku.sources.first().cloned().unwrap_or_else(|| ("direct".to_owned(), 0));
    if already_short {
        return TroubleCause::AlreadyShort { source, users };
    }
    let first = sku.first_shortage.p50.or(sku.first_shortage.p10);
    let mut falls = sku.supply.windows(2).filter(|pair| pair[1].capacity < pair[0].capacity);
    let fall = falls.rfind(|pair| first.is_some_and(|first| pair[1].day <= first));
    if let Some([before, after]) = fall {
        let needed = sku.points.iter().rfind(|point| point.day <= after.day).map_or(0, |point| point.demand.p50);
        if needed > after.capacity || first == Some(after.day) {
            return TroubleCause::SupplyFalls {
                day: after.day,
                units_before: before.capacity,
                units_after: after.capacity,
                subscription: lot_that_falls(world, sku, after.day),
            };
        }
    }
    TroubleCause::Growth { source, users }
}

/// The lots whose units fall on a day, by id: that day may be long after the end of their term.
fn lot_that_falls(world: &World<'_>, sku: &SkuForecast, day: NaiveDate) -> String {
    let snapshot = &world.baseline.snapshot;
    let index = snapshot.skus.iter().position(|owned| owned.sku_id.as_str() == sku.sku_id);
    let lots = index.map_or(&[][..], |index| &world.baseline.supplies[index].lots[..]);
    let before = day.pred_opt().unwrap_or(day);
    let falling = lots.iter().filter(|lot| lot.units_on(day).capacity() < lot.units_on(before).capacity());
    falling.map(|lot| &*lot.id).collect::<Vec<_>>().join(", ")
}

/// Units can be added on any day, so the last day is the one before the early (P10) shortage; where a renewal takes units
/// away, it is the last day to change that renewal. `None` when it is past.
fn last_day_to_act(
    sku: &SkuForecast,
    cause: &TroubleCause,
    renewals: &[RenewalEvent],
    today: NaiveDate,
) -> Option<NaiveDate> {
    let order_by = sku.first_shortage.p10.and_then(|day| day.pred_opt());
    let renew_by = match cause {
        TroubleCause::SupplyFalls { day, subscription, .. } => {
            // To renew in time is surer than to bring back in grace.
            let terms = renewals.iter().filter(|event| event.outcome != RenewalOutcome::GraceEnds);
            let event = terms.rev().find(|event| event.day <= *day && event.subscription == *subscription);
            event.and_then(|event| event.last_day_to_act)
        }
        _ => None,
    };
    renew_by.filter(|day| *day >= today).or(order_by).filter(|day| *day >= today)
}
