//! Flags and structs of the calls.

use super::{Instruction, SyscallData};
use crate::ids::Tid;

flags! {
    /// Flags with which a filter is installed
    /// ([`seccomp_set_mode_filter`](super::raw::seccomp_set_mode_filter)).
    pub struct FilterFlags: u32 {
        "SECCOMP_FILTER_FLAG_TSYNC" TSYNC = 0x1, "install the filter in all threads of the process.";
        "SECCOMP_FILTER_FLAG_LOG" LOG = 0x2, "write system calls that the filter does not allow \
            to the audit log, if `kernel.seccomp.actions_logged` contains the action.";
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW" SPEC_ALLOW = 0x4, "do not enable the mitigation of \
            speculative store bypass, which slows down the program.";
        "SECCOMP_FILTER_FLAG_NEW_LISTENER" NEW_LISTENER = 0x8, "return a descriptor from which a \
            supervisor receives notifications.";
        "SECCOMP_FILTER_FLAG_TSYNC_ESRCH" TSYNC_ESRCH = 0x10, "for `TSYNC`, fail with `ESRCH` if a \
            thread cannot be synchronized, instead of returning its ID. Required for `TSYNC` with \
            `NEW_LISTENER`.";
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" WAIT_KILLABLE_RECV = 0x20, "after the supervisor \
            has received a notification, only a fatal signal interrupts the system call. Requires \
            `NEW_LISTENER`. Since Linux 5.19.";
    }
}

flags! {
    /// Flags of a [`Listener`](super::Listener).
    pub struct ListenerFlags: u64 {
        "SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP" SYNC_WAKE_UP = 0x1, "wake the supervisor and the \
            target on the same CPU, because one of them waits for the other.";
    }
}

flags! {
    /// Flags of the response to a notification.
    pub struct ResponseFlags: u32 {
        "SECCOMP_USER_NOTIF_FLAG_CONTINUE" CONTINUE = 0x1, "execute the system call.";
    }
}

flags! {
    /// Flags with which a descriptor is added to a target.
    pub struct AddFdFlags: u32 {
        "SECCOMP_ADDFD_FLAG_SETFD" SETFD = 0x1, "use the number `newfd`, and replace an open \
            descriptor.";
        "SECCOMP_ADDFD_FLAG_SEND" SEND = 0x2, "also respond to the notification with the number \
            of the descriptor. Since Linux 5.14.";
    }
}

/// `struct seccomp_notif_sizes`: the sizes of structs in the running kernel, in bytes.
#[doc(alias = "seccomp_notif_sizes")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(C)]
pub struct NotifSizes {
    /// The size of a notification (`struct seccomp_notif`).
    pub notif: u16,
    /// The size of a response (`struct seccomp_notif_resp`).
    pub resp: u16,
    /// The size of the description of a system call (`struct seccomp_data`).
    pub data: u16,
}

layout! { NotifSizes: size 6, align 2, notif at 0, resp at 2, data at 4 }

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
    #[must_use]
    pub const fn new(id: NotificationId, thread: Option<Tid>, data: SyscallData) -> Self {
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
}

/// `struct seccomp_notif_resp`: the response to a notification.
#[doc(alias = "seccomp_notif_resp")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Response {
    /// The ID of the notification.
    pub id: NotificationId,
    /// The return value of the system call, if `error` is 0.
    pub val: i64,
    /// The negated errno of the system call, or 0 for a success.
    pub error: i32,
    /// Flags. With [`ResponseFlags::CONTINUE`], `val` and `error` must be 0.
    pub flags: ResponseFlags,
}

layout! { Response: size 24, align 8, id at 0, val at 8, error at 16, flags at 20 }

/// `struct seccomp_notif_addfd`: a descriptor to add to a target.
#[repr(C)]
pub(super) struct AddFd {
    pub(super) id: NotificationId,
    pub(super) flags: AddFdFlags,
    pub(super) srcfd: u32,
    pub(super) newfd: u32,
    pub(super) newfd_flags: u32,
}

layout! {
    AddFd: size 24, align 8, id at 0, flags at 8, srcfd at 12, newfd at 16, newfd_flags at 20
}

/// `struct sock_fprog`: the length and the address of a program.
#[repr(C)]
pub(super) struct ProgramHeader {
    pub(super) len: u16,
    pub(super) filter: *const Instruction,
}

layout! { ProgramHeader: size 16, align 8, len at 0, filter at 8 }
