//! `rates.toml`: what `seatcast history calibrate --write` learned of this tenant. In: its text. Out: assumptions, and which of
//! them the file gives. Never: overrules what somebody wrote into `seatcast.toml`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::code;
use super::settings::{KEYS, Reader, Settings, Value, set};
use crate::diagnostic::{Diagnostic, Origin};
use crate::scenario::{Assumptions, Cohort, SkuPolicy, Spread};

/// Keys of a `[cohort."Name"]`.
pub const COHORT_KEYS: &[&str] = &["joiners", "leavers", "movers", "moves-to"];

/// Keys of a `[sku.PART_NUMBER]` that can be learned.
const SKU_KEYS: &[&str] = &["requests"];

/// The most cohorts that have chance of their own.
const COHORTS_MAX: usize = 10_000;

/// Reads the file. Findings of severity error mean that it must not be used.
pub(super) fn rates(origin: &Origin, text: &str, findings: &mut Vec<Diagnostic>) -> Settings {
    let mut settings = Settings::default();
    let mut reader = Reader::new(origin, text, findings);
    let Some(root) = reader.root() else { return settings };
    for (key, value) in root.get_ref() {
        match &**key.get_ref() {
            "by" => set(&mut settings.assumptions.cohorts.by, reader.attributes(value)),
            name @ ("workforce" | "guests" | "self-service") => {
                let keys = KEYS.iter().find(|(table, _)| *table == name).map_or(&[] as &[&str], |(_, keys)| keys);
                let Some(entries) = reader.table(value) else { continue };
                for (key, value) in entries {
                    match keys.contains(&&**key.get_ref()) {
                        true => reader.setting(name, key.get_ref(), value, &mut settings),
                        false => reader.unknown(key, keys.iter().copied()),
                    }
                }
            }
            "cohort" => {
                let Some(entries) = reader.table(value) else { continue };
                let cohorts = entries.iter().filter_map(|(name, value)| cohort(&mut reader, name, value));
                settings.assumptions.cohorts.cohorts = cohorts.collect();
            }
            "sku" => {
                let Some(entries) = reader.table(value) else { continue };
                for (name, value) in entries {
                    let Some(entries) = reader.table(value) else { continue };
                    reader.named("sku", SKU_KEYS, name, entries, &mut settings);
                }
            }
            _ => reader.unknown(key, ["by", "workforce", "guests", "self-service", "sku", "cohort"].into_iter()),
        }
    }
    let cohorts = &mut settings.assumptions.cohorts;
    cohorts.cohorts.sort_by(|a, b| a.name.cmp(&b.name));
    let whole = root.span();
    match (cohorts.by.is_empty(), cohorts.cohorts.len()) {
        (true, 1..) => {
            let message = "there are cohorts, but no attribute that makes them".to_owned();
            reader.error(code::WRONG_SETTING, message, whole, "write by = [\"department\"] at the head of the file");
        }
        (_, count) if count > COHORTS_MAX => {
            let message = format!("there are {count} cohorts; at most {COHORTS_MAX} can have weights of their own");
            reader.error(code::WRONG_SETTING, message, whole, "use an attribute with fewer values");
        }
        _ => {}
    }
    settings
}

fn cohort(
    reader: &mut Reader<'_>,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Option<Cohort> {
    let one = Spread::exactly(1.0);
    let name = name.get_ref().to_string();
    let mut cohort = Cohort { name, joiners: one, leavers: one, movers: one, moves_to: Vec::new() };
    for (key, value) in reader.table(value)? {
        match &**key.get_ref() {
            "joiners" => set(&mut cohort.joiners, weight(reader, value)),
            "leavers" => set(&mut cohort.leavers, weight(reader, value)),
            "movers" => set(&mut cohort.movers, weight(reader, value)),
            "moves-to" => {
                let Some(entries) = reader.table(value) else { continue };
                cohort.moves_to = moves(reader, entries);
            }
            _ => reader.unknown(key, COHORT_KEYS.iter().copied()),
        }
    }
    Some(cohort)
}

