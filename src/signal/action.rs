//! What a process does when a signal comes.

use core::ffi::c_void;
use core::fmt;

use super::{SigInfo, SigSet, Signal};
use crate::arch::signal::{call, restorer};

flags! {
    /// How a handler is run, and what is told of children.
    pub struct ActionFlags: u64 {
        "SA_NOCLDSTOP" NOCLDSTOP = 0x1, "for `CHLD`: it does not come when a child stops or goes on.";
        "SA_NOCLDWAIT" NOCLDWAIT = 0x2, "for `CHLD`: children leave nothing to wait for when they end.";
        "SA_SIGINFO" SIGINFO = 0x4, "the handler takes three arguments.";
        "SA_UNSUPPORTED" UNSUPPORTED = 0x400, "never there when it is read back: unless the kernel is older than 5.11, \
            which keeps every bit that it does not know.";
        "SA_EXPOSE_TAGBITS" EXPOSE_TAGBITS = 0x800, "addresses of faults keep their tags: arm64. Since Linux 5.11.";
        "SA_RESTORER" RESTORER = 0x0400_0000, "the action says where the handler returns to.";
        "SA_ONSTACK" ONSTACK = 0x0800_0000, "the handler runs on the thread's other stack, if it has one.";
        "SA_RESTART" RESTART = 0x1000_0000, "calls that it interrupts go on by themselves, where they can.";
        "SA_NODEFER" NODEFER = 0x4000_0000, "the signal is not held back while its handler runs.";
        "SA_RESETHAND" RESETHAND = 0x8000_0000, "one run of the handler, then the default.";
    }
}

/// A handler that takes the signal.
pub type Handler = extern "C" fn(Signal);

/// A handler that also takes what is known of the signal, and the `ucontext_t` of what it interrupted.
pub type InfoHandler = extern "C" fn(Signal, &SigInfo, *mut c_void);

/// `struct sigaction`, as the kernel lays it out: what a process does when a signal comes.
///
/// Two are equal if the handler, the flags, the way back and the mask are: a C library's default may not be
/// [`DEFAULT`](Self::DEFAULT), which [`is_default`](Self::is_default) finds out.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Action {
    handler: *const (),
    flags: ActionFlags,
    restorer: *const (),
    mask: SigSet,
}

layout! { Action: size 32, align 8, handler at 0, flags at 8, restorer at 16, mask at 24 }

// SAFETY: the pointers are numbers to this type: nothing is read through them.
unsafe impl Send for Action {}
// SAFETY: as above.
unsafe impl Sync for Action {}

impl Action {
    /// `SIG_DFL` - what the signal does by itself: most end the process.
    #[doc(alias = "SIG_DFL")]
    pub const DEFAULT: Self = Self::plain(0);

    /// `SIG_IGN` - nothing.
    #[doc(alias = "SIG_IGN")]
    pub const IGNORE: Self = Self::plain(1);

    const fn plain(handler: usize) -> Self {
        Self {
            handler: core::ptr::without_provenance(handler),
            flags: ActionFlags::empty(),
            restorer: core::ptr::null(),
            mask: SigSet::empty(),
        }
    }

    /// Runs this function.
    #[must_use]
    pub fn handler(handler: Handler) -> Self {
        Self::function(handler as *const (), ActionFlags::empty())
    }

    /// `SA_SIGINFO` - runs this function.
    #[must_use]
    pub fn info_handler(handler: InfoHandler) -> Self {
        Self::function(handler as *const (), ActionFlags::SIGINFO)
    }

    fn function(handler: *const (), flags: ActionFlags) -> Self {
        let plain = Self { handler, flags, restorer: core::ptr::null(), mask: SigSet::empty() };
        match restorer() {
            Some(restorer) => Self { restorer, flags: flags.union(ActionFlags::RESTORER), ..plain },
            None => plain,
        }
    }

    /// The same with these flags as well. How many arguments the handler takes and where it returns to stays.
    #[must_use]
    pub const fn with_flags(mut self, flags: ActionFlags) -> Self {
        const FIXED: ActionFlags = ActionFlags::SIGINFO.union(ActionFlags::RESTORER);
        self.flags = self.flags.union(flags.difference(FIXED));
        self
    }

    /// The same, and the thread holds back these signals too while the handler runs.
    #[must_use]
    pub const fn with_mask(mut self, mask: SigSet) -> Self {
        self.mask = mask;
        self
    }

    /// The flags.
    #[must_use]
    pub const fn flags(&self) -> ActionFlags {
        self.flags
    }

    /// The signals that are held back while the handler runs.
    #[must_use]
    pub const fn mask(&self) -> SigSet {
        self.mask
    }

    /// Whether it is the default.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.handler.addr() == 0
    }

    /// Whether the signal is ignored.
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        self.handler.addr() == 1
    }

    /// Calls the handler; `false` where there is none: by default, and where it is ignored.
    ///
    /// It has the caller's mask and stack, and stays whatever its flags say.
    ///
    /// So a handler passes on what is not its own to the one that was there before it:
    ///
    /// ```
    /// use butter::signal::{self, Action, ActionFlags, SigInfo, Signal};
    /// use std::ffi::c_void;
    /// use std::sync::OnceLock;
    ///
    /// static BEFORE: OnceLock<Action> = OnceLock::new();
    ///
    /// extern "C" fn on_segv(signal: Signal, info: &SigInfo, context: *mut c_void) {
    ///     // What is not ours goes to whoever was here first, or takes effect when the instruction is tried again.
    ///     // SAFETY: as the kernel called this one.
    ///     if !BEFORE.get().is_some_and(|before| unsafe { before.call(signal, info, context) }) {
    ///         let _ = signal::set_default(signal);
    ///     }
    /// }
    ///
    /// # fn main() -> butter::Result<()> {
    /// BEFORE.get_or_init(|| signal::action(Signal::SEGV).unwrap_or(Action::DEFAULT));
    /// // SAFETY: the handler calls what is safe in one.
    /// unsafe { signal::set_action(Signal::SEGV, &Action::info_handler(on_segv).with_flags(ActionFlags::ONSTACK))? };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Safety
    ///
    /// The handler is still there: it was set in this process, and is not of a library that was unloaded since. It can
    /// run here, with these: from another handler, they are what that one was given, and its signal is the same.
    pub unsafe fn call(&self, signal: Signal, info: &SigInfo, context: *mut c_void) -> bool {
        if self.is_default() || self.is_ignored() {
            return false;
        }
        // SAFETY: neither of the two numbers that are none; and as the caller promises.
        unsafe {
            call(
                self.handler,
                signal.as_raw() as usize,
                core::ptr::from_ref(info).cast(),
                context.cast(),
            )
        };
        true
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("handler", &self.handler)
            .field("flags", &self.flags)
            .field("mask", &self.mask)
            .finish_non_exhaustive()
    }
}
