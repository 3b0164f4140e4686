//! The real names of the demo, and a search for them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;

pub struct Names {
    all: Vec<String>,
    search: AhoCorasick,
}

impl Names {
    pub fn of_the_demo() -> Names {
        let all = real();
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(&all).unwrap();
        let names = Names { all, search };
        assert!(names.all.len() > 5_000 && names.in_text("for Fenna de Groot.").is_some());
        names
    }

    /// The first real name in `text` that stands there as a word of its own.
    pub fn in_text(&self, text: &str) -> Option<&str> {
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let found = self.search.find_overlapping_iter(text).find(|found| {
            apart(text[..found.start()].chars().next_back()) && apart(text[found.end()..].chars().next())
        });
        found.map(|found| self.all[found.pattern().as_usize()].as_str())
    }
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo")
}

/// Cells of some columns of a file of the demo, lists taken apart.
fn cells(file: &str, columns: &[&str]) -> BTreeSet<String> {
    let mut reader = csv::Reader::from_path(demo().join(file)).unwrap();
    let headers = reader.headers().unwrap().clone();
    let places: Vec<usize> = columns
        .iter()
        .map(|column| headers.iter().position(|header| header == *column).unwrap_or_else(|| panic!("{column}")))
        .collect();
    let mut found = BTreeSet::new();
    for row in reader.records().map(Result::unwrap) {
        for place in &places {
            found.extend(
                row[*place]
                    .split(';')
                    .map(|part| part.trim_start_matches("SMTP:").trim_start_matches("smtp:").to_owned()),
            );
        }
    }
    found
}

/// Whatever points at somebody or something of the tenant.
fn real() -> Vec<String> {
    let people = cells(
        "users.csv",
        &["id", "userPrincipalName", "displayName", "mail", "employeeId", "proxyAddresses", "companyName"],
    );
    let local: Vec<String> = people.iter().filter_map(|name| Some(name.split_once('@')?.0.to_owned())).collect();
    let mut names = people;
    names.extend(local);
    names.extend(cells("users.csv", &["extensionAttribute2", "manager"]));
    names.extend(cells("groups.csv", &["id", "displayName"]));
    names.extend(cells("subscriptions.csv", &["subscriptionId"]));
    names.extend(["Ostermoor", "ostermoor.example", "Kestrel"].map(str::to_owned));
    names.into_iter().filter(|name| name.chars().count() >= 4).collect()
}
