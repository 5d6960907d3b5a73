//! The stack for signals' handlers.

use core::fmt;
use core::mem::MaybeUninit;

use crate::error::{Call, Result};
use crate::syscall::syscall;

flags! {
    /// How a stack for handlers is used.
    pub struct StackFlags: u32 {
        "SS_ONSTACK" ONSTACK = 1, "the thread runs on it now: told, never asked.";
        "SS_DISABLE" DISABLE = 2, "there is none.";
        "SS_AUTODISARM" AUTODISARM = 0x8000_0000, "a handler that runs on it leaves it: another may use it meanwhile. \
            Since Linux 4.7.";
    }
}

/// `stack_t`: the stack on which handlers run that ask for it,
/// [`ActionFlags::ONSTACK`](crate::signal::ActionFlags::ONSTACK).
#[derive(Clone, Copy)]
#[repr(C)]
pub struct SignalStack {
    base: *mut u8,
    flags: StackFlags,
    size: usize,
}

layout! { SignalStack: size 24, align 8, base at 0, flags at 8, size at 16 }

impl SignalStack {
    /// No stack: handlers run on the thread's own.
    pub const NONE: Self =
        Self { base: core::ptr::null_mut(), flags: StackFlags::DISABLE, size: 0 };

    /// A stack of so many bytes, from its lowest address.
    #[must_use]
    pub const fn new(base: *mut u8, size: usize, flags: StackFlags) -> Self {
        Self { base, flags, size }
    }

    /// Its lowest address.
    #[must_use]
    pub const fn base(&self) -> *mut u8 {
        self.base
    }

    /// Its bytes.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// How it is used.
    #[must_use]
    pub const fn flags(&self) -> StackFlags {
        self.flags
    }
}

impl fmt::Debug for SignalStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalStack")
            .field("base", &self.base)
            .field("size", &self.size)
            .field("flags", &self.flags)
            .finish()
    }
}

/// `sigaltstack(ss, &old)` - sets the stack on which the thread runs handlers that ask for it; returns what it was.
/// Without one, only returns it.
///
/// # Safety
///
/// The memory must be the stack's alone, and stay so until the thread has another one or ends. It must have room for
/// the frame of a signal, which the auxiliary vector gives as `AT_MINSIGSTKSZ`, and for what the handlers need beyond
/// it.
///
/// # Errors
///
/// `ENOMEM` - it is smaller than any may be: 2048 bytes, on aarch64 5120; a frame can take more. `EINVAL` - flags that
/// are no mode. `EPERM` - the thread runs on its present one now.
///
/// Since Linux 2.1.67; sigaltstack(2).
#[inline]
pub unsafe fn sigaltstack(stack: Option<&SignalStack>) -> Result<SignalStack> {
    let mut old = MaybeUninit::<SignalStack>::uninit();
    let stack = stack.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads one struct and writes one; it keeps the address of the stack, which is the caller's
    // promise.
    unsafe { syscall!(Call::SIGALTSTACK, sigaltstack(stack, old.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded; the padding is nobody's.
    Ok(unsafe { old.assume_init() })
}
