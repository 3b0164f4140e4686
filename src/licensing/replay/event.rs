//! Events and how they are written. In: JSON lines. Out: dated events, or findings with the line. Never: looks at what a name
//! stands for; that is the run's business.

use serde_json::Value;

use super::fields::{BAD_FIELD, BAD_LINE, Fields};
use crate::diagnostic::{Code, Diagnosed, Diagnostic, Origin, did_you_mean};
use crate::licensing::{Country, GuestPolicy, Reprocess, SwapPolicy};

/// Nobody knows such an event.
const UNKNOWN_EVENT: Code = Code("D603");
/// Days have to ascend.
const DAYS_DESCEND: Code = Code("D604");

/// One event of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    pub day: u32,
    /// The word after `do`.
    pub name: &'static str,
    pub event: Event,
    pub origin: Origin,
}

/// A SKU that a group gives, less the plans that are switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseRow {
    pub sku: String,
    pub disabled_plans: Vec<String>,
}

/// What the documentation of `replay` lists. In `Setting` and `UserSet`, `None` is “not said”.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Setting(Settings),
    Sku { sku: String, plans: Vec<String>, prohibited: Vec<Country> },
    Exclusion { plans: Vec<String> },
    Dependency { plan: String, needs: Vec<String> },
    User { user: String, location: Option<Country>, guest: bool },
    Group { group: String, licenses: Vec<LicenseRow> },
    Subscription { id: String, sku: String, quantity: u32, term_end: Option<u32>, renew: bool, says_term: bool },
    MemberAdd { group: String, users: Vec<String> },
    MemberRemove { group: String, users: Vec<String> },
    GroupNest { group: String, child: String },
    UserSet { user: String, location: Option<Option<Country>>, guest: Option<bool> },
    UserDelete { user: String, admin_center: bool },
    UserRestore { user: String },
    DirectAdd { user: String, sku: String },
    DirectRemove { user: String, sku: String },
    GroupLicenses { group: String, licenses: Vec<LicenseRow> },
    GroupDelete { group: String },
    Reprocess,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub tenant_country: Option<Option<Country>>,
    pub reprocess: Option<Reprocess>,
    pub guests: Option<GuestPolicy>,
    pub swap: Option<SwapPolicy>,
    pub warning_days: Option<u32>,
    pub suspended_days: Option<u32>,
}

const NAMES: [&str; 18] = [
    "setting",
    "sku",
    "exclusion",
    "dependency",
    "user",
    "group",
    "subscription",
    "member-add",
    "member-remove",
    "group-nest",
    "user-set",
    "user-delete",
    "user-restore",
    "direct-add",
    "direct-remove",
    "group-licenses",
    "group-delete",
    "reprocess",
];

/// Reads a file of events: one JSON object a line, days ascending. Empty lines are skipped. A line with an error is left out,
/// and the caller decides whether to go on.
pub fn read(text: &str, file: &Origin) -> Diagnosed<Vec<Dated>> {
    let mut findings = Vec::new();
    let mut events: Vec<Dated> = Vec::new();
    let mut last = 0;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let origin = file.at_line(number as u64 + 1);
        let Some(event) = line_of(line, &origin, &mut findings) else { continue };
        if event.day < last {
            let message = format!("day {} comes after day {last}: days have to ascend", event.day);
            findings.push(Diagnostic::error(DAYS_DESCEND, message).at(&origin));
            continue;
        }
        last = event.day;
        events.push(event);
    }
    Diagnosed::new(events, findings)
}

fn line_of(line: &str, origin: &Origin, findings: &mut Vec<Diagnostic>) -> Option<Dated> {
    let map = match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(map)) => map,
        Ok(_) => {
            findings.push(Diagnostic::error(BAD_LINE, "the line is not a JSON object").at(origin));
            return None;
        }
        Err(error) => {
            let message = format!("the line is not JSON: {} at column {}", category(&error), error.column());
            findings.push(Diagnostic::error(BAD_LINE, message).at(origin));
            return None;
        }
    };
    let before = findings.len();
    let mut fields = Fields::new(map, origin.clone(), findings);
    let day = fields.number("day");
    let name = fields.text("do");
    let known = name.as_deref().and_then(|name| NAMES.into_iter().find(|known| *known == name));
    let Some(known) = known else {
        if let Some(name) = name {
            let mut finding = Diagnostic::error(UNKNOWN_EVENT, format!("there is no event `{name}`")).at(origin);
            finding.help = did_you_mean(&name, NAMES);
            findings.push(finding);
        }
        return None;
    };
    let event = event(known, &mut fields);
    fields.finish();
    let (Some(day), Some(event)) = (day, event) else { return None };
    (findings.len() == before).then(|| Dated { day, name: known, event, origin: origin.clone() })
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        _ => "it cannot be read",
    }
}

