//! Flags of the calls on pidfds, and the pidfd arguments that refer to the caller.

use crate::fd::{AsFd, AsRawFd, RawFd};

flags! {
    /// Flags of [`pidfd_open`](crate::process::raw::pidfd_open); [pidfd_open(2)].
    ///
    /// [pidfd_open(2)]: https://man7.org/linux/man-pages/man2/pidfd_open.2.html
    pub struct OpenFlags: u32 {
        "PIDFD_THREAD" THREAD = 0x80, "open a thread, not a process. Since Linux 6.9.";
        "PIDFD_NONBLOCK" NONBLOCK = 0x800, "a `waitid` with the pidfd that would block fails with \
            `EAGAIN`. Since Linux 5.10.";
    }
}

flags! {
    /// Flags of [`pidfd_send_signal`](crate::process::raw::pidfd_send_signal): the scope of the
    /// signal. At most one flag is permitted. Since Linux 6.9.
    ///
    /// Without a flag, the signal is sent to the thread if the pidfd was opened with
    /// [`OpenFlags::THREAD`], otherwise to the process.
    pub struct SignalFlags: u32 {
        "PIDFD_SIGNAL_THREAD" THREAD = 1, "send the signal to the thread.";
        "PIDFD_SIGNAL_THREAD_GROUP" THREAD_GROUP = 2, "send the signal to the process.";
        "PIDFD_SIGNAL_PROCESS_GROUP" PROCESS_GROUP = 4, "send the signal to all processes of the \
            process group whose ID is the process ID.";
    }
}

/// The calling thread, as the pidfd argument of a call.
#[doc(alias = "PIDFD_SELF_THREAD")]
#[derive(Clone, Copy, Debug)]
pub struct SelfThread;

/// The calling thread, without opening a pidfd (`PIDFD_SELF`). Since Linux 6.14.
#[doc(alias = "PIDFD_SELF")]
pub const PIDFD_SELF_THREAD: SelfThread = SelfThread;

/// The calling process, as the pidfd argument of a call.
#[doc(alias = "PIDFD_SELF_THREAD_GROUP")]
#[derive(Clone, Copy, Debug)]
pub struct SelfProcess;

/// The calling process, without opening a pidfd (`PIDFD_SELF_PROCESS`). Since Linux 6.14.
#[doc(alias = "PIDFD_SELF_PROCESS")]
pub const PIDFD_SELF_THREAD_GROUP: SelfProcess = SelfProcess;

/// A pidfd argument: a descriptor, [`PIDFD_SELF_THREAD`] or [`PIDFD_SELF_THREAD_GROUP`]. The trait
/// is sealed.
pub trait PidFdArg: sealed::PidFdNumber {}

mod number {
    pub(super) const PIDFD_SELF_THREAD: i32 = -10000;
    pub(super) const PIDFD_SELF_THREAD_GROUP: i32 = -10001;
}

mod sealed {
    use super::RawFd;

    /// Returns the number that is passed to the kernel.
    pub trait PidFdNumber {
        fn pidfd_number(&self) -> RawFd;
    }
}

pub(super) use sealed::PidFdNumber;

impl<T: AsFd> PidFdArg for T {}
impl<T: AsFd> PidFdNumber for T {
    #[inline(always)]
    fn pidfd_number(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl PidFdArg for SelfThread {}
impl PidFdNumber for SelfThread {
    #[inline(always)]
    fn pidfd_number(&self) -> RawFd {
        number::PIDFD_SELF_THREAD
    }
}

impl PidFdArg for SelfProcess {}
impl PidFdNumber for SelfProcess {
    #[inline(always)]
    fn pidfd_number(&self) -> RawFd {
        number::PIDFD_SELF_THREAD_GROUP
    }
}
