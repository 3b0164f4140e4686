//! What a past teaches: spells, rates, and the backtest on a public ten-year employee record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use seatcast::directory::{Attribute, Snapshot, User, Users, Value};
use seatcast::history::{self, Holder, Method, Month, Options, Panel, Record, Run, Score, SkuSeats, Spell, Stored};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn by_department() -> Vec<String> {
    vec!["department".to_owned()]
}

fn employees() -> Record {
    let bytes = include_bytes!("../workforce/employees.csv");
    let read = history::employment_record("employees.csv", bytes, &by_department(), None, Some(day("2012-12-31")));
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    history::whole_months(&read.value.unwrap())
}

fn origins() -> Vec<Month> {
    ["2008-12", "2009-12", "2010-12", "2011-12"].map(|text| history::parse_month(text).unwrap()).to_vec()
}

fn of(runs: &[Run], method: Method) -> Score {
    history::score(runs.iter().filter(|run| run.method == method)).unwrap()
}

#[test]
fn bands_cover_what_they_claim_and_beat_the_baselines() {
    let options =
        Options { origins: origins(), months: 12, replications: 300, seed: 1, whole: true, smallest_cohort: 100 };
    let runs = history::backtest(&employees(), &options);
    let [own, naive, ets] = Method::ALL.map(|method| of(&runs, method));
    // Everybody and six departments, twelve months, four origins.
    assert_eq!([own.points, naive.points, ets.points], [336; 3]);
    assert!((0.7..=0.9).contains(&own.coverage), "{own:?}");
    assert!(own.pinball < naive.pinball && own.pinball < ets.pinball, "{own:?} {naive:?} {ets:?}");
}

#[test]
fn a_panel_agrees_with_counting_by_hand() {
    let record = employees();
    let origin = origins()[1];
    let panel = Panel::new(&record, origin);
    for (row, people) in panel.headcount(None).into_iter().enumerate() {
        let end = Month(panel.month(row).0 + 1).first_day().unwrap();
        let there = |spell: &&Spell| spell.start < end && spell.end.is_none_or(|gone| gone >= end);
        assert_eq!(people as usize, record.spells.iter().filter(there).count(), "{}", panel.month(row));
    }
    // Nobody's later life changes what an origin knew.
    let cut = |spell: &Spell| Spell { end: spell.end.filter(|gone| Month::of(*gone) <= origin), ..spell.clone() };
    let known = record.spells.iter().filter(|spell| Month::of(spell.start) <= origin).map(cut).collect();
    let known = Panel::new(&Record { spells: known, ..record }, origin);
    assert_eq!((known.joins, known.leaves, known.last), (panel.joins, panel.leaves, panel.last));
}

#[test]
fn an_origin_without_a_past_is_left_out() {
    let origins = vec![Month(Month::of(employees().since).0 - 30), Month::of(employees().since)];
    let options = Options { origins, months: 12, replications: 10, seed: 1, whole: true, smallest_cohort: 100 };
    assert!(history::backtest(&employees(), &options).is_empty());
}

#[test]
fn a_replication_repeats_and_another_differs() {
    let workforce = history::Workforce::learn(&Panel::new(&employees(), origins()[0]));
    assert_eq!(workforce.replication(12, 5, 3), workforce.replication(12, 5, 3));
    assert_ne!(workforce.replication(12, 5, 3), workforce.replication(12, 5, 4));
}

/// A tenant of one department whose accounts are those numbers.
fn tenant(people: &BTreeSet<u32>, started: &dyn Fn(u32) -> NaiveDate) -> Snapshot {
    let records: Vec<User> = people
        .iter()
        .map(|person| {
            let hired = started(*person).and_time(chrono::NaiveTime::MIN).and_utc();
            User::default()
                .with(Attribute::Id, Value::text(&format!("{person:05}")))
                .with(Attribute::Department, Value::text("Sales"))
                .with(Attribute::AccountEnabled, Value::Boolean(true))
                .with(Attribute::EmployeeHireDate, Value::Instant(hired))
        })
        .collect();
    Snapshot { users: Users::from_records(&records), ..Snapshot::default() }
}

