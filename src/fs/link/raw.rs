//! Raw system calls that read symbolic links, and rename and remove files.

use core::ffi::CStr;

use super::RenameFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::RawFd;
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::io::Buffer;
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `readlinkat(dirfd, path, buf, bufsiz)` - reads the content of a symbolic link, without a
/// terminating NUL byte.
///
/// A relative path is resolved from `directory`. If the path is empty, the call reads the symbolic
/// link to which `directory` refers, which is a path-only (`O_PATH`) descriptor that was opened
/// with `O_NOFOLLOW`.
///
/// If the content is longer than the buffer, the kernel returns the part that fits the buffer, and
/// reports no error. If the returned bytes fill the buffer, the content can be complete or
/// truncated. A buffer of 4,096 bytes is larger than any content, except on a file system with
/// longer symbolic links on a kernel with larger pages. The size of the file that `statx` returns
/// is the length of the content on most file systems, but 0 on procfs.
///
/// # Errors
///
/// - `EINVAL`: the file is not a symbolic link; or the buffer is empty; or the path contains a NUL
///   byte.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and the descriptor
///   does not refer to a symbolic link; or the magic link has no target.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or the magic link belongs to a process that the caller may not
///   inspect; or a security module denies the call.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system; or the target of the magic link is longer than 4,095 bytes.
/// - `EBADF`: the path is relative or empty, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [readlinkat(2)].
///
/// [readlinkat(2)]: https://man7.org/linux/man-pages/man2/readlinkat.2.html
#[inline]
pub fn readlinkat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    buffer: &mut (impl Buffer + ?Sized),
) -> Result<&[u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes and is exclusively borrowed.
    let count = unsafe {
        readlinkat_path(directory.directory_number(), path.as_path_bytes(), start, size)
    }?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

// SAFETY requirement: `start` must be valid for writes of `size` bytes.
#[inline]
unsafe fn readlinkat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    start: *mut u8,
    size: usize,
) -> Result<usize> {
    with_c_str(Call::READLINKAT, path, move |path| {
        // SAFETY: upheld by the caller.
        unsafe { readlinkat_c(directory, path, start, size) }
    })
}

/// # Safety
///
/// `start` must be valid for writes of `size` bytes.
#[inline]
pub(super) unsafe fn readlinkat_c(
    directory: RawFd,
    path: &CStr,
    start: *mut u8,
    size: usize,
) -> Result<usize> {
    // The kernel converts the size to an `int`, and rejects a negative one.
    let size = size.min(i32::MAX as usize);
    // SAFETY: the kernel reads the path up to its NUL byte, writes at most `size` bytes to the
    // buffer (upheld by the caller), and keeps nothing.
    unsafe { syscall!(Call::READLINKAT, readlinkat(directory, path.as_ptr(), start, size)) }
        .at_most(size)
}

/// `unlinkat(dirfd, path, flags)` - removes a name of a file, or an empty directory.
///
/// A relative path is resolved from `directory`. The only permitted flag is `AT_REMOVEDIR`, with
/// which the call removes an empty directory. Without this flag, the call removes a file that is
/// not a directory. A symbolic link is removed itself. The kernel deletes a file when it has no
/// more names and no process has the file open.
///
/// # Errors
///
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `EISDIR`: the path refers to a directory, and `AT_REMOVEDIR` is not set.
/// - `ENOTDIR`: the file is not a directory, and `AT_REMOVEDIR` is set or the path ends with a
///   slash; or a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ENOTEMPTY`: the directory contains files; or `..` is the last component of the path, and
///   `AT_REMOVEDIR` is set.
/// - `EACCES`: a directory in a path cannot be searched; or a directory is not writable; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or a security module denies the
///   call.
/// - `EPERM`: a directory is sticky, and the caller owns neither the directory nor the file and
///   does not have the capability `CAP_FOWNER`; or a file is immutable, append-only or a swap file;
///   or a directory is append-only or immutable; or the file system does not permit the operation.
/// - `EBUSY`: the file is a mount point of this mount namespace, or is in use by the kernel or by
///   the file system, or is the root directory.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag other than `AT_REMOVEDIR` is set; or `AT_REMOVEDIR` is set, and the last
///   component of the path is `.`; or the path contains a NUL byte.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID belongs to the
///   caller or to a file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [unlinkat(2)].
///
/// [unlinkat(2)]: https://man7.org/linux/man-pages/man2/unlinkat.2.html
#[inline]
pub fn unlinkat(directory: impl DirectoryArg, path: impl path::Arg, flags: AtFlags) -> Result<()> {
    unlinkat_path(directory.directory_number(), path.as_path_bytes(), flags)
}

