//! `seatcast history compare`: a saved forecast and what happened. In: a file of `forecast --save`, later tenant folders. Out: SKU by SKU
//! the band that was foreseen and the demand that came, on stdout. Never: a day that the forecast does not speak of.

use std::path::{Path, PathBuf};

use super::inputs::TenantArgs;
use super::reading::ReadingArgs;
use super::settings::{self, Format};
use super::{Exit, Failure, outputs, render};
use crate::diagnostic::{Code, Diagnostic, Origin};
use crate::forecast::{Happened, Outcome, Saved, Whole};
use crate::report::{self, Language};
use crate::simulate;

const NOT_SAVED: Code = Code("P411");
const OUT_OF_SIGHT: Code = Code("P412");
const OTHER_TENANT: Code = Code("P413");

/// Hold a saved forecast against later exports: the band foreseen for each SKU, and the demand that came
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file that `seatcast forecast --save` wrote, or `saved.json` of a forecast's reports
    #[arg(value_name = "SAVED")]
    saved: PathBuf,
    /// Folders of later exports of the same tenant
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
    /// The language of the text: `en` or `nl`
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = super::reporting::language, help_heading = "Output")]
    language: Language,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let saved = read(&args.saved)?;
    let mut outcomes = Vec::new();
    for folder in &args.folders {
        outcomes.extend(outcomes_of(&saved, folder, &args.reading)?);
    }
    outcomes.sort_by_key(|outcome| outcome.day);
    let text = match args.format {
        Format::Json => {
            let json = serde_json::json!({
                "version": 1,
                "tenant": saved.tenant,
                "forecast_of": saved.today,
                "made_by": saved.made_by,
                "outcomes": outcomes,
            });
            format!("{json:#}\n")
        }
        Format::Text => {
            let screen =
                report::Screen { columns: settings::width(), colour: settings::colour(), ..report::Screen::default() };
            report::text(&report::hindsight(&saved, &outcomes, args.language), &screen)
        }
    };
    outputs::print(&text)?;
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<Saved, Failure> {
    let bytes = std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    // What `report` reads holds more than is needed here.
    if let Ok(whole) = Whole::parse(&bytes) {
        return Ok(Saved::of(whole.forecast()));
    }
    Saved::parse(&bytes).map_err(|error| {
        let origin = Origin::file(path.display().to_string());
        let finding = Diagnostic::error(NOT_SAVED, error.to_string()).at(&origin);
        Failure::Findings(vec![finding.help("give the file that `seatcast forecast DIR --save FILE` wrote")])
    })
}

fn outcomes_of(saved: &Saved, folder: &Path, reading: &ReadingArgs) -> Result<Vec<Outcome>, Failure> {
    let tenant = TenantArgs { folder: folder.to_owned(), reading: reading.clone() };
    let loaded = tenant.load()?;
    let mut findings = loaded.findings;
    let baseline = &loaded.baseline;
    let day = baseline.today;
    if day < saved.today || day > saved.horizon() {
        let message = format!(
            "`{}` is of {day}, and the forecast speaks of {} to {}",
            folder.display(),
            saved.today,
            saved.horizon()
        );
        let help = "compare exports made after the forecast and before its horizon; --today says the day of an export";
        return Err(Failure::Findings(vec![Diagnostic::error(OUT_OF_SIGHT, message).help(help)]));
    }
    if baseline.tenant != saved.tenant {
        let message =
            format!("the forecast is of `{}`, and `{}` is of `{}`", saved.tenant, folder.display(), baseline.tenant);
        findings.push(Diagnostic::warning(OTHER_TENANT, message));
    }
    let Some(today) = simulate::today(baseline, &loaded.catalog).into_value(&mut findings) else {
        return Err(Failure::Findings(findings));
    };
    render::warnings(&findings);
    let happened = |sku: &crate::directory::SkuIndex| {
        let named = baseline.snapshot.sku(*sku);
        Happened {
            sku_id: named.sku_id.to_string(),
            sku_part_number: named.sku_part_number.to_string(),
            product_name: named.product_name.to_string(),
            demand: today.ledger.assigned(*sku) + today.ledger.waiting(*sku),
            capacity: baseline.supplies[sku.get()].units_on(day).capacity(),
        }
    };
    let happened: Vec<Happened> = simulate::planned(baseline).iter().map(happened).collect();
    Ok(saved.outcomes(day, &happened))
}
