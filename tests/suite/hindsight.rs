//! Forecasts kept, and held against what happened.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use seatcast::forecast::{Happened, Percentiles, Saved, SavedError, SavedPoint, SavedSku};

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap() + Days::new(number)
}

fn saved(points: &[(u64, [u32; 3])]) -> Saved {
    let point =
        |(number, [p10, p50, p90]): &(u64, [u32; 3])| SavedPoint { day: day(*number), p10: *p10, p50: *p50, p90: *p90 };
    Saved {
        kind: "seatcast-forecast".to_owned(),
        version: 1,
        tenant: "Brindlewick".to_owned(),
        today: day(0),
        made_by: "seatcast".to_owned(),
        seed: 1,
        replications: 100,
        inputs: Vec::new(),
        skus: vec![SavedSku {
            sku_id: "a".to_owned(),
            sku_part_number: "A".to_owned(),
            product_name: "Product A".to_owned(),
            points: points.iter().map(point).collect(),
            capacity: vec![(day(0), 50), (day(40), 60)],
        }],
    }
}

fn came(sku_id: &str, demand: u32) -> Happened {
    Happened {
        sku_id: sku_id.to_owned(),
        sku_part_number: sku_id.to_uppercase(),
        product_name: sku_id.to_owned(),
        demand,
        capacity: 55,
    }
}

#[test]
fn a_band_between_two_points_is_on_the_line_and_rounded_outwards() {
    let saved = saved(&[(0, [10, 10, 10]), (30, [5, 20, 41])]);
    let band = |number: u64| saved.skus[0].band(day(number));
    assert_eq!(band(0), Some(Percentiles { p10: 10, p50: 10, p90: 10 }));
    // A third of the way: 10 − 5/3, 10 + 10/3, 10 + 31/3.
    assert_eq!(band(10), Some(Percentiles { p10: 8, p50: 13, p90: 21 }));
    assert_eq!(band(30), Some(Percentiles { p10: 5, p50: 20, p90: 41 }));
    assert_eq!(band(31), None);
}

#[test]
fn what_came_is_held_against_what_was_foreseen() {
    let saved = saved(&[(0, [10, 10, 10]), (60, [10, 20, 40])]);
    let outcomes = saved.outcomes(day(60), &[came("a", 41), came("b", 3)]);
    assert_eq!((outcomes[0].covered, outcomes[0].error), (Some(false), Some(21)));
    assert_eq!((outcomes[0].capacity_foreseen, outcomes[0].capacity), (Some(60), Some(55)));
    assert_eq!((outcomes[1].covered, outcomes[1].foreseen, outcomes[1].demand), (None, None, Some(3)));
    let outcomes = saved.outcomes(day(60), &[came("a", 40)]);
    assert_eq!((outcomes[0].covered, outcomes[0].error), (Some(true), Some(20)));
    let gone = saved.outcomes(day(60), &[]);
    assert_eq!((gone[0].covered, gone[0].demand, gone[0].foreseen.is_some()), (None, None, true));
}

#[test]
fn only_a_saved_forecast_of_a_known_version_is_read() {
    let good = saved(&[(0, [1, 2, 3])]);
    assert_eq!(Saved::parse(&good.bytes().unwrap()).unwrap(), good);
    let with = |edit: fn(&mut Saved)| {
        let mut file = good.clone();
        edit(&mut file);
        Saved::parse(&file.bytes().unwrap())
    };
    assert!(matches!(with(|file| file.kind = "plan".to_owned()), Err(SavedError::NotSaved(_))));
    assert!(matches!(with(|file| file.version = 2), Err(SavedError::Newer(2))));
    assert!(matches!(with(|file| file.skus[0].points.clear()), Err(SavedError::Disordered(_))));
    assert!(matches!(with(|file| file.skus[0].capacity.reverse()), Err(SavedError::Disordered(_))));
    // What a newer version adds is no trouble; what it renames is.
    let text = String::from_utf8(good.bytes().unwrap()).unwrap();
    assert_eq!(
        Saved::parse(text.replace("\"seed\": 1,", "\"seed\": 1, \"mood\": \"calm\",").as_bytes()).unwrap(),
        good
    );
    assert!(matches!(Saved::parse(text.replace("p50", "median").as_bytes()), Err(SavedError::NotSaved(_))));
}

proptest! {
    #[test]
    fn any_bytes_are_a_forecast_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Saved::parse(&bytes).is_err());
    }

    #[test]
    fn a_band_is_never_narrower_than_the_line(
        from in prop::array::uniform3(0u32..500), to in prop::array::uniform3(0u32..500), at in 0u64..=31,
    ) {
        let (mut from, mut to) = (from, to);
        from.sort_unstable();
        to.sort_unstable();
        let band = saved(&[(0, from), (31, to)]).skus[0].band(day(at)).unwrap();
        let line = |which: usize| f64::from(from[which]) + (f64::from(to[which]) - f64::from(from[which])) * at as f64 / 31.0;
        prop_assert!(f64::from(band.p10) <= line(0) + 1e-9 && f64::from(band.p90) >= line(2) - 1e-9);
        prop_assert!((f64::from(band.p50) - line(1)).abs() <= 0.5 + 1e-9);
        prop_assert!(band.p10 <= band.p50 && band.p50 <= band.p90);
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn seatcast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).current_dir(root()).output().unwrap()
}

fn compare(saved: &Path, today: &str) -> Output {
    seatcast(&["history", "compare", saved.to_str().unwrap(), "data/demo", "--today", today, "--format", "json"])
}

#[test]
fn a_forecast_is_saved_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (out, saved) = (folder.path().join("out"), folder.path().join("kept/november.json"));
    let arguments = ["forecast", "data/demo", "--months", "3", "--replications", "20", "--quiet", "--out"];
    let mut arguments = arguments.to_vec();
    arguments.extend([out.to_str().unwrap(), "--save", saved.to_str().unwrap()]);
    let output = seatcast(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // On the day of the forecast the band is what is there.
    let output = compare(&saved, "2026-11-20");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcomes = json["outcomes"].as_array().unwrap();
    assert!(outcomes.len() > 9);
    assert!(outcomes.iter().all(|outcome| outcome["covered"] == true && outcome["error"] == 0), "{json:#}");
    assert!(outcomes.iter().all(|outcome| outcome["capacity"] == outcome["capacity_foreseen"]), "{json:#}");
    // A month later the same people are there: demand as it was, held against a band that has moved on.
    let json: serde_json::Value = serde_json::from_slice(&compare(&saved, "2026-12-20").stdout).unwrap();
    assert_eq!(json["outcomes"][0]["day"], "2026-12-20");
    for (today, said) in [("2026-11-19", "P412"), ("2027-02-21", "P412")] {
        let output = compare(&saved, today);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(said));
    }
    fs::write(&saved, "{\"version\": 1}").unwrap();
    let output = compare(&saved, "2026-11-20");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("P411"));
}
