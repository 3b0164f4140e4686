//! `seatcast compare`: scenarios beside the baseline. In: a tenant folder, scenarios. Out: what differs, on stdout and in the output
//! folder. Never: other luck for one scenario than for another.

use clap::{Args as ClapArgs, ValueEnum};

use super::inputs::TenantArgs;
use super::reporting::ReportArgs;
use super::scenarios::ScenarioArgs;
use super::settings::RunArgs;
use super::{Exit, Failure, outputs, progress};
use crate::forecast::{Case, Whole};
use crate::simulate::{self, Progress};

/// Scenarios side by side with the baseline: seats, dates, money, people, and data at risk
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    #[command(flatten)]
    scenarios: ScenarioArgs,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// End with exit code 3 when any scenario does this
    #[arg(long, value_enum, value_name = "CONDITION", help_heading = "Output")]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Brings a shortage forward, or makes one more likely
    Shortage,
    /// Leaves somebody without the last plan of a service
    Data,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    if args.scenarios.names.is_empty() {
        return Err(Failure::Other(
            "name a scenario: `--scenario NAME`, as often as there are any to compare".to_owned(),
        ));
    }
    let loaded = args.tenant.load()?;
    let plans = args.scenarios.load(&args.tenant, &loaded)?;
    let settings = args.run.settings(loaded.baseline.today)?;
    let runs = plans.len() as u32 + 1;
    let work = |progress: &Progress| simulate::compare(&loaded.baseline, &plans, &loaded.catalog, &settings, progress);
    let (mut comparison, more) =
        args.run.on_threads(|| progress::shown_times(&settings, runs, args.report.quiet, work))??;
    simulate::with_clauses(&mut comparison, &plans);
    simulate::with_leavers_at_risk(&mut comparison, &loaded.baseline, &plans, &loaded.catalog);
    args.report.warn(&[loaded.findings, more].concat());
    let folder = outputs::default_folder(&args.tenant.name()).join("compare");
    let holds = args.fail_on.iter().any(|condition| comparison.scenarios.iter().any(|case| holds(*condition, case)));
    args.run.on_threads(|| args.report.deliver(Whole::Comparison(comparison), &folder))??;
    Ok(if holds { Exit::Condition } else { Exit::Done })
}

fn holds(condition: FailOn, case: &Case) -> bool {
    match condition {
        FailOn::Shortage => case
            .skus
            .iter()
            .any(|sku| sku.replications_short.scenario > sku.replications_short.baseline || sku.runs_short_sooner()),
        FailOn::Data => !case.data_at_risk().is_empty(),
    }
}
