//! `seatcast.toml`: policy and assumptions, written by hand. In: its text. Out: settings, with the line of everything that is
//! wrong. Never: ignores a key in silence; a setting that is not given keeps its documented default.

use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::bytes::position;
use super::code;
use crate::diagnostic::{Diagnostic, Origin, did_you_mean};
use crate::directory::{Attribute, SelfService};
use crate::licensing::{
    Country, ExtendedService, GuestPolicy, MissingUsageLocation, OrderPolicy, PlanSource, Policy, Reprocess, SwapPolicy,
};
use crate::scenario::{Assumptions, PastLeaveDates, RATE_FORMS, Rate, SkuPolicy};
use crate::supply::TrueUpCount;

/// What the file says; names of groups and SKUs are still to be resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub tenant: Option<String>,
    pub exported_on: Option<NaiveDate>,
    pub policy: Policy,
    pub assumptions: Assumptions,
    pub groups: Vec<(String, SelfService, Origin)>,
    pub skus: Vec<(String, SkuPolicy, Origin)>,
}

/// Every table and its keys, for the check of names and for `seatcast schema`.
pub const KEYS: &[(&str, &[&str])] = &[
    ("tenant", &["name", "country", "cost-centre", "exported-on"]),
    (
        "policy",
        &[
            "missing-usage-location",
            "guests",
            "reprocess",
            "order",
            "swap",
            "assigned-plans",
            "extended-service",
            "other-readings",
            "enforce-soft-conflicts",
        ],
    ),
    (
        "workforce",
        &[
            "joiners",
            "leavers",
            "movers",
            "movers-change",
            "joiner-scatter",
            "leaver-scatter",
            "joiner-seasonality",
            "leaver-seasonality",
            "leavers-by-tenure",
            "disabling-lag-days",
            "license-removal-lag-days",
            "deletion-lag-days",
            "past-leave-dates",
        ],
    ),
    ("guests", &["invited", "removed", "expire-after-days"]),
    ("self-service", &["joins", "leaves", "approval-delay-days"]),
    ("groups", &["self-service"]),
    ("sku", &["ignore", "important", "reserve", "true-up", "prohibited-locations", "requests"]),
];

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// Reads the file. Findings of severity error mean that it must not be used.
pub(super) fn settings(origin: &Origin, text: &str, findings: &mut Vec<Diagnostic>) -> Settings {
    let mut settings = Settings::default();
    let mut reader = Reader::new(origin, text, findings);
    let Some(root) = reader.root() else { return settings };
    for (key, value) in root.get_ref() {
        let Some((table, keys)) = KEYS.iter().find(|(table, _)| *table == &**key.get_ref()) else {
            reader.unknown(key, KEYS.iter().map(|(table, _)| *table));
            continue;
        };
        let Some(entries) = reader.table(value) else { continue };
        match *table {
            "groups" | "sku" => {
                for (name, value) in entries {
                    let Some(entries) = reader.table(value) else { continue };
                    reader.named(table, keys, name, entries, &mut settings);
                }
            }
            _ => {
                for (key, value) in entries {
                    if keys.contains(&&**key.get_ref()) {
                        reader.setting(table, key.get_ref(), value, &mut settings);
                    } else {
                        reader.unknown(key, keys.iter().copied());
                    }
                }
            }
        }
    }
    settings
}

/// Reads values of one file, and says at which line each is wrong.
pub(super) struct Reader<'a> {
    origin: &'a Origin,
    text: &'a str,
    findings: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(origin: &'a Origin, text: &'a str, findings: &'a mut Vec<Diagnostic>) -> Self {
        Self { origin, text, findings }
    }

    pub(super) fn root(&mut self) -> Option<Spanned<DeTable<'a>>> {
        match DeTable::parse(self.text) {
            Ok(root) => Some(root),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = format!("the file is not TOML: {}", error.message().lines().next().unwrap_or(""));
                self.error(code::SETTINGS, message, span, "");
                None
            }
        }
    }
}

