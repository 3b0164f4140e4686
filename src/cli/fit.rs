//! Text cut to the width of a terminal. In: lines, columns. Out: the same words; what is too long goes on in the next line, set in
//! below its own. Never: a word cut in two.

use unicode_width::UnicodeWidthStr;

/// Breaks every line that is longer than `columns` at its blanks.
pub fn fit(text: &str, columns: usize) -> String {
    let mut fitted = String::with_capacity(text.len());
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let hanging = (indent + 4).min(columns / 2);
        let mut width = 0;
        for (at, word) in line.trim_start_matches(' ').split(' ').enumerate() {
            let own = word.width();
            if at == 0 {
                fitted.push_str(&" ".repeat(indent));
                width = indent;
            } else if width + 1 + own > columns {
                fitted.push('\n');
                fitted.push_str(&" ".repeat(hanging));
                width = hanging;
            } else {
                fitted.push(' ');
                width += 1;
            }
            fitted.push_str(word);
            width += own;
        }
        fitted.push('\n');
    }
    fitted
}
