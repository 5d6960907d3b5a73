//! Changing the mode and the owner of files.

use super::raw;
use crate::error::{Call, Result};
use crate::fd::{AsFd, RawFd};
use crate::fs::types::{AtFlags, DirectoryArg, Mode};
use crate::ids::{Gid, Uid};
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Sets the mode of a file: the permissions, and the set-user-ID, set-group-ID and sticky bits.
///
/// A relative path is resolved from `directory`. Symbolic links are followed, unless
/// [`SYMLINK_NOFOLLOW`] is set: the call then fails for a symbolic link, whose mode cannot be
/// changed. With [`EMPTY_PATH`] and an empty path, the call changes the file of `directory`, which
/// can also be a path-only (`O_PATH`) descriptor.
///
/// Flags require Linux 6.6. Without flags, this function calls `fchmodat`, which all kernels
/// support, and otherwise `fchmodat2`. There is no fallback for flags on older kernels, because it
/// would require procfs. On these kernels, open the file with `NOFOLLOW`, and call [`fchmod`].
///
/// # Errors
///
/// - `EPERM`: the caller neither owns the file nor has the capability `CAP_FOWNER`; or the file is
///   immutable or append-only.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EOPNOTSUPP`: [`SYMLINK_NOFOLLOW`] is set, and the file is a symbolic link.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag is not permitted, or the path contains a NUL byte.
/// - `ENOSYS`: a flag is set, and the kernel is older than Linux 6.6.
///
/// [`raw::fchmodat`](crate::fs::raw::fchmodat) and [`raw::fchmodat2`](crate::fs::raw::fchmodat2)
/// list all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, AtFlags, CWD, Mode};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("private");
/// std::fs::write(&path, "text")?;
/// fs::chmodat(CWD, &path, Mode::RUSR | Mode::WUSR, AtFlags::empty())?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16, with flags since Linux 6.6; [fchmodat(2)].
///
/// [fchmodat(2)]: https://man7.org/linux/man-pages/man2/fchmodat.2.html
/// [`SYMLINK_NOFOLLOW`]: AtFlags::SYMLINK_NOFOLLOW
/// [`EMPTY_PATH`]: AtFlags::EMPTY_PATH
#[doc(alias = "fchmodat")]
#[doc(alias = "fchmodat2")]
#[doc(alias = "chmod")]
#[doc(alias = "lchmod")]
#[inline]
pub fn chmodat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    mode: Mode,
    flags: AtFlags,
) -> Result<()> {
    chmodat_path(directory.directory_number(), path.as_path_bytes(), mode, flags)
}

#[inline]
fn chmodat_path(directory: RawFd, path: PathBytes<'_>, mode: Mode, flags: AtFlags) -> Result<()> {
    let call = if flags.is_empty() { Call::FCHMODAT } else { Call::FCHMODAT2 };
    with_c_str(call, path, move |path| {
        retry(|| {
            if flags.is_empty() {
                raw::fchmodat_c(directory, path, mode)
            } else {
                raw::fchmodat2_c(directory, path, mode, flags)
            }
        })
    })
}

/// Sets the mode of an open file.
///
/// # Errors
///
/// - `EPERM`: the caller neither owns the file nor has the capability `CAP_FOWNER`; or the file is
///   immutable or append-only.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor: use [`chmodat`].
/// - `EIO`: an I/O error occurred.
///
/// Since Linux 1.0; [fchmod(2)].
///
/// [fchmod(2)]: https://man7.org/linux/man-pages/man2/fchmod.2.html
#[inline]
pub fn fchmod(fd: impl AsFd, mode: Mode) -> Result<()> {
    retry(|| raw::fchmod(fd.as_fd(), mode))
}

/// Changes the owner and the group of a file. `None` leaves the owner or the group unchanged, and
/// so does the ID 4294967295, which the kernel does not distinguish from it.
///
/// A relative path is resolved from `directory`. Symbolic links are followed, unless
/// [`SYMLINK_NOFOLLOW`] is set: the call then changes a symbolic link itself. With [`EMPTY_PATH`]
/// and an empty path, the call changes the file of `directory`, which can also be a path-only
/// (`O_PATH`) descriptor.
///
/// The kernel clears the set-user-ID and set-group-ID bits and the capabilities of a file that is
/// not a directory: call [`chmodat`] afterwards.
///
/// # Errors
///
/// - `EPERM`: the caller may not change the owner or the group; or the file is immutable or
///   append-only.
/// - `EINVAL`: the user namespace of the caller does not map an ID; or a flag is not permitted; or
///   the path contains a NUL byte.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EDQUOT`: the quota of the new owner or group does not permit the change.
///
/// [`raw::fchownat`](crate::fs::raw::fchownat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, AtFlags, CWD};
/// use butter::process::getegid;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("file");
/// std::fs::write(&path, "text")?;
/// fs::chownat(CWD, &path, None, Some(getegid()), AtFlags::SYMLINK_NOFOLLOW)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [fchownat(2)].
///
/// [fchownat(2)]: https://man7.org/linux/man-pages/man2/fchownat.2.html
/// [`SYMLINK_NOFOLLOW`]: AtFlags::SYMLINK_NOFOLLOW
/// [`EMPTY_PATH`]: AtFlags::EMPTY_PATH
#[doc(alias = "fchownat")]
#[doc(alias = "chown")]
#[doc(alias = "lchown")]
#[inline]
pub fn chownat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    owner: Option<Uid>,
    group: Option<Gid>,
    flags: AtFlags,
) -> Result<()> {
    let (directory, path) = (directory.directory_number(), path.as_path_bytes());
    chownat_path(directory, path, raw::ids(owner, group), flags)
}

#[inline]
fn chownat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    ids: (u32, u32),
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::FCHOWNAT, path, move |path| {
        retry(|| raw::fchownat_c(directory, path, ids, flags))
    })
}

/// Changes the owner and the group of an open file. `None` leaves the owner or the group unchanged,
/// and so does the ID 4294967295.
///
/// The kernel clears the set-user-ID and set-group-ID bits and the capabilities of a file that is
/// not a directory.
///
/// # Errors
///
/// - `EPERM`: the caller may not change the owner or the group; or the file is immutable or
///   append-only.
/// - `EINVAL`: the user namespace of the caller does not map an ID.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor: use [`chownat`].
/// - `EDQUOT`: the quota of the new owner or group does not permit the change.
/// - `EIO`: an I/O error occurred.
///
/// Since Linux 1.0; [fchown(2)].
///
/// [fchown(2)]: https://man7.org/linux/man-pages/man2/fchown.2.html
#[inline]
pub fn fchown(fd: impl AsFd, owner: Option<Uid>, group: Option<Gid>) -> Result<()> {
    retry(|| raw::fchown(fd.as_fd(), owner, group))
}
