//! The progress bar, and the summary of a complete copy.

use std::fs::Metadata;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::units::{Bytes, Rate};

/// The minimum time between two updates of the progress bar.
const PERIOD: Duration = Duration::from_millis(100);
const WIDTH: u64 = 30;

/// Whether the progress bar is currently shown on the terminal.
static DRAWN: AtomicBool = AtomicBool::new(false);

/// Erases the progress bar, if it is shown.
pub(crate) fn clear() {
    if DRAWN.swap(false, Ordering::Relaxed) {
        let _ = io::stderr().write_all(b"\r\x1b[K");
    }
}

pub(crate) struct Progress {
    start: Instant,
    updated: Option<Instant>,
    /// The size of the source in bytes, if it is known.
    size: Option<u64>,
    enabled: bool,
}

impl Progress {
    pub(crate) fn new(source: &Metadata, quiet: bool) -> Self {
        let size = Some(source.len()).filter(|length| *length > 0);
        Self {
            start: Instant::now(),
            updated: None,
            size,
            enabled: !quiet && io::stderr().is_terminal(),
        }
    }

    /// Draws the progress bar, unless it was updated less than `PERIOD` ago.
    pub(crate) fn show(&mut self, copied: u64) {
        if !self.enabled || self.updated.is_some_and(|updated| updated.elapsed() < PERIOD) {
            return;
        }
        self.updated = Some(Instant::now());
        DRAWN.store(true, Ordering::Relaxed);
        let rate = Rate { bytes: copied, time: self.start.elapsed() };
        let _ = match self.size {
            Some(size) => {
                let part = |of: u64| {
                    (u128::from(copied.min(size)) * u128::from(of) / u128::from(size)) as usize
                };
                let (bar, percent) = ("#".repeat(part(WIDTH)), part(100));
                let (copied, size) = (Bytes(copied), Bytes(size));
                let width = WIDTH as usize;
                io::stderr().write_fmt(format_args!(
                    "\r[{bar:.<width$}] {percent:>3} % {copied} of {size}, {rate}\x1b[K"
                ))
            }
            None => io::stderr().write_fmt(format_args!("\r{}, {rate}\x1b[K", Bytes(copied))),
        };
    }

    /// Returns the message about a complete copy.
    pub(crate) fn summary(&self, copied: u64) -> String {
        let time = self.start.elapsed();
        let rate = Rate { bytes: copied, time };
        format!("{} copied in {:.3} s, {rate}", Bytes(copied), time.as_secs_f64())
    }
}
