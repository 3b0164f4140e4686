//! The files of a tenant folder as bytes. In: a tenant. Out: chunks of CSV and TOML. Never: touches the disk.

use chrono::{DateTime, NaiveDate};

use super::groups::{Group, Kind as GroupKind, SelfService};
use super::person::{EmployeeType, Kind, NOBODY, Person};
use super::places::{DOMAIN, INITIAL_DOMAIN, TENANT};
use super::seats::{DIRECT, Path};
use super::skus::{OwnedSku, Sizing};
use super::{DAY, Tenant, names};

pub(super) const USERS_HEADER: &str = "id,userPrincipalName,displayName,givenName,surname,mail,accountEnabled,userType,\
creationType,externalUserState,usageLocation,department,jobTitle,companyName,country,city,state,officeLocation,employeeId,\
employeeType,employeeHireDate,employeeLeaveDateTime,createdDateTime,onPremisesSyncEnabled,extensionAttribute1,\
extensionAttribute2,extensionAttribute3,assignedLicenses,licenseAssignmentPaths,proxyAddresses,manager,lastActivityDate\n";

/// One row under construction: cells are quoted only where CSV needs it.
struct Row<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Row<'a> {
    fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, first: true }
    }

    fn raw(&mut self, cell: &[u8]) -> &mut Self {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        self.out.extend_from_slice(cell);
        self
    }

    fn cell(&mut self, cell: &str) -> &mut Self {
        if cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
            return self.raw(quoted.as_bytes());
        }
        self.raw(cell.as_bytes())
    }

    fn or_empty(&mut self, cell: Option<&str>) -> &mut Self {
        self.cell(cell.unwrap_or(""))
    }

    fn end(&mut self) {
        self.out.push(b'\n');
        self.first = true;
    }
}

fn date(day: i32) -> String {
    NaiveDate::from_num_days_from_ce_opt(day).map(|day| day.to_string()).unwrap_or_default()
}

