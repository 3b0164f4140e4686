//! A tenant as a canonical folder. In: a baseline. Out: files that read back as the same baseline. Never: a cell that a
//! spreadsheet would run; a blank for a value that no file held.

use std::collections::BTreeMap;

use csv::WriterBuilder;

use super::{PRICE_COLUMNS, SUBSCRIPTION_COLUMNS, Tables, value};
use crate::cell;
use crate::directory::{
    Attribute, Group, GroupKind, LicenseSource, Membership, ProcessingState, SelfService, Snapshot, UserIndex,
    ValueRef, Visibility,
};
use crate::money::Currency;
use crate::scenario::Baseline;
use crate::supply::{BillingPlan, Channel, Renewal, Subscription, Term};

/// The columns of `groups.csv`.
pub const GROUP_COLUMNS: [&str; 15] = [
    "id",
    "displayName",
    "groupKind",
    "membershipKind",
    "securityEnabled",
    "membershipRule",
    "membershipRuleProcessingState",
    "visibility",
    "isAssignableToRole",
    "onPremisesSyncEnabled",
    "selfService",
    "assignedLicenses",
    "createdDateTime",
    "mailEnabled",
    "groupTypes",
];
/// The columns of `memberships.csv`.
pub const MEMBER_COLUMNS: [&str; 3] = ["groupId", "memberId", "memberType"];
/// The columns of `skus.csv`.
pub const SKU_COLUMNS: [&str; 9] = [
    "skuId",
    "skuPartNumber",
    "productName",
    "appliesTo",
    "enabled",
    "warning",
    "suspended",
    "lockedOut",
    "consumedUnits",
];
/// What stands in a cell whose value no file held, in a column that some file did hold. Readers take it for unknown.
const NOT_IN_FILE: &str = "System.NotInFile";

/// The columns that `users.csv` may have.
pub fn user_columns() -> impl Iterator<Item = String> {
    let plain =
        Attribute::known().filter(|attribute| !matches!(attribute, Attribute::AssignedPlans | Attribute::MemberOf));
    plain
        .map(|attribute| attribute.graph_name())
        .chain(["assignedLicenses", "licenseAssignmentPaths"].map(str::to_owned))
}

/// The files of the folder: a name and its bytes.
pub fn canonical(tables: &Tables, baseline: &Baseline) -> Vec<(String, Vec<u8>)> {
    let snapshot = &baseline.snapshot;
    let mut files = vec![("users.csv".to_owned(), users(snapshot))];
    // A header without rows would say that there are none; a file that is not there says nothing.
    if !snapshot.groups.is_empty() {
        files.push(("groups.csv".to_owned(), groups(snapshot)));
        files.push(("memberships.csv".to_owned(), memberships(snapshot)));
    }
    if snapshot.skus.iter().any(|sku| sku.prepaid.is_some()) {
        files.push(("skus.csv".to_owned(), skus(snapshot)));
    }
    let lots: Vec<&Subscription> = baseline.supplies.iter().flat_map(|supply| &supply.lots).collect();
    if !lots.is_empty() {
        files.push(("subscriptions.csv".to_owned(), subscriptions(&lots)));
    }
    if !baseline.prices.is_empty() {
        files.push(("prices.csv".to_owned(), prices(baseline)));
    }
    let settings = tables.settings_text.clone().or_else(|| {
        let day = baseline.snapshot.exported_on?;
        Some(format!("[tenant]\nexported-on = {day}\n"))
    });
    files.extend(settings.map(|text| ("seatcast.toml".to_owned(), text.into_bytes())));
    let rates = tables.rates.as_ref().map(|(_, _, text)| text.clone());
    files.extend(rates.map(|text| ("rates.toml".to_owned(), text.into_bytes())));
    files
}

/// Rows as CSV with a header, every cell neutralised. Empty text is quoted, null is nothing.
struct Sheet(Vec<u8>);

impl Sheet {
    fn new(header: &[&str]) -> Sheet {
        let mut sheet = Sheet(Vec::new());
        sheet.row(header.iter().map(|name| Some((*name).to_owned())));
        sheet
    }

