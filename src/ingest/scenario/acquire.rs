//! Another tenant that joins. In: the folder of its exports. Out: its people, with the groups and licences that they get here.
//! Never: its guests, or a group that the scenario does not name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Reading;
use super::read::Entry;
use crate::diagnostic::did_you_mean;
use crate::directory::{GroupIndex, LicenseSource};
use crate::ingest::{Options, baseline, code, read_folder, tables};
use crate::scenario::{Acquisition, Baseline, Deed};

pub fn acquire(entry: &mut Entry<'_, '_, '_, '_>, reading: &Reading<'_>) -> Option<()> {
    let value = entry.table.get("tenant")?;
    let name = entry.text.string(value)?.to_owned();
    let theirs = tenant(entry, reading, &name)?;
    let snapshot = &theirs.snapshot;
    let mut groups: Vec<Vec<GroupIndex>> = vec![Vec::new(); snapshot.users.len()];
    if let Some(value) = entry.table.get("groups") {
        let table = entry.text.table(value)?;
        for (key, value) in table {
            let called = |group: &&crate::directory::Group| {
                group.display_name.eq_ignore_ascii_case(key.get_ref()) || group.id.eq_ignore_ascii_case(key.get_ref())
            };
            let Some(source) = snapshot.groups.iter().find(called) else {
                let help = did_you_mean(key.get_ref(), snapshot.groups.iter().map(|group| &*group.display_name));
                let message = format!("`{name}` has no group `{}`", key.get_ref());
                entry.text.error(code::UNKNOWN_NAME, message, &key.span(), help);
                return None;
            };
            let ours = entry.text.string(value)?;
            let ours = entry.names.group(entry.text, ours, &value.span())?;
            source.members.iter().for_each(|user| groups[user.get()].push(ours));
        }
    }
    if let Some(value) = entry.table.get("add-to") {
        for (ours, span) in entry.text.strings(value)? {
            let ours = entry.names.group(entry.text, ours, &span)?;
            groups.iter_mut().for_each(|groups| groups.push(ours));
        }
    }
    for groups in &mut groups {
        groups.sort_unstable();
        groups.dedup();
    }
    let mut direct = vec![Vec::new(); snapshot.users.len()];
    if flag(entry, "direct-licenses")? {
        for license in snapshot.assigned.iter().filter(|license| license.source == LicenseSource::Direct) {
            direct[license.user.get()].push(snapshot.sku(license.sku).sku_id.clone());
        }
    }
    let label = format!("{name} joins");
    if flag(entry, "subscriptions")? {
        for lot in theirs.supplies.iter().flat_map(|supply| &supply.lots) {
            // What they own comes along on the day; a lot that begins later begins then.
            let lot = crate::supply::Subscription {
                id: format!("{name} {}", lot.id).into(),
                start: lot.start.max(entry.on),
                ..lot.clone()
            };
            if lot.term_end.is_none_or(|end| end > lot.start) {
                entry.push(lot.start, Deed::Buy(lot), &label);
            }
        }
    }
    entry.read_from(&name, &theirs.inputs);
    let users = snapshot.users.clone();
    let acquisition = Acquisition { tenant: name, users, baseline: theirs, groups, direct };
    entry.push(entry.on, Deed::Acquire(Arc::new(acquisition)), &label);
    Some(())
}

fn flag(entry: &mut Entry<'_, '_, '_, '_>, key: &str) -> Option<bool> {
    match entry.table.get(key) {
        Some(value) => entry.text.boolean(value),
        None => Some(false),
    }
}

/// The other tenant, read as any other.
fn tenant(entry: &mut Entry<'_, '_, '_, '_>, reading: &Reading<'_>, name: &str) -> Option<Baseline> {
    let span = entry.table.get("tenant")?.span();
    let folder = reading.folder.join(name);
    let files = match read_folder(&folder) {
        Ok(files) => files,
        Err(error) => {
            let help = "the folder of its exports, as seen from the scenario file".to_owned();
            entry.text.error(code::UNKNOWN_NAME, error.to_string(), &span, Some(help));
            return None;
        }
    };
    let options = Options {
        tenant: name.to_owned(),
        today: Some(entry.names.baseline.today),
        sources: BTreeMap::new(),
        groups: BTreeMap::new(),
        ..reading.options.clone()
    };
    let tables = tables(files, &options);
    let read = baseline(&tables, &options);
    if read.value.is_none() {
        let first = read.diagnostics.iter().find(|finding| finding.is_error());
        let why = first.map_or("nothing can be read", |finding| finding.message.as_str());
        let message = format!("`{name}` cannot be used: {why}");
        let help = format!("`seatcast check` on that folder says all ({})", folder.display());
        entry.text.error(code::SCENARIO, message, &span, Some(help));
    }
    read.value
}
