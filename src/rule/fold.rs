//! Letter case. In: a text. Out: the text with simple Unicode case folding. Never: normalises, trims, or changes the number
//! of characters.

/// Two texts are equal without regard to case when their folds are equal.
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(character).collect() }
}

/// Simple case folding of one character: the lower case of its upper case, where each of the two is one character. The
/// exceptions are those of Unicode's `CaseFolding.txt`.
fn character(c: char) -> char {
    match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        // Dotless i has no simple folding, although its upper case is `I`.
        '\u{131}' => c,
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        '\u{fb05}' => '\u{fb06}',
        c => single(single(c, c.to_uppercase()), single(c, c.to_uppercase()).to_lowercase()),
    }
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
