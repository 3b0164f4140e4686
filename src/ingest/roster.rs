//! Who is who in several files of users. In: tables of users. Out: one list of users in the order of their ids, and for each
//! file the row of each user. Never: joins by display name, makes a user from a report, joins two ids.
//!
//! Rows join by `id`, else by `onPremisesImmutableId`, else by SID, else by user principal name.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::code;
use super::table::LISTED;
use super::users::UserTable;
use crate::diagnostic::Diagnostic;
use crate::directory::Attribute;

/// No row of this file is about the user.
pub(super) const NO_ROW: u32 = u32::MAX;

/// All users. `ids` ascend; `rows[table][user]` is a row of that table or [`NO_ROW`].
#[derive(Debug, Default)]
pub(super) struct Roster<'t> {
    pub ids: Vec<Cow<'t, str>>,
    pub rows: Vec<Vec<u32>>,
}

/// How strongly a file speaks of users: the cloud decides who there is, AD DS adds to it, a report only adds activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    Cloud,
    OnPremises,
    Activity,
}

pub(super) fn tier(table: &UserTable) -> Tier {
    if table.is_activity() {
        Tier::Activity
    } else if table.source.is_on_premises() {
        Tier::OnPremises
    } else {
        Tier::Cloud
    }
}

/// Joins the rows of all tables.
pub(super) fn roster<'t>(tables: &'t [UserTable], findings: &mut Vec<Diagnostic>) -> Roster<'t> {
    let mut roster = Roster { ids: Vec::new(), rows: vec![Vec::new(); tables.len()] };
    by_id(tables, &mut roster, findings);
    let rest: Vec<usize> = (0..tables.len()).filter(|at| !tables[*at].columns.contains_key(&Attribute::Id)).collect();
    if !rest.is_empty() {
        by_other_keys(tables, &rest, &mut roster, findings);
        sort(&mut roster);
    }
    roster
}

fn counted(table: &UserTable, row: usize) -> bool {
    !table.skipped.contains(&(row as u32))
}

/// Tables with ids: one user for each id.
fn by_id<'t>(tables: &'t [UserTable], roster: &mut Roster<'t>, findings: &mut Vec<Diagnostic>) {
    let mut found: Vec<(Cow<'t, str>, u32, u32)> = Vec::new();
    for (at, table) in tables.iter().enumerate().filter(|(_, table)| table.columns.contains_key(&Attribute::Id)) {
        let ids = (0..table.table.rows()).filter(|row| counted(table, *row));
        found.extend(ids.filter_map(|row| Some((table.text(&Attribute::Id, row)?, at as u32, row as u32))));
    }
    found.par_sort_unstable();
    for (id, at, row) in found {
        let (table, row_number) = (&tables[at as usize], row as usize);
        if roster.ids.last() != Some(&id) {
            roster.ids.push(id);
        }
        let user = roster.ids.len() - 1;
        let rows = &mut roster.rows[at as usize];
        rows.resize(rows.len().max(user), NO_ROW);
        match rows.get(user) {
            None => rows.push(row),
            Some(first) => twice(table, *first as usize, row_number, findings),
        }
    }
    roster.rows.iter_mut().for_each(|rows| rows.resize(roster.ids.len(), NO_ROW));
}

/// Two rows of one file about the same user: a warning where they agree, an error naming both lines where they do not.
fn twice(users: &UserTable, first: usize, second: usize, findings: &mut Vec<Diagnostic>) {
    if findings.iter().filter(|finding| finding.code == code::CONTRADICTION || finding.code == code::DUPLICATE).count()
        > LISTED
    {
        return;
    }
    let table = &users.table;
    let differs = (0..table.header.len()).find(|column| table.raw(first, *column) != table.raw(second, *column));
    let name = users.text(&Attribute::UserPrincipalName, second).unwrap_or_default();
    let lines = format!("lines {} and {}", table.line(first), table.line(second));
    findings.push(match differs {
        None => Diagnostic::warning(code::DUPLICATE, format!("user `{name}` is there twice, {lines}, and counts once"))
            .at(&table.at(second)),
        Some(column) => {
            let header = &table.header[column].name;
            let message = format!("user `{name}` is there twice, {lines}, with different values of {header}");
            let help = "remove the wrong line, or export again";
            Diagnostic::error(code::CONTRADICTION, message)
                .at(&table.at_cell(second, column))
                .at(&table.at_cell(first, column))
                .help(help)
        }
    });
}

/// The keys by which rows without an id find their user.
pub(super) struct Keys {
    maps: [HashMap<String, u32>; 3],
}

const KEYS: [Attribute; 3] =
    [Attribute::OnPremisesImmutableId, Attribute::OnPremisesSecurityIdentifier, Attribute::UserPrincipalName];

impl Keys {
    pub fn new() -> Self {
        Self { maps: [HashMap::new(), HashMap::new(), HashMap::new()] }
    }

    /// Learns the keys that a row of a table gives to a user.
    pub fn learn(&mut self, table: &UserTable, row: usize, user: u32) {
        for (key, map) in KEYS.iter().zip(&mut self.maps) {
            if let Some(text) = table.text(key, row).filter(|text| !text.is_empty()) {
                map.entry(fold(key, &text)).or_insert(user);
            }
        }
    }

