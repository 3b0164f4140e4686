//! Any text, read as events of the licensing sandbox and played: no panic, the same days twice, and no more seats held than
//! `available` says. Run with `cargo +nightly fuzz run replay --fuzz-dir tests/fuzz`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatcast::diagnostic::Origin;
use seatcast::licensing::replay;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = replay::read(text, &Origin::file("events.jsonl"));
    if !read.diagnostics.is_empty() {
        return;
    }
    let played = replay::run(&read.value).value;
    for day in &played.days {
        for (sku, row) in &day.skus {
            assert_eq!(row.assigned as usize, row.holders.len(), "{sku} on day {}", day.day);
        }
    }
    let again = replay::run(&read.value).value;
    assert_eq!(format!("{played:?}"), format!("{again:?}"));
});
