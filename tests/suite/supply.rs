//! Units by day, ends of terms, and what lots cost.

use chrono::NaiveDate;
use proptest::prelude::*;
use seatcast::catalog::SkuId;
use seatcast::diagnostic::Origin;
use seatcast::directory::PrepaidUnits;
use seatcast::money::Currency;
use seatcast::supply::{BillingPlan, Channel, Price, PriceBook, Renewal, Subscription, Supply, Term, TermEnd};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sku() -> SkuId {
    SkuId::new("05e9a617-0261-4cee-bb44-138d3ef5d965")
}

fn lot(quantity: u32, term: Term, end: &str, renewal: Renewal) -> Subscription {
    Subscription {
        id: "lot".into(),
        sku_id: sku(),
        quantity,
        start: day("2025-01-31"),
        term,
        term_end: Some(day(end)),
        renewal,
        billing: BillingPlan::Annual,
        channel: Channel::Direct,
        trial: false,
        reserved: false,
        origin: Origin::default(),
    }
}

fn supply(lots: Vec<Subscription>) -> Supply {
    Supply { lots, unexplained: PrepaidUnits::default() }
}

/// Enabled, warning and suspended units on a day.
fn units(supply: &Supply, on: &str) -> (u32, u32, u32) {
    let units = supply.units_on(day(on));
    (units.enabled, units.warning, units.suspended)
}

#[test]
fn a_direct_lot_that_expires_is_30_days_in_warning_and_90_suspended() {
    let supply = supply(vec![lot(10, Term::P1Y, "2026-01-31", Renewal::Expire)]);
    assert_eq!(units(&supply, "2025-01-30"), (0, 0, 0), "not begun");
    assert_eq!(units(&supply, "2026-01-30"), (10, 0, 0));
    assert_eq!(units(&supply, "2026-01-31"), (0, 10, 0));
    assert_eq!(units(&supply, "2026-03-01"), (0, 10, 0));
    assert_eq!(units(&supply, "2026-03-02"), (0, 0, 10));
    assert_eq!(units(&supply, "2026-05-30"), (0, 0, 10));
    assert_eq!(units(&supply, "2026-05-31"), (0, 0, 0));
}

#[test]
fn an_enterprise_agreement_has_90_days_of_grace_and_60_disabled() {
    let supply =
        supply(vec![Subscription { channel: Channel::Ea, ..lot(7, Term::P3Y, "2026-01-31", Renewal::Expire) }]);
    assert_eq!(units(&supply, "2026-04-30"), (0, 7, 0));
    assert_eq!(units(&supply, "2026-05-01"), (0, 0, 7));
    assert_eq!(units(&supply, "2026-06-30"), (0, 0, 0));
}

#[test]
fn a_csp_lot_left_to_expire_is_extended_after_4_may_2026_and_not_before() {
    let csp = |end| supply(vec![Subscription { channel: Channel::Csp, ..lot(5, Term::P1Y, end, Renewal::Expire) }]);
    assert_eq!(units(&csp("2026-05-04"), "2026-05-10"), (0, 5, 0));
    assert_eq!(units(&csp("2026-09-01"), "2028-01-01"), (5, 0, 0), "INV-43: seats stay");
    let cancelled = Subscription { channel: Channel::Csp, ..lot(5, Term::P1Y, "2026-09-01", Renewal::Cancel) };
    let supply = supply(vec![cancelled]);
    let locked = |on| supply.units_on(day(on)).locked_out;
    assert_eq!(units(&supply, "2026-09-01"), (0, 0, 0), "access ends at once");
    assert_eq!(["2026-08-31", "2026-09-01", "2026-11-29", "2026-11-30"].map(locked), [0, 5, 5, 0]);
}

#[test]
fn a_trial_that_is_not_converted_is_deleted_after_its_grace() {
    let supply = supply(vec![Subscription { trial: true, ..lot(25, Term::P1M, "2026-01-31", Renewal::Expire) }]);
    assert_eq!(units(&supply, "2026-03-01"), (0, 25, 0));
    assert_eq!(units(&supply, "2026-03-02"), (0, 0, 0));
}

#[test]
fn a_scheduled_quantity_holds_from_the_renewal_on() {
    let supply = supply(vec![lot(10, Term::P1Y, "2026-01-31", Renewal::Renew { quantity: 7 })]);
    let steps = supply.steps(day("2025-12-01"), day("2028-12-31"));
    let steps: Vec<_> = steps.iter().map(|step| (step.day, step.units.enabled)).collect();
    assert_eq!(steps, [(day("2025-12-01"), 10), (day("2026-01-31"), 7)]);
}

#[test]
fn monthly_terms_end_on_the_day_of_the_start_where_the_month_has_it() {
    let lot = lot(3, Term::P1M, "2026-02-28", Renewal::Renew { quantity: 3 });
    let ends: Vec<NaiveDate> = lot.term_ends(day("2026-05-31")).collect();
    assert_eq!(ends, [day("2026-02-28"), day("2026-03-31"), day("2026-04-30"), day("2026-05-31")]);
}

