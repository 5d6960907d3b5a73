//! Copying through a buffer in user space, for descriptors between which the kernel cannot copy.

use core::mem::MaybeUninit;

use super::strategy::StepError;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::BorrowedFd;
use crate::io;
use crate::pipe::{self, SpliceFlags};
use crate::poll::{self, PollFd, PollFlags};
use crate::time::Timeout;

/// The size of the buffer, which is on the stack: the most that one step copies.
const BUFFER_SIZE: usize = 16 * 1024;

/// Reads up to `max_length` bytes and writes them. Returns the number of bytes; 0 at the end of the
/// source.
pub(super) fn through_memory(
    source: BorrowedFd<'_>,
    target: BorrowedFd<'_>,
    max_length: usize,
) -> Result<usize, StepError> {
    let mut buffer = [MaybeUninit::uninit(); BUFFER_SIZE];
    let buffer = &mut buffer[..max_length.min(BUFFER_SIZE)];
    let count = io::retry(|| io::read_uninit(source, buffer).map(|bytes| bytes.len()))?;
    // SAFETY: the kernel has written the first `count` bytes, never more than the buffer holds.
    let bytes = unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast(), count) };
    write_all(target, bytes).map(|()| count)
}

/// Moves `count` bytes from a pipe that contains them to the target, within the kernel.
pub(super) fn drain(
    pipe: BorrowedFd<'_>,
    target: BorrowedFd<'_>,
    count: usize,
) -> Result<(), StepError> {
    let mut remaining = count;
    while remaining > 0 {
        let moved = match pipe::splice(pipe, None, target, None, remaining, SpliceFlags::MOVE) {
            Err(error) if error.is(Errno::AGAIN) && is_nonblocking(target) => {
                wait(target, PollFlags::OUT).map(|()| 0)
            }
            // The pipe is not empty, so it is the target that accepts nothing, and will not later.
            Ok(0) => Err(Error::new(Call::SPLICE, Errno::IO)),
            moved => moved,
        };
        match moved {
            Ok(moved) => remaining -= moved.min(remaining),
            Err(error) => {
                return Err(StepError { error, copied: count - remaining, lost: remaining });
            }
        }
    }
    Ok(())
}

/// Writes all bytes, with as many calls as necessary.
fn write_all(target: BorrowedFd<'_>, bytes: &[u8]) -> Result<(), StepError> {
    let mut remaining = bytes;
    while !remaining.is_empty() {
        let written = match io::retry(|| io::write(target, remaining)) {
            Err(error) if error.is(Errno::AGAIN) && is_nonblocking(target) => {
                wait(target, PollFlags::OUT).map(|()| 0)
            }
            // A target that accepts nothing now will not accept anything later.
            Ok(0) => Err(Error::new(Call::WRITE, Errno::IO)),
            written => written,
        };
        match written {
            Ok(written) => remaining = remaining.get(written..).unwrap_or(&[]),
            Err(error) => {
                return Err(StepError {
                    error,
                    copied: bytes.len() - remaining.len(),
                    lost: remaining.len(),
                });
            }
        }
    }
    Ok(())
}

/// Waits until a descriptor is ready for one of the events.
pub(super) fn wait(fd: BorrowedFd<'_>, events: PollFlags) -> Result<()> {
    poll::wait(&mut [PollFd::from_borrowed_fd(fd, events)], Timeout::Infinite).map(drop)
}

/// Returns whether a descriptor is non-blocking; `true` if `fcntl` fails.
pub(super) fn is_nonblocking(fd: BorrowedFd<'_>) -> bool {
    io::fcntl_getfl(fd).map_or(true, |flags| flags.contains(io::StatusFlags::NONBLOCK))
}
