//! Loss and coverage by months ahead. In: sets of series. Out: two frames a set, a line for each way to forecast. Never: a scale
//! of loss that starts above zero, or of coverage that leaves out what was claimed.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Drawn, Ink, Point, Side, width};
use super::fan::spread;
use super::head::{self, BELOW, MARGIN, WIDTH};
use super::plot::Frame;
use crate::forecast::{Skill, SkillLine};
use crate::report::document::{Chart, skill_title};
use crate::report::words::Words;

const TEXT: f64 = 24.0;
const HEIGHT: f64 = 520.0;
/// What P10 to P90 claims to hold.
const CLAIMED: f64 = 0.8;

pub fn size(sets: usize) -> (u32, u32) {
    (WIDTH, BELOW as u32 + HEIGHT as u32 * sets.max(1) as u32)
}

pub fn draw(canvas: &Canvas, chart: &Chart, sets: &[Skill], words: &Words) -> Drawn {
    head::title(canvas, &chart.title, &chart.subtitle)?;
    let names = sets.iter().flat_map(|set| set.lines.iter().map(|line| line.method.as_str()));
    let room = head::names_width(names, TEXT) + 30.0;
    let middle = f64::from(WIDTH) / 2.0;
    for (row, set) in sets.iter().enumerate() {
        let top = BELOW + HEIGHT * row as f64;
        let heading = Ink { size: 28.0, bold: true, colour: canvas.palette.ink };
        canvas.text((MARGIN, top + 14.0), Side::Right, &skill_title(set, words), heading)?;
        let frame = |left: f64, right: f64| Frame {
            left: left + 90.0,
            top: top + 90.0,
            right: right - room,
            bottom: top + HEIGHT - 80.0,
        };
        let most = set.lines.iter().flat_map(|line| line.loss.iter().copied()).fold(0.0, f64::max);
        let step = round_step(most.max(0.01) / 4.0);
        let scale = Scale { high: (most / step).floor() * step + step, step, percent: false };
        let loss = Panel { frame: frame(MARGIN, middle), scale, title: words.say("skill.loss") };
        loss.draw(canvas, set, |line| &line.loss, words)?;
        let scale = Scale { high: 1.0, step: 0.2, percent: true };
        let coverage =
            Panel { frame: frame(middle, f64::from(WIDTH) - MARGIN + 30.0), scale, title: words.say("skill.coverage") };
        let claimed = coverage.y(CLAIMED);
        let ends = ((coverage.frame.left, claimed), (coverage.frame.right, claimed));
        canvas.dashes(ends.0, ends.1, canvas.palette.quiet, 3, 10.0)?;
        coverage.draw(canvas, set, |line| &line.coverage, words)?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Scale {
    high: f64,
    step: f64,
    percent: bool,
}

impl Scale {
    /// With as many decimals as a step has.
    fn decimal(self, value: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 6.0) as usize;
        format!("{value:.decimals$}")
    }
}

struct Panel {
    frame: Frame,
    scale: Scale,
    title: String,
}

/// 1, 2 or 5 times a power of ten, at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= least).unwrap_or(least)
}

impl Panel {
    fn y(&self, value: f64) -> f64 {
        self.frame.bottom - (self.frame.bottom - self.frame.top) * (value / self.scale.high).clamp(0.0, 1.0)
    }

    fn draw<'s>(
        &self,
        canvas: &Canvas,
        set: &'s Skill,
        values: impl Fn(&'s SkillLine) -> &'s Vec<f64>,
        words: &Words,
    ) -> Drawn {
        let quiet = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
        let frame = self.frame;
        canvas.text((frame.left - 70.0, frame.top - 34.0), Side::Right, &self.title, quiet)?;
        for tick in 0..=(self.scale.high / self.scale.step).round() as u32 {
            let value = f64::from(tick) * self.scale.step;
            let colour = if tick == 0 { canvas.palette.quiet } else { canvas.palette.grid };
            canvas.line(&[(frame.left, self.y(value)), (frame.right, self.y(value))], colour, 1)?;
            let label = match self.scale.percent {
                true => format!("{:.0}%", value * 100.0),
                false => self.scale.decimal(value).replace('.', words.point()),
            };
            canvas.text((frame.left - 12.0, self.y(value)), Side::Left, &label, quiet)?;
        }
        let months = set.lines.iter().map(|line| values(line).len()).max().unwrap_or(0);
        let x = |month: usize| {
            frame.left + (frame.right - frame.left) * (month as f64 / months.saturating_sub(1).max(1) as f64)
        };
        self.months(canvas, months, &x, words)?;
        let mut ends = Vec::new();
        for (number, line) in set.lines.iter().enumerate() {
            let points: Vec<Point> =
                values(line).iter().enumerate().map(|(month, value)| (x(month), self.y(*value))).collect();
            self.line(canvas, number, &points)?;
            ends.extend(points.last().map(|(_, y)| (*y, number, line.method.as_str())));
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let wanted: Vec<f64> = ends.iter().map(|(y, ..)| *y).collect();
        let places = spread(&wanted, TEXT + 6.0, frame.top, frame.bottom);
        for ((_, number, name), y) in ends.into_iter().zip(places) {
            let ink = Ink { size: TEXT, bold: number == 0, colour: colour(canvas, number) };
            canvas.text((frame.right + 14.0, y), Side::Right, name, ink)?;
        }
        Ok(())
    }

    /// The own line with dots, the others without or in dashes: lines are told apart in grey, too.
    fn line(&self, canvas: &Canvas, number: usize, points: &[Point]) -> Drawn {
        let colour = colour(canvas, number);
        match number {
            0 => {
                canvas.line(points, colour, 5)?;
                points.iter().try_for_each(|point| canvas.dot(*point, 6, colour))
            }
            1 => points.windows(2).try_for_each(|pair| canvas.dashes(pair[0], pair[1], colour, 4, 9.0)),
            _ => canvas.line(points, colour, 3),
        }
    }

    fn months(&self, canvas: &Canvas, months: usize, x: &dyn Fn(usize) -> f64, words: &Words) -> Drawn {
        let ink = Ink { size: TEXT, bold: false, colour: canvas.palette.quiet };
        let frame = self.frame;
        let mut free_from = f64::MIN;
        for month in 0..months {
            let text = (month + 1).to_string();
            let half = width(&text, TEXT, false) / 2.0;
            if x(month) - half > free_from {
                canvas.text((x(month), frame.bottom + 26.0), Side::Middle, &text, ink)?;
                free_from = x(month) + half + 14.0;
            }
        }
        let middle = (frame.left + frame.right) / 2.0;
        canvas.text((middle, frame.bottom + 60.0), Side::Middle, &words.say("skill.ahead"), ink)
    }
}

fn colour(canvas: &Canvas, number: usize) -> RGBColor {
    match number {
        0 => canvas.palette.demand,
        1 => canvas.palette.short_text,
        _ => canvas.palette.capacity,
    }
}