/// Ten come and eight go each month: the learned rates hold it, and the store gives back what went in.
#[test]
fn snapshots_teach_the_rates_that_made_them() {
    let first = day("2024-01-01");
    let started = |person: u32| {
        if person < 1000 {
            first - Days::new(u64::from(person))
        } else {
            first + Days::new(u64::from(person - 1000) * 3)
        }
    };
    let mut files = Vec::new();
    let mut people: BTreeSet<u32> = (0..1000).collect();
    for month in 0..30 {
        let today = Month(Month::of(first).0 + month).first_day().unwrap();
        if month > 0 {
            people.extend((1000..2000).filter(|person| started(*person) <= today));
            // Somebody new each time, so that it is always eight.
            let gone: Vec<u32> = people.iter().copied().filter(|person| *person < 1000).take(8).collect();
            gone.iter().for_each(|person| assert!(people.remove(person)));
        }
        let bytes = history::snapshot(&tenant(&people, &started), &[Attribute::Department]).unwrap();
        files.push(Stored { day: today, name: history::file_name(today), bytes });
    }
    let record = history::snapshot_record(&files, &by_department());
    assert!(record.diagnostics.is_empty(), "{:?}", record.diagnostics);
    let record = record.value.unwrap();
    assert_eq!(record.spells.iter().filter(|spell| spell.end.is_none()).count(), people.len());
    assert_eq!(record.spells.iter().filter(|spell| spell.end.is_some()).count(), 29 * 8);
    let learned = history::calibrate(&record, 1).value.unwrap();
    let heads = people.len() as f64;
    // About a person every three days, and eight a month.
    assert!(learned.joiners.low < 10.1 / heads && 10.1 / heads < learned.joiners.high, "{learned:?}");
    assert!(learned.leavers.low < 8.0 / heads && 8.0 / heads < learned.leavers.high, "{learned:?}");
    assert!(learned.settings(&by_department()).contains("[workforce]\njoiners = \"p10 "));
}

#[test]
fn a_broken_past_is_a_finding() {
    let read = |csv: &str| history::employment_record("hr.csv", csv.as_bytes(), &by_department(), None, None);
    let codes = |csv: &str| read(csv).diagnostics.iter().map(|finding| finding.code.0).collect::<Vec<_>>();
    assert_eq!(codes("hireDate,department\n"), ["D600"]);
    assert_eq!(codes("hireDate,leaveDate,team\n"), ["D600"]);
    assert_eq!(codes("hireDate,leaveDate,department\n2012-13-01,,A\n"), ["D601"]);
    assert_eq!(codes("hireDate,leaveDate,department\n2012-02-01,2012-01-01,A\n"), ["D601"]);
    assert_eq!(codes("hireDate,leaveDate,department\n2012-02-01,,A\n"), ["D602"]);
    assert!(read("hireDate,leaveDate,department\n2012-02-01,2013-01-01,A\n").value.is_some());
    let broken = history::snapshot_record(
        &[Stored { day: day("2026-01-01"), name: "x.parquet".to_owned(), bytes: b"no parquet".to_vec() }],
        &by_department(),
    );
    assert!(broken.value.is_none() && broken.has_errors());
}

/// Of a hundred people in Sales one goes to IT each month; nobody leaves IT. The rates say so, and the file says it to `forecast`.
#[test]
fn movers_are_learnt_with_where_they_go() {
    let first = day("2024-01-01");
    let mut files = Vec::new();
    for month in 0..25_u32 {
        let today = Month(Month::of(first).0 + month as i32).first_day().unwrap();
        let department = |person: u32| if person < 100 && person >= month { "Sales" } else { "IT" };
        let records: Vec<User> = (0..200)
            .map(|person| {
                User::default()
                    .with(Attribute::Id, Value::text(&format!("{person:05}")))
                    .with(Attribute::Department, Value::text(department(person)))
                    .with(Attribute::Country, Value::text(if person % 2 == 0 { "NL" } else { "DE" }))
                    .with(Attribute::AccountEnabled, Value::Boolean(true))
            })
            .collect();
        let snapshot = Snapshot { users: Users::from_records(&records), ..Snapshot::default() };
        let bytes = history::snapshot(&snapshot, &history::ATTRIBUTES).unwrap();
        files.push(Stored { day: today, name: history::file_name(today), bytes });
    }
    let record = history::snapshot_record(&files, &by_department()).value.unwrap();
    assert_eq!(record.moves.as_ref().map(Vec::len), Some(24));
    let learned = history::calibrate(&record, 1).value.unwrap();
    let movers = learned.movers.unwrap();
    assert!(movers.low < 0.005 && 0.005 < movers.high, "{movers:?}");
    let [it, sales] = learned.cohorts.as_slice() else { panic!("two departments") };
    assert_eq!((&*it.name, &*sales.name), ("IT", "Sales"));
    assert_eq!(sales.moves_to, [("IT".into(), 24)]);
    assert!(sales.movers.unwrap().middle > 4.0 * it.movers.unwrap().middle, "{learned:?}");
    assert!(learned.settings(&by_department()).contains("moves-to = { \"IT\" = 24 }"));
    // Any attributes that the snapshots hold can make cohorts.
    let both = history::snapshot_record(&files, &["department".to_owned(), "country".to_owned()]).value.unwrap();
    assert!(both.spells.iter().any(|spell| &*spell.cohort == "Sales / NL"));
    assert!(history::snapshot_record(&files, &["costCenter".to_owned()]).has_errors());
}