    /// The user of a row, by its strongest key.
    pub fn user(&self, table: &UserTable, row: usize) -> Option<u32> {
        KEYS.iter().zip(&self.maps).find_map(|(key, map)| map.get(&fold(key, &table.text(key, row)?)).copied())
    }

    /// The user whose SID, immutable id or user principal name this is.
    pub fn find(&self, key: &str) -> Option<u32> {
        KEYS.iter().zip(&self.maps).find_map(|(attribute, map)| map.get(&fold(attribute, key)).copied())
    }
}

/// Base64 is the only key in which letter case counts.
fn fold(key: &Attribute, text: &str) -> String {
    if *key == Attribute::OnPremisesImmutableId { text.to_owned() } else { text.trim().to_lowercase() }
}

/// All keys of all users; built only where a file needs them.
pub(super) fn keys(tables: &[UserTable], roster: &Roster<'_>) -> Keys {
    let mut keys = Keys::new();
    for (table, rows) in tables.iter().zip(&roster.rows) {
        for (user, row) in rows.iter().enumerate().filter(|(_, row)| **row != NO_ROW) {
            keys.learn(table, *row as usize, user as u32);
        }
    }
    keys
}

/// Tables without ids, in tiers: those of the cloud may add users; AD DS adds them only where no cloud file is given; reports
/// never do.
fn by_other_keys<'t>(tables: &'t [UserTable], rest: &[usize], roster: &mut Roster<'t>, findings: &mut Vec<Diagnostic>) {
    let mut keys = keys(tables, roster);
    let cloud = tables.iter().any(|table| tier(table) == Tier::Cloud);
    let with_ids = !roster.ids.is_empty();
    let mut order = rest.to_vec();
    order.sort_by_key(|at| (tier(&tables[*at]), *at));
    for at in order {
        let table = &tables[at];
        let adds = tier(table) == Tier::Cloud || (tier(table) == Tier::OnPremises && !cloud);
        let mut unmatched: Vec<usize> = Vec::new();
        for row in (0..table.table.rows()).filter(|row| counted(table, *row)) {
            let user = match keys.user(table, row) {
                Some(user) => user,
                None => {
                    unmatched.push(row);
                    if !adds {
                        continue;
                    }
                    let Some(id) = stand_in(table, row) else { continue };
                    roster.ids.push(id);
                    roster.ids.len() as u32 - 1
                }
            };
            keys.learn(table, row, user);
            let rows = &mut roster.rows[at];
            rows.resize(roster.ids.len(), NO_ROW);
            if rows[user as usize] == NO_ROW {
                rows[user as usize] = row as u32;
            } else {
                twice(table, rows[user as usize] as usize, row, findings);
            }
        }
        if adds || cloud {
            report_unmatched(table, &unmatched, adds, with_ids, findings);
        }
    }
    roster.rows.iter_mut().for_each(|rows| rows.resize(roster.ids.len(), NO_ROW));
}

/// What stands for the id of a user whom no file gives one.
fn stand_in<'t>(table: &'t UserTable, row: usize) -> Option<Cow<'t, str>> {
    let keys = [
        Attribute::UserPrincipalName,
        Attribute::OnPremisesImmutableId,
        Attribute::OnPremisesSecurityIdentifier,
        Attribute::OnPremisesDistinguishedName,
    ];
    let text = keys.iter().find_map(|key| table.text(key, row).filter(|text| !text.is_empty()))?;
    Some(Cow::Owned(text.to_lowercase()))
}

fn report_unmatched(
    table: &UserTable,
    unmatched: &[usize],
    adds: bool,
    with_ids: bool,
    findings: &mut Vec<Diagnostic>,
) {
    let Some(first) = unmatched.first() else { return };
    let origin = table.table.at(*first);
    let count = unmatched.len();
    let finding = match (adds, with_ids) {
        (true, false) => {
            let message = format!("no file gives ids to {count} users, so user principal names stand for them");
            Diagnostic::warning(code::NO_IDS, message).help("export with Id, so that memberships by id can be joined")
        }
        (true, true) => {
            let message = format!(
                "{count} users of this file are in no file with ids and are kept by their user principal names"
            );
            Diagnostic::warning(code::UNMATCHED, message).help("export all files on the same day")
        }
        (false, _) => {
            let message = format!("{count} accounts of this file are no users of the cloud export and are left out");
            Diagnostic::warning(code::UNMATCHED, message)
                .help("they may not be synchronised, deleted, or newer than the users file")
        }
    };
    findings.push(finding.at(&origin));
}

/// Puts users into the order of their ids.
fn sort(roster: &mut Roster<'_>) {
    if roster.ids.is_sorted() {
        return;
    }
    let mut order: Vec<u32> = (0..roster.ids.len() as u32).collect();
    order.sort_by(|a, b| roster.ids[*a as usize].cmp(&roster.ids[*b as usize]));
    let moved = |rows: &Vec<u32>| order.iter().map(|user| rows[*user as usize]).collect::<Vec<u32>>();
    roster.rows = roster.rows.iter().map(moved).collect();
    roster.ids = order.iter().map(|user| std::mem::take(&mut roster.ids[*user as usize])).collect();
}
