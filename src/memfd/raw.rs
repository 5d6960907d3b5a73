//! The kernel's calls on memfds.

use core::ffi::CStr;

use super::{MemFdFlags, Seals};
use crate::error::{Call, Cause, Errno, Error, Result, causes};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io;
use crate::path::{self, View};
use crate::syscall::syscall;

const F_ADD_SEALS: u32 = 1033;
const F_GET_SEALS: u32 = 1034;

/// `memfd_create(name, flags)` - makes a file in memory, empty, that is in no directory. The name is for people to
/// read, in `/proc`: any, of at most 249 bytes.
///
/// # Errors
///
/// `EINVAL` - the name is longer or has a NUL byte in it; an unknown flag, or flags that do not go together. `EMFILE` -
/// the process has as many descriptors as it may. `ENFILE` - the system has as many open files as it may. `ENODEV` - no
/// huge pages of this size. `ENOSYS` - no huge pages at all. `EACCES` - `vm.memfd_noexec` does not allow what may be
/// executed: `EXEC`, before Linux 6.6 also neither flag. `ENOMEM` - no memory for it.
///
/// Since Linux 3.17; `memfd_create`(2).
#[inline]
pub fn memfd_create(name: impl path::Arg, flags: MemFdFlags) -> Result<OwnedFd> {
    match name.view() {
        View::Terminated(name) => create(name, flags),
        View::Bytes(name) => create_of_bytes(name, flags),
    }
}

