//! The state of a child.

use core::fmt;

use crate::ids::{Pid, Uid};
use crate::signal::{ChildEvent, SigInfo, Signal};

/// A change of the state of a child, which [`wait`](super::wait) returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitStatus {
    pid: Pid,
    uid: Uid,
    event: ChildEvent,
}

impl WaitStatus {
    /// Decodes the record that `waitid` returns. Returns `None` if it is not that of a child.
    #[must_use]
    pub fn new(info: &SigInfo) -> Option<Self> {
        let (pid, uid, event) = info.child()?;
        Some(Self { pid, uid, event })
    }

    /// Returns the process ID of the child.
    #[doc(alias = "si_pid")]
    #[inline]
    #[must_use]
    pub const fn pid(self) -> Pid {
        self.pid
    }

    /// Returns the real user ID of the child.
    #[doc(alias = "si_uid")]
    #[inline]
    #[must_use]
    pub const fn uid(self) -> Uid {
        self.uid
    }

    /// Returns the change of the state.
    #[doc(alias = "si_status")]
    #[inline]
    #[must_use]
    pub const fn event(self) -> ChildEvent {
        self.event
    }

    /// Returns the change of the state as a wait status.
    #[inline]
    #[must_use]
    pub const fn exit_status(self) -> ExitStatus {
        ExitStatus::from_event(self.event)
    }
}

/// The wait status of a child, with the methods of
/// [`std::process::ExitStatus`](https://doc.rust-lang.org/std/process/struct.ExitStatus.html).
///
/// ```
/// use butter::process::ExitStatus;
/// use butter::signal::Signal;
///
/// let exited = ExitStatus::from_raw(0x200);
/// assert_eq!((exited.code(), exited.signal(), exited.success()), (Some(2), None, false));
/// let killed = ExitStatus::from_raw(9);
/// assert_eq!((killed.code(), killed.signal()), (None, Some(Signal::KILL)));
/// assert_eq!(killed.to_string(), "signal: KILL");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExitStatus(i32);

/// The low 7 bits of a wait status: 0 for an exit, `STOPPED` for a stop, otherwise the signal that
/// terminated the child.
const SIGNAL_BITS: i32 = 0x7F;
const CORE_DUMPED: i32 = 0x80;
const STOPPED: i32 = 0x7F;
const CONTINUED: i32 = 0xFFFF;

impl ExitStatus {
    /// Creates a wait status from the number that `wait4` or
    /// [`PidFd::info`](crate::process::PidFd::info) returns.
    #[inline]
    #[must_use]
    pub const fn from_raw(status: i32) -> Self {
        Self(status)
    }

    /// Returns the number.
    #[inline]
    #[must_use]
    pub const fn into_raw(self) -> i32 {
        self.0
    }

    /// Converts a change of the state of a child.
    #[inline]
    #[must_use]
    pub const fn from_event(event: ChildEvent) -> Self {
        Self(match event {
            ChildEvent::Exited(code) => (code & 0xFF) << 8,
            ChildEvent::Killed { signal, core_dumped } => {
                signal.as_raw() | if core_dumped { CORE_DUMPED } else { 0 }
            }
            ChildEvent::Trapped(Some(signal)) | ChildEvent::Stopped(Some(signal)) => {
                signal.as_raw() << 8 | STOPPED
            }
            ChildEvent::Trapped(None) | ChildEvent::Stopped(None) => STOPPED,
            ChildEvent::Continued => CONTINUED,
        })
    }

    /// Returns whether the child exited with status 0.
    #[inline]
    #[must_use]
    pub const fn success(self) -> bool {
        self.0 == 0
    }

    /// Returns the exit status of the child, `0..=255`, or `None` if the child did not exit.
    #[doc(alias("WIFEXITED", "WEXITSTATUS"))]
    #[inline]
    #[must_use]
    pub const fn code(self) -> Option<i32> {
        if self.0 & SIGNAL_BITS == 0 { Some(self.0 >> 8 & 0xFF) } else { None }
    }

    /// Returns the signal that terminated the child.
    #[doc(alias("WIFSIGNALED", "WTERMSIG"))]
    #[inline]
    #[must_use]
    pub const fn signal(self) -> Option<Signal> {
        match self.0 & SIGNAL_BITS {
            STOPPED => None,
            signal => Signal::from_raw(signal),
        }
    }