fn instant(seconds: i64) -> String {
    const DAYS_BEFORE_1970: i64 = 719_163;
    let instant = DateTime::from_timestamp(seconds - DAYS_BEFORE_1970 * 86_400, 0);
    instant.map(|instant| instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

/// A person's names and addresses.
struct Card {
    display_name: String,
    given_name: &'static str,
    surname: &'static str,
    user_principal_name: String,
    mail: String,
}

fn card(person: &Person, index: u32) -> Card {
    let table = person.home().names;
    let (given, surname) = (table.given[usize::from(person.given)], table.surnames[usize::from(person.surname)]);
    let (given_name, surname_written) = match table.written {
        Some((givens, surnames)) => (givens[usize::from(person.given)], surnames[usize::from(person.surname)]),
        None => (given, surname),
    };
    let mut local = String::from(char::from(names::initial(given)));
    local.push('.');
    names::ascii(surname, &mut local);
    if person.namesakes > 0 {
        local.push_str(&(person.namesakes + 1).to_string());
    }
    let own = |name: &str| format!("{name}@{DOMAIN}");
    let plain = match table.written {
        Some(_) => format!("{surname_written} {given_name}"),
        None => format!("{given} {surname}"),
    };
    let (display_name, user_principal_name, mail) = match person.kind {
        Kind::Employee if person.employee_type == EmployeeType::Contractor => {
            (format!("{surname}, {given} (External)"), own(&local), own(&local))
        }
        Kind::Employee => (plain, own(&local), own(&local)),
        Kind::Guest | Kind::ExternalMember => {
            let partner = person.partner();
            let upn = format!("{local}_{partner}#EXT#@{INITIAL_DOMAIN}");
            (plain, upn, format!("{local}@{partner}"))
        }
        Kind::PlainGuest => (plain, own(&format!("ext-{local}")), format!("{local}@{}", person.partner())),
        Kind::Service => {
            let name =
                format!("svc-{}-{index}", ["gateway", "backup", "scan", "mailer"][usize::from(person.work_mode) % 4]);
            (name.clone(), own(&name), String::new())
        }
        Kind::Resource => {
            let name = format!("room-{index}");
            (format!("Room {} ({index})", person.home().city), own(&name), own(&name))
        }
    };
    let is_person = !matches!(person.kind, Kind::Service | Kind::Resource);
    let named = |name: &'static str| if is_person { name } else { "" };
    Card { display_name, given_name: named(given_name), surname: named(surname_written), user_principal_name, mail }
}

fn proxy_addresses(person: &Person, card: &Card) -> String {
    if card.mail.is_empty() {
        return String::new();
    }
    let mut addresses = format!("SMTP:{}", card.mail);
    if person.alias && person.is_employee() {
        let country = person.home().usage_location.to_ascii_lowercase();
        let local = card.mail.split('@').next().unwrap_or("");
        addresses.push_str(&format!(";smtp:{local}@{country}.{DOMAIN}"));
    }
    addresses
}

/// `assignedLicenses` and `licenseAssignmentPaths` of one user. A user without a seat has neither.
fn licences(paths: &[Path], groups: &[Group], skus: &[OwnedSku]) -> (String, String) {
    let (mut assigned, mut listed) = (String::new(), String::new());
    let mut last = None;
    for path in paths {
        let sku = skus[usize::from(path.sku)].sku_id.as_str();
        if last != Some(path.sku) {
            assigned.push_str(if assigned.is_empty() { "" } else { ";" });
            assigned.push_str(sku);
            last = Some(path.sku);
        }
        listed.push_str(if listed.is_empty() { "" } else { ";" });
        match path.source {
            DIRECT => listed.push_str(&format!("{sku}=direct")),
            group => listed.push_str(&format!("{sku}=group:{}", groups[group as usize].id)),
        }
    }
    (assigned, listed)
}

/// Rows of `users.csv` for a run of people.
pub(super) fn users(tenant: &Tenant, run: std::ops::Range<usize>, out: &mut Vec<u8>) {
    let start = tenant.paths.partition_point(|path| (path.user as usize) < run.start);
    let mut rest = &tenant.paths[start..];
    for index in run {
        let (mine, others) = rest.split_at(rest.partition_point(|path| path.user as usize == index));
        rest = others;
        user(tenant, index, mine, out);
    }
}

fn user(tenant: &Tenant, index: usize, paths: &[Path], out: &mut Vec<u8>) {
    let person = &tenant.people[index];
    let card = card(person, index as u32);
    let place = person.place();
    let (assigned, listed) = licences(paths, &tenant.groups, &tenant.skus);
    let employee_type = match person.employee_type {
        _ if !(person.is_employee() || person.kind == Kind::ExternalMember) => "",
        EmployeeType::Employee => "Employee",
        EmployeeType::Contractor => "Contractor",
        EmployeeType::Intern => "Intern",
        EmployeeType::Temporary => "Temporary",
    };
    let state = match (person.is_external() || person.kind == Kind::PlainGuest, person.accepted) {
        (false, _) => "",
        (true, true) => "Accepted",
        (true, false) => "PendingAcceptance",
    };
    let cost_centre = person.cost_centre().map(|(department, place)| format!("CC-{department}{place:02}"));
    let manager = (person.manager != NOBODY).then_some(person.manager);
    let manager = manager.map(|manager| self::card(&tenant.people[manager as usize], manager).user_principal_name);
    let mut row = Row::new(out);
    row.raw(&person.id.text()).cell(&card.user_principal_name).cell(&card.display_name);
    row.cell(card.given_name).cell(card.surname).cell(&card.mail);
    row.cell(if person.enabled() { "true" } else { "false" }).or_empty(person.user_type());
    row.cell(if state.is_empty() { "" } else { "Invitation" }).cell(state);
    row.cell(if person.located { person.home().usage_location } else { "" });
    row.or_empty(person.department()).or_empty(person.job_title());
    row.or_empty(place.map(|place| place.company)).or_empty(place.map(|place| place.country));
    row.or_empty(place.map(|place| place.city)).or_empty(place.map(|place| place.state));
    row.or_empty(place.map(|place| format!("{} office", place.city)).as_deref());
    row.cell(&if person.is_employee() { format!("{:06}", index + 1) } else { String::new() }).cell(employee_type);
    row.cell(&person.hired.map(date).unwrap_or_default()).cell(&person.leaves.map(date).unwrap_or_default());
    row.cell(&instant(person.created)).cell(if person.synced { "true" } else { "" });
    row.cell(if person.is_marked_external() { "EXT" } else { "" });
    row.or_empty(cost_centre.as_deref()).or_empty(person.work_mode());
    row.cell(&assigned).cell(&listed).cell(&proxy_addresses(person, &card)).or_empty(manager.as_deref());
    row.cell(&person.last_activity.map(date).unwrap_or_default()).end();
}

pub(super) const GROUPS_HEADER: &str = "id,displayName,description,mail,mailEnabled,securityEnabled,groupTypes,\
membershipRule,membershipRuleProcessingState,visibility,isAssignableToRole,onPremisesSyncEnabled,assignedLicenses,\
createdDateTime,groupKind,membershipKind,selfService\n";

pub(super) fn group(tenant: &Tenant, group: &Group, out: &mut Vec<u8>) {
    let (kind, mail_enabled, security_enabled) = match group.kind {
        GroupKind::Security => ("Security", false, true),
        GroupKind::Microsoft365 { security_enabled } => ("Microsoft 365", true, security_enabled),
        GroupKind::MailEnabledSecurity => ("Mail enabled security", true, true),
        GroupKind::Distribution => ("Distribution", true, false),
    };
    let dynamic = group.rule.is_some();
    let types = match (mail_enabled && kind == "Microsoft 365", dynamic) {
        (true, true) => "Unified;DynamicMembership",
        (true, false) => "Unified",
        (false, true) => "DynamicMembership",
        (false, false) => "",
    };
    let yes = |value: bool| if value { "true" } else { "false" };
    let licenses: Vec<&str> = group.licenses.iter().map(|sku| tenant.skus[usize::from(*sku)].sku_id.as_str()).collect();
    let mut row = Row::new(out);
    row.raw(&group.id.text()).cell(&group.name).cell(group.description).or_empty(group.mail().as_deref());
    row.cell(yes(mail_enabled)).cell(yes(security_enabled)).cell(types).or_empty(group.rule.as_deref());
    row.cell(match (dynamic, group.paused) {
        (false, _) => "",
        (true, true) => "Paused",
        (true, false) => "On",
    });
    row.cell(group.visibility).cell(if group.role_assignable { "true" } else { "" });
    row.cell(if group.synced { "true" } else { "" }).cell(&licenses.join(";")).cell("2021-05-03T08:00:00Z").cell(kind);
    row.cell(if dynamic { "Dynamic" } else { "Assigned" });
    row.cell(match group.self_service {
        SelfService::No => "none",
        SelfService::Open => "open",
        SelfService::Approval => "approval",
    });
    row.end();
}

pub(super) const MEMBERSHIPS_HEADER: &str = "groupId,memberId,memberType\n";

pub(super) fn memberships(tenant: &Tenant, group: &Group, out: &mut Vec<u8>) {
    let id = group.id.text();
    let mut row = Row::new(out);
    for member in &group.members {
        row.raw(&id).raw(&tenant.people[*member as usize].id.text()).raw(b"user").end();
    }
    for nested in &group.nested {
        row.raw(&id).raw(&tenant.groups[*nested as usize].id.text()).raw(b"group").end();
    }
}

pub(super) fn skus(skus: &[OwnedSku]) -> Vec<u8> {
    let mut out =
        b"skuId,skuPartNumber,productName,appliesTo,capabilityStatus,enabled,warning,suspended,lockedOut,consumedUnits\n"
            .to_vec();
    for sku in skus {
        let status = if sku.enabled == 0 && sku.warning > 0 { "Warning" } else { "Enabled" };
        let mut row = Row::new(&mut out);
        row.cell(sku.sku_id.as_str()).cell(&sku.part_number).cell(&sku.product_name).cell("User").cell(status);
        [sku.enabled, sku.warning, 0, 0, sku.consumed].iter().for_each(|count| {
            row.cell(&count.to_string());
        });
        row.end();
    }
    out
}

pub(super) fn subscriptions(skus: &[OwnedSku]) -> Vec<u8> {
    let mut out = b"subscriptionId,skuId,skuPartNumber,quantity,startDate,term,renewalDate,autoRenew,endOfTerm,\
scheduledQuantity,billingPlan,channel,trial\n"
        .to_vec();
    let mut number = 1000;
    for sku in skus {
        for (lot, quantity) in sku.lots.iter().zip(sku.quantities()).filter(|(_, quantity)| *quantity > 0) {
            number += 1;
            let scheduled = u64::from(quantity) * u64::from(lot.scheduled_per_mille) / 1000;
            let scheduled = if lot.scheduled_per_mille > 0 { scheduled.to_string() } else { String::new() };
            let mut row = Row::new(&mut out);
            row.cell(&format!("SUB-{number}")).cell(sku.sku_id.as_str()).cell(&sku.part_number);
            row.cell(&quantity.to_string()).cell(lot.start).cell(lot.term).cell(lot.renewal);
            row.cell(if lot.auto_renew { "true" } else { "false" }).cell(lot.end_of_term).cell(&scheduled);
            row.cell(lot.billing).cell(lot.channel).cell(if lot.trial { "true" } else { "false" }).end();
        }
    }
    out
}

pub(super) fn prices(skus: &[OwnedSku]) -> Vec<u8> {
    let mut out = b"skuId,skuPartNumber,listPrice,contractedPrice,currency,validFrom\n".to_vec();
    for sku in skus {
        for (valid_from, list, contracted) in sku.prices {
            let mut row = Row::new(&mut out);
            row.cell(sku.sku_id.as_str())
                .cell(&sku.part_number)
                .cell(list)
                .cell(contracted)
                .cell("USD")
                .cell(valid_from);
            row.end();
        }
    }
    out
}

pub(super) fn settings(skus: &[OwnedSku]) -> Vec<u8> {
    let free = skus.iter().filter(|sku| sku.sizing == Sizing::Free);
    let ignored: String = free.map(|sku| format!("\n[sku.{}]\nignore = true\n", sku.part_number)).collect();
    format!(
        r#"# What {TENANT} assumes. Every number here is printed in every report.

[tenant]
name = "{TENANT}"
country = "NL"
exported-on = {DAY}
cost-centre = "extensionAttribute2"

[policy]
missing-usage-location = "tenant"
guests = "flag"

[workforce]
joiners = "0.9..1.5%/month"
leavers = "0.6..1.0%/month"
movers = "0.3..0.7%/month"
# January first; school leavers start in September.
joiner-seasonality = [1.2, 0.9, 1.0, 1.0, 0.9, 0.8, 0.7, 1.0, 1.9, 1.1, 0.9, 0.6]
leaver-seasonality = [1.2, 0.9, 1.1, 1.0, 0.9, 1.2, 1.0, 0.9, 1.0, 0.9, 0.7, 1.2]
deletion-lag-days = 30

[guests]
invited = "1..3%/month"
removed = "0.5..2%/month"

[self-service]
joins = "1..2%/month"
leaves = "0.3..1%/month"
approval-delay-days = 2

[groups."SG-Copilot-Pilot"]
self-service = "approval"

[sku.SPE_E3]
important = true
reserve = "1%"
{ignored}"#
    )
    .into_bytes()
}
