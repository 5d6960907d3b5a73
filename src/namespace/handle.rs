//! Namespaces made, opened and entered.

use super::{Kind, Namespaces, UnshareFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::idmap::{IdMaps, IdRange, MapError};
use crate::process::{Uid, getegid, geteuid};
use crate::procfs::Task;

/// Gives the calling thread new namespaces of these kinds; its children are born into them.
///
/// The thread is in the new ones at once, but for two kinds: `PID` and `TIME` are for the children that it makes from
/// then on, of which the first is number 1 of the PID namespace; and into the one of `TIME` it goes itself when it
/// calls `execve`. Other threads stay where they are. With `MOUNT` and `USER` the thread no longer shares its working
/// directory, with `IPC` not what semaphores undo.
///
/// All are made, or none. With `USER` among them, the others belong to the new user namespace.
///
/// # Errors
///
/// As [`raw::unshare`]; `EINVAL` for every bit that is no kind.
#[inline]
pub fn unshare(namespaces: Namespaces) -> Result<()> {
    if !Namespaces::KNOWN.contains(namespaces) {
        // The bit could be that of `unshare_files`.
        return Err(Error::new(Call::UNSHARE, Errno::INVAL));
    }
    // SAFETY: none of the kinds has to do with the table of descriptors.
    unsafe { raw::unshare(namespaces.into()) }
}

/// Gives the calling thread a new user namespace whose root it is, and new namespaces of these kinds, which belong to
/// it: as an ordinary user, where the machine allows it. The process must have no other thread.
///
/// Its effective user and group are 0 inside, and whatever they do there, outside they are who they were. `setgroups`
/// is denied.
///
/// # Errors
///
/// As [`raw::unshare`] and [`IdMaps::write`]. Where a map fails the thread is in the new namespaces all the same, as
/// 65534.
pub fn unshare_as_root(namespaces: Namespaces) -> Result<(), MapError> {
    // Once it is inside, it cannot ask for them any more.
    let (user, group) = (geteuid(), getegid());
    unshare(namespaces | Namespaces::USER)?;
    IdMaps::new(&[IdRange::one(0, user.as_raw())], &[IdRange::one(0, group.as_raw())])
        .deny_setgroups()
        .write(Task::Own)
}

/// Gives the calling thread a working directory, a root directory and a umask of its own, which begin as they were.
///
/// # Errors
///
/// `ENOMEM` - no memory for it.
#[doc(alias = "CLONE_FS")]
#[inline]
pub fn unshare_fs() -> Result<()> {
    // SAFETY: a path that is opened later may lead elsewhere; what is open stays what it is.
    unsafe { raw::unshare(UnshareFlags::FS) }
}

/// Gives the calling thread a list of its own of what System V's semaphores undo, empty: it is undone when the thread
/// ends, not when the process does. What was to be undone for this thread alone is undone at once.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "CLONE_SYSVSEM")]
#[inline]
pub fn unshare_sysvsem() -> Result<()> {
    // SAFETY: changes the values of semaphores, no memory and no descriptor.
    unsafe { raw::unshare(UnshareFlags::SYSVSEM) }
}

/// Gives the calling thread a table of descriptors of its own, which begins as a copy.
///
/// # Safety
///
/// From now on a descriptor that this thread opens means nothing to another one, or another file, and the other way
/// round: an [`OwnedFd`] or anything over one must not go to or come from another thread, nor be shared with one. Each
/// that was open is there twice: who drops it closes one of the two.
///
/// # Errors
///
/// `EMFILE` - more descriptors are open than a process may have by now (fs.nr_open). `ENOMEM` - no memory for it.
#[doc(alias = "CLONE_FILES")]
#[inline]
pub unsafe fn unshare_files() -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { raw::unshare(UnshareFlags::FILES) }
}

