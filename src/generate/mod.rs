//! Synthetic tenants of any size. In: a number of accounts and a seed. Out: the files of a complete tenant folder, the same
//! bytes on any machine and thread count. Never: real people, the clock, the disk.
//!
//! Every part draws from a stream of its own, keyed by the seed, the part and the position in it, so that accounts are made
//! side by side. Members of dynamic groups are those their rules give, and seats are where group-based licensing would put
//! them, but for a few direct licences that somebody left behind.

mod base_groups;
mod draw;
mod files;
mod groups;
mod names;
mod person;
mod places;
mod rules;
mod seats;
mod skus;

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;

/// The day that generated exports speak of.
pub const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day of the calendar");

/// What every tenant has at least.
pub const BASE_GROUPS: u32 = 40;
pub const BASE_SKUS: u32 = 12;
/// Seats are counted in one machine word a user.
pub const MOST_SKUS: u32 = 60;

/// Accounts written at a time, and how many such runs are made side by side.
const RUN: usize = 2048;
const SIDE_BY_SIDE: usize = 16;

/// What to make. Counts of groups below those of the base tenant count as those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub users: u32,
    pub seed: u64,
    pub groups: u32,
    pub dynamic: u32,
    pub licensed: u32,
    pub skus: u32,
}

impl Options {
    /// Groups grow with the tenant as they do in real ones: one for every 250 accounts beyond the base, half of them
    /// dynamic, at most 15,000 and 5,000.
    pub fn new(users: u32, seed: u64) -> Self {
        let groups = BASE_GROUPS.max(users / 250).min(15_000);
        Self { users, seed, groups, dynamic: (groups / 2).min(5_000), licensed: (groups / 10).max(14), skus: BASE_SKUS }
    }
}

/// A tenant in memory, about a hundred bytes an account; its files are written from here in chunks.
pub struct Tenant {
    people: Vec<person::Person>,
    groups: Vec<groups::Group>,
    skus: Vec<skus::OwnedSku>,
    paths: Vec<seats::Path>,
}

/// The files of a tenant folder, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    Users,
    Groups,
    Memberships,
    Skus,
    Subscriptions,
    Prices,
    Settings,
}

impl File {
    pub const ALL: [File; 7] =
        [File::Users, File::Groups, File::Memberships, File::Skus, File::Subscriptions, File::Prices, File::Settings];

    pub fn name(self) -> &'static str {
        match self {
            File::Users => "users.csv",
            File::Groups => "groups.csv",
            File::Memberships => "memberships.csv",
            File::Skus => "skus.csv",
            File::Subscriptions => "subscriptions.csv",
            File::Prices => "prices.csv",
            File::Settings => "seatcast.toml",
        }
    }
}

impl Tenant {
    pub fn new(options: &Options) -> Tenant {
        let today = DAY.num_days_from_ce();
        let counts = groups::Counts {
            groups: options.groups,
            dynamic: options.dynamic,
            licensed: options.licensed,
            skus: options.skus.clamp(BASE_SKUS, MOST_SKUS),
        };
        let people = person::people(options.seed, options.users, DAY);
        let groups = groups::groups(options.seed, &people, today, counts);
        let mut skus = skus::owned(counts.skus);
        let paths = seats::settle(options.seed, &people, &groups, &mut skus);
        Tenant { people, groups, skus, paths }
    }

    /// The bytes of one file, a chunk at a time: the caller decides where they go, and memory does not grow with them.
    pub fn chunks(&self, file: File) -> Box<dyn Iterator<Item = Vec<u8>> + '_> {
        match file {
            File::Users => {
                let header = std::iter::once(files::USERS_HEADER.as_bytes().to_vec());
                Box::new(header.chain(runs(self.people.len(), RUN, |run, out| files::users(self, run, out))))
            }
            File::Groups => {
                let header = std::iter::once(files::GROUPS_HEADER.as_bytes().to_vec());
                let rows = |run: std::ops::Range<usize>, out: &mut Vec<u8>| {
                    self.groups[run].iter().for_each(|group| files::group(self, group, out));
                };
                Box::new(header.chain(runs(self.groups.len(), RUN, rows)))
            }
            File::Memberships => {
                let header = std::iter::once(files::MEMBERSHIPS_HEADER.as_bytes().to_vec());
                let rows = |run: std::ops::Range<usize>, out: &mut Vec<u8>| {
                    self.groups[run].iter().for_each(|group| files::memberships(self, group, out));
                };
                Box::new(header.chain(runs(self.groups.len(), 4, rows)))
            }
            File::Skus => Box::new(std::iter::once(files::skus(&self.skus))),
            File::Subscriptions => Box::new(std::iter::once(files::subscriptions(&self.skus))),
            File::Prices => Box::new(std::iter::once(files::prices(&self.skus))),
            File::Settings => Box::new(std::iter::once(files::settings(&self.skus))),
        }
    }
}

/// The rows of `len` items in runs of `size`, several runs at once, in their order.
fn runs<'a>(
    len: usize,
    size: usize,
    rows: impl Fn(std::ops::Range<usize>, &mut Vec<u8>) + Sync + 'a,
) -> impl Iterator<Item = Vec<u8>> + 'a {
    (0..len).step_by(size * SIDE_BY_SIDE).flat_map(move |batch| {
        let starts = (batch..len.min(batch + size * SIDE_BY_SIDE)).step_by(size).collect::<Vec<_>>();
        let write = |start: usize| {
            let mut out = Vec::new();
            rows(start..len.min(start + size), &mut out);
            out
        };
        starts.into_par_iter().map(write).collect::<Vec<_>>()
    })
}

/// Every file of a tenant folder, whole: name and bytes.
pub fn tenant(options: &Options) -> Vec<(String, Vec<u8>)> {
    let tenant = Tenant::new(options);
    File::ALL.iter().map(|file| (file.name().to_owned(), tenant.chunks(*file).flatten().collect())).collect()
}
