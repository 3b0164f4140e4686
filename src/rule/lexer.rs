//! Text into words. In: the text of a rule. Out: tokens with spans, and findings. Never: panics on any text, or repairs
//! in silence.

use super::source::Source;
use super::token::{Operator, Span, Token, TokenKind};
use super::{Choice, Options, code};
use crate::diagnostic::Diagnostic;

/// What the text went through before it came here: how the carrier wrote its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// None: the text as the service has it.
    Plain,
    /// JSON or HCL source: `\"` is a quote, `\\` a backslash.
    Json,
    /// PowerShell double-quoted source: `""` is a quote.
    Doubled,
    /// PowerShell double-quoted source: a backtick and a quote are a quote.
    Backticked,
    /// Markdown: `\_` is `_` and `\*` is `*`, except in patterns.
    Markdown,
}

/// The words of a rule. Where `diagnostics` holds an error, the tokens end before the place it is about.
#[derive(Debug)]
pub struct Lexed {
    pub tokens: Vec<Token>,
    pub diagnostics: Vec<Diagnostic>,
    /// UTF-16 units of the text, and its characters, that the carrier added.
    pub added: usize,
}

/// Splits a rule into words.
pub fn lex(source: &Source, carrier: Carrier, options: &Options) -> Lexed {
    let mut lexer = Lexer {
        source,
        text: &source.text,
        carrier,
        options,
        at: 0,
        tokens: Vec::new(),
        diagnostics: Vec::new(),
        added: 0,
        odd_blank: false,
    };
    while lexer.skip_blanks() {
        if lexer.token().is_none() {
            break;
        }
    }
    Lexed { tokens: lexer.tokens, diagnostics: lexer.diagnostics, added: lexer.added }
}

struct Lexer<'a> {
    source: &'a Source,
    text: &'a str,
    carrier: Carrier,
    options: &'a Options,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
    added: usize,
    odd_blank: bool,
}

