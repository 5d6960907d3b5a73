//! The action of a signal.

use core::ffi::c_void;
use core::fmt;

use super::{SigInfo, SigSet, Signal};
use crate::arch::signal::{call, restorer};

flags! {
    /// The flags of an action (`sa_flags`).
    pub struct ActionFlags: u64 {
        "SA_NOCLDSTOP" NOCLDSTOP = 0x1, "for `CHLD`: the signal is not sent when a child stops or continues.";
        "SA_NOCLDWAIT" NOCLDWAIT = 0x2, "for `CHLD`: terminated children do not become zombies.";
        "SA_SIGINFO" SIGINFO = 0x4, "the handler has three parameters.";
        "SA_UNSUPPORTED" UNSUPPORTED = 0x400, "detects whether the kernel clears unsupported flags: Linux 5.11 and newer clear this flag in \
            the stored action, and older kernels preserve all unknown flags.";
        "SA_EXPOSE_TAGBITS" EXPOSE_TAGBITS = 0x800, "fault addresses include their tag bits (arm64). Since Linux 5.11.";
        "SA_RESTORER" RESTORER = 0x0400_0000, "the action contains the address that the handler returns to.";
        "SA_ONSTACK" ONSTACK = 0x0800_0000, "the handler runs on the alternate signal stack, if the thread has one.";
        "SA_RESTART" RESTART = 0x1000_0000, "system calls that the handler interrupts are restarted, except calls that \
            always fail with `EINTR`.";
        "SA_NODEFER" NODEFER = 0x4000_0000, "the signal is not blocked while its handler runs.";
        "SA_RESETHAND" RESETHAND = 0x8000_0000, "the action is reset to the default before the handler runs.";
    }
}

/// A signal handler that receives the signal number.
pub type Handler = extern "C" fn(Signal);

/// A signal handler that also receives the `siginfo_t` of the signal and a pointer to the
/// `ucontext_t` of the interrupted code.
pub type InfoHandler = extern "C" fn(Signal, &SigInfo, *mut c_void);

/// `struct sigaction`, in the kernel's layout: the action of a signal.
///
/// The action that [`set_action`](super::set_action) returns contains everything that is needed to
/// restore the action, even if a C library set it.
///
/// Two actions are equal if their handler, flags, restorer and mask are equal. An action that a C
/// library set to the default can differ from [`DEFAULT`](Self::DEFAULT) in its flags, restorer and
/// mask: to test for the default action, use [`is_default`](Self::is_default).
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Action {
    handler: *const (),
    flags: ActionFlags,
    restorer: *const (),
    mask: SigSet,
}

layout! { Action: size 32, align 8, handler at 0, flags at 8, restorer at 16, mask at 24 }

// SAFETY: no safe method of `Action` accesses memory through the pointers.
unsafe impl Send for Action {}
// SAFETY: no safe method of `Action` accesses memory through the pointers.
unsafe impl Sync for Action {}

impl Action {
    /// `SIG_DFL` - the default action, which for most signals terminates the process.
    #[doc(alias = "SIG_DFL")]
    pub const DEFAULT: Self = Self::plain(0);

    /// `SIG_IGN` - ignores the signal.
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

    /// Creates an action that calls `handler` with the signal number.
    #[doc(alias = "sa_handler")]
    #[must_use]
    pub fn handler(handler: Handler) -> Self {
        Self::function(handler as *const (), ActionFlags::empty())
    }

    /// `SA_SIGINFO` - creates an action that calls `handler` with three arguments: the signal
    /// number, the `siginfo_t` and the `ucontext_t`.
    #[doc(alias = "SA_SIGINFO")]
    #[doc(alias = "sa_sigaction")]
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

    /// Adds flags to the action. `SIGINFO` and `RESTORER` are ignored: the type of the handler
    /// determines `SIGINFO`, and the architecture determines `RESTORER`.
    #[must_use]
    pub const fn with_flags(mut self, flags: ActionFlags) -> Self {
        const FIXED: ActionFlags = ActionFlags::SIGINFO.union(ActionFlags::RESTORER);
        self.flags = self.flags.union(flags.difference(FIXED));
        self
    }

    /// Sets the signals that are blocked while the handler runs, in addition to the thread's signal
    /// mask and the signal itself.
    #[doc(alias = "sa_mask")]
    #[must_use]
    pub fn with_mask(mut self, mask: impl Into<SigSet>) -> Self {
        self.mask = mask.into();
        self
    }

    /// Returns the address of the handler, or `None` if the action is `SIG_DFL` or `SIG_IGN`.
    #[doc(alias = "sa_handler")]
    #[doc(alias = "sa_sigaction")]
    #[must_use]
    pub fn handler_address(&self) -> Option<*const ()> {
        if self.is_default() || self.is_ignored() { None } else { Some(self.handler) }
    }

    /// Returns the flags of the action.
    #[doc(alias = "sa_flags")]
    #[must_use]
    pub const fn flags(&self) -> ActionFlags {
        self.flags
    }

    /// Returns the signals that are blocked while the handler runs.
    #[doc(alias = "sa_mask")]
    #[must_use]
    pub const fn mask(&self) -> SigSet {
        self.mask
    }

    /// Returns whether the action is the default (`SIG_DFL`).
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.handler.addr() == 0
    }

    /// Returns whether the action ignores the signal (`SIG_IGN`).
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        self.handler.addr() == 1
    }

    /// Calls the handler of the action. Returns `false` if the action has no handler because it is
    /// `SIG_DFL` or `SIG_IGN`.
    ///
    /// The handler runs with the caller's signal mask and stack, and the flags of the action have
    /// no effect.
    ///
    /// For example, a handler can pass signals that it does not handle to the previous handler:
    ///
    /// ```
    /// use butter::signal::{self, Action, ActionFlags, SigInfo, Signal};
    /// use std::ffi::c_void;
    /// use std::sync::OnceLock;
    ///
    /// static PREVIOUS: OnceLock<Action> = OnceLock::new();
    ///
    /// extern "C" fn on_segv(signal: Signal, info: &SigInfo, context: *mut c_void) {
    ///     // Without a previous handler, the retried instruction causes the default action.
    ///     let handled = PREVIOUS.get().is_some_and(|previous| {
    ///         // SAFETY: the previous handler receives the arguments of this handler.
    ///         unsafe { previous.call(signal, info, context) }
    ///     });
    ///     if !handled {
    ///         let _ = signal::set_default(signal);
    ///     }
    /// }
    ///
    /// # fn main() -> butter::Result<()> {
    /// PREVIOUS.get_or_init(|| signal::action(Signal::SEGV).unwrap_or(Action::DEFAULT));
    /// let action = Action::info_handler(on_segv).with_flags(ActionFlags::ONSTACK);
    /// // SAFETY: the handler is async-signal-safe.
    /// unsafe { signal::set_action(Signal::SEGV, &action)? };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Safety
    ///
    /// The handler must still exist: the handler must have been set in this process, and its
    /// library must not have been unloaded. The handler must be safe to call at this point with the
    /// passed arguments. A handler that calls the previous handler of the same signal must pass
    /// the arguments that it received.
    pub unsafe fn call(&self, signal: Signal, info: &SigInfo, context: *mut c_void) -> bool {
        let Some(handler) = self.handler_address() else { return false };
        // SAFETY: `handler` is the address of a function; that the function can be called with
        // these arguments is upheld by the caller.
        unsafe {
            call(
                handler,
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
