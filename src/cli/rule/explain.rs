//! `seatcast rule explain`: why a user belongs to a rule, or does not. In: a rule and a user. Out: the rule's tree, each step with
//! its verdict and the user's value. Never: a verdict that `rule eval` would not give.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value as Json, json};

use super::{ReadingsArgs, instant, put};
use crate::cli::inputs::TenantArgs;
use crate::cli::reading::ReadingArgs;
use crate::cli::settings::Format;
use crate::cli::{Exit, Failure};
use crate::diagnostic::Origin;
use crate::directory::{Attribute, User, Users};
use crate::rule::{self, Step};

/// Explain why a user belongs to a rule, or does not
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The text of a rule, or with DIR the name or id of a group
    #[arg(value_name = "RULE", allow_hyphen_values = true)]
    rule: String,
    /// Object id, user principal name or display name of a user of DIR; without DIR a user as JSON
    #[arg(long, value_name = "USER")]
    user: String,
    /// The tenant folder that holds the user
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The instant that `system.now` stands for [default: the start of today]
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    readings: ReadingsArgs,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let now = args.now.as_deref().map(|text| match rule::timestamp(text) {
        Some(read) => Ok(read.instant),
        None => Err(Failure::Other(format!("`{text}` is not an instant as ISO 8601"))),
    });
    let now = now.transpose()?;
    let (text, user, now) = match &args.folder {
        Some(folder) => from_tenant(args, folder.clone(), now)?,
        None => {
            let object: serde_json::Map<String, Json> = serde_json::from_str(&args.user)
                .map_err(|error| Failure::Other(format!("without DIR, --user is a JSON object: {error}")))?;
            let read = rule::record(&object);
            if read.has_errors() {
                return Err(Failure::Findings(read.diagnostics));
            }
            (args.rule.clone(), read.value, now)
        }
    };
    let compiled = rule::compile_with(&text, &Origin::file("rule"), &args.readings.options()?);
    let Some(checked) = compiled.value else { return Err(Failure::Findings(compiled.diagnostics)) };
    if checked.form() == rule::Form::Device {
        return Err(Failure::Other("device rules are recognised but not simulated".to_owned()));
    }
    let now = match (now, checked.uses_clock()) {
        (Some(now), _) => now,
        (None, false) => DateTime::UNIX_EPOCH,
        (None, true) => return Err(Failure::Other("the rule uses `system.now`: give --now".to_owned())),
    };
    let step = checked.explain(&user, now);
    match args.format {
        Format::Json => put(&format!("{}\n", json!({ "version": 1, "member": step.holds, "step": step })))?,
        Format::Text => {
            let mut lines = String::new();
            tree(&step, "", &mut lines);
            put(&lines)?;
        }
    }
    Ok(Exit::Done)
}

type Found = (String, User, Option<DateTime<Utc>>);

fn from_tenant(args: &ExplainArgs, folder: PathBuf, now: Option<DateTime<Utc>>) -> Result<Found, Failure> {
    let baseline = TenantArgs { folder, reading: args.reading.clone() }.load()?.baseline;
    let snapshot = &baseline.snapshot;
    let named = |name: &str| name.eq_ignore_ascii_case(&args.rule);
    let group = snapshot.groups.iter().find(|group| named(&group.id) || named(&group.display_name));
    let text = match group.map(|group| group.rule()) {
        Some(Some(rule)) => rule.text.to_string(),
        Some(None) => return Err(Failure::Other(format!("the group `{}` has no rule", args.rule))),
        None => args.rule.clone(),
    };
    let user = find(&snapshot.users, &args.user)
        .ok_or_else(|| Failure::Other(format!("no user, or more than one, is called `{}`", args.user)))?;
    Ok((text, user, Some(now.unwrap_or_else(|| instant(baseline.today)))))
}

/// The one user with this id, user principal name, or display name.
fn find(users: &Users, name: &str) -> Option<User> {
    for attribute in [Attribute::Id, Attribute::UserPrincipalName, Attribute::DisplayName] {
        let called = |user: &_| users.text(*user, &attribute).is_some_and(|text| rule::fold(text) == rule::fold(name));
        let mut found = users.indexes().filter(called);
        if let Some(user) = found.next() {
            return found.next().is_none().then(|| users.record(user));
        }
    }
    None
}

fn tree(step: &Step, indent: &str, lines: &mut String) {
    let verdict = match step.holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let value = match (&step.attribute, &step.value) {
        (Some(attribute), Some(value)) => format!("   {attribute} = {value}"),
        _ => String::new(),
    };
    let note = step.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    lines.push_str(&format!("{indent}{verdict:<3} {}{value}{note}\n", step.text));
    step.steps.iter().for_each(|inner| tree(inner, &format!("{indent}    "), lines));
}
