//! Resource limits.

use super::raw;
use crate::error::Result;
use crate::ids::Pid;

/// A resource whose use the kernel limits.
///
/// Each process has a current (soft) limit and a maximum (hard) limit for each resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Resource {
    /// `RLIMIT_CPU` - the CPU time of the process, in seconds. At the current limit, the process
    /// receives `SIGXCPU` once per second, and at the maximum, the process is killed.
    #[doc(alias = "RLIMIT_CPU")]
    Cpu = 0,
    /// `RLIMIT_FSIZE` - the size in bytes to which the process can extend a file. A write beyond
    /// the limit fails with `EFBIG`, and the process receives `SIGXFSZ`.
    #[doc(alias = "RLIMIT_FSIZE")]
    Fsize = 1,
    /// `RLIMIT_DATA` - the size in bytes of the data segment: initialized and uninitialized data,
    /// the heap, and (since Linux 4.7) private writable mappings.
    #[doc(alias = "RLIMIT_DATA")]
    Data = 2,
    /// `RLIMIT_STACK` - the size in bytes of the stack of the initial thread. The arguments and the
    /// environment of a new program can have a quarter of this size.
    #[doc(alias = "RLIMIT_STACK")]
    Stack = 3,
    /// `RLIMIT_CORE` - the size in bytes of a core file. No core file is written if the limit is 0.
    /// Does not apply to a core dump that the kernel passes to a program (`kernel.core_pattern`).
    #[doc(alias = "RLIMIT_CORE")]
    Core = 4,
    /// `RLIMIT_RSS` - the size in bytes of the resident set. Without effect since Linux 2.4.30.
    #[doc(alias = "RLIMIT_RSS")]
    Rss = 5,
    /// `RLIMIT_NPROC` - the number of processes and threads of the real user ID of the process.
    /// Does not apply to callers with `CAP_SYS_ADMIN` or `CAP_SYS_RESOURCE` in the initial user
    /// namespace, nor to the user ID 0 of this namespace.
    #[doc(alias = "RLIMIT_NPROC")]
    Nproc = 6,
    /// `RLIMIT_NOFILE` - one more than the highest number of a descriptor that the process can
    /// open.
    #[doc(alias = "RLIMIT_NOFILE")]
    Nofile = 7,
    /// `RLIMIT_MEMLOCK` - the number of bytes that the process can lock in memory.
    #[doc(alias = "RLIMIT_MEMLOCK")]
    Memlock = 8,
    /// `RLIMIT_AS` - the size in bytes of the address space.
    #[doc(alias = "RLIMIT_AS")]
    As = 9,
    /// `RLIMIT_LOCKS` - the number of file locks and leases. Without effect since Linux 2.4.25.
    #[doc(alias = "RLIMIT_LOCKS")]
    Locks = 10,
    /// `RLIMIT_SIGPENDING` - the number of signals that are queued for the real user ID of the
    /// process.
    #[doc(alias = "RLIMIT_SIGPENDING")]
    Sigpending = 11,
    /// `RLIMIT_MSGQUEUE` - the number of bytes in the POSIX message queues of the real user ID of
    /// the process.
    #[doc(alias = "RLIMIT_MSGQUEUE")]
    Msgqueue = 12,
    /// `RLIMIT_NICE` - the highest priority: the nice value can be lowered to 20 minus the limit.
    #[doc(alias = "RLIMIT_NICE")]
    Nice = 13,
    /// `RLIMIT_RTPRIO` - the highest real-time priority.
    #[doc(alias = "RLIMIT_RTPRIO")]
    Rtprio = 14,
    /// `RLIMIT_RTTIME` - the CPU time in microseconds that a thread with a real-time priority can
    /// use without making a blocking system call. At the current limit, the process receives
    /// `SIGXCPU` once per second, and at the maximum, the process is killed.
    #[doc(alias = "RLIMIT_RTTIME")]
    Rttime = 15,
}

/// The limits of a process on a [`Resource`]. `Some(u64::MAX)` also means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "rlimit")]
#[doc(alias = "RLIM_INFINITY")]
pub struct Rlimit {
    /// The current (soft) limit, which the kernel enforces. `None` means no limit
    /// (`RLIM_INFINITY`).
    #[doc(alias = "rlim_cur")]
    pub current: Option<u64>,
    /// The maximum (hard) limit, to which the process can raise its current limit. `None` means no
    /// limit (`RLIM_INFINITY`).
    #[doc(alias = "rlim_max")]
    pub maximum: Option<u64>,
}

/// `struct rlimit64`: the limits of a process on a resource, as the kernel represents them.
///
/// [`Rlimit`] represents the same limits with `Option`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[doc(alias = "rlimit64")]
#[doc(alias = "RLIM_INFINITY")]
#[repr(C)]
pub struct Rlimit64 {
    /// The current (soft) limit, or `u64::MAX` for no limit (`RLIM64_INFINITY`).
    #[doc(alias = "rlim_cur")]
    pub current: u64,
    /// The maximum (hard) limit, or `u64::MAX` for no limit (`RLIM64_INFINITY`).
    #[doc(alias = "rlim_max")]
    pub maximum: u64,
}

