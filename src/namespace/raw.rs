//! Raw system calls on namespaces.

use super::{Kind, Namespaces, UnshareFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::fs;
use crate::ids::Uid;
use crate::io::AccessMode;
use crate::procfs::{self, Task};
use crate::syscall::syscall;

// `NS_GET_USERNS`, `NS_GET_PARENT` and `NS_GET_NSTYPE` have no argument, but this module passes 0:
// otherwise, for a file on a FUSE file system, the FUSE server would receive the value that happens
// to be in the argument register.
const NS_GET_USERNS: u32 = 0xB701;
const NS_GET_PARENT: u32 = 0xB702;
const NS_GET_NSTYPE: u32 = 0xB703;
const NS_GET_OWNER_UID: u32 = 0xB704;

const NSFS_MAGIC: i64 = 0x6E73_6673;

/// `unshare(flags)` - gives the calling thread its own copy of resources that it shares with other
/// threads, and moves the thread into new namespaces.
///
/// # Safety
///
/// With [`UnshareFlags::FILES`], the thread gets its own table of file descriptors. After the call,
/// a descriptor must be used only by threads whose table contains the descriptor: in another table,
/// the same number refers to another file, or to none. If `flags` contains a flag for which
/// [`UnshareFlags`] has no constant, the flag must not violate memory safety or I/O safety.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel, or the kernel is built without the namespaces; or,
///   for `CLONE_NEWUSER`, the process has several threads; or, for `CLONE_NEWPID`, the thread has
///   already created or entered another PID namespace for its children.
/// - `EPERM`: the thread does not have the capability `CAP_SYS_ADMIN`; or, for `CLONE_NEWUSER`,
///   which does not require it, the root directory is not that of the mount namespace (`chroot`),
///   or the effective user or group ID is not mapped, or the host does not permit unprivileged user
///   namespaces (a sysctl or a security module).
/// - `ENOSPC`: the limit on namespaces of this kind has been reached (`user.max_*_namespaces`), or
///   the nesting is too deep: 33 levels for `CLONE_NEWUSER`, 32 for `CLONE_NEWPID`.
/// - `EMFILE`: for `CLONE_FILES`, the table of file descriptors has more entries than `fs.nr_open`
///   permits.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [unshare(2)].
///
/// [unshare(2)]: https://man7.org/linux/man-pages/man2/unshare.2.html
#[inline]
pub unsafe fn unshare(flags: UnshareFlags) -> Result<()> {
    // SAFETY: touches no memory; the requirements on `CLONE_FILES` and on unknown flags are upheld
    // by the caller.
    unsafe { syscall!(Call::UNSHARE, unshare(flags.bits())) }.unit()
}

/// `setns(fd, nstype)` - moves the calling thread into a namespace, or into several namespaces of a
/// process.
///
/// If the descriptor refers to a namespace, `kinds` must be empty or equal to the kind of the
/// namespace. If the descriptor is a pidfd (since Linux 5.8), `kinds` selects namespaces of the
/// process: the thread enters either all selected namespaces or none.
///
/// # Errors
///
/// - `EINVAL`: the descriptor is neither a namespace nor a pidfd; or the namespace is of another
///   kind; or, with a pidfd, the set is empty or contains an unknown bit; or, for `CLONE_NEWUSER`,
///   the thread is in this namespace already, or the process has several threads; or, for
///   `CLONE_NEWNS` alone and for `CLONE_NEWUSER`, another thread or process shares the working
///   directory; or, for `CLONE_NEWPID`, the namespace is neither that of the thread nor a
///   descendant of it.
/// - `EPERM`: the thread does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the target namespace (for `CLONE_NEWUSER`, in the target namespace) or, except for
///   `CLONE_NEWUSER`, in its current user namespace; or, for `CLONE_NEWNS`, it does not have
///   `CAP_SYS_CHROOT`; or, with a pidfd, it may not access the process.
/// - `EUSERS`: for `CLONE_NEWTIME`, the process has several threads.
/// - `ESRCH`: the process has exited.
/// - `EBADF`: the descriptor was opened with `O_PATH`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.0; [setns(2)].
///
/// [setns(2)]: https://man7.org/linux/man-pages/man2/setns.2.html
#[inline]
pub fn setns(fd: BorrowedFd<'_>, kinds: Namespaces) -> Result<()> {
    // SAFETY: touches no memory. The table of descriptors does not belong to a namespace.
    unsafe { syscall!(Call::SETNS, setns(fd, kinds.bits())) }.unit()
}

/// `openat(AT_FDCWD, "/proc/<pid>/ns/<kind>", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)` -
/// opens a namespace of a process or thread.
///
/// # Errors
///
/// - `ENOENT`: the process or thread does not exist; or the kernel does not support the kind of
///   namespace; or `/proc` is not mounted; or, for `pid_for_children` with older kernels, no
///   process has been created in the namespace.
/// - `EACCES`: the caller may not access the process (`ptrace`).
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.0; [namespaces(7)].
///
/// [namespaces(7)]: https://man7.org/linux/man-pages/man7/namespaces.7.html
#[inline]
pub fn openat_ns(task: Task, kind: Kind) -> Result<OwnedFd> {
    procfs::open(Call::OPENAT_NS, task, kind.file(), AccessMode::ReadOnly)
}

/// `fstatfs(fd, &buf)` - returns whether a descriptor refers to a namespace: all namespaces are
/// files of the internal file system nsfs.
///
/// This call fails only if the file system of the descriptor returns an error.
///
/// Since Linux 1.0; [fstatfs(2)].
///
/// [fstatfs(2)]: https://man7.org/linux/man-pages/man2/fstatfs.2.html
#[doc(alias = "fstatfs")]
#[inline]
pub fn fstatfs_is_nsfs(fd: BorrowedFd<'_>) -> Result<bool> {
    Ok(fs::raw::fstatfs(fd)?.fs_type == NSFS_MAGIC)
}

/// `ioctl(fd, NS_GET_USERNS)` - opens the user namespace that owns a namespace. Capabilities in the
/// user namespace apply to operations on the owned namespace.
///
/// # Safety
///
/// The descriptor must refer to a namespace ([`fstatfs_is_nsfs`]): for a file on a FUSE file
/// system, the FUSE server can return the number of a descriptor that another object owns.
///
/// # Errors
///
/// - `EPERM`: the user namespace is neither that of the caller nor a descendant of it.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 4.9; [ioctl_nsfs(2)].
///
/// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
#[doc(alias = "NS_GET_USERNS")]
#[inline]
pub unsafe fn ioctl_ns_get_userns(fd: BorrowedFd<'_>) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::IOCTL_NS_GET_USERNS, ioctl(fd, NS_GET_USERNS, 0_usize)) };
    // SAFETY: on success, the result is a new descriptor, because the file is a namespace. The
    // kernel sets close-on-exec.
    unsafe { returned.descriptor() }
}

/// `ioctl(fd, NS_GET_PARENT)` - opens the parent of a user or PID namespace.
///
/// # Safety
///
/// The descriptor must refer to a namespace, as for [`ioctl_ns_get_userns`].
///
/// # Errors
///
/// - `EPERM`: the namespace has no parent, or the parent is neither the namespace of the caller nor
///   a descendant of it.
/// - `EINVAL`: the namespace is neither a user namespace nor a PID namespace.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 4.9; [ioctl_nsfs(2)].
///
/// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
#[doc(alias = "NS_GET_PARENT")]
#[inline]
pub unsafe fn ioctl_ns_get_parent(fd: BorrowedFd<'_>) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::IOCTL_NS_GET_PARENT, ioctl(fd, NS_GET_PARENT, 0_usize)) };
    // SAFETY: on success, the result is a new descriptor, because the file is a namespace. The
    // kernel sets close-on-exec.
    unsafe { returned.descriptor() }
}

/// `ioctl(fd, NS_GET_NSTYPE)` - returns the kind of a namespace.
///
/// # Errors
///
/// - `ENOTTY`: the descriptor does not refer to a namespace.
///
/// Since Linux 4.11; [ioctl_nsfs(2)].
///
/// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
#[doc(alias = "NS_GET_NSTYPE")]
#[inline]
pub fn ioctl_ns_get_nstype(fd: BorrowedFd<'_>) -> Result<Namespaces> {
    // SAFETY: touches no memory.
    let kind =
        unsafe { syscall!(Call::IOCTL_NS_GET_NSTYPE, ioctl(fd, NS_GET_NSTYPE, 0_usize)) }.int()?;
    Ok(Namespaces::from_bits_retain(kind.cast_unsigned()))
}

/// `ioctl(fd, NS_GET_OWNER_UID, &uid)` - returns the ID of the user who created a user namespace,
/// as mapped in the caller's user namespace.
///
/// # Safety
///
/// The descriptor must refer to a namespace, as for [`ioctl_ns_get_userns`]: for other files, the
/// kernel can interpret the request number as another request.
///
/// # Errors
///
/// - `EINVAL`: the namespace is not a user namespace.
/// - `ENOTTY`: the descriptor does not refer to a namespace.
///
/// Since Linux 4.11; [ioctl_nsfs(2)].
///
/// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
#[doc(alias = "NS_GET_OWNER_UID")]
#[inline]
pub unsafe fn ioctl_ns_get_owner_uid(fd: BorrowedFd<'_>) -> Result<Uid> {
    let mut owner = 0_u32;
    // SAFETY: for a namespace, the kernel writes the user ID to `owner` and keeps nothing.
    unsafe { syscall!(Call::IOCTL_NS_GET_OWNER_UID, ioctl(fd, NS_GET_OWNER_UID, &raw mut owner)) }
        .unit()?;
    Ok(Uid::from_raw(owner))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    UNSHARE:
        INVAL => "a flag is unknown to the kernel, or the kernel is built without the namespaces; \
            or, for CLONE_NEWUSER, the process has several threads; or, for CLONE_NEWPID, the \
            thread has already created or entered another PID namespace for its children",
        PERM => "the thread does not have the capability CAP_SYS_ADMIN; or, for CLONE_NEWUSER, \
            which does not require it, the root directory is not that of the mount namespace \
            (chroot), or the effective user or group ID is not mapped, or the host does not permit \
            unprivileged user namespaces (a sysctl or a security module)",
        NOSPC => "the limit on namespaces of this kind has been reached (user.max_*_namespaces), \
            or the nesting is too deep: 33 levels for CLONE_NEWUSER, 32 for CLONE_NEWPID",
        MFILE => "for CLONE_FILES, the table of file descriptors has more entries than fs.nr_open \
            permits";
    SETNS:
        INVAL => "the descriptor is neither a namespace nor a pidfd; or the namespace is of \
            another kind; or, with a pidfd, the set is empty or contains an unknown bit; or, for \
            CLONE_NEWUSER, the thread is in this namespace already, or the process has several \
            threads; or, for CLONE_NEWNS alone and for CLONE_NEWUSER, another thread or process \
            shares the working directory; or, for CLONE_NEWPID, the namespace is neither that of \
            the thread nor a descendant of it",
        PERM => "the thread does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the target namespace (for CLONE_NEWUSER, in the target namespace) or, except for \
            CLONE_NEWUSER, in its current user namespace; or, for CLONE_NEWNS, it does not have \
            CAP_SYS_CHROOT; or, with a pidfd, it may not access the process",
        USERS => InvalidArgument "for CLONE_NEWTIME, the process has several threads",
        SRCH => "the process has exited",
        BADF => "the descriptor was opened with O_PATH";
    OPENAT_NS:
        NOENT => "the process or thread does not exist; or the kernel does not support the kind of \
            namespace; or /proc is not mounted; or, for pid_for_children with older kernels, no \
            process has been created in the namespace",
        ACCES => "the caller may not access the process (ptrace)",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    FSTATFS:
        INVAL => "the descriptor does not refer to a namespace";
    IOCTL_NS_GET_USERNS:
        PERM => "the user namespace is neither that of the caller nor a descendant of it",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    IOCTL_NS_GET_PARENT:
        PERM => "the namespace has no parent, or the parent is neither the namespace of the caller \
            nor a descendant of it",
        INVAL => "the namespace is neither a user namespace nor a PID namespace",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    IOCTL_NS_GET_NSTYPE:
        NOTTY => "the descriptor does not refer to a namespace";
    IOCTL_NS_GET_OWNER_UID:
        INVAL => "the namespace is not a user namespace",
        NOTTY => "the descriptor does not refer to a namespace";
};