/// A cohort without a past of its own is drawn to the whole, one with a long past is not.
#[test]
fn sparse_cohorts_shrink_towards_the_whole() {
    let learned = history::calibrate(&employees(), 1).value.unwrap();
    let spread = |range: &history::Range| range.high - range.low;
    let by_size = |people: std::ops::Range<u32>| {
        let of = learned.cohorts.iter().filter(|cohort| people.contains(&cohort.people)).map(|c| spread(&c.leavers));
        let spreads: Vec<f64> = of.collect();
        spreads.iter().sum::<f64>() / spreads.len() as f64
    };
    assert!(by_size(1..40) > by_size(400..4000), "{learned:?}");
    assert!(learned.leavers_by_tenure.len() > 3 && learned.leavers_by_tenure.iter().all(|weight| *weight > 0.0));
}

/// Months of seats: what `gains` and `losses` do to each SKU, one person after the other.
fn seats_over(months: u32, step: &mut dyn FnMut(u32, &mut Vec<BTreeSet<u32>>)) -> BTreeMap<NaiveDate, Vec<SkuSeats>> {
    let mut held: Vec<BTreeSet<u32>> = Vec::new();
    let first = Month::of(day("2021-01-01"));
    let mut days = BTreeMap::new();
    for month in 0..months {
        step(month, &mut held);
        let sku = |(number, held): (usize, &BTreeSet<u32>)| SkuSeats {
            sku_part_number: format!("SKU{number}").into(),
            enabled: 500,
            warning: 1,
            assigned: held.len() as u32,
            consumed: None,
            holders: held
                .iter()
                .map(|id| Holder { id: format!("{id:06}").into(), direct: id % 2 == 0, given: id % 3 == 0 })
                .collect(),
        };
        let seats: Vec<SkuSeats> = held.iter().enumerate().map(sku).collect();
        let bytes = history::seats_parquet(&seats).unwrap();
        assert_eq!(history::read_seats(&bytes).unwrap(), seats, "what was kept comes back");
        let today = Month(first.0 + month as i32).first_day().unwrap();
        let name = history::seats_name(today);
        assert_eq!(history::seats_day(&name), Some(today));
        days.extend(history::seats_by_day(&[Stored { day: today, name, bytes }]).value.unwrap());
    }
    days
}

/// Of one SKU five seats are taken and three given back each month, of the other none: demand is known at every horizon.
#[test]
fn seats_that_move_evenly_are_forecast_as_they_come() {
    let days = seats_over(49, &mut |month, held| match month {
        0 => *held = vec![(0..200).collect(), (1000..1030).collect()],
        _ => {
            held[0].extend(2000 + month * 5..2005 + month * 5);
            (0..3).for_each(|_| assert!(held[0].pop_first().is_some()));
        }
    });
    let record = history::whole_months(&history::seats_record(&days, &history::Accounts::new()).unwrap());
    let origins = vec![history::parse_month("2023-12").unwrap()];
    let options = Options { origins, months: 12, replications: 400, seed: 1, whole: false, smallest_cohort: 1 };
    let runs = history::backtest(&record, &options);
    assert_eq!(runs.len(), 6, "two SKUs by three methods");
    let of =
        |sku: &str, method: Method| runs.iter().find(|run| run.cohort.as_deref() == Some(sku) && run.method == method);
    let (own, naive) = (of("SKU0", Method::Seatcast).unwrap(), of("SKU0", Method::SeasonalNaive).unwrap());
    for ahead in 1..=12 {
        // Thirty-six months after the first day there are 72 seats more, then two a month.
        assert!((own.actual[ahead - 1] - (272.0 + 2.0 * ahead as f64)).abs() < 1e-9);
        let score = history::score_ahead(std::iter::once(own), ahead).unwrap();
        assert!(score.mae <= 6.0 && score.coverage > 0.99, "{ahead} months ahead: {score:?}");
        // Last year's count is 24 seats behind at every horizon: the very unit of MASE.
        let score = history::score_ahead(std::iter::once(naive), ahead).unwrap();
        assert!((score.mae - 24.0).abs() < 1e-9 && (score.mase - 1.0).abs() < 1e-9, "{ahead} months ahead: {score:?}");
    }
    assert!(history::score_ahead(runs.iter(), 13).is_none());
    let still = history::score(of("SKU1", Method::Seatcast).into_iter()).unwrap();
    assert!(still.mae < 1.5 && still.coverage > 0.99, "{still:?}");
}