#[inline]
fn create(name: &CStr, flags: MemFdFlags) -> Result<OwnedFd> {
    // SAFETY: the kernel reads the name up to its NUL byte, and keeps a copy.
    let returned =
        unsafe { syscall!(Call::MEMFD_CREATE, memfd_create(name.as_ptr(), flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// A name that does not fit the room is too long for the kernel, too.
#[inline(never)]
fn create_of_bytes(name: &[u8], flags: MemFdFlags) -> Result<OwnedFd> {
    match path::Buffer::<{ path::SHORT }>::new().terminate(name) {
        Ok(name) => create(name, flags),
        Err(_) => Err(Error::new(Call::MEMFD_CREATE, Errno::INVAL)),
    }
}

/// `fcntl(fd, F_ADD_SEALS, seals)` - adds seals.
///
/// # Errors
///
/// `EPERM` - it is sealed against that, or the descriptor is not open for writing. `EBUSY` - `WRITE`, and it is mapped
/// so that it can be written to, or its pages are in use by input or output. `EINVAL` - an unknown seal, or the
/// descriptor is no file of tmpfs or hugetlbfs, as memfds are.
///
/// Since Linux 3.17; `F_ADD_SEALS`(2const).
#[inline]
pub fn fcntl_add_seals(fd: BorrowedFd<'_>, seals: Seals) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_ADD_SEALS, fcntl(fd, F_ADD_SEALS, seals.bits())) }.unit()
}

/// `fcntl(fd, F_GET_SEALS)` - the seals. Any file of tmpfs has them: one that is no memfd has `SEAL` alone.
///
/// # Errors
///
/// `EINVAL` - the descriptor is no file of tmpfs or hugetlbfs, as memfds are.
///
/// Since Linux 3.17; `F_GET_SEALS`(2const).
#[inline]
pub fn fcntl_get_seals(fd: BorrowedFd<'_>) -> Result<Seals> {
    // SAFETY: touches no memory.
    let seals = unsafe { syscall!(Call::FCNTL_GET_SEALS, fcntl(fd, F_GET_SEALS)) }.int()?;
    Ok(Seals::from_bits_retain(seals.cast_unsigned()))
}

/// `ftruncate(fd, length)` - sets the length of a file: bytes beyond it are gone, new ones are zero.
///
/// # Errors
///
/// `EPERM` - it is sealed against that. `EINVAL` - more than [`i64::MAX`]; no multiple of its huge pages; or the
/// descriptor is no file that is open for writing. `EFBIG` - more than a file may have (`RLIMIT_FSIZE`); the signal
/// `SIGXFSZ` comes too.
///
/// Since Linux 1.0; ftruncate(2).
#[inline]
pub fn ftruncate(fd: BorrowedFd<'_>, length: u64) -> Result<()> {
    // SAFETY: touches no memory that is a program's own; a mapping of the file is none.
    unsafe { syscall!(Call::FTRUNCATE, ftruncate(fd, length)) }.unit()
}

/// `fstat(fd, &stat)` - the length of a file.
///
/// # Errors
///
/// None of its own.
///
/// Since Linux 1.0; fstat(2).
#[inline]
pub fn fstat_size(fd: BorrowedFd<'_>) -> Result<u64> {
    io::stat(fd).map(|stat| stat.size.cast_unsigned())
}

/// `pread64(fd, buf, count, offset)` - reads bytes from a place in a file; returns how many: 0 at its end.
///
/// # Errors
///
/// `EINVAL` - an offset beyond [`i64::MAX`]. `EBADF` - not open for reading. `EINTR` - a signal came first.
///
/// Since Linux 2.1.60; pread(2).
#[inline]
pub fn pread64(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> Result<usize> {
    // SAFETY: the kernel writes at most as many bytes to the buffer as it has, and keeps nothing.
    unsafe { syscall!(Call::MEMFD_PREAD, pread64(fd, buffer.as_mut_ptr(), buffer.len(), offset)) }
        .size()
}

/// `pwrite64(fd, buf, count, offset)` - writes bytes to a place in a file, which grows where it has to; returns how
/// many.
///
/// # Errors
///
/// `EPERM` - it is sealed against writing, or would grow and is sealed against that. `EINVAL` - an offset beyond
/// [`i64::MAX`]; or a memfd of huge pages. `EFBIG` - beyond what a file may have (`RLIMIT_FSIZE`); the signal `SIGXFSZ`
/// comes too. `EBADF` - not open for writing. `ENOMEM`, `ENOSPC` - no memory for it. `EINTR` - a signal came first.
///
/// Since Linux 2.1.60; pwrite(2).
#[inline]
pub fn pwrite64(fd: BorrowedFd<'_>, bytes: &[u8], offset: u64) -> Result<usize> {
    // SAFETY: the kernel reads the bytes and keeps nothing.
    unsafe { syscall!(Call::MEMFD_PWRITE, pwrite64(fd, bytes.as_ptr(), bytes.len(), offset)) }
        .size()
}

pub(crate) const CAUSES: &[Cause] = causes! {
    MEMFD_CREATE:
        INVAL => "the name has more than 249 bytes or a NUL byte in it, or flags that this kernel does not know or that \
            do not go together",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)",
        NODEV => Unsupported "this machine has no huge pages of this size",
        ACCES => "what may be executed is not allowed here, as MFD_NOEXEC_SEAL is (vm.memfd_noexec)";
    MEMFD_CREATE_EXEC:
        INVAL => Unsupported "MFD_EXEC and MFD_NOEXEC_SEAL are not in this kernel (Linux 6.3 has them)";
    FCNTL_ADD_SEALS:
        PERM => "it is sealed against more seals (F_SEAL_SEAL, which one made without MFD_ALLOW_SEALING has), or not \
            open for writing",
        BUSY => "it is mapped so that it can be written to, or its pages are in use by input or output",
        INVAL => "a seal that this kernel does not know, or no file of tmpfs or hugetlbfs";
    FCNTL_ADD_SEALS_EXEC:
        INVAL => Unsupported "F_SEAL_EXEC is not in this kernel (Linux 6.3 has it)";
    FCNTL_GET_SEALS:
        INVAL => "the descriptor is no memfd";
    FTRUNCATE:
        PERM => "it is sealed against this (F_SEAL_SHRINK, F_SEAL_GROW)",
        INVAL => "no length for this file, or it is not open for writing",
        FBIG => "more than a file may have (RLIMIT_FSIZE)";
    MEMFD_PREAD:
        INVAL => "no offset of a file",
        BADF => "the descriptor is not open for reading";
    MEMFD_PWRITE:
        PERM => "it is sealed against writing, or would grow and is sealed against that",
        INVAL => "no offset of a file, or one of huge pages, which is written to by a mapping only",
        FBIG => "beyond what a file may have (RLIMIT_FSIZE)",
        BADF => "the descriptor is not open for writing";
};
