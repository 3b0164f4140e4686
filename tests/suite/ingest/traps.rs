//! Each trap of the export formats, and what happens in it.

use super::{all, file, load, shown, tables};
use seatcast::diagnostic::Severity;
use seatcast::directory::{Attribute, GroupKind, LicenseSource, SelfService, Value};
use seatcast::ingest::{FileReport, SourceFile};
use seatcast::scenario::Baseline;

const ID: [&str; 4] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
    "44444444-4444-4444-8444-444444444444",
];

fn baseline(files: Vec<SourceFile>) -> Baseline {
    let read = load(files);
    let findings = all(&read.diagnostics);
    read.value.unwrap_or_else(|| panic!("{findings}"))
}

fn report(name: &str, text: &str) -> FileReport {
    tables(vec![file(name, text)]).reports.remove(0)
}

/// The file is refused with this code at this line and column.
fn refused(text: &str, code: &str, line: Option<u64>, column: Option<&str>) -> String {
    refused_bytes(text.as_bytes(), code, line, column)
}

fn refused_bytes(bytes: &[u8], code: &str, line: Option<u64>, column: Option<&str>) -> String {
    let file = SourceFile { name: "users.csv".to_owned(), bytes: bytes.to_vec() };
    let report = tables(vec![file]).reports.remove(0);
    let findings = all(&report.diagnostics);
    assert!(report.refused, "not refused: {findings}");
    let finding = report.diagnostics.iter().find(|finding| finding.code.0 == code);
    let finding = finding.unwrap_or_else(|| panic!("no {code} in {findings}"));
    assert_eq!(finding.severity, Severity::Error);
    let origin = &finding.labels[0].origin;
    assert_eq!((origin.line, origin.column.as_deref()), (line, column), "{findings}");
    assert!(finding.help.is_some() || code == "D400" || code == "D404", "no way out in {findings}");
    shown(finding)
}

fn value(baseline: &Baseline, id: &str, attribute: &Attribute) -> Value {
    let users = &baseline.snapshot.users;
    let user = users.indexes().find(|user| users.id(*user) == id).unwrap();
    users.value(user, attribute).to_value()
}

fn skus_of(baseline: &Baseline, id: &str) -> Vec<String> {
    let snapshot = &baseline.snapshot;
    let of = snapshot.assigned.iter().filter(|license| snapshot.users.id(license.user) == id);
    of.map(|license| snapshot.sku(license.sku).sku_part_number.to_string()).collect()
}

const M365: &str =
    "Display name,User principal name,Object Id,Block credential,Licenses,Proxy addresses,Soft deletion time stamp\r\n";

// --- 2.1: the numbered traps of the Microsoft 365 admin center ---

#[test]
fn trap_1_a_product_name_holds_a_plus() {
    let text = format!(
        "{M365}A,a@x.example,{},False,Microsoft 365 E3+Enterprise Mobility + Security E5,,\r\nB,b@x.example,{},False,Unlicensed,,\r\n",
        ID[0], ID[1]
    );
    let baseline = baseline(vec![file("u.csv", &text)]);
    assert_eq!(skus_of(&baseline, ID[0]), ["SPE_E3", "EMSPREMIUM"]);
    assert!(skus_of(&baseline, ID[1]).is_empty());
}

#[test]
fn trap_2_a_localised_name_is_reported_and_kept() {
    let text = format!("{M365}A,a@x.example,{},False,Microsoft 365 E3+Microsoft Fabric (Gratis),,\r\n", ID[0]);
    let report = report("u.csv", &text);
    assert!(!report.refused);
    let finding = report.diagnostics.iter().find(|finding| finding.code.0 == "D406").unwrap();
    assert!(finding.message.contains("microsoft fabric (gratis)"), "{}", finding.message);
    assert_eq!(skus_of(&baseline(vec![file("u.csv", &text)]), ID[0]).len(), 2);
}

#[test]
fn trap_3_an_address_holds_a_plus() {
    let text = format!("{M365}A,a@x.example,{},False,Unlicensed,SMTP:a@x.example+smtp:care+nl@x.example,\r\n", ID[0]);
    let baseline = baseline(vec![file("u.csv", &text)]);
    let expected = Value::Texts(vec!["SMTP:a@x.example".into(), "smtp:care+nl@x.example".into()]);
    assert_eq!(value(&baseline, ID[0], &Attribute::ProxyAddresses), expected);
}

