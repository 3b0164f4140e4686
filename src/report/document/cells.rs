//! Tables with typed cells. In: values. Out: rows that every format writes in its own way. Never: a number as text.

use chrono::NaiveDate;

use crate::cell;
use crate::money::Money;
use crate::report::clean;
use crate::report::words::Words;

/// How much a reader should worry. Formats show it by colour *and* by a word or mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    #[default]
    Plain,
    Warning,
    Alarm,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub strong: bool,
}

/// A sentence, some of it strong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase(pub Vec<Span>);

impl Phrase {
    pub fn plain(text: impl Into<String>) -> Self {
        Phrase(vec![Span { text: text.into(), strong: false }])
    }

    pub fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// This sentence, a blank, and `other`.
    pub fn and(mut self, other: Phrase) -> Self {
        self.0.push(Span { text: " ".to_owned(), strong: false });
        self.0.extend(other.0);
        self
    }
}

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing to say: shown as a dash.
    Nothing,
    /// Why there is no value, in words: “no price”.
    Absent(String),
    /// Words of the report.
    Text(String),
    /// A name that others wrote; it has been cleaned and may be shortened.
    Name(String),
    Count(u32),
    Signed(i64),
    /// A mean in tenths.
    Tenths(i64),
    Date(NaiveDate),
    /// An amount; the currency stands in the header or in a cell beside it.
    Money(Money),
    /// So many of so many, shown in percent.
    Share {
        count: u32,
        of: u32,
    },
    /// From the tenth to the ninetieth percentile.
    Range {
        low: u32,
        high: u32,
    },
    /// One mark for each of a run of months: 0 to 7 up to capacity, 8 above it.
    Spark(Vec<u8>),
}

impl Cell {
    pub fn name(text: &str) -> Cell {
        match clean::text(text) {
            text if text.is_empty() => Cell::Nothing,
            text => Cell::Name(text),
        }
    }

    pub fn date(day: Option<NaiveDate>) -> Cell {
        day.map_or(Cell::Nothing, Cell::Date)
    }

    /// The cell as a person reads it, numbers and dates in the manner of the language.
    pub fn shown(&self, words: &Words) -> String {
        match self {
            Cell::Nothing => "–".to_owned(),
            Cell::Absent(text) | Cell::Text(text) | Cell::Name(text) => text.clone(),
            Cell::Count(n) => words.count(u64::from(*n)),
            Cell::Signed(n) => words.signed(*n),
            Cell::Tenths(n) => words.tenths(*n),
            Cell::Date(day) => words.day(*day),
            Cell::Money(money) => words.amount(*money),
            Cell::Share { count, of } => words.share(*count, *of),
            Cell::Range { low, high } => {
                format!("{} – {}", words.count(u64::from(*low)), words.count(u64::from(*high)))
            }
            Cell::Spark(levels) => levels.iter().map(|level| SPARK[usize::from((*level).min(8))]).collect(),
        }
    }

    /// The same for a sheet, or a page from which cells are copied into one: words that a spreadsheet would run as a formula
    /// stand behind an apostrophe.
    pub fn for_sheet(&self, words: &Words) -> String {
        match self {
            Cell::Absent(text) | Cell::Text(text) | Cell::Name(text) => cell::neutral(text).into_owned(),
            other => other.shown(words),
        }
    }

    pub fn is_number(&self) -> bool {
        !matches!(self, Cell::Nothing | Cell::Absent(_) | Cell::Text(_) | Cell::Name(_) | Cell::Spark(_))
    }
}

/// The lowest level is a line, so that a month with little demand still has its place; 8 is kept for “above capacity”.
const SPARK: [char; 9] = ['▁', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A column: what it holds, in which unit, and how soon a narrow screen may leave it out (0: never).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: String,
    /// Empty where the title says all.
    pub unit: String,
    pub numeric: bool,
    pub dispensable: u8,
}

impl Column {
    pub fn text(title: String) -> Self {
        Column { title, unit: String::new(), numeric: false, dispensable: 0 }
    }

    pub fn number(title: String, unit: String) -> Self {
        Column { title, unit, numeric: true, dispensable: 0 }
    }

    pub fn dispensable(self, rank: u8) -> Self {
        Column { dispensable: rank, ..self }
    }

    /// Title and unit in one line.
    pub fn header(&self) -> String {
        if self.unit.is_empty() { self.title.clone() } else { format!("{} ({})", self.title, self.unit) }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub tone: Tone,
    /// A sum or another line that stands apart.
    pub apart: bool,
}

impl Row {
    pub fn of(cells: Vec<Cell>) -> Self {
        Row { cells, tone: Tone::Plain, apart: false }
    }

    pub fn tone(self, tone: Tone) -> Self {
        Row { tone, ..self }
    }

    pub fn apart(self) -> Self {
        Row { apart: true, ..self }
    }
}

/// A table. Every row has as many cells as there are columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub id: String,
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

impl Table {
    /// The table as the content of a section, which is left out where it has no rows.
    pub fn unless_empty(self) -> Vec<super::Block> {
        if self.rows.is_empty() { Vec::new() } else { vec![super::Block::Table(self)] }
    }

    /// The places of the columns for a page: those of sparklines are for terminals, a page has the charts.
    pub fn page_columns(&self) -> Vec<usize> {
        let is_spark = |at: usize| self.rows.iter().any(|row| matches!(row.cells.get(at), Some(Cell::Spark(_))));
        (0..self.columns.len()).filter(|at| !is_spark(*at)).collect()
    }
}
