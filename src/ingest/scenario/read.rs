//! One change of a scenario file. In: a table with a date and a kind. Out: the deeds that it stands for. Never: a key that is
//! passed over in silence.

use std::sync::Arc;

use chrono::NaiveDate;
use toml::de::DeTable;

use super::Reading;
use super::acquire;
use super::fields::{Text, Value};
use super::kinds::{COMMON, KINDS, kind};
use super::names::Names;
use super::supply;
use super::who::{checked_rule, dated, department_rule, waves, who};
use crate::catalog::SkuId;
use crate::diagnostic::did_you_mean;
use crate::digest::InputDigest;
use crate::directory::{Attribute, AttributeKind, GroupIndex, UserIndex, ValueRef};
use crate::ingest::code;
use crate::scenario::{Change, Deed, LicenseEdit, Scenario, Size, Wave, Who};

/// A change while it is read.
pub struct Entry<'e, 't, 'n, 'i> {
    pub text: &'e mut Text<'t>,
    pub names: &'e mut Names<'n>,
    pub table: &'e DeTable<'i>,
    pub span: std::ops::Range<usize>,
    pub on: NaiveDate,
    /// What the person who wrote it calls it.
    note: Option<String>,
    scenario: &'e mut Scenario,
}

/// Reads one change into the scenario; what is wrong with it is among the findings.
pub fn change(
    text: &mut Text<'_>,
    reading: &Reading<'_>,
    names: &mut Names<'_>,
    value: &Value<'_>,
    scenario: &mut Scenario,
) {
    let Some(table) = text.table(value) else { return };
    let Some(word) = table.get("do") else {
        let help =
            Some("write `do = \"edit-rule\"` or another kind; `seatcast schema scenarios` lists them".to_owned());
        return text.error(code::MISSING_IN_SCENARIO, "a change without `do`", &value.span(), help);
    };
    let Some(name) = text.string(word) else { return };
    let Some(kind) = kind(name) else {
        let help = did_you_mean(name, KINDS.iter().map(|kind| kind.name));
        return text.error(code::UNKNOWN_IN_SCENARIO, format!("`{name}` is no kind of change"), &word.span(), help);
    };
    let known = || COMMON.iter().chain(kind.needed).chain(kind.optional).copied();
    let before = text.findings.len();
    for (key, _) in table.iter().filter(|(key, _)| !known().any(|known| known == &**key.get_ref())) {
        text.unknown_key(key, known());
    }
    for needed in std::iter::once(&"on").chain(kind.needed).filter(|needed| table.get(**needed).is_none()) {
        text.error(code::MISSING_IN_SCENARIO, format!("`{name}` needs `{needed}`"), &word.span(), None);
    }
    if text.findings.len() > before {
        return;
    }
    let Some(on) = table.get("on").and_then(|value| dated(text, names, value)) else { return };
    let note = table.get("note").and_then(|value| text.string(value)).map(str::to_owned);
    let mut entry = Entry { text, names, table, span: word.span(), on, note, scenario };
    // A change that cannot be read has left a finding.
    let _ = match name {
        "acquire" => acquire::acquire(&mut entry, reading),
        "buy" | "cancel" | "renew-with" | "change-term" | "change-price" => supply::supply(&mut entry, name),
        "add-license" | "remove-license" | "swap-license" | "disable-plans" => entry.licenses(name),
        "edit-rule" | "pause" | "resume" | "add-group" => entry.group_itself(name),
        "add-members" | "remove-members" | "move-members" => entry.members(name),
        "assign-direct" | "remove-direct" | "swap-direct" | "migrate-to-group" | "reclaim" => entry.direct(name),
        "hiring-freeze" | "hire" | "lay-off" | "purge-guests" => entry.people(name),
        _ => entry.attributes(name),
    };
}

impl Entry<'_, '_, '_, '_> {
    pub fn push(&mut self, day: NaiveDate, deed: Deed, label: &str) {
        let label = self.note.clone().unwrap_or_else(|| label.to_owned());
        let origin = self.text.at(&self.span);
        self.scenario.changes.push(Change { day, deed, label: Arc::from(label), origin });
    }