#[test]
fn decisions_have_a_last_day_and_unchanged_monthly_renewals_are_none() {
    let ea = Subscription {
        channel: Channel::Ea,
        id: "ea".into(),
        ..lot(9, Term::P1Y, "2026-06-30", Renewal::Renew { quantity: 9 })
    };
    let monthly = lot(3, Term::P1M, "2026-02-28", Renewal::Renew { quantity: 3 });
    let reduced = Subscription { id: "cut".into(), ..lot(3, Term::P1M, "2026-02-28", Renewal::Renew { quantity: 2 }) };
    let supply = supply(vec![ea, monthly, reduced]);
    let found = supply.renewals(day("2026-01-01"), day("2026-12-31"));
    let found: Vec<_> = found.iter().map(|r| (r.day, &*r.subscription, r.end, r.last_day_to_act)).collect();
    assert_eq!(
        found,
        [
            (day("2026-02-28"), "cut", TermEnd::Reduced, day("2026-02-27")),
            (day("2026-06-30"), "ea", TermEnd::Renews, day("2026-05-31")),
        ]
    );
}

/// The term has ended and the units still work: the day they go is the next decision, whether the end lies ahead or behind.
#[test]
fn a_term_that_expires_keeps_its_units_to_the_end_of_its_grace_which_is_a_decision_too() {
    let direct = lot(65, Term::P1Y, "2026-11-01", Renewal::Expire);
    let ea = Subscription { channel: Channel::Ea, id: "ea".into(), ..lot(9, Term::P1Y, "2027-01-01", Renewal::Expire) };
    let supply = supply(vec![direct, ea]);
    let found = |from: &str, to: &str| -> Vec<(NaiveDate, TermEnd, u32, u32, NaiveDate)> {
        let found = supply.renewals(day(from), day(to)).into_iter();
        found.map(|r| (r.day, r.end, r.quantity_before, r.quantity_after, r.last_day_to_act)).collect()
    };
    let grace_ends = (day("2026-12-01"), TermEnd::GraceEnds, 65, 0, day("2026-11-30"));
    assert_eq!(found("2026-11-24", "2026-12-01"), [grace_ends]);
    assert_eq!(found("2026-12-02", "2026-12-31"), []);
    assert_eq!(
        found("2026-10-01", "2027-12-31"),
        [
            (day("2026-11-01"), TermEnd::Expires, 65, 65, day("2026-10-31")),
            grace_ends,
            (day("2027-01-01"), TermEnd::Expires, 9, 9, day("2026-12-02")),
            (day("2027-04-01"), TermEnd::GraceEnds, 9, 0, day("2027-03-31")),
        ]
    );
}

fn prices(rows: &[(&str, i64)]) -> PriceBook {
    let price = |(from, minor): &(&str, i64)| Price {
        sku_id: sku(),
        list_minor: Some(*minor),
        contracted_minor: None,
        currency: Currency::parse("usd").unwrap(),
        valid_from: day(from),
    };
    PriceBook::new(rows.iter().map(price).collect())
}

fn cost(supply: &Supply, prices: &PriceBook, from: &str, to: &str) -> Option<i64> {
    supply.cost(prices, &sku(), day(from), day(to)).map(|money| money.minor)
}

#[test]
fn ten_seats_of_39_cost_what_the_formulas_say() {
    let book = prices(&[("2025-01-01", 3900)]);
    let month = |lot| cost(&supply(vec![lot]), &book, "2026-03-01", "2026-04-01").unwrap();
    let renew = Renewal::Renew { quantity: 10 };
    let annual = lot(10, Term::P1Y, "2027-01-31", renew);
    assert_eq!(month(annual.clone()), 39_000);
    assert_eq!(month(Subscription { billing: BillingPlan::Monthly, ..annual.clone() }), 40_950);
    assert_eq!(month(lot(10, Term::P1M, "2026-03-31", renew)), 46_800);
    let extended = lot(10, Term::P1Y, "2026-01-31", Renewal::ExtendedServiceTerm);
    assert_eq!(month(extended), 48_204);
    assert_eq!(month(Subscription { trial: true, ..annual }), 0);
}

#[test]
fn a_price_is_fixed_within_a_term_and_rises_at_the_renewal() {
    let book = prices(&[("2024-01-01", 3600), ("2026-07-01", 3900)]);
    let supply = supply(vec![lot(1, Term::P1Y, "2027-06-01", Renewal::Renew { quantity: 1 })]);
    assert_eq!(cost(&supply, &book, "2027-05-01", "2027-06-01"), Some(3600), "INV-40");
    assert_eq!(cost(&supply, &book, "2027-06-01", "2027-07-01"), Some(3900));
    // 16 of 31 days at the old price.
    let across = cost(&supply, &book, "2027-05-16", "2027-06-16").unwrap();
    assert_eq!(across, (3600 * 16 + 3900 * 15 + 15) / 31);
}

