//! `seatcast forecast`: the main job. In: a tenant folder. Out: tables on stdout, files in the output folder. Never: leaves a
//! half-written file.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::inputs::{Loaded, Standing, TenantArgs};
use super::reporting::ReportArgs;
use super::scenarios::ScenarioArgs;
use super::settings::{FailOn, RunArgs};
use super::timings::Timings;
use super::{Exit, Failure, outputs, progress};
use crate::diagnostic::Diagnosed;
use crate::forecast::{Forecast, Saved};
use crate::report;
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
    let name = match &planned {
        Some(planned) => format!("{}/{}", args.tenant.name(), planned.name),
        None => args.tenant.name(),
    };
    let forecast = match planned {
        Some(planned) => args.of_plan(&planned, loaded)?,
        None => args.of_today(loaded, &mut timings)?,
    };
    timings.part("simulation");
    args.run.on_threads(|| args.report.deliver(&forecast, &name))??;
    if let Some(path) = &args.save {
        save(&forecast, path, args.report.pseudonymise.as_deref())?;
    }
    timings.part("reports");
    timings.print();
    Ok(if args.fail_on.iter().any(|condition| holds(*condition, &forecast)) { Exit::Condition } else { Exit::Done })
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

    fn of_plan(&self, planned: &Planned, loaded: Loaded) -> Result<Forecast, Failure> {
        let Loaded { catalog, mut findings, .. } = loaded;
        let settings = self.run.settings(planned.baseline.today)?;
        let run = |progress: &Progress| simulate::run_planned(planned, &catalog, &settings, progress);
        let (forecast, more) = self.run.on_threads(|| progress::shown(&settings, self.report.quiet, run))??;
        findings.extend(more);
        self.report.warn(&findings);
        Ok(forecast)
    }
}

fn save(forecast: &Forecast, path: &Path, salt: Option<&str>) -> Result<(), Failure> {
    let hidden = salt.map(|salt| report::pseudonymise(forecast, salt));
    let bytes = Saved::of(hidden.as_ref().unwrap_or(forecast)).bytes();
    outputs::write(path, &bytes.map_err(|error| Failure::Other(error.to_string()))?)
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
