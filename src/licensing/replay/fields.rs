//! One line of events as named fields. In: a JSON object. Out: typed values, and findings for what is missing, of the wrong
//! kind or not known. Never: guesses.

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Origin, did_you_mean};
use crate::licensing::Country;

/// A line is no event.
pub const BAD_LINE: Code = Code("D600");
/// A field is missing or has a value of another kind.
pub const BAD_FIELD: Code = Code("D601");
/// No event has this field.
pub const UNKNOWN_FIELD: Code = Code("D602");

/// The fields of one line that are still to be read.
pub struct Fields<'a> {
    map: Map<String, Value>,
    known: Vec<&'static str>,
    pub origin: Origin,
    pub findings: &'a mut Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    pub fn new(map: Map<String, Value>, origin: Origin, findings: &'a mut Vec<Diagnostic>) -> Self {
        Self { map, known: Vec::new(), origin, findings }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.map.shift_remove(name)
    }

    fn wrong(&mut self, name: &str, wanted: &str) {
        let message = format!("`{name}` is not {wanted}");
        self.findings.push(Diagnostic::error(BAD_FIELD, message).at(&self.origin));
    }

    fn missing(&mut self, name: &str) {
        let message = format!("the event has no `{name}`");
        let finding = Diagnostic::error(BAD_FIELD, message).at(&self.origin);
        self.findings.push(finding);
    }

    /// Whether the line has the field.
    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name) {
            Some(Value::String(text)) if !text.is_empty() => return Some(text),
            Some(_) => self.wrong(name, "a text"),
            None => self.missing(name),
        }
        None
    }

    pub fn number(&mut self, name: &'static str) -> Option<u32> {
        match self.take(name) {
            Some(value) => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                if number.is_none() {
                    self.wrong(name, "a whole number of 0 or more");
                }
                return number;
            }
            None => self.missing(name),
        }
        None
    }

    /// A number, or null; a missing field is null.
    pub fn number_or_null(&mut self, name: &'static str) -> Option<u32> {
        if matches!(self.map.get(name), None | Some(Value::Null)) {
            self.take(name);
            return None;
        }
        self.number(name)
    }

    pub fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        match self.take(name) {
            Some(Value::Bool(value)) => value,
            None => default,
            Some(_) => {
                self.wrong(name, "true or false");
                default
            }
        }
    }

    /// A list of texts; a missing field is an empty list unless `required`.
    pub fn texts(&mut self, name: &'static str, required: bool) -> Vec<String> {
        let value = match self.take(name) {
            Some(value) => value,
            None => {
                if required {
                    self.missing(name);
                }
                return Vec::new();
            }
        };
        let list = value.as_array().map(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        match list {
            Some(Some(texts)) => texts,
            _ => {
                self.wrong(name, "a list of texts");
                Vec::new()
            }
        }
    }

    pub fn objects(&mut self, name: &'static str) -> Vec<Map<String, Value>> {
        let value = self.take(name);
        let list = match value {
            None => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.wrong(name, "a list");
                return Vec::new();
            }
        };
        let mut objects = Vec::new();
        for item in list {
            match item {
                Value::Object(map) => objects.push(map),
                // A bare name stands for an object that has only that name.
                Value::String(text) => objects.push(Map::from_iter([("sku".to_owned(), Value::String(text))])),
                _ => self.wrong(name, "a list of objects"),
            }
        }
        objects
    }

    /// A country code or null; a missing field is null.
    pub fn country(&mut self, name: &'static str) -> Option<Country> {
        match self.take(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(value) => {
                let country = value.as_str().and_then(Country::parse);
                if country.is_none() {
                    self.wrong(name, "a two-letter country code");
                }
                country
            }
        }
    }

    /// Any value, as it is.
    pub fn any(&mut self, name: &'static str) -> Option<Value> {
        self.take(name)
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.map)
    }

    /// A finding for each field that nobody asked for.
    pub fn finish(self) {
        for name in self.map.keys() {
            let mut finding = Diagnostic::error(UNKNOWN_FIELD, format!("this event has no field `{name}`"));
            finding.help = did_you_mean(name, self.known.iter().copied());
            self.findings.push(finding.at(&self.origin));
        }
    }
}
