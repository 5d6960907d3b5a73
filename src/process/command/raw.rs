//! The raw system calls for the channel between a spawning process and its child.

use super::error::{Failure, SpawnStage};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{self, BorrowedFd, OwnedFd};
use crate::io;
use crate::syscall::syscall;

const AF_UNIX: u32 = 1;
const SOCK_SEQPACKET: u32 = 5;
const SOCK_CLOEXEC: u32 = 0x8_0000;
const MSG_NOSIGNAL: u32 = 0x4000;

/// `socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv)` - creates a pair of connected
/// sockets, which preserve message boundaries.
#[inline]
pub(super) fn socketpair() -> Result<(OwnedFd, OwnedFd)> {
    let mut pair = [-1, -1];
    let kind = SOCK_SEQPACKET | SOCK_CLOEXEC;
    // SAFETY: the kernel writes two descriptors, and keeps nothing.
    unsafe { syscall!(Call::SOCKETPAIR, socketpair(AF_UNIX, kind, 0_u32, &raw mut pair)) }
        .unit()?;
    let [first, second] = pair;
    // SAFETY: a new descriptor, which the successful call has stored.
    let first = unsafe { fd::owned(first) };
    // SAFETY: as above.
    let second = unsafe { fd::owned(second) };
    Ok((first, second))
}

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

/// `sendto(fd, buf, 1, MSG_NOSIGNAL, NULL, 0)` - lets the child continue. If the child has
/// terminated, the call fails without `SIGPIPE`.
#[inline]
pub(super) fn send_go(channel: BorrowedFd<'_>) -> Result<usize> {
    let byte = [1_u8];
    let start = byte.as_ptr();
    // SAFETY: the kernel reads one byte.
    unsafe { syscall!(Call::SENDTO, sendto(channel, start, 1_usize, MSG_NOSIGNAL, 0_usize, 0_u32)) }
        .size()
}
