//! A sheet to draw on. In: lines, areas and words at positions. Out: SVG. Never: knows what it draws.

use std::sync::LazyLock;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, register_font};
use unicode_width::UnicodeWidthChar;

use super::palette::{Palette, Theme};

/// The family as SVG names it. The embedded face comes first; a browser without it takes one of the others.
const FAMILY: &str = "Noto Sans, Segoe UI, Arial, sans-serif";

/// plotters' two measures of a font: what its SVG divides a size by to get the em, and the height of Noto Sans in ems, by
/// which `ab_glyph` scales.
const SVG_SIZE_OF_EM: f64 = 1.24;
const HEIGHT_OF_EM: f64 = 1.362;

static FACES: LazyLock<bool> = LazyLock::new(|| {
    let regular = register_font(FAMILY, FontStyle::Normal, notosans::REGULAR_TTF).is_ok();
    regular && register_font(FAMILY, FontStyle::Bold, notosans::BOLD_TTF).is_ok()
});

/// Where a text stands against its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The text begins at the point.
    Right,
    /// The text ends at the point.
    Left,
    Middle,
}

/// Size in ems, weight and colour of a text.
#[derive(Clone, Copy)]
pub struct Ink {
    pub size: f64,
    pub bold: bool,
    pub colour: RGBColor,
}

pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    pub palette: Palette,
}

pub type Drawn = Result<(), String>;
pub type Point = (f64, f64);

fn pixel(point: Point) -> (i32, i32) {
    (point.0.round() as i32, point.1.round() as i32)
}

impl<'a> Canvas<'a> {
    /// Lets `draw` fill a sheet of `size` and leaves the SVG in `text`.
    pub fn draw(
        text: &'a mut String,
        size: (u32, u32),
        theme: Theme,
        draw: impl FnOnce(&Canvas<'a>) -> Drawn,
    ) -> Drawn {
        if !*FACES {
            return Err("the embedded font cannot be read".to_owned());
        }
        let area = SVGBackend::with_string(text, size).into_drawing_area();
        let canvas = Canvas { area, palette: theme.palette() };
        canvas.area.fill(&canvas.palette.ground).map_err(reason)?;
        draw(&canvas)?;
        canvas.area.present().map_err(reason)
    }

    pub fn line(&self, points: &[Point], colour: RGBColor, width: u32) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().copied().map(pixel).collect();
        let style = ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width };
        self.area.draw(&PathElement::new(points, style)).map_err(reason)
    }

    /// A straight line in dashes of `dash` units.
    pub fn dashes(&self, from: Point, to: Point, colour: RGBColor, width: u32, dash: f64) -> Drawn {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let steps = (length / dash).ceil() as u32;
        let at = |step: u32| {
            let share = (f64::from(step) * dash / length).min(1.0);
            (from.0 + dx * share, from.1 + dy * share)
        };
        (0..steps).step_by(2).try_for_each(|step| self.line(&[at(step), at(step + 1)], colour, width))
    }

    pub fn fill(&self, points: &[Point], colour: RGBColor) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().copied().map(pixel).collect();
        self.area.draw(&Polygon::new(points, colour.filled())).map_err(reason)
    }

    pub fn dot(&self, at: Point, radius: i32, colour: RGBColor) -> Drawn {
        self.area.draw(&Circle::new(pixel(at), radius, colour.filled())).map_err(reason)
    }

    /// Words with the middle of their height at `at`.
    pub fn text(&self, at: Point, side: Side, text: &str, ink: Ink) -> Drawn {
        let anchor = match side {
            Side::Right => HPos::Left,
            Side::Left => HPos::Right,
            Side::Middle => HPos::Center,
        };
        let style = font(ink.size, ink.bold, SVG_SIZE_OF_EM).color(&ink.colour).pos(Pos::new(anchor, VPos::Center));
        self.area.draw(&Text::new(text.to_owned(), pixel(at), style)).map_err(reason)
    }

    pub fn width(&self, text: &str, ink: Ink) -> f64 {
        width(text, ink.size, ink.bold)
    }
}

/// Units that `text` takes from left to right.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    if !*FACES {
        return 0.0;
    }
    // Measured large, because plotters gives whole units.
    const LARGER: f64 = 16.0;
    let font = font(size * LARGER, bold, HEIGHT_OF_EM);
    // Characters of other scripts come from faces that plotters does not know: an em for those that take two columns of a
    // terminal, and somewhat more than half of one for the others.
    let (own, other): (String, String) = text.chars().partition(|character| is_of_sans(*character));
    let measured = font.layout_box(&own).map_or(0, |((left, _), (right, _))| right - left);
    let ems = |character: char| [0.0, 0.58, 1.0][character.width().unwrap_or(0).min(2)];
    f64::from(measured) / LARGER + other.chars().map(ems).sum::<f64>() * size
}

/// Whether Noto Sans may have the character: Latin, Greek, Cyrillic, and signs.
fn is_of_sans(character: char) -> bool {
    !matches!(character, '\u{0590}'..='\u{1dff}' | '\u{2e80}'..='\u{fdff}' | '\u{fe30}'..='\u{10ffff}')
}

fn font(size: f64, bold: bool, size_of_em: f64) -> FontDesc<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size * size_of_em, style)
}

fn reason(error: impl std::fmt::Display) -> String {
    error.to_string()
}
