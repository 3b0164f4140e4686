//! All SKUs on one sheet: a small panel each. In: fans. Out: a drawing. Never: one scale for all; each panel names its own.

use super::canvas::{Canvas, Drawn, Ink, Side};
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::plot::{Frame, Plot};
use crate::report::document::{Chart, Fan, Tone};
use crate::report::shorten;
use crate::report::words::Words;

const GAP: f64 = 50.0;
/// Size of a panel's name.
const NAME: f64 = 25.0;

fn columns(panels: usize) -> usize {
    match panels {
        0..=1 => 1,
        2..=4 => 2,
        5..=24 => 3,
        _ => 4,
    }
}

fn panel_width(panels: usize) -> f64 {
    let columns = columns(panels) as f64;
    (f64::from(WIDTH) - 2.0 * MARGIN - (columns - 1.0) * GAP) / columns
}

fn panel_height(panels: usize) -> f64 {
    (panel_width(panels) * 0.62).clamp(270.0, 420.0)
}

pub fn size(panels: usize) -> (u32, u32) {
    let rows = panels.div_ceil(columns(panels)).max(1);
    (WIDTH, (BELOW + rows as f64 * panel_height(panels) + 20.0) as u32)
}

pub fn draw(canvas: &Canvas, chart: &Chart, fans: &[Fan], words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let (width, height) = (panel_width(fans.len()), panel_height(fans.len()));
    let bold = |text: &str| super::canvas::width(text, NAME, true);
    let names = shorten::apart(fans.iter().map(|fan| fan.name.as_str()), width, bold);
    for (at, (fan, name)) in fans.iter().zip(&names).enumerate() {
        let (row, column) = (at / columns(fans.len()), at % columns(fans.len()));
        let left = MARGIN + column as f64 * (width + GAP);
        let top = BELOW + row as f64 * height;
        panel(canvas, fan, name, Frame { left, top, right: left + width, bottom: top + height - 30.0 }, words)?;
    }
    Ok(())
}

fn panel(canvas: &Canvas, fan: &Fan, name: &str, frame: Frame, words: &Words) -> Drawn {
    let palette = &canvas.palette;
    let bold = Ink { size: NAME, bold: true, colour: palette.ink };
    canvas.text((frame.left, frame.top + 14.0), Side::Right, name, bold)?;
    let (mark, colour) = match fan.tone {
        Tone::Plain => ("", palette.quiet),
        Tone::Warning => ("● ", palette.short_text),
        Tone::Alarm => ("▲ ", palette.short_text),
    };
    let verdict = Ink { size: 22.0, bold: fan.tone != Tone::Plain, colour };
    canvas.text((frame.left, frame.top + 45.0), Side::Right, &format!("{mark}{}", fan.verdict), verdict)?;

    let number = Ink { size: 20.0, bold: false, colour: palette.quiet };
    let inner = Frame { top: frame.top + 72.0, bottom: frame.bottom - 34.0, ..frame };
    let Some(mut plot) = Plot::of(fan, inner, 3) else { return Ok(()) };
    let label = |tick: u32| words.count(u64::from(tick));
    let widest = plot.counts.ticks().map(|tick| canvas.width(&label(tick), number)).fold(0.0, f64::max);
    plot.frame.left += widest + 10.0;
    plot.draw(canvas, fan, 3)?;
    for tick in plot.counts.ticks() {
        let at = (plot.frame.left - 10.0, plot.y(f64::from(tick)));
        canvas.text(at, Side::Left, &label(tick), number)?;
    }
    let y = plot.frame.bottom + 22.0;
    canvas.text((plot.frame.left, y), Side::Right, &words.month(plot.start), number)?;
    canvas.text((plot.frame.right, y), Side::Left, &words.month(plot.end), number)
}
