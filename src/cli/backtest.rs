//! `seatcast backtest`: what past forecasts would have been worth. In: a past, origins. Out: a table or JSON, and pictures.
//! Never: shows a forecast what came after its origin.

mod rules;
mod shown;

use std::path::{Path, PathBuf};

use super::past::PastArgs;
use super::settings::Format;
use super::{Exit, Failure, outputs};
use crate::forecast::SkillKind;
use crate::history::{self, Month, Options, Record};
use crate::report::{self, Language, Theme};
use shown::Set;

/// Forecast from past days, and hold it against what happened, beside seasonal-naive and ETS: people by cohort and, where a store
/// of snapshots knows who had which seat, seats by SKU. Where the past also holds exports (`history add --exports`, or folders
/// named by their days), seats are forecast by the engine, too: the rules of that day evaluated, with rates learned by that day
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
    /// SKUs of at least this many seats are scored
    #[arg(long, default_value_t = 1, value_name = "N")]
    smallest_sku: u32,
    /// Draw loss and coverage by months ahead, beside the baselines, into this SVG or PNG file
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Draw the bands of the whole headcount against what happened into this SVG file
    #[arg(long, value_name = "FILE")]
    bands: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn month(text: &str) -> Result<Month, String> {
    history::parse_month(text).ok_or_else(|| "write a month as 2008-12".to_owned())
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let past = args.past.load()?;
    let record = history::whole_months(&past.people);
    let (first, last) = args.range(&record);
    let origins = args.origins(&record);
    if origins.is_empty() || origins.iter().any(|origin| !(first..=last).contains(origin)) {
        let message = format!(
            "an origin needs two years before it and {} months after it: it is between {first} and {last}",
            args.months
        );
        return Err(Failure::Other(message));
    }
    let mut sets =
        vec![Set { runs: history::backtest(&record, &args.options(origins, true)), kind: SkillKind::People }];
    if let Some(seats) = past.seat_spells.as_ref().map(history::whole_months) {
        // Seats may be kept for a shorter time than people are.
        let (first, last) = args.range(&seats);
        let origins = args.origins(&seats).into_iter().filter(|origin| (first..=last).contains(origin)).collect();
        let runs = history::backtest(&seats, &args.options(origins, false));
        sets.extend((!runs.is_empty()).then_some(Set { runs, kind: SkillKind::Seats }));
    }
    let runs = rules::runs(args, &past)?;
    sets.extend((!runs.is_empty()).then_some(Set { runs, kind: SkillKind::Rules }));
    if let Some(path) = &args.bands {
        outputs::write(path, history::picture(&sets[0].runs).as_bytes())?;
    }
    if let Some(path) = &args.picture {
        draw(path, &sets)?;
    }
    match args.format {
        Format::Json => outputs::print(&format!("{:#}\n", shown::json(&sets)))?,
        Format::Text => outputs::print(&shown::text(&sets))?,
    }
    Ok(Exit::Done)
}

impl Args {
    /// The months whose ends can be origins.
    fn range(&self, record: &Record) -> (Month, Month) {
        (Month(Month::of(record.since).0 + 23), Month(history::last_month(record).0 - self.months as i32))
    }

    fn origins(&self, record: &Record) -> Vec<Month> {
        let (first, last) = self.range(record);
        match self.origins.as_slice() {
            [] => [24, 12, 0].map(|back| Month(last.0 - back)).into_iter().filter(|origin| *origin >= first).collect(),
            given => given.to_vec(),
        }
    }

    fn options(&self, origins: Vec<Month>, people: bool) -> Options {
        Options {
            origins,
            months: self.months as usize,
            replications: self.replications,
            seed: self.seed,
            whole: people,
            smallest_cohort: if people { self.smallest_cohort } else { self.smallest_sku },
        }
    }
}

fn draw(path: &Path, sets: &[Set]) -> Result<(), Failure> {
    let failed = |error: report::RenderError| Failure::Other(error.to_string());
    let skills: Vec<_> = sets.iter().map(Set::skill).collect();
    let Some(chart) = report::skill(&skills, Language::English) else { return Ok(()) };
    let svg = report::svg(&chart, Language::English, Theme::Light).map_err(failed)?;
    let is_png = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    let bytes = if is_png { report::png(&chart.id, &svg, &[]).map_err(failed)? } else { svg.into_bytes() };
    outputs::write(path, &bytes)
}