    fn row(&mut self, cells: impl Iterator<Item = Option<String>>) {
        for (at, text) in cells.enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            let Some(text) = text else { continue };
            let safe = cell::neutral(&text);
            if safe.is_empty() {
                self.0.extend_from_slice(b"\"\"");
                continue;
            }
            let mut writer = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
            // One field by the writer of the csv crate, without its line end. Writing to memory does not fail.
            let _ = writer.write_record([safe.as_bytes()]);
            let bytes = writer.into_inner().unwrap_or_default();
            self.0.extend_from_slice(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
        }
        self.0.push(b'\n');
    }
}

fn users(snapshot: &Snapshot) -> Vec<u8> {
    let users = &snapshot.users;
    let held: Vec<&Attribute> = users
        .columns()
        .map(|(attribute, _)| attribute)
        .filter(|attribute| !matches!(attribute, Attribute::AssignedPlans))
        .collect();
    let mut names: Vec<String> = held.iter().map(|attribute| attribute.graph_name()).collect();
    if snapshot.assignments_exported {
        names.extend(["assignedLicenses".to_owned(), "licenseAssignmentPaths".to_owned()]);
    }
    let mut sheet = Sheet::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut assigned: BTreeMap<UserIndex, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for license in &snapshot.assigned {
        let sku = snapshot.sku(license.sku).sku_id.to_string();
        let (skus, paths) = assigned.entry(license.user).or_default();
        if !skus.contains(&sku) {
            skus.push(sku.clone());
        }
        match license.source {
            LicenseSource::Direct => paths.push(format!("{sku}=direct")),
            LicenseSource::Group(group) => paths.push(format!("{sku}=group:{}", snapshot.group(group).id)),
            LicenseSource::Unknown => {}
        }
    }
    for user in users.indexes() {
        let mut cells: Vec<Option<String>> = held.iter().map(|attribute| text(users.value(user, attribute))).collect();
        if snapshot.assignments_exported {
            let (skus, paths) = assigned.remove(&user).unwrap_or_default();
            cells.extend([skus, paths].map(|list| Some(list.join(";")).filter(|list| !list.is_empty())));
        }
        sheet.row(cells.into_iter());
    }
    sheet.0
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::NotInFile => Some(NOT_IN_FILE.to_owned()),
        ValueRef::Null | ValueRef::Plans(_) => None,
        ValueRef::Text(text) => Some(text.to_owned()),
        ValueRef::Boolean(value) => Some(value.to_string()),
        ValueRef::Instant(at) => Some(at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ValueRef::Texts(texts) => Some(texts.join(";")).filter(|list| !list.is_empty()),
    }
}

fn groups(snapshot: &Snapshot) -> Vec<u8> {
    let mut sheet = Sheet::new(&GROUP_COLUMNS);
    for group in &snapshot.groups {
        sheet.row(group_row(snapshot, group).into_iter());
    }
    sheet.0
}

fn group_row(snapshot: &Snapshot, group: &Group) -> [Option<String>; 15] {
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
    let word = |word: &str| Some(word.to_owned());
    let (rule, state) = match &group.membership {
        Membership::Assigned => (None, None),
        Membership::Dynamic { rule, state } => (rule.as_ref().map(|rule| rule.text.to_string()), Some(*state)),
    };
    let licenses: Vec<&str> = group.licenses.iter().map(|license| snapshot.sku(license.sku).sku_id.as_str()).collect();
    [
        word(&group.id),
        word(&group.display_name),
        match group.kind {
            GroupKind::Security => word("Security"),
            GroupKind::Microsoft365 => word("Microsoft 365"),
            GroupKind::MailEnabledSecurity => word("Mail enabled security"),
            GroupKind::Distribution => word("Distribution"),
            GroupKind::Unknown => None,
        },
        word(if group.is_dynamic() { "Dynamic" } else { "Assigned" }),
        flag(group.security_enabled),
        rule,
        state.map(|state| if state == ProcessingState::On { "On" } else { "Paused" }.to_owned()),
        group.visibility.map(|visibility| {
            match visibility {
                Visibility::Public => "Public",
                Visibility::Private => "Private",
                Visibility::HiddenMembership => "HiddenMembership",
            }
            .to_owned()
        }),
        flag(group.role_assignable),
        flag(group.on_premises_sync_enabled),
        word(match group.self_service {
            SelfService::Open => "open",
            SelfService::Approval => "approval",
            SelfService::No => "none",
            SelfService::Unknown => "unknown",
        }),
        Some(licenses.join(";")).filter(|list| !list.is_empty()),
        group.created.map(|day| day.to_string()),
        match group.kind {
            GroupKind::Unknown => None,
            kind => flag(Some(kind != GroupKind::Security)),
        },
        match (group.kind, group.is_dynamic()) {
            (GroupKind::Microsoft365, true) => word("Unified;DynamicMembership"),
            (GroupKind::Microsoft365, false) => word("Unified"),
            (_, true) => word("DynamicMembership"),
            (_, false) => None,
        },
    ]
}

