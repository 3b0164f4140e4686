//! What may be ordered when, and what a renewal shows twice: INV-37 to INV-44 of the group-licensing reference.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use seatcast::catalog::SkuId;
use seatcast::diagnostic::Origin;
use seatcast::directory::PrepaidUnits;
use seatcast::money::Currency;
use seatcast::supply::{
    Account, BillingPlan, Channel, NotAllowed, Order, Price, PriceBook, Renewal, Reservation, Subscription, Supply,
    Term, TrueUpCount, WINDOW_DAYS, true_up,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The day `n` days after the purchase.
fn on(n: u64) -> NaiveDate {
    day("2026-06-01") + Days::new(n)
}

fn sku() -> SkuId {
    SkuId::new("05e9a617-0261-4cee-bb44-138d3ef5d965")
}

fn lot(quantity: u32) -> Subscription {
    Subscription {
        id: "lot".into(),
        sku_id: sku(),
        quantity,
        start: on(0),
        term: Term::P1Y,
        term_end: Some(day("2027-06-01")),
        renewal: Renewal::Renew { quantity },
        billing: BillingPlan::Annual,
        channel: Channel::Csp,
        trial: false,
        reserved: false,
        origin: Origin::default(),
    }
}

fn units(account: &Account, day: NaiveDate) -> u32 {
    account.lot().units_on(day).enabled
}

#[test]
fn inv_37_fewer_seats_within_7_days_of_their_purchase_or_at_the_renewal() {
    let mut account = Account::new(lot(10));
    assert_eq!(account.order(on(8), Order::Decrease { by: 2 }), Err(NotAllowed::OutsideWindow { returnable: 0 }));
    account.order(on(8), Order::Schedule { quantity: 8 }).unwrap();
    assert_eq!((units(&account, day("2027-05-31")), units(&account, day("2027-06-01"))), (10, 8));
    let mut early = Account::new(lot(10));
    early.order(on(6), Order::Decrease { by: 2 }).unwrap();
    assert_eq!(units(&early, on(6)), 8);
    // The renewal opens the window again, for what was renewed.
    let mut renewed = Account::new(lot(10));
    let after = day("2027-06-01") + Days::new(3);
    assert_eq!((renewed.returnable(on(300)), renewed.returnable(after)), (0, 10));
    renewed.order(after, Order::Decrease { by: 4 }).unwrap();
    assert_eq!((units(&renewed, after), renewed.returnable(after)), (6, 6));
}

#[test]
fn inv_38_each_purchase_has_a_window_of_its_own() {
    let mut account = Account::new(lot(10));
    account.order(on(100), Order::Increase { by: 5 }).unwrap();
    let mut other = account.clone();
    assert_eq!(other.order(on(103), Order::Decrease { by: 6 }), Err(NotAllowed::OutsideWindow { returnable: 5 }));
    account.order(on(103), Order::Decrease { by: 5 }).unwrap();
    assert_eq!((units(&account, on(103)), account.returnable(on(103))), (10, 0));
}

#[test]
fn inv_39_a_change_at_once_deletes_what_was_scheduled() {
    let mut account = Account::new(lot(10));
    account.order(on(50), Order::Schedule { quantity: 7 }).unwrap();
    account.order(on(60), Order::Increase { by: 1 }).unwrap();
    assert_eq!(units(&account, day("2027-06-01")), 11);
}

fn prices(rows: &[(&str, i64)]) -> PriceBook {
    let price = |(from, minor): &(&str, i64)| Price {
        sku_id: sku(),
        list_minor: Some(*minor),
        contracted_minor: None,
        currency: Currency::parse("USD").unwrap(),
        valid_from: day(from),
    };
    PriceBook::new(rows.iter().map(price).collect())
}

fn month(lot: Subscription, book: &PriceBook, from: &str, to: &str) -> i64 {
    let supply = Supply { lots: vec![lot], unexplained: PrepaidUnits::default() };
    supply.cost(book, &sku(), day(from), day(to)).unwrap().minor
}

#[test]
fn inv_40_a_price_holds_for_a_term_and_rises_at_the_renewal() {
    let book = prices(&[("2024-01-01", 3600), ("2026-07-01", 3900)]);
    assert_eq!(month(lot(1), &book, "2027-05-01", "2027-06-01"), 3600);
    assert_eq!(month(lot(1), &book, "2027-06-01", "2027-07-01"), 3900);
}

#[test]
fn inv_41_what_the_ways_to_pay_cost() {
    let book = prices(&[("2024-01-01", 3900)]);
    let monthly_term =
        Subscription { term: Term::P1M, term_end: Some(day("2026-07-01")), billing: BillingPlan::Monthly, ..lot(10) };
    let billed_monthly = Subscription { billing: BillingPlan::Monthly, ..lot(10) };
    let extended = Subscription { renewal: Renewal::ExtendedServiceTerm, ..lot(10) };
    assert_eq!(month(lot(10), &book, "2026-08-01", "2026-09-01"), 39_000);
    assert_eq!(month(billed_monthly, &book, "2026-08-01", "2026-09-01"), 40_950);
    assert_eq!(month(monthly_term, &book, "2026-08-01", "2026-09-01"), 46_800);
    assert_eq!(month(extended, &book, "2027-08-01", "2027-09-01"), 48_204);
}

fn agreement(quantity: u32) -> Subscription {
    let (term, term_end) = (Term::P3Y, Some(day("2029-06-01")));
    Subscription { channel: Channel::Ea, term, term_end, ..lot(quantity) }
}

#[test]
fn inv_42_an_enterprise_agreement_is_reduced_at_anniversaries_and_invoices_what_was_reserved() {
    let mut account = Account::new(agreement(100));
    assert_eq!(account.order(on(3), Order::Decrease { by: 1 }), Err(NotAllowed::NotBeforeAnniversary));
    account.order(on(3), Order::Increase { by: 20 }).unwrap();
    assert_eq!(units(&account, on(3)), 120);
    assert_eq!(agreement(100).next_decrease(on(3)), Some(day("2027-06-01")));
    assert_eq!(agreement(100).next_decrease(day("2028-07-01")), Some(day("2029-06-01")));
    let reserved = Reservation { units: 20, usage_date: day("2026-09-01") };
    assert_eq!((reserved.invoiced(5), reserved.invoiced(25)), (20, 25));
    assert!(reserved.can_be_made(day("2026-07-01"), &agreement(100)));
    assert!(!reserved.can_be_made(day("2026-07-01"), &lot(100)), "under no agreement");
    let late = Reservation { units: 20, usage_date: day("2027-05-20") };
    assert!(!late.can_be_made(day("2027-05-10"), &agreement(100)), "in the last 30 days before the anniversary");
    assert!(!late.can_be_made(day("2026-07-01"), &agreement(100)), "more than six months ahead");
    assert!(reserved.can_be_cancelled(day("2026-08-28")) && !reserved.can_be_cancelled(day("2026-08-29")));
}

#[test]
fn a_true_up_counts_users_at_the_order_or_the_peak_since_the_last() {
    let used = [90, 130, 110];
    assert_eq!((true_up(TrueUpCount::AtOrder, 100, &used), true_up(TrueUpCount::Peak, 100, &used)), (10, 30));
    assert_eq!(true_up(TrueUpCount::Peak, 200, &used), 0);
}

#[test]
fn inv_43_auto_renewal_off_without_a_cancel_keeps_the_seats_at_a_higher_price() {
    let ends = |end: &str| Subscription {
        start: day("2025-09-01"),
        term_end: Some(day(end)),
        renewal: Renewal::Expire,
        ..lot(10)
    };
    let book = prices(&[("2024-01-01", 1000)]);
    let extended = ends("2026-09-01");
    assert_eq!(extended.units_on(day("2026-10-01")).enabled, 10);
    let (before, after) = (
        month(extended.clone(), &book, "2026-07-01", "2026-08-01"),
        month(extended.clone(), &book, "2026-10-01", "2026-11-01"),
    );
    assert_eq!(after * 1000, before * 1236);
    assert_eq!(extended.next_decrease(day("2026-10-05")), Some(day("2026-10-05")), "cancelled or converted on any day");
    let mut account = Account::new(extended);
    assert_eq!(account.order(day("2026-10-05"), Order::Increase { by: 1 }), Err(NotAllowed::Extended));
    assert_eq!(ends("2026-05-04").units_on(day("2026-05-10")).warning, 10, "ended before the rule");
    let old = Subscription { start: day("2024-02-01"), term: Term::P3Y, ..ends("2027-02-01") };
    assert_eq!(old.units_on(day("2027-02-10")).warning, 10, "bought before the rule");
}

#[test]
fn inv_44_a_renewal_under_another_id_is_not_more_supply() {
    let old = Subscription {
        id: "old".into(),
        start: day("2023-06-01"),
        term_end: Some(day("2026-06-01")),
        renewal: Renewal::Expire,
        ..agreement(100)
    };
    let new = Subscription { id: "new".into(), ..agreement(100) };
    let supply = Supply { lots: vec![old.clone(), new], unexplained: PrepaidUnits::default() };
    let units = supply.units_on(on(10));
    assert_eq!((units.enabled, units.warning, supply.plannable_on(on(10))), (100, 100, 100));
    assert_eq!(supply.plannable_on(on(100)), 100, "the old lot is suspended by then");
    // Grace that nothing replaces is supply until it ends.
    let alone = Supply { lots: vec![old], unexplained: PrepaidUnits::default() };
    assert_eq!((alone.plannable_on(on(10)), alone.plannable_on(on(90))), (100, 0));
}

#[test]
fn fewer_units_save_at_once_in_the_window_and_else_from_the_renewal_on() {
    assert_eq!(lot(10).next_decrease(on(2)), Some(on(2)));
    assert_eq!(lot(10).next_decrease(on(20)), Some(day("2027-06-01")));
    let lapsed = Subscription { channel: Channel::Direct, renewal: Renewal::Expire, ..lot(10) };
    assert_eq!(lapsed.next_decrease(day("2027-06-10")), None, "nobody is billed in grace");
}

proptest! {
    /// INV-37 and INV-38 for any run of orders: what was given back was bought within the window, and units never go below
    /// those bought before it.
    #[test]
    fn inv_37_38_no_run_of_orders_takes_away_more_than_its_windows_hold(
        quantity in 1u32..50,
        orders in prop::collection::vec((0u64..40, any::<bool>(), 1u32..30), 1..12),
    ) {
        let mut account = Account::new(lot(quantity));
        let mut bought: Vec<(u64, i64)> = vec![(0, i64::from(quantity))];
        let mut at = 0;
        for (gap, more, by) in orders {
            at = (at + gap).min(360);
            let open: i64 = bought.iter().filter(|(n, _)| at - n < u64::from(WINDOW_DAYS)).map(|(_, units)| units).sum();
            prop_assert_eq!(i64::from(account.returnable(on(at))), open);
            let order = if more { Order::Increase { by } } else { Order::Decrease { by } };
            let taken = account.order(on(at), order).is_ok();
            prop_assert_eq!(taken, more || i64::from(by) <= open);
            match (taken, more) {
                (true, true) => bought.push((at, i64::from(by))),
                (true, false) => {
                    let mut rest = i64::from(by);
                    for (n, units) in bought.iter_mut().rev() {
                        if at - *n < u64::from(WINDOW_DAYS) {
                            let back = rest.min(*units);
                            *units -= back;
                            rest -= back;
                        }
                    }
                }
                (false, _) => {}
            }
            let owned: i64 = bought.iter().map(|(_, units)| units).sum();
            prop_assert_eq!(i64::from(units(&account, on(at))), owned);
        }
    }
}
