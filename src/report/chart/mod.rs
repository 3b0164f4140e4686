//! Charts as pictures. In: a chart of the document. Out: SVG, and the same drawing as PNG. Never: uses a font of the system.
//!
//! There is one drawing routine: plotters writes SVG, and the PNG is that SVG put on pixels with the same embedded font.

mod axis;
mod bars;
mod canvas;
mod differences;
mod fan;
mod fixed;
mod head;
mod heat;
mod overview;
mod palette;
mod panels;
mod plot;
mod risk;
mod runway;
mod scripts;
mod skill;

use std::sync::{Arc, LazyLock};

use resvg::{tiny_skia, usvg};

pub use palette::Theme;

use self::canvas::Canvas;
use super::RenderError;
use super::document::{Chart, Fan, Picture};
use super::face;
use super::words::{Language, Words};

/// Width and height of a drawing in its units.
pub fn size(picture: &Picture) -> (u32, u32) {
    match picture {
        Picture::Fan(_) => fan::SIZE,
        Picture::Overview(fans) => overview::size(fans.len()),
        Picture::Runway(data) => runway::size(data.rows.len()),
        Picture::Timeline(data) => runway::size(data.rows.len()),
        Picture::Heat(data) => heat::size(data.rows.len()),
        Picture::Stack(_) | Picture::Bridge(_) => bars::SIZE,
        Picture::Risk(_) => risk::SIZE,
        Picture::Skill(sets) => skill::size(sets.len()),
        Picture::Bars(data) => differences::size(data.rows.len()),
        Picture::MonthBars(data) => differences::months_size(data),
        Picture::Sides(fans) => panels::size(fans.len()),
    }
}

/// The chart as SVG text.
pub fn svg(chart: &Chart, language: Language, theme: Theme) -> Result<String, RenderError> {
    let words = Words::of(language);
    let size = size(&chart.picture);
    let mut drawn = String::new();
    let result = Canvas::draw(&mut drawn, size, theme, |canvas| match &chart.picture {
        Picture::Fan(data) => fan::draw(canvas, chart, data, words),
        Picture::Overview(fans) => overview::draw(canvas, chart, fans, words),
        Picture::Runway(data) => runway::runway(canvas, chart, data, words),
        Picture::Timeline(data) => runway::timeline(canvas, chart, data, words),
        Picture::Heat(data) => heat::draw(canvas, chart, data, words),
        Picture::Stack(data) => bars::stack(canvas, chart, data, words),
        Picture::Bridge(steps) => bars::bridge(canvas, chart, steps, words),
        Picture::Risk(data) => risk::draw(canvas, chart, data, words),
        Picture::Skill(sets) => skill::draw(canvas, chart, sets, words),
        Picture::Bars(data) => differences::bars(canvas, chart, data),
        Picture::MonthBars(data) => differences::months(canvas, chart, data, words),
        Picture::Sides(fans) => panels::sides(canvas, chart, fans, words),
    });
    result.map_err(|reason| RenderError::Chart { chart: chart.id.clone(), reason })?;
    Ok(drawn)
}

/// Where a fan chart's months stand on its drawing, for formats that show values on demand.
pub struct Places {
    pub top: f64,
    pub bottom: f64,
    /// From left to right, one for each day of the fan.
    pub days: Vec<f64>,
}

pub fn places(fan: &Fan, language: Language) -> Option<Places> {
    let plot = fan::layout(fan, Words::of(language))?;
    let days = fan.days.iter().map(|day| plot.x(*day).round()).collect();
    Some(Places { top: plot.frame.top, bottom: plot.frame.bottom, days })
}

/// The drawing for viewers that may lack the embedded font: no text takes more room than it was given.
pub fn portable(svg: &str) -> String {
    fixed::texts(svg)
}

/// The same drawing without a size of its own, so that it takes the room it is given.
pub fn scalable(svg: &str) -> String {
    let svg = fixed::texts(svg);
    match svg.split_once(" viewBox=") {
        Some((_, rest)) => format!("<svg viewBox={rest}"),
        None => svg,
    }
}

/// The drawing for a renderer with the embedded faces: words of other scripts name the face that has them.
pub fn faced(svg: &str) -> String {
    scripts::faced(svg)
}

/// The SVG of a chart put on pixels, one pixel a unit. `fonts` are for characters that the embedded faces lack.
pub fn png(chart: &str, svg: &str, fonts: &[Vec<u8>]) -> Result<Vec<u8>, RenderError> {
    let failed = |reason: String| RenderError::Chart { chart: chart.to_owned(), reason };
    static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = usvg::fontdb::Database::new();
        for face in face::all() {
            fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(face)));
        }
        Arc::new(fonts)
    });
    let mut fontdb = FONTS.clone();
    if !fonts.is_empty() {
        let all = Arc::make_mut(&mut fontdb);
        fonts.iter().for_each(|font| all.load_font_data(font.clone()));
    }
    let options = usvg::Options { fontdb, font_family: "Noto Sans".to_owned(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(&scripts::faced(svg), &options).map_err(|error| failed(error.to_string()))?;
    let size = tree.size().to_int_size();
    let mut pixels =
        tiny_skia::Pixmap::new(size.width(), size.height()).ok_or_else(|| failed("it has no size".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(error.to_string()))
}
