//! The error type of the crate.

use core::num::NonZeroU32;

use super::{Call, Errno};

/// The result of a call.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A call that failed, and its errno.
///
/// `Display` prints the call, the errno and, with the feature `explain`, the reason:
/// `inotify_add_watch: ENOENT: a component of the path does not exist or is a dangling symbolic
/// link, or the path is empty`. Programs without `core::fmt` use [`println`](Self::println) or
/// [`write_to`](Self::write_to), which produce the same text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Error(NonZeroU32);

// Bit 31 of an error is always set, so that the word is not zero. The call is in bits 12 to 27, and
// the errno in bits 0 to 11, so that one subtraction converts the kernel's `-errno` to an error.
const MARK: u32 = 1 << 31;
const ERRNO_BITS: u32 = 12;

const _: () = assert!(size_of::<Result<()>>() == 4);
const _: () = assert!(size_of::<Result<u32>>() == 8);

impl Error {
    /// Creates the error of a call that failed with an errno.
    #[must_use]
    pub const fn new(call: Call, errno: Errno) -> Self {
        let failed = (errno.as_raw() as usize).wrapping_neg();
        // SAFETY: an errno is in 1..=4095.
        unsafe { Self::from_return(call, failed) }
    }

    /// Creates the error of a call that returned `-errno`.
    ///
    /// # Safety
    ///
    /// `value` must be in -4095..=-1.
    #[inline(always)]
    pub(crate) const unsafe fn from_return(call: Call, value: usize) -> Self {
        let base = MARK | (call.id() as u32) << ERRNO_BITS;
        // SAFETY: the base has bit 31 set and bits 0 to 11 clear, so it is not zero after 1..=4095
        // is added.
        Self(unsafe { NonZeroU32::new_unchecked(base.wrapping_sub(value as u32)) })
    }

    /// Returns the call that failed.
    #[inline]
    #[must_use]
    pub const fn call(self) -> Call {
        Call::from_id((self.key() >> ERRNO_BITS) as u16)
    }

    /// Returns the errno.
    #[inline]
    #[must_use]
    pub const fn errno(self) -> Errno {
        let number = self.0.get() & ((1 << ERRNO_BITS) - 1);
        match Errno::from_raw(number as i32) {
            Some(errno) => errno,
            // SAFETY: an error is the sum of a base whose bits 0 to 11 are clear and an errno in
            // 1..=4095.
            None => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// Returns whether the error has this errno: `error.is(Errno::NOENT)`.
    #[inline]
    #[must_use]
    pub const fn is(self, errno: Errno) -> bool {
        self.0.get() & ((1 << ERRNO_BITS) - 1) == errno.as_raw() as u32
    }

    /// Returns the call and the errno as one number, which is the key of a row in the tables of
    /// kinds and reasons.
    pub(super) const fn key(self) -> u32 {
        self.0.get() & !MARK
    }
}

/// An [`Error`] and the path or paths that were passed to the call, returned by
/// [`Error::with_path`] and [`Error::with_paths`]. `Display` prints each path, escaped by
/// [`Escape`](crate::path::Escape), after the name of the call.
#[derive(Clone, Copy)]
pub struct WithPath<'a> {
    pub(crate) error: Error,
    pub(crate) path: &'a [u8],
    pub(crate) second: Option<&'a [u8]>,
}

impl WithPath<'_> {
    /// Returns the error without the path.
    #[must_use]
    pub fn error(self) -> Error {
        self.error
    }
}

impl From<WithPath<'_>> for Error {
    fn from(error: WithPath<'_>) -> Self {
        error.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_new_preserves_every_call_and_errno() {
        for call in Call::ALL.iter().copied() {
            for number in [1, 2, 11, 133, 511, 4095] {
                let errno = Errno::from_raw(number).unwrap();
                let error = Error::new(call, errno);
                assert_eq!((error.call(), error.errno()), (call, errno));
                assert!(error.is(errno));
                assert!(!error.is(Errno::from_raw(number ^ 4).unwrap_or(Errno::NOSYS)));
            }
        }
    }
}