#[test]
fn trap_4_soft_deleted_rows_are_left_out_and_counted() {
    let text = format!(
        "{M365}A,a@x.example,{},False,Unlicensed,,\r\nB,b@x.example,{},True,Microsoft 365 E3,,2026-11-01 10:00:00Z\r\n",
        ID[0], ID[1]
    );
    let read = load(vec![file("u.csv", &text)]);
    assert!(read.diagnostics.iter().any(|finding| finding.code.0 == "D509"), "{}", all(&read.diagnostics));
    let snapshot = read.value.unwrap().snapshot;
    assert_eq!((snapshot.users.len(), snapshot.assigned.len()), (1, 0));
}

#[test]
fn trap_5_a_shifted_row_is_found_by_its_field_count() {
    let text =
        format!("{M365}A,a@x.example,{},False,Unlicensed,,\r\nB,b@x.example,{},False,Unlicensed,\r\n", ID[0], ID[1]);
    let message = refused(&text, "D200", Some(3), None);
    assert!(message.ends_with("found 6 fields, header has 7"), "{message}");
}

#[test]
fn block_credential_is_account_enabled_the_other_way_round() {
    let text =
        format!("{M365}A,a@x.example,{},WAHR,Unlicensed,,\r\nB,b@x.example,{},FALSCH,Unlicensed,,\r\n", ID[0], ID[1]);
    let baseline = baseline(vec![file("u.csv", &text)]);
    assert_eq!(value(&baseline, ID[0], &Attribute::AccountEnabled), Value::Boolean(false));
    assert_eq!(value(&baseline, ID[1], &Attribute::AccountEnabled), Value::Boolean(true));
}

// --- 2.3: the Entra portal hardly escapes ---

#[test]
fn quotes_inside_a_bare_field_stand_as_they_are() {
    let text = format!(
        "userPrincipalName,displayName,id,userType,accountEnabled\r\na@x.example,Jan \"Jay\" Jong,{},Member,True\r\nb@x.example,=3+1,{},Guest,True\r\n",
        ID[0], ID[1]
    );
    let baseline = baseline(vec![file("u.csv", &text)]);
    assert_eq!(value(&baseline, ID[0], &Attribute::DisplayName), Value::text("Jan \"Jay\" Jong"));
    assert_eq!(value(&baseline, ID[1], &Attribute::DisplayName), Value::text("=3+1"), "a formula is data inside");
}

#[test]
fn an_unquoted_comma_shifts_a_row_and_refuses_the_file() {
    let text = format!(
        "userPrincipalName,displayName,id,userType,accountEnabled\na@x.example,Pennington, Gareth,{},Member,True\n",
        ID[0]
    );
    refused(&text, "D200", Some(2), None);
}

// --- 2.4, 2.5: portal groups and members ---

#[test]
fn a_members_file_without_a_group_is_refused_and_can_be_told() {
    let text = format!("id,userPrincipalName,displayName,objectType\n{},a@x.example,A,user\n", ID[0]);
    let refused = report("exportGroupMembers_2026-9-28.csv", &text);
    assert!(refused.refused && refused.diagnostics[0].code.0 == "D304");
    assert!(refused.diagnostics[0].help.as_deref().unwrap().contains("--group"));
    let named = report("exportGroupMembers_2026-9-28-GG_FIN_READ.csv", &text);
    assert!(!named.refused, "{}", all(&named.diagnostics));
    let copy = report("exportGroupMembers_2026-9-28 (1).csv", &text);
    assert!(copy.refused, "the number of a browser is no group");
}

#[test]
fn a_portal_group_export_has_no_rules_and_says_so() {
    let users = format!("id,userPrincipalName,userType,accountEnabled\n{},a@x.example,Member,True\n", ID[0]);
    let groups = format!("id,displayName,groupType,membershipType,source\n{},G,Security,Dynamic,Cloud\n", ID[1]);
    let read = load(vec![file("u.csv", &users), file("g.csv", &groups)]);
    assert!(read.diagnostics.iter().any(|finding| finding.code.0 == "D308"));
    let group = &read.value.unwrap().snapshot.groups[0];
    assert!(group.is_dynamic() && group.rule().is_none() && group.kind == GroupKind::Security);
}

// --- 2.7, 2.11: PowerShell ---

