//! Resource usage of processes and threads.

use super::{Rusage, raw};
use crate::error::Result;

/// The processes or the thread whose resource usage [`getrusage`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum UsageOf {
    /// `RUSAGE_SELF` - all threads of the calling process, including terminated threads.
    #[doc(alias = "RUSAGE_SELF")]
    Process = 0,
    /// `RUSAGE_CHILDREN` - all children of the calling process that have terminated and have been
    /// waited for, and their descendants that were waited for in the same way.
    #[doc(alias = "RUSAGE_CHILDREN")]
    Children = -1,
    /// `RUSAGE_THREAD` - the calling thread. Since Linux 2.6.26.
    #[doc(alias = "RUSAGE_THREAD")]
    Thread = 1,
}

/// Returns the resource usage of the calling process, of its terminated children, or of the calling
/// thread. This call cannot fail.
///
/// For [`UsageOf::Children`], [`Rusage::max_rss_kib`] returns the size of the largest child, not a
/// sum.
///
/// # Examples
///
/// ```
/// use butter::process::{UsageOf, getrusage};
///
/// # fn main() -> butter::Result<()> {
/// let usage = getrusage(UsageOf::Process)?;
/// println!("{:?} of CPU time, {} KiB", usage.user_time(), usage.max_rss_kib());
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 1.0; [getrusage(2)].
///
/// [getrusage(2)]: https://man7.org/linux/man-pages/man2/getrusage.2.html
#[inline]
pub fn getrusage(of: UsageOf) -> Result<Rusage> {
    raw::getrusage(of)
}
