//! The accounts of a tenant. In: a seed and a number of accounts. Out: `Person`s, compact, with what rules look at.
//! Never: knows a group or a seat.

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

use super::draw::{Draw, Guid, Part};
use super::names;
use super::places::{self, DEPARTMENTS, Department, PARTNERS, PLACES, Place};

pub(super) const NOBODY: u32 = u32::MAX;
const NOWHERE: u8 = u8::MAX;
const LEAD: u8 = 254;
const DIRECTOR: u8 = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Employee,
    /// B2B, `#EXT#` in the user principal name.
    Guest,
    /// Typed `Guest` with an ordinary user principal name.
    PlainGuest,
    /// `#EXT#`, but typed `Member`.
    ExternalMember,
    Service,
    /// A room or a shared mailbox.
    Resource,
}

/// Where an employee stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Active,
    /// Hired ahead; the account exists, enabled or not.
    Future {
        enabled: bool,
    },
    /// The last day is ahead and known.
    Leaving,
    /// Gone, disabled, not deleted yet.
    Left,
    /// Disabled without a leave date: long leave.
    Suspended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmployeeType {
    Employee,
    Contractor,
    Intern,
    Temporary,
}

/// One account. Days are counted from the common era, as `chrono` does.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: Guid,
    pub(super) kind: Kind,
    pub(super) stage: Stage,
    pub(super) employee_type: EmployeeType,
    pub(super) typed: bool,
    pub(super) synced: bool,
    pub(super) located: bool,
    pub(super) accepted: bool,
    pub(super) alias: bool,
    pub(super) work_mode: u8,
    place: u8,
    department: u8,
    title: u8,
    pub(super) given: u8,
    pub(super) surname: u8,
    /// How many people before this one have the same initial, surname and domain.
    pub(super) namesakes: u32,
    pub(super) manager: u32,
    pub(super) hired: Option<i32>,
    pub(super) leaves: Option<i32>,
    pub(super) created: i64,
    pub(super) last_activity: Option<i32>,
}

impl Person {
    pub(super) fn is_employee(&self) -> bool {
        self.kind == Kind::Employee
    }

    pub(super) fn is_guest(&self) -> bool {
        matches!(self.kind, Kind::Guest | Kind::PlainGuest)
    }

    pub(super) fn is_external(&self) -> bool {
        matches!(self.kind, Kind::Guest | Kind::ExternalMember)
    }

    /// `userType`: null on a few very old accounts.
    pub(super) fn user_type(&self) -> Option<&'static str> {
        self.typed.then_some(if self.is_guest() { "Guest" } else { "Member" })
    }

    pub(super) fn is_member(&self) -> bool {
        self.user_type() == Some("Member")
    }

    pub(super) fn enabled(&self) -> bool {
        match self.stage {
            Stage::Active | Stage::Leaving => self.kind != Kind::Resource,
            Stage::Future { enabled } => enabled,
            Stage::Left | Stage::Suspended => false,
        }
    }

    /// The place an employee works at; others have none in the directory.
    pub(super) fn place(&self) -> Option<&'static Place> {
        self.place_index().map(|place| &PLACES[usize::from(place)])
    }

    pub(super) fn place_index(&self) -> Option<u8> {
        self.is_employee().then_some(self.place)
    }

    /// Where the person's name comes from, which everybody has.
    pub(super) fn home(&self) -> &'static Place {
        &PLACES[usize::from(self.place)]
    }

    pub(super) fn department_index(&self) -> Option<u8> {
        (self.department != NOWHERE).then_some(self.department)
    }

    fn department_row(&self) -> Option<&'static Department> {
        DEPARTMENTS.get(usize::from(self.department))
    }

    pub(super) fn department(&self) -> Option<&'static str> {
        self.department_row().map(|department| department.name)
    }

    pub(super) fn job_title(&self) -> Option<&'static str> {
        match (self.kind, self.department_row()) {
            (Kind::Employee, Some(department)) => Some(match self.title {
                LEAD => department.lead,
                DIRECTOR => department.director,
                title => department.titles[usize::from(title) % department.titles.len()],
            }),
            (Kind::ExternalMember, _) => Some("Embedded Consultant"),
            (Kind::Guest | Kind::PlainGuest, Some(_)) => Some("Partner Technician"),
            _ => None,
        }
    }

    pub(super) fn is_lead(&self) -> bool {
        matches!(self.title, LEAD | DIRECTOR)
    }

    pub(super) fn is_director(&self) -> bool {
        self.title == DIRECTOR
    }

    /// `extensionAttribute1`: marks people who are not on the payroll.
    pub(super) fn is_marked_external(&self) -> bool {
        self.kind == Kind::ExternalMember || self.is_employee() && self.employee_type == EmployeeType::Contractor
    }

    /// `extensionAttribute2`: the cost centre as department and place, for example (41, 7) for `CC-4107`.
    pub(super) fn cost_centre(&self) -> Option<(u8, u8)> {
        let department = self.department_row().filter(|_| self.is_employee())?;
        Some((department.cost_code, self.place))
    }

    /// `extensionAttribute3`.
    pub(super) fn work_mode(&self) -> Option<&'static str> {
        self.is_employee().then(|| ["Site", "Hybrid", "Hybrid", "Remote"][usize::from(self.work_mode)])
    }

    /// The partner whose domain an external account comes from.
    pub(super) fn partner(&self) -> &'static str {
        PARTNERS[usize::from(self.work_mode) % PARTNERS.len()]
    }
}

