//! Regular expressions of .NET, the service's dialect, said in the syntax of the engines at hand. In: a pattern as a rule
//! has it. Out: the same pattern for `regex` and for `fancy-regex`, or why not. Never: a pattern that means something else.
//!
//! Differences that are translated: `$` and `\Z` also stand before a final line break; `[` in a class is a character;
//! `-[…]` subtracts; `{` may be a character; a second quantifier is an error; letters after a backslash are a closed list.

mod class;

/// Why a pattern cannot be used; `at` is a byte offset into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// .NET refuses it, so the service does.
    Invalid { at: usize, why: String },
    /// .NET takes it, and seatcast does not.
    Unsupported { at: usize, why: String },
}

/// A pattern in two spellings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// Exact for texts that do not end in a line break.
    pub plain: String,
    /// Exact for every text; needs look-ahead where `final_line_break` is set.
    pub exact: String,
    /// Whether a text that ends in a line break can make a difference.
    pub final_line_break: bool,
    /// Whether the pattern itself needs look-around, back-references or atomic groups.
    pub backtracking: bool,
}

const GROUP_LIMIT: usize = 100;

#[derive(Clone, Copy, Default)]
struct Flags {
    multiline: bool,
    explicit_capture: bool,
    blanks_ignored: bool,
}

/// What a quantifier would apply to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Atom,
    Quantified,
}

struct Translator<'a> {
    pattern: &'a str,
    at: usize,
    plain: String,
    exact: String,
    flags: Flags,
    groups: Vec<Flags>,
    before: Before,
    names: Vec<String>,
    numbered: usize,
    references: Vec<(usize, String)>,
    final_line_break: bool,
    backtracking: bool,
}

type Step<T> = Result<T, Refused>;

/// Translates a pattern.
pub fn translate(pattern: &str) -> Result<Translated, Refused> {
    let mut translator = Translator {
        pattern,
        at: 0,
        plain: String::new(),
        exact: String::new(),
        flags: Flags::default(),
        groups: Vec::new(),
        before: Before::Nothing,
        names: Vec::new(),
        numbered: 0,
        references: Vec::new(),
        final_line_break: false,
        backtracking: false,
    };
    while let Some(c) = translator.next() {
        translator.item(c)?;
    }
    if !translator.groups.is_empty() {
        return Err(translator.invalid(pattern.len(), "a group is never closed"));
    }
    translator.check_references()?;
    let Translator { plain, exact, final_line_break, backtracking, .. } = translator;
    Ok(Translated { plain, exact, final_line_break, backtracking })
}

/// One character that stands for itself, spelt so that no engine reads more into it.
fn literal(c: char) -> String {
    if c.is_alphanumeric() || c == '_' { c.to_string() } else { format!("\\x{{{:X}}}", u32::from(c)) }
}

