//! Raw system calls on the ID maps of a user namespace, which are files in `/proc`.

use super::IdRange;
use super::types::format_map;
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io::AccessMode;
use crate::procfs::{self, Task};
use crate::syscall::syscall;

/// `openat(AT_FDCWD, "/proc/<pid>/uid_map", access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)` - opens
/// the user ID map of the user namespace of a process or thread.
///
/// # Errors
///
/// - `ENOENT`: the process or thread does not exist; or the kernel does not support
///   user namespaces; or `/proc` is not mounted, or the file system at `/proc` is not a procfs.
/// - `EACCES`: the file is opened for writing, and the process belongs to another user, or is not
///   dumpable (`PR_SET_DUMPABLE`), so that its files in `/proc` belong to root.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.5; [user_namespaces(7)].
///
/// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
#[doc(alias = "uid_map")]
#[inline]
pub fn openat_uid_map(task: Task, access: AccessMode) -> Result<OwnedFd> {
    procfs::open_procfs(Call::OPENAT_UID_MAP, task, "uid_map", access)
}

/// `openat(AT_FDCWD, "/proc/<pid>/gid_map", access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)` - opens
/// the group ID map of the user namespace of a process or thread.
///
/// # Errors
///
/// - `ENOENT`: the process or thread does not exist; or the kernel does not support
///   user namespaces; or `/proc` is not mounted, or the file system at `/proc` is not a procfs.
/// - `EACCES`: the file is opened for writing, and the process belongs to another user, or is not
///   dumpable (`PR_SET_DUMPABLE`), so that its files in `/proc` belong to root.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.5; [user_namespaces(7)].
///
/// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
#[doc(alias = "gid_map")]
#[inline]
pub fn openat_gid_map(task: Task, access: AccessMode) -> Result<OwnedFd> {
    procfs::open_procfs(Call::OPENAT_GID_MAP, task, "gid_map", access)
}

/// `openat(AT_FDCWD, "/proc/<pid>/setgroups", access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)` - opens
/// the file that permits or denies `setgroups` in the user namespace of a process or thread.
///
/// # Errors
///
/// - `ENOENT`: the process or thread does not exist; or the kernel does not support
///   user namespaces; or `/proc` is not mounted, or the file system at `/proc` is not a procfs.
/// - `EACCES`: the file is opened for writing, and the caller does not have the capability
///   `CAP_SYS_ADMIN` in the user namespace, or the process belongs to another user or is not
///   dumpable (`PR_SET_DUMPABLE`), so that its files in `/proc` belong to root.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.19; [user_namespaces(7)].
///
/// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
#[doc(alias = "setgroups")]
#[inline]
pub fn openat_setgroups(task: Task, access: AccessMode) -> Result<OwnedFd> {
    procfs::open_procfs(Call::OPENAT_SETGROUPS, task, "setgroups", access)
}

/// `write(fd, text, length)` - sets the user ID map, which is possible only once.
///
/// The text of the map is built on the stack. The descriptor must be newly opened
/// ([`openat_uid_map`]): the kernel requires the whole map in one write at the start of the file.
///
/// # Errors
///
/// - `EINVAL`: the map has no range, or more than 340; or its text has more than 4,095
///   bytes; or a range is empty, goes beyond ID 4294967294, or overlaps another one inside or
///   outside the namespace; or the file was written to or read from before.
/// - `EPERM`: the map is already set; or the caller does not have the capability `CAP_SYS_ADMIN` in
///   the namespace; or it does not have `CAP_SETUID` in the parent namespace, and the map is not a
///   single range of length 1 that maps to its effective user ID, or its effective user ID is not
///   that of the creator of the namespace; or a range is not mapped in the parent namespace; or a
///   range maps to ID 0 of the parent namespace, and `CAP_SETFCAP` is missing (since Linux 5.12);
///   or a security module denies the capabilities.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.5; [user_namespaces(7)].
///
/// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
#[doc(alias = "uid_map")]
#[doc(alias = "write")]
#[inline]
pub fn write_uid_map(fd: BorrowedFd<'_>, ranges: &[IdRange]) -> Result<()> {
    write_map(Call::WRITE_UID_MAP, fd, ranges)
}

