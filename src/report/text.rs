//! A report on a terminal. In: a document and a screen. Out: text whose lines fit the screen. Never: asks whether it is a
//! terminal, or uses colour as the only sign.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, LineStyle, TableStyle};

use super::document::{Block, Cell, Column, Document, Level, Phrase, Row, Section, Table, Tone};
use super::words::Words;
use super::{clean, shorten};

/// What the caller knows about the place where the text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    pub columns: usize,
    pub colour: bool,
    /// Sections up to this level are shown.
    pub level: Level,
}

impl Default for Screen {
    fn default() -> Self {
        Screen { columns: 80, colour: false, level: Level::Summary }
    }
}

/// One blank of padding and one of a border that is not drawn stand between two columns.
const STYLE: TableStyle = NOTHING.header_separator(LineStyle::none().fill('─').junction('─'));
const GAP: usize = 2;
/// A name is never shortened below this.
const NAME_LEAST: usize = 8;
const SCREEN_LEAST: usize = 40;

pub fn render(document: &Document, screen: &Screen) -> String {
    let words = Words::of(document.language);
    let screen = Screen { columns: screen.columns.max(SCREEN_LEAST), ..*screen };
    let mut out = String::new();
    heading(&mut out, &document.title, '═', &screen);
    wrap(&mut out, &Phrase::plain(&document.subtitle), "", &screen, Tone::Plain);
    out.push('\n');
    wrap(&mut out, &document.verdict, "", &screen, Tone::Plain);
    if !document.money.0.is_empty() {
        wrap(&mut out, &document.money, "", &screen, Tone::Plain);
    }
    let (first, more) = document.first_troubles();
    let shown = if screen.level == Level::Summary { first } else { &document.troubles };
    for trouble in shown {
        out.push('\n');
        let mark = if trouble.tone == Tone::Alarm { "▲ " } else { "● " };
        wrap(&mut out, &trouble.phrase, mark, &screen, trouble.tone);
    }
    if shown.len() < document.troubles.len() {
        let text = words.tell("more.elsewhere", &[("n", words.count(more.len() as u64))]);
        out.push('\n');
        wrap(&mut out, &Phrase::plain(text), "", &screen, Tone::Plain);
    }
    for part in document.sections.iter().filter(|section| section.level <= screen.level) {
        section(&mut out, part, &screen, words);
    }
    out
}

fn section(out: &mut String, section: &Section, screen: &Screen, words: &Words) {
    out.push('\n');
    heading(out, &section.title, '─', screen);
    let tables = section.blocks.iter().filter(|block| matches!(block, Block::Table(_))).count();
    for block in &section.blocks {
        match block {
            // Whether money is saved now or at a renewal stands in the caption alone.
            Block::Table(data) if tables > 1 || section.id == "reclaimable" => {
                wrap(out, &Phrase::plain(&data.caption), "", screen, Tone::Plain);
                table(out, data, screen, words);
            }
            Block::Paragraph(phrase) => wrap(out, phrase, "", screen, Tone::Plain),
            Block::Note(text) | Block::SparkKey(text) => wrap(out, &Phrase::plain(text), "  ", screen, Tone::Plain),
            Block::Table(data) => table(out, data, screen, words),
            Block::Chart(_) => {}
        }
    }
}

fn heading(out: &mut String, text: &str, line: char, screen: &Screen) {
    let text = clean::shorten(text, screen.columns);
    let rule: String = std::iter::repeat_n(line, clean::columns(&text)).collect();
    out.push_str(&paint(&text, "1", screen));
    out.push('\n');
    // A table brings its own line; a heading above words needs one.
    if line == '═' {
        out.push_str(&rule);
        out.push('\n');
    }
}

fn paint(text: &str, code: &str, screen: &Screen) -> String {
    if screen.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn tone_code(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Warning => Some("33"),
        Tone::Alarm => Some("31"),
    }
}

