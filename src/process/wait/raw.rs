//! The raw system call that waits for children.

use core::mem::MaybeUninit;

use super::types::{WaitFlags, WaitId};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::process::Rusage;
use crate::signal::SigInfo;
use crate::syscall::syscall;

/// `waitid(idtype, id, &info, options, &rusage)` - waits until a child changes its state. Returns
/// the record of the event, or `None` if `NOHANG` is set and no child has changed its state.
///
/// The call reaps a child that has terminated, unless `NOWAIT` is set: afterwards, the kernel can
/// reuse the process ID. The record has the signal `CHLD`; its CPU times are 0. If `rusage` is
/// present and the result is not `None`, the kernel stores the resource usage of the child and of
/// the descendants for which the child has waited.
///
/// # Errors
///
/// - `ECHILD`: the caller has no such child, or none that the flags select; or the child
///   terminated, and the caller ignores `SIGCHLD` or has set `SA_NOCLDWAIT`.
/// - `EINTR`: interrupted by a signal handler.
/// - `EAGAIN`: the pidfd is non-blocking, `WNOHANG` is not set, and the child has not changed its
///   state (since Linux 5.10).
/// - `EINVAL`: the flags contain none of `WEXITED`, `WSTOPPED` and `WCONTINUED`, or an unknown
///   flag.
/// - `EBADF`: the descriptor is not a pidfd.
///
/// Since Linux 2.6.9; [waitid(2)].
///
/// [waitid(2)]: https://man7.org/linux/man-pages/man2/waitid.2.html
#[inline]
pub fn waitid(
    id: WaitId<'_>,
    flags: WaitFlags,
    rusage: Option<&mut MaybeUninit<Rusage>>,
) -> Result<Option<SigInfo>> {
    let mut info = SigInfo::zeroed();
    let (id_type, id) = id.type_and_id();
    let rusage = rusage.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel writes one record and one `Rusage`, and keeps nothing.
    unsafe { syscall!(Call::WAITID, waitid(id_type, id, &raw mut info, flags.bits(), rusage)) }
        .unit()?;
    Ok(if info.is_unchanged() { None } else { Some(info) })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    WAITID:
        CHILD => "the caller has no such child, or none that the flags select; or the child \
            terminated, and the caller ignores SIGCHLD or has set SA_NOCLDWAIT",
        INTR => "interrupted by a signal handler",
        AGAIN => "the pidfd is non-blocking, WNOHANG is not set, and the child has not changed its \
            state (since Linux 5.10)",
        INVAL => "the flags contain none of WEXITED, WSTOPPED and WCONTINUED, or an unknown flag",
        BADF => "the descriptor is not a pidfd";
};
