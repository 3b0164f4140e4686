//! `seatcast replay`: the licensing engine as a sandbox. In: a file of dated events. Out: the state after each day. Never: chance.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::settings::Format;
use super::{Exit, Failure, outputs};
use crate::diagnostic::{Diagnostic, Origin};
use crate::licensing::replay::{self, Day};

/// Exact licensing states after each dated event
///
/// Reads JSON lines, one event each: {"day": N, "do": EVENT, …} with days ascending. Events: setting, sku, exclusion, dependency,
/// user, group, subscription, member-add, member-remove, group-nest, user-set, user-delete, user-restore, direct-add,
/// direct-remove, group-licenses, group-delete, reprocess. `seatcast schema replay` lists the fields of each and works through a
/// scenario of sixteen days, state by state.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The file of events, one JSON object a line
    #[arg(value_name = "EVENTS.jsonl")]
    events: PathBuf,
    /// What is printed on stdout: a table a day, or a JSON object a day
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let bytes = std::fs::read(&args.events).map_err(|source| Failure::Read { path: args.events.clone(), source })?;
    let name = args.events.file_name().map_or_else(|| "events".to_owned(), |name| name.to_string_lossy().into_owned());
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::Other(format!("`{}` is not UTF-8 text", args.events.display())))?;
    let mut findings: Vec<Diagnostic> = Vec::new();
    let events = replay::read(&text, &Origin::file(name)).into_value(&mut findings);
    if !findings.is_empty() {
        return Err(Failure::Findings(findings));
    }
    let replayed = replay::run(&events).into_value(&mut findings);
    if !findings.is_empty() {
        return Err(Failure::Findings(findings));
    }
    for day in &replayed.days {
        outputs::print(&match args.format {
            Format::Json => json(day)?,
            Format::Text => table(day),
        })?;
    }
    match replayed.unsettled {
        Some(unsettled) => Err(Failure::Other(unsettled.to_string())),
        None => Ok(Exit::Done),
    }
}

fn json(day: &Day) -> Result<String, Failure> {
    let line = serde_json::to_string(day).map_err(|error| Failure::Other(error.to_string()))?;
    Ok(format!("{line}\n"))
}

fn table(day: &Day) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_width(80);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_header(["SKU", "capacity", "assigned", "available", "holders", "waiting"]);
    for (sku, row) in &day.skus {
        let capacity = row.enabled + row.warning;
        table.add_row([
            sku.clone(),
            capacity.to_string(),
            row.assigned.to_string(),
            row.available.to_string(),
            row.holders.join(" "),
            row.waiting.join(" "),
        ]);
    }
    let mut text = format!("Day {}\n{table}\n", day.day);
    for path in &day.paths {
        let error = path.error.unwrap_or("");
        text.push_str(&format!("  {} · {} @ {}: {} {error}\n", path.user, path.sku, path.source, path.state));
    }
    for refused in &day.refused {
        text.push_str(&format!("  refused {}: {} ({})\n", refused.event, refused.message, refused.code));
    }
    text.push('\n');
    text
}
