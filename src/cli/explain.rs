//! `seatcast explain`: why somebody has, waits for or lacks a seat. In: a tenant folder and a name. Out: the way of the decision on
//! stdout. Never: decides.

mod text;

use clap::{Args as ClapArgs, Subcommand};

use super::inputs::{Standing, TenantArgs};
use super::settings::{self, Format};
use super::timings::Timings;
use super::{Exit, Failure, fit, outputs, render};
use crate::diagnostic::did_you_mean;
use crate::directory::{Attribute, Snapshot, UserIndex};
use crate::licensing::Today;
use crate::licensing::trace::{self, GroupTrace, SkuTrace};
use crate::report::clean;
use crate::scenario::Baseline;

/// Why a user, group or SKU stands as it does: ways, rules with values, place in line, what would have to change
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    about: About,
}

#[derive(Debug, Subcommand)]
enum About {
    /// One user, by id, userPrincipalName, mail, employeeId or display name
    User(Named),
    /// One group, by id or display name
    Group(Named),
    /// One SKU, by id, part number or product name
    Sku(Named),
}

#[derive(Debug, ClapArgs)]
struct Named {
    #[command(flatten)]
    tenant: TenantArgs,
    /// Whom or what to explain
    #[arg(value_name = "NAME")]
    name: String,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let (About::User(named) | About::Group(named) | About::Sku(named)) = &args.about;
    let Standing { baseline, today, findings, .. } = named.tenant.load()?.stand(&mut Timings::start(false))?;
    render::count(findings.len());
    let snapshot = &baseline.snapshot;
    let now = baseline.today.and_time(chrono::NaiveTime::MIN).and_utc();
    let text = match &args.about {
        About::User(_) => {
            let trace = trace::user(snapshot, &today, user(snapshot, &named.name)?, now);
            shown(named.format, &trace, text::user)?
        }
        About::Group(_) => shown(named.format, &group(snapshot, &today, &named.name)?, text::group)?,
        About::Sku(_) => shown(named.format, &sku(&baseline, &today, &named.name)?, text::sku)?,
    };
    outputs::print(&text)?;
    Ok(Exit::Done)
}

fn shown<T: serde::Serialize>(format: Format, trace: &T, text: impl Fn(&T) -> String) -> Result<String, Failure> {
    match format {
        Format::Text => Ok(fit::fit(&text(trace), settings::width())),
        Format::Json => {
            let json = serde_json::json!({ "version": 1, "explained": trace });
            Ok(format!("{json:#}\n"))
        }
    }
}

fn not_found<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Failure {
    let help = did_you_mean(name, known).map(|help| format!("; {}", clean::text(&help))).unwrap_or_default();
    Failure::Other(format!("there is no {what} `{}`{help}", clean::text(name)))
}

/// The user with this id, userPrincipalName, mail, employeeId or display name.
pub fn user(snapshot: &Snapshot, name: &str) -> Result<UserIndex, Failure> {
    let users = &snapshot.users;
    let keys =
        [Attribute::Id, Attribute::UserPrincipalName, Attribute::Mail, Attribute::EmployeeId, Attribute::DisplayName];
    for key in &keys {
        let is = |user: &UserIndex| users.text(*user, key).is_some_and(|text| text.eq_ignore_ascii_case(name));
        let found: Vec<UserIndex> = users.indexes().filter(is).take(3).collect();
        match found[..] {
            [user] => return Ok(user),
            [first, second, ..] => {
                let ids = (clean::text(users.id(first)), clean::text(users.id(second)));
                return Err(Failure::Other(format!(
                    "several users are called `{name}`, for example {} and {}",
                    ids.0, ids.1
                )));
            }
            [] => {}
        }
    }
    Err(not_found("user", name, users.indexes().map(|user| users.name(user))))
}

fn group(snapshot: &Snapshot, today: &Today, name: &str) -> Result<GroupTrace, Failure> {
    let named = |group: &crate::directory::GroupIndex| snapshot.group(*group).display_name.eq_ignore_ascii_case(name);
    let found = snapshot.find_group(name).or_else(|| snapshot.group_indexes().find(named));
    let index =
        found.ok_or_else(|| not_found("group", name, snapshot.groups.iter().map(|group| &*group.display_name)))?;
    Ok(trace::group(snapshot, today, index))
}

fn sku(baseline: &Baseline, today: &Today, name: &str) -> Result<SkuTrace, Failure> {
    let snapshot = &baseline.snapshot;
    let names = |index: &crate::directory::SkuIndex| {
        let sku = snapshot.sku(*index);
        [sku.sku_id.as_str(), &*sku.sku_part_number, &*sku.product_name]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    };
    let found = snapshot.sku_indexes().find(names);
    let index = found.ok_or_else(|| not_found("SKU", name, snapshot.skus.iter().map(|sku| &*sku.sku_part_number)))?;
    Ok(trace::sku(snapshot, today, (&baseline.supplies[index.get()], baseline.today), index))
}