#[test]
fn a_column_that_is_blank_throughout_was_not_asked_for() {
    let text =
        format!("\"Id\",\"UserPrincipalName\",\"Department\",\"JobTitle\"\n\"{}\",\"a@x.example\",,\"\"\n", ID[0]);
    let report = report("u.csv", &text);
    assert_eq!(report.not_asked_for, ["Department"]);
    let baseline = baseline(vec![file("u.csv", &text)]);
    assert_eq!(value(&baseline, ID[0], &Attribute::Department), Value::NotInFile, "not empty for everybody");
    assert_eq!(value(&baseline, ID[0], &Attribute::JobTitle), Value::text(""), "empty text is a value");
}

#[test]
fn the_four_states_of_an_attribute() {
    let text = format!(
        "\"Id\",\"UserPrincipalName\",\"Department\"\n\"{}\",\"a@x.example\",\"Sales\"\n\"{}\",\"b@x.example\",\"\"\n\"{}\",\"c@x.example\",\n\"{}\",\"d@x.example\",\"System.Object[]\"\n",
        ID[0], ID[1], ID[2], ID[3]
    );
    let baseline = baseline(vec![file("u.csv", &text)]);
    let department = |id| value(&baseline, id, &Attribute::Department);
    assert_eq!(department(ID[0]), Value::text("Sales"));
    assert_eq!(department(ID[1]), Value::text(""));
    assert_eq!(department(ID[2]), Value::Null);
    assert_eq!(department(ID[3]), Value::NotInFile);
    assert_eq!(value(&baseline, ID[0], &Attribute::City), Value::NotInFile);
}

#[test]
fn placeholders_are_unknown_and_warned_of_once_a_column() {
    let placeholders = [
        "System.Object[]",
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphAssignedLicense[]",
        "System.Collections.Generic.Dictionary`2[System.String,System.Object]",
        "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
        "@{SkuId=x}",
        "[object Object]",
    ];
    for placeholder in placeholders {
        let text = format!("Id,UserPrincipalName,AssignedLicenses\n{},a@x.example,\"{placeholder}\"\n", ID[0]);
        let report = report("u.csv", &text);
        let warnings = report.diagnostics.iter().filter(|finding| finding.code.0 == "D306").count();
        assert_eq!((report.refused, warnings), (false, 1), "{placeholder}: {}", all(&report.diagnostics));
        let snapshot = baseline(vec![file("u.csv", &text)]).snapshot;
        assert!(!snapshot.assignments_exported, "{placeholder} is not “no licence”");
    }
    let text = format!("Id,UserPrincipalName,Department\n{},a@x.example,Microsoft Office team\n", ID[0]);
    assert_eq!(
        value(&baseline(vec![file("u.csv", &text)]), ID[0], &Attribute::Department),
        Value::text("Microsoft Office team")
    );
}

#[test]
fn an_sku_file_without_capacity_is_refused() {
    let text = "SkuId,SkuPartNumber,ConsumedUnits,PrepaidUnits\n05e9a617-0261-4cee-bb44-138d3ef5d965,SPE_E3,17,Microsoft.Graph.PowerShell.Models.MicrosoftGraphLicenseUnitsDetail\n";
    refused(text, "D302", Some(2), Some("PrepaidUnits"));
}

#[test]
fn several_licences_in_one_column_by_msonline() {
    let text = "UserPrincipalName,isLicensed,BlockCredential,Licenses\na@x.example,True,False,tenant:SPE_E3\nb@x.example,True,False,System.Object[]\nc@x.example,True,False,\"tenant:SPE_E3, tenant:POWER_BI_PRO\"\n";
    let baseline = baseline(vec![file("u.csv", text)]);
    assert_eq!(skus_of(&baseline, "a@x.example"), ["SPE_E3"]);
    assert!(skus_of(&baseline, "b@x.example").is_empty());
    assert_eq!(skus_of(&baseline, "c@x.example"), ["SPE_E3", "POWER_BI_PRO"]);
}

#[test]
fn licences_are_split_by_what_resolves() {
    let (e3, bi) = ("05e9a617-0261-4cee-bb44-138d3ef5d965", "f8a1db68-be16-40ed-86d5-cb42ce701560");
    for separator in [";", ",", ", ", "|", " ", "+"] {
        let text = format!("Id,UserPrincipalName,AssignedLicenses\n{},a@x.example,\"{e3}{separator}{bi}\"\n", ID[0]);
        assert_eq!(skus_of(&baseline(vec![file("u.csv", &text)]), ID[0]), ["SPE_E3", "POWER_BI_PRO"], "{separator:?}");
    }
    let text = format!("Id,UserPrincipalName,Licenses\n{},a@x.example,Enterprise Mobility + Security E5\n", ID[0]);
    assert_eq!(skus_of(&baseline(vec![file("u.csv", &text)]), ID[0]), ["EMSPREMIUM"], "a known name is one value");
}

