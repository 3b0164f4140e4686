//! How exports are to be read, as typed. In: arguments. Out: options of `ingest`. Never: opens an export.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use clap::Args;

use super::{Failure, settings};
use crate::catalog::Catalog;
use crate::ingest::{self, Source, SourceFile};

/// How exports are to be read.
#[derive(Clone, Debug, Args)]
pub struct ReadingArgs {
    /// The day that counts as today [default: the exports' own day, else the clock's]
    #[arg(long, value_name = "DATE", help_heading = "Reading")]
    pub today: Option<NaiveDate>,
    /// The order of dates that no file proves: `day-first` or `month-first`
    #[arg(long, value_name = "ORDER", help_heading = "Reading")]
    pub date_order: Option<ingest::DateOrder>,
    /// The encoding of files that are neither marked nor UTF-8, for example `windows-1252` [default: refused, unless
    /// the Unicode files of the folder prove every word of it to be Windows-1252]
    #[arg(long, value_name = "LABEL", help_heading = "Reading")]
    pub encoding: Option<String>,
    /// A newer SKU catalogue than the one in the program
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub catalog: Option<PathBuf>,
    /// Rules on service plans beside those of the program, as `seatcast schema plan-rules` describes
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub plan_rules: Option<PathBuf>,
    /// Leave broken rows out, each with a finding, instead of the whole file (any export; never seatcast.toml)
    #[arg(long, help_heading = "Reading")]
    pub lenient: bool,
    /// The source of a file that nothing tells, for example `users.csv=graph-users`
    #[arg(long, value_name = "FILE=ID", value_parser = pair, help_heading = "Reading")]
    pub source: Vec<(String, String)>,
    /// The group (name or id) of a members file that does not say it
    #[arg(long, value_name = "FILE=GROUP", value_parser = pair, help_heading = "Reading")]
    pub group: Vec<(String, String)>,
}

impl ReadingArgs {
    /// The options for a tenant of this name.
    pub fn options(&self, tenant: &str) -> Result<ingest::Options, Failure> {
        let source = |(file, id): &(String, String)| match Source::from_id(id) {
            Some(source) => Ok((file.clone(), source)),
            None => {
                let near = crate::diagnostic::did_you_mean(id, Source::ALL.iter().map(|source| source.id()));
                Err(Failure::Other(format!("`{id}` is no source; {}", near.unwrap_or_default())))
            }
        };
        let known = self.encoding.as_deref().is_none_or(ingest::is_encoding);
        if let (false, Some(label)) = (known, &self.encoding) {
            return Err(Failure::Other(format!("`{label}` is no encoding; `windows-1252` and `iso-8859-2` are two")));
        }
        Ok(ingest::Options {
            tenant: tenant.to_owned(),
            today: self.today,
            clock: Some(settings::clock_day()),
            encoding: self.encoding.clone(),
            date_order: self.date_order,
            catalog: self.catalog.as_deref().map(read_catalog).transpose()?,
            lenient: self.lenient,
            sources: self.source.iter().map(source).collect::<Result<_, _>>()?,
            groups: self.group.iter().cloned().collect(),
        })
    }
}

impl ReadingArgs {
    /// Adds the files that options name to those of a tenant.
    pub fn add_files(&self, files: &mut Vec<SourceFile>, options: &mut ingest::Options) -> Result<(), Failure> {
        let Some(path) = &self.plan_rules else { return Ok(()) };
        let name = path.display().to_string();
        files.push(ingest::read_file(path, &name).map_err(|error| Failure::Other(error.to_string()))?);
        options.sources.insert(name, Source::PlanRules);
        Ok(())
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (file, value) = text.split_once('=').ok_or("write FILE=VALUE")?;
    Ok((file.to_owned(), value.to_owned()))
}

fn read_catalog(path: &Path) -> Result<Arc<Catalog>, Failure> {
    let bytes = std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    let catalog = Catalog::parse(&bytes).map_err(|error| Failure::Other(format!("`{}`: {error}", path.display())))?;
    Ok(Arc::new(catalog))
}
