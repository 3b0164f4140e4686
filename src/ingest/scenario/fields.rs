//! The text of a scenario file, value by value. In: TOML with spans. Out: typed values, or a finding at the place that is wrong.
//! Never: knows a kind of change.

use std::borrow::Cow;
use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Origin, did_you_mean};
use crate::ingest::bytes::position;
use crate::ingest::code;

pub type Value<'i> = Spanned<DeValue<'i>>;

/// One file while it is read.
pub struct Text<'a> {
    pub origin: Origin,
    pub text: &'a str,
    pub findings: &'a mut Vec<Diagnostic>,
}

impl Text<'_> {
    pub fn at(&self, span: &Range<usize>) -> Origin {
        self.origin.at_line(position(self.text.as_bytes(), span.start).0)
    }

    /// Reports at the line of `span`, with that line as the text.
    pub fn error(&mut self, code: Code, message: impl Into<String>, span: &Range<usize>, help: Option<String>) {
        let mut finding = Diagnostic::error(code, message);
        finding.help = help;
        let start = self.text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let from = span.start.saturating_sub(start).min(line.len());
        let to = span.end.saturating_sub(start).clamp(from, line.len());
        let finding = match line.get(from..to) {
            Some(_) => finding.pointing(&self.at(span), line, from..to, ""),
            None => finding.at(&self.at(span)),
        };
        self.findings.push(finding);
    }

    pub fn wrong<T>(&mut self, value: &Value<'_>, wanted: &str) -> Option<T> {
        self.error(code::WRONG_IN_SCENARIO, format!("wanted is {wanted}"), &value.span(), None);
        None
    }

    pub fn unknown_key<'c>(&mut self, key: &Spanned<Cow<'_, str>>, known: impl Iterator<Item = &'c str>) {
        let help = did_you_mean(key.get_ref(), known);
        let message = format!("`{}` means nothing here", key.get_ref());
        self.error(code::UNKNOWN_IN_SCENARIO, message, &key.span(), help);
    }

    pub fn string<'v>(&mut self, value: &'v Value<'_>) -> Option<&'v str> {
        let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        text.or_else(|| self.wrong(value, "a text in quotes"))
    }

    /// A text, or a list of texts, each with its place.
    pub fn strings<'v>(&mut self, value: &'v Value<'_>) -> Option<Vec<(&'v str, Range<usize>)>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.string(value).map(|text| vec![(text, value.span())]);
        };
        let mut texts = Vec::new();
        for item in array.iter() {
            texts.push((self.string(item)?, item.span()));
        }
        if texts.is_empty() { self.wrong(value, "at least one text") } else { Some(texts) }
    }

    pub fn boolean(&mut self, value: &Value<'_>) -> Option<bool> {
        value.get_ref().as_bool().or_else(|| self.wrong(value, "true or false"))
    }

    pub fn count(&mut self, value: &Value<'_>, most: u32) -> Option<u32> {
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse::<u32>().ok());
        number.filter(|n| *n <= most).or_else(|| self.wrong(value, &format!("a whole number, at most {most}")))
    }

    pub fn number(&mut self, value: &Value<'_>, wanted: &str) -> Option<f64> {
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite()).or_else(|| self.wrong(value, wanted))
    }

    /// `"25%"` as 0.25.
    pub fn share(&mut self, value: &Value<'_>) -> Option<f64> {
        let text = value.get_ref().as_str().and_then(|text| text.trim().strip_suffix('%'));
        let share = text.and_then(|text| text.trim().parse::<f64>().ok()).map(|percent| percent / 100.0);
        let share = share.filter(|share| share.is_finite() && (0.0..=1.0).contains(share));
        share.or_else(|| self.wrong(value, "a share such as `\"25%\"`"))
    }

    pub fn day(&mut self, value: &Value<'_>) -> Option<NaiveDate> {
        let text = match value.get_ref() {
            DeValue::Datetime(at) => at.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        day.or_else(|| self.wrong(value, "a date such as 2027-01-15"))
    }

    pub fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        value.get_ref().as_table().or_else(|| self.wrong(value, "a table"))
    }

    pub fn word<T: Copy>(&mut self, value: &Value<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = value.get_ref().as_str().unwrap_or("");
        if let Some((_, word)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            return Some(*word);
        }
        let list = words.iter().map(|(word, _)| format!("`\"{word}\"`")).collect::<Vec<_>>().join(" or ");
        let help = did_you_mean(text, words.iter().map(|(word, _)| *word)).filter(|near| near.starts_with("did you"));
        self.error(code::WRONG_IN_SCENARIO, format!("wanted is {list}"), &value.span(), help);
        None
    }
}