    /// Names files of another tenant among the inputs.
    pub fn read_from(&mut self, tenant: &str, inputs: &[InputDigest]) {
        let named =
            inputs.iter().map(|input| InputDigest { name: format!("{tenant}/{}", input.name), ..input.clone() });
        self.scenario.inputs.extend(named);
    }

    pub fn wrong<T>(&mut self, key: &str, message: &str) -> Option<T> {
        let span = self.table.get(key).map_or(self.span.clone(), |value| value.span());
        self.text.error(code::WRONG_IN_SCENARIO, message, &span, None);
        None
    }

    pub fn string(&mut self, key: &str) -> Option<String> {
        let value = self.table.get(key)?;
        self.text.string(value).map(str::to_owned)
    }

    pub fn group(&mut self, key: &str) -> Option<GroupIndex> {
        let value = self.table.get(key)?;
        let name = self.text.string(value)?;
        self.names.group(self.text, name, &value.span())
    }

    pub fn sku(&mut self, key: &str) -> Option<SkuId> {
        let value = self.table.get(key)?;
        let name = self.text.string(value)?;
        self.names.sku(self.text, name, &value.span())
    }

    fn plans(&mut self, key: &str, sku: &SkuId) -> Option<Vec<Box<str>>> {
        let Some(value) = self.table.get(key) else { return Some(Vec::new()) };
        let mut plans = Vec::new();
        for (name, span) in self.text.strings(value)? {
            plans.push(self.names.plan(self.text, sku, name, &span)?);
        }
        Some(plans)
    }

    pub fn who(&mut self) -> Option<(Who, String)> {
        who(self.text, self.names, self.table)
    }

    fn waves(&mut self, what: &str) -> Option<Vec<(NaiveDate, Wave)>> {
        waves(self.text, self.names, self.table, self.on, what)
    }

    fn licenses(&mut self, kind: &str) -> Option<()> {
        let group = self.group("group")?;
        let name = self.names.group_name(group).to_owned();
        let (edit, label) = match kind {
            "swap-license" => {
                let (from, to) = (self.sku("from")?, self.sku("to")?);
                let label = format!("{name}: {} → {}", self.names.sku_name(&from), self.names.sku_name(&to));
                let disabled_plans = self.plans("disabled-plans", &to)?;
                (LicenseEdit::Swap { from, to, disabled_plans }, label)
            }
            _ => {
                let sku = self.sku("sku")?;
                let called = self.names.sku_name(&sku);
                match kind {
                    "add-license" => {
                        let disabled_plans = self.plans("disabled-plans", &sku)?;
                        (LicenseEdit::Add { sku, disabled_plans }, format!("{name}: + {called}"))
                    }
                    "remove-license" => (LicenseEdit::Remove { sku }, format!("{name}: - {called}")),
                    _ => {
                        let disabled_plans = self.plans("plans", &sku)?;
                        (LicenseEdit::DisablePlans { sku, disabled_plans }, format!("{name}: plans of {called}"))
                    }
                }
            }
        };
        self.push(self.on, Deed::Licenses { group, edit }, &label);
        Some(())
    }

    fn group_itself(&mut self, kind: &str) -> Option<()> {
        if kind == "add-group" {
            return self.new_group();
        }
        let group = self.group("group")?;
        let name = self.names.group_name(group).to_owned();
        match kind {
            "edit-rule" => {
                let value = self.table.get("rule")?;
                let source = self.text.string(value)?;
                let rule = checked_rule(self.text, self.names, source, &value.span(), "rule")?;
                self.push(self.on, Deed::Rule { group, rule }, &format!("{name}: another rule"));
            }
            _ => {
                let on = kind == "resume";
                let word = if on { "resumed" } else { "paused" };
                self.push(self.on, Deed::Processing { group, on }, &format!("{name}: {word}"));
            }
        }
        Some(())
    }

