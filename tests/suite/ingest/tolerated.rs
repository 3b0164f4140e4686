//! What must be tolerated because real exports hold it, and what lenient reading leaves out of each kind of file.

use super::{all, file, files, load, options, tables};
use seatcast::directory::{Attribute, Value};
use seatcast::ingest::{self, FileReport, Options, SourceFile};
use seatcast::scenario::Baseline;

const ID: [&str; 4] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
    "44444444-4444-4444-8444-444444444444",
];
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn baseline(files: Vec<SourceFile>) -> Baseline {
    let read = load(files);
    let findings = all(&read.diagnostics);
    read.value.unwrap_or_else(|| panic!("{findings}"))
}

fn of(baseline: &Baseline, attribute: &Attribute) -> Vec<Value> {
    let users = &baseline.snapshot.users;
    users.indexes().map(|user| users.value(user, attribute).to_value()).collect()
}

fn one(header: &str, cell: &str) -> Vec<SourceFile> {
    vec![file("u.csv", &format!("Id,UserPrincipalName,{header}\n{},a@x.example,{cell}\n", ID[0]))]
}

#[test]
fn columns_in_any_order_with_others_between() {
    let text = format!("Nickname,Department,UserPrincipalName,Shoe size,Id\nx,IT,a@x.example,42,{}\n", ID[0]);
    let report = tables(vec![file("u.csv", &text)]).reports.remove(0);
    assert_eq!(report.columns_ignored, ["Nickname", "Shoe size"]);
    assert_eq!(of(&baseline(vec![file("u.csv", &text)]), &Attribute::Department), [Value::text("IT")]);
}

#[test]
fn the_four_unicode_encodings_with_and_without_a_mark() {
    let text = format!("Id,UserPrincipalName,DisplayName\n{},a@x.example,Zoë 山田\n", ID[0]);
    let wide = |mark: bool, bytes: fn(u16) -> [u8; 2]| {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(bytes).collect::<Vec<u8>>()
    };
    for (bytes, encoding) in [
        (text.clone().into_bytes(), "utf-8"),
        (format!("\u{feff}{text}").into_bytes(), "utf-8-bom"),
        (wide(true, u16::to_le_bytes), "utf-16le"),
        (wide(true, u16::to_be_bytes), "utf-16be"),
        (wide(false, u16::to_le_bytes), "utf-16le"),
        (wide(false, u16::to_be_bytes), "utf-16be"),
    ] {
        let file = SourceFile { name: "u.csv".to_owned(), bytes };
        assert_eq!(tables(vec![file.clone()]).reports[0].encoding, encoding);
        assert_eq!(of(&baseline(vec![file]), &Attribute::DisplayName), [Value::text("Zoë 山田")], "{encoding}");
    }
}

#[test]
fn line_ends_of_all_kinds_in_one_file_and_blank_lines_at_its_end() {
    let text = format!(
        "Id,UserPrincipalName\r\n{},a@x.example\n{},b@x.example\r{},c@x.example\r\n\r\n\n\r",
        ID[0], ID[1], ID[2]
    );
    assert_eq!(baseline(vec![file("u.csv", &text)]).snapshot.users.len(), 3);
}

#[test]
fn a_last_line_without_its_end_is_read_with_a_warning() {
    let whole = format!("Id,UserPrincipalName,Department\n{},a@x.example,Sales", ID[0]);
    let report = tables(vec![file("u.csv", &whole)]).reports.remove(0);
    let [warning] = &report.diagnostics[..] else { panic!("{}", all(&report.diagnostics)) };
    assert_eq!((warning.code.0, warning.is_error(), report.rows_read), ("D210", false, 1));
    let origin = &warning.labels[0].origin;
    assert_eq!((origin.line, origin.column.as_deref()), (Some(2), Some("Department")));
    assert!(tables(vec![file("u.csv", &format!("{whole}\r"))]).reports[0].diagnostics.is_empty());
    let by_hand = "skuPartNumber,quantity,term\nSPE_E3,10,P1Y";
    let report = tables(vec![file("lots.csv", by_hand)]).reports.remove(0);
    assert!(report.diagnostics.is_empty(), "people end their last line as they like: {}", all(&report.diagnostics));
}

