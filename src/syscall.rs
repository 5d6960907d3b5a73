//! The `syscall!` macro and the type of its result. The macro is the only caller of the system call
//! stubs of the architecture.

use crate::arch::ArgReg;
use crate::error::{Call, Errno, Error, Result};

/// A type whose values can be passed as arguments of a system call.
///
/// Signed integers are sign-extended, as the kernel expects for an `int` or a `long`. Pointers keep
/// their provenance.
pub(crate) trait Arg {
    /// Converts the argument to the value of an argument register.
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

/// The unchecked return value of a system call, and the [`Call`] that returned it.
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

    /// Returns the value of a system call that cannot fail.
    #[inline(always)]
    pub(crate) const fn infallible(self) -> usize {
        self.value
    }

    /// Returns whether the system call returned 0.
    #[inline(always)]
    pub(crate) const fn is_zero(self) -> bool {
        self.value == 0
    }

    /// Returns the value of the system call as an unsigned number, or an error if the value is a
    /// negated errno.
    #[inline(always)]
    pub(crate) const fn size(self) -> Result<usize> {
        if self.value > (-4096_isize) as usize {
            // SAFETY: the value is in -4095..=-1.
            return Err(unsafe { Error::from_return(self.call, self.value) });
        }
        Ok(self.value)
    }

    /// Returns the value of the system call as the address of memory that the kernel has mapped.
    #[inline(always)]
    pub(crate) fn pointer(self) -> Result<*mut u8> {
        self.size().map(core::ptr::with_exposed_provenance_mut)
    }

    /// Returns the value of the system call as an `int`.
    #[inline(always)]
    pub(crate) const fn int(self) -> Result<i32> {
        match self.size() {
            Ok(value) => Ok(value as i32),
            Err(error) => Err(error),
        }
    }

    /// Returns `Ok(())` if the system call succeeded, or an error if the system call failed.
    #[inline(always)]
    pub(crate) const fn unit(self) -> Result<()> {
        match self.size() {
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Returns the value of the system call as a number, for example of bytes. Fails with `EIO` if
    /// the number is larger than `requested`, because the kernel never returns a larger number.
    #[inline(always)]
    pub(crate) const fn at_most(self, requested: usize) -> Result<usize> {
        if self.value <= requested {
            return Ok(self.value);
        }
        match self.size() {
            Ok(_) => Err(Error::new(self.call, Errno::IO)),
            Err(error) => Err(error),
        }
    }

    /// Returns `Ok(())` if the system call returned `expected`. Fails with `EINVAL` if the system
    /// call returned another number of bytes: for example, a read that returns less than a whole
    /// event or counter shows that the descriptor has another type.
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
/// The first argument is the [`Call`] that errors contain. The second argument is the kernel's name
/// of the system call, with the arguments of the system call in parentheses. The macro call is
/// unsafe, and its value is a [`RawReturn`].
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
