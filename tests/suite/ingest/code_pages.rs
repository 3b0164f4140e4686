//! Files that are not Unicode: told, proved by the other files of the folder, or refused.

use super::{all, file, options, tables};
use seatcast::directory::{Attribute, Value};
use seatcast::ingest::{self, FileReport, Options, SourceFile};

const ID: [&str; 3] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
];

/// Two users in the encoding of this label.
fn encoded(label: &str, names: [&str; 2]) -> SourceFile {
    let text = format!(
        "Id,UserPrincipalName,DisplayName\n{},a@x.example,{}\n{},b@x.example,{}\n",
        ID[0], names[0], ID[1], names[1]
    );
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    let (bytes, _, lost) = encoding.encode(&text);
    assert!(!lost, "{label} has no letters for {names:?}");
    SourceFile { name: "users.csv".to_owned(), bytes: bytes.into_owned() }
}

/// A file of UTF-8 that names people and places.
fn unicode(text: &str) -> SourceFile {
    let rows = format!("GroupId,GroupDisplayName,MemberId\n{},{text},{}\n", ID[2], ID[0]);
    file("members.csv", &rows)
}

fn users(files: Vec<SourceFile>) -> FileReport {
    let reports = tables(files).reports;
    reports.into_iter().find(|report| report.path == "users.csv").unwrap()
}

fn refused(files: Vec<SourceFile>) {
    let report = users(files);
    assert!(report.refused && report.diagnostics[0].code.0 == "D103", "{}", all(&report.diagnostics));
}

#[test]
fn windows_1252_is_read_where_every_word_stands_in_a_unicode_file() {
    let names = ["Zoë Müller", "Jürgen O’Neill – Café"];
    let other = unicode("Team of Jürgen and Zoë: Müller; O’Neill – Café");
    let report = users(vec![encoded("windows-1252", names), other.clone()]);
    assert_eq!((report.refused, report.encoding.as_str()), (false, "windows-1252"), "{}", all(&report.diagnostics));
    let warning = &report.diagnostics[0];
    assert_eq!((warning.code.0, warning.is_error()), ("D106", false));
    assert!(warning.message.contains("all 6 of its words"), "{}", warning.message);
    let read = super::load(vec![encoded("windows-1252", names), other]).value.unwrap().snapshot.users;
    let shown: Vec<Value> = read.indexes().map(|user| read.value(user, &Attribute::DisplayName).to_value()).collect();
    assert_eq!(shown, names.map(Value::text));
}

#[test]
fn one_word_that_no_other_file_holds_leaves_it_unproved() {
    refused(vec![encoded("windows-1252", ["Zoë Müller", "Jürgen"]), unicode("Zoë Müller")]);
    refused(vec![encoded("windows-1252", ["Zoë", "Ann"]), unicode("nothing beyond ASCII")]);
    refused(vec![encoded("windows-1252", ["Zoë", "Ann"])]);
}

#[test]
fn another_code_page_is_never_taken_for_windows_1252() {
    let polish = ["Łukasz Żółć", "Świętosława"];
    refused(vec![encoded("windows-1250", polish), unicode("Łukasz Żółć Świętosława")]);
    refused(vec![encoded("iso-8859-2", polish), unicode("Łukasz Żółć Świętosława")]);
    refused(vec![encoded("windows-1251", ["Юрий", "Ольга"]), unicode("Юрий Ольга")]);
    refused(vec![encoded("macintosh", ["Zoë", "Jürgen"]), unicode("Zoë Jürgen")]);
}

/// The byte 0xE0 is `à` in Windows-1252 and `ŕ` in Windows-1250: where a folder holds both words, nothing is proved.
#[test]
fn two_readings_that_other_files_hold_prove_nothing() {
    refused(vec![encoded("windows-1252", ["à", "Ann"]), unicode("à ŕ")]);
    let report = users(vec![encoded("windows-1252", ["à", "Ann"]), unicode("à")]);
    assert!(!report.refused, "{}", all(&report.diagnostics));
}

#[test]
fn a_file_that_changes_its_encoding_half_way_is_refused() {
    let mut mixed = encoded("windows-1252", ["Zoë", "Jürgen"]);
    mixed.bytes.extend(format!("{},c@x.example,Zoë\n", ID[2]).into_bytes());
    refused(vec![mixed, unicode("Zoë Jürgen")]);
}

#[test]
fn a_file_in_an_undefined_byte_is_refused() {
    let mut file = encoded("windows-1252", ["Zoë", "Jürgen"]);
    let at = file.bytes.iter().position(|byte| *byte == 0xeb).unwrap();
    file.bytes.insert(at + 1, 0x81);
    refused(vec![file, unicode("Zoë Jürgen")]);
}

#[test]
fn what_is_told_needs_no_proof() {
    let told = Options { encoding: Some("windows-1250".to_owned()), ..options() };
    let report = &ingest::tables(vec![encoded("windows-1250", ["Łukasz", "Ann"])], &told).reports[0];
    assert_eq!((report.refused, report.encoding.as_str()), (false, "windows-1250"));
}
