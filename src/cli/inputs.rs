//! The arguments that name a tenant, and their loader. In: a folder. Out: a baseline with all there is to say about it.
//! Never: goes on with a file that was refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use clap::Args;

use super::{Failure, settings};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::ingest;
use crate::scenario::Baseline;

/// Which tenant, and how to read it.
#[derive(Debug, Args)]
pub struct TenantArgs {
    /// The folder of exported CSV files
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// How exports are to be read.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// The day that counts as today [default: the exports' own day, else the clock's]
    #[arg(long, value_name = "DATE", help_heading = "Reading")]
    pub today: Option<NaiveDate>,
    /// The order of dates that no file proves: `day-first` or `month-first`
    #[arg(long, value_name = "ORDER", help_heading = "Reading")]
    pub date_order: Option<ingest::DateOrder>,
    /// The encoding of files that are neither marked nor UTF-8, for example `windows-1252`
    #[arg(long, value_name = "LABEL", help_heading = "Reading")]
    pub encoding: Option<String>,
    /// A newer SKU catalogue than the one in the program
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub catalog: Option<PathBuf>,
    /// Leave broken rows out, each with a finding, instead of the whole file
    #[arg(long, help_heading = "Reading")]
    pub lenient: bool,
}

/// A tenant that can be simulated, and what was noticed on the way.
pub struct Loaded {
    pub baseline: Baseline,
    pub catalog: Arc<Catalog>,
    pub findings: Vec<Diagnostic>,
}

impl ReadingArgs {
    pub fn options(&self, tenant: &str) -> Result<ingest::Options, Failure> {
        let catalog = self.catalog.as_deref().map(read_catalog).transpose()?;
        Ok(ingest::Options {
            tenant: tenant.to_owned(),
            today: self.today,
            clock: Some(settings::clock_day()),
            encoding: self.encoding.clone(),
            date_order: self.date_order,
            catalog,
            lenient: self.lenient,
            ..ingest::Options::default()
        })
    }
}

fn read_catalog(path: &Path) -> Result<Arc<Catalog>, Failure> {
    let bytes = std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    let catalog = Catalog::parse(&bytes).map_err(|error| Failure::Other(format!("`{}`: {error}", path.display())))?;
    Ok(Arc::new(catalog))
}

impl TenantArgs {
    /// The name of the folder, which names the tenant and the folder of its reports.
    pub fn name(&self) -> String {
        let full = std::fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone());
        full.file_name().map_or_else(|| "tenant".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Reads the folder. Findings that would make a number wrong are a failure; all others come with the baseline.
    pub fn load(&self) -> Result<Loaded, Failure> {
        let options = self.reading.options(&self.name())?;
        let files = ingest::read_folder(&self.folder).map_err(|error| Failure::Other(error.to_string()))?;
        let tables = ingest::tables(files, &options);
        let read = ingest::baseline(&tables, &options);
        let mut findings = read.diagnostics;
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
