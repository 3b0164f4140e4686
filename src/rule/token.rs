//! The words of the rule language. In: nothing. Out: token and operator types. Never: decides what a word means in place.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A byte range in the rule's text, on character boundaries. Spans never make two trees differ: all of them compare equal,
/// so that a rule printed and parsed again is the same rule.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Span {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Hash for Span {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

macro_rules! operators {
    ($( $variant:ident $word:literal; )*) => {
        /// Every operator word that is documented.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operator { $( $variant, )* }

        impl Operator {
            pub const ALL: &[Operator] = &[ $( Operator::$variant, )* ];

            /// The documented spelling without its hyphen.
            pub fn word(self) -> &'static str {
                match self { $( Operator::$variant => $word, )* }
            }
        }
    };
}

operators! {
    Eq "eq"; Ne "ne"; StartsWith "startsWith"; NotStartsWith "notStartsWith"; EndsWith "endsWith"; NotEndsWith "notEndsWith";
    Contains "contains"; NotContains "notContains"; Match "match"; NotMatch "notMatch"; In "in"; NotIn "notIn"; Ge "ge"; Le "le";
    Any "any"; All "all"; And "and"; Or "or"; Not "not"; Plus "plus"; Minus "minus";
}

impl Operator {
    pub fn from_word(word: &str) -> Option<Operator> {
        Self::ALL.iter().copied().find(|operator| operator.word().eq_ignore_ascii_case(word))
    }

    /// Whether the operator stands between a property and a value.
    pub fn compares(self) -> bool {
        self <= Operator::Le
    }

    /// The positive operator of the pair, and whether `self` is its complement.
    pub fn positive(self) -> (Operator, bool) {
        match self {
            Operator::Ne => (Operator::Eq, true),
            Operator::NotStartsWith => (Operator::StartsWith, true),
            Operator::NotEndsWith => (Operator::EndsWith, true),
            Operator::NotContains => (Operator::Contains, true),
            Operator::NotMatch => (Operator::Match, true),
            Operator::NotIn => (Operator::In, true),
            other => (other, false),
        }
    }
}

impl std::fmt::Display for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "-{}", self.word())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    Operator(Operator),
    /// A hyphen and a word that is no operator.
    UnknownOperator,
    /// `user.department`, `null`, `$null`, `_`, `system.now`, `P30D`, or any other bare word.
    Name,
    /// A quoted text, unescaped; whether it stood in double quotes.
    Text(Box<str>, bool),
    /// A run that begins with a digit: a number, a date, or text that lacks its quotes.
    Digits,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}
