//! The SKUs of a tenant and the units behind them. In: counters of SKU files, lots, every SKU that anybody holds. Out: SKUs in the
//! order of their ids with a supply each. Never: drops an SKU that somebody holds, adds two counts of the same units.

use std::collections::BTreeMap;

use super::code;
use super::product::Products;
use super::skus::{SkuDraft, SkuTable};
use super::source::Source;
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::{PrepaidUnits, TenantSku};
use crate::supply::{Channel, Renewal, Reservation, Subscription, Supply};

/// One entry for each SKU that a file counts or that `held` names.
pub(super) fn skus(
    tables: &[SkuTable],
    held: impl Iterator<Item = SkuId>,
    products: &Products<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<TenantSku> {
    let mut drafts: BTreeMap<SkuId, (SkuDraft, Source)> = BTreeMap::new();
    // The portal knows names only and lumps units together: what a Graph export says comes first.
    let mut order: Vec<&SkuTable> = tables.iter().collect();
    order.sort_by_key(|table| table.source == Source::M365Licenses);
    for table in order {
        let mut seen: BTreeMap<&SkuId, &SkuDraft> = BTreeMap::new();
        for draft in &table.drafts {
            if let Some(first) = seen.insert(&draft.sku_id, draft) {
                twice(first, draft, findings);
            } else {
                merge(&mut drafts, draft, table.source, findings);
            }
        }
    }
    let mut skus: BTreeMap<SkuId, TenantSku> = BTreeMap::new();
    for (sku_id, (draft, _)) in drafts {
        skus.insert(sku_id, sku(&draft, products));
    }
    for sku_id in held {
        let empty = || SkuDraft {
            sku_id: sku_id.clone(),
            sku_part_number: None,
            product_name: None,
            company_wide: false,
            prepaid: None,
            consumed: None,
            origin: Origin::default(),
        };
        skus.entry(sku_id.clone()).or_insert_with(|| sku(&empty(), products));
    }
    skus.into_values().collect()
}

fn sku(draft: &SkuDraft, products: &Products<'_>) -> TenantSku {
    let known = products.catalog().sku(&draft.sku_id);
    let part = known.map(|sku| &*sku.sku_part_number);
    let name = known.map(|sku| &*sku.product_name);
    let id = draft.sku_id.as_str();
    TenantSku {
        sku_id: draft.sku_id.clone(),
        sku_part_number: draft.sku_part_number.as_deref().or(part).unwrap_or(id).into(),
        product_name: draft.product_name.as_deref().or(name).or(draft.sku_part_number.as_deref()).unwrap_or(id).into(),
        company_wide: draft.company_wide,
        prepaid: draft.prepaid,
        consumed: draft.consumed,
    }
}

fn twice(first: &SkuDraft, second: &SkuDraft, findings: &mut Vec<Diagnostic>) {
    let mut same = second.clone();
    same.origin = first.origin.clone();
    let lines = format!("lines {} and {}", first.origin.line.unwrap_or(0), second.origin.line.unwrap_or(0));
    let name = second.product_name.as_deref().or(second.sku_part_number.as_deref()).unwrap_or(second.sku_id.as_str());
    findings.push(if same == *first {
        Diagnostic::warning(code::DUPLICATE, format!("SKU `{name}` is there twice, {lines}, and counts once"))
            .at(&second.origin)
    } else {
        let message = format!("SKU `{name}` is there twice, {lines}, with different values");
        Diagnostic::error(code::CONTRADICTION, message)
            .at(&second.origin)
            .at(&first.origin)
            .help("remove the wrong line, or export again")
    });
}

/// Adds what one file says of an SKU. Between files of equal worth the later one wins, and a difference is listed.
fn merge(
    drafts: &mut BTreeMap<SkuId, (SkuDraft, Source)>,
    draft: &SkuDraft,
    source: Source,
    findings: &mut Vec<Diagnostic>,
) {
    let Some((known, known_source)) = drafts.get_mut(&draft.sku_id) else {
        drafts.insert(draft.sku_id.clone(), (draft.clone(), source));
        return;
    };
    let capacity = |draft: &SkuDraft| draft.prepaid.map(|units| units.capacity());
    if capacity(known) != capacity(draft) || known.consumed != draft.consumed {
        let message = format!(
            "two files count the units of `{}` differently: {} owned and {} consumed, {} owned and {} consumed",
            known.sku_part_number.as_deref().unwrap_or(known.sku_id.as_str()),
            shown(capacity(known)),
            shown(known.consumed),
            shown(capacity(draft)),
            shown(draft.consumed),
        );
        findings.push(Diagnostic::warning(code::COUNTS_DIFFER, message).at(&known.origin).at(&draft.origin));
    }
    let wins = !(source == Source::M365Licenses && *known_source != Source::M365Licenses);
    let (winner, loser) = if wins { (draft.clone(), known.clone()) } else { (known.clone(), draft.clone()) };
    *known = SkuDraft {
        sku_part_number: winner.sku_part_number.or(loser.sku_part_number),
        product_name: winner.product_name.or(loser.product_name),
        company_wide: winner.company_wide || loser.company_wide,
        prepaid: winner.prepaid.or(loser.prepaid),
        consumed: winner.consumed.or(loser.consumed),
        ..winner
    };
    if wins {
        *known_source = source;
    }
}

fn shown(count: Option<u32>) -> String {
    count.map_or_else(|| "unknown".to_owned(), |count| count.to_string())
}

/// The supply of each SKU: its lots, and the counted units that no lot explains.
pub(super) fn supplies(
    skus: &[TenantSku],
    lots: &[Subscription],
    today: chrono::NaiveDate,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Supply> {
    skus.iter()
        .map(|sku| {
            let lots: Vec<Subscription> = lots.iter().filter(|lot| lot.sku_id == sku.sku_id).cloned().collect();
            let Some(counted) = sku.prepaid else { return Supply { lots, unexplained: PrepaidUnits::default() } };
            if lots.is_empty() {
                return Supply { lots, unexplained: counted };
            }
            let owned = lots.iter().map(|lot| enabled_on(lot, today)).fold(0, u32::saturating_add);
            let unexplained = PrepaidUnits { enabled: counted.enabled.saturating_sub(owned), ..counted };
            let place = lots.first().map(|lot| lot.origin.clone()).unwrap_or_default();
            let name = &sku.sku_part_number;
            // A term that is over holds its units in `warning` or `suspended`, which the export counts there.
            let lapsed = lots.iter().any(|lot| lot.renewal == Renewal::Expire && lot.term_end.is_some_and(|end| end <= today));
            if unexplained.enabled > 0 {
                let message = format!(
                    "the SKU export counts {} enabled units of `{name}`, the lots in force {owned}; {} are held as they are",
                    counted.enabled, unexplained.enabled
                );
                let help = match lots.iter().any(|lot| lot.channel == Channel::Ea) {
                    true => "add the missing lot to subscriptions.csv, with `reserved` true for seats reserved before the true-up",
                    false => "add the missing lot to subscriptions.csv",
                };
                findings.push(Diagnostic::warning(code::UNEXPLAINED_UNITS, message).at(&place).help(help));
            }
            if owned > counted.enabled {
                let message = format!(
                    "the lots in force of `{name}` have {owned} units, the SKU export counts only {} enabled",
                    counted.enabled
                );
                let help = if lapsed { "a lot may have lapsed or been reduced" } else { "a lot may not have started, or have been reduced" };
                findings.push(Diagnostic::warning(code::TOO_MANY_UNITS, message).at(&place).help(help));
            }
            let cancelled = lots.iter().any(|lot| lot.renewal == Renewal::Cancel && lot.term_end.is_some_and(|end| end <= today));
            let unexplained = if cancelled { PrepaidUnits { suspended: 0, locked_out: 0, ..unexplained } } else { unexplained };
            let explained = if lapsed { PrepaidUnits { warning: 0, suspended: 0, ..unexplained } } else { unexplained };
            Supply { lots, unexplained: explained }
        })
        .collect()
}

/// Reservations of a SKU that nobody can have made by today.
pub(super) fn reservations(sku: &TenantSku, supply: &Supply, today: chrono::NaiveDate, findings: &mut Vec<Diagnostic>) {
    for lot in supply.reservations() {
        let reservation = Reservation { units: lot.quantity, usage_date: lot.start };
        // The agreement is what the lot itself is a part of: its true-up is the anniversary.
        let made = lot.start <= today || reservation.can_be_made(today, lot);
        if made {
            continue;
        }
        let (name, units) = (&sku.sku_part_number, lot.quantity);
        let message = format!("{units} units of `{name}` are reserved for {}, which cannot be done today", lot.start);
        let help = match reservation.opens() {
            opens if opens > today => format!("reservations are taken from {opens} on, six months ahead"),
            _ => "in the last 30 days before an anniversary none are taken: put the units in the order of the true-up"
                .to_owned(),
        };
        findings.push(Diagnostic::warning(code::RESERVATION, message).at(&lot.origin).help(help));
    }
}

/// Enabled units of a lot today; a term that is over went on as its renewal says.
fn enabled_on(lot: &Subscription, today: chrono::NaiveDate) -> u32 {
    let over = lot.term_end.is_some_and(|end| end <= today);
    match lot.renewal {
        _ if lot.start > today => 0,
        Renewal::Renew { quantity } if over => quantity,
        Renewal::Expire | Renewal::Cancel if over => 0,
        _ => lot.quantity,
    }
}
