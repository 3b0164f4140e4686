//! Users: one at a time as a record, all of them as dictionary-coded columns. In: values. Out: the same values, cheap to
//! compare. Never: guesses; a value that no file holds is `NotInFile`, which is neither null nor empty.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::texts::Texts;
use super::{Attribute, AttributeKind};

/// The position of a user in `Users`, stable within one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserIndex(pub u32);

impl UserIndex {
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// One service plan on a user, as Graph's `assignedPlans` has it. `capability_status` is `Enabled`, `Warning`, `Suspended`,
/// `Deleted` or `LockedOut`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssignedPlan {
    pub service_plan_id: Option<Box<str>>,
    pub service: Option<Box<str>>,
    pub capability_status: Option<Box<str>>,
}

/// A value of an attribute. Empty text is not null (`""` in PowerShell exports), and a missing column is neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    NotInFile,
    Null,
    Text(Box<str>),
    Boolean(bool),
    Instant(DateTime<Utc>),
    Texts(Vec<Box<str>>),
    Plans(Vec<AssignedPlan>),
}

/// The same, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueRef<'a> {
    NotInFile,
    Null,
    Text(&'a str),
    Boolean(bool),
    Instant(DateTime<Utc>),
    Texts(&'a [Box<str>]),
    Plans(&'a [AssignedPlan]),
}

impl Value {
    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::NotInFile => ValueRef::NotInFile,
            Value::Null => ValueRef::Null,
            Value::Text(text) => ValueRef::Text(text),
            Value::Boolean(value) => ValueRef::Boolean(*value),
            Value::Instant(instant) => ValueRef::Instant(*instant),
            Value::Texts(texts) => ValueRef::Texts(texts),
            Value::Plans(plans) => ValueRef::Plans(plans),
        }
    }
}

impl ValueRef<'_> {
    pub fn to_value(self) -> Value {
        match self {
            ValueRef::NotInFile => Value::NotInFile,
            ValueRef::Null => Value::Null,
            ValueRef::Text(text) => Value::text(text),
            ValueRef::Boolean(value) => Value::Boolean(value),
            ValueRef::Instant(instant) => Value::Instant(instant),
            ValueRef::Texts(texts) => Value::Texts(texts.to_vec()),
            ValueRef::Plans(plans) => Value::Plans(plans.to_vec()),
        }
    }
}

/// One user as a record: what the naive evaluator, `explain` and `rule eval` look at. An attribute that was never set is
/// `NotInFile`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    values: BTreeMap<Attribute, Value>,
}

impl User {
    pub fn set(&mut self, attribute: Attribute, value: Value) {
        self.values.insert(attribute, value);
    }

    pub fn with(mut self, attribute: Attribute, value: Value) -> Self {
        self.set(attribute, value);
        self
    }

    pub fn value(&self, attribute: &Attribute) -> ValueRef<'_> {
        self.values.get(attribute).map_or(ValueRef::NotInFile, Value::as_ref)
    }

    pub fn attributes(&self) -> impl Iterator<Item = (&Attribute, &Value)> {
        self.values.iter()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Dictionary {
    Texts(Texts),
    Values(Vec<Value>),
}

/// One attribute of all users. Invariant: every code is [`Column::NOT_IN_FILE`], [`Column::NULL`] or
/// `Column::FIRST_VALUE + i` with `i` below the number of distinct values, and distinct values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    codes: Vec<u32>,
    dictionary: Dictionary,
}

impl Column {
    pub const NOT_IN_FILE: u32 = 0;
    pub const NULL: u32 = 1;
    pub const FIRST_VALUE: u32 = 2;

    /// The code of each user, in user order.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Codes run from 0 to this number, exclusive.
    pub fn code_count(&self) -> u32 {
        let values = match &self.dictionary {
            Dictionary::Texts(pool) => pool.len(),
            Dictionary::Values(values) => values.len(),
        };
        Self::FIRST_VALUE + values as u32
    }