impl<'a> Translator<'a> {
    fn rest(&self) -> &'a str {
        &self.pattern[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn invalid(&self, at: usize, why: &str) -> Refused {
        Refused::Invalid { at, why: why.to_owned() }
    }

    fn unsupported(&self, at: usize, why: &str) -> Refused {
        Refused::Unsupported { at, why: why.to_owned() }
    }

    fn emit(&mut self, text: &str) {
        self.plain.push_str(text);
        self.exact.push_str(text);
    }

    fn atom(&mut self, text: &str) {
        self.emit(text);
        self.before = Before::Atom;
    }

    fn end_anchor(&mut self) {
        self.final_line_break = true;
        self.plain.push_str("\\z");
        self.exact.push_str("(?=\\n?\\z)");
        self.before = Before::Atom;
    }

    fn item(&mut self, c: char) -> Step<()> {
        let start = self.at - c.len_utf8();
        match c {
            '\\' => self.escape(start)?,
            '[' => {
                let class = self.class(start, 0)?;
                self.atom(&class);
            }
            '(' => self.group(start)?,
            ')' => {
                self.flags = self.groups.pop().ok_or_else(|| self.invalid(start, "nothing is open that `)` closes"))?;
                self.atom(")");
            }
            '|' => {
                self.emit("|");
                self.before = Before::Nothing;
            }
            '*' | '+' | '?' => self.quantifier(start, &c.to_string())?,
            '{' => match self.braces()? {
                Some(braces) => self.quantifier(start, &braces)?,
                None => self.atom("\\x{7B}"),
            },
            '$' if self.flags.multiline => self.atom("$"),
            '$' => self.end_anchor(),
            '^' | '.' => self.atom(&c.to_string()),
            c if self.flags.blanks_ignored && c.is_whitespace() => {}
            '#' if self.flags.blanks_ignored => {
                let line = self.rest().find('\n').unwrap_or(self.rest().len());
                self.at += line;
            }
            c => self.atom(&literal(c)),
        }
        Ok(())
    }

    fn quantifier(&mut self, start: usize, text: &str) -> Step<()> {
        match self.before {
            Before::Nothing => return Err(self.invalid(start, "a quantifier has nothing before it to repeat")),
            Before::Quantified => return Err(self.invalid(start, "a quantifier follows a quantifier")),
            Before::Atom => self.emit(text),
        }
        if self.eat("?") {
            self.emit("?");
        }
        self.before = Before::Quantified;
        Ok(())
    }

    /// `n}`, `n,}` or `n,m}` after an opening brace; `None` where the brace is a character.
    fn braces(&mut self) -> Step<Option<String>> {
        let rest = self.rest();
        let Some(end) = rest.find('}') else { return Ok(None) };
        let inside = &rest[..end];
        let (low, high) = inside.split_once(',').map_or((inside, None), |(low, high)| (low, Some(high)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(low) || high.is_some_and(|high| !high.is_empty() && !digits(high)) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().map_err(|_| self.invalid(self.at, "a repetition is too large"));
        let low = number(low)?;
        if let Some(high) = high.filter(|high| !high.is_empty())
            && number(high)? < low
        {
            return Err(self.invalid(self.at, "a repetition ends before it begins"));
        }
        self.at += end + 1;
        Ok(Some(format!("{{{inside}}}")))
    }

    fn open(&mut self, start: usize) -> Step<()> {
        if self.groups.len() >= GROUP_LIMIT {
            return Err(self.unsupported(start, "groups are nested too deep"));
        }
        self.groups.push(self.flags);
        self.before = Before::Nothing;
        Ok(())
    }

    fn group(&mut self, start: usize) -> Step<()> {
        if self.eat("?#") {
            let end = self.rest().find(')').ok_or_else(|| self.invalid(start, "a comment is never closed"))?;
            self.at += end + 1;
            return Ok(());
        }
        self.open(start)?;
        if !self.eat("?") {
            let captures = !self.flags.explicit_capture;
            self.numbered += usize::from(captures);
            self.plain.push_str("(?:");
            self.exact.push_str(if captures { "(" } else { "(?:" });
            return Ok(());
        }
        for (mark, backtracking) in [(":", false), ("=", true), ("!", true), ("<=", true), ("<!", true), (">", true)] {
            if self.eat(mark) {
                self.backtracking |= backtracking;
                self.emit(&format!("(?{mark}"));
                return Ok(());
            }
        }
        match self.next() {
            Some('<') => self.named(start, '>'),
            Some('\'') => self.named(start, '\''),
            Some('(') => Err(self.unsupported(start, "conditional groups are outside the supported subset")),
            Some(c) if c.is_ascii_alphabetic() || c == '-' => {
                self.at -= 1;
                self.inline_flags(start)
            }
            _ => Err(self.invalid(start, "`(?` begins no known group")),
        }
    }

    fn named(&mut self, start: usize, close: char) -> Step<()> {
        let rest = self.rest();
        let end = rest.find(close).ok_or_else(|| self.invalid(start, "a group's name is never closed"))?;
        let name = &rest[..end];
        self.at += end + close.len_utf8();
        if name.contains('-') {
            return Err(self.unsupported(start, "balancing groups are outside the supported subset"));
        }
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_') || name.is_empty() {
            return Err(self.invalid(start, "a group's name holds letters, digits and underscores"));
        }
        if name.starts_with(|c: char| c.is_numeric())
            || !name.is_ascii()
            || self.names.iter().any(|known| known == name)
        {
            return Err(self.unsupported(start, "numbered and repeated group names are outside the supported subset"));
        }
        self.names.push(name.to_owned());
        self.plain.push_str("(?:");
        self.exact.push_str(&format!("(?<{name}>"));
        Ok(())
    }

    /// `(?i)`, `(?s-i:` and the like; `x` and `n` are applied here and not handed on.
    fn inline_flags(&mut self, start: usize) -> Step<()> {
        let mut on = true;
        let (mut set, mut cleared) = (String::new(), String::new());
        let scoped = loop {
            match self.next() {
                Some('-') if on => on = false,
                Some(c @ ('i' | 's' | 'm')) => {
                    if c == 'm' {
                        self.flags.multiline = on;
                    }
                    let list = if on { &mut set } else { &mut cleared };
                    if !list.contains(c) {
                        list.push(c);
                    }
                }
                Some('n') => self.flags.explicit_capture = on,
                Some('x') => self.flags.blanks_ignored = on,
                Some(':') => break true,
                Some(')') => break false,
                _ => return Err(self.invalid(start, "`(?` begins no known group")),
            }
        };
        set.retain(|c| !cleared.contains(c));
        let minus = if cleared.is_empty() { String::new() } else { format!("-{cleared}") };
        if scoped {
            self.emit(&format!("(?{set}{minus}:"));
            return Ok(());
        }
        // Not a group: what is set holds to the end of the group around it.
        self.groups.pop();
        if !set.is_empty() || !minus.is_empty() {
            self.emit(&format!("(?{set}{minus})"));
        }
        Ok(())
    }

    fn escape(&mut self, start: usize) -> Step<()> {
        let Some(c) = self.next() else { return Err(self.invalid(start, "the pattern ends in a backslash")) };
        match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'b' | 'B' | 'A' | 'z' => self.atom(&format!("\\{c}")),
            'G' => self.atom("\\A"),
            'Z' => self.end_anchor(),
            'p' | 'P' => {
                let category = self.category(start, c)?;
                self.atom(&category);
            }
            'k' => {
                let close = match self.next() {
                    Some('<') => '>',
                    Some('\'') => '\'',
                    _ => return Err(self.invalid(start, "`\\k` needs a name")),
                };
                let rest = self.rest();
                let end = rest.find(close).ok_or_else(|| self.invalid(start, "a name is never closed"))?;
                self.reference(start, &rest[..end]);
                self.at += end + close.len_utf8();
            }
            '1'..='9' => {
                if self.peek().is_some_and(|next| next.is_ascii_digit()) {
                    return Err(self.unsupported(start, "back-references over 9 and octal escapes are not supported"));
                }
                self.reference(start, &c.to_string());
            }
            c => {
                let code = self.character_escape(start, c)?;
                self.atom(&literal(code));
            }
        }
        Ok(())
    }

    fn reference(&mut self, start: usize, name: &str) {
        self.backtracking = true;
        self.references.push((start, name.to_owned()));
        self.atom(&if name.bytes().all(|b| b.is_ascii_digit()) { format!("\\{name}") } else { format!("\\k<{name}>") });
    }

    fn check_references(&self) -> Step<()> {
        for (at, name) in &self.references {
            let known = match name.parse::<usize>() {
                // .NET numbers named groups after the others, the engine at hand in order of appearance.
                Ok(_) if !self.names.is_empty() => {
                    return Err(self.unsupported(*at, "numbered back-references beside named groups are not supported"));
                }
                Ok(number) => (1..=self.numbered).contains(&number),
                Err(_) => self.names.contains(name),
            };
            if !known {
                return Err(self.invalid(*at, "a back-reference to a group that does not exist"));
            }
        }
        Ok(())
    }

    /// An escape that stands for one character, in a class and outside.
    fn character_escape(&mut self, start: usize, c: char) -> Step<char> {
        Ok(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'a' => '\u{7}',
            'e' => '\u{1b}',
            'x' => self.hexadecimal(start, 2)?,
            'u' => self.hexadecimal(start, 4)?,
            'c' => match self.next() {
                Some(letter @ ('a'..='z' | 'A'..='Z')) => char::from(letter.to_ascii_uppercase() as u8 - b'@'),
                _ => return Err(self.unsupported(start, "only control letters may follow `\\c`")),
            },
            '0' => {
                let digits = self.rest().bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let value = u32::from_str_radix(&self.rest()[..digits], 8).unwrap_or(0);
                self.at += digits;
                char::from_u32(value).unwrap_or('\0')
            }
            c if c.is_alphanumeric() || c == '_' => {
                return Err(self.invalid(start, &format!("`\\{c}` is no escape")));
            }
            c => c,
        })
    }

    fn hexadecimal(&mut self, start: usize, digits: usize) -> Step<char> {
        let text = self.rest().get(..digits).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let text = text.ok_or_else(|| self.invalid(start, "too few hexadecimal digits"))?;
        self.at += digits;
        let value = u32::from_str_radix(text, 16).ok().and_then(char::from_u32);
        value.ok_or_else(|| self.unsupported(start, "half of a surrogate pair"))
    }

    /// `{Lu}` after `\p`.
    fn category(&mut self, start: usize, p: char) -> Step<String> {
        const CATEGORIES: &[&str] = &[
            "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
            "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn",
        ];
        let name = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
        let name = name.ok_or_else(|| self.invalid(start, "`\\p` needs a name in braces"))?;
        self.at += name.len() + 2;
        if name.starts_with("Is") || name == "Cs" {
            return Err(self.unsupported(start, "Unicode blocks are outside the supported subset"));
        }
        if !CATEGORIES.contains(&name) {
            return Err(self.invalid(start, &format!("`{name}` is no Unicode category")));
        }
        Ok(format!("\\{p}{{{name}}}"))
    }
}
