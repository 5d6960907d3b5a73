//! Raw system calls of the random number generator.

use super::GetRandomFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::io::Buffer;
use crate::syscall::syscall;

/// `getrandom(buf, buflen, flags)` - fills a buffer with random bytes, and returns the bytes that
/// were filled.
///
/// Once the random number generator is seeded, the call fills a buffer of up to 256 bytes
/// completely. If the buffer is larger, the call can fill fewer bytes: if a signal is pending, or
/// if the buffer has more than 33,554,431 bytes.
///
/// # Errors
///
/// - `EAGAIN`: the random number generator is not seeded yet, and `GRND_NONBLOCK` is set.
/// - `EINTR`: interrupted by a signal handler before any byte was filled.
/// - `EINVAL`: a flag is unknown to the kernel, or `GRND_RANDOM` and `GRND_INSECURE` are both set.
/// - `EIO`: a seccomp filter or a tracer forged the result.
///
/// Since Linux 3.17; [getrandom(2)].
///
/// [getrandom(2)]: https://man7.org/linux/man-pages/man2/getrandom.2.html
#[inline]
pub fn getrandom(buffer: &mut (impl Buffer + ?Sized), flags: GetRandomFlags) -> Result<&[u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes and is exclusively borrowed.
    let count = unsafe { getrandom_into(start, size, flags) }?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

/// Fills at most `size` bytes at `start`. Returns the number of bytes, which is at most `size`.
///
/// # Safety
///
/// The `size` bytes at `start` must be writable, and no other reference to them may exist.
#[inline]
pub(super) unsafe fn getrandom_into(
    start: *mut u8,
    size: usize,
    flags: GetRandomFlags,
) -> Result<usize> {
    // SAFETY: the kernel writes at most `size` bytes, which are writable, upheld by the caller, and
    // keeps nothing.
    unsafe { syscall!(Call::GETRANDOM, getrandom(start, size, flags.bits())) }.at_most(size)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    GETRANDOM:
        AGAIN => "the random number generator is not seeded yet, and GRND_NONBLOCK is set",
        INVAL => "a flag is unknown to the kernel, or GRND_RANDOM and GRND_INSECURE are both set",
        IO => "a seccomp filter or a tracer forged the result";
};