    /// The value a code stands for. Panics on a code this column does not hold.
    pub fn decode(&self, code: u32) -> ValueRef<'_> {
        match (code, &self.dictionary) {
            (Self::NOT_IN_FILE, _) => ValueRef::NotInFile,
            (Self::NULL, _) => ValueRef::Null,
            (code, Dictionary::Texts(pool)) => ValueRef::Text(pool.get((code - Self::FIRST_VALUE) as usize)),
            (code, Dictionary::Values(values)) => values[(code - Self::FIRST_VALUE) as usize].as_ref(),
        }
    }

    pub fn value(&self, user: UserIndex) -> ValueRef<'_> {
        self.decode(self.codes[user.get()])
    }

    /// Whether any user has a value or null here: false means that no file holds the attribute.
    pub fn is_in_file(&self) -> bool {
        self.codes.iter().any(|code| *code != Self::NOT_IN_FILE)
    }
}

/// Builds a column user by user. Texts keep their letter case; values that differ only in case get codes of their own.
#[derive(Debug)]
pub struct ColumnBuilder {
    codes: Vec<u32>,
    dictionary: Dictionary,
    text_codes: HashMap<Box<str>, u32>,
    value_codes: HashMap<Value, u32>,
}

impl ColumnBuilder {
    pub fn new(kind: AttributeKind) -> Self {
        let dictionary = match kind {
            AttributeKind::Text => Dictionary::Texts(Texts::default()),
            _ => Dictionary::Values(Vec::new()),
        };
        Self { codes: Vec::new(), dictionary, text_codes: HashMap::new(), value_codes: HashMap::new() }
    }

    pub fn with_capacity(kind: AttributeKind, users: usize) -> Self {
        let mut builder = Self::new(kind);
        builder.codes.reserve(users);
        builder
    }

    pub fn push_not_in_file(&mut self) {
        self.codes.push(Column::NOT_IN_FILE);
    }

    pub fn push_null(&mut self) {
        self.codes.push(Column::NULL);
    }

    /// Appends a text. Panics on a column that is not of kind `Text`.
    pub fn push_text(&mut self, text: &str) {
        let code = match self.text_codes.get(text) {
            Some(code) => *code,
            None => {
                let Dictionary::Texts(pool) = &mut self.dictionary else { panic!("not a text column") };
                pool.push(text);
                let code = Column::FIRST_VALUE + pool.len() as u32 - 1;
                self.text_codes.insert(text.into(), code);
                code
            }
        };
        self.codes.push(code);
    }

    /// Appends any value of the column's kind.
    pub fn push(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::NotInFile => self.push_not_in_file(),
            ValueRef::Null => self.push_null(),
            ValueRef::Text(text) => self.push_text(text),
            other => {
                let Dictionary::Values(values) = &mut self.dictionary else { panic!("a text column takes texts only") };
                let next = Column::FIRST_VALUE + values.len() as u32;
                let code = *self.value_codes.entry(other.to_value()).or_insert_with(|| {
                    values.push(other.to_value());
                    next
                });
                self.codes.push(code);
            }
        }
    }

    /// The code of a value, without appending it: for a reader that meets each distinct value once.
    pub fn code(&mut self, value: ValueRef<'_>) -> u32 {
        self.push(value);
        self.codes.pop().unwrap_or(Column::NOT_IN_FILE)
    }

    /// The code of a value that no code was given for yet, which the caller answers for: nothing is looked up.
    pub fn new_code(&mut self, value: ValueRef<'_>) -> u32 {
        let distinct = match (value, &mut self.dictionary) {
            (ValueRef::Text(text), Dictionary::Texts(pool)) => {
                pool.push(text);
                pool.len()
            }
            (value, Dictionary::Values(values)) => {
                values.push(value.to_value());
                values.len()
            }
            _ => panic!("a text column takes texts only"),
        };
        Column::FIRST_VALUE + distinct as u32 - 1
    }

    /// The same for a text that stands at `range` of `whole`, which the finished column then holds in place of a copy. Panics
    /// on a column that is not of kind `Text`.
    pub fn new_code_in(&mut self, whole: &Arc<String>, range: Range<usize>) -> u32 {
        let Dictionary::Texts(pool) = &mut self.dictionary else { panic!("a text column takes texts only") };
        pool.push_shared(whole, range);
        Column::FIRST_VALUE + pool.len() as u32 - 1
    }

    /// Appends a value by the code that [`ColumnBuilder::code`] gave for it.
    pub fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn finish(mut self) -> Column {
        if let Dictionary::Texts(pool) = &mut self.dictionary {
            pool.shrink_to_fit();
        }
        Column { codes: self.codes, dictionary: self.dictionary }
    }
}

