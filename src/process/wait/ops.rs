//! Functions that wait for children.

use core::mem::MaybeUninit;

use super::raw;
use super::status::WaitStatus;
use super::types::{WaitFlags, WaitId};
use crate::error::{Call, Errno, Error, Result};
use crate::io::retry;
use crate::process::Rusage;
use crate::signal::SigInfo;

/// Waits until a child changes its state, and returns the change. Signals do not interrupt the
/// wait.
///
/// `flags` selects the changes, usually [`WaitFlags::EXITED`]. The function reaps a child that has
/// terminated, unless `NOWAIT` is set. The flag `NOHANG` has no effect: see [`wait_nonblocking`].
///
/// # Errors
///
/// - `ECHILD`: the caller has no such child, or ignores `SIGCHLD`.
/// - `EAGAIN`: the pidfd is non-blocking, and the child has not changed its state.
/// - `EINVAL`: the flags contain none of `EXITED`, `STOPPED` and `CONTINUED`, or an unknown flag.
/// - `EBADF`: the descriptor is not a pidfd.
///
/// Since Linux 2.6.9; [waitid(2)].
///
/// [waitid(2)]: https://man7.org/linux/man-pages/man2/waitid.2.html
#[doc(alias = "waitid", alias = "waitpid", alias = "wait4")]
#[inline]
pub fn wait<'fd>(id: impl Into<WaitId<'fd>>, flags: WaitFlags) -> Result<WaitStatus> {
    let (id, flags) = (id.into(), flags.difference(WaitFlags::NOHANG));
    changed(retry(|| raw::waitid(id, flags, None))?)
}

/// Waits like [`wait`], but returns `EINTR` if a signal handler interrupts the wait.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal handler.
///
/// The function also fails with the errors of [`wait`].
#[doc(alias = "waitid", alias = "waitpid", alias = "wait4")]
#[inline]
pub fn wait_interruptible<'fd>(id: impl Into<WaitId<'fd>>, flags: WaitFlags) -> Result<WaitStatus> {
    changed(raw::waitid(id.into(), flags.difference(WaitFlags::NOHANG), None)?)
}

/// Waits like [`wait`], and also returns the resource usage of the child and of the descendants for
/// which the child has waited.
///
/// # Errors
///
/// The errors of [`wait`].
#[doc(alias = "waitid", alias = "wait4", alias = "wait3")]
#[inline]
pub fn wait_with_rusage<'fd>(
    id: impl Into<WaitId<'fd>>,
    flags: WaitFlags,
) -> Result<(WaitStatus, Rusage)> {
    let (id, flags) = (id.into(), flags.difference(WaitFlags::NOHANG));
    let mut rusage = MaybeUninit::<Rusage>::zeroed();
    let status = changed(retry(|| raw::waitid(id, flags, Some(&mut rusage)))?)?;
    // SAFETY: a `Rusage` consists of integers, so zeros are a valid value even if the kernel has
    // written nothing.
    Ok((status, unsafe { rusage.assume_init() }))
}

/// Returns the change of the state of a child, or `None` if no child has changed its state. The
/// function does not block.
///
/// # Errors
///
/// - `ECHILD`: the caller has no such child, or ignores `SIGCHLD`.
/// - `EINVAL`: the flags contain none of `EXITED`, `STOPPED` and `CONTINUED`, or an unknown flag.
/// - `EBADF`: the descriptor is not a pidfd.
///
/// Since Linux 2.6.9; [waitid(2)].
///
/// [waitid(2)]: https://man7.org/linux/man-pages/man2/waitid.2.html
#[doc(alias = "waitid", alias = "WNOHANG")]
#[inline]
pub fn wait_nonblocking<'fd>(
    id: impl Into<WaitId<'fd>>,
    flags: WaitFlags,
) -> Result<Option<WaitStatus>> {
    let (id, flags) = (id.into(), flags.union(WaitFlags::NOHANG));
    match retry(|| raw::waitid(id, flags, None))? {
        Some(info) => changed(Some(info)).map(Some),
        None => Ok(None),
    }
}

/// Reaps one child that has terminated. Returns `None` if no child has terminated, or if the caller
/// has no children. The function does not block.
///
/// Call this function in a loop after each `CHLD` signal, because several children can terminate
/// before the signal is accepted.
///
/// # Errors
///
/// The call cannot fail.
///
/// Since Linux 2.6.9; [waitid(2)].
///
/// [waitid(2)]: https://man7.org/linux/man-pages/man2/waitid.2.html
#[doc(alias = "waitid", alias = "WNOHANG")]
#[inline]
pub fn wait_any_nonblocking() -> Result<Option<WaitStatus>> {
    match wait_nonblocking(WaitId::Any, WaitFlags::EXITED) {
        Err(error) if error.is(Errno::CHILD) => Ok(None),
        result => result,
    }
}

/// Converts the record of a child. Only a seccomp filter or a tracer can forge a result without the
/// record of a child.
#[inline]
fn changed(info: Option<SigInfo>) -> Result<WaitStatus> {
    info.as_ref().and_then(WaitStatus::new).ok_or(Error::new(Call::WAITID, Errno::IO))
}