#[test]
fn every_way_of_writing_true_and_false() {
    let pairs = [
        ("True", "False"),
        ("TRUE", "FALSE"),
        ("true", "false"),
        ("1", "0"),
        ("Yes", "No"),
        ("Enabled", "Disabled"),
        ("WAHR", "FALSCH"),
        ("WAAR", "ONWAAR"),
        ("VRAI", "FAUX"),
        ("VERDADERO", "FALSO"),
        ("VERDADEIRO", "FALSO"),
        ("VERO", "FALSO"),
        ("PRAWDA", "FAŁSZ"),
        ("SANT", "FALSKT"),
        ("SAND", "FALSK"),
        ("SANN", "USANN"),
        ("TOSI", "EPÄTOSI"),
        ("IGAZ", "HAMIS"),
    ];
    for (yes, no) in pairs {
        let text =
            format!("Id,UserPrincipalName,AccountEnabled\n{},a@x.example,{yes}\n{},b@x.example,{no}\n", ID[0], ID[1]);
        let read = of(&baseline(vec![file("u.csv", &text)]), &Attribute::AccountEnabled);
        assert_eq!(read, [Value::Boolean(true), Value::Boolean(false)], "{yes} {no}");
    }
}

#[test]
fn every_way_of_writing_a_guid() {
    let plain = "4821650b-8729-40c5-89ee-61988765524e";
    for written in [
        plain.to_owned(),
        plain.to_uppercase(),
        format!("{{{}}}", plain.to_uppercase()),
        plain.replace('-', ""),
        "X'0b6521482987c54089ee61988765524e'".to_owned(),
    ] {
        let text = format!("Id,UserPrincipalName\n{written},a@x.example\n");
        assert_eq!(baseline(vec![file("u.csv", &text)]).snapshot.users.id(seatcast::directory::UserIndex(0)), plain);
    }
}

#[test]
fn an_empty_membership_file_is_a_group_without_members() {
    let users = format!("Id,UserPrincipalName\n{},a@x.example\n", ID[0]);
    let groups = format!("Id,DisplayName,GroupTypes,SecurityEnabled,MailEnabled\n{},G,,True,False\n", ID[1]);
    let members = "GroupId,GroupDisplayName,MemberId,MemberType\n";
    let all = baseline(vec![file("u.csv", &users), file("g.csv", &groups), file("m.csv", members)]);
    assert_eq!((all.snapshot.groups.len(), all.snapshot.groups[0].members.len()), (1, 0));
}

#[test]
fn groups_and_managers_that_go_round_in_a_circle() {
    let users =
        format!("Id,UserPrincipalName,Manager\n{},a@x.example,{}\n{},b@x.example,{}\n", ID[0], ID[1], ID[1], ID[0]);
    let groups = format!("Id,DisplayName,GroupTypes,AssignedLicenses\n{},G,,{E3}\n{},H,,\n", ID[2], ID[3]);
    let members =
        format!("GroupId,MemberId,MemberType\n{0},{1},group\n{1},{0},group\n{0},{2},user\n", ID[2], ID[3], ID[0]);
    let read = baseline(vec![file("u.csv", &users), file("g.csv", &groups), file("m.csv", &members)]);
    let memberships = seatcast::licensing::resolve(&read.snapshot, chrono::DateTime::UNIX_EPOCH);
    assert_eq!(read.snapshot.groups[0].members.len(), 1, "a nested group brings nobody a licence");
    assert!(memberships.diagnostics.iter().all(|finding| !finding.is_error()), "{}", all(&memberships.diagnostics));
}