/// All users of a snapshot, by column. Invariant: every column has `len` codes. The order of users is that of their ids,
/// in byte order, so that the order of rows in a file never matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    len: usize,
    columns: BTreeMap<Attribute, Column>,
}

impl Users {
    /// Panics when a column has not one code for each user.
    pub fn new(len: usize, columns: BTreeMap<Attribute, Column>) -> Self {
        assert!(columns.values().all(|column| column.codes.len() == len), "every column covers every user");
        Self { len, columns }
    }

    /// Users from records: for tests, the sandbox and small tenants.
    pub fn from_records(records: &[User]) -> Self {
        let attributes: std::collections::BTreeSet<Attribute> =
            records.iter().flat_map(|user| user.values.keys().cloned()).collect();
        let columns = attributes.into_iter().map(|attribute| {
            let mut builder = ColumnBuilder::with_capacity(attribute.kind(), records.len());
            records.iter().for_each(|user| builder.push(user.value(&attribute)));
            (attribute, builder.finish())
        });
        Self::new(records.len(), columns.collect())
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn indexes(&self) -> impl Iterator<Item = UserIndex> + use<> {
        (0..self.len as u32).map(UserIndex)
    }

    /// The column of an attribute; `None` where no file holds it.
    pub fn column(&self, attribute: &Attribute) -> Option<&Column> {
        self.columns.get(attribute)
    }

    pub fn columns(&self) -> impl Iterator<Item = (&Attribute, &Column)> {
        self.columns.iter()
    }

    pub fn value(&self, user: UserIndex, attribute: &Attribute) -> ValueRef<'_> {
        self.columns.get(attribute).map_or(ValueRef::NotInFile, |column| column.value(user))
    }

    /// The text of an attribute; `None` for null, for another kind of value and where no file holds it.
    pub fn text(&self, user: UserIndex, attribute: &Attribute) -> Option<&str> {
        match self.value(user, attribute) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn boolean(&self, user: UserIndex, attribute: &Attribute) -> Option<bool> {
        match self.value(user, attribute) {
            ValueRef::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The user as a record.
    pub fn record(&self, user: UserIndex) -> User {
        let values = self.columns.iter().map(|(attribute, column)| (attribute.clone(), column.value(user).to_value()));
        User { values: values.filter(|(_, value)| *value != Value::NotInFile).collect() }
    }

    /// Whether the user's `userType` is `Guest`. An external account typed `Member` is not a guest.
    pub fn is_guest(&self, user: UserIndex) -> bool {
        self.text(user, &Attribute::UserType).is_some_and(|kind| kind.eq_ignore_ascii_case("guest"))
    }

    /// The name to show: display name, else user principal name, else id.
    pub fn name(&self, user: UserIndex) -> &str {
        [Attribute::DisplayName, Attribute::UserPrincipalName, Attribute::Id]
            .iter()
            .find_map(|attribute| self.text(user, attribute).filter(|text| !text.is_empty()))
            .unwrap_or("(no name)")
    }

    pub fn id(&self, user: UserIndex) -> &str {
        self.text(user, &Attribute::Id).unwrap_or("")
    }
}
