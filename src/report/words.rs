//! The words, numbers and dates of a language. In: keys and values. Out: text. Never: falls back to another language in
//! silence; the suite fails when a message file lacks a key.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};

use super::document::{Phrase, Span};
use crate::money::Money;

/// The languages that reports are written in, each with one message file in `messages/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "nl")]
    Dutch,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Dutch];

    /// The language of a BCP 47 tag such as `nl` or `en-GB`.
    pub fn parse(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Dutch => "nl",
        }
    }

    /// The message file, which is part of the program.
    pub fn source(self) -> &'static str {
        match self {
            Language::English => include_str!("messages/en.toml"),
            Language::Dutch => include_str!("messages/nl.toml"),
        }
    }
}

/// One message file, read. Keys are paths with dots: `outlook.title`.
#[derive(Debug)]
pub struct Words {
    language: Language,
    messages: BTreeMap<String, String>,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read(Language::English));
static DUTCH: LazyLock<Words> = LazyLock::new(|| Words::read(Language::Dutch));

impl Words {
    pub fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Dutch => &DUTCH,
        }
    }

    fn read(language: Language) -> Words {
        let table: toml::Table = toml::from_str(language.source()).expect("the embedded message file is well formed");
        let mut messages = BTreeMap::new();
        flatten("", &table, &mut messages);
        Words { language, messages }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.messages.keys().map(String::as_str)
    }

    pub fn find(&self, key: &str) -> Option<&str> {
        self.messages.get(key).map(String::as_str)
    }

    /// The message of `key`; a key that no message has is shown as it is, so that it is seen.
    pub fn say(&self, key: &str) -> String {
        self.find(key).unwrap_or(key).to_owned()
    }

    /// The message with every `{name}` filled in.
    pub fn tell(&self, key: &str, values: &[(&str, String)]) -> String {
        self.phrase(key, values, &[]).text()
    }

    /// The message filled in, with the values named in `strong` set strong.
    pub fn phrase(&self, key: &str, values: &[(&str, String)], strong: &[&str]) -> Phrase {
        let message = self.find(key).unwrap_or(key);
        let mut spans: Vec<Span> = Vec::new();
        let mut push = |text: &str, strong: bool| match spans.last_mut() {
            Some(last) if last.strong == strong => last.text.push_str(text),
            _ if text.is_empty() => {}
            _ => spans.push(Span { text: text.to_owned(), strong }),
        };
        let mut rest = message;
        while let Some((before, after)) = rest.split_once('{') {
            push(before, false);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => push(value, strong.contains(&name)),
                None => push(&format!("{{{name}}}"), false),
            }
            rest = after;
        }
        push(rest, false);
        Phrase(spans)
    }

    /// `key.one` or `key.other` with `{n}` filled in.
    pub fn plural(&self, key: &str, n: u64) -> String {
        let form = if n == 1 { "one" } else { "other" };
        self.tell(&format!("{key}.{form}"), &[("n", self.count(n))])
    }

    pub fn seats(&self, n: u32) -> String {
        self.plural("unit.seats", u64::from(n))
    }

    pub fn count(&self, n: u64) -> String {
        self.grouped(&n.to_string())
    }

    fn grouped(&self, digits: &str) -> String {
        let separator = self.find("format.group").unwrap_or("");
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(separator);
            }
            text.push(digit);
        }
        text
    }

    pub fn signed(&self, n: i64) -> String {
        // U+2212, the minus sign: as wide as the plus sign, and never broken off at the end of a line.
        let sign = if n < 0 { "−" } else { "" };
        format!("{sign}{}", self.count(n.unsigned_abs()))
    }

    pub fn tenths(&self, n: i64) -> String {
        let sign = if n < 0 { "−" } else { "" };
        let tenths = n.unsigned_abs();
        format!("{sign}{}{}{}", self.count(tenths / 10), self.point(), tenths % 10)
    }

    pub fn point(&self) -> &str {
        self.find("format.point").unwrap_or(".")
    }

    /// An amount with the minor digits of its currency, without the currency.
    pub fn amount(&self, money: Money) -> String {
        let sign = if money.minor < 0 { "−" } else { "" };
        let digits = money.currency.minor_digits();
        let scale = 10u64.pow(digits);
        let minor = money.minor.unsigned_abs();
        let whole = self.count(minor / scale);
        match digits {
            0 => format!("{sign}{whole}"),
            width => {
                let rest = minor % scale;
                format!("{sign}{whole}{}{rest:0width$}", self.point(), width = width as usize)
            }
        }
    }

    /// `EUR 1,234.56`.
    pub fn money(&self, money: Money) -> String {
        format!("{}\u{a0}{}", money.currency, self.amount(money))
    }

    /// `count` of `of` in whole percent, to the nearest; never 0 % of something or 100 % of less than all.
    pub fn share(&self, count: u32, of: u32) -> String {
        if of == 0 {
            return "–".to_owned();
        }
        let percent = (u64::from(count) * 200 + u64::from(of)) / (u64::from(of) * 2);
        match percent {
            0 if count > 0 => "<1%".to_owned(),
            100 if count < of => ">99%".to_owned(),
            percent => format!("{percent}%"),
        }
    }

    /// `14 March 2027`.
    pub fn date(&self, day: NaiveDate) -> String {
        format!("{}\u{a0}{}\u{a0}{}", day.day(), self.month_name("months", day), day.year())
    }

    /// `14 Mar 2027`, for tables and axes.
    pub fn day(&self, day: NaiveDate) -> String {
        format!("{}\u{a0}{}\u{a0}{}", day.day(), self.month_name("months-short", day), day.year())
    }

    /// `Mar 2027`.
    pub fn month(&self, day: NaiveDate) -> String {
        format!("{}\u{a0}{}", self.month_name("months-short", day), day.year())
    }

    /// `Mar`.
    pub fn month_alone(&self, day: NaiveDate) -> String {
        self.month_name("months-short", day)
    }

    fn month_name(&self, kind: &str, day: NaiveDate) -> String {
        self.say(&format!("format.{kind}.{:02}", day.month()))
    }
}

fn flatten(path: &str, table: &toml::Table, messages: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            toml::Value::String(text) => {
                messages.insert(key, text.clone());
            }
            toml::Value::Table(inner) => flatten(&key, inner, messages),
            toml::Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let text = item.as_str().expect("message files hold strings, tables, and lists of strings");
                    messages.insert(format!("{key}.{:02}", at + 1), text.to_owned());
                }
            }
            _ => panic!("message files hold strings, tables, and lists of strings: `{key}`"),
        }
    }
}
