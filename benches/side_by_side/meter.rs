//! What is read before and after the work that counts: a clock, or the counter of instructions.

use std::time::Instant;

use crate::failure::failed;
use crate::instructions::Instructions;

enum Source<'c> {
    Clock(Instant),
    Counter(&'c Instructions),
}

/// Adds up nanoseconds or instructions.
pub(crate) struct Meter<'c> {
    source: Source<'c>,
    /// What two readings with nothing between them differ by; taken off, where that is always the same.
    overhead: u64,
    total: u64,
}

impl<'c> Meter<'c> {
    pub(crate) fn nanoseconds() -> Self {
        Self { source: Source::Clock(Instant::now()), overhead: 0, total: 0 }
    }

    pub(crate) fn instructions(counter: &'c Instructions) -> Self {
        let mut meter = Self { source: Source::Counter(counter), overhead: 0, total: 0 };
        meter.measure(|| {});
        meter.overhead = meter.take();
        meter
    }

    /// Does the work, and adds what it cost.
    #[inline]
    pub(crate) fn measure(&mut self, work: impl FnOnce()) {
        let before = self.now();
        work();
        let after = self.now();
        self.total += (after - before).saturating_sub(self.overhead);
    }

    /// What has been added up, which then starts anew.
    pub(crate) fn take(&mut self) -> u64 {
        std::mem::take(&mut self.total)
    }

    /// Never inlined, and the same for both sources: the work between two readings is the same code for either.
    #[inline(never)]
    fn now(&self) -> u64 {
        match self.source {
            Source::Clock(start) => start.elapsed().as_nanos() as u64,
            Source::Counter(counter) => {
                counter.read().unwrap_or_else(|error| failed("reading the counter", error))
            }
        }
    }
}
