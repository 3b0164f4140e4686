//! Events played to a ledger. In: dated events. Out: the state after every day on which something happens. Never: goes on where
//! an event names something that the file does not declare.
//!
//! Within a day supply and lifecycle come first, then the events as they are listed, then removals and grants (R2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Dated, Event, LicenseRow, Settings};
use super::lots::{Lot, Lots};
use super::state::{Day, PathRow, Refused, SkuRow};
use crate::diagnostic::{Code, Diagnosed, Diagnostic, Origin, did_you_mean};
use crate::directory::{GroupLicense, SkuIndex};
use crate::licensing::{
    BundleIndex, Country, Deletion, Ledger, LicenseError, PathState, PlanDependency, PlanRules, Rank, Refusal,
    SeatPolicy, Seeker, SkuTerms, Source, Terms, Unsettled,
};

/// An event names something that no event of the file declares.
const UNKNOWN_NAME: Code = Code("D605");

/// How the play ended: the states of all days, or of the days before one that did not settle.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    pub days: Vec<Day>,
    pub unsettled: Option<Unsettled>,
}

/// Names in byte order, as numbers.
#[derive(Clone, Debug, Default)]
struct Names(Vec<String>);

impl Names {
    fn of(names: impl Iterator<Item = String>) -> Self {
        Self(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.0.binary_search_by(|known| known.as_str().cmp(name)).ok().map(|at| at as u32)
    }

    fn name(&self, number: u32) -> &str {
        &self.0[number as usize]
    }
}

/// Everything that changes while events are played.
struct Stage {
    users: Names,
    skus: Names,
    groups: Names,
    ledger: Ledger,
    lots: Lots,
    sku_terms: Vec<SkuTerms>,
    rules: PlanRules,
    policy: SeatPolicy,
    /// Whether the ledger has older terms than the four fields above.
    stale: bool,
    members: BTreeMap<u32, BTreeSet<BundleIndex>>,
    guests: BTreeSet<u32>,
    declared_skus: BTreeSet<u32>,
    licensed: BTreeSet<u32>,
    deleted_groups: BTreeSet<u32>,
    refused: Vec<Refused>,
}

/// Plays events to an empty tenant. The findings are errors: with any of them there is nothing to show.
pub fn run(events: &[Dated]) -> Diagnosed<Replayed> {
    let findings = unknown_names(events);
    if !findings.is_empty() {
        return Diagnosed::new(Replayed::default(), findings);
    }
    let mut stage = Stage::new(events);
    let mut replayed = Replayed::default();
    let mut rest = events;
    let mut last: Option<u32> = None;
    while let Some(day) = stage.next_day(rest.first().map(|event| event.day), last) {
        let count = rest.iter().take_while(|event| event.day == day).count();
        let (now, later) = rest.split_at(count);
        rest = later;
        last = Some(day);
        stage.play(day, now);
        if let Err(unsettled) = stage.ledger.settle(day) {
            replayed.unsettled = Some(unsettled);
            break;
        }
        replayed.days.push(stage.day(day));
    }
    Diagnosed::clean(replayed)
}

/// A finding for each name that is used and not declared.
fn unknown_names(events: &[Dated]) -> Vec<Diagnostic> {
    let (users, skus, groups) = declared(events);
    let mut findings = Vec::new();
    let mut check = |names: &Names, what: &str, name: &str, origin: &Origin| {
        if names.find(name).is_none() {
            let mut finding = Diagnostic::error(UNKNOWN_NAME, format!("no event declares the {what} `{name}`"));
            finding.help = did_you_mean(name, names.0.iter().map(String::as_str));
            findings.push(finding.at(origin));
        }
    };
    for Dated { event, origin, .. } in events {
        match event {
            Event::MemberAdd { group, users: list } | Event::MemberRemove { group, users: list } => {
                check(&groups, "group", group, origin);
                list.iter().for_each(|user| check(&users, "user", user, origin));
            }
            Event::GroupNest { group, child } => {
                check(&groups, "group", group, origin);
                check(&groups, "group", child, origin);
            }
            Event::Group { licenses, .. } => licenses.iter().for_each(|row| check(&skus, "SKU", &row.sku, origin)),
            Event::GroupLicenses { group, licenses } => {
                check(&groups, "group", group, origin);
                licenses.iter().for_each(|row| check(&skus, "SKU", &row.sku, origin));
            }
            Event::GroupDelete { group } => check(&groups, "group", group, origin),
            Event::UserSet { user, .. } | Event::UserDelete { user, .. } | Event::UserRestore { user } => {
                check(&users, "user", user, origin);
            }
            Event::DirectAdd { user, sku } | Event::DirectRemove { user, sku } => {
                check(&users, "user", user, origin);
                check(&skus, "SKU", sku, origin);
            }
            Event::Setting(_)
            | Event::Sku { .. }
            | Event::Exclusion { .. }
            | Event::Dependency { .. }
            | Event::User { .. }
            | Event::Subscription { .. }
            | Event::Reprocess => {}
        }
    }
    findings
}

/// Users, SKUs and groups that the file declares anywhere. A subscription declares its SKU too.
fn declared(events: &[Dated]) -> (Names, Names, Names) {
    let users = events.iter().filter_map(|dated| match &dated.event {
        Event::User { user, .. } => Some(user.clone()),
        _ => None,
    });
    let skus = events.iter().filter_map(|dated| match &dated.event {
        Event::Sku { sku, .. } | Event::Subscription { sku, .. } => Some(sku.clone()),
        _ => None,
    });
    let groups = events.iter().filter_map(|dated| match &dated.event {
        Event::Group { group, .. } => Some(group.clone()),
        _ => None,
    });
    (Names::of(users), Names::of(skus), Names::of(groups))
}

impl Stage {
    fn new(events: &[Dated]) -> Self {
        let (users, skus, groups) = declared(events);
        let sku_terms = vec![SkuTerms::default(); skus.0.len()];
        let policy = SeatPolicy { by_arrival: true, ..SeatPolicy::default() };
        let none = vec![Vec::new(); groups.0.len()];
        let terms = Terms::new(sku_terms.clone(), &none, &PlanRules::default(), policy);
        let mut ledger = Ledger::new(Arc::new(terms));
        for place in 0..users.0.len() as u32 {
            ledger.add_user(Seeker { location: None, guest: false, rank: Rank { class: 0, place } });
        }
        Self {
            users,
            skus,
            groups,
            ledger,
            lots: Lots::default(),
            sku_terms,
            rules: PlanRules::default(),
            policy,
            stale: false,
            members: BTreeMap::new(),
            guests: BTreeSet::new(),
            declared_skus: BTreeSet::new(),
            licensed: BTreeSet::new(),
            deleted_groups: BTreeSet::new(),
            refused: Vec::new(),
        }
    }