/// All accounts, the managing director first.
pub(super) fn people(seed: u64, users: u32, today: NaiveDate) -> Vec<Person> {
    let today = today.num_days_from_ce();
    let drawn = (0..users).into_par_iter().with_min_len(1024).map(|index| person(seed, index, today));
    let mut people: Vec<Person> = drawn.collect();
    count_namesakes(&mut people);
    appoint(&mut people);
    people
}

/// The Monday on or before a day.
fn monday(day: i32) -> i32 {
    day - (day - 1).rem_euclid(7)
}

fn person(seed: u64, index: u32, today: i32) -> Person {
    let mut draw = Draw::new(seed, Part::Person, u64::from(index));
    let id = draw.guid();
    let kind = match draw.below(1000) {
        _ if index == 0 => Kind::Employee,
        0..=71 => Kind::Guest,
        72..=83 => Kind::PlainGuest,
        84..=95 => Kind::ExternalMember,
        96..=101 => Kind::Service,
        102..=114 => Kind::Resource,
        _ => Kind::Employee,
    };
    let place = if index == 0 { 0 } else { draw.weighted(PLACES.iter().map(|place| place.weight)) as u8 };
    let names = PLACES[usize::from(place)].names;
    let mut person = Person {
        id,
        kind,
        stage: Stage::Active,
        employee_type: EmployeeType::Employee,
        typed: true,
        synced: false,
        located: false,
        accepted: true,
        alias: draw.per_mille(120),
        work_mode: draw.below(if matches!(kind, Kind::Employee) { 4 } else { PARTNERS.len() as u32 }) as u8,
        place,
        department: NOWHERE,
        title: draw.below(5) as u8,
        given: draw.below(names.given.len() as u32) as u8,
        surname: draw.below(names.surnames.len() as u32) as u8,
        namesakes: 0,
        manager: NOBODY,
        hired: None,
        leaves: None,
        created: 0,
        last_activity: None,
    };
    let created = match kind {
        Kind::Employee => employment(&mut person, &mut draw, index, today),
        Kind::Guest | Kind::PlainGuest | Kind::ExternalMember => {
            let department = draw.weighted(DEPARTMENTS.iter().map(|department| department.weight)) as u8;
            if kind == Kind::ExternalMember || draw.per_mille(150) {
                person.department = department;
            }
            person.located = kind == Kind::ExternalMember || draw.per_mille(200);
            person.accepted = draw.per_mille(850);
            person.employee_type = EmployeeType::Contractor;
            today - 1 - draw.low(1500) as i32
        }
        Kind::Service | Kind::Resource => {
            person.synced = draw.per_mille(600);
            person.located = draw.per_mille(500);
            today - 1 - draw.below(3000) as i32
        }
    };
    person.created = i64::from(created) * 86_400 + i64::from(6 * 3600 + draw.below(11 * 3600));
    if person.enabled() && person.accepted && !matches!(person.stage, Stage::Future { .. }) && !draw.per_mille(15) {
        let quiet = draw.per_mille(45);
        let days = if quiet { 35 + draw.below(200) } else { draw.low(9) };
        person.last_activity = Some((today - days as i32).max(created));
    }
    person
}

