//! The document's tables, one sheet a section. In: a section. Out: a sheet with native tables that filter. Never: a sparkline
//! of a terminal, or the monthly tables, which the demand sheet holds.

use rust_xlsxwriter::{Format, Table as Grid, TableColumn, TableStyle, Worksheet, XlsxError};

use super::sheet::{Formats, named};
use super::{amount, excel_day};
use crate::report::clean;
use crate::report::document::{Block, Cell, Section, Table};
use crate::report::words::Words;

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
    let mut row = 0;
    let mut widths: Vec<usize> = Vec::new();
    for table in &tables {
        sheet.write_string_with_format(row, 0, &table.caption, &formats.title)?;
        if row == 0 {
            sheet.set_freeze_panes(2, 1)?;
        }
        row = grid(&mut sheet, table, row + 1, &mut widths, words, formats)?;
        for note in &table.notes {
            sheet.write_string_with_format(row, 0, note, &formats.note)?;
            row += 1;
        }
        row += 1;
    }
    for (column, width) in (0..).zip(&widths) {
        sheet.set_column_width(column, (*width + 3).clamp(9, 70) as f64)?;
    }
    Ok(Some(sheet))
}

/// Writes a table from `top` on and returns the row after it.
fn grid(
    sheet: &mut Worksheet,
    table: &Table,
    top: u32,
    widths: &mut Vec<usize>,
    words: &Words,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    let kept = table.page_columns();
    widths.resize(widths.len().max(kept.len()), 0);
    let mut headers: Vec<String> = Vec::new();
    for at in &kept {
        let base = table.columns.get(*at).map_or(String::new(), |column| column.header());
        let numbered = (2..100).map(|n| format!("{base} {n}"));
        let free = |name: &String| !headers.contains(name);
        headers.push(std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or(base));
    }
    for (row, line) in (top + 1..).zip(&table.rows) {
        for (place, at) in kept.iter().enumerate() {
            let (Some(cell), Ok(column)) = (line.cells.get(*at), u16::try_from(place)) else { continue };
            write(sheet, row, column, cell, words, formats)?;
            let shown = clean::columns(&cell.shown(words)).max(clean::columns(&headers[place]).min(24));
            widths[place] = widths[place].max(shown);
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
        text => sheet.write_string_with_format(row, column, text.for_sheet(words), &formats.text).map(|_| ()),
    }
}
