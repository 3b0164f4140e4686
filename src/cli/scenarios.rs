//! The arguments that name scenarios, and their loader. In: names or files. Out: plans upon a baseline. Never: a scenario that was
//! not understood whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::inputs::{Loaded, TenantArgs};
use super::{Failure, settings};
use crate::ingest;
use crate::scenario::{self, Planned};

/// Which scenarios.
#[derive(Clone, Debug, Args)]
pub struct ScenarioArgs {
    /// A scenario: a name in `scenarios/` of the tenant folder, or a TOML file; may be given several times
    #[arg(long = "scenario", value_name = "NAME|FILE")]
    pub names: Vec<String>,
}

impl ScenarioArgs {
    /// Every scenario, applied to the baseline. All findings of all of them are one failure.
    pub fn load(&self, tenant: &TenantArgs, loaded: &Loaded) -> Result<Vec<Planned>, Failure> {
        let options = ingest::Options {
            catalog: Some(loaded.catalog.clone()),
            clock: Some(settings::clock_day()),
            ..ingest::Options::default()
        };
        let mut planned = Vec::new();
        let mut findings = Vec::new();
        let mut folders: BTreeMap<PathBuf, BTreeMap<String, ingest::SourceFile>> = BTreeMap::new();
        for given in &self.names {
            let (folder, name) = place(&tenant.folder, given);
            if !folders.contains_key(&folder) {
                let files = ingest::scenario_files(&folder).map_err(|error| Failure::Other(error.to_string()))?;
                folders.insert(folder.clone(), files);
            }
            let read = ingest::scenario(&folders[&folder], &name, &folder, &loaded.baseline, &options);
            if let Some(scenario) = read.into_value(&mut findings) {
                planned.push(scenario::apply(&loaded.baseline, &scenario, &loaded.catalog));
            }
        }
        if planned.len() < self.names.len() {
            findings.dedup();
            return Err(Failure::Findings(findings));
        }
        Ok(planned)
    }
}

/// The folder and the name of a scenario: a path where one is given, else in the tenant's own folder.
fn place(tenant: &Path, given: &str) -> (PathBuf, String) {
    match given.strip_suffix(".toml") {
        Some(path) => {
            let path = Path::new(path);
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            (folder.to_owned(), path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned()))
        }
        None => (tenant.join("scenarios"), given.to_owned()),
    }
}
