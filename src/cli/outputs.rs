//! Files that a run leaves. In: bytes. Out: whole files. Never: a half-written one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Failure;

/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Temporary files that are not renamed yet.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on Ctrl-C (and a request to terminate) removes unfinished files and ends the program.
pub fn clean_up_when_interrupted() {
    let end = || {
        // The lock is kept: nobody begins another file.
        let unfinished = unfinished();
        unfinished.iter().for_each(|path| drop(fs::remove_file(path)));
        std::process::exit(INTERRUPTED);
    };
    // A second handler in one process is refused, and the first one serves.
    let _ = ctrlc::set_handler(end);
}

/// Writes `bytes` to `path` whole: into a temporary file beside it, synchronised, then renamed over it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_chunks(path, [bytes])
}

/// The same for bytes that come in chunks, so that a large file is never whole in memory.
pub fn write_chunks(path: &Path, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<(), Failure> {
    let failed = |source| Failure::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = {
        let mut unfinished = unfinished();
        let file = tempfile::Builder::new().prefix(".seatcast-").suffix(".tmp").tempfile_in(folder).map_err(failed)?;
        unfinished.insert(file.path().to_owned());
        file
    };
    let temporary = file.path().to_owned();
    let written = fill(&mut file, chunks).and_then(|()| file.persist(path).map_err(|error| error.error));
    unfinished().remove(&temporary);
    written.map(drop).map_err(failed)
}

fn fill(file: &mut tempfile::NamedTempFile, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> std::io::Result<()> {
    for chunk in chunks {
        file.write_all(chunk.as_ref())?;
    }
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// The folder that outputs of `tenant` go to when `--out` is not given.
pub fn default_folder(tenant: &str) -> PathBuf {
    Path::new("reports").join(tenant)
}

/// Prints to stdout. A reader that has gone away (a closed pipe) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: PathBuf::from("standard output"), source: error })
        }
        _ => Ok(()),
    }
}
