//! Dated members of groups that people join by themselves, one Parquet file each. In: those groups on a day, or such files. Out: bytes,
//! or members by day. Never: a name; ids are those of the snapshot of the same day.

use std::collections::BTreeMap;
use std::io::Cursor;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Column, NamedFrom, ParquetReader, SerReader, Series};

use super::code;
use super::store::{StoreError, Stored};
use crate::diagnostic::{Diagnosed, Diagnostic, Origin};
use crate::parquet;

/// A licensed group that people join without an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinableGroup {
    pub id: Box<str>,
    /// An owner has to agree.
    pub needs_approval: bool,
    /// By id.
    pub members: Vec<Box<str>>,
}

/// Such groups of a store, by day.
pub type JoinableGroups = BTreeMap<NaiveDate, Vec<JoinableGroup>>;

/// The name of a day's file. Whoever knows of people only passes it by: its stem is no date.
pub fn file_name(day: NaiveDate) -> String {
    format!("{day}.groups.parquet")
}

/// The day of a file with such a name.
pub fn day_of_name(name: &str) -> Option<NaiveDate> {
    name.strip_suffix(".groups.parquet")?.parse().ok()
}

/// A row for each group, and one for each of its members.
pub fn parquet(groups: &[JoinableGroup]) -> Result<Vec<u8>, StoreError> {
    let (mut ids, mut approvals, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for group in groups {
        for member in std::iter::once(None).chain(group.members.iter().map(|member| Some(&**member))) {
            ids.push(&*group.id);
            approvals.push(group.needs_approval);
            members.push(member);
        }
    }
    let height = ids.len();
    let columns: Vec<Column> = vec![
        Series::new("group".into(), ids).into(),
        Series::new("approval".into(), approvals).into(),
        Series::new("id".into(), members).into(),
    ];
    Ok(parquet::bytes(DataFrame::new(height, columns)?)?)
}

fn read(bytes: &[u8]) -> Result<Vec<JoinableGroup>, polars::error::PolarsError> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let (ids, members) = (frame.column("group")?.str()?, frame.column("id")?.str()?);
    let approvals = frame.column("approval")?.bool()?;
    let mut found: BTreeMap<&str, JoinableGroup> = BTreeMap::new();
    for (id, (approval, member)) in ids.iter().zip(approvals.iter().zip(members.iter())) {
        let Some(id) = id else { continue };
        let needs_approval = approval == Some(true);
        let group =
            found.entry(id).or_insert_with(|| JoinableGroup { id: id.into(), needs_approval, members: Vec::new() });
        group.members.extend(member.map(Into::into));
    }
    Ok(found.into_values().collect())
}

/// The groups of a store. A day without such a file, as older stores have, is not there.
pub fn days(files: &[Stored]) -> Diagnosed<Option<JoinableGroups>> {
    let mut findings = Vec::new();
    let mut days = JoinableGroups::new();
    for Stored { day, name, bytes } in files {
        match read(bytes) {
            Ok(groups) => drop(days.insert(*day, groups)),
            Err(error) => {
                let message = format!("the groups cannot be read: {error}").replace('\n', " ");
                findings.push(Diagnostic::error(code::SNAPSHOT, message).at(&Origin::file(name.as_str())));
            }
        }
    }
    let sound = findings.is_empty();
    Diagnosed::new(sound.then_some(days), findings)
}
