//! The groups of a tenant, from all files of groups and members. In: drafts, pairs of keys, who is who. Out: groups in the order
//! of their ids. Never: takes a group of AD DS for one of the cloud, follows a nested group, makes a user from a member.

use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::code;
use super::groups::{GroupDraft, GroupTable};
use super::members::{Member, MemberTable, MemberType};
use super::roster::{Keys, Roster};
use super::value;
use crate::catalog::SkuId;
use crate::diagnostic::{Diagnostic, Origin};
use crate::directory::{
    Group, GroupIndex, GroupKind, GroupLicense, Membership, ProcessingState, SelfService, SkuIndex, UserIndex,
};

/// Everything that groups are made of.
pub(super) struct Parts<'a> {
    pub groups: &'a [GroupTable],
    pub members: &'a [MemberTable],
    pub roster: &'a Roster<'a>,
    pub keys: &'a Keys,
    /// What `seatcast.toml` says of groups, by name or id.
    pub told: &'a [(String, SelfService, Origin)],
    pub sku_index: &'a dyn Fn(&SkuId) -> Option<SkuIndex>,
}

pub(super) fn groups(parts: &Parts<'_>, findings: &mut Vec<Diagnostic>) -> Vec<Group> {
    let mut drafts = merged(parts.groups, findings);
    let mut names = Names::of(&drafts);
    let unknown = unknown_groups(parts.members, &names, &mut drafts, findings);
    if unknown {
        names = Names::of(&drafts);
    }
    let mut groups: Vec<Group> = drafts.values().map(|draft| group(draft, parts)).collect();
    add_members(parts, &names, &mut groups, findings);
    tell(parts.told, &names, &mut groups, findings);
    if !parts.groups.is_empty()
        && drafts.values().all(|draft| draft.rule.is_none())
        && groups.iter().any(Group::is_dynamic)
    {
        let message = "no file holds membership rules, so dynamic groups keep the members they were exported with";
        let help = "export groups with Get-MgGroup -Property …,MembershipRule,… (see `seatcast schema`)";
        let origin = drafts.values().next().map(|draft| Origin::file(draft.origin.file.clone())).unwrap_or_default();
        findings.push(Diagnostic::warning(code::NO_RULES, message).at(&origin).help(help));
    }
    groups
}

/// One draft for each id: later files fill what earlier ones do not say, and win where both say something.
fn merged(tables: &[GroupTable], findings: &mut Vec<Diagnostic>) -> BTreeMap<String, GroupDraft> {
    let cloud = tables.iter().any(|table| !table.source.is_on_premises());
    let mut drafts: BTreeMap<String, GroupDraft> = BTreeMap::new();
    for table in tables.iter().filter(|table| !cloud || !table.source.is_on_premises()) {
        let mut seen: BTreeMap<&str, &GroupDraft> = BTreeMap::new();
        for draft in &table.drafts {
            if let Some(first) = seen.insert(&draft.id, draft) {
                twice(first, draft, findings);
            }
            match drafts.get_mut(&draft.id) {
                None => {
                    drafts.insert(draft.id.clone(), draft.clone());
                }
                Some(known) => overlay(known, draft),
            }
        }
    }
    if cloud && tables.iter().any(|table| table.source.is_on_premises()) {
        let message = "groups of AD DS are not used beside a cloud export, which holds the synchronised ones with their cloud ids";
        let origin = tables.iter().find(|table| table.source.is_on_premises()).and_then(|table| table.drafts.first());
        findings.push(
            Diagnostic::warning(code::UNMATCHED, message)
                .at(&origin.map(|draft| Origin::file(draft.origin.file.clone())).unwrap_or_default()),
        );
    }
    drafts
}

