//! Bands against what happened, as one SVG. In: runs of a backtest. Out: text. Never: a font that is not there; labels are few.

use std::fmt::Write;

use super::backtest::{Method, Run};
use super::spell::Month;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 40.0;

/// The whole workforce: each origin's P10 to P90 and P50, and what happened.
pub fn picture(runs: &[Run]) -> String {
    let own = |run: &&Run| run.method == Method::Seatcast && run.cohort.is_none();
    let runs: Vec<&Run> = runs.iter().filter(own).collect();
    let months = |run: &Run| run.origin.0 + 1..=run.origin.0 + run.bands.len() as i32;
    let (Some(first), Some(last)) =
        (runs.iter().map(|run| run.origin.0).min(), runs.iter().map(|run| *months(run).end()).max())
    else {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>\n".to_owned();
    };
    let values = || {
        runs.iter()
            .flat_map(|run| run.bands.iter().flat_map(|band| [band.p10, band.p90]).chain(run.actual.iter().copied()))
    };
    let (low, high) = (values().fold(f64::MAX, f64::min).floor(), values().fold(f64::MIN, f64::max).ceil());
    let margin = ((high - low) * 0.05).max(1.0);
    let (low, high) = (low - margin, high + margin);
    let x = |month: i32| LEFT + f64::from(month - first) / f64::from((last - first).max(1)) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>Headcount: bands from past origins, and what happened</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">Headcount: P10 to P90 from each origin (band), and what happened (dots)</text>\n"
    );
    for step in 0..=4 {
        let value = low + (high - low) * f64::from(step) / 4.0;
        let at = y(value);
        let _ = writeln!(svg, "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#dddddd\"/>", WIDTH - RIGHT);
        let _ =
            writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>", LEFT - 8.0, at + 4.0);
    }
    for month in (first..=last).filter(|month| month.rem_euclid(12) == 11) {
        let label = format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(month),
            HEIGHT - 16.0,
            Month(month)
        );
        let _ = writeln!(svg, "{label}");
    }
    for run in &runs {
        let upper = months(run).zip(&run.bands).map(|(month, band)| format!("{:.1},{:.1}", x(month), y(band.p90)));
        let lower = months(run).zip(&run.bands).map(|(month, band)| format!("{:.1},{:.1}", x(month), y(band.p10)));
        let lower: Vec<String> = lower.collect();
        let points: Vec<String> = upper.chain(lower.into_iter().rev()).collect();
        let _ = writeln!(svg, "<polygon points=\"{}\" fill=\"#9ecae1\"/>", points.join(" "));
        let middle = months(run).zip(&run.bands).map(|(month, band)| format!("{:.1},{:.1}", x(month), y(band.p50)));
        let middle = middle.collect::<Vec<_>>().join(" ");
        let _ = writeln!(svg, "<polyline points=\"{middle}\" fill=\"none\" stroke=\"#2171b5\" stroke-width=\"2\"/>");
        for (month, actual) in months(run).zip(&run.actual) {
            let _ =
                writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\" fill=\"#222222\"/>", x(month), y(*actual));
        }
    }
    svg.push_str("</svg>\n");
    svg
}
