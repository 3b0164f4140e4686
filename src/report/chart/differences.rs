//! Differences to the baseline: bars to both sides of zero, and panels of months. In: differences. Out: a drawing. Never: a bar
//! without its number, or two panels on two scales.

use super::axis::round_step;
use super::bars::layer_colour;
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

/// Names of layers below the panels: so many in a row, each so high.
const LAYERS: usize = 3;
const LEGEND: f64 = 40.0;

fn legend_height(layers: usize) -> f64 {
    if layers > 1 { 20.0 + layers.div_ceil(LAYERS) as f64 * LEGEND } else { 0.0 }
}

pub fn months_size(data: &MonthBars) -> (u32, u32) {
    let (width, height) = panels::size(data.panels.len());
    (width, height + legend_height(data.layers.len()) as u32)
}

/// Above and below zero of one month: sums of what is dearer and of what is cheaper.
fn sums(values: &[Vec<i64>], month: usize) -> (i64, i64) {
    let of = |keep: fn(&i64) -> bool| values.iter().filter_map(|layer| layer.get(month)).copied().filter(keep).sum();
    (of(|value| *value < 0), of(|value| *value > 0))
}

pub fn months(canvas: &Canvas, chart: &Chart, data: &MonthBars, words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let scale = 10i64.pow(data.currency.minor_digits());
    let ends = || data.panels.iter().flat_map(|(_, _, values)| (0..data.days.len()).map(|month| sums(values, month)));
    // Whole units of money are fine enough for a drawing; an axis has a span of at least one.
    let least = ends().map(|(low, _)| low).min().unwrap_or(0) / scale;
    let most = ends().map(|(_, high)| high).max().unwrap_or(0) / scale;
    let step = i64::from(round_step(u32::try_from((most - least).max(1)).unwrap_or(u32::MAX), 4));
    let (low, high) = (least.div_euclid(step) * step, (most.div_euclid(step) + 1) * step);
    let ticks: Vec<i64> = (0..=(high - low) / step).map(|n| low + n * step).collect();
    let number = Ink { size: 20.0, bold: false, colour: canvas.palette.quiet };
    let widest = ticks.iter().map(|tick| canvas.width(&words.signed(*tick), number)).fold(0.0, f64::max);
    let names = panels::names(data.panels.iter().map(|(name, _, _)| name.as_str()));
    for (at, ((_, total, values), name)) in data.panels.iter().zip(&names).enumerate() {
        let outer = panels::frame(data.panels.len(), at);
        panels::name(canvas, outer, name, total, Tone::Plain)?;
        let frame = Frame { left: outer.left + widest + 10.0, ..panels::inner(outer) };
        let y = |value: i64| {
            let share = (value as f64 / scale as f64 - low as f64) / (high - low).max(1) as f64;
            frame.bottom - (frame.bottom - frame.top) * share
        };
        for tick in &ticks {
            let colour = if *tick == 0 { canvas.palette.ink } else { canvas.palette.grid };
            let line = y(*tick * scale);
            canvas.line(&[(frame.left, line), (frame.right, line)], colour, 1)?;
            canvas.text((frame.left - 10.0, line), Side::Left, &words.signed(*tick), number)?;
        }
        let room = (frame.right - frame.left) / data.days.len().max(1) as f64;
        for month in 0..data.days.len() {
            let left = frame.left + (month as f64 + 0.12) * room;
            stack(canvas, values, month, (left, left + room * 0.76), &y)?;
        }
        if let (Some(start), Some(end)) = (data.days.first(), data.days.last()) {
            panels::ends(canvas, frame, (*start, *end), words)?;
        }
    }
    legend(canvas, data)
}

/// What is dearer on top of each other above zero, what is cheaper below it, and a mark at the balance where there is both.
fn stack(
    canvas: &Canvas,
    values: &[Vec<i64>],
    month: usize,
    (left, right): (f64, f64),
    y: &dyn Fn(i64) -> f64,
) -> Drawn {
    let (mut above, mut below) = (0, 0);
    for (layer, values) in values.iter().enumerate() {
        let value = values.get(month).copied().unwrap_or(0);
        let base = if value > 0 { &mut above } else { &mut below };
        let (from, to) = (y(*base), y(*base + value));
        *base += value;
        if value != 0 {
            let (top, bottom) = (from.min(to), from.max(to).max(from.min(to) + 1.0));
            canvas.fill(&[(left, top), (right, top), (right, bottom), (left, bottom)], layer_colour(layer))?;
        }
    }
    if above > 0 && below < 0 {
        let balance = y(above + below);
        canvas.line(&[(left - 2.0, balance), (right + 2.0, balance)], canvas.palette.ground, 6)?;
        canvas.line(&[(left - 2.0, balance), (right + 2.0, balance)], canvas.palette.ink, 3)?;
    }
    Ok(())
}

/// One layer needs no name of its own: the panels speak of all.
fn legend(canvas: &Canvas, data: &MonthBars) -> Drawn {
    if data.layers.len() < 2 {
        return Ok(());
    }
    let top = f64::from(panels::size(data.panels.len()).1) + 10.0;
    let width = (f64::from(WIDTH) - 2.0 * MARGIN) / LAYERS as f64;
    let ink = Ink { size: TEXT, bold: false, colour: canvas.palette.ink };
    let names = shorten::apart(data.layers.iter().map(String::as_str), width - 44.0, |text| canvas.width(text, ink));
    for (layer, name) in names.iter().enumerate() {
        let left = MARGIN + (layer % LAYERS) as f64 * width;
        let y = top + ((layer / LAYERS) as f64 + 0.5) * LEGEND;
        let square = [(left, y - 9.0), (left + 18.0, y - 9.0), (left + 18.0, y + 9.0), (left, y + 9.0)];
        canvas.fill(&square, layer_colour(layer))?;
        canvas.text((left + 28.0, y), Side::Right, name, ink)?;
    }
    Ok(())
}
