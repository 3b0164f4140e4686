//! `guardrails.toml`: what has to hold, written by hand. In: its text, the tenant it is about. Out: guardrails, or the line of
//! everything that is wrong. Never: passes over a key in silence.

use toml::de::{DeTable, DeValue};

use super::scenario::{Names, Text};
use super::{Options, SourceFile, code};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin, did_you_mean};
use crate::directory::Attribute;
use crate::scenario::{Baseline, Guard, Require};

/// Each kind after `require`: the keys it needs, those it may have, what it asks for.
pub const GUARD_KINDS: &[(&str, &[&str], &[&str], &str)] = &[
    ("reserve", &["sku", "keep"], &[], "so many units (10) or such a share (\"5%\") are free today"),
    ("no-guests", &[], &["except"], "no licensed group holds B2B guests, but for these groups"),
    ("no-rule-over", &["attribute"], &[], "no membership rule names this attribute, for example assignedPlans"),
    ("rules-simulated", &[], &[], "every membership rule can be read and simulated"),
    (
        "no-shortage",
        &["within-months", "chance"],
        &["sku"],
        "a SKU, or every one, runs short within so many months in at most this share of futures",
    ),
    ("waiting", &["most"], &[], "at most so many users wait for a seat today"),
    (
        "data-at-risk",
        &["most"],
        &["service"],
        "a scenario leaves at most so many people without the last plan of a service (mailbox, files, teams, power-bi, project)",
    ),
    ("blocked", &["most"], &[], "at most so many users are blocked today"),
];

/// Services whose data goes with the last plan, as a guardrail names them.
const SERVICES: [&str; 5] = ["mailbox", "files", "teams", "power-bi", "project"];

const COMMON: [&str; 2] = ["require", "severity"];

/// Reads the file. `None` where anything is wrong.
pub fn guards(file: &SourceFile, baseline: &Baseline, options: &Options) -> Diagnosed<Option<Vec<Guard>>> {
    let mut findings = Vec::new();
    let source = String::from_utf8_lossy(&file.bytes);
    let source = source.trim_start_matches('\u{feff}');
    let mut text = Text { origin: Origin::file(file.name.as_str()), text: source, findings: &mut findings };
    let mut guards = Vec::new();
    match DeTable::parse(source) {
        Ok(root) => {
            let mut names = Names::new(baseline, options.catalog());
            for (key, value) in root.get_ref() {
                if &**key.get_ref() != "guard" {
                    text.unknown_key(key, ["guard"].into_iter());
                    continue;
                }
                let Some(list) = value.get_ref().as_array() else {
                    let _ = text.wrong::<()>(value, "a list: write `[[guard]]` before each guardrail");
                    continue;
                };
                for item in list.iter() {
                    let Some(table) = text.table(item) else { continue };
                    guards.extend(guard(&mut text, &mut names, table, &item.span()));
                }
            }
        }
        Err(error) => {
            let message = format!("the file is not TOML: {}", error.message().lines().next().unwrap_or(""));
            text.error(code::SCENARIO, message, &error.span().unwrap_or(0..0), None);
        }
    }
    crate::diagnostic::sort(&mut findings);
    let usable = !findings.iter().any(Diagnostic::is_error);
    Diagnosed::new(usable.then_some(guards), findings)
}

fn guard(
    text: &mut Text<'_>,
    names: &mut Names<'_>,
    table: &DeTable<'_>,
    span: &std::ops::Range<usize>,
) -> Option<Guard> {
    let Some(word) = table.get("require") else {
        text.error(code::MISSING_IN_SCENARIO, "a guardrail without `require`", span, None);
        return None;
    };
    let name = text.string(word)?;
    let Some((kind, needed, optional, _)) = GUARD_KINDS.iter().find(|(kind, ..)| *kind == name) else {
        let help = did_you_mean(name, GUARD_KINDS.iter().map(|(kind, ..)| *kind));
        text.error(code::UNKNOWN_IN_SCENARIO, format!("`{name}` is no kind of guardrail"), &word.span(), help);
        return None;
    };
    let known = || COMMON.iter().chain(*needed).chain(*optional).copied();
    let before = text.findings.len();
    for (key, _) in table.iter().filter(|(key, _)| !known().any(|known| known == &**key.get_ref())) {
        text.unknown_key(key, known());
    }
    for needed in needed.iter().filter(|needed| table.get(**needed).is_none()) {
        text.error(code::MISSING_IN_SCENARIO, format!("`{name}` needs `{needed}`"), &word.span(), None);
    }
    if text.findings.len() > before {
        return None;
    }
    let warning = match table.get("severity") {
        Some(value) => text.word(value, &[("error", false), ("warning", true)])?,
        None => false,
    };
    let require = require(text, names, table, kind)?;
    Some(Guard { kind, require, warning, origin: text.at(&word.span()) })
}

fn require(text: &mut Text<'_>, names: &mut Names<'_>, table: &DeTable<'_>, kind: &str) -> Option<Require> {
    let sku = |text: &mut Text<'_>, names: &Names<'_>| {
        let value = table.get("sku")?;
        let name = text.string(value)?;
        names.sku(text, name, &value.span())
    };
    Some(match kind {
        "reserve" => {
            let sku = sku(text, names)?;
            let keep = table.get("keep")?;
            match keep.get_ref() {
                DeValue::Integer(_) => Require::Reserve { sku, units: text.count(keep, 10_000_000)?, share: 0.0 },
                _ => Require::Reserve { sku, units: 0, share: text.share(keep)? },
            }
        }
        "no-guests" => {
            let mut except = Vec::new();
            if let Some(value) = table.get("except") {
                for (name, span) in text.strings(value)? {
                    except.push(names.group(text, name, &span)?);
                }
            }
            Require::NoGuests { except }
        }
        "no-rule-over" => {
            let value = table.get("attribute")?;
            let name = text.string(value)?;
            let found = Attribute::from_rule_name(name.trim_start_matches("user."));
            let Some(attribute) = found else {
                let known: Vec<String> = Attribute::known().filter_map(|attribute| attribute.rule_name()).collect();
                let help = did_you_mean(name, known.iter().map(String::as_str));
                let message = format!("`{name}` is no attribute that a rule can name");
                text.error(code::UNKNOWN_NAME, message, &value.span(), help);
                return None;
            };
            Require::NoRuleOver { attribute }
        }
        "rules-simulated" => Require::RulesSimulated,
        "no-shortage" => {
            let months = text.count(table.get("within-months")?, 240)?;
            let chance = text.share(table.get("chance")?)?;
            let sku = if table.get("sku").is_some() { Some(sku(text, names)?) } else { None };
            Require::NoShortage { sku, months, chance }
        }
        "waiting" => Require::Waiting { most: text.count(table.get("most")?, 10_000_000)? },
        "data-at-risk" => {
            let words = SERVICES.map(|service| (service, service));
            let service = match table.get("service") {
                Some(value) => Some(text.word(value, &words)?.into()),
                None => None,
            };
            Require::DataAtRisk { service, most: text.count(table.get("most")?, 10_000_000)? }
        }
        _ => Require::Blocked { most: text.count(table.get("most")?, 10_000_000)? },
    })
}