#[test]
fn licence_paths_are_kept() {
    let e3 = "05e9a617-0261-4cee-bb44-138d3ef5d965";
    let users = format!(
        "Id,UserPrincipalName,AssignedLicenses,LicenseAssignmentPaths\n{},a@x.example,{e3},{e3}=direct;{e3}=group:{}\n",
        ID[0], ID[1]
    );
    let groups = format!("Id,DisplayName,GroupTypes,AssignedLicenses\n{},G,,{e3}\n", ID[1]);
    let snapshot = baseline(vec![file("u.csv", &users), file("g.csv", &groups)]).snapshot;
    let sources: Vec<LicenseSource> = snapshot.assigned.iter().map(|license| license.source).collect();
    assert!(matches!(sources[..], [LicenseSource::Direct, LicenseSource::Group(_)]), "{sources:?}");
}

// --- 2.9: AD DS ---

#[test]
fn ad_rows_join_by_immutable_id_and_by_sid_and_never_by_name() {
    let cloud = format!(
        "Id,UserPrincipalName,DisplayName,OnPremisesImmutableId,OnPremisesSecurityIdentifier,Department\n{},a@x.example,Same Name,C2UhSCmHxUCJ7mGYh2VSTg==,,Sales\n{},b@x.example,Other,,S-1-5-21-1-2-3-1102,\n{},c@x.example,Same Name,,,\n",
        ID[0], ID[1], ID[2]
    );
    let ad = "DistinguishedName,SamAccountName,Enabled,ObjectGUID,SID,DisplayName,Department,extensionAttribute1\n\
        \"CN=A,DC=x\",a,True,4821650b-8729-40c5-89ee-61988765524e,S-1-5-21-1-2-3-1101,Same Name,Research,X1\n\
        \"CN=B,DC=x\",b,True,58990050-41c2-4856-b602-a36e70d655a7,S-1-5-21-1-2-3-1102,Same Name,Research,X2\n\
        \"CN=D,DC=x\",d,True,58990050-41c2-4856-b602-a36e70d655a8,S-1-5-21-1-2-3-1109,Same Name,Research,X3\n";
    let read = load(vec![file("ad.csv", ad), file("cloud.csv", &cloud)]);
    assert!(read.diagnostics.iter().any(|finding| finding.code.0 == "D503"), "{}", all(&read.diagnostics));
    let baseline = read.value.unwrap();
    assert_eq!(baseline.snapshot.users.len(), 3, "an account of AD DS alone is no cloud user");
    let extension = |id| value(&baseline, id, &Attribute::ExtensionAttribute(1));
    assert_eq!((extension(ID[0]), extension(ID[1])), (Value::text("X1"), Value::text("X2")));
    assert_eq!(extension(ID[2]), Value::NotInFile, "display names join nobody");
    assert_eq!(
        value(&baseline, ID[0], &Attribute::Department),
        Value::text("Sales"),
        "rules look at the cloud's value"
    );
}

#[test]
fn ad_account_flags_and_expiry() {
    let csvde = "DN,objectClass,sAMAccountName,userPrincipalName,objectGUID,userAccountControl,accountExpires,department\n\
        \"CN=A,DC=x\",user,a,a@x.example,X'0b6521482987c54089ee61988765524e',514,134326944000000000,X'47c3b372736b69'\n\
        \"CN=B,DC=x\",user,b,b@x.example,X'50009958c2415648b602a36e70d655a7',66048,9223372036854775807,IT\n\
        \"CN=PC,DC=x\",computer,pc$,,X'50009958c2415648b602a36e70d655a8',4096,0,\n";
    let baseline = baseline(vec![file("csvde.csv", csvde)]);
    assert_eq!(baseline.snapshot.users.len(), 2, "a computer is no user");
    assert_eq!(value(&baseline, "a@x.example", &Attribute::AccountEnabled), Value::Boolean(false));
    assert_eq!(value(&baseline, "b@x.example", &Attribute::AccountEnabled), Value::Boolean(true));
    assert_eq!(value(&baseline, "a@x.example", &Attribute::Department), Value::text("Górski"));
    assert_eq!(
        value(&baseline, "a@x.example", &Attribute::OnPremisesImmutableId),
        Value::text("C2UhSCmHxUCJ7mGYh2VSTg==")
    );
    let Value::Instant(last) = value(&baseline, "a@x.example", &Attribute::EmployeeLeaveDateTime) else {
        panic!("no date")
    };
    assert_eq!(last.date_naive().to_string(), "2026-08-31", "the expiry is the day after the last one");
    assert_eq!(value(&baseline, "b@x.example", &Attribute::EmployeeLeaveDateTime), Value::Null, "never");
}

