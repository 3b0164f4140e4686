//! Files that a run leaves. In: bytes. Out: whole files. Never: a half-written one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Failure;

/// Writes `bytes` to `path` whole: into a temporary file beside it, synchronised, then renamed over it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_chunks(path, [bytes])
}

/// The same for bytes that come in chunks, so that a large file is never whole in memory.
pub fn write_chunks(path: &Path, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<(), Failure> {
    let failed = |source| Failure::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".seatcast-").suffix(".tmp").tempfile_in(folder).map_err(failed)?;
    for chunk in chunks {
        file.write_all(chunk.as_ref()).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).map_err(failed)?;
    }
    file.persist(path).map_err(|error| failed(error.error))?;
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
