//! The files of a tenant folder. In: a path. Out: names and bytes, in the order of their names. Never: follows `history/` and
//! `scenarios/`, reads more than the limit, decides what a file is.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::bytes::position;
use super::record::{self, FIELD_LIMIT};
use super::{FileReport, SourceFile, code, table};
use crate::diagnostic::{Diagnostic, Origin};

/// The largest file that is read: positions in it are 32-bit numbers.
pub const FILE_LIMIT: u64 = (1 << 31) - 1;
/// The longest line that is read before the rest of the file is: a longer one is no export.
const LINE_LIMIT: usize = 16 << 20;
const BLOCK: usize = 4 << 20;
/// How much of a large file is looked at before the rest of it is read.
const LOOK: usize = 4 * FIELD_LIMIT;

/// Why a file or folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot read `{path}`: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("`{path}` has {bytes} bytes; the largest file that is read has {FILE_LIMIT}")]
    TooLarge { path: PathBuf, bytes: u64 },
    #[error("`{path}` has a line longer than {LINE_LIMIT} bytes{place} and is no export")]
    EndlessLine { path: PathBuf, place: Place },
    #[error(
        "`{path}` has a field longer than {FIELD_LIMIT} bytes{place} and is no export; a quote is probably not closed"
    )]
    EndlessField { path: PathBuf, place: Place },
}

/// Where a field that is too long begins, as far as it could be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Option<(u64, Option<String>)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => Ok(()),
            Some((line, None)) => write!(f, " (line {line})"),
            Some((line, Some(column))) => write!(f, " (line {line}, column {column})"),
        }
    }
}

impl Place {
    /// Of the beginning of a file that was read so far.
    fn of(read: &[u8]) -> Place {
        if read.iter().take(LOOK).any(|byte| *byte == 0) {
            // Two bytes a letter: nothing can be told before it is decoded.
            return Place::default();
        }
        let look = &read[..LOOK.min(read.len())];
        let Some((at, column)) = record::endless_field(read, table::delimiter(look) as u8) else {
            return Place::default();
        };
        let first = read.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or(&[]);
        let names: Vec<String> = String::from_utf8_lossy(first)
            .trim_start_matches('\u{feff}')
            .split(table::delimiter(look))
            .map(|name| name.trim_matches('"').to_owned())
            .collect();
        Place(Some((position(read, at).0, names.get(column).cloned())))
    }

    fn origin(&self, name: &str) -> Origin {
        match &self.0 {
            None => Origin::file(name),
            Some((line, None)) => Origin::file(name).at_line(*line),
            Some((line, Some(column))) => Origin::file(name).at_line(*line).in_column(column.as_str()),
        }
    }
}

/// Every file of `folder` and of the folders in it that may belong to a tenant's present state: CSV in any spelling of the
/// extension, `seatcast.toml`, `rates.toml`, and what people put there in place of CSV, so that it can be named. Hidden files, `history/`
/// and `scenarios/` are left out.
pub fn read_folder(folder: &Path) -> Result<Vec<SourceFile>, ReadError> {
    list_folder(folder)?.into_iter().map(|name| read_file(&folder.join(&name), &name)).collect()
}

/// The names of those files, sorted.
pub fn list_folder(folder: &Path) -> Result<Vec<String>, ReadError> {
    let mut names = Vec::new();
    walk(folder, "", 0, &mut names)?;
    names.sort();
    Ok(names)
}

impl ReadError {
    /// The report of a file that was not even read.
    pub fn report(&self, name: &str) -> FileReport {
        let mut report = FileReport::new(name);
        let origin = match self {
            ReadError::EndlessLine { place, .. } | ReadError::EndlessField { place, .. } => place.origin(name),
            _ => Origin::file(name),
        };
        let finding = Diagnostic::error(code::TOO_LARGE, self.to_string()).at(&origin);
        report.refuse(finding.help("exports are smaller; look at what this file is, or split it"));
        report
    }
}

