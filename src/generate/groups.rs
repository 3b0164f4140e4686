//! The groups of a tenant and their members. In: people. Out: `Group`s. Never: assigns a seat.

use rayon::prelude::*;

use super::base_groups::{BASE_GROUPS, BaseGroup, Members};
use super::draw::{Draw, Guid, Part};
use super::person::{Person, Stage};
use super::places::{self, DEPARTMENTS, DOMAIN, PLACES};
use super::rules::{BASE_RULES, ExtraRule};
use super::skus;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Security,
    /// Licensable only when it is security-enabled.
    Microsoft365 {
        security_enabled: bool,
    },
    MailEnabledSecurity,
    Distribution,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SelfService {
    No,
    Open,
    Approval,
}

/// One group. Members are positions in the list of people, ascending; nested ones are positions in the list of groups.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: Guid,
    pub(super) name: String,
    pub(super) description: &'static str,
    pub(super) kind: Kind,
    pub(super) rule: Option<String>,
    pub(super) paused: bool,
    pub(super) visibility: &'static str,
    pub(super) role_assignable: bool,
    pub(super) synced: bool,
    pub(super) self_service: SelfService,
    pub(super) licenses: Vec<u8>,
    pub(super) members: Vec<u32>,
    pub(super) nested: Vec<u32>,
}

impl Group {
    pub(super) fn mail(&self) -> Option<String> {
        let slug = || self.name.to_ascii_lowercase().replace(' ', "-");
        (self.kind != Kind::Security).then(|| format!("{}@{DOMAIN}", slug()))
    }
}

/// How many groups of which sort.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) groups: u32,
    pub(super) dynamic: u32,
    pub(super) licensed: u32,
    pub(super) skus: u32,
}

pub(super) fn groups(seed: u64, people: &[Person], today: i32, counts: Counts) -> Vec<Group> {
    let base = (0..BASE_GROUPS.len()).into_par_iter().map(|index| base_group(seed, people, today, index));
    let mut groups: Vec<Group> = base.collect();
    let dynamic = |group: &&Group| group.rule.is_some();
    let (dynamic_base, licensed_base) =
        (groups.iter().filter(dynamic).count(), groups.iter().filter(|group| !group.licenses.is_empty()).count());
    let extra = counts.groups.saturating_sub(groups.len() as u32);
    let extra_dynamic = counts.dynamic.saturating_sub(dynamic_base as u32).min(extra);
    let extra_licensed = counts.licensed.saturating_sub(licensed_base as u32).min(extra);
    let cells = Cells::new(people);
    let more = (0..extra).into_par_iter().map(|index| {
        let mut draw = Draw::new(seed, Part::ExtraGroup, u64::from(index));
        let mut group = if index < extra_dynamic {
            dynamic_group(&mut draw, people, &cells, index)
        } else {
            assigned_group(&mut draw, people, index)
        };
        if index < extra_licensed {
            license(&mut group, &mut draw, index, counts.skus);
        }
        group
    });
    groups.par_extend(more);
    groups
}

fn base_group(seed: u64, people: &[Person], today: i32, index: usize) -> Group {
    let row: &BaseGroup = &BASE_GROUPS[index];
    let mut draw = Draw::new(seed, Part::BaseGroup, index as u64);
    let id = draw.guid();
    let rule = BASE_RULES.iter().find(|rule| rule.group == row.name);
    let holds = |person: &Person| rule.is_some_and(|rule| (rule.holds)(person, today));
    let mut text = rule.map(|rule| rule.text.to_owned());
    let all = || people.iter().enumerate().map(|(index, person)| (index as u32, person));
    let members = match row.members {
        Members::Rule => all().filter(|(_, person)| holds(person)).map(|(index, _)| index).collect(),
        // Paused long ago: some who match came later, and somebody stayed who no longer does.
        Members::Stale => {
            let mut kept = |person: &Person| draw.per_mille(if holds(person) { 800 } else { 1 });
            all().filter(|(_, person)| !person.is_guest() && kept(person)).map(|(index, _)| index).collect()
        }
        Members::DirectReports(department) => {
            let department = places::department(department);
            let heads = |person: &Person| person.department_index() == Some(department) && person.is_director();
            let manager = people.iter().position(heads).unwrap_or(0);
            text = people.get(manager).map(|person| format!("Direct Reports for \"{}\"", person.id));
            let manager = manager as u32;
            let reports = |index: u32, person: &Person| index == manager || person.manager == manager;
            all().filter(|(index, person)| reports(*index, person)).map(|(index, _)| index).collect()
        }
        Members::Drawn(share) => {
            all().filter(|(_, person)| draw.per_mille(share(person))).map(|(index, _)| index).collect()
        }
    };
    let position = |name: &&str| BASE_GROUPS.iter().position(|group| group.name == *name).unwrap_or(index) as u32;
    Group {
        id,
        name: row.name.to_owned(),
        description: row.description,
        kind: row.kind,
        rule: text,
        paused: matches!(row.members, Members::Stale),
        visibility: row.visibility,
        role_assignable: row.role_assignable,
        synced: row.synced,
        self_service: row.self_service,
        licenses: row.licenses.to_vec(),
        members,
        nested: row.nested.iter().map(position).collect(),
    }
}

