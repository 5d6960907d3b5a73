//! Filling buffers with random bytes.

use super::{GetRandomFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::io::{self, Buffer};

/// Fills a buffer with random bytes, and returns the bytes that were filled.
///
/// Once the random number generator is seeded, this function fills a buffer of up to 256 bytes
/// completely. If the buffer is larger, this function can fill fewer bytes: [`fill`] always fills
/// the whole buffer.
///
/// # Errors
///
/// - `EAGAIN`: the random number generator is not seeded yet, and `NONBLOCK` is set.
/// - `EINVAL`: `RANDOM` and `INSECURE` are both set, or a flag is unknown to the kernel.
/// - `EIO`: a seccomp filter or a tracer forged the result.
///
/// # Examples
///
/// ```
/// use butter::Errno;
/// use butter::rand::{GetRandomFlags, getrandom};
///
/// # fn main() -> butter::Result<()> {
/// let mut seed = [0; 8];
/// match getrandom(&mut seed, GetRandomFlags::NONBLOCK) {
///     Ok(bytes) => assert_eq!(bytes.len(), 8),
///     Err(error) if error.is(Errno::AGAIN) => println!("the generator is not seeded yet"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 3.17; [getrandom(2)].
///
/// [getrandom(2)]: https://man7.org/linux/man-pages/man2/getrandom.2.html
#[inline]
pub fn getrandom(buffer: &mut (impl Buffer + ?Sized), flags: GetRandomFlags) -> Result<&[u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes and is exclusively borrowed.
    let count = io::retry(move || unsafe { raw::getrandom_into(start, size, flags) })?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

/// Fills a whole buffer with random bytes, which are suitable for cryptographic keys.
///
/// Blocks until the kernel's random number generator is seeded, soon after system boot. Signals
/// neither end the wait nor leave a part of the buffer unfilled.
///
/// # Errors
///
/// - `EIO`: a seccomp filter or a tracer forged the result.
///
/// Since Linux 3.17; [getrandom(2)].
///
/// [getrandom(2)]: https://man7.org/linux/man-pages/man2/getrandom.2.html
#[doc(alias = "getrandom")]
#[doc(alias = "getentropy")]
#[doc(alias = "arc4random_buf")]
pub fn fill(mut buffer: &mut [u8]) -> Result<()> {
    while !buffer.is_empty() {
        let count = getrandom(buffer, GetRandomFlags::empty())?.len();
        // The kernel never returns 0 bytes for a buffer that is not empty.
        match buffer.get_mut(count..) {
            Some(rest) if count > 0 => buffer = rest,
            _ => return Err(Error::new(Call::GETRANDOM, Errno::IO)),
        }
    }
    Ok(())
}