/// `write(fd, text, length)` - sets the group ID map, which is possible only once.
///
/// The descriptor must be newly opened ([`openat_gid_map`]), as for [`write_uid_map`].
///
/// # Errors
///
/// - `EINVAL`: the map has no range, or more than 340; or its text has more than 4,095
///   bytes; or a range is empty, goes beyond ID 4294967294, or overlaps another one inside or
///   outside the namespace; or the file was written to or read from before.
/// - `EPERM`: the map is already set; or the caller does not have the capability `CAP_SYS_ADMIN` in
///   the namespace; or it does not have `CAP_SETGID` in the parent namespace, and the map is not a
///   single range of length 1 that maps to its effective group ID, or its effective user ID is not
///   that of the creator of the namespace, or `setgroups` is not denied; or a range is not mapped
///   in the parent namespace; or a security module denies the capabilities.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.5; [user_namespaces(7)].
///
/// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
#[doc(alias = "gid_map")]
#[doc(alias = "write")]
#[inline]
pub fn write_gid_map(fd: BorrowedFd<'_>, ranges: &[IdRange]) -> Result<()> {
    write_map(Call::WRITE_GID_MAP, fd, ranges)
}

#[inline]
fn write_map(call: Call, fd: BorrowedFd<'_>, ranges: &[IdRange]) -> Result<()> {
    let Some(text) = format_map(ranges) else { return Err(Error::new(call, Errno::INVAL)) };
    write(call, fd, text.as_bytes())
}

/// `write(fd, "deny", 4)` - permanently denies `setgroups` to all processes in the namespace and in
/// its descendants.
///
/// # Errors
///
/// - `EPERM`: the group ID map is already set.
///
/// Since Linux 3.19; [user_namespaces(7)].
///
/// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
#[doc(alias = "setgroups")]
#[doc(alias = "write")]
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
        NOENT => "the process or thread does not exist; or the kernel does not support user \
            namespaces; or /proc is not mounted, or the file system at /proc is not a procfs",
        ACCES => "the file is opened for writing, and the process belongs to another user, or is \
            not dumpable (PR_SET_DUMPABLE), so that its files in /proc belong to root",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    OPENAT_GID_MAP:
        NOENT => "the process or thread does not exist; or the kernel does not support user \
            namespaces; or /proc is not mounted, or the file system at /proc is not a procfs",
        ACCES => "the file is opened for writing, and the process belongs to another user, or is \
            not dumpable (PR_SET_DUMPABLE), so that its files in /proc belong to root",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    OPENAT_SETGROUPS:
        NOENT => "the process or thread does not exist; or the kernel does not support user \
            namespaces; or /proc is not mounted, or the file system at /proc is not a procfs",
        ACCES => "the file is opened for writing, and the caller does not have the capability \
            CAP_SYS_ADMIN in the user namespace, or the process belongs to another user or is not \
            dumpable (PR_SET_DUMPABLE), so that its files in /proc belong to root",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    WRITE_UID_MAP:
        INVAL => "the map has no range, or more than 340; or its text has more than 4,095 bytes; \
            or a range is empty, goes beyond ID 4294967294, or overlaps another one inside or \
            outside the namespace; or the file was written to or read from before",
        PERM => "the map is already set; or the caller does not have the capability CAP_SYS_ADMIN \
            in the namespace; or it does not have CAP_SETUID in the parent namespace, and the map \
            is not a single range of length 1 that maps to its effective user ID, or its effective \
            user ID is not that of the creator of the namespace; or a range is not mapped in the \
            parent namespace; or a range maps to ID 0 of the parent namespace, and CAP_SETFCAP is \
            missing (since Linux 5.12); or a security module denies the capabilities";
    WRITE_GID_MAP:
        INVAL => "the map has no range, or more than 340; or its text has more than 4,095 bytes; \
            or a range is empty, goes beyond ID 4294967294, or overlaps another one inside or \
            outside the namespace; or the file was written to or read from before",
        PERM => "the map is already set; or the caller does not have the capability CAP_SYS_ADMIN \
            in the namespace; or it does not have CAP_SETGID in the parent namespace, and the map \
            is not a single range of length 1 that maps to its effective group ID, or its \
            effective user ID is not that of the creator of the namespace, or setgroups is not \
            denied; or a range is not mapped in the parent namespace; or a security module denies \
            the capabilities";
    WRITE_SETGROUPS:
        PERM => "the group ID map is already set";
};
