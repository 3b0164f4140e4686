//! Demand against supply inside a frame: what a fan chart and a small multiple share. In: a fan, a frame, axes. Out: grid,
//! band, steps and lines. Never: a word.

use chrono::NaiveDate;

use super::axis::CountAxis;
use super::canvas::{Canvas, Drawn, Point};
use crate::report::document::Fan;

/// A rectangle of the sheet.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A frame with its two axes.
#[derive(Clone, Copy, Debug)]
pub struct Plot {
    pub frame: Frame,
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub counts: CountAxis,
}

impl Plot {
    pub fn of(fan: &Fan, frame: Frame, ticks: u32) -> Option<Plot> {
        let values = || fan.p10.iter().chain(&fan.p90).copied().chain(fan.supply.iter().map(|(_, units)| *units));
        Plot::on(fan, frame, CountAxis::over(values().min()?, values().max()?, ticks))
    }

    /// On a scale that several plots share.
    pub fn on(fan: &Fan, frame: Frame, counts: CountAxis) -> Option<Plot> {
        let (start, end) = (*fan.days.first()?, *fan.days.last()?);
        Some(Plot { frame, start, end, counts })
    }

    pub fn x(&self, day: NaiveDate) -> f64 {
        let all = (self.end - self.start).num_days().max(1) as f64;
        let passed = (day - self.start).num_days() as f64;
        self.frame.left + (self.frame.right - self.frame.left) * (passed / all).clamp(0.0, 1.0)
    }

    pub fn y(&self, value: f64) -> f64 {
        self.frame.bottom - (self.frame.bottom - self.frame.top) * self.counts.share(value)
    }

    fn points(&self, fan: &Fan, values: &[u32]) -> Vec<Point> {
        fan.days.iter().zip(values).map(|(day, value)| (self.x(*day), self.y(f64::from(*value)))).collect()
    }

    /// Capacity as steps: level to the day of the next change, then straight up or down.
    fn steps(&self, fan: &Fan) -> Vec<Point> {
        let mut points: Vec<Point> = Vec::new();
        for (day, units) in fan.supply.iter().filter(|(day, _)| *day <= self.end) {
            let (x, y) = (self.x(*day), self.y(f64::from(*units)));
            if let Some((_, before)) = points.last().copied() {
                points.push((x, before));
            }
            points.push((x, y));
        }
        if let Some((_, last)) = points.last().copied() {
            points.push((self.frame.right, last));
        }
        points
    }

    /// Grid, band, shortage, capacity and the middle line, in this order from back to front.
    pub fn draw(&self, canvas: &Canvas, fan: &Fan, width: u32) -> Drawn {
        let palette = &canvas.palette;
        for tick in self.counts.ticks() {
            let y = self.y(f64::from(tick));
            let colour = if tick == 0 { palette.quiet } else { palette.grid };
            canvas.line(&[(self.frame.left, y), (self.frame.right, y)], colour, 1)?;
        }
        let mut band = self.points(fan, &fan.p90);
        band.extend(self.points(fan, &fan.p10).into_iter().rev());
        canvas.fill(&band, palette.band)?;
        for area in self.shortages(fan) {
            canvas.fill(&area, palette.short)?;
        }
        canvas.line(&self.steps(fan), palette.capacity, width)?;
        let middle = self.points(fan, &fan.p50);
        canvas.line(&middle, palette.demand, width)?;
        // Dots tell the demand line from the capacity line where both print in grey.
        let dots = middle.iter().filter(|_| width > 3 && middle.len() <= 40);
        dots.into_iter().try_for_each(|point| canvas.dot(*point, 5, palette.demand))
    }

    /// Areas between the middle line and capacity where the line is above it.
    fn shortages(&self, fan: &Fan) -> Vec<Vec<Point>> {
        let mut areas = Vec::new();
        let (mut upper, mut lower): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
        let mut close = |upper: &mut Vec<Point>, lower: &mut Vec<Point>| {
            if upper.len() > 1 {
                areas.push(upper.drain(..).chain(lower.drain(..).rev()).collect());
            }
            upper.clear();
            lower.clear();
        };
        for day in self.start.iter_days().take_while(|day| *day <= self.end) {
            let (Some(demand), Some(units)) = (middle_on(fan, day), units_on(fan, day)) else { continue };
            if demand > f64::from(units) {
                upper.push((self.x(day), self.y(demand)));
                lower.push((self.x(day), self.y(f64::from(units))));
            } else {
                close(&mut upper, &mut lower);
            }
        }
        close(&mut upper, &mut lower);
        areas
    }
}

/// The middle line on a day between two points: on the straight line that is drawn between them.
fn middle_on(fan: &Fan, day: NaiveDate) -> Option<f64> {
    let after = fan.days.partition_point(|point| *point <= day);
    let before = after.checked_sub(1)?;
    let (from, low) = (*fan.days.get(before)?, f64::from(*fan.p50.get(before)?));
    let (Some(to), Some(high)) = (fan.days.get(after), fan.p50.get(after)) else { return Some(low) };
    let share = (day - from).num_days() as f64 / (*to - from).num_days().max(1) as f64;
    Some(low + (f64::from(*high) - low) * share)
}

fn units_on(fan: &Fan, day: NaiveDate) -> Option<u32> {
    let after = fan.supply.partition_point(|(from, _)| *from <= day);
    fan.supply.get(after.checked_sub(1)?).map(|(_, units)| *units)
}
