//! All files of a tenant put together. In: tables. Out: a baseline, or the errors that would make a number of it wrong. Never: a
//! baseline from half a file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::product::{Found, Products};
use super::roster::{self, Keys, NO_ROW, Roster, Tier};
use super::source::{Kind, Source};
use super::tenant_groups::{self, Parts};
use super::users::{Path, UserTable};
use super::{Options, Tables, attributes, code, date, leavers, licenses, rates, supplies};
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnosed, Diagnostic, Origin, did_you_mean};
use crate::directory::{Attribute, Group, GroupIndex, SkuIndex, Snapshot, TenantSku};
use crate::licensing::{Country, ExtendedService};
use crate::scenario::{Assumptions, Baseline};
use crate::supply::{Channel, Price, PriceBook, Renewal, Subscription};

/// Joins the tables into the world to simulate. `None` where an error would make a number wrong.
pub fn baseline(tables: &Tables, options: &Options) -> Diagnosed<Option<Baseline>> {
    let mut findings = Vec::new();
    refused(tables, &mut findings);
    if tables.users.iter().all(|table| table.is_activity()) {
        findings.push(no_users(tables, options));
    }
    let mut products = Products::new(options.catalog());
    tables.sku_names.iter().for_each(|(name, sku_id)| products.learn(name, sku_id));
    let exported_on = exported_on(tables);
    let Some(today) = options.today.or(exported_on).or(options.clock) else {
        let help = "give it with `--today 2026-11-20`";
        findings.push(Diagnostic::error(code::NO_TODAY, "no file says of which day it is").help(help));
        return Diagnosed::new(None, findings);
    };
    let snapshot = snapshot(tables, &products, exported_on, today, &mut findings);
    let lots = lots(tables);
    let supplies = supplies::supplies(&snapshot.skus, &lots, today, &mut findings);
    for (sku, supply) in snapshot.skus.iter().zip(&supplies) {
        supplies::reservations(sku, supply, today, &mut findings);
    }
    let assumptions = assumptions(tables, &products, &snapshot.skus, &mut findings);
    let users = tables.users.iter().find(|table| !table.is_activity());
    let origin = users.map(|table| table.table.origin.clone()).unwrap_or_default();
    findings.extend(leavers::overdue(&snapshot.users, &assumptions, today, &origin));
    let mut policy = tables.settings.policy.clone();
    policy.plan_rules.clone_from(&tables.plan_rules);
    policy.prohibited = prohibited(&assumptions);
    contradicting_prices(tables, &mut findings);
    let tenant = tables.settings.tenant.clone().unwrap_or_else(|| options.tenant.clone());
    let baseline = Baseline {
        tenant,
        today,
        snapshot,
        supplies,
        prices: PriceBook::new(tables.prices.clone()),
        policy,
        assumptions,
        inputs: tables.inputs.clone(),
    };
    let usable = !findings.iter().any(Diagnostic::is_error);
    Diagnosed::new(usable.then_some(baseline), findings)
}

/// The lots, those extended that the policy says go on by themselves.
fn lots(tables: &Tables) -> Vec<Subscription> {
    let mut lots = tables.subscriptions.clone();
    if tables.settings.policy.extended_service == ExtendedService::All {
        let extended = |lot: &&mut Subscription| {
            lot.channel == Channel::Direct && lot.renewal == Renewal::Expire && lot.may_be_extended()
        };
        lots.iter_mut().filter(extended).for_each(|lot| lot.renewal = Renewal::ExtendedServiceTerm);
    }
    lots
}

/// Where SKUs may not be used, as `[sku.…]` says.
fn prohibited(assumptions: &Assumptions) -> BTreeMap<SkuId, Vec<Country>> {
    let told = assumptions.skus.iter().filter(|(_, sku)| !sku.prohibited_locations.is_empty());
    told.map(|(sku_id, sku)| (sku_id.clone(), sku.prohibited_locations.clone())).collect()
}

