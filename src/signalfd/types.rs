//! The creation flags of a signalfd, and the layout of `struct signalfd_siginfo`.

use crate::signal::Code;

flags! {
    /// Creation flags of a signalfd.
    pub struct CreateFlags: u32 {
        "SFD_NONBLOCK" NONBLOCK = 0x800, "reads fail with `EAGAIN` instead of blocking.";
        "SFD_CLOEXEC" CLOEXEC = 0x8_0000, "the descriptor is close-on-exec.";
    }
}

/// `struct signalfd_siginfo`: an event that is read from a signalfd.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Siginfo {
    pub(super) signo: u32,
    pub(super) errno: i32,
    pub(super) code: Code,
    pub(super) pid: u32,
    pub(super) uid: u32,
    pub(super) fd: i32,
    pub(super) tid: u32,
    pub(super) band: u32,
    pub(super) overrun: u32,
    pub(super) trapno: u32,
    pub(super) status: i32,
    pub(super) int: i32,
    pub(super) ptr: u64,
    pub(super) utime: u64,
    pub(super) stime: u64,
    pub(super) addr: u64,
    pub(super) addr_lsb: u16,
    padding: u16,
    pub(super) syscall: i32,
    pub(super) call_addr: u64,
    pub(super) arch: u32,
    rest: [u32; 7],
}

layout! {
    Siginfo: size 128, align 8, signo at 0, errno at 4, code at 8, pid at 12, uid at 16, fd at 20,
    tid at 24, band at 28, overrun at 32, trapno at 36, status at 40, int at 44, ptr at 48,
    utime at 56, stime at 64, addr at 72, addr_lsb at 80, syscall at 84, call_addr at 88, arch at 96
}
