//! How long the parts of a run took, on stderr. In: the name of each part when it is over. Out: a line a part. Never: in an output
//! file or on stdout; the same inputs give the same bytes on a slow machine.

use std::io::Write;
use std::time::{Duration, Instant};

/// A stopwatch over the parts of one run.
#[derive(Debug)]
pub struct Timings {
    shown: bool,
    last: Instant,
    parts: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Starts now; prints only where `shown`.
    pub fn start(shown: bool) -> Self {
        Self { shown, last: Instant::now(), parts: Vec::new() }
    }

    /// Everything since the last part was `name`.
    pub fn part(&mut self, name: &'static str) {
        let now = Instant::now();
        self.parts.push((name, now - self.last));
        self.last = now;
    }

    /// Prints every part with its share of all of them.
    pub fn print(&self) {
        if !self.shown {
            return;
        }
        let total: Duration = self.parts.iter().map(|(_, time)| *time).sum();
        let mut stderr = std::io::stderr().lock();
        for (name, time) in self.parts.iter().chain(&[("total", total)]) {
            let share = 100.0 * time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
            let _ = writeln!(stderr, "timing {name:<12} {:>10.3} s {share:>5.1} %", time.as_secs_f64());
        }
    }
}
