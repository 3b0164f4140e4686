//! One user from JSON. In: a user object of Microsoft Graph, whole or in part. Out: a `User`, and what could not be read.
//! Never: takes a value of the wrong kind for null.
//!
//! Names are Graph's, or the rule language's own; extension attributes may be flat; `manager` may be an id.

use serde_json::{Map, Value as Json};

use super::{code, instant};
use crate::diagnostic::{Diagnosed, Diagnostic, did_you_mean};
use crate::directory::{AssignedPlan, Attribute, AttributeKind, User, Value};

/// Reads a user. Errors name values that could not be read; unknown names are warnings.
pub fn record(object: &Map<String, Json>) -> Diagnosed<User> {
    let mut user = User::default();
    let mut diagnostics = Vec::new();
    for (key, json) in object {
        if let (true, Json::Object(inner)) = (key.eq_ignore_ascii_case("onPremisesExtensionAttributes"), json) {
            for (key, json) in inner {
                field(&mut user, key, json, &mut diagnostics);
            }
        } else if !key.starts_with('@') {
            field(&mut user, key, json, &mut diagnostics);
        }
    }
    Diagnosed::new(user, diagnostics)
}

fn field(user: &mut User, key: &str, json: &Json, diagnostics: &mut Vec<Diagnostic>) {
    let Some(attribute) = Attribute::from_graph_name(key).or_else(|| Attribute::from_rule_name(key)) else {
        let known: Vec<String> = Attribute::known().map(|attribute| attribute.graph_name()).collect();
        let finding = Diagnostic::warning(code::UNKNOWN_KEY, format!("`{key}` is no attribute that seatcast knows"));
        let help = did_you_mean(key, known.iter().map(String::as_str)).filter(|help| help.starts_with("did"));
        diagnostics.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
        return;
    };
    match value(&attribute, json) {
        Some(value) => user.set(attribute, value),
        None => {
            let kind = match attribute.kind() {
                AttributeKind::Text => "a text",
                AttributeKind::Boolean => "a Boolean",
                AttributeKind::Instant => "a date as ISO 8601",
                AttributeKind::Texts => "a list of texts",
                AttributeKind::Plans => "a list of plans",
            };
            diagnostics.push(Diagnostic::error(code::BAD_USER, format!("the user's `{key}` is not {kind}")));
        }
    }
}

fn value(attribute: &Attribute, json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    match attribute.kind() {
        AttributeKind::Text => text(attribute, json),
        AttributeKind::Boolean => match json {
            Json::Bool(value) => Some(Value::Boolean(*value)),
            Json::String(text) if text.eq_ignore_ascii_case("true") => Some(Value::Boolean(true)),
            Json::String(text) if text.eq_ignore_ascii_case("false") => Some(Value::Boolean(false)),
            _ => None,
        },
        AttributeKind::Instant => json.as_str().and_then(instant::timestamp).map(|read| Value::Instant(read.instant)),
        AttributeKind::Texts => {
            let texts: Option<Vec<Box<str>>> =
                json.as_array()?.iter().map(|text| text.as_str().map(Into::into)).collect();
            texts.map(Value::Texts)
        }
        AttributeKind::Plans => {
            let plans: Option<Vec<AssignedPlan>> = json.as_array()?.iter().map(plan).collect();
            plans.map(Value::Plans)
        }
    }
}

fn text(attribute: &Attribute, json: &Json) -> Option<Value> {
    match (json, attribute) {
        (Json::String(text), _) => Some(Value::text(text)),
        // Graph has lists here, of which rules see the first.
        (Json::Array(texts), Attribute::BusinessPhones | Attribute::ImAddresses) => match texts.first() {
            None => Some(Value::Null),
            Some(first) => first.as_str().map(Value::text),
        },
        (Json::Object(manager), Attribute::Manager) => manager.get("id")?.as_str().map(Value::text),
        _ => None,
    }
}

fn plan(json: &Json) -> Option<AssignedPlan> {
    let object = json.as_object()?;
    let field = |name: &str| match object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
        None | Some((_, Json::Null)) => Some(None),
        Some((_, value)) => value.as_str().map(|text| Some(text.into())),
    };
    Some(AssignedPlan {
        service_plan_id: field("servicePlanId")?,
        service: field("service")?,
        capability_status: field("capabilityStatus")?,
    })
}
