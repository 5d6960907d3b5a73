//! Creating namespaces, and unsharing the resources that threads share.

use super::{Namespaces, UnshareFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::idmap::{IdMaps, IdRange, MapError};
use crate::ids::{getegid, geteuid};
use crate::procfs::Task;

/// Moves the calling thread into new namespaces of the given kinds, in which its children start.
///
/// When the call returns, the thread is in the new namespaces, with two exceptions: new `PID` and
/// `TIME` namespaces apply to children that are created from then on. The first child in a new
/// `PID` namespace has PID 1. The thread itself enters a new `TIME` namespace when it calls
/// `execve`. Other threads are not affected. With `MOUNT` and `USER`, the thread no longer shares
/// its working directory, and with `IPC`, its System V semaphore undo list.
///
/// Either all namespaces are created, or none. With `USER`, the new user namespace owns the others.
///
/// # Errors
///
/// - `EINVAL`: a bit does not stand for a kind of namespace, or the kernel does not support the
///   kind; or, for `USER`, the process has several threads; or, for `PID`, the thread has already
///   created or entered another PID namespace.
/// - `EPERM`: the thread does not have the capability `CAP_SYS_ADMIN`, or may not create a user
///   namespace.
/// - `ENOSPC`: the limit on namespaces, or on their nesting, has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [unshare(2)].
///
/// [unshare(2)]: https://man7.org/linux/man-pages/man2/unshare.2.html
#[inline]
pub fn unshare(namespaces: Namespaces) -> Result<()> {
    if !Namespaces::KNOWN.contains(namespaces) {
        // The unknown bit could be `CLONE_FILES`, which is unsafe (`unshare_files`).
        return Err(Error::new(Call::UNSHARE, Errno::INVAL));
    }
    // SAFETY: no kind of namespace affects the table of descriptors.
    unsafe { raw::unshare(namespaces.into()) }
}

/// Moves the calling thread into a new user namespace, in which it is root, and into new namespaces
/// of the given kinds, which the user namespace owns.
///
/// This call requires no capabilities if the host permits unprivileged user namespaces. The process
/// must have a single thread. The effective user and group ID are 0 in the namespace. Permission
/// checks outside the namespace use the thread's original IDs. `setgroups` is denied.
///
/// # Errors
///
/// Those of [`unshare`] and of [`IdMaps::write`]. If writing a map fails, the thread remains in the
/// new namespaces, with the overflow ID, 65534.
#[doc(alias = "unshare")]
pub fn unshare_as_root(namespaces: Namespaces) -> Result<(), MapError> {
    // In the new namespace, these calls would return the overflow ID.
    let (user, group) = (geteuid(), getegid());
    unshare(namespaces | Namespaces::USER)?;
    IdMaps::new(&[IdRange::one(0, user.as_raw())], &[IdRange::one(0, group.as_raw())])
        .deny_setgroups()
        .write(Task::Own)
}

/// Gives the calling thread its own copy of the working directory, the root directory and the
/// umask.
///
/// # Errors
///
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [unshare(2)].
///
/// [unshare(2)]: https://man7.org/linux/man-pages/man2/unshare.2.html
#[doc(alias = "CLONE_FS")]
#[inline]
pub fn unshare_fs() -> Result<()> {
    // SAFETY: only the resolution of paths can change; open descriptors are not affected.
    unsafe { raw::unshare(UnshareFlags::FS) }
}

/// Gives the calling thread its own System V semaphore undo list, which is empty. Its adjustments
/// are performed when the thread exits, not when the process does. If no other thread shares the
/// previous list, the adjustments in it are performed immediately.
///
/// This call cannot fail.
///
/// Since Linux 2.6.26; [unshare(2)].
///
/// [unshare(2)]: https://man7.org/linux/man-pages/man2/unshare.2.html
#[doc(alias = "CLONE_SYSVSEM")]
#[inline]
pub fn unshare_sysvsem() -> Result<()> {
    // SAFETY: changes the values of semaphores, and no memory or descriptors.
    unsafe { raw::unshare(UnshareFlags::SYSVSEM) }
}

/// Gives the calling thread its own copy of the table of file descriptors.
///
/// # Safety
///
/// From then on, the number of a descriptor that this thread opens refers to nothing, or to another
/// file, in other threads, and vice versa: an [`OwnedFd`](crate::fd::OwnedFd), or any object that
/// contains one, must be neither passed between this thread and another one nor shared between
/// them. Every descriptor that is open at the time of the call exists in both tables: dropping it
/// closes it only in the table of the current thread.
///
/// # Errors
///
/// - `EMFILE`: the table has more descriptors than the current limit (`fs.nr_open`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [unshare(2)].
///
/// [unshare(2)]: https://man7.org/linux/man-pages/man2/unshare.2.html
#[doc(alias = "CLONE_FILES")]
#[inline]
pub unsafe fn unshare_files() -> Result<()> {
    // SAFETY: upheld by the caller.
    unsafe { raw::unshare(UnshareFlags::FILES) }
}
