//! The forty groups that every tenant has. In: nothing. Out: a table. Never: a member's name; who is in is drawn.

use super::groups::{Kind, SelfService};
use super::person::Person;
use super::skus::{COPILOT, E3, E5, EMS, F3, P1, P2, PHONE, POWER_BI, PROJECT, VISIO};

/// Where members come from.
pub(super) enum Members {
    /// From the rule of the same name in [`BASE_RULES`](super::rules::BASE_RULES).
    Rule,
    /// From that rule, but it was paused long ago.
    Stale,
    /// The director of a department, and who reports to them.
    DirectReports(&'static str),
    /// Drawn: per mille, by person.
    Drawn(fn(&Person) -> u32),
}

pub(super) struct BaseGroup {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: Kind,
    pub(super) members: Members,
    pub(super) licenses: &'static [u8],
    pub(super) visibility: &'static str,
    pub(super) self_service: SelfService,
    pub(super) synced: bool,
    pub(super) role_assignable: bool,
    pub(super) nested: &'static [&'static str],
}

const fn group(name: &'static str, description: &'static str, kind: Kind, members: Members) -> BaseGroup {
    BaseGroup {
        name,
        description,
        kind,
        members,
        licenses: &[],
        visibility: "Private",
        self_service: SelfService::No,
        synced: false,
        role_assignable: false,
        nested: &[],
    }
}

const fn dynamic(name: &'static str, description: &'static str) -> BaseGroup {
    group(name, description, Kind::Security, Members::Rule)
}

const fn licensed(name: &'static str, description: &'static str, licenses: &'static [u8]) -> BaseGroup {
    BaseGroup { licenses, ..group(name, description, Kind::Security, Members::Rule) }
}

const fn assigned(name: &'static str, description: &'static str, share: fn(&Person) -> u32) -> BaseGroup {
    group(name, description, Kind::Security, Members::Drawn(share))
}

const fn synced(name: &'static str, description: &'static str, share: fn(&Person) -> u32) -> BaseGroup {
    BaseGroup { synced: true, visibility: "", ..assigned(name, description, share) }
}

const fn list(name: &'static str, description: &'static str, share: fn(&Person) -> u32) -> BaseGroup {
    let row = group(name, description, Kind::Distribution, Members::Drawn(share));
    BaseGroup { synced: true, visibility: "", ..row }
}

/// A Microsoft 365 group: public ones are open to everybody, private ones ask an owner.
const fn team(name: &'static str, description: &'static str, public: bool, share: fn(&Person) -> u32) -> BaseGroup {
    let row = group(name, description, Kind::Microsoft365 { security_enabled: false }, Members::Drawn(share));
    let (visibility, self_service) =
        if public { ("Public", SelfService::Open) } else { ("Private", SelfService::Approval) };
    BaseGroup { visibility, self_service, ..row }
}

const LICENSED_TEAM: Kind = Kind::Microsoft365 { security_enabled: true };

/// `share` of the people in `departments`, `others` of everybody else on the payroll, none of guests.
fn of(person: &Person, departments: &[&str], share: u32, others: u32) -> u32 {
    match person.department() {
        Some(department) if person.is_employee() => {
            if departments.contains(&department) {
                share
            } else {
                others
            }
        }
        _ => 0,
    }
}

fn in_city(person: &Person, city: &str, share: u32) -> u32 {
    if person.place().is_some_and(|place| place.city == city) { share } else { 0 }
}

/// Only accounts that came from AD DS can be in a synced group.
fn only_synced(person: &Person, share: u32) -> u32 {
    if person.synced { share } else { 0 }
}

