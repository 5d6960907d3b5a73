//! The process and its parent, as the kernel numbers them.

use core::fmt;

use crate::error::Call;
use crate::syscall::syscall;

/// A process's number, as the caller's PID namespace counts: positive, unless a filter answers in the kernel's place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Pid(i32);

impl Pid {
    /// The process of this number; `None` unless it is positive.
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

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pid({})", self.0)
    }
}

/// `getpid()` - the process's own number.
///
/// In the child of a raw `clone` a C library may still answer with the parent's; this asks the kernel.
///
/// Since Linux 1.0; getpid(2).
#[inline]
#[must_use]
pub fn getpid() -> Pid {
    // SAFETY: touches no memory.
    Pid(unsafe { syscall!(Call::GETPID, getpid()) }.infallible() as i32)
}

/// `getppid()` - the parent's number; `None` where the parent is in another PID namespace, as for the first process of
/// one.
///
/// Since Linux 1.0; getppid(2).
#[inline]
#[must_use]
pub fn getppid() -> Option<Pid> {
    // SAFETY: touches no memory.
    Pid::new(unsafe { syscall!(Call::GETPPID, getppid()) }.infallible() as i32)
}