/// People of five departments come, go and move by chance, and a department is a SKU.
fn seats_by_chance(seed: u64) -> BTreeMap<NaiveDate, Vec<SkuSeats>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut luck = move || rng.random::<f64>();
    let mut next = 10_000;
    seats_over(64, &mut |month, held| {
        if month == 0 {
            *held = (0..5).map(|sku| (sku * 1000..sku * 1000 + 60 * (sku + 1)).collect()).collect();
        }
        for sku in 0..5 {
            let gone: Vec<u32> = held[sku].iter().copied().filter(|_| luck() < 0.02).collect();
            gone.iter().for_each(|id| assert!(held[sku].remove(id)));
            let moved: Vec<u32> = held[sku].iter().copied().filter(|_| luck() < 0.005).collect();
            for id in moved {
                held[sku].remove(&id);
                held[(sku + 1) % 5].insert(id);
            }
            for _ in 0..20 {
                if luck() < 0.25 {
                    held[sku].insert(next);
                    next += 1;
                }
            }
        }
    })
}

#[test]
fn bands_of_seats_hold_what_they_claim() {
    let origins = ["2023-12", "2024-12"].map(|text| history::parse_month(text).unwrap()).to_vec();
    let options = Options { origins, months: 12, replications: 150, seed: 1, whole: false, smallest_cohort: 1 };
    let runs = (1..=3).flat_map(|seed| {
        let record = history::seats_record(&seats_by_chance(seed), &history::Accounts::new()).unwrap();
        history::backtest(&history::whole_months(&record), &options)
    });
    let runs: Vec<Run> = runs.collect();
    let [own, naive, ets] = Method::ALL.map(|method| of(&runs, method));
    assert_eq!([own.points, naive.points, ets.points], [360; 3]);
    assert!((0.7..=0.95).contains(&own.coverage), "{own:?}");
    assert!(own.pinball < naive.pinball && own.pinball < 1.1 * ets.pinball, "{own:?} {naive:?} {ets:?}");
}

/// Stores from before seats and other accounts were kept, and those whose one attribute was called `cohort`, still teach.
#[test]
fn stores_of_earlier_versions_still_read() {
    use polars::prelude::{DataFrame, DataType, NamedFrom, ParquetWriter, Series};
    let old = |cohort: &str, today: NaiveDate, people: &[&str]| {
        let days: Vec<Option<i32>> = vec![Some(18_000); people.len()];
        let columns = vec![
            Series::new("id".into(), people.to_vec()).into(),
            Series::new("started".into(), days).cast(&DataType::Date).unwrap().into(),
            Series::new("leaves".into(), vec![None::<i32>; people.len()]).cast(&DataType::Date).unwrap().into(),
            Series::new(cohort.into(), vec!["Sales"; people.len()]).into(),
        ];
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut DataFrame::new(people.len(), columns).unwrap()).unwrap();
        Stored { day: today, name: history::file_name(today), bytes }
    };
    for name in ["cohort", "department"] {
        let files = [old(name, day("2024-01-01"), &["a", "b", "c"]), old(name, day("2024-02-01"), &["a", "c"])];
        let read = history::snapshot_record(&files, &by_department());
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        let spells = read.value.unwrap().spells;
        assert_eq!(spells.len(), 3);
        assert!(spells.iter().all(|spell| &*spell.cohort == "Sales" && spell.start == day("2019-04-14")));
        assert_eq!(spells.iter().filter(|spell| spell.end == Some(day("2024-01-17"))).count(), 1);
        assert_eq!(history::accounts(&files)[&day("2024-01-01")].len(), 3);
    }
    let columns = vec![
        Series::new("sku".into(), ["A", "A", "A"]).into(),
        Series::new("id".into(), [None, Some("a"), Some("b")]).into(),
        Series::new("direct".into(), [None, Some(true), Some(false)]).into(),
    ];
    let counts = ["enabled", "warning", "assigned", "consumed"];
    let counts = counts.map(|name| Series::new(name.into(), [Some(2u32), None, None]).into());
    let mut bytes = Vec::new();
    let mut frame = DataFrame::new(3, columns.into_iter().chain(counts).collect()).unwrap();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    let seats = history::read_seats(&bytes).unwrap();
    assert_eq!(seats[0].holders.iter().map(|holder| holder.given).collect::<Vec<_>>(), [true, false]);
    assert!(history::seats_record(&BTreeMap::new(), &history::Accounts::new()).is_none(), "no seats, nothing of SKUs");
    let broken = Stored { day: day("2024-01-01"), name: "2024-01-01.seats.parquet".to_owned(), bytes: b"no".to_vec() };
    assert!(history::seats_by_day(&[broken]).has_errors());
}