/// Employees by department and place, so that an extra rule looks only at the people it can hold for.
struct Cells(Vec<Vec<u32>>);

impl Cells {
    fn new(people: &[Person]) -> Cells {
        let mut cells = vec![Vec::new(); DEPARTMENTS.len() * PLACES.len()];
        for (index, person) in people.iter().enumerate() {
            if let (Some(department), Some(place)) = (person.department_index(), person.place_index()) {
                cells[usize::from(department) * PLACES.len() + usize::from(place)].push(index as u32);
            }
        }
        Cells(cells)
    }

    fn of(&self, departments: &[u8], places: &[u8]) -> impl Iterator<Item = u32> {
        let pairs =
            departments.iter().flat_map(move |department| places.iter().map(move |place| (*department, *place)));
        pairs.flat_map(|(department, place)| {
            self.0[usize::from(department) * PLACES.len() + usize::from(place)].iter().copied()
        })
    }
}

fn dynamic_group(draw: &mut Draw, people: &[Person], cells: &Cells, index: u32) -> Group {
    let id = draw.guid();
    let rule = ExtraRule::draw(draw);
    let candidates = cells.of(&rule.departments, &rule.places);
    let mut members: Vec<u32> = candidates.filter(|index| rule.holds_in_cell(&people[*index as usize])).collect();
    members.sort_unstable();
    let paused = draw.per_mille(10);
    Group {
        id,
        name: format!("SG-Dyn-{:05}", index + 1),
        description: "",
        kind: Kind::Security,
        rule: Some(rule.text),
        paused,
        visibility: "Private",
        role_assignable: false,
        synced: false,
        self_service: SelfService::No,
        licenses: Vec::new(),
        members,
        nested: Vec::new(),
    }
}

fn assigned_group(draw: &mut Draw, people: &[Person], index: u32) -> Group {
    let id = draw.guid();
    let team = draw.per_mille(500);
    let public = team && draw.per_mille(400);
    let synced = !team && draw.per_mille(500);
    let size = 3 + draw.low(90);
    let mut members: Vec<u32> = (0..size).map(|_| draw.below(people.len() as u32)).collect();
    members.sort_unstable();
    members.dedup();
    let fits = |person: &Person| if synced { person.synced } else { person.stage != Stage::Left };
    members.retain(|index| people.get(*index as usize).is_some_and(fits));
    Group {
        id,
        name: format!("{}-{:05}", if team { "Team" } else { "SG" }, index + 1),
        description: "",
        kind: if team { Kind::Microsoft365 { security_enabled: false } } else { Kind::Security },
        rule: None,
        paused: false,
        visibility: match (public, synced) {
            (true, _) => "Public",
            (false, true) => "",
            (false, false) => "Private",
        },
        role_assignable: false,
        synced,
        self_service: match (team, public) {
            (true, true) => SelfService::Open,
            (true, false) => SelfService::Approval,
            (false, _) => SelfService::No,
        },
        licenses: Vec::new(),
        members,
        nested: Vec::new(),
    }
}

/// Puts one SKU on an extra group, two on every fifth.
fn license(group: &mut Group, draw: &mut Draw, index: u32, skus: u32) {
    let mut choices = vec![skus::EMS, skus::PROJECT, skus::COPILOT, skus::PHONE, skus::P1, skus::P2];
    choices.extend(skus::BASE_SKUS.len() as u8..skus as u8);
    let first = draw.pick(&choices);
    group.licenses.push(first);
    if index.is_multiple_of(5) {
        choices.retain(|sku| *sku != first);
        group.licenses.push(draw.pick(&choices));
        group.licenses.sort_unstable();
    }
    if let Kind::Microsoft365 { security_enabled } = &mut group.kind {
        *security_enabled = true;
    }
    group.name = format!("SG-LIC-{:05}", index + 1);
}
