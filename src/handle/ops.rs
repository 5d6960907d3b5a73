//! Creating and opening file handles.

use super::{EncodeFlags, FileHandle, MountArg, MountId, raw};
use crate::error::{Call, Result};
use crate::fd::{OwnedFd, RawFd};
use crate::fs::{DirectoryArg, OFlags};
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Returns the handle of a file, and the ID of the mount that contains the file.
///
/// A relative path is resolved from `directory`: a descriptor of a directory, or
/// [`CWD`](crate::fs::CWD). The call does not open the file, and requires no privileges other than
/// the permission to search the directories in the path. With [`EncodeFlags::FID`], the handle can
/// be compared with other handles, but not opened.
///
/// The mount ID is a [`MountId::Unique`] if [`EncodeFlags::MNT_ID_UNIQUE`] is set. To open the file
/// later, a program needs a descriptor of the same file system: for example, a descriptor of the
/// mount point with this ID in `/proc/self/mountinfo`.
///
/// # Errors
///
/// - `EOPNOTSUPP`: the file system does not support file handles, or does not support the flags.
/// - `EOVERFLOW`: the file system cannot create a handle of the file.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative or empty, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the kernel does not support a flag, or the flags contradict each other, or the path
///   contains a NUL byte.
/// - `ENOTCONN`, `ESTALE`, `EIO`: the file system cannot access the file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `ENOSYS`: the kernel was built without `CONFIG_FHANDLE`.
///
/// [`raw::name_to_handle_at`] lists all causes.
///
/// # Examples
///
/// Equal handles refer to the same file, even if the file has several names, or was renamed:
///
/// ```
/// use butter::fs::{self, CWD};
/// use butter::handle::{self, EncodeFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let [old, new] = ["old", "new"].map(|name| temporary.path().join(name));
/// # std::fs::write(&old, "")?;
/// # if handle::name_to_handle_at(CWD, &old, EncodeFlags::empty()).is_err() { return Ok(()) }
/// let (before, mount) = handle::name_to_handle_at(CWD, &old, EncodeFlags::empty())?;
/// fs::renameat(CWD, &old, CWD, &new)?;
/// assert_eq!(handle::name_to_handle_at(CWD, &new, EncodeFlags::empty())?, (before, mount));
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.39; [name_to_handle_at(2)].
///
/// [name_to_handle_at(2)]: https://man7.org/linux/man-pages/man2/name_to_handle_at.2.html
#[inline]
pub fn name_to_handle_at(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: EncodeFlags,
) -> Result<(FileHandle, MountId)> {
    name_to_handle_at_path(directory.directory_number(), path.as_path_bytes(), flags)
}

#[inline]
fn name_to_handle_at_path(
    directory: RawFd,
    path: PathBytes<'_>,
    flags: EncodeFlags,
) -> Result<(FileHandle, MountId)> {
    with_c_str(Call::NAME_TO_HANDLE_AT, path, move |path| {
        retry(|| {
            let mut handle = FileHandle::FULL_SIZE;
            let mount_id = raw::name_to_handle_at_c(directory, path, &mut handle, flags)?;
            Ok((handle, mount_id))
        })
    })
}

/// Opens the file to which a handle refers. The descriptor is close-on-exec.
///
/// `mount` is any file on the file system of the handle: a descriptor or [`CWD`](crate::fs::CWD),
/// or [`PIDFS_ROOT`](super::PIDFS_ROOT) or [`NSFS_ROOT`](super::NSFS_ROOT). The opened file is on
/// the mount of this file. The call ignores the permissions of the directories that contain the
/// file, and therefore requires privileges.
///
/// An open of a FIFO without [`OFlags::NONBLOCK`] blocks until another process opens the other end.
/// If a signal interrupts the open, it is repeated; [`raw::open_by_handle_at`] returns `EINTR`.
///
/// # Errors
///
/// - `ESTALE`: the handle does not refer to a file of this file system, for example because the
///   file no longer exists. The kind of the error is [`ErrorKind::StaleHandle`].
/// - `EPERM`: the caller does not have the required privileges.
/// - `EINVAL`: the handle is empty, or its type or the flags are not valid.
/// - `EBADF`: `mount` is [`ABS`](crate::fs::ABS), a path-only (`O_PATH`) descriptor, or a root that
///   the kernel does not support.
/// - `ENOTDIR`, `EISDIR`, `EEXIST`, `ELOOP`: the file has a type that the flags do not permit, or
///   exists although `CREATE` and `EXCL` are set.
/// - `EACCES`, `EROFS`: the access is not permitted.
/// - `EMFILE`, `ENFILE`: the limit on open files has been reached.
/// - `EIO`: an I/O error occurred.
/// - `ENOMEM`: the kernel is out of memory.
/// - `ENOSYS`: the kernel was built without `CONFIG_FHANDLE`.
///
/// [`raw::open_by_handle_at`] lists all errors and causes.
///
/// # Examples
///
/// ```no_run
/// use butter::error::ErrorKind;
/// use butter::fs::OFlags;
/// use butter::handle::{self, FileHandleRef};
///
/// # fn open_stored(stored: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// let volume = std::fs::File::open("/srv")?;
/// let (stored, _) = FileHandleRef::decode(stored).ok_or("the stored handle is damaged")?;
/// match handle::open_by_handle_at(&volume, &stored.to_owned(), OFlags::RDONLY) {
///     Ok(file) => println!("{:?}", std::fs::File::from(file)),
///     Err(error) if error.kind() == ErrorKind::StaleHandle => println!("the file was deleted"),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.39; [open_by_handle_at(2)].
///
/// [open_by_handle_at(2)]: https://man7.org/linux/man-pages/man2/open_by_handle_at.2.html
/// [`ErrorKind::StaleHandle`]: crate::error::ErrorKind::StaleHandle
#[inline]
pub fn open_by_handle_at(
    mount: impl MountArg,
    handle: &FileHandle,
    flags: OFlags,
) -> Result<OwnedFd> {
    let (mount, flags) = (mount.mount_number(), flags | OFlags::CLOEXEC);
    retry(|| raw::open_by_handle_at_number(mount, handle, flags))
}
