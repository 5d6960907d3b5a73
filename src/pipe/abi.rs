//! What `pipe2` takes.

use crate::arch::abi;

flags! {
    /// How a pipe is made.
    pub struct PipeFlags: u32 {
        "O_NONBLOCK" NONBLOCK = 0x800, "a read or a write that would have to wait fails with `EAGAIN`.";
        "O_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes both ends.";
        "O_DIRECT" DIRECT = abi::O_DIRECT, "packets: each write is read by itself. Since Linux 3.4.";
        "O_NOTIFICATION_PIPE" NOTIFICATION = 0x80, "for notifications of the kernel. Since Linux 5.8.";
    }
}