#[inline]
fn unlinkat_path(directory: RawFd, path: PathBytes<'_>, flags: AtFlags) -> Result<()> {
    with_c_str(Call::UNLINKAT, path, move |path| unlinkat_c(directory, path, flags))
}

#[inline]
pub(super) fn unlinkat_c(directory: RawFd, path: &CStr, flags: AtFlags) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::UNLINKAT, unlinkat(directory, path.as_ptr(), flags.bits())) }.unit()
}

/// `renameat2(olddirfd, oldpath, newdirfd, newpath, flags)` - renames a file, and moves it to
/// another directory if necessary.
///
/// Relative paths are resolved from the directory before them. Symbolic links are renamed
/// themselves. Without flags, the call atomically replaces a file with the new path; a directory
/// can replace an empty directory only. If both paths are names of the same file, the call does
/// nothing.
///
/// # Errors
///
/// - `ENOENT`: a file or a directory in a path does not exist, or a path is empty. With
///   `RENAME_EXCHANGE`, both files must exist.
/// - `EEXIST`: `RENAME_NOREPLACE` is set, and the new path exists; or the new path is a directory
///   that contains files.
/// - `ENOTEMPTY`: the new path is a directory that contains files.
/// - `EISDIR`: the new path is a directory, and the old path is not a directory.
/// - `ENOTDIR`: only the new path is not a directory; or a path ends with a slash, and the old path
///   is not a directory; or a component of a path that is used as a directory is not a directory;
///   or a path is relative, and its directory argument is not a directory.
/// - `EXDEV`: the paths are not on the same mount of the same file system, or the file system does
///   not permit the operation between the two directories.
/// - `EACCES`: a directory in a path cannot be searched; or a directory is not writable; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or a security module denies the
///   call.
/// - `EPERM`: a directory is sticky, and the caller owns neither the directory nor the file and
///   does not have the capability `CAP_FOWNER`; or a file is immutable, append-only or a swap file;
///   or a directory is append-only or immutable; or the file system does not permit the operation.
///   The operation with `RENAME_WHITEOUT` requires the capability `CAP_MKNOD` before Linux 5.8, and
///   on some file systems.
/// - `EBUSY`: a file is a mount point of this mount namespace, or is in use by the kernel or by the
///   file system; or the last component of a path is `.` or `..`; or a path consists of slashes.
/// - `EINVAL`: one of the paths is a directory that contains the other path; or a flag is not
///   supported by the kernel or the file system, or is not permitted with another flag; or a path
///   contains a NUL byte, or the file system does not permit the name.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ELOOP`: a path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: a path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: a path is relative, and its directory argument is [`ABS`](crate::fs::ABS).
/// - `EMLINK`: a directory has the maximum number of subdirectories.
/// - `ENOSPC`: the file system has no free space.
/// - `EDQUOT`: the quota on the file system does not permit the change.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID belongs to the
///   caller or to a file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 3.15; [renameat2(2)].
///
/// [renameat2(2)]: https://man7.org/linux/man-pages/man2/renameat2.2.html
#[inline]
pub fn renameat2(
    old_directory: impl DirectoryArg,
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
    flags: RenameFlags,
) -> Result<()> {
    let old = (old_directory.directory_number(), old_path.as_path_bytes());
    renameat2_paths(old, (new_directory.directory_number(), new_path.as_path_bytes()), flags)
}

