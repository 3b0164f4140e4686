//! The document's tables, one sheet a section. In: a section. Out: a sheet with native tables that filter. Never: a sparkline
//! of a terminal, or the monthly tables, which the demand sheet holds.

use rust_xlsxwriter::{Format, Table as Grid, TableColumn, TableStyle, Worksheet, XlsxError};

use super::sheet::{Formats, LINE, lines, named};
use super::{amount, excel_day};
use crate::report::clean;
use crate::report::document::{Block, Cell, Section, Table};
use crate::report::words::Words;

/// No column is wider, in characters.
const WIDEST: usize = 70;
/// A note goes over so many columns at least, and a column without a width of its own has this one.
const NOTE_COLUMNS: usize = 4;
const USUAL: f64 = 8.4;

pub fn sheet(
    section: &Section,
    words: &Words,
    formats: &Formats,
    taken: &mut Vec<String>,
) -> Result<Option<Worksheet>, XlsxError> {
    let tables: Vec<&Table> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) if !table.rows.is_empty() => Some(table),
            _ => None,
        })
        .collect();
    if tables.is_empty() || matches!(section.id, "monthly" | "assumptions") {
        return Ok(None);
    }
    let mut sheet = named(&section.title, taken)?;
    let widths = widths(&tables, words);
    for (column, width) in (0..).zip(&widths) {
        sheet.set_column_width(column, *width)?;
    }
    let mut row = 0;
    for table in &tables {
        sheet.write_string_with_format(row, 0, &table.caption, &formats.title)?;
        if row == 0 {
            sheet.set_freeze_panes(2, 1)?;
        }
        row = grid(&mut sheet, table, row + 1, &widths, words, formats)?;
        for note in &table.notes {
            write_note(&mut sheet, row, note, &widths, formats)?;
            row += 1;
        }
        row += 1;
    }
    Ok(Some(sheet))
}

/// Columns as wide as what stands in them, in characters; longer words go on on a next line.
fn widths(tables: &[&Table], words: &Words) -> Vec<f64> {
    let mut widths: Vec<usize> = Vec::new();
    for table in tables {
        let kept = table.page_columns();
        widths.resize(widths.len().max(kept.len()), 0);
        for (width, at) in widths.iter_mut().zip(&kept) {
            let header = table.columns.get(*at).map_or(0, |column| clean::columns(&column.header()).min(24));
            let cells = table.rows.iter().filter_map(|row| row.cells.get(*at));
            let widest = cells.map(|cell| clean::columns(&cell.shown(words))).max().unwrap_or(0);
            *width = (*width).max(header).max(widest);
        }
    }
    widths.into_iter().map(|width| (width + 3).clamp(9, WIDEST) as f64).collect()
}

/// A note over the columns of its table: on one line it would make a printed page as wide as itself.
fn write_note(sheet: &mut Worksheet, row: u32, note: &str, widths: &[f64], formats: &Formats) -> Result<(), XlsxError> {
    let last = widths.len().max(NOTE_COLUMNS) - 1;
    let characters: f64 = (0..=last).map(|column| widths.get(column).copied().unwrap_or(USUAL)).sum();
    let lines = lines(note, characters);
    sheet.merge_range(row, 0, row, u16::try_from(last).unwrap_or(0), note, &formats.wrapped_note)?;
    sheet.set_row_height(row, LINE * f64::from(lines))?;
    Ok(())
}

/// Writes a table from `top` on and returns the row after it.
fn grid(
    sheet: &mut Worksheet,
    table: &Table,
    top: u32,
    widths: &[f64],
    words: &Words,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    let kept = table.page_columns();
    let mut headers: Vec<String> = Vec::new();
    for at in &kept {
        let base = table.columns.get(*at).map_or(String::new(), |column| column.header());
        let numbered = (2..100).map(|n| format!("{base} {n}"));
        let free = |name: &String| !headers.contains(name);
        headers.push(std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base));
    }
    for (row, line) in (top + 1..).zip(&table.rows) {
        let mut high = 1;
        for (place, at) in kept.iter().enumerate() {
            let (Some(cell), Ok(column)) = (line.cells.get(*at), u16::try_from(place)) else { continue };
            write(sheet, row, column, cell, words, formats)?;
            if !cell.is_number() {
                high = high.max(lines(&cell.shown(words), widths.get(place).copied().unwrap_or(USUAL)));
            }
        }
        if high > 1 {
            sheet.set_row_height(row, LINE * f64::from(high))?;
        }
    }
    let last = top + u32::try_from(table.rows.len()).unwrap_or(0);
    let columns: Vec<TableColumn> = headers.into_iter().map(|header| TableColumn::new().set_header(header)).collect();
    let right = u16::try_from(kept.len().saturating_sub(1)).unwrap_or(0);
    let look = Grid::new().set_columns(&columns).set_style(TableStyle::Light1);
    sheet.add_table(top, 0, last, right, &look)?;
    Ok(last + 1)
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    words: &Words,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let number = |sheet: &mut Worksheet, value: f64, format: &Format| {
        sheet.write_number_with_format(row, column, value, format).map(|_| ())
    };
    match cell {
        Cell::Count(n) => number(sheet, f64::from(*n), &formats.count),
        Cell::Signed(n) => number(sheet, *n as f64, &formats.count),
        Cell::Tenths(n) => number(sheet, *n as f64 / 10.0, &formats.tenths),
        Cell::Money(money) => number(sheet, amount(*money), &formats.money(money.currency)),
        Cell::Share { count, of } if *of > 0 => number(sheet, f64::from(*count) / f64::from(*of), &formats.share),
        Cell::Date(day) => sheet.write_datetime_with_format(row, column, &excel_day(*day)?, &formats.day).map(|_| ()),
        Cell::Absent(why) => sheet.write_string_with_format(row, column, why, &formats.absent).map(|_| ()),
        Cell::Nothing => Ok(()),
        text => {
            let format = if column == 0 { &formats.wrap } else { &formats.beside };
            sheet.write_string_with_format(row, column, text.for_sheet(words), format).map(|_| ())
        }
    }
}
