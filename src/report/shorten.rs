//! Names made to fit. In: names and a measure. Out: the same, shortened in the middle where they are too long. Never: two names that
//! differ and look alike, as far as there is room to tell them apart.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::clean;

/// Of what is kept of a name, so much is its end, where names of one family differ: in fifths.
const END: usize = 2;
/// Where names are cut at their first difference, so many characters of their beginning are kept, the most that leave room.
const BEGINNINGS: [usize; 7] = [16, 12, 8, 5, 3, 1, 0];
/// So many characters from the first difference on are worth to be shown.
const TELLING: usize = 6;

/// `text` with its middle left out as far as `room` asks.
pub fn middle(text: &str, room: f64, measure: impl Fn(&str) -> f64) -> String {
    if measure(text) <= room {
        return text.to_owned();
    }
    let all: Vec<char> = text.chars().collect();
    // Wider with each character kept; the last step mends what trimming blanks may have upset.
    let (mut fits, mut too_wide) = (0, all.len());
    while fits + 1 < too_wide {
        let kept = fits.midpoint(too_wide);
        if measure(&cut(&all, kept)) <= room { fits = kept } else { too_wide = kept }
    }
    while fits > 0 && measure(&cut(&all, fits)) > room {
        fits -= 1;
    }
    if fits == 0 { String::new() } else { cut(&all, fits) }
}

/// So many characters of the beginning and the end, an ellipsis between.
fn cut(all: &[char], kept: usize) -> String {
    let end = kept * END / 5;
    let (beginning, _) = all.split_at_checked(kept - end).unwrap_or((all, &[]));
    let (_, ending) = all.split_at_checked(all.len() - end).unwrap_or((&[], &[]));
    format!("{}…{}", whole_end(beginning), whole_start(ending))
}

/// Without half a character at the end: a blank, or a joiner.
fn whole_end(text: &[char]) -> String {
    let text: String = text.iter().collect();
    text.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{200d}').to_owned()
}

/// Without half a character at the start: a blank, a joiner, or a mark that stood on what is left out.
fn whole_start(text: &[char]) -> String {
    let text: String = text.iter().collect();
    text.trim_start_matches(|c: char| c.is_whitespace() || c.width() == Some(0)).to_owned()
}

/// The same on columns of a terminal.
pub fn columns(text: &str, columns: usize) -> String {
    middle(text, columns as f64, |text| text.width() as f64)
}

/// Each name at most `room` wide; names that differ stay different, by their first difference or by a number.
pub fn apart<'a>(names: impl Iterator<Item = &'a str>, room: f64, measure: impl Fn(&str) -> f64) -> Vec<String> {
    let names: Vec<&str> = names.collect();
    let mut families: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for name in &names {
        families.entry(middle(name, room, &measure)).or_default().insert(name);
    }
    let mut taken: BTreeSet<String> =
        families.iter().filter(|(_, family)| family.len() == 1).map(|(label, _)| label.clone()).collect();
    let mut labels: BTreeMap<&str, String> = BTreeMap::new();
    for (label, family) in &families {
        let shared = common(family);
        for name in family {
            let alone = family.len() == 1;
            let told = if alone { Some(label.clone()) } else { from_difference(name, shared, room, &measure) };
            let told = told.filter(|told| alone || !taken.contains(told));
            let told = told.unwrap_or_else(|| numbered(name, room, &measure, &taken));
            taken.insert(told.clone());
            labels.insert(name, told);
        }
    }
    names.iter().filter_map(|name| labels.get(name).cloned()).collect()
}

/// The same on columns of a terminal.
pub fn apart_on_columns<'a>(names: impl Iterator<Item = &'a str>, columns: usize) -> Vec<String> {
    apart(names, columns as f64, |text| clean::columns(text) as f64)
}

/// How many characters all names begin with.
fn common(family: &BTreeSet<&str>) -> usize {
    // In order, the first and the last differ the earliest.
    let (Some(first), Some(last)) = (family.first(), family.last()) else { return 0 };
    first.chars().zip(last.chars()).take_while(|(a, b)| a == b).count()
}

/// The beginning, an ellipsis, and the name from the word on in which it differs.
fn from_difference(name: &str, shared: usize, room: f64, measure: &impl Fn(&str) -> f64) -> Option<String> {
    let all: Vec<char> = name.chars().collect();
    let word = all.iter().take(shared).rposition(|c| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    let start = if shared - word.min(shared) > TELLING { shared } else { word };
    let rest: String = all.iter().skip(start).collect();
    let wanted = (shared - start + TELLING).min(rest.chars().count());
    BEGINNINGS.iter().filter(|kept| **kept < start).find_map(|kept| {
        let beginning = format!("{}…", whole_end(all.get(..*kept)?));
        let end = clean::shorten_by(&rest, room - measure(&beginning), measure);
        let shown = format!("{beginning}{end}");
        (end.trim_end_matches('…').chars().count() >= wanted && measure(&shown) <= room).then_some(shown)
    })
}

fn numbered(name: &str, room: f64, measure: &impl Fn(&str) -> f64, taken: &BTreeSet<String>) -> String {
    let label = |number: usize| {
        let number = format!(" ({number})");
        middle(name, room - measure(&number), measure) + &number
    };
    // One more than all that are taken: one of them is free.
    let found = (1..=taken.len() + 1).map(label).find(|label| !taken.contains(label));
    found.unwrap_or_default()
}
