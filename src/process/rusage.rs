//! Resource usage.

use core::fmt;
use core::time::Duration;

/// `struct rusage`: resource usage.
///
/// The kernel does not maintain the other fields of the C struct (`ru_ixrss`, `ru_idrss`,
/// `ru_isrss`, `ru_nswap`, `ru_msgsnd`, `ru_msgrcv`, `ru_nsignals`), and sets them to 0.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias = "rusage")]
#[repr(C)]
pub struct Rusage {
    /// Seconds and microseconds.
    utime: [i64; 2],
    stime: [i64; 2],
    maxrss: i64,
    ixrss: i64,
    idrss: i64,
    isrss: i64,
    minflt: i64,
    majflt: i64,
    nswap: i64,
    inblock: i64,
    oublock: i64,
    msgsnd: i64,
    msgrcv: i64,
    nsignals: i64,
    nvcsw: i64,
    nivcsw: i64,
}

layout! {
    Rusage: size 144, align 8, utime at 0, stime at 16, maxrss at 32, ixrss at 40, idrss at 48,
        isrss at 56, minflt at 64, majflt at 72, nswap at 80, inblock at 88, oublock at 96,
        msgsnd at 104, msgrcv at 112, nsignals at 120, nvcsw at 128, nivcsw at 136
}

impl Rusage {
    /// Returns the CPU time in user mode, with a resolution of microseconds.
    #[doc(alias = "ru_utime")]
    #[must_use]
    pub fn user_time(&self) -> Duration {
        duration(self.utime)
    }

    /// Returns the CPU time in kernel mode, with a resolution of microseconds.
    #[doc(alias = "ru_stime")]
    #[must_use]
    pub fn system_time(&self) -> Duration {
        duration(self.stime)
    }

    /// Returns the maximum size of the resident set in KiB (1,024 bytes). For a child with
    /// descendants, this is the size of the largest process, not a sum.
    #[doc(alias = "ru_maxrss")]
    #[must_use]
    pub const fn max_rss_kib(&self) -> u64 {
        self.maxrss.cast_unsigned()
    }

    /// Returns the number of page faults without I/O.
    #[doc(alias = "ru_minflt")]
    #[must_use]
    pub const fn minor_faults(&self) -> u64 {
        self.minflt.cast_unsigned()
    }

    /// Returns the number of page faults that required I/O.
    #[doc(alias = "ru_majflt")]
    #[must_use]
    pub const fn major_faults(&self) -> u64 {
        self.majflt.cast_unsigned()
    }

    /// Returns the amount of data read from storage, in units of 512 bytes.
    #[doc(alias = "ru_inblock")]
    #[must_use]
    pub const fn blocks_read(&self) -> u64 {
        self.inblock.cast_unsigned()
    }

    /// Returns the amount of data written to storage, in units of 512 bytes.
    #[doc(alias = "ru_oublock")]
    #[must_use]
    pub const fn blocks_written(&self) -> u64 {
        self.oublock.cast_unsigned()
    }

    /// Returns the number of voluntary context switches, which usually occur when a thread waits
    /// for a resource.
    #[doc(alias = "ru_nvcsw")]
    #[must_use]
    pub const fn voluntary_switches(&self) -> u64 {
        self.nvcsw.cast_unsigned()
    }

    /// Returns the number of involuntary context switches: another thread had a higher priority, or
    /// the time slice of the thread had expired.
    #[doc(alias = "ru_nivcsw")]
    #[must_use]
    pub const fn involuntary_switches(&self) -> u64 {
        self.nivcsw.cast_unsigned()
    }
}

/// Converts seconds and microseconds to a duration. Only a forged result is out of range.
fn duration([seconds, micros]: [i64; 2]) -> Duration {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    Duration::new(seconds, micros.clamp(0, 999_999) as u32 * 1000)
}

impl fmt::Debug for Rusage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rusage")
            .field("user_time", &self.user_time())
            .field("system_time", &self.system_time())
            .field("max_rss_kib", &self.max_rss_kib())
            .field("minor_faults", &self.minor_faults())
            .field("major_faults", &self.major_faults())
            .field("blocks_read", &self.blocks_read())
            .field("blocks_written", &self.blocks_written())
            .field("voluntary_switches", &self.voluntary_switches())
            .field("involuntary_switches", &self.involuntary_switches())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_of_a_forged_time_does_not_panic() {
        assert_eq!(duration([3, 999_999]), Duration::new(3, 999_999_000));
        assert_eq!(duration([-1, -1]), Duration::ZERO);
        assert_eq!(duration([i64::MAX, i64::MAX]), Duration::new(i64::MAX as u64, 999_999_000));
    }
}
