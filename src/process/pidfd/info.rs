//! The properties of a process that `PIDFD_GET_INFO` returns.

use core::fmt;

use crate::ids::{Gid, Pid, Uid};
use crate::process::ExitStatus;
use crate::signal::{Code, Signal};

flags! {
    /// Fields of [`PidFdInfo`]: the fields to request, and the fields that the kernel has filled.
    pub struct InfoMask: u64 {
        "PIDFD_INFO_PID" PID = 1, "the process IDs. Always filled, unless the process was reaped.";
        "PIDFD_INFO_CREDS" CREDS = 2, "the user and group IDs. Always filled, unless the process \
            was reaped.";
        "PIDFD_INFO_CGROUPID" CGROUPID = 4, "the ID of the cgroup.";
        "PIDFD_INFO_EXIT" EXIT = 8, "the wait status, if the process was reaped. Since Linux 6.15.";
        "PIDFD_INFO_COREDUMP" COREDUMP = 0x10, "whether the process dumped core. Since Linux 6.16.";
        "PIDFD_INFO_SUPPORTED_MASK" SUPPORTED_MASK = 0x20, "the fields that the kernel supports. \
            Since Linux 7.0.";
        "PIDFD_INFO_COREDUMP_SIGNAL" COREDUMP_SIGNAL = 0x40, "the signal that caused the core \
            dump. Since Linux 7.0.";
        "PIDFD_INFO_COREDUMP_CODE" COREDUMP_CODE = 0x80, "the code of this signal. Since Linux 7.1.";
    }
}

flags! {
    /// The result of the core dump of a process.
    pub struct CoredumpFlags: u32 {
        "PIDFD_COREDUMPED" COREDUMPED = 1, "the process dumped core.";
        "PIDFD_COREDUMP_SKIP" COREDUMP_SKIP = 2, "the process is not dumpable.";
        "PIDFD_COREDUMP_USER" COREDUMP_USER = 4, "the dump belongs to the user of the process.";
        "PIDFD_COREDUMP_ROOT" COREDUMP_ROOT = 8, "the dump belongs to root.";
    }
}

/// `struct pidfd_info`: properties of a process, which [`PidFd::info`](super::PidFd::info) returns.
///
/// A method returns `None` if the kernel has not filled the field.
#[doc(alias = "pidfd_info")]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct PidFdInfo {
    mask: InfoMask,
    cgroup_id: u64,
    pid: i32,
    tgid: i32,
    ppid: i32,
    ruid: u32,
    rgid: u32,
    euid: u32,
    egid: u32,
    suid: u32,
    sgid: u32,
    fsuid: u32,
    fsgid: u32,
    exit_code: i32,
    coredump_mask: u32,
    coredump_signal: i32,
    coredump_code: i32,
    padding: u32,
    supported_mask: InfoMask,
}

layout! {
    PidFdInfo: size 88, align 8, mask at 0, cgroup_id at 8, pid at 16, tgid at 20, ppid at 24,
    ruid at 28, rgid at 32, euid at 36, egid at 40, suid at 44, sgid at 48, fsuid at 52,
    fsgid at 56, exit_code at 60, coredump_mask at 64, coredump_signal at 68, coredump_code at 72,
    supported_mask at 80
}

impl PidFdInfo {
    /// Creates a struct that requests fields.
    pub(super) const fn request(mask: InfoMask) -> Self {
        Self {
            mask,
            cgroup_id: 0,
            pid: 0,
            tgid: 0,
            ppid: 0,
            ruid: 0,
            rgid: 0,
            euid: 0,
            egid: 0,
            suid: 0,
            sgid: 0,
            fsuid: 0,
            fsgid: 0,
            exit_code: 0,
            coredump_mask: 0,
            coredump_signal: 0,
            coredump_code: 0,
            padding: 0,
            supported_mask: InfoMask::empty(),
        }
    }

    /// Returns the fields that the kernel has filled.
    #[inline]
    #[must_use]
    pub const fn mask(&self) -> InfoMask {
        self.mask
    }

    /// Returns the ID of the cgroup (version 2): the inode number of its directory.
    #[doc(alias = "PIDFD_INFO_CGROUPID")]
    #[must_use]
    pub fn cgroup_id(&self) -> Option<u64> {
        self.filled(InfoMask::CGROUPID, self.cgroup_id)
    }

