//! Membership rules beside plain Rust that says the same. In: nothing. Out: texts, and who satisfies them.
//! Never: parses a rule; that the two agree is a test with the real evaluator.

use chrono::{Datelike, NaiveDate};

use super::draw::Draw;
use super::person::Person;
use super::places::{DEPARTMENTS, PLACES};

pub(super) type Holds = fn(&Person, i32) -> bool;

/// A rule of the base groups: the group it stands on, its text, and the same in Rust over a person and today.
pub(super) struct BaseRule {
    pub(super) group: &'static str,
    pub(super) text: &'static str,
    pub(super) holds: Holds,
}

fn of(person: &Person, departments: &[&str]) -> bool {
    person.department().is_some_and(|department| departments.contains(&department))
}

fn titled(person: &Person, test: impl Fn(&str) -> bool) -> bool {
    person.job_title().is_some_and(test)
}

fn country(person: &Person) -> Option<&'static str> {
    person.place().map(|place| place.country)
}

pub(super) const BASE_RULES: &[BaseRule] = &[
    BaseRule {
        group: "SG-LIC-M365-E5",
        text: r#"(user.accountEnabled -eq true) -and (user.userType -eq "Member") -and ((user.department -in ["Executive","Legal","IT"]) -or (user.jobTitle -contains "Director"))"#,
        holds: |p, _| {
            let entitled = of(p, &["Executive", "Legal", "IT"]) || titled(p, |title| title.contains("Director"));
            p.enabled() && p.is_member() && entitled
        },
    },
    BaseRule {
        group: "SG-LIC-M365-E3",
        text: "(user.accountEnabled -eq true) -and (user.userType -eq \"Member\")\n-and (user.department -in [\"Sales\",\"Marketing\",\"Finance\",\"HR\",\"Engineering\",\"Procurement\",\"Quality\",\"Customer Care\"])\n-and -not (user.jobTitle -contains \"Director\")",
        holds: |p, _| {
            let office =
                ["Sales", "Marketing", "Finance", "HR", "Engineering", "Procurement", "Quality", "Customer Care"];
            p.enabled() && p.is_member() && of(p, &office) && !titled(p, |title| title.contains("Director"))
        },
    },
    BaseRule {
        // No userType clause: guests with such a department take seats.
        group: "SG-LIC-M365-F3",
        text: r#"user.department -in ["Manufacturing","Warehouse","Field Service"] -and user.accountEnabled -eq true"#,
        holds: |p, _| p.enabled() && of(p, &["Manufacturing", "Warehouse", "Field Service"]),
    },
    BaseRule {
        group: "SG-LIC-EMS-E5-Contractors",
        text: r#"(user.extensionAttribute1 -eq "EXT") -and (user.userType -eq "Member")"#,
        holds: |p, _| p.is_marked_external() && p.is_member(),
    },
    BaseRule {
        group: "SG-LIC-Analytics",
        text: r#"(user.jobTitle -match "(Analyst|Controller|Planner)$") -and (user.accountEnabled -eq true) -and (user.userType -eq "Member")"#,
        holds: |p, _| {
            let analyst = |title: &str| ["Analyst", "Controller", "Planner"].iter().any(|end| title.ends_with(end));
            titled(p, analyst) && p.enabled() && p.is_member()
        },
    },
    BaseRule {
        group: "SG-LIC-Teams-Phone",
        text: r#"(user.department -eq "Sales" -or user.department -eq "Customer Care") -and user.accountEnabled -eq true -and user.userType -eq "Member""#,
        holds: |p, _| of(p, &["Sales", "Customer Care"]) && p.enabled() && p.is_member(),
    },
    BaseRule {
        group: "SG-LIC-Entra-P1-Partners",
        text: r#"(user.userType -eq "Guest") -and (user.mail -match "@brightwater\.example$")"#,
        holds: |p, _| p.is_guest() && p.partner() == "brightwater.example",
    },
    BaseRule { group: "SG-All-Users", text: "user.objectId -ne null", holds: |_, _| true },
    BaseRule { group: "SG-Guests-All", text: r#"(user.userType -eq "Guest")"#, holds: |p, _| p.is_guest() },
    BaseRule {
        group: "SG-Dyn-New-Starters",
        text: "user.employeeHireDate -ge (system.now -minus P30D) -and user.employeeHireDate -le system.now",
        // Hire dates are Mondays and today is not one: the hour of `system.now` does not matter.
        holds: |p, today| p.hired.is_some_and(|hired| hired > today - 30 && hired <= today),
    },
    BaseRule {
        group: "SG-Dyn-Germany",
        text: r#"(user.country -eq "Germany") -and (user.accountEnabled -eq true)"#,
        holds: |p, _| country(p) == Some("Germany") && p.enabled(),
    },
    BaseRule {
        group: "SG-Dyn-Leads",
        text: r#"user.jobTitle -match "(Lead|Manager|Director)$" -and user.userType -ne "Guest""#,
        holds: |p, _| {
            let lead = |title: &str| ["Lead", "Manager", "Director"].iter().any(|end| title.ends_with(end));
            titled(p, lead) && !p.is_guest()
        },
    },
    BaseRule {
        group: "SG-Dyn-Ring0",
        text: r#"(user.objectId -match "^0") -and (user.accountEnabled -eq true)"#,
        holds: |p, _| p.id.first_digit() == 0 && p.enabled(),
    },
    BaseRule {
        group: "SG-Dyn-Old-Domain",
        text: r#"user.proxyAddresses -any (_ -endsWith "@fr.ostermoor.example")"#,
        holds: |p, _| p.alias && country(p) == Some("France"),
    },
    BaseRule {
        group: "SG-Dyn-Cloud-Only",
        text: r#"-not (user.dirSyncEnabled -eq true) -and (user.userType -eq "Member")"#,
        holds: |p, _| !p.synced && p.is_member(),
    },
    BaseRule {
        group: "SG-Dyn-Cost-Centre-61",
        text: r#"user.extensionAttribute2 -startsWith "CC-61""#,
        holds: |p, _| p.cost_centre().is_some_and(|(code, _)| code == 61),
    },
    BaseRule {
        group: "SG-Dyn-No-Department",
        text: r##"(user.department -eq null) -and (user.userPrincipalName -notContains "#EXT#")"##,
        holds: |p, _| p.department().is_none() && !p.is_external(),
    },
    BaseRule {
        group: "Team Engineering Europe",
        text: r#"(user.department -eq "Engineering") -and (user.country -notIn ["Japan","United States","India"]) -and (user.userType -eq "Member")"#,
        holds: |p, _| {
            let overseas = matches!(country(p), Some("Japan" | "United States" | "India"));
            of(p, &["Engineering"]) && !overseas && p.is_member()
        },
    },
    BaseRule {
        group: "SG-Dyn-Remote",
        text: r#"user.extensionAttribute3 -eq "Remote" -and (user.city -eq "Lyon" -or user.city -eq "Sapporo")"#,
        holds: |p, _| {
            let city = p.place().map(|place| place.city);
            p.work_mode() == Some("Remote") && matches!(city, Some("Lyon" | "Sapporo"))
        },
    },
];

/// What an extra rule asks beside department and place.
#[derive(Clone, Copy, Debug)]
enum Narrowing {
    EnabledMember,
    NotSenior,
    Leads,
    Titled(&'static str),
    /// The first hexadecimal digit of the object id is at most this.
    Ring(u8),
    External,
    HiredSince(i32),
    Mode(&'static str),
    SyncedOnly,
}

/// A drawn rule over some departments and places: everybody it holds for works in one of its `cells`.
#[derive(Clone, Debug)]
pub(super) struct ExtraRule {
    pub(super) text: String,
    pub(super) departments: Vec<u8>,
    pub(super) places: Vec<u8>,
    narrowing: Narrowing,
}

impl ExtraRule {
    pub(super) fn draw(draw: &mut Draw) -> ExtraRule {
        let department = draw.below(DEPARTMENTS.len() as u32) as u8;
        let place = draw.below(PLACES.len() as u32) as u8;
        let other = (department + 1 + draw.below(DEPARTMENTS.len() as u32 - 1) as u8) % DEPARTMENTS.len() as u8;
        let named = |department: u8| DEPARTMENTS[usize::from(department)].name;
        let here = &PLACES[usize::from(place)];
        let countrywide = || -> Vec<u8> {
            (0..PLACES.len() as u8).filter(|at| PLACES[usize::from(*at)].country == here.country).collect()
        };
        let (scope, departments, places) = match draw.below(4) {
            0 => {
                let text =
                    format!(r#"(user.department -eq "{}") -and (user.city -eq "{}")"#, named(department), here.city);
                (text, vec![department], vec![place])
            }
            1 => {
                let list = format!(r#"["{}","{}"]"#, named(department), named(other));
                let text = format!(r#"(user.department -in {list}) -and (user.city -eq "{}")"#, here.city);
                (text, vec![department, other], vec![place])
            }
            2 => {
                let code = DEPARTMENTS[usize::from(department)].cost_code;
                (format!(r#"(user.extensionAttribute2 -eq "CC-{code}{place:02}")"#), vec![department], vec![place])
            }
            _ => {
                let country = here.country;
                let text = format!(r#"user.department -eq "{}" and user.country -eq "{country}""#, named(department));
                (text, vec![department], countrywide())
            }
        };
        let (narrow, narrowing) = Narrowing::draw(draw, department);
        ExtraRule { text: format!("{scope} -and {narrow}"), departments, places, narrowing }
    }

    /// Whether the rule holds for somebody who works in one of its cells.
    pub(super) fn holds_in_cell(&self, person: &Person) -> bool {
        self.narrowing.holds(person)
    }
}

impl Narrowing {
    fn draw(draw: &mut Draw, department: u8) -> (String, Narrowing) {
        let row = &DEPARTMENTS[usize::from(department)];
        match draw.below(9) {
            0 => {
                let text = r#"(user.accountEnabled -eq true) -and (user.userType -eq "Member")"#;
                (text.to_owned(), Narrowing::EnabledMember)
            }
            1 => (r#"-not (user.jobTitle -startsWith "Senior")"#.to_owned(), Narrowing::NotSenior),
            2 => (r#"(user.jobTitle -match "(Lead|Manager|Director)$")"#.to_owned(), Narrowing::Leads),
            3 => {
                let title = draw.pick(row.titles);
                (format!(r#"(user.jobTitle -eq "{title}")"#), Narrowing::Titled(title))
            }
            4 => {
                let last = draw.below(8) as u8;
                (format!(r#"(user.objectId -match "^[0-{last}]")"#), Narrowing::Ring(last))
            }
            5 => (r#"(user.extensionAttribute1 -eq "EXT")"#.to_owned(), Narrowing::External),
            6 => {
                let year = 2016 + draw.below(10) as i32;
                let first = NaiveDate::from_ymd_opt(year, 1, 1).map_or(0, |day| day.num_days_from_ce());
                (format!("(user.employeeHireDate -ge {year}-01-01T00:00:00Z)"), Narrowing::HiredSince(first))
            }
            7 => {
                let mode = draw.pick(&["Site", "Hybrid", "Remote"]);
                (format!(r#"(user.extensionAttribute3 -contains "{mode}")"#), Narrowing::Mode(mode))
            }
            _ => ("(user.dirSyncEnabled -eq true)".to_owned(), Narrowing::SyncedOnly),
        }
    }

    fn holds(self, p: &Person) -> bool {
        match self {
            Narrowing::EnabledMember => p.enabled() && p.is_member(),
            Narrowing::NotSenior => !titled(p, |title| title.starts_with("Senior")),
            Narrowing::Leads => {
                titled(p, |title| ["Lead", "Manager", "Director"].iter().any(|end| title.ends_with(end)))
            }
            Narrowing::Titled(wanted) => titled(p, |title| title == wanted),
            Narrowing::Ring(last) => p.id.first_digit() <= last,
            Narrowing::External => p.is_marked_external(),
            Narrowing::HiredSince(day) => p.hired.is_some_and(|hired| hired >= day),
            Narrowing::Mode(mode) => p.work_mode() == Some(mode),
            Narrowing::SyncedOnly => p.synced,
        }
    }
}
