//! `seatcast backtest`: what past forecasts would have been worth. In: a past, origins. Out: a table or JSON, and a picture.
//! Never: shows a forecast what came after its origin.

use std::fmt::Write;
use std::path::PathBuf;

use super::history::PastArgs;
use super::settings::Format;
use super::{Exit, Failure, outputs};
use crate::history::{self, Method, Month, Options, Run, Score};

/// Forecast from past days, and hold it against what happened, beside seasonal-naive and ETS
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    past: PastArgs,
    /// Forecast from the ends of these months, for example 2008-12,2009-12 [default: the last three that have a horizon]
    #[arg(long, value_delimiter = ',', value_name = "MONTH", value_parser = month)]
    origins: Vec<Month>,
    /// How many months ahead
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60))]
    months: u32,
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=100_000))]
    replications: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cohorts of at least this many people are scored beside the whole
    #[arg(long, default_value_t = 100, value_name = "N")]
    smallest_cohort: u32,
    /// Draw the whole's bands against what happened into this SVG file
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn month(text: &str) -> Result<Month, String> {
    history::parse_month(text).ok_or_else(|| "write a month as 2008-12".to_owned())
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let record = history::whole_months(&args.past.load()?);
    let last = history::last_month(&record).0 - args.months as i32;
    let first = Month::of(record.since).0 + 23;
    let origins = match args.origins.as_slice() {
        [] => [24, 12, 0].map(|back| Month(last - back)).into_iter().filter(|origin| origin.0 >= first).collect(),
        given => given.to_vec(),
    };
    if origins.is_empty() || origins.iter().any(|origin| !(first..=last).contains(&origin.0)) {
        let message = format!(
            "an origin needs two years before it and {} months after it: it is between {} and {}",
            args.months,
            Month(first),
            Month(last)
        );
        return Err(Failure::Other(message));
    }
    let options = Options {
        origins,
        months: args.months as usize,
        replications: args.replications,
        seed: args.seed,
        smallest_cohort: args.smallest_cohort,
    };
    let runs = history::backtest(&record, &options);
    if let Some(path) = &args.picture {
        outputs::write(path, history::picture(&runs).as_bytes())?;
    }
    match args.format {
        Format::Json => println!("{:#}", json(&runs)),
        Format::Text => print!("{}", text(&runs)),
    }
    Ok(Exit::Done)
}

/// Everybody first, then each cohort.
fn series(runs: &[Run]) -> Vec<Option<Box<str>>> {
    let mut series: Vec<_> = runs.iter().map(|run| run.cohort.clone()).collect();
    series.sort();
    series.dedup();
    series
}

fn of(runs: &[Run], method: Method, cohort: &Option<Box<str>>) -> Option<Score> {
    history::score(runs.iter().filter(|run| run.method == method && run.cohort == *cohort))
}

fn text(runs: &[Run]) -> String {
    let mut text = format!("{:<28}{:<16}{:>8}{:>8}{:>9}{:>10}\n", "", "", "MAE", "MASE", "pinball", "in 80 %");
    let mut line = |name: &str, method: Method, score: Option<Score>| {
        if let Some(Score { mae, mase, pinball, coverage, .. }) = score {
            let share = coverage * 100.0;
            let _ = writeln!(text, "{name:<28}{:<16}{mae:>8.1}{mase:>8.3}{pinball:>9.2}{share:>8.0} %", method.name());
        }
    };
    for method in Method::ALL {
        line("all series", method, history::score(runs.iter().filter(|run| run.method == method)));
    }
    for cohort in series(runs) {
        let name = cohort.as_deref().unwrap_or("everybody");
        Method::ALL.into_iter().for_each(|method| line(name, method, of(runs, method, &cohort)));
    }
    text
}

fn json(runs: &[Run]) -> serde_json::Value {
    let scores = |cohort: &Option<Box<str>>| {
        let of = |method: Method| serde_json::json!({ "method": method, "score": of(runs, method, cohort) });
        serde_json::json!({ "cohort": cohort, "methods": Method::ALL.map(of) })
    };
    let all = |method: Method| {
        let score = history::score(runs.iter().filter(|run| run.method == method));
        serde_json::json!({ "method": method, "score": score })
    };
    let series: Vec<serde_json::Value> = series(runs).iter().map(scores).collect();
    serde_json::json!({ "version": 1, "all": Method::ALL.map(all), "series": series })
}
