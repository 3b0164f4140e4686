//! Any bytes, read as files of a tenant: no panic, and no refusal without a reason. Files are divided by a byte that UTF-8 never
//! holds, so that one input can hold several. Run with `cargo +nightly fuzz run ingest --fuzz-dir tests/fuzz`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatcast::ingest::{self, Options, SourceFile};

const NAMES: [&str; 4] = ["a.csv", "b.csv", "seatcast.toml", "exportGroupMembers_2026-9-28-G.csv"];

fuzz_target!(|data: &[u8]| {
    let parts = data.split(|byte| *byte == 0xf8).take(NAMES.len());
    let files =
        NAMES.iter().zip(parts).map(|(name, bytes)| SourceFile { name: (*name).to_owned(), bytes: bytes.to_vec() });
    let options = Options { clock: chrono::NaiveDate::from_ymd_opt(2026, 11, 20), ..Options::default() };
    let tables = ingest::tables(files.collect(), &options);
    for report in &tables.reports {
        assert!(!report.refused || report.diagnostics.iter().any(|finding| finding.is_error()));
    }
    let _ = ingest::baseline(&tables, &options);
});
