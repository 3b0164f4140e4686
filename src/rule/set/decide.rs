//! Leaves decided once for each distinct value. In: one column and the tests that rules make of it. Out: a table of codes for
//! each test. Never: looks at a user.
//!
//! Texts are folded once and meet all tests at the same time: whole values by look-up; prefixes, suffixes and parts in one
//! automaton; the remaining regular expressions in set matches. Values are worked in chunks, on all threads.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use chrono::{DateTime, Utc};
use rayon::prelude::*;
use regex::{RegexSet, RegexSetBuilder};

use super::Table;
use super::lower::{Lowered, lower};
use crate::directory::{Column, ValueRef};
use crate::rule::checked::{Predicate, TextPredicate};
use crate::rule::eval;
use crate::rule::fold::fold;
use crate::rule::instant::Moment;

/// Codes decided in one go: a word of bits for each 64 of them.
const CHUNK_WORDS: usize = 64;
const CHUNK: u32 = CHUNK_WORDS as u32 * 64;
/// Columns up to this many codes have bits for every leaf: a look-up is one load.
const SMALL: u32 = 8192;
/// Patterns matched in one automaton.
const SET: usize = 24;
/// Bytes of texts up to which the automaton is compiled to its fastest form.
const DENSE_BYTES: usize = 60_000;

/// The table of every test, and the codes on which it is unknown.
pub fn tables(column: Option<&Column>, predicates: &[&Predicate]) -> Vec<(Table, Box<[u32]>)> {
    let codes = column.map_or(Column::FIRST_VALUE, Column::code_count);
    let tests = Tests::new(predicates);
    let chunks: Vec<Chunk> = (0..codes.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let first = chunk * CHUNK;
            let mut found = Chunk::new(first, tests.dense);
            for code in first..codes.min(first + CHUNK) {
                let value = match column {
                    Some(column) => column.decode(code),
                    // A column that no file holds: rows carry these two codes only.
                    None if code == Column::NULL => ValueRef::Null,
                    None => ValueRef::NotInFile,
                };
                tests.decide(code, value, &mut found);
            }
            found
        })
        .collect();
    let mut few = by_leaf(predicates.len(), &chunks, |chunk| &chunk.few);
    let mut unknown = by_leaf(predicates.len(), &chunks, |chunk| &chunk.unknown);
    let own = few.iter_mut().zip(&mut unknown).map(|(few, unknown)| (std::mem::take(few), std::mem::take(unknown)));
    own.enumerate().map(|(leaf, (few, unknown))| (tests.gather(leaf, codes, &chunks, few), unknown.into())).collect()
}

/// The codes of each leaf, ascending and distinct, from one pass over what the chunks found.
fn by_leaf(leaves: usize, chunks: &[Chunk], of: fn(&Chunk) -> &Vec<(u32, u32)>) -> Vec<Vec<u32>> {
    let mut codes: Vec<Vec<u32>> = vec![Vec::new(); leaves];
    for (leaf, code) in chunks.iter().flat_map(of) {
        let own = &mut codes[*leaf as usize];
        if own.last() != Some(code) {
            own.push(*code);
        }
    }
    codes
}

/// The codes of instants that pass a test which looks at the clock.
pub fn clock_bits(column: Option<&Column>, predicate: &Predicate, now: DateTime<Utc>) -> Box<[u64]> {
    let Some(column) = column else { return vec![0; 1].into() };
    let codes = column.code_count();
    let mut bits = vec![0_u64; codes.div_ceil(64) as usize];
    for code in 0..codes {
        if eval::predicate(predicate, column.decode(code), now) == Some(true) {
            bits[code as usize / 64] |= 1 << (code % 64);
        }
    }
    bits.into()
}

/// What was found out about the values of one chunk.
struct Chunk {
    first: u32,
    /// `CHUNK_WORDS` words for each dense test.
    bits: Vec<u64>,
    /// Test and code.
    few: Vec<(u32, u32)>,
    unknown: Vec<(u32, u32)>,
}

impl Chunk {
    fn new(first: u32, dense: usize) -> Self {
        Self { first, bits: vec![0; dense * CHUNK_WORDS], few: Vec::new(), unknown: Vec::new() }
    }
}

