//! Records of delimited text. In: text and a delimiter. Out: where each field ends, or which record is broken. Never: copies
//! a cell, mends a record, loses one.
//!
//! The shape is RFC 4180 with what portals and shells really write: fields quoted or bare, quotes doubled inside quotes, a
//! bare field keeping its quotes as they stand (`Jan "Jay" Jong`), lines ended by CR LF, LF or CR in any mixture.

use rayon::prelude::*;

/// The longest field that any export is known to hold is a fifth of this.
pub(super) const FIELD_LIMIT: usize = 1 << 20;
const CHUNK: usize = 4 << 20;

/// Why a record is broken. `at` is the byte at which it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    FieldCount { at: usize, found: usize },
    OpenQuote { at: usize },
    AfterQuote { at: usize, column: usize },
    FieldTooLong { at: usize, column: usize },
}

/// Where fields end, counted from the start of their record: two bytes each, unless some record is longer than that.
#[derive(Debug)]
pub(super) enum Ends {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for Ends {
    fn default() -> Self {
        Ends::Narrow(Vec::new())
    }
}

impl Ends {
    pub fn get(&self, at: usize) -> usize {
        match self {
            Ends::Narrow(ends) => usize::from(ends[at]),
            Ends::Wide(ends) => ends[at] as usize,
        }
    }

    /// Appends the ends of a record that starts at byte `start`.
    fn push(&mut self, start: usize, record: &[u32]) {
        let relative = record.iter().map(|end| end - start as u32);
        let last = record.last().map_or(0, |end| *end as usize - start);
        if last > usize::from(u16::MAX) {
            self.widen();
        }
        match self {
            Ends::Narrow(ends) => ends.extend(relative.map(|end| end as u16)),
            Ends::Wide(ends) => ends.extend(relative),
        }
    }

    fn append(&mut self, other: Ends) {
        match (&mut *self, other) {
            (Ends::Narrow(ends), Ends::Narrow(more)) => ends.extend_from_slice(&more),
            (Ends::Wide(ends), Ends::Wide(more)) => ends.extend_from_slice(&more),
            (Ends::Wide(ends), Ends::Narrow(more)) => ends.extend(more.into_iter().map(u32::from)),
            (Ends::Narrow(_), more @ Ends::Wide(_)) => {
                self.widen();
                self.append(more);
            }
        }
    }

    fn widen(&mut self) {
        if let Ends::Narrow(ends) = self {
            *self = Ends::Wide(std::mem::take(ends).into_iter().map(u32::from).collect());
        }
    }

    fn len(&self) -> usize {
        match self {
            Ends::Narrow(ends) => ends.len(),
            Ends::Wide(ends) => ends.len(),
        }
    }

    fn reserve(&mut self, more: usize) {
        match self {
            Ends::Narrow(ends) => ends.reserve(more),
            Ends::Wide(ends) => ends.reserve(more),
        }
    }
}

/// Fields as byte positions: `starts` holds the first byte of each record, `ends` as many ends for each as the file is wide.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub starts: Vec<u32>,
    pub ends: Ends,
    pub faults: Vec<Fault>,
    /// The first byte after the last record that was read.
    pub stop: usize,
    pub marks: Marks,
}

/// What some field of a file looks like. Where none does, nobody needs to look for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// A field starts like the name of a type in place of data.
    pub placeholder: bool,
    /// A field is `""`.
    pub empty_text: bool,
}

impl Marks {
    fn note(&mut self, field: &[u8]) {
        match field {
            [b'"', b'"'] => self.empty_text = true,
            [b'S' | b'M' | b'@' | b'[', ..] | [b'"', b'S' | b'M' | b'@' | b'[', ..] => {
                let bare = field.strip_prefix(b"\"").unwrap_or(field);
                let starts: [&[u8]; 4] = [b"System.", b"Microsoft.", b"@{", b"[object "];
                self.placeholder |= starts.iter().any(|start| bare.starts_with(start));
            }
            _ => {}
        }
    }
}

/// The ends of the fields of one record that starts at `start`, appended to `ends`; the first byte after it.
pub(super) fn record(
    text: &[u8],
    start: usize,
    delimiter: u8,
    ends: &mut Vec<u32>,
    faults: &mut Vec<Fault>,
    marks: &mut Marks,
) -> (usize, usize) {
    let mut at = start;
    let mut column = 0;
    loop {
        let end = if text.get(at) == Some(&b'"') {
            match quoted(text, at, delimiter) {
                Ok(end) => end,
                Err((fault, end)) => {
                    faults.push(fault.in_column(column));
                    end
                }
            }
        } else {
            bare(text, at, delimiter)
        };
        if end - at > FIELD_LIMIT {
            faults.push(Fault::FieldTooLong { at, column });
        }
        marks.note(&text[at..end]);
        ends.push(end as u32);
        column += 1;
        match text.get(end) {
            Some(byte) if *byte == delimiter => at = end + 1,
            Some(b'\r') if text.get(end + 1) == Some(&b'\n') => return (end + 2, column),
            Some(_) => return (end + 1, column),
            None => return (end, column),
        }
    }
}

fn bare(text: &[u8], at: usize, delimiter: u8) -> usize {
    memchr::memchr3(delimiter, b'\n', b'\r', &text[at..]).map_or(text.len(), |length| at + length)
}