    fn new_group(&mut self) -> Option<()> {
        let value = self.table.get("group")?;
        let name = self.text.string(value)?;
        let rule = match self.table.get("rule") {
            Some(value) => {
                let source = self.text.string(value)?;
                Some(checked_rule(self.text, self.names, source, &value.span(), "rule")?)
            }
            None => None,
        };
        let (who, _) = self.who()?;
        if rule.is_some() && who != Who::Everybody {
            return self.wrong("rule", "a group has a rule or members, not both");
        }
        let mut skus = Vec::new();
        if let Some(value) = self.table.get("licenses") {
            for (name, span) in self.text.strings(value)? {
                skus.push(self.names.sku(self.text, name, &span)?);
            }
        }
        let group = self.names.add_group(self.text, name, &value.span())?;
        let label = format!("new group {name}");
        match rule {
            Some(rule) => self.push(self.on, Deed::Rule { group, rule }, &label),
            None if who != Who::Everybody => {
                self.push(self.on, Deed::Members { group, who, wave: Wave::WHOLE, join: true }, &label);
            }
            None => {}
        }
        for sku in skus {
            let edit = LicenseEdit::Add { sku, disabled_plans: Vec::new() };
            self.push(self.on, Deed::Licenses { group, edit }, &label);
        }
        Some(())
    }

    fn members(&mut self, kind: &str) -> Option<()> {
        let (mut who, mut words) = self.who()?;
        if kind == "move-members" {
            let (from, to) = (self.group("from")?, self.group("to")?);
            if who == Who::Everybody {
                (who, words) = (Who::MembersOf(from), "members".to_owned());
            }
            let label = format!("{words}: {} → {}", self.names.group_name(from), self.names.group_name(to));
            for (day, wave) in self.waves(&label)? {
                self.push(day, Deed::Members { group: to, who: who.clone(), wave, join: true }, &label);
                self.push(day, Deed::Members { group: from, who: who.clone(), wave, join: false }, &label);
            }
            return Some(());
        }
        let group = self.group("group")?;
        let join = kind == "add-members";
        let sign = if join { '+' } else { '-' };
        let label = format!("{}: {sign} {words}", self.names.group_name(group));
        for (day, wave) in self.waves(&label)? {
            self.push(day, Deed::Members { group, who: who.clone(), wave, join }, &label);
        }
        Some(())
    }

    fn direct(&mut self, kind: &str) -> Option<()> {
        match kind {
            "migrate-to-group" => return self.migrate(),
            "reclaim" => return self.reclaim(),
            _ => {}
        }
        let (who, words) = self.who()?;
        let deed = |sku: &SkuId, wave, who: &Who, give| Deed::Direct {
            sku: sku.clone(),
            who: who.clone(),
            wave,
            give,
            safely: false,
        };
        if kind == "swap-direct" {
            let (from, to) = (self.sku("from")?, self.sku("to")?);
            let label = format!("direct: {} → {}", self.names.sku_name(&from), self.names.sku_name(&to));
            // Only who holds the first licence gets the other.
            let holders = self.holders(&from, &who, &words)?;
            for (day, wave) in self.waves(&label)? {
                self.push(day, deed(&from, wave, &holders, false), &label);
                self.push(day, deed(&to, wave, &holders, true), &label);
            }
            return Some(());
        }
        let sku = self.sku("sku")?;
        let give = kind == "assign-direct";
        let label = format!("direct {} {}: {words}", if give { '+' } else { '-' }, self.names.sku_name(&sku));
        if give && who == Who::Everybody {
            return self.wrong("sku", "say who gets it: `users`, `members-of`, `department` or `where`");
        }
        for (day, wave) in self.waves(&label)? {
            self.push(day, deed(&sku, wave, &who, give), &label);
        }
        Some(())
    }

    /// Exported users with a direct licence, narrowed to a list where one is given.
    fn holders(&mut self, sku: &SkuId, who: &Who, words: &str) -> Option<Who> {
        let snapshot = &self.names.baseline.snapshot;
        let direct = |license: &&crate::directory::AssignedLicense| {
            license.source != crate::directory::LicenseSource::Unknown
                && !matches!(license.source, crate::directory::LicenseSource::Group(_))
                && snapshot.sku(license.sku).sku_id == *sku
        };
        let holders: Vec<UserIndex> = snapshot.assigned.iter().filter(direct).map(|license| license.user).collect();
        match who {
            Who::Everybody => Some(Who::Users(holders)),
            Who::Users(users) => {
                Some(Who::Users(holders.into_iter().filter(|user| users.binary_search(user).is_ok()).collect()))
            }
            _ => {
                let message = format!("`swap-direct` is for everybody or for `users`, not for {words}");
                self.wrong("do", &message)
            }
        }
    }