fn twice(first: &GroupDraft, second: &GroupDraft, findings: &mut Vec<Diagnostic>) {
    let mut same = second.clone();
    same.origin = first.origin.clone();
    if let (Some(Some(rule)), Some(Some(known))) = (&mut same.rule, &first.rule) {
        rule.origin = known.origin.clone();
    }
    let name = second.display_name.as_deref().unwrap_or(&second.id);
    let lines = format!("lines {} and {}", first.origin.line.unwrap_or(0), second.origin.line.unwrap_or(0));
    findings.push(if same == *first {
        Diagnostic::warning(code::DUPLICATE, format!("group `{name}` is there twice, {lines}, and counts once"))
            .at(&second.origin)
    } else {
        let message = format!("group `{name}` is there twice, {lines}, with different values");
        Diagnostic::error(code::CONTRADICTION, message)
            .at(&second.origin)
            .at(&first.origin)
            .help("remove the wrong line, or export again")
    });
}

fn overlay(known: &mut GroupDraft, later: &GroupDraft) {
    fn take<T: Clone>(known: &mut Option<T>, later: &Option<T>) {
        if later.is_some() {
            known.clone_from(later);
        }
    }
    take(&mut known.display_name, &later.display_name);
    take(&mut known.kind, &later.kind);
    take(&mut known.dynamic, &later.dynamic);
    take(&mut known.rule, &later.rule);
    take(&mut known.state, &later.state);
    take(&mut known.security_enabled, &later.security_enabled);
    take(&mut known.visibility, &later.visibility);
    take(&mut known.role_assignable, &later.role_assignable);
    take(&mut known.on_premises_sync_enabled, &later.on_premises_sync_enabled);
    take(&mut known.self_service, &later.self_service);
    take(&mut known.licenses, &later.licenses);
    take(&mut known.created, &later.created);
    known.aliases.extend(later.aliases.iter().cloned());
}

/// How groups are found: by id, by what AD DS calls them, by a display name that only one group has.
struct Names {
    by_key: HashMap<String, u32>,
    by_name: HashMap<String, Option<u32>>,
}

impl Names {
    fn of(drafts: &BTreeMap<String, GroupDraft>) -> Names {
        let mut names = Names { by_key: HashMap::new(), by_name: HashMap::new() };
        for (index, draft) in drafts.values().enumerate() {
            let index = index as u32;
            names.by_key.insert(draft.id.clone(), index);
            for alias in &draft.aliases {
                names.by_key.entry(alias.clone()).or_insert(index);
            }
            if let Some(name) = &draft.display_name {
                names.by_name.entry(name.to_lowercase()).and_modify(|known| *known = None).or_insert(Some(index));
            }
        }
        names
    }

    fn find(&self, key: &str) -> Option<u32> {
        let key = key.trim().to_lowercase();
        let guid = value::guid(&key).unwrap_or(key);
        self.by_key.get(&guid).copied().or_else(|| self.by_name.get(&guid).copied().flatten())
    }
}

/// Groups that only a members file names: kept, so that their members are not lost, with nothing else known.
fn unknown_groups(
    members: &[MemberTable],
    names: &Names,
    drafts: &mut BTreeMap<String, GroupDraft>,
    findings: &mut Vec<Diagnostic>,
) -> bool {
    let mut unknown: BTreeMap<String, Origin> = BTreeMap::new();
    for table in used_members(members) {
        let mut told: Vec<bool> = table.groups.iter().map(|group| names.find(group).is_some()).collect();
        for member in &table.members {
            if !std::mem::replace(&mut told[member.group as usize], true) {
                let group = &table.groups[member.group as usize];
                unknown.entry(group.clone()).or_insert_with(|| table.at(member));
            }
        }
    }
    for (group, origin) in &unknown {
        let message = format!(
            "no file of groups holds the group `{group}`; its members are kept, its rule and licences are unknown"
        );
        findings.push(
            Diagnostic::warning(code::UNKNOWN_GROUP, message)
                .at(origin)
                .help("export groups with Get-MgGroup (see `seatcast schema`)"),
        );
        let draft = GroupDraft {
            id: group.clone(),
            display_name: Some(group.clone()),
            kind: None,
            dynamic: None,
            rule: None,
            state: None,
            security_enabled: None,
            visibility: None,
            role_assignable: None,
            on_premises_sync_enabled: None,
            self_service: None,
            licenses: None,
            created: None,
            origin: origin.clone(),
            aliases: Vec::new(),
        };
        drafts.insert(group.clone(), draft);
    }
    !unknown.is_empty()
}

