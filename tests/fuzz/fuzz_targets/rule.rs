//! Any text, read as a rule: no panic, spans inside the text, a printed rule reads back as the same tree, and `explain` says what
//! `holds` says. Run with `cargo +nightly fuzz run rule --fuzz-dir tests/fuzz`.

#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, User, Value};
use seatcast::rule;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let origin = Origin::file("rule");
    let compiled = rule::compile(text, &origin);
    for label in compiled.diagnostics.iter().flat_map(|finding| &finding.labels) {
        assert!(label.text.get(label.span.clone()).is_some());
    }
    if let Some(tree) = rule::parse(text, &origin).value {
        let printed = tree.to_string();
        let again = rule::parse(&printed, &origin).value;
        assert!(again.is_some_and(|again| again.to_string() == printed), "{printed}");
    }
    let Some(checked) = compiled.value else { return };
    let user = User::default()
        .with(Attribute::Department, Value::text("Sales"))
        .with(Attribute::AccountEnabled, Value::Boolean(true))
        .with(Attribute::UserPrincipalName, Value::text("a.b@example.example"))
        .with(Attribute::ProxyAddresses, Value::Texts(vec!["SMTP:a@example.example".into()]));
    assert_eq!(Some(checked.holds(&user, DateTime::UNIX_EPOCH)), checked.explain(&user, DateTime::UNIX_EPOCH).holds);
});
