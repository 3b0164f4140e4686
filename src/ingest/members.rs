//! A file of group members. In: a table of a known source, and the group where the file does not say it. Out: pairs of codes, and
//! the key that each stands for. Never: decides who a key is; never takes a file without a group.

use rayon::prelude::*;

use super::code;
use super::column::{self, FIRST, Faults};
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

/// One direct member: the row of the file that says so, its group by position, and what it says of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub row: u32,
    pub group: u32,
    pub kind: MemberType,
}

/// One column of keys: each distinct one once, in lower case, and by row which of them stands there, or [`NO_KEY`].
#[derive(Debug)]
pub(super) struct Keys {
    pub values: Vec<String>,
    codes: Vec<u32>,
}

pub(super) const NO_KEY: u32 = u32::MAX;

impl Keys {
    /// A blank and the name of a type are no key.
    fn of(table: &Table, column: usize) -> Keys {
        let texts = column::distinct(table, column);
        let mut values = Vec::with_capacity(texts.values.len());
        let mut renamed = vec![NO_KEY; FIRST as usize];
        for text in &texts.values {
            if text.trim().is_empty() || value::is_placeholder(text) {
                renamed.push(NO_KEY);
                continue;
            }
            renamed.push(values.len() as u32);
            values.push(if value::is_canonical_guid(text) { text.to_string() } else { key(text) });
        }
        let codes = texts.codes.iter().map(|code| renamed[*code as usize]).collect();
        Keys { values, codes }
    }

    /// The position of a row's key in `values`.
    pub fn code(&self, row: u32) -> Option<usize> {
        Some(self.codes[row as usize]).filter(|code| *code != NO_KEY).map(|code| code as usize)
    }
}

fn key(text: &str) -> String {
    value::guid(text).unwrap_or_else(|| text.trim().to_lowercase())
}

/// Invariant: every row of `members` has a key in some column of `keys`, and a group in `groups`.
#[derive(Debug)]
pub(super) struct MemberTable {
    pub source: Source,
    pub members: Vec<Member>,
    /// Keys of groups in lower case, each once.
    pub groups: Vec<String>,
    /// Columns of keys of members, the strongest first.
    pub keys: Vec<Keys>,
    /// The group that the whole file is about, where no column says it.
    pub group: Option<String>,
    table: Table,
}

impl MemberTable {
    pub fn at(&self, member: &Member) -> Origin {
        self.table.at(member.row as usize)
    }
}

pub(super) fn members(
    table: Table,
    source: Source,
    told: Option<&str>,
    report: &mut FileReport,
    faults: &mut Faults,
) -> Option<MemberTable> {
    let mut reader = Reader::new(&table, source.is_shell());
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
    let key_columns: Vec<usize> = [
        &["memberid", "id", "objectid"][..],
        &["memberuserprincipalname", "userprincipalname"],
        &["objectguid"],
        &["sid", "objectsid"],
        &["distinguishedname"],
    ]
    .iter()
    .filter_map(|names| reader.column(names))
    .collect();
    // Each distinct text is looked at once: a large tenant has ten times as many memberships as users.
    let columns: Vec<usize> = key_columns.iter().copied().chain(group).chain(kind).collect();
    let mut read: Vec<Keys> = columns.par_iter().map(|column| Keys::of(&table, *column)).collect();
    let kinds = kind.and_then(|_| read.pop());
    let groups = group.and_then(|_| read.pop());
    let types: Vec<MemberType> = kinds.iter().flat_map(|kinds| &kinds.values).map(|text| member_type(text)).collect();
    let mut members = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let number = row as u32;
        let in_group = match &groups {
            None => Some(0),
            Some(groups) => groups.code(number),
        };
        let Some(in_group) = in_group else {
            faults.error(row, Diagnostic::error(code::MISSING_KEY, "a member without a group").at(&table.at(row)));
            continue;
        };
        if read.iter().all(|keys| keys.code(number).is_none()) {
            faults.error(row, Diagnostic::error(code::MISSING_KEY, "a member without an id").at(&table.at(row)));
            continue;
        }
        let faults_before = faults.rows.len();
        let kind = match kinds.as_ref().and_then(|kinds| kinds.code(number)) {
            Some(kind) => types[kind],
            None if reader.boolean(row, is_group, faults) == Some(true) => MemberType::Group,
            None if reader.boolean(row, is_user, faults) == Some(true) => MemberType::User,
            None => MemberType::Unknown,
        };
        if faults.rows.len() == faults_before {
            members.push(Member { row: number, group: in_group as u32, kind });
        }
    }
    report.columns(&table, &reader.used);
    let one = one.map(|group| group.to_lowercase());
    let groups = groups.map_or_else(|| one.iter().cloned().collect(), |groups| groups.values);
    Some(MemberTable { source, members, groups, keys: read, group: one, table })
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
