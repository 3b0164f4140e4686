//! `seatcast forecast`: the main job. In: a tenant folder. Out: tables on stdout, files in the output folder. Never: leaves a
//! half-written file.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::inputs::{Loaded, Standing, TenantArgs};
use super::reporting::ReportArgs;
use super::scenarios::ScenarioArgs;
use super::settings::{FailOn, RunArgs};
use super::timings::Timings;
use super::{Exit, Failure, outputs, progress};
use crate::diagnostic::Diagnosed;
use crate::forecast::{Forecast, Saved, Whole};
use crate::scenario::Planned;
use crate::simulate::{self, Progress};

/// Demand against supply to the horizon: tables on screen; PDF, charts and data in the output folder
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    /// Forecast what a scenario makes of the tenant: a name in `scenarios/` of the tenant folder, or a TOML file
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Keep the forecast in this file too; `seatcast history compare` holds it against what happened later
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    save: Option<PathBuf>,
    /// End with exit code 3 on `shortage`, on `b2b`, or on `error=N` users who wait or are blocked
    #[arg(long, value_name = "CONDITION", help_heading = "Output")]
    fail_on: Vec<FailOn>,
    /// Say on stderr how long each part took
    #[arg(long, help_heading = "Output")]
    timings: bool,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut timings = Timings::start(args.timings);
    let loaded = args.tenant.load()?;
    timings.part("ingest");
    let scenarios = ScenarioArgs { names: args.scenario.iter().cloned().collect() };
    let planned = scenarios.load(&args.tenant, &loaded)?.pop();
    let folder = outputs::default_folder(&match &planned {
        Some(planned) => format!("{}/{}", args.tenant.name(), planned.name),
        None => args.tenant.name(),
    });
    let made = match planned {
        Some(planned) => args.of_plan(planned, loaded)?,
        None => Whole::Forecast(args.of_today(loaded, &mut timings)?),
    };
    timings.part("simulation");
    let condition = args.fail_on.iter().any(|condition| holds(*condition, made.forecast()));
    let made = args.run.on_threads(|| args.report.deliver(made, &folder))??;
    if let Some(path) = &args.save {
        let bytes = Saved::of(made.forecast()).bytes();
        outputs::write(path, &bytes.map_err(|error| Failure::Other(error.to_string()))?)?;
    }
    timings.part("reports");
    timings.print();
    Ok(if condition { Exit::Condition } else { Exit::Done })
}

impl Args {
    fn of_today(&self, loaded: Loaded, timings: &mut Timings) -> Result<Forecast, Failure> {
        let Standing { baseline, catalog, today, findings } = self.run.on_threads(|| loaded.stand(timings))??;
        self.report.warn(&findings);
        let settings = self.run.settings(baseline.today)?;
        let run = |progress: &Progress| {
            Diagnosed::clean(Some(simulate::run_from(&baseline, &today, &catalog, &settings, progress)))
        };
        Ok(self.run.on_threads(|| progress::shown(&settings, self.report.quiet, run))??.0)
    }

    /// The tenant with the scenario, and without it, so that its page can be switched; both with the same luck.
    fn of_plan(&self, planned: Planned, loaded: Loaded) -> Result<Whole, Failure> {
        let Loaded { baseline, catalog, mut findings } = loaded;
        let settings = self.run.settings(planned.baseline.today)?;
        let plans = [planned];
        let run = |progress: &Progress| simulate::compare(&baseline, &plans, &catalog, &settings, progress);
        let (mut both, more) =
            self.run.on_threads(|| progress::shown_times(&settings, 2, self.report.quiet, run))??;
        findings.extend(more);
        self.report.warn(&findings);
        let case = both.scenarios.pop().ok_or_else(|| Failure::Other("the scenario was not simulated".to_owned()))?;
        let (forecast, baseline) = (Box::new(case.forecast), Box::new(both.baseline));
        Ok(Whole::Scenario { title: case.title, forecast, baseline })
    }
}

fn holds(condition: FailOn, forecast: &Forecast) -> bool {
    match condition {
        FailOn::Shortage => !forecast.trouble.is_empty(),
        FailOn::B2b => !forecast.status.guest_groups.is_empty(),
        FailOn::Error(bound) => {
            let waiting: u32 = forecast.status.skus.iter().map(|sku| sku.waiting + sku.blocked).sum();
            waiting >= bound
        }
    }
}
