//! A file of groups. In: a table of a known source. Out: a draft for each group, with only what the file says. Never: guesses a
//! rule, takes a blank rule of a portal for “no rule”.

use chrono::NaiveDate;

use super::code;
use super::column::Faults;
use super::convert::{Converter, Reader};
use super::product::{self, Separator};
use super::report::FileReport;
use super::source::Source;
use super::table::Table;
use super::value;
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::{GroupKind, ProcessingState, RuleText, SelfService, Visibility};

/// What one file says of one group. `None` is “this file does not say”.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupDraft {
    /// The cloud's id; for AD DS the SID or GUID of its own.
    pub id: String,
    pub display_name: Option<String>,
    pub kind: Option<GroupKind>,
    pub dynamic: Option<bool>,
    /// `None`: the file has no rules at all.
    pub rule: Option<Option<RuleText>>,
    pub state: Option<ProcessingState>,
    pub security_enabled: Option<bool>,
    pub visibility: Option<Visibility>,
    pub role_assignable: Option<bool>,
    pub on_premises_sync_enabled: Option<bool>,
    pub self_service: Option<SelfService>,
    pub licenses: Option<Vec<SkuId>>,
    pub created: Option<NaiveDate>,
    pub origin: Origin,
    /// Other keys by which members files of AD DS name the group: distinguished name, SID, GUID, account name.
    pub aliases: Vec<String>,
}

#[derive(Debug)]
pub(super) struct GroupTable {
    pub source: Source,
    pub drafts: Vec<GroupDraft>,
}

const KINDS: [(&str, GroupKind); 8] = [
    ("Security", GroupKind::Security),
    ("Microsoft 365", GroupKind::Microsoft365),
    ("Microsoft365", GroupKind::Microsoft365),
    ("Office", GroupKind::Microsoft365),
    ("Mail enabled security", GroupKind::MailEnabledSecurity),
    ("Mail-enabled security", GroupKind::MailEnabledSecurity),
    ("MailEnabledSecurity", GroupKind::MailEnabledSecurity),
    ("Distribution", GroupKind::Distribution),
];

pub(super) fn groups(
    table: &Table,
    source: Source,
    with: &Converter<'_>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> GroupTable {
    let mut reader = Reader::new(table, source.is_shell());
    let id = reader.column(&["id", "objectid", "groupid", "objectguid"]);
    let name = reader.column(&["displayname", "groupdisplayname", "name"]);
    let kind = reader.column(&["groupkind", "grouptype", "groupcategory"]);
    let group_types = reader.column(&["grouptypes"]);
    let mail = reader.column(&["mailenabled"]);
    let security = reader.column(&["securityenabled"]);
    let membership = reader.column(&["membershipkind", "membershiptype"]);
    let rule = table.column(&["membershiprule"]);
    reader.used.extend(rule);
    let state = reader.column(&["membershipruleprocessingstate"]);
    let visibility = reader.column(&["visibility"]);
    let role = reader.column(&["isassignabletorole"]);
    let synced = reader.column(&["onpremisessyncenabled", "dirsyncenabled"]);
    let origin = reader.column(&["source"]);
    let self_service = reader.column(&["selfservice"]);
    let licenses = reader.column(&["assignedlicenses", "licenses"]);
    let created = reader.column(&["createddatetime", "whencreated"]);
    let keys: Vec<Option<usize>> =
        ["distinguishedname", "sid", "objectguid", "samaccountname"].iter().map(|key| reader.column(&[key])).collect();

    let created = reader.moments(created, with.date_order, faults);
    let licenses = licenses.and_then(|column| group_licenses(&reader, column, with, report));
    let mut drafts = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let faults_before = faults.rows.len();
        let undated = faults.rows.contains(&(row as u32));
        let Some(id) = reader.guid(row, id, faults) else {
            faults.error(row, Diagnostic::error(code::MISSING_KEY, "a group without an id").at(&table.at(row)));
            continue;
        };
        let words = reader.text(row, group_types).unwrap_or_default().to_ascii_lowercase();
        let (mail, security_enabled) = (reader.boolean(row, mail, faults), reader.boolean(row, security, faults));
        let kind = match (reader.word(row, kind, &KINDS, faults), group_types) {
            (Some(kind), _) => Some(kind),
            (None, Some(_)) if words.contains("unified") => Some(GroupKind::Microsoft365),
            (None, _) => kind_of(mail, security_enabled),
        };
        let text = rule.and_then(|column| table.cell(row, column)).filter(|text| !text.trim().is_empty());
        let rule_text = rule.map(|column| {
            text.as_ref().map(|text| RuleText { text: (&**text).into(), origin: table.at_cell(row, column) })
        });
        let told = reader.word(row, membership, &[("Dynamic", true), ("Assigned", false)], faults);
        let dynamic =
            told.or(group_types.map(|_| words.contains("dynamicmembership"))).or(text.is_some().then_some(true));
        let cloud = reader.text(row, origin).map(|text| !text.trim().eq_ignore_ascii_case("cloud"));
        let on_premises_sync_enabled = reader
            .boolean(row, synced, faults)
            .or(cloud.filter(|synced| *synced))
            .or(source.is_on_premises().then_some(true));
        drafts.push(GroupDraft {
            display_name: reader.text(row, name).map(Into::into),
            kind,
            dynamic: if source.is_on_premises() { Some(false) } else { dynamic },
            rule: rule_text,
            state: reader.word(row, state, &[("On", ProcessingState::On), ("Paused", ProcessingState::Paused)], faults),
            security_enabled,
            visibility: reader.word(
                row,
                visibility,
                &[
                    ("Public", Visibility::Public),
                    ("Private", Visibility::Private),
                    ("HiddenMembership", Visibility::HiddenMembership),
                ],
                faults,
            ),
            role_assignable: reader.boolean(row, role, faults),
            on_premises_sync_enabled,
            self_service: reader.word(
                row,
                self_service,
                &[
                    ("open", SelfService::Open),
                    ("approval", SelfService::Approval),
                    ("none", SelfService::No),
                    ("no", SelfService::No),
                    ("unknown", SelfService::Unknown),
                ],
                faults,
            ),
            licenses: licenses.as_ref().map(|licenses| licenses[row].clone()),
            created: created.as_ref().and_then(|coded| coded.get(row).copied().flatten()).map(|at| at.date_naive()),
            origin: table.at(row),
            aliases: keys.iter().filter_map(|key| reader.text(row, *key)).map(|key| key.to_lowercase()).collect(),
            id,
        });
        // A row is read whole or left out: lenient reading would keep half of it.
        if undated || faults.rows.len() > faults_before {
            drafts.pop();
        }
    }
    report.columns(table, &reader.used);
    GroupTable { source, drafts }
}