    fn next_day(&self, event: Option<u32>, last: Option<u32>) -> Option<u32> {
        let retry = self.ledger.next_retry().filter(|day| last.is_none_or(|last| *day > last));
        [event, self.lots.next_step(last).filter(|_| last.is_some()), retry].into_iter().flatten().min()
    }

    fn play(&mut self, day: u32, events: &[Dated]) {
        // Settings and SKUs first, since what is bought and who may have it is read under them.
        for dated in events {
            self.define(&dated.event);
        }
        for dated in events {
            self.supply(&dated.event);
        }
        for sku in 0..self.skus.0.len() as u32 {
            let units = self.lots.units_on(SkuIndex(sku), day);
            self.ledger.set_capacity(SkuIndex(sku), units.capacity());
        }
        self.amend();
        for dated in events {
            self.change(day, dated);
        }
    }

    /// Puts changed terms in force.
    fn amend(&mut self) {
        if std::mem::take(&mut self.stale) {
            let none = vec![Vec::new(); self.groups.0.len()];
            let terms = Terms::new(self.sku_terms.clone(), &none, &self.rules, self.policy);
            self.ledger.amend(Arc::new(terms));
        }
    }

    fn define(&mut self, event: &Event) {
        match event {
            Event::Setting(settings) => self.set(settings),
            Event::Sku { sku, plans, prohibited } => {
                let Some(number) = self.skus.find(sku) else { return };
                self.declared_skus.insert(number);
                self.sku_terms[number as usize] = SkuTerms {
                    service_plans: plans.iter().map(|plan| plan.as_str().into()).collect(),
                    prohibited_locations: prohibited.clone(),
                };
            }
            Event::Exclusion { plans } => {
                self.rules.exclusions.push(plans.iter().map(|plan| plan.as_str().into()).collect());
            }
            Event::Dependency { plan, needs } => self.rules.dependencies.push(PlanDependency {
                plan: plan.as_str().into(),
                needs: needs.iter().map(|need| need.as_str().into()).collect(),
            }),
            _ => return,
        }
        self.stale = true;
    }