pub(super) const BASE_GROUPS: &[BaseGroup] = &[
    licensed("SG-LIC-M365-E5", "Group-based licence: Microsoft 365 E5", &[E5]),
    licensed("SG-LIC-M365-E3", "Group-based licence: Microsoft 365 E3", &[E3]),
    licensed("SG-LIC-M365-F3", "Group-based licence: Microsoft 365 F3", &[F3]),
    BaseGroup {
        members: Members::Stale,
        ..licensed("SG-LIC-EMS-E5-Contractors", "Paused: membership is stale", &[EMS])
    },
    licensed("SG-LIC-Analytics", "Power BI Pro and Project together, all or nothing", &[POWER_BI, PROJECT]),
    licensed("SG-LIC-Teams-Phone", "Group-based licence: Teams Phone", &[PHONE]),
    licensed("SG-LIC-Entra-P1-Partners", "Guests of one partner", &[P1]),
    BaseGroup {
        licenses: &[POWER_BI],
        nested: &["SG-Finance-All"],
        ..assigned("SG-LIC-PowerBI-Pro", "Nested SG-Finance-All does NOT pass the licence on", |p| {
            of(p, &["Sales", "Engineering", "Quality", "Procurement", "Marketing"], 55, 4)
        })
    },
    BaseGroup {
        kind: LICENSED_TEAM,
        licenses: &[POWER_BI],
        ..team("Power BI Community", "Public team with a licence: anyone can join", true, |p| {
            if p.is_guest() { 35 } else { of(p, &["Finance"], 60, 12) }
        })
    },
    BaseGroup {
        kind: LICENSED_TEAM,
        licenses: &[VISIO],
        ..team("Visio Users", "Request to join, an owner approves", false, |p| {
            of(p, &["Engineering", "IT", "Quality"], 90, 2)
        })
    },
    BaseGroup {
        licenses: &[COPILOT],
        self_service: SelfService::Approval,
        ..assigned("SG-Copilot-Pilot", "Join requests in My Groups, an owner approves", |p| {
            if p.is_lead() { 300 } else { of(p, &["Legal"], 200, 12) }
        })
    },
    BaseGroup {
        licenses: &[P2],
        ..synced("SG-LIC-Entra-P2-Admins", "Synced from AD DS", |p| only_synced(p, of(p, &["IT"], 300, 0)))
    },
    BaseGroup {
        licenses: &[PHONE, P1],
        ..synced("SG-LIC-Field-Mobile", "Phone and Entra P1 together, all or nothing", |p| {
            only_synced(p, of(p, &["Field Service"], 180, 0))
        })
    },
    BaseGroup {
        kind: Kind::MailEnabledSecurity,
        licenses: &[PROJECT],
        ..assigned("SG-LIC-Projects", "Mail-enabled security group", |p| of(p, &["Engineering"], 80, 3))
    },
    dynamic("SG-All-Users", "Lets guests in: no userType clause"),
    dynamic("SG-Guests-All", "All guests"),
    dynamic("SG-Dyn-New-Starters", "Hired in the last thirty days"),
    dynamic("SG-Dyn-Germany", "Enabled accounts in Germany"),
    dynamic("SG-Dyn-Leads", "People who lead others"),
    dynamic("SG-Dyn-Ring0", "One account in sixteen, for early updates"),
    dynamic("SG-Dyn-Old-Domain", "An address in the domain of the former French company"),
    dynamic("SG-Dyn-Cloud-Only", "Accounts that were never synchronised"),
    dynamic("SG-Dyn-Cost-Centre-61", "Legal by cost centre"),
    dynamic("SG-Dyn-No-Department", "Accounts without a department"),
    BaseGroup {
        kind: Kind::Microsoft365 { security_enabled: false },
        ..dynamic("Team Engineering Europe", "Dynamic team")
    },
    dynamic("SG-Dyn-Remote", "Remote workers of two sites"),
    group("SG-Dyn-IT-Reports", "Who reports to the IT director", Kind::Security, Members::DirectReports("IT")),
    synced("SG-Finance-All", "Synced from AD DS", |p| only_synced(p, of(p, &["Finance"], 1000, 0))),
    synced("SG-IT-All", "Synced from AD DS", |p| only_synced(p, of(p, &["IT"], 1000, 0))),
    BaseGroup { role_assignable: true, ..assigned("SG-IT-Admins", "Role-assignable", |p| of(p, &["IT"], 60, 0)) },
    BaseGroup {
        nested: &["DL-Utrecht", "DL-Hamburg"],
        ..list("DL-All-Staff", "Distribution list with two nested ones", |p| {
            only_synced(p, of(p, &["Executive"], 1000, 0))
        })
    },
    list("DL-Utrecht", "Distribution list", |p| only_synced(p, in_city(p, "Utrecht", 900))),
    list("DL-Hamburg", "Distribution list", |p| only_synced(p, in_city(p, "Hamburg", 900))),
    team("Team Sales", "Public team: anyone can join", true, |p| of(p, &["Sales"], 400, 5)),
    team("Team Marketing", "Private team: an owner approves", false, |p| of(p, &["Marketing"], 800, 2)),
    team("Project Aurora", "Public team with guests", true, |p| {
        if p.is_guest() { 90 } else { of(p, &["Engineering"], 120, 5) }
    }),
    team("Project Basalt", "Private team with guests", false, |p| {
        if p.is_guest() { 60 } else { of(p, &["Quality"], 200, 5) }
    }),
    BaseGroup {
        nested: &["SG-Engineering-NL"],
        ..assigned("SG-Engineering-Tools", "Holds a nested group", |p| of(p, &["Engineering"], 60, 0))
    },
    assigned("SG-Engineering-NL", "Nested in SG-Engineering-Tools", |p| {
        in_city(p, "Eindhoven", of(p, &["Engineering"], 500, 0))
    }),
    synced("SG-Printers-Leeds", "Synced from AD DS", |p| only_synced(p, in_city(p, "Leeds", 250))),
];
