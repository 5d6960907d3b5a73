//! Flags, mount IDs and the mount argument of the calls.

use crate::fd::RawFd;
use crate::fs::DirectoryArg;

flags! {
    /// Flags of [`name_to_handle_at`](super::name_to_handle_at): the lookup of the path, and the
    /// kind of the handle and of the mount ID.
    pub struct EncodeFlags: u32 {
        "AT_HANDLE_MNT_ID_UNIQUE" MNT_ID_UNIQUE = 0x1, "return the unique ID of the mount, not the \
            ID that the kernel reuses. Since Linux 6.12.";
        "AT_HANDLE_CONNECTABLE" CONNECTABLE = 0x2, "return a handle that also identifies the \
            parent directory, so that the path of the opened file is known. Not permitted with \
            `FID` and `EMPTY_PATH`. Since Linux 6.13.";
        "AT_HANDLE_FID" FID = 0x200, "return a handle that can only be compared, such as the \
            handles of fanotify events, which more file systems support. Since Linux 6.5.";
        "AT_SYMLINK_FOLLOW" SYMLINK_FOLLOW = 0x400, "follow a symbolic link in the last component \
            of the path.";
        "AT_EMPTY_PATH" EMPTY_PATH = 0x1000, "if the path is empty, return the handle of the \
            directory argument, which can be any file.";
    }
}

/// The ID of a mount, which [`name_to_handle_at`](super::name_to_handle_at) returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MountId {
    /// The ID in the first column of `/proc/self/mountinfo`. After the mount is unmounted, the
    /// kernel can use the ID for another mount.
    Reusable(i32),
    /// The ID that no other mount has until the system is rebooted: the ID that `statx` returns
    /// ([`mnt_id_unique`](crate::fs::Statx::mnt_id_unique)), and that fanotify events contain.
    Unique(u64),
}

/// The mount argument of [`open_by_handle_at`](super::open_by_handle_at), which identifies the file
/// system of the handle: a file on any mount of the file system, that is, a descriptor or
/// [`CWD`](crate::fs::CWD), or [`PIDFS_ROOT`] or [`NSFS_ROOT`]. The descriptor must not be a
/// path-only (`O_PATH`) descriptor. The trait is sealed.
///
/// The argument also determines the mount of the opened file.
pub trait MountArg: sealed::MountNumber {}

pub(super) mod sealed {
    use super::RawFd;

    /// Returns the number that is passed to the kernel.
    pub trait MountNumber {
        fn mount_number(&self) -> RawFd;
    }
}

use sealed::MountNumber;

impl<T: DirectoryArg> MountArg for T {}
impl<T: DirectoryArg> MountNumber for T {
    #[inline(always)]
    fn mount_number(&self) -> RawFd {
        self.directory_number()
    }
}

/// The file system of pidfds, as the mount argument of a call.
#[doc(alias = "FD_PIDFS_ROOT")]
#[derive(Clone, Copy, Debug)]
pub struct PidfsRoot;

/// The file system of pidfds (`FD_PIDFS_ROOT`): the opened file is a pidfd. Since Linux 6.17.
///
/// A handle of a pidfd consists of the inode number of the pidfd, which no other process of the
/// system has until it is rebooted.
///
/// ```
/// use butter::fs::OFlags;
/// use butter::handle::{self, EncodeFlags, PIDFS_ROOT};
/// use butter::process::{self, PidFd};
///
/// # fn main() -> butter::Result<()> {
/// let pidfd = PidFd::open(process::getpid())?;
/// # if handle::name_to_handle_at(&pidfd, "", EncodeFlags::EMPTY_PATH).is_err() { return Ok(()) }
/// let (handle, _) = handle::name_to_handle_at(&pidfd, "", EncodeFlags::EMPTY_PATH)?;
/// # if handle::open_by_handle_at(PIDFS_ROOT, &handle, OFlags::RDWR).is_err() { return Ok(()) }
/// let again = PidFd::try_from(handle::open_by_handle_at(PIDFS_ROOT, &handle, OFlags::RDWR)?)?;
/// again.send_signal(None)?; // the process exists
/// # Ok(())
/// # }
/// ```
#[doc(alias = "FD_PIDFS_ROOT")]
pub const PIDFS_ROOT: PidfsRoot = PidfsRoot;

/// The value of `FD_PIDFS_ROOT` in C.
const FD_PIDFS_ROOT: i32 = -10002;

impl MountArg for PidfsRoot {}
impl MountNumber for PidfsRoot {
    #[inline(always)]
    fn mount_number(&self) -> RawFd {
        FD_PIDFS_ROOT
    }
}

/// The file system of namespaces, as the mount argument of a call.
#[doc(alias = "FD_NSFS_ROOT")]
#[derive(Clone, Copy, Debug)]
pub struct NsfsRoot;

/// The file system of namespaces (`FD_NSFS_ROOT`): the opened file refers to a namespace. Since
/// Linux 6.18.
///
/// A handle of a namespace has the type 0xf1 and 16 bytes (`struct nsfs_file_handle`): the ID of
/// the namespace, which no other namespace has until the system is rebooted, the type of the
/// namespace (a `CLONE_NEW*` flag), and its inode number.
///
/// ```
/// use butter::fs::OFlags;
/// use butter::handle::{self, EncodeFlags, NSFS_ROOT};
/// use butter::namespace::{Kind, Namespace};
///
/// # fn main() -> butter::Result<()> {
/// let namespace = Namespace::own(Kind::Net)?;
/// # let flags = EncodeFlags::EMPTY_PATH;
/// # if handle::name_to_handle_at(&namespace, "", flags).is_err() { return Ok(()) }
/// let (handle, _) = handle::name_to_handle_at(&namespace, "", EncodeFlags::EMPTY_PATH)?;
/// # if handle::open_by_handle_at(NSFS_ROOT, &handle, OFlags::RDONLY).is_err() { return Ok(()) }
/// let opened = handle::open_by_handle_at(NSFS_ROOT, &handle, OFlags::RDONLY)?;
/// assert_eq!(Namespace::try_from(opened)?.kind()?, namespace.kind()?);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "FD_NSFS_ROOT")]
#[doc(alias = "nsfs_file_handle")]
pub const NSFS_ROOT: NsfsRoot = NsfsRoot;

/// The value of `FD_NSFS_ROOT` in C.
const FD_NSFS_ROOT: i32 = -10003;

impl MountArg for NsfsRoot {}
impl MountNumber for NsfsRoot {
    #[inline(always)]
    fn mount_number(&self) -> RawFd {
        FD_NSFS_ROOT
    }
}
