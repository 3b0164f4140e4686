//! The language, one line a case: who belongs, what is refused where, and which reading is taken.

use chrono::DateTime;
use seatcast::diagnostic::Origin;
use seatcast::directory::User;
use seatcast::rule::{self, Choice, Options};

const NOW: &str = "2026-03-01T08:00:00Z";

fn user(json: &str) -> User {
    let record = rule::record(serde_json::from_str::<serde_json::Value>(json).unwrap().as_object().unwrap());
    assert!(record.diagnostics.is_empty(), "{json}: {:?}", record.diagnostics);
    record.value
}

/// The rule is valid, and holds for each of `members` and for none of `others`.
fn check(rule: &str, members: &[&str], others: &[&str]) {
    check_with(&Options::default(), rule, members, others);
}

fn check_with(options: &Options, rule: &str, members: &[&str], others: &[&str]) {
    let compiled = rule::compile_with(rule, &Origin::file("test"), options);
    let checked = compiled.value.unwrap_or_else(|| panic!("{rule}: {:?}", compiled.diagnostics));
    let now = NOW.parse().unwrap();
    members.iter().for_each(|json| assert!(checked.holds(&user(json), now), "{rule} should hold for {json}"));
    others.iter().for_each(|json| assert!(!checked.holds(&user(json), now), "{rule} should not hold for {json}"));
}

/// The rule is refused with `code` at the text `at` (the first place of it).
fn refused(rule: &str, code: &str, at: &str) {
    let compiled = rule::compile(rule, &Origin::file("test"));
    assert!(compiled.value.is_none(), "{rule} is accepted");
    let error = compiled.diagnostics.iter().find(|finding| finding.is_error()).unwrap();
    assert_eq!(error.code.0, code, "{rule}: {}", error.message);
    let label = &error.labels[0];
    assert_eq!(&label.text[label.span.clone()], at, "{rule}: {}", error.message);
    assert!(!error.message.contains('\n') && !error.message.ends_with('.'), "{}", error.message);
}

/// The rule is accepted with exactly these warnings.
fn warned(rule: &str, codes: &[&str]) {
    let compiled = rule::compile(rule, &Origin::file("test"));
    assert!(compiled.value.is_some(), "{rule}: {:?}", compiled.diagnostics);
    let found: Vec<&str> = compiled.diagnostics.iter().map(|finding| finding.code.0).collect();
    assert_eq!(found, codes, "{rule}");
}

