//! What each percent of risk costs. In: costs by accepted risk. Out: a stepped line with the risk that was asked for. Never: a cost
//! axis that starts above zero without saying so.

use super::axis::CountAxis;
use super::canvas::{Canvas, Drawn, Ink, Point, Side, width};
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::plot::Frame;
use crate::report::document::{Chart, RiskCurve};
use crate::report::words::Words;

pub const SIZE: (u32, u32) = (WIDTH, 900);
const TEXT: f64 = 24.0;

pub fn draw(canvas: &Canvas, chart: &Chart, data: &RiskCurve, words: &Words) -> Drawn {
    let scale = 10i64.pow(data.currency.minor_digits());
    // Whole units of money are fine enough for a drawing.
    let whole = |minor: i64| u32::try_from(minor.max(0) / scale).unwrap_or(u32::MAX);
    let costs = || data.points.iter().map(|(_, minor)| whole(*minor));
    let counts = CountAxis::over(costs().min().unwrap_or(0), costs().max().unwrap_or(0), 6);
    let subtitle = match counts.low {
        0 => chart.subtitle.clone(),
        low => format!("{} · {}", chart.subtitle, words.tell("chart.axis-from", &[("n", words.count(u64::from(low)))])),
    };
    head::title(canvas, &chart.title, &subtitle)?;
    let ticks = counts.ticks().map(|tick| width(&words.count(u64::from(tick)), TEXT, false)).fold(0.0, f64::max);
    let frame =
        Frame { left: MARGIN + ticks + 14.0, top: BELOW + 10.0, right: f64::from(WIDTH) - MARGIN, bottom: 800.0 };
    let y = |minor: i64| frame.bottom - (frame.bottom - frame.top) * counts.share(minor.max(0) as f64 / scale as f64);
    let quiet = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    for tick in counts.ticks() {
        let at = frame.bottom - (frame.bottom - frame.top) * counts.share(f64::from(tick));
        let colour = if tick == counts.low { canvas.palette.quiet } else { canvas.palette.grid };
        canvas.line(&[(frame.left, at), (frame.right, at)], colour, 1)?;
        canvas.text((frame.left - 14.0, at), Side::Left, &words.count(u64::from(tick)), quiet)?;
    }
    let most = data.points.iter().map(|(risk, _)| *risk).max().unwrap_or(1).max(1);
    let x = |risk: u32| frame.left + (frame.right - frame.left) * f64::from(risk) / f64::from(most);
    percents(canvas, frame, most, &x, words)?;
    let line: Vec<Point> = data.points.iter().map(|(risk, minor)| (x(*risk), y(*minor))).collect();
    canvas.line(&line, canvas.palette.demand, 4)?;
    line.iter().try_for_each(|point| canvas.dot(*point, 6, canvas.palette.demand))?;
    let own = data.own.and_then(|own| data.points.iter().find(|(risk, _)| *risk == own));
    let Some((risk, minor)) = own else { return Ok(()) };
    let at = (x(*risk), y(*minor));
    canvas.dashes((at.0, at.1), (at.0, frame.bottom), canvas.palette.capacity, 3, 8.0)?;
    canvas.dot(at, 10, canvas.palette.capacity)?;
    let text = words.count(u64::from(whole(*minor)));
    let bold = Ink { size: TEXT, bold: true, colour: canvas.palette.ink };
    let side = if at.0 > (frame.left + frame.right) / 2.0 { Side::Left } else { Side::Right };
    let beside = if side == Side::Left { at.0 - 18.0 } else { at.0 + 18.0 };
    canvas.text((beside, (at.1 - 24.0).max(frame.top)), side, &text, bold)
}

/// The accepted risk below the frame, in whole percent.
fn percents(canvas: &Canvas, frame: Frame, most: u32, x: &dyn Fn(u32) -> f64, words: &Words) -> Drawn {
    let ink = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
    let each = (most / 100).div_ceil(10).max(1);
    for percent in (0..=most / 100).step_by(each as usize) {
        let at = x(percent * 100);
        canvas.line(&[(at, frame.bottom), (at, frame.bottom + 8.0)], canvas.palette.quiet, 2)?;
        canvas.text((at, frame.bottom + 28.0), Side::Middle, &format!("{percent}%"), ink)?;
    }
    let middle = (frame.left + frame.right) / 2.0;
    canvas.text((middle, frame.bottom + 66.0), Side::Middle, &words.say("plan.column-risk"), ink)
}