/// One file, under the name that reports show.
pub fn read_file(path: &Path, name: &str) -> Result<SourceFile, ReadError> {
    let failed = |source| ReadError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.len() > FILE_LIMIT {
        return Err(ReadError::TooLarge { path: path.to_owned(), bytes: metadata.len() });
    }
    #[cfg(unix)]
    if metadata.is_file() && metadata.len() > (LINE_LIMIT as u64) * 2 {
        return side_by_side(path, name, &file, metadata.len() as usize);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(metadata.len() as usize + 1).map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
    let (mut since_line_end, mut last) = (0, 0);
    loop {
        let read = (&mut file).take(BLOCK as u64).read_to_end(&mut bytes).map_err(failed)?;
        since_line_end = match memchr::memrchr2(b'\n', b'\r', &bytes[last..]) {
            Some(at) => bytes.len() - last - at,
            None => since_line_end + read,
        };
        last = bytes.len();
        if since_line_end > LINE_LIMIT {
            return Err(ReadError::EndlessLine { path: path.to_owned(), place: Place::of(&bytes) });
        }
        if bytes.len() as u64 > FILE_LIMIT {
            return Err(ReadError::TooLarge { path: path.to_owned(), bytes: bytes.len() as u64 });
        }
        if read == 0 {
            return Ok(SourceFile { name: name.to_owned(), bytes });
        }
    }
}

/// A large file, read by all threads at once; its first stretch alone, to see whether it has lines and fields at all.
#[cfg(unix)]
fn side_by_side(path: &Path, name: &str, file: &File, length: usize) -> Result<SourceFile, ReadError> {
    use rayon::prelude::*;
    use std::os::unix::fs::FileExt;
    let failed = |source| ReadError::Io { path: path.to_owned(), source };
    let ends_a_line = |bytes: &[u8]| memchr::memchr2(b'\n', b'\r', bytes).is_some();
    let mut bytes = vec![0; length];
    // So many stretches at once, and then a look whether to go on: what is no export is refused before the rest is read.
    let wave = LINE_LIMIT * rayon::current_num_threads().max(1);
    let mut read = 0;
    while read < length {
        let end = if read == 0 { LINE_LIMIT.min(length) } else { (read + wave).min(length) };
        let stretches = bytes[read..end].par_chunks_mut(LINE_LIMIT).enumerate();
        let endless: Vec<bool> = stretches
            .map(|(at, stretch)| {
                file.read_exact_at(stretch, (read + at * LINE_LIMIT) as u64)?;
                Ok(stretch.len() == LINE_LIMIT && !ends_a_line(stretch))
            })
            .collect::<io::Result<_>>()
            .map_err(failed)?;
        if endless.contains(&true) {
            return Err(ReadError::EndlessLine { path: path.to_owned(), place: Place::of(&bytes[..end]) });
        }
        if read == 0 {
            let look = &bytes[..LOOK.min(end)];
            if record::endless_field(look, table::delimiter(look) as u8).is_some() {
                return Err(ReadError::EndlessField { path: path.to_owned(), place: Place::of(look) });
            }
        } else if may_be_endless(&bytes[..end], read) && Place::of(&bytes[..end]) != Place::default() {
            return Err(ReadError::EndlessField { path: path.to_owned(), place: Place::of(&bytes[..end]) });
        }
        read = end;
    }
    Ok(SourceFile { name: name.to_owned(), bytes })
}

/// Whether a field that is too long may go on from `from` to the end of what was read: a stretch without any end of a field, or a
/// quote that opened one and that no other followed. Cheap, and only a reason to look closer.
#[cfg(unix)]
fn may_be_endless(read: &[u8], from: usize) -> bool {
    let delimiter = table::delimiter(&read[..LOOK.min(read.len())]) as u8;
    // Every field of twice such a block holds a whole one.
    let endless = |block: &[u8]| memchr::memchr3(delimiter, b'\n', b'\r', block).is_none();
    if read[from..].chunks_exact(FIELD_LIMIT / 2).any(endless) {
        return true;
    }
    let Some(quote) = memchr::memrchr(b'"', read) else { return false };
    let ends = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r'));
    let opens = ends(quote.checked_sub(1).and_then(|before| read.get(before))) && !ends(read.get(quote + 1));
    opens && read.len() - quote > FIELD_LIMIT
}

fn walk(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) -> Result<(), ReadError> {
    let failed = |source| ReadError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(failed)?;
        if file_name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{file_name}");
        if kind.is_dir() {
            // Depth keeps a tree of links or mistakes from being walked for ever.
            if depth < 4 && !matches!(file_name.as_str(), "history" | "scenarios" | "reports") {
                walk(&entry.path(), &format!("{name}/"), depth + 1, found)?;
            }
        } else if belongs(&file_name) {
            found.push(name);
        }
    }
    Ok(())
}

fn belongs(file_name: &str) -> bool {
    let lower = file_name.to_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(&*lower, "seatcast.toml" | "rates.toml")
        || matches!(extension, "csv" | "tsv" | "xlsx" | "xls" | "zip" | "gz" | "html" | "htm")
}