/// Fifty months: each month two of Sales go to IT with another title and the same country; four leave, are disabled ten days
/// after their last day and gone forty-five days later; three guests come, who go a year later; two people ask for B.
#[test]
fn the_life_of_accounts_is_learnt_from_snapshots() {
    use seatcast::history::{Life, Range};
    let first = day("2021-01-05");
    let (mut files, mut days) = (Vec::new(), BTreeMap::new());
    let text = |text: &str| Value::text(text);
    let instant = |day: NaiveDate| Value::Instant(day.and_time(chrono::NaiveTime::MIN).and_utc());
    let month_of = |number: u32| first + chrono::Months::new(number);
    for month in 0..50u32 {
        let today = month_of(month);
        let mut records = Vec::new();
        let mut add = |id: String, kind: &str, enabled: bool, more: Vec<(Attribute, Value)>| {
            let user = User::default()
                .with(Attribute::Id, text(&id))
                .with(Attribute::UserType, text(kind))
                .with(Attribute::AccountEnabled, Value::Boolean(enabled));
            records.push(more.into_iter().fold(user, |user, (attribute, value)| user.with(attribute, value)));
        };
        for number in 0..400u32 {
            // Two a month move; from number 200 on four a month leave, on days of their own.
            let moved = number < month * 2;
            let own = [
                (Attribute::Department, text(if moved { "IT" } else { "Sales" })),
                (Attribute::JobTitle, text(if moved { "Engineer" } else { "Seller" })),
                (Attribute::Country, text(if number % 3 == 0 { "NL" } else { "DE" })),
            ];
            let last = (number >= 200).then(|| month_of((number - 200) / 4) + Days::new(u64::from(number % 4) * 7 + 3));
            let since = last.map_or(-1, |last| (today - last).num_days());
            let leaves = last.filter(|_| since >= -30).map(|last| (Attribute::EmployeeLeaveDateTime, instant(last)));
            if since < 55 {
                add(format!("p{number:04}"), "Member", since < 10, own.into_iter().chain(leaves).collect());
            }
        }
        for number in 0..=month * 3 {
            let made = month_of(number / 3) - Days::new(10);
            if (today - made).num_days() < 365 {
                add(format!("g{number:04}"), "Guest", true, vec![(Attribute::CreatedDateTime, instant(made))]);
            }
        }
        let snapshot = Snapshot { users: Users::from_records(&records), ..Snapshot::default() };
        let bytes = history::snapshot(&snapshot, &history::ATTRIBUTES).unwrap();
        files.push(Stored { day: today, name: history::file_name(today), bytes });
        let direct = |ids: std::ops::Range<u32>| {
            ids.map(|id| Holder { id: format!("p{id:04}").into(), direct: true, given: true })
        };
        let seats = |name: &str, holders: Vec<Holder>| SkuSeats {
            sku_part_number: name.into(),
            enabled: 9,
            warning: 0,
            assigned: 9,
            consumed: Some(9),
            holders,
        };
        // Leavers have C until they have been disabled for twenty days, and are not deleted for forty-five.
        let lasting = (200..400u32).filter(|number| {
            let last = month_of((number - 200) / 4) + Days::new(u64::from(number % 4) * 7 + 3);
            (today - last).num_days() < 30
        });
        let lasting = lasting.map(|id| Holder { id: format!("p{id:04}").into(), direct: false, given: true });
        let same = (0..20).map(|id| Holder { id: format!("p{id:04}").into(), direct: false, given: false }).collect();
        days.insert(
            today,
            vec![seats("A", same), seats("B", direct(0..10 + month * 2).collect()), seats("C", lasting.collect())],
        );
    }
    let accounts = history::accounts(&files);
    let Life {
        movers_change,
        disabling_lag_days,
        license_removal_lag_days,
        deletion_lag_days,
        guests_invited,
        guests_expire_after_days,
        ..
    } = history::life(&accounts, &days, &by_department(), 1);
    assert_eq!(movers_change, ["department".into(), "jobTitle".into()]);
    // Snapshots are a month apart: half a month is as near as they tell.
    let near = |days: Option<u32>, wanted: u32| days.is_some_and(|days| days.abs_diff(wanted) <= 6);
    let lags = format!("{disabling_lag_days:?} {license_removal_lag_days:?} {deletion_lag_days:?}");
    assert!(near(disabling_lag_days, 10) && near(deletion_lag_days, 45), "{lags}");
    assert!(near(license_removal_lag_days, 20), "{lags}");
    assert!(guests_expire_after_days.is_some_and(|days| days.abs_diff(365) <= 20), "{guests_expire_after_days:?}");
    // Three a month upon thirty-six.
    let Range { low, high, .. } = guests_invited.unwrap();
    assert!(low < 3.0 / 37.0 && 3.0 / 37.0 < high, "{guests_invited:?}");
    let asked = history::requests(&days, &accounts, 1);
    let [b] = asked.as_slice() else { panic!("one SKU is asked for: {asked:?}") };
    assert_eq!((&*b.sku_part_number, b.asked, b.given_back), ("B", 98, 0));
    // Two a month of three hundred, more or less.
    assert!(b.share.low < 0.008 && 0.005 < b.share.high, "{b:?}");
    // The file says all of it, and `forecast` reads it.
    let record = history::snapshot_record(&files, &by_department()).value.unwrap();
    let mut learned = history::calibrate(&record, 1).value.unwrap();
    (learned.life, learned.requests) = (history::life(&accounts, &days, &by_department(), 1), asked);
    let file = learned.settings(&by_department());
    for line in [
        "movers-change = [\"department\", \"jobTitle\"]",
        "disabling-lag-days = ",
        "license-removal-lag-days = ",
        "[guests]\ninvited = \"p10 ",
    ] {
        assert!(file.contains(line), "{line} is not in\n{file}");
    }
    assert!(file.contains("expire-after-days = ") && file.contains("[sku.\"B\"]\nrequests = \"p10 "), "{file}");
}