#[test]
fn null_fails_every_positive_operator_and_passes_every_negative_one() {
    let (unset, set) = (r#"{"department":null}"#, r#"{"department":"Sales"}"#);
    for (positive, negative, value) in [
        ("eq", "ne", "\"Sales\""),
        ("startsWith", "notStartsWith", "\"S\""),
        ("endsWith", "notEndsWith", "\"s\""),
        ("contains", "notContains", "\"ale\""),
        ("match", "notMatch", "\"^s\""),
        ("in", "notIn", "[\"Sales\"]"),
    ] {
        check(&format!("user.department -{positive} {value}"), &[set], &[unset, "{}"]);
        check(&format!("user.department -{negative} {value}"), &[unset, "{}"], &[set]);
        check(&format!("user.department {positive} {value}"), &[set], &[unset]);
    }
    check("user.employeeHireDate -le system.now", &[r#"{"employeeHireDate":"2026-03-01T08:00:00Z"}"#], &["{}"]);
    check(
        "user.employeeHireDate -ne 2026-03-01T08:00:00Z",
        &["{}"],
        &[r#"{"employeeHireDate":"2026-03-01T09:00:00+01:00"}"#],
    );
    check("user.accountEnabled -ne true", &["{}", r#"{"accountEnabled":false}"#], &[r#"{"accountEnabled":true}"#]);
    check("user.otherMails -any (_ -eq \"a\")", &[], &["{}", r#"{"otherMails":[]}"#]);
    check("user.otherMails -all (_ -eq \"a\")", &["{}", r#"{"otherMails":[]}"#], &[r#"{"otherMails":["b"]}"#]);
}

#[test]
fn empty_text_is_not_stored() {
    check("user.department -eq null", &[r#"{"department":""}"#], &[r#"{"department":" "}"#]);
    check("user.department -eq \"\"", &[], &["{}", r#"{"department":""}"#]);
    check("user.department -ne \"\"", &["{}", r#"{"department":"x"}"#], &[]);
}

#[test]
fn precedence_is_comparison_then_not_then_and_then_or() {
    let (a, b, c) = (r#"{"city":"a"}"#, r#"{"city":"b","state":"y"}"#, r#"{"city":"c"}"#);
    check("-not user.city -eq \"a\" -and user.state -eq \"y\"", &[b], &[a, c]);
    check("user.city -eq \"a\" -or user.city -eq \"b\" -and user.state -eq \"n\"", &[a], &[b, c]);
    check("-not -not (user.city -eq \"a\")", &[a], &[b]);
    check("((((user.city -eq \"a\"))))", &[a], &[b]);
    let wide = Options::default().with_other(Choice::NotReach);
    check_with(&wide, "-not user.city -eq \"a\" -and user.state -eq \"y\"", &[a, c], &[r#"{"city":"a","state":"y"}"#]);
}

#[test]
fn letter_case_folds_simply_and_nothing_else_does() {
    check(
        "user.city -eq \"ZÜRICH\"",
        &[r#"{"city":"zürich"}"#],
        &[r#"{"city":"zu\u0308rich"}"#, r#"{"city":" zürich"}"#],
    );
    check("user.city -eq \"ΣΊΣΥΦΟΣ\"", &[r#"{"city":"σίσυφος"}"#], &[]);
    check("user.city -eq \"strasse\"", &[], &[r#"{"city":"straße"}"#]);
    check("user.city -eq \"straẞe\"", &[r#"{"city":"straße"}"#], &[]);
    check("user.city -match \"^zü\"", &[r#"{"city":"ZÜRICH"}"#], &[]);
    check("user.city -eq \"ı\"", &[], &[r#"{"city":"I"}"#, r#"{"city":"i"}"#]);
}

#[test]
fn quotes_escape_as_documented() {
    check("user.surname -eq \"O'Brien\"", &[r#"{"surname":"o'brien"}"#], &[]);
    check("user.department -eq 'Baker''s'", &[r#"{"department":"baker's"}"#], &[]);
    check("user.department -eq \"a `\"b`\"\"", &[r#"{"department":"a \"b\""}"#], &[]);
    check(r#"user.department -eq "a\b""#, &[r#"{"department":"a\\b"}"#], &[]);
    refused("user.department -eq \"a`\"", "R102", "\"a`\"");
    let backslash = Options::default().with_other(Choice::QuoteEscape);
    check_with(&backslash, r#"user.department -eq "a \"b\"""#, &[r#"{"department":"a \"b\""}"#], &[]);
}

#[test]
fn what_the_service_rejects_is_rejected_in_place() {
    refused("", "R103", "");
    refused(" \n", "R103", " \n");
    refused("()", "R107", ")");
    refused("user.city -eq \"a\")", "R105", ")");
    refused("user.city -eq \"a\" -and", "R107", "");
    refused("user.city -eq \"a\" user.city -eq \"b\"", "R106", "user.city");
    refused("(user.city -eq \"a\") Direct Reports for \"x\"", "R115", "Direct");
    refused("user.city", "R108", "");
    refused("user.city -eq", "R110", "");
    refused("user.city -and \"a\"", "R108", "-and");
    refused("user.city -gt \"a\"", "R109", "-gt");
    refused("user.city -lik \"a\"", "R109", "-lik");
    refused("user.city -eq user.state", "R117", "user.state");
    refused("\"a\" -eq user.city", "R117", "\"a\"");
    refused("user.city -eq [\"a\"]", "R112", "[");
    refused("user.city -in []", "R507", "[]");
    refused("user.city -in [\"a\",]", "R112", "]");
    refused("user.city -in [\"a\" \"b\"]", "R112", "\"b\"");
    refused("user.city -in [\"a\", null]", "R307", "null");
    refused("user.city -startsWith null", "R307", "null");
    refused("user.city -eq true", "R302", "true");
    refused("user.city -ge \"a\"", "R301", "-ge");
    refused("user.accountEnabled -eq \"yes\"", "R302", "\"yes\"");
    refused("user.accountEnabled -eq $true", "R513", "$true");
    refused("city -eq \"a\"", "R201", "city");
    refused("group.objectId -eq \"a\"", "R206", "group.objectId");
    refused("app.name -eq \"a\"", "R209", "app.name");
    refused("tenant.name -eq \"a\"", "R202", "tenant.name");
    refused("device.model -eq \"a\"", "R209", "device.model");
    refused("device.model2 -eq \"a\"", "R204", "device.model2");
    refused("user.extensionAttribute16 -eq \"a\"", "R203", "user.extensionAttribute16");
    refused("user.extension_Office -eq \"a\"", "R203", "user.extension_Office");
    refused("user.city -eq \"a\" # comment", "R101", "#");
    refused("user.city - eq \"a\"", "R101", "-");
    refused("_ -eq \"a\"", "R206", "_");
}

#[test]
fn hints_say_what_the_author_meant() {
    let help = |rule: &str| rule::compile(rule, &Origin::file("test")).diagnostics[0].help.clone().unwrap();
    assert_eq!(help("user.depatment -eq \"a\""), "did you mean `department`?");
    assert!(help("user.officeLocation -eq \"a\"").contains("physicalDeliveryOfficeName"));
    assert!(help("user.employeeType -eq \"a\"").contains("extension attribute"));
    assert!(help("user.manager.displayName -eq \"a\"").contains("Direct Reports"));
    assert!(help("user.id -eq \"a\"").contains("objectId"));
    assert!(help("user.assignedLicenses -any (_ -eq \"a\")").contains("assignedPlans"));
    assert!(help("user.city -like \"a*\"").contains("-startsWith"));
}

#[test]
fn quantifiers_reach_one_element_at_a_time() {
    let mixed = r#"{"assignedPlans":[{"service":"SCO","capabilityStatus":"Deleted"},{"service":"exchange","capabilityStatus":"Enabled"}]}"#;
    let enabled = r#"{"assignedPlans":[{"service":"sco","capabilityStatus":"enabled"}]}"#;
    let both =
        "user.assignedPlans -any (assignedPlan.service -eq \"SCO\" -and assignedPlan.capabilityStatus -eq \"Enabled\")";
    check(both, &[enabled], &[mixed, "{}"]);
    check(
        "user.otherMails -any (_ -notEndsWith \"x\")",
        &[r#"{"otherMails":["ax","b"]}"#],
        &[r#"{"otherMails":["ax"]}"#],
    );
    check(
        "user.otherMails -all (_ -notEndsWith \"x\")",
        &[r#"{"otherMails":["b"]}"#],
        &[r#"{"otherMails":["ax","b"]}"#],
    );
    check(
        "user.otherMails -any (-not (_ -eq \"a\" -or _ -eq \"b\"))",
        &[r#"{"otherMails":["a","c"]}"#],
        &[r#"{"otherMails":["a"]}"#],
    );
    refused("user.city -any (_ -eq \"a\")", "R303", "-any");
    refused("user.otherMails -any (user.city -eq \"a\")", "R207", "user.city");
    refused("user.otherMails -any (assignedPlan.service -eq \"a\")", "R206", "assignedPlan.service");
    refused("user.assignedPlans -any (assignedPlan.name -eq \"a\")", "R208", "assignedPlan.name");
    refused("user.otherMails -any (user.otherMails -any (_ -eq \"a\"))", "R304", "user.otherMails -any (_ -eq \"a\")");
    refused("user.otherMails -any", "R118", "");
}

#[test]
fn the_reach_of_a_bare_quantifier_body_is_one_comparison() {
    let rule = "user.otherMails -any _ -eq \"a\" -or user.city -eq \"b\"";
    check(rule, &[r#"{"city":"b"}"#, r#"{"otherMails":["a"]}"#], &["{}"]);
    warned(rule, &["R503"]);
    warned("user.otherMails -any _ -eq \"a\"", &[]);
}

#[test]
fn old_forms_on_collections_are_read_and_told() {
    let (ab, none) = (r#"{"otherMails":["a@x","b@y"]}"#, "{}");
    check("user.otherMails -contains \"@x\"", &[ab], &[none]);
    check("user.otherMails -notContains \"@x\"", &[none, r#"{"otherMails":["b@y"]}"#], &[ab]);
    check("user.otherMails -ne null", &[ab], &[none]);
    check("user.assignedPlans -eq $null", &[none, r#"{"assignedPlans":[]}"#], &[r#"{"assignedPlans":[{}]}"#]);
    warned("user.otherMails -contains \"a\"", &["R508"]);
    warned("user.otherMails -notContains \"a\"", &["R509"]);
    warned("user.assignedPlans -ne $null", &["R509"]);
    let some = Options::default().with_other(Choice::OperatorOnCollection);
    check_with(&some, "user.otherMails -notContains \"@x\"", &[ab], &[none]);
}

#[test]
fn dates_compare_as_instants_with_one_step_from_now() {
    let hired = |at: &str| format!("{{\"employeeHireDate\":\"{at}\"}}");
    let (before, now, after) = (hired("2026-03-01T07:59:59Z"), hired(NOW), hired("2026-03-08T12:00:00Z"));
    check("user.employeeHireDate -ge system.now", &[&now, &after], &[&before]);
    check("user.employeeHireDate -le (system.now -minus PT1S)", &[&before], &[&now]);
    check("user.employeeHireDate -ge system.now -plus P7DT3H", &[&after], &[&now]);
    check("user.employeeHireDate -eq \"2026-03-01T09:00:00+01:00\"", &[&now], &[&before]);
    warned("user.employeeHireDate -le 2026-03-01", &["R520"]);
    warned("user.employeeHireDate -le \"2026-03-01T08:00:00\"", &["R520"]);
    refused("user.employeeHireDate -ge system.now -minus P365D -minus P15D", "R119", "-minus");
    refused("user.employeeHireDate -ge system.now -minus P1Y", "R119", "P1Y");
    refused("user.employeeHireDate -ge system.now -minus P", "R119", "P");
    refused("user.employeeHireDate -ge system.now -minus P1DT", "R119", "P1DT");
    refused("user.employeeHireDate -eq system.now -minus P1D", "R521", "system.now -minus P1D");
    refused("user.employeeHireDate -ge null", "R307", "null");
    refused("user.employeeHireDate -ge 2026-13-01", "R120", "2026-13-01");
    refused("user.employeeHireDate -startsWith \"2026\"", "R301", "-startsWith");
}

#[test]
fn whole_rule_forms_stand_alone() {
    let id = "9c1d2e3f-4a5b-4c6d-8e7f-a0b1c2d3e401";
    let (manager, report) =
        (format!("{{\"id\":\"{id}\"}}"), format!("{{\"id\":\"x\",\"manager\":\"{}\"}}", id.to_uppercase()));
    check(&format!("direct REPORTS for \"{id}\""), &[&manager, &report], &["{}"]);
    let without = Options::default().with_other(Choice::ManagerIncluded);
    check_with(&without, &format!("Direct Reports for \"{id}\""), &[&report], &[&manager]);
    refused("Direct Reports for \"nobody\"", "R116", "\"nobody\"");
    refused(&format!("Direct Reports for '{id}'"), "R116", &format!("'{id}'"));
    refused(&format!("(Direct Reports for \"{id}\")"), "R115", "Direct");
    refused("user.memberOf -any (group.objectId -in ['a']) -and user.city -eq \"a\"", "R115", "user.memberOf");
    refused("user.memberOf -all (group.objectId -in ['a'])", "R301", "-all");
    refused("user.memberOf -any (group.displayName -in ['a'])", "R118", "group.displayName -in ['a']");
    check("(user.memberOf -any (group.objectId -in ['A']))", &[r#"{"memberOf":["a","b"]}"#], &["{}"]);
}

#[test]
fn open_readings_are_accepted_with_their_code() {
    warned("user.Department -eq \"a\"", &["R504"]);
    warned("user.department -eq \"null\"", &["R511"]);
    warned("user.mail -ne \"$null\"", &["R511"]);
    warned("user.department -eq \"\"", &["R510"]);
    warned("user.accountEnabled -eq \"true\"", &["R512"]);
    warned("user.department -eq 4100", &["R514"]);
    warned("user.department-eq\"a\"", &["R515"]);
    warned("user.department –eq “a”", &["R516"]);
    warned("user.dirSyncEnabled -eq false", &["R519"]);
    warned("user.department\u{a0}-eq \"a\"", &["R715"]);
    warned("user.department -eq \"a\nb\"", &["R714"]);
    warned("-not (user.department -eq \"a\")", &[]);
    warned("user.mailNickname -eq \"a\" -and user.mailNickName -eq \"a\"", &[]);
}

#[test]
fn every_choice_with_two_readings_can_be_taken_the_other_way() {
    let other = |choice: Choice| Options::default().with_other(choice);
    let accepted =
        |options: &Options, rule: &str| rule::compile_with(rule, &Origin::file("test"), options).value.is_some();
    for (choice, rule) in [
        (Choice::PropertyCase, "user.Department -eq \"a\""),
        (Choice::ContainsOnCollection, "user.otherMails -contains \"a\""),
        (Choice::QuotedBoolean, "user.accountEnabled -eq \"true\""),
        (Choice::BareNumber, "user.department -eq 4100"),
        (Choice::MissingBlank, "user.department-eq \"a\""),
        (Choice::Typography, "user.department –eq \"a\""),
        (Choice::DateWithoutTime, "user.employeeHireDate -le 2026-03-01"),
    ] {
        assert!(accepted(&Options::default(), rule) && !accepted(&other(choice), rule), "{}", choice.id());
    }
    for (choice, rule) in [
        (Choice::EmptyList, "user.city -in []"),
        (Choice::DollarBoolean, "user.accountEnabled -eq $true"),
        (Choice::EqualsNow, "user.employeeHireDate -eq system.now -minus P1D"),
    ] {
        assert!(!accepted(&Options::default(), rule) && accepted(&other(choice), rule), "{}", choice.id());
    }
    let unset = "{}";
    check_with(
        &other(Choice::NegativeOnNull),
        "user.city -ne \"a\"",
        &[r#"{"city":"b"}"#],
        &[unset, r#"{"city":"a"}"#],
    );
    check_with(&other(Choice::NotInOnNull), "user.city -notIn [\"a\"]", &[r#"{"city":"b"}"#], &[unset]);
    check_with(&other(Choice::EmptyText), "user.city -eq \"\"", &[unset], &[r#"{"city":"b"}"#]);
    check_with(&other(Choice::QuotedNull), "user.city -eq \"null\"", &[unset], &[r#"{"city":"null"}"#]);
    check_with(
        &other(Choice::NeverSynced),
        "user.dirSyncEnabled -eq false",
        &[unset],
        &[r#"{"onPremisesSyncEnabled":true}"#],
    );
    let reach = "user.otherMails -all _ -eq \"a\" -and _ -eq \"b\"";
    check_with(&other(Choice::BodyReach), reach, &[unset], &[r#"{"otherMails":["a"]}"#]);
}

#[test]
fn text_carried_by_scripts_and_pages_is_cleaned_and_told() {
    let sales = r#"{"department":"Sales","mail":"a.b@c"}"#;
    for (rule, code) in [
        (r#"(user.department -eq \"Sales\")"#, "R711"),
        (r#"user.mail -match \"a\\.b\""#, "R711"),
        (r#"user.department -eq ""Sales"""#, "R712"),
        ("user.department -eq `\"Sales`\"", "R712"),
        (r#"user.department -eq "Sales" -or user.extension\_4f1e2d3c4b5a69788796a5b4c3d2e1f0\_x -eq "1""#, "R713"),
    ] {
        check(rule, &[sales], &["{}"]);
        warned(rule, &[code]);
    }
}

#[test]
fn limits_are_the_services_own_and_ours() {
    let long = |length: usize| format!("user.city -eq \"{}\"", "ö".repeat(length - 16));
    warned(&long(2899), &[]);
    warned(&long(2900), &["R402"]);
    warned(&long(3072), &["R402"]);
    refused(&long(3073), "R401", &long(3073));
    let deep = |depth: usize| format!("{}user.city -eq \"a\"{}", "(".repeat(depth), ")".repeat(depth));
    warned(&deep(100), &[]);
    refused(&deep(101), "R403", "user.city");
    refused(&format!("{} user.city -eq \"a\"", "-not ".repeat(101)), "R403", "user.city");
}

#[test]
fn names_bind_to_graph_attributes() {
    check("user.dirSyncEnabled -eq true", &[r#"{"onPremisesSyncEnabled":true}"#], &["{}"]);
    check(
        "user.telephoneNumber -startsWith \"+43\"",
        &[r#"{"businessPhones":["+43 1","+1"]}"#],
        &[r#"{"businessPhones":[]}"#],
    );
    check("user.mobile -ne null", &[r#"{"mobilePhone":"1"}"#], &["{}"]);
    let extensions = r#"{"onPremisesExtensionAttributes":{"extensionAttribute3":"x"}}"#;
    check("user.extensionAttribute3 -eq \"X\"", &[extensions], &["{}"]);
    let compiled =
        rule::compile("user.city -eq \"a\" -or user.department -eq \"b\"", &Origin::file("test")).value.unwrap();
    let names: Vec<String> = compiled.attributes().iter().map(|attribute| attribute.graph_name()).collect();
    assert_eq!(names, ["department", "city"]);
    assert!(!compiled.uses_clock());
    assert!(!compiled.holds(&User::default(), DateTime::UNIX_EPOCH));
}