/// A refused file stops the run, unless another file of its kind says what it would have said.
fn refused(tables: &Tables, findings: &mut Vec<Diagnostic>) {
    for report in tables.reports.iter().filter(|report| report.refused) {
        let harmless = [code::NO_CAPACITY, code::CONCEALED, code::NO_GROUP];
        let only = |finding: &Diagnostic| !finding.is_error() || harmless.contains(&finding.code);
        let replaced = report.diagnostics.iter().all(only)
            && match report.kind {
                Kind::Skus => !tables.skus.is_empty(),
                Kind::Members => !tables.members.is_empty(),
                Kind::Activity => true,
                _ => false,
            };
        if replaced {
            let message = "the file is left out; other files say what it does not";
            findings.push(Diagnostic::warning(code::REFUSED_FILE, message).at(&Origin::file(report.path.as_str())));
        }
        findings.extend(report.diagnostics.iter().filter(|finding| finding.is_error()).cloned().map(|mut finding| {
            if replaced {
                finding.severity = crate::diagnostic::Severity::Warning;
            }
            finding
        }));
    }
    let kept = tables.reports.iter().filter(|report| !report.refused);
    let warnings = kept.flat_map(|report| report.diagnostics.iter()).cloned().map(|mut finding| {
        // What lenient reading left out is listed, and does not stop the run.
        finding.severity = crate::diagnostic::Severity::Warning;
        finding
    });
    findings.extend(warnings);
}

fn no_users(tables: &Tables, options: &Options) -> Diagnostic {
    let place = Origin::file(if options.tenant.is_empty() { "the folder" } else { options.tenant.as_str() });
    if tables.reports.is_empty() {
        let help = "put the exported CSV files into it; `seatcast schema` prints the commands that make them";
        return Diagnostic::error(code::NO_FILES, "there is no file to read").at(&place).help(help);
    }
    let help = "export users from Entra (Users, Download users) or with Get-MgUser (see `seatcast schema`)";
    Diagnostic::error(code::NO_USERS, "no file holds users").at(&place).help(help)
}

fn snapshot(
    tables: &Tables,
    products: &Products<'_>,
    exported_on: Option<NaiveDate>,
    today: NaiveDate,
    findings: &mut Vec<Diagnostic>,
) -> Snapshot {
    let roster = without_deleted(tables, today, roster::roster(&tables.users, findings), findings);
    let users = attributes::users(&tables.users, &roster, findings);
    let mut held = BTreeSet::new();
    for table in &tables.users {
        held.extend(table.licenses.iter().flat_map(|coded| coded.values.iter().flatten().cloned()));
        held.extend(table.paths.iter().flat_map(|coded| coded.values.iter().flatten().map(|(sku, _)| sku.clone())));
    }
    let drafts = tables.groups.iter().flat_map(|table| &table.drafts);
    held.extend(drafts.flat_map(|draft| draft.licenses.iter().flatten().cloned()));
    held.extend(tables.subscriptions.iter().map(|lot| lot.sku_id.clone()));
    let skus = supplies::skus(&tables.skus, held.into_iter(), products, findings);
    let find = |sku_id: &SkuId| skus.binary_search_by(|sku| sku.sku_id.cmp(sku_id)).ok().map(|at| SkuIndex(at as u32));
    let keys = if tables.members.is_empty() { Keys::new() } else { roster::keys(&tables.users, &roster) };
    let parts = Parts {
        groups: &tables.groups,
        members: &tables.members,
        roster: &roster,
        keys: &keys,
        told: &tables.settings.groups,
        sku_index: &find,
    };
    let groups = tenant_groups::groups(&parts, findings);
    let (assigned, assignments_exported) = licenses::assigned(&tables.users, &roster, &groups, &find, findings);
    let snapshot = Snapshot { users, groups, skus, assigned, assignments_exported, exported_on };
    cross_check(tables, &snapshot, findings);
    snapshot
}

