//! A file of group members. In: a table of a known source, and the group where the file does not say it. Out: pairs of keys.
//! Never: decides who a key is; never takes a file without a group.

use super::code;
use super::column::Faults;
use super::convert::Reader;
use super::report::FileReport;
use super::source::Source;
use super::table::Table;
use super::value;
use crate::diagnostic::{Diagnostic, Origin};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MemberType {
    User,
    Group,
    Other,
    Unknown,
}

/// One direct member: keys in lower case, the strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub group: String,
    pub keys: Vec<String>,
    pub kind: MemberType,
    pub origin: Origin,
}

#[derive(Debug)]
pub(super) struct MemberTable {
    pub source: Source,
    pub members: Vec<Member>,
    /// The group that the whole file is about, where no column says it.
    pub group: Option<String>,
}

pub(super) fn members(
    table: &Table,
    source: Source,
    told: Option<&str>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Option<MemberTable> {
    let mut reader = Reader::new(table, source.is_shell());
    let group = reader.column(&["groupid"]).or_else(|| reader.column(&["groupdisplayname"]));
    let one = match group {
        Some(_) => None,
        None => told.map(str::to_owned).or_else(|| group_in_name(source, &report.path)),
    };
    if group.is_none() && one.is_none() {
        let message = "these are members of a group, but nothing says of which";
        let help =
            "say it with `--group FILE=GROUP` (name or id), or export with a GroupId column (see `seatcast schema`)";
        report.refuse(Diagnostic::error(code::NO_GROUP, message).at(&table.origin).help(help));
        return None;
    }
    let kind = reader.column(&["membertype", "objecttype", "@odata.type", "odata.type", "objectclass"]);
    let (is_user, is_group) = (reader.column(&["isuser"]), reader.column(&["isgroup"]));
    let keys: Vec<Option<usize>> = [
        &["memberid", "id", "objectid"][..],
        &["memberuserprincipalname", "userprincipalname"],
        &["objectguid"],
        &["sid", "objectsid"],
        &["distinguishedname"],
    ]
    .iter()
    .map(|names| reader.column(names))
    .collect();
    let mut members = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let group = match (&one, reader.text(row, group)) {
            (Some(group), _) => group.to_lowercase(),
            (None, Some(text)) => value::guid(&text).unwrap_or_else(|| text.trim().to_lowercase()),
            (None, None) => {
                faults.error(row, Diagnostic::error(code::MISSING_KEY, "a member without a group").at(&table.at(row)));
                continue;
            }
        };
        let texts: Vec<String> = keys
            .iter()
            .filter_map(|key| reader.text(row, *key))
            .map(|text| value::guid(&text).unwrap_or_else(|| text.trim().to_lowercase()))
            .collect();
        if texts.is_empty() {
            faults.error(row, Diagnostic::error(code::MISSING_KEY, "a member without an id").at(&table.at(row)));
            continue;
        }
        let faults_before = faults.rows.len();
        let kind = match reader.text(row, kind) {
            Some(text) => member_type(&text),
            None if reader.boolean(row, is_group, faults) == Some(true) => MemberType::Group,
            None if reader.boolean(row, is_user, faults) == Some(true) => MemberType::User,
            None => MemberType::Unknown,
        };
        if faults.rows.len() == faults_before {
            members.push(Member { group, keys: texts, kind, origin: table.at(row) });
        }
    }
    report.columns(table, &reader.used);
    Some(MemberTable { source, members, group: one.map(|group| group.to_lowercase()) })
}

fn member_type(text: &str) -> MemberType {
    let word = text.trim().trim_start_matches("#microsoft.graph.").to_lowercase();
    match word.as_str() {
        "user" | "guest" | "member" => MemberType::User,
        "group" => MemberType::Group,
        _ => MemberType::Other,
    }
}

/// The group that people put into the name of a portal's or shell's members file: behind the date of
/// `exportGroupMembers_2026-9-28-NAME.csv`, or behind the first `_` of `ADGroupMember_NAME.csv`.
fn group_in_name(source: Source, path: &str) -> Option<String> {
    let file = path.rsplit(['/', '\\']).next()?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (first, rest) = stem.split_once('_')?;
    match source {
        Source::EntraMembers => {
            let mut parts = rest.splitn(4, '-');
            let dated =
                parts.by_ref().take(3).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
            parts.next().filter(|name| dated && !name.is_empty()).map(str::to_owned)
        }
        Source::AdMembers if first.to_lowercase().contains("member") => Some(rest.to_owned()),
        _ => None,
    }
}
