//! Names as they can be shown. In: text that others wrote. Out: the same without characters that steer a screen, and
//! shortened to a width. Never: escapes for one format; each format does that for itself.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cell;

/// Marks that turn the direction of writing or take no room and show nothing: they can make one name look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` on one line, without terminal escape sequences, control characters and marks of direction.
pub fn text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' | '\u{9b}' => skip_escape(c, &mut rest),
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => clean.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => clean.push(c),
        }
    }
    let words: Vec<&str> = clean.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The same as a cell of a sheet, or of a page from which cells are copied into one: no program takes it for a formula.
pub fn cell(name: &str) -> String {
    cell::neutral(&text(name)).into_owned()
}

/// Passes over the rest of a terminal escape sequence (ECMA-48), which `first` began.
fn skip_escape(first: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let control = first == '\u{9b}' || rest.next_if_eq(&'[').is_some();
    if control {
        while rest.next_if(|c| matches!(c, ' '..='?')).is_some() {}
        rest.next_if(|c| matches!(c, '@'..='~'));
    } else if rest.next_if(|c| matches!(c, ']' | 'P' | 'X' | '^' | '_')).is_some() {
        // A string sequence ends with BEL or with `ESC \`.
        while let Some(c) = rest.next() {
            if c == '\u{7}' || (c == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
                break;
            }
        }
    } else {
        rest.next_if(|c| matches!(c, ' '..='~'));
    }
}

/// `text` on at most `columns` columns of a terminal, with an ellipsis where something is left out.
pub fn shorten(text: &str, columns: usize) -> String {
    shorten_by(text, columns as f64, |text| text.width() as f64)
}

/// `text` with its end left out until `measure` says that it takes no more than `room`.
pub fn shorten_by(text: &str, room: f64, measure: impl Fn(&str) -> f64) -> String {
    if measure(text) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while !kept.is_empty() {
        kept.pop();
        // What is left must not end in half a character: a joiner, or a mark without width.
        while kept.last().is_some_and(|c| c.is_whitespace() || *c == '\u{200d}') {
            kept.pop();
        }
        let candidate: String = kept.iter().chain(['…'].iter()).collect();
        if measure(&candidate) <= room {
            return candidate;
        }
    }
    String::new()
}

/// Columns that `text` takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>().max(text.width())
}