/// Soft-deleted accounts hold no seat and belong to nobody.
fn without_deleted<'t>(
    tables: &'t Tables,
    today: NaiveDate,
    mut roster: Roster<'t>,
    findings: &mut Vec<Diagnostic>,
) -> Roster<'t> {
    let mut gone = vec![false; roster.ids.len()];
    for (table, rows) in tables.users.iter().zip(&roster.rows) {
        let Some(super::users::Data::Coded(deleted)) = table.columns.get(&Attribute::DeletedDateTime) else { continue };
        for (user, row) in rows.iter().enumerate().filter(|(_, row)| **row != NO_ROW) {
            let past = |value: &crate::directory::Value| match value {
                crate::directory::Value::Instant(at) => at.date_naive() <= today,
                _ => false,
            };
            gone[user] |= deleted.get(*row as usize).is_some_and(past);
        }
    }
    let count = gone.iter().filter(|gone| **gone).count();
    if count == 0 {
        return roster;
    }
    let message = format!("{count} soft-deleted accounts are left out: they hold no seats");
    findings.push(Diagnostic::warning(code::SOFT_DELETED, message));
    let keep = |at: usize| !gone[at];
    for rows in &mut roster.rows {
        let kept = rows.iter().enumerate().filter(|(user, _)| keep(*user)).map(|(_, row)| *row);
        *rows = kept.collect();
    }
    roster.ids = roster.ids.into_iter().enumerate().filter(|(user, _)| keep(*user)).map(|(_, id)| id).collect();
    roster
}

/// Gaps that make the result thinner, and counters that do not fit together.
fn cross_check(tables: &Tables, snapshot: &Snapshot, findings: &mut Vec<Diagnostic>) {
    if tables.skus.is_empty() && tables.subscriptions.is_empty() {
        let help = "export them with Get-MgSubscribedSku (see `seatcast schema`), or write subscriptions.csv";
        findings.push(Diagnostic::warning(code::NO_SKUS, "no file says how many seats the tenant owns").help(help));
    }
    if !tables.groups.is_empty() && tables.members.is_empty() {
        let help = "export them with Get-MgGroupMember (see `seatcast schema`)";
        findings.push(Diagnostic::warning(code::NO_MEMBERS, "no file holds members of groups").help(help));
    }
    if !snapshot.assignments_exported {
        let help = "export users with AssignedLicenses (see `seatcast schema`)";
        findings.push(
            Diagnostic::warning(code::NO_LICENSES, "no file holds the licences that users have today").help(help),
        );
        return;
    }
    let mut holders = vec![0u32; snapshot.skus.len()];
    let mut last = None;
    for assigned in &snapshot.assigned {
        if last != Some((assigned.user, assigned.sku)) {
            holders[assigned.sku.get()] += 1;
        }
        last = Some((assigned.user, assigned.sku));
    }
    let place =
        tables.skus.first().and_then(|table| table.drafts.first()).map(|draft| Origin::file(draft.origin.file.clone()));
    for (sku, holders) in snapshot.skus.iter().zip(holders) {
        if let Some(consumed) = sku.consumed.filter(|consumed| *consumed != holders) {
            let message = format!(
                "`{}`: the SKU export counts {consumed} consumed units, the users file {holders} holders",
                sku.sku_part_number
            );
            let help = "the two exports may be of different days, or hold different accounts";
            findings.push(
                Diagnostic::warning(code::COUNTS_DIFFER, message).at(&place.clone().unwrap_or_default()).help(help),
            );
        }
    }
}