/// A paragraph in lines that fit, the first after `mark`, the others under its text.
fn wrap(out: &mut String, phrase: &Phrase, mark: &str, screen: &Screen, tone: Tone) {
    let indent = clean::columns(mark);
    let room = screen.columns - indent;
    let mut used = 0;
    match tone_code(tone) {
        Some(code) => out.push_str(&paint(mark, code, screen)),
        None => out.push_str(mark),
    }
    for (word, strong) in pieces(phrase) {
        let width = clean::columns(&word);
        let word = if width > room { clean::shorten(&word, room) } else { word };
        let width = width.min(room);
        if used > 0 && used + 1 + width > room {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(&if strong { paint(&word, "1", screen) } else { word });
        used += width;
    }
    out.push('\n');
}

/// The words of a phrase. A word that is strong in part only (“**12 seats**,”) is strong as a whole.
fn pieces(phrase: &Phrase) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut open = false;
    for span in &phrase.0 {
        for (at, word) in span.text.split(' ').enumerate() {
            let word = word.replace('\u{a0}', " ");
            match pieces.last_mut() {
                Some(last) if at == 0 && open => {
                    last.0.push_str(&word);
                    last.1 |= span.strong && !word.is_empty();
                }
                _ => pieces.push((word, span.strong)),
            }
            open = true;
        }
    }
    pieces.retain(|(word, _)| !word.is_empty());
    pieces
}

fn table(out: &mut String, table: &Table, screen: &Screen, words: &Words) {
    let shown: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.cells.iter().map(|cell| plain(cell, words)).collect()).collect();
    let mut widths: Vec<usize> = table.columns.iter().map(header_width).collect();
    for row in &shown {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(clean::columns(text));
        }
    }
    let kept = fit(table, &mut widths, screen.columns);
    let mut grid = comfy_table::Table::new();
    grid.load_style(STYLE);
    grid.set_header(kept.iter().map(|at| header(&table.columns[*at], widths[*at])));
    // Column by column, so that names that differ stay different.
    let fitted: Vec<Vec<String>> = kept
        .iter()
        .map(|at| {
            let cells = shown.iter().map(|row| row.get(*at).map_or("", String::as_str));
            shorten::apart_on_columns(cells, widths[*at])
        })
        .collect();
    for row in 0..shown.len() {
        grid.add_row(fitted.iter().map(|column| column.get(row).cloned().unwrap_or_default()));
    }
    for (place, at) in kept.iter().enumerate() {
        if let Some(column) = grid.column_mut(place) {
            column.set_padding((0, if place + 1 < kept.len() { 1 } else { 0 }));
            if table.columns[*at].numeric {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let lines: Vec<String> = grid.lines().collect();
    let body = lines.len() - table.rows.len().min(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let tone = at.checked_sub(body).and_then(|row| table.rows.get(row)).map_or(Tone::Plain, |row: &Row| row.tone);
        let line = line.trim_end();
        match tone_code(tone) {
            Some(code) => out.push_str(&paint(line, code, screen)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    for note in &table.notes {
        wrap(out, &Phrase::plain(note), "  ", screen, Tone::Plain);
    }
}

fn plain(cell: &Cell, words: &Words) -> String {
    cell.shown(words).replace('\u{a0}', " ")
}

/// Title above unit, so that a narrow number keeps a narrow column.
fn header(column: &Column, width: usize) -> String {
    let title = clean::shorten(&column.title, width);
    if column.unit.is_empty() { title } else { format!("{title}\n{}", clean::shorten(&column.unit, width)) }
}

fn header_width(column: &Column) -> usize {
    clean::columns(&column.title).max(clean::columns(&column.unit))
}

/// The columns that stay: while the table is too wide, the most dispensable goes; then names are shortened.
fn fit(table: &Table, widths: &mut [usize], room: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..table.columns.len()).collect();
    let total = |kept: &[usize], widths: &[usize]| {
        kept.iter().map(|at| widths[*at]).sum::<usize>() + GAP * kept.len().saturating_sub(1)
    };
    let names =
        |kept: &[usize]| -> Vec<usize> { kept.iter().copied().filter(|at| !table.columns[*at].numeric).collect() };
    // Names may shrink to a readable width before a column is dropped.
    let least = |kept: &[usize], widths: &[usize]| {
        let shrink: usize = names(kept).iter().map(|at| widths[*at].saturating_sub(24)).sum();
        total(kept, widths) - shrink
    };
    while least(&kept, widths) > room {
        let dispensable = kept.iter().copied().filter(|at| table.columns[*at].dispensable > 0);
        let Some(drop) = dispensable.max_by_key(|at| table.columns[*at].dispensable) else { break };
        kept.retain(|at| *at != drop);
    }
    while total(&kept, widths) > room {
        let widest = names(&kept).into_iter().filter(|at| widths[*at] > NAME_LEAST).max_by_key(|at| widths[*at]);
        let Some(widest) = widest else { break };
        widths[widest] -= 1;
    }
    kept
}