#[test]
fn a_missing_price_is_no_cost_and_not_zero() {
    let supply = supply(vec![lot(1, Term::P1Y, "2027-06-01", Renewal::Expire)]);
    assert_eq!(cost(&supply, &prices(&[]), "2026-05-01", "2026-06-01"), None);
}

fn any_lot() -> impl Strategy<Value = Subscription> {
    let renewal = prop_oneof![
        (0u32..20).prop_map(|quantity| Renewal::Renew { quantity }),
        Just(Renewal::Expire),
        Just(Renewal::Cancel),
        Just(Renewal::ExtendedServiceTerm),
    ];
    let term = prop_oneof![Just(Term::P1M), Just(Term::P1Y), Just(Term::P3Y)];
    let channel = prop_oneof![Just(Channel::Direct), Just(Channel::Csp), Just(Channel::Ea)];
    (0u32..20, 0u64..900, 1u64..1200, renewal, term, channel, any::<bool>()).prop_map(
        |(quantity, start, length, renewal, term, channel, trial)| {
            let start = day("2025-01-01") + chrono::Days::new(start);
            Subscription {
                start,
                term_end: Some(start + chrono::Days::new(length)),
                channel,
                trial,
                reserved: false,
                ..lot(quantity, term, "2026-01-31", renewal)
            }
        },
    )
}

proptest! {
    /// INV-20: units move between buckets, and their sum changes only with a renewal's quantity or at the deletion.
    #[test]
    fn inv_20_steps_are_exactly_the_days_on_which_units_change(lots in prop::collection::vec(any_lot(), 0..4)) {
        let supply = supply(lots);
        let (from, to) = (day("2026-01-01"), day("2027-12-31"));
        let steps = supply.steps(from, to);
        prop_assert_eq!(steps[0].day, from);
        let mut current = steps[0].units;
        let mut rest = &steps[1..];
        for day in from.iter_days().take_while(|day| *day <= to).skip(1) {
            if let Some((step, later)) = rest.split_first().filter(|(step, _)| step.day == day) {
                prop_assert_ne!(step.units, current);
                (current, rest) = (step.units, later);
            }
            prop_assert_eq!(supply.units_on(day), current, "on {}", day);
        }
        prop_assert!(rest.is_empty());
    }

    /// Every day on which seats come or go after a lot has begun stands in the calendar, with as many.
    #[test]
    fn the_calendar_of_renewals_explains_every_change_of_capacity(lot in any_lot()) {
        let (from, to) = (lot.start + chrono::Days::new(1), lot.start + chrono::Days::new(2000));
        let lots = supply(vec![lot]);
        let mut changes = std::collections::BTreeMap::new();
        for renewal in lots.renewals(from, to) {
            *changes.entry(renewal.day).or_insert(0) += i64::from(renewal.quantity_after) - i64::from(renewal.quantity_before);
        }
        for day in from.iter_days().take_while(|day| *day <= to) {
            let capacity = |day: NaiveDate| i64::from(lots.units_on(day).capacity());
            let change = capacity(day) - capacity(day - chrono::Days::new(1));
            prop_assert_eq!(changes.get(&day).copied().unwrap_or(0), change, "on {}", day);
        }
    }

    /// INV-20 for one lot: what leaves a bucket enters the next, until the lot is deleted.
    #[test]
    fn inv_20_units_move_between_buckets_and_their_sum_is_constant(lot in any_lot()) {
        let lot = Subscription { renewal: if lot.quantity % 2 == 0 { Renewal::Expire } else { Renewal::Cancel }, ..lot };
        let mut sum = None;
        for day in lot.start.iter_days().take(1800) {
            let units = lot.units_on(day);
            let now = units.enabled + units.warning + units.suspended + units.locked_out;
            let buckets = [units.enabled, units.warning, units.suspended, units.locked_out];
            prop_assert!(buckets.iter().filter(|count| **count > 0).count() <= 1, "a lot is in one stage");
            prop_assert!(sum.is_none_or(|sum| sum == now || now == 0), "{:?} on {}", sum, day);
            prop_assert!(!(sum == Some(0) && now > 0) || lot.quantity == 0, "nothing comes back");
            sum = Some(now);
        }
    }

    #[test]
    fn a_month_never_costs_more_than_the_dearest_way_to_pay_for_its_most_units(lots in prop::collection::vec(any_lot(), 1..4)) {
        let supply = supply(lots);
        let book = prices(&[("2020-01-01", 1200)]);
        let cost = supply.cost(&book, &sku(), day("2026-01-01"), day("2026-02-01")).unwrap().minor;
        let most: i64 = (0..31)
            .map(|n| supply.units_on(day("2026-01-01") + chrono::Days::new(n)).enabled)
            .map(|enabled| i64::from(enabled) * 1200 * 1236 / 1000)
            .max()
            .unwrap();
        prop_assert!((0..=most + 1).contains(&cost), "{cost} is not between 0 and {most}");
    }
}