/// The assumptions, with the SKUs of `[sku.…]` resolved.
fn assumptions(
    tables: &Tables,
    products: &Products<'_>,
    skus: &[TenantSku],
    findings: &mut Vec<Diagnostic>,
) -> Assumptions {
    let mut assumptions = tables.settings.assumptions.clone();
    if let Some((learned, origin, _)) = &tables.rates {
        findings.extend(rates::take_over(&mut assumptions, &learned.assumptions, origin));
    }
    for (name, policy, origin) in &tables.settings.skus {
        let found = products.find(name);
        let held = skus.iter().any(|sku| sku.sku_id == *found.sku_id());
        if !held {
            let message = format!("the tenant has no SKU `{name}`");
            let mut finding = match found {
                Found::Known(_) => Diagnostic::warning(code::UNKNOWN_PRODUCT, message).at(origin),
                _ => Diagnostic::error(code::UNKNOWN_PRODUCT, message).at(origin),
            };
            finding.help = did_you_mean(name, skus.iter().map(|sku| &*sku.sku_part_number));
            findings.push(finding);
        }
        assumptions.skus.insert(found.sku_id().clone(), policy.clone());
    }
    // What was learned of a SKU that the tenant has given up is of no use, and no mistake.
    for (name, learned, origin) in tables.rates.iter().flat_map(|(learned, ..)| &learned.skus) {
        let found = products.find(name).sku_id().clone();
        if skus.iter().any(|sku| sku.sku_id == found) {
            findings.extend(rates::take_over_sku(assumptions.skus.entry(found).or_default(), learned, origin));
        }
    }
    assumptions
}

fn contradicting_prices(tables: &Tables, findings: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<(&SkuId, NaiveDate), &Price> = BTreeMap::new();
    for price in &tables.prices {
        let first = *known.entry((&price.sku_id, price.valid_from)).or_insert(price);
        if first != price {
            let message = format!("two prices of `{}` are valid from {}", price.sku_id, price.valid_from);
            findings.push(Diagnostic::error(code::CONTRADICTION, message).help("keep one of them in prices.csv"));
        }
    }
}

/// The day the exports speak of: as `seatcast.toml` says, else the latest day that a name or a synchronisation tells, else the
/// day of a usage report.
fn exported_on(tables: &Tables) -> Option<NaiveDate> {
    let own = |table: &UserTable| roster::tier(table) == Tier::Cloud;
    let synchronised = tables.users.iter().filter(|table| own(table)).filter_map(|table| table.exported_on).max();
    let named = tables
        .reports
        .iter()
        .filter(|report| !report.refused)
        .filter_map(|report| day_in_name(report.source?, &report.path))
        .max();
    let reported = tables.users.iter().filter(|table| table.is_activity()).filter_map(|table| table.exported_on).max();
    tables.settings.exported_on.or(synchronised.max(named)).or(reported)
}

/// The date that a portal puts into a file's name. Of two ways to read it neither is taken.
fn day_in_name(source: Source, path: &str) -> Option<NaiveDate> {
    let file = path.rsplit(['/', '\\']).next()?;
    let (_, rest) = file.split_once('_')?;
    let digits = |c: char| !c.is_ascii_digit();
    let mut parts = rest.split(digits);
    let mut number = || parts.next()?.parse::<u32>().ok();
    let (a, b, c) = (number()?, number()?, number()?);
    match source {
        Source::EntraUsers | Source::EntraGroups | Source::EntraMembers | Source::EntraDevices => {
            NaiveDate::from_ymd_opt(i32::try_from(a).ok()?, b, c).filter(|_| a > 2000)
        }
        Source::M365ActiveUsers | Source::M365Licenses if c > 2000 => date::alone(&format!("{c:04}-{a:02}-{b:02}"))
            .xor(date::alone(&format!("{c:04}-{b:02}-{a:02}")))
            .or_else(|| (a == b).then(|| NaiveDate::from_ymd_opt(c as i32, a, b)).flatten()),
        _ => None,
    }
}

/// The group that a licence path names.
pub(super) fn path_group(groups: &[Group], path: &Path) -> Option<GroupIndex> {
    match path {
        Path::Direct => None,
        Path::Group(id) => groups.binary_search_by(|group| (*group.id).cmp(id)).ok().map(|at| GroupIndex(at as u32)),
    }
}