#[test]
fn members_that_are_no_users_are_kept_and_take_no_licence() {
    let users = format!("Id,UserPrincipalName\n{},a@x.example\n", ID[0]);
    let groups = format!("Id,DisplayName,GroupTypes,AssignedLicenses\n{},G,,{E3}\n", ID[1]);
    let members = format!(
        "GroupId,MemberId,MemberType\n{0},{1},#microsoft.graph.user\n{0},{2},#microsoft.graph.device\n{0},{3},#microsoft.graph.servicePrincipal\n{0},55555555-5555-4555-8555-555555555555,#microsoft.graph.orgContact\n",
        ID[1], ID[0], ID[2], ID[3]
    );
    let read = baseline(vec![file("u.csv", &users), file("g.csv", &groups), file("m.csv", &members)]);
    let group = &read.snapshot.groups[0];
    assert_eq!((group.members.len(), group.other_members), (1, 3));
}

#[test]
fn a_value_of_two_hundred_kilobytes() {
    let long = "né ".repeat(66_000);
    let read = of(&baseline(one("Department", &format!("\"{long}\""))), &Attribute::Department);
    assert_eq!(read, [Value::text(&long)]);
}

#[test]
fn letters_that_windows_powershell_lost_are_warned_of() {
    let report = tables(one("DisplayName", "Elo?se")).reports.remove(0);
    assert!(report.diagnostics.iter().any(|finding| finding.code.0 == "D405"), "{}", all(&report.diagnostics));
}

/// The canonical tenant with one line of one file broken, read leniently.
fn lenient(name: &str, change: impl Fn(&str) -> String) -> (FileReport, Option<Baseline>) {
    let mut all = files("canonical");
    for file in all.iter_mut().filter(|file| file.name == name) {
        let text = String::from_utf8(std::mem::take(&mut file.bytes)).unwrap();
        let changed = change(&text);
        assert!(text != changed, "nothing is broken in {name}");
        file.bytes = changed.into_bytes();
    }
    assert!(load(all.clone()).value.is_none(), "strict reading stops at {name}");
    let options = Options { lenient: true, ..options() };
    let tables = ingest::tables(all, &options);
    let report = tables.reports.iter().find(|report| report.path == name).unwrap().clone();
    (report, ingest::baseline(&tables, &options).value)
}

#[test]
fn lenient_reading_leaves_whole_rows_out_of_every_kind_of_export() {
    let (report, read) = lenient("groups.csv", |text| text.replacen(",,false,true,", ",,perhaps,true,", 1));
    assert_eq!(
        (report.refused, report.rows_read, report.rows_rejected),
        (false, 12, 1),
        "{}",
        all(&report.diagnostics)
    );
    let groups = read.unwrap().snapshot.groups;
    let left_out = groups.iter().find(|group| &*group.id == "9a739056-0b8c-4135-a964-bfcd33b0620e").unwrap();
    assert!(left_out.licenses.is_empty() && !left_out.members.is_empty(), "half of a group is no group: {left_out:?}");

    let (report, read) = lenient("skus.csv", |text| text.replacen(",18,", ",1.8e1,", 1));
    assert_eq!((report.refused, report.rows_rejected), (false, 1), "{}", all(&report.diagnostics));
    let snapshot = read.unwrap().snapshot;
    let unknown = snapshot.skus.iter().filter(|sku| sku.prepaid.is_none()).count();
    assert_eq!(unknown, 1, "an unreadable count is unknown, not none");

    let (report, read) = lenient("memberships.csv", |text| {
        let (group, rest) = text.lines().nth(1).unwrap().split_once(',').unwrap();
        text.replacen(&format!("{group},{rest}"), &format!(",{rest}"), 1)
    });
    assert_eq!((report.refused, report.rows_read, report.rows_rejected), (false, 63, 1));
    assert!(read.is_some());
    let listed = report.diagnostics.iter().filter(|finding| finding.is_error() || finding.code.0 == "D209").count();
    assert_eq!(listed, 2, "each row and the fact: {}", all(&report.diagnostics));
}

#[test]
fn settings_are_never_read_in_part() {
    let mut all = files("canonical");
    all.push(file("seatcast.toml", "horizon = \"soon\nx = ["));
    let options = Options { lenient: true, ..options() };
    let tables = ingest::tables(all, &options);
    assert!(tables.has_refused() && ingest::baseline(&tables, &options).value.is_none());
}
