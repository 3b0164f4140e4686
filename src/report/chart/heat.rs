//! The chance of a shortage, SKU by month. In: counts of replications. Out: a drawing. Never: colour alone; a cell that is
//! wide enough says its percent.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Drawn, Ink, Side};
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::plot::Frame;
use crate::report::document::{Chart, Heat};
use crate::report::words::Words;

const ROW: f64 = 46.0;
const TEXT: f64 = 24.0;

pub fn size(rows: usize) -> (u32, u32) {
    (WIDTH, (BELOW + rows.max(1) as f64 * ROW + 70.0) as u32)
}

pub fn draw(canvas: &Canvas, chart: &Chart, data: &Heat, words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    key(canvas)?;
    let names = head::names_width(data.rows.iter().map(|(name, _)| name.as_str()), TEXT);
    let frame = Frame {
        left: MARGIN + names + 20.0,
        top: BELOW,
        right: f64::from(WIDTH) - MARGIN,
        bottom: BELOW + data.rows.len() as f64 * ROW,
    };
    let width = (frame.right - frame.left) / data.days.len().max(1) as f64;
    let number = |colour| Ink { size: 18.0, bold: false, colour };
    let labels = head::row_names(data.rows.iter().map(|(name, _)| name.as_str()), frame.left - 14.0, TEXT);
    for (at, ((_, counts), name)) in data.rows.iter().zip(&labels).enumerate() {
        let top = frame.top + at as f64 * ROW;
        head::row_name(canvas, frame.left - 14.0, top + ROW / 2.0, name, TEXT, false)?;
        for (month, count) in counts.iter().enumerate() {
            let left = frame.left + month as f64 * width;
            let share = if data.of == 0 { 0.0 } else { f64::from(*count) / f64::from(data.of) };
            let (right, bottom) = (left + width - 2.0, top + ROW - 3.0);
            let shade = shade(canvas, share);
            canvas.fill(&[(left, top), (right, top), (right, bottom), (left, bottom)], shade)?;
            let text = words.share(*count, data.of).trim_end_matches('%').to_owned();
            let ink = number(on(shade));
            if *count > 0 && canvas.width(&text, ink) < width - 6.0 {
                canvas.text((left + width / 2.0 - 1.0, top + ROW / 2.0 - 1.0), Side::Middle, &text, ink)?;
            }
        }
    }
    match (data.days.first(), data.days.last()) {
        // Cells begin at their day: the last one ends a month after the last day.
        (Some(start), Some(end)) => {
            let months = Frame { right: frame.right - width, ..frame };
            head::months(canvas, months, (*start, *end), words)
        }
        _ => Ok(()),
    }
}

/// What the shades mean, at the right of the title: they differ from theme to theme.
fn key(canvas: &Canvas) -> Drawn {
    let ink = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    let (right, top, size) = (f64::from(WIDTH) - MARGIN - canvas.width("100%", ink) - 12.0, 38.0, 26.0);
    let shares = [0.0, 0.01, 0.25, 0.5, 0.75, 1.0];
    let left = right - size * shares.len() as f64;
    for (at, share) in shares.into_iter().enumerate() {
        let from = left + at as f64 * size;
        let to = from + size - 2.0;
        let square = [(from, top), (to, top), (to, top + size), (from, top + size)];
        canvas.fill(&square, shade(canvas, share))?;
    }
    canvas.text((left - 10.0, top + size / 2.0), Side::Left, "0%", ink)?;
    canvas.text((right + 10.0, top + size / 2.0), Side::Right, "100%", ink)
}

/// Dark words on light ground and light words on dark. Neither is a colour of the palette, so that a page which turns the
/// palette dark leaves both as they are.
fn on(ground: RGBColor) -> RGBColor {
    let light = 299 * u32::from(ground.0) + 587 * u32::from(ground.1) + 114 * u32::from(ground.2) > 135_000;
    if light { RGBColor(27, 27, 27) } else { RGBColor(254, 254, 254) }
}

/// From the quiet of the grid to the dark of a shortage: lightness falls all the way, so that grey print keeps the order.
fn shade(canvas: &Canvas, share: f64) -> RGBColor {
    if share <= 0.0 {
        return canvas.palette.grid;
    }
    let (low, high) = (canvas.palette.heat_low, canvas.palette.heat_high);
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    RGBColor(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}
