//! The raw system calls for the channel between a spawning process and its child.

use super::error::{Failure, SpawnStage};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::BorrowedFd;
use crate::io;
use crate::syscall::syscall;

/// `write(fd, failure, size)` - reports a failure to the parent.
#[inline]
pub(super) fn send_failure(channel: BorrowedFd<'_>, failure: &Failure) -> Result<usize> {
    let start = core::ptr::from_ref(failure);
    // SAFETY: the kernel reads the bytes of the failure, including its padding.
    unsafe { syscall!(Call::WRITE, write(channel, start, size_of::<Failure>())) }.size()
}

/// `read(fd, buf, size)` - receives the failure of a child. Returns `None` if the child has closed
/// its end of the channel, because it has executed its program or was killed.
#[inline]
pub(super) fn receive_failure(channel: BorrowedFd<'_>) -> Result<Option<Failure>> {
    // The value remains if a tracer or a seccomp filter forges the count.
    let forged = Error::new(Call::READ, Errno::IO);
    let mut failure = Failure::new(SpawnStage::Clone, forged);
    let (start, size) = (&raw mut failure, size_of::<Failure>());
    // SAFETY: the kernel writes at most one failure, which the child has sent: only the child has
    // the other end of the channel. It keeps nothing.
    let count = unsafe { syscall!(Call::READ, read(channel, start, size)) }.at_most(size)?;
    if count == size {
        return Ok(Some(failure));
    }
    if count == 0 { Ok(None) } else { Err(forged) }
}

/// `read(fd, buf, 1)` - waits until the parent has written the ID maps. Returns 0 if it could not.
#[inline]
pub(super) fn read_go(channel: BorrowedFd<'_>) -> Result<usize> {
    io::retry(|| io::read(channel, &mut [0]))
}
