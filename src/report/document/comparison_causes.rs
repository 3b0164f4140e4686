//! Causes by number. In: people with the causes of what they gain and lose. Out: a number for each cause, and a table of them.
//! Never: the same sentence in two rows.

use super::{Cell, Column, Row, Table};
use crate::report::words::Words;

/// Causes that many people share, in the order of their numbers, with how many people each has: a sentence with the clauses of
/// two rules is told once.
#[derive(Default)]
pub struct Causes<'a> {
    causes: Vec<(&'a str, u32)>,
}

impl<'a> Causes<'a> {
    /// Counts a person, and gives the numbers of the person's causes.
    pub fn numbers(&mut self, causes: &'a [String]) -> String {
        let number = |cause: &'a String| {
            let at = self.causes.iter().position(|(known, _)| known == cause).unwrap_or_else(|| {
                self.causes.push((cause, 0));
                self.causes.len() - 1
            });
            self.causes[at].1 += 1;
            (at + 1).to_string()
        };
        causes.iter().map(number).collect::<Vec<_>>().join(", ")
    }

    pub fn table(&self, words: &Words) -> Table {
        let columns = vec![
            Column::number(words.say("compare.cause"), String::new()),
            Column::text(words.say("compare.in-words")),
            Column::number(words.say("column.users"), String::new()),
        ];
        let row = |(at, (cause, people)): (usize, &(&str, u32))| {
            Row::of(vec![Cell::Count(at as u32 + 1), Cell::name(cause), Cell::Count(*people)])
        };
        let rows = self.causes.iter().enumerate().map(row).collect();
        Table {
            id: "causes".to_owned(),
            caption: words.say("compare.causes-caption"),
            columns,
            rows,
            notes: Vec::new(),
        }
    }
}
