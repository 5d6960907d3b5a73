//! Bytes that go through the program's memory, where the kernel cannot move them by itself.

use core::mem::MaybeUninit;

use super::strategy::StepError;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::BorrowedFd;
use crate::io;
use crate::pipe::{self, SpliceFlags};
use crate::poll::{self, PollFd, PollFlags};
use crate::time::Timeout;

/// What a step takes at once: as much of the stack.
const ROOM: usize = 16 * 1024;

/// Reads up to so many bytes, and writes them; returns how many, 0 at the end of the source.
pub(super) fn through_memory(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    most: usize,
) -> Result<usize, StepError> {
    let mut room = [MaybeUninit::uninit(); ROOM];
    let room = &mut room[..most.min(ROOM)];
    let count = io::retry(|| io::read_uninit(from, room).map(|bytes| bytes.len()))?;
    // SAFETY: the kernel has written the first `count` bytes, never more than there is room for.
    let bytes = unsafe { core::slice::from_raw_parts(room.as_ptr().cast(), count) };
    write_all(to, bytes).map(|()| count)
}

/// Moves so many bytes from a pipe that holds them to the target, within the kernel.
pub(super) fn drain(
    pipe: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    count: usize,
) -> Result<(), StepError> {
    let mut left = count;
    while left > 0 {
        let moved = match pipe::splice(pipe, None, to, None, left, SpliceFlags::MOVE) {
            Err(error) if error.is(Errno::AGAIN) && is_nonblocking(to) => {
                wait(to, PollFlags::OUT).map(|()| 0)
            }
            // The pipe has bytes: it is the target that takes none, and will take none later either.
            Ok(0) => Err(Error::new(Call::SPLICE, Errno::IO)),
            moved => moved,
        };
        match moved {
            Ok(moved) => left -= moved.min(left),
            Err(error) => return Err(StepError { error, arrived: count - left, lost: left }),
        }
    }
    Ok(())
}

/// Writes all of these bytes, however many go at once.
fn write_all(to: BorrowedFd<'_>, bytes: &[u8]) -> Result<(), StepError> {
    let mut left = bytes;
    while !left.is_empty() {
        let written = match io::retry(|| io::write(to, left)) {
            Err(error) if error.is(Errno::AGAIN) && is_nonblocking(to) => {
                wait(to, PollFlags::OUT).map(|()| 0)
            }
            // What takes nothing takes nothing later either.
            Ok(0) => Err(Error::new(Call::WRITE, Errno::IO)),
            written => written,
        };
        match written {
            Ok(written) => left = left.get(written..).unwrap_or(&[]),
            Err(error) => {
                return Err(StepError {
                    error,
                    arrived: bytes.len() - left.len(),
                    lost: left.len(),
                });
            }
        }
    }
    Ok(())
}

/// Waits until a descriptor is ready for this.
pub(super) fn wait(fd: BorrowedFd<'_>, flags: PollFlags) -> Result<()> {
    poll::wait(&mut [PollFd::from_borrowed_fd(fd, flags)], Timeout::Infinite).map(drop)
}

/// Whether a call that has to wait says so at once. A descriptor that cannot be asked is method_used for one.
pub(super) fn is_nonblocking(fd: BorrowedFd<'_>) -> bool {
    io::fcntl_getfl(fd).map_or(true, |flags| flags.contains(io::StatusFlags::NONBLOCK))
}
