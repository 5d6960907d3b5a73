//! The signal mask of the calling thread.

use core::fmt;
use core::marker::PhantomData;

use super::{SigSet, Signal, raw::rt_sigprocmask};
use crate::error::Result;

/// The change of the signal mask that [`rt_sigprocmask`] performs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum How {
    /// `SIG_BLOCK` - adds the signals to the mask.
    #[doc(alias = "SIG_BLOCK")]
    Block = 0,
    /// `SIG_UNBLOCK` - removes the signals from the mask.
    #[doc(alias = "SIG_UNBLOCK")]
    Unblock = 1,
    /// `SIG_SETMASK` - replaces the mask.
    #[doc(alias = "SIG_SETMASK")]
    Set = 2,
}

/// Returns the signal mask of the calling thread.
///
/// The C call is [sigprocmask(2)]. `mask` cannot fail.
///
/// [sigprocmask(2)]: https://man7.org/linux/man-pages/man2/sigprocmask.2.html
#[doc(alias = "rt_sigprocmask")]
#[doc(alias = "sigprocmask")]
#[doc(alias = "pthread_sigmask")]
#[inline]
pub fn mask() -> Result<SigSet> {
    rt_sigprocmask(How::Block, None)
}

/// Blocks signals in the calling thread until the returned guard is dropped.
///
/// Bind the guard to a named variable: `let _ = block(..)?` drops the guard immediately, so that
/// the signals are not blocked afterwards. The compiler reports this mistake only if the lint
/// `let_underscore_drop` is enabled:
///
/// ```compile_fail
/// #![deny(let_underscore_drop)]
///
/// # fn main() -> butter::Result<()> {
/// use butter::signal::{self, Signal};
///
/// let _ = signal::block(Signal::TERM)?; // should be `let _mask`
/// # Ok(())
/// # }
/// ```
///
/// New threads inherit the mask, so block signals in `main` before starting threads. The C call is
/// [sigprocmask(2)]. `block` cannot fail.
///
/// [sigprocmask(2)]: https://man7.org/linux/man-pages/man2/sigprocmask.2.html
#[doc(alias = "SIG_BLOCK")]
#[doc(alias = "rt_sigprocmask")]
#[doc(alias = "sigprocmask")]
#[doc(alias = "pthread_sigmask")]
#[inline]
pub fn block(signals: impl Into<SigSet>) -> Result<MaskGuard> {
    let signals = signals.into();
    let old = rt_sigprocmask(How::Block, Some(signals))?;
    let blocked = signals.without(Signal::KILL).without(Signal::STOP);
    Ok(MaskGuard { added: blocked.difference(old), thread: PhantomData })
}

/// Unblocks signals in the calling thread, and returns the previous signal mask.
///
/// The C call is [sigprocmask(2)]. `unblock` cannot fail.
///
/// [sigprocmask(2)]: https://man7.org/linux/man-pages/man2/sigprocmask.2.html
#[doc(alias = "SIG_UNBLOCK")]
#[doc(alias = "rt_sigprocmask")]
#[doc(alias = "sigprocmask")]
#[doc(alias = "pthread_sigmask")]
#[inline]
pub fn unblock(signals: impl Into<SigSet>) -> Result<SigSet> {
    rt_sigprocmask(How::Unblock, Some(signals.into()))
}

/// Sets the signal mask of the calling thread, and returns the previous mask.
///
/// The C call is [sigprocmask(2)]. `set_mask` cannot fail.
///
/// [sigprocmask(2)]: https://man7.org/linux/man-pages/man2/sigprocmask.2.html
#[doc(alias = "SIG_SETMASK")]
#[doc(alias = "rt_sigprocmask")]
#[doc(alias = "sigprocmask")]
#[doc(alias = "pthread_sigmask")]
#[inline]
pub fn set_mask(signals: impl Into<SigSet>) -> Result<SigSet> {
    rt_sigprocmask(How::Set, Some(signals.into()))
}

/// A guard, returned by [`block`], that unblocks signals in the calling thread when it is dropped.
///
/// The guard unblocks only the signals that were not blocked before [`block`] was called. Drop
/// nested guards in reverse order. A signal that is still pending when the guard is dropped is
/// delivered. If a signalfd reads the signals, read all pending signals before dropping the guard.
///
/// The guard cannot be sent to another thread, because each thread has its own signal mask.
#[must_use = "the signals are unblocked when the guard is dropped"]
pub struct MaskGuard {
    added: SigSet,
    thread: PhantomData<*mut ()>,
}

impl MaskGuard {
    /// Returns the signals that this guard unblocks: those that were not blocked before [`block`]
    /// was called.
    #[must_use]
    pub const fn signals(&self) -> SigSet {
        self.added
    }

    /// Consumes the guard, and leaves the signals blocked.
    pub const fn forget(self) {
        core::mem::forget(self);
    }
}

impl Drop for MaskGuard {
    fn drop(&mut self) {
        // Only a seccomp filter or a tracer can make `unblock` fail, and a drop cannot return an
        // error.
        let _ = unblock(self.added);
    }
}

impl fmt::Debug for MaskGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MaskGuard").field(&self.added).finish()
    }
}

static_assertions::assert_not_impl_any!(MaskGuard: Send, Sync);
