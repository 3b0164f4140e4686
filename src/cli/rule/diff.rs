//! `seatcast rule diff`: a rule change before it is saved. In: the old rule, the new one, a tenant folder. Out: who joins, who
//! leaves, seats, money and waiting users by SKU. Never: changes a tenant.

mod text;

use clap::Args;
use serde_json::{Value as Json, json};

use super::{ReadingsArgs, finding_json, put};
use crate::cli::inputs::TenantArgs;
use crate::cli::settings::Format;
use crate::cli::{Exit, Failure, render};
use crate::diagnostic::Origin;
use crate::directory::{GroupIndex, RuleText, Snapshot, UserIndex};
use crate::rule::{self, Checked, Choice, Form, Options};
use crate::simulate::{self, Cause, RuleChange, SkuChange};

/// Show what a rule change does: who joins, who leaves, seats and money by SKU, guests and waiting users
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The old rule: the name or id of a dynamic group, or the text of its rule
    #[arg(value_name = "OLD", allow_hyphen_values = true)]
    old: String,
    /// The text of the new rule
    #[arg(value_name = "NEW", allow_hyphen_values = true)]
    new: String,
    #[command(flatten)]
    tenant: TenantArgs,
    #[command(flatten)]
    readings: ReadingsArgs,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    let readings = args.readings.options()?;
    if let Some(other) = readings.others().find(|choice| *choice != Choice::RuleEdit) {
        let message = format!("licences are settled by the readings taken; `rule check --other {}` counts", other.id());
        return Err(Failure::Other(message));
    }
    let mut loaded = args.tenant.load()?;
    let new = compile(&args.new, &loaded.baseline.policy.readings)?;
    let snapshot = &loaded.baseline.snapshot;
    let groups = groups(snapshot, &args.old)?;
    for attribute in new.attributes() {
        if !snapshot.users.column(attribute).is_some_and(|column| column.is_in_file()) {
            return Err(Failure::Other(format!("no user file holds `{attribute}`, which the new rule names")));
        }
    }
    let text = RuleText { text: args.new.as_str().into(), origin: Origin::file("NEW") };
    let changed = simulate::rule_change(&loaded.baseline, &loaded.catalog, &groups, &text);
    let Some(mut change) = changed.into_value(&mut loaded.findings) else {
        return Err(Failure::Findings(loaded.findings));
    };
    if readings.is_other(Choice::RuleEdit) {
        change.empty_first();
    }
    let advice = rule::lint(&new);
    match args.format {
        Format::Json => {
            let findings: Vec<Json> = advice.iter().map(finding_json).collect();
            put(&format!("{}\n", change_json(&loaded.baseline.snapshot, &groups, &change, &findings)))?;
        }
        Format::Text => {
            put(&render::findings(&advice, false, 100))?;
            put(&text::shown(&loaded.baseline.snapshot, &groups, &change))?;
        }
    }
    Ok(Exit::Done)
}

fn compile(text: &str, readings: &Options) -> Result<Checked, Failure> {
    let compiled = rule::compile_with(text, &Origin::file("NEW"), readings);
    let Some(checked) = compiled.value else { return Err(Failure::Findings(compiled.diagnostics)) };
    match checked.form() {
        Form::Device => Err(Failure::Other("device rules are recognised but not simulated".to_owned())),
        Form::MemberOf => Err(Failure::Other("`memberOf` ended: a new rule cannot use it".to_owned())),
        Form::Expression | Form::DirectReports => Ok(checked),
    }
}

/// The group with this id or name, else every group with this rule.
fn groups(snapshot: &Snapshot, old: &str) -> Result<Vec<GroupIndex>, Failure> {
    let named = |name: &str| name.eq_ignore_ascii_case(old);
    let matching = |wanted: &dyn Fn(GroupIndex) -> bool| -> Vec<GroupIndex> {
        snapshot.group_indexes().filter(|group| wanted(*group)).collect()
    };
    let group = |group: GroupIndex| snapshot.group(group);
    let called = matching(&|index| named(&group(index).id) || named(&group(index).display_name));
    if called.iter().any(|index| !group(*index).is_dynamic()) {
        return Err(Failure::Other(format!("the members of `{old}` are assigned, not dynamic")));
    }
    let same = |index: GroupIndex| group(index).rule().is_some_and(|rule| rule.text.trim() == old.trim());
    let found = if called.is_empty() { matching(&same) } else { called };
    if found.is_empty() {
        return Err(Failure::Other(format!("no dynamic group has this id, name or rule: `{old}`")));
    }
    Ok(found)
}

fn guests(snapshot: &Snapshot, users: &[UserIndex]) -> u32 {
    snapshot.guests_in(users)
}

fn sku_json(snapshot: &Snapshot, change: &SkuChange) -> Json {
    let waiting: Vec<&str> = change.newly_waiting.iter().map(|user| snapshot.users.id(*user)).collect();
    json!({
        "sku": snapshot.sku(change.sku).sku_part_number,
        "seated_before": change.seated.0, "seated_after": change.seated.1,
        "waiting_before": change.waiting.0, "waiting_after": change.waiting.1,
        "blocked_before": change.blocked.0, "blocked_after": change.blocked.1,
        "newly_waiting": waiting,
        "monthly_change": change.monthly,
    })
}

fn cause_json(snapshot: &Snapshot, cause: &Cause) -> Json {
    let values: Vec<Json> =
        cause.values.iter().map(|(value, users)| json!({ "value": value, "users": users })).collect();
    json!({
        "change": if cause.joins { "joins" } else { "leaves" },
        "cause": cause.clauses,
        "count": cause.users.len(),
        "values": values,
        "users": cause.users.iter().map(|user| snapshot.users.id(*user)).collect::<Vec<_>>(),
    })
}

fn change_json(snapshot: &Snapshot, groups: &[GroupIndex], change: &RuleChange, findings: &[Json]) -> Json {
    let ids =
        |users: &[UserIndex]| -> Vec<String> { users.iter().map(|user| snapshot.users.id(*user).to_owned()).collect() };
    json!({
        "version": 1,
        "groups": groups.iter().map(|group| snapshot.group(*group).id.to_string()).collect::<Vec<_>>(),
        "joining": ids(&change.joining),
        "leaving": ids(&change.leaving),
        "staying": ids(&change.staying),
        "guests_joining": guests(snapshot, &change.joining),
        "guests_leaving": guests(snapshot, &change.leaving),
        "causes": change.causes.iter().map(|cause| cause_json(snapshot, cause)).collect::<Vec<_>>(),
        "skus": change.skus.iter().map(|sku| sku_json(snapshot, sku)).collect::<Vec<_>>(),
        "findings": findings,
    })
}