    /// Returns whether a signal terminated the child, and the child dumped core.
    #[doc(alias = "WCOREDUMP")]
    #[inline]
    #[must_use]
    pub const fn core_dumped(self) -> bool {
        self.signal().is_some() && self.0 & CORE_DUMPED != 0
    }

    /// Returns the signal that stopped the child.
    #[doc(alias("WIFSTOPPED", "WSTOPSIG"))]
    #[inline]
    #[must_use]
    pub const fn stopped_signal(self) -> Option<Signal> {
        if self.0 & 0xFF == STOPPED { Signal::from_raw(self.0 >> 8 & 0xFF) } else { None }
    }

    /// Returns whether the signal `CONT` continued the child.
    #[doc(alias = "WIFCONTINUED")]
    #[inline]
    #[must_use]
    pub const fn continued(self) -> bool {
        self.0 == CONTINUED
    }
}

impl From<ChildEvent> for ExitStatus {
    #[inline]
    fn from(event: ChildEvent) -> Self {
        Self::from_event(event)
    }
}

/// Prints the status like `std`, with the name of the signal: `exit status: 1`, `signal: SEGV (core
/// dumped)`.
impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.code() {
            write!(f, "exit status: {code}")
        } else if let Some(signal) = self.signal() {
            let core = if self.core_dumped() { " (core dumped)" } else { "" };
            write!(f, "signal: {signal}{core}")
        } else if self.continued() {
            f.write_str("continued (WIFCONTINUED)")
        } else if let Some(signal) = self.stopped_signal() {
            write!(f, "stopped (not terminated) by signal: {signal}")
        } else {
            write!(f, "unrecognised wait status: {:#x}", self.0)
        }
    }
}

impl fmt::Debug for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExitStatus({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_status_decodes_every_wait_status_like_std() {
        use std::os::unix::process::ExitStatusExt;
        for raw in 0..=0xFFFF {
            let (ours, theirs) =
                (ExitStatus::from_raw(raw), std::process::ExitStatus::from_raw(raw));
            let signal = |number: Option<i32>| number.and_then(Signal::from_raw);
            assert_eq!(ours.code(), theirs.code(), "{raw:#x}");
            assert_eq!(ours.success(), theirs.success(), "{raw:#x}");
            assert_eq!(ours.signal(), signal(theirs.signal()), "{raw:#x}");
            assert_eq!(ours.stopped_signal(), signal(theirs.stopped_signal()), "{raw:#x}");
            assert_eq!(ours.continued(), theirs.continued(), "{raw:#x}");
            // `std` also returns `true` for a stop by a signal.
            let dumped = theirs.core_dumped() && theirs.signal().is_some();
            assert_eq!(ours.core_dumped(), dumped && ours.signal().is_some(), "{raw:#x}");
        }
    }

    #[test]
    fn exit_status_prints_the_state() {
        let text = |raw| ExitStatus::from_raw(raw).to_string();
        assert_eq!(text(0x100), "exit status: 1");
        assert_eq!(text(0x8B), "signal: SEGV (core dumped)");
        assert_eq!(text(0x137F), "stopped (not terminated) by signal: STOP");
        assert_eq!(text(0xFFFF), "continued (WIFCONTINUED)");
        assert_eq!(text(0x007F), "unrecognised wait status: 0x7f");
        assert_eq!(format!("{:?}", ExitStatus::from_raw(0)), "ExitStatus(exit status: 0)");
    }

    #[test]
    fn exit_status_from_event_is_the_wait_status() {
        let status = |event| ExitStatus::from_event(event).into_raw();
        assert_eq!(status(ChildEvent::Exited(7)), 0x700);
        assert_eq!(status(ChildEvent::Killed { signal: Signal::ABRT, core_dumped: true }), 0x86);
        assert_eq!(status(ChildEvent::Killed { signal: Signal::KILL, core_dumped: false }), 9);
        assert_eq!(status(ChildEvent::Stopped(Some(Signal::STOP))), 0x137F);
        assert_eq!(status(ChildEvent::Trapped(Some(Signal::TRAP))), 0x57F);
        assert_eq!(status(ChildEvent::Stopped(None)), 0x7F);
        assert_eq!(status(ChildEvent::Continued), 0xFFFF);
    }
}
