//! `seatcast plan --bundle`: the cheapest SKU mix. In: a tenant, prices. Out: seats now and then, who would change. Never: a SKU
//! without a price counted as free.

use std::collections::BTreeMap;
use std::path::Path;

use super::inputs::Loaded;
use super::planning::{BundleArgs, OutputArgs};
use super::settings::{self, Format};
use super::{Exit, Failure, outputs};
use crate::diagnostic::{Code, Diagnostic};
use crate::directory::Attribute;
use crate::forecast::{Bundle, BundleBasis, BundleKeptReason};
use crate::plan::bundle::{self, BundleOptions, Unbundled};
use crate::report;
use crate::simulate;

const NO_MIX: Code = Code("P405");
const KEPT: Code = Code("P406");

pub fn run(loaded: Loaded, args: &BundleArgs, output: &OutputArgs, name: &str) -> Result<Exit, Failure> {
    let Loaded { baseline, catalog, mut findings } = loaded;
    let Some(today) = simulate::today(&baseline, &catalog).into_value(&mut findings) else {
        return Err(Failure::Findings(findings));
    };
    let options = BundleOptions {
        basis: match (args.used_services, args.in_use) {
            (true, _) => BundleBasis::UsedServices,
            (false, true) => BundleBasis::InUse,
            (false, false) => BundleBasis::Entitled,
        },
        spared: args.spare.clone(),
    };
    let made = bundle::bundle(&baseline, &today, &catalog, &options).map_err(refusal)?;
    findings.extend(kept(&made));
    output.warn(&findings);
    let users = &baseline.snapshot.users;
    let name_of = |user| users.text(user, &Attribute::UserPrincipalName).map(|name| (users.id(user), name.to_owned()));
    let names: BTreeMap<&str, String> = users.indexes().filter_map(name_of).collect();
    match &output.pseudonymise {
        None => deliver(&made, output, name, &|id| names.get(id).cloned())?,
        // A pseudonym stands for the account, whatever it is called by.
        Some(salt) => deliver(&report::pseudonymise_bundle(&made, salt), output, name, &|id| Some(id.to_owned()))?,
    }
    Ok(Exit::Done)
}

fn refusal(why: Unbundled) -> Failure {
    let message = why.to_string();
    let help = match why {
        Unbundled::NoPrice => Some(
            "add prices.csv to the folder, with the SKUs that a mix may hold; `seatcast schema prices` describes it"
                .to_owned(),
        ),
        Unbundled::Currencies(_) => Some("give every price in one currency: no exchange rate is assumed".to_owned()),
        Unbundled::UnknownPlan { help, .. } => help,
    };
    let mut finding = Diagnostic::error(NO_MIX, message);
    finding.help = help;
    Failure::Findings(vec![finding])
}

/// A warning for each SKU that is in no amount.
fn kept(made: &Bundle) -> impl Iterator<Item = Diagnostic> {
    made.kept.iter().map(|sku| {
        let (why, help) = match sku.reason {
            BundleKeptReason::NoPrice => ("has no price", "give it a line in prices.csv that is in force today"),
            BundleKeptReason::UnknownPlans => ("is not in the catalogue", "bring a newer catalogue with --catalog"),
        };
        let message =
            format!("`{}` {why}: its {} seats stay as they are, in no amount", sku.sku_part_number, sku.seats);
        Diagnostic::warning(KEPT, message).help(help)
    })
}

fn deliver(
    made: &Bundle,
    output: &OutputArgs,
    name: &str,
    user: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Failure> {
    let failed = |error: report::RenderError| Failure::Other(error.to_string());
    let options = report::Options { language: output.language, ..report::Options::default() };
    let folder = output.out.clone().unwrap_or_else(|| outputs::default_folder(name));
    let files = report::bundle_files(made, user, &options).map_err(failed)?;
    for (name, bytes) in &files {
        outputs::write(&folder.join(name), bytes)?;
    }
    if output.quiet {
        return Ok(());
    }
    print(made, output, files.len(), &folder)
}

fn print(made: &Bundle, output: &OutputArgs, files: usize, folder: &Path) -> Result<(), Failure> {
    if output.format == Format::Json {
        let json = report::bundle_json(made).map_err(|error| Failure::Other(error.to_string()))?;
        return outputs::print(&String::from_utf8_lossy(&json));
    }
    let screen = report::Screen { columns: settings::width(), colour: settings::colour(), ..report::Screen::default() };
    let mut text = report::text(&report::bundle(made, output.language), &screen);
    text.push_str(&format!("\n{files} files in {}\n", folder.display()));
    outputs::print(&text)
}
