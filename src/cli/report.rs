//! `seatcast report`: the reports of a forecast once more. In: a folder that a forecast or a comparison wrote. Out: the same files,
//! in another language, template, theme or choice. Never: simulates, or reads an export.

use std::path::{Path, PathBuf};

use super::reporting::ReportArgs;
use super::settings::threads;
use super::{Exit, Failure, outputs};
use crate::diagnostic::{Code, Diagnostic, Origin};
use crate::forecast::Whole;
use crate::report::SAVED;

const NOT_SAVED: Code = Code("P421");
const NOTHING_SAVED: Code = Code("P422");

/// The reports of a forecast or comparison once more, without simulating again
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder that `forecast` or `compare` wrote, such as reports/demo; or the tenant folder, whose forecast is then looked for
    /// in reports/
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    report: ReportArgs,
    /// Threads to use [default: all]; the result does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let folder = found(&args.folder)?;
    let saved = read(&folder.join(SAVED))?;
    // What still holds names is not overwritten by what no longer does.
    let folder = if args.report.pseudonymise.is_some() { folder.join("pseudonymised") } else { folder };
    threads(args.threads, || args.report.deliver(saved, &folder))??;
    Ok(Exit::Done)
}

/// The folder itself where it holds a saved forecast, else the default output folder of a tenant of that name.
fn found(folder: &Path) -> Result<PathBuf, Failure> {
    let name = folder.canonicalize().ok().and_then(|path| path.file_name().map(|name| name.to_owned()));
    let default = name.map(|name| outputs::default_folder(&name.to_string_lossy()));
    let candidates = std::iter::once(folder.to_owned()).chain(default);
    candidates.into_iter().find(|candidate| candidate.join(SAVED).is_file()).ok_or_else(|| {
        let message = format!("no forecast is saved in `{}`", folder.display());
        let help = format!("run `seatcast forecast DIR` first: it saves what it found as {SAVED} beside its reports");
        Failure::Findings(vec![Diagnostic::error(NOTHING_SAVED, message).help(help)])
    })
}

fn read(path: &Path) -> Result<Whole, Failure> {
    let bytes = std::fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    Whole::parse(&bytes).map_err(|error| {
        let finding = Diagnostic::error(NOT_SAVED, error.to_string()).at(&Origin::file(path.display().to_string()));
        Failure::Findings(vec![finding.help("run `seatcast forecast DIR` again, which writes the file anew")])
    })
}
