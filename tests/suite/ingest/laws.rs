//! What holds for any bytes and any order of rows.

use proptest::prelude::*;
use seatcast::directory::Attribute;
use seatcast::ingest::SourceFile;

use super::{file, files, load, tables};

/// Reads bytes as a file among others, all the way to a baseline.
fn survive(name: &str, bytes: Vec<u8>) {
    let mut all = files("canonical");
    all.retain(|file| file.name != name);
    all.push(SourceFile { name: name.to_owned(), bytes });
    let read = tables(all);
    for report in &read.reports {
        for label in report.diagnostics.iter().flat_map(|finding| &finding.labels) {
            assert!(label.text.get(label.span.clone()).is_some(), "a span outside its text: {label:?}");
        }
        assert!(
            !report.refused || report.diagnostics.iter().any(|finding| finding.is_error()),
            "refused without a reason"
        );
    }
    let _ = seatcast::ingest::baseline(&read, &super::options());
}

/// A header and cells of the kinds that exports hold, joined and broken in any way.
fn csv_like() -> impl Strategy<Value = String> {
    let header = prop::sample::select(vec![
        "id,userPrincipalName,accountEnabled,createdDateTime,assignedLicenses,licenseAssignmentPaths,manager",
        "Id;UserPrincipalName;AccountEnabled;EmployeeHireDate;AssignedLicenses;ProxyAddresses;Department",
        "id,displayName,groupTypes,membershipRule,assignedLicenses,createdDateTime,selfService",
        "groupId,memberId,memberType,x,y,z,w",
        "skuId,skuPartNumber,enabled,warning,suspended,lockedOut,consumedUnits",
        "subscriptionId,skuId,quantity,startDate,term,renewalDate,autoRenew",
        "skuId,listPrice,contractedPrice,currency,validFrom,a,b",
        "Report Refresh Date,User Principal Name,Assigned Products,Is Deleted,Exchange Last Activity Date,x,y",
        "DN,objectClass,objectGUID,userAccountControl,accountExpires,sAMAccountName,userPrincipalName",
    ]);
    let cell = prop_oneof![
        Just(String::new()),
        Just("\"\"".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
        "[0-9]{1,20}",
        "[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( [AP]M)?)?",
        Just("05e9a617-0261-4cee-bb44-138d3ef5d965".to_owned()),
        Just("{05E9A617-0261-4CEE-BB44-138D3EF5D965}".to_owned()),
        Just("X'0b6521482987c54089ee61988765524e'".to_owned()),
        Just("System.Object[]".to_owned()),
        Just("true".to_owned()),
        Just("\"a\nb\"\"c\"".to_owned()),
        Just("\"open".to_owned()),
    ];
    let rows = prop::collection::vec(prop::collection::vec(cell, 6..8), 0..6);
    (header, rows, prop::sample::select(vec!["\n", "\r\n", "\r"])).prop_map(|(header, rows, end)| {
        let delimiter = if header.contains(';') { ";" } else { "," };
        let lines = rows.into_iter().map(|cells| cells.join(delimiter));
        std::iter::once(header.to_owned()).chain(lines).collect::<Vec<_>>().join(end)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survive("users.csv", bytes);
    }

    #[test]
    fn any_cells_are_read_or_refused(text in csv_like()) {
        survive("other.csv", text.into_bytes());
    }

    #[test]
    fn any_settings_are_read_or_refused(text in "(\\[[a-z\"-]{0,12}\\]\n|[a-z-]{1,12} ?= ?[\"0-9a-z.%/\\[\\]{}, ]{0,16}\n){0,6}") {
        survive("seatcast.toml", text.into_bytes());
    }

    #[test]
    fn a_damaged_export_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut users = files("canonical").into_iter().find(|file| file.name == "users.csv").unwrap().bytes;
        let at = at.index(users.len());
        if cut { users.truncate(at) } else { users[at] = byte }
        survive("users.csv", users);
    }

    #[test]
    fn the_order_of_rows_never_matters(seed in any::<u64>()) {
        let mut all = files("graph-powershell");
        let first = load(all.clone()).value.unwrap();
        for file in &mut all {
            if file.name.contains("Groups") {
                continue; // A rule of three lines: rows are not lines there.
            }
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            // A street in the users file may hold a line end; only files of one line a row are shuffled.
            if lines.iter().any(|line| line.matches('"').count() % 2 == 1) {
                continue;
            }
            let mut state = seed | 1;
            for at in (2..lines.len()).rev() {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                lines.swap(at, 1 + (state >> 33) as usize % at);
            }
            file.bytes = lines.join("\r\n").into_bytes();
        }
        let mut again = load(all).value.unwrap();
        for (group, known) in again.snapshot.groups.iter_mut().zip(&first.snapshot.groups) {
            group.origin = known.origin.clone();
        }
        prop_assert_eq!(first.snapshot, again.snapshot);
    }
}

/// A file of several stretches that are read side by side, with line ends inside quotes wherever a stretch may begin.
#[test]
fn a_large_file_is_read_as_one_reader_would() {
    let mut text = "\"Id\",\"UserPrincipalName\",\"StreetAddress\",\"Department\"\n".to_owned();
    let street = "\nGate 3, \"\"East\"\"\n".repeat(120);
    let rows = 4000;
    for row in 0..rows {
        let street = if row % 3 == 0 { "" } else { street.as_str() };
        text.push_str(&format!(
            "\"{row:08x}-1111-4111-8111-111111111111\",\"u{row}@x.example\",\"{street}\",\"D{}\"\n",
            row % 7
        ));
    }
    assert!(text.len() > 5 << 20, "{} bytes are one stretch", text.len());
    let read = load(vec![file("u.csv", &text)]);
    let snapshot = read.value.unwrap().snapshot;
    assert_eq!(snapshot.users.len(), rows);
    for user in snapshot.users.indexes() {
        let department = snapshot.users.text(user, &Attribute::Department).unwrap();
        assert_eq!(department, format!("D{}", user.0 % 7));
        // Texts of a file this large stand in it and are not copied, but for those that read otherwise than they are written.
        let (id, name) = (format!("{:08x}-1111-4111-8111-111111111111", user.0), format!("u{}@x.example", user.0));
        assert_eq!(snapshot.users.id(user), id);
        assert_eq!(snapshot.users.text(user, &Attribute::UserPrincipalName), Some(name.as_str()));
        let street = if user.0 % 3 == 0 { String::new() } else { "\nGate 3, \"East\"\n".repeat(120) };
        assert_eq!(snapshot.users.text(user, &Attribute::StreetAddress), Some(street.as_str()));
    }
    let broken = text.replacen("\"u3999@x.example\",", "\"u3999@x.example\",extra,", 1);
    let report = tables(vec![file("u.csv", &broken)]).reports.remove(0);
    let line = broken[..broken.find("extra").unwrap()].matches('\n').count() as u64 + 1;
    assert_eq!(
        report.diagnostics[0].labels[0].origin.line,
        Some(line),
        "the physical line, after line ends inside quotes"
    );
}
