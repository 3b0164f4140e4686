//! How the cost of evaluating rules grows. In: numbers of users and of rules. Out: a CSV of what was measured and the same as a
//! drawing. Never: a point that was not measured; a scale that is not the same in both directions.

use std::fs;
use std::path::Path;
use std::time::Instant;

use chrono::DateTime;
use plotters::prelude::*;
use plotters::style::register_font;
use seatcast::diagnostic::Origin;
use seatcast::rule::{self, Checked, RuleSet};

const RUNS: usize = 3;
const USERS: [usize; 4] = [10_000, 100_000, 1_000_000, 4_000_000];
const RULES: [usize; 5] = [1_000, 2_000, 5_000, 10_000, 15_000];
const COLOURS: [RGBColor; 5] = [
    RGBColor(0x2b, 0x59, 0xc3),
    RGBColor(0xc2, 0x41, 0x0c),
    RGBColor(0x0f, 0x76, 0x6e),
    RGBColor(0x7e, 0x22, 0xce),
    RGBColor(0x52, 0x52, 0x5b),
];

struct Measured {
    users: usize,
    rules: usize,
    leaves: usize,
    compile: f64,
    evaluate: f64,
}

impl Measured {
    /// Words of 64 users that the distinct leaves are, in millions.
    fn words(&self) -> f64 {
        self.leaves as f64 * self.users as f64 / 64.0 / 1e6
    }
}

/// Measures every size, and writes `rule-cost.csv` and `rule-cost.svg` into the folder.
pub fn curve(folder: &Path, largest: usize, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let origin = Origin::file("bench");
    let mut measured = Vec::new();
    for users in USERS.into_iter().filter(|users| *users <= largest) {
        let data = super::data(users, false);
        for count in RULES {
            let texts = super::rules(count, 0);
            let compiled = |text: &String| rule::compile(text, &origin).value.expect("valid");
            let checked: Vec<Checked> = texts.iter().map(super::text).map(|text| compiled(&text)).collect();
            let (mut compile, mut evaluate, mut leaves) = (f64::INFINITY, f64::INFINITY, 0);
            for _ in 0..RUNS {
                let started = Instant::now();
                let set = pool.install(|| RuleSet::compile(&data.users, &checked));
                compile = compile.min(started.elapsed().as_secs_f64());
                let started = Instant::now();
                std::hint::black_box(pool.install(|| set.counts(DateTime::UNIX_EPOCH)));
                evaluate = evaluate.min(started.elapsed().as_secs_f64());
                leaves = set.leaf_count();
            }
            measured.push(Measured { users, rules: count, leaves, compile, evaluate });
            eprintln!("{users} users, {count} rules, {leaves} distinct leaves: {evaluate:.4} s");
        }
    }
    fs::create_dir_all(folder).expect("a folder");
    let mut csv = "users,rules,distinct_leaves,threads,million_words,decide_leaves_s,evaluate_s\n".to_owned();
    for one in &measured {
        let Measured { users, rules, leaves, compile, evaluate } = one;
        let words = one.words();
        csv.push_str(&format!("{users},{rules},{leaves},{threads},{words:.3},{compile:.5},{evaluate:.5}\n"));
    }
    fs::write(folder.join("rule-cost.csv"), csv).expect("the CSV is written");
    draw(&folder.join("rule-cost.svg"), &measured, threads).expect("the drawing is written");
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

fn draw(path: &Path, measured: &[Measured], threads: usize) -> Result<(), Box<dyn std::error::Error>> {
    register_font("sans-serif", FontStyle::Normal, notosans::REGULAR_TTF).map_err(|_| "no face")?;
    let area = SVGBackend::new(path, (1120, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let title = format!("Evaluating many rules over many users, {threads} threads, seconds (both scales logarithmic)");
    let area = area.titled(&title, ("sans-serif", 19))?;
    let (left, right) = area.split_horizontally(560);
    let (low, high) = bounds(measured.iter().map(|one| one.evaluate));

    let users = bounds(measured.iter().map(|one| one.users as f64));
    let mut chart = ChartBuilder::on(&left)
        .margin(12)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(58)
        .caption("by users, a line for each number of rules", ("sans-serif", 15))
        .build_cartesian_2d((users.0..users.1).log_scale(), (low..high).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("users")
        .x_labels(4)
        .x_label_formatter(&|users| grouped(users.round() as usize))
        .y_label_formatter(&|seconds| format!("{seconds}"))
        .label_style(("sans-serif", 13))
        .draw()?;
    for (rules, colour) in RULES.iter().zip(COLOURS) {
        let points: Vec<(f64, f64)> =
            measured.iter().filter(|one| one.rules == *rules).map(|one| (one.users as f64, one.evaluate)).collect();
        let leaves = measured.iter().find(|one| one.rules == *rules).map_or(0, |one| one.leaves);
        let label = format!("{} rules, {} distinct leaves", grouped(*rules), grouped(leaves));
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
        chart.draw_series(points.into_iter().map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(TRANSPARENT)
        .background_style(WHITE)
        .label_font(("sans-serif", 13))
        .draw()?;

    let words = bounds(measured.iter().map(Measured::words));
    let mut chart = ChartBuilder::on(&right)
        .margin(12)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(58)
        .caption("by distinct leaves × users / 64, all sizes", ("sans-serif", 15))
        .build_cartesian_2d((words.0..words.1).log_scale(), (low..high).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("million words")
        .x_label_formatter(&|words| format!("{words}"))
        .y_label_formatter(&|seconds| format!("{seconds}"))
        .label_style(("sans-serif", 13))
        .draw()?;
    let mut rates: Vec<f64> = measured.iter().map(|one| one.evaluate / one.words()).collect();
    rates.sort_by(f64::total_cmp);
    let rate = rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN);
    let proportional = [words.0, words.1].map(|words| (words, (words * rate).clamp(low, high)));
    chart
        .draw_series(LineSeries::new(proportional, BLACK.mix(0.35).stroke_width(1)))?
        .label(format!("proportional: {:.2} ns a word (median)", rate * 1e3))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLACK.mix(0.35)));
    for (rules, colour) in RULES.iter().zip(COLOURS) {
        let points = measured.iter().filter(|one| one.rules == *rules).map(|one| (one.words(), one.evaluate));
        chart.draw_series(points.map(|point| Circle::new(point, 4, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(TRANSPARENT)
        .background_style(WHITE)
        .label_font(("sans-serif", 13))
        .draw()?;
    area.present()?;
    Ok(())
}

/// The powers of ten around all values.
fn bounds(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(0.0, f64::max);
    (10_f64.powf(least.log10().floor()), 10_f64.powf(most.log10().ceil()))
}
