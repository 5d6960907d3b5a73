//! Implementations that need `std`: conversions from and to the errors, paths and times of `std`.

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::{CommandExt as _, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::SystemTime;

use crate::copy::CopyError;
use crate::error::{Errno, Error, ErrorKind, PathError, WithPath};
use crate::fs::SeekFrom;
use crate::idmap::MapError;
use crate::ids::Pid;
use crate::io::WriteAllError;
use crate::path::Name;
use crate::pipe::SplicePagesError;
use crate::process::{CStringArray, CommandExt, ExitStatus, SpawnError};
use crate::signal::{self, SigSet};
use crate::time::{OutOfRangeError, Timespec};

impl_path_arg! {
    [] OsStr, |path| path.as_bytes();
    [] OsString, |path| path.as_bytes();
    [] Path, |path| path.as_os_str().as_bytes();
    [] PathBuf, |path| path.as_os_str().as_bytes();
}

impl<'a> Name<'a> {
    /// Returns the name as an `OsStr`.
    #[must_use]
    pub fn as_os_str(self) -> &'a OsStr {
        OsStr::from_bytes(self.as_bytes())
    }
}

impl From<io::SeekFrom> for SeekFrom {
    fn from(position: io::SeekFrom) -> Self {
        match position {
            io::SeekFrom::Start(offset) => Self::Start(offset),
            io::SeekFrom::Current(offset) => Self::Current(offset),
            io::SeekFrom::End(offset) => Self::End(offset),
        }
    }
}

/// Converts a `SystemTime` to a point in time of [`Clock::Realtime`](crate::time::Clock::Realtime).
/// Times before 1970 are negative.
impl TryFrom<SystemTime> for Timespec {
    type Error = OutOfRangeError;

    fn try_from(time: SystemTime) -> Result<Self, OutOfRangeError> {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Self::try_from(since),
            Err(before) => Self::default().checked_sub(before.duration()).ok_or(OutOfRangeError),
        }
    }
}

/// Converts an error to an `io::Error` whose raw OS error is the errno. The
/// [`Call`](crate::error::Call) that failed is lost.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        error.errno().into()
    }
}

/// Converts an error to an `io::Error` that contains the [`PathError`], which keeps the call, the
/// errno, the reason and the path. [`Errno::from_io_error`] returns the errno.
impl From<PathError> for io::Error {
    fn from(error: PathError) -> Self {
        Self::new(io_error_kind(error.error()), error)
    }
}

/// Returns the kind that `std` has for an error. `std` has more kinds than this crate.
fn io_error_kind(error: Error) -> io::ErrorKind {
    let (kind, errno) = (error.kind(), error.errno());
    if kind == errno.kind() { io::Error::from(errno).kind() } else { kind.into() }
}

/// Converts an error to an `io::Error` that contains a copy of the error, a [`PathError`].
impl From<WithPath<'_>> for io::Error {
    fn from(error: WithPath<'_>) -> Self {
        error.into_owned().into()
    }
}

/// Converts an error to an `io::Error` whose raw OS error is the errno. The
/// [`Call`](crate::error::Call) that failed and the number of written bytes are lost.
impl From<WriteAllError> for io::Error {
    fn from(error: WriteAllError) -> Self {
        error.error().into()
    }
}

/// Converts an error to an `io::Error` whose raw OS error is the errno. The
/// [`Call`](crate::error::Call) that failed and the [`MapErrorKind`](crate::idmap::MapErrorKind)
/// are lost.
impl From<MapError> for io::Error {
    fn from(error: MapError) -> Self {
        error.error().into()
    }
}

/// Converts an error to an `io::Error` whose raw OS error is the errno. The
/// [`Call`](crate::error::Call) that failed and the number of copied bytes are lost.
impl From<CopyError> for io::Error {
    fn from(error: CopyError) -> Self {
        error.error().into()
    }
}

/// Converts an error to an `io::Error` whose raw OS error is the errno. The
/// [`Call`](crate::error::Call) that failed is lost, and the pages are dropped.
impl From<SplicePagesError> for io::Error {
    fn from(error: SplicePagesError) -> Self {
        error.error().into()
    }
}

/// Converts an errno to an `io::Error` whose raw OS error is the errno.
impl From<Errno> for io::Error {
    fn from(errno: Errno) -> Self {
        Self::from_raw_os_error(errno.as_raw())
    }
}

impl CStringArray {
    /// Copies the environment of the process, for
    /// [`Command::environment`](crate::process::Command::environment).
    ///
    /// ```
    /// use butter::process::{CStringArray, Command};
    ///
    /// # fn main() -> butter::Result<()> {
    /// let environment = CStringArray::from_env();
    /// let status = Command::new(c"true").environment(&environment).search_path().status()?;
    /// assert!(status.success());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "environ")]
    #[must_use]
    pub fn from_env() -> Self {
        let variables = std::env::vars_os().map(|(mut variable, value)| {
            variable.push("=");
            variable.push(value);
            variable.into_vec()
        });
        // A variable contains no NUL byte.
        variables.filter_map(|variable| CString::new(variable).ok()).collect()
    }
}

