//! The kernel's calls on namespaces.

use super::{Kind, Namespaces, UnshareFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::fs;
use crate::ids::Uid;
use crate::io::AccessMode;
use crate::procfs::{self, Task};
use crate::syscall::syscall;

const NS_GET_USERNS: u32 = 0xB701;
const NS_GET_PARENT: u32 = 0xB702;
const NS_GET_NSTYPE: u32 = 0xB703;
const NS_GET_OWNER_UID: u32 = 0xB704;

const NSFS_MAGIC: i64 = 0x6E73_6673;

/// `unshare(flags)` - gives the calling thread of its own what it shares with others: namespaces, and more.
///
/// # Safety
///
/// With [`UnshareFlags::FILES`] the thread has a table of descriptors of its own from now on. No descriptor may go from
/// it to another thread, nor to it from another one, without being opened there: the number would be another file's. A
/// flag that has no name here must break nothing either.
///
/// # Errors
///
/// `EINVAL` - a bit that the kernel does not know, or namespaces that it is built without. `NEWUSER`, and the process
/// has other threads. `NEWPID`, and the thread's children are to be in another namespace than its own already.
/// `EPERM` - the thread has not the capability `CAP_SYS_ADMIN`; for `NEWUSER` it needs none, but its root directory
/// must be that of its mount namespace, its effective user and group must be mapped, and the machine must allow it.
/// `ENOSPC` - the limit on such namespaces is reached, or they are nested too deep: 33 for `NEWUSER`, 32 for `NEWPID`.
/// `EMFILE` - `FILES`, and the process has more descriptors than it may by now. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.16; unshare(2).
#[inline]
pub unsafe fn unshare(flags: UnshareFlags) -> Result<()> {
    // SAFETY: touches no memory; what becomes of the descriptors is the caller's promise.
    unsafe { syscall!(Call::UNSHARE, unshare(flags.bits())) }.unit()
}

/// `setns(fd, nstype)` - moves the calling thread into a namespace, or into several of a process's.
///
/// The descriptor is a namespace's, and the set is empty or has its kind; or it is a process's (a pidfd), and the set
/// says which of its namespaces: all of them, or none if one of them is refused. By a process's descriptor since Linux
/// 5.8.
///
/// # Errors
///
/// `EINVAL` - the descriptor is neither; the namespace is of another kind; a process's, and the set is empty or has a
/// bit that is no kind. `USER`: it is the thread's own, or the process has other threads. `MOUNT` by itself, and
/// `USER`: another thread or process shares the working directory. `PID`: it is neither the thread's own nor below it.
/// `EPERM` - the thread has not the capability `CAP_SYS_ADMIN` in the user namespace that owns it, and in its own; for
/// `MOUNT` also `CAP_SYS_CHROOT`; for `USER` in the one that it enters, and nowhere else; or it may not look into the
/// process. `EUSERS` - `TIME`, and the process has other threads. `ESRCH` - the process has ended. `EBADF` - the
/// descriptor was opened with `O_PATH`. `ENOMEM` - no memory for it.
///
/// Since Linux 3.0; setns(2).
#[inline]
pub fn setns(fd: BorrowedFd<'_>, kinds: Namespaces) -> Result<()> {
    // SAFETY: touches no memory. The thread keeps its descriptors: their table is of no namespace.
    unsafe { syscall!(Call::SETNS, setns(fd, kinds.bits())) }.unit()
}

/// `openat(AT_FDCWD, "/proc/<pid>/ns/<kind>", O_RDONLY | O_CLOEXEC)` - opens a namespace of a process or thread.
///
/// # Errors
///
/// `ENOENT` - there is no such process or thread, it has ended, or the kernel has no such namespaces; `/proc` is not
/// mounted; for [`Kind::PidForChildren`] on older kernels, the namespace has no process yet. `EACCES` - the caller may
/// not look into the process. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has as
/// many open files as it may. `ENOMEM` - no memory for it.
///
/// Since Linux 3.0; namespaces(7).
#[inline]
pub fn openat_ns(task: Task, kind: Kind) -> Result<OwnedFd> {
    procfs::open(Call::OPENAT_NS, task, kind.file(), AccessMode::ReadOnly)
}

/// `fstatfs(fd, &buf)` - whether a descriptor is a namespace's: the kernel's own file system has them all.
///
/// # Errors
///
/// What the descriptor's file system says.
///
/// Since Linux 1.0; fstatfs(2).
#[inline]
pub fn fstatfs_is_nsfs(fd: BorrowedFd<'_>) -> Result<bool> {
    Ok(fs::fstatfs(fd)?.kind == NSFS_MAGIC)
}

/// `ioctl(fd, NS_GET_USERNS)` - opens the user namespace that owns this one: whose capabilities count in it.
///
/// # Safety
///
/// The descriptor must be a namespace's, as [`fstatfs_is_nsfs`] tells: who serves another file system can answer with
/// the number of a descriptor that is somebody else's.
///
/// # Errors
///
/// `EPERM` - it is neither the caller's user namespace nor below it. `EMFILE`, `ENFILE`, `ENOMEM` - as for any open.
///
/// Since Linux 4.9; `ioctl_nsfs`(2).
#[inline]
pub unsafe fn ioctl_ns_get_userns(fd: BorrowedFd<'_>) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::IOCTL_NS_GET_USERNS, ioctl(fd, NS_GET_USERNS)) };
    // SAFETY: a success is a new descriptor, as the file is a namespace's. The kernel opens it closed by `execve`.
    unsafe { returned.descriptor() }
}

/// `ioctl(fd, NS_GET_PARENT)` - opens the namespace that this one stands in: of the kinds `USER` and `PID`.
///
/// # Safety
///
/// As for [`ioctl_ns_get_userns`].
///
/// # Errors
///
/// `EPERM` - it has none, or none that is the caller's namespace or below it. `EINVAL` - its kind has no parents.
/// `EMFILE`, `ENFILE`, `ENOMEM` - as for any open.
///
/// Since Linux 4.9; `ioctl_nsfs`(2).
#[inline]
pub unsafe fn ioctl_ns_get_parent(fd: BorrowedFd<'_>) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::IOCTL_NS_GET_PARENT, ioctl(fd, NS_GET_PARENT)) };
    // SAFETY: as above.
    unsafe { returned.descriptor() }
}

/// `ioctl(fd, NS_GET_NSTYPE)` - the kind of a namespace.
///
/// # Errors
///
/// `ENOTTY` - the descriptor is no namespace's.
///
/// Since Linux 4.11; `ioctl_nsfs`(2).
#[inline]
pub fn ioctl_ns_get_nstype(fd: BorrowedFd<'_>) -> Result<Namespaces> {
    // SAFETY: touches no memory.
    let kind = unsafe { syscall!(Call::IOCTL_NS_GET_NSTYPE, ioctl(fd, NS_GET_NSTYPE)) }.int()?;
    Ok(Namespaces::from_bits_retain(kind.cast_unsigned()))
}

/// `ioctl(fd, NS_GET_OWNER_UID, &uid)` - the user who made a user namespace, as the caller's user namespace counts.
///
/// # Safety
///
/// As for [`ioctl_ns_get_userns`]: who serves another file can answer with whatever they like.
///
/// # Errors
///
/// `EINVAL` - it is of another kind. `ENOTTY` - the descriptor is no namespace's.
///
/// Since Linux 4.11; `ioctl_nsfs`(2).
#[inline]
pub unsafe fn ioctl_ns_get_owner_uid(fd: BorrowedFd<'_>) -> Result<Uid> {
    let mut owner = 0_u32;
    // SAFETY: of a namespace, the kernel writes one number and keeps nothing.
    unsafe { syscall!(Call::IOCTL_NS_GET_OWNER_UID, ioctl(fd, NS_GET_OWNER_UID, &raw mut owner)) }
        .unit()?;
    Ok(Uid::from_raw(owner))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    UNSHARE:
        INVAL => "a bit that is no namespace of this kernel's; or a new user namespace, and the process has other \
            threads; or a new PID namespace again before the thread is in the last one",
        PERM => "CAP_SYS_ADMIN is missing; or, for a new user namespace, the thread is in a chroot, its user or group \
            is not mapped, or the machine does not allow one",
        NOSPC => "the limit on such namespaces is reached (user.max_*_namespaces), or they are nested too deep",
        MFILE => "more descriptors are open than a process may have by now (fs.nr_open)";
    SETNS:
        INVAL => "the descriptor is no namespace's of that kind, nor a process's; or a process's without a kind; or \
            the user namespace is the thread's own; or other threads share what it would change; or the PID namespace \
            is not below",
        PERM => "CAP_SYS_ADMIN is missing in the namespace's user namespace or in the thread's own, or for a mount \
            namespace CAP_SYS_CHROOT; or the process may not be looked into",
        BADF => "the descriptor is a place in the file system, not an open file (O_PATH)",
        USERS => InvalidArgument "a time namespace, and the process has other threads",
        SRCH => "the process has ended";
    OPENAT_NS:
        NOENT => "there is no such process or thread, or it has ended; or this kernel has no such namespaces, or /proc \
            is not mounted; or the PID namespace for children has no process yet",
        ACCES => "the process is one that the caller may not look into",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    FSTATFS:
        INVAL => "the descriptor is no namespace's";
    IOCTL_NS_GET_USERNS:
        PERM => "the owner is outside of the caller's user namespace",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    IOCTL_NS_GET_PARENT:
        PERM => "there is no parent, or it is outside of the caller's namespace",
        INVAL => "only user and PID namespaces have parents",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    IOCTL_NS_GET_NSTYPE:
        NOTTY => "the descriptor is no namespace's";
    IOCTL_NS_GET_OWNER_UID:
        INVAL => "only user namespaces have owners",
        NOTTY => "the descriptor is no namespace's";
};
