//! The arguments that name a tenant, and their loader. In: a folder. Out: a baseline with all there is to say about it.
//! Never: goes on with a file that was refused.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::Failure;
use super::reading::ReadingArgs;
use super::timings::Timings;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::ingest::{self, SourceFile};
use crate::licensing::Today;
use crate::scenario::Baseline;
use crate::simulate;

/// Which tenant, and how to read it.
#[derive(Debug, Args)]
pub struct TenantArgs {
    /// The folder of exported CSV files
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// A tenant that can be simulated, and what was noticed on the way.
pub struct Loaded {
    pub baseline: Baseline,
    pub catalog: Arc<Catalog>,
    pub findings: Vec<Diagnostic>,
}

/// A tenant with its licences as they stand today.
pub struct Standing {
    pub baseline: Baseline,
    pub catalog: Arc<Catalog>,
    pub today: Today,
    pub findings: Vec<Diagnostic>,
}

impl Loaded {
    /// Evaluates every rule and settles licences.
    pub fn stand(self, timings: &mut Timings) -> Result<Standing, Failure> {
        let Loaded { baseline, catalog, mut findings } = self;
        let memberships = simulate::memberships(&baseline).into_value(&mut findings);
        timings.part("rules");
        let today = memberships
            .and_then(|members| simulate::licensed(&baseline, members, &catalog, &[]).into_value(&mut findings));
        timings.part("licensing");
        match today {
            Some(today) => Ok(Standing { baseline, catalog, today, findings }),
            None => Err(Failure::Findings(findings)),
        }
    }
}

impl TenantArgs {
    /// The name of the folder, which names the tenant and the folder of its reports.
    pub fn name(&self) -> String {
        let full = std::fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone());
        full.file_name().map_or_else(|| "tenant".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Reads the folder. Findings that would make a number wrong are a failure; all others come with the baseline.
    pub fn load(&self) -> Result<Loaded, Failure> {
        self.load_with(None)
    }

    /// The same with these rates in place of those of the folder's `rates.toml`.
    pub fn load_with(&self, rates: Option<&str>) -> Result<Loaded, Failure> {
        let mut options = self.reading.options(&self.name())?;
        let failed = |error: ingest::ReadError| Failure::Other(error.to_string());
        let mut files = ingest::read_folder(&self.folder).map_err(failed)?;
        if let Some(rates) = rates {
            files.retain(|file| file.name != "rates.toml");
            files.push(SourceFile { name: "rates.toml".to_owned(), bytes: rates.as_bytes().to_vec() });
        }
        self.reading.add_files(&mut files, &mut options)?;
        let tables = ingest::tables(files, &options);
        let read = ingest::baseline(&tables, &options);
        let mut findings = read.diagnostics;
        // What is wrong with a refused file is among the findings of the baseline where it matters.
        let used = tables.reports.iter().filter(|report| !report.refused);
        findings.extend(used.flat_map(|report| report.diagnostics.iter().cloned()));
        match read.value {
            Some(baseline) => {
                let catalog = options.catalog.unwrap_or_else(|| Arc::new(Catalog::embedded().clone()));
                Ok(Loaded { baseline, catalog, findings })
            }
            None => {
                crate::diagnostic::sort(&mut findings);
                Err(Failure::Findings(findings))
            }
        }
    }
}
