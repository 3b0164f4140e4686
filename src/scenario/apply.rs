//! A scenario put upon a baseline. In: a baseline, a scenario. Out: the same world with its units, prices, SKUs and groups as
//! they will be, and the changes that a simulation has to live through, in the one order of their days. Never: looks at a
//! person, depends on the order in which changes were written where they do not touch.

use chrono::NaiveDate;

use super::Baseline;
use super::change::{Change, Deed, PriceEdit, Scenario};
use crate::catalog::{Catalog, SkuId};
use crate::directory::{Group, GroupKind, Membership, PrepaidUnits, SelfService, SkuIndex, Snapshot, TenantSku};
use crate::supply::{BillingPlan, Price, PriceBook, Renewal, Subscription, Supply, Term};

/// A world with a plan.
#[derive(Clone, Debug)]
pub struct Planned {
    pub name: String,
    pub title: String,
    pub baseline: Baseline,
    /// In order of days, then of kinds, then as written.
    pub changes: Vec<Change>,
}

/// See the head of this file. An empty scenario gives the baseline back.
pub fn apply(baseline: &Baseline, scenario: &Scenario, catalog: &Catalog) -> Planned {
    let mut baseline = baseline.clone();
    baseline.inputs.extend(scenario.inputs.iter().cloned());
    let mut changes = scenario.changes.clone();
    changes.sort_by_key(|change| (change.day, change.deed.rank()));
    let mut named: Vec<&SkuId> = changes.iter().flat_map(|change| change.deed.skus()).collect();
    named.sort();
    named.dedup();
    for sku_id in named {
        add_sku(&mut baseline, sku_id, catalog);
    }
    for group in &scenario.new_groups {
        baseline.snapshot.groups.push(Group {
            // Behind every id that an export may hold, so that no other group changes its place.
            id: format!("~{}", group.name.to_lowercase()).into(),
            display_name: group.name.clone(),
            kind: GroupKind::Security,
            membership: Membership::Assigned,
            security_enabled: Some(true),
            visibility: None,
            role_assignable: None,
            on_premises_sync_enabled: None,
            self_service: SelfService::No,
            licenses: Vec::new(),
            members: Vec::new(),
            members_exported: true,
            nested: Vec::new(),
            other_members: 0,
            created: None,
            origin: group.origin.clone(),
        });
    }
    let mut prices: Vec<Price> = baseline.prices.prices().to_vec();
    for change in &changes {
        supply(&mut baseline, change);
        if let Deed::Price { sku, edit } = &change.deed {
            prices.extend(price(&PriceBook::new(prices.clone()), sku, *edit, change.day));
        }
    }
    baseline.prices = PriceBook::new(prices);
    Planned { name: scenario.name.clone(), title: scenario.title.clone(), baseline, changes }
}

/// Makes place for a SKU that the tenant does not own yet: no units until some are bought.
fn add_sku(baseline: &mut Baseline, sku_id: &SkuId, catalog: &Catalog) {
    let snapshot = &mut baseline.snapshot;
    let Err(at) = snapshot.skus.binary_search_by(|sku| sku.sku_id.cmp(sku_id)) else { return };
    let known = catalog.sku(sku_id);
    let name = |name: Option<&str>| name.unwrap_or(sku_id.as_str()).into();
    snapshot.skus.insert(
        at,
        TenantSku {
            sku_id: sku_id.clone(),
            sku_part_number: name(known.map(|sku| &*sku.sku_part_number)),
            product_name: name(known.map(|sku| &*sku.product_name)),
            company_wide: false,
            prepaid: Some(PrepaidUnits::default()),
            consumed: Some(0),
        },
    );
    baseline.supplies.insert(at, Supply::default());
    renumber(snapshot, at as u32);
}

/// Moves every SKU from `at` on one place further.
fn renumber(snapshot: &mut Snapshot, at: u32) {
    let moved = |sku: &mut SkuIndex| sku.0 += u32::from(sku.0 >= at);
    snapshot.groups.iter_mut().flat_map(|group| &mut group.licenses).for_each(|license| moved(&mut license.sku));
    snapshot.assigned.iter_mut().for_each(|license| moved(&mut license.sku));
}

fn supply(baseline: &mut Baseline, change: &Change) {
    let lot = |baseline: &mut Baseline, id: &str, edit: &dyn Fn(&mut Subscription) -> Option<Subscription>| {
        for supply in &mut baseline.supplies {
            let more: Vec<Subscription> =
                supply.lots.iter_mut().filter(|lot| *lot.id == *id).filter_map(edit).collect();
            supply.lots.extend(more);
        }
    };
    match &change.deed {
        Deed::Buy(bought) => {
            if let Some(sku) = baseline.snapshot.find_sku(&bought.sku_id) {
                baseline.supplies[sku.get()].lots.push(bought.clone());
            }
        }
        Deed::Cancel { subscription } => lot(baseline, subscription, &|lot| {
            lot.renewal = Renewal::Cancel;
            None
        }),
        Deed::RenewWith { subscription, quantity } => lot(baseline, subscription, &|lot| {
            lot.renewal = Renewal::Renew { quantity: *quantity };
            None
        }),
        Deed::ChangeTerm { subscription, term, billing } => {
            lot(baseline, subscription, &|lot| next_term(lot, *term, *billing));
        }
        _ => {}
    }
}

/// The lot ends with its running term, and another begins on that day with the quantity that would have been renewed.
fn next_term(lot: &mut Subscription, term: Term, billing: BillingPlan) -> Option<Subscription> {
    let end = lot.term_end?;
    let quantity = match lot.renewal {
        Renewal::Renew { quantity } => quantity,
        _ => lot.quantity,
    };
    let term_end = crate::calendar::renewal(end, term.months(), 1).ok();
    lot.renewal = Renewal::Cancel;
    Some(Subscription {
        id: format!("{} ({end})", lot.id).into(),
        quantity,
        start: end,
        term,
        term_end,
        renewal: Renewal::Renew { quantity },
        billing,
        ..lot.clone()
    })
}

fn price(book: &PriceBook, sku_id: &SkuId, edit: PriceEdit, day: NaiveDate) -> Option<Price> {
    let now = book.on(sku_id, day);
    match edit {
        PriceEdit::Minor { minor, currency } => Some(Price {
            sku_id: sku_id.clone(),
            list_minor: now.and_then(|price| price.list_minor),
            contracted_minor: Some(minor),
            currency,
            valid_from: day,
        }),
        PriceEdit::Percent(percent) => {
            let raised = |minor: i64| (minor as f64 * (1.0 + percent / 100.0)).round() as i64;
            now.map(|price| Price {
                list_minor: price.list_minor.map(raised),
                contracted_minor: price.contracted_minor.map(raised),
                valid_from: day,
                ..price.clone()
            })
        }
    }
}

impl Planned {
    /// The baseline itself, with nothing planned.
    pub fn unchanged(baseline: &Baseline) -> Planned {
        Planned { name: "baseline".to_owned(), title: String::new(), baseline: baseline.clone(), changes: Vec::new() }
    }
}
