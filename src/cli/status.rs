//! `seatcast status`: today. In: a tenant folder. Out: seats per SKU, who waits and why, what to look at, on stdout. Never: a word
//! about the future.

use clap::Args as ClapArgs;

use super::inputs::TenantArgs;
use super::settings::{self, FailOn, Format};
use super::timings::Timings;
use super::{Exit, Failure, outputs, render};
use crate::forecast::{Coverage, Provenance, Status};
use crate::report;
use crate::simulate;

/// Today: seats per SKU, shortfall, waiting users, licence errors, guests in licensed groups, seats to give back
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
    /// Print nothing but errors on stderr
    #[arg(long, help_heading = "Output")]
    quiet: bool,
    /// Stable pseudonyms in place of every name; keep SALT secret, whoever knows it can check a guess
    #[arg(long, value_name = "SALT", help_heading = "Output")]
    pseudonymise: Option<String>,
    /// The language of the tables: `en` or `nl`
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = super::reporting::language, help_heading = "Output")]
    language: report::Language,
    /// End with exit code 3 on `shortage`, on `b2b`, or on `error=N` users who wait or are blocked
    #[arg(long, value_name = "CONDITION", help_heading = "Output")]
    fail_on: Vec<FailOn>,
    /// Say on stderr how long each part took
    #[arg(long, help_heading = "Output")]
    timings: bool,
}

/// What `--format json` prints.
#[derive(serde::Serialize)]
struct Printed<'a> {
    version: u32,
    tenant: &'a str,
    today: chrono::NaiveDate,
    status: &'a Status,
    coverage: &'a Coverage,
    inputs: &'a [crate::digest::InputDigest],
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut timings = Timings::start(args.timings);
    let loaded = args.tenant.load()?;
    timings.part("ingest");
    let standing = loaded.stand(&mut timings)?;
    let baseline = &standing.baseline;
    match (args.quiet, &args.pseudonymise) {
        (true, _) => {}
        // Findings quote the files.
        (false, Some(_)) => render::count(standing.findings.len()),
        (false, None) => render::warnings(&standing.findings),
    }
    let status = simulate::status(baseline, &standing.today, &standing.catalog);
    let coverage = simulate::coverage(baseline, &standing.today);
    let provenance = Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        tenant: baseline.tenant.clone(),
        today: baseline.today,
        seed: 0,
        replications: 0,
        horizon_months: 0,
        inputs: baseline.inputs.clone(),
    };
    timings.part("status");
    let made = (&status, &coverage, &provenance);
    let hidden = args.pseudonymise.as_deref().map(|salt| report::pseudonymise_status(made, salt));
    let text =
        args.text(hidden.as_ref().map_or(made, |(status, coverage, provenance)| (status, coverage, provenance)))?;
    outputs::print(&text)?;
    timings.part("reports");
    timings.print();
    Ok(if args.fail_on.iter().any(|condition| holds(*condition, &status)) { Exit::Condition } else { Exit::Done })
}

impl Args {
    fn text(&self, (status, coverage, provenance): (&Status, &Coverage, &Provenance)) -> Result<String, Failure> {
        match self.format {
            Format::Json => {
                let Provenance { tenant, today, inputs, .. } = provenance;
                let printed = Printed { version: 1, tenant, today: *today, status, coverage, inputs };
                let json = serde_json::to_string_pretty(&printed).map_err(|error| Failure::Other(error.to_string()))?;
                Ok(format!("{json}\n"))
            }
            Format::Text => {
                let document = report::status(status, coverage, provenance, self.language);
                let (columns, colour) = (settings::width(), settings::colour());
                Ok(report::text(&document, &report::Screen { columns, colour, ..report::Screen::default() }))
            }
        }
    }
}

fn holds(condition: FailOn, status: &Status) -> bool {
    match condition {
        FailOn::Shortage => status.skus.iter().any(|sku| sku.shortfall > 0),
        FailOn::B2b => !status.guest_groups.is_empty(),
        FailOn::Error(bound) => status.skus.iter().map(|sku| sku.waiting + sku.blocked).sum::<u32>() >= bound,
    }
}
