//! Raw system calls that schedule threads.

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::ids::Tid;
use crate::syscall::syscall;

/// `sched_getaffinity(tid, size, mask)` - returns the CPUs on which a thread may run, in `mask`.
/// `None` means the calling thread.
///
/// CPU `n` is bit `n % 64` of word `n / 64`. Returns the number of words that the kernel wrote,
/// which can be less than the length of `mask`; the call does not change the other words.
///
/// # Errors
///
/// - `EINVAL`: the mask has fewer bits than the host has possible CPUs.
/// - `ESRCH`: the thread does not exist.
/// - `EPERM`: a security module denies the access.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.5.8; [sched_getaffinity(2)].
///
/// [sched_getaffinity(2)]: https://man7.org/linux/man-pages/man2/sched_getaffinity.2.html
#[inline]
pub fn sched_getaffinity(thread: Option<Tid>, mask: &mut [u64]) -> Result<usize> {
    let (thread, size) = (thread.map_or(0, Tid::as_raw), size_of_val(mask));
    // SAFETY: the kernel writes at most `size` bytes to the mask, and keeps nothing.
    let returned = unsafe {
        syscall!(Call::SCHED_GETAFFINITY, sched_getaffinity(thread, size, mask.as_mut_ptr()))
    };
    Ok(returned.at_most(size)? / size_of::<u64>())
}

/// `sched_setaffinity(tid, size, mask)` - sets the CPUs on which a thread may run. `None` means the
/// calling thread.
///
/// CPU `n` is bit `n % 64` of word `n / 64`. The kernel ignores CPUs that do not exist, and CPUs
/// that the cpuset of the thread does not contain. If the mask has fewer bits than the host has
/// possible CPUs, the missing bits are 0.
///
/// # Errors
///
/// - `EINVAL`: the mask contains no CPU that is online and in the cpuset of the thread, or the
///   thread is a kernel thread that is bound to its CPUs.
/// - `ESRCH`: the thread does not exist.
/// - `EPERM`: the thread belongs to another user, and the caller does not have `CAP_SYS_NICE` in
///   the user namespace of the thread; or a security module denies the change.
/// - `EBUSY`: the scheduling policy of the thread is `SCHED_DEADLINE`, and the mask does not
///   contain all CPUs of the root domain of the thread.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.5.8; [sched_setaffinity(2)].
///
/// [sched_setaffinity(2)]: https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html
#[inline]
pub fn sched_setaffinity(thread: Option<Tid>, mask: &[u64]) -> Result<()> {
    let (thread, size) = (thread.map_or(0, Tid::as_raw), size_of_val(mask));
    // SAFETY: the kernel reads at most `size` bytes of the mask, and keeps nothing.
    unsafe { syscall!(Call::SCHED_SETAFFINITY, sched_setaffinity(thread, size, mask.as_ptr())) }
        .unit()
}

/// `sched_yield()` - lets other threads run on the CPU of the calling thread. This call cannot
/// fail.
///
/// Since Linux 2.0; [sched_yield(2)].
///
/// [sched_yield(2)]: https://man7.org/linux/man-pages/man2/sched_yield.2.html
#[inline]
pub fn sched_yield() {
    // SAFETY: touches no memory.
    let _ = unsafe { syscall!(Call::SCHED_YIELD, sched_yield()) };
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SCHED_GETAFFINITY:
        INVAL => "the mask has fewer bits than the host has possible CPUs",
        SRCH => "the thread does not exist",
        PERM => "a security module denies the access";
    SCHED_SETAFFINITY:
        INVAL => "the mask contains no CPU that is online and in the cpuset of the thread, or the \
            thread is a kernel thread that is bound to its CPUs",
        SRCH => "the thread does not exist",
        PERM => "the thread belongs to another user, and the caller does not have CAP_SYS_NICE in \
            the user namespace of the thread; or a security module denies the change",
        BUSY => "the scheduling policy of the thread is SCHED_DEADLINE, and the mask does not \
            contain all CPUs of the root domain of the thread";
};