impl Reader<'_> {
    fn at(&self, span: &Range<usize>) -> Origin {
        self.origin.at_line(position(self.text.as_bytes(), span.start).0)
    }

    /// Reports at the line of `span`, with that line as the text.
    pub(super) fn error(&mut self, code: crate::diagnostic::Code, message: String, span: Range<usize>, help: &str) {
        let mut finding = Diagnostic::error(code, message);
        if !help.is_empty() {
            finding = finding.help(help);
        }
        let finding = self.pointed(finding, &span);
        self.findings.push(finding);
    }

    fn pointed(&self, finding: Diagnostic, span: &Range<usize>) -> Diagnostic {
        let start = self.text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let from = span.start.saturating_sub(start).min(line.len());
        let to = span.end.saturating_sub(start).clamp(from, line.len());
        if line.get(from..to).is_none() {
            return finding.at(&self.at(span));
        }
        finding.pointing(&self.at(span), line, from..to, "")
    }

    pub(super) fn unknown<'c>(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        known: impl Iterator<Item = &'c str>,
    ) {
        let message = format!("`{}` is no setting", key.get_ref());
        let mut finding = Diagnostic::error(code::UNKNOWN_SETTING, message);
        finding.help = did_you_mean(key.get_ref(), known);
        let finding = self.pointed(finding, &key.span());
        self.findings.push(finding);
    }

    pub(super) fn wrong<T>(&mut self, value: &Value<'_>, wanted: &str) -> Option<T> {
        self.error(code::WRONG_SETTING, format!("wanted is {wanted}"), value.span(), "");
        None
    }

    pub(super) fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        match value.get_ref().as_table() {
            Some(table) => Some(table),
            None => self.wrong(value, "a table"),
        }
    }

    fn word<T: Copy>(&mut self, value: &Value<'_>, words: &[(&str, T)]) -> Option<T> {
        let found = value.get_ref().as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        match found {
            Some((_, word)) => Some(*word),
            None => {
                let list = words.iter().map(|(word, _)| format!("`\"{word}\"`")).collect::<Vec<_>>().join(" or ");
                let near =
                    value.get_ref().as_str().and_then(|text| did_you_mean(text, words.iter().map(|(word, _)| *word)));
                let help = near.filter(|near| near.starts_with("did you")).unwrap_or_default();
                self.error(code::WRONG_SETTING, format!("wanted is {list}"), value.span(), &help);
                None
            }
        }
    }

    fn boolean(&mut self, value: &Value<'_>) -> Option<bool> {
        value.get_ref().as_bool().or_else(|| self.wrong(value, "true or false"))
    }

    fn days(&mut self, value: &Value<'_>) -> Option<u32> {
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse::<u32>().ok());
        number.filter(|days| *days <= 3660).or_else(|| self.wrong(value, "a whole number of days, at most ten years"))
    }

    fn string<'v>(&mut self, value: &'v Value<'_>) -> Option<&'v str> {
        value.get_ref().as_str().or_else(|| self.wrong(value, "a text in quotes"))
    }

    pub(super) fn setting(&mut self, table: &str, key: &str, value: &Value<'_>, settings: &mut Settings) {
        let (policy, assumptions) = (&mut settings.policy, &mut settings.assumptions);
        let before = self.findings.len();
        match (table, key) {
            ("tenant", "name") => settings.tenant = self.string(value).map(str::to_owned),
            ("tenant", "country") => set(&mut policy.tenant_country, self.country(value).map(Some)),
            ("tenant", "cost-centre") => set(&mut assumptions.cost_centre, self.attribute(value).map(Some)),
            ("tenant", _) => settings.exported_on = self.day(value),
            ("policy", "missing-usage-location") => {
                let words = [("tenant", MissingUsageLocation::Tenant), ("block", MissingUsageLocation::Block)];
                set(&mut policy.missing_usage_location, self.word(value, &words));
            }
            ("policy", "guests") => {
                let words =
                    [("consume", GuestPolicy::Consume), ("skip", GuestPolicy::Skip), ("flag", GuestPolicy::Flag)];
                set(&mut policy.guests, self.word(value, &words));
            }
            ("policy", "reprocess") => set(&mut policy.reprocess, self.reprocess(value)),
            ("policy", "order") => set(&mut policy.order, self.order(value)),
            ("policy", "swap") => {
                let words = [("keep-old", SwapPolicy::KeepOld), ("drop-old", SwapPolicy::DropOld)];
                set(&mut policy.swap, self.word(value, &words));
            }
            ("policy", "assigned-plans") => {
                let words = [("exported", PlanSource::Exported), ("stages", PlanSource::Stages)];
                set(&mut policy.assigned_plans, self.word(value, &words));
            }
            ("policy", "extended-service") => {
                let words = [("csp", ExtendedService::Csp), ("all", ExtendedService::All)];
                set(&mut policy.extended_service, self.word(value, &words));
            }
            ("policy", "other-readings") => self.readings(value, policy),
            ("policy", _) => set(&mut policy.enforce_soft_conflicts, self.boolean(value)),
            ("workforce", "joiners") => set(&mut assumptions.joiners, self.rate(value)),
            ("workforce", "leavers") => set(&mut assumptions.leavers, self.rate(value)),
            ("workforce", "movers") => set(&mut assumptions.movers, self.rate(value)),
            ("workforce", "movers-change") => set(&mut assumptions.movers_change, self.attributes(value)),
            ("workforce", "joiner-scatter") => set(&mut assumptions.joiner_scatter, self.scatter(value)),
            ("workforce", "leaver-scatter") => set(&mut assumptions.leaver_scatter, self.scatter(value)),
            ("workforce", "joiner-seasonality") => set(&mut assumptions.joiner_seasonality, self.seasonality(value)),
            ("workforce", "leaver-seasonality") => set(&mut assumptions.leaver_seasonality, self.seasonality(value)),
            ("workforce", "leavers-by-tenure") => set(&mut assumptions.leavers_by_tenure, self.weights(value)),
            ("workforce", "disabling-lag-days") => set(&mut assumptions.disabling_lag_days, self.days(value)),
            ("workforce", "license-removal-lag-days") => {
                set(&mut assumptions.license_removal_lag_days, self.days(value).map(Some));
            }
            ("workforce", "past-leave-dates") => {
                let words = [PastLeaveDates::Leave, PastLeaveDates::Keep].map(|word| (word.name(), word));
                set(&mut assumptions.past_leave_dates, self.word(value, &words));
            }
            ("workforce", _) => set(&mut assumptions.deletion_lag_days, self.days(value)),
            ("guests", "invited") => set(&mut assumptions.guests_invited, self.rate(value)),
            ("guests", "removed") => set(&mut assumptions.guests_removed, self.rate(value)),
            ("guests", _) => set(&mut assumptions.guests_expire_after_days, self.days(value).map(Some)),
            ("self-service", "joins") => set(&mut assumptions.self_service_joins, self.rate(value)),
            ("self-service", "leaves") => set(&mut assumptions.self_service_leaves, self.rate(value)),
            _ => set(&mut assumptions.approval_delay_days, self.days(value)),
        }
        let assumed =
            matches!(table, "workforce" | "guests" | "self-service") || (table, key) == ("tenant", "cost-centre");
        if self.findings.len() == before && assumed {
            settings.assumptions.given.push(format!("{table}.{key}"));
        }
    }

    /// `[groups."Name or id"]` and `[sku.PART_NUMBER]`.
    pub(super) fn named(
        &mut self,
        table: &str,
        keys: &[&str],
        name: &Spanned<std::borrow::Cow<'_, str>>,
        entries: &DeTable<'_>,
        settings: &mut Settings,
    ) {
        let origin = self.at(&name.span());
        let mut sku = SkuPolicy { name: name.get_ref().to_string(), ..SkuPolicy::default() };
        for (key, value) in entries {
            match &**key.get_ref() {
                other if !keys.contains(&other) => self.unknown(key, keys.iter().copied()),
                "self-service" if table == "groups" => {
                    let words =
                        [("open", SelfService::Open), ("approval", SelfService::Approval), ("no", SelfService::No)];
                    if let Some(word) = self.word(value, &words) {
                        settings.groups.push((name.get_ref().to_string(), word, origin.clone()));
                    }
                }
                "ignore" if table == "sku" => set(&mut sku.ignore, self.boolean(value)),
                "important" if table == "sku" => set(&mut sku.important, self.boolean(value)),
                "reserve" if table == "sku" => self.reserve(value, &mut sku),
                "true-up" if table == "sku" => {
                    let words = [("peak", TrueUpCount::Peak), ("at-order", TrueUpCount::AtOrder)];
                    set(&mut sku.true_up, self.word(value, &words));
                }
                "prohibited-locations" if table == "sku" => {
                    set(&mut sku.prohibited_locations, self.countries(value));
                }
                "requests" if table == "sku" => set(&mut sku.requests, self.rate(value).map(Some)),
                _ => self.unknown(key, keys.iter().copied()),
            }
        }
        if table == "sku" {
            settings.skus.push((name.get_ref().to_string(), sku, origin));
        }
    }

    fn country(&mut self, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_ascii_uppercase);
        let code = text.filter(|text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()));
        code.or_else(|| self.wrong(value, "the two letters of a country, for example \"NL\""))
    }

    fn countries(&mut self, value: &Value<'_>) -> Option<Vec<Country>> {
        let codes = value.get_ref().as_array().and_then(|codes| {
            codes.iter().map(|code| code.get_ref().as_str().and_then(Country::parse)).collect::<Option<Vec<_>>>()
        });
        codes.or_else(|| self.wrong(value, "a list of countries by their two letters, for example [\"IN\", \"CN\"]"))
    }

    /// Numbers of open questions of the rule language.
    fn readings(&mut self, value: &Value<'_>, policy: &mut Policy) {
        const FORM: &str = "a list of open questions by number, for example [\"A5\"] (`seatcast schema readings`)";
        let Some(ids) = value.get_ref().as_array() else {
            let _: Option<()> = self.wrong(value, FORM);
            return;
        };
        for id in ids {
            if !id.get_ref().as_str().is_some_and(|id| policy.read_other(id)) {
                let near = id.get_ref().as_str().and_then(|id| did_you_mean(id, Policy::known_readings()));
                self.error(code::WRONG_SETTING, format!("wanted is {FORM}"), id.span(), &near.unwrap_or_default());
            }
        }
    }

    fn day(&mut self, value: &Value<'_>) -> Option<NaiveDate> {
        let text = match value.get_ref() {
            DeValue::Datetime(at) => at.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().or_else(|| self.wrong(value, "a date such as 2026-11-20"))
    }

    fn reprocess(&mut self, value: &Value<'_>) -> Option<Reprocess> {
        if let Some(table) = value.get_ref().as_table() {
            return match table.iter().next() {
                Some((key, days)) if &**key.get_ref() == "auto-delayed" && table.len() == 1 => {
                    self.days(days).map(|days| Reprocess::AutoDelayed { days })
                }
                _ => self.wrong(value, "`{ auto-delayed = DAYS }`"),
            };
        }
        self.word(value, &[("auto", Reprocess::Auto), ("manual", Reprocess::Manual)])
    }

    fn order(&mut self, value: &Value<'_>) -> Option<OrderPolicy> {
        const FORM: &str = "`{ priority = { attribute = \"department\", values = [\"…\"] } }`";
        let Some(table) = value.get_ref().as_table() else {
            return match value.get_ref().as_str() {
                Some("arrival") => Some(OrderPolicy::Arrival),
                Some("created") => Some(OrderPolicy::Created),
                Some("random") => Some(OrderPolicy::Random),
                _ => self.wrong(value, &format!("`\"arrival\"`, `\"created\"`, `\"random\"` or {FORM}")),
            };
        };
        let priority = table.get("priority").and_then(|value| value.get_ref().as_table());
        let Some(priority) = priority.filter(|priority| table.len() == 1 && priority.len() == 2) else {
            return self.wrong(value, FORM);
        };
        let attribute = priority.get("attribute").and_then(|value| value.get_ref().as_str()).map(str::to_owned);
        let values = priority.get("values").and_then(|value| value.get_ref().as_array());
        let values =
            values.and_then(|values| values.iter().map(|value| value.get_ref().as_str().map(str::to_owned)).collect());
        match (attribute, values) {
            (Some(attribute), Some(values)) => match Attribute::from_graph_name(&attribute) {
                Some(attribute) => Some(OrderPolicy::Priority { attribute: attribute.graph_name(), values }),
                None => self.wrong(value, &format!("an attribute of users: `{attribute}` is none")),
            },
            _ => self.wrong(value, FORM),
        }
    }

    fn rate(&mut self, value: &Value<'_>) -> Option<Rate> {
        let read = value.get_ref().as_str().and_then(|text| Rate::parse(text).ok());
        read.or_else(|| self.wrong(value, &format!("a rate in quotes: {RATE_FORMS}")))
    }

    fn attribute(&mut self, value: &Value<'_>) -> Option<Attribute> {
        let read = value.get_ref().as_str().and_then(Attribute::from_graph_name);
        read.or_else(|| self.wrong(value, "an attribute of users, for example \"extensionAttribute2\""))
    }

    pub(super) fn attributes(&mut self, value: &Value<'_>) -> Option<Vec<Attribute>> {
        let names = value.get_ref().as_array().map(|array| array.iter());
        let read = names.and_then(|names| {
            names.map(|name| name.get_ref().as_str().and_then(Attribute::from_graph_name)).collect::<Option<Vec<_>>>()
        });
        read.filter(|attributes| !attributes.is_empty())
            .or_else(|| self.wrong(value, "a list of attributes of users, for example [\"department\", \"jobTitle\"]"))
    }

    fn numbers(value: &Value<'_>) -> Option<Vec<f64>> {
        let numbers = value.get_ref().as_array()?.iter().map(|value| match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        });
        let numbers = numbers.collect::<Option<Vec<f64>>>()?;
        numbers.iter().all(|number| number.is_finite() && *number >= 0.0).then_some(numbers)
    }

    /// Twelve weights, made to have the mean 1.
    fn seasonality(&mut self, value: &Value<'_>) -> Option<[f64; 12]> {
        let months = Self::numbers(value).and_then(|numbers| <[f64; 12]>::try_from(numbers).ok());
        match months.filter(|months| months.iter().sum::<f64>() > 0.0) {
            Some(months) => {
                let mean = months.iter().sum::<f64>() / 12.0;
                Some(months.map(|month| month / mean))
            }
            None => self.wrong(value, "twelve numbers, January first, none negative and not all zero"),
        }
    }

    /// Weights beside the whole, by completed years of tenure.
    fn scatter(&mut self, value: &Value<'_>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let known = number.filter(|scatter| (1.0..=100.0).contains(scatter));
        known.or_else(|| self.wrong(value, "a number from 1 to 100: how often the variance of chance alone"))
    }

    fn weights(&mut self, value: &Value<'_>) -> Option<Vec<f64>> {
        let weights = Self::numbers(value).filter(|weights| weights.len() <= 60);
        weights.or_else(|| self.wrong(value, "at most 60 numbers that are not negative, one for each completed year"))
    }

    fn reserve(&mut self, value: &Value<'_>, sku: &mut SkuPolicy) {
        match value.get_ref() {
            DeValue::Integer(number) if number.as_str().parse::<u32>().is_ok() => {
                sku.reserve_units = number.as_str().parse().unwrap_or(0);
            }
            DeValue::String(text) => match percent(text).filter(|share| *share < 1.0) {
                Some(share) => sku.reserve_share = share,
                None => set(&mut sku.reserve_share, self.wrong(value, "a share such as `\"5%\"`")),
            },
            _ => set(&mut sku.reserve_units, self.wrong(value, "units such as `10` or a share such as `\"5%\"`")),
        }
    }
}

pub(super) fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// `5%` as 0.05.
fn percent(text: &str) -> Option<f64> {
    let number = text.trim().strip_suffix('%')?.trim().parse::<f64>().ok()?;
    (number.is_finite() && (0.0..=100.0).contains(&number)).then_some(number / 100.0)
}