/// Moves the calling thread into these namespaces of a process, by its descriptor (a pidfd): into all of them or, if
/// one is refused, none.
///
/// The kernel looks at `USER` first, so that the capabilities which it brings count for the others. With `MOUNT` and
/// others at once, older kernels (6.18 among them) do not mind that the thread shares its working directory: who shares
/// it is taken along to the new root, but not into the namespaces. [`unshare_fs`] comes first.
///
/// # Errors
///
/// As [`raw::setns`].
#[doc(alias = "setns")]
#[inline]
pub fn enter(process: impl AsFd, namespaces: Namespaces) -> Result<()> {
    raw::setns(process.as_fd(), namespaces)
}

/// A namespace, which exists for as long as this is open, or somebody is in it.
///
/// Its descriptor is never another file's: [`TryFrom`] looks.
pub struct Namespace(OwnedFd);

fd_wrapper! { Namespace, checked }

impl Namespace {
    /// Opens a namespace of a process, by its [`Pid`](crate::process::Pid), or of one thread, by its
    /// [`Tid`](crate::thread::Tid). Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::openat_ns`]; `EINVAL` - what `/proc` has there is no namespace.
    #[inline]
    pub fn open(task: impl Into<Task>, kind: Kind) -> Result<Self> {
        raw::openat_ns(task.into(), kind)?.try_into()
    }

    /// Opens a namespace of the calling thread's. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    #[inline]
    pub fn own(kind: Kind) -> Result<Self> {
        Self::open(Task::Own, kind)
    }

    /// Moves the calling thread into the namespace, and no other thread.
    ///
    /// The thread is in it at once, but for `PID`: only the children that it makes from then on are. Into `MOUNT` the
    /// thread comes with the namespace's root directory as its root and working directory.
    ///
    /// # Errors
    ///
    /// As [`raw::setns`].
    #[doc(alias = "setns")]
    #[inline]
    pub fn enter(&self) -> Result<()> {
        raw::setns(self.as_fd(), Namespaces::empty())
    }

    /// As [`enter`](Self::enter), if the namespace is of this kind: for one that came from somebody else.
    ///
    /// # Errors
    ///
    /// As [`raw::setns`]; `EINVAL` - it is of another kind.
    #[inline]
    pub fn enter_as(&self, kind: impl Into<Namespaces>) -> Result<()> {
        raw::setns(self.as_fd(), kind.into())
    }

    /// Its kind, one of the set.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[doc(alias = "NS_GET_NSTYPE")]
    #[inline]
    pub fn kind(&self) -> Result<Namespaces> {
        raw::ioctl_ns_get_nstype(self.as_fd())
    }

    /// Opens the user namespace that owns it: whose capabilities count in it. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::ioctl_ns_get_userns`].
    #[doc(alias = "NS_GET_USERNS")]
    #[inline]
    pub fn user_namespace(&self) -> Result<Self> {
        // SAFETY: the descriptor is a namespace's.
        unsafe { raw::ioctl_ns_get_userns(self.as_fd()) }.map(Self)
    }

    /// Opens the namespace that a user or PID namespace stands in. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::ioctl_ns_get_parent`].
    #[doc(alias = "NS_GET_PARENT")]
    #[inline]
    pub fn parent(&self) -> Result<Self> {
        // SAFETY: the descriptor is a namespace's.
        unsafe { raw::ioctl_ns_get_parent(self.as_fd()) }.map(Self)
    }

    /// The user who made a user namespace, as the caller's user namespace counts; 65534 for one whom it does not know.
    ///
    /// # Errors
    ///
    /// As [`raw::ioctl_ns_get_owner_uid`].
    #[doc(alias = "NS_GET_OWNER_UID")]
    #[inline]
    pub fn owner(&self) -> Result<Uid> {
        // SAFETY: it is a namespace's.
        unsafe { raw::ioctl_ns_get_owner_uid(self.as_fd()) }
    }
}

/// Takes over a descriptor that is a namespace's: `EINVAL` for another one, which is closed.
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
