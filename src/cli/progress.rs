//! A bar on stderr while a simulation runs. In: work that counts replications. Out: its result. Never: on stdout, or where stderr is
//! no terminal.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Failure;
use crate::diagnostic::{Diagnosed, Diagnostic};
use crate::simulate::{Progress, Settings};

/// What `work` made, and what was noticed while the rules were read; a failure where it made nothing.
pub fn shown<T: Send>(
    settings: &Settings,
    quiet: bool,
    work: impl FnOnce(&Progress) -> Diagnosed<Option<T>> + Send,
) -> Result<(T, Vec<Diagnostic>), Failure> {
    shown_times(settings, 1, quiet, work)
}

/// The same for work that runs all replications several times.
pub fn shown_times<T: Send>(
    settings: &Settings,
    times: u32,
    quiet: bool,
    work: impl FnOnce(&Progress) -> Diagnosed<Option<T>> + Send,
) -> Result<(T, Vec<Diagnostic>), Failure> {
    let progress = Progress::default();
    let bar = ProgressBar::new(u64::from(settings.replications()) * u64::from(times));
    let visible = !quiet && std::io::stderr().is_terminal();
    bar.set_draw_target(if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} replications, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let finished = AtomicBool::new(false);
    let diagnosed = std::thread::scope(|scope| {
        if visible {
            scope.spawn(|| {
                while !finished.load(Ordering::Relaxed) {
                    bar.set_position(u64::from(progress.done()));
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
        }
        let diagnosed = work(&progress);
        finished.store(true, Ordering::Relaxed);
        diagnosed
    });
    bar.finish_and_clear();
    let mut findings = Vec::new();
    match diagnosed.into_value(&mut findings) {
        Some(made) => Ok((made, findings)),
        None => Err(Failure::Findings(findings)),
    }
}