/// Members of the cloud; those of AD DS only where the cloud's are not given.
fn used_members(tables: &[MemberTable]) -> impl Iterator<Item = &MemberTable> {
    let cloud = tables.iter().any(|table| !table.source.is_on_premises());
    tables.iter().filter(move |table| !cloud || !table.source.is_on_premises())
}

fn group(draft: &GroupDraft, parts: &Parts<'_>) -> Group {
    let kind = draft.kind.unwrap_or(GroupKind::Unknown);
    let membership = if draft.dynamic == Some(true) {
        Membership::Dynamic { rule: draft.rule.clone().flatten(), state: draft.state.unwrap_or(ProcessingState::On) }
    } else {
        Membership::Assigned
    };
    let licenses = draft.licenses.iter().flatten().filter_map(|sku| (parts.sku_index)(sku));
    Group {
        id: draft.id.as_str().into(),
        display_name: draft.display_name.as_deref().unwrap_or(&draft.id).into(),
        kind,
        membership,
        security_enabled: draft.security_enabled,
        visibility: draft.visibility,
        role_assignable: draft.role_assignable,
        on_premises_sync_enabled: draft.on_premises_sync_enabled,
        self_service: draft.self_service.unwrap_or_else(|| self_service(draft, kind)),
        licenses: licenses.map(|sku| GroupLicense { sku, disabled_plans: Vec::new() }).collect(),
        members: Vec::new(),
        members_exported: false,
        nested: Vec::new(),
        other_members: 0,
        created: draft.created,
        origin: draft.origin.clone(),
    }
}

/// Whether people can join by themselves, as the self-service pages of Microsoft say and as far as an export tells.
fn self_service(draft: &GroupDraft, kind: GroupKind) -> SelfService {
    use crate::directory::Visibility::Public;
    let never = matches!(kind, GroupKind::Distribution | GroupKind::MailEnabledSecurity)
        || draft.dynamic == Some(true)
        || draft.on_premises_sync_enabled == Some(true)
        || draft.role_assignable == Some(true);
    match (never, kind, draft.visibility) {
        (true, ..) => SelfService::No,
        (false, GroupKind::Microsoft365, Some(Public)) => SelfService::Open,
        (false, GroupKind::Microsoft365, Some(_)) => SelfService::Approval,
        _ => SelfService::Unknown,
    }
}

fn add_members(parts: &Parts<'_>, names: &Names, groups: &mut [Group], findings: &mut Vec<Diagnostic>) {
    let mut users: Vec<Vec<UserIndex>> = vec![Vec::new(); groups.len()];
    let ids: Ids<'_> = parts.roster.ids.iter().zip(0..).map(|(id, user)| (&**id, user)).collect();
    let mut nested: Vec<BTreeSet<GroupIndex>> = vec![BTreeSet::new(); groups.len()];
    let mut others: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); groups.len()];
    let mut lost: (u32, Option<Origin>) = (0, None);
    let mut whole_export = false;
    for table in used_members(parts.members) {
        whole_export |= table.group.is_none();
        if let Some(group) = table.group.as_deref().and_then(|group| names.find(group)) {
            groups[group as usize].members_exported = true;
        }
        let known: Vec<Option<u32>> = table.groups.iter().map(|group| names.find(group)).collect();
        let people = People::of(table, &ids, parts, names);
        for member in &table.members {
            let Some(group) = known[member.group as usize] else { continue };
            groups[group as usize].members_exported = true;
            match people.who(member) {
                Who::User(user) => {
                    users[group as usize].push(user);
                }
                Who::Group(child) => {
                    nested[group as usize].insert(child);
                }
                Who::Other => {
                    others[group as usize].extend(people.first_key(member));
                    if member.kind == MemberType::User {
                        lost = (lost.0 + 1, lost.1.or_else(|| Some(table.at(member))));
                    }
                }
            }
        }
    }
    for (index, group) in groups.iter_mut().enumerate() {
        group.members = std::mem::take(&mut users[index]);
        group.members.sort_unstable();
        group.members.dedup();
        group.nested = std::mem::take(&mut nested[index]).into_iter().collect();
        group.other_members = others[index].len() as u32;
        // An export of all memberships that does not name a group says that it is empty.
        group.members_exported |= whole_export;
    }
    if let (count @ 1.., Some(origin)) = lost {
        let message =
            format!("{count} members are users whom no file of users holds; they take no seats in the forecast");
        findings.push(
            Diagnostic::warning(code::UNKNOWN_MEMBER, message)
                .at(&origin)
                .help("export users and members on the same day"),
        );
    }
}

