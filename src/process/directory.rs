//! Working directory, root directory, umask, and termination of the process.

use core::ffi::CStr;

use super::raw;
use crate::error::Result;
use crate::fd::AsFd;
use crate::fs::Mode;
use crate::io::Buffer;
use crate::path;

/// Changes the working directory, from which relative paths are resolved.
///
/// All threads of the process share the working directory, unless a thread has unshared it. A
/// directory that is later removed or unmounted (`MNT_DETACH`) remains the working directory.
///
/// # Errors
///
/// - `ENOENT`: a component of the path does not exist.
/// - `ENOTDIR`: a component of the path, or the path itself, does not refer to a directory.
/// - `EACCES`: search permission is denied for a component of the path.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ELOOP`: the path contains more than 40 symbolic links.
/// - `ENAMETOOLONG`: the path or a component is too long.
/// - `EIO`: an I/O error occurred.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [chdir(2)].
///
/// [chdir(2)]: https://man7.org/linux/man-pages/man2/chdir.2.html
#[inline]
pub fn chdir(path: impl path::Arg) -> Result<()> {
    raw::chdir(path)
}

/// Changes the working directory to an open directory, which may be a path-only (`O_PATH`)
/// descriptor.
///
/// # Errors
///
/// - `ENOTDIR`: the descriptor does not refer to a directory.
/// - `EACCES`: search permission is denied for the directory.
///
/// Since Linux 1.0, for `O_PATH` descriptors since 3.5; [chdir(2)].
///
/// [chdir(2)]: https://man7.org/linux/man-pages/man2/chdir.2.html
#[inline]
pub fn fchdir(fd: impl AsFd) -> Result<()> {
    raw::fchdir(fd.as_fd())
}

/// Changes the root directory: absolute paths start at the root directory, and in the root
/// directory, `..` refers to the root directory itself.
///
/// All threads of the process share the root directory, unless a thread has unshared it. Child
/// processes inherit the root directory.
///
/// By itself, `chroot` does not confine a process that has `CAP_SYS_CHROOT`:
///
/// - `chroot` does not change the working directory, which can then be outside the new root
///   directory: call [`chdir`] with `"/"` next.
/// - Open descriptors are not closed, and can refer to directories outside the root directory.
/// - The process keeps `CAP_SYS_CHROOT`, and can leave the root directory with a second `chroot`:
///   if the new root directory is a subdirectory of the working directory, the working directory is
///   outside the root directory.
/// - The mount namespace does not change, so mounts outside the root directory are visible in
///   `/proc`.
///
/// A container should change its root directory with [`pivot_root`](crate::mount::pivot_root) in a
/// separate mount namespace.
///
/// # Errors
///
/// - `EPERM`: the caller does not have `CAP_SYS_CHROOT` in its user namespace.
/// - `ENOENT`: a component of the path does not exist.
/// - `ENOTDIR`: a component of the path, or the path itself, does not refer to a directory.
/// - `EACCES`: search permission is denied for a component of the path.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ELOOP`: the path contains more than 40 symbolic links.
/// - `ENAMETOOLONG`: the path or a component is too long.
/// - `EIO`: an I/O error occurred.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [chroot(2)].
///
/// [chroot(2)]: https://man7.org/linux/man-pages/man2/chroot.2.html
#[inline]
pub fn chroot(path: impl path::Arg) -> Result<()> {
    raw::chroot(path)
}

/// Returns the path of the working directory, in the buffer.
///
/// The path begins with `(unreachable)` if the working directory is not below the root directory of
/// the process. A buffer of [`PATH_MAX`](crate::path::PATH_MAX) bytes is large enough for any path.
///
/// # Errors
///
/// - `ENOENT`: the working directory has been removed.
/// - `ERANGE`: the buffer is too small for the path and its terminating NUL byte.
/// - `ENAMETOOLONG`: the path is longer than 4,095 bytes.
/// - `ENOMEM`: the kernel is out of memory.
///
/// # Examples
///
/// ```
/// use butter::path::PATH_MAX;
/// use butter::process;
///
/// # fn main() -> butter::Result<()> {
/// let mut buffer = [0; PATH_MAX];
/// println!("{:?}", process::getcwd(&mut buffer)?);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.1.92; [getcwd(2)].
///
/// [getcwd(2)]: https://man7.org/linux/man-pages/man2/getcwd.2.html
#[inline]
pub fn getcwd(buffer: &mut (impl Buffer + ?Sized)) -> Result<&CStr> {
    raw::getcwd(buffer)
}

/// Sets the file mode creation mask, and returns the previous mask.
///
/// The kernel removes the bits of the mask from the mode of each file that the process creates. All
/// threads of the process share the mask, unless a thread has unshared it. The kernel ignores all
/// bits of `mask` except the permissions (`0o777`).
///
/// Since Linux 1.0; [umask(2)].
///
/// [umask(2)]: https://man7.org/linux/man-pages/man2/umask.2.html
#[inline]
pub fn umask(mask: Mode) -> Mode {
    raw::umask(mask)
}

/// Terminates all threads of the process. The parent process receives the low 8 bits of `status`.
///
/// Destructors and `atexit` handlers do not run, and the buffers of a C library or of `std` are not
/// flushed.
///
/// Since Linux 2.5.35; [exit_group(2)].
///
/// [exit_group(2)]: https://man7.org/linux/man-pages/man2/exit_group.2.html
#[doc(alias = "_exit")]
#[doc(alias = "_Exit")]
#[inline]
pub fn exit_group(status: i32) -> ! {
    raw::exit_group(status)
}
