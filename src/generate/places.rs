//! Where the invented organisation works and what its people do. In: nothing. Out: tables. Never: a draw.

use super::names::{self, Names};

/// The organisation: its name, its domains, and the partners whose people are guests.
pub(super) const TENANT: &str = "Ostermoor Instruments";
pub(super) const DOMAIN: &str = "ostermoor.example";
/// A hyphen cannot stand in a real `onmicrosoft.com` name, so this one belongs to nobody.
pub(super) const INITIAL_DOMAIN: &str = "ostermoor-demo.onmicrosoft.com";
pub(super) const PARTNERS: &[&str] =
    &["brightwater.example", "datenwerk.example", "kestrel-audit.example", "nordfrakt.example", "atelier-sept.example"];

pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) country: &'static str,
    pub(super) usage_location: &'static str,
    pub(super) company: &'static str,
    pub(super) names: &'static Names,
    pub(super) weight: u32,
}

#[rustfmt::skip]
pub(super) static PLACES: [Place; 13] = [
    Place { city: "Eindhoven", state: "Noord-Brabant",       country: "Netherlands",    usage_location: "NL", company: "Ostermoor B.V.",       names: &names::DUTCH,    weight: 16 },
    Place { city: "Utrecht",   state: "Utrecht",             country: "Netherlands",    usage_location: "NL", company: "Ostermoor B.V.",       names: &names::DUTCH,    weight: 8 },
    Place { city: "München",   state: "Bayern",              country: "Germany",        usage_location: "DE", company: "Ostermoor GmbH",       names: &names::GERMAN,   weight: 12 },
    Place { city: "Hamburg",   state: "Hamburg",             country: "Germany",        usage_location: "DE", company: "Ostermoor GmbH",       names: &names::GERMAN,   weight: 8 },
    Place { city: "Leeds",     state: "West Yorkshire",      country: "United Kingdom", usage_location: "GB", company: "Ostermoor Ltd",        names: &names::ENGLISH,  weight: 12 },
    Place { city: "Lyon",      state: "Rhône",               country: "France",         usage_location: "FR", company: "Ostermoor S.A.S.",     names: &names::FRENCH,   weight: 10 },
    Place { city: "Gdańsk",    state: "pomorskie",           country: "Poland",         usage_location: "PL", company: "Ostermoor sp. z o.o.", names: &names::POLISH,   weight: 10 },
    Place { city: "Zaragoza",  state: "Zaragoza",            country: "Spain",          usage_location: "ES", company: "Ostermoor S.L.",       names: &names::SPANISH,  weight: 7 },
    Place { city: "Aarhus",    state: "Midtjylland",         country: "Denmark",        usage_location: "DK", company: "Ostermoor A/S",        names: &names::DANISH,   weight: 6 },
    Place { city: "İzmir",     state: "İzmir",               country: "Türkiye",        usage_location: "TR", company: "Ostermoor A.Ş.",       names: &names::TURKISH,  weight: 4 },
    Place { city: "Sapporo",   state: "Hokkaido",            country: "Japan",          usage_location: "JP", company: "Ostermoor K.K.",       names: &names::JAPANESE, weight: 3 },
    Place { city: "Columbus",  state: "OH",                  country: "United States",  usage_location: "US", company: "Ostermoor, Inc.",      names: &names::ENGLISH,  weight: 6 },
    Place { city: "Pune",      state: "Maharashtra",         country: "India",          usage_location: "IN", company: "Ostermoor Pvt. Ltd.",  names: &names::INDIAN,   weight: 5 },
];

pub(super) struct Department {
    pub(super) name: &'static str,
    /// The first two digits of its cost centres; the next two are the place.
    pub(super) cost_code: u8,
    pub(super) titles: &'static [&'static str],
    pub(super) lead: &'static str,
    pub(super) director: &'static str,
    pub(super) weight: u32,
}

#[rustfmt::skip]
pub(super) static DEPARTMENTS: [Department; 14] = [
    Department { name: "Executive",     cost_code: 10, titles: &["Executive Assistant", "Chief of Staff"],                                              lead: "Programme Manager",       director: "Managing Director",        weight: 1 },
    Department { name: "Finance",       cost_code: 20, titles: &["Accountant", "Financial Analyst", "Controller", "Treasury Analyst", "Payroll Clerk"],  lead: "Finance Manager",         director: "Finance Director",         weight: 6 },
    Department { name: "HR",            cost_code: 30, titles: &["HR Business Partner", "Recruiter", "HR Assistant"],                                    lead: "HR Manager",              director: "HR Director",              weight: 3 },
    Department { name: "IT",            cost_code: 40, titles: &["Service Desk Agent", "System Engineer", "Identity Engineer", "Network Engineer"],      lead: "IT Team Lead",            director: "IT Director",              weight: 6 },
    Department { name: "Engineering",   cost_code: 41, titles: &["Software Engineer", "Senior Software Engineer", "Hardware Engineer", "Test Engineer", "Senior Optics Engineer"], lead: "Engineering Team Lead", director: "Engineering Director", weight: 14 },
    Department { name: "Sales",         cost_code: 50, titles: &["Account Manager", "Sales Representative", "Senior Sales Representative", "Sales Analyst"], lead: "Sales Team Lead",     director: "Sales Director",           weight: 12 },
    Department { name: "Marketing",     cost_code: 51, titles: &["Content Editor", "Campaign Specialist", "Market Analyst"],                             lead: "Marketing Manager",       director: "Marketing Director",       weight: 4 },
    Department { name: "Customer Care", cost_code: 52, titles: &["Care Agent", "Senior Care Agent", "Teamleiterin Kundenservice"],                       lead: "Care Team Lead",          director: "Customer Care Director",   weight: 7 },
    Department { name: "Procurement",   cost_code: 60, titles: &["Buyer", "Senior Buyer", "Supply Planner"],                                             lead: "Procurement Manager",     director: "Procurement Director",     weight: 3 },
    Department { name: "Legal",         cost_code: 61, titles: &["Legal Counsel", "Paralegal"],                                                          lead: "Legal Team Lead",         director: "General Counsel",          weight: 2 },
    Department { name: "Quality",       cost_code: 70, titles: &["Quality Inspector", "Quality Analyst", "Metrologist"],                                 lead: "Quality Manager",         director: "Quality Director",         weight: 4 },
    Department { name: "Manufacturing", cost_code: 71, titles: &["Assembly Operator", "Machine Operator", "Calibration Technician", "Line Planner"],     lead: "Shift Lead",              director: "Manufacturing Director",   weight: 20 },
    Department { name: "Warehouse",     cost_code: 72, titles: &["Warehouse Operative", "Forklift Driver", "Dispatch Clerk"],                            lead: "Warehouse Lead",          director: "Logistics Director",       weight: 10 },
    Department { name: "Field Service", cost_code: 73, titles: &["Field Engineer", "Senior Field Engineer", "Installation Technician"],                  lead: "Field Service Lead",      director: "Field Service Director",   weight: 8 },
];

/// The position of a department in [`DEPARTMENTS`]. Panics on a name that is not there.
pub(super) fn department(name: &str) -> u8 {
    DEPARTMENTS.iter().position(|department| department.name == name).expect("a department of the table") as u8
}
