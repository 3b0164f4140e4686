//! Any text as each of the files that people write by hand, beside a tenant that is whole: no panic, every span inside its text,
//! no refusal without a way out. Run with `cargo +nightly fuzz run by_hand --fuzz-dir tests/fuzz`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seatcast::ingest::{self, Options, SourceFile};

const USERS: &str = "id,userPrincipalName,accountEnabled,assignedLicenses\n\
    11111111-1111-4111-8111-111111111111,a@x.example,true,05e9a617-0261-4cee-bb44-138d3ef5d965\n";
const SKUS: &str = "skuId,skuPartNumber,enabled,consumedUnits\n05e9a617-0261-4cee-bb44-138d3ef5d965,SPE_E3,2,1\n";
const HEADERS: [(&str, &str); 4] = [
    ("seatcast.toml", ""),
    (
        "subscriptions.csv",
        "subscriptionId,skuPartNumber,quantity,startDate,term,renewalDate,autoRenew,endOfTerm,channel\n",
    ),
    ("prices.csv", "skuPartNumber,listPrice,contractedPrice,currency,validFrom\n"),
    ("plan-rules.csv", "kind,family,plan,needsOneOf,status\n"),
];

fuzz_target!(|data: &[u8]| {
    let Some((which, body)) = data.split_first() else { return };
    let (name, header) = HEADERS[usize::from(*which) % HEADERS.len()];
    let file = |name: &str, bytes: Vec<u8>| SourceFile { name: name.to_owned(), bytes };
    let files = vec![
        file("users.csv", USERS.into()),
        file("skus.csv", SKUS.into()),
        file(name, [header.as_bytes(), body].concat()),
    ];
    let options = Options { clock: chrono::NaiveDate::from_ymd_opt(2026, 11, 20), ..Options::default() };
    let tables = ingest::tables(files, &options);
    for finding in tables.reports.iter().flat_map(|report| &report.diagnostics) {
        for label in &finding.labels {
            assert!(label.text.get(label.span.clone()).is_some(), "{finding:?}");
        }
    }
    let _ = ingest::baseline(&tables, &options);
});
