//! Whom a manager's name means. In: the columns of all users. Out: managers by id where the export names them by user principal
//! name or distinguished name. Never: goes by a display name, which is no key; a name that nobody has stays as written.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::directory::{Attribute, Column, ColumnBuilder, UserIndex, ValueRef};

/// Rewrites the column of managers. `ids` are those of the users, in their order.
pub(super) fn by_id(columns: &mut BTreeMap<Attribute, Column>, ids: &[Cow<'_, str>]) {
    let Some(managers) = columns.get(&Attribute::Manager) else { return };
    let mut wanted: HashMap<String, Option<u32>, foldhash::fast::FixedState> = HashMap::default();
    for code in Column::FIRST_VALUE..managers.code_count() {
        if let Some(name) = name(managers.decode(code)) {
            wanted.insert(name, None);
        }
    }
    if wanted.is_empty() {
        return;
    }
    for key in [Attribute::OnPremisesDistinguishedName, Attribute::UserPrincipalName] {
        let Some(column) = columns.get(&key) else { continue };
        let mut lower = String::new();
        for user in 0..ids.len() as u32 {
            let ValueRef::Text(text) = column.value(UserIndex(user)) else { continue };
            lower.clear();
            lower.extend(text.chars().flat_map(char::to_lowercase));
            if let Some(found) = wanted.get_mut(&lower) {
                *found = Some(user);
            }
        }
    }
    let mut builder = ColumnBuilder::with_capacity(Attribute::Manager.kind(), ids.len());
    let given = (0..managers.code_count()).map(|code| {
        let value = managers.decode(code);
        let user = name(value).and_then(|name| wanted.get(&name).copied().flatten());
        match (value, user) {
            (ValueRef::NotInFile, _) => Column::NOT_IN_FILE,
            (ValueRef::Null, _) => Column::NULL,
            (_, Some(user)) => builder.code(ValueRef::Text(&ids[user as usize])),
            (value, None) => builder.code(value),
        }
    });
    let given: Vec<u32> = given.collect();
    managers.codes().iter().for_each(|code| builder.push_code(given[*code as usize]));
    let rewritten = builder.finish();
    columns.insert(Attribute::Manager, rewritten);
}

/// A user principal name or distinguished name in lower case; an id or a bare name is none.
fn name(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) if text.contains(['@', '=']) => Some(text.chars().flat_map(char::to_lowercase).collect()),
        _ => None,
    }
}
