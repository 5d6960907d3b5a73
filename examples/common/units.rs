//! Numbers of bytes, rates and counts, displayed with their units.

use std::fmt::{self, Display};
use std::time::Duration;

/// A number of bytes, displayed in the largest suitable binary unit: `3 B`, `1.5 KiB`.
pub(crate) struct Bytes(pub(crate) u64);

impl Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut number, mut unit) = (self.0 as f64, "B");
        for larger in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
            // A number that rounds to 1024.0 is displayed in the next unit.
            if number < 1023.95 {
                break;
            }
            (number, unit) = (number / 1024.0, larger);
        }
        let places = usize::from(unit != "B");
        write!(f, "{number:.places$} {unit}")
    }
}

/// A number of bytes per second, displayed in a binary unit: `1.5 KiB/s`.
pub(crate) struct Rate {
    pub(crate) bytes: u64,
    pub(crate) time: Duration,
}

impl Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The elapsed time is 0 if the clock has not advanced.
        let seconds = self.time.as_secs_f64().max(1e-9);
        write!(f, "{}/s", Bytes((self.bytes as f64 / seconds) as u64))
    }
}

/// A number and a noun in the singular or plural: `1 path`, `2 paths`.
pub(crate) struct Count(pub(crate) u64, pub(crate) &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, thing) = *self;
        write!(f, "{number} {thing}{}", if number == 1 { "" } else { "s" })
    }
}
