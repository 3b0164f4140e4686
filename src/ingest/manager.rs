//! Whom a manager's name means. In: the columns of all users. Out: managers by id where the export names them by user principal
//! name or distinguished name. Never: goes by a display name, which is no key; a name that nobody has stays as written.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::directory::{Attribute, Column, ColumnBuilder, UserIndex, ValueRef};

/// Rewrites the column of managers. `ids` are those of the users, in their order.
pub(super) fn by_id(columns: &mut BTreeMap<Attribute, Column>, ids: &[Cow<'_, str>]) {
    let Some(managers) = columns.get(&Attribute::Manager) else { return };
    let named = (Column::FIRST_VALUE..managers.code_count()).filter_map(|code| match managers.decode(code) {
        ValueRef::Text(text) if text.contains(['@', '=']) => Some((text.to_lowercase(), None)),
        _ => None,
    });
    let mut wanted: HashMap<String, Option<&str>> = named.collect();
    if wanted.is_empty() {
        return;
    }
    for key in [Attribute::OnPremisesDistinguishedName, Attribute::UserPrincipalName] {
        let Some(column) = columns.get(&key) else { continue };
        for (user, id) in ids.iter().enumerate() {
            let ValueRef::Text(name) = column.value(UserIndex(user as u32)) else { continue };
            if let Some(found) = wanted.get_mut(&name.to_lowercase()) {
                *found = Some(id);
            }
        }
    }
    let mut builder = ColumnBuilder::with_capacity(Attribute::Manager.kind(), ids.len());
    for user in 0..ids.len() {
        let value = managers.value(UserIndex(user as u32));
        let known = match value {
            ValueRef::Text(text) => wanted.get(&text.to_lowercase()).copied().flatten(),
            _ => None,
        };
        match known {
            Some(id) => builder.push_text(id),
            None => builder.push(value),
        }
    }
    let rewritten = builder.finish();
    columns.insert(Attribute::Manager, rewritten);
}
