//! `seatcast forecast`: the main job. In: a tenant folder. Out: tables on stdout, files in the output folder. Never: leaves a
//! half-written file.

use std::io::IsTerminal;
use std::time::Duration;

use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::inputs::TenantArgs;
use super::reporting::ReportArgs;
use super::settings::{FailOn, RunArgs};
use super::{Exit, Failure, render};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::forecast::Forecast;
use crate::scenario::Baseline;
use crate::simulate::{self, Progress, Settings};

/// Demand against supply to the horizon: tables on screen; PDF, charts and data in the output folder
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// End with exit code 3 on `shortage`, on `b2b`, or on `error=N` users who wait or are blocked
    #[arg(long, value_name = "CONDITION", help_heading = "Output")]
    fail_on: Vec<FailOn>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let loaded = args.tenant.load()?;
    args.warn(&loaded.findings);
    let settings = args.run.settings(loaded.baseline.today)?;
    let progress = Progress::default();
    let quiet = args.report.quiet;
    let (forecast, findings) =
        args.run.on_threads(|| simulated(&loaded.baseline, &loaded.catalog, &settings, &progress, quiet))??;
    args.warn(&findings);
    args.run.on_threads(|| args.report.deliver(&forecast, &args.tenant.name()))??;
    Ok(if args.fail_on.iter().any(|condition| holds(*condition, &forecast)) { Exit::Condition } else { Exit::Done })
}

impl Args {
    /// Findings name people and groups: where those are to be hidden, only their number is said.
    fn warn(&self, findings: &[Diagnostic]) {
        match (self.report.quiet, &self.report.pseudonymise) {
            (true, _) => {}
            (false, None) => render::warnings(findings),
            (false, Some(_)) => render::count(findings.len()),
        }
    }
}

/// The forecast and what was noticed while the rules were read, with a bar on stderr while it runs.
fn simulated(
    baseline: &Baseline,
    catalog: &Catalog,
    settings: &Settings,
    progress: &Progress,
    quiet: bool,
) -> Result<(Forecast, Vec<Diagnostic>), Failure> {
    let bar = ProgressBar::new(u64::from(settings.replications()));
    let shown = !quiet && std::io::stderr().is_terminal();
    bar.set_draw_target(if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} replications, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let finished = std::sync::atomic::AtomicBool::new(false);
    let diagnosed = std::thread::scope(|scope| {
        if shown {
            scope.spawn(|| {
                while !finished.load(std::sync::atomic::Ordering::Relaxed) {
                    bar.set_position(u64::from(progress.done()));
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
        }
        let diagnosed = simulate::run(baseline, catalog, settings, progress);
        finished.store(true, std::sync::atomic::Ordering::Relaxed);
        diagnosed
    });
    bar.finish_and_clear();
    let mut findings = Vec::new();
    let forecast = diagnosed.into_value(&mut findings);
    match forecast {
        Some(forecast) => Ok((forecast, findings)),
        None => Err(Failure::Findings(findings)),
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
