//! Raw system calls that access the memory of another process.

use core::mem::MaybeUninit;
use core::ptr::without_provenance_mut;

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::ids::Tid;
use crate::syscall::syscall;

/// `process_vm_readv(pid, &local, 1, &remote, 1, 0)` - reads from the memory of another process,
/// from an address in that process. Returns the number of bytes that were read.
///
/// The number is less than the size of the buffer if the memory is readable only up to a page. The
/// ID of any thread of the process identifies the process.
///
/// # Errors
///
/// - `ESRCH`: the process or thread does not exist.
/// - `EPERM`: the caller may not access the process (`PTRACE_MODE_ATTACH_REALCREDS`).
/// - `EFAULT`: the memory at the address is not readable.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EIO`: a seccomp filter or a tracer forged the result.
///
/// Since Linux 3.2; [process_vm_readv(2)].
///
/// [process_vm_readv(2)]: https://man7.org/linux/man-pages/man2/process_vm_readv.2.html
#[inline]
pub fn process_vm_readv(
    process: Tid,
    buffer: &mut [MaybeUninit<u8>],
    address: u64,
) -> Result<usize> {
    // Two `struct iovec`, each of which consists of an address and a length.
    let local = [buffer.as_mut_ptr().cast(), without_provenance_mut::<u8>(buffer.len())];
    let remote = [address, buffer.len() as u64];
    // SAFETY: the kernel reads two `struct iovec`, writes at most `buffer.len()` bytes to the
    // buffer, and keeps nothing.
    unsafe {
        syscall!(
            Call::PROCESS_VM_READV,
            process_vm_readv(
                process.as_raw(),
                local.as_ptr(),
                1_usize,
                remote.as_ptr(),
                1_usize,
                0_usize
            )
        )
    }
    .at_most(buffer.len())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PROCESS_VM_READV:
        SRCH => "the process or thread does not exist",
        PERM => "the caller may not access the process (PTRACE_MODE_ATTACH_REALCREDS)",
        FAULT => "the memory at the address is not readable",
        IO => "a seccomp filter or a tracer forged the result";
};