enum Who {
    User(UserIndex),
    Group(GroupIndex),
    Other,
}

/// Users by id; looked up once a member, and never walked.
type Ids<'a> = HashMap<&'a str, u32, FixedState>;

/// Who the keys of one table stand for: looked up once a distinct key, by column.
struct People<'a> {
    table: &'a MemberTable,
    users: Vec<Vec<Option<u32>>>,
    groups: Vec<Vec<Option<u32>>>,
}

impl<'a> People<'a> {
    fn of(table: &'a MemberTable, ids: &Ids<'_>, parts: &Parts<'_>, names: &Names) -> People<'a> {
        let immutable = |key: &str| value::immutable_id(key).and_then(|id| parts.keys.find(&id));
        let user =
            |key: &String| ids.get(key.as_str()).copied().or_else(|| parts.keys.find(key)).or_else(|| immutable(key));
        let group = |key: &String| names.by_key.get(key).copied();
        People {
            table,
            users: table.keys.iter().map(|keys| keys.values.par_iter().map(user).collect()).collect(),
            groups: table.keys.iter().map(|keys| keys.values.par_iter().map(group).collect()).collect(),
        }
    }

    /// The strongest key of a member that stands for somebody.
    fn by(&self, found: &[Vec<Option<u32>>], member: &Member) -> Option<u32> {
        let mut columns = self.table.keys.iter().zip(found);
        columns.find_map(|(keys, found)| found[keys.code(member.row)?])
    }

    fn first_key(&self, member: &Member) -> Option<&'a str> {
        self.table.keys.iter().find_map(|keys| Some(keys.values[keys.code(member.row)?].as_str()))
    }

    fn who(&self, member: &Member) -> Who {
        let (user, group) = (|| self.by(&self.users, member), || self.by(&self.groups, member));
        match member.kind {
            MemberType::User => user().map_or(Who::Other, |user| Who::User(UserIndex(user))),
            MemberType::Group => group().map_or(Who::Other, |group| Who::Group(GroupIndex(group))),
            MemberType::Other => Who::Other,
            MemberType::Unknown => match (user(), group()) {
                (Some(user), _) => Who::User(UserIndex(user)),
                (None, Some(group)) => Who::Group(GroupIndex(group)),
                (None, None) => Who::Other,
            },
        }
    }
}

/// What `seatcast.toml` says of groups overrules what exports let one derive.
fn tell(told: &[(String, SelfService, Origin)], names: &Names, groups: &mut [Group], findings: &mut Vec<Diagnostic>) {
    for (name, self_service, origin) in told {
        let Some(group) = names.find(name) else {
            let message = format!("no group is named `{name}`, or several are");
            let known = groups.iter().map(|group| &*group.display_name);
            let mut finding = Diagnostic::error(code::UNKNOWN_GROUP, message).at(origin);
            finding.help = crate::diagnostic::did_you_mean(name, known);
            findings.push(finding);
            continue;
        };
        let group = &mut groups[group as usize];
        let barred = group.is_dynamic() || group.on_premises_sync_enabled == Some(true);
        if barred && *self_service != SelfService::No {
            let message = format!("nobody can join `{name}` by themselves: it is dynamic or synchronised");
            findings.push(Diagnostic::error(code::UNKNOWN_GROUP, message).at(origin));
            continue;
        }
        group.self_service = *self_service;
    }
}
