//! The values of all users, from all files. In: tables and who is who in them. Out: dictionary-coded columns, and what the files
//! disagree about. Never: lets AD DS or a report overrule the cloud, whose values are what rules look at.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::code;
use super::column::{self, FIRST, NULL, UNKNOWN};
use super::manager;
use super::roster::{NO_ROW, Roster, Tier, tier};
use super::users::{Data, UserTable};
use crate::diagnostic::Diagnostic;
use crate::directory::{Attribute, Column, ColumnBuilder, Users, ValueRef};

/// Files of this many bytes stay in memory as long as columns that were read from them, and their texts are held once. The
/// texts of smaller ones are copied, and the file goes.
const SHARED_FROM: usize = 4 << 20;

/// One file's values of one attribute: a code a row, and what a code stands for.
struct Voice<'t> {
    table: &'t UserTable,
    tier: Tier,
    rows: &'t [u32],
    codes: Cow<'t, [u32]>,
    values: Values<'t>,
    /// The code of the finished column for each code here, given when it is first met.
    renamed: Vec<u32>,
    /// Whether the values need no comparison among themselves.
    distinct: bool,
}

enum Values<'t> {
    Texts(Vec<Cow<'t, str>>),
    Values(&'t [crate::directory::Value]),
}

impl<'t> Voice<'t> {
    fn new(table: &'t UserTable, rows: &'t [u32], attribute: &Attribute) -> Option<Self> {
        let (codes, values, count, distinct) = match table.columns.get(attribute)? {
            Data::Raw(column) => {
                let texts = column::distinct(&table.table, *column);
                let count = texts.values.len();
                (Cow::Owned(texts.codes), Values::Texts(texts.values), count, texts.distinct)
            }
            Data::Coded(coded) => {
                (Cow::Borrowed(&coded.codes[..]), Values::Values(&coded.values), coded.values.len(), coded.distinct)
            }
        };
        let mut renamed = vec![u32::MAX; count + FIRST as usize];
        (renamed[UNKNOWN as usize], renamed[NULL as usize]) = (Column::NOT_IN_FILE, Column::NULL);
        Some(Self { table, tier: tier(table), rows, codes, values, renamed, distinct })
    }

    fn code(&self, user: usize) -> u32 {
        match self.rows[user] {
            NO_ROW => UNKNOWN,
            row => self.codes[row as usize],
        }
    }

    fn value(&self, code: u32) -> ValueRef<'_> {
        match (code, &self.values) {
            (UNKNOWN, _) => ValueRef::NotInFile,
            (NULL, _) => ValueRef::Null,
            (code, Values::Texts(texts)) => ValueRef::Text(&texts[(code - FIRST) as usize]),
            (code, Values::Values(values)) => values[(code - FIRST) as usize].as_ref(),
        }
    }

    /// Where a value stands in a file that is too large to be held twice.
    fn place(&self, code: u32) -> Option<std::ops::Range<usize>> {
        let Values::Texts(texts) = &self.values else { return None };
        match texts.get(code.checked_sub(FIRST)? as usize)? {
            Cow::Borrowed(text) if self.table.table.text().len() >= SHARED_FROM => self.table.table.place_of(text),
            _ => None,
        }
    }

    /// `alone` says that no other file adds values to the column.
    fn renamed(&mut self, code: u32, builder: &mut ColumnBuilder, alone: bool) -> u32 {
        let known = self.renamed[code as usize];
        if known != u32::MAX {
            return known;
        }
        let given = match self.place(code).filter(|_| alone && self.distinct) {
            Some(place) => builder.new_code_in(self.table.table.text(), place),
            None if alone && self.distinct => builder.new_code(self.value(code)),
            None => builder.code(self.value(code)),
        };
        self.renamed[code as usize] = given;
        given
    }
}

/// The columns of all attributes that any file holds. Within the cloud the file given later wins, and a value beats a blank.
pub(super) fn users(tables: &[UserTable], roster: &Roster<'_>, findings: &mut Vec<Diagnostic>) -> Users {
    let attributes: BTreeSet<Attribute> = tables.iter().flat_map(|table| table.columns.keys().cloned()).collect();
    let len = roster.ids.len();
    let attributes: Vec<Attribute> = attributes.into_iter().filter(|attribute| *attribute != Attribute::Id).collect();
    // Columns of many values first, a few at a time: what is needed only while a column is built is then least when most
    // columns stand.
    let mut attributes = attributes;
    attributes.sort_by_cached_key(|attribute| std::cmp::Reverse(variety(tables, attribute)));
    let mut built: Vec<(Attribute, Column, Option<Diagnostic>)> = Vec::with_capacity(attributes.len());
    for wave in attributes.chunks(rayon::current_num_threads().max(1)) {
        built.par_extend(wave.par_iter().map(|attribute| one(tables, roster, attribute)));
    }
    built.sort_by(|a, b| a.0.cmp(&b.0));
    let mut columns = BTreeMap::new();
    for (attribute, column, conflict) in built {
        findings.extend(conflict);
        if column.is_in_file() {
            columns.insert(attribute, column);
        }
    }
    manager::by_id(&mut columns, &roster.ids);
    let mut ids = ColumnBuilder::with_capacity(Attribute::Id.kind(), len);
    for id in &roster.ids {
        let code = match shared_place(tables, id) {
            Some((whole, place)) => ids.new_code_in(whole, place),
            None => ids.new_code(ValueRef::Text(id)),
        };
        ids.push_code(code);
    }
    columns.insert(Attribute::Id, ids.finish());
    Users::new(len, columns)
}

