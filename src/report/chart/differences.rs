//! Differences to the baseline: bars to both sides of zero, and panels of months. In: differences. Out: a drawing. Never: a bar
//! without its number, or two panels on two scales.

use super::axis::round_step;
use super::canvas::{Canvas, Drawn, Ink, Side, width};
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::panels;
use super::plot::Frame;
use crate::report::document::{Bars, Chart, MonthBars, Tone};
use crate::report::shorten;
use crate::report::words::Words;

const ROW: f64 = 44.0;
const TEXT: f64 = 24.0;

pub fn size(rows: usize) -> (u32, u32) {
    (WIDTH, (BELOW + rows.max(1) as f64 * ROW + 40.0) as u32)
}

pub fn bars(canvas: &Canvas, chart: &Chart, data: &Bars) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let palette = &canvas.palette;
    let names = head::names_width(data.rows.iter().map(|row| row.name.as_str()), TEXT);
    let of = head::names_width(data.rows.iter().map(|row| row.of.as_str()), TEXT).min(360.0);
    let texts = data.rows.iter().map(|row| width(&row.text, TEXT, true)).fold(0.0, f64::max) + 44.0;
    let (left, right) = (MARGIN + names + of + 60.0 + texts, f64::from(WIDTH) - MARGIN - texts);
    let least = data.rows.iter().map(|row| row.value).min().unwrap_or(0).min(0) as f64;
    let most = data.rows.iter().map(|row| row.value).max().unwrap_or(0).max(0) as f64;
    let x = |value: f64| left + (right - left) * (value - least) / (most - least).max(1.0);
    let bottom = BELOW + data.rows.len() as f64 * ROW;
    let quiet = Ink { size: TEXT, bold: false, colour: palette.quiet };
    let labels = head::row_names(data.rows.iter().map(|row| row.name.as_str()), MARGIN + names, TEXT);
    let scenarios = shorten::apart(data.rows.iter().map(|row| row.of.as_str()), of, |text| canvas.width(text, quiet));
    let mut before = "";
    for (at, ((row, label), scenario)) in data.rows.iter().zip(&labels).zip(&scenarios).enumerate() {
        let y = BELOW + (at as f64 + 0.5) * ROW;
        if row.name != before {
            if at > 0 {
                let line = BELOW + at as f64 * ROW;
                canvas.line(&[(MARGIN, line), (f64::from(WIDTH) - MARGIN, line)], palette.grid, 1)?;
            }
            head::row_name(canvas, MARGIN + names, y, label, TEXT, true)?;
        }
        before = &row.name;
        canvas.text((MARGIN + names + 24.0, y), Side::Right, scenario, quiet)?;
        let (from, to) = (x(0.0).min(x(row.value as f64)), x(0.0).max(x(row.value as f64)));
        let colour = if row.value > 0 { palette.demand } else { palette.quiet };
        let to = to.max(from + 2.0);
        canvas.fill(&[(from, y - 13.0), (to, y - 13.0), (to, y + 13.0), (from, y + 13.0)], colour)?;
        let (mark, colour) = match row.tone {
            Tone::Alarm => ("▲ ", palette.short_text),
            _ => ("", palette.ink),
        };
        let ink = Ink { size: TEXT, bold: true, colour };
        let text = format!("{mark}{}", row.text);
        match row.value {
            1.. => canvas.text((to + 12.0, y), Side::Right, &text, ink)?,
            _ => canvas.text((from - 12.0, y), Side::Left, &text, ink)?,
        }
    }
    canvas.line(&[(x(0.0), BELOW), (x(0.0), bottom)], palette.ink, 2)
}

pub fn months_size(panels: usize) -> (u32, u32) {
    panels::size(panels)
}

pub fn months(canvas: &Canvas, chart: &Chart, data: &MonthBars, words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let scale = 10i64.pow(data.currency.minor_digits());
    let values = || data.panels.iter().flat_map(|(_, _, values)| values.iter().copied());
    // Whole units of money are fine enough for a drawing; an axis has a span of at least one.
    let (least, most) = (values().min().unwrap_or(0).min(0) / scale, values().max().unwrap_or(0).max(0) / scale);
    let step = i64::from(round_step(u32::try_from((most - least).max(1)).unwrap_or(u32::MAX), 4));
    let (low, high) = (least.div_euclid(step) * step, (most.div_euclid(step) + 1) * step);
    let ticks: Vec<i64> = (0..=(high - low) / step).map(|n| low + n * step).collect();
    let number = Ink { size: 20.0, bold: false, colour: canvas.palette.quiet };
    let label = |tick: i64| words.signed(tick);
    let widest = ticks.iter().map(|tick| canvas.width(&label(*tick), number)).fold(0.0, f64::max);
    let names = panels::names(data.panels.iter().map(|(name, _, _)| name.as_str()));
    for (at, ((_, total, values), name)) in data.panels.iter().zip(&names).enumerate() {
        let outer = panels::frame(data.panels.len(), at);
        panels::name(canvas, outer, name, total, Tone::Plain)?;
        let frame = Frame { left: outer.left + widest + 10.0, ..panels::inner(outer) };
        let share = |value: f64| (value - low as f64) / (high - low).max(1) as f64;
        let y = |value: f64| frame.bottom - (frame.bottom - frame.top) * share(value);
        for tick in &ticks {
            let colour = if *tick == 0 { canvas.palette.ink } else { canvas.palette.grid };
            let line = y(*tick as f64);
            canvas.line(&[(frame.left, line), (frame.right, line)], colour, 1)?;
            canvas.text((frame.left - 10.0, line), Side::Left, &label(*tick), number)?;
        }
        let room = (frame.right - frame.left) / values.len().max(1) as f64;
        for (month, value) in values.iter().enumerate().filter(|(_, value)| **value != 0) {
            let left = frame.left + (month as f64 + 0.12) * room;
            let right = left + room * 0.76;
            let at = y(*value as f64 / scale as f64);
            let (top, bottom) = (at.min(y(0.0)), at.max(y(0.0)).max(at.min(y(0.0)) + 1.0));
            let colour = if *value > 0 { canvas.palette.short } else { canvas.palette.demand };
            canvas.fill(&[(left, top), (right, top), (right, bottom), (left, bottom)], colour)?;
        }
        if let (Some(start), Some(end)) = (data.days.first(), data.days.last()) {
            panels::ends(canvas, frame, (*start, *end), words)?;
        }
    }
    Ok(())
}
