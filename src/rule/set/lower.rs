//! Regular expressions that are really texts. In: a pattern. Out: the prefixes, suffixes, parts or whole values that it
//! stands for, where it does. Never: exact for a text with a line break in it: those are decided by the pattern itself.
//!
//! Most patterns of rules are such: `@north\.example$`, `^(Sales|Legal)$`, `^[0-7]`.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

use crate::rule::fold::fold;

/// Texts that one pattern may stand for.
const LIMIT: usize = 128;

/// What a pattern asks of a folded text without line breaks.
#[derive(Debug, PartialEq, Eq)]
pub enum Lowered {
    OneOf(Vec<String>),
    StartsWith(Vec<String>),
    EndsWith(Vec<String>),
    Contains(Vec<String>),
}

/// The texts that a pattern (in the syntax of `regex`, ignoring case) stands for; `None` where it is more than that.
pub fn lower(pattern: &str) -> Option<Lowered> {
    let hir = ParserBuilder::new().case_insensitive(true).build().parse(pattern).ok()?;
    let mut items: Vec<&Hir> = Vec::new();
    open(&hir, &mut items);
    let mut items = items.as_slice();
    let (mut start, mut end) = (false, false);
    while let Some((first, rest)) = items.split_first() {
        match first.kind() {
            HirKind::Look(Look::Start) => start = true,
            // Without line breaks, `^.*` is no anchor.
            _ if is_anything(first) => {
                start = false;
                items = rest;
                break;
            }
            _ => break,
        }
        items = rest;
    }
    while let Some((last, rest)) = items.split_last() {
        match last.kind() {
            HirKind::Look(Look::End) => end = true,
            _ if is_anything(last) => {
                end = false;
                items = rest;
                break;
            }
            _ => break,
        }
        items = rest;
    }
    let mut texts = vec![String::new()];
    for item in items {
        texts = product(&texts, &expand(item)?)?;
    }
    texts.sort_unstable();
    texts.dedup();
    Some(match (start, end) {
        (true, true) => Lowered::OneOf(texts),
        (true, false) => Lowered::StartsWith(texts),
        (false, true) => Lowered::EndsWith(texts),
        (false, false) => Lowered::Contains(texts),
    })
}

/// The items of nested concatenations and groups.
fn open<'h>(hir: &'h Hir, items: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(parts) => parts.iter().for_each(|part| open(part, items)),
        HirKind::Capture(group) => open(&group.sub, items),
        HirKind::Empty => {}
        _ => items.push(hir),
    }
}

/// `.*`, which holds any text without line breaks.
fn is_anything(hir: &Hir) -> bool {
    let HirKind::Repetition(repetition) = hir.kind() else { return false };
    let HirKind::Class(Class::Unicode(class)) = repetition.sub.kind() else { return false };
    let missing: u32 = gaps(class);
    repetition.min == 0 && repetition.max.is_none() && (missing == 0 || missing == 1 && !contains(class, '\n'))
}

/// Code points below the last one that a class does not hold, surrogates aside.
fn gaps(class: &ClassUnicode) -> u32 {
    let held: u32 = class.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
    // A range over the surrogates counts them.
    0x11_0000_u32.saturating_sub(held)
}

fn contains(class: &ClassUnicode, c: char) -> bool {
    class.iter().any(|range| range.start() <= c && c <= range.end())
}

/// Every text that an expression matches, folded; `None` where they are many or depend on letter case.
fn expand(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![String::new()]),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            // A cased letter that stands alone is compared by its case.
            text.chars().all(|c| variants(c).len() == 1).then(|| vec![fold(text)])
        }
        HirKind::Class(Class::Unicode(class)) => characters(class),
        HirKind::Capture(group) => expand(&group.sub),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![String::new()], |texts, part| product(&texts, &expand(part)?))
        }
        HirKind::Alternation(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                texts.extend(expand(part)?);
            }
            (texts.len() <= LIMIT).then_some(texts)
        }
        HirKind::Repetition(repetition) => {
            let max = repetition.max.filter(|max| *max <= 8)?;
            let once = expand(&repetition.sub)?;
            let mut power = vec![String::new()];
            let mut texts = Vec::new();
            for count in 0..=max {
                if count >= repetition.min {
                    texts.extend(power.iter().cloned());
                }
                if count < max {
                    power = product(&power, &once)?;
                }
            }
            (texts.len() <= LIMIT).then_some(texts)
        }
        HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => None,
    }
}

fn product(left: &[String], right: &[String]) -> Option<Vec<String>> {
    if left.len() * right.len() > LIMIT {
        return None;
    }
    Some(left.iter().flat_map(|head| right.iter().map(move |tail| format!("{head}{tail}"))).collect())
}

/// The folded characters of a class that holds every letter in all its cases.
fn characters(class: &ClassUnicode) -> Option<Vec<String>> {
    let mut folded = Vec::new();
    for range in class.iter() {
        if u32::from(range.end()) - u32::from(range.start()) > LIMIT as u32 {
            return None;
        }
        for c in range.start()..=range.end() {
            if !variants(c).iter().all(|variant| contains(class, *variant)) || folded.len() > 2 * LIMIT {
                return None;
            }
            folded.push(fold(&c.to_string()));
        }
    }
    folded.sort_unstable();
    folded.dedup();
    Some(folded)
}

/// The character in all its cases.
fn variants(c: char) -> Vec<char> {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    class.case_fold_simple();
    class.iter().flat_map(|range| range.start()..=range.end()).collect()
}