// --- 2.10: usage reports ---

#[test]
fn a_concealed_report_is_refused_and_the_setting_is_named() {
    let text = "Report Refresh Date,User Principal Name,Exchange Last Activity Date,Assigned Products\n2026-11-18,B97593203CEE6319E8061CBB0CC10F93,2026-11-17,MICROSOFT 365 E5\n";
    let message = refused(text, "D303", Some(2), Some("User Principal Name"));
    assert!(message.contains("displayConcealedNames"));
}

#[test]
fn the_latest_of_the_activity_dates_counts_and_blank_is_none() {
    let users = format!("Id,UserPrincipalName\n{},a@x.example\n{},b@x.example\n", ID[0], ID[1]);
    let activity = "Report Refresh Date,User Principal Name,Is Deleted,Exchange Last Activity Date,Teams Last Activity Date,Assigned Products\n\
        2026-11-18,A@x.example,False,2026-10-01,2026-11-02,MICROSOFT 365 E3\n2026-11-18,b@x.example,False,,,\n2026-11-18,gone@x.example,True,,,\n";
    let baseline = baseline(vec![file("a.csv", activity), file("u.csv", &users)]);
    assert_eq!(baseline.snapshot.users.len(), 2, "a report adds nobody");
    let Value::Instant(at) = value(&baseline, ID[0], &Attribute::LastActivityDate) else { panic!("no date") };
    assert_eq!(at.date_naive().to_string(), "2026-11-02");
    assert_eq!(value(&baseline, ID[1], &Attribute::LastActivityDate), Value::Null);
    assert_eq!(baseline.today.to_string(), "2026-11-18", "the report says its day");
    assert_eq!(skus_of(&baseline, ID[0]), ["SPE_E3"]);
}

// --- 4: meaning ---

#[test]
fn an_external_member_is_no_guest_and_a_guest_may_have_a_plain_name() {
    let text = format!(
        "id,userPrincipalName,userType,accountEnabled\n{},x_p.example#EXT#@t.example,Member,True\n{},guest@t.example,Guest,True\n{},old@t.example,,True\n",
        ID[0], ID[1], ID[2]
    );
    let snapshot = baseline(vec![file("u.csv", &text)]).snapshot;
    let guests: Vec<bool> = snapshot.users.indexes().map(|user| snapshot.users.is_guest(user)).collect();
    assert_eq!(guests, [false, true, false]);
}

#[test]
fn what_nobody_can_join_is_not_eligible_for_self_service() {
    let check = |mail: &str,
                 security: &str,
                 types: &str,
                 visibility: &str,
                 role: &str,
                 synced: &str,
                 expected: SelfService| {
        let users = format!("Id,UserPrincipalName\n{},a@x.example\n", ID[0]);
        let header = "Id,DisplayName,MailEnabled,SecurityEnabled,GroupTypes,MembershipRule,Visibility,IsAssignableToRole,OnPremisesSyncEnabled";
        let groups = format!(
            "{header}\n{},G,{mail},{security},{types},,{visibility},{role},{synced}\n{},H,False,True,x,x,Private,True,True\n",
            ID[1], ID[2]
        );
        let snapshot = baseline(vec![file("u.csv", &users), file("g.csv", &groups)]).snapshot;
        assert_eq!(snapshot.groups[0].self_service, expected, "{mail} {security} {types} {visibility} {role} {synced}");
    };
    check("True", "False", "Unified", "Public", "", "", SelfService::Open);
    check("True", "False", "Unified", "Private", "", "", SelfService::Approval);
    check("True", "False", "Unified", "HiddenMembership", "", "", SelfService::Approval);
    check("True", "False", "Unified;DynamicMembership", "Public", "", "", SelfService::No);
    check("True", "False", "Unified", "Public", "True", "", SelfService::No);
    check("False", "True", "", "", "", "", SelfService::Unknown);
    check("False", "True", "", "", "", "True", SelfService::No);
    check("True", "True", "", "", "", "", SelfService::No);
    check("True", "False", "", "", "", "", SelfService::No);
}

