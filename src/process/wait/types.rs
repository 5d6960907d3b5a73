//! The arguments of `waitid`.

use crate::fd::{AsRawFd, BorrowedFd};
use crate::ids::{Pgid, Pid};

const P_ALL: u32 = 0;
const P_PID: u32 = 1;
const P_PGID: u32 = 2;
const P_PIDFD: u32 = 3;

flags! {
    /// Flags of [`waitid`](crate::process::raw::waitid): the events to wait for, and options;
    /// [waitid(2)].
    ///
    /// At least one of `EXITED`, `STOPPED` and `CONTINUED` is required.
    ///
    /// [waitid(2)]: https://man7.org/linux/man-pages/man2/waitid.2.html
    pub struct WaitFlags: u32 {
        "WNOHANG" NOHANG = 1, "return immediately if no child has changed its state.";
        "WSTOPPED" STOPPED = 2, "wait for children that a signal has stopped.";
        "WEXITED" EXITED = 4, "wait for children that have terminated.";
        "WCONTINUED" CONTINUED = 8, "wait for children that `CONT` has continued.";
        "WNOWAIT" NOWAIT = 0x100_0000, "do not reap the child: a later wait reports the same \
            event.";
        "__WNOTHREAD" NOTHREAD = 0x2000_0000, "do not wait for children of other threads of the \
            process.";
        "__WALL" ALL = 0x4000_0000, "wait for all children, whatever their exit signal is.";
        "__WCLONE" CLONE = 0x8000_0000, "wait only for children whose exit signal is not `CHLD`.";
    }
}

/// The children to wait for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum WaitId<'fd> {
    /// `P_ALL` - any child.
    #[doc(alias = "P_ALL")]
    Any,
    /// `P_PID` - the child with this process ID.
    #[doc(alias = "P_PID")]
    Pid(Pid),
    /// `P_PGID` - any child in this process group; `None` for the process group of the caller,
    /// since Linux 5.4.
    #[doc(alias = "P_PGID")]
    Group(Option<Pgid>),
    /// `P_PIDFD` - the child to which a pidfd refers. Since Linux 5.4.
    #[doc(alias = "P_PIDFD")]
    PidFd(BorrowedFd<'fd>),
}

impl WaitId<'_> {
    /// Returns the first two arguments of `waitid`.
    #[inline]
    pub(super) fn type_and_id(self) -> (u32, i32) {
        match self {
            Self::Any => (P_ALL, 0),
            Self::Pid(pid) => (P_PID, pid.as_raw()),
            Self::Group(group) => (P_PGID, group.map_or(0, Pgid::as_raw)),
            Self::PidFd(fd) => (P_PIDFD, fd.as_raw_fd()),
        }
    }
}

impl From<Pid> for WaitId<'_> {
    #[inline]
    fn from(pid: Pid) -> Self {
        Self::Pid(pid)
    }
}

impl<'fd> From<BorrowedFd<'fd>> for WaitId<'fd> {
    #[inline]
    fn from(pidfd: BorrowedFd<'fd>) -> Self {
        Self::PidFd(pidfd)
    }
}
