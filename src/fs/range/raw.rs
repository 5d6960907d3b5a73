//! Raw system calls that set the file offset, and the length and the allocated ranges of files.

use super::{FallocateFlags, SeekFrom};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

/// `lseek(fd, offset, whence)` - sets the file offset, and returns it.
///
/// All duplicates of the descriptor share the file offset. An offset after the end of the file is
/// permitted.
///
/// # Errors
///
/// - `EINVAL`: the offset is negative or greater than [`i64::MAX`], or is not valid for the file;
///   or the file does not support this `whence` (for example, procfs files do not support
///   `SEEK_END`).
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `ENXIO`: `SEEK_DATA` or `SEEK_HOLE` is passed, and the offset is not before the end of the
///   file; or `SEEK_DATA` is passed, and no data follows the offset.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// File systems return further errors.
///
/// Since Linux 1.0; [lseek(2)].
///
/// [lseek(2)]: https://man7.org/linux/man-pages/man2/lseek.2.html
#[inline]
pub fn lseek(fd: BorrowedFd<'_>, position: SeekFrom) -> Result<u64> {
    let (offset, whence) = position.parts();
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::LSEEK, lseek(fd, offset, whence)) }.size().map(|offset| offset as u64)
}

/// `ftruncate(fd, length)` - sets the length of a file. Bytes after the new length are discarded,
/// and new bytes are zero. The file offset does not change.
///
/// An access through a mapping to a page after the end of the file raises `SIGBUS`.
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
/// - `ETXTBSY`: the file is a swap file.
/// - `EINTR`: interrupted by a signal. This occurs only on file systems that wait for a server,
///   such as FUSE and NFS.
/// - `EIO`: an I/O error.
///
/// File systems return further errors.
///
/// Since Linux 1.0; [ftruncate(2)].
///
/// [ftruncate(2)]: https://man7.org/linux/man-pages/man2/ftruncate.2.html
#[inline]
pub fn ftruncate(fd: BorrowedFd<'_>, length: u64) -> Result<()> {
    // SAFETY: touches no memory of the program; a mapping of the file is not a Rust object.
    unsafe { syscall!(Call::FTRUNCATE, ftruncate(fd, length)) }.unit()
}

/// `fallocate(fd, mode, offset, len)` - allocates, deallocates, zeroes, removes or inserts a range
/// of a file.
///
/// # Errors
///
/// - `EOPNOTSUPP`: the kernel or the file system does not support the mode
///   (`FALLOC_FL_WRITE_ZEROES` requires Linux 6.17); or the mode contains several operations, or
///   lacks or contains `FALLOC_FL_KEEP_SIZE` although its operation requires or does not permit it.
/// - `EINVAL`: the length is 0; or the offset or the length is greater than [`i64::MAX`]; or the
///   range of `FALLOC_FL_COLLAPSE_RANGE` or `FALLOC_FL_INSERT_RANGE` does not consist of whole
///   blocks, or is not before the end of the file; or, before Linux 6.12, the mode combines
///   `FALLOC_FL_COLLAPSE_RANGE`, `FALLOC_FL_INSERT_RANGE` or `FALLOC_FL_UNSHARE_RANGE` with another
///   operation.
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
/// - `EFBIG`: the end of the range exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`;
///   `SIGXFSZ` is raised as well) or of the file system.
/// - `ENOSPC`: the file system is full, or the system does not permit the allocation of the range
///   (`vm.overcommit_memory`).
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `EPERM`: the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE,
///   F_SEAL_GROW); or the file is immutable; or the file is append-only, and the mode is neither
///   `FALLOC_FL_KEEP_SIZE` nor 0.
/// - `ESPIPE`: the file is a pipe.
/// - `ENODEV`: the file is neither a regular file nor a block device.
/// - `ETXTBSY`: the file is a swap file.
/// - `EINTR`: interrupted by a signal.
/// - `EIO`: an I/O error.
///
/// File systems return further errors.
///
/// Since Linux 2.6.23; [fallocate(2)].
///
/// [fallocate(2)]: https://man7.org/linux/man-pages/man2/fallocate.2.html
#[doc(alias = "posix_fallocate")]
#[inline]
pub fn fallocate(fd: BorrowedFd<'_>, mode: FallocateFlags, offset: u64, length: u64) -> Result<()> {
    // SAFETY: touches no memory of the program; a mapping of the file is not a Rust object.
    unsafe { syscall!(Call::FALLOCATE, fallocate(fd, mode.bits(), offset, length)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    LSEEK:
        INVAL => "the offset is negative or greater than i64::MAX, or is not valid for the file; \
            or the file does not support this whence (for example, procfs files do not support \
            SEEK_END)",
        SPIPE => "the file is not seekable (for example, a pipe or a socket)",
        NXIO => "SEEK_DATA or SEEK_HOLE is passed, and the offset is not before the end of the \
            file; or SEEK_DATA is passed, and no data follows the offset",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    FTRUNCATE:
        PERM => "the file is sealed against this change of its length (F_SEAL_SHRINK, \
            F_SEAL_GROW), or is append-only",
        INVAL => "the length is greater than i64::MAX, or is not a multiple of the size of the \
            file's huge pages; or the file is not a regular file, or the descriptor is not open \
            for writing",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        FBIG => "the length exceeds the limit on file sizes of the process (RLIMIT_FSIZE; SIGXFSZ \
            is raised as well) or of the file system",
        TXTBSY => "the file is a swap file";
    FALLOCATE:
        OPNOTSUPP => "the kernel or the file system does not support the mode \
            (FALLOC_FL_WRITE_ZEROES requires Linux 6.17); or the mode contains several operations, \
            or lacks or contains FALLOC_FL_KEEP_SIZE although its operation requires or does not \
            permit it",
        INVAL => "the length is 0; or the offset or the length is greater than i64::MAX; or the \
            range of FALLOC_FL_COLLAPSE_RANGE or FALLOC_FL_INSERT_RANGE does not consist of whole \
            blocks, or is not before the end of the file; or, before Linux 6.12, the mode combines \
            FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_INSERT_RANGE or FALLOC_FL_UNSHARE_RANGE with \
            another operation",
        BADF => "the descriptor is not open for writing, or is a path-only (O_PATH) descriptor",
        FBIG => "the end of the range exceeds the limit on file sizes of the process \
            (RLIMIT_FSIZE; SIGXFSZ is raised as well) or of the file system",
        NOSPC => "the file system is full, or the system does not permit the allocation of the \
            range (vm.overcommit_memory)",
        DQUOT => "the disk quota of the user is exhausted",
        PERM => "the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, \
            F_SEAL_GROW); or the file is immutable; or the file is append-only, and the mode is \
            neither FALLOC_FL_KEEP_SIZE nor 0",
        SPIPE => "the file is a pipe",
        NODEV => "the file is neither a regular file nor a block device",
        TXTBSY => "the file is a swap file";
};
