//! One SKU, large: band, middle line, capacity, renewals and the shortage, each with its words beside it. In: a fan. Out: a
//! drawing. Never: a legend where a label fits.

use chrono::Datelike;
use plotters::style::RGBColor;

use super::axis::month_ticks;
use super::canvas::{Canvas, Drawn, Ink, Side, width};
use super::head;
use super::plot::{Frame, Plot};
use crate::report::document::{Chart, Fan, Mark, MarkKind};
use crate::report::words::Words;

pub const SIZE: (u32, u32) = (1600, 900);
const LEFT: f64 = 60.0;
const TEXT: f64 = 26.0;
const LABEL_HEIGHT: f64 = 34.0;

/// Where the plot stands on the sheet: as wide as its labels leave it.
pub fn layout(fan: &Fan, words: &Words) -> Option<Plot> {
    let labels = labels(fan, words).into_iter().map(|(text, _, line)| width(&text, TEXT, line.is_bold()));
    let right = (f64::from(SIZE.0) - 50.0 - labels.fold(0.0, f64::max)).max(900.0);
    let mut plot = Plot::of(fan, Frame { left: LEFT, top: 205.0, right, bottom: 815.0 }, 6)?;
    let ticks = plot.counts.ticks().map(|tick| width(&words.count(u64::from(tick)), TEXT, false));
    plot.frame.left = LEFT + ticks.fold(0.0, f64::max) + 14.0;
    Some(plot)
}

pub fn draw(canvas: &Canvas, chart: &Chart, fan: &Fan, words: &Words) -> Drawn {
    let Some(plot) = layout(fan, words) else { return Ok(()) };
    let number = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    title(canvas, chart, &plot, fan, words)?;
    plot.draw(canvas, fan, 5)?;
    for tick in plot.counts.ticks() {
        let at = (plot.frame.left - 14.0, plot.y(f64::from(tick)));
        canvas.text(at, Side::Left, &words.count(u64::from(tick)), number)?;
    }
    days(canvas, &plot, words, number)?;
    marks(canvas, &plot, fan)?;
    direct_labels(canvas, &plot, fan, words)
}

fn title(canvas: &Canvas, chart: &Chart, plot: &Plot, fan: &Fan, words: &Words) -> Drawn {
    let mut subtitle = chart.subtitle.clone();
    if plot.counts.low > 0 {
        let low = words.count(u64::from(plot.counts.low));
        subtitle = format!("{subtitle} · {}", words.tell("chart.axis-from", &[("n", low)]));
    }
    if fan.marks.iter().any(|mark| mark.kind == MarkKind::Renewal) {
        subtitle = format!("{subtitle} · ▲ {}", words.say("chart.renewal"));
    }
    head::title(canvas, &chart.title, &subtitle)
}

fn days(canvas: &Canvas, plot: &Plot, words: &Words, ink: Ink) -> Drawn {
    let y = plot.frame.bottom + 34.0;
    let today = words.say("chart.today");
    let mut free_from = plot.frame.left + canvas.width(&today, ink) + 16.0;
    canvas.text((plot.frame.left, y), Side::Right, &today, Ink { bold: true, ..ink })?;
    let mut year_said = false;
    for day in month_ticks(plot.start, plot.end, 10) {
        let x = plot.x(day);
        canvas.line(&[(x, plot.frame.bottom), (x, plot.frame.bottom + 10.0)], canvas.palette.quiet, 2)?;
        let text = if day.month() == 1 || !year_said { words.month(day) } else { words.month_alone(day) };
        let half = canvas.width(&text, ink) / 2.0;
        if x - half > free_from {
            canvas.text((x, y), Side::Middle, &text, ink)?;
            free_from = x + half + 12.0;
            year_said = true;
        }
    }
    Ok(())
}