#[inline]
fn renameat2_paths(
    old: (RawFd, PathBytes<'_>),
    new: (RawFd, PathBytes<'_>),
    flags: RenameFlags,
) -> Result<()> {
    with_c_str(Call::RENAMEAT2, old.1, move |old_path| {
        with_c_str(Call::RENAMEAT2, new.1, move |new_path| {
            renameat2_c((old.0, old_path), (new.0, new_path), flags)
        })
    })
}

#[inline]
pub(super) fn renameat2_c(
    old: (RawFd, &CStr),
    new: (RawFd, &CStr),
    flags: RenameFlags,
) -> Result<()> {
    let (old_path, new_path, flags) = (old.1.as_ptr(), new.1.as_ptr(), flags.bits());
    // SAFETY: the kernel reads the paths up to their NUL bytes, and keeps nothing of them.
    unsafe { syscall!(Call::RENAMEAT2, renameat2(old.0, old_path, new.0, new_path, flags)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    READLINKAT:
        INVAL => "the file is not a symbolic link; or the buffer is empty; or the path contains a \
            NUL byte",
        NOENT => "a component of the path does not exist; or the path is empty, and the descriptor \
            does not refer to a symbolic link; or the magic link has no target",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or the magic link belongs to a process that the \
            caller may not inspect; or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system; or the target of the magic link is longer than 4,095 bytes",
        BADF => "the path is relative or empty, and the directory argument is ABS";
    READLINKAT_TRUNCATED:
        RANGE => "the content fills the buffer, so that it may be truncated";
    UNLINKAT:
        NOENT => "a component of the path does not exist, or the path is empty",
        ISDIR => "the path refers to a directory, and AT_REMOVEDIR is not set",
        NOTDIR => "the file is not a directory, and AT_REMOVEDIR is set or the path ends with a \
            slash; or a component of the path that is used as a directory is not a directory; or \
            the path is relative, and the descriptor does not refer to a directory",
        NOTEMPTY => "the directory contains files; or .. is the last component of the path, and \
            AT_REMOVEDIR is set",
        ACCES => "a directory in a path cannot be searched; or a directory is not writable; or a \
            symbolic link may not be followed (fs.protected_symlinks); or a security module denies \
            the call",
        PERM => "a directory is sticky, and the caller owns neither the directory nor the file and \
            does not have the capability CAP_FOWNER; or a file is immutable, append-only or a swap \
            file; or a directory is append-only or immutable; or the file system does not permit \
            the operation",
        BUSY => "the file is a mount point of this mount namespace, or is in use by the kernel or \
            by the file system, or is the root directory",
        ROFS => "the file system or the mount is read-only",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative, and the directory argument is ABS",
        INVAL => "a flag other than AT_REMOVEDIR is set; or AT_REMOVEDIR is set, and the last \
            component of the path is .; or the path contains a NUL byte",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    RENAMEAT2:
        NOENT => "a file or a directory in a path does not exist, or a path is empty",
        EXIST => "RENAME_NOREPLACE is set, and the new path exists; or the new path is a directory \
            that contains files",
        NOTEMPTY => "the new path is a directory that contains files",
        ISDIR => "the new path is a directory, and the old path is not a directory",
        NOTDIR => "only the new path is not a directory; or a path ends with a slash, and the old \
            path is not a directory; or a component of a path that is used as a directory is not a \
            directory; or a path is relative, and its directory argument is not a directory",
        XDEV => "the paths are not on the same mount of the same file system, or the file system \
            does not permit the operation between the two directories",
        ACCES => "a directory in a path cannot be searched; or a directory is not writable; or a \
            symbolic link may not be followed (fs.protected_symlinks); or a security module denies \
            the call",
        PERM => "a directory is sticky, and the caller owns neither the directory nor the file and \
            does not have the capability CAP_FOWNER; or a file is immutable, append-only or a swap \
            file; or a directory is append-only or immutable; or the file system does not permit \
            the operation",
        BUSY => "a file is a mount point of this mount namespace, or is in use by the kernel or by \
            the file system; or the last component of a path is . or ..; or a path consists of \
            slashes",
        INVAL => "one of the paths is a directory that contains the other path; or a flag is not \
            supported by the kernel or the file system, or is not permitted with another flag; or \
            a path contains a NUL byte, or the file system does not permit the name",
        ROFS => "the file system or the mount is read-only",
        LOOP => "a path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "a path has more than 4,095 bytes, or a component of it is too long for its \
            file system",
        BADF => "a path is relative, and its directory argument is ABS",
        MLINK => "a directory has the maximum number of subdirectories",
        NOSPC => "the file system has no free space",
        DQUOT => "the quota on the file system does not permit the change",
        OVERFLOW => "the user namespace of the file system does not map an ID";
};