layout! { Rlimit64: size 16, align 8, current at 0, maximum at 8 }

impl From<Rlimit> for Rlimit64 {
    #[inline]
    fn from(limit: Rlimit) -> Self {
        Self {
            current: limit.current.unwrap_or(u64::MAX),
            maximum: limit.maximum.unwrap_or(u64::MAX),
        }
    }
}

impl From<Rlimit64> for Rlimit {
    #[inline]
    fn from(limit: Rlimit64) -> Self {
        let finite = |limit| (limit != u64::MAX).then_some(limit);
        Self { current: finite(limit.current), maximum: finite(limit.maximum) }
    }
}

/// Returns the limits of the calling process on a resource.
///
/// All threads of a process have the same limits. This call cannot fail.
///
/// # Examples
///
/// ```
/// use butter::process::{Resource, Rlimit, getrlimit, setrlimit};
///
/// # fn main() -> butter::Result<()> {
/// // Raises the current limit on descriptors as far as possible without privileges.
/// let limit = getrlimit(Resource::Nofile)?;
/// setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
/// # Ok(())
/// # }
/// ```
///
/// The C call is [getrlimit(2)]. This function calls `prlimit64`, since Linux 2.6.36.
///
/// [getrlimit(2)]: https://man7.org/linux/man-pages/man2/getrlimit.2.html
#[doc(alias = "prlimit64")]
#[inline]
pub fn getrlimit(resource: Resource) -> Result<Rlimit> {
    prlimit(None, resource, None)
}

/// Sets the limits of the calling process on a resource.
///
/// Child processes inherit the limits, and `execve` preserves them. Any process can lower its
/// limits, but cannot raise a lowered maximum again without `CAP_SYS_RESOURCE`.
///
/// # Errors
///
/// - `EINVAL`: the current limit exceeds the maximum.
/// - `EPERM`: the new maximum exceeds the old maximum, and the caller does not have
///   `CAP_SYS_RESOURCE` in the initial user namespace; or the maximum of `RLIMIT_NOFILE` exceeds
///   `fs.nr_open`.
///
/// The C call is [setrlimit(2)]. This function calls `prlimit64`, since Linux 2.6.36.
///
/// [setrlimit(2)]: https://man7.org/linux/man-pages/man2/getrlimit.2.html
#[doc(alias = "prlimit64")]
#[inline]
pub fn setrlimit(resource: Resource, new: Rlimit) -> Result<()> {
    raw::prlimit64(None, resource, Some(&new.into()), None)
}

/// Sets the limits of a process on a resource unless `new` is `None`, and returns the previous
/// limits. `None` as the process means the calling process.
///
/// # Errors
///
/// - `EINVAL`: the current limit exceeds the maximum.
/// - `EPERM`: the new maximum exceeds the old maximum, and the caller does not have
///   `CAP_SYS_RESOURCE` in the initial user namespace; or the maximum of `RLIMIT_NOFILE` exceeds
///   `fs.nr_open`; or the process has other user or group IDs, and the caller does not have
///   `CAP_SYS_RESOURCE` in the user namespace of the process.
/// - `ESRCH`: the process does not exist.
///
/// # Examples
///
/// ```
/// use butter::process::{Resource, getppid, prlimit};
///
/// # fn main() -> butter::Result<()> {
/// if let Some(parent) = getppid() {
///     println!("limits of the parent: {:?}", prlimit(Some(parent), Resource::Nofile, None));
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.36; [prlimit(2)].
///
/// [prlimit(2)]: https://man7.org/linux/man-pages/man2/getrlimit.2.html
#[doc(alias = "prlimit64")]
#[inline]
pub fn prlimit(
    process: Option<Pid>,
    resource: Resource,
    new: impl Into<Option<Rlimit>>,
) -> Result<Rlimit> {
    let (new, mut old) = (new.into().map(Rlimit64::from), Rlimit64::default());
    raw::prlimit64(process, resource, new.as_ref(), Some(&mut old))?;
    Ok(old.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rlimit_conversions_represent_infinity_as_none() {
        for (current, maximum, limit) in [
            (5, u64::MAX, Rlimit { current: Some(5), maximum: None }),
            (u64::MAX, u64::MAX - 1, Rlimit { current: None, maximum: Some(u64::MAX - 1) }),
            (0, 0, Rlimit { current: Some(0), maximum: Some(0) }),
        ] {
            assert_eq!(Rlimit64::from(limit), Rlimit64 { current, maximum });
            assert_eq!(Rlimit::from(Rlimit64 { current, maximum }), limit);
        }
    }
}