/// The end of a field whose first byte is a quote: the byte after the closing one.
fn quoted(text: &[u8], start: usize, delimiter: u8) -> Result<usize, (Fault, usize)> {
    let mut at = start + 1;
    let close = loop {
        // A quote that is never closed would swallow the rest of the file: the limit of a field ends the search.
        let window = &text[at..text.len().min(start + FIELD_LIMIT + 2).max(at)];
        match memchr::memchr(b'"', window) {
            None if start + FIELD_LIMIT + 2 < text.len() => {
                return Err((Fault::FieldTooLong { at: start, column: 0 }, text.len()));
            }
            None => return Err((Fault::OpenQuote { at: start }, text.len())),
            Some(length) if text.get(at + length + 1) == Some(&b'"') => at += length + 2,
            Some(length) => break at + length,
        }
    };
    match text.get(close + 1) {
        None | Some(b'\n' | b'\r') => Ok(close + 1),
        Some(byte) if *byte == delimiter => Ok(close + 1),
        Some(_) => Err((Fault::AfterQuote { at: close + 1, column: 0 }, bare(text, close + 1, delimiter))),
    }
}

impl Fault {
    fn in_column(self, column: usize) -> Fault {
        match self {
            Fault::AfterQuote { at, .. } => Fault::AfterQuote { at, column },
            Fault::FieldTooLong { at, .. } => Fault::FieldTooLong { at, column },
            other => other,
        }
    }

    pub fn at(&self) -> usize {
        match self {
            Fault::FieldCount { at, .. }
            | Fault::OpenQuote { at }
            | Fault::AfterQuote { at, .. }
            | Fault::FieldTooLong { at, .. } => *at,
        }
    }
}

/// The first field of this beginning of a file that is longer than any export writes: where it starts, and in which column.
pub(super) fn endless_field(text: &[u8], delimiter: u8) -> Option<(usize, usize)> {
    let (mut ends, mut faults, mut at) = (Vec::new(), Vec::new(), 0);
    while at < text.len() {
        let (next, _) = record(text, at, delimiter, &mut ends, &mut faults, &mut Marks::default());
        ends.clear();
        let endless = faults.iter().find_map(|fault| match fault {
            Fault::FieldTooLong { at, column } => Some((*at, *column)),
            _ => None,
        });
        if endless.is_some() {
            return endless;
        }
        faults.clear();
        at = next.max(at + 1);
    }
    None
}

/// All records that start in `from..until`. Blank lines are no records.
fn stretch(text: &[u8], from: usize, until: usize, delimiter: u8, width: usize) -> Records {
    let mut records = Records { stop: from, ..Records::default() };
    let guess = (until - from) / 8;
    records.ends.reserve(guess.min(CHUNK));
    let mut fields = Vec::with_capacity(width);
    while records.stop < until {
        let start = records.stop;
        if let Some(b'\n' | b'\r') = text.get(start) {
            records.stop += 1;
            continue;
        }
        let faults = records.faults.len();
        fields.clear();
        let (stop, found) = record(text, start, delimiter, &mut fields, &mut records.faults, &mut records.marks);
        records.stop = stop;
        if records.faults.len() == faults && found != width {
            records.faults.push(Fault::FieldCount { at: start, found });
        }
        if records.faults.len() == faults {
            records.starts.push(start as u32);
            records.ends.push(start, &fields);
        } else {
            records.faults.truncate(faults + 1);
        }
    }
    records
}

/// All records from `from` to the end of `text`, each `width` fields wide.
///
/// Stretches are read side by side from line ends where a record probably starts. A stretch counts only if the one before
/// it really stopped there; otherwise (a line end inside quotes) it is read again from the right place, so the result is
/// that of one reader from start to end.
pub(super) fn records(text: &[u8], from: usize, delimiter: u8, width: usize) -> Records {
    let mut bounds = vec![from];
    let mut next = from + CHUNK;
    while next < text.len() {
        let Some(length) = memchr::memchr2(b'\n', b'\r', &text[next..]) else { break };
        let pair = text[next + length] == b'\r' && text.get(next + length + 1) == Some(&b'\n');
        let bound = next + length + if pair { 2 } else { 1 };
        bounds.push(bound);
        next = bound + CHUNK;
    }
    bounds.push(text.len());
    let stretches: Vec<Records> =
        bounds.par_windows(2).map(|bound| stretch(text, bound[0], bound[1], delimiter, width)).collect();
    let mut all = Records { stop: from, ..Records::default() };
    all.starts.reserve_exact(stretches.iter().map(|part| part.starts.len()).sum());
    all.ends.reserve(stretches.iter().map(|part| part.ends.len()).sum());
    for (part, bound) in stretches.into_iter().zip(bounds.windows(2)) {
        let part =
            if all.stop == bound[0] { part } else { stretch(text, all.stop, bound[1].max(all.stop), delimiter, width) };
        all.stop = part.stop;
        all.starts.extend_from_slice(&part.starts);
        all.ends.append(part.ends);
        all.faults.extend_from_slice(&part.faults);
        all.marks.placeholder |= part.marks.placeholder;
        all.marks.empty_text |= part.marks.empty_text;
    }
    all
}
