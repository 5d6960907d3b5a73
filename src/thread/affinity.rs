//! The CPUs on which a thread may run.

use super::{CpuSet, raw};
use crate::error::Result;
use crate::ids::Tid;

/// Returns the CPUs on which a thread may run. `None` means the calling thread.
///
/// # Errors
///
/// - `ESRCH`: the thread does not exist.
/// - `EPERM`: a security module denies the access.
/// - `ENOMEM`: the kernel is out of memory.
///
/// # Examples
///
/// ```
/// use butter::thread;
///
/// # fn main() -> butter::Result<()> {
/// println!("this thread may run on {} CPUs", thread::sched_getaffinity(None)?.len());
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.5.8; [sched_getaffinity(2)].
///
/// [sched_getaffinity(2)]: https://man7.org/linux/man-pages/man2/sched_getaffinity.2.html
#[doc(alias = "pthread_getaffinity_np")]
pub fn sched_getaffinity(thread: Option<Tid>) -> Result<CpuSet> {
    let mut set = CpuSet::empty();
    raw::sched_getaffinity(thread, set.as_words_mut())?;
    Ok(set)
}

/// Sets the CPUs on which a thread may run. `None` means the calling thread.
///
/// Threads and processes that the thread creates inherit the set, and `execve` preserves it. The
/// kernel ignores CPUs that do not exist, and CPUs that the cpuset of the thread does not contain.
///
/// # Errors
///
/// - `EINVAL`: the set contains no CPU that is online and in the cpuset of the thread.
/// - `ESRCH`: the thread does not exist.
/// - `EPERM`: the thread belongs to another user, and the caller does not have `CAP_SYS_NICE` in
///   the user namespace of the thread; or a security module denies the change.
/// - `EBUSY`: the scheduling policy of the thread is `SCHED_DEADLINE`, and the set does not contain
///   all CPUs of the root domain of the thread.
/// - `ENOMEM`: the kernel is out of memory.
///
/// # Examples
///
/// ```
/// use butter::thread::{self, CpuSet};
///
/// # fn main() -> butter::Result<()> {
/// // Binds the calling thread to one of its CPUs.
/// let cpus = thread::sched_getaffinity(None)?;
/// thread::sched_setaffinity(None, &cpus.iter().take(1).collect())?;
/// # thread::sched_setaffinity(None, &cpus)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.5.8; [sched_setaffinity(2)].
///
/// [sched_setaffinity(2)]: https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html
#[doc(alias = "pthread_setaffinity_np")]
#[inline]
pub fn sched_setaffinity(thread: Option<Tid>, set: &CpuSet) -> Result<()> {
    raw::sched_setaffinity(thread, set.as_words())
}

/// Lets other threads run on the CPU of the calling thread.
///
/// The effect depends on the scheduling policy: with the default policy, the thread can continue
/// immediately. This call cannot fail.
///
/// Since Linux 2.0; [sched_yield(2)].
///
/// [sched_yield(2)]: https://man7.org/linux/man-pages/man2/sched_yield.2.html
#[doc(alias = "pthread_yield")]
#[inline]
pub fn sched_yield() {
    raw::sched_yield();
}
