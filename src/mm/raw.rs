//! Raw system calls on memory mappings.

use super::{MapFlags, ProtFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{AsRawFd, BorrowedFd};
use crate::syscall::syscall;

const MADV_NORMAL: u32 = 0;

/// `mmap(addr, length, prot, flags, fd, offset)` - maps memory or a file. Returns the address of
/// the mapping.
///
/// The argument `address` is a hint, unless a flag such as `FIXED` is set. If `address` is null,
/// the kernel chooses the address. The length is rounded up to whole pages, and the offset must be
/// a multiple of the page size. The mapping lasts until it is unmapped, even if the file is closed
/// before.
///
/// # Safety
///
/// - With `FIXED`, or another flag that has this effect, existing mappings in the range are
///   removed. The caller must own these mappings, and must not use them afterwards.
/// - New anonymous memory belongs to the caller alone. Other processes can change a mapped file at
///   any time. An access to a page after the end of the file raises `SIGBUS`, for example if
///   another process has truncated the file.
///
/// # Errors
///
/// - `EINVAL`: the length is 0; or the offset or, with `MAP_FIXED` or `MAP_FIXED_NOREPLACE`, the
///   address is not a multiple of the page size, or of the size of the huge pages; or the flags
///   contain none or several of `MAP_SHARED`, `MAP_PRIVATE`, `MAP_SHARED_VALIDATE` and
///   `MAP_DROPPABLE`, or exclude each other in another way; or the host has no huge pages of this
///   size, or the file has none (`MAP_HUGETLB`); or the CPU does not support the protection
///   (`PROT_MTE`).
/// - `EBADF`: there is neither a file nor `MAP_ANONYMOUS`; or the descriptor was opened with
///   `O_PATH`.
/// - `EACCES`: the file is not open for reading; or a shared mapping is to be writable, and the
///   file is not open for writing; or a shared mapping is requested of an append-only file
///   (`chattr +a`) that is open for writing; or memory is to be writable and executable
///   (`PR_SET_MDWE`); or a security module denies the mapping.
/// - `ENODEV`: this kind of file cannot be mapped.
/// - `ENOMEM`: the kernel is out of memory; or the address space is exhausted; or the process has
///   reached its limit on memory or mappings (`RLIMIT_AS`, `RLIMIT_DATA`, `vm.max_map_count`); or
///   the system has reached its limit on memory (`vm.overcommit_memory`); or there are not enough
///   huge pages (`vm.nr_hugepages`); or the range is outside the address space of a process
///   (`MAP_FIXED`).
/// - `EEXIST`: a part of the range is mapped already (`MAP_FIXED_NOREPLACE`).
/// - `EOPNOTSUPP`: a flag is unknown to the kernel or not supported by the file
///   (`MAP_SHARED_VALIDATE`).
/// - `EOVERFLOW`: the end of the range exceeds the largest offset of the file.
/// - `EPERM`: the file is sealed against the mapping; or the file system of the file does not
///   permit `PROT_EXEC` (`noexec`); or the process may not lock memory (`RLIMIT_MEMLOCK` is 0); or
///   the address is below `vm.mmap_min_addr`; or a mapping to be replaced is sealed (`mseal`, since
///   Linux 6.10).
/// - `EAGAIN`: the limit on locked memory has been reached (`RLIMIT_MEMLOCK`); or, before Linux
///   5.15, the file has a mandatory lock.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached: shared
///   anonymous memory and anonymous huge pages are open files.
///
/// Since Linux 1.0; [mmap(2)].
///
/// [mmap(2)]: https://man7.org/linux/man-pages/man2/mmap.2.html
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
    // SAFETY: the kernel maps memory at unused addresses, or replaces mappings as permitted by the
    // caller.
    unsafe {
        syscall!(Call::MMAP, mmap(address, length, protection.bits(), flags.bits(), fd, offset))
    }
    .pointer()
}

/// `munmap(addr, length)` - unmaps every page that contains a byte of the range.
///
/// # Safety
///
/// The program must not use the memory of the range afterwards.
///
/// # Errors
///
/// - `EINVAL`: the length is 0; or the address is not a multiple of the page size; or the range is
///   outside the address space of a process, or contains a part of a huge page (`MAP_HUGETLB`).
/// - `ENOMEM`: unmapping the middle of a mapping would create a second one, and the process has
///   reached its limit on mappings (`vm.max_map_count`); or the kernel is out of memory.
/// - `EPERM`: the mapping is sealed (`mseal`, since Linux 6.10).
///
/// Since Linux 1.0; [munmap(2)].
///
/// [munmap(2)]: https://man7.org/linux/man-pages/man2/munmap.2.html
#[inline]
pub unsafe fn munmap(address: *mut u8, length: usize) -> Result<()> {
    // SAFETY: nothing uses the memory, upheld by the caller.
    unsafe { syscall!(Call::MUNMAP, munmap(address, length)) }.unit()
}

