//! Opening files.

use super::raw;
use super::types::{OpenHow, OpenHowFlags, ResolveFlags};
use crate::error::{Call, Result};
use crate::fd::{OwnedFd, RawFd};
use crate::fs::types::{DirectoryArg, Mode, OFlags};
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Opens a file. The descriptor is close-on-exec.
///
/// A relative path is resolved from `directory`: a descriptor of a directory, or
/// [`CWD`](crate::fs::CWD). `mode` contains the permissions of a file that the call creates, from
/// which the kernel removes the bits of the umask. The kernel ignores `mode` unless `CREATE` or
/// `TMPFILE` is set, and ignores unknown flags.
///
/// An open of a FIFO without [`OFlags::NONBLOCK`] blocks until another process opens the other end.
/// If a signal interrupts the open, it is repeated; [`raw::openat`](crate::fs::raw::openat) returns
/// `EINTR`.
///
/// # Errors
///
/// - `ENOENT`: the file does not exist, and `CREATE` is not set; or a directory in the path does
///   not exist; or the path is empty.
/// - `ENOTDIR`, `EISDIR`, `EEXIST`: the file has a type that the flags do not permit, or exists
///   although `CREATE` and `EXCL` are set.
/// - `EACCES`, `EPERM`, `EROFS`: the access is not permitted.
/// - `ELOOP`: the path contains more than 40 symbolic links, or the last component is a symbolic
///   link and `NOFOLLOW` is set.
/// - `EMFILE`, `ENFILE`: the limit on open files has been reached.
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the path contains a NUL byte, or the flags are not permitted for the file.
///
/// [`raw::openat`](crate::fs::raw::openat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD, Mode, OFlags};
/// use butter::io;
///
/// # fn main() -> butter::Result<()> {
/// let etc = fs::openat(CWD, "/etc", OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
/// let passwd = fs::openat(&etc, "passwd", OFlags::RDONLY, Mode::empty())?;
/// let mut buffer = [0; 64];
/// assert!(io::read(&passwd, &mut buffer)? > 0);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [openat(2)].
///
/// [openat(2)]: https://man7.org/linux/man-pages/man2/openat.2.html
#[doc(alias = "open")]
#[doc(alias = "creat")]
#[inline]
pub fn openat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC;
    openat_path(directory.directory_number(), path.as_path_bytes(), flags, mode)
}

#[inline]
fn openat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    with_c_str(Call::OPENAT, path, move |path| {
        retry(|| raw::openat_c(directory, path, flags, mode))
    })
}

/// Opens a file, with restrictions on the resolution of the path. The descriptor is close-on-exec.
///
/// `resolve` contains the restrictions, with which a program can open a path from an untrusted
/// source: for example, [`ResolveFlags::BENEATH`] confines the lookup to `directory`. `mode` must
/// be empty unless `CREATE` or `TMPFILE` is set. In contrast to [`openat`], the kernel rejects
/// unknown flags.
///
/// If a signal interrupts the open, it is repeated; [`raw::openat2`](crate::fs::raw::openat2)
/// returns `EINTR`. An open that fails with `EAGAIN` is not repeated.
///
/// # Errors
///
/// - `EXDEV`: the path leads out of the directory, crosses a mount point or contains a magic link,
///   and a restriction does not permit this.
/// - `ELOOP`: the path contains a symbolic link or a magic link that a restriction or `NOFOLLOW`
///   does not permit, or contains more than 40 symbolic links.
/// - `EAGAIN`: `CACHED` is set, and the path is not cached; or `BENEATH` or `IN_ROOT` is set, and a
///   file was renamed or mounted during the lookup of `..`, in which case the call can be repeated.
/// - `EINVAL`: the kernel does not support a flag, or the flags or the mode contradict each other.
/// - `EFTYPE`: `REGULAR` is set, and the file is not a regular file.
/// - The errors of [`openat`].
///
/// [`raw::openat2`](crate::fs::raw::openat2) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::Errno;
/// use butter::fs::{self, CWD, Mode, OFlags, ResolveFlags};
///
/// # fn main() -> butter::Result<()> {
/// let etc = fs::openat(CWD, "/etc", OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
/// let open = |path| fs::openat2(&etc, path, OFlags::RDONLY, Mode::empty(), ResolveFlags::BENEATH);
/// open("passwd")?;
/// assert_eq!(open("../etc/passwd").unwrap_err().errno(), Errno::XDEV);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 5.6; [openat2(2)].
///
/// [openat2(2)]: https://man7.org/linux/man-pages/man2/openat2.2.html
#[doc(alias = "open_how")]
#[inline]
pub fn openat2(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: impl Into<OpenHowFlags>,
    mode: Mode,
    resolve: ResolveFlags,
) -> Result<OwnedFd> {
    let flags = flags.into() | OFlags::CLOEXEC.into();
    let how = OpenHow::new(flags, mode, resolve);
    openat2_path(directory.directory_number(), path.as_path_bytes(), &how)
}

#[inline]
fn openat2_path(directory: RawFd, path: PathBytes<'_>, how: &OpenHow) -> Result<OwnedFd> {
    with_c_str(Call::OPENAT2, path, move |path| retry(|| raw::openat2_c(directory, path, how)))
}