#[test]
fn duplicates_that_agree_are_one_user_and_that_disagree_are_an_error() {
    let text = |department: &str| {
        format!(
            "Id,UserPrincipalName,Department\n{0},a@x.example,Sales\n{1},b@x.example,IT\n{0},a@x.example,{department}\n",
            ID[0], ID[1]
        )
    };
    let agree = load(vec![file("u.csv", &text("Sales"))]);
    assert!(agree.diagnostics.iter().any(|finding| finding.code.0 == "D500" && !finding.is_error()));
    assert_eq!(agree.value.unwrap().snapshot.users.len(), 2);
    let disagree = load(vec![file("u.csv", &text("HR"))]);
    assert!(disagree.value.is_none());
    let finding = disagree.diagnostics.iter().find(|finding| finding.code.0 == "D501").unwrap();
    assert!(finding.message.contains("lines 2 and 4") && finding.message.contains("Department"), "{}", finding.message);
}

#[test]
fn the_later_file_wins_and_the_difference_is_listed() {
    let first = format!("Id,UserPrincipalName,Department\n{},a@x.example,Sales\n", ID[0]);
    let second = format!(
        "id,userPrincipalName,userType,accountEnabled,department\n{},a@x.example,Member,True,HR\n",
        ID[0].to_uppercase()
    );
    let read = load(vec![file("1.csv", &first), file("2.csv", &second)]);
    assert!(read.diagnostics.iter().any(|finding| finding.code.0 == "D502"), "{}", all(&read.diagnostics));
    let baseline = read.value.unwrap();
    assert_eq!(baseline.snapshot.users.len(), 1, "ids join in any letter case");
    assert_eq!(value(&baseline, ID[0], &Attribute::Department), Value::text("HR"));
}

#[test]
fn null_words_are_text_and_namibia_is_a_country() {
    let text = format!("Id,UserPrincipalName,UsageLocation,Department,City\n{},a@x.example,NA,N/A,NULL\n", ID[0]);
    let baseline = baseline(vec![file("u.csv", &text)]);
    assert_eq!(value(&baseline, ID[0], &Attribute::UsageLocation), Value::text("NA"));
    assert_eq!(value(&baseline, ID[0], &Attribute::Department), Value::text("N/A"));
    assert_eq!(value(&baseline, ID[0], &Attribute::City), Value::text("NULL"));
}

// --- 6.3: what must be refused, and where it says so ---

#[test]
fn what_is_no_csv_is_named() {
    for (bytes, what) in [
        (&b"%PDF-1.7\n%..."[..], "a PDF"),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\x1f\x8b\x08rest", "a gzip"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"  {\"value\":[]}", "JSON"),
        (b"[{}]", "JSON"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel"),
    ] {
        let message = refused_bytes(bytes, "D101", None, None);
        assert!(message.contains(what), "{message}");
    }
    refused("", "D100", None, None);
    refused(" \r\n ", "D100", None, None);
}

#[test]
fn broken_bytes_are_named_with_their_line() {
    refused_bytes(b"Id,UserPrincipalName\n1,Elo\xefse\n", "D103", Some(2), None);
    refused_bytes(b"Id,UserPrincipalName\n1,a\0b\n", "D104", Some(2), None);
    refused_bytes(b"\xff\xfeI\0d\0\n\0a", "D105", Some(2), None);
    refused_bytes(b"\xff\xfeI\0d\0\n\0\x00\xd8x\0", "D105", Some(2), None);
    refused_bytes(b"\xff\xfe\0\0I\0\0\0", "D103", None, None);
}

#[test]
fn a_code_page_is_read_only_when_it_is_named() {
    let bytes = format!("Id,UserPrincipalName,DisplayName\n{},a@x.example,Zo\u{0}\n", ID[0]).into_bytes();
    let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte == 0 { 0xeb } else { byte }).collect();
    let file = || vec![SourceFile { name: "u.csv".to_owned(), bytes: bytes.clone() }];
    let help = tables(file()).reports[0].diagnostics[0].help.clone().unwrap();
    assert!(help.contains("windows-1252") && help.contains('ë'), "{help}");
    let options = seatcast::ingest::Options { encoding: Some("windows-1252".to_owned()), ..super::options() };
    let tables = seatcast::ingest::tables(file(), &options);
    assert_eq!(tables.reports[0].encoding, "windows-1252");
    let baseline = seatcast::ingest::baseline(&tables, &options).value.unwrap();
    assert_eq!(value(&baseline, ID[0], &Attribute::DisplayName), Value::text("Zoë"));
}

