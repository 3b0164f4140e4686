//! Small random tenants for the oracle: a few people, groups and SKUs, with everything that can go wrong in them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use seatcast::catalog::SkuId;
use seatcast::diagnostic::Origin;
use seatcast::directory::{
    AssignedLicense, Attribute, Group, GroupKind, GroupLicense, LicenseSource, Membership, PrepaidUnits,
    ProcessingState, RuleText, SelfService, SkuIndex, Snapshot, TenantSku, User, UserIndex, Users, Value,
};
use seatcast::licensing::{OrderPolicy, Policy, Reprocess};
use seatcast::scenario::{Assumptions, Baseline, Cohort, Cohorts, Rate, SkuPolicy, Spread};
use seatcast::supply::{BillingPlan, Channel, PriceBook, Renewal, Subscription, Supply, Term};

pub const SKUS: u32 = 3;

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

/// Rules over attributes that events change, the clock among them.
pub const RULES: &[&str] = &[
    "user.department -eq \"Sales\"",
    "(user.accountEnabled -eq true) and (user.department -ne \"Sales\")",
    "user.jobTitle -in [\"Clerk\", \"Buyer\"] -and user.accountEnabled -eq true",
    "user.userType -eq \"Guest\"",
    "user.objectId -ne null",
    "user.employeeHireDate -ge (system.now -minus P20D) -and user.employeeHireDate -le system.now",
    "user.employeeHireDate -le system.now -plus p5d -or user.department -eq \"Audit\"",
    "user.department -startsWith \"A\" -and -not (user.jobTitle -eq \"Clerk\")",
];

fn person() -> impl Strategy<Value = User> {
    let department = prop::sample::select(vec!["Sales", "Audit", "IT"]);
    let title = prop::option::of(prop::sample::select(vec!["Clerk", "Buyer", "Lead"]));
    let hired = prop::option::of(-40i64..80);
    let leaves = prop::option::weighted(0.2, -40i64..70);
    (
        department,
        title,
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.85),
        hired,
        leaves,
        prop::bool::weighted(0.9),
        prop::option::of(1u64..400),
    )
        .prop_map(|(department, title, guest, enabled, hired, leaves, located, created)| {
            let instant = |day: NaiveDate| Value::Instant(day.and_hms_opt(8, 30, 0).unwrap().and_utc());
            let text = |text: Option<&str>| text.map_or(Value::Null, Value::text);
            User::default()
                .with(Attribute::Department, Value::text(department))
                .with(Attribute::JobTitle, text(title))
                .with(Attribute::UserType, Value::text(if guest { "Guest" } else { "Member" }))
                .with(
                    Attribute::CreatedDateTime,
                    created.map_or(Value::Null, |days| instant(today() - Days::new(days))),
                )
                .with(Attribute::AccountEnabled, Value::Boolean(enabled))
                .with(Attribute::UsageLocation, text(located.then_some("NL")))
                .with(
                    Attribute::EmployeeHireDate,
                    hired.map_or(Value::Null, |days| instant(today() + chrono::TimeDelta::days(days))),
                )
                .with(
                    Attribute::EmployeeLeaveDateTime,
                    leaves.map_or(Value::Null, |days| instant(today() + chrono::TimeDelta::days(days))),
                )
        })
}

/// A group as (rule or members by chance, SKUs, whether people join by themselves).
fn group() -> impl Strategy<Value = (Option<usize>, Vec<bool>, BTreeSet<u32>, SelfService)> {
    let service = prop::sample::select(vec![SelfService::No, SelfService::Open, SelfService::Approval]);
    (
        prop::option::weighted(0.6, 0..RULES.len()),
        prop::collection::vec(prop::bool::weighted(0.4), 16),
        prop::collection::btree_set(0..SKUS, 1..3),
        service,
    )
}

pub fn lot() -> impl Strategy<Value = Subscription> {
    let renewal = prop_oneof![
        (0u32..14).prop_map(|quantity| Renewal::Renew { quantity }),
        Just(Renewal::Expire),
        Just(Renewal::Cancel),
    ];
    (0..SKUS, 0u32..14, 1u64..70, renewal).prop_map(|(sku, quantity, end, renewal)| Subscription {
        id: format!("lot-{sku}-{end}").into(),
        sku_id: sku_id(sku),
        quantity,
        start: today() - Days::new(300),
        term: Term::P1Y,
        term_end: Some(today() + Days::new(end)),
        renewal,
        billing: BillingPlan::Annual,
        channel: Channel::Direct,
        trial: false,
        reserved: false,
        origin: Origin::default(),
    })
}

