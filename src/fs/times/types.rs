//! The times that `utimensat` sets.

use crate::time::Timespec;

const UTIME_NOW: i64 = 0x3FFF_FFFF;
const UTIME_OMIT: i64 = 0x3FFF_FFFE;

/// The change of a time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetTime {
    /// Sets the time to the current time: `UTIME_NOW`.
    #[doc(alias = "UTIME_NOW")]
    Now,
    /// Leaves the time unchanged: `UTIME_OMIT`.
    #[doc(alias = "UTIME_OMIT")]
    Omit,
    /// Sets the time to a point in time of [`Clock::Realtime`](crate::time::Clock::Realtime), whose
    /// nanoseconds must be in `0..=999_999_999`.
    At(Timespec),
}

impl From<Timespec> for SetTime {
    #[inline]
    fn from(time: Timespec) -> Self {
        Self::At(time)
    }
}

impl SetTime {
    #[inline]
    const fn timespec(self) -> Timespec {
        match self {
            Self::Now => Timespec { seconds: 0, nanoseconds: UTIME_NOW },
            Self::Omit => Timespec { seconds: 0, nanoseconds: UTIME_OMIT },
            // The kernel would interpret these nanoseconds as `Now` or `Omit`. Any other invalid
            // value causes `EINVAL`.
            Self::At(Timespec { seconds, nanoseconds: UTIME_NOW | UTIME_OMIT }) => {
                Timespec { seconds, nanoseconds: -1 }
            }
            Self::At(time) => time,
        }
    }
}

/// The changes of the times of a file, for [`utimensat`](crate::fs::utimensat) and
/// [`futimens`](crate::fs::futimens). In C, a null pointer means that both times are
/// [`Now`](SetTime::Now).
///
/// ```
/// use butter::fs::{SetTime, Timestamps};
/// use butter::time::Timespec;
///
/// let touch = Timestamps { last_access: SetTime::Now, last_modification: SetTime::Now };
/// let epoch = Timespec { seconds: 0, nanoseconds: 0 };
/// let reset = Timestamps { last_modification: epoch.into(), last_access: SetTime::Omit };
/// # assert_ne!(touch, reset);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamps {
    /// The change of the time of the last access.
    #[doc(alias = "atime")]
    pub last_access: SetTime,
    /// The change of the time of the last modification.
    #[doc(alias = "mtime")]
    pub last_modification: SetTime,
}

impl Timestamps {
    /// Returns the two structs that the kernel reads.
    #[inline]
    pub(super) const fn timespecs(&self) -> [Timespec; 2] {
        [self.last_access.timespec(), self.last_modification.timespec()]
    }
}
