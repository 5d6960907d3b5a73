//! The credentials of a process.

use crate::ids::{Gid, Pid, Uid};
use crate::net::plain::Plain;

/// `struct ucred`: the process ID, user ID and group ID of a process, in the namespaces of the
/// receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "ucred")]
#[repr(C)]
pub struct Ucred {
    pid: i32,
    uid: u32,
    gid: u32,
}

layout! { Ucred: size 12, align 4, pid at 0, uid at 4, gid at 8 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for Ucred {}

impl Ucred {
    /// Creates credentials to send.
    #[inline]
    #[must_use]
    pub const fn new(pid: Pid, uid: Uid, gid: Gid) -> Self {
        Self { pid: pid.as_raw(), uid: uid.as_raw(), gid: gid.as_raw() }
    }

    /// The value of a peer without a process.
    pub(in crate::net) const NONE: Self = Self { pid: 0, uid: u32::MAX, gid: u32::MAX };

    /// Returns the process ID, or `None` if the process is not in the PID namespace of the receiver
    /// or if the peer is not a process.
    #[inline]
    #[must_use]
    pub const fn pid(self) -> Option<Pid> {
        Pid::from_raw(self.pid)
    }

    /// Returns the effective user ID: the overflow ID, 65534, if the user namespace of the receiver
    /// does not map it. The number is `u32::MAX` if the peer is not a process.
    #[inline]
    #[must_use]
    pub const fn uid(self) -> Uid {
        Uid::from_raw(self.uid)
    }

    /// Returns the effective group ID: the overflow ID, 65534, if the user namespace of the
    /// receiver does not map it. The number is `u32::MAX` if the peer is not a process.
    #[inline]
    #[must_use]
    pub const fn gid(self) -> Gid {
        Gid::from_raw(self.gid)
    }
}
