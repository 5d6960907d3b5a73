//! Copying through a buffer in user space, for descriptors between which the kernel cannot copy.

use core::mem::MaybeUninit;

use super::ends::{Ends, Kind};
use super::raw;
use super::strategy::StepError;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::io::{self, StatusFlags};
use crate::pipe::{self, SpliceFlags};
use crate::poll::{self, PollFd, PollFlags};
use crate::time::Timeout;

/// The size of the buffer on the stack: the maximum number of bytes that one step copies through
/// memory.
const BUFFER_SIZE: usize = 16 * 1024;

/// The maximum number of bytes of a message that one step copies. The longest UDP datagram fits.
const MESSAGE_SIZE: usize = 64 * 1024;

/// A buffer with the alignment that direct I/O requires on most devices.
#[repr(align(4096))]
struct Buffer([MaybeUninit<u8>; BUFFER_SIZE]);

/// Reads up to `max_length` bytes from the source and writes the bytes to the target. Returns the
/// number of bytes copied, which is 0 at the end of the source.
pub(super) fn through_memory(
    source: BorrowedFd<'_>,
    target: BorrowedFd<'_>,
    ends: &Ends,
    max_length: usize,
) -> Result<usize, StepError> {
    if ends.source.kind == Kind::Messages {
        return message_through_memory(source, target, ends, max_length);
    }
    let mut buffer = Buffer([MaybeUninit::uninit(); BUFFER_SIZE]);
    let buffer = &mut buffer.0[..max_length.min(BUFFER_SIZE)];
    let count = with_direct_io(source, ends.source.is_direct(), || {
        io::read_uninit(source, buffer).map(|bytes| bytes.len())
    })?;
    // SAFETY: the kernel has written the first `count` bytes, never more than the buffer holds.
    let bytes = unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast(), count) };
    write_all(target, ends, bytes).map(|()| count)
}

/// Receives a message and writes the message with one call. Returns the number of bytes copied,
/// which is 0 for an empty message and at the end of the source.
///
/// Out of line, because the buffer on the stack is large.
#[inline(never)]
fn message_through_memory(
    source: BorrowedFd<'_>,
    target: BorrowedFd<'_>,
    ends: &Ends,
    max_length: usize,
) -> Result<usize, StepError> {
    let mut buffer = [MaybeUninit::uninit(); MESSAGE_SIZE + 1];
    let max_length = max_length.min(MESSAGE_SIZE);
    let length = match io::retry(|| raw::recvfrom_trunc(source, &mut buffer[..max_length])) {
        // Reading one byte more than `max_length` shows whether the message is longer, but not its
        // length.
        Err(error) if is_recvfrom_refused(error) => {
            io::retry(|| Ok(io::read_uninit(source, &mut buffer[..=max_length])?.len()))
        }
        received => received,
    }?;
    let count = length.min(max_length);
    // SAFETY: the kernel has written the start of the message, at most `max_length` bytes, to the
    // buffer. Only a stream socket discards bytes with `MSG_TRUNC` without writing them, and `End`
    // never classifies a stream socket as `Messages`.
    let bytes = unsafe { core::slice::from_raw_parts(buffer.as_ptr().cast(), count) };
    let discarded = length - count;
    write_all(target, ends, bytes)
        .map_err(|failed| StepError { lost: failed.lost + discarded, ..failed })?;
    match discarded {
        0 => Ok(count),
        lost => Err(StepError {
            error: Error::new(Call::RECVFROM_TRUNC, Errno::MSGSIZE),
            copied: count,
            lost,
        }),
    }
}

/// Returns whether a seccomp filter rejects every `recvfrom` with this error.
fn is_recvfrom_refused(error: Error) -> bool {
    // Without a filter, `recvfrom` fails with `ENOTSOCK` for a pipe.
    pipe::pipe().is_ok_and(|(reader, _writer)| {
        raw::recvfrom_trunc(reader.as_fd(), &mut [])
            .is_err_and(|other| other.errno() == error.errno())
    })
}

/// Calls a function that reads from or writes to a file. On a file that is open for direct I/O, the
/// function fails with `EINVAL` if the position or the number of bytes is not a multiple of the
/// block size. In this case, calls the function again while the flag `O_DIRECT` is cleared.
fn with_direct_io<T>(
    fd: BorrowedFd<'_>,
    is_direct: bool,
    mut call: impl FnMut() -> Result<T>,
) -> Result<T> {
    let result = io::retry(&mut call);
    let Err(error) = result else { return result };
    if !is_direct || !error.is(Errno::INVAL) {
        return Err(error);
    }
    let flags = io::fcntl_getfl(fd).map_err(|_| error)?;
    io::fcntl_setfl(fd, flags.difference(StatusFlags::DIRECT)).map_err(|_| error)?;
    let result = io::retry(call);
    let _ = io::fcntl_setfl(fd, flags);
    result
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
            // The pipe is not empty, so a result of 0 means that the target will never accept
            // bytes.
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
fn write_all(target: BorrowedFd<'_>, ends: &Ends, bytes: &[u8]) -> Result<(), StepError> {
    let is_direct = ends.target.is_direct();
    let mut remaining = bytes;
    while !remaining.is_empty() {
        let written = match with_direct_io(target, is_direct, || io::write(target, remaining)) {
            Err(error) if error.is(Errno::AGAIN) && is_nonblocking(target) => {
                wait(target, PollFlags::OUT).map(|()| 0)
            }
            // A result of 0 means that the target will never accept bytes.
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

/// Returns whether a pipe or socket has an error or its other end is closed, so that bytes written
/// to it will not be read.
pub(super) fn is_closed(fd: BorrowedFd<'_>) -> bool {
    let mut entries = [PollFd::from_borrowed_fd(fd, PollFlags::empty())];
    poll::wait(&mut entries, Timeout::Zero).is_ok()
        && entries[0].ready().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Returns whether a descriptor is non-blocking, or `true` if `fcntl` fails.
pub(super) fn is_nonblocking(fd: BorrowedFd<'_>) -> bool {
    io::fcntl_getfl(fd).map_or(true, |flags| flags.contains(StatusFlags::NONBLOCK))
}