    /// Into the group first; the direct licence goes when the group's is there.
    fn migrate(&mut self) -> Option<()> {
        let (sku, group) = (self.sku("sku")?, self.group("group")?);
        let overlap = match self.table.get("overlap-days") {
            Some(value) => self.text.count(value, 366)?.max(1),
            None => 1,
        };
        let label = format!("{}: direct → {}", self.names.sku_name(&sku), self.names.group_name(group));
        let who = self.holders(&sku, &Who::Everybody, "")?;
        let known = self.names.baseline.snapshot.groups.get(group.get());
        if known.is_none_or(|group| !group.is_dynamic()) {
            let deed = Deed::Members { group, who: who.clone(), wave: Wave::WHOLE, join: true };
            self.push(self.on, deed, &label);
        }
        let later = crate::calendar::after(self.on, overlap);
        let deed = Deed::Direct { sku, who, wave: Wave::WHOLE, give: false, safely: true };
        self.push(later, deed, &label);
        Some(())
    }

    /// Users who were idle for longer than this, by the usage report.
    fn idle(&mut self, key: &str) -> Option<Vec<UserIndex>> {
        let value = self.table.get(key)?;
        let days = self.text.count(value, 3660)?;
        let baseline = self.names.baseline;
        let users = &baseline.snapshot.users;
        if !users.column(&Attribute::LastActivityDate).is_some_and(|column| column.is_in_file()) {
            return self.wrong(key, "no file says when an account was last active: export a usage report");
        }
        let idle = |user: &UserIndex| match users.value(*user, &Attribute::LastActivityDate) {
            ValueRef::Instant(last) => crate::calendar::days_between(last.date_naive(), baseline.today) > days,
            _ => false,
        };
        Some(users.indexes().filter(idle).collect())
    }

    fn reclaim(&mut self) -> Option<()> {
        let sku = self.sku("sku")?;
        let users = self.idle("inactive-days")?;
        let label = format!("{}: from {} idle accounts", self.names.sku_name(&sku), users.len());
        let snapshot = &self.names.baseline.snapshot;
        let gives = |group: &GroupIndex| {
            let group = snapshot.group(*group);
            !group.is_dynamic() && group.licenses.iter().any(|license| snapshot.sku(license.sku).sku_id == sku)
        };
        let groups: Vec<GroupIndex> = snapshot.group_indexes().filter(gives).collect();
        for group in groups {
            let deed = Deed::Members { group, who: Who::Users(users.clone()), wave: Wave::WHOLE, join: false };
            self.push(self.on, deed, &label);
        }
        let deed = Deed::Direct { sku, who: Who::Users(users), wave: Wave::WHOLE, give: false, safely: false };
        self.push(self.on, deed, &label);
        Some(())
    }

    fn people(&mut self, kind: &str) -> Option<()> {
        let (who, words) = self.who()?;
        match kind {
            "hiring-freeze" => {
                let value = self.table.get("until")?;
                let until = dated(self.text, self.names, value)?;
                if until < self.on {
                    return self.wrong("until", "`until` is before `on`");
                }
                self.push(self.on, Deed::Freeze { who, until }, &format!("hiring freeze: {words}"));
            }
            "hire" => self.hire(&who, &words)?,
            "lay-off" => {
                let size = match (self.table.get("people"), self.table.get("share")) {
                    (Some(value), None) => Size::People(self.text.count(value, 10_000_000)?),
                    (None, Some(value)) => Size::Share(self.text.share(value)?),
                    _ => return self.wrong("share", "say how many: `people = 40` or `share = \"10%\"`"),
                };
                self.push(self.on, Deed::LayOff { who, size }, &format!("lay-off: {words}"));
            }
            _ => {
                let who = match self.table.get("inactive-days") {
                    Some(_) if who != Who::Everybody => {
                        return self.wrong("inactive-days", "`where` and `inactive-days` do not go together");
                    }
                    Some(_) => Who::Users(self.idle("inactive-days")?),
                    None => who,
                };
                self.push(self.on, Deed::PurgeGuests { who }, "guests purged");
            }
        }
        Some(())
    }

