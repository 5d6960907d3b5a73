//! Raw system calls on memfds.

use core::ffi::CStr;

use super::{CreateFlags, Seals};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::path::{self, PathBytes};
use crate::syscall::syscall;

const F_ADD_SEALS: u32 = 1033;
const F_GET_SEALS: u32 = 1034;

/// `memfd_create(name, flags)` - creates an empty file in memory that is in no directory. The name
/// of the file appears in `/proc/<pid>/fd` and `/proc/<pid>/maps`, need not be unique, and has at
/// most 249 bytes.
///
/// # Errors
///
/// - `EINVAL`: the name has more than 249 bytes or contains a NUL byte; or a flag is unknown to the
///   kernel, or the flags exclude each other.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENODEV`: the host has no huge pages of this size.
/// - `EACCES`: executable files are not permitted, only files with `MFD_NOEXEC_SEAL`
///   (`vm.memfd_noexec` is 2), or a security module denies the call. Before Linux 6.6, if
///   `vm.memfd_noexec` is 2, a call with neither `MFD_EXEC` nor `MFD_NOEXEC_SEAL` also fails.
/// - `ENOSYS`: the kernel was built without support for huge pages; or a seccomp filter rejects the
///   call.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 3.17; [memfd_create(2)].
///
/// [memfd_create(2)]: https://man7.org/linux/man-pages/man2/memfd_create.2.html
#[inline]
pub fn memfd_create(name: impl path::Arg, flags: CreateFlags) -> Result<OwnedFd> {
    match name.as_path_bytes() {
        PathBytes::Terminated(name) => memfd_create_c(name, flags),
        PathBytes::Bytes(name) => memfd_create_bytes(name, flags),
    }
}

#[inline]
fn memfd_create_c(name: &CStr, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: the kernel reads the name up to its NUL byte and keeps a copy.
    let returned =
        unsafe { syscall!(Call::MEMFD_CREATE, memfd_create(name.as_ptr(), flags.bits())) };
    // SAFETY: on success, the result is a new descriptor.
    unsafe { returned.descriptor() }
}

/// A name that does not fit in the buffer fails with `EINVAL`, because the name is also too long
/// for the kernel.
#[inline(never)]
fn memfd_create_bytes(name: &[u8], flags: CreateFlags) -> Result<OwnedFd> {
    match path::Buffer::<{ path::SHORT }>::new().terminate(name) {
        Ok(name) => memfd_create_c(name, flags),
        Err(_) => Err(Error::new(Call::MEMFD_CREATE, Errno::INVAL)),
    }
}

/// `fcntl(fd, F_ADD_SEALS, seals)` - adds seals to a file.
///
/// # Errors
///
/// - `EPERM`: the file is sealed against further seals (`F_SEAL_SEAL`), for example because it was
///   created without `MFD_ALLOW_SEALING` and `MFD_NOEXEC_SEAL`; or the descriptor is not open for
///   writing.
/// - `EBUSY`: `F_SEAL_WRITE` cannot be added while there is a writable shared mapping of the file,
///   or I/O on its pages is in progress, or a driver has pinned its pages.
/// - `EINVAL`: a seal is unknown to the kernel; or the file is not a memfd or another file of tmpfs
///   or hugetlbfs.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 3.17; [F_ADD_SEALS(2const)].
///
/// [F_ADD_SEALS(2const)]: https://man7.org/linux/man-pages/man2/F_ADD_SEALS.2const.html
#[doc(alias = "F_ADD_SEALS")]
#[inline]
pub fn fcntl_add_seals(fd: BorrowedFd<'_>, seals: Seals) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_ADD_SEALS, fcntl(fd, F_ADD_SEALS, seals.bits())) }.unit()
}

/// `fcntl(fd, F_GET_SEALS)` - returns the seals of a file. A file of tmpfs that is not a memfd has
/// only `SEAL`.
///
/// # Errors
///
/// - `EINVAL`: the file is not a memfd or another file of tmpfs or hugetlbfs.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 3.17; [F_GET_SEALS(2const)].
///
/// [F_GET_SEALS(2const)]: https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html
#[doc(alias = "F_GET_SEALS")]
#[inline]
pub fn fcntl_get_seals(fd: BorrowedFd<'_>) -> Result<Seals> {
    // SAFETY: touches no memory.
    let seals = unsafe { syscall!(Call::FCNTL_GET_SEALS, fcntl(fd, F_GET_SEALS)) }.int()?;
    Ok(Seals::from_bits_retain(seals.cast_unsigned()))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    MEMFD_CREATE:
        INVAL => "the name has more than 249 bytes or contains a NUL byte; or a flag is unknown to \
            the kernel, or the flags exclude each other",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NODEV => Unsupported "the host has no huge pages of this size",
        ACCES => "executable files are not permitted, only files with MFD_NOEXEC_SEAL \
            (vm.memfd_noexec is 2), or a security module denies the call";
    MEMFD_CREATE_EXEC:
        INVAL => Unsupported "MFD_EXEC and MFD_NOEXEC_SEAL require Linux 6.3";
    FCNTL_ADD_SEALS:
        PERM => "the file is sealed against further seals (F_SEAL_SEAL), for example because it \
            was created without MFD_ALLOW_SEALING and MFD_NOEXEC_SEAL; or the descriptor is not \
            open for writing",
        BUSY => "F_SEAL_WRITE cannot be added while there is a writable shared mapping of the \
            file, or I/O on its pages is in progress, or a driver has pinned its pages",
        INVAL => "a seal is unknown to the kernel; or the file is not a memfd or another file of \
            tmpfs or hugetlbfs",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    FCNTL_ADD_SEALS_EXEC:
        INVAL => Unsupported "F_SEAL_EXEC requires Linux 6.3";
    FCNTL_GET_SEALS:
        INVAL => "the file is not a memfd or another file of tmpfs or hugetlbfs",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
};
