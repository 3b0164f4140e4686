//! `seatcast check` and `seatcast schema` as they are typed.

use std::process::Command;

use serde_json::Value;

use super::sample;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_seatcast")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let (code, out, err) = run(&[&["check", "--format", "json"], arguments].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")))
}

#[test]
fn the_json_contract() {
    let folder = sample("graph-powershell");
    let (code, answer) = json(&[folder.to_str().unwrap()]);
    assert_eq!(code, 1, "two files are refused");
    assert_eq!(answer["version"], 1);
    let files = answer["files"].as_array().unwrap();
    let of = |path: &str| files.iter().find(|file| file["path"] == path).unwrap();
    let users = of("MgUsers_pwsh7_flattened.csv");
    assert_eq!(
        (&users["source"], &users["kind"], &users["encoding"]),
        (&"graph-users".into(), &"users".into(), &"utf-8".into())
    );
    assert_eq!((&users["rows_read"], &users["rows_rejected"]), (&44.into(), &0.into()));
    let codes: Vec<&serde_json::Value> =
        users["diagnostics"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert_eq!(codes, ["D517"], "two accounts should be gone");
    let refused = &of("MgSubscribedSku_unflattened.csv")["diagnostics"][0];
    assert_eq!(
        (&refused["severity"], &refused["code"], &refused["line"]),
        (&"error".into(), &"D302".into(), &2.into())
    );
    assert_eq!(refused["column"], "PrepaidUnits");
    assert_eq!(answer["tenant"]["can_simulate"], true, "other files say what the refused ones do not");
    assert_eq!(answer["tenant"]["coverage"]["rules"], 4);
    assert_eq!(answer["tenant"]["coverage"]["rules_not_evaluated"][0]["group"], "SG-LIC-EMS-E5-Contractors");
}

#[test]
fn a_single_file_and_a_whole_folder_end_with_zero() {
    let file = sample("entra-bulk-group-members/exportGroupMembers_2026-11-20-DL-All-Staff.csv");
    let (code, answer) = json(&[file.to_str().unwrap()]);
    assert_eq!((code, &answer["files"][0]["source"]), (0, &"entra-members".into()));
    assert_eq!(run(&["check", sample("canonical").to_str().unwrap()]).0, 0);
}

#[test]
fn a_rule_on_an_attribute_that_no_file_holds_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [
        ("entra-bulk-users/exportUsers_2026-11-20.csv", "users.csv"),
        ("graph-powershell/MgGroups_pwsh7_flattened.csv", "groups.csv"),
        ("graph-powershell/MgGroupMembers_pwsh7_flattened.csv", "members.csv"),
    ] {
        std::fs::copy(sample(from), folder.path().join(to)).unwrap();
    }
    let text = std::fs::read_to_string(folder.path().join("groups.csv")).unwrap();
    std::fs::write(folder.path().join("groups.csv"), text.replace("\"Paused\"", "\"On\"")).unwrap();
    let (code, answer) = json(&[folder.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{answer}");
    let left = &answer["tenant"]["coverage"]["rules_not_evaluated"];
    assert_eq!(left[0]["reason"], "no file holds extensionAttribute1");
    assert_eq!(left[0]["members_kept"], 1);
    let gaps = answer["tenant"]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["remedy"].as_str().unwrap().contains("Get-MgSubscribedSku")));
    let exact = gaps.iter().find(|gap| gap["missing"] == "extensionAttribute1 (rules that name it: 1)").unwrap();
    let command = "Get-MgUser -All -Property Id,UserPrincipalName,OnPremisesExtensionAttributes |\n Select-Object Id,UserPrincipalName,@{n='ExtensionAttribute1';e={$_.OnPremisesExtensionAttributes.ExtensionAttribute1}} |";
    assert!(exact["remedy"].as_str().unwrap().contains(command), "{exact}");
    // The file that this command writes closes the gap.
    let more = "\"Id\",\"UserPrincipalName\",\"ExtensionAttribute1\"\r\n\"5c15decf-910a-4f8e-b318-24b7e516a4bc\",\"m.vandenheuvel@brindlewick.example\",\"EXT\"\r\n";
    std::fs::write(folder.path().join("users-more.csv"), more).unwrap();
    let (_, answer) = json(&[folder.path().to_str().unwrap()]);
    assert!(answer["tenant"]["coverage"]["rules_not_evaluated"].as_array().unwrap().is_empty(), "{answer}");
}

