//! What was typed, turned into settings once. In: arguments, the clock, the terminal. Out: settings that the core knows.
//! Never: a clap type past this room.

use std::io::IsTerminal;

use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum, value_parser};

use super::Failure;
use crate::simulate;

/// How long and how often to simulate.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Months to look ahead
    #[arg(long, value_name = "N", default_value_t = 24, help_heading = "Simulation",
          value_parser = value_parser!(u32).range(1..=i64::from(simulate::HORIZON_MONTHS_MAX)))]
    pub months: u32,
    /// Random runs; more of them make the percentiles steadier
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Simulation",
          value_parser = value_parser!(u32).range(1..=i64::from(simulate::REPLICATIONS_MAX)))]
    pub replications: u32,
    /// Run as many times --replications as it takes until the standard error of every chance of a shortage and of every P90 of
    /// demand (as a share of it) is at most so much, for example 1%
    #[arg(long, value_name = "PERCENT", help_heading = "Simulation", value_parser = hundredths)]
    pub precision: Option<u32>,
    /// Start of all chance: the same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Simulation")]
    pub seed: u64,
    /// Threads to use [default: all]; the result does not depend on it
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    pub threads: Option<usize>,
}

/// `1%` or `0.5` as hundredths of a percent.
fn hundredths(text: &str) -> Result<u32, String> {
    let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>().ok().map(|percent| percent * 100.0);
    let whole = number.filter(|number| (5.0..=5000.0).contains(number)).map(|number| number.round() as u32);
    whole.ok_or_else(|| "write a share between 0.05% and 50%, for example 1%".to_owned())
}

impl RunArgs {
    pub fn settings(&self, today: NaiveDate) -> Result<simulate::Settings, Failure> {
        self.settings_with(today, self.seed)
    }

    /// The same with another seed.
    pub fn settings_with(&self, today: NaiveDate, seed: u64) -> Result<simulate::Settings, Failure> {
        simulate::Settings::new(today, self.months, self.replications, seed)
            .map(|settings| settings.with_precision(self.precision))
            .map_err(|error| Failure::Other(error.to_string()))
    }

    /// Runs `work` on the number of threads that was asked for.
    pub fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
        threads(self.threads, work)
    }
}

/// Runs `work` on so many threads, or on all there are.
pub fn threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.clamp(1, 1024)).build();
    Ok(pool.map_err(|error| Failure::Other(format!("cannot start {threads} threads: {error}")))?.install(work))
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// What decides whether a finished run ends with exit code 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Any SKU is in trouble.
    Shortage,
    /// Any licensed group holds guests.
    B2b,
    /// At least this many users wait or are blocked.
    Error(u32),
}

impl std::str::FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "shortage" => Ok(FailOn::Shortage),
            None if text == "b2b" => Ok(FailOn::B2b),
            Some(("error", number)) => {
                number.parse().map(FailOn::Error).map_err(|_| format!("`{number}` is no number"))
            }
            _ => Err("write `shortage`, `b2b` or `error=N`".to_owned()),
        }
    }
}

/// The clock's day in UTC: the only place that reads it.
pub fn clock_day() -> NaiveDate {
    Utc::now().date_naive()
}

/// Columns of the terminal, else those that `COLUMNS` names, or 100.
pub fn width() -> usize {
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let named = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    terminal.or_else(named).unwrap_or(100).clamp(40, 240)
}

/// Whether text on stdout may carry colour: a terminal, and `NO_COLOR` not set.
pub fn colour() -> bool {
    std::io::stdout().is_terminal() && may_colour()
}

/// Whether `NO_COLOR` is not set, or empty.
pub fn may_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
