//! How many instructions run, as the processor counts them: those of user space only.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::FromRawFd;

const PERF_TYPE_HARDWARE: u32 = 0;
const PERF_COUNT_HW_INSTRUCTIONS: u64 = 1;
const EXCLUDE_KERNEL: u64 = 1 << 5;
const EXCLUDE_HV: u64 = 1 << 6;

/// `struct perf_event_attr` in its first version, of 64 bytes.
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

/// A counter of this thread's instructions, always on.
pub(crate) struct Instructions(File);

impl Instructions {
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
        let (this_thread, any_processor, no_group, no_flags) = (0, -1, -1, 0);
        let attributes = &raw const attributes;
        // SAFETY: the kernel reads as many bytes as the struct says it has, and keeps nothing of them.
        let fd = unsafe {
            libc::syscall(
                libc::SYS_perf_event_open,
                attributes,
                this_thread,
                any_processor,
                no_group,
                no_flags,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a success is a new descriptor.
        let counter = Self(unsafe { File::from_raw_fd(fd as i32) });
        // A processor that has no such counter may still open one, which then stands still.
        if counter.read()? == counter.read()? {
            return Err(io::Error::other("the counter stands still"));
        }
        Ok(counter)
    }

    pub(crate) fn read(&self) -> io::Result<u64> {
        let mut count = [0; 8];
        (&self.0).read_exact(&mut count)?;
        Ok(u64::from_ne_bytes(count))
    }
}
