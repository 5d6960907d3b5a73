//! The contents of info records that do not identify files: pidfds, errors and ranges.

use core::fmt;

use crate::error::Errno;
use crate::fd::RawFd;

const FAN_NOPIDFD: i32 = -1;
const FAN_EPIDFD: i32 = -2;

/// Converts the field `pidfd` of an info record.
#[inline]
pub(super) fn pidfd(number: i32) -> Result<RawFd, PidFdError> {
    match number {
        0.. => Ok(number),
        FAN_NOPIDFD => Err(PidFdError::NoProcess),
        FAN_EPIDFD => Err(PidFdError::NotOpened),
        _ => Err(match Errno::from_raw(number.wrapping_neg()) {
            Some(Errno::SRCH) => PidFdError::NoProcess,
            Some(errno) => PidFdError::Errno(errno),
            None => PidFdError::NotOpened,
        }),
    }
}

/// The reason why an event contains no pidfd although its group reports pidfds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PidFdError {
    /// `FAN_NOPIDFD` - the process has terminated, or is not visible in the PID namespace of the
    /// reader. With [`InitFlags::REPORT_FD_ERROR`](super::InitFlags::REPORT_FD_ERROR), the kernel
    /// reports `ESRCH`. Linux 7.3 reports the pidfd of a process that has terminated.
    #[doc(alias = "FAN_NOPIDFD")]
    NoProcess,
    /// `FAN_EPIDFD` - the pidfd could not be opened, and the group does not report the error.
    #[doc(alias = "FAN_EPIDFD")]
    NotOpened,
    /// The error of the attempt to open the pidfd, if the group has the flag
    /// [`InitFlags::REPORT_FD_ERROR`](super::InitFlags::REPORT_FD_ERROR).
    Errno(Errno),
}

impl fmt::Display for PidFdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProcess => f.write_str("the process has terminated or is not visible"),
            Self::NotOpened => f.write_str("the pidfd could not be opened"),
            Self::Errno(errno) => write!(f, "the pidfd could not be opened: {errno}"),
        }
    }
}

impl core::error::Error for PidFdError {}

/// An error that a file system found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FilesystemError {
    pub(super) error: i32,
    pub(super) count: u32,
}

impl FilesystemError {
    /// Returns the errno of the error. Returns `None` if the file system reported a number that is
    /// not an errno.
    #[inline]
    #[must_use]
    pub const fn errno(&self) -> Option<Errno> {
        Errno::from_raw(self.error.wrapping_abs())
    }

    /// Returns the number of errors since the last event. The kernel reports only the first of
    /// these errors.
    #[doc(alias = "error_count")]
    #[inline]
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }
}

/// A range of a file, which the kernel extends to whole pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The offset of the first byte of the range.
    pub offset: u64,
    /// The number of bytes.
    pub count: u64,
}
