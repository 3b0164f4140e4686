//! Explanations as lines. In: a trace. Out: text. Never: a control character of a name that others wrote.

use crate::licensing::trace::{GroupTrace, SkuTrace, UserTrace};
use crate::report::{Language, Words, clean};
use crate::rule::Step;
use crate::supply::{LotStanding, Stage};

/// People of a line who are named on the screen.
const LISTED: usize = 50;

/// Free units, or that nobody counts them.
fn free(available: Option<i64>) -> String {
    available.map_or_else(|| "units are not counted".to_owned(), |free| format!("{free} free"))
}

pub fn user(trace: &UserTrace) -> String {
    let mut text = format!("{} ({})\n", clean::text(&trace.user), clean::text(&trace.id));
    let location = trace.usage_location.as_deref().map_or("no usageLocation".to_owned(), clean::text);
    let kind = if trace.guest { "guest" } else { "member" };
    let blocked =
        if trace.account_enabled == Some(false) { ", sign-in blocked (takes its seats all the same)" } else { "" };
    text.push_str(&format!("  {kind}, {location}{blocked}\n\nSeats\n"));
    for sku in &trace.skus {
        let state = match (sku.holds_seat, sku.place) {
            (true, _) => "holds a seat".to_owned(),
            (false, Some(place)) => format!("waits: number {place} of {} in line", sku.in_line),
            (false, None) => "blocked".to_owned(),
        };
        text.push_str(&format!("  {}: {state}\n", clean::text(&sku.sku)));
        for path in &sku.paths {
            let error = path.error.map(|error| format!(", {error}")).unwrap_or_default();
            text.push_str(&format!("    {}: {}{error}\n", clean::text(&path.source), path.state));
            if let Some(remedy) = &path.remedy {
                text.push_str(&format!("      needs {}\n", clean::text(remedy)));
            }
        }
    }
    text.push_str("\nLicensed groups\n");
    for group in &trace.groups {
        let sign = if group.member { '+' } else { '-' };
        let skus: Vec<String> = group.skus.iter().map(|sku| clean::text(sku)).collect();
        text.push_str(&format!(
            "  {sign} {} ({}): {}\n",
            clean::text(&group.group),
            clean::text(&group.decided_by),
            skus.join(", ")
        ));
        group.rule.iter().for_each(|step| step_text(step, 3, &mut text));
    }
    text
}

/// One step of a rule a line: whether it holds, its text, and the user's value.
fn step_text(step: &Step, depth: usize, text: &mut String) {
    let sign = match step.holds {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '?',
    };
    let value = match (&step.attribute, &step.value) {
        (Some(attribute), Some(value)) => format!("  [{} = {}]", clean::text(attribute), clean::text(value)),
        _ => String::new(),
    };
    text.push_str(&format!("{}{sign} {}{value}\n", "  ".repeat(depth), clean::text(&step.text)));
    step.steps.iter().for_each(|inner| step_text(inner, depth + 1, text));
}

pub fn group(trace: &GroupTrace) -> String {
    let mut text = format!("{} ({})\n", clean::text(&trace.group), clean::text(&trace.id));
    text.push_str(&format!(
        "  {} members, of them {} guests; decided by: {}\n",
        trace.members,
        trace.guests,
        clean::text(&trace.decided_by)
    ));
    if let Some(rule) = &trace.rule {
        text.push_str(&format!("  rule: {}\n", clean::text(rule)));
    }
    if !trace.nested.is_empty() {
        let nested: Vec<String> = trace.nested.iter().map(|name| clean::text(name)).collect();
        text.push_str(&format!("  groups inside, whose members get nothing: {}\n", nested.join(", ")));
    }
    for sku in &trace.skus {
        let name = clean::text(&sku.sku);
        text.push_str(&format!(
            "  gives {name}: {} members hold it, {} do not, {}\n",
            sku.holding,
            sku.without,
            free(sku.available)
        ));
    }
    text
}

/// A lot with its state, and what comes next with the last day to change it.
fn subscription(lot: &LotStanding) -> String {
    let state = match (lot.stage, lot.starts) {
        (Stage::Ahead, Some(day)) => format!("from {day} on"),
        (Stage::Warning, _) => "in grace".to_owned(),
        (Stage::Suspended, _) => "suspended: nobody can use or be given them".to_owned(),
        (Stage::LockedOut, _) => "cancelled: nobody can use or be given them".to_owned(),
        (Stage::Extended, _) => "in the extended service term".to_owned(),
        (stage, _) => stage.name().to_owned(),
    };
    let words = Words::of(Language::English);
    let next = match (&lot.next, lot.term_end) {
        (Some(next), _) => {
            let change = match (next.quantity_before, next.quantity_after) {
                (before, after) if before == after => String::new(),
                (before, after) => format!(", {before} → {after}"),
            };
            let what = words.say(&format!("renewals.{}", next.end.name()));
            let (on, act) = (next.day, next.last_day_to_act);
            format!("{what} on {on}{change} (last day to act {act})")
        }
        (None, Some(end)) if matches!(lot.stage, Stage::Active { .. }) => format!("renews as it is on {end}"),
        (None, Some(end)) => format!("its term ended on {end}"),
        (None, None) => "the end of its term is not known".to_owned(),
    };
    format!("{}: {} units, {state}; {next}", clean::text(&lot.subscription), lot.units)
}

pub fn sku(trace: &SkuTrace) -> String {
    let mut text = format!("{} ({})\n", clean::text(&trace.sku), clean::text(&trace.sku_id));
    let units = trace.capacity.map(|units| format!(" of {units} units")).unwrap_or_default();
    text.push_str(&format!(
        "  {} seats{units} held, {}; {} users wait, {} are blocked\n",
        trace.assigned,
        free(trace.available),
        trace.waiting,
        trace.blocked
    ));
    if !trace.subscriptions.is_empty() {
        text.push_str("\nSubscriptions\n");
        trace.subscriptions.iter().for_each(|lot| text.push_str(&format!("  {}\n", subscription(lot))));
        if trace.units_beside > 0 {
            text.push_str(&format!("  in none of them: {} units of the SKU export\n", trace.units_beside));
        }
    }
    text.push_str("\nSources\n");
    for source in &trace.sources {
        let name = clean::text(&source.source);
        text.push_str(&format!("  {name}: {} users, {} of them by this alone\n", source.users, source.only_by_this));
    }
    if !trace.line.is_empty() {
        let order = clean::text(&trace.order);
        text.push_str(&format!("\nIn line (order of grants: {order}; Microsoft documents none)\n"));
    }
    for (at, user) in trace.line.iter().take(LISTED).enumerate() {
        text.push_str(&format!("  {}. {}\n", at + 1, clean::text(user)));
    }
    if trace.line.len() > LISTED {
        text.push_str(&format!("  … and {} more: `--format json` lists all\n", trace.line.len() - LISTED));
    }
    text
}
