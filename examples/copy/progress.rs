//! How far the copy is, and how fast it was.

use std::fmt;
use std::fs::Metadata;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a drawing stands at least.
const PERIOD: Duration = Duration::from_millis(100);
const WIDTH: u64 = 30;

/// Whether something is drawn in the line.
static DRAWN: AtomicBool = AtomicBool::new(false);

/// Takes away what is drawn, so that the line is free.
pub(crate) fn clear() {
    if DRAWN.swap(false, Ordering::Relaxed) {
        let _ = io::stderr().write_all(b"\r\x1b[K");
    }
}

pub(crate) struct Progress {
    began: Instant,
    drawn: Option<Instant>,
    /// How many bytes it will be, where the source says so.
    whole: Option<u64>,
    wanted: bool,
}

impl Progress {
    pub(crate) fn new(source: &Metadata, quiet: bool) -> Self {
        let whole = Some(source.len()).filter(|length| *length > 0);
        Self {
            began: Instant::now(),
            drawn: None,
            whole,
            wanted: !quiet && io::stderr().is_terminal(),
        }
    }

    /// Draws, unless that was done a moment ago.
    pub(crate) fn show(&mut self, copied: u64) {
        if !self.wanted || self.drawn.is_some_and(|drawn| drawn.elapsed() < PERIOD) {
            return;
        }
        self.drawn = Some(Instant::now());
        DRAWN.store(true, Ordering::Relaxed);
        let rate = Rate(copied, self.began.elapsed());
        let _ = match self.whole {
            Some(whole) => {
                let part = |of: u64| {
                    (u128::from(copied.min(whole)) * u128::from(of) / u128::from(whole)) as usize
                };
                let (bar, percent) = ("#".repeat(part(WIDTH)), part(100));
                let (copied, whole) = (Bytes(copied), Bytes(whole));
                let width = WIDTH as usize;
                io::stderr().write_fmt(format_args!(
                    "\r[{bar:.<width$}] {percent:>3} % {copied} of {whole}, {rate}\x1b[K"
                ))
            }
            None => io::stderr().write_fmt(format_args!("\r{}, {rate}\x1b[K", Bytes(copied))),
        };
    }

    /// What to say at the end.
    pub(crate) fn summary(&self, copied: u64) -> String {
        let took = self.began.elapsed();
        format!("{} in {:.3} s, {}", Bytes(copied), took.as_secs_f64(), Rate(copied, took))
    }
}

/// So many bytes, in three digits or a few more.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut number, mut unit) = (self.0 as f64, "bytes");
        for larger in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
            if number < 1024.0 {
                break;
            }
            (number, unit) = (number / 1024.0, larger);
        }
        match unit {
            "bytes" if self.0 == 1 => f.write_str("1 byte"),
            "bytes" => write!(f, "{number} bytes"),
            _ => write!(f, "{number:.1} {unit}"),
        }
    }
}

/// So many bytes in such a time.
struct Rate(u64, Duration);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes, time) = *self;
        // A time of nothing is one that the clock does not tell from it.
        write!(f, "{}/s", Bytes((bytes as f64 / time.as_secs_f64().max(1e-9)) as u64))
    }
}
