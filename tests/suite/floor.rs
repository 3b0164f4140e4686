//! The floor: days, percentiles, the catalogue, rate texts.

use chrono::NaiveDate;
use proptest::prelude::*;
use seatcast::calendar;
use seatcast::catalog::Catalog;
use seatcast::diagnostic::did_you_mean;
use seatcast::forecast::Histogram;
use seatcast::scenario::{Rate, Spread};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn renewals_are_counted_from_the_start_and_return_to_the_31st() {
    let renewal = |n| calendar::renewal(day("2026-01-31"), 1, n).unwrap();
    assert_eq!(renewal(1), day("2026-02-28"));
    assert_eq!(renewal(2), day("2026-03-31"));
    assert_eq!(renewal(13), day("2027-02-28"));
    assert_eq!(calendar::renewal(day("2024-02-29"), 12, 4).unwrap(), day("2028-02-29"));
}

#[test]
fn a_renewal_outside_the_calendar_is_refused() {
    assert!(calendar::renewal(day("2026-01-31"), u32::MAX, 2).is_err());
    assert!(calendar::renewal(NaiveDate::MAX, 1, 1).is_err());
}

#[test]
fn percentiles_are_nearest_rank() {
    let mut histogram = Histogram::default();
    (1..=10).for_each(|value| histogram.add(value));
    assert_eq!(histogram.percentile(10), Some(1));
    assert_eq!(histogram.percentile(11), Some(2));
    assert_eq!(histogram.percentile(50), Some(5));
    assert_eq!(histogram.percentile(90), Some(9));
    assert_eq!(histogram.percentile(100), Some(10));
    assert_eq!(histogram.above(8), 2);
    assert_eq!(Histogram::default().percentile(50), None);
}

#[test]
fn the_catalogue_finds_a_sku_by_id_part_number_and_name() {
    let catalog = Catalog::embedded();
    let e3 = "05e9a617-0261-4cee-bb44-138d3ef5d965";
    for name in [e3, &e3.to_uppercase(), "SPE_E3", "spe_e3", "Microsoft 365 E3", " microsoft\u{a0}365  E3 "] {
        let found = catalog.find(name);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].sku_id.as_str(), e3, "{name}");
    }
    assert_eq!(catalog.find("MCOPSTN5").len(), 2, "one part number, two ids");
    assert!(catalog.find("no such SKU").is_empty());
    assert!(catalog.find("SPE_F1")[0].product_name.contains("F3"), "the name trap of the catalogue");
    assert_eq!(catalog.skus().count(), 619);
}

#[test]
fn names_that_are_near_are_offered() {
    let offered = did_you_mean("depatment", ["department", "jobTitle"]);
    assert_eq!(offered.as_deref(), Some("did you mean `department`?"));
    let listed = did_you_mean("zzz", ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(listed.as_deref(), Some("known are `a`, `b`, `c`, `d`, `e`, …"));
    assert_eq!(did_you_mean("zzz", []), None);
}

#[test]
fn rate_texts_are_read_and_printed_alike() {
    for text in [
        "12/month",
        "8..14/month",
        "1.2%/month",
        "0.8..1.4%/month",
        "0/month",
        "0.3..0.7%/month",
        "p10 8, p50 11, p90 16 /month",
        "p10 0, p50 0.5, p90 2 %/month",
    ] {
        assert_eq!(Rate::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Rate::parse(" 5 .. 6 % /month").unwrap(), Rate::SharePerMonth(Spread::between(0.05, 0.06)));
    for text in [
        "",
        "12",
        "12/year",
        "-1/month",
        "14..8/month",
        "120%/month",
        "NaN/month",
        "1e999/month",
        "a..b/month",
        "p10 8, p50 7, p90 9/month",
        "p10 8, p90 9/month",
        "p50 8/month",
    ] {
        assert!(Rate::parse(text).is_err(), "{text}");
    }
}

#[test]
fn percentiles_are_where_they_were_put() {
    for (p10, p50, p90) in [(8.0, 11.0, 16.0), (0.0, 0.5, 2.0), (1.0, 1.0, 1.0), (0.2, 9.0, 9.5)] {
        let spread = Spread::Percentiles { p10, p50, p90 };
        for (share, value) in [(0.1, p10), (0.5, p50), (0.9, p90)] {
            assert!((spread.at(share) - value).abs() < 1e-6, "{spread:?} at {share}: {}", spread.at(share));
        }
        let values: Vec<f64> = (0..=1000).map(|share| spread.at(f64::from(share) / 1000.0)).collect();
        assert!(values.is_sorted() && values[0] >= 0.0 && values[1000].is_finite());
    }
}

proptest! {
    #[test]
    fn percentiles_ascend_and_are_values_that_occurred(values in prop::collection::vec(0u32..50, 1..60)) {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.add(*value));
        let mut sorted = values.clone();
        sorted.sort_unstable();
        for percent in 1..=100u32 {
            let rank = (percent as usize * sorted.len()).div_ceil(100).max(1);
            prop_assert_eq!(histogram.percentile(percent), Some(sorted[rank - 1]));
        }
    }

    #[test]
    fn histograms_merge_in_any_order(a in prop::collection::vec(0u32..9, 0..20), b in prop::collection::vec(0u32..9, 0..20)) {
        let of = |values: &[u32]| {
            let mut histogram = Histogram::default();
            values.iter().for_each(|value| histogram.add(*value));
            histogram
        };
        let (mut ab, mut ba) = (of(&a), of(&b));
        ab.merge(&of(&b));
        ba.merge(&of(&a));
        prop_assert_eq!(&ab, &ba);
        prop_assert_eq!(ab, of(&[a, b].concat()));
    }

    #[test]
    fn adding_many_at_once_is_adding_each(
        a in prop::collection::vec(0u32..9, 0..20),
        b in prop::collection::vec(0u32..20, 0..20),
    ) {
        let (mut at_once, mut each) = (Histogram::default(), Histogram::default());
        for values in [&a, &b] {
            values.iter().for_each(|value| each.add(*value));
            at_once.add_all(&mut values.clone());
        }
        prop_assert_eq!(&at_once, &each);
        let above = |bound: u32| a.iter().chain(&b).filter(|value| **value > bound).count() as u32;
        (0..21).for_each(|bound| assert_eq!(each.above(bound), above(bound)));
    }
}