/// Dashes that word processors put in place of a hyphen.
pub fn is_typographic_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Goes to the next word; false at the end.
    fn skip_blanks(&mut self) -> bool {
        while let Some(c) = self.peek() {
            let plain = matches!(c, ' ' | '\t' | '\r' | '\n');
            let odd = c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}');
            if !plain && !odd {
                return true;
            }
            if !plain && !self.odd_blank {
                self.odd_blank = true;
                let span = Span::new(self.at, self.at + c.len_utf8());
                let message = format!("the character U+{:04X} is read as a blank", u32::from(c));
                self.diagnostics.push(self.source.warning(code::ODD_BLANK, span, message, "not a plain blank"));
            }
            self.at += c.len_utf8();
        }
        false
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, span: Span::new(start, self.at) });
    }

    /// Reads one word; `None` after an error.
    fn token(&mut self) -> Option<()> {
        let start = self.at;
        if let Some(quote) = self.opening_quote() {
            return self.quoted(quote);
        }
        let c = self.peek()?;
        let markdown = self.carrier == Carrier::Markdown && self.rest().starts_with("\\_");
        let simple = match c {
            '(' => Some(TokenKind::LeftParen),
            ')' => Some(TokenKind::RightParen),
            '[' => Some(TokenKind::LeftBracket),
            ']' => Some(TokenKind::RightBracket),
            ',' => Some(TokenKind::Comma),
            _ => None,
        };
        if let Some(kind) = simple {
            self.at += 1;
            self.push(kind, start);
        } else if c == '-' || is_typographic_dash(c) {
            self.hyphenated(c)?;
        } else if c.is_ascii_digit() {
            self.digits();
        } else if is_name_character(c) || c == '$' || markdown {
            self.name();
        } else {
            let span = Span::new(start, start + c.len_utf8());
            let shown = if c.is_control() { format!("U+{:04X}", u32::from(c)) } else { format!("`{c}`") };
            let finding =
                self.source.error(code::CHARACTER, span, format!("{shown} has no meaning here"), "unexpected");
            self.diagnostics.push(finding);
            return None;
        }
        Some(())
    }

    fn hyphenated(&mut self, hyphen: char) -> Option<()> {
        let start = self.at;
        let after = &self.rest()[hyphen.len_utf8()..];
        let word: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        if word.is_empty() {
            let span = Span::new(start, start + hyphen.len_utf8());
            let finding = self
                .source
                .error(code::CHARACTER, span, "a hyphen without an operator word", "unexpected")
                .help("the hyphen stands directly before its word, as in `-eq`");
            self.diagnostics.push(finding);
            return None;
        }
        self.at += hyphen.len_utf8() + word.len();
        match Operator::from_word(&word) {
            Some(operator) => {
                if hyphen != '-' {
                    self.typography(Span::new(start, self.at), "a typographic dash before an operator")?;
                }
                self.operator(operator, start)?;
            }
            None => self.push(TokenKind::UnknownOperator, start),
        }
        Some(())
    }

    fn operator(&mut self, operator: Operator, start: usize) -> Option<()> {
        let tight = self.tokens.last().is_some_and(|last| last.kind == TokenKind::Name && last.span.end == start);
        self.push(TokenKind::Operator(operator), start);
        if tight { self.missing_blank(Span::new(start, self.at)) } else { Some(()) }
    }

    fn missing_blank(&mut self, span: Span) -> Option<()> {
        let message = "no blank between an operator and its neighbour";
        self.choose(Choice::MissingBlank, span, message)
    }

    fn typography(&mut self, span: Span, message: &str) -> Option<()> {
        self.choose(Choice::Typography, span, message)
    }

    /// Warns once of an open reading that accepts the text, or refuses it under the other reading.
    fn choose(&mut self, choice: Choice, span: Span, message: &str) -> Option<()> {
        if self.options.is_other(choice) {
            self.diagnostics.push(self.source.error(choice.code(), span, message, choice.other()));
            return None;
        }
        if !self.diagnostics.iter().any(|finding| finding.code == choice.code()) {
            self.diagnostics.push(self.source.reading(choice, span, message));
        }
        Some(())
    }

    fn digits(&mut self) {
        let start = self.at;
        let mut rest = self.rest().chars().peekable();
        while let Some(c) = rest.next() {
            let inside = c.is_alphanumeric()
                || matches!(c, '_' | ':' | '.' | '+')
                || c == '-' && rest.peek().is_some_and(char::is_ascii_digit);
            if !inside {
                break;
            }
            self.at += c.len_utf8();
        }
        self.push(TokenKind::Digits, start);
    }

    /// A bare word, which may be an operator without its hyphen.
    fn name(&mut self) {
        let start = self.at;
        if self.peek() == Some('$') {
            self.at += 1;
        }
        loop {
            let rest = self.rest();
            if self.carrier == Carrier::Markdown && rest.starts_with("\\_") {
                self.at += 2;
                self.added += 1;
                continue;
            }
            let mut ahead = rest.chars();
            let Some(c) = ahead.next() else { break };
            let dotted = c == '.' && ahead.next().is_some_and(|next| is_name_character(next) || next == '\\');
            if !is_name_character(c) && !dotted {
                break;
            }
            self.at += c.len_utf8();
        }
        let kind = match Operator::from_word(&self.text[start..self.at]) {
            Some(operator) => TokenKind::Operator(operator),
            None => TokenKind::Name,
        };
        self.push(kind, start);
    }

    /// The length of the quote that opens a text here, and the characters that may close it.
    fn opening_quote(&self) -> Option<Quote> {
        let rest = self.rest();
        let carried = match self.carrier {
            Carrier::Json => Some("\\\""),
            Carrier::Doubled => Some("\"\""),
            Carrier::Backticked => Some("`\""),
            Carrier::Plain | Carrier::Markdown => None,
        };
        if let Some(mark) = carried
            && rest.starts_with(mark)
        {
            return Some(Quote::Carried(mark));
        }
        match rest.chars().next()? {
            '"' if carried.is_none() => Some(Quote::Double { curly: false }),
            '\u{201c}' | '\u{201d}' => Some(Quote::Double { curly: true }),
            '\'' => Some(Quote::Single { curly: false }),
            '\u{2018}' | '\u{2019}' => Some(Quote::Single { curly: true }),
            _ => None,
        }
    }

    fn quoted(&mut self, quote: Quote) -> Option<()> {
        let start = self.at;
        let tight = self.tokens.last().is_some_and(|last| {
            matches!(last.kind, TokenKind::Operator(operator) if operator.compares()) && last.span.end == start
        });
        self.at += quote.opening_length(self.rest());
        let mut value = String::new();
        let mut broken = false;
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else {
                let span = Span::new(start, self.text.len());
                let finding = self.source.error(code::TEXT_OPEN, span, "the text is never closed", "opened here");
                self.diagnostics.push(finding);
                return None;
            };
            if let Some((length, unescaped)) = self.escape(quote, rest) {
                value.push(unescaped);
                self.at += length;
            } else if let Some(length) = quote.closing_length(rest) {
                self.at += length;
                break;
            } else {
                broken |= c == '\n';
                value.push(c);
                self.at += c.len_utf8();
            }
        }
        let span = Span::new(start, self.at);
        if let Quote::Carried(_) = quote {
            self.added += 2;
        }
        if broken {
            let message = "a line break inside a text is part of the text";
            self.diagnostics.push(self.source.warning(code::LINE_BREAK, span, message, "spans lines"));
        }
        if matches!(quote, Quote::Double { curly: true } | Quote::Single { curly: true }) {
            self.typography(span, "typographic quotes around a text")?;
        }
        let double = !matches!(quote, Quote::Single { .. });
        self.push(TokenKind::Text(value.into(), double), start);
        if tight { self.missing_blank(span) } else { Some(()) }
    }

    /// An escape at the start of `rest`: its length and the character it stands for.
    fn escape(&mut self, quote: Quote, rest: &str) -> Option<(usize, char)> {
        let mut ahead = rest.chars();
        let (first, second) = (ahead.next()?, ahead.next()?);
        match quote {
            Quote::Double { curly } => {
                let quotes = second == '"' || curly && matches!(second, '\u{201c}' | '\u{201d}');
                let backslash = first == '\\' && self.options.is_other(Choice::QuoteEscape);
                if quotes && (first == '`' || backslash) {
                    return Some((1 + second.len_utf8(), second));
                }
            }
            Quote::Single { curly: false } if first == '\'' && second == '\'' => return Some((2, '\'')),
            Quote::Carried("\\\"") if first == '\\' && second == '\\' => {
                self.added += 1;
                return Some((2, '\\'));
            }
            _ => {}
        }
        let in_pattern = self
            .tokens
            .last()
            .is_some_and(|last| matches!(last.kind, TokenKind::Operator(Operator::Match | Operator::NotMatch)));
        if self.carrier == Carrier::Markdown && !in_pattern && first == '\\' && matches!(second, '_' | '*') {
            self.added += 1;
            return Some((2, second));
        }
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    Double { curly: bool },
    Single { curly: bool },
    Carried(&'static str),
}

impl Quote {
    fn opening_length(self, rest: &str) -> usize {
        match self {
            Quote::Carried(mark) => mark.len(),
            _ => rest.chars().next().map_or(0, char::len_utf8),
        }
    }

    fn closing_length(self, rest: &str) -> Option<usize> {
        let c = rest.chars().next()?;
        let closes = match self {
            Quote::Carried(mark) => return rest.starts_with(mark).then_some(mark.len()),
            Quote::Double { curly } => c == '"' || curly && matches!(c, '\u{201c}' | '\u{201d}'),
            Quote::Single { curly } => c == '\'' || curly && matches!(c, '\u{2018}' | '\u{2019}'),
        };
        closes.then_some(c.len_utf8())
    }
}