/// The kind that the two switches of the Graph group resource make, for a group that is not a Microsoft 365 group.
fn kind_of(mail: Option<bool>, security: Option<bool>) -> Option<GroupKind> {
    match (mail, security) {
        (Some(false), Some(true)) => Some(GroupKind::Security),
        (Some(true), Some(true)) => Some(GroupKind::MailEnabledSecurity),
        (Some(true), Some(false)) => Some(GroupKind::Distribution),
        _ => None,
    }
}

/// The SKUs of each row; `None` where the column holds type names.
fn group_licenses(
    reader: &Reader<'_>,
    column: usize,
    with: &Converter<'_>,
    report: &mut FileReport,
) -> Option<Vec<Vec<SkuId>>> {
    let table = reader.table;
    let placeholder = |row: &usize| table.cell(*row, column).is_some_and(|text| value::is_placeholder(&text));
    if let Some(row) = (0..table.rows()).find(placeholder) {
        let name = &table.header[column].name;
        let message = format!("column {name} holds the name of a type in place of data; group licences are unknown");
        let help =
            "flatten it: @{n='AssignedLicenses';e={$_.AssignedLicenses.SkuId -join ';'}} (see `seatcast schema`)";
        report
            .diagnostics
            .push(Diagnostic::warning(code::PLACEHOLDER, message).at(&table.at_cell(row, column)).help(help));
        return None;
    }
    let cells: Vec<String> =
        (0..table.rows()).map(|row| reader.text(row, Some(column)).unwrap_or_default().into()).collect();
    let separator = Separator::of(with.products, cells.iter().filter(|cell| !cell.is_empty()).map(String::as_str));
    let mut licenses = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let mut skus = Vec::new();
        for found in if cell.is_empty() { Vec::new() } else { product::split(with.products, separator, cell) } {
            let several = match &found {
                product::Found::Known(_) => None,
                product::Found::Unknown(_) => Some(None),
                product::Found::Ambiguous(_, several) => Some(Some(several.clone())),
            };
            if let Some(several) = several {
                let finding = product::unknown(found.sku_id().as_str(), several.as_deref(), with.products);
                report.diagnostics.push(finding.at(&table.at_cell(row, column)));
            }
            skus.push(found.sku_id().clone());
        }
        skus.sort();
        skus.dedup();
        licenses.push(skus);
    }
    Some(licenses)
}