/// Marks with words stand above the plot, the shortage first; a renewal without room for words keeps its triangle.
fn marks(canvas: &Canvas, plot: &Plot, fan: &Fan) -> Drawn {
    let palette = &canvas.palette;
    let mut rows: [Vec<(f64, f64)>; 2] = [Vec::new(), Vec::new()];
    let (shortage, renewals): (Vec<&Mark>, Vec<&Mark>) =
        fan.marks.iter().filter(|mark| mark.day <= plot.end).partition(|mark| mark.kind == MarkKind::Shortage);
    for mark in shortage.into_iter().chain(renewals) {
        let x = plot.x(mark.day);
        let short = mark.kind == MarkKind::Shortage;
        let colour = if short { palette.short_text } else { palette.quiet };
        if !short {
            let y = plot.frame.bottom;
            canvas.fill(&[(x, y - 16.0), (x + 11.0, y), (x - 11.0, y)], palette.ink)?;
        }
        if mark.text.is_empty() {
            continue;
        }
        let ink = Ink { size: TEXT, bold: short, colour };
        let half = canvas.width(&mark.text, ink) / 2.0;
        let middle = x.clamp(plot.frame.left + half, f64::from(SIZE.0) - 30.0 - half);
        let clear =
            |row: &Vec<(f64, f64)>| row.iter().all(|(l, r)| middle + half + 20.0 < *l || middle - half - 20.0 > *r);
        let Some(at) = rows.iter().position(clear) else { continue };
        rows[at].push((middle - half, middle + half));
        let y = plot.frame.top - 22.0 - 36.0 * at as f64;
        canvas.text((middle, y), Side::Middle, &mark.text, ink)?;
        canvas.dashes((x, plot.frame.top), (x, plot.frame.bottom), colour, 2, 6.0)?;
    }
    Ok(())
}

/// What a label at the right edge belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Middle,
    Edge,
    Capacity,
}

impl Line {
    fn ink(self, canvas: &Canvas) -> Ink {
        let colour: RGBColor = match self {
            Line::Middle | Line::Edge => canvas.palette.demand,
            Line::Capacity => canvas.palette.capacity,
        };
        Ink { size: TEXT, bold: self.is_bold(), colour }
    }

    fn is_bold(self) -> bool {
        self != Line::Edge
    }
}

/// Text, value and line of each label at the right edge.
fn labels(fan: &Fan, words: &Words) -> Vec<(String, u32, Line)> {
    let named = |name: String, value: Option<u32>, line: Line| {
        value.map(|value| (format!("{name} {}", words.count(u64::from(value))), value, line))
    };
    let end = fan.days.last().copied().unwrap_or_default();
    let units = fan.supply.iter().rev().find(|(day, _)| *day <= end).map(|(_, units)| *units);
    let high = fan.p90.last().copied();
    let low = fan.p10.last().copied();
    let flat = high == low;
    let edge = |name: &str, value: Option<u32>| named(name.to_owned(), value.filter(|_| !flat), Line::Edge);
    let all = [
        edge("P90", high),
        named(words.say("chart.demand"), fan.p50.last().copied(), Line::Middle),
        edge("P10", low),
        named(words.say("chart.capacity"), units, Line::Capacity),
    ];
    all.into_iter().flatten().collect()
}

/// Labels at the right edge, moved apart where they would overlap.
fn direct_labels(canvas: &Canvas, plot: &Plot, fan: &Fan, words: &Words) -> Drawn {
    let mut labels = labels(fan, words);
    labels.sort_by_key(|(_, value, line)| (std::cmp::Reverse(*value), *line == Line::Edge));
    let wanted: Vec<f64> = labels.iter().map(|(_, value, _)| plot.y(f64::from(*value))).collect();
    let places = spread(&wanted, LABEL_HEIGHT, plot.frame.top - 20.0, plot.frame.bottom + 10.0);
    for ((text, value, line), y) in labels.iter().zip(places) {
        let ink = line.ink(canvas);
        let edge = (plot.frame.right, plot.y(f64::from(*value)));
        canvas.line(&[(edge.0 + 4.0, edge.1), (edge.0 + 16.0, y)], ink.colour, 1)?;
        canvas.text((edge.0 + 22.0, y), Side::Right, text, ink)?;
    }
    Ok(())
}

/// Positions from top to bottom, each near its wish, at least `gap` apart, within `top..=bottom` as far as there is room.
pub fn spread(wanted: &[f64], gap: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut places: Vec<f64> = Vec::with_capacity(wanted.len());
    for wish in wanted {
        let least = places.last().map_or(top, |last| last + gap);
        places.push(wish.max(least));
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    places
}
