//! What the names in a scenario stand for in a tenant. In: a baseline, a catalogue. Out: positions and ids, or a finding with what
//! was meant. Never: picks one of several.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fields::Text;
use crate::catalog::{Catalog, SkuId};
use crate::diagnostic::did_you_mean;
use crate::directory::{Attribute, GroupIndex, UserIndex};
use crate::ingest::code;
use crate::ingest::product::Products;
use crate::scenario::{Baseline, NewGroup};
use crate::supply::Subscription;

/// See the head of this file.
pub struct Names<'a> {
    pub baseline: &'a Baseline,
    catalog: &'a Catalog,
    products: Products<'a>,
    groups: BTreeMap<String, Vec<GroupIndex>>,
    users: BTreeMap<String, Vec<UserIndex>>,
    /// Departments as they are written, by their folded form; those that a scenario makes are added.
    departments: BTreeMap<String, String>,
    pub new_groups: Vec<NewGroup>,
}

impl<'a> Names<'a> {
    pub fn new(baseline: &'a Baseline, catalog: &'a Catalog) -> Self {
        let snapshot = &baseline.snapshot;
        let mut products = Products::new(catalog);
        for sku in &snapshot.skus {
            products.learn(&sku.sku_part_number, &sku.sku_id);
            products.learn(&sku.product_name, &sku.sku_id);
        }
        let mut groups: BTreeMap<String, Vec<GroupIndex>> = BTreeMap::new();
        for index in snapshot.group_indexes() {
            let group = snapshot.group(index);
            for name in [&group.id, &group.display_name] {
                let named = groups.entry(name.to_lowercase()).or_default();
                if named.last() != Some(&index) {
                    named.push(index);
                }
            }
        }
        let departments = snapshot.users.column(&Attribute::Department);
        let texts = departments.into_iter().flat_map(|column| {
            (0..column.code_count()).filter_map(|code| match column.decode(code) {
                crate::directory::ValueRef::Text(text) => Some((text.trim().to_lowercase(), text.to_owned())),
                _ => None,
            })
        });
        let departments = texts.collect();
        Self { baseline, catalog, products, groups, users: BTreeMap::new(), departments, new_groups: Vec::new() }
    }

    /// A group that the scenario makes; refused where one of this name is there already.
    pub fn add_group(&mut self, text: &mut Text<'_>, name: &str, span: &Range<usize>) -> Option<GroupIndex> {
        if self.groups.contains_key(&name.to_lowercase()) {
            let message = format!("there is a group `{name}` already");
            text.error(code::CONTRADICTION_IN_SCENARIO, message, span, Some("choose another name".to_owned()));
            return None;
        }
        let index = GroupIndex((self.baseline.snapshot.groups.len() + self.new_groups.len()) as u32);
        self.groups.insert(name.to_lowercase(), vec![index]);
        self.new_groups.push(NewGroup { name: name.into(), origin: text.at(span) });
        Some(index)
    }

    pub fn group_name(&self, group: GroupIndex) -> &str {
        let known = self.baseline.snapshot.groups.len();
        match group.get().checked_sub(known) {
            Some(new) => self.new_groups.get(new).map_or("", |group| &group.name),
            None => &self.baseline.snapshot.group(group).display_name,
        }
    }

    pub fn group(&self, text: &mut Text<'_>, name: &str, span: &Range<usize>) -> Option<GroupIndex> {
        match self.groups.get(&name.trim().to_lowercase()).map(Vec::as_slice) {
            Some([group]) => Some(*group),
            Some(_) => {
                let help = Some("several groups have this name: use the id of the one that is meant".to_owned());
                text.error(code::UNKNOWN_NAME, format!("`{name}` is the name of several groups"), span, help);
                None
            }
            None => {
                let all = (self.baseline.snapshot.groups.len() + self.new_groups.len()) as u32;
                let help = did_you_mean(name, (0..all).map(|group| self.group_name(GroupIndex(group))));
                text.error(code::UNKNOWN_NAME, format!("the tenant has no group `{name}`"), span, help);
                None
            }
        }
    }

