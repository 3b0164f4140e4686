//! Whom a change is about, and in which waves. In: the keys of a change. Out: a cohort with words for it. Never: evaluates a rule.

use std::ops::Range;

use chrono::NaiveDate;
use toml::de::DeTable;

use super::fields::{Text, Value};
use super::kinds::WHO;
use super::names::Names;
use crate::diagnostic::Origin;
use crate::directory::RuleText;
use crate::ingest::code;
use crate::rule::{self, Form};
use crate::scenario::{Wave, Who, key};

/// The cohort of a change, and what to call it.
pub fn who(text: &mut Text<'_>, names: &mut Names<'_>, table: &DeTable<'_>) -> Option<(Who, String)> {
    let given: Vec<&str> = WHO.into_iter().filter(|key| table.get(*key).is_some()).collect();
    if let [_, second, ..] = given.as_slice() {
        let span = table.get(*second).map_or(0..0, |value| value.span());
        let message = format!("`{}` and `{second}` both say whom it is about", given[0]);
        text.error(
            code::WRONG_IN_SCENARIO,
            message,
            &span,
            Some("keep one of them; `where` can join conditions".to_owned()),
        );
        return None;
    }
    let Some(key) = given.first() else { return Some((Who::Everybody, "everybody".to_owned())) };
    let value = table.get(*key)?;
    match *key {
        "users" => {
            let mut users = Vec::new();
            for (name, span) in text.strings(value)? {
                users.push(names.user(text, name, &span)?);
            }
            users.sort_unstable();
            users.dedup();
            let words = if users.len() == 1 { "one user".to_owned() } else { format!("{} users", users.len()) };
            Some((Who::Users(users), words))
        }
        "members-of" => {
            let name = text.string(value)?;
            let group = names.group(text, name, &value.span())?;
            Some((Who::MembersOf(group), format!("members of {}", names.group_name(group))))
        }
        "where" => {
            let source = text.string(value)?;
            let rule = checked_rule(text, names, source, &value.span(), "where")?;
            Some((Who::Rule(rule), format!("where {source}")))
        }
        _ => {
            let mut departments = Vec::new();
            for (name, span) in text.strings(value)? {
                departments.push(names.department(text, name, &span)?);
            }
            let words = departments.join(", ");
            Some((Who::Rule(department_rule(text, &departments, &value.span())), words))
        }
    }
}

/// Whoever is in one of these departments, as a rule.
pub fn department_rule(text: &Text<'_>, departments: &[String], span: &Range<usize>) -> RuleText {
    let quoted: Vec<String> = departments.iter().map(|name| format!("\"{}\"", name.replace('"', "`\""))).collect();
    RuleText {
        text: format!("user.department -in [{}]", quoted.join(", ")).into(),
        origin: text.at(span).in_column("department"),
    }
}

/// A rule that compiles, and whose attributes some file holds; its findings point into the rule.
pub fn checked_rule(
    text: &mut Text<'_>,
    names: &Names<'_>,
    source: &str,
    span: &Range<usize>,
    column: &str,
) -> Option<RuleText> {
    let origin: Origin = text.at(span).in_column(column);
    let compiled = rule::compile(source, &origin);
    text.findings.extend(compiled.diagnostics.into_iter().filter(|finding| finding.is_error()));
    let checked = compiled.value?;
    if !matches!(checked.form(), Form::Expression | Form::DirectReports) {
        let message = "only rules over the attributes of users are simulated";
        text.error(code::WRONG_IN_SCENARIO, message, span, None);
        return None;
    }
    let users = &names.baseline.snapshot.users;
    for attribute in checked.attributes() {
        if !users.column(attribute).is_some_and(|column| column.is_in_file()) {
            let held = users.columns().filter(|(_, column)| column.is_in_file()).map(|(held, _)| held.graph_name());
            let held: Vec<String> = held.collect();
            let help = crate::diagnostic::did_you_mean(&attribute.graph_name(), held.iter().map(String::as_str));
            let message = format!("no user file holds `{attribute}`, which the rule names");
            text.error(code::UNKNOWN_NAME, message, span, help);
            return None;
        }
    }
    Some(RuleText { text: source.into(), origin })
}

/// The waves of a change: days with the part of people whose turn it is. One wave with everybody where none are given.
pub fn waves(
    text: &mut Text<'_>,
    names: &Names<'_>,
    table: &DeTable<'_>,
    on: NaiveDate,
    what: &str,
) -> Option<Vec<(NaiveDate, Wave)>> {
    let Some(value) = table.get("waves") else { return Some(vec![(on, Wave::WHOLE)]) };
    let Some(array) = value.get_ref().as_array().filter(|array| !array.is_empty()) else {
        return text.wrong(
            value,
            "a list such as `[{ on = 2027-01-15, share = \"25%\" }, { on = 2027-02-15, share = \"75%\" }]`",
        );
    };
    // Waves of one change share a key, so that everybody has one turn.
    let key = key(&format!("{on} {what}"));
    let (mut from, mut last, mut waves) = (0.0, None, Vec::new());
    for item in array.iter() {
        let wave = text.table(item)?;
        for (key, _) in wave.iter().filter(|(key, _)| !["on", "share"].contains(&&**key.get_ref())) {
            text.unknown_key(key, ["on", "share"].into_iter());
        }
        let (Some(day), Some(share)) = (wave.get("on"), wave.get("share")) else {
            return text.wrong(item, "a wave with `on` and `share`");
        };
        let (on, share) = (dated(text, names, day)?, text.share(share)?);
        if last.is_some_and(|last| on <= last) {
            text.error(code::DATE_IN_SCENARIO, "a wave comes after the one before it", &day.span(), None);
            return None;
        }
        last = Some(on);
        if from + share > 1.0 + 1e-9 {
            let message = "the shares of the waves are more than 100 % together";
            text.error(code::WRONG_IN_SCENARIO, message, &item.span(), None);
            return None;
        }
        // The last wave that fills up to 100 % takes everybody who is left, whatever the sum of the fractions rounds to.
        let to = if from + share > 1.0 - 1e-9 { 1.0 } else { from + share };
        waves.push((on, Wave { key, from, to }));
        from = to;
    }
    Some(waves)
}

/// A date that is not past.
pub fn dated(text: &mut Text<'_>, names: &Names<'_>, value: &Value<'_>) -> Option<NaiveDate> {
    let day = text.day(value)?;
    let today = names.baseline.today;
    if day < today {
        let help = format!("today is {today} here; the exports say so, or `--today`");
        text.error(code::DATE_IN_SCENARIO, format!("{day} is past"), &value.span(), Some(help));
        return None;
    }
    Some(day)
}