    fn set(&mut self, settings: &Settings) {
        let skipped_before = self.policy.skip_guests;
        if let Some(country) = settings.tenant_country {
            self.policy.tenant_country = country;
        }
        if let Some(reprocess) = settings.reprocess {
            self.policy.reprocess = reprocess;
        }
        if let Some(guests) = settings.guests {
            self.policy.skip_guests = guests == crate::licensing::GuestPolicy::Skip;
        }
        if let Some(swap) = settings.swap {
            self.policy.swap = swap;
        }
        self.lots.warning_days = settings.warning_days.unwrap_or(self.lots.warning_days);
        self.lots.suspended_days = settings.suspended_days.unwrap_or(self.lots.suspended_days);
        if self.policy.skip_guests != skipped_before {
            self.guests.clone().into_iter().for_each(|user| self.intend(user));
        }
    }

    fn supply(&mut self, event: &Event) {
        let Event::Subscription { id, sku, quantity, term_end, renew, says_term } = event else { return };
        let Some(sku) = self.skus.find(sku) else { return };
        self.declared_skus.insert(sku);
        let fresh = Lot { sku: SkuIndex(sku), quantity: *quantity, term_end: *term_end, renews: *renew };
        let lot = self.lots.lots.entry(id.clone()).or_insert(fresh);
        // The same id again sets the quantity, and the term only where the event says one.
        *lot = if *says_term { fresh } else { Lot { quantity: *quantity, ..*lot } };
    }

    fn intend(&mut self, user: u32) {
        let bundles: Vec<BundleIndex> = self.members.get(&user).into_iter().flatten().copied().collect();
        self.ledger.set_bundles(user, &bundles);
    }

    fn change(&mut self, day: u32, dated: &Dated) {
        match &dated.event {
            Event::User { user, location, guest } => {
                if let Some(user) = self.users.find(user) {
                    self.describe(user, Some(*location), Some(*guest));
                }
            }
            Event::UserSet { user, location, guest } => {
                if let Some(user) = self.users.find(user) {
                    self.describe(user, *location, *guest);
                }
            }
            Event::Group { group, licenses } | Event::GroupLicenses { group, licenses } => {
                self.license(dated, group, licenses);
            }
            Event::MemberAdd { group, users } => self.join(dated, group, users, true),
            Event::MemberRemove { group, users } => self.join(dated, group, users, false),
            Event::UserDelete { user, admin_center } => self.delete(dated, user, day, *admin_center),
            Event::UserRestore { user } => self.restore(dated, user, day),
            Event::DirectAdd { user, sku } => self.direct(dated, user, sku, Ledger::direct_assign),
            Event::DirectRemove { user, sku } => self.direct(dated, user, sku, Ledger::direct_remove),
            Event::GroupDelete { group } => self.delete_group(dated, group),
            // Licences do not pass through a nested group, so nesting changes nothing (INV-14).
            Event::GroupNest { .. } => {}
            Event::Reprocess => self.ledger.reprocess(),
            Event::Setting(_)
            | Event::Sku { .. }
            | Event::Exclusion { .. }
            | Event::Dependency { .. }
            | Event::Subscription { .. } => {}
        }
    }

