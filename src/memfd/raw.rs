//! The kernel's calls on memfds.

use core::ffi::CStr;

use super::{CreateFlags, Seals};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::path::{self, PathBytes};
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
pub fn memfd_create(name: impl path::Arg, flags: CreateFlags) -> Result<OwnedFd> {
    match name.as_path_bytes() {
        PathBytes::Terminated(name) => create(name, flags),
        PathBytes::Bytes(name) => create_of_bytes(name, flags),
    }
}

#[inline]
fn create(name: &CStr, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: the kernel reads the name up to its NUL byte, and keeps a copy.
    let returned =
        unsafe { syscall!(Call::MEMFD_CREATE, memfd_create(name.as_ptr(), flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// A name that does not fit the room is too long for the kernel, too.
#[inline(never)]
fn create_of_bytes(name: &[u8], flags: CreateFlags) -> Result<OwnedFd> {
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

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
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
};
