//! Bars: cost by month in layers, and the bridge from today's demand to the horizon's. In: numbers. Out: a drawing. Never: a
//! cost axis that does not start at zero; a bridge's may, and then says so.

use plotters::style::RGBColor;

use super::axis::CountAxis;
use super::canvas::{Canvas, Drawn, Ink, Side, width};
use super::fan::spread;
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::plot::Frame;
use crate::report::document::{Chart, Stack, Step};
use crate::report::words::Words;
use crate::report::{clean, shorten};

pub const SIZE: (u32, u32) = (WIDTH, 900);
const TEXT: f64 = 24.0;

/// Layers from the bottom up; neighbours differ in lightness, not only in hue.
const LAYERS: [RGBColor; 7] = [
    RGBColor(0, 82, 128),
    RGBColor(120, 184, 221),
    RGBColor(0, 121, 96),
    RGBColor(140, 212, 180),
    // Not the palette's: a page that turns the palette dark leaves layers as they are.
    RGBColor(168, 60, 0),
    RGBColor(240, 180, 120),
    RGBColor(128, 128, 128),
];

/// The colour of layer number `layer`, the same wherever costs are stacked.
pub fn layer_colour(layer: usize) -> RGBColor {
    LAYERS[layer % LAYERS.len()]
}

pub fn stack(canvas: &Canvas, chart: &Chart, data: &Stack, words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let scale = 10i64.pow(data.currency.minor_digits());
    // Whole units of money are fine enough for a drawing.
    let whole = |minor: i64| u32::try_from(minor.max(0) / scale).unwrap_or(u32::MAX);
    let sum = |month: usize| -> i64 { data.layers.iter().filter_map(|(_, costs)| costs.get(month)).sum() };
    let most = (0..data.days.len()).map(|month| whole(sum(month))).max().unwrap_or(0);
    let counts = CountAxis::over(0, most, 6);
    let ticks = counts.ticks().map(|tick| width(&words.count(u64::from(tick)), TEXT, false)).fold(0.0, f64::max);
    let names = head::names_width(data.layers.iter().map(|(name, _)| name.as_str()), TEXT);
    let frame = Frame {
        left: MARGIN + ticks + 14.0,
        top: BELOW + 10.0,
        right: f64::from(WIDTH) - MARGIN - names - 30.0,
        bottom: 815.0,
    };
    let y = |value: i64| frame.bottom - (frame.bottom - frame.top) * counts.share(value as f64 / scale as f64);
    axis(canvas, frame, counts, words)?;
    let step = (frame.right - frame.left) / data.days.len().max(1) as f64;
    let colour = layer_colour;
    for month in 0..data.days.len() {
        let left = frame.left + month as f64 * step + step * 0.1;
        let right = left + step * 0.8;
        let mut below = 0;
        for (layer, (_, costs)) in data.layers.iter().enumerate() {
            let above = below + costs.get(month).copied().unwrap_or(0);
            let (low, high) = (y(below), y(above));
            canvas.fill(&[(left, high), (right, high), (right, low), (left, low)], colour(layer))?;
            below = above;
        }
    }
    labels(canvas, frame, data, &y)?;
    match (data.days.first(), data.days.last()) {
        (Some(start), Some(end)) => {
            head::months(canvas, Frame { right: frame.right - step, ..frame }, (*start, *end), words)
        }
        _ => Ok(()),
    }
}

/// The name of each layer beside its part of the last bar.
fn labels(canvas: &Canvas, frame: Frame, data: &Stack, y: &dyn Fn(i64) -> f64) -> Drawn {
    let mut below = 0;
    let mut middles: Vec<f64> = Vec::new();
    for (_, costs) in &data.layers {
        let cost = costs.last().copied().unwrap_or(0);
        middles.push(y(below + cost / 2));
        below += cost;
    }
    middles.reverse();
    let places = spread(&middles, 32.0, frame.top, frame.bottom);
    let swatch = frame.right + 12.0;
    let ink = Ink { size: TEXT, bold: false, colour: canvas.palette.ink };
    let room = f64::from(WIDTH) - swatch - 30.0;
    let names = shorten::apart(data.layers.iter().map(|(name, _)| name.as_str()), room, |text| canvas.width(text, ink));
    for ((layer, name), place) in names.iter().enumerate().rev().zip(places) {
        let square =
            [(swatch, place - 8.0), (swatch + 16.0, place - 8.0), (swatch + 16.0, place + 8.0), (swatch, place + 8.0)];
        canvas.fill(&square, layer_colour(layer))?;
        canvas.text((swatch + 24.0, place), Side::Right, name, ink)?;
    }
    Ok(())
}

