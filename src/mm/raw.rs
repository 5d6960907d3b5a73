//! The kernel's calls on mappings.

use super::{MapFlags, ProtFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{AsRawFd, BorrowedFd};
use crate::syscall::syscall;

const MADV_NORMAL: u32 = 0;

/// `mmap(addr, length, prot, flags, fd, offset)` - maps memory or a file; returns where.
///
/// The address is a wish unless a flag says otherwise; null is none. The length is rounded up to whole pages; the
/// offset must be a multiple of a page. The mapping lasts until it is unmapped, not only while the file is open.
///
/// # Safety
///
/// With `FIXED` and the like, what was mapped there is gone: it must be the caller's own. Memory that is mapped anew is
/// nobody else's; but a file can change at any moment by the hand of others, and what it no longer has is `SIGBUS`.
///
/// # Errors
///
/// `EINVAL` - a length of zero, an address or offset that is no multiple of a page, no kind of mapping or more than
/// one. `EACCES` - the file is not open for reading, or not for writing where that is shared, or only for appending.
/// `EBADF` - neither a file nor `ANONYMOUS`. `ENODEV` - this kind of file cannot be mapped. `ENOMEM` - no memory for
/// it, no room among the addresses, or as many mappings as a process may have. `EEXIST` - something is mapped there,
/// `FIXED_NOREPLACE`. `EOPNOTSUPP` - an unknown flag, `SHARED_VALIDATE`. `EOVERFLOW` - beyond what a file can have.
/// `EPERM` - a seal forbids it; the file system forbids `EXEC`; or no memory may be locked. `EAGAIN` - more memory
/// would be locked than may be. `ENFILE` - the system has as many open files as it may: anonymous memory that is shared
/// is one.
///
/// Since Linux 1.0; mmap(2).
#[inline]
pub unsafe fn mmap(
    address: *mut u8,
    length: usize,
    protection: ProtFlags,
    flags: MapFlags,
    fd: Option<BorrowedFd<'_>>,
    offset: u64,
) -> Result<*mut u8> {
    let fd = fd.map_or(-1, |fd| fd.as_raw_fd());
    // SAFETY: the kernel maps memory where nothing is, or where the caller allows it.
    unsafe {
        syscall!(Call::MMAP, mmap(address, length, protection.bits(), flags.bits(), fd, offset))
    }
    .pointer()
}

/// `munmap(addr, length)` - unmaps whole pages: all that have a byte of this range.
///
/// # Safety
///
/// Nobody may use the memory any more.
///
/// # Errors
///
/// `EINVAL` - an address that is no multiple of a page, a length of zero, or beyond what a process has. `ENOMEM` - the
/// middle of a mapping, which would make two of it, and as many mappings as a process may have. `EPERM` - it was sealed
/// (`mseal`, Linux 6.10).
///
/// Since Linux 1.0; munmap(2).
#[inline]
pub unsafe fn munmap(address: *mut u8, length: usize) -> Result<()> {
    // SAFETY: nobody uses the memory, as the caller promises.
    unsafe { syscall!(Call::MUNMAP, munmap(address, length)) }.unit()
}

/// `mprotect(addr, len, prot)` - sets what may be done with whole pages: all that have a byte of this range.
///
/// # Safety
///
/// Nobody may do any more what is no longer allowed; what is allowed now must not let anybody see change what Rust
/// takes for unchanged.
///
/// # Errors
///
/// `EINVAL` - an address that is no multiple of a page, or a protection that there is not. `EACCES` - the file is not
/// open for this, or a seal forbids it. `ENOMEM` - something of the range is not mapped; or as many mappings as a
/// process may have. `EPERM` - it was sealed (`mseal`, Linux 6.10).
///
/// Since Linux 1.0; mprotect(2).
#[inline]
pub unsafe fn mprotect(address: *mut u8, length: usize, protection: ProtFlags) -> Result<()> {
    // SAFETY: the caller allows it.
    unsafe { syscall!(Call::MPROTECT, mprotect(address, length, protection.bits())) }.unit()
}

/// `madvise(addr, 0, MADV_NORMAL)` - says nothing of no memory: succeeds if the address is a multiple of a page.
#[inline]
pub(super) fn madvise_nothing(address: usize) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::MADVISE, madvise(address, 0_usize, MADV_NORMAL)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    MMAP:
        INVAL => "a length of zero, an address or offset that is no multiple of a page, or no kind of mapping or several",
        ACCES => "the file is not open for this",
        BADF => "neither a file nor MAP_ANONYMOUS",
        NODEV => InvalidArgument "this kind of file cannot be mapped",
        NOMEM => "no memory for it, no room among the addresses, or as many mappings as a process may have \
            (RLIMIT_AS, RLIMIT_DATA, vm.max_map_count)",
        EXIST => "something is mapped there already (MAP_FIXED_NOREPLACE)",
        OPNOTSUPP => "a flag that this kernel or this file does not know (MAP_SHARED_VALIDATE)",
        OVERFLOW => InvalidArgument "beyond what a file can have",
        PERM => "a seal or the file system forbids it, or no memory may be locked (RLIMIT_MEMLOCK)",
        AGAIN => LimitReached "more memory would be locked than may be (RLIMIT_MEMLOCK)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    MUNMAP:
        INVAL => "a length of zero, or an address that is no multiple of a page or beyond what a process has",
        NOMEM => LimitReached "as many mappings as a process may have, and this would make one more (vm.max_map_count)",
        PERM => "the mapping is sealed (mseal)";
    MPROTECT:
        INVAL => "an address that is no multiple of a page, or a protection that there is not",
        ACCES => "the file is not open for this, or a seal forbids it",
        NOMEM => "something there is not mapped, or as many mappings as a process may have (vm.max_map_count)",
        PERM => "the mapping is sealed (mseal)";
};
