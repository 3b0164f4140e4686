//! `seatcast check`: what was read, from which source, what is wrong with it, and what cannot be simulated and why. In: files and
//! folders. Out: a report on stdout. Never: stops at the first fault.

mod coverage;
mod json;
mod text;

use std::path::{Path, PathBuf};

use super::reading::ReadingArgs;
use super::{Exit, Failure, outputs, settings};
use crate::diagnostic::Diagnostic;
use crate::ingest::{self, Gap, SourceFile, Tables};
use crate::scenario::Baseline;
use coverage::Coverage;

/// Tell what was read, from which source, and what is wrong with it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exported files, or folders of them
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Write what was read as a canonical tenant folder
    #[arg(long, value_name = "DIR")]
    write_canonical: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// Everything the two formats show.
struct Checked {
    tables: Tables,
    findings: Vec<Diagnostic>,
    baseline: Option<Baseline>,
    coverage: Coverage,
    gaps: Vec<Gap>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut options = args.reading.options(&name(&args.paths))?;
    let (mut files, unread) = read(&args.paths)?;
    args.reading.add_files(&mut files, &mut options)?;
    let mut tables = ingest::tables(files, &options);
    tables.reports.extend(unread);
    tables.reports.sort_by(|a, b| a.path.cmp(&b.path));
    let read = ingest::baseline(&tables, &options);
    let snapshot = read.value.as_ref().map(|baseline| &baseline.snapshot);
    let coverage = read.value.as_ref().map(coverage::coverage).unwrap_or_default();
    let mut findings = read.diagnostics;
    findings.extend(coverage.findings.iter().cloned());
    let mut findings = by_file(findings, &mut tables);
    crate::diagnostic::sort(&mut findings);
    let mut gaps = ingest::gaps(&tables, snapshot);
    gaps.splice(0..0, coverage::gap(&coverage));
    gaps.extend(read.value.iter().flat_map(coverage::membership_gaps));
    let checked = Checked { findings, coverage, gaps, baseline: read.value, tables };
    if let (Some(folder), Some(baseline)) = (&args.write_canonical, &checked.baseline) {
        for (name, bytes) in ingest::canonical(&checked.tables, baseline) {
            outputs::write(&folder.join(name), &bytes)?;
        }
    }
    let answer = match args.format {
        Format::Text => text::text(&checked, settings::width()),
        Format::Json => json::json(&checked),
    };
    outputs::print(&answer)?;
    let unwritten = args.write_canonical.is_some() && checked.baseline.is_none();
    let partial = checked.tables.reports.iter().any(|report| report.rows_rejected > 0);
    let wrong = checked.findings.iter().any(|finding| finding.is_error() && finding.code.0 != "D506");
    let failed = wrong || checked.tables.reports.is_empty() || checked.tables.has_refused() || partial || unwritten;
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Moves what is about one file to the report of that file; an error that shows only beside other rows or files refuses it too.
/// What is left is about several files.
fn by_file(findings: Vec<Diagnostic>, tables: &mut Tables) -> Vec<Diagnostic> {
    let mut rest = Vec::new();
    for finding in findings {
        let file = finding.labels.first().map(|label| label.origin.file.clone());
        let report = tables.reports.iter_mut().find(|report| file.as_deref() == Some(&report.path));
        match report {
            // Whether a refused file matters is a matter of the others.
            Some(report) if finding.code.0 != "D515" => {
                let same = |known: &Diagnostic| known.message == finding.message && known.labels == finding.labels;
                if !report.diagnostics.iter().any(same) {
                    report.refused |= finding.is_error();
                    report.diagnostics.push(finding);
                }
            }
            _ => rest.push(finding),
        }
    }
    tables.reports.iter_mut().for_each(|report| crate::diagnostic::sort(&mut report.diagnostics));
    rest
}

/// The files behind `paths`, and a report for each that was too large to read.
fn read(paths: &[PathBuf]) -> Result<(Vec<SourceFile>, Vec<ingest::FileReport>), Failure> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    let mut add = |path: &Path, name: &str| -> Result<(), Failure> {
        match ingest::read_file(path, name) {
            Ok(file) => files.push(file),
            Err(ingest::ReadError::Io { path, source }) => return Err(Failure::Read { path, source }),
            Err(error) => unread.push(error.report(name)),
        }
        Ok(())
    };
    for path in paths {
        if !path.is_dir() {
            add(path, &path.to_string_lossy())?;
            continue;
        }
        let names = ingest::list_folder(path).map_err(|error| Failure::Other(error.to_string()))?;
        for name in names {
            let shown = if paths.len() == 1 { name.clone() } else { path.join(&name).to_string_lossy().into_owned() };
            add(&path.join(&name), &shown)?;
        }
    }
    Ok((files, unread))
}

fn name(paths: &[PathBuf]) -> String {
    let first = paths.first().and_then(|path| std::fs::canonicalize(path).ok());
    first.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())).unwrap_or_else(|| "tenant".to_owned())
}