/// Converts an error to an `io::Error` that contains a copy of the error, which keeps the call, the
/// errno, the stage of the spawn and the path. [`Errno::from_io_error`] returns the errno.
impl From<SpawnError<'_>> for io::Error {
    fn from(error: SpawnError<'_>) -> Self {
        Self::new(io_error_kind(error.error()), error.into_owned())
    }
}

/// Converts a wait status to that of `std`.
impl From<ExitStatus> for std::process::ExitStatus {
    fn from(status: ExitStatus) -> Self {
        Self::from_raw(status.into_raw())
    }
}

/// An ID that no process has.
const NO_PROCESS: Pid = match Pid::from_raw(i32::MAX) {
    Some(pid) => pid,
    None => unreachable!(),
};

/// Returns the process ID of a child. The kernel does not reuse the ID before the parent has waited
/// for the child.
impl From<&Child> for Pid {
    fn from(child: &Child) -> Self {
        // The ID is positive, unless a seccomp filter or a tracer forged it.
        Self::from_raw(child.id().cast_signed()).unwrap_or(NO_PROCESS)
    }
}

impl CommandExt for Command {
    fn signal_mask(&mut self, mask: impl Into<SigSet>) -> &mut Self {
        let mask = mask.into();
        let set_mask = move || {
            signal::set_mask(mask)?;
            Ok(())
        };
        // SAFETY: between `fork` and `execve`, the closure makes one system call. It allocates
        // nothing, and uses no memory that another thread could have locked or changed.
        unsafe { self.pre_exec(set_mask) }
    }
}

impl From<ErrorKind> for io::ErrorKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidArgument => Self::InvalidInput,
            ErrorKind::PermissionDenied => Self::PermissionDenied,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::AlreadyExists => Self::AlreadyExists,
            ErrorKind::LimitReached => Self::QuotaExceeded,
            ErrorKind::OutOfMemory => Self::OutOfMemory,
            ErrorKind::WouldBlock => Self::WouldBlock,
            ErrorKind::Interrupted => Self::Interrupted,
            ErrorKind::Busy => Self::ResourceBusy,
            ErrorKind::Unsupported => Self::Unsupported,
            ErrorKind::BrokenPipe => Self::BrokenPipe,
            ErrorKind::ConnectionReset => Self::ConnectionReset,
            ErrorKind::ConnectionRefused => Self::ConnectionRefused,
            ErrorKind::NotConnected => Self::NotConnected,
            ErrorKind::AddressInUse => Self::AddrInUse,
            ErrorKind::Unreachable => Self::HostUnreachable,
            ErrorKind::TimedOut => Self::TimedOut,
            ErrorKind::StaleHandle => Self::StaleNetworkFileHandle,
            ErrorKind::BadDescriptor | ErrorKind::InProgress | ErrorKind::Other => Self::Other,
        }
    }
}

impl Errno {
    /// Returns the errno of an error of `std`: the OS error, or the errno of the [`PathError`] or
    /// [`SpawnError`] that the error contains. Returns `None` if it contains none of them.
    #[must_use]
    pub fn from_io_error(error: &io::Error) -> Option<Self> {
        if let Some(number) = error.raw_os_error() {
            return Self::from_raw(number);
        }
        let inner = error.get_ref()?;
        let path_error = inner.downcast_ref().map(PathError::error);
        let error = path_error.or_else(|| inner.downcast_ref().map(SpawnError::error))?;
        Some(error.errno())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timespec_from_system_time_is_negative_before_1970() {
        let half = Duration::from_millis(500);
        let timespec = |time| Timespec::try_from(time).unwrap();
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(timespec(epoch), Timespec::default());
        assert_eq!(timespec(epoch + half), Timespec { seconds: 0, nanoseconds: 500_000_000 });
        assert_eq!(timespec(epoch - half), Timespec { seconds: -1, nanoseconds: 500_000_000 });
    }

    #[test]
    fn error_kind_is_converted_to_kind_that_std_uses_for_the_same_errno() {
        // For an errno that is not in this list, `std` has no `ErrorKind`, or a more specific
        // `ErrorKind` than this crate.
        for errno in [
            Errno::INVAL,
            Errno::PERM,
            Errno::NOENT,
            Errno::EXIST,
            Errno::NOMEM,
            Errno::AGAIN,
            Errno::INTR,
            Errno::BUSY,
            Errno::NOSYS,
            Errno::PIPE,
            Errno::CONNRESET,
            Errno::CONNREFUSED,
            Errno::NOTCONN,
            Errno::ADDRINUSE,
            Errno::HOSTUNREACH,
            Errno::TIMEDOUT,
            Errno::STALE,
            Errno::DQUOT,
        ] {
            let of_std = io::Error::from(errno).kind();
            assert_eq!(io::ErrorKind::from(errno.kind()), of_std, "{errno}");
        }
    }
}
