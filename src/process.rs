//! This process and its parent, as the kernel numbers them.
//!
//! The numbers are the kernel's answer at each call, never a cached one: right after a raw `clone`, in a new PID
//! namespace, and in a program that no C library started.

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

/// `exit_group(status)` - ends the process with all its threads; of the status, the parent sees the lowest 8 bits.
///
/// Nothing is run on the way: no destructor, no flush of what a C library or `std` still has in its buffers.
///
/// Since Linux 2.5.35; `exit_group`(2).
#[inline]
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: every thread of the process ends, so that nothing sees its memory or descriptors afterwards.
        let _ = unsafe { syscall!(Call::EXIT_GROUP, exit_group(status)) };
    }
}