fn axis(canvas: &Canvas, frame: Frame, counts: CountAxis, words: &Words) -> Drawn {
    let ink = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    for tick in counts.ticks() {
        let y = frame.bottom - (frame.bottom - frame.top) * counts.share(f64::from(tick));
        let colour = if tick == 0 { canvas.palette.quiet } else { canvas.palette.grid };
        canvas.line(&[(frame.left, y), (frame.right, y)], colour, 1)?;
        canvas.text((frame.left - 14.0, y), Side::Left, &words.count(u64::from(tick)), ink)?;
    }
    Ok(())
}

pub fn bridge(canvas: &Canvas, chart: &Chart, steps: &[Step], words: &Words) -> Drawn {
    let palette = &canvas.palette;
    // Where each bar begins and ends, in tenths.
    let mut level = 0;
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for step in steps {
        let from = if step.whole { 0 } else { level };
        level = if step.whole { step.tenths } else { level + step.tenths };
        spans.push((from, level));
    }
    let seats = |tenths: i64| u32::try_from(tenths.max(0) / 10).unwrap_or(u32::MAX);
    let most = spans.iter().map(|(from, to)| seats(*from.max(to)) + 1).max().unwrap_or(1);
    let least = spans.iter().flat_map(|(from, to)| [*from, *to]).filter(|value| *value > 0).min().map_or(0, seats);
    let counts = CountAxis::over(least, most, 6);
    let subtitle = match counts.low {
        0 => chart.subtitle.clone(),
        low => format!("{} · {}", chart.subtitle, words.tell("chart.axis-from", &[("n", words.count(u64::from(low)))])),
    };
    head::title(canvas, &chart.title, &subtitle)?;
    let ticks = counts.ticks().map(|tick| width(&words.count(u64::from(tick)), TEXT, false)).fold(0.0, f64::max);
    let frame =
        Frame { left: MARGIN + ticks + 14.0, top: BELOW + 40.0, right: f64::from(WIDTH) - MARGIN, bottom: 815.0 };
    axis(canvas, frame, counts, words)?;
    let low = i64::from(counts.low) * 10;
    let y = |tenths: i64| frame.bottom - (frame.bottom - frame.top) * counts.share((tenths.max(low)) as f64 / 10.0);
    let room = (frame.right - frame.left) / steps.len().max(1) as f64;
    for (at, (step, (from, to))) in steps.iter().zip(&spans).enumerate() {
        let left = frame.left + at as f64 * room + room * 0.15;
        let right = left + room * 0.7;
        let colour = match step.tenths {
            _ if step.whole => palette.quiet,
            tenths if tenths < 0 => palette.band,
            _ => palette.demand,
        };
        let (top, bottom) = (y(*from.max(to)), y(*from.min(to)));
        canvas.fill(
            &[(left, top), (right, top), (right, bottom.max(top + 2.0)), (left, bottom.max(top + 2.0))],
            colour,
        )?;
        if at + 1 < steps.len() {
            canvas.line(&[(right, y(*to)), (right + room * 0.3, y(*to))], palette.quiet, 2)?;
        }
        let ink = Ink { size: TEXT, bold: true, colour: palette.ink };
        let sign = if step.tenths > 0 && !step.whole { "+" } else { "" };
        canvas.text(
            ((left + right) / 2.0, top - 20.0),
            Side::Middle,
            &format!("{sign}{}", words.tenths(step.tenths)),
            ink,
        )?;
        let ink = Ink { size: TEXT, bold: false, colour: palette.quiet };
        let name = clean::shorten_by(&step.name, room - 6.0, |text| canvas.width(text, ink));
        canvas.text(((left + right) / 2.0, frame.bottom + 30.0), Side::Middle, &name, ink)?;
    }
    Ok(())
}
