//! Who the thread is.

use core::fmt;

use crate::error::Call;
use crate::syscall::syscall;

/// A thread's number, as the caller's PID namespace counts; the first thread's is its process's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Tid(i32);

impl Tid {
    /// The thread of this number; `None` unless it is positive.
    #[must_use]
    pub const fn new(number: i32) -> Option<Self> {
        if number > 0 { Some(Self(number)) } else { None }
    }

    /// The number.
    #[inline]
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Tid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Tid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tid({})", self.0)
    }
}

/// `gettid()` - the calling thread's number.
///
/// Since Linux 2.4.11; gettid(2).
#[inline]
#[must_use]
pub fn gettid() -> Tid {
    // SAFETY: touches no memory.
    Tid(unsafe { syscall!(Call::GETTID, gettid()) }.infallible() as i32)
}

/// `getuid()` - the thread's real user, as its user namespace counts.
///
/// The kernel keeps users for each thread; a C library sees to it that all threads of a program have the same.
///
/// Since Linux 1.0; getuid(2).
#[inline]
#[must_use]
pub fn getuid() -> u32 {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETUID, getuid()) }.infallible() as u32
}
