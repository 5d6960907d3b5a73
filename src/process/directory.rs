//! Working directory, root directory, and termination of the process.

use core::ffi::CStr;

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::AsFd;
use crate::path::{self, with_c_str};
use crate::syscall::syscall;

/// `chdir(path)` - changes the working directory: where paths begin that do not begin with a slash.
///
/// All threads of the process have one together, unless this one has given up to share it. Nothing else changes; the
/// directory may be removed or unmounted later, and stays what paths begin at.
///
/// # Errors
///
/// `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG` - the path leads nowhere, to or through something that is not a
/// directory, has too many symbolic links, is too long. `EACCES` - a directory on the way, or the last one, may not be
/// searched. `EINVAL` - the path has a NUL byte in it. `EIO`, `ENOMEM`.
///
/// Since Linux 1.0; chdir(2).
#[inline]
pub fn chdir(path: impl path::Arg) -> Result<()> {
    with_c_str(Call::CHDIR, path.as_path_bytes(), chdir_c)
}

#[inline]
fn chdir_c(path: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::CHDIR, chdir(path.as_ptr())) }.unit()
}

/// `fchdir(fd)` - changes the working directory to one that is open, also only as a place (`O_PATH`).
///
/// # Errors
///
/// `ENOTDIR` - the descriptor is not a directory's. `EACCES` - the directory may not be searched.
///
/// Since Linux 1.0, for `O_PATH` since 3.5; chdir(2).
#[inline]
pub fn fchdir(fd: impl AsFd) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCHDIR, fchdir(fd.as_fd())) }.unit()
}

/// `chroot(path)` - changes the root: where paths begin that begin with a slash, and beyond which `..` does not go.
///
/// All threads of the process have one together, unless this one has given up to share it; children get it.
///
/// It does not change the working directory, which may then be outside: [`chdir`] to `"/"` next. It closes no
/// descriptor, of which one may be a directory outside. It gives up no right: who may call it can leave again, by a
/// second root below the working directory. And it changes no mount, so that what is mounted outside is seen in
/// `/proc`. Alone it keeps in nobody who is root; a container has its root changed by `pivot_root`, in a mount
/// namespace of its own.
///
/// # Errors
///
/// As [`chdir`]; `EPERM` - it takes the capability `CAP_SYS_CHROOT` in the process's user namespace.
///
/// Since Linux 1.0; chroot(2).
#[inline]
pub fn chroot(path: impl path::Arg) -> Result<()> {
    with_c_str(Call::CHROOT, path.as_path_bytes(), chroot_c)
}

#[inline]
fn chroot_c(path: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::CHROOT, chroot(path.as_ptr())) }.unit()
}

/// `exit_group(status)` - terminates the process with all its threads. The parent receives the
/// lowest 8 bits of the status.
///
/// Nothing is run before: no destructors, no `atexit` handlers, and no flushing of the buffers of a
/// C library or `std`.
///
/// Since Linux 2.5.35; [exit_group(2)].
///
/// [exit_group(2)]: https://man7.org/linux/man-pages/man2/exit_group.2.html
#[inline]
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: every thread of the process ends, so nothing uses its memory or descriptors
        // afterwards.
        let _ = unsafe { syscall!(Call::EXIT_GROUP, exit_group(status)) };
    }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    CHDIR:
        NOENT => "a part of the path does not exist",
        NOTDIR => "a part of the path, or what it leads to, is not a directory",
        ACCES => "a directory on the way, or the last one, may not be searched",
        INVAL => "the path has a NUL byte in it";
    FCHDIR:
        NOTDIR => "the descriptor is not a directory's",
        ACCES => "the directory may not be searched";
    CHROOT:
        PERM => "it takes the capability CAP_SYS_CHROOT in the process's user namespace",
        NOENT => "a part of the path does not exist",
        NOTDIR => "a part of the path, or what it leads to, is not a directory",
        ACCES => "a directory on the way, or the last one, may not be searched",
        INVAL => "the path has a NUL byte in it";
};
