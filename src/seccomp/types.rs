//! Flags and structs of the calls.

use super::{Instruction, NotificationId};

flags! {
    /// Flags with which a filter is installed
    /// ([`seccomp_set_mode_filter`](super::raw::seccomp_set_mode_filter)).
    pub struct FilterFlags: u32 {
        "SECCOMP_FILTER_FLAG_TSYNC" TSYNC = 0x1, "install the filter in all threads of the process.";
        "SECCOMP_FILTER_FLAG_LOG" LOG = 0x2, "write system calls that the filter does not allow \
            to the audit log, if `kernel.seccomp.actions_logged` contains the action.";
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW" SPEC_ALLOW = 0x4, "do not enable the mitigations of \
            speculative execution, which slow down the program.";
        "SECCOMP_FILTER_FLAG_NEW_LISTENER" NEW_LISTENER = 0x8, "return a descriptor from which a \
            supervisor receives notifications.";
        "SECCOMP_FILTER_FLAG_TSYNC_ESRCH" TSYNC_ESRCH = 0x10, "for `TSYNC`, fail with `ESRCH` if a \
            thread cannot be synchronized, instead of returning its ID. Required for `TSYNC` with \
            `NEW_LISTENER`.";
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" WAIT_KILLABLE_RECV = 0x20, "after the supervisor \
            has received a notification, only a fatal signal interrupts the system call. Before \
            Linux 6.18, a signal at the time of the response can still interrupt it. Requires \
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
