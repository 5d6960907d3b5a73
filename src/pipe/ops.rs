//! Functions that create pipes, set their capacity, and move bytes between pipes and files.

use super::raw;
use crate::arch::abi;
use crate::error::Result;
use crate::fd::{AsFd, OwnedFd};
use crate::io::retry;

flags! {
    /// Flags for the creation of a pipe.
    pub struct CreateFlags: u32 {
        "O_NONBLOCK" NONBLOCK = 0x800, "reads and writes that would block fail with `EAGAIN`.";
        "O_CLOEXEC" CLOEXEC = 0x8_0000, "both descriptors are close-on-exec.";
        "O_DIRECT" DIRECT = abi::O_DIRECT, "packet mode: each read returns the bytes of one write. \
            Since Linux 3.4.";
        "O_NOTIFICATION_PIPE" NOTIFICATION = 0x80, "the pipe receives notifications from the \
            kernel (`watch_queue`). Since Linux 5.8.";
    }
}

flags! {
    /// Flags for moving bytes into and out of pipes.
    pub struct SpliceFlags: u32 {
        "SPLICE_F_MOVE" MOVE = 1, "a hint to move pages instead of copying them. Since Linux \
            2.6.21, it only has an effect with FUSE.";
        "SPLICE_F_NONBLOCK" NONBLOCK = 2, "fail with `EAGAIN` instead of waiting for a pipe. \
            The flag is needed for blocking pipes, and always for `vmsplice`, which ignores \
            `O_NONBLOCK`. It is not needed for [`splice`] and [`tee`] if a pipe end that is passed \
            is non-blocking (since Linux 5.1). Neither the flag nor a non-blocking pipe prevents \
            [`splice`] from waiting for a file or socket, which must be non-blocking itself; only \
            a Unix stream socket as the source does not block either.";
        "SPLICE_F_MORE" MORE = 4, "more data will follow: a socket may wait for more data before \
            it sends.";
        "SPLICE_F_GIFT" GIFT = 8, "only for `vmsplice`: the pages become the property of the \
            kernel, and the program must never modify the pages again.";
    }
}

/// Creates a pipe. Returns its read end and its write end, both close-on-exec.
///
/// # Errors
///
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files, or the user's limit on pages in pipes, has been
///   reached.
///
/// Since Linux 2.6.27; [pipe2(2)].
///
/// [pipe2(2)]: https://man7.org/linux/man-pages/man2/pipe2.2.html
#[doc(alias = "pipe2")]
#[inline]
pub fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    raw::pipe2(CreateFlags::CLOEXEC)
}

/// Creates a non-blocking pipe. Returns its read end and its write end, both close-on-exec.
///
/// # Errors
///
/// The errors of [`pipe`](pipe()).
///
/// Since Linux 2.6.27; [pipe2(2)].
///
/// [pipe2(2)]: https://man7.org/linux/man-pages/man2/pipe2.2.html
#[doc(alias = "pipe2")]
#[inline]
pub fn nonblocking() -> Result<(OwnedFd, OwnedFd)> {
    raw::pipe2(CreateFlags::CLOEXEC.union(CreateFlags::NONBLOCK))
}

