//! The end.

use crate::error::Call;
use crate::syscall::syscall;

/// `exit_group(status)` - ends the process with all its threads; of the status, the parent sees the lowest 8 bits.
///
/// Nothing is run on the way: no destructor, no flush of what a C library or `std` still has in its buffers.
///
/// Since Linux 2.5.35; `exit_group`(2).
#[inline]
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: every thread of the process ends, so that nothing sees its memory or descriptors afterwards.
        let _ = unsafe { syscall!(Call::EXIT_GROUP, exit_group(status)) };
    }
}
