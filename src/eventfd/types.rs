//! What `eventfd2` takes.

/// The most that a counter can hold.
pub const VALUE_MAX: u64 = u64::MAX - 1;

flags! {
    /// How a counter is made.
    pub struct CreateFlags: u32 {
        "EFD_SEMAPHORE" SEMAPHORE = 1, "a read takes 1, not all. Since Linux 2.6.30.";
        "EFD_NONBLOCK" NONBLOCK = 0x800, "a read or an addition that would have to wait fails with `EAGAIN`.";
        "EFD_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor.";
    }
}
