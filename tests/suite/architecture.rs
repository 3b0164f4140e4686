//! The map of `src`: which room may import which, what every file opens with, and who may print.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const FLOOR: &[&str] = &["calendar", "catalog", "cell", "diagnostic", "digest", "lists", "money", "parquet"];

/// The doors: a room, and the rooms it may import beside the floor. A new door is a change of its own, with its reason.
const DOORS: &[(&str, &[&str])] = &[
    ("directory", &[]),
    ("rule", &["directory"]),
    // The SKU counters of an export are the same four numbers that lots add up to.
    ("supply", &["directory"]),
    ("licensing", &["directory", "rule", "supply"]),
    ("scenario", &["directory", "supply", "licensing"]),
    ("forecast", &[]),
    ("simulate", &["directory", "rule", "supply", "licensing", "scenario", "forecast"]),
    // A rule in a scenario file is refused where it stands.
    ("ingest", &["directory", "rule", "supply", "licensing", "scenario"]),
    ("generate", &["directory", "supply", "licensing", "scenario"]),
    ("history", &["directory"]),
    // A plan is made of demand (a result of `simulate`, plain data in `forecast`) and of the lots and prices of a baseline.
    // Which plans a user has to keep is what licensing says today.
    ("plan", &["directory", "supply", "licensing", "scenario", "forecast"]),
    ("report", &["forecast", "rule"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                walk(&entry, files);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.push(entry);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        (file.strip_prefix(&root).unwrap().to_owned(), text)
    };
    files.into_iter().map(read).collect()
}

fn room(file: &Path) -> String {
    let first = file.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Every room named after `crate::` in code, comments left out.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = BTreeSet::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            // `$crate::` inside a macro and `some_crate::` are not ours.
            if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &line[at + "crate::".len()..];
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(!name.is_empty(), "write one `use crate::room::{{…}};` per room: {line}");
            found.insert(name);
        }
    }
    found
}

#[test]
fn rooms_import_only_through_their_doors() {
    for (file, text) in sources() {
        let room = room(&file);
        if matches!(room.as_str(), "lib" | "main" | "cli") {
            continue;
        }
        let floor = FLOOR.contains(&room.as_str());
        let doors = DOORS.iter().find(|(name, _)| *name == room).map(|(_, doors)| *doors);
        assert!(floor || doors.is_some(), "{}: the room `{room}` is not on the map", file.display());
        for import in imports(&text) {
            let allowed = import == room || FLOOR.contains(&&*import) || doors.unwrap_or(&[]).contains(&&*import);
            assert!(allowed, "{}: `{room}` has no door to `{import}`", file.display());
        }
        assert!(!text.contains("super::super"), "{}: write `crate::room` instead of `super::super`", file.display());
    }
}

#[test]
fn nobody_imports_the_command_line_but_main() {
    for (file, text) in sources() {
        let importing = imports(&text).contains("cli") || text.contains("seatcast::cli");
        assert!(!importing || matches!(room(&file).as_str(), "cli" | "main"), "{}", file.display());
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    for (file, text) in sources() {
        assert!(text.starts_with("//! "), "{} opens without a `//!` line", file.display());
    }
}

#[test]
fn only_the_command_line_prints_and_reads_the_clock() {
    for (file, text) in sources() {
        if room(&file) == "cli" {
            continue;
        }
        let words = ["println!", "eprintln!", "print!(", "eprint!(", "Utc::now", "Local::now", "SystemTime::now"];
        for word in words {
            let used = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert!(!used, "{}: {word} outside the command line", file.display());
        }
    }
}
