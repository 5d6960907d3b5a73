//! Meters that are read before and after the measured work: a clock or an instruction counter.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::FromRawFd;
use std::time::Instant;

use crate::fail;

enum Source<'c> {
    Clock(Instant),
    Counter(&'c InstructionCounter),
}

/// Accumulates the nanoseconds or instructions that measured work takes.
pub(crate) struct Meter<'c> {
    source: Source<'c>,
    /// The difference between two consecutive readings without work, which is subtracted from each
    /// measurement. It is 0 for the clock, because the difference between two readings of the clock
    /// is not constant.
    overhead: u64,
    total: u64,
}

impl<'c> Meter<'c> {
    pub(crate) fn nanoseconds() -> Self {
        Self { source: Source::Clock(Instant::now()), overhead: 0, total: 0 }
    }

    pub(crate) fn instructions(counter: &'c InstructionCounter) -> Self {
        let mut meter = Self { source: Source::Counter(counter), overhead: 0, total: 0 };
        meter.measure(|| {});
        meter.overhead = meter.take();
        meter
    }

    /// Runs `work` and adds its cost to the total.
    #[inline]
    pub(crate) fn measure(&mut self, work: impl FnOnce()) {
        let before = self.now();
        work();
        let after = self.now();
        self.total += (after - before).saturating_sub(self.overhead);
    }

    /// Returns the accumulated cost and resets it to 0.
    pub(crate) fn take(&mut self) -> u64 {
        std::mem::take(&mut self.total)
    }

    /// Reads the clock or the counter. This method is never inlined and is shared by both sources,
    /// so that the code of the measured work is the same for both sources.
    #[inline(never)]
    fn now(&self) -> u64 {
        match self.source {
            Source::Clock(start) => start.elapsed().as_nanos() as u64,
            Source::Counter(counter) => counter
                .read()
                .unwrap_or_else(|error| fail("reading the instruction counter", error)),
        }
    }
}

const PERF_TYPE_HARDWARE: u32 = 0;
const PERF_COUNT_HW_INSTRUCTIONS: u64 = 1;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HV: u64 = 1 << 6;

/// `struct perf_event_attr` in its first version, with a size of 64 bytes.
#[repr(C)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_type: u32,
    breakpoint_address: u64,
}

const _: () = assert!(size_of::<Attributes>() == 64);

/// A counter of the instructions that this thread executes in user space. The counter is always
/// enabled.
pub(crate) struct InstructionCounter(File);

impl InstructionCounter {
    pub(crate) fn open() -> io::Result<Self> {
        let attributes = Attributes {
            kind: PERF_TYPE_HARDWARE,
            size: size_of::<Attributes>() as u32,
            config: PERF_COUNT_HW_INSTRUCTIONS,
            sample_period: 0,
            sample_type: 0,
            read_format: 0,
            flags: EXCLUDE_KERNEL | EXCLUDE_HV,
            wakeup_events: 0,
            breakpoint_type: 0,
            breakpoint_address: 0,
        };
        let (this_thread, any_cpu, no_group, no_flags) = (0, -1, -1, 0);
        let attributes = &raw const attributes;
        // SAFETY: the kernel reads as many bytes as the `size` field says, and keeps no pointer to
        // them.
        let fd = unsafe {
            libc::syscall(
                libc::SYS_perf_event_open,
                attributes,
                this_thread,
                any_cpu,
                no_group,
                no_flags,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call succeeded and returned a new descriptor.
        let counter = Self(unsafe { File::from_raw_fd(fd as i32) });
        // On a CPU without the counter, `perf_event_open` may succeed with a counter that never
        // advances.
        if counter.read()? == counter.read()? {
            return Err(io::Error::other("the counter does not advance"));
        }
        Ok(counter)
    }

    pub(crate) fn read(&self) -> io::Result<u64> {
        let mut count = [0; 8];
        (&self.0).read_exact(&mut count)?;
        Ok(u64::from_ne_bytes(count))
    }
}