#[test]
fn what_cannot_be_simulated_is_listed_with_its_reason() {
    let (code, out, _) = run(&["check", sample("graph-powershell").to_str().unwrap()]);
    assert_eq!(code, 1, "two files are refused");
    for line in [
        "    6 without usageLocation: licensed by the tenant's country, or blocked where the policy says so",
        "    SG-LIC-EMS-E5-Contractors keeps its 1 exported members: processing is paused",
        "    free or of the whole tenant, so that they enter no total: FLOW_FREE",
        "  not in this file: extensionAttribute3 to 15",
        "  prices.csv: no cost is computed\n    write it by hand: `seatcast schema prices` prints its columns",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    let commands = |line: &&str| line.trim_start().starts_with(['#', 'G', 'S', 'E', '@', 'C']);
    let wide: Vec<&str> = out.lines().filter(|line| line.chars().count() > 100 && !commands(line)).collect();
    assert!(wide.is_empty(), "lines that do not fit: {wide:#?}");
}

#[test]
fn an_empty_folder_ends_with_one_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = run(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(out.contains("No file to read here"), "{out}");
}

#[test]
fn a_canonical_folder_is_written_and_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("canonical");
    let (code, _, err) = run(&[
        "check",
        sample("graph-powershell-nl-useculture").to_str().unwrap(),
        "--write-canonical",
        out.to_str().unwrap(),
    ]);
    assert_eq!(code, 0, "{err}");
    let (code, answer) = json(&[out.to_str().unwrap()]);
    assert_eq!(
        (code, &answer["files"][0]["source"], &answer["files"][0]["rows_read"]),
        (0, &"canonical-users".into(), &44.into())
    );
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_raw() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Id,UserPrincipalName,\u{1b}[31mEvil\u{202e},AccountEnabled\n11111111-1111-4111-8111-111111111111,a@x.example,x,\u{1b}]0;title\u{7}\n";
    std::fs::write(folder.path().join("users.csv"), text).unwrap();
    let (code, out, err) = run(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(!(out + &err).contains(['\u{1b}', '\u{7}', '\u{202e}']));
}

#[test]
fn the_schema_names_every_column_that_is_read() {
    let (code, out, _) = run(&["schema"]);
    assert_eq!(code, 0);
    for word in [
        "userPrincipalName",
        "extensionAttribute15",
        "membershipRule",
        "renewalDate",
        "contractedPrice",
        "Get-MgGroup",
        "graph-users",
    ] {
        assert!(out.contains(word), "{word}");
    }
}

/// A folder of the canonical sample with one file changed, checked.
fn changed(name: &str, change: impl Fn(&str) -> String) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    for file in super::files("canonical") {
        let text = String::from_utf8(file.bytes).unwrap();
        let text = if file.name == name { change(&text) } else { text };
        std::fs::write(folder.path().join(&file.name), text).unwrap();
    }
    json(&[folder.path().to_str().unwrap()])
}

fn file_findings(answer: &Value, name: &str) -> Vec<Value> {
    let files = answer["files"].as_array().unwrap();
    files.iter().find(|file| file["path"] == name).unwrap()["diagnostics"].as_array().unwrap().clone()
}

