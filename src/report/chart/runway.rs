//! How long seats last, and renewals on a line of time: a row each. In: rows with dates. Out: a drawing. Never: a bar that
//! ends at the horizon without saying that it goes on.

use super::canvas::{Canvas, Drawn, Ink, Side};
use super::head::{self, BELOW, MARGIN, WIDTH, place};
use super::plot::Frame;
use crate::report::clean;
use crate::report::document::{Chart, Runway, Timeline, Tone};
use crate::report::words::Words;

const ROW: f64 = 46.0;
const TEXT: f64 = 24.0;
/// Room for words at the right of the bars.
const WORDS: f64 = 300.0;

pub fn size(rows: usize) -> (u32, u32) {
    (WIDTH, (BELOW + rows.max(1) as f64 * ROW + 70.0) as u32)
}

fn frame(names: f64, rows: usize) -> Frame {
    let right = f64::from(WIDTH) - MARGIN - WORDS;
    Frame { left: MARGIN + names + 20.0, top: BELOW, right, bottom: BELOW + rows as f64 * ROW }
}

pub fn runway(canvas: &Canvas, chart: &Chart, data: &Runway, words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let frame = frame(head::names_width(data.rows.iter().map(|row| row.name.as_str()), TEXT), data.rows.len());
    let span = (data.start, data.end);
    let palette = &canvas.palette;
    canvas.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], palette.quiet, 2)?;
    let names = head::row_names(data.rows.iter().map(|row| row.name.as_str()), frame.left - 14.0, TEXT);
    for (at, (row, name)) in data.rows.iter().zip(&names).enumerate() {
        let y = frame.top + (at as f64 + 0.5) * ROW;
        head::row_name(canvas, frame.left - 14.0, y, name, TEXT, row.tone != Tone::Plain)?;
        let x = |day: Option<chrono::NaiveDate>| day.map_or(frame.right, |day| place(frame, span, day));
        let [p10, p50, p90] = row.dates.map(x);
        let colour = match row.tone {
            Tone::Alarm => palette.short,
            Tone::Warning | Tone::Plain => palette.band,
        };
        canvas.fill(&[(frame.left, y - 13.0), (p50, y - 13.0), (p50, y + 13.0), (frame.left, y + 13.0)], colour)?;
        if p10 < p90 {
            canvas.line(&[(p10, y), (p90, y)], palette.ink, 3)?;
            canvas.line(&[(p10, y - 9.0), (p10, y + 9.0)], palette.ink, 3)?;
            if row.dates[2].is_some() {
                canvas.line(&[(p90, y - 9.0), (p90, y + 9.0)], palette.ink, 3)?;
            }
        }
        if row.dates[1].is_none() {
            let tip = frame.right + 16.0;
            canvas.fill(&[(frame.right, y - 13.0), (tip, y), (frame.right, y + 13.0)], colour)?;
        }
        let ink = Ink { size: TEXT, bold: row.tone == Tone::Alarm, colour: palette.ink };
        canvas.text((frame.right + 26.0, y), Side::Right, &row.text, ink)?;
    }
    head::months(canvas, frame, span, words)
}

pub fn timeline(canvas: &Canvas, chart: &Chart, data: &Timeline, words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let frame = frame(head::names_width(data.rows.iter().map(|row| row.name.as_str()), TEXT), data.rows.len());
    let span = (data.start, data.end);
    let palette = &canvas.palette;
    canvas.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], palette.quiet, 2)?;
    let names = head::row_names(data.rows.iter().map(|row| row.name.as_str()), frame.left - 14.0, TEXT);
    for (at, (row, name)) in data.rows.iter().zip(&names).enumerate() {
        let y = frame.top + (at as f64 + 0.5) * ROW;
        head::row_name(canvas, frame.left - 14.0, y, name, TEXT, false)?;
        canvas.line(&[(frame.left, y), (frame.right, y)], palette.grid, 1)?;
        let x = place(frame, span, row.day);
        if let Some(act_by) = row.act_by.filter(|day| *day >= data.start && *day <= data.end) {
            let from = place(frame, span, act_by);
            canvas.line(&[(from, y), (x, y)], palette.short, 6)?;
            canvas.line(&[(from, y - 13.0), (from, y + 13.0)], palette.short_text, 5)?;
        }
        let colour = if row.tone == Tone::Plain { palette.demand } else { palette.short_text };
        canvas.dot((x, y), 10, colour)?;
        let ink = Ink { size: 22.0, bold: row.tone != Tone::Plain, colour: palette.ink };
        let text = clean::shorten_by(&row.text, WORDS, |text| canvas.width(text, ink));
        canvas.text((frame.right + 16.0, y), Side::Right, &text, ink)?;
    }
    head::months(canvas, frame, span, words)
}