/// Counts around an unchanging mean of twenty, with three times the variance of chance alone: a scatter, and no drift.
#[test]
fn months_that_scatter_are_not_taken_for_a_rate_that_drifts() {
    const COUNTS: [u32; 60] = [
        19, 21, 24, 25, 20, 12, 12, 6, 32, 29, 16, 7, 25, 28, 20, 33, 12, 25, 13, 20, 28, 17, 21, 13, 20, 8, 26, 8, 27,
        15, 31, 39, 10, 9, 21, 28, 27, 24, 12, 20, 32, 18, 22, 17, 17, 10, 22, 27, 24, 31, 17, 15, 28, 11, 13, 6, 9, 9,
        25, 9,
    ];
    use rand::SeedableRng;
    let counts: Vec<Vec<u32>> = COUNTS.iter().map(|count| vec![*count]).collect();
    let flow = history::Flow::fit(&counts, &vec![vec![20.0]; COUNTS.len()]);
    assert!((2.0..4.5).contains(&flow.scatter()), "{}", flow.scatter());
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let draw = |of: &mut dyn FnMut() -> f64| {
        let mut draws: Vec<f64> = (0..400).map(|_| of()).collect();
        draws.sort_unstable_by(f64::total_cmp);
        (draws[40], draws[200], draws[360])
    };
    let (low, middle, high) = draw(&mut || flow.ahead(&[20.0], 12, &mut rng).0);
    // Sixty months of one mean tell it to within a few percent; what scatters about it is said apart.
    assert!(0.8 < low && (0.88..1.05).contains(&middle) && high < 1.15, "{low} {middle} {high}");
    let (wide_low, _, wide_high) = draw(&mut || flow.ahead_in_all(&[20.0], 12, &mut rng).0);
    assert!(wide_high - wide_low > high - low, "months that scatter make a year less certain");
    let even: Vec<Vec<u32>> = (0..60).map(|month| vec![18 + month % 5]).collect();
    assert!(history::Flow::fit(&even, &vec![vec![20.0]; 60]).scatter() < 1.3, "even months do not scatter");
}
