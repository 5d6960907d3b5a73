//! The signal mask.

use core::fmt;
use core::marker::PhantomData;

use super::{SigSet, Signal};
use crate::error::{Call, Result};
use crate::syscall::syscall;

/// How [`rt_sigprocmask`] takes a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum How {
    /// `SIG_BLOCK` - hold these signals back, too.
    Block = 0,
    /// `SIG_UNBLOCK` - let these signals through.
    Unblock = 1,
    /// `SIG_SETMASK` - hold back these signals and no others.
    Set = 2,
}

/// `rt_sigprocmask(how, set, oldset, sigsetsize)` - changes the thread's signal mask; returns what it was.
///
/// Without a set, nothing is changed. `KILL` and `STOP` cannot be held back: the kernel leaves them out.
///
/// # Errors
///
/// None of its own.
///
/// Since Linux 2.1.62; sigprocmask(2).
#[inline]
pub fn rt_sigprocmask(how: How, set: Option<SigSet>) -> Result<SigSet> {
    let mut old = SigSet::empty();
    let given = set.unwrap_or(SigSet::empty());
    let set = if set.is_some() { &raw const given } else { core::ptr::null() };
    // SAFETY: the kernel reads one set, writes one, and keeps nothing.
    unsafe {
        syscall!(
            Call::RT_SIGPROCMASK,
            rt_sigprocmask(how as u32, set, &raw mut old, size_of::<SigSet>())
        )
    }
    .unit()?;
    Ok(old)
}

/// The thread's signal mask.
///
/// # Errors
///
/// None of its own.
#[inline]
pub fn mask() -> Result<SigSet> {
    rt_sigprocmask(How::Block, None)
}

/// Holds back these signals, until what is returned is dropped.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "SIG_BLOCK")]
#[inline]
pub fn block(signals: impl Into<SigSet>) -> Result<MaskGuard> {
    let signals = signals.into();
    let old = rt_sigprocmask(How::Block, Some(signals))?;
    let held_back = signals.without(Signal::KILL).without(Signal::STOP);
    Ok(MaskGuard { added: held_back.difference(old), thread: PhantomData })
}

/// Lets these signals through; returns what the mask was.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "SIG_UNBLOCK")]
#[inline]
pub fn unblock(signals: impl Into<SigSet>) -> Result<SigSet> {
    rt_sigprocmask(How::Unblock, Some(signals.into()))
}

/// Holds back these signals and no others; returns what the mask was.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "SIG_SETMASK")]
#[inline]
pub fn set_mask(signals: impl Into<SigSet>) -> Result<SigSet> {
    rt_sigprocmask(How::Set, Some(signals.into()))
}

/// Signals that the thread holds back for as long as this lives.
///
/// Dropped, it lets through those that [`block`] added to the mask, and no others: of several, drop the last first. It
/// stays in its thread, whose mask it is about. A signal that came meanwhile takes effect then: read what a signalfd
/// has before.
#[must_use = "dropped at once, it holds nothing back"]
pub struct MaskGuard {
    added: SigSet,
    thread: PhantomData<*mut ()>,
}

impl MaskGuard {
    /// The signals that it holds back: those that were not held back before.
    #[must_use]
    pub const fn signals(&self) -> SigSet {
        self.added
    }

    /// Goes on holding them back for the rest of the thread.
    pub const fn forget(self) {
        core::mem::forget(self);
    }
}

impl Drop for MaskGuard {
    fn drop(&mut self) {
        // The call has nothing to fail with.
        let _ = unblock(self.added);
    }
}

impl fmt::Debug for MaskGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MaskGuard").field(&self.added).finish()
    }
}

static_assertions::assert_not_impl_any!(MaskGuard: Send, Sync);
