//! What stands around every chart: title, explanation, months, row names. In: words and places. Out: marks on the sheet.
//! Never: text that runs off the sheet.

use chrono::{Datelike, NaiveDate};

use super::axis::month_ticks;
use super::canvas::{Canvas, Drawn, Ink, Side};
use super::plot::Frame;
use crate::report::words::Words;
use crate::report::{clean, shorten};

pub const WIDTH: u32 = 1600;
pub const MARGIN: f64 = 60.0;
/// Where the drawing below title and explanation begins.
pub const BELOW: f64 = 150.0;

/// Title and, in one line as small as it has to be, the explanation.
pub fn title(canvas: &Canvas, title: &str, subtitle: &str) -> Drawn {
    let room = f64::from(WIDTH) - 2.0 * MARGIN;
    let mut heading = Ink { size: 38.0, bold: true, colour: canvas.palette.ink };
    heading.size = (heading.size * room / canvas.width(title, heading).max(1.0)).clamp(30.0, 38.0);
    let text = shorten::middle(title, room, |text| canvas.width(text, heading));
    canvas.text((MARGIN, 50.0), Side::Right, &text, heading)?;
    let mut small = Ink { size: 26.0, bold: false, colour: canvas.palette.quiet };
    small.size = (small.size * room / canvas.width(subtitle, small).max(1.0)).clamp(18.0, 26.0);
    let text = clean::shorten_by(subtitle, room, |text| canvas.width(text, small));
    canvas.text((MARGIN, 98.0), Side::Right, &text, small)
}

/// Names of months below a frame, as many as fit.
pub fn months(canvas: &Canvas, frame: Frame, (start, end): (NaiveDate, NaiveDate), words: &Words) -> Drawn {
    let ink = Ink { size: 24.0, bold: false, colour: canvas.palette.quiet };
    let mut free_from = frame.left - 60.0;
    let mut year_said = false;
    for day in month_ticks(start, end, 10) {
        let x = place(frame, (start, end), day);
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + 8.0)], canvas.palette.quiet, 2)?;
        let text = if day.month() == 1 || !year_said { words.month(day) } else { words.month_alone(day) };
        let half = canvas.width(&text, ink) / 2.0;
        if x - half > free_from {
            canvas.text((x, frame.bottom + 30.0), Side::Middle, &text, ink)?;
            free_from = x + half + 12.0;
            year_said = true;
        }
    }
    Ok(())
}

/// Where a day stands in a frame.
pub fn place(frame: Frame, (start, end): (NaiveDate, NaiveDate), day: NaiveDate) -> f64 {
    let all = (end - start).num_days().max(1) as f64;
    frame.left + (frame.right - frame.left) * ((day - start).num_days() as f64 / all).clamp(0.0, 1.0)
}

/// The room that names take at the left, some of them bold, at most 420 units.
pub fn names_width<'a>(names: impl Iterator<Item = &'a str>, size: f64) -> f64 {
    names.map(|name| super::canvas::width(name, size, true)).fold(0.0, f64::max).min(420.0)
}

/// Names at the left of rows that end at `right`, shortened where they have to be, and still told apart.
pub fn row_names<'a>(names: impl Iterator<Item = &'a str>, right: f64, size: f64) -> Vec<String> {
    shorten::apart(names, right - MARGIN + 4.0, |text| super::canvas::width(text, size, true))
}

/// A name at the left of a row: one of `row_names`.
pub fn row_name(canvas: &Canvas, right: f64, y: f64, name: &str, size: f64, bold: bool) -> Drawn {
    let ink = Ink { size, bold, colour: canvas.palette.ink };
    canvas.text((right, y), Side::Left, name, ink)
}