fn event(name: &str, fields: &mut Fields<'_>) -> Option<Event> {
    Some(match name {
        "setting" => Event::Setting(settings(fields)),
        "sku" => Event::Sku {
            sku: fields.text("sku")?,
            plans: fields.texts("plans", false),
            prohibited: countries(fields, "prohibitedLocations"),
        },
        "exclusion" => Event::Exclusion { plans: fields.texts("plans", true) },
        "dependency" => Event::Dependency { plan: fields.text("plan")?, needs: fields.texts("needs", true) },
        "user" => {
            let user = fields.text("user")?;
            let location = fields.country("usageLocation");
            let guest = fields.has("userType") && is_guest(fields)?;
            fields.boolean("accountEnabled", true);
            // Other attributes change no licence; a user may be declared with all of them.
            fields.rest();
            Event::User { user, location, guest }
        }
        "group" => Event::Group { group: fields.text("group")?, licenses: licenses(fields) },
        "subscription" => Event::Subscription {
            id: fields.text("id")?,
            sku: fields.text("sku")?,
            quantity: fields.number("quantity")?,
            says_term: fields.has("termEnd") || fields.has("renew"),
            term_end: fields.number_or_null("termEnd"),
            renew: fields.boolean("renew", true),
        },
        "member-add" => Event::MemberAdd { group: fields.text("group")?, users: fields.texts("users", true) },
        "member-remove" => Event::MemberRemove { group: fields.text("group")?, users: fields.texts("users", true) },
        "group-nest" => Event::GroupNest { group: fields.text("group")?, child: fields.text("child")? },
        "user-set" => {
            let user = fields.text("user")?;
            let location = fields.has("usageLocation").then(|| fields.country("usageLocation"));
            let guest = if fields.has("userType") { Some(is_guest(fields)?) } else { None };
            fields.boolean("accountEnabled", true);
            fields.rest();
            Event::UserSet { user, location, guest }
        }
        "user-delete" => {
            Event::UserDelete { user: fields.text("user")?, admin_center: fields.boolean("adminCenter", false) }
        }
        "user-restore" => Event::UserRestore { user: fields.text("user")? },
        "direct-add" => Event::DirectAdd { user: fields.text("user")?, sku: fields.text("sku")? },
        "direct-remove" => Event::DirectRemove { user: fields.text("user")?, sku: fields.text("sku")? },
        "group-licenses" => Event::GroupLicenses { group: fields.text("group")?, licenses: licenses(fields) },
        "group-delete" => Event::GroupDelete { group: fields.text("group")? },
        _ => Event::Reprocess,
    })
}

fn is_guest(fields: &mut Fields<'_>) -> Option<bool> {
    match fields.any("userType") {
        None | Some(Value::Null) => Some(false),
        Some(Value::String(kind)) => Some(kind.eq_ignore_ascii_case("guest")),
        Some(_) => {
            let finding = Diagnostic::error(BAD_FIELD, "`userType` is not a text").at(&fields.origin);
            fields.findings.push(finding);
            None
        }
    }
}

fn countries(fields: &mut Fields<'_>, name: &'static str) -> Vec<Country> {
    let mut countries = Vec::new();
    for text in fields.texts(name, false) {
        match Country::parse(&text) {
            Some(country) => countries.push(country),
            None => {
                let message = format!("`{text}` is not a two-letter country code");
                let finding = Diagnostic::error(BAD_FIELD, message).at(&fields.origin);
                fields.findings.push(finding);
            }
        }
    }
    countries
}

fn licenses(fields: &mut Fields<'_>) -> Vec<LicenseRow> {
    let origin = fields.origin.clone();
    let mut rows = Vec::new();
    for map in fields.objects("licenses") {
        let mut inner = Fields::new(map, origin.clone(), fields.findings);
        let sku = inner.text("sku");
        let disabled_plans = inner.texts("disabledPlans", false);
        inner.finish();
        rows.extend(sku.map(|sku| LicenseRow { sku, disabled_plans }));
    }
    rows
}

fn settings(fields: &mut Fields<'_>) -> Settings {
    let tenant_country = fields.has("tenantCountry").then(|| fields.country("tenantCountry"));
    let reprocess = fields.any("reprocess").and_then(|value| choice(fields, "reprocess", &value, reprocess));
    let guests = fields.any("guestPolicy").and_then(|value| choice(fields, "guestPolicy", &value, guests));
    let swap = fields.any("swap").and_then(|value| choice(fields, "swap", &value, swap));
    let warning_days = fields.number_or_null("warningDays");
    let suspended_days = fields.number_or_null("suspendedDays");
    Settings { tenant_country, reprocess, guests, swap, warning_days, suspended_days }
}

fn choice<T>(
    fields: &mut Fields<'_>,
    name: &str,
    value: &Value,
    read: impl Fn(&Value) -> Result<T, &'static [&'static str]>,
) -> Option<T> {
    read(value)
        .map_err(|known| {
            let mut finding = Diagnostic::error(BAD_FIELD, format!("`{name}` cannot be {value}"));
            finding.help = did_you_mean(value.as_str().unwrap_or(""), known.iter().copied());
            fields.findings.push(finding.at(&fields.origin));
        })
        .ok()
}

fn reprocess(value: &Value) -> Result<Reprocess, &'static [&'static str]> {
    let delayed = ["auto_delayed", "auto-delayed", "autoDelayed"].into_iter().find_map(|name| value.get(name));
    match (value.as_str(), delayed.and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok())) {
        (Some("auto"), _) | (_, Some(0)) => Ok(Reprocess::Auto),
        (Some("manual"), _) => Ok(Reprocess::Manual),
        (_, Some(days)) => Ok(Reprocess::AutoDelayed { days }),
        _ => Err(&["auto", "manual"]),
    }
}

fn guests(value: &Value) -> Result<GuestPolicy, &'static [&'static str]> {
    match value.as_str() {
        Some("consume") => Ok(GuestPolicy::Consume),
        Some("skip") => Ok(GuestPolicy::Skip),
        Some("flag") => Ok(GuestPolicy::Flag),
        _ => Err(&["consume", "skip", "flag"]),
    }
}

fn swap(value: &Value) -> Result<SwapPolicy, &'static [&'static str]> {
    match value.as_str() {
        Some("keep-old" | "keep_old") => Ok(SwapPolicy::KeepOld),
        Some("drop-old" | "drop_old") => Ok(SwapPolicy::DropOld),
        _ => Err(&["keep-old", "drop-old"]),
    }
}
