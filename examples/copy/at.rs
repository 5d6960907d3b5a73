//! System calls on directory descriptors and path-only descriptors, which `std` does not provide.

use std::ffi::{CString, OsStr, OsString, c_int, c_long};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// `openat` - opens a path relative to a directory, or to the working directory. The descriptor is
/// close-on-exec.
pub(crate) fn openat(
    directory: Option<&File>,
    path: &OsStr,
    flags: c_int,
    mode: u32,
) -> io::Result<File> {
    let directory = directory.map_or(libc::AT_FDCWD, |directory| directory.as_raw_fd());
    let path = c_path(path)?;
    // SAFETY: reads the path.
    let fd = unsafe { libc::openat(directory, path.as_ptr(), flags | libc::O_CLOEXEC, mode) };
    check(fd.into())?;
    // SAFETY: a new descriptor, which nothing else owns.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// `readlinkat` - returns the text of a symbolic link that is open as a path-only descriptor.
pub(crate) fn readlinkat(link: &File) -> io::Result<OsString> {
    let mut text = vec![0_u8; libc::PATH_MAX as usize];
    let (fd, buffer) = (link.as_raw_fd(), text.as_mut_ptr().cast());
    // SAFETY: reads an empty path, and writes at most the buffer's length.
    let length = unsafe { libc::readlinkat(fd, c"".as_ptr(), buffer, text.len()) };
    check(length as c_long)?;
    text.truncate(length.cast_unsigned());
    Ok(OsString::from_vec(text))
}

/// `fstatfs` - returns whether a file is on a proc file system.
pub(crate) fn is_on_procfs(file: &File) -> io::Result<bool> {
    let mut status = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: writes one struct.
    check(unsafe { libc::fstatfs(file.as_raw_fd(), status.as_mut_ptr()) }.into())?;
    // SAFETY: the call succeeded, so it has written the struct.
    let status = unsafe { status.assume_init() };
    Ok(status.f_type as c_long == libc::PROC_SUPER_MAGIC as c_long)
}

/// `statx` - returns whether a file is the root of a mount, such as a bind-mounted file.
pub(crate) fn is_mount_root(file: &File) -> io::Result<bool> {
    let mut status = MaybeUninit::<libc::statx>::zeroed();
    let (fd, flags) = (file.as_raw_fd(), libc::AT_EMPTY_PATH);
    // SAFETY: reads an empty path, and writes one struct.
    check(unsafe { libc::statx(fd, c"".as_ptr(), flags, 0, status.as_mut_ptr()) }.into())?;
    // SAFETY: zeroes, or the values of the kernel, are valid values.
    let status = unsafe { status.assume_init() };
    Ok(status.stx_attributes & libc::STATX_ATTR_MOUNT_ROOT as u64 != 0)
}

/// `getxattr` - returns whether a file has a POSIX ACL in addition to its permissions.
pub(crate) fn has_acl(file: &File) -> bool {
    // `fgetxattr` does not accept path-only descriptors.
    let Ok(path) = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd())) else {
        return false;
    };
    let (path, name) = (path.as_ptr(), c"system.posix_acl_access".as_ptr());
    // SAFETY: reads the path and the name, and writes nothing to a buffer of size 0.
    unsafe { libc::getxattr(path, name, std::ptr::null_mut(), 0) >= 0 }
}

/// `faccessat2` - returns an error if the effective user may not write to a file.
pub(crate) fn check_writable(file: &File) -> io::Result<()> {
    let (fd, flags) = (file.as_raw_fd(), libc::AT_EACCESS | libc::AT_EMPTY_PATH);
    // SAFETY: reads an empty path.
    check(unsafe { libc::syscall(libc::SYS_faccessat2, fd, c"".as_ptr(), libc::W_OK, flags) })
}

/// `renameat` - renames an entry of a directory. Replaces a file with the new name.
pub(crate) fn renameat(directory: &File, old: &OsStr, new: &OsStr) -> io::Result<()> {
    let (fd, old, new) = (directory.as_raw_fd(), c_path(old)?, c_path(new)?);
    // SAFETY: reads the two names.
    check(unsafe { libc::renameat(fd, old.as_ptr(), fd, new.as_ptr()) }.into())
}

/// `renameat2` - renames an entry of a directory, unless the new name exists. Uses `linkat` and
/// `unlinkat` on file systems that do not support `RENAME_NOREPLACE`.
pub(crate) fn rename_without_replacing(
    directory: &File,
    old: &OsStr,
    new: &OsStr,
) -> io::Result<()> {
    match renameat2_noreplace(directory, old, new) {
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS)) => {
            linkat(directory, old, new)?;
            unlinkat(directory, old)
        }
        result => result,
    }
}

fn renameat2_noreplace(directory: &File, old: &OsStr, new: &OsStr) -> io::Result<()> {
    let (fd, old, new) = (directory.as_raw_fd(), c_path(old)?, c_path(new)?);
    let (old, new, flags) = (old.as_ptr(), new.as_ptr(), libc::RENAME_NOREPLACE);
    // SAFETY: reads the two names.
    check(unsafe { libc::syscall(libc::SYS_renameat2, fd, old, fd, new, flags) })
}

fn linkat(directory: &File, old: &OsStr, new: &OsStr) -> io::Result<()> {
    let (fd, old, new) = (directory.as_raw_fd(), c_path(old)?, c_path(new)?);
    // SAFETY: reads the two names.
    check(unsafe { libc::linkat(fd, old.as_ptr(), fd, new.as_ptr(), 0) }.into())
}

/// `unlinkat` - removes an entry of a directory that is not a directory.
pub(crate) fn unlinkat(directory: &File, name: &OsStr) -> io::Result<()> {
    let name = c_path(name)?;
    // SAFETY: reads the name.
    check(unsafe { libc::unlinkat(directory.as_raw_fd(), name.as_ptr(), 0) }.into())
}

fn c_path(path: &OsStr) -> io::Result<CString> {
    Ok(CString::new(path.as_bytes())?)
}

fn check(result: c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