fn order() -> impl Strategy<Value = OrderPolicy> {
    let values = vec!["Audit".to_owned(), "IT".to_owned()];
    prop_oneof![
        3 => Just(OrderPolicy::Arrival),
        1 => Just(OrderPolicy::Created),
        1 => Just(OrderPolicy::Priority { attribute: "department".to_owned(), values }),
        2 => Just(OrderPolicy::Random),
    ]
}

/// Weights of two of the three departments, as a past teaches them; nothing in most worlds.
fn learned() -> impl Strategy<Value = (Cohorts, Vec<f64>)> {
    let weight = || (0.0..3.0).prop_map(|weight| Spread::between(weight / 2.0, weight));
    let cohort = |name: &'static str, to: &'static str| {
        (weight(), weight(), weight(), any::<bool>()).prop_map(move |(joiners, leavers, movers, known)| Cohort {
            name: name.to_owned(),
            joiners,
            leavers,
            movers,
            moves_to: known.then(|| (to.to_owned(), 2.0)).into_iter().collect(),
        })
    };
    let cohorts = (cohort("IT", "Sales"), cohort("Sales", "IT"))
        .prop_map(|(it, sales)| Cohorts { by: vec![Attribute::Department], cohorts: vec![it, sales] });
    let tenure = prop::collection::vec(0.1..3.0, 0..3);
    prop_oneof![2 => Just((Cohorts::default(), Vec::new())), 1 => (cohorts, tenure)]
}

/// A SKU that people ask for by themselves, in half of the worlds.
fn requests() -> impl Strategy<Value = BTreeMap<SkuId, SkuPolicy>> {
    let asked = (0..SKUS, 0.0..6.0f64).prop_map(|(sku, most)| {
        let requests = Some(Rate::PeoplePerMonth(Spread::between(most / 2.0, most)));
        (sku_id(sku), SkuPolicy { name: format!("SKU{sku}"), requests, ..SkuPolicy::default() })
    });
    prop::collection::vec(asked, 0..2).prop_map(|asked| asked.into_iter().collect())
}

pub fn sku_id(sku: u32) -> SkuId {
    SkuId::new(&format!("sku-{sku}"))
}

pub fn baseline() -> impl Strategy<Value = Baseline> {
    let rate = |most: f64| (0.0..most).prop_map(|rate| Rate::SharePerMonth(Spread::between(rate / 2.0, rate)));
    let reprocess = prop_oneof![
        3 => Just(Reprocess::Auto),
        1 => Just(Reprocess::Manual),
        1 => (1u32..9).prop_map(|days| Reprocess::AutoDelayed { days }),
    ];
    (
        prop::collection::vec(person(), 1..16),
        prop::collection::vec(group(), 1..6),
        prop::collection::vec(lot(), 0..5),
        prop::collection::btree_set((0u32..16, 0..SKUS), 0..5),
        (rate(0.5), rate(0.4), rate(0.5), rate(0.4)),
        0u32..25,
        (reprocess, order(), learned(), requests()),
    )
        .prop_map(
            |(
                people,
                groups,
                lots,
                direct,
                (joiners, leavers, movers, service),
                lag,
                (reprocess, order, (cohorts, by_tenure), skus),
            )| {
                let users = people.len() as u32;
                let records: Vec<User> = people
                    .into_iter()
                    .enumerate()
                    .map(|(number, user)| user.with(Attribute::Id, Value::text(&format!("u{number:02}"))))
                    .collect();
                let located =
                    |user: u32| records[user as usize].value(&Attribute::UsageLocation).to_value() != Value::Null;
                let assigned = direct
                    .into_iter()
                    .filter(|(user, _)| *user < users && located(*user))
                    .map(|(user, sku)| AssignedLicense {
                        user: UserIndex(user),
                        sku: SkuIndex(sku),
                        source: LicenseSource::Direct,
                    })
                    .collect();
                let supplies = (0..SKUS).map(|sku| Supply {
                    lots: lots.iter().filter(|lot| lot.sku_id == sku_id(sku)).cloned().collect(),
                    unexplained: PrepaidUnits { enabled: 2, ..PrepaidUnits::default() },
                });
                Baseline {
                    tenant: "small".to_owned(),
                    today: today(),
                    supplies: supplies.collect(),
                    snapshot: Snapshot {
                        users: Users::from_records(&records),
                        groups: groups
                            .into_iter()
                            .enumerate()
                            .map(|(number, group)| build(number, group, users))
                            .collect(),
                        skus: (0..SKUS).map(tenant_sku).collect(),
                        assigned,
                        assignments_exported: false,
                        exported_on: Some(today()),
                    },
                    prices: PriceBook::default(),
                    policy: Policy { reprocess, order, ..Policy::default() },
                    assumptions: Assumptions {
                        joiners,
                        leavers,
                        movers,
                        guests_invited: joiners,
                        guests_removed: leavers,
                        self_service_joins: service,
                        self_service_leaves: service,
                        deletion_lag_days: lag,
                        disabling_lag_days: lag % 4,
                        license_removal_lag_days: (lag % 5 < 3).then_some(lag / 2),
                        joiner_scatter: 1.0 + f64::from(lag % 3),
                        leaver_scatter: 1.0 + f64::from(lag % 2),
                        cohorts,
                        guests_expire_after_days: (lag % 3 == 1).then_some(lag * 5),
                        leavers_by_tenure: by_tenure,
                        skus,
                        ..Assumptions::default()
                    },
                    inputs: Vec::new(),
                }
            },
        )
}

