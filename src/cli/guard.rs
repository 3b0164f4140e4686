//! `seatcast guard`: guardrails for pipelines. In: a tenant folder and a policy file. Out: verdicts on stdout and as SARIF, JUnit
//! and a comment; exit code 3 where one does not hold. Never: exit code 0 with a guardrail that was not understood.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::inputs::{Loaded, TenantArgs};
use super::scenarios::ScenarioArgs;
use super::settings::{Format, RunArgs};
use super::{Exit, Failure, outputs, progress, render};
use crate::forecast::{Forecast, Provenance, Service, Verdict};
use crate::ingest;
use crate::report;
use crate::scenario::{Planned, Require};
use crate::simulate::{self, Progress, Settings};

/// Hold a tenant, or what a scenario makes of it, against guardrails; exit code 3 where one does not hold
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    /// The guardrails [default: guardrails.toml in the tenant folder]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Hold what a scenario makes of the tenant against them
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    #[command(flatten)]
    run: RunArgs,
    /// Write what does not hold as SARIF
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    sarif: Option<PathBuf>,
    /// Write all verdicts as JUnit
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    junit: Option<PathBuf>,
    /// Write a comment for a pull request: one sentence, a small table, folded details
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    comment: Option<PathBuf>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let loaded = args.tenant.load()?;
    let path = args.policy.clone().unwrap_or_else(|| args.tenant.folder.join("guardrails.toml"));
    let name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let file = ingest::read_file(&path, &name).map_err(|error| Failure::Other(error.to_string()))?;
    let scenarios = ScenarioArgs { names: args.scenario.iter().cloned().collect() };
    let planned = scenarios.load(&args.tenant, &loaded)?.pop();
    let baseline = planned.as_ref().map_or(&loaded.baseline, |planned| &planned.baseline);
    let options = ingest::Options { catalog: Some(loaded.catalog.clone()), ..ingest::Options::default() };
    let mut findings = Vec::new();
    let guards = ingest::guards(&file, baseline, &options).into_value(&mut findings);
    let Some(guards) = guards else { return Err(Failure::Findings(findings)) };
    let settings = args.run.settings(baseline.today)?;
    let asks_for_data = guards.iter().any(|guard| matches!(guard.require, Require::DataAtRisk { .. }));
    let (forecast, at_risk) = match planned.as_ref().filter(|_| asks_for_data) {
        Some(planned) => args.compared(&loaded, planned, &settings)?,
        None => {
            let work = |progress: &Progress| match &planned {
                Some(planned) => simulate::run_planned(planned, &loaded.catalog, &settings, progress),
                None => simulate::run(baseline, &loaded.catalog, &settings, progress),
            };
            let (forecast, more) = args.run.on_threads(|| progress::shown(&settings, false, work))??;
            render::warnings(&more);
            (forecast, Vec::new())
        }
    };
    let verdicts = simulate::verdicts(baseline, &forecast, &at_risk, &guards);
    args.deliver(&verdicts, &forecast.provenance)?;
    Ok(if verdicts.iter().any(Verdict::fails) { Exit::Condition } else { Exit::Done })
}

impl Args {
    /// The forecast of a scenario, and who loses the last plan of a service: what the world without it tells.
    fn compared(
        &self,
        loaded: &Loaded,
        planned: &Planned,
        settings: &Settings,
    ) -> Result<(Forecast, Vec<(Service, u32)>), Failure> {
        let plans = std::slice::from_ref(planned);
        let work =
            |progress: &Progress| simulate::compare(&loaded.baseline, plans, &loaded.catalog, settings, progress);
        let (mut comparison, more) = self.run.on_threads(|| progress::shown_times(settings, 2, false, work))??;
        render::warnings(&more);
        simulate::with_leavers_at_risk(&mut comparison, &loaded.baseline, plans, &loaded.catalog);
        let case = comparison.scenarios.pop();
        let case = case.ok_or_else(|| Failure::Other("the scenario came to nothing".to_owned()))?;
        let at_risk = case.data_at_risk();
        Ok((case.forecast, at_risk))
    }

    fn deliver(&self, verdicts: &[Verdict], provenance: &Provenance) -> Result<(), Failure> {
        let failed = |error: report::RenderError| Failure::Other(error.to_string());
        if let Some(path) = &self.sarif {
            outputs::write(path, &report::guard_sarif(verdicts, provenance).map_err(failed)?)?;
        }
        if let Some(path) = &self.junit {
            outputs::write(path, &report::guard_junit(verdicts, provenance).map_err(failed)?)?;
        }
        if let Some(path) = &self.comment {
            outputs::write(path, report::guard_comment(verdicts, provenance).as_bytes())?;
        }
        if self.format == Format::Json {
            let json = report::guard_json(verdicts, provenance).map_err(failed)?;
            return outputs::print(&String::from_utf8_lossy(&json));
        }
        let line = |verdict: &Verdict| {
            let sign = match (verdict.holds, verdict.warning) {
                (true, _) => "✓",
                (false, true) => "●",
                (false, false) => "▲",
            };
            let place = verdict.line.map_or(verdict.file.clone(), |line| format!("{}, line {line}", verdict.file));
            let text = format!("{sign} {}: {} ({place})", verdict.guard, verdict.message);
            format!("{}\n", report::clean::text(&text))
        };
        outputs::print(&verdicts.iter().map(line).collect::<String>())
    }
}