    fn describe(&mut self, user: u32, location: Option<Option<Country>>, guest: Option<bool>) {
        if let Some(location) = location {
            self.ledger.set_location(user, location);
        }
        if let Some(guest) = guest {
            let changed = if guest { self.guests.insert(user) } else { self.guests.remove(&user) };
            if changed {
                self.ledger.set_guest(user, guest);
                self.intend(user);
            }
        }
    }

    fn refuse(&mut self, dated: &Dated, code: &str, message: String) {
        self.refused.push(Refused { event: dated.name, code: code.to_owned(), message });
    }

    /// The number of a group that still exists.
    fn group(&mut self, dated: &Dated, group: &str) -> Option<u32> {
        let number = self.groups.find(group).filter(|number| !self.deleted_groups.contains(number));
        if number.is_none() {
            self.refuse(dated, "GroupNotFound", format!("the group `{group}` is deleted"));
        }
        number
    }

    fn license(&mut self, dated: &Dated, group: &str, licenses: &[LicenseRow]) {
        let Some(group) = self.group(dated, group) else { return };
        let row = |row: &LicenseRow| {
            let disabled_plans = row.disabled_plans.iter().map(|plan| plan.as_str().into()).collect();
            Some(GroupLicense { sku: SkuIndex(self.skus.find(&row.sku)?), disabled_plans })
        };
        let licenses: Vec<GroupLicense> = licenses.iter().filter_map(row).collect();
        if licenses.is_empty() {
            self.licensed.remove(&group);
        } else {
            self.licensed.insert(group);
        }
        self.ledger.replace_bundle(BundleIndex(group), &licenses);
    }

    fn join(&mut self, dated: &Dated, group: &str, users: &[String], joins: bool) {
        let Some(group) = self.group(dated, group) else { return };
        for name in users {
            let Some(user) = self.users.find(name) else { continue };
            if self.ledger.is_deleted(user) {
                self.refuse(dated, Refusal::Deleted.code(), format!("the user `{name}` is deleted"));
                continue;
            }
            let members = self.members.entry(user).or_default();
            let changed = if joins { members.insert(BundleIndex(group)) } else { members.remove(&BundleIndex(group)) };
            if changed {
                self.intend(user);
            }
        }
    }

    fn delete(&mut self, dated: &Dated, name: &str, day: u32, admin_center: bool) {
        let Some(user) = self.users.find(name) else { return };
        if self.ledger.is_deleted(user) {
            self.refuse(dated, Refusal::Deleted.code(), format!("the user `{name}` is already deleted"));
            return;
        }
        let how = if admin_center { Deletion::AdminCenter } else { Deletion::Directory };
        self.ledger.delete(user, day, how);
    }

    fn restore(&mut self, dated: &Dated, name: &str, day: u32) {
        let Some(user) = self.users.find(name) else { return };
        match self.ledger.restore(user, day) {
            Ok(failed) => {
                self.intend(user);
                for (sku, error) in failed {
                    let sku = self.skus.name(sku.0).to_owned();
                    self.refuse(
                        dated,
                        error.name(),
                        format!("the direct licence of `{sku}` is not given to `{name}` again"),
                    );
                }
            }
            Err(refusal) => self.refuse(dated, refusal.code(), refusal_text(refusal, name, "")),
        }
    }

    fn direct(
        &mut self,
        dated: &Dated,
        name: &str,
        sku: &str,
        act: impl Fn(&mut Ledger, u32, SkuIndex) -> Result<(), Refusal>,
    ) {
        let (Some(user), Some(number)) = (self.users.find(name), self.skus.find(sku)) else { return };
        if let Err(refusal) = act(&mut self.ledger, user, SkuIndex(number)) {
            self.refuse(dated, refusal.code(), refusal_text(refusal, name, sku));
        }
    }

