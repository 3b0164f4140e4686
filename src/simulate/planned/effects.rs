//! Whom of today a plan gives licences or takes them from, and what they lose with the last plan of a service. In: stages before
//! and after each step. Out: one entry a person and day, with its causes. Never: chance; whom luck picks has no name.

use std::collections::BTreeMap;

use super::script::{Act, What};
use super::stage::{Stage, Step};
use crate::calendar;
use crate::catalog::{Catalog, SkuId};
use crate::directory::{GroupLicense, SkuIndex, UserIndex};
use crate::forecast::{PersonDifference, Service, ServiceAtRisk};
use crate::licensing::{BundleIndex, Target, Today};
use crate::simulate::event::Slot;
use crate::simulate::world::World;

/// Services whose data goes with the last plan, by the beginnings of plan names.
pub const SERVICES: [(Service, &[&str]); 5] = [
    (Service::Mailbox, &["EXCHANGE_S_", "EXCHANGE_B_", "EXCHANGE_L_"]),
    (Service::Files, &["SHAREPOINT", "ONEDRIVE"]),
    (Service::Teams, &["TEAMS1", "TEAMS_"]),
    (Service::PowerBi, &["BI_AZURE_P"]),
    (Service::Project, &["PROJECT_CLIENT", "PROJECT_PROFESSIONAL", "SHAREPOINT_PROJECT"]),
];

/// Plans that are named like a service and hold no data of it.
pub const NO_DATA: [&str; 3] = ["EXCHANGE_S_FOUNDATION", "EXCHANGE_S_ARCHIVE_ADDON", "EXCHANGE_S_ENTERPRISE_GOV_ADDON"];

/// See the head of this file.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    pub people: Vec<PersonDifference>,
    pub at_risk: Vec<ServiceAtRisk>,
}

/// Walks from step to step.
pub fn effects(world: &World<'_>, today: &Today, catalog: &Catalog) -> Effects {
    let bundles = (0..today.terms.bundle_count() as u32).map(BundleIndex);
    let mut licenses: Vec<Vec<GroupLicense>> = bundles.map(|bundle| today.licenses_of(bundle).to_vec()).collect();
    let mut found = Effects::default();
    let plans = Plans::new(world, catalog);
    let mut services = plans.of_bundles(&licenses);
    for (step, pair) in world.plan.steps.iter().zip(world.plan.stages.windows(2)) {
        let [before, after] = pair else { continue };
        let acts: Vec<&Act> = world.script.acts.iter().filter(|act| act.day == step.day).collect();
        for (bundle, given) in &step.replaced {
            licenses[bundle.get()].clone_from(given);
        }
        let then = plans.of_bundles(&licenses);
        let view = View { world, step, before, after, acts: &acts, plans: &plans, services: [&services, &then] };
        view.everybody(&mut found);
        services = then;
    }
    found
}

/// Services as bits, in the order of `SERVICES`.
struct Plans<'a> {
    skus: Vec<(SkuId, u8)>,
    catalog: &'a Catalog,
}

impl<'a> Plans<'a> {
    fn new(world: &World<'_>, catalog: &'a Catalog) -> Self {
        let skus = world.baseline.snapshot.skus.iter().map(|sku| sku.sku_id.clone());
        let mut plans = Self { skus: Vec::new(), catalog };
        plans.skus = skus.map(|sku| (sku.clone(), plans.of(&sku, &[]))).collect();
        plans
    }

    fn of(&self, sku: &SkuId, disabled: &[Box<str>]) -> u8 {
        let plans = self.catalog.sku(sku).map_or(&[][..], |sku| &sku.service_plans[..]);
        let on = plans.iter().filter(|plan| !disabled.iter().any(|id| id.eq_ignore_ascii_case(&plan.id)));
        let mut bits = 0;
        for plan in on.filter(|plan| !NO_DATA.contains(&&*plan.name)) {
            for (at, (_, beginnings)) in SERVICES.iter().enumerate() {
                bits |= u8::from(beginnings.iter().any(|beginning| plan.name.starts_with(beginning))) << at;
            }
        }
        bits
    }

    fn of_bundles(&self, licenses: &[Vec<GroupLicense>]) -> Vec<u8> {
        let of = |given: &Vec<GroupLicense>| {
            given.iter().fold(0, |bits, license| {
                let (sku, all) = &self.skus[license.sku.get()];
                bits | if license.disabled_plans.is_empty() { *all } else { self.of(sku, &license.disabled_plans) }
            })
        };
        licenses.iter().map(of).collect()
    }

    fn of_direct(&self, skus: &[SkuIndex]) -> u8 {
        skus.iter().fold(0, |bits, sku| bits | self.skus[sku.get()].1)
    }
}

/// One step as one person sees it.
struct View<'a, 'w> {
    world: &'a World<'w>,
    step: &'a Step,
    before: &'a Stage,
    after: &'a Stage,
    acts: &'a [&'a Act],
    plans: &'a Plans<'a>,
    services: [&'a Vec<u8>; 2],
}

