//! A descriptor that refers to a namespace, and entering the namespaces of another process.

use super::{Kind, Namespaces, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::ids::Uid;
use crate::procfs::Task;

/// Moves the calling thread into the given namespaces of the process to which a pidfd refers. The
/// thread enters either all of the given namespaces or none.
///
/// The thread enters the user namespace (`USER`) first: the capabilities of the thread in the user
/// namespace apply when the thread enters the other namespaces. If `MOUNT` is combined with other
/// kinds, call [`unshare_fs`](super::unshare_fs) first: as of Linux 6.18, the kernel does not check
/// whether the thread shares its working directory with other threads. Threads that share the
/// working directory get the new root directory, but do not enter the namespaces.
///
/// # Errors
///
/// - `EINVAL`: the descriptor is neither a pidfd nor a namespace of the given kind; or `namespaces`
///   is empty or contains an unknown bit; or, for `USER`, the thread is already in the namespace,
///   or the calling process has several threads; or, for `MOUNT` and `USER`, another thread or
///   process shares the working directory; or, for `PID`, the namespace is neither that of the
///   thread nor a descendant of it.
/// - `EPERM`: the thread does not have the required capabilities, or may not access the process.
/// - `ESRCH`: the process to which the pidfd refers has exited.
/// - `EUSERS`: for `TIME`, the calling process has several threads.
/// - `EBADF`: the descriptor was opened with `O_PATH`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 5.8; [setns(2)].
///
/// [setns(2)]: https://man7.org/linux/man-pages/man2/setns.2.html
#[doc(alias = "setns")]
#[inline]
pub fn enter(process: impl AsFd, namespaces: Namespaces) -> Result<()> {
    raw::setns(process.as_fd(), namespaces)
}

/// A descriptor that refers to a namespace. The namespace exists at least as long as the descriptor
/// is open or a process is in the namespace.
///
/// A `Namespace` always refers to a namespace: [`TryFrom`] rejects other descriptors.
pub struct Namespace(OwnedFd);

fd_wrapper! { Namespace, checked }

impl Namespace {
    /// Opens a namespace of a process ([`Pid`](crate::process::Pid)) or of a thread
    /// ([`Tid`](crate::thread::Tid)). The descriptor is close-on-exec.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the process or thread does not exist; or the kernel does not support the kind of
    ///   namespace; or `/proc` is not mounted.
    /// - `EACCES`: the caller may not access the process.
    /// - `EINVAL`: the file `/proc/<pid>/ns/<kind>` is not a namespace.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 3.0; [namespaces(7)].
    ///
    /// [namespaces(7)]: https://man7.org/linux/man-pages/man7/namespaces.7.html
    #[inline]
    pub fn open(task: impl Into<Task>, kind: Kind) -> Result<Self> {
        raw::openat_ns(task.into(), kind)?.try_into()
    }

    /// Opens a namespace of the calling thread. The descriptor is close-on-exec.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the kernel does not support the kind of namespace; or `/proc` is not mounted, or
    ///   belongs to a PID namespace that does not contain the thread.
    /// - `EINVAL`: the file `/proc/thread-self/ns/<kind>` is not a namespace.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    #[inline]
    pub fn own(kind: Kind) -> Result<Self> {
        Self::open(Task::Own, kind)
    }

    /// Moves the calling thread, and no other thread, into the namespace.
    ///
    /// After a successful call, the thread is in the namespace. A `PID` namespace is an exception:
    /// only children that the thread creates later are in the namespace. If the thread enters a
    /// `MOUNT` namespace, the root directory of the namespace becomes the working directory and the
    /// root directory of the thread.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: for `USER`, the thread is already in the namespace, or the process has several
    ///   threads; or, for `MOUNT` and `USER`, another thread or process shares the working
    ///   directory; or, for `PID`, the namespace is neither that of the thread nor a descendant of
    ///   it.
    /// - `EPERM`: the thread does not have the required capabilities.
    /// - `EUSERS`: for `TIME`, the process has several threads.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 3.0; [setns(2)].
    ///
    /// [setns(2)]: https://man7.org/linux/man-pages/man2/setns.2.html
    #[doc(alias = "setns")]
    #[inline]
    pub fn enter(&self) -> Result<()> {
        raw::setns(self.as_fd(), Namespaces::empty())
    }

    /// Enters the namespace like [`enter`](Self::enter), but only if the namespace is of the given
    /// kind. Use this method for a descriptor that was received from another process.
    ///
    /// # Errors
    ///
    /// The errors of [`enter`](Self::enter), and `EINVAL` if the namespace is not of the given
    /// kind.
    #[doc(alias = "setns")]
    #[inline]
    pub fn enter_as(&self, kind: impl Into<Namespaces>) -> Result<()> {
        raw::setns(self.as_fd(), kind.into())
    }

    /// Returns the kind of the namespace, as a set with one element.
    ///
    /// This call cannot fail.
    ///
    /// Since Linux 4.11; [ioctl_nsfs(2)].
    ///
    /// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
    #[doc(alias = "NS_GET_NSTYPE")]
    #[inline]
    pub fn kind(&self) -> Result<Namespaces> {
        raw::ioctl_ns_get_nstype(self.as_fd())
    }

    /// Opens the user namespace that owns the namespace. Capabilities in the user namespace apply
    /// to operations on the owned namespace. The descriptor is close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the user namespace is neither that of the caller nor a descendant of it.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 4.9; [ioctl_nsfs(2)].
    ///
    /// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
    #[doc(alias = "NS_GET_USERNS")]
    #[inline]
    pub fn user_namespace(&self) -> Result<Self> {
        // SAFETY: the descriptor refers to a namespace.
        unsafe { raw::ioctl_ns_get_userns(self.as_fd()) }.map(Self)
    }

    /// Opens the parent of a user or PID namespace. The descriptor is close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the namespace has no parent, or the parent is neither the namespace of the caller
    ///   nor a descendant of it.
    /// - `EINVAL`: the namespace is neither a user namespace nor a PID namespace.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 4.9; [ioctl_nsfs(2)].
    ///
    /// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
    #[doc(alias = "NS_GET_PARENT")]
    #[inline]
    pub fn parent(&self) -> Result<Self> {
        // SAFETY: the descriptor refers to a namespace.
        unsafe { raw::ioctl_ns_get_parent(self.as_fd()) }.map(Self)
    }

    /// Returns the ID of the user who created a user namespace, as mapped in the caller's user
    /// namespace. Returns the overflow ID, 65534, if the ID is not mapped in the caller's user
    /// namespace.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the namespace is not a user namespace.
    ///
    /// Since Linux 4.11; [ioctl_nsfs(2)].
    ///
    /// [ioctl_nsfs(2)]: https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html
    #[doc(alias = "NS_GET_OWNER_UID")]
    #[inline]
    pub fn owner(&self) -> Result<Uid> {
        // SAFETY: the descriptor refers to a namespace.
        unsafe { raw::ioctl_ns_get_owner_uid(self.as_fd()) }
    }
}

/// Takes ownership of a descriptor that refers to a namespace. If the descriptor does not refer to
/// a namespace, closes the descriptor and fails with `EINVAL`.
impl TryFrom<OwnedFd> for Namespace {
    type Error = Error;

    #[inline]
    fn try_from(fd: OwnedFd) -> Result<Self> {
        if raw::fstatfs_is_nsfs(fd.as_fd())? {
            Ok(Self(fd))
        } else {
            Err(Error::new(Call::FSTATFS, Errno::INVAL))
        }
    }
}
