//! The alternate signal stack.

use core::fmt;

flags! {
    /// The flags of an alternate signal stack (`ss_flags`).
    pub struct StackFlags: u32 {
        "SS_ONSTACK" ONSTACK = 1, "the thread is executing on the alternate stack. The kernel \
            returns this flag; callers do not set it.";
        "SS_DISABLE" DISABLE = 2, "the thread has no alternate stack.";
        "SS_AUTODISARM" AUTODISARM = 0x8000_0000, "the stack is disabled while a handler runs on \
            it, so that another stack can be set meanwhile. Since Linux 4.7.";
    }
}

/// `stack_t`: an alternate signal stack, on which handlers with
/// [`ActionFlags::ONSTACK`](crate::signal::ActionFlags::ONSTACK) run.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct SignalStack {
    base: *mut u8,
    flags: StackFlags,
    size: usize,
}

layout! { SignalStack: size 24, align 8, base at 0, flags at 8, size at 16 }

impl SignalStack {
    /// `SS_DISABLE` - no alternate stack: handlers run on the stack of the thread.
    #[doc(alias = "SS_DISABLE")]
    pub const DISABLED: Self =
        Self { base: core::ptr::null_mut(), flags: StackFlags::DISABLE, size: 0 };

    /// Creates an alternate stack of `size` bytes, whose lowest address is `base`.
    #[must_use]
    pub const fn new(base: *mut u8, size: usize, flags: StackFlags) -> Self {
        Self { base, flags, size }
    }

    /// Returns the lowest address of the stack.
    #[doc(alias = "ss_sp")]
    #[must_use]
    pub const fn base(&self) -> *mut u8 {
        self.base
    }

    /// Returns the size of the stack in bytes.
    #[doc(alias = "ss_size")]
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Returns the flags of the stack.
    #[doc(alias = "ss_flags")]
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
