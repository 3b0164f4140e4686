//! Small multiples on one scale: where panels stand, their names, and one SKU without and with scenarios. In: fans. Out: a
//! drawing. Never: two scales on one sheet.

use chrono::NaiveDate;

use super::axis::CountAxis;
use super::canvas::{Canvas, Drawn, Ink, Side, width};
use super::fan::spread;
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::plot::{Frame, Plot};
use crate::report::document::{Chart, Fan, Tone};
use crate::report::words::Words;
use crate::report::{clean, shorten};

const GAP: f64 = 50.0;
const HEIGHT: f64 = 400.0;
const TEXT: f64 = 20.0;
const NAME: f64 = 25.0;

fn columns(panels: usize) -> usize {
    match panels {
        0..=1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

pub fn size(panels: usize) -> (u32, u32) {
    let rows = panels.div_ceil(columns(panels)).max(1);
    (WIDTH, (BELOW + rows as f64 * HEIGHT + 10.0) as u32)
}

/// Where panel number `at` of so many stands.
pub fn frame(panels: usize, at: usize) -> Frame {
    let columns = columns(panels);
    let width = (f64::from(WIDTH) - 2.0 * MARGIN - (columns - 1) as f64 * GAP) / columns as f64;
    let left = MARGIN + (at % columns) as f64 * (width + GAP);
    let top = BELOW + (at / columns) as f64 * HEIGHT;
    Frame { left, top, right: left + width, bottom: top + HEIGHT - 30.0 }
}

/// What a panel has left for its plot below its name.
pub fn inner(outer: Frame) -> Frame {
    Frame { top: outer.top + 80.0, bottom: outer.bottom - 34.0, ..outer }
}

/// Names of panels, shortened where they have to be, and still told apart.
pub fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Vec<String> {
    let outer = frame(names.len(), 0);
    shorten::apart(names, outer.right - outer.left, |text| width(text, NAME, true))
}

/// A panel's name, one of `names`, and the few words below it.
pub fn name(canvas: &Canvas, outer: Frame, name: &str, verdict: &str, tone: Tone) -> Drawn {
    let palette = &canvas.palette;
    let room = outer.right - outer.left;
    let bold = Ink { size: NAME, bold: true, colour: palette.ink };
    canvas.text((outer.left, outer.top + 14.0), Side::Right, name, bold)?;
    let (mark, colour) = match tone {
        Tone::Plain => ("", palette.quiet),
        Tone::Warning => ("● ", palette.short_text),
        Tone::Alarm => ("▲ ", palette.short_text),
    };
    let ink = Ink { size: 22.0, bold: tone != Tone::Plain, colour };
    let text = clean::shorten_by(&format!("{mark}{verdict}"), room, |text| canvas.width(text, ink));
    canvas.text((outer.left, outer.top + 45.0), Side::Right, &text, ink)
}

/// The first and the last month below a plot.
pub fn ends(canvas: &Canvas, frame: Frame, (start, end): (NaiveDate, NaiveDate), words: &Words) -> Drawn {
    let number = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    let y = frame.bottom + 22.0;
    canvas.text((frame.left, y), Side::Right, &words.month(start), number)?;
    canvas.text((frame.right, y), Side::Left, &words.month(end), number)
}

pub fn sides(canvas: &Canvas, chart: &Chart, fans: &[Fan], words: &Words) -> Drawn {
    let values = || {
        fans.iter()
            .flat_map(|fan| fan.p10.iter().chain(&fan.p90).copied().chain(fan.supply.iter().map(|(_, units)| *units)))
    };
    let (Some(least), Some(most)) = (values().min(), values().max()) else { return Ok(()) };
    let counts = CountAxis::close(least, most, 4);
    let subtitle = match counts.low {
        0 => chart.subtitle.clone(),
        low => format!("{} · {}", chart.subtitle, words.tell("chart.axis-from", &[("n", words.count(u64::from(low)))])),
    };
    head::title(canvas, &chart.title, &subtitle)?;
    let names = names(fans.iter().map(|fan| fan.name.as_str()));
    for (at, (fan, name)) in fans.iter().zip(&names).enumerate() {
        panel(canvas, fan, name, counts, frame(fans.len(), at), words)?;
    }
    Ok(())
}

fn panel(canvas: &Canvas, fan: &Fan, title: &str, counts: CountAxis, outer: Frame, words: &Words) -> Drawn {
    name(canvas, outer, title, &fan.verdict, fan.tone)?;
    let number = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    let label = |tick: u32| words.count(u64::from(tick));
    let widest = counts.ticks().map(|tick| canvas.width(&label(tick), number)).fold(0.0, f64::max);
    let last = |values: &[u32]| values.last().copied().unwrap_or(0);
    let end = fan.days.last().copied().unwrap_or_default();
    let units = fan.supply.iter().rev().find(|(day, _)| *day <= end).map_or(0, |(_, units)| *units);
    let mut labels = [
        (format!("{} {}", words.say("chart.demand"), label(last(&fan.p50))), last(&fan.p50), canvas.palette.demand),
        (format!("{} {}", words.say("chart.capacity"), label(units)), units, canvas.palette.capacity),
    ];
    labels.sort_by_key(|(_, value, _)| std::cmp::Reverse(*value));
    let room = labels.iter().map(|(text, _, _)| width(text, TEXT, true)).fold(0.0, f64::max);
    let inner = inner(outer);
    let inner = Frame { left: inner.left + widest + 10.0, right: inner.right - room - 18.0, ..inner };
    let Some(plot) = Plot::on(fan, inner, counts) else { return Ok(()) };
    plot.draw(canvas, fan, 3)?;
    for tick in counts.ticks() {
        canvas.text((plot.frame.left - 10.0, plot.y(f64::from(tick))), Side::Left, &label(tick), number)?;
    }
    let wanted: Vec<f64> = labels.iter().map(|(_, value, _)| plot.y(f64::from(*value))).collect();
    let places = spread(&wanted, 26.0, plot.frame.top - 10.0, plot.frame.bottom + 10.0);
    for ((text, value, colour), y) in labels.iter().zip(places) {
        let edge = plot.y(f64::from(*value));
        canvas.line(&[(plot.frame.right + 2.0, edge), (plot.frame.right + 12.0, y)], *colour, 1)?;
        let ink = Ink { size: TEXT, bold: true, colour: *colour };
        canvas.text((plot.frame.right + 16.0, y), Side::Right, text, ink)?;
    }
    ends(canvas, plot.frame, (plot.start, plot.end), words)
}
