//! Sockets that a service manager opens.

use core::iter::FusedIterator;

use crate::error::{Call, Errno, Error, Result};
use crate::fd::{BorrowedFd, OwnedFd, owned};
use crate::ids::getpid;
use crate::io::{self, DescriptorFlags};
use crate::path::Name;

/// The number of the first descriptor that the service manager passes (`SD_LISTEN_FDS_START`).
const FIRST: i32 = 3;

/// The name of a descriptor for which the service manager passes no name.
const UNKNOWN: Name<'static> = Name::from_bytes(b"unknown");

/// An iterator over the descriptors that the service manager has opened for this process, each with
/// its name; [sd_listen_fds(3)].
///
/// The descriptors are usually listening sockets. They are close-on-exec. Descriptors that the
/// iterator has not returned are closed on drop.
///
/// [sd_listen_fds(3)]: https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html
#[derive(Debug)]
#[doc(alias("sd_listen_fds", "sd_listen_fds_with_names"))]
pub struct ListenFds<'a> {
    next: i32,
    end: i32,
    names: Option<&'a [u8]>,
}

impl<'a> ListenFds<'a> {
    /// Creates an iterator that owns the descriptors, from the values of the environment variables
    /// `LISTEN_PID`, `LISTEN_FDS` and, if set, `LISTEN_FDNAMES`.
    ///
    /// The iterator is empty if the variables are for another process. A descriptor without a name
    /// is named `unknown`.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the process ID or the number of descriptors is not a number in its range, or the
    ///   number of names differs from the number of descriptors.
    /// - `EBADF`: a descriptor is not open.
    ///
    /// # Safety
    ///
    /// The descriptors from 3 must have no other owner: call this function once, before the program
    /// opens descriptors.
    #[doc(alias("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "sd_listen_fds_with_names"))]
    pub unsafe fn new(pid: &[u8], count: &[u8], names: Option<&'a [u8]>) -> Result<Self> {
        let invalid = Error::new(Call::SD_LISTEN_FDS, Errno::INVAL);
        let pid = number(pid).filter(|pid| *pid > 0).ok_or(invalid)?;
        if pid != getpid().as_raw() {
            return Ok(Self { next: FIRST, end: FIRST, names });
        }
        let count = number(count).filter(|count| *count > 0).ok_or(invalid)?;
        let end = FIRST.checked_add(count).ok_or(invalid)?;
        if names.is_some_and(|names| names.split(is_colon).count() != count as usize) {
            return Err(invalid);
        }
        for number in FIRST..end {
            // SAFETY: the number is not negative. If the descriptor is not open, the call fails.
            let fd = unsafe { BorrowedFd::borrow_raw(number) };
            io::fcntl_setfd(fd, DescriptorFlags::CLOEXEC)?;
        }
        Ok(Self { next: FIRST, end, names })
    }
}

impl<'a> Iterator for ListenFds<'a> {
    type Item = (OwnedFd, Name<'a>);

    fn next(&mut self) -> Option<(OwnedFd, Name<'a>)> {
        if self.next == self.end {
            return None;
        }
        let number = self.next;
        self.next += 1;
        let name = self.names.map_or(UNKNOWN, |names| {
            let name = names.split(is_colon).nth((number - FIRST) as usize);
            Name::from_bytes(name.unwrap_or_default())
        });
        // SAFETY: open and without another owner, upheld by the caller of `new`; each number is
        // returned once.
        Some((unsafe { owned(number) }, name))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = (self.end - self.next) as usize;
        (count, Some(count))
    }
}

impl ExactSizeIterator for ListenFds<'_> {}
impl FusedIterator for ListenFds<'_> {}

impl Drop for ListenFds<'_> {
    fn drop(&mut self) {
        self.for_each(drop);
    }
}

fn is_colon(byte: &u8) -> bool {
    *byte == b':'
}

/// Parses a decimal number.
fn number(text: &[u8]) -> Option<i32> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "makes system calls")]
    fn listen_fds_new_rejects_invalid_values_before_it_uses_descriptors() {
        let own = getpid().to_string();
        for (pid, count, names) in [
            ("", "1", None),
            ("0", "1", None),
            ("-1", "1", None),
            ("1x", "1", None),
            ("4294967296", "1", None),
            (&own, "", None),
            (&own, "0", None),
            (&own, "-1", None),
            (&own, "1 ", None),
            (&own, "2147483647", None),
            (&own, "1", Some("a:b")),
            (&own, "2", Some("a")),
        ] {
            let names = names.map(str::as_bytes);
            // SAFETY: the values are invalid.
            let result = unsafe { ListenFds::new(pid.as_bytes(), count.as_bytes(), names) };
            let error = result.map(|fds| fds.len()).unwrap_err();
            assert_eq!((error.call(), error.errno()), (Call::SD_LISTEN_FDS, Errno::INVAL));
        }
        // SAFETY: the process ID is that of another process.
        let mut fds = unsafe { ListenFds::new(b"4194305", b"1", None) }.unwrap();
        assert_eq!((fds.len(), fds.next().is_none()), (0, true));
    }
}