#[test]
fn records_that_are_broken_are_named_with_their_line() {
    let head = "Id,UserPrincipalName,Department\n";
    let row = |at: usize| format!("{},a{at}@x.example,Sales\n", ID[at]);
    refused(&format!("{head}{}{}", row(0), &row(1)[..20]), "D200", Some(3), None);
    refused(&format!("{head}{}{},\"a@x.example,Sales\n", row(0), ID[1]), "D201", Some(3), Some("UserPrincipalName"));
    refused(&format!("{head}{}{},\"a\"x,Sales\n", row(0), ID[1]), "D202", Some(3), Some("UserPrincipalName"));
    refused("Id,UserPrincipalName,Department,department\n1,2,3,4\n", "D203", Some(1), Some("department"));
    refused(&format!("{head}{}{head}{}", row(0), row(1)), "D204", Some(3), None);
    refused(&format!("{head}{}#TYPE X,,\n", row(0)), "D204", Some(3), None);
    refused(&format!("{head}{}\u{feff}{}", row(0), row(1)), "D204", Some(3), None);
    refused(head, "D205", None, None);
    refused(&format!("{}\n", vec!["a"; 5000].join(",")), "D206", Some(1), None);
    refused(&format!("{head}{},\"{}\",x\n", ID[0], "y".repeat(1 << 21)), "D207", Some(2), Some("UserPrincipalName"));
    refused("#TYPE Microsoft.PowerShell.Commands.Internal.Format.FormatStartData\n\"a\"\n", "D208", Some(1), None);
}

#[test]
fn the_line_of_a_record_counts_the_lines_inside_quotes() {
    let text = format!(
        "#TYPE Selected.X\r\n\"Id\",\"UserPrincipalName\",\"StreetAddress\",\"AccountEnabled\"\r\n\"{}\",\"a@x.example\",\"Street 7\r\nGate 3\",\"True\"\r\n\"{}\",\"b@x.example\",\"\",\"maybe\"\r\n",
        ID[0], ID[1]
    );
    refused(&text, "D400", Some(5), Some("AccountEnabled"));
}

#[test]
fn values_that_cannot_be_read_are_named_with_line_and_column() {
    let users = |column: &str, value: &str| format!("Id,UserPrincipalName,{column}\n{},a@x.example,{value}\n", ID[0]);
    refused(&users("AccountEnabled", "ja"), "D400", Some(2), Some("AccountEnabled"));
    refused(&users("CreatedDateTime", "yesterday"), "D401", Some(2), Some("CreatedDateTime"));
    refused(&users("CreatedDateTime", "31.02.2026"), "D401", Some(2), Some("CreatedDateTime"));
    refused("Id,UserPrincipalName,Department\nnot-a-guid,a@x.example,IT\n", "D404", Some(2), Some("Id"));
    let skus = |units: &str| {
        format!("SkuId,SkuPartNumber,ConsumedUnits,Enabled\n05e9a617-0261-4cee-bb44-138d3ef5d965,SPE_E3,1,{units}\n")
    };
    for units in ["10.000", "\"10,000\"", "-1", "1e3", "many"] {
        refused(&skus(units), "D403", Some(2), Some("Enabled"));
    }
}

#[test]
fn an_unknown_or_localised_header_is_refused_with_the_nearest_source() {
    let report = report("u.csv", "Benutzerprinzipalname,Anzeigename\na@x.example,A\n");
    assert!(report.refused && report.diagnostics[0].code.0 == "D300");
    let help = report.diagnostics[0].help.as_deref().unwrap();
    assert!(help.contains("localised") && help.contains("--source"), "{help}");
}

#[test]
fn a_file_of_another_kind_than_told_is_refused_with_its_kind() {
    let groups = format!("id,displayName,groupType,membershipType\n{},G,Security,Assigned\n", ID[0]);
    let source = seatcast::ingest::Source::from_id("entra-users").unwrap();
    let options = seatcast::ingest::Options { sources: [("g.csv".to_owned(), source)].into(), ..super::options() };
    let report = &seatcast::ingest::tables(vec![file("g.csv", &groups)], &options).reports[0];
    assert!(report.refused && report.diagnostics[0].help.as_deref().unwrap().contains("an Entra groups export"));
}

