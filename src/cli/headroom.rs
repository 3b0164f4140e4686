//! `seatcast headroom`: how many more joiners like this fit. In: a tenant folder, a user or attributes. Out: a number and the SKU that
//! binds first. Never: a guess about people who are not like this.

use std::collections::BTreeSet;

use clap::Args as ClapArgs;

use super::inputs::{Standing, TenantArgs};
use super::settings::{self, Format};
use super::timings::Timings;
use super::{Exit, Failure, explain, fit, outputs, render};
use crate::diagnostic::did_you_mean;
use crate::directory::{
    Attribute, AttributeKind, GroupIndex, LicenseSource, SkuIndex, Snapshot, User, Value, ValueRef,
};
use crate::licensing::{self, BundleIndex, Country, HEADROOM_LIMIT, Seeker, Today};
use crate::report::clean;

/// How many more joiners like this fit, and which SKU binds first
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    tenant: TenantArgs,
    /// A user to copy, with groups and direct licences, or attributes: `department=Sales,usageLocation=NL`
    #[arg(long, value_name = "USER|ATTRS")]
    profile: String,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let Standing { baseline, today, findings, .. } = args.tenant.load()?.stand(&mut Timings::start(false))?;
    render::count(findings.len());
    let snapshot = &baseline.snapshot;
    let now = baseline.today.and_time(chrono::NaiveTime::MIN).and_utc();
    let (record, bundles, direct) = if args.profile.contains('=') {
        let record = profile(&args.profile)?;
        let bundles = by_rules(&today, &record, now);
        (record, bundles, Vec::new())
    } else {
        let user = explain::user(snapshot, &args.profile)?;
        let bundles = today.ledger.bundles_of(user.0);
        let direct = snapshot.assigned.iter().filter(|l| l.user == user && l.source == LicenseSource::Direct);
        (snapshot.users.record(user), bundles, direct.map(|license| license.sku).collect())
    };
    let text = |attribute: &Attribute| match record.value(attribute) {
        ValueRef::Text(text) => Some(text.to_owned()),
        _ => None,
    };
    let seeker = Seeker {
        location: text(&Attribute::UsageLocation).as_deref().and_then(Country::parse),
        guest: text(&Attribute::UserType).is_some_and(|kind| kind.eq_ignore_ascii_case("guest")),
        ..Seeker::default()
    };
    let found = licensing::headroom(&today, seeker, &bundles, &direct);
    let groups: Vec<String> = bundles.iter().map(|bundle| group_name(snapshot, today.group_of(*bundle))).collect();
    let name = |sku: &SkuIndex| snapshot.sku(*sku).sku_part_number.to_string();
    let skus: Vec<(String, Option<i64>)> = found.skus.iter().map(|(sku, free)| (name(sku), *free)).collect();
    let binding: Vec<String> = found.binding.iter().map(name).collect();
    outputs::print(&match args.format {
        Format::Json => {
            let skus: Vec<_> =
                skus.iter().map(|(sku, free)| serde_json::json!({ "sku": sku, "available": free })).collect();
            let limited = found.fits == HEADROOM_LIMIT;
            let json = serde_json::json!({ "version": 1, "groups": groups, "skus": skus, "fits": found.fits, "limited": limited, "binding": binding });
            format!("{json:#}\n")
        }
        Format::Text => fit::fit(&page(&groups, &skus, found.fits, &binding), settings::width()),
    })?;
    Ok(Exit::Done)
}

fn page(groups: &[String], skus: &[(String, Option<i64>)], fits: u32, binding: &[String]) -> String {
    let list = |names: &[String]| names.iter().map(|name| clean::text(name)).collect::<Vec<_>>().join(", ");
    let mut text = match (groups.is_empty() && skus.is_empty(), fits) {
        (true, _) => "Nobody like this gets a licence: no group and no direct assignment entitles.\n".to_owned(),
        (_, HEADROOM_LIMIT) => format!("{HEADROOM_LIMIT} or more fit.\n"),
        (_, 1) => "1 more fits.\n".to_owned(),
        (_, fits) => format!("{fits} more fit.\n"),
    };
    if !binding.is_empty() {
        text.push_str(&format!("The next goes without: {}\n", list(binding)));
    }
    if !groups.is_empty() {
        text.push_str(&format!("Through: {}\n", list(groups)));
    }
    for (sku, free) in skus {
        let free = free.map_or_else(|| "units are not counted".to_owned(), |free| format!("{free} free today"));
        text.push_str(&format!("  {}: {free}\n", clean::text(sku)));
    }
    text
}

fn group_name(snapshot: &Snapshot, group: GroupIndex) -> String {
    snapshot.group(group).display_name.to_string()
}

/// The licensed groups whose rule takes such a person.
fn by_rules(today: &Today, record: &User, now: chrono::DateTime<chrono::Utc>) -> Vec<BundleIndex> {
    let holds = today.memberships.rules().iter().filter(|rule| rule.rule.holds(record, now));
    let bundles: BTreeSet<BundleIndex> = holds.filter_map(|rule| today.bundle_of(rule.group)).collect();
    bundles.into_iter().collect()
}

/// A person from `name=value` pairs. Whoever says nothing of `accountEnabled` and `userType` means an enabled member; every other
/// attribute that is not given is null.
fn profile(text: &str) -> Result<User, Failure> {
    let mut record = User::default();
    for attribute in Attribute::known() {
        record.set(attribute, Value::Null);
    }
    record.set(Attribute::AccountEnabled, Value::Boolean(true));
    record.set(Attribute::UserType, Value::text("Member"));
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (name.trim(), value.trim());
        let attribute = Attribute::from_graph_name(name).or_else(|| Attribute::from_rule_name(name));
        let Some(attribute) = attribute else {
            let known: Vec<String> = Attribute::known().map(|known| known.graph_name()).collect();
            let help = did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_default();
            return Err(Failure::Other(format!("`{}` is not a user attribute; {help}", clean::text(name))));
        };
        let value = match (attribute.kind(), value.to_ascii_lowercase().as_str()) {
            (_, "") => Value::Null,
            (AttributeKind::Boolean, "true") => Value::Boolean(true),
            (AttributeKind::Boolean, "false") => Value::Boolean(false),
            (AttributeKind::Text, _) => Value::text(value),
            (AttributeKind::Texts, _) => Value::Texts(vec![value.into()]),
            _ => return Err(Failure::Other(format!("`{}` cannot be given in a profile", clean::text(name)))),
        };
        record.set(attribute, value);
    }
    Ok(record)
}