fn number(value: &Value<'_>) -> Option<f64> {
    let number = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite() && *number >= 0.0)
}

/// A weight beside the whole: `1.2`, `"0.8..1.4"`, `"p10 0.8, p50 1.1, p90 1.4"`.
fn weight(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Spread> {
    let spread = number(value).map(Spread::exactly).or_else(|| Spread::parse(value.get_ref().as_str()?));
    spread.or_else(|| {
        reader.wrong(value, "a weight beside the whole: `1.2`, `\"0.8..1.4\"` or `\"p10 0.8, p50 1.1, p90 1.4\"`")
    })
}

fn moves(reader: &mut Reader<'_>, entries: &DeTable<'_>) -> Vec<(String, f64)> {
    let mut moves = Vec::new();
    for (name, value) in entries {
        match number(value) {
            Some(weight) => moves.push((name.get_ref().to_string(), weight)),
            None => set(&mut moves, reader.wrong(value, "a weight such as `3`")),
        }
    }
    moves.sort_by(|a, b| a.0.cmp(&b.0));
    moves
}

/// Takes over what was learned, except where somebody wrote a number by hand: then the hand is right, and it is said.
pub(super) fn take_over(own: &mut Assumptions, learned: &Assumptions, origin: &Origin) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for name in &learned.given {
        if own.given.contains(name) {
            let message = format!("`{name}` is in `seatcast.toml`, too, and counts as it is there");
            let help = "delete one of the two lines";
            findings.push(Diagnostic::warning(code::OVERRULED, message).at(origin).help(help));
            continue;
        }
        match name.as_str() {
            "workforce.joiners" => own.joiners = learned.joiners,
            "workforce.leavers" => own.leavers = learned.leavers,
            "workforce.movers" => own.movers = learned.movers,
            "workforce.movers-change" => own.movers_change.clone_from(&learned.movers_change),
            "workforce.joiner-scatter" => own.joiner_scatter = learned.joiner_scatter,
            "workforce.leaver-scatter" => own.leaver_scatter = learned.leaver_scatter,
            "workforce.joiner-seasonality" => own.joiner_seasonality = learned.joiner_seasonality,
            "workforce.leaver-seasonality" => own.leaver_seasonality = learned.leaver_seasonality,
            "workforce.leavers-by-tenure" => own.leavers_by_tenure.clone_from(&learned.leavers_by_tenure),
            "workforce.disabling-lag-days" => own.disabling_lag_days = learned.disabling_lag_days,
            "workforce.license-removal-lag-days" => own.license_removal_lag_days = learned.license_removal_lag_days,
            "workforce.past-leave-dates" => own.past_leave_dates = learned.past_leave_dates,
            "workforce.deletion-lag-days" => own.deletion_lag_days = learned.deletion_lag_days,
            "guests.invited" => own.guests_invited = learned.guests_invited,
            "guests.removed" => own.guests_removed = learned.guests_removed,
            "guests.expire-after-days" => own.guests_expire_after_days = learned.guests_expire_after_days,
            "self-service.joins" => own.self_service_joins = learned.self_service_joins,
            "self-service.leaves" => own.self_service_leaves = learned.self_service_leaves,
            "self-service.approval-delay-days" => own.approval_delay_days = learned.approval_delay_days,
            _ => continue,
        }
        own.given.push(name.clone());
    }
    own.cohorts = learned.cohorts.clone();
    findings
}

/// The same for what was learned of one SKU.
pub(super) fn take_over_sku(own: &mut SkuPolicy, learned: &SkuPolicy, origin: &Origin) -> Option<Diagnostic> {
    if own.requests.is_some() {
        let message = format!("`sku.{}.requests` is in `seatcast.toml`, too, and counts as it is there", learned.name);
        return Some(Diagnostic::warning(code::OVERRULED, message).at(origin).help("delete one of the two lines"));
    }
    if own.name.is_empty() {
        own.name.clone_from(&learned.name);
    }
    own.requests = learned.requests;
    None
}
