//! What the calls take.

use crate::arch::abi;

flags! {
    /// How a pipe is made.
    pub struct CreateFlags: u32 {
        "O_NONBLOCK" NONBLOCK = 0x800, "a read or a write that would have to wait fails with `EAGAIN`.";
        "O_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes both ends.";
        "O_DIRECT" DIRECT = abi::O_DIRECT, "packets: each write is read by itself. Since Linux 3.4.";
        "O_NOTIFICATION_PIPE" NOTIFICATION = 0x80, "for notifications of the kernel. Since Linux 5.8.";
    }
}

flags! {
    /// How bytes are moved into and out of a pipe.
    pub struct SpliceFlags: u32 {
        "SPLICE_F_MOVE" MOVE = 1, "pages may be moved, not copied: a wish. Nothing since Linux 2.6.21 but for FUSE.";
        "SPLICE_F_NONBLOCK" NONBLOCK = 2, "what would have to wait for a pipe fails with `EAGAIN`. What waits for a \
            file or a socket is that one's own matter.";
        "SPLICE_F_MORE" MORE = 4, "more follows: a socket may wait for it before it sends.";
        "SPLICE_F_GIFT" GIFT = 8, "`vmsplice` alone: the pages are the kernel's from now on, and nobody changes them.";
    }
}