fn memberships(snapshot: &Snapshot) -> Vec<u8> {
    let mut sheet = Sheet::new(&MEMBER_COLUMNS);
    for group in &snapshot.groups {
        let users = group.members.iter().map(|user| (snapshot.users.id(*user).to_owned(), "user"));
        let nested = group.nested.iter().map(|child| (snapshot.group(*child).id.to_string(), "group"));
        for (member, kind) in users.chain(nested) {
            sheet.row([group.id.to_string(), member, kind.to_owned()].into_iter().map(Some));
        }
    }
    sheet.0
}

fn skus(snapshot: &Snapshot) -> Vec<u8> {
    let mut sheet = Sheet::new(&SKU_COLUMNS);
    for sku in &snapshot.skus {
        let units = |count: fn(&crate::directory::PrepaidUnits) -> u32| {
            sku.prepaid.as_ref().map(|units| count(units).to_string())
        };
        sheet.row(
            [
                // An SKU that nobody knows has a name for its id, and is written by it.
                Some(sku.sku_id.to_string()).filter(|id| value::is_canonical_guid(id)),
                Some(sku.sku_part_number.to_string()),
                Some(sku.product_name.to_string()),
                Some(if sku.company_wide { "Company" } else { "User" }.to_owned()),
                units(|units| units.enabled),
                units(|units| units.warning),
                units(|units| units.suspended),
                units(|units| units.locked_out),
                sku.consumed.map(|count| count.to_string()),
            ]
            .into_iter(),
        );
    }
    sheet.0
}

fn subscriptions(lots: &[&Subscription]) -> Vec<u8> {
    let mut sheet = Sheet::new(&SUBSCRIPTION_COLUMNS);
    for lot in lots {
        let (end, scheduled) = match lot.renewal {
            Renewal::Renew { quantity } => ("renew", Some(quantity).filter(|quantity| *quantity != lot.quantity)),
            Renewal::Expire => ("expire", None),
            Renewal::Cancel => ("cancel", None),
            Renewal::ExtendedServiceTerm => ("extend", None),
        };
        let term = match lot.term {
            Term::P1M => "P1M",
            Term::P1Y => "P1Y",
            Term::P3Y => "P3Y",
        };
        let billing = match lot.billing {
            BillingPlan::Monthly => "monthly",
            BillingPlan::Annual => "annual",
            BillingPlan::Triennial => "triennial",
        };
        let channel = match lot.channel {
            Channel::Direct => "direct",
            Channel::Csp => "csp",
            Channel::Ea => "ea",
        };
        sheet.row(
            [
                Some(lot.id.to_string()),
                Some(lot.sku_id.to_string()),
                None,
                Some(lot.quantity.to_string()),
                Some(lot.start.to_string()),
                Some(term.to_owned()),
                lot.term_end.map(|day| day.to_string()),
                Some((end == "renew").to_string()),
                Some(end.to_owned()),
                scheduled.map(|quantity| quantity.to_string()),
                Some(billing.to_owned()),
                Some(channel.to_owned()),
                Some(lot.trial.to_string()),
                Some(lot.reserved.to_string()),
            ]
            .into_iter(),
        );
    }
    sheet.0
}

fn prices(baseline: &Baseline) -> Vec<u8> {
    let mut sheet = Sheet::new(&PRICE_COLUMNS);
    for price in baseline.prices.prices() {
        let amount = |minor: Option<i64>| minor.map(|minor| decimal(minor, price.currency));
        sheet.row(
            [
                Some(price.sku_id.to_string()),
                None,
                amount(price.list_minor),
                amount(price.contracted_minor),
                Some(price.currency.to_string()),
                Some(price.valid_from.to_string()),
            ]
            .into_iter(),
        );
    }
    sheet.0
}

fn decimal(minor: i64, currency: Currency) -> String {
    let digits = currency.minor_digits() as usize;
    let text = format!("{minor:0width$}", width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}
