//! `seatcast plan`: the cheapest purchases and renewals. In: a tenant folder with prices and subscriptions. Out: what to do and by
//! when, on stdout and in the output folder. Never: a SKU without a price counted as free.

use clap::Args as ClapArgs;

use super::inputs::{Loaded, TenantArgs};
use super::planning::PlanningArgs;
use super::scenarios::ScenarioArgs;
use super::settings::{self, Format, RunArgs};
use super::{Exit, Failure, outputs, progress};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::directory::SkuIndex;
use crate::forecast::Plan;
use crate::plan::{self, Made};
use crate::report;
use crate::scenario::{Baseline, Planned};
use crate::simulate::{self, Settings};

/// The cheapest purchase and renewal plan that keeps a shortage unlikely, with the last day to act for each step
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    /// Plan for what a scenario makes of the tenant: a name in `scenarios/` of the tenant folder, or a TOML file
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "bundle")]
    scenario: Option<String>,
    #[command(flatten)]
    planning: PlanningArgs,
    #[command(flatten)]
    bundle: super::planning::BundleArgs,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    output: super::planning::OutputArgs,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    if args.run.precision.is_some() {
        let message =
            "--precision is of a forecast: a plan is made on --replications futures and checked on as many others";
        return Err(Failure::Usage(message.to_owned()));
    }
    let loaded = args.tenant.load()?;
    let scenarios = ScenarioArgs { names: args.scenario.iter().cloned().collect() };
    let scenario = scenarios.load(&args.tenant, &loaded)?.pop();
    let name = match &scenario {
        Some(scenario) => format!("{}/{}", args.tenant.name(), scenario.name),
        None => args.tenant.name(),
    };
    if args.bundle.bundle {
        return super::bundle::run(loaded, &args.bundle, &args.output, &name);
    }
    let Loaded { baseline, catalog, findings: read } = loaded;
    let world =
        scenario.unwrap_or(Planned { name: String::new(), title: String::new(), baseline, changes: Vec::new() });
    let settings = args.run.settings(world.baseline.today)?;
    args.planning.refuse_without_basis(&world.baseline)?;
    let skus = args.planning.skus(&world.baseline, simulate::planned(&world.baseline))?;
    PlanningArgs::refuse_too_large(&settings, skus.len())?;
    let (plan, mut findings) = args.run.on_threads(|| planned(args, &world, &catalog, &settings, &skus))??;
    findings.splice(0..0, read);
    findings.extend(super::planning::unplanned(&plan));
    args.output.warn(&findings);
    if plan.skus.is_empty() {
        return Err(Failure::Other("no SKU could be planned; the reasons stand above".to_owned()));
    }
    args.output.deliver(&plan, &name)?;
    Ok(Exit::Done)
}

/// The plan, checked with as many replications of another seed.
fn planned(
    args: &Args,
    world: &Planned,
    catalog: &Catalog,
    settings: &Settings,
    skus: &[SkuIndex],
) -> Result<(Plan, Vec<Diagnostic>), Failure> {
    let demand = |baseline: Baseline, settings: &Settings| {
        let world = Planned { baseline, ..world.clone() };
        progress::shown(settings, args.output.quiet, |progress| match world.changes.is_empty() {
            true => simulate::demand(&world.baseline, skus, catalog, settings, progress),
            false => simulate::demand_planned(&world, skus, catalog, settings, progress),
        })
    };
    let baseline = &world.baseline;
    let (sample, findings) = demand(simulate::with_ample_units(baseline), settings)?;
    let Made { plan, supplies } = plan::make(baseline, skus, &sample, &args.planning.options());
    drop(sample);
    if args.planning.unchecked {
        return Ok((plan, findings));
    }
    let fresh = args.run.settings_with(baseline.today, settings.seed().wrapping_add(1))?;
    let bought = Baseline { supplies, ..baseline.clone() };
    let (fresh, _) = demand(bought.clone(), &fresh)?;
    let named = |sku: &SkuIndex| (bought.snapshot.sku(*sku).sku_id.to_string(), &bought.supplies[sku.get()]);
    Ok((plan::kept(plan, &skus.iter().map(named).collect::<Vec<_>>(), &fresh), findings))
}

impl super::planning::OutputArgs {
    /// Writes every file of the plan, then prints what was asked for.
    fn deliver(&self, plan: &Plan, name: &str) -> Result<(), Failure> {
        let failed = |error: report::RenderError| Failure::Other(error.to_string());
        let hidden = self.pseudonymise.as_deref().map(|salt| report::pseudonymise_plan(plan, salt));
        let plan = hidden.as_ref().unwrap_or(plan);
        let options = report::Options { language: self.language, ..report::Options::default() };
        let folder = self.out.clone().unwrap_or_else(|| outputs::default_folder(name));
        let files = report::plan_files(plan, &options).map_err(failed)?;
        for (name, bytes) in &files {
            outputs::write(&folder.join(name), bytes)?;
        }
        if self.quiet {
            return Ok(());
        }
        if self.format == Format::Json {
            return outputs::print(&String::from_utf8_lossy(&report::plan_json(plan).map_err(failed)?));
        }
        let screen =
            report::Screen { columns: settings::width(), colour: settings::colour(), ..report::Screen::default() };
        let mut text = report::text(&report::purchase_plan(plan, self.language), &screen);
        text.push_str(&format!("\n{} files in {}\n", files.len(), folder.display()));
        outputs::print(&text)
    }
}