/// The large file that an id was borrowed from, and where it stands there; `None` for one that stands in no file.
fn shared_place<'t>(tables: &'t [UserTable], id: &str) -> Option<(&'t Arc<String>, std::ops::Range<usize>)> {
    let large = tables.iter().map(|table| &table.table).filter(|table| table.text().len() >= SHARED_FROM);
    large.into_iter().find_map(|table| Some((table.text(), table.place_of(id)?)))
}

/// One column, and what the files disagree about in it.
fn one(tables: &[UserTable], roster: &Roster<'_>, attribute: &Attribute) -> (Attribute, Column, Option<Diagnostic>) {
    let files = tables.iter().zip(&roster.rows).rev();
    let mut voices: Vec<Voice<'_>> = files.filter_map(|(table, rows)| Voice::new(table, rows, attribute)).collect();
    voices.sort_by_key(|voice| voice.tier);
    let (column, conflict) = column_of(attribute, &mut voices, roster.ids.len());
    (attribute.clone(), column, conflict)
}

/// How many values the first rows of the files hold.
fn variety(tables: &[UserTable], attribute: &Attribute) -> usize {
    const LOOK: usize = 512;
    let of = |table: &UserTable| match table.columns.get(attribute) {
        Some(Data::Raw(column)) => {
            let rows = 0..table.table.rows().min(LOOK);
            rows.map(|row| table.table.raw(row, *column)).collect::<BTreeSet<_>>().len()
        }
        Some(Data::Coded(coded)) => coded.values.len().min(LOOK),
        None => 0,
    };
    tables.iter().map(of).sum()
}

fn column_of(attribute: &Attribute, voices: &mut [Voice<'_>], len: usize) -> (Column, Option<Diagnostic>) {
    let mut builder = ColumnBuilder::with_capacity(attribute.kind(), len);
    if let [voice] = voices {
        for user in 0..len {
            let code = voice.code(user);
            let code = voice.renamed(code, &mut builder, true);
            builder.push_code(code);
        }
        return (builder.finish(), None);
    }
    let mut conflicts: Option<(usize, usize, usize, u32)> = None;
    for user in 0..len {
        let mut chosen: Option<(usize, u32)> = None;
        for (at, voice) in voices.iter().enumerate() {
            let code = voice.code(user);
            match chosen {
                _ if code == UNKNOWN => {}
                None => chosen = Some((at, code)),
                // A blank of the cloud is filled by the cloud only; AD DS fills what no cloud file holds.
                Some((first, NULL)) if code != NULL && voices[first].tier == voice.tier => chosen = Some((at, code)),
                Some((_, NULL)) => {}
                Some((first, known)) if code != NULL => {
                    let (better, worse) = (voice.value(code), voices[first].value(known));
                    if mends(better, worse) {
                        chosen = Some((at, code));
                    } else if better != worse && !mends(worse, better) && !attribute.is_activity() {
                        let (.., count) = conflicts.get_or_insert((user, first, at, 0));
                        *count += 1;
                    }
                }
                Some(_) => {}
            }
        }
        let code = match chosen {
            Some((at, code)) => voices[at].renamed(code, &mut builder, false),
            None => Column::NOT_IN_FILE,
        };
        builder.push_code(code);
    }
    let conflict = conflicts.map(|(user, first, second, count)| {
        let place =
            |at: usize| voices[at].table.table.at(voices[at].rows[user] as usize).in_column(attribute.graph_name());
        let (winner, loser) = (place(first), place(second));
        let message = format!("{attribute} of {count} users differs between files; `{}` wins", winner.file);
        Diagnostic::warning(code::CONFLICT, message).at(&winner).at(&loser)
    });
    (builder.finish(), conflict)
}

/// Whether `better` is `worse` with the letters that Windows PowerShell replaced by `?`.
fn mends(better: ValueRef<'_>, worse: ValueRef<'_>) -> bool {
    let (ValueRef::Text(better), ValueRef::Text(worse)) = (better, worse) else { return false };
    worse.contains('?')
        && better != worse
        && better.chars().count() == worse.chars().count()
        && better.chars().zip(worse.chars()).all(|(letter, lost)| letter == lost || (lost == '?' && !letter.is_ascii()))
}
