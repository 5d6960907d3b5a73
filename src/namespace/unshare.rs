//! Creating namespaces, and unsharing the resources that threads share.

use super::{Namespaces, UnshareFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::idmap::{IdMaps, IdRange, MapError};
use crate::ids::{getegid, geteuid};
use crate::procfs::Task;

/// Moves the calling thread into new namespaces of the given kinds, in which its children start.
///
/// After a successful call, the thread is in the new namespaces, with two exceptions: new `PID` and
/// `TIME` namespaces apply to children that are created later. The first child in a new `PID`
/// namespace has PID 1. The thread itself enters a new `TIME` namespace when it calls `execve`.
/// Other threads of the process remain in their namespaces. With `MOUNT` or `USER`, the thread no
/// longer shares its working directory with other threads. With `IPC`, the thread no longer shares
/// its System V semaphore undo list.
///
/// Either all requested namespaces are created, or none. With `USER`, the new user namespace owns
/// the other new namespaces.
///
/// # Errors
///
/// - `EINVAL`: `namespaces` contains an unknown bit, or a kind that the kernel does not support;
///   or, for `USER`, the process has several threads; or, for `PID`, the thread has already created
///   or entered another PID namespace.
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
        // The unknown bit could be `CLONE_FILES`: unsharing the table of descriptors is unsafe (see
        // `unshare_files`).
        return Err(Error::new(Call::UNSHARE, Errno::INVAL));
    }
    // SAFETY: no kind of namespace affects the table of descriptors.
    unsafe { raw::unshare(namespaces.into()) }
}

/// Moves the calling thread into a new user namespace, in which the thread is root. Also moves the
/// thread into new namespaces of the given kinds, which the new user namespace owns.
///
/// This call requires no capabilities if the host permits unprivileged user namespaces. The process
/// must have a single thread. The effective user and group ID are 0 in the namespace. Permission
/// checks outside the namespace use the thread's original IDs. `setgroups` is denied in the new
/// user namespace.
///
/// # Errors
///
/// The errors of [`unshare`] and of [`IdMaps::write`]. If writing a map fails, the thread remains
/// in the new namespaces, and its IDs without a mapping appear as the overflow ID, 65534.
#[doc(alias = "unshare")]
pub fn unshare_as_root(namespaces: Namespaces) -> Result<(), MapError> {
    // In the new namespace, `geteuid` and `getegid` would return the overflow ID.
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

/// Gives the calling thread its own System V semaphore undo list, which is empty. The adjustments
/// in the new list are performed when the thread exits, not when the process exits. If no other
/// thread shares the previous list, the adjustments in the previous list are performed immediately.
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
/// After the call, the number of a descriptor that the calling thread opens refers to another file,
/// or to none, in other threads, and vice versa. An object that owns a descriptor, such as an
/// [`OwnedFd`](crate::fd::OwnedFd), must be neither passed nor shared between the calling thread
/// and another thread. A descriptor that is open at the time of the call exists in the previous
/// table and in the copy. Dropping an [`OwnedFd`](crate::fd::OwnedFd) closes its descriptor only in
/// the table of the current thread.
///
/// # Errors
///
/// - `EMFILE`: the table of file descriptors has more entries than `fs.nr_open` permits.
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
