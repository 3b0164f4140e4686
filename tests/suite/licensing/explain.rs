//! `explain` and `headroom` on the demo tenant: what they say is what the ledger and the rules say.

use std::process::{Command, Output};

use seatcast::directory::UserIndex;
use seatcast::licensing::{self, Country, Seeker, trace};

use super::demo::{baseline, today};

fn seatcast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seatcast"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[test]
fn a_trace_says_of_every_user_what_the_ledger_and_the_rules_say() {
    let baseline = baseline("data/demo");
    let today = today(&baseline);
    let now = baseline.today.and_time(chrono::NaiveTime::MIN).and_utc();
    for user in (0..2000).step_by(37).map(UserIndex) {
        let trace = trace::user(&baseline.snapshot, &today, user, now);
        let holds = trace.skus.iter().filter(|sku| sku.holds_seat).count();
        assert_eq!(holds, today.ledger.skus_of(user.0).len(), "{}", trace.user);
        for group in &trace.groups {
            let by_rule = group.rule.as_ref().map(|step| step.holds == Some(true));
            assert!(by_rule.is_none_or(|holds| holds == group.member), "{} in {}", trace.user, group.group);
        }
    }
}

#[test]
fn those_who_wait_are_told_their_place_and_what_they_need() {
    let baseline = baseline("data/demo");
    let today = today(&baseline);
    let now = baseline.today.and_time(chrono::NaiveTime::MIN).and_utc();
    let sku = baseline.snapshot.sku_indexes().find(|sku| today.ledger.waiting(*sku) > 0).unwrap();
    for (at, user) in today.ledger.queue(sku).into_iter().enumerate() {
        let trace = trace::user(&baseline.snapshot, &today, UserIndex(user), now);
        let name = &*baseline.snapshot.sku(sku).sku_part_number;
        let waits = trace.skus.iter().find(|row| row.sku == name).unwrap();
        assert_eq!((waits.holds_seat, waits.place), (false, Some(at as u32 + 1)));
        assert!(waits.paths.iter().any(|path| path.error == Some("CountViolation") && path.remedy.is_some()));
    }
    let of_sku = trace::sku(&baseline.snapshot, &today, (&baseline.supplies[sku.get()], baseline.today), sku);
    assert_eq!(of_sku.line.len() as u32, of_sku.waiting);
}

#[test]
fn the_lots_of_a_sku_are_its_capacity_and_each_says_what_comes_next() {
    let baseline = baseline("data/demo");
    let today = today(&baseline);
    for sku in baseline.snapshot.sku_indexes() {
        let supply = &baseline.supplies[sku.get()];
        let told = trace::sku(&baseline.snapshot, &today, (supply, baseline.today), sku);
        let usable =
            told.subscriptions.iter().filter(|lot| ["enabled", "extended", "warning"].contains(&lot.stage.name()));
        let units = usable.map(|lot| lot.units).sum::<u32>() + told.units_beside;
        assert!(told.capacity.is_none_or(|capacity| capacity == units), "{}: {units}", told.sku);
        let horizon = baseline.today + chrono::Months::new(40);
        for lot in &told.subscriptions {
            let first = supply.renewals(baseline.today + chrono::Days::new(1), horizon).into_iter();
            assert_eq!(
                first.filter(|next| next.subscription == lot.subscription).min_by_key(|next| next.day),
                lot.next
            );
        }
    }
}

#[test]
fn as_many_fit_as_units_are_free_and_the_scarcest_sku_binds() {
    let baseline = baseline("data/demo");
    let today = today(&baseline);
    let seeker = Seeker { location: Country::parse("NL"), ..Seeker::default() };
    for bundle in (0..today.licensed_groups().len() as u32).map(licensing::BundleIndex) {
        let found = licensing::headroom(&today, seeker, &[bundle], &[]);
        let free: Vec<i64> = found.skus.iter().map(|(_, free)| free.unwrap_or(i64::MAX).max(0)).collect();
        let waiting = found.skus.iter().any(|(sku, _)| today.ledger.waiting(*sku) > 0);
        let least = free.iter().copied().min().unwrap_or(0).min(i64::from(licensing::HEADROOM_LIMIT));
        assert_eq!(i64::from(found.fits), if waiting { 0 } else { least });
        assert!(found.fits == licensing::HEADROOM_LIMIT || !found.binding.is_empty());
    }
}

#[test]
fn the_commands_answer_and_suggest_names() {
    let output = seatcast(&["explain", "sku", "data/demo", "POWER_BI_PRO"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("18 users wait") && text.contains("In line"), "{text}");
    let output = seatcast(&["explain", "sku", "data/demo", "VISIOCLIENT"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let grace = "SUB-1008: 65 units, in grace; grace ends on 2026-12-01, 65 → 0 (last day to act 2026-11-30)";
    assert!(text.contains(grace), "{text}");
    let output = seatcast(&["explain", "group", "data/demo", "SG-LIC-M365-E5", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["explained"]["decided_by"], "rule");
    let output = seatcast(&["explain", "user", "data/demo", "Fenna de Groot"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("SPE_E5: holds a seat") && text.contains("[department = \"Executive\"]"), "{text}");
    let output = seatcast(&["explain", "sku", "data/demo", "POWERBI_PRO"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("did you mean `POWER_BI_PRO`?"));
    let attributes = "department=Sales,usageLocation=NL,jobTitle=Account Manager";
    let output = seatcast(&["headroom", "data/demo", "--profile", attributes, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["groups"].as_array().unwrap().iter().any(|group| group == "SG-LIC-M365-E3"), "{json}");
}

#[test]
fn explanations_fit_the_screen_and_say_where_units_are_not_counted() {
    for arguments in [
        ["explain", "user", "data/demo", "Fenna de Groot"],
        ["explain", "group", "data/demo", "SG-LIC-M365-E3"],
        ["explain", "sku", "data/demo", "POWER_BI_PRO"],
        ["headroom", "data/demo", "--profile", "Fenna de Groot"],
    ] {
        let text = String::from_utf8(seatcast(&arguments).stdout).unwrap();
        // No terminal: 100 columns.
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
    let text = String::from_utf8(seatcast(&["explain", "user", "data/demo", "Uday Dandekar"]).stdout).unwrap();
    assert!(text.contains("needs 1 more unit, bought or freed: the user is number 1 in line"), "{text}");
    assert!(text.contains("needs POWER_BI_PRO (CountViolation): the group gives all of its SKUs or none"), "{text}");
    let output = seatcast(&["explain", "sku", "data/demo", "FLOW_FREE"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("units are not counted") && !text.contains("429496"), "{text}");
    let output = seatcast(&["headroom", "data/demo", "--profile", "Fenna de Groot", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let free = json["skus"].as_array().unwrap().iter().find(|sku| sku["sku"] == "FLOW_FREE").unwrap();
    assert!(free["available"].is_null(), "{json}");
}