impl View<'_, '_> {
    /// Where groups only give something else, whoever is in one of them; else those whom the step changes, too.
    fn everybody(&self, found: &mut Effects) {
        let mut touched = self.step.touched.as_slice();
        for slot in 0..self.world.exported() {
            let mine = self.after.models.get(slot).target;
            let before = touched.first().filter(|(at, _)| *at == slot).map(|(_, before)| *before);
            if before.is_some() {
                touched = &touched[1..];
            } else if self.step.replaced.is_empty() {
                continue;
            }
            self.person(slot, [before.unwrap_or(mine), mine], found);
        }
    }

    /// `targets` are the bundles before and after the step.
    fn person(&self, slot: Slot, targets: [Target; 2], found: &mut Effects) {
        let (old, new) = (self.skus(self.before, slot, targets[0]), self.skus(self.after, slot, targets[1]));
        let lost_services =
            self.services_of(self.before, slot, targets[0], 0) & !self.services_of(self.after, slot, targets[1], 1);
        if old == new && lost_services == 0 {
            return;
        }
        let differing: Vec<SkuIndex> =
            (0..self.plans.skus.len() as u32).map(SkuIndex).filter(|sku| bit(&old, *sku) != bit(&new, *sku)).collect();
        let snapshot = &self.world.baseline.snapshot;
        let users = &snapshot.users;
        let user = UserIndex(slot);
        let day = calendar::after(self.world.settings().today(), self.step.day);
        let causes = self.causes(&differing);
        let named = |gained: bool| -> Vec<String> {
            let skus = differing.iter().filter(|sku| bit(&new, **sku) == gained);
            skus.map(|sku| snapshot.sku(*sku).product_name.to_string()).collect()
        };
        if !differing.is_empty() {
            found.people.push(PersonDifference {
                user_id: users.id(user).to_owned(),
                user: users.name(user).to_owned(),
                day,
                gains: named(true),
                loses: named(false),
                causes: causes.clone(),
            });
        }
        for (at, (service, _)) in SERVICES.iter().enumerate() {
            if lost_services >> at & 1 == 1 {
                found.at_risk.push(ServiceAtRisk {
                    service: *service,
                    user_id: users.id(user).to_owned(),
                    user: users.name(user).to_owned(),
                    day,
                    causes: causes.clone(),
                });
            }
        }
    }

    fn services_of(&self, stage: &Stage, slot: Slot, target: Target, time: usize) -> u8 {
        let bundles = self.world.ledger.bundles_in(target).iter();
        let by_groups = bundles.fold(0, |bits, bundle| bits | self.services[time][bundle.get()]);
        by_groups | self.plans.of_direct(self.direct(stage, slot))
    }

    fn direct(&self, stage: &Stage, slot: Slot) -> &[SkuIndex] {
        self.world.direct_lists.list(stage.models.get(slot).direct)
    }

    /// The SKUs that somebody is meant to have, as bits.
    fn skus(&self, stage: &Stage, slot: Slot, target: Target) -> Vec<u64> {
        let mut bits = vec![0u64; self.world.words];
        for bundle in self.world.ledger.bundles_in(target) {
            let more = self.world.plan.bundle_bits(stage.version, *bundle);
            bits.iter_mut().zip(more).for_each(|(bits, more)| *bits |= more);
        }
        self.direct(stage, slot).iter().for_each(|sku| bits[sku.get() / 64] |= 1 << (sku.get() % 64));
        bits
    }

    /// The changes of the day that can have to do with one of these SKUs; all of them where plans alone differ.
    fn causes(&self, skus: &[SkuIndex]) -> Vec<String> {
        let gives_in = |stage: &Stage, bundle, sku| self.world.plan.gives(stage.version, bundle, sku);
        let gives = |bundle: BundleIndex| {
            skus.is_empty()
                || skus.iter().any(|sku| gives_in(self.before, bundle, *sku) || gives_in(self.after, bundle, *sku))
        };
        let matters = |act: &&&Act| match &act.what {
            What::Rewrite { .. } => true,
            What::Rule { bundle, .. }
            | What::Processing { bundle, .. }
            | What::Licenses { bundle, .. }
            | What::Members { bundle, .. } => gives(*bundle),
            What::Direct { sku, .. } => skus.contains(sku),
            What::People { .. } => false,
        };
        let mut causes: Vec<String> = self.acts.iter().filter(matters).map(|act| act.label.to_string()).collect();
        causes.sort();
        causes.dedup();
        causes
    }
}

fn bit(bits: &[u64], sku: SkuIndex) -> bool {
    bits[sku.get() / 64] >> (sku.get() % 64) & 1 == 1
}

/// By SKU, the causes of what people of today gain and lose.
pub fn causes_by_sku(people: &[PersonDifference]) -> BTreeMap<&str, Vec<&str>> {
    let mut causes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for person in people {
        for sku in person.gains.iter().chain(&person.loses) {
            let known = causes.entry(sku).or_default();
            for cause in &person.causes {
                if !known.contains(&cause.as_str()) {
                    known.push(cause);
                }
            }
        }
    }
    causes
}
