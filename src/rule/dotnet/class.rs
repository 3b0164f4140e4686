//! Character classes of .NET. In: the text after `[`. Out: the same class in the syntax of `regex`. Never: lets a character
//! of the class turn into an operator of the other syntax.

use super::{Step, Translator, literal};

/// Classes subtracted from classes.
const DEPTH_LIMIT: usize = 20;

/// One thing in a class.
enum Item {
    Character(char),
    /// `\d`, `\p{L}`: cannot begin or end a range.
    Set(String),
}

impl Translator<'_> {
    /// Reads a class; the opening bracket is read already.
    pub(super) fn class(&mut self, start: usize, depth: usize) -> Step<String> {
        if depth > DEPTH_LIMIT {
            return Err(self.unsupported(start, "classes are nested too deep"));
        }
        let mut base = String::from(if self.eat("^") { "[^" } else { "[" });
        let mut first = true;
        let mut subtracted = None;
        loop {
            let at = self.at;
            let Some(c) = self.next() else { return Err(self.invalid(start, "a class is never closed")) };
            if c == ']' && !first {
                break;
            }
            if c == '-' && !first && self.eat("[") {
                subtracted = Some(self.class(at, depth + 1)?);
                if !self.eat("]") {
                    return Err(self.invalid(at, "a subtraction must come last in a class"));
                }
                break;
            }
            first = false;
            let item = self.class_item(at, c)?;
            self.range(at, item, &mut base)?;
        }
        base.push(']');
        Ok(match subtracted {
            Some(other) => format!("[{base}--{other}]"),
            None => base,
        })
    }

    fn class_item(&mut self, at: usize, c: char) -> Step<Item> {
        if c != '\\' {
            return Ok(Item::Character(c));
        }
        let Some(c) = self.next() else { return Err(self.invalid(at, "the pattern ends in a backslash")) };
        Ok(match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => Item::Set(format!("\\{c}")),
            'p' | 'P' => Item::Set(self.category(at, c)?),
            'b' => Item::Character('\u{8}'),
            '-' => Item::Character('-'),
            '1'..='9' => return Err(self.unsupported(at, "octal escapes are not supported")),
            c => Item::Character(self.character_escape(at, c)?),
        })
    }

    /// Writes `item`, or the range that it begins.
    fn range(&mut self, at: usize, item: Item, class: &mut String) -> Step<()> {
        let low = match item {
            Item::Set(set) => {
                class.push_str(&set);
                return Ok(());
            }
            Item::Character(low) => low,
        };
        let mut ahead = self.rest().chars();
        let ranged = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']' | '['));
        if !ranged {
            class.push_str(&literal(low));
            return Ok(());
        }
        self.at += 1;
        let end = self.at;
        let Some(c) = self.next() else { return Err(self.invalid(at, "a class is never closed")) };
        match self.class_item(end, c)? {
            Item::Set(_) => Err(self.invalid(at, "a range cannot end in a class")),
            Item::Character(high) if high < low => Err(self.invalid(at, "a range ends before it begins")),
            Item::Character(high) => {
                class.push_str(&format!("{}-{}", literal(low), literal(high)));
                Ok(())
            }
        }
    }
}