#[test]
fn a_contradiction_stands_with_its_file_and_refuses_it() {
    let twice = |text: &str| {
        let first = text.lines().nth(1).unwrap();
        format!("{text}{}\r\n", first.replace(",Executive,", ",Finance,"))
    };
    let (code, answer) = changed("users.csv", twice);
    let findings = file_findings(&answer, "users.csv");
    assert_eq!(code, 1);
    let finding = findings.iter().find(|finding| finding["code"] == "D501").unwrap_or_else(|| panic!("{answer}"));
    assert_eq!((&finding["severity"], &finding["column"]), (&"error".into(), &"department".into()));
    assert!(finding["message"].as_str().unwrap().contains("lines 2 and "), "{finding}");
    assert_eq!(answer["tenant"]["can_simulate"], false);
}

#[test]
fn a_rule_that_cannot_be_read_is_named_and_goes_on() {
    let (code, answer) = changed("groups.csv", |text| text.replace("user.department -eq", "user.depatment -eq"));
    assert_eq!(code, 0, "{answer}");
    let findings = file_findings(&answer, "groups.csv");
    let finding = findings.iter().find(|finding| finding["code"].as_str().unwrap().starts_with('R')).unwrap();
    assert_eq!((&finding["line"], &finding["column"]), (&6.into(), &"membershipRule".into()), "{finding}");
    assert_eq!(answer["tenant"]["coverage"]["rules_not_evaluated"].as_array().unwrap().len(), 2);
}

#[test]
fn an_sku_that_no_catalogue_knows_is_named_and_goes_on() {
    let unknown = "00000000-0000-4000-8000-00000000abcd";
    let (code, answer) = changed("skus.csv", |text| {
        text.replace("f30db892-07e9-47e9-837c-80727f46fd3d", unknown).replace("FLOW_FREE", "NEWEST_SKU")
    });
    assert_eq!(code, 0, "{answer}");
    let findings = file_findings(&answer, "skus.csv");
    assert!(findings.iter().any(|finding| finding["code"] == "D406" && finding["line"] == 9), "{findings:?}");
}

#[test]
fn what_rules_over_plans_and_groups_lack_is_told_with_the_command_that_brings_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let id = |kind: u32, n: u32| format!("00000000-0000-4000-{kind}000-{n:012}");
    write("users.csv", &format!("id,userPrincipalName,displayName\n{},ada@t.example,Ada\n", id(8, 1)));
    let over_plans = "user.assignedPlans -any (assignedPlan.capabilityStatus -eq \"\"Enabled\"\")";
    let over_groups = format!("user.memberOf -any (group.objectId -in ['{}'])", id(9, 1));
    let groups = format!(
        "id,displayName,securityEnabled,membershipRule,membershipRuleProcessingState,groupKind,membershipKind\n\
         {},Plans,true,\"{over_plans}\",On,Security,Dynamic\n{},Nested,true,\"{over_groups}\",On,Security,Dynamic\n",
        id(9, 2),
        id(9, 3)
    );
    write("groups.csv", &groups);
    let gaps = |folder: &std::path::Path| -> Vec<(String, String)> {
        let (_, answer) = json(&["--today", "2026-11-20", folder.to_str().unwrap()]);
        let gaps = answer["tenant"]["gaps"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        let text = |gap: &Value, field: &str| gap[field].as_str().unwrap().to_owned();
        gaps.iter().map(|gap| (text(gap, "missing"), text(gap, "remedy"))).collect()
    };
    let found = gaps(folder.path());
    let of =
        |word: &str| found.iter().find(|(missing, _)| missing.contains(word)).unwrap_or_else(|| panic!("{found:?}"));
    let (missing, remedy) = of("assignedPlans");
    assert!(missing.contains("1 rules name it; the members of 1"), "{missing}");
    assert!(remedy.contains("Get-MgGroupMember") && remedy.contains("LicenseAssignmentStates"), "{remedy}");
    let (missing, remedy) = of("memberOf");
    assert!(missing.contains("1 of 1 groups"), "{missing}");
    assert!(remedy.contains("Get-MgGroupMember") && !remedy.contains("LicenseAssignmentStates"), "{remedy}");
}
