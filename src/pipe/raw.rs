//! The kernel's calls on pipes.

use core::ffi::c_int;
use core::mem::MaybeUninit;

use super::{CreateFlags, SpliceFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd, owned};
use crate::io::{IoSlice, IoSliceMut};
use crate::syscall::syscall;

const F_SETPIPE_SZ: u32 = 1031;
const F_GETPIPE_SZ: u32 = 1032;

/// `pipe2(pipefd, flags)` - makes a pipe: the reading end, then the writing end.
///
/// # Errors
///
/// `EINVAL` - an unknown flag. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has, or
/// the user's pipes have as much memory as they may. `ENOPKG` - the kernel is built without notification pipes.
///
/// Since Linux 2.6.27; pipe2(2).
#[inline]
pub fn pipe2(flags: CreateFlags) -> Result<(OwnedFd, OwnedFd)> {
    let mut ends = MaybeUninit::<[c_int; 2]>::uninit();
    // SAFETY: the kernel writes two numbers on success, and keeps nothing.
    unsafe { syscall!(Call::PIPE2, pipe2(ends.as_mut_ptr(), flags.bits())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    let [reader, writer] = unsafe { ends.assume_init() };
    // SAFETY: a new descriptor, ours alone.
    let reader = unsafe { owned(reader) };
    // SAFETY: as above.
    let writer = unsafe { owned(writer) };
    Ok((reader, writer))
}

/// `splice(fd_in, off_in, fd_out, off_out, len, flags)` - moves bytes from a file to a pipe, from a pipe to a file, or
/// from pipe to pipe, within the kernel.
///
/// Returns how many went: 0 at the end of the source, and before urgent data of TCP, which only a read goes past; a
/// non-blocking call may fail with `EAGAIN` there. With an offset, the file's position is not used: the kernel moves
/// the offset on instead. At most 2 GiB less a page go at once.
///
/// # Errors
///
/// `EAGAIN` - a pipe would have to be waited for, and it or the call is non-blocking. `EINTR` - a signal came first.
/// `EBADF` - not open for reading, or not for writing. `EINVAL` - neither is a pipe, or both are the same one; the
/// target is open in append mode; an offset beyond [`i64::MAX`], or for what has no positions; the file's driver does
/// not splice; an unknown flag. `ESPIPE` - an offset for a pipe. `EPIPE` - nobody reads the pipe or socket that is the
/// target; the signal `SIGPIPE` comes too. `ENOMEM` - no memory for it. And what a read or a write of the file fails
/// with.
///
/// Since Linux 2.6.17; splice(2).
#[inline]
pub fn splice(
    from: BorrowedFd<'_>,
    from_offset: Option<&mut u64>,
    to: BorrowedFd<'_>,
    to_offset: Option<&mut u64>,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    let from_offset = from_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let to_offset = to_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads and writes each offset that is there, touches no other memory of the program, and keeps
    // nothing.
    unsafe {
        syscall!(Call::SPLICE, splice(from, from_offset, to, to_offset, length, flags.bits()))
    }
    .size()
}

/// `tee(fd_in, fd_out, len, flags)` - duplicates bytes of one pipe into another, and leaves them where they are.
///
/// Returns how many: 0 when there are none and nobody writes to the first pipe any more.
///
/// # Errors
///
/// `EAGAIN` - one of the pipes would have to be waited for, and it or the call is non-blocking. `EINTR` - a signal came
/// first. `EBADF` - not open for reading, or not for writing. `EINVAL` - one is no pipe, or both are the same one; an
/// unknown flag. `EPIPE` - nobody reads the second one; the signal `SIGPIPE` comes too. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.17; tee(2).
#[inline]
pub fn tee(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    // SAFETY: touches no memory of the program.
    unsafe { syscall!(Call::TEE, tee(from, to, length, flags.bits())) }.size()
}

/// `vmsplice(fd, iov, nr_segs, flags)` - puts the pages behind these bytes into a pipe, by its writing end: not a copy,
/// but the memory itself, for as long as the pipe holds it.
///
/// Returns how many bytes went: fewer than there are when the pipe has no room left, and some went in.
///
/// # Safety
///
/// The descriptor must be open for writing: by a reading end the kernel *writes* to the memory. What happens to the
/// memory after the call is seen by whoever reads the pipe, at whatever time they do and however often it was passed
/// on: until then it must not be written to, nor freed, since what is put there next would be read. Nothing says when
/// that time is over.
///
/// # Errors
///
/// `EAGAIN` - the pipe is full, and the call is non-blocking: that the pipe is does not matter here. `EINTR` - a signal
/// came first. `EBADF` - the descriptor is no pipe. `EINVAL` - more than 1024 pieces, or an unknown flag. `EPIPE` -
/// nobody reads the pipe; the signal `SIGPIPE` comes too. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.17; vmsplice(2).
#[inline]
pub unsafe fn vmsplice(
    fd: BorrowedFd<'_>,
    pieces: &[IoSlice<'_>],
    flags: SpliceFlags,
) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`. By a writing end the kernel reads them, and keeps
    // references to the pages behind them, which the caller leaves alone.
    unsafe { syscall!(Call::VMSPLICE, vmsplice(fd, pieces.as_ptr(), pieces.len(), flags.bits())) }
        .size()
}

/// `vmsplice(fd, iov, nr_segs, flags)` - takes bytes out of a pipe, by its reading end, into several buffers.
///
/// It copies them, as [`readv`](crate::io::readv) does, which is the safe way. Returns how many came: 0 when there are
/// none and nobody writes to the pipe any more.
///
/// # Safety
///
/// The descriptor must not be open for writing: by a writing end the memory goes *into* the pipe, and what holds for
/// [`vmsplice`] holds then.
///
/// # Errors
///
/// As [`vmsplice`], without `EPIPE`; `EAGAIN` - the pipe is empty, and the call is non-blocking.
///
/// Since Linux 2.6.23; vmsplice(2).
#[inline]
pub unsafe fn vmsplice_read(
    fd: BorrowedFd<'_>,
    buffers: &mut [IoSliceMut<'_>],
    flags: SpliceFlags,
) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`. By a reading end the kernel reads them, writes at most as
    // many bytes to each as it says, and keeps nothing; that it is one the caller promises.
    unsafe {
        syscall!(Call::VMSPLICE, vmsplice(fd, buffers.as_mut_ptr(), buffers.len(), flags.bits()))
    }
    .size()
}

/// `fcntl(fd, F_GETPIPE_SZ)` - how many bytes the pipe takes at most.
///
/// # Errors
///
/// `EBADF` - the descriptor is no pipe.
///
/// Since Linux 2.6.35; `F_GETPIPE_SZ`(2const).
#[inline]
pub fn fcntl_getpipe_sz(fd: BorrowedFd<'_>) -> Result<u32> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_GETPIPE_SZ, fcntl(fd, F_GETPIPE_SZ)) }
        .size()
        .map(|size| size as u32)
}

/// `fcntl(fd, F_SETPIPE_SZ, size)` - makes the pipe take at least so many bytes; returns how many the kernel made of
/// it: a power of two, and at least a page.
///
/// # Errors
///
/// `EPERM` - more than `fs.pipe-max-size`, or than the user's pipes may have together, which takes the capability
/// `CAP_SYS_RESOURCE`. `EBUSY` - it holds more than that now, or is one for notifications. `EINVAL` - more than 2^31.
/// `EBADF` - the descriptor is no pipe. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.35; `F_SETPIPE_SZ`(2const).
#[inline]
pub fn fcntl_setpipe_sz(fd: BorrowedFd<'_>, size: u32) -> Result<u32> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_SETPIPE_SZ, fcntl(fd, F_SETPIPE_SZ, size)) }
        .size()
        .map(|size| size as u32)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PIPE2:
        INVAL => "a flag that this kernel does not know",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max), or the user as many pages in pipes \
            (fs.pipe-user-pages-hard)",
        NOPKG => Unsupported "the kernel is built without notification pipes (CONFIG_WATCH_QUEUE)";
    SPLICE:
        INVAL => "neither is a pipe, or both are the same one; the target is in append mode (O_APPEND); an offset is \
            none, or for what has no positions; the file does not splice; or a flag that this kernel does not know",
        SPIPE => "a pipe has no offset",
        BADF => "the source is not open for reading, or the target not for writing",
        AGAIN => "nothing is there now, or there is no room, and the pipe or the call is non-blocking",
        PIPE => "nobody reads the other end of the target";
    TEE:
        INVAL => "one is no pipe, both are the same one, or a flag that this kernel does not know",
        BADF => "the source is not open for reading, or the target not for writing",
        AGAIN => "nothing is there now, or there is no room, and a pipe or the call is non-blocking",
        PIPE => "nobody reads the other end of the target";
    VMSPLICE:
        INVAL => "more than 1024 pieces, or a flag that this kernel does not know",
        BADF => "the descriptor is no pipe, or not the end that is asked for",
        AGAIN => "the pipe is full, or empty where it is read from, and the call is non-blocking",
        PIPE => "nobody reads the other end of the pipe";
    FCNTL_GETPIPE_SZ:
        BADF => "the descriptor is no pipe";
    FCNTL_SETPIPE_SZ:
        PERM => "more than a pipe may have (fs.pipe-max-size), or the user's pipes together (fs.pipe-user-pages-soft)",
        BUSY => "the pipe holds more than that now, or is one for notifications",
        INVAL => "no pipe can have more than 2 GiB",
        BADF => "the descriptor is no pipe";
};
