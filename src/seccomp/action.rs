//! The actions of a filter.

use crate::error::{ERRNO_MAX, Errno};

const SECCOMP_RET_KILL_PROCESS: u32 = 0x8000_0000;
const SECCOMP_RET_KILL_THREAD: u32 = 0;
const SECCOMP_RET_TRAP: u32 = 0x0003_0000;
const SECCOMP_RET_ERRNO: u32 = 0x0005_0000;
const SECCOMP_RET_USER_NOTIF: u32 = 0x7FC0_0000;
const SECCOMP_RET_TRACE: u32 = 0x7FF0_0000;
const SECCOMP_RET_LOG: u32 = 0x7FFC_0000;
const SECCOMP_RET_ALLOW: u32 = 0x7FFF_0000;
pub(super) const SECCOMP_RET_ACTION_FULL: u32 = 0xFFFF_0000;
const SECCOMP_RET_DATA: u32 = 0xFFFF;

/// The treatment of a system call by the kernel: the return value of a filter.
///
/// If several filters are installed, the kernel runs all of them, and executes the first of the
/// returned actions in the order `KillProcess`, `KillThread`, `Trap`, `Errno`, `UserNotif`,
/// `Trace`, `Log`, `Allow`. If two filters return the same action, the data of the filter that was
/// installed last applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// `SECCOMP_RET_KILL_PROCESS` - terminates the process, as if by `SIGSYS`.
    #[doc(alias = "SECCOMP_RET_KILL_PROCESS")]
    KillProcess,
    /// `SECCOMP_RET_KILL_THREAD` - terminates the thread, as if by `SIGSYS`. The other threads
    /// continue, and may wait indefinitely for locks of the thread.
    #[doc(alias("SECCOMP_RET_KILL_THREAD", "SECCOMP_RET_KILL"))]
    KillThread,
    /// `SECCOMP_RET_TRAP` - does not execute the system call, and sends `SIGSYS` to the thread,
    /// with the data as `si_errno` ([`Cause::Syscall`](crate::signal::Cause::Syscall)).
    #[doc(alias = "SECCOMP_RET_TRAP")]
    Trap(u16),
    /// `SECCOMP_RET_ERRNO` - does not execute the system call, which fails with an errno.
    ///
    /// The errno 0, with which a system call would succeed without being executed, cannot be
    /// expressed: for example, a program would use memory that `mmap` did not map.
    #[doc(alias = "SECCOMP_RET_ERRNO")]
    Errno(Errno),
    /// `SECCOMP_RET_USER_NOTIF` - suspends the thread, and notifies the supervisor that reads from
    /// the [`Listener`](super::Listener) of the filter. Without a listener, the system call fails
    /// with `ENOSYS`.
    #[doc(alias = "SECCOMP_RET_USER_NOTIF")]
    UserNotif,
    /// `SECCOMP_RET_TRACE` - notifies the tracer of the thread, which receives the data with
    /// `PTRACE_GETEVENTMSG`. Without a tracer that has set `PTRACE_O_TRACESECCOMP`, the system call
    /// fails with `ENOSYS`.
    #[doc(alias = "SECCOMP_RET_TRACE")]
    Trace(u16),
    /// `SECCOMP_RET_LOG` - executes the system call, and writes it to the audit log.
    #[doc(alias = "SECCOMP_RET_LOG")]
    Log,
    /// `SECCOMP_RET_ALLOW` - executes the system call.
    #[doc(alias = "SECCOMP_RET_ALLOW")]
    Allow,
}

impl Action {
    /// Creates an action from the return value of a filter.
    ///
    /// Returns `None` for the errno 0, with which the kernel reports a success of a system call
    /// that it does not execute, and for a value that the kernel does not know, for which it
    /// terminates the process.
    #[must_use]
    pub const fn from_raw(value: u32) -> Option<Self> {
        let data = (value & SECCOMP_RET_DATA) as u16;
        Some(match value & SECCOMP_RET_ACTION_FULL {
            SECCOMP_RET_KILL_PROCESS => Self::KillProcess,
            SECCOMP_RET_KILL_THREAD => Self::KillThread,
            SECCOMP_RET_TRAP => Self::Trap(data),
            SECCOMP_RET_ERRNO => {
                // The kernel uses the largest errno for a larger number.
                let number = if data as i32 > ERRNO_MAX { ERRNO_MAX } else { data as i32 };
                match Errno::from_raw(number) {
                    Some(errno) => Self::Errno(errno),
                    None => return None,
                }
            }
            SECCOMP_RET_USER_NOTIF => Self::UserNotif,
            SECCOMP_RET_TRACE => Self::Trace(data),
            SECCOMP_RET_LOG => Self::Log,
            SECCOMP_RET_ALLOW => Self::Allow,
            _ => return None,
        })
    }

    /// Returns the return value of a filter that means the action.
    #[must_use]
    pub const fn as_raw(self) -> u32 {
        match self {
            Self::KillProcess => SECCOMP_RET_KILL_PROCESS,
            Self::KillThread => SECCOMP_RET_KILL_THREAD,
            Self::Trap(data) => SECCOMP_RET_TRAP | data as u32,
            Self::Errno(errno) => SECCOMP_RET_ERRNO | errno.as_raw().cast_unsigned(),
            Self::UserNotif => SECCOMP_RET_USER_NOTIF,
            Self::Trace(data) => SECCOMP_RET_TRACE | data as u32,
            Self::Log => SECCOMP_RET_LOG,
            Self::Allow => SECCOMP_RET_ALLOW,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_from_raw_is_the_inverse_of_as_raw() {
        let actions = [
            (Action::KillProcess, 0x8000_0000),
            (Action::KillThread, 0),
            (Action::Trap(7), 0x0003_0007),
            (Action::Errno(Errno::PERM), 0x0005_0001),
            (Action::UserNotif, 0x7FC0_0000),
            (Action::Trace(u16::MAX), 0x7FF0_FFFF),
            (Action::Log, 0x7FFC_0000),
            (Action::Allow, 0x7FFF_0000),
        ];
        for (action, raw) in actions {
            assert_eq!((action.as_raw(), Action::from_raw(raw)), (raw, Some(action)));
        }
    }

    #[test]
    fn action_from_raw_interprets_data_and_unknown_values_like_the_kernel() {
        assert_eq!(Action::from_raw(0x0005_0000), None);
        assert_eq!(Action::from_raw(0x0005_FFFF), Errno::from_raw(4095).map(Action::Errno));
        assert_eq!(Action::from_raw(0x7FFF_1234), Some(Action::Allow));
        for unknown in [1 << 16, 0x7FFE_0000, 0xFFFF_0000, 0x8003_0000] {
            assert_eq!(Action::from_raw(unknown), None);
        }
    }
}