/// `mprotect(addr, len, prot)` - sets the protection of every page that contains a byte of the
/// range.
///
/// # Safety
///
/// The program must not access the memory afterwards if the new protection does not permit the
/// access. If the new protection permits writes, the program must not change memory that Rust
/// assumes to be immutable.
///
/// # Errors
///
/// - `EINVAL`: the address is not a multiple of the page size; or the protection is invalid, or not
///   supported by the CPU or the mapping; or the range contains a part of a huge page
///   (`MAP_HUGETLB`).
/// - `EACCES`: the file is not open for the requested access, or is sealed against this access, or
///   is on a file system that does not permit `PROT_EXEC` (`noexec`); or memory is to become
///   executable although it was not executable before, or is writable (`PR_SET_MDWE`); or a
///   security module denies the change.
/// - `ENOMEM`: a part of the range is not mapped; or the process has reached its limit on mappings
///   (`vm.max_map_count`) or memory (`RLIMIT_DATA`); or the system has reached its limit on memory
///   (`vm.overcommit_memory`); or the kernel is out of memory.
/// - `EPERM`: the mapping is sealed (`mseal`, since Linux 6.10).
///
/// Since Linux 1.0; [mprotect(2)].
///
/// [mprotect(2)]: https://man7.org/linux/man-pages/man2/mprotect.2.html
#[inline]
pub unsafe fn mprotect(address: *mut u8, length: usize, protection: ProtFlags) -> Result<()> {
    // SAFETY: the new protection is sound, upheld by the caller.
    unsafe { syscall!(Call::MPROTECT, mprotect(address, length, protection.bits())) }.unit()
}

/// `madvise(addr, 0, MADV_NORMAL)` - a no-op, used to probe the page size: succeeds if the address
/// is a multiple of the page size.
#[inline]
pub(super) fn madvise_nothing(address: usize) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::MADVISE, madvise(address, 0_usize, MADV_NORMAL)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    MMAP:
        INVAL => "the length is 0; or the offset or, with MAP_FIXED or MAP_FIXED_NOREPLACE, the \
            address is not a multiple of the page size, or of the size of the huge pages; or the \
            flags contain none or several of MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE and \
            MAP_DROPPABLE, or exclude each other in another way; or the host has no huge pages of \
            this size, or the file has none (MAP_HUGETLB); or the CPU does not support the \
            protection (PROT_MTE)",
        BADF => "there is neither a file nor MAP_ANONYMOUS; or the descriptor was opened with \
            O_PATH",
        ACCES => "the file is not open for reading; or a shared mapping is to be writable, and the \
            file is not open for writing; or a shared mapping is requested of an append-only file \
            (chattr +a) that is open for writing; or memory is to be writable and executable \
            (PR_SET_MDWE); or a security module denies the mapping",
        NODEV => InvalidArgument "this kind of file cannot be mapped",
        NOMEM => "the kernel is out of memory; or the address space is exhausted; or the process \
            has reached its limit on memory or mappings (RLIMIT_AS, RLIMIT_DATA, \
            vm.max_map_count); or the system has reached its limit on memory \
            (vm.overcommit_memory); or there are not enough huge pages (vm.nr_hugepages); or the \
            range is outside the address space of a process (MAP_FIXED)",
        EXIST => "a part of the range is mapped already (MAP_FIXED_NOREPLACE)",
        OPNOTSUPP => "a flag is unknown to the kernel or not supported by the file \
            (MAP_SHARED_VALIDATE)",
        OVERFLOW => InvalidArgument "the end of the range exceeds the largest offset of the file",
        PERM => "the file is sealed against the mapping; or the file system of the file does not \
            permit PROT_EXEC (noexec); or the process may not lock memory (RLIMIT_MEMLOCK is 0); \
            or the address is below vm.mmap_min_addr; or a mapping to be replaced is sealed \
            (mseal, since Linux 6.10)",
        AGAIN => LimitReached "the limit on locked memory has been reached (RLIMIT_MEMLOCK); or, \
            before Linux 5.15, the file has a mandatory lock",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached: shared \
            anonymous memory and anonymous huge pages are open files";
    MUNMAP:
        INVAL => "the length is 0; or the address is not a multiple of the page size; or the range \
            is outside the address space of a process, or contains a part of a huge page \
            (MAP_HUGETLB)",
        NOMEM => LimitReached "unmapping the middle of a mapping would create a second one, and \
            the process has reached its limit on mappings (vm.max_map_count); or the kernel is out \
            of memory",
        PERM => "the mapping is sealed (mseal, since Linux 6.10)";
    MPROTECT:
        INVAL => "the address is not a multiple of the page size; or the protection is invalid, or \
            not supported by the CPU or the mapping; or the range contains a part of a huge page \
            (MAP_HUGETLB)",
        ACCES => "the file is not open for the requested access, or is sealed against this access, \
            or is on a file system that does not permit PROT_EXEC (noexec); or memory is to become \
            executable although it was not executable before, or is writable (PR_SET_MDWE); or a \
            security module denies the change",
        NOMEM => "a part of the range is not mapped; or the process has reached its limit on \
            mappings (vm.max_map_count) or memory (RLIMIT_DATA); or the system has reached its \
            limit on memory (vm.overcommit_memory); or the kernel is out of memory",
        PERM => "the mapping is sealed (mseal, since Linux 6.10)";
};
