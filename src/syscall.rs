//! `syscall!`, the one door to the processor's stubs, and what comes back through it.

use crate::arch::ArgReg;
use crate::error::{Call, Errno, Error, Result};

/// A value that may be an argument of a system call. Sealed: every implementation stands in this crate.
///
/// Signed integers are extended by their sign, as the kernel expects of an `int` or a `long`; a pointer stays a
/// pointer.
pub(crate) trait Arg {
    /// The argument as a register holds it.
    fn word(self) -> ArgReg;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Arg for $number {
            #[inline(always)]
            fn word(self) -> ArgReg {
                core::ptr::without_provenance_mut(self as usize)
            }
        }
    )*};
}

numbers! { u32 u64 usize i32 i64 isize }

impl<T> Arg for *mut T {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.cast()
    }
}

impl<T> Arg for *const T {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.cast_mut().cast()
    }
}

/// What a call returned, not looked at yet, with the call that it came from.
#[must_use]
#[derive(Clone, Copy)]
pub(crate) struct RawReturn {
    call: Call,
    value: usize,
}

impl RawReturn {
    #[inline(always)]
    pub(crate) const fn new(call: Call, value: usize) -> Self {
        Self { call, value }
    }

    /// The value of a call that cannot fail.
    #[inline(always)]
    pub(crate) const fn infallible(self) -> usize {
        self.value
    }

    /// Returns whether the value is 0.
    #[inline(always)]
    pub(crate) const fn is_zero(self) -> bool {
        self.value == 0
    }

    /// The value as it is, where a success can be any number that fits a register.
    #[inline(always)]
    pub(crate) const fn size(self) -> Result<usize> {
        if self.value > (-4096_isize) as usize {
            // SAFETY: just checked: -4095..=-1.
            return Err(unsafe { Error::from_return(self.call, self.value) });
        }
        Ok(self.value)
    }

    /// The value as the address of memory that the kernel has just made the program's.
    #[inline(always)]
    pub(crate) fn pointer(self) -> Result<*mut u8> {
        self.size().map(core::ptr::with_exposed_provenance_mut)
    }

    /// The value as the kernel's `int`.
    #[inline(always)]
    pub(crate) const fn int(self) -> Result<i32> {
        match self.size() {
            Ok(value) => Ok(value as i32),
            Err(error) => Err(error),
        }
    }

    /// Success or failure, where a success has nothing to say.
    #[inline(always)]
    pub(crate) const fn unit(self) -> Result<()> {
        match self.size() {
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Success only if the value is this one: fewer bytes than a whole value come from what is not the descriptor that
    /// the call is for, and are `EINVAL`.
    #[inline(always)]
    pub(crate) const fn exactly(self, expected: usize) -> Result<()> {
        if self.value == expected {
            return Ok(());
        }
        match self.size() {
            Ok(_) => Err(Error::new(self.call, Errno::INVAL)),
            Err(error) => Err(error),
        }
    }
}

/// Issues a system call: `syscall!(Call::INOTIFY_RM_WATCH, inotify_rm_watch(fd, watch))`.
///
/// The first argument says whose failure it would be, the second is the kernel's own name and the arguments. An unsafe
/// expression; its value is a [`RawReturn`].
macro_rules! syscall {
    ($call:expr, $name:ident()) => { syscall!(@stub syscall0, $call, $name,) };
    ($call:expr, $name:ident($a:expr)) => { syscall!(@stub syscall1, $call, $name, $a) };
    ($call:expr, $name:ident($a:expr, $b:expr)) => { syscall!(@stub syscall2, $call, $name, $a, $b) };
    ($call:expr, $name:ident($a:expr, $b:expr, $c:expr)) => { syscall!(@stub syscall3, $call, $name, $a, $b, $c) };
    ($call:expr, $name:ident($a:expr, $b:expr, $c:expr, $d:expr)) => {
        syscall!(@stub syscall4, $call, $name, $a, $b, $c, $d)
    };
    ($call:expr, $name:ident($a:expr, $b:expr, $c:expr, $d:expr, $e:expr)) => {
        syscall!(@stub syscall5, $call, $name, $a, $b, $c, $d, $e)
    };
    ($call:expr, $name:ident($a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr)) => {
        syscall!(@stub syscall6, $call, $name, $a, $b, $c, $d, $e, $f)
    };
    (@stub $stub:ident, $call:expr, $name:ident, $($argument:expr),*) => {
        $crate::syscall::RawReturn::new(
            $call,
            $crate::arch::call::$stub(
                ::syscalls::Sysno::$name as usize,
                $($crate::syscall::Arg::word($argument)),*
            ),
        )
    };
}
pub(crate) use syscall;