/// Where the codes that pass a test are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Few codes: a list.
    Few,
    /// Bits, at this place among the dense tests.
    Dense(u32),
    /// Nowhere: the test looks at the clock.
    Clock,
}

#[derive(Clone, Copy)]
enum Part {
    Prefix,
    Suffix,
    Anywhere,
}

/// The tests of one column, arranged so that one pass over a value decides all of them.
struct Tests<'p> {
    predicates: Vec<&'p Predicate>,
    kept: Vec<Kept>,
    dense: usize,
    equal: HashMap<String, Vec<u32>>,
    automaton: Option<AhoCorasick>,
    parts: Vec<(Part, u32)>,
    /// Tests that every text passes.
    always: Vec<u32>,
    sets: Vec<(RegexSet, Vec<u32>)>,
    /// Tests decided one by one, by the slow evaluator.
    single: Vec<u32>,
    /// Tests of texts.
    texts: Vec<u32>,
}

impl<'p> Tests<'p> {
    fn new(predicates: &[&'p Predicate]) -> Self {
        let mut tests = Tests {
            predicates: predicates.to_vec(),
            kept: vec![Kept::Few; predicates.len()],
            dense: 0,
            equal: HashMap::new(),
            automaton: None,
            parts: Vec::new(),
            always: Vec::new(),
            sets: Vec::new(),
            single: Vec::new(),
            texts: Vec::new(),
        };
        let mut words = Vec::new();
        let mut patterns = Vec::new();
        for (leaf, predicate) in predicates.iter().enumerate() {
            tests.place(leaf as u32, predicate, &mut words, &mut patterns);
        }
        tests.automaton = automaton(&words);
        if tests.automaton.is_none() {
            // Too large for one automaton: every test on its own.
            tests.single.extend(tests.parts.drain(..).map(|(_, leaf)| leaf));
        }
        tests.regex_sets(&patterns);
        tests.single.sort_unstable();
        tests.single.dedup();
        tests
    }

    fn place(
        &mut self,
        leaf: u32,
        predicate: &'p Predicate,
        words: &mut Vec<String>,
        patterns: &mut Vec<(u32, &'p str)>,
    ) {
        let Predicate::Text(text) = predicate else {
            match predicate {
                Predicate::Date(_, Moment::Now(_)) => self.kept[leaf as usize] = Kept::Clock,
                _ => {
                    self.make_dense(leaf);
                    self.single.push(leaf);
                }
            }
            return;
        };
        self.texts.push(leaf);
        match text {
            TextPredicate::OneOf(values) => {
                values.iter().for_each(|value| self.equal.entry(value.to_string()).or_default().push(leaf));
            }
            TextPredicate::StartsWith(part) => self.part(leaf, Part::Prefix, part, words),
            TextPredicate::EndsWith(part) => self.part(leaf, Part::Suffix, part, words),
            TextPredicate::Contains(part) => self.part(leaf, Part::Anywhere, part, words),
            TextPredicate::Matches(pattern) => match (pattern.linear(), pattern.linear().and_then(lower)) {
                (_, Some(Lowered::OneOf(values))) => {
                    values.into_iter().for_each(|value| self.equal.entry(value).or_default().push(leaf));
                }
                (_, Some(Lowered::StartsWith(parts))) => {
                    parts.iter().for_each(|part| self.part(leaf, Part::Prefix, part, words));
                }
                (_, Some(Lowered::EndsWith(parts))) => {
                    parts.iter().for_each(|part| self.part(leaf, Part::Suffix, part, words));
                }
                (_, Some(Lowered::Contains(parts))) => {
                    parts.iter().for_each(|part| self.part(leaf, Part::Anywhere, part, words));
                }
                (Some(linear), None) => {
                    self.make_dense(leaf);
                    patterns.push((leaf, linear));
                }
                (None, None) => {
                    self.make_dense(leaf);
                    self.single.push(leaf);
                }
            },
        }
    }

    fn make_dense(&mut self, leaf: u32) {
        if self.kept[leaf as usize] == Kept::Few {
            self.kept[leaf as usize] = Kept::Dense(self.dense as u32);
            self.dense += 1;
        }
    }

    fn part(&mut self, leaf: u32, part: Part, text: &str, words: &mut Vec<String>) {
        self.make_dense(leaf);
        if text.is_empty() {
            self.always.push(leaf);
        } else {
            words.push(text.to_owned());
            self.parts.push((part, leaf));
        }
    }

    fn regex_sets(&mut self, patterns: &[(u32, &str)]) {
        for group in patterns.chunks(SET) {
            let built = RegexSetBuilder::new(group.iter().map(|(_, pattern)| pattern)).case_insensitive(true).build();
            match built {
                Ok(set) => self.sets.push((set, group.iter().map(|(leaf, _)| *leaf).collect())),
                Err(_) => self.single.extend(group.iter().map(|(leaf, _)| *leaf)),
            }
        }
    }

    fn found(&self, leaf: u32, code: u32, chunk: &mut Chunk) {
        match self.kept[leaf as usize] {
            Kept::Few => chunk.few.push((leaf, code)),
            Kept::Dense(dense) => {
                let at = code - chunk.first;
                chunk.bits[dense as usize * CHUNK_WORDS + at as usize / 64] |= 1 << (at % 64);
            }
            Kept::Clock => {}
        }
    }

    fn decide(&self, code: u32, value: ValueRef<'_>, chunk: &mut Chunk) {
        self.singly(&self.single, code, value, chunk);
        let ValueRef::Text(text) = value else { return };
        if text.is_empty() {
            return;
        }
        if text.contains('\n') {
            // Lowered and batched patterns are exact for single lines only.
            return self.singly(&self.texts, code, value, chunk);
        }
        let folded = fold(text);
        if let Some(leaves) = self.equal.get(folded.as_str()) {
            leaves.iter().for_each(|leaf| self.found(*leaf, code, chunk));
        }
        self.always.iter().for_each(|leaf| self.found(*leaf, code, chunk));
        if let Some(automaton) = &self.automaton {
            for hit in automaton.find_overlapping_iter(&folded) {
                let (part, leaf) = self.parts[hit.pattern().as_usize()];
                let passes = match part {
                    Part::Prefix => hit.start() == 0,
                    Part::Suffix => hit.end() == folded.len(),
                    Part::Anywhere => true,
                };
                if passes {
                    self.found(leaf, code, chunk);
                }
            }
        }
        for (set, leaves) in &self.sets {
            set.matches(text).iter().for_each(|index| self.found(leaves[index], code, chunk));
        }
    }

    fn singly(&self, leaves: &[u32], code: u32, value: ValueRef<'_>, chunk: &mut Chunk) {
        for leaf in leaves {
            // No test kept here looks at the clock.
            match eval::predicate(self.predicates[*leaf as usize], value, DateTime::UNIX_EPOCH) {
                Some(true) => self.found(*leaf, code, chunk),
                Some(false) => {}
                None => chunk.unknown.push((*leaf, code)),
            }
        }
    }

    /// Puts the chunks of one test together; `few` are the codes that pass where they are kept as a list.
    fn gather(&self, leaf: usize, codes: u32, chunks: &[Chunk], few: Vec<u32>) -> Table {
        let words = codes.div_ceil(64) as usize;
        match (self.kept[leaf], self.predicates[leaf]) {
            (Kept::Clock, Predicate::Date(order, moment)) => Table::Clock(*order, *moment),
            (Kept::Dense(dense), _) => {
                let dense = dense as usize * CHUNK_WORDS;
                let mut bits: Vec<u64> = Vec::with_capacity(words);
                chunks.iter().for_each(|chunk| bits.extend_from_slice(&chunk.bits[dense..dense + CHUNK_WORDS]));
                bits.truncate(words);
                Table::Bits(bits.into())
            }
            _ => few_table(few, codes),
        }
    }
}

fn few_table(few: Vec<u32>, codes: u32) -> Table {
    if codes > SMALL {
        return Table::Few(few.into());
    }
    let mut bits = vec![0_u64; codes.div_ceil(64) as usize];
    few.iter().for_each(|code| bits[*code as usize / 64] |= 1 << (code % 64));
    Table::Bits(bits.into())
}

fn automaton(words: &[String]) -> Option<AhoCorasick> {
    if words.is_empty() {
        return AhoCorasick::new(words).ok();
    }
    let bytes: usize = words.iter().map(String::len).sum();
    let kind = if bytes <= DENSE_BYTES { Some(AhoCorasickKind::DFA) } else { None };
    AhoCorasick::builder().kind(kind).build(words).ok()
}
