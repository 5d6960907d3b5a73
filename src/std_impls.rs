//! What only `std` needs: its errors, its paths and its times.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::copy::CopyError;
use crate::error::{Errno, Error, WithPath};
use crate::idmap::MapError;
use crate::path::Name;
use crate::pipe::SplicePagesError;
use crate::time::{OutOfRangeError, Timespec};

impl_path_arg! {
    [] OsStr, |path| path.as_bytes();
    [] OsString, |path| path.as_bytes();
    [] Path, |path| path.as_os_str().as_bytes();
    [] PathBuf, |path| path.as_os_str().as_bytes();
}

impl<'a> Name<'a> {
    /// The name as `std` holds one.
    #[must_use]
    pub fn as_os_str(self) -> &'a OsStr {
        OsStr::from_bytes(self.as_bytes())
    }
}

/// On [`Clock::Realtime`](crate::time::Clock::Realtime); before 1970 it is before that clock's zero.
impl TryFrom<SystemTime> for Timespec {
    type Error = OutOfRangeError;

    fn try_from(moment: SystemTime) -> Result<Self, OutOfRangeError> {
        match moment.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self::try_from(since),
            Err(before) => Self::default().checked_sub(before.duration()).ok_or(OutOfRangeError),
        }
    }
}

/// Keeps the raw OS error; the call is lost.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        error.errno().into()
    }
}

/// Keeps the raw OS error; the call and the path are lost.
impl From<WithPath<'_>> for io::Error {
    fn from(at: WithPath<'_>) -> Self {
        at.error().into()
    }
}

/// Keeps the raw OS error; the call and the mistake are lost.
impl From<MapError> for io::Error {
    fn from(error: MapError) -> Self {
        error.error().into()
    }
}

/// Keeps the raw OS error; the call, and how much had arrived, are lost.
impl From<CopyError> for io::Error {
    fn from(error: CopyError) -> Self {
        error.error().into()
    }
}

/// Keeps the raw OS error; the call and the pages are lost.
impl From<SplicePagesError> for io::Error {
    fn from(error: SplicePagesError) -> Self {
        error.error().into()
    }
}

/// Keeps the raw OS error.
impl From<Errno> for io::Error {
    fn from(errno: Errno) -> Self {
        Self::from_raw_os_error(errno.as_raw())
    }
}

impl Errno {
    /// The number in an error of `std`; `None` for one that no call of the system made.
    #[must_use]
    pub fn from_io_error(error: &io::Error) -> Option<Self> {
        error.raw_os_error().and_then(Self::from_raw)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_of_std_are_moments_of_the_clock() {
        let half = Duration::from_millis(500);
        let moment = |moment| Timespec::try_from(moment).unwrap();
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(moment(epoch), Timespec::default());
        assert_eq!(moment(epoch + half), Timespec { seconds: 0, nanoseconds: 500_000_000 });
        assert_eq!(moment(epoch - half), Timespec { seconds: -1, nanoseconds: 500_000_000 });
    }
}