    /// A licensed group cannot be deleted (R15). Members of any other lose nothing.
    fn delete_group(&mut self, dated: &Dated, name: &str) {
        let Some(group) = self.group(dated, name) else { return };
        if self.licensed.contains(&group) {
            let message = format!("the group `{name}` carries licences: take them off first");
            self.refuse(dated, "GroupHasLicenses", message);
            return;
        }
        self.deleted_groups.insert(group);
        let members =
            self.members.iter_mut().filter_map(|(user, groups)| groups.remove(&BundleIndex(group)).then_some(*user));
        let members: Vec<u32> = members.collect();
        members.into_iter().for_each(|user| self.intend(user));
    }

    /// The state after a settled day.
    fn day(&mut self, day: u32) -> Day {
        let mut holders: Vec<Vec<String>> = vec![Vec::new(); self.skus.0.len()];
        for user in 0..self.users.0.len() as u32 {
            for sku in self.ledger.skus_of(user) {
                holders[sku.get()].push(self.users.name(user).to_owned());
            }
        }
        let row = |sku: u32, holders: Vec<String>| {
            let index = SkuIndex(sku);
            let units = self.lots.units_on(index, day);
            let waiting = self.ledger.queue(index).into_iter().map(|user| self.users.name(user).to_owned());
            SkuRow {
                enabled: units.enabled,
                warning: units.warning,
                suspended: units.suspended,
                assigned: self.ledger.assigned(index),
                available: i64::from(units.capacity()) - i64::from(self.ledger.assigned(index)),
                holders,
                waiting: waiting.collect(),
            }
        };
        let rows = holders.into_iter().enumerate().map(|(sku, holders)| (sku as u32, holders));
        let declared = rows.filter(|(sku, _)| self.declared_skus.contains(sku));
        let skus = declared.map(|(sku, holders)| (self.skus.name(sku).to_owned(), row(sku, holders))).collect();
        Day { day, skus, paths: self.paths(), refused: std::mem::take(&mut self.refused) }
    }

    fn paths(&self) -> Vec<PathRow> {
        let mut rows = Vec::new();
        for user in self.ledger.users_in_error() {
            for path in self.ledger.paths(user).into_iter().filter(|path| path.state != PathState::Active) {
                rows.push(PathRow {
                    user: self.users.name(user).to_owned(),
                    sku: self.skus.name(path.sku.0).to_owned(),
                    source: match path.source {
                        Source::Direct => "direct".to_owned(),
                        Source::Bundle(bundle) => self.groups.name(bundle.0).to_owned(),
                    },
                    state: path.state.name(),
                    error: path.error.map(LicenseError::name),
                });
            }
        }
        rows.sort();
        rows
    }
}

fn refusal_text(refusal: Refusal, user: &str, sku: &str) -> String {
    match refusal {
        Refusal::License(LicenseError::CountViolation) => format!("there is no free unit of `{sku}` for `{user}`"),
        Refusal::License(LicenseError::ProhibitedInUsageLocationViolation) => {
            format!("`{sku}` cannot be given to `{user}` there, or `{user}` has no usageLocation")
        }
        Refusal::License(LicenseError::MutuallyExclusiveViolation) => {
            format!("a plan of `{sku}` excludes one that `{user}` has")
        }
        Refusal::License(LicenseError::DependencyViolation) => {
            format!("a plan of `{sku}` needs one that `{user}` does not have")
        }
        Refusal::License(_) => format!("`{sku}` cannot be given to `{user}`"),
        Refusal::NotAssigned => format!("`{user}` has no direct licence of `{sku}`"),
        Refusal::Deleted => format!("the user `{user}` is deleted"),
        Refusal::NotDeleted => format!("the user `{user}` is not deleted"),
        Refusal::DeletedTooLongAgo => format!("`{user}` was deleted more than 30 days ago"),
    }
}
