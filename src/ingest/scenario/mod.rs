//! Scenario files: dated changes, written by hand. In: a folder of TOML files, the tenant they are about. Out: a scenario with
//! every name resolved, or the file and line of what is wrong. Never: a change that was not understood.

mod acquire;
mod check;
mod fields;
mod kinds;
mod names;
mod read;
mod supply;
mod who;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::{Options, SourceFile, code, folder};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin, did_you_mean};
use crate::digest::InputDigest;
use crate::scenario::{Baseline, Scenario};
pub(super) use fields::Text;
pub(super) use names::Names;

pub use kinds::{KINDS as CHANGE_KINDS, WHO as WHO_KEYS};

/// The keys of a file beside its changes.
const TOP: [&str; 3] = ["title", "extends", "change"];

/// The scenario files of a folder by the name without `.toml`. A folder that does not exist has none.
pub fn scenario_files(folder: &Path) -> Result<BTreeMap<String, SourceFile>, super::ReadError> {
    let mut files = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(files) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        let shown = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        files.insert(name.to_owned(), folder::read_file(path, &shown)?);
    }
    Ok(files)
}

/// Reads one scenario of `files`. `folder` is where tenants that it acquires are looked for. `None` where anything is wrong.
pub fn scenario(
    files: &BTreeMap<String, SourceFile>,
    name: &str,
    folder: &Path,
    baseline: &Baseline,
    options: &Options,
) -> Diagnosed<Option<Scenario>> {
    let mut findings = Vec::new();
    let mut names = Names::new(baseline, options.catalog());
    let mut scenario = Scenario { name: name.to_owned(), ..Scenario::default() };
    let mut open = Vec::new();
    let reading = Reading { files, folder, options };
    if !files.contains_key(name) {
        let help = did_you_mean(name, files.keys().map(String::as_str));
        let mut finding = Diagnostic::error(code::UNKNOWN_NAME, format!("there is no scenario `{name}`"));
        finding.help =
            help.or_else(|| Some("scenarios are TOML files in `scenarios/` of the tenant folder".to_owned()));
        return Diagnosed::new(None, vec![finding]);
    }
    reading.file(name, &mut open, &mut names, &mut scenario, &mut findings);
    scenario.new_groups = std::mem::take(&mut names.new_groups);
    if !findings.iter().any(Diagnostic::is_error) {
        check::check(&scenario, &names, &mut findings);
    }
    crate::diagnostic::sort(&mut findings);
    let usable = !findings.iter().any(Diagnostic::is_error);
    Diagnosed::new(usable.then_some(scenario), findings)
}

/// What stays the same while a scenario and those that it extends are read.
struct Reading<'a> {
    files: &'a BTreeMap<String, SourceFile>,
    folder: &'a Path,
    options: &'a Options,
}

impl Reading<'_> {
    /// Reads a file after those that it extends. `open` are the files that are being read, each because of the one before.
    fn file(
        &self,
        name: &str,
        open: &mut Vec<String>,
        names: &mut Names<'_>,
        scenario: &mut Scenario,
        findings: &mut Vec<Diagnostic>,
    ) {
        let Some(file) = self.files.get(name) else { return };
        let origin = Origin::file(format!("scenarios/{}", file.name));
        let source = match std::str::from_utf8(&file.bytes) {
            Ok(source) => source.trim_start_matches('\u{feff}'),
            Err(_) => {
                let finding = Diagnostic::error(code::SCENARIO, "the file is not UTF-8").at(&origin);
                return findings.push(finding.help("save it as UTF-8"));
            }
        };
        let digest = InputDigest::of(&origin.file, &file.bytes);
        if !scenario.inputs.contains(&digest) {
            scenario.inputs.push(digest);
        }
        let mut text = Text { origin, text: source, findings };
        let root = match DeTable::parse(source) {
            Ok(root) => root,
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = format!("the file is not TOML: {}", error.message().lines().next().unwrap_or(""));
                return text.error(code::SCENARIO, message, &span, None);
            }
        };
        open.push(name.to_owned());
        let root = root.get_ref();
        for (key, _) in root.iter().filter(|(key, _)| !TOP.contains(&&**key.get_ref())) {
            text.unknown_key(key, TOP.into_iter());
        }
        if let Some(value) = root.get("extends") {
            for (parent, span) in text.strings(value).unwrap_or_default() {
                if open.iter().any(|other| other == parent) {
                    let message = format!("`{parent}` and `{name}` extend each other in a circle");
                    text.error(code::CYCLE, message, &span, Some(format!("{} → {parent}", open.join(" → "))));
                } else if scenario.extended.iter().any(|known| known == parent) {
                    // Reached by two ways: its changes count once.
                } else if self.files.contains_key(parent) {
                    scenario.extended.push(parent.to_owned());
                    self.file(parent, open, names, scenario, text.findings);
                } else {
                    let help = did_you_mean(parent, self.files.keys().map(String::as_str));
                    text.error(code::UNKNOWN_NAME, format!("there is no scenario `{parent}`"), &span, help);
                }
            }
        }
        if let Some(value) = root.get("title") {
            scenario.title = text.string(value).unwrap_or_default().to_owned();
        } else {
            scenario.title = name.to_owned();
        }
        if let Some(value) = root.get("change") {
            match value.get_ref().as_array() {
                Some(changes) => {
                    for change in changes.iter() {
                        read::change(&mut text, self, names, change, scenario);
                    }
                }
                None => drop(text.wrong::<()>(value, "a list: write `[[change]]` before each change")),
            }
        }
        open.pop();
    }
}
