//! System calls on files that several modules use.

use core::ffi::CStr;

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{AsRawFd, BorrowedFd, OwnedFd};
use crate::syscall::syscall;

const AT_FDCWD: i32 = -100;
const O_CLOEXEC: u32 = 0x8_0000;

pub(crate) const SEEK_SET: u32 = 0;
pub(crate) const SEEK_CUR: u32 = 1;
pub(crate) const SEEK_END: u32 = 2;
pub(crate) const SEEK_DATA: u32 = 3;
pub(crate) const SEEK_HOLE: u32 = 4;

const FALLOC_FL_KEEP_SIZE: u32 = 1;
const FALLOC_FL_PUNCH_HOLE: u32 = 2;

/// `openat(dirfd, path, flags | O_CLOEXEC)` - opens an existing file. The errors of this function
/// contain `call`.
///
/// If `directory` is `None`, a relative path is resolved from the working directory.
#[inline]
pub(crate) fn open_existing(
    call: Call,
    directory: Option<BorrowedFd<'_>>,
    path: &CStr,
    flags: u32,
) -> Result<OwnedFd> {
    let directory = directory.map_or(AT_FDCWD, |directory| directory.as_raw_fd());
    // SAFETY: the kernel reads the path up to its NUL byte and keeps nothing of it.
    let returned = unsafe { syscall!(call, openat(directory, path.as_ptr(), flags | O_CLOEXEC)) };
    // SAFETY: on success, the result is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `ftruncate(fd, length)` - sets the length of a file.
///
/// # Errors
///
/// - `EPERM`: the file is sealed against this change of its length (`F_SEAL_SHRINK`,
///   `F_SEAL_GROW`), or is append-only.
/// - `EINVAL`: the length is greater than [`i64::MAX`], or is not a multiple of the size of the
///   file's huge pages; or the file is not a regular file, or the descriptor is not open for
///   writing.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EFBIG`: the length exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`; `SIGXFSZ`
///   is raised as well) or of the file system.
#[inline]
pub(crate) fn ftruncate(fd: BorrowedFd<'_>, length: u64) -> Result<()> {
    // SAFETY: touches no memory of the program; a mapping of the file is not a Rust object.
    unsafe { syscall!(Call::FTRUNCATE, ftruncate(fd, length)) }.unit()
}

/// `pread64(fd, buf, count, offset)` - reads bytes at an offset.
///
/// # Errors
///
/// - `EINVAL`: the offset is greater than [`i64::MAX`], or the file does not support reads.
/// - `EBADF`: the descriptor is not open for reading, or is a path-only (`O_PATH`) descriptor.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EISDIR`: the file is a directory.
#[inline]
pub(crate) fn pread64(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> Result<usize> {
    // SAFETY: the kernel writes at most `buffer.len()` bytes to the buffer and keeps nothing.
    unsafe { syscall!(Call::PREAD64, pread64(fd, buffer.as_mut_ptr(), buffer.len(), offset)) }
        .at_most(buffer.len())
}

/// `pwrite64(fd, buf, count, offset)` - writes bytes at an offset.
///
/// # Errors
///
/// - `EPERM`: the file is sealed against writing (`F_SEAL_WRITE`, `F_SEAL_FUTURE_WRITE`), or would
///   grow and is sealed against growing (`F_SEAL_GROW`).
/// - `ENOSPC`: the file system is full, or the system does not permit the allocation of a page
///   (`vm.overcommit_memory`).
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EINVAL`: the offset is greater than [`i64::MAX`]; or the file does not support writes (for
///   example, a file with huge pages can be written to only through a mapping).
/// - `EFBIG`: the offset exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`; `SIGXFSZ`
///   is raised as well) or of the file system.
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
#[inline]
pub(crate) fn pwrite64(fd: BorrowedFd<'_>, bytes: &[u8], offset: u64) -> Result<usize> {
    // SAFETY: the kernel reads the bytes and keeps nothing.
    unsafe { syscall!(Call::PWRITE64, pwrite64(fd, bytes.as_ptr(), bytes.len(), offset)) }
        .at_most(bytes.len())
}

/// `fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, len)` - replaces a range of a
/// file by a hole, which reads as zeros. The size of the file does not change.
#[inline]
pub(crate) fn fallocate_punch_hole(fd: BorrowedFd<'_>, offset: u64, length: u64) -> Result<()> {
    let mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    // SAFETY: touches no memory of the program; a mapping of the file is not a Rust object.
    unsafe { syscall!(Call::FALLOCATE, fallocate(fd, mode, offset, length)) }.unit()
}

/// `lseek(fd, offset, whence)` - sets the file offset, and returns it.
///
/// # Errors
///
/// - `EINVAL`: the offset is negative, or is not valid for the file.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
#[inline]
pub(crate) fn lseek(fd: BorrowedFd<'_>, offset: i64, whence: u32) -> Result<u64> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::LSEEK, lseek(fd, offset, whence)) }.size().map(|offset| offset as u64)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FTRUNCATE:
        PERM => "the file is sealed against this change of its length (F_SEAL_SHRINK, \
            F_SEAL_GROW), or is append-only",
        INVAL => "the length is greater than i64::MAX, or is not a multiple of the size of the \
            file's huge pages; or the file is not a regular file, or the descriptor is not open \
            for writing",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        FBIG => "the length exceeds the limit on file sizes of the process (RLIMIT_FSIZE; SIGXFSZ \
            is raised as well) or of the file system";
    PREAD64:
        INVAL => "the offset is greater than i64::MAX, or the file does not support reads",
        BADF => "the descriptor is not open for reading, or is a path-only (O_PATH) descriptor",
        SPIPE => "the file is not seekable (for example, a pipe or a socket)",
        ISDIR => "the file is a directory";
    LSEEK:
        INVAL => "the offset is negative, or is not valid for the file",
        SPIPE => "the file is not seekable (for example, a pipe or a socket)",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    PWRITE64:
        PERM => "the file is sealed against writing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE), or would \
            grow and is sealed against growing (F_SEAL_GROW)",
        NOSPC => "the file system is full, or the system does not permit the allocation of a page \
            (vm.overcommit_memory)",
        SPIPE => "the file is not seekable (for example, a pipe or a socket)",
        INVAL => "the offset is greater than i64::MAX; or the file does not support writes (for \
            example, a file with huge pages can be written to only through a mapping)",
        FBIG => "the offset exceeds the limit on file sizes of the process (RLIMIT_FSIZE; SIGXFSZ \
            is raised as well) or of the file system",
        BADF => "the descriptor is not open for writing, or is a path-only (O_PATH) descriptor";
};
