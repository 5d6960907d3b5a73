//! The kernel's calls on the maps of a user namespace, which are files.

use super::IdRange;
use super::types::text;
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io::AccessMode;
use crate::procfs::{self, Task};
use crate::syscall::syscall;

/// `openat(AT_FDCWD, "/proc/<pid>/uid_map", access | O_CLOEXEC)` - opens the map of users of the user namespace that a
/// process or thread is in.
///
/// # Errors
///
/// `ENOENT` - there is no such process or thread, it has ended, or the kernel has no user namespaces; `/proc` is not
/// mounted, or something else is at its place. `EACCES` - to write: the process is another user's; or it cannot be
/// dumped, and the caller is not root.
/// `EMFILE`, `ENFILE`, `ENOMEM` - as for any open.
///
/// Since Linux 3.5; `user_namespaces`(7).
#[inline]
pub fn openat_uid_map(task: Task, access: AccessMode) -> Result<OwnedFd> {
    procfs::open_procfs(Call::OPENAT_UID_MAP, task, "uid_map", access)
}

/// `openat(AT_FDCWD, "/proc/<pid>/gid_map", access | O_CLOEXEC)` - opens the map of groups.
///
/// # Errors
///
/// As [`openat_uid_map`].
///
/// Since Linux 3.5; `user_namespaces`(7).
#[inline]
pub fn openat_gid_map(task: Task, access: AccessMode) -> Result<OwnedFd> {
    procfs::open_procfs(Call::OPENAT_GID_MAP, task, "gid_map", access)
}

/// `openat(AT_FDCWD, "/proc/<pid>/setgroups", access | O_CLOEXEC)` - opens the file that says whether `setgroups` is
/// allowed.
///
/// # Errors
///
/// As [`openat_uid_map`]; `EACCES` - also, to write: the caller has not the capability `CAP_SYS_ADMIN` in the
/// namespace.
///
/// Since Linux 3.19; `user_namespaces`(7).
#[inline]
pub fn openat_setgroups(task: Task, access: AccessMode) -> Result<OwnedFd> {
    procfs::open_procfs(Call::OPENAT_SETGROUPS, task, "setgroups", access)
}

/// `write(fd, text, length)` - sets the map of users, once and for all.
///
/// The text is put together on the stack. The descriptor is a new one of [`openat_uid_map`]: the kernel wants the map
/// in one write, at the file's beginning.
///
/// # Errors
///
/// `EINVAL` - there is no range, or there are more than [`MAX_RANGES`](super::MAX_RANGES), or their text has 4096 bytes or more;
/// one is empty, goes beyond 4294967294, or overlaps another one inside or outside. `EPERM` - the map is set already.
/// The writer has not the capabilities `CAP_SYS_ADMIN` in the namespace and `CAP_SETUID` in its parent; without the
/// second, one range of one number can be written, which is outside the effective user who made the namespace and
/// writes. A range is not mapped in the parent. One has the parent's user 0, and `CAP_SETFCAP` is missing (since Linux
/// 5.12). `ENOMEM` - no memory for it.
///
/// Since Linux 3.5; `user_namespaces`(7).
#[inline]
pub fn write_uid_map(fd: BorrowedFd<'_>, ranges: &[IdRange]) -> Result<()> {
    write_map(Call::WRITE_UID_MAP, fd, ranges)
}

/// `write(fd, text, length)` - sets the map of groups, once and for all.
///
/// # Errors
///
/// As [`write_uid_map`], with `CAP_SETGID` and effective groups. `EPERM` - also, without that capability: `setgroups`
/// is still allowed.
///
/// Since Linux 3.5; `user_namespaces`(7).
#[inline]
pub fn write_gid_map(fd: BorrowedFd<'_>, ranges: &[IdRange]) -> Result<()> {
    write_map(Call::WRITE_GID_MAP, fd, ranges)
}

#[inline]
fn write_map(call: Call, fd: BorrowedFd<'_>, ranges: &[IdRange]) -> Result<()> {
    let Some(text) = text(ranges) else { return Err(Error::new(call, Errno::INVAL)) };
    write(call, fd, text.as_bytes())
}

/// `write(fd, "deny", 4)` - denies `setgroups` to all in the namespace and those below it, for good.
///
/// # Errors
///
/// `EPERM` - the map of groups is set already.
///
/// Since Linux 3.19; `user_namespaces`(7).
#[inline]
pub fn write_setgroups_deny(fd: BorrowedFd<'_>) -> Result<()> {
    write(Call::WRITE_SETGROUPS, fd, b"deny")
}

#[inline]
fn write(call: Call, fd: BorrowedFd<'_>, text: &[u8]) -> Result<()> {
    // SAFETY: the kernel reads the bytes and keeps nothing.
    unsafe { syscall!(call, write(fd, text.as_ptr(), text.len())) }.exactly(text.len())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    OPENAT_UID_MAP:
        NOENT => "there is no such process or thread, or it has ended; or the kernel has no user namespaces, or /proc \
            is not mounted",
        ACCES => "the process is another user's, or cannot be dumped (PR_SET_DUMPABLE), so that its files are root's",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    OPENAT_GID_MAP:
        NOENT => "there is no such process or thread, or it has ended; or the kernel has no user namespaces, or /proc \
            is not mounted",
        ACCES => "the process is another user's, or cannot be dumped (PR_SET_DUMPABLE), so that its files are root's",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    OPENAT_SETGROUPS:
        NOENT => "there is no such process or thread, or it has ended; or the kernel has no user namespaces, or /proc \
            is not mounted",
        ACCES => "CAP_SYS_ADMIN is missing in the process's user namespace; or the process is another user's, or \
            cannot be dumped (PR_SET_DUMPABLE)",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    WRITE_UID_MAP:
        INVAL => "no range, or more than 340, or 4096 bytes of text or more; or a range is empty, goes beyond \
            4294967294, or overlaps another one",
        PERM => "without CAP_SETUID in the parent namespace only one's own user can be mapped, and its user 0 not \
            without CAP_SETFCAP; each range must be mapped in the parent; and a map is set once";
    WRITE_GID_MAP:
        INVAL => "no range, or more than 340, or 4096 bytes of text or more; or a range is empty, goes beyond \
            4294967294, or overlaps another one",
        PERM => "without CAP_SETGID in the parent namespace only one's own group can be mapped, and only when \
            setgroups is denied; each range must be mapped in the parent; and a map is set once";
    WRITE_SETGROUPS:
        PERM => "the map of groups is set already: from then on setgroups cannot be denied";
};
