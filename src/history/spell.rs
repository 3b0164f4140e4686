//! Who was employed from when to when. In: dates and a cohort for each person. Out: the same, by month. Never: a day after the
//! origin, so that a backtest cannot look ahead.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

/// A calendar month, counted from year 0: consecutive months are consecutive numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    pub fn of(day: NaiveDate) -> Month {
        Month(day.year() * 12 + day.month0() as i32)
    }

    /// January is 0.
    pub fn of_year(self) -> usize {
        self.0.rem_euclid(12) as usize
    }

    pub fn first_day(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), self.of_year() as u32 + 1, 1)
    }

    /// Months from `self` to `later`; 0 when it is not later.
    pub fn until(self, later: Month) -> usize {
        usize::try_from(later.0 - self.0).unwrap_or(0)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.of_year() + 1)
    }
}

/// One person's time with the organisation. `end` is the first day on which the person is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spell {
    pub start: NaiveDate,
    pub end: Option<NaiveDate>,
    pub cohort: Box<str>,
}

/// Somebody who went from one cohort to another, on the day that first shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    pub day: NaiveDate,
    pub from: Box<str>,
    pub to: Box<str>,
}

/// Everybody's spells. Leavers are complete from `since` to `until`: who left before `since` is missing from the record.
#[derive(Clone, Debug)]
pub struct Record {
    pub spells: Vec<Spell>,
    /// Where the past tells them: `None` of a record that holds one cohort a person.
    pub moves: Option<Vec<Move>>,
    pub since: NaiveDate,
    pub until: NaiveDate,
}

/// What stands for a value that somebody does not have.
pub(super) const NO_COHORT: &str = "(none)";

/// Tenures of this many years and more are one.
pub(super) const TENURES: usize = 45;

/// A record as it was known at the end of a month, counted by month and cohort. Rows are months from the record's first.
#[derive(Clone, Debug)]
pub struct Panel {
    pub first: Month,
    pub cohorts: Vec<Box<str>>,
    pub joins: Vec<Vec<u32>>,
    pub leaves: Vec<Vec<u32>>,
    /// Moves by month and by the cohort they start from, and all of them by where they lead; empty where nothing tells them.
    pub moves: Vec<Vec<u32>>,
    pub moves_to: Vec<BTreeMap<usize, u32>>,
    /// People at the start of the month, by cohort.
    pub people: Vec<Vec<u32>>,
    /// People at the end of the last month, by cohort.
    pub last: Vec<u32>,
    /// People at the start of the month and leavers in it, by completed years of tenure.
    pub(super) tenures: Vec<Vec<Vec<u32>>>,
    pub(super) tenure_leaves: Vec<Vec<u32>>,
    /// Start months of those who are there at the end, by cohort.
    pub(super) staff: Vec<Vec<Month>>,
}

/// Completed years of tenure in `month` of somebody who started in `start`.
pub(super) fn tenure(start: Month, month: Month) -> usize {
    (start.until(month) / 12).min(TENURES - 1)
}

impl Panel {
    /// The record as known at the end of `origin`. Cohorts are those of the whole panel, in byte order.
    pub fn new(record: &Record, origin: Month) -> Panel {
        let first = Month::of(record.since);
        let months = first.until(Month(origin.0 + 1));
        let known = |spell: &&Spell| Month::of(spell.start) <= origin;
        let spells: Vec<&Spell> = record.spells.iter().filter(known).collect();
        let cohorts: BTreeSet<&str> = spells.iter().map(|spell| &*spell.cohort).collect();
        let cohorts: Vec<Box<str>> = cohorts.into_iter().map(Into::into).collect();
        let table = |width: usize| vec![vec![0_u32; width]; months];
        let mut panel = Panel {
            first,
            joins: table(cohorts.len()),
            leaves: table(cohorts.len()),
            moves: Vec::new(),
            moves_to: Vec::new(),
            people: table(cohorts.len()),
            last: vec![0; cohorts.len()],
            tenures: vec![vec![vec![0; TENURES]; cohorts.len()]; months],
            tenure_leaves: table(TENURES),
            staff: vec![Vec::new(); cohorts.len()],
            cohorts,
        };
        for spell in spells {
            panel.add(spell, origin);
        }
        if let Some(moves) = &record.moves {
            panel.moves = table(panel.cohorts.len());
            panel.moves_to = vec![BTreeMap::new(); panel.cohorts.len()];
            moves.iter().for_each(|one| panel.add_move(one, origin));
        }
        panel
    }

    fn add_move(&mut self, one: &Move, origin: Month) {
        let month = Month::of(one.day);
        let cohort = |name: &str| self.cohorts.binary_search_by(|known| (**known).cmp(name)).ok();
        // A cohort that nobody is counted in any more is only known by those who left it.
        let (Some(from), Some(to)) = (cohort(&one.from), cohort(&one.to)) else { return };
        if (self.first..=origin).contains(&month) {
            self.moves[self.first.until(month)][from] += 1;
            *self.moves_to[from].entry(to).or_default() += 1;
        }
    }

    fn add(&mut self, spell: &Spell, origin: Month) {
        let Ok(cohort) = self.cohorts.binary_search_by(|name| (**name).cmp(&*spell.cohort)) else { return };
        let start = Month::of(spell.start);
        let end = spell.end.map(Month::of).filter(|end| *end <= origin);
        if end.is_some_and(|end| end < self.first) {
            return;
        }
        if start >= self.first {
            self.joins[self.first.until(start)][cohort] += 1;
        }
        let present = Month(start.0 + 1).max(self.first)..=end.unwrap_or(origin);
        for month in present.start().0..=present.end().0 {
            let row = self.first.until(Month(month));
            self.people[row][cohort] += 1;
            self.tenures[row][cohort][tenure(start, Month(month))] += 1;
        }
        match end {
            Some(end) => {
                let row = self.first.until(end);
                self.leaves[row][cohort] += 1;
                self.tenure_leaves[row][tenure(start, end)] += 1;
            }
            None => {
                self.last[cohort] += 1;
                self.staff[cohort].push(start);
            }
        }
    }

    pub fn months(&self) -> usize {
        self.people.len()
    }

    pub fn month(&self, row: usize) -> Month {
        Month(self.first.0 + row as i32)
    }

    /// People at the end of each month: of one cohort, or of all.
    pub fn headcount(&self, cohort: Option<usize>) -> Vec<u32> {
        let of = |row: &Vec<u32>| cohort.map_or_else(|| row.iter().sum(), |cohort| row[cohort]);
        self.people.iter().skip(1).chain(std::iter::once(&self.last)).map(of).collect()
    }
}