/// Fills in what employees have, and returns the day on which the account was created.
fn employment(person: &mut Person, draw: &mut Draw, index: u32, today: i32) -> i32 {
    let department = draw.weighted(DEPARTMENTS.iter().map(|department| department.weight)) as u8;
    person.department = if index == 0 { places::department("Executive") } else { department };
    person.synced = draw.per_mille(880);
    person.located = draw.per_mille(970);
    person.employee_type = match draw.below(1000) {
        _ if index == 0 => EmployeeType::Employee,
        0..=69 => EmployeeType::Contractor,
        70..=94 => EmployeeType::Intern,
        95..=114 => EmployeeType::Temporary,
        _ => EmployeeType::Employee,
    };
    person.stage = match draw.below(1000) {
        _ if index == 0 => Stage::Active,
        0..=9 => Stage::Future { enabled: draw.per_mille(500) },
        10..=24 => Stage::Leaving,
        25..=34 => Stage::Left,
        35..=59 => Stage::Suspended,
        _ => Stage::Active,
    };
    let span = if person.employee_type == EmployeeType::Employee { 7600 } else { 700 };
    let hired = monday(today - 4 - draw.low(span) as i32);
    let mut created = hired - 3 - draw.below(12) as i32;
    person.hired = Some(hired);
    match person.stage {
        Stage::Future { .. } => {
            person.hired = Some(monday(today) + 7 * (1 + draw.below(10) as i32));
            created = today - 1 - draw.below(20) as i32;
        }
        Stage::Leaving => person.leaves = Some(today + 3 + draw.below(120) as i32),
        // Accounts are deleted a month after the last day, so those of longer ago are gone.
        Stage::Left => person.leaves = Some((today - 1 - draw.below(27) as i32).max(hired + 1)),
        Stage::Active | Stage::Suspended => {}
    }
    if person.stage == Stage::Active && person.employee_type == EmployeeType::Contractor && draw.per_mille(300) {
        person.leaves = Some(today + 30 + draw.below(400) as i32);
    }
    // `userType` came late: a few accounts from before have none.
    person.typed = index == 0 || hired > today - 6000 || draw.per_mille(700);
    created
}

/// Numbers people of one name, so that every user principal name is its owner's alone.
fn count_namesakes(people: &mut [Person]) {
    let mut seen = std::collections::HashMap::<(u8, bool, u8, &str), u32>::new();
    let initials = |names: &'static names::Names| names.given.iter().map(|given| names::initial(given)).collect();
    let initials: Vec<Vec<u8>> = PLACES.iter().map(|place| initials(place.names)).collect();
    for person in people.iter_mut().filter(|person| !matches!(person.kind, Kind::Service | Kind::Resource)) {
        let domain = if person.is_external() { person.work_mode } else { NOWHERE };
        let initial = initials[usize::from(person.place)][usize::from(person.given)];
        let surname = person.home().names.surnames[usize::from(person.surname)];
        let key = (domain, person.kind == Kind::PlainGuest, initial, surname);
        let count = seen.entry(key).or_insert(0);
        person.namesakes = *count;
        *count += 1;
    }
}

/// Gives each department a director, each dozen a lead, and everybody a manager.
fn appoint(people: &mut [Person]) {
    #[derive(Clone, Copy)]
    struct Line {
        director: u32,
        lead: u32,
        since_lead: u32,
    }
    let mut lines = [Line { director: NOBODY, lead: NOBODY, since_lead: 0 }; DEPARTMENTS.len()];
    for (index, person) in people.iter_mut().enumerate() {
        let Some(line) = lines.get_mut(usize::from(person.department)) else { continue };
        let can_lead = person.is_employee()
            && person.stage == Stage::Active
            && person.employee_type == EmployeeType::Employee
            && person.leaves.is_none();
        let index = index as u32;
        if can_lead && line.director == NOBODY {
            line.director = index;
            line.lead = index;
            person.title = DIRECTOR;
            person.manager = if index == 0 { NOBODY } else { 0 };
        } else if can_lead && line.since_lead >= 12 {
            line.lead = index;
            line.since_lead = 0;
            person.title = LEAD;
            person.manager = line.director;
        } else if !person.is_guest() {
            line.since_lead += 1;
            person.manager = line.lead;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::monday;
    use chrono::{Datelike, NaiveDate, Weekday};

    #[test]
    fn monday_is_on_or_before_the_day() {
        for offset in 0..14 {
            let day = 730_000 + offset;
            let found = NaiveDate::from_num_days_from_ce_opt(monday(day)).unwrap();
            assert_eq!(found.weekday(), Weekday::Mon);
            assert!((0..7).contains(&(day - monday(day))));
        }
    }
}