    fn hire(&mut self, who: &Who, words: &str) -> Option<()> {
        let label = format!("hiring plan: {words}");
        let month = |n: u32| crate::calendar::renewal(self.on, 1, n).unwrap_or(NaiveDate::MAX);
        match (self.table.get("people"), self.table.get("by-month")) {
            (Some(value), None) => {
                let people = self.text.count(value, 1_000_000)?;
                let until = match self.table.get("until") {
                    Some(value) => dated(self.text, self.names, value)?,
                    None => month(1),
                };
                if until <= self.on {
                    return self.wrong("until", "`until` is not after `on`");
                }
                self.push(self.on, Deed::Hire { who: who.clone(), people, until }, &label);
            }
            (None, Some(value)) => {
                let Some(array) = value.get_ref().as_array().filter(|array| !array.is_empty()) else {
                    return self.text.wrong(value, "a list of numbers, one a month from `on`");
                };
                let mut all = Vec::new();
                for (n, item) in (0u32..).zip(array.iter()) {
                    all.push((month(n), month(n + 1), self.text.count(item, 1_000_000)?));
                }
                for (day, until, people) in all {
                    self.push(day, Deed::Hire { who: who.clone(), people, until }, &label);
                }
            }
            _ => return self.wrong("people", "say how many: `people = 40` or `by-month = [10, 12, 8]`"),
        }
        Some(())
    }

    fn attributes(&mut self, kind: &str) -> Option<()> {
        let (who, set, label) = match kind {
            "set-attributes" => {
                let (who, words) = self.who()?;
                (who, self.set()?, format!("attributes of {words}"))
            }
            "move-department" => {
                let department = self.department("department")?;
                let span = self.table.get("department")?.span();
                let rule = department_rule(self.text, std::slice::from_ref(&department), &span);
                (Who::Rule(rule), self.set()?, format!("{department} moves"))
            }
            _ => {
                let (source, target) =
                    if kind == "merge-departments" { ("departments", "into") } else { ("department", "to") };
                let value = self.table.get(source)?;
                let mut departments = Vec::new();
                for (name, span) in self.text.strings(value)? {
                    departments.push(self.names.department(self.text, name, &span)?);
                }
                let to = self.string(target)?;
                let rule = department_rule(self.text, &departments, &value.span());
                self.names.add_department(&to);
                let label = format!("{} → {to}", departments.join(", "));
                (Who::Rule(rule), vec![(Attribute::Department, crate::directory::Value::text(to.trim()))], label)
            }
        };
        self.push(self.on, Deed::Attributes { who, set }, &label);
        Some(())
    }

    fn department(&mut self, key: &str) -> Option<String> {
        let value = self.table.get(key)?;
        let name = self.text.string(value)?;
        self.names.department(self.text, name, &value.span())
    }

    /// `set = { city = "Delft" }`: attributes of texts, and `accountEnabled`.
    fn set(&mut self) -> Option<Vec<(Attribute, crate::directory::Value)>> {
        let table = self.text.table(self.table.get("set")?)?;
        let mut set = Vec::new();
        for (key, value) in table {
            let found = Attribute::from_graph_name(key.get_ref());
            let Some(attribute) = found.filter(|attribute| attribute.kind() == AttributeKind::Text) else {
                let known: Vec<String> =
                    Attribute::known().filter(|a| a.kind() == AttributeKind::Text).map(|a| a.graph_name()).collect();
                let help = did_you_mean(key.get_ref(), known.iter().map(String::as_str));
                let message = format!("`{}` is no attribute that holds a text", key.get_ref());
                self.text.error(code::UNKNOWN_NAME, message, &key.span(), help);
                return None;
            };
            let text = self.text.string(value)?;
            if attribute == Attribute::Department {
                self.names.add_department(text);
            }
            set.push((attribute, crate::directory::Value::text(text)));
        }
        if set.is_empty() {
            self.wrong("set", "at least one attribute, such as `{ city = \"Delft\" }`")
        } else {
            Some(set)
        }
    }
}
