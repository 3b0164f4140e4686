//! `seatcast rule check`: one rule, or all rules of a tenant. In: a rule's text or a tenant folder. Out: findings, and for a
//! tenant who is in by which rule. Never: changes anything.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde_json::{Value as Json, json};

use super::{ReadingsArgs, finding_json, instant, put};
use crate::cli::inputs::TenantArgs;
use crate::cli::reading::ReadingArgs;
use crate::cli::settings::Format;
use crate::cli::{Exit, Failure, render};
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::Snapshot;
use crate::rule::{self, Reviewed};

/// Check a rule, or all rules of a tenant folder: errors, advice, members, guests, and what hangs on open readings
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The text of a rule, or a tenant folder
    #[arg(value_name = "RULE|DIR", allow_hyphen_values = true)]
    what: String,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    readings: ReadingsArgs,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let folder = PathBuf::from(&args.what);
    if folder.is_dir() { tenant(args, folder) } else { one(args) }
}

fn one(args: &CheckArgs) -> Result<Exit, Failure> {
    let compiled = rule::compile_with(&args.what, &Origin::file("rule"), &args.readings.options()?);
    let mut findings = compiled.diagnostics;
    if let Some(checked) = &compiled.value {
        findings.extend(rule::lint(checked));
    }
    let valid = compiled.value.is_some();
    match args.format {
        Format::Json => {
            let listed: Vec<Json> = findings.iter().map(finding_json).collect();
            put(&format!("{}\n", json!({ "version": 1, "valid": valid, "findings": listed })))?;
        }
        Format::Text => {
            put(&render::findings(&findings, std::io::stdout().is_terminal(), 100))?;
            put(if valid { "the rule is valid\n" } else { "the rule is not valid\n" })?;
        }
    }
    Ok(if valid { Exit::Done } else { Exit::Failed })
}

fn tenant(args: &CheckArgs, folder: PathBuf) -> Result<Exit, Failure> {
    let tenant = TenantArgs { folder, reading: args.reading.clone() };
    let baseline = tenant.load()?.baseline;
    let now = instant(baseline.today);
    let reviewed = rule::review(&baseline.snapshot, now, &args.readings.beside(&baseline.policy.readings)?);
    let union = union(&reviewed);
    match args.format {
        Format::Json => {
            let groups: Vec<Json> = reviewed.iter().map(|one| group_json(&baseline.snapshot, one)).collect();
            let answer = json!({ "version": 1, "now": now, "users_in_dynamic_groups": union, "groups": groups });
            put(&format!("{answer}\n"))?;
        }
        Format::Text => {
            let findings: Vec<Diagnostic> = reviewed.iter().flat_map(|one| one.findings.clone()).collect();
            put(&render::findings(&findings, std::io::stdout().is_terminal(), 100))?;
            put(&format!("{}\n", table(&baseline.snapshot, &reviewed)))?;
            put(&format!("{union} users are in at least one dynamic group and need an Entra ID P1 licence each\n"))?;
            put("members on A5: members only because a negative operator met an attribute without value\n")?;
        }
    }
    let broken = reviewed.iter().any(|one| one.rule.is_none());
    Ok(if broken { Exit::Failed } else { Exit::Done })
}

/// Users who are members by at least one rule.
fn union(reviewed: &[Reviewed]) -> usize {
    let mut users: Vec<_> = reviewed.iter().filter_map(|one| one.members.as_ref()).flatten().copied().collect();
    users.sort_unstable();
    users.dedup();
    users.len()
}

fn group_json(snapshot: &Snapshot, one: &Reviewed) -> Json {
    let group = snapshot.group(one.group);
    json!({
        "id": group.id,
        "displayName": group.display_name,
        "membershipRule": group.rule().map(|rule| rule.text.to_string()),
        "valid": one.rule.is_some(),
        "members": one.members.as_ref().map(Vec::len),
        "guests": one.guests,
        "disabled": one.disabled,
        "null_sensitive": one.null_sensitive(),
        "open_readings": one.sensitivities,
        "findings": one.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn table(snapshot: &Snapshot, reviewed: &[Reviewed]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["group", "members", "guests", "disabled", "members on A5", "findings"]);
    for one in reviewed {
        let count = |value: u32| if one.members.is_some() { value.to_string() } else { String::new() };
        table.add_row([
            snapshot.group(one.group).display_name.to_string(),
            one.members.as_ref().map_or_else(|| "not evaluated".to_owned(), |members| members.len().to_string()),
            count(one.guests),
            count(one.disabled),
            count(one.null_sensitive()),
            one.findings.len().to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