    /// Returns the ID of the thread to which the pidfd refers: for a process, the process ID.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.filled(InfoMask::PID, self.pid).and_then(Pid::from_raw)
    }

    /// Returns the process ID.
    #[must_use]
    pub fn tgid(&self) -> Option<Pid> {
        self.filled(InfoMask::PID, self.tgid).and_then(Pid::from_raw)
    }

    /// Returns the process ID of the parent. Returns `None` also if the parent is not in the PID
    /// namespace of the caller.
    #[must_use]
    pub fn ppid(&self) -> Option<Pid> {
        self.filled(InfoMask::PID, self.ppid).and_then(Pid::from_raw)
    }

    /// Returns the real, the effective, the saved and the file system user ID.
    #[doc(alias("ruid", "euid", "suid", "fsuid"))]
    #[must_use]
    pub fn uids(&self) -> Option<[Uid; 4]> {
        let ids = [self.ruid, self.euid, self.suid, self.fsuid];
        self.filled(InfoMask::CREDS, ids.map(Uid::from_raw))
    }

    /// Returns the real, the effective, the saved and the file system group ID.
    #[doc(alias("rgid", "egid", "sgid", "fsgid"))]
    #[must_use]
    pub fn gids(&self) -> Option<[Gid; 4]> {
        let ids = [self.rgid, self.egid, self.sgid, self.fsgid];
        self.filled(InfoMask::CREDS, ids.map(Gid::from_raw))
    }

    /// Returns the wait status. The kernel fills this field only after the process was reaped.
    #[doc(alias = "PIDFD_INFO_EXIT")]
    #[must_use]
    pub fn exit_status(&self) -> Option<ExitStatus> {
        self.filled(InfoMask::EXIT, ExitStatus::from_raw(self.exit_code))
    }

    /// Returns whether and how the process dumped core.
    #[doc(alias = "PIDFD_INFO_COREDUMP")]
    #[must_use]
    pub fn coredump(&self) -> Option<CoredumpFlags> {
        self.filled(InfoMask::COREDUMP, CoredumpFlags::from_bits_retain(self.coredump_mask))
    }

    /// Returns the signal that caused the core dump.
    #[doc(alias = "PIDFD_INFO_COREDUMP_SIGNAL")]
    #[must_use]
    pub fn coredump_signal(&self) -> Option<Signal> {
        self.filled(InfoMask::COREDUMP_SIGNAL, self.coredump_signal).and_then(Signal::from_raw)
    }

    /// Returns the code (`si_code`) of the signal that caused the core dump.
    #[doc(alias = "PIDFD_INFO_COREDUMP_CODE")]
    #[must_use]
    pub fn coredump_code(&self) -> Option<Code> {
        self.filled(InfoMask::COREDUMP_CODE, Code::from_raw(self.coredump_code))
    }

    /// Returns the fields that the kernel supports.
    #[doc(alias = "PIDFD_INFO_SUPPORTED_MASK")]
    #[must_use]
    pub fn supported_mask(&self) -> Option<InfoMask> {
        self.filled(InfoMask::SUPPORTED_MASK, self.supported_mask)
    }

    fn filled<T>(&self, field: InfoMask, value: T) -> Option<T> {
        self.mask.contains(field).then_some(value)
    }
}

impl fmt::Debug for PidFdInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PidFdInfo")
            .field("mask", &self.mask)
            .field("cgroup_id", &self.cgroup_id())
            .field("pid", &self.pid())
            .field("tgid", &self.tgid())
            .field("ppid", &self.ppid())
            .field("uids", &self.uids())
            .field("gids", &self.gids())
            .field("exit_status", &self.exit_status())
            .field("coredump", &self.coredump())
            .field("coredump_signal", &self.coredump_signal())
            .field("coredump_code", &self.coredump_code())
            .field("supported_mask", &self.supported_mask())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pid_fd_info_methods_return_none_unless_the_field_is_filled() {
        let info = PidFdInfo::request(InfoMask::empty());
        assert_eq!(
            (info.cgroup_id(), info.pid(), info.tgid(), info.ppid()),
            (None, None, None, None)
        );
        assert_eq!((info.uids(), info.gids(), info.exit_status()), (None, None, None));
        assert_eq!((info.coredump(), info.coredump_signal()), (None, None));
        assert_eq!((info.coredump_code(), info.supported_mask()), (None, None));
        let info = PidFdInfo {
            mask: InfoMask::KNOWN,
            cgroup_id: 1,
            pid: 2,
            tgid: 3,
            ppid: 4,
            ruid: 5,
            rgid: 6,
            euid: 7,
            egid: 8,
            suid: 9,
            sgid: 10,
            fsuid: 11,
            fsgid: 12,
            exit_code: 0x700,
            coredump_mask: 5,
            coredump_signal: 11,
            coredump_code: 1,
            padding: 0,
            supported_mask: InfoMask::EXIT,
        };
        let pid = Pid::from_raw;
        assert_eq!((info.pid(), info.tgid(), info.ppid()), (pid(2), pid(3), pid(4)));
        assert_eq!(info.uids(), Some([5, 7, 9, 11].map(Uid::from_raw)));
        assert_eq!(info.gids(), Some([6, 8, 10, 12].map(Gid::from_raw)));
        assert_eq!(info.exit_status().and_then(ExitStatus::code), Some(7));
        let dumped = CoredumpFlags::COREDUMPED | CoredumpFlags::COREDUMP_USER;
        assert_eq!((info.cgroup_id(), info.coredump()), (Some(1), Some(dumped)));
        assert_eq!(info.coredump_signal(), Some(Signal::SEGV));
        assert_eq!(info.coredump_code(), Some(Code::SEGV_MAPERR));
        assert_eq!(info.supported_mask(), Some(InfoMask::EXIT));
        assert!(format!("{info:?}").contains("exit status: 7"));
    }
}