/// The numbers of the SKUs of a tenant among so many that a set of them takes three words.
const SPREAD: [u32; SKUS as usize] = [0, 64, 130];

/// The same tenant with many more SKUs that nobody has, between and after its own.
pub fn spread(mut baseline: Baseline) -> Baseline {
    let at = |sku: SkuIndex| SkuIndex(SPREAD[sku.get()]);
    let own = std::mem::take(&mut baseline.snapshot.skus);
    let mut supplies = std::mem::take(&mut baseline.supplies).into_iter();
    for number in 0..140 {
        let before = SPREAD.iter().rposition(|own| *own <= number).unwrap();
        let mut sku = own[before].clone();
        let mut supply =
            Supply { lots: Vec::new(), unexplained: PrepaidUnits { enabled: 1, ..PrepaidUnits::default() } };
        if SPREAD[before] == number {
            supply = supplies.next().unwrap();
        } else {
            sku.sku_id = SkuId::new(&format!("sku-{before}-{number:03}"));
        }
        baseline.snapshot.skus.push(sku);
        baseline.supplies.push(supply);
    }
    baseline.snapshot.assigned.iter_mut().for_each(|own| own.sku = at(own.sku));
    let licenses = baseline.snapshot.groups.iter_mut().flat_map(|group| &mut group.licenses);
    licenses.for_each(|license| license.sku = at(license.sku));
    baseline
}

fn tenant_sku(sku: u32) -> TenantSku {
    TenantSku {
        sku_id: sku_id(sku),
        sku_part_number: format!("SKU{sku}").into(),
        product_name: format!("Product {sku}").into(),
        company_wide: false,
        prepaid: None,
        consumed: None,
    }
}

fn build(number: usize, group: (Option<usize>, Vec<bool>, BTreeSet<u32>, SelfService), users: u32) -> Group {
    let (rule, members, skus, self_service) = group;
    let origin = Origin::default();
    let membership = match rule {
        Some(rule) => Membership::Dynamic {
            rule: Some(RuleText { text: RULES[rule].into(), origin: origin.clone() }),
            state: ProcessingState::On,
        },
        None => Membership::Assigned,
    };
    Group {
        id: format!("g{number}").into(),
        display_name: format!("Group {number}").into(),
        kind: GroupKind::Security,
        self_service: if rule.is_some() { SelfService::No } else { self_service },
        membership,
        security_enabled: Some(true),
        visibility: None,
        role_assignable: None,
        on_premises_sync_enabled: None,
        licenses: skus.into_iter().map(|sku| GroupLicense { sku: SkuIndex(sku), disabled_plans: Vec::new() }).collect(),
        members: (0..users).filter(|user| rule.is_none() && members[*user as usize]).map(UserIndex).collect(),
        members_exported: true,
        nested: Vec::new(),
        other_members: 0,
        created: None,
        origin,
    }
}
