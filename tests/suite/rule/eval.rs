//! The machine contract of `rule eval`: a line in, a line out.

use std::io::Write;
use std::process::{Command, Stdio};

use seatcast::rule::{Options, Sandbox};
use serde_json::{Value as Json, json};

fn answer(request: &Json) -> Json {
    Sandbox::new(Options::default()).answer(request.to_string().as_bytes())
}

#[test]
fn members_are_answered_with_the_id_of_the_request() {
    let request =
        json!({"id": 7, "rule": "user.department -eq \"Sales\"", "target": "user", "user": {"department": "SALES"}});
    assert_eq!(answer(&request), json!({"id": 7, "member": true}));
    let request = json!({"id": "x", "rule": "user.department -eq \"Sales\"", "user": {}});
    assert_eq!(answer(&request), json!({"id": "x", "member": false}));
}

#[test]
fn offsets_are_bytes_in_the_rule() {
    let rule = "user.city -eq \"Zürich\" -and user.ctiy -eq \"x\"";
    let error = &answer(&json!({"id": 1, "rule": rule, "user": {}}))["error"];
    assert_eq!(error["code"], "R203");
    let (offset, length) = (error["offset"].as_u64().unwrap() as usize, error["length"].as_u64().unwrap() as usize);
    assert_eq!(&rule[offset..offset + length], "user.ctiy");
    assert_eq!(error["help"], "did you mean `city`?");
}

#[test]
fn the_clock_is_asked_for_only_where_a_rule_uses_it() {
    let rule = "user.employeeHireDate -le system.now";
    let user = json!({"employeeHireDate": "2026-01-01T00:00:00Z"});
    assert_eq!(answer(&json!({"id": 1, "rule": rule, "user": user}))["error"]["code"], "R703");
    assert_eq!(answer(&json!({"id": 1, "rule": rule, "now": "2026-01-01T00:00:00Z", "user": user}))["member"], true);
    assert_eq!(answer(&json!({"id": 1, "rule": rule, "now": "soon", "user": user}))["error"]["code"], "R704");
}

#[test]
fn devices_are_not_simulated_and_targets_must_agree() {
    let device = "device.deviceOSType -eq \"Windows\"";
    assert_eq!(answer(&json!({"id": 1, "rule": device, "target": "device"}))["error"]["code"], "R701");
    assert_eq!(answer(&json!({"id": 1, "rule": device, "target": "user"}))["error"]["code"], "R706");
    let user = "user.city -eq \"Graz\"";
    assert_eq!(answer(&json!({"id": 1, "rule": user, "target": "device"}))["error"]["code"], "R706");
    let misspelt = "device.deviceOSTyp -eq \"Windows\"";
    assert_eq!(answer(&json!({"id": 1, "rule": misspelt, "target": "device"}))["error"]["code"], "R204");
}

#[test]
fn an_answer_that_hangs_on_a_null_says_so() {
    let request = |user: Json| answer(&json!({"id": 1, "rule": "user.userType -ne \"Guest\"", "user": user}));
    assert_eq!(request(json!({"userType": "Member"})), json!({"id": 1, "member": true}));
    let unset = request(json!({}));
    assert_eq!(unset["member"], true);
    assert_eq!(unset["warnings"][0]["code"], "R505");
}

#[test]
fn values_of_the_wrong_kind_are_refused_and_unknown_names_told() {
    let rule = "user.accountEnabled -eq true";
    assert_eq!(answer(&json!({"id": 1, "rule": rule, "user": {"accountEnabled": 1}}))["error"]["code"], "R705");
    let answered = answer(&json!({"id": 1, "rule": rule, "user": {"acountEnabled": true}}));
    assert_eq!(answered["member"], false);
    assert_eq!(answered["warnings"][0]["code"], "R707");
}

#[test]
fn the_program_answers_every_line_in_order_and_survives_any_bytes() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(["rule", "eval", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(b"{\"id\":1,\"rule\":\"user.city -eq \\\"Graz\\\"\",\"user\":{\"city\":\"graz\"}}\n").unwrap();
    stdin.write_all(b"{\"id\":2,\n\xff\xfe\x00\n[1]\n").unwrap();
    stdin.write_all(&[b'['; 100_000]).unwrap();
    stdin.write_all(b"\n{\"id\":3,\"rule\":\"user.city -eq null\",\"user\":{}}").unwrap();
    drop(stdin);
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 6);
    assert_eq!(answers[0], json!({"id": 1, "member": true}));
    for bad in &answers[1..5] {
        assert_eq!(bad["error"]["code"], "R704");
    }
    assert_eq!(answers[5], json!({"id": 3, "member": true}));
}