    pub fn sku(&self, text: &mut Text<'_>, name: &str, span: &Range<usize>) -> Option<SkuId> {
        use crate::ingest::product::Found;
        match self.products.find(name) {
            Found::Known(sku) => Some(sku),
            Found::Unknown(sku) if self.baseline.snapshot.find_sku(&sku).is_some() => Some(sku),
            Found::Unknown(_) => {
                let own = self.baseline.snapshot.skus.iter().map(|sku| &*sku.sku_part_number);
                let near = did_you_mean(name, own).filter(|near| near.starts_with("did you"));
                let help = near.or_else(|| did_you_mean(name, self.catalog.names()));
                text.error(code::UNKNOWN_NAME, format!("no SKU is called `{name}`"), span, help);
                None
            }
            Found::Ambiguous(_, several) => {
                let list = several.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let message = format!("`{name}` stands for several SKUs");
                text.error(code::UNKNOWN_NAME, message, span, Some(format!("it may be {list}")));
                None
            }
        }
    }

    /// How the tenant or the catalogue calls a SKU.
    pub fn sku_name(&self, sku_id: &SkuId) -> String {
        let own = self.baseline.snapshot.find_sku(sku_id).map(|sku| &self.baseline.snapshot.sku(sku).sku_part_number);
        let known = own.or_else(|| self.catalog.sku(sku_id).map(|sku| &sku.sku_part_number));
        known.map_or_else(|| sku_id.to_string(), |name| name.to_string())
    }

    /// The id of a service plan that a SKU has, by id or name.
    pub fn plan(&self, text: &mut Text<'_>, sku: &SkuId, name: &str, span: &Range<usize>) -> Option<Box<str>> {
        let plans = self.catalog.sku(sku).map_or(&[][..], |sku| &sku.service_plans[..]);
        let called = |plan: &&crate::catalog::ServicePlan| {
            plan.name.eq_ignore_ascii_case(name) || plan.id.eq_ignore_ascii_case(name)
        };
        if let Some(plan) = plans.iter().find(called) {
            return Some(plan.id.clone());
        }
        let help = did_you_mean(name, plans.iter().map(|plan| &*plan.name));
        text.error(code::UNKNOWN_NAME, format!("`{}` has no service plan `{name}`", self.sku_name(sku)), span, help);
        None
    }

    pub fn user(&mut self, text: &mut Text<'_>, name: &str, span: &Range<usize>) -> Option<UserIndex> {
        if self.users.is_empty() {
            self.learn_users();
        }
        match self.users.get(&name.trim().to_lowercase()).map(Vec::as_slice) {
            Some([user]) => Some(*user),
            Some(_) => {
                let help = Some("use the user principal name or the id".to_owned());
                text.error(code::UNKNOWN_NAME, format!("`{name}` is the name of several users"), span, help);
                None
            }
            None => {
                let help = did_you_mean(name, self.users.keys().map(String::as_str));
                let help = help.filter(|near| near.starts_with("did you"));
                let help = help.or_else(|| Some("users go by user principal name, id or display name".to_owned()));
                text.error(code::UNKNOWN_NAME, format!("the tenant has no user `{name}`"), span, help);
                None
            }
        }
    }

    fn learn_users(&mut self) {
        let users = &self.baseline.snapshot.users;
        for user in users.indexes() {
            for attribute in [Attribute::UserPrincipalName, Attribute::Id, Attribute::DisplayName] {
                let Some(name) = users.text(user, &attribute) else { continue };
                let named = self.users.entry(name.trim().to_lowercase()).or_default();
                if named.last() != Some(&user) {
                    named.push(user);
                }
            }
        }
    }

    /// A department as it is written in the tenant.
    pub fn department(&self, text: &mut Text<'_>, name: &str, span: &Range<usize>) -> Option<String> {
        let known = self.departments.get(&name.trim().to_lowercase()).cloned();
        if known.is_none() {
            let help = did_you_mean(name, self.departments.values().map(String::as_str));
            text.error(code::UNKNOWN_NAME, format!("nobody is in a department `{name}`"), span, help);
        }
        known
    }

    pub fn add_department(&mut self, name: &str) {
        self.departments.entry(name.trim().to_lowercase()).or_insert_with(|| name.trim().to_owned());
    }

    pub fn subscription(&self, text: &mut Text<'_>, id: &str, span: &Range<usize>) -> Option<&'a Subscription> {
        let lots = || self.baseline.supplies.iter().flat_map(|supply| &supply.lots);
        let found = lots().find(|lot| lot.id.eq_ignore_ascii_case(id.trim()));
        if found.is_none() {
            let help = did_you_mean(id, lots().map(|lot| &*lot.id));
            text.error(code::UNKNOWN_NAME, format!("the tenant has no subscription `{id}`"), span, help);
        }
        found
    }
}