/// Moves up to `length` bytes within the kernel: from a pipe to a file or a socket, from a file or
/// a socket to a pipe, or from pipe to pipe.
///
/// The target can receive references to the pages of the source instead of copies: the reader of a
/// pipe or socket then sees later writes to the source file.
///
/// Returns the number of bytes moved: 0 at the end of the source, and before TCP urgent data, which
/// only a `read` skips. Before urgent data, a non-blocking call can also fail with `EAGAIN`. If a
/// `splice` from a socket returns 0 or `EAGAIN` and the pipe is empty, [`io::read`] distinguishes
/// the end from urgent data, as in [this example](super#relaying-between-non-blocking-descriptors).
/// [`io::would_block_as_none`] converts the error `EAGAIN` to `None`.
///
/// If an offset is passed, the kernel starts at this offset of the file, advances the passed
/// offset, and does not use the file offset. Otherwise, the kernel uses and advances the file
/// offset. A pipe has no offset.
///
/// # Errors
///
/// - `EAGAIN`: a pipe, file or socket is not ready, or TCP urgent data is next; and a descriptor is
///   non-blocking or `flags` contains [`NONBLOCK`](SpliceFlags::NONBLOCK).
/// - `EBADF`: the source is not open for reading, or the target is not open for writing.
/// - `EINVAL`: neither descriptor is a pipe; or both are the same pipe; or the target is open for
///   appending; or a file does not support `splice`; or an offset or a flag is invalid.
/// - `ESPIPE`: an offset was passed for a pipe.
/// - `EPIPE`: the target is a pipe or socket without a reader, or a socket that was shut down for
///   writing. The call also raises `SIGPIPE`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// The call also returns the errors of a read from the source and of a write to the target.
///
/// Since Linux 2.6.17; [splice(2)].
///
/// [splice(2)]: https://man7.org/linux/man-pages/man2/splice.2.html
/// [`io::read`]: crate::io::read
/// [`io::would_block_as_none`]: crate::io::would_block_as_none
#[inline]
pub fn splice(
    source: impl AsFd,
    mut source_offset: Option<&mut u64>,
    target: impl AsFd,
    mut target_offset: Option<&mut u64>,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    let (source, target) = (source.as_fd(), target.as_fd());
    retry(move || {
        let (source_offset, target_offset) =
            (source_offset.as_deref_mut(), target_offset.as_deref_mut());
        raw::splice(source, source_offset, target, target_offset, length, flags)
    })
}

/// Duplicates up to `length` bytes from one pipe to another, without removing them from the source.
///
/// Returns the number of bytes duplicated: 0 if the source is empty and all its write ends are
/// closed. `tee` always starts with the first unread byte of the source: two calls of `tee`
/// duplicate the same bytes twice.
///
/// # Errors
///
/// - `EAGAIN`: the source is empty or the target is full, and one of the pipes is non-blocking or
///   `flags` contains `NONBLOCK`.
/// - `EBADF`: the source is not open for reading, or the target is not open for writing.
/// - `EINVAL`: a descriptor is not a pipe; or both are the same pipe; or a flag is invalid.
/// - `EPIPE`: the read end of the target is closed. The call also raises `SIGPIPE`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.17; [tee(2)].
///
/// [tee(2)]: https://man7.org/linux/man-pages/man2/tee.2.html
#[inline]
pub fn tee(
    source: impl AsFd,
    target: impl AsFd,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    let (source, target) = (source.as_fd(), target.as_fd());
    retry(move || raw::tee(source, target, length, flags))
}

/// Returns the capacity of a pipe in bytes: the number of its slots times the page size.
///
/// # Errors
///
/// - `EBADF`: the descriptor does not refer to a pipe.
///
/// Since Linux 2.6.35; [F_GETPIPE_SZ(2const)].
///
/// [F_GETPIPE_SZ(2const)]: https://man7.org/linux/man-pages/man2/F_GETPIPE_SZ.2const.html
#[doc(alias = "F_GETPIPE_SZ")]
#[inline]
pub fn size(pipe: impl AsFd) -> Result<usize> {
    raw::fcntl_getpipe_sz(pipe.as_fd())
}

/// Sets the capacity of a pipe to at least `bytes` bytes. Returns the new capacity, which the
/// kernel rounds up to a power of two and to at least one page.
///
/// # Errors
///
/// - `EPERM`: the capacity exceeds `fs.pipe-max-size`, or the user's pipes would exceed their limit
///   on pages, and the caller is unprivileged.
/// - `EBUSY`: the pipe contains more bytes than the new capacity, or is a notification pipe.
/// - `EINVAL`: the capacity is larger than 2 GiB.
/// - `EBADF`: the descriptor does not refer to a pipe.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.35; [F_SETPIPE_SZ(2const)].
///
/// [F_SETPIPE_SZ(2const)]: https://man7.org/linux/man-pages/man2/F_SETPIPE_SZ.2const.html
#[doc(alias = "F_SETPIPE_SZ")]
#[inline]
pub fn set_size(pipe: impl AsFd, bytes: usize) -> Result<usize> {
    // The argument of `F_SETPIPE_SZ` has 32 bits, and the kernel rejects `u32::MAX`.
    raw::fcntl_setpipe_sz(pipe.as_fd(), u32::try_from(bytes).unwrap_or(u32::MAX))
}