// --- 3: lines and delimiters ---

#[test]
fn delimiters_line_ends_and_preambles() {
    let expected = Value::text("a; b, c");
    for (delimiter, end) in [(",", "\n"), (";", "\r\n"), ("\t", "\r"), (",", "\r")] {
        for preamble in ["", "\u{feff}", "#TYPE Selected.System.Object\n", "sep=X\n"] {
            let preamble = preamble.replace('X', delimiter);
            let row = |cells: [&str; 3]| format!("{}{end}", cells.map(|cell| format!("\"{cell}\"")).join(delimiter));
            let text = format!(
                "{preamble}{}{}",
                row(["Id", "UserPrincipalName", "Department"]),
                row([ID[0], "a@x.example", "a; b, c"])
            );
            let baseline = baseline(vec![file("u.csv", text.trim_end())]);
            assert_eq!(value(&baseline, ID[0], &Attribute::Department), expected, "{text:?}");
        }
    }
    let excel = format!("Id,UserPrincipalName,Department,,,\n{},a@x.example,IT,,,\n,,,,,\n", ID[0]);
    let report = report("u.csv", &excel.replace(",,,,,\n", ""));
    assert!(!report.refused, "{}", all(&report.diagnostics));
}

#[test]
fn numbers_that_a_spreadsheet_shortened_are_told() {
    let text = format!(
        "Id,UserPrincipalName,EmployeeId,MobilePhone\n{},a@x.example,00123,0612345678\n{},b@x.example,1.23E+11,\"3,16E+10\"\n{},c@x.example,1E+05,E+5\n",
        ID[0], ID[1], ID[2]
    );
    let report = report("u.csv", &text);
    assert!(!report.refused);
    let found: Vec<_> = report.diagnostics.iter().filter(|finding| finding.code.0 == "D411").collect();
    let told: Vec<(&str, Option<u64>, Option<&str>)> = found
        .iter()
        .map(|finding| {
            let origin = &finding.labels[0].origin;
            (finding.message.split(" were").next().unwrap(), origin.line, origin.column.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2 values of employeeId", Some(3), Some("EmployeeId")),
            ("1 values of mobilePhone", Some(3), Some("MobilePhone")),
        ]
    );
    assert_eq!(found[0].severity, Severity::Warning);
}

// --- limits ---

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = |name: &str, bytes: u64| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().set_len(bytes).unwrap();
        seatcast::ingest::read_file(&path, name).unwrap_err()
    };
    let endless = sparse("field.csv", 1 << 30);
    assert!(endless.to_string().contains("line longer than"), "{endless}");
    let quoted = folder.path().join("quoted.csv");
    std::fs::write(&quoted, format!("Id,UserPrincipalName\n1,\"{}", "line\n".repeat(4 << 20))).unwrap();
    std::fs::File::options().write(true).open(&quoted).unwrap().set_len(1 << 30).unwrap();
    let error = seatcast::ingest::read_file(&quoted, "quoted.csv").unwrap_err();
    assert!(error.to_string().contains("field longer than"), "{error}");
    // Both begin long after the first look at the file, and are named by line and column before the rest is read.
    let rows = |count: usize| {
        let row = |at: usize| format!("{at},u{at}@x.example,Sales and a little more text for a row\n");
        format!("Id,UserPrincipalName,Department\n{}", (0..count).map(row).collect::<String>())
    };
    let before = rows(600_000);
    assert!(before.len() > 33 << 20);
    for (name, field) in [("bare.csv", "y".repeat(2 << 20)), ("open.csv", format!("\"{}", "y,\n".repeat(40 << 16)))] {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{before}600001,{field}")).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_len(1 << 30).unwrap();
        let error = seatcast::ingest::read_file(&path, name).unwrap_err();
        assert!(error.to_string().contains("line 600002, column UserPrincipalName"), "{error}");
        let report = error.report(name);
        let origin = &report.diagnostics[0].labels[0].origin;
        assert_eq!((origin.line, origin.column.as_deref()), (Some(600_002), Some("UserPrincipalName")));
    }
    let large = sparse("large.csv", 3 << 30);
    assert!(large.to_string().contains("the largest file that is read"), "{large}");
    let report = large.report("large.csv");
    assert!(report.refused && report.diagnostics[0].code.0 == "D102");
    refused(&",".repeat(1_000_000), "D206", Some(1), None);
}
