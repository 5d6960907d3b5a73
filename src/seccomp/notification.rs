//! Notifications, and the results of operations on their targets.

use super::{Syscall, SyscallData};
use crate::error::{Errno, Result};
use crate::ids::Tid;

/// The size of the buffers in 8-byte words, which is more than three times the size of a
/// notification of Linux 7.2.
pub(super) const WORDS: usize = 32;

/// The ID of a notification. Each notification of a filter has another ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct NotificationId(u64);

impl NotificationId {
    /// Creates an ID from its number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number of the ID.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> u64 {
        self.0
    }
}

/// `struct seccomp_notif`: a system call that waits for the response of the supervisor.
#[doc(alias = "seccomp_notif")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Notification {
    id: NotificationId,
    pid: u32,
    flags: u32,
    data: SyscallData,
}

layout! { Notification: size 80, align 8, id at 0, pid at 8, flags at 12, data at 16 }

impl Notification {
    /// Creates a notification from the fields of the struct.
    pub(super) const fn new(id: NotificationId, thread: Option<Tid>, data: SyscallData) -> Self {
        let pid = match thread {
            Some(thread) => thread.as_raw().cast_unsigned(),
            None => 0,
        };
        Self { id, pid, flags: 0, data }
    }

    /// Returns the ID of the notification.
    #[inline]
    #[must_use]
    pub const fn id(&self) -> NotificationId {
        self.id
    }

    /// Returns the ID of the thread that makes the system call (the target). Returns `None` if the
    /// thread is not in the PID namespace of the supervisor or in a descendant of it.
    ///
    /// If the target terminates, another thread can get the same ID: after an access to the thread,
    /// check that the notification is still valid ([`Listener::is_valid`]).
    ///
    /// [`Listener::is_valid`]: super::Listener::is_valid
    #[doc(alias = "pid")]
    #[must_use]
    pub const fn thread(&self) -> Option<Tid> {
        Tid::from_raw(self.pid.cast_signed())
    }

    /// Returns the flags, which are 0 as of Linux 7.2.
    #[must_use]
    pub const fn flags(&self) -> u32 {
        self.flags
    }

    /// Returns the system call.
    #[inline]
    #[must_use]
    pub const fn data(&self) -> &SyscallData {
        &self.data
    }

    /// Returns whether the only result of the system call is a new descriptor, which can refer to a
    /// file of any kind.
    pub(super) fn returns_any_descriptor(&self) -> bool {
        match self.data.syscall() {
            Some(
                Syscall::OPEN
                | Syscall::OPENAT
                | Syscall::OPENAT2
                | Syscall::CREAT
                | Syscall::SOCKET,
            ) => true,
            // The second argument is the buffer for the address.
            Some(Syscall::ACCEPT | Syscall::ACCEPT4) => self.data.args[1] == 0,
            _ => false,
        }
    }
}

/// The result of an operation on the target of a notification, which may have terminated, or whose
/// system call may have been interrupted by a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Delivery<T = ()> {
    /// The target was waiting, and the operation was performed.
    Done(T),
    /// The target no longer waits, and the operation had no effect.
    TargetGone,
}

impl<T> Delivery<T> {
    /// Returns the result of the operation. Returns `None` if the target no longer waits.
    #[must_use]
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::TargetGone => None,
        }
    }

    /// Converts the result of a call: `ENOENT` and `ESRCH` mean that the target no longer waits.
    pub(super) fn new(result: Result<T>) -> Result<Self> {
        match result {
            Ok(value) => Ok(Self::Done(value)),
            Err(error) if error.is(Errno::NOENT) || error.is(Errno::SRCH) => Ok(Self::TargetGone),
            Err(error) => Err(error),
        }
    }
}

/// Decodes a `struct seccomp_notif`.
pub(super) fn decode(words: &[u64; WORDS]) -> Notification {
    let &[id, pid_and_flags, number_and_arch, instruction_pointer, a, b, c, d, e, f, ..] = words;
    let low = |word: u64| (word as u32).cast_signed();
    let data = SyscallData {
        arch: (number_and_arch >> 32) as u32,
        instruction_pointer,
        ..SyscallData::new(low(number_and_arch), [a, b, c, d, e, f])
    };
    let thread = Tid::from_raw(low(pid_and_flags));
    Notification::new(NotificationId::from_raw(id), thread, data)
}
